"""Gates (设卡控流), lanes kept for rescue (专用道): a road carries less, from their set-up until their level ends."""

import csv
from pathlib import Path

import numpy as np
import pytest

import evacsim as ev
from evacsim.errors import EvacsimError
from evacsim.scenario.reading import read_mapping
from tests.engine.test_observing import run
from tests.engine.test_responding import levelled
from tests.reference.gauges import events_of
from tests.reference.record import engine_record
from tests.reference.small_district import link, node, small_district

LAST = link((3, 1), (4, 1))
LANE = {"id": "lane", "action": "reserve", "links": [LAST], "setup": "2 min"}
GATE = {"id": "gate", "action": "gate", "links": [LAST], "flow": "360 veh/h", "setup": "2 min"}


def give_lanes(given, lanes):
    """Give the last street so many lanes, with the same flow in all."""
    path = Path(given["district"]["roads"]["file"]) / "links.csv"
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        if row["link_id"] == LAST:
            row["lanes"] = str(lanes)
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def arrivals(folder, *measures, lanes=1):
    """Return when ten cars arrive that leave at 605 s, two streets of 50 s from the shelter, one in two seconds."""
    now = {"type": "fixed", "value": "0 s"}
    given = small_district(
        folder,
        zones=[{"id": "mid", "node": node(2, 1), "population": 10}],
        transfers=[{"zone": "mid", "trigger_at": "T+305 s", "organizer": "x"}],
        population={"car_share": 1, "household_size": 1},
        who={"compliance": 1},
        organize={"relay_time": now, "preparation": now},
        to={"bus_share": 0, "car_share": 1},
        shelters=[{"id": "school", "node": node(4, 1)}],
    )
    give_lanes(given, lanes)
    given["plan"]["when"] |= {
        "rules": [{"id": "start", "at": "T+0 s"}],
        "levels": [{"level": "Ⅳ", "rules": ["start"], "measures": [one["id"] for one in measures]}],
        "measures": list(measures),
    }
    record = engine_record(ev.from_mapping(given), seed=3)
    return record, record.ledger["arrived_s"].sort_values().to_numpy()


def test_cars_pass_a_gate_at_its_flow(tmp_path):
    _, free = arrivals(tmp_path / "free")
    assert free == pytest.approx(705 + 2 * np.arange(10), abs=2)
    record, metered = arrivals(tmp_path / "gate", GATE)
    assert np.diff(metered) == pytest.approx(10.0, abs=0.01)
    assert metered[0] == pytest.approx(705, abs=2)
    # Consulted for 5 min, set up in 2 min.
    assert events_of(record.events, "gate_set") == [("gate_set", 7.0, f"link/{LAST}", "measure_done")]
    assert record.events.query("kind == 'gate_set'")["value"].tolist() == [360.0]


def test_a_gate_that_lets_through_more_than_the_road_carries_changes_nothing(tmp_path):
    _, free = arrivals(tmp_path / "free")
    _, metered = arrivals(tmp_path / "gate", GATE | {"flow": "7200 veh/h"})
    assert metered.tolist() == free.tolist()


def test_a_gate_that_is_not_set_up_yet_holds_nobody(tmp_path):
    _, free = arrivals(tmp_path / "free")
    _, late = arrivals(tmp_path / "late", GATE | {"setup": "30 min"})
    assert late.tolist() == free.tolist()


def test_it_is_lifted_with_its_level(tmp_path):
    level = {"level": "Ⅱ", "rules": ["high"], "measures": ["gate"], "dwell": "1 h"}
    events = run(levelled(tmp_path, [level], [GATE])).tables.events
    told = events[events["kind"].isin(["gate_set", "capacity_by_order"])]
    assert told["value"].tolist() == [360.0, 1800.0, 360.0]
    assert (told["time_s"] / 60).tolist() == [67.0, 180.0, 607.0]


@pytest.mark.parametrize("wrong", [{"flow": None}, {"action": "close"}])
def test_a_gate_and_only_a_gate_has_a_flow(tmp_path, wrong):
    given = levelled(tmp_path, [], [GATE | wrong])
    with pytest.raises(EvacsimError, match="needs flow"):
        ev.from_mapping(given)


def test_a_road_has_one_gate(tmp_path):
    given = levelled(tmp_path, [], [GATE, GATE | {"id": "other"}])
    with pytest.raises(EvacsimError, match="metered by gate and other"):
        ev.from_mapping(given)


def test_a_lane_kept_for_rescue_is_lost_to_all(tmp_path):
    """The street takes one car in two seconds on two lanes, one in four on the lane that is left."""
    _, free = arrivals(tmp_path / "free", lanes=2)
    assert np.diff(free) == pytest.approx(2.0, abs=0.01)
    record, without = arrivals(tmp_path / "lane", LANE, lanes=2)
    assert np.diff(without) == pytest.approx(4.0, abs=0.01)
    assert without[0] == pytest.approx(free[0], abs=0.01)
    assert events_of(record.events, "lane_reserved") == [
        ("lane_reserved", 7.0, f"link/{LAST}", "measure_done")
    ]
    assert record.events.query("kind == 'lane_reserved'")["value"].tolist() == [900.0]


def test_a_gate_on_what_is_left_beside_the_lane(tmp_path):
    """The gate counts where it lets through less than the lane that is left, and only there."""
    _, metered = arrivals(tmp_path / "gate", LANE, GATE, lanes=2)
    assert np.diff(metered) == pytest.approx(10.0, abs=0.01)
    _, wide = arrivals(tmp_path / "wide", LANE, GATE | {"flow": "1200 veh/h"}, lanes=2)
    assert np.diff(wide) == pytest.approx(4.0, abs=0.01)


def test_the_lane_is_given_back_with_its_level(tmp_path):
    level = {"level": "Ⅱ", "rules": ["high"], "measures": ["lane"], "dwell": "1 h"}
    given = levelled(tmp_path, [level], [LANE])
    give_lanes(given, 3)
    events = run(given).tables.events
    told = events[events["kind"].isin(["lane_reserved", "capacity_by_order"])]
    assert told["value"].tolist() == pytest.approx([1200.0, 1800.0, 1200.0])
    assert (told["time_s"] / 60).tolist() == [67.0, 180.0, 607.0]


def test_an_order_to_a_road_of_which_a_lane_is_kept(tmp_path):
    """Half of the flow is ordered while one of two lanes is kept: the lane takes half of that half."""
    given = levelled(tmp_path, [{"level": "Ⅱ", "rules": ["high"], "measures": ["lane"]}], [LANE])
    give_lanes(given, 2)
    given["plan"]["controls"] = [
        {"order": "capacity", "links": [LAST], "capacity_factor": 0.5, "at": "T+90 min"}
    ]
    events = run(given).tables.events
    told = events[events["kind"].isin(["lane_reserved", "capacity_by_order"])].head(3)
    assert told["value"].tolist() == pytest.approx([900.0, 450.0, 900.0])


def test_the_only_lane_cannot_be_kept(tmp_path):
    with pytest.raises(EvacsimError, match="none is left beside"):
        ev.simulate(ev.from_mapping(levelled(tmp_path, [], [LANE])), seed=1)


def test_a_road_has_one_lane_kept(tmp_path):
    with pytest.raises(EvacsimError, match="has a lane kept by lane and other"):
        ev.from_mapping(levelled(tmp_path, [], [LANE, LANE | {"id": "other"}]))


def test_the_check_says_that_rescue_is_no_faster(tmp_path):
    given = levelled(tmp_path, [{"level": "Ⅱ", "rules": ["high"], "measures": ["lane"]}], [LANE])
    warnings = [
        issue for issue in read_mapping(given, base=tmp_path).issues if "rescue is no faster" in issue.rule.en
    ]
    assert [issue.severity for issue in warnings] == ["warning"]
