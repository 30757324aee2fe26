"""Second transfer by bus: who waits in a threatened shelter, who is fetched, whom the water holds."""

import numpy as np
import pytest

import evacsim as ev
from evacsim.errors import ScenarioError
from tests.engine.test_moving_on import SHELTERS
from tests.reference.record import engine_record
from tests.reference.small_district import link, node, small_district, write_depths

HOUR = 3600.0
RISES = (("hall", "T+5 h", 0.3), ("hall", "T+6 h", 0.8))


def run(folder, *, places=RISES, links=(), shelters=SHELTERS, fleets=None, seed=1, **care):
    water = {
        "type": "table",
        "places": write_depths(folder / "p.csv", "place", list(places)),
        "links": write_depths(folder / "l.csv", "link", list(links)),
    }
    transfers = [
        {
            "zone": "west",
            "trigger_at": "T+10 min",
            "organizer": "x",
            "pickup_point": "stop",
            "fleet": "buses",
            "shelter": ["hall"],
        },
    ]
    changes = {} if fleets is None else {"fleets": fleets}
    rules = {
        "second_transfer": True,
        "second_transfer_before": "0.25 m",
        "second_transfer_walk": "1 s",
        "second_transfer_by_bus": True,
    } | care
    given = small_district(
        folder,
        water=water,
        transfers=transfers,
        shelters=shelters,
        who={"compliance": 1},
        to={"bus_share": 1, "car_share": 0},
        care=rules,
        **changes,
    )
    given["district"]["zones"][0]["population"] = 100
    return engine_record(ev.from_mapping(given), seed=seed)


def west(record):
    return record.ledger[record.ledger["zone"] == "west"]


def test_whoever_has_too_far_to_walk_is_fetched_before_the_water(tmp_path):
    record = run(tmp_path)
    assert set(west(record)["final_place"]) == {"shelter/school"}
    assert set(west(record)["final_state"]) == {"sheltered"}
    events = record.events.set_index("seq")
    waits = events[events["kind"] == "waits_for_bus"]
    assert (waits["time_s"] == 5 * HOUR).all()
    assert waits["value"].sum() == 100
    assert {events.loc[int(cause), "kind"] for cause in waits["cause"]} == {"second_transfer"}
    left = events[events["kind"] == "vehicle_left_shelter"]
    assert left["value"].sum() == 100
    assert set(left["place"]) == {"shelter/hall"}
    assert (left["value"] <= 40).all()
    assert left["time_s"].between(5 * HOUR, 6 * HOUR, inclusive="neither").all()
    assert record.tables["shelter_load"].groupby("shelter")["people"].last().to_dict() == {
        "hall": 0,
        "school": 100,
    }


def test_three_buses_of_forty_come_once_each_for_a_hundred(tmp_path):
    record = run(tmp_path)
    events = record.events
    left = events[events["kind"] == "vehicle_left_shelter"]
    assert left["subject"].nunique() == len(left) == 3


def test_whom_the_water_reaches_first_stays_upstairs(tmp_path):
    """The only bus stands at the hall since its last round: it takes one load, and comes too late for the rest."""
    places = (("hall", "T+5 h", 0.3), ("hall", "T+301 min", 0.8))
    fleets = [{"id": "buses", "node": node(2, 0), "vehicles": 1, "seats": 40, "availability": 1}]
    record = run(tmp_path, places=places, fleets=fleets)
    left = record.events[record.events["kind"] == "vehicle_left_shelter"]
    assert len(left) == 1
    ends = west(record).groupby(["final_place", "final_state"])["people"].sum().to_dict()
    first = float(left["value"].iloc[0])
    assert ends == {("shelter/school", "sheltered"): first, ("shelter/hall", "stranded"): 100 - first}
    assert 35 < first <= 40


def test_without_it_they_stay_as_before(tmp_path):
    record = run(tmp_path, second_transfer_by_bus=False)
    assert set(west(record)["final_place"]) == {"shelter/hall"}
    assert not (record.events["kind"] == "waits_for_bus").any()


def test_whoever_can_walk_walks_and_whoever_needs_help_rides(tmp_path):
    record = run(tmp_path, second_transfer_walk="1 h")
    assert set(west(record)["final_place"]) == {"shelter/school"}
    events = record.events.set_index("seq")
    waits, redirected = (events[events["kind"] == kind] for kind in ("waits_for_bus", "redirected"))
    needs_help = set(west(record).loc[west(record)["assisted"] > 0, "household"])
    assert needs_help
    assert {subject.removeprefix("household/") for subject in waits["subject"]} == {
        str(h) for h in needs_help
    }
    assert not set(redirected["subject"]) & set(waits["subject"])


def test_no_more_board_than_another_shelter_has_room_for(tmp_path):
    shelters = [SHELTERS[0], {**SHELTERS[1], "capacity": 30}]
    record = run(tmp_path, shelters=shelters)
    ends = west(record).groupby("final_place")["people"].sum().to_dict()
    assert ends["shelter/school"] <= 30
    assert ends["shelter/school"] + ends["shelter/hall"] == 100
    assert ends["shelter/school"] > 25
    assert record.tables["shelters"].set_index("shelter")["turned_away"].sum() == 0


def test_a_bus_that_cannot_come_leaves_them_there(tmp_path):
    roads = [
        (link(a, b), "T+4 h", 2.0)
        for one, other in (((4, 1), (4, 2)), ((3, 2), (4, 2)))
        for a, b in ((one, other), (other, one))
    ]
    record = run(tmp_path, links=roads)
    assert set(west(record)["final_place"]) == {"shelter/hall"}
    assert set(west(record)["final_state"]) == {"stranded"}


@pytest.mark.parametrize("seed", range(4))
def test_broken_buses_and_roads_lose_nobody(tmp_path, seed):
    rng = np.random.default_rng(seed)
    fleets = [
        {
            "id": "buses",
            "node": node(2, 0),
            "vehicles": int(rng.integers(1, 4)),
            "seats": 20,
            "availability": 1,
            "breakdowns": 1,
            "repair": {"type": "fixed", "value": "10 min"},
        }
    ]
    roads = [(link((4, 1), (4, 2)), "T+5 h 10 min", 2.0), (link((4, 1), (4, 2)), "T+7 h", 0.0)]
    record = run(tmp_path, fleets=fleets, links=roads, seed=seed)
    events = record.events
    assert west(record)["people"].sum() == 100
    assert (events["kind"] == "waits_for_bus").any()
    for shelter, people in record.tables["shelter_load"].groupby("shelter")["people"].last().items():
        there = west(record)["final_place"] == f"shelter/{shelter}"
        assert people == west(record).loc[there, "people"].sum()
    assert (events["cause"] < events["seq"]).all()


def test_a_bus_that_nobody_calls_before_the_water_is_refused(tmp_path):
    with pytest.raises(ScenarioError) as refused:
        run(tmp_path, second_transfer_before="0 m")
    assert "plan.care.second_transfer_by_bus" in str(refused.value)
