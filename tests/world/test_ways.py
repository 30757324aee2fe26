"""Who may use which road, and what it carries."""

import csv

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import evacsim as ev
from evacsim.network.walking import slope_factor
from evacsim.scenario.reading import from_mapping
from evacsim.world.building import build_world
from evacsim.world.columns import Crowding
from evacsim.world.ways import WALKER_FLOW, WALKER_JAM, opposite_links
from tests.reference.small_district import link, node, small_district

BUSWAY = {link((1, 1), (2, 1)), link((2, 1), (1, 1))}


def with_busway(folder):
    """A small district of people with cars whose middle street is for buses only, over two corners."""
    mapping = small_district(
        folder,
        zones=[{"id": "west", "node": node(0, 1), "population": 60}],
        transfers=[
            {
                "zone": "w*",
                "trigger_at": "T+10 min",
                "organizer": "x",
                "pickup_point": "stop",
                "fleet": "buses",
            }
        ],
        population={"car_share": 1},
        to={"bus_share": 0.5, "car_share": 0.5},
    )
    path = folder / "network/links.csv"
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [*rows[0], "modes"])
        writer.writeheader()
        for row in rows:
            writer.writerow(row | {"modes": "bus;walk" if row["link_id"] in BUSWAY else "car;bus;walk"})
    return mapping


def test_cars_keep_off_a_street_for_buses_and_buses_use_it(tmp_path):
    run = ev.simulate(ev.from_mapping(with_busway(tmp_path)), seed=1)
    ledger, rounds = run.tables.ledger, run.tables.rounds
    assert (ledger["mode"] == "car").any()
    on_busway = run.tables.links.set_index("link").loc[sorted(BUSWAY), "vehicles"].sum()
    assert 0 < on_busway <= 2 * len(rounds)


def ways_of(folder, roads=(), weather=None, links=None, nodes=None):
    """Return the ways of the small district, with columns added to its tables of links and nodes."""
    mapping = small_district(folder)
    mapping["district"]["roads"] |= dict(roads)
    mapping["hazard"]["weather"] = weather or {}
    for name, added in (("links", links), ("nodes", nodes)):
        if added:
            _add(folder / f"network/{name}.csv", *added)
    return build_world(from_mapping(mapping)).ways


def _add(path, column, value_of):
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [*rows[0], column])
        writer.writeheader()
        writer.writerows(row | {column: value_of(row)} for row in rows)


def test_nothing_changes_unless_the_scenario_says_so(tmp_path):
    ways = ways_of(tmp_path)
    roads, footways = ~ways.is_footway, ways.is_footway
    assert set(ways.capacity[roads]) == {0.5}
    assert set(ways.free_speed[roads]) == {10.0}
    assert set(ways.width[footways]) == {2.0}
    assert np.isinf(ways.width[roads]).all()
    assert (ways.crowd == Crowding.NONE).all()
    assert (ways.capacity_drop == 0).all()
    assert (ways.walk_factor == 1).all()
    assert ways.priority.tolist() == ways.capacity.tolist()


def test_a_preset_and_rain_at_night_slow_vehicles_and_no_walkers(tmp_path):
    ways = ways_of(
        tmp_path, {"capacity_preset": "sustained_evacuation"}, {"rain": "10 mm/h", "light": "by_start"}
    )
    roads, footways = ~ways.is_footway, ways.is_footway
    assert ways.capacity[roads] == pytest.approx(600 / 3600 * 0.8587)
    assert ways.free_speed[roads] == pytest.approx(10 * 0.84 * 0.95)  # the small district starts at 20:00
    assert ways.capacity[footways] == pytest.approx(WALKER_FLOW * 2)


def test_capacity_drop_and_crowding_hold_for_their_own_ways(tmp_path):
    ways = ways_of(tmp_path, {"capacity_drop": "10 %", "crowding": "linear"})
    roads, footways = ~ways.is_footway, ways.is_footway
    assert set(ways.capacity_drop[roads]) == {0.1}
    assert set(ways.capacity_drop[footways]) == {0.0}
    assert set(ways.crowd[footways]) == {Crowding.LINEAR}
    assert set(ways.crowd[roads]) == {Crowding.NONE}


def test_twins_are_the_two_directions_of_one_footway(tmp_path):
    ways = ways_of(tmp_path)
    footways = np.flatnonzero(ways.is_footway)
    twin = ways.twin[footways]
    assert (ways.twin[~ways.is_footway] == -1).all()
    assert (twin >= 0).all()
    assert ways.twin[twin].tolist() == footways.tolist()
    assert ways.from_node[twin].tolist() == ways.to_node[footways].tolist()
    assert ways.to_node[twin].tolist() == ways.from_node[footways].tolist()


def test_a_one_way_street_has_a_footway_each_way(tmp_path):
    mapping = small_district(tmp_path)
    path = tmp_path / "network/links.csv"
    lines = path.read_text().splitlines()
    path.write_text("\n".join(line for line in lines if not line.startswith(link((2, 1), (1, 1)))) + "\n")
    world = build_world(from_mapping(mapping))
    ways, row = world.ways, world.roads.link_row[link((1, 1), (2, 1))]
    forth, back = np.flatnonzero(ways.is_footway & (ways.link == row))
    assert (ways.twin[forth], ways.twin[back]) == (back, forth)
    assert ways.from_node[forth] == ways.to_node[back]


def test_a_footway_has_the_width_of_the_file(tmp_path):
    wide = link((1, 1), (2, 1))
    ways = ways_of(tmp_path, links=("footway_width_m", lambda row: 3.5 if row["link_id"] == wide else ""))
    footways = np.flatnonzero(ways.is_footway)
    assert sorted(set(ways.width[footways])) == [2.0, 3.5]
    at = footways[ways.width[footways] == 3.5]
    assert len(at) == 1
    assert ways.capacity[at] == pytest.approx(WALKER_FLOW * 3.5)
    assert ways.storage[at] == pytest.approx(WALKER_JAM * 3.5 * 500)


def test_slopes_count_where_the_scenario_wants_it_and_the_nodes_have_heights(tmp_path):
    heights = ("height_m", lambda row: 25.0 if row["node_id"] == node(1, 1) else 0.0)
    level = ways_of(tmp_path / "level", {"slopes": "tobler"})
    assert (level.walk_factor == 1).all()
    unasked = ways_of(tmp_path / "unasked", nodes=heights)
    assert (unasked.walk_factor == 1).all()
    ways = ways_of(tmp_path / "hill", {"slopes": "tobler"}, nodes=heights)
    assert (ways.walk_factor[~ways.is_footway] == 1).all()
    up, down = float(slope_factor(0.05)), float(slope_factor(-0.05))
    found = sorted({round(float(factor), 9) for factor in ways.walk_factor})
    assert found == pytest.approx([up, 1, down])
    assert ways.walk_factor[ways.twin[ways.walk_factor < 1]] == pytest.approx(down)


def test_slopes_without_heights_are_pointed_out(tmp_path):
    mapping = small_district(tmp_path)
    mapping["district"]["roads"]["slopes"] = "tobler"
    world = build_world(from_mapping(mapping))
    assert "no node has a height, so all slopes are 0" in [issue.rule.en for issue in world.warnings]


def test_roads_of_different_length_between_the_same_nodes_are_two_roads():
    from_node, to_node = np.array([0, 1, 0, 1, 2]), np.array([1, 0, 1, 0, 2])
    length = np.array([100.0, 300.0, 300.0, 100.5, 50.0])
    assert opposite_links(from_node, to_node, length).tolist() == [3, 2, 1, 0, -1]
    assert opposite_links(from_node[:2], to_node[:2], length[:2]).tolist() == [-1, -1]


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.sampled_from([50.0, 100.0])), max_size=12))
def test_opposite_links_are_pairs(links):
    columns = np.array(links, dtype=np.float64).reshape(-1, 3)
    start, end, length = columns[:, 0].astype(np.int32), columns[:, 1].astype(np.int32), columns[:, 2]
    opposite = opposite_links(start, end, length)
    rows = np.flatnonzero(opposite >= 0)
    assert opposite[opposite[rows]].tolist() == rows.tolist()
    assert (start[opposite[rows]] == end[rows]).all()
    assert (length[opposite[rows]] == length[rows]).all()
    assert (opposite[rows] != rows).all()
