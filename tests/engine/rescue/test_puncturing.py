"""Boats that are punctured, against times worked out from the moment at which it happens."""

import numpy as np
import pandas as pd
import pytest

import evacsim as ev
from evacsim.report.markup import Words
from evacsim.report.rescue_told import rescue_section
from tests.engine.rescue.test_boats_at_work import HOUR, LEG, cases, run, safe
from tests.reference.flooded_street import FLOODED_AT, flooded_street
from tests.reference.small_district import node

PATCH = {"type": "fixed", "value": "2 h"}
OFTEN = {"punctures": 10}
"""Ten in an hour: the first after 6 min on average; a trip takes 1600 s."""


def of(record, kind):
    return record.events[record.events["kind"] == kind]


def punctured_on_its_way(folder, *, out, **changes):
    """Return the first run in which the boat is punctured once on its way out, or on its way back to corner 4."""
    boats = [OFTEN | changes.pop("boat", {}), *changes.pop("others", [])]
    scenario = flooded_street(folder, boats=boats, **({"villages": {0: 1}} | changes))
    for seed in range(40):
        record = run(scenario, seed).record
        first = of(record, "boat_punctured").head(1)
        if len(first) and (first["time_s"].iloc[0] < FLOODED_AT + 4 * LEG) == out:
            return record, first.iloc[0]
    raise AssertionError("no seed of 40 punctures the boat on this way")


def test_a_boat_punctured_on_its_way_back_limps_ashore_with_whoever_is_aboard(tmp_path):
    # Rescuers let people wade through 25 cm: the nearest landing is where the road ends on which it is punctured.
    shallow = {"draught": "0.2 m", "limp_speed": 0.4}
    record, hole = punctured_on_its_way(tmp_path, out=False, depth=0.25, boat=shallow)
    end_of_road = (FLOODED_AT + 8 * LEG - hole["time_s"]) % LEG
    assert hole["value"] == 1
    vehicle = record.tables["vehicles"].iloc[0]
    assert vehicle["people"] == 1
    assert vehicle["done_s"] == pytest.approx(hole["time_s"] + end_of_road / 0.4)
    assert record.ledger["final_state"].tolist() == ["sheltered"]
    assert len(of(record, "boat_out_of_service")) == 1


def test_a_boat_punctured_where_nobody_can_walk_limps_to_the_landing(tmp_path):
    record, hole = punctured_on_its_way(tmp_path, out=False, depth=1.5, boat={"limp_speed": 0.4})
    left = FLOODED_AT + 8 * LEG - hole["time_s"]
    assert safe(record).tolist() == pytest.approx([hole["time_s"] + left / 0.4])
    assert of(record, "boat_out_of_service")["place"].tolist() == [f"node/{node(4, 0)}"]


def test_what_a_punctured_boat_was_sent_to_is_left_to_another(tmp_path):
    record, hole = punctured_on_its_way(tmp_path, out=True, depth=1.5, others=[{"id": "spare"}])
    assert hole["value"] == 0
    table = cases(record)
    assert table["result"].tolist() == ["fetched"]
    assert table["craft"].tolist() == ["spare-1"]
    # As soon as it lies at the end of its road.
    ahead = (FLOODED_AT + 4 * LEG - hole["time_s"]) % LEG
    assert table["assigned_s"].tolist() == pytest.approx([hole["time_s"] + ahead / 0.5])
    assert safe(record).tolist() == pytest.approx([table["assigned_s"].iloc[0] + 8 * LEG])


def test_a_boat_that_is_patched_goes_out_again_and_one_that_is_not_does_not(tmp_path):
    record, hole = punctured_on_its_way(tmp_path / "patch", out=True, depth=1.5, boat={"patch": PATCH})
    patched = of(record, "boat_patched")["time_s"].iloc[0]
    out = 4 * LEG - (FLOODED_AT + 4 * LEG - hole["time_s"])
    ahead = LEG - out % LEG
    back = out + ahead
    assert patched == pytest.approx(hole["time_s"] + (ahead + back) / 0.5 + 2 * HOUR)
    assert cases(record)["assigned_s"].iloc[0] >= patched
    lost, _ = punctured_on_its_way(tmp_path / "lost", out=True, depth=1.5)
    assert cases(lost)["result"].tolist() == ["open"]
    assert lost.tables["craft_time"].iloc[-1][["what", "until_s"]].tolist() == ["out_of_service", lost.end]


def test_punctures_come_as_often_as_the_fleet_says_for_each_hour_under_way(tmp_path):
    # 30 boats, patched at once: so many punctures as a Poisson law of rate 1 an hour under way gives, whole boats only.
    now = {"type": "fixed", "value": "0 s"}
    record = run(
        flooded_street(
            tmp_path,
            villages={0: 900},
            boats={"vehicles": 30, "seats": 1, "punctures": 1, "limp_speed": 1, "patch": now},
        )
    ).record
    time = record.tables["craft_time"]
    under_way = time[time["what"].isin(["to_case", "comes_back"])]
    hours = (under_way["until_s"] - under_way["from_s"]).sum() / HOUR
    n = len(of(record, "boat_punctured"))
    # A boat that limps cannot be punctured again: it does so for half a trip at most.
    limps = n * 4 * LEG / HOUR
    low, high = hours - limps - 3 * np.sqrt(hours), hours + 3 * np.sqrt(hours)
    assert hours > 200
    assert low < n < high
    assert (record.ledger["final_state"] == "sheltered").all()


def test_a_fleet_without_punctures_and_one_of_which_they_are_rare_go_alike(tmp_path):
    plain = run(flooded_street(tmp_path / "plain", villages={0: 30})).record
    rare = run(flooded_street(tmp_path / "rare", villages={0: 30}, boats={"punctures": 1e-9})).record
    pd.testing.assert_frame_equal(plain.events, rare.events)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_report_tells_of_boats_out_of_service(tmp_path, lang):
    record, _ = punctured_on_its_way(tmp_path, out=True)
    text = str(rescue_section(record, Words(lang)))
    assert {"en": "punctured, out of service", "zh": "破损停用"}[lang] in text


def test_a_family_larger_than_the_boat_is_brought_although_it_is_punctured(tmp_path):
    scenario = flooded_street(
        tmp_path, villages={0: 13}, household_size=13, depth=1.5, boats=OFTEN | {"seats": 4}
    )
    found = [run(scenario, seed).record for seed in range(8)]
    assert any(len(of(record, "boat_punctured")) for record in found)
    for record in found:
        people = record.ledger.groupby("final_state")["people"].sum()
        assert people.sum() == record.ledger["people"].sum()
        assert set(people.index) <= {"sheltered", "stranded"}


def test_what_is_said_of_boats_alone_is_refused_of_others_all_at_once(tmp_path):
    scenario = {"draught": "0.4 m", "punctures": 0.015, "current_limit": "2 m/s", "kind": "helicopter"}
    with pytest.raises(ev.EvacsimError) as told:
        run(flooded_street(tmp_path, boats=scenario))
    for name in ("draught", "punctures", "current_limit"):
        assert f"fleets[0].{name}" in str(told.value)
