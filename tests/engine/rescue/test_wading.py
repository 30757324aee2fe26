"""Trucks that wade and fetch people, against times worked out by hand.

In 0.35 m a truck that stops at 0.7 m goes at a quarter of 10 m/s (nird's law, stretched): 500 m take 200 s.
"""

import pytest

import evacsim as ev
from evacsim.analysis import rescuing
from evacsim.errors import ScenarioError
from tests.reference.flooded_street import FLOODED_AT, LEG, flooded_street, street
from tests.reference.small_district import link, node, write_depths

HOUR = 3600.0
TRUCK = {"kind": "high_clearance", "id": "trucks", "speed": "10 m/s", "force": None}
WALKING = 1.2
FACTOR_IN_0_8 = 0.47 - 0.07 * (0.8 - 0.6) / 0.3
"""Speed of walkers in 0.8 m, between 0.47 at 0.6 m and 0.40 at 0.9 m."""


def waded(folder, *, roads=(), seed=1, **changes):
    """Return a run on the street, with the depth of some roads (pair of corners, moment, depth) said beside."""
    given = street(folder, **({"depth": 0.35, "villages": {0: 1}, "boats": TRUCK} | changes))
    depth = changes.get("depth", 0.35)
    rows = [
        (pair, moment, here)
        for c in range(4)
        for pair, moment, here in [((c, c + 1), "T+30 min", depth), *roads]
        if pair == (c, c + 1)
    ]
    said = {}
    for (a, b), moment, here in rows:  # what is said last of a moment holds
        said[link((a, 0), (b, 0)), moment] = said[link((b, 0), (a, 0)), moment] = here
    given["hazard"]["water"]["links"] = write_depths(
        folder / "links.csv", "link", [(name, moment, here) for (name, moment), here in said.items()]
    )
    return ev.simulate(ev.from_mapping(given), seed=seed).record


def safe(record):
    return record.ledger["arrived_s"].dropna().sort_values().tolist()


def did(record, vehicle="trucks-1"):
    time = record.tables["craft_time"]
    own = time[time["vehicle"] == vehicle]
    return list(zip(own["what"], own["from_s"], own["until_s"], strict=True))


def moments(record, kind):
    return record.events[record.events["kind"] == kind]["time_s"].tolist()


def test_a_truck_brings_as_many_as_it_has_seats_for_and_goes_again(tmp_path):
    record = waded(tmp_path, villages={0: 13}, boats=TRUCK | {"seats": 6})
    assert sorted(set(safe(record))) == pytest.approx([FLOODED_AT + 8 * LEG * k for k in (1, 2, 3)])
    vehicle = record.tables["vehicles"].iloc[0]
    assert (vehicle["kind"], vehicle["people"], vehicle["rounds"]) == ("high_clearance", 13, 3)
    assert (record.ledger["final_state"] == "sheltered").all()
    assert rescuing.people_per_truck_hour(record) == pytest.approx(13 / (3 * 8 * LEG / HOUR))


def test_a_dry_road_is_driven_at_its_own_speed(tmp_path):
    # Corners 4 to 6 are dry: 1000 m at 10 m/s.
    record = waded(tmp_path, landing=6, shelter=6)
    assert safe(record) == pytest.approx([FLOODED_AT + 2 * (4 * LEG + 100)])


@pytest.mark.parametrize(("limit", "people"), [("0.6 m", 0), ("0.61 m", 1), ("0.7 m", 1)])
def test_it_goes_nowhere_where_water_is_as_deep_as_it_wades(tmp_path, limit, people):
    record = waded(tmp_path, depth=0.6, boats=TRUCK | {"wading_depth": limit})
    assert record.tables["vehicles"]["people"].sum() == people
    assert ("craft_assigned" in set(record.events["kind"])) == bool(people)


def test_close_to_its_depth_it_crawls_at_four_miles_an_hour(tmp_path):
    record = waded(tmp_path, depth=0.69)
    assert safe(record) == pytest.approx([FLOODED_AT + 8 * 500 / (4 * 0.44704)])


def test_rising_water_turns_it_back_with_nobody_lost_and_it_comes_again(tmp_path):
    # 500 s on its way it is between corners 2 and 1; from T+3 h on it may pass there again.
    roads = [((1, 2), "T+2300 s", 0.9), ((1, 2), "T+3 h", 0.35)]
    record = waded(tmp_path, roads=roads)
    assert moments(record, "truck_turned_back") == [FLOODED_AT + 500]
    back = record.events[record.events["kind"] == "truck_turned_back"].iloc[0]
    assert back["place"] == "node/" + node(2, 0)
    entered = moments(record, "craft_assigned")
    assert entered == pytest.approx([FLOODED_AT, 3 * HOUR])
    # It has come back to the school meanwhile: 800 s out, 800 s home.
    assert safe(record) == pytest.approx([3 * HOUR + 8 * LEG])


def test_people_aboard_wait_in_it_where_no_way_is_left(tmp_path):
    # On its way home, 1000 s after it set out, it is between corners 1 and 2.
    roads = [((1, 2), "T+2900 s", 0.9), ((1, 2), "T+3 h", 0.35)]
    record = waded(tmp_path, roads=roads)
    assert moments(record, "truck_turned_back") == [FLOODED_AT + 1100]
    assert safe(record) == pytest.approx([3 * HOUR + 3 * LEG])
    assert len(moments(record, "boarded")) == 1


@pytest.mark.parametrize(("distance", "people"), [("499 m", 0), ("500 m", 1)])
def test_its_crew_fetches_people_on_foot_from_where_it_can_stand(tmp_path, distance, people):
    # The last road is too deep for the truck, not for a walker.
    record = waded(tmp_path, roads=[((0, 1), "T+30 min", 0.8)], boats=TRUCK | {"fetch_distance": distance})
    assert record.tables["vehicles"]["people"].sum() == people
    if people:
        walk = 500 / (WALKING * FACTOR_IN_0_8)
        assert safe(record) == pytest.approx([FLOODED_AT + 6 * LEG + 2 * walk], abs=0.1)
        assert [end - begin for what, begin, end in did(record) if what == "on_foot"] == pytest.approx(
            [walk, walk], abs=0.1
        )


def test_nobody_is_fetched_on_foot_through_water_that_no_walker_wades(tmp_path):
    boats = TRUCK | {"fetch_distance": "500 m"}
    record = waded(tmp_path, roads=[((0, 1), "T+30 min", 0.95)], boats=boats)
    assert record.tables["vehicles"]["people"].sum() == 0


@pytest.mark.parametrize(("boat_speed", "first"), [("2 m/s", "trucks-1"), ("3 m/s", "boats-1")])
def test_whoever_is_there_first_is_sent(tmp_path, boat_speed, first):
    boat = {"speed": boat_speed, "draught": "0.2 m"}
    record = waded(tmp_path, boats=[boat, TRUCK], rescue={"dispatch": "priority"})
    sent = record.events[record.events["kind"] == "craft_assigned"]
    assert sent["subject"].tolist() == [f"vehicle/{first}"]


@pytest.mark.parametrize(
    "policy", ["nearest", "zone", "priority", "triage", "assignment", "look_ahead", "rounds"]
)
def test_every_policy_sends_it(tmp_path, policy):
    record = waded(tmp_path, villages={0: 3, 2: 3}, rescue={"dispatch": policy})
    assert len(safe(record)) == 6


def test_it_goes_with_a_crew_of_its_team_and_never_more_trucks_than_crews(tmp_path):
    team = {"id": "brigade", "kind": "fire", "node": node(4, 0), "members": 2}
    team["readiness"] = {"type": "fixed", "value": "10 min"}
    record = waded(
        tmp_path,
        villages={0: 6},
        forces=[team],
        boats=TRUCK | {"force": "brigade", "vehicles": 2, "seats": 3},
    )
    out = [
        one for v in ("trucks-1", "trucks-2") for one in did(record, v) if one[0] in ("to_case", "comes_back")
    ]
    assert min(begin for _, begin, _ in out) == FLOODED_AT + 600
    assert safe(record)[-1] == pytest.approx(FLOODED_AT + 600 + 16 * LEG)


def test_the_injured_are_brought_to_a_treatment_place(tmp_path):
    rescue = {
        "survival": {"injured": 1},
        "treatment": {"places": [{"id": "clinic", "node": node(3, 0), "beds": 5}]},
    }
    # The treatment place is nearer than the school; it must be one from which a way on foot leads on.
    record = waded(tmp_path, wet=(0, 3), landing=3, shelter=5, rescue=rescue)
    landed = record.events[record.events["kind"] == "injured_taken"]
    assert (
        landed["time_s"].tolist() == [FLOODED_AT + 6 * LEG] or landed["time_s"].min() >= FLOODED_AT + 6 * LEG
    )
    assert len(record.tables["patients"]) == 1


def test_a_district_without_trucks_goes_as_before(tmp_path):
    plain = flooded_street(tmp_path / "plain", villages={0: 9})
    idle = flooded_street(tmp_path / "idle", villages={0: 9}, boats=[{}, TRUCK])
    times = ["household", "arrived_s", "boarded_s"]
    one, other = (ev.simulate(scenario, seed=1).record for scenario in (plain, idle))
    assert one.ledger[times].equals(other.ledger[times])  # 0.8 m is too deep for them


def problems(given):
    with pytest.raises(ScenarioError) as caught:
        ev.from_mapping(given)
    return str(caught.value)


def test_what_is_wrong_with_trucks_is_told_all_at_once(tmp_path):
    depths = ["0.55 m", "0.65 m", "0.75 m", "0.85 m"]
    fleets = [TRUCK | {"id": f"t{k}", "wading_depth": depth} for k, depth in enumerate(depths)]
    told = problems(street(tmp_path, boats=[{"wading_depth": "0.5 m", "fetch_distance": "9 m"}, *fleets]))
    assert "wading_depth" in told
    assert "fetch_distance" in told
    assert "one more sort of trucks" in told


@pytest.mark.parametrize("depth", ["0 m", "-1 m", "deep", 0.7])
def test_a_wading_depth_is_a_positive_length(tmp_path, depth):
    assert "wading_depth" in problems(street(tmp_path, boats=TRUCK | {"wading_depth": depth}))


def test_trucks_that_wade_have_nothing_to_do_without_rescue(tmp_path):
    given = street(tmp_path, boats=TRUCK)
    given["plan"].pop("rescue")
    assert "nothing to do without plan.rescue" in problems(given)
