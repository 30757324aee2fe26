"""Ordinary traffic: it stands in the same queues as those who flee, and counts nowhere else."""

import numpy as np
import pytest

import evacsim as ev
from evacsim.errors import EvacsimError
from tests.reference.record import engine_record
from tests.reference.small_district import node, small_district

TRIPS = {
    "from_node": node(2, 1),
    "to_node": node(4, 1),
    "begins": "T+1 s",
    "ends": "T+600 s",
    "vehicles": 600,
}


def run(folder, *background, people=10, recording=None):
    now = {"type": "fixed", "value": "0 s"}
    given = small_district(
        folder,
        zones=[{"id": "mid", "node": node(2, 1), "population": people}],
        transfers=[{"zone": "mid", "trigger_at": "T+305 s", "organizer": "x"}],
        population={"car_share": 1, "household_size": 1},
        who={"compliance": 1},
        organize={"relay_time": now, "preparation": now},
        to={"bus_share": 0, "car_share": 1},
        shelters=[{"id": "school", "node": node(4, 1)}],
    )
    given["district"]["background"] = list(background)
    if recording is not None:
        given["recording"] = recording
    return engine_record(ev.from_mapping(given), seed=3)


def test_a_car_waits_for_all_who_are_before_it(tmp_path):
    # One car a second into a road that takes one in two seconds: the 600 are in it after 1200 s. The family
    # that leaves at 605 s comes after them, has two streets of 50 s to go, and so has each further one.
    free = run(tmp_path / "free").ledger["arrived_s"].sort_values().to_numpy()
    assert free == pytest.approx(605 + 100 + 2 * np.arange(10), abs=2)
    late = run(tmp_path / "late", TRIPS).ledger["arrived_s"].sort_values().to_numpy()
    assert late == pytest.approx(1200 + 100 + 2 * np.arange(1, 11), abs=2)


def test_it_carries_nobody_and_is_in_no_event(tmp_path):
    alone = run(tmp_path / "alone", recording={"passages": True})
    before = TRIPS | {"begins": "T-30 min", "ends": "T-1 s"}
    gone = run(tmp_path / "gone", before, recording={"passages": True})
    assert gone.events.drop(columns="seq").equals(alone.events.drop(columns="seq"))
    beside = run(tmp_path / "beside", TRIPS, recording={"passages": True})
    assert beside.events["kind"].value_counts().equals(alone.events["kind"].value_counts())
    total = [record.tables["flows"].groupby("link")["people"].sum() for record in (alone, beside)]
    assert total[0].equals(total[1])
    assert beside.ledger["people"].sum() == beside.population == 10


def test_trips_begin_and_end_in_any_order_of_the_file_alike(tmp_path):
    other = TRIPS | {"from_node": node(3, 1), "vehicles": 200}
    one, two = run(tmp_path / "one", TRIPS, other), run(tmp_path / "two", other, TRIPS)
    assert one.events.equals(two.events)


@pytest.mark.parametrize(
    ("wrong", "value"),
    [
        ({"to_node": "n9-9"}, "n9-9"),
        ({"from_node": "nowhere"}, "nowhere"),
        ({"to_node": node(2, 1)}, node(2, 1)),
    ],
)
def test_trips_that_lead_nowhere_are_refused(tmp_path, wrong, value):
    with pytest.raises(EvacsimError) as told:
        run(tmp_path, TRIPS | wrong)
    assert [issue.value for issue in told.value.issues] == [value]
