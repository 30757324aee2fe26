"""Visitors: there by the hour, on no list, warned by channels alone, away in their own cars or by bus."""

import re

import numpy as np
import pytest

import evacsim as ev
from evacsim.analysis.indicators import indicators
from evacsim.errors import ScenarioError
from tests.reference.record import engine_record
from tests.reference.small_district import node, small_district

TRAITS = {
    "party_size": 2,
    "car_share": 0.5,
    "reach": 0.5,
    "preparation": {"type": "fixed", "value": "15 min"},
}
SIREN = {
    "id": "siren",
    "kind": "siren",
    "zones": ["*"],
    "reach_day": 1,
    "reach_night": 1,
    "delay": {"type": "fixed", "value": "1 min"},
}


def district(folder, *, by_day=0, by_night=60, traits=TRAITS, channels=(), **changes):
    zones = [
        {"id": "west", "node": node(0, 1), "population": 200}
        | {"visitors_day": by_day, "visitors_night": by_night},
        {"id": "north", "node": node(1, 2), "population": 100},
    ]
    population = {} if traits is None else {"visitors": traits}
    given = small_district(folder, zones=zones, population=population, **changes)
    given["district"]["channels"] = list(channels)
    return given


def run(given, *, seed=2):
    return engine_record(ev.from_mapping(given), seed=seed)


def visitors(record):
    return record.ledger[record.ledger["special_group"] == "visitor"]


def residents(record):
    return record.ledger[record.ledger["special_group"] != "visitor"]


def test_visitors_are_on_no_list_and_missed_where_lists_alone_are_told(tmp_path):
    record = run(district(tmp_path))
    guests = visitors(record)
    assert guests["people"].sum() == 60
    assert set(guests["zone"]) == {"west"}
    assert not guests["listed"].any()
    assert residents(record)["listed"].all()
    assert guests["told_s"].isna().all()
    west = record.tables["register"].set_index("zone").loc["west"]
    assert west[["residents", "listed", "unlisted", "present", "visitors"]].tolist() == [200, 200, 0, 260, 60]
    never = record.events[record.events["kind"] == "never_reached"]
    assert never["value"].sum() == 60
    assert indicators(record)["visitors_missed_rate"].value == 1


def test_visitors_leave_residents_as_they_were(tmp_path):
    plain, visited = run(district(tmp_path / "a", by_night=0)), run(district(tmp_path / "b"))
    traits = ["household", "people", "elderly", "children", "assisted", "mode", "told_s", "ready_s"]
    assert residents(visited)[traits].reset_index(drop=True).equals(plain.ledger[traits])


def test_half_the_reach_of_a_siren_is_theirs_and_they_go_when_they_have_packed(tmp_path):
    """Everybody else hears it after a minute; a visitor who does is ready a quarter of an hour later."""
    record = run(district(tmp_path, by_night=400, channels=[SIREN], who={"compliance": 0}))
    guests = visitors(record)
    told = guests["told_s"].notna()
    assert residents(record)["told_s"].notna().all()
    assert 0.4 < guests["people"][told].sum() / 400 < 0.6
    assert set(np.round(guests["ready_s"][told] - guests["told_s"][told])) == {900}
    # Residents of this plan all refuse; visitors have no home to stay in.
    assert set(residents(record)["final_state"]) == {"refused"}
    assert guests["departed_s"][told].notna().all()


def test_visitors_drive_the_cars_they_came_in_and_need_a_bus_without(tmp_path):
    record = run(district(tmp_path, by_night=400, to={"car_share": 0, "bus_share": 0}))
    share = visitors(record).groupby("mode")["people"].sum() / 400
    assert set(share.index) == {"car", "bus"}
    assert abs(share["car"] - 0.5) < 0.1
    assert set(residents(record)["mode"]) == {"walk"}


@pytest.mark.parametrize(("start", "there"), [("2026-07-18 10:00", 80), ("2026-07-18 23:00", 30)])
def test_as_many_are_there_as_the_hour_of_the_order_says_and_nobody_is_lost(tmp_path, start, there):
    given = district(tmp_path, by_day=80, by_night=30)
    given["start"] = start
    record = run(given)
    guests = visitors(record)
    assert guests["people"][guests["present"]].sum() == there
    assert (guests["final_state"] == "away").equals(~guests["present"])
    assert record.tables["register"].set_index("zone").loc["west", "visitors"] == there
    moments = record.tables["states"].pivot_table(index="time_s", columns="state", values="people").ffill()
    assert (moments.fillna(0).sum(axis=1) == 300 + 80).all()


def test_visitors_of_whom_nothing_is_said_are_refused(tmp_path):
    with pytest.raises(ScenarioError, match=re.escape("visitors: {}")):
        ev.from_mapping(district(tmp_path, traits=None))
