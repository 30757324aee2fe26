"""What a scenario may say of roads, weather, travelers and orders to the roads."""

import pytest
from pydantic import ValidationError

from evacsim.network.presets import CAPACITY_PRESETS, CONTRAFLOW_PRESETS
from evacsim.network.walking import IMO_AGES
from evacsim.scenario.assumptions import assumptions
from evacsim.scenario.district import Knowledge, Population, Roads, Signal
from evacsim.scenario.hazard import Weather
from evacsim.scenario.plan import RoadOrder
from evacsim.scenario.reading import load, read
from evacsim.scenario.section import Fixed
from evacsim.scenario.shapes import shapes
from tests.broken.small import DISTRICT, HAZARD, PLAN


def told(folder):
    return [(issue.severity, issue.place, issue.rule.en) for issue in read(folder).issues]


def refused(model, **values):
    with pytest.raises(ValidationError) as error:
        model(**values)
    return error.value.errors(include_url=False)[0]["ctx"]["error"]


def test_nothing_is_switched_on_unless_the_scenario_says_so():
    roads, population = Roads(file="roads"), Population()
    assert (roads.capacity_preset, roads.capacity_drop, roads.crowding, roads.slopes) == (
        "ordinary", 0, "none", "none",
    )  # fmt: skip
    assert (roads.node_capacity, roads.junctions, roads.signals, roads.gridlock) == (None, [], [], "wait")
    assert (population.knowledge.informed, population.patience_at_closure) == (1, None)
    assert population.speed_law == "normal"
    assert (Weather().rain, Weather().light) == ("none", "day")


def test_the_scenario_may_name_every_preset_and_no_other():
    assert set(shapes(Roads)["capacity_preset"].choices) == set(CAPACITY_PRESETS)
    assert set(shapes(RoadOrder)["contraflow"].choices) == set(CONTRAFLOW_PRESETS)
    assert "imo_ages" in shapes(Population)["speed_law"].choices
    assert IMO_AGES


def test_roads_take_their_options(folder_with):
    district = DISTRICT.replace(
        "  format: csv\n",
        "  format: csv\n  capacity_preset: sustained_evacuation\n  capacity_drop: 10 %\n  crowding: linear\n"
        "  node_capacity: 1800 veh/h\n  junctions: [{node: n1, capacity: 900 veh/h}]\n  signals: signals.csv\n"
        "  gridlock: squeeze\n  gridlock_patience: 5 min\n",
    )
    folder = folder_with(
        district__yaml=district, signals__csv="路段,周期(s),绿灯(s),相位差(s)\na,60,30,10\nb,60,30,40\n"
    )
    roads = load(folder).district.roads
    assert roads.capacity_drop == 0.1
    assert roads.node_capacity == 0.5
    assert roads.junctions[0].capacity == 0.25
    assert [(signal.link, signal.cycle, signal.start, signal.green) for signal in roads.signals] == [
        ("a", 60, 10, 30), ("b", 60, 40, 30),
    ]  # fmt: skip
    assert roads.gridlock_patience == 300


def test_green_is_no_longer_than_the_cycle():
    assert "green" in str(refused(Signal, link="a", cycle="60 s", green="61 s"))
    assert Signal(link="a", cycle="60 s", green="60 s").start == 0


def test_roads_say_each_thing_once():
    assert "lane_capacity" in str(
        refused(Roads, file="r", lane_capacity="600 veh/h", capacity_preset="sustained_evacuation")
    )
    signal = {"link": "a", "cycle": "60 s", "green": "30 s"}
    assert "twice" in str(refused(Roads, file="r", signals=[signal, signal]))


@pytest.mark.parametrize(
    ("written", "rain"),
    [
        ("heavy", "heavy"),
        ("10 mm/h", "heavy"),
        ("2.5 毫米/小时", "light"),
        ("0 mm/h", "none"),
        ("5mm/h", "medium"),
    ],
)
def test_rain_is_named_or_measured(folder_with, written, rain):
    folder = folder_with(hazard__yaml=HAZARD + f"weather: {{rain: {written}, light: by_start}}\n")
    weather = load(folder).hazard.weather
    assert (weather.rain, weather.light) == (rain, "by_start")


@pytest.mark.parametrize("written", ["-1 mm/h", "a lot", "10", "10 mm"])
def test_rain_that_means_nothing_is_refused(folder_with, written):
    folder = folder_with(hazard__yaml=HAZARD + f"weather: {{rain: {written}}}\n")
    assert [place for _, place, _ in told(folder)] == ["weather.rain"]


def test_shares_of_knowledge_add_up():
    assert "add up" in str(refused(Knowledge, informed=0.5, eyes=0.4))
    assert Knowledge(informed="50 %", eyes="40 %", nothing="10 %").nothing == 0.1


def test_patience_is_a_law_of_duration():
    assert Population(patience_at_closure="10 min").patience_at_closure == Fixed(value="10 min")


def test_speeds_that_the_table_of_ages_leaves_unused_are_pointed_out(folder_with):
    written = "  household_size: 2.5\n  speed_law: imo_ages\n  walking_speed: 1.2 m/s\n"
    folder = folder_with(district__yaml=DISTRICT.replace("  household_size: 2.5\n", written))
    assert told(folder) == [("warning", "population.walking_speed", "is not used with speed_law: imo_ages")]


def with_orders(folder_with, *orders):
    lines = "".join(f"  - {{{order}}}\n" for order in orders)
    return folder_with(plan__yaml=PLAN + "controls:\n" + lines)


def test_orders_to_the_roads_are_read(folder_with):
    folder = with_orders(
        folder_with,
        "links: [a, b], order: close, at: T+2 h",
        "links: c, order: reverse, trigger_gauge: bridge, trigger_stage: 0.5 m, contraflow: sustained_high",
        "links: d, order: capacity, at: T+1 h, lanes: 2",
    )
    close, reverse, capacity = load(folder).plan.controls
    assert (close.links, close.at) == (["a", "b"], 7200)
    assert (reverse.links, reverse.clear_time, reverse.trigger_stage) == (["c"], 1800, 0.5)
    assert (capacity.lanes, capacity.capacity_factor) == (2, None)


def test_orders_may_stand_in_a_table_with_chinese_words(folder_with):
    table = "管制路段,管制措施,时间,通行能力系数\na;b,封闭,T+2 h,\nc,限流,T+3 h,0.5\nd,潮汐车道,T+3 h,\n"
    folder = folder_with(plan__yaml=PLAN + "controls: orders.csv\n", orders__csv=table)
    assert [(order.links, order.order) for order in load(folder).plan.controls] == [
        (["a", "b"], "close"), (["c"], "capacity"), (["d"], "reverse"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("order", "place", "rule"),
    [
        ("links: a, order: close", "controls[0]", "has no moment and no trigger"),
        ("links: a, order: close, trigger_gauge: bridge", "controls[0]", "needs both trigger_gauge and trigger_stage"),
        ("links: a, order: capacity, at: T+1 h", "controls[0]", "needs either capacity_factor or lanes"),
        ("links: a, order: capacity, at: T+1 h, lanes: 1, capacity_factor: 0.5", "controls[0]",
         "needs either capacity_factor or lanes"),
        ("links: a, order: open, at: T+1 h, lanes: 1", "controls[0]", "lanes is for order: capacity"),
        ("links: a; a, order: open, at: T+1 h", "controls[0].links", "stands twice in this order"),
        ("links: a, order: open, at: T+30 h", "controls[0].at",
         "lies outside the scenario, which ends 07-19 20:00 (T+24.0 h)"),
        ("links: a, order: open, trigger_gauge: brigde, trigger_stage: 0.5 m", "controls[0].trigger_gauge",
         "no gauge has this id"),
    ],
)  # fmt: skip
def test_orders_that_cannot_be_meant_are_told(folder_with, order, place, rule):
    assert told(with_orders(folder_with, order)) == [("error", place, rule)]


def test_an_order_that_no_stage_triggers_is_pointed_out(folder_with):
    folder = with_orders(folder_with, "links: a, order: close, trigger_gauge: bridge, trigger_stage: 9 m")
    assert told(folder) == [
        ("warning", "bridge", "never reaches 9 m, which is to trigger a (highest: 1.2 m)")
    ]


def test_the_report_lists_what_the_scenario_chose(folder_with):
    folder = folder_with(
        district__yaml=DISTRICT.replace("  format: csv\n", "  format: csv\n  node_capacity: 0.5 veh/s\n"),
        hazard__yaml=HAZARD + "weather: {rain: 10 mm/h}\n",
    )
    found = {entry.path: entry for entry in assumptions(load(folder))}
    assert found["district.roads.capacity_preset"].value == "ordinary"
    assert (found["district.roads.node_capacity"].value, found["district.roads.node_capacity"].mark) == (
        "0.5 veh/s", "given",
    )  # fmt: skip
    assert (found["hazard.weather.rain"].value, found["hazard.weather.rain"].mark) == ("heavy", "given")
