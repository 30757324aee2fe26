"""The narrow place of the roads: the cut that takes longest to pass, against brute force."""

import csv
from itertools import combinations

import numpy as np
import pytest

import evacsim as ev
from evacsim.plan.examined_told import narrow_told, summary
from evacsim.plan.executability.cut_roads import PER_HOUR, drivable, needs
from evacsim.plan.executability.workings import Workings
from evacsim.plan.narrow_places import narrow_place
from evacsim.world.building import build_world
from tests.reference.small_district import link, node, small_district


def drawn(folder, seed):
    """Two villages and a small grid whose streets carry what a seed says."""
    given = small_district(
        folder,
        zones=[
            {"id": "west", "node": node(0, 1), "population": 300},
            {"id": "north", "node": node(0, 0), "population": 150},
        ],
        shelters=[{"id": "school", "node": node(2, 1)}],
        population={"car_share": 1},
        to={"bus_share": 0, "car_share": 1},
    )
    luck = np.random.default_rng(seed)
    path = folder / "network" / "links.csv"
    kept = {node(c, r) for c in range(3) for r in range(2)}
    with path.open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if {row["from_node"], row["to_node"]} <= kept]
    for row in rows:
        row["capacity_vps"] = f"{luck.uniform(0.02, 0.3):.4f}"
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    nodes = folder / "network" / "nodes.csv"
    lines = nodes.read_text().splitlines()
    nodes.write_text("\n".join([lines[0], *(one for one in lines[1:] if one.split(",")[0] in kept)]) + "\n")
    given["district"]["pickup_points"], given["district"]["fleets"] = [], []
    given["plan"]["zones"] = [
        {"zone": one, "trigger_at": "T+0 s", "organizer": "grid officer"} for one in ("west", "north")
    ]
    return ev.from_mapping(given)


def longest(world, found):
    """Return the longest time of all cuts, over every set of nodes that holds no shelter [h]."""
    ways, own = world.ways, drivable(world)
    (end,) = {end for need in found for end in need.ends}
    others = [one for one in range(len(world.roads.node_ids)) if one != end]
    best = 0.0
    for size in range(1, len(others) + 1):
        for inside in map(set, combinations(others, size)):
            vehicles = sum(need.vehicles for need in found if need.node in inside)
            flow = sum(
                PER_HOUR * ways.capacity[way]
                for way in own
                if ways.from_node[way] in inside and ways.to_node[way] not in inside
            )
            best = max(best, vehicles / flow)
    return best


@pytest.mark.parametrize("seed", range(6))
def test_no_cut_takes_longer(tmp_path, seed):
    scenario = drawn(tmp_path, seed)
    world = build_world(scenario)
    workings = Workings.of(scenario, world)
    place = narrow_place(workings)
    assert place.hours == pytest.approx(longest(world, needs(workings)), rel=2e-3)
    rows = [world.roads.link_row[one] for one in place.links]
    assert place.flow == pytest.approx(PER_HOUR * float(world.roads.capacity[rows].sum()))


def test_the_narrow_street_of_a_village_is_named_and_told(tmp_path):
    given = small_district(
        tmp_path, zones=[{"id": "west", "node": node(0, 0), "population": 300}], population={"car_share": 1},
        to={"bus_share": 0, "car_share": 1}, shelters=[{"id": "school", "node": node(4, 0)}],
    )  # fmt: skip
    scenario = ev.from_mapping(given)
    found = ev.validate(scenario).found
    corner = [link((0, 0), (1, 0)), link((0, 0), (0, 1))]
    other = [link((3, 0), (4, 0)), link((4, 1), (4, 0))]
    assert sorted(found.narrow.links) in (sorted(corner), sorted(other))  # two streets each, 0.5 a second
    assert found.narrow.flow == pytest.approx(3600)
    assert found.narrow.links[0] in narrow_told(found.narrow, "zh")
    assert summary(found)["narrow_place"]["flow_per_h"] == pytest.approx(3600)


def test_where_everybody_walks_there_is_none(tmp_path):
    given = small_district(tmp_path, population={"car_share": 0}, to={"bus_share": 0, "car_share": 0})
    assert ev.validate(ev.from_mapping(given)).found.narrow is None
