"""Roads whose loss parts most people from their shelters, on roads of which one knows them."""

import csv
from itertools import combinations

import numpy as np
import pytest

import evacsim as ev
from evacsim.ensemble.outages import Asked
from evacsim.ensemble.worst_cut import Parting, worst_roads
from evacsim.world.building import build_world
from tests.reference.small_district import link, node, small_district


def grid(folder, zones, *, without=(), shelter=(4, 1)):
    """A grid of streets without some of them, villages at their corners, one shelter."""
    given = small_district(
        folder,
        zones=[
            {"id": f"z{number}", "node": node(*at), "population": people}
            for number, (at, people) in enumerate(zones)
        ],
        shelters=[{"id": "school", "node": node(*shelter)}],
        to={"bus_share": 0, "car_share": 1},
        population={"car_share": 1},
    )
    given["plan"]["zones"] = [
        {"zone": f"z{number}", "trigger_at": "T+0 s", "organizer": "grid officer"}
        for number in range(len(zones))
    ]
    given["district"]["pickup_points"], given["district"]["fleets"] = [], []
    path = folder / "network" / "links.csv"
    lost = {link(a, b) for a, b in without} | {link(b, a) for a, b in without}
    with path.open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["link_id"] not in lost]
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, [*rows[0], "name"])
        writer.writeheader()
        writer.writerows({**row, "name": "桥头路" if row["link_id"] in NAMED else ""} for row in rows)
    return ev.from_mapping(given)


NAMED = {link((1, 0), (2, 0)), link((2, 0), (1, 0))}
BRIDGE = [((1, 1), (2, 1)), ((1, 2), (2, 2))]
"""Two of the three streets between west and east; without them all of the west goes over the third."""


def test_the_one_bridge_goes_first(tmp_path):
    scenario = grid(tmp_path, [((0, 0), 300), ((0, 2), 200), ((3, 2), 50)], without=BRIDGE)
    world = build_world(scenario)
    (road,) = worst_roads(world, 1)
    assert set(road) == NAMED
    assert Parting(world).parted_by_links(road) == 500
    assert Parting(world).parted_by_links([]) == 0


def test_with_more_roads_the_others_follow_and_the_first_stay(tmp_path):
    scenario = grid(tmp_path, [((0, 0), 300), ((0, 2), 200), ((3, 2), 50)], without=BRIDGE)
    world = build_world(scenario)
    roads = worst_roads(world, 4)
    assert set(roads[0]) == NAMED
    assert Parting(world).parted_by_links([id_ for road in roads for id_ in road]) == 550
    assert len(roads) == 4  # three streets lead to the corner of the last village, and to the school


@pytest.mark.parametrize("seed", range(5))
def test_no_two_roads_part_more(tmp_path, seed):
    """Brute force over all pairs: the greedy choice of at most two is as bad where one cut is what parts."""
    luck = np.random.default_rng(seed)
    corners = [(c, r) for c in range(4) for r in range(3)][1:]
    drawn = [corners[k] for k in luck.choice(len(corners), 2, replace=False)]
    zones = [(corner, int(luck.integers(50, 400))) for corner in [(0, 0), *drawn]]
    scenario = grid(tmp_path, zones, without=BRIDGE)
    world = build_world(scenario)
    parting = Parting(world)
    chosen = [id_ for road in worst_roads(world, 2) for id_ in road]
    roads = sorted(set(parting.road.tolist()))
    best = max(parting.parted(pair) for pair in combinations(roads, 2))
    assert parting.parted_by_links(chosen) == best
    assert best > 0


def test_people_may_leave_by_any_road_to_any_of_their_shelters(tmp_path):
    given = grid(tmp_path, [((0, 1), 300)], without=BRIDGE)
    near = given.change(
        {"district.shelters": [{"id": "near", "node": node(1, 2)}, {"id": "far", "node": node(4, 1)}]}
    )
    world = build_world(near)
    assert Parting(world).parted_by_links(sorted(NAMED)) == 0  # there is a shelter on this side
    named = near.change({"plan.zones[z0].shelter": ["far"]})
    assert Parting(build_world(named)).parted_by_links(sorted(NAMED)) == 300


def test_the_grid_of_outages_takes_them_tells_whom_they_part_and_what_they_are_called(tmp_path):
    scenario = grid(tmp_path, [((0, 0), 300), ((0, 2), 200), ((3, 2), 50)], without=BRIDGE)
    found = ev.outages(scenario, cuts=["roads"], roads="worst", road_share=0.2, severities=[0.5, 1], seed=2)
    chosen = found.found.chosen
    assert set(chosen["roads", 1.0][: len(NAMED)]) == NAMED
    assert chosen["roads", 1.0][: len(chosen["roads", 0.5])] == chosen["roads", 0.5]
    n_roads = len({frozenset(one.split("_")) for one in chosen["roads", 1.0]})
    assert n_roads == int(np.ceil(0.2 * found.found.there["roads"]))  # as many as are asked for
    assert found.found.parted[1.0] >= 500
    assert found.found.road_names[next(iter(NAMED))] == "桥头路"
    told = found.told("zh")
    assert "隔断人数最多的" in told
    assert "桥头路" in told
    cell = found.table[found.table["severity"] == 1].set_index("id")
    assert cell.loc["clearance_time_90", "change"] == "worse"


def test_the_busiest_roads_stay_what_they_were(tmp_path):
    scenario = grid(tmp_path, [((0, 0), 300), ((0, 2), 200)])
    assert Asked().roads == "busiest"
    found = ev.outages(scenario, cuts=["roads"], road_share=0.1, severities=[1], seed=2).found
    links = ev.simulate(scenario, seed=2).tables.links.set_index("link")["vehicles"]
    assert links[list(found.chosen["roads", 1.0])].max() == links.max()
