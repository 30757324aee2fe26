"""Boats, against times worked out by hand: one kilometre of flooded street at 2.5 m/s is 400 s."""

import numpy as np
import pytest

import evacsim as ev
from evacsim.results.causes import chain
from tests.reference.small_district import link, node, small_district, write_depths

OUT = 400.0
BOARD, ALIGHT = 4.0, 3.0
STREETS = [((0, 1), (1, 1)), ((1, 1), (2, 1))]
FLOODED_AT = 1800.0


def boat_case(
    folder,
    *,
    people=20,
    household=1,
    depth=0.8,
    streets=STREETS,
    shallow=(),
    homes=0.8,
    near=None,
    one_way=False,
    **said,
):
    """Return a village at one end of a flooded street, whose water comes after half an hour, and a landing place.

    The shelter stands at the landing place. The order to go comes when everybody has been fetched.
    """
    folder.mkdir(parents=True, exist_ok=True)
    depths = {**dict.fromkeys(streets, depth), **dict(shallow)}
    rows = [
        (link(*way), "T+30 min", deep)
        for street, deep in depths.items()
        for way in (street, street[::-1])[: 1 if one_way else 2]
    ]
    zones = [{"id": "village", "node": node(0, 1), "population": people}]
    places = [("village", "T+30 min", homes)]
    if near is not None:
        zones.append({"id": "near", "node": node(1, 1), "population": near[0]})
        places.append(("near", "T+30 min", near[1]))
    boats = {
        "id": "boats",
        "kind": "boat",
        "node": node(2, 1),
        "vehicles": 1,
        "seats": 5,
        "speed": "2.5 m/s",
        "call_up": "0 s",
        "boarding_time": f"{BOARD} s",
        "alighting_time": f"{ALIGHT} s",
    }
    scenario = small_district(
        folder,
        zones=zones,
        population={"household_size": household, "assisted_share": 0, "storeys": 2},
        shelters=[{"id": "school", "node": node(2, 1)}],
        fleets=[boats | said.pop("boats", {})],
        transfers=[{"zone": "village", "trigger_at": "T+6 h", "organizer": "x"}],
        to={"bus_share": 0},
        care={"registration_time": "0 s"},
        water={
            "type": "table",
            "links": write_depths(folder / "links.csv", "link", rows),
            "places": write_depths(folder / "places.csv", "place", places),
        },
        **said,
    )
    return ev.from_mapping(scenario)


def ashore(run):
    return np.sort(run.tables.ledger["arrived_s"].dropna().to_numpy())


def test_twenty_people_are_fetched_in_four_trips_of_a_boat_of_five(tmp_path):
    run = ev.simulate(boat_case(tmp_path), seed=1)
    trip = 2 * OUT + 5 * (BOARD + ALIGHT)
    by_hand = [
        FLOODED_AT + k * trip + 2 * OUT + 5 * BOARD + seat * ALIGHT for k in range(4) for seat in range(1, 6)
    ]
    assert ashore(run) == pytest.approx(np.array(by_hand), abs=1e-3)
    boat = run.tables.vehicles.iloc[0]
    assert (boat["rounds"], boat["people"], boat["kind"]) == (4, 20, "boat")
    assert set(run.tables.ledger["final_state"]) == {"sheltered"}
    events = run.tables.events
    assert (events[events["kind"] == "vehicle_left_pickup"]["value"] == 5).all()


def test_a_boat_goes_nowhere_where_the_water_is_shallower_than_its_draught(tmp_path):
    run = ev.simulate(boat_case(tmp_path, shallow={STREETS[1]: 0.39}), seed=1)
    assert ashore(run).size == 0
    assert run.tables.vehicles["people"].sum() == 0
    just = ev.simulate(boat_case(tmp_path / "just", shallow={STREETS[1]: 0.40}), seed=1)
    assert ashore(just).size == 20


def test_a_boat_goes_round_what_is_too_shallow(tmp_path):
    around = [((0, 1), (0, 0)), ((0, 0), (1, 0)), ((1, 0), (2, 0)), ((2, 0), (2, 1)), STREETS[0]]
    run = ev.simulate(boat_case(tmp_path, people=5, streets=around, shallow={STREETS[1]: 0.35}), seed=1)
    first = FLOODED_AT + 2 * (2 * OUT) + 5 * BOARD + ALIGHT
    assert ashore(run)[0] == pytest.approx(first, abs=1e-3)


def test_two_boats_share_the_people(tmp_path):
    run = ev.simulate(boat_case(tmp_path, boats={"vehicles": 2}), seed=1)
    assert run.tables.vehicles["people"].tolist() == [10, 10]
    assert run.tables.vehicles["rounds"].tolist() == [2, 2]


def test_deep_water_under_a_boat_harms_nobody_in_it(tmp_path):
    effects = {"critical_time": "1 min"}
    run = ev.simulate(boat_case(tmp_path, depth=3.0, effects=effects), seed=1)
    assert ashore(run).size == 20
    assert "dead" not in set(run.tables.ledger["final_state"])


def test_households_stay_together_and_a_larger_one_takes_several_trips(tmp_path):
    run = ev.simulate(boat_case(tmp_path, people=12, household=6, boats={"seats": 4}), seed=1)
    people = run.tables.ledger["people"].to_numpy()
    assert sorted(people) == [3, 9], "one household that fits and one that does not"
    time = np.ceil(people / 4) * 2 * OUT + people * (BOARD + ALIGHT)
    assert ashore(run) == pytest.approx(FLOODED_AT + np.cumsum(time), abs=1e-3)


def test_the_trapped_are_fetched_before_the_stranded(tmp_path):
    case = boat_case(tmp_path, people=5, effects={"critical_time": "20 h"}, near=(5, 0.8), homes=9.0)
    events = ev.simulate(case, seed=1).tables.events
    boarded = events.loc[events["kind"] == "boarded", "subject"].str.split("/").str[1].tolist()
    assert boarded == ["village"] * 5 + ["near"] * 5


def test_the_story_of_whoever_is_fetched_begins_with_the_water(tmp_path):
    run = ev.simulate(boat_case(tmp_path, people=5), seed=1)
    record = run.record
    kinds = [event.kind for event in chain(record, record.ledger["household"].iloc[0])]
    assert kinds[:3] == ["water_changed", "place_flooded", "stranded"]
    assert kinds[-4:] == ["vehicle_left_pickup", "redirected", "arrived", "settled"]


def test_an_order_that_comes_after_the_boat_moves_nobody_again(tmp_path):
    run = ev.simulate(boat_case(tmp_path, people=5), seed=1)
    events = run.tables.events
    assert (events["kind"] == "decided").any()
    assert run.tables.ledger["told_s"].isna().all()
    assert set(run.tables.ledger["final_state"]) == {"sheltered"}


def test_a_boat_with_a_way_back_and_none_out_stays_where_it_is(tmp_path):
    run = ev.simulate(boat_case(tmp_path, one_way=True), seed=1)
    assert ashore(run).size == 0
    assert run.tables.vehicles["rounds"].tolist() == [0]
