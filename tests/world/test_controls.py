"""Junctions, signals and orders of the plan, put on the rows of the network."""

import numpy as np
import pytest

from evacsim.errors import ScenarioError
from evacsim.scenario.reading import from_mapping
from evacsim.world.building import build_world
from tests.reference.small_district import link, node, small_district

FORTH, BACK = link((1, 1), (2, 1)), link((2, 1), (1, 1))


def world_with(folder, roads=(), controls=(), weather=None, gauge=None):
    mapping = small_district(folder)
    mapping["district"]["roads"] |= dict(roads)
    mapping["plan"]["controls"] = list(controls)
    mapping["hazard"]["weather"] = weather or {}
    if gauge is not None:
        path = folder / "stages.csv"
        path.write_text("time,stage_m\n" + "".join(f"{time},{stage}\n" for time, stage in gauge))
        mapping["hazard"]["gauges"] = [{"id": "bridge", "datum": "0", "series": str(path)}]
    return build_world(from_mapping(mapping))


def problems(folder, **options):
    with pytest.raises(ScenarioError) as error:
        world_with(folder, **options)
    return [(issue.place, issue.value, issue.rule.en) for issue in error.value.issues]


def way(world, name):
    row = world.roads.link_row[name]
    return int(np.flatnonzero((world.ways.link == row) & ~world.ways.is_footway)[0])


def test_nothing_holds_traffic_unless_the_scenario_says_so(tmp_path):
    world = world_with(tmp_path)
    assert np.isinf(world.node_capacity).all()
    assert len(world.signals.way) == 0
    assert world.orders == []


def test_junctions_have_the_usual_capacity_or_their_own(tmp_path):
    own = {"node": node(1, 1), "capacity": "900 veh/h"}
    world = world_with(tmp_path, {"node_capacity": "1800 veh/h", "junctions": [own]})
    capacity = dict(zip(world.roads.node_ids, world.node_capacity, strict=True))
    assert capacity[node(1, 1)] == 0.25
    assert capacity[node(2, 1)] == capacity[node(1, 0)] == 0.5
    assert np.isinf(capacity[node(0, 0)])  # a corner with two roads


def test_signals_stand_on_the_rows_of_their_links(tmp_path):
    signals = [
        {"link": BACK, "cycle": "60 s", "start": "30 s", "green": "20 s"},
        {"link": FORTH, "cycle": "90 s", "green": "45 s"},
    ]
    world = world_with(tmp_path, {"signals": signals})
    assert world.signals.way.tolist() == [way(world, FORTH), way(world, BACK)]
    assert world.signals.cycle.tolist() == [90, 60]
    assert world.signals.start.tolist() == [0, 30]
    assert world.signals.green.tolist() == [45, 20]


def test_orders_come_in_the_order_of_time_with_what_ways_then_carry(tmp_path):
    controls = [
        {"links": [FORTH], "order": "open", "at": "T+3 h"},
        {"links": [FORTH, BACK], "order": "close", "at": "T+1 h"},
        {"links": [FORTH], "order": "capacity", "at": "T+2 h", "capacity_factor": 0.5},
        {"links": [BACK], "order": "capacity", "at": "T+2 h", "lanes": 2},
    ]
    orders = world_with(tmp_path, controls=controls).orders
    assert [(order.time, order.order.order) for order in orders] == [
        (3600, "close"), (7200, "capacity"), (7200, "capacity"), (10800, "open"),
    ]  # fmt: skip
    assert [order.capacity.tolist() for order in orders] == [[0, 0], [0.25], [1.0], [0.5]]
    assert all((order.opposite == -1).all() for order in orders)


def test_an_order_is_given_at_its_stage_or_its_moment_whichever_is_sooner(tmp_path):
    stage = {"trigger_gauge": "bridge", "trigger_stage": "0.5 m"}
    controls = [
        {"links": [FORTH], "order": "close", **stage},
        {"links": [FORTH], "order": "close", **stage, "at": "T+30 min"},
        {"links": [FORTH], "order": "close", **stage, "at": "T+2 h"},
        {"links": [FORTH], "order": "open", "trigger_gauge": "bridge", "trigger_stage": "9 m"},
    ]
    gauge = [("0 h", 0.0), ("2 h", 1.0)]
    orders = world_with(tmp_path, controls=controls, gauge=gauge).orders
    assert [order.time for order in orders] == [1800, 3600, 3600]


@pytest.mark.parametrize(
    ("preset", "flow"), [("sustained_low", 800 / 3600), ("sustained_high", 1000 / 3600), ("peak", 0.35)]
)
def test_reversed_lanes_go_to_the_opposite_direction(tmp_path, preset, flow):
    order = {"links": [FORTH], "order": "reverse", "at": "T+1 h", "contraflow": preset}
    world = world_with(tmp_path, controls=[order])
    (change,) = world.orders
    assert change.ways.tolist() == [way(world, FORTH)]
    assert change.opposite.tolist() == [way(world, BACK)]
    assert change.capacity.tolist() == [0]
    assert change.opposite_capacity == pytest.approx([0.5 + flow])
    assert change.opposite_storage == pytest.approx([2 * 75])


def test_opening_a_reversed_road_takes_its_lanes_back(tmp_path):
    controls = [
        {"links": [FORTH], "order": "reverse", "at": "T+1 h"},
        {"links": [FORTH], "order": "open", "at": "T+2 h"},
        {"links": [FORTH], "order": "open", "at": "T+3 h"},
    ]
    world = world_with(tmp_path, controls=controls)
    _, opened, again = world.orders
    assert (opened.capacity.tolist(), opened.opposite.tolist()) == ([0.5], [way(world, BACK)])
    assert (opened.opposite_capacity.tolist(), opened.opposite_storage.tolist()) == ([0.5], [75])
    assert again.opposite.tolist() == [-1]


def test_rain_falls_on_reversed_lanes_too(tmp_path):
    order = {"links": [FORTH], "order": "reverse", "at": "T+1 h"}
    (change,) = world_with(tmp_path, controls=[order], weather={"rain": "heavy"}).orders
    assert change.opposite_capacity == pytest.approx([0.8587 * (0.5 + 800 / 3600)])


def test_what_the_network_does_not_have_is_told_at_once(tmp_path):
    found = problems(
        tmp_path,
        roads={
            "junctions": [{"node": "n9-9", "capacity": "900 veh/h"}],
            "signals": [{"link": "nowhere", "cycle": "60 s", "green": "30 s"}],
        },
        controls=[{"links": ["elsewhere"], "order": "close", "at": "T+1 h"}],
    )
    assert found == [
        ("roads.junctions: node", "n9-9", "is no node of the road network"),
        ("roads.signals: link", "nowhere", "is no link of the road network"),
        ("plan.controls[0].links", "elsewhere", "is no link of the road network"),
    ]


def test_both_directions_cannot_be_reversed_at_once(tmp_path):
    order = {"links": [FORTH, BACK], "order": "reverse", "at": "T+1 h"}
    assert [rule for _, _, rule in problems(tmp_path, controls=[order])] == [
        "both directions of one road are reversed at once"
    ]


def test_a_one_way_road_cannot_be_reversed(tmp_path):
    mapping = small_district(tmp_path)
    path = tmp_path / "network/links.csv"
    path.write_text(
        "\n".join(line for line in path.read_text().splitlines() if not line.startswith(BACK)) + "\n"
    )
    mapping["plan"]["controls"] = [{"links": [FORTH], "order": "reverse", "at": "T+1 h"}]
    with pytest.raises(ScenarioError, match="no link the other way"):
        build_world(from_mapping(mapping))
