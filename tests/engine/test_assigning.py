"""Computed assignments: from a world to a table by hand, back to households, and again when a shelter is lost."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import evacsim as ev
from evacsim.engine.assigning import (
    NOBODY,
    Groups,
    assign,
    flood_times,
    free_places,
    free_times,
    groups_to_place,
    place_households,
)
from evacsim.engine.parts import Mode
from evacsim.engine.routing import MoverClass, Routing
from evacsim.engine.running import planned_modes
from evacsim.streams import Streams
from evacsim.traffic.shelter_assignment import ShelterProblem, assign_people
from evacsim.world.building import build_world
from evacsim.world.people import draw_households
from tests.reference.small_district import link, node, small_district, write_depths

GAOCHENG = Path(__file__).parents[2] / "scenarios" / "gaocheng" / "scenario.yaml"
BY_BUS = {"bus_share": 1, "car_share": 0}
ON_FOOT = {"bus_share": 0, "car_share": 0}
STREET = 50.0
"""Time of a vehicle on one street [s]."""


class Standing:
    """Stands for the movement: nobody is on the road."""

    def trees_in_use(self):
        return np.zeros(0, dtype=np.int64)

    def set_tree(self, tree, next_link, *, is_followed=True):
        pass

    def set_trees(self, trees, next_link, *, is_followed=True):
        """Trees are looked at through the routing alone."""


class Case:
    """A district with its people drawn, and ways in it."""

    def __init__(self, scenario):
        self.scenario = scenario
        self.world = build_world(self.scenario)
        self.households = draw_households(self.world, Streams(1))
        self.mode = planned_modes(self.world, self.households)
        self.routing = Routing(self.world, Standing())

    @classmethod
    def small(cls, folder, **changes):
        return cls(ev.from_mapping(small_district(folder, **changes)))

    def groups(self, **which) -> Groups:
        return groups_to_place(self.world, self.households, self.mode, **which)

    def assign(self, *, places=None, unplaced_time=np.inf, change_time=0.0, **which):
        groups = self.groups(**which)
        return assign(
            groups,
            time=free_times(self.world, groups, self.routing),
            places=free_places(self.world) if places is None else places,
            unplaced_time=unplaced_time,
            change_time=change_time,
        )

    def place(self, assignment, places=None):
        return place_households(
            assignment,
            self.households,
            time=free_times(self.world, assignment.groups, self.routing),
            places=free_places(self.world) if places is None else places,
        )

    def load(self, shelter_of):
        is_placed = shelter_of != NOBODY
        people = self.households.people[is_placed]
        return np.bincount(shelter_of[is_placed], weights=people, minlength=self.world.shelters.n).tolist()


def test_groups_hold_everybody_who_is_moved_by_zone_way_and_node(tmp_path):
    case = Case.small(tmp_path, to={"bus_share": 0.5, "car_share": 0.2}, population={"car_share": 0.5})
    groups, people = case.groups(), case.households.people
    assert set(zip(groups.zone.tolist(), groups.mode.tolist(), strict=True)) == {
        (zone, mode) for zone in (0, 1) for mode in (Mode.BUS, Mode.CAR, Mode.WALK)
    }
    assert np.array_equal(groups.people, np.bincount(groups.member, weights=people, minlength=groups.n))
    assert groups.people.sum() == 300
    assert np.array_equal(groups.zone[groups.member], case.households.zone)
    assert np.array_equal(groups.mode[groups.member], case.mode)
    stop = case.world.pickup_points.drive_node[0]
    assert set(groups.node[groups.mode == Mode.BUS]) == {stop}
    assert set(groups.mover_class[groups.mode == Mode.BUS]) == {MoverClass.BUS}
    assert set(groups.node[groups.mode != Mode.BUS]) == set(case.world.zones.walk_node)


def test_whom_the_plan_leaves_in_peace_and_who_is_in_a_shelter_are_in_no_group(tmp_path):
    case = Case.small(tmp_path, to=BY_BUS)
    case.mode[:5] = Mode.NONE
    who = np.arange(case.households.n) >= 10
    groups = case.groups(who=who)
    assert groups.member[:10].tolist() == [NOBODY] * 10
    assert groups.people.sum() == case.households.people[10:].sum()


def test_without_a_pickup_point_whoever_was_to_go_by_bus_is_reckoned_on_foot(tmp_path):
    case = Case.small(tmp_path, to=BY_BUS)
    transfers = [t.model_copy(update={"pickup_point": None}) for t in case.world.transfers]
    object.__setattr__(case.world, "transfers", transfers)
    groups = case.groups()
    assert set(groups.mover_class) == {MoverClass.WALKER}
    assert groups.node.tolist() == case.world.zones.walk_node.tolist()


def test_the_far_shelter_takes_those_for_whom_the_near_one_has_no_place(tmp_path):
    case = Case.small(tmp_path, to=BY_BUS)
    assert case.world.shelters.ids == ["hall", "school"]
    found = case.assign()
    # 3 streets to the school with 220 places, 4 to the hall; of ties the first zone, north, goes to the hall.
    assert found.by_zone(2).tolist() == [[80, 20], [0, 200]]
    assert found.total_time == 220 * 3 * STREET + 80 * 4 * STREET
    assert case.load(case.place(found)) == [80, 220]


def test_nothing_depends_on_the_order_in_the_files(tmp_path):
    zones = [{"id": f"z{k}", "node": node(k % 2, k % 3), "population": 30 + k} for k in range(6)]
    transfers = [
        {"zone": z["id"], "trigger_at": "T+10 min", "pickup_point": "stop", "fleet": "buses"} for z in zones
    ]
    shelters = [{"id": f"s{k}", "node": node(3 + k % 2, k % 3), "capacity": 50} for k in range(4)]
    given = {"zones": zones, "transfers": transfers, "shelters": shelters}
    case = Case.small(tmp_path / "one", to=ON_FOOT, **given)
    other = Case.small(tmp_path / "other", to=ON_FOOT, **{name: rows[::-1] for name, rows in given.items()})
    found, again = case.assign(), other.assign()
    assert found.people.tolist() == again.people.tolist()
    assert case.place(found).tolist() == other.place(again).tolist()
    assert found.people.sum() == sum(z["population"] for z in zones) == 195


def test_with_too_few_places_whoever_is_farther_away_stays_without(tmp_path):
    case = Case.small(tmp_path, to=ON_FOOT)
    found = case.assign(places=np.array([0, 150]))
    # The school is 4 streets from the west and 4 from the north: of ties the first zone is placed.
    assert found.by_zone(2).tolist() == [[0, 100], [0, 50]]
    groups = found.groups
    assert found.unplaced.tolist() == [0 if zone == 0 else 150 for zone in groups.zone]


def test_a_way_that_takes_longer_than_staying_counts_is_not_gone(tmp_path):
    case = Case.small(tmp_path, to=BY_BUS)
    found = case.assign(unplaced_time=3.5 * STREET)
    assert found.people.sum(axis=0).tolist() == [0, 220]
    assert found.unplaced.sum() == 80


def test_closed_roads_lead_to_the_other_shelter_and_then_nowhere(tmp_path):
    case = Case.small(tmp_path, to=BY_BUS)
    ways, ids = case.world.ways, list(case.world.roads.link_ids)

    def close(*roads):
        rows = np.flatnonzero(np.isin(ways.link, [ids.index(road) for road in roads])).astype(np.int32)
        case.routing.update(rows, dict.fromkeys(MoverClass, np.zeros(len(rows))))

    close(*(link((3, 1), (4, 1)), link((4, 0), (4, 1)), link((4, 2), (4, 1))))
    found = case.assign()
    assert found.people.sum(axis=0).tolist() == [100, 0]
    assert found.unplaced.sum() == 200
    close(link((3, 2), (4, 2)))
    assert np.isinf(free_times(case.world, case.groups(), case.routing)).all()
    found = case.assign()
    assert found.unplaced.sum() == 300
    assert case.place(found).tolist() == [NOBODY] * case.households.n


def flooded_case(folder):
    # Water over the floor of the school (0.3 m) passes the limit at T+2 h and goes; in the hall it stands just at it.
    shelters = [
        {"id": "school", "node": node(4, 1), "capacity": 220, "floor_height": "0.3 m"},
        {"id": "hall", "node": node(4, 2), "capacity": 100, "floor_height": "0 m"},
        {"id": "barn", "node": node(3, 2)},
    ]
    depths = [
        ("school", "T+0 h", 0.0), ("school", "T+1 h", 0.3), ("school", "T+2 h", 0.6), ("school", "T+3 h", 0.0),
        ("hall", "T+0 h", 0.25), ("hall", "T+1 h", 0.25), ("hall", "T+2 h", 0.25), ("hall", "T+3 h", 0.25),
    ]  # fmt: skip
    folder.mkdir(exist_ok=True)
    water = {"type": "table", "places": write_depths(folder / "places.csv", "place", depths)}
    return Case.small(
        folder, to=BY_BUS, shelters=shelters, water=water, effects={"shelter_limit": "0.25 m"}, duration="4 h"
    )


def test_shelters_flood_when_a_run_says_so(tmp_path):
    case = flooded_case(tmp_path)
    found = flood_times(case.world)
    done = ev.simulate(case.scenario, seed=1)
    in_run = done.tables.shelters.sort_values("shelter")["flooded_s"].to_numpy()
    assert np.array_equal(np.where(np.isnan(in_run), np.inf, in_run), found)
    assert np.isfinite(found).tolist() == [False, False, True]


def test_places_are_those_of_shelters_that_are_open_and_stay_dry_less_those_inside(tmp_path):
    world = flooded_case(tmp_path).world
    floods = flood_times(world)[2]
    assert world.shelters.ids == ["barn", "hall", "school"]
    assert free_places(world).tolist() == [300, 100, 220]
    assert free_places(world, inside=[10, 120, 20]).tolist() == [290, 0, 200]
    assert free_places(world, is_open=[True, False, True]).tolist() == [300, 0, 220]
    assert free_places(world, dry_until=floods).tolist() == [300, 100, 0]
    assert free_places(world, dry_until=np.nextafter(floods, 0)).tolist() == [300, 100, 220]


def test_water_that_has_gone_before_the_start_closes_nothing(tmp_path):
    depths = [
        ("school", "T-2 h", 2.0),
        ("school", "T-1 h", 0.0),
        ("hall", "T-2 h", 0.0),
        ("hall", "T-1 h", 2.0),
    ]
    water = {"type": "table", "places": write_depths(tmp_path / "places.csv", "place", depths)}
    case = Case.small(tmp_path, water=water)
    assert flood_times(case.world).tolist() == [0.0, np.inf]
    in_run = ev.simulate(case.scenario, seed=1).tables.shelters.set_index("shelter")["flooded_s"]
    assert in_run["hall"] == 0.0
    assert np.isnan(in_run["school"])


def test_no_water_floods_no_shelter(tmp_path):
    assert flood_times(Case.small(tmp_path).world).tolist() == [np.inf, np.inf]


def test_when_a_shelter_is_lost_those_inside_the_other_stay_and_those_inside_it_start_from_there(tmp_path):
    shelters = [
        {"id": "barn", "node": node(4, 0), "capacity": 250},
        {"id": "hall", "node": node(4, 2), "capacity": 100},
        {"id": "school", "node": node(4, 1), "capacity": 220},
    ]
    case = Case.small(tmp_path, to=ON_FOOT, shelters=shelters, population={"household_size": 1})
    barn, hall, school = range(3)
    first = case.assign()
    told = case.place(first)
    assert first.people.sum() == 300
    # The first 20 who were sent to the school and the first 30 sent to the hall are there.
    inside = {s: np.flatnonzero(told == s)[:n] for s, n in ((school, 20), (hall, 30))}
    who = np.ones(case.households.n, dtype=bool)
    who[inside[hall]] = False
    standing = np.full(case.households.n, NOBODY)
    standing[inside[school]] = case.world.shelters.walk_node[school]
    places = free_places(case.world, inside=[0, 30, 0], is_open=[True, True, False])
    assert places.tolist() == [250, 70, 0]
    again = case.assign(places=places, who=who, told=told, standing=standing)
    new = case.place(again, places)
    assert np.all(new[inside[hall]] == NOBODY)  # not asked to go anywhere
    assert np.all(new[who] != NOBODY)
    assert case.load(new)[school] == 0
    assert np.all(np.array(case.load(new)) <= places)
    # Those who stood in the school have one street to go.
    here = again.groups.node == case.world.shelters.walk_node[school]
    assert again.groups.people[here].sum() == 20
    times = free_times(case.world, again.groups, case.routing)
    assert times[here][:, [barn, hall]] == pytest.approx(500 / 1.2)
    solved = assign_people(ShelterProblem(again.groups.people, places, np.rint(times * 1000)))
    assert again.total_time * 1000 == pytest.approx(solved.total_time, rel=1e-6)


def test_people_are_told_another_shelter_only_where_more_is_gained_than_that_counts(tmp_path):
    case = Case.small(tmp_path, to=BY_BUS, population={"household_size": 1})
    hall, school = 0, 1
    told = np.full(case.households.n, hall)
    told[: case.households.n - 100] = school
    places = np.array([100, 300])
    # From the stop the school is one street nearer.
    assert case.assign(places=places, told=told, change_time=STREET - 1).changed == 100
    kept = case.assign(places=places, told=told, change_time=STREET + 1)
    assert (kept.changed, kept.people.sum(axis=0).tolist()) == (0, [100, 200])
    # Whoever must go elsewhere does so at any price.
    lost = case.assign(places=np.array([0, 300]), told=told, change_time=1e5)
    assert (lost.changed, lost.unplaced.sum()) == (100, 0)


def test_nobody_who_has_been_told_loses_the_place_to_somebody_a_little_nearer(tmp_path):
    case = Case.small(tmp_path, to=ON_FOOT, population={"household_size": 1})
    zone, places = case.households.zone, np.array([100, 0])
    told = np.where(zone == 1, np.where(np.cumsum(zone == 1) <= 100, 0, NOBODY), NOBODY)
    # The hall is 3 streets from the north and 5 from the west: anew, the north would have it.
    anew = case.assign(places=places, told=told)
    assert anew.by_zone(2)[:, 0].tolist() == [100, 0]
    kept = case.assign(places=places, told=told, change_time=3600.0)
    assert kept.by_zone(2)[:, 0].tolist() == [0, 100]


def test_a_county_finds_as_many_places_in_as_little_time_as_the_planning_tool():
    case = Case(ev.load(GAOCHENG))
    groups = case.groups()
    time = free_times(case.world, groups, case.routing)
    dry = free_places(case.world, dry_until=case.scenario.duration)
    assert 0 < dry.sum() < groups.people.sum() < free_places(case.world).sum()
    for places in (free_places(case.world), dry):
        found = assign(groups, time=time, places=places)
        solved = assign_people(ShelterProblem(groups.people, places, np.rint(time * 1000)))
        assert found.people.sum() == solved.placed == min(groups.people.sum(), places.sum())
        assert (found.people * np.rint(time * 1000)).sum() == solved.total_time
        shelter = place_households(found, case.households, time=time, places=places)
        assert np.all(np.array(case.load(shelter)) <= places)
        # Small households fill what large ones leave: nobody more stays without a place.
        assert sum(case.load(shelter)) == solved.placed


@st.composite
def household_problems(draw, largest=6):
    n_groups, n_shelters = draw(st.integers(1, 5)), draw(st.integers(1, 4))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n = draw(st.integers(0, 40))
    member = random.integers(NOBODY, n_groups, n)
    size = random.integers(1, draw(st.integers(1, largest)) + 1, n)
    is_in = member != NOBODY
    people = np.bincount(member[is_in], weights=size[is_in], minlength=n_groups).astype(np.int64)
    nothing = np.zeros(n_groups, dtype=np.int64)
    groups = Groups(np.arange(n_groups), nothing, nothing, nothing, nothing + NOBODY, people, member)
    time = random.integers(0, 5, (n_groups, n_shelters)) * 0.125
    time[random.random(time.shape) < draw(st.sampled_from([0.0, 0.3]))] = np.inf
    places = random.integers(0, 60, n_shelters)
    return groups, size, time, places


class Sizes:
    """Stands for the households: nothing but their sizes is read."""

    def __init__(self, people):
        self.people, self.n = people, len(people)


@given(household_problems())
def test_households_stay_together_and_no_shelter_gets_more_than_it_has_places(problem):
    groups, size, time, places = problem
    found = assign(groups, time=time, places=places)
    solved = assign_people(ShelterProblem(groups.people, places, time))
    assert (found.people.sum(), found.total_time) == (solved.placed, solved.total_time)
    shelter = place_households(found, Sizes(size), time=time, places=places)
    placed = shelter != NOBODY
    load = np.bincount(shelter[placed], weights=size[placed], minlength=len(places))
    assert np.all(load <= places)
    assert not np.any(placed & (groups.member == NOBODY))
    assert np.all(np.isfinite(time[groups.member[placed], shelter[placed]]))
    for household in np.flatnonzero(~placed & (groups.member != NOBODY)):
        could_go = np.isfinite(time[groups.member[household]]) & (places - load >= size[household])
        assert not could_go.any()


@given(household_problems(largest=1))
def test_singles_are_placed_just_as_people_are(problem):
    groups, size, time, places = problem
    found = assign(groups, time=time, places=places)
    shelter = place_households(found, Sizes(size), time=time, places=places)
    placed = shelter != NOBODY
    sent = np.zeros_like(found.people)
    np.add.at(sent, (groups.member[placed], shelter[placed]), 1)
    assert np.array_equal(sent, found.people)
