"""Doubt, family, animals, refusal: what stands between the message and the step out of the door."""

import numpy as np
import pytest

import evacsim as ev
from tests.reference.record import engine_record
from tests.reference.small_district import node, small_district

FIXED = {"type": "fixed", "value": "20 min"}


def run(folder, *, seed=2, zones=None, start=None, lists=None, resettled=None, **behavior):
    who = {"compliance": 1, "behavior": behavior} if behavior else {"compliance": 1}
    who |= {"lists": lists} if lists else {}
    who |= {"resettled": resettled} if resettled else {}
    preparation = {"relay_time": {"type": "fixed", "value": "10 min"}, "preparation": FIXED}
    given = small_district(folder, who=who, organize=preparation, **({"zones": zones} if zones else {}))
    if start:
        given["start"] = start
    return engine_record(ev.from_mapping(given), seed=seed)


def about(record, kind):
    return record.events[record.events["kind"] == kind]


def test_doubt_with_a_threshold_that_an_order_passes_changes_nothing(tmp_path):
    plain, doubting = run(tmp_path / "a"), run(tmp_path / "b", belief={})
    columns = ["time_s", "kind", "subject", "place"]
    assert doubting.events[columns].equals(plain.events[columns])
    assert doubting.ledger["believed_s"].equals(doubting.ledger["told_s"])


def test_who_does_not_believe_stays_and_is_told_of(tmp_path):
    record = run(tmp_path, belief={"threshold": 1, "threshold_sd": 0.2})
    doubted = set(about(record, "disbelieved")["subject"])
    households = len(record.ledger)
    assert 0.3 * households < len(doubted) < 0.7 * households
    ledger = record.ledger.set_index("household")
    stayed = ledger.loc[[subject.removeprefix("household/") for subject in doubted]]
    assert stayed["told_s"].notna().all()
    assert stayed["departed_s"].isna().all()
    assert set(stayed["final_state"]) == {"at_home"}


@pytest.mark.parametrize(("alarms", "low", "high"), [(0, 0.45, 0.75), (5, 0.01, 0.2)])
def test_false_alarms_tire_people(tmp_path, alarms, low, high):
    """Thresholds N(.95, .2): an order of impact 1 convinces 60 %, after five false alarms 26 % less .2."""
    record = run(
        tmp_path,
        belief={"threshold": 0.95, "threshold_sd": 0.2},
        fatigue={"false_alarms": alarms, "each": 0.08},
    )
    share = record.ledger["believed_s"].notna().mean()
    assert low < share < high


def test_by_day_a_family_waits_and_by_night_it_is_together(tmp_path):
    family = {"away_share": 1, "wait": {"type": "fixed", "value": "15 min"}}
    day = run(tmp_path / "a", start="2026-07-18 10:00", family=family)
    night = run(tmp_path / "b", start="2026-07-18 22:00", family=family)
    ready = day.ledger["ready_s"] - day.ledger["told_s"]
    assert np.allclose(ready, (15 + 20) * 60)
    assert np.allclose(day.ledger["family_s"] - day.ledger["told_s"], 15 * 60)
    assert np.allclose(night.ledger["ready_s"] - night.ledger["told_s"], 20 * 60)
    assert about(night, "waits_for_family").empty


def test_animals_are_seen_to_before_one_packs(tmp_path):
    zones = [
        {"id": "west", "node": node(0, 1), "population": 200, "livestock_share": 0},
        {"id": "north", "node": node(1, 2), "population": 100},
    ]
    record = run(tmp_path, zones=zones, livestock={"share": 1, "takes": {"type": "fixed", "value": "25 min"}})
    takes = (record.ledger["ready_s"] - record.ledger["told_s"]).groupby(record.ledger["zone"])
    assert np.allclose(takes.max(), [45 * 60, 20 * 60])
    assert np.allclose(takes.min(), takes.max())
    assert set(about(record, "livestock_seen_to")["subject"].str[:15]) == {"household/north"}


def test_an_observed_maximum_stands_for_the_compliance(tmp_path):
    record = run(tmp_path, preset="joso")
    share = record.ledger["departed_s"].notna().mean()
    assert abs(share - 0.585) < 3 * np.sqrt(0.585 * 0.415 / len(record.ledger))


def test_whoever_is_on_no_list_is_never_told(tmp_path):
    record = run(tmp_path, lists={"zones": [{"zones": ["north"], "unlisted": 4, "ghosts": 3}]})
    unlisted = record.ledger[~record.ledger["listed"]]
    assert unlisted["zone"].tolist() == ["north"] * 4
    assert unlisted["told_s"].isna().all()
    never = about(record, "never_reached")
    assert set(never["subject"].str.removeprefix("household/")) == set(unlisted["household"])
    register = record.tables["register"].set_index("zone")
    assert register.loc["north", "unlisted"] == unlisted["people"].sum()
    assert register.loc["north", "ghosts"] > 0
    assert register.loc["west", ["unlisted", "ghosts"]].tolist() == [0, 0]


def test_whoever_was_resettled_is_not_there_and_nobody_is_lost(tmp_path):
    record = run(tmp_path, resettled=[{"zones": ["west"], "share": 0.5}])
    away = record.ledger[record.ledger["final_state"] == "away"]
    assert set(away["zone"]) == {"west"}
    assert away["told_s"].isna().all()
    assert not away["present"].any()
    assert 0.3 < len(away) / (record.ledger["zone"] == "west").sum() < 0.7
    moments = record.tables["states"].pivot_table(index="time_s", columns="state", values="people").ffill()
    assert (moments.fillna(0).sum(axis=1) == 300).all()


def test_c7_who_is_there_is_settled_when_the_order_comes(tmp_path):
    """Three in ten are there by day: the same trigger in the evening, the order by day or by night."""
    zones = [
        {"id": "west", "node": node(0, 1), "population": 200, "day_share": 0.3},
        {"id": "north", "node": node(1, 2), "population": 100},
    ]
    transfers = {
        hour: [{"zone": "west", "trigger_at": at, "organizer": "x", "pickup_point": "stop", "fleet": "buses"}]
        for hour, at in (("night", "T+2 h"), ("day", "T+14 h"))
    }
    present = {}
    for hour, rows in transfers.items():
        given = small_district(tmp_path / hour, zones=zones, transfers=rows, duration="20 h")
        record = engine_record(ev.from_mapping(given), seed=2)
        west = record.ledger[record.ledger["zone"] == "west"]
        present[hour] = set(west["household"][west["present"]])
        assert west["told_s"].notna().equals(west["present"])
    assert len(present["night"]) == len(west)
    assert present["day"] < present["night"]
    assert abs(len(present["day"]) / len(present["night"]) - 0.3) < 0.15
