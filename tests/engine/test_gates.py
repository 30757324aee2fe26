"""Gates (设卡控流): a measure that lets a road carry less, from when it is set up until its level is over."""

import numpy as np
import pytest

import evacsim as ev
from evacsim.errors import EvacsimError
from tests.engine.test_observing import run
from tests.engine.test_responding import levelled
from tests.reference.gauges import events_of
from tests.reference.small_district import link, node, small_district

LAST = link((3, 1), (4, 1))
GATE = {"id": "gate", "action": "gate", "links": [LAST], "flow": "360 veh/h", "setup": "2 min"}


def arrivals(folder, *measures):
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
    given["plan"]["when"] |= {
        "rules": [{"id": "start", "at": "T+0 s"}],
        "levels": [{"level": "Ⅳ", "rules": ["start"], "measures": [one["id"] for one in measures]}],
        "measures": list(measures),
    }
    record = ev.simulate(ev.from_mapping(given), seed=3).record
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
