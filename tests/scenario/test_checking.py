"""What must hold between the parts of a scenario."""

import pytest

from evacsim.errors import FormatError
from evacsim.scenario.checking import check
from evacsim.scenario.gauges import read_stages
from evacsim.scenario.matching import matching, transfers_by_zone
from evacsim.scenario.reading import load, read
from tests.broken.small import DISTRICT, SCENARIO, SHELTERS, STAGES, TRANSFERS, ZONES

HEADER = TRANSFERS.splitlines()[0]


@pytest.fixture
def small(folder_with):
    return load(folder_with())


def told(folder):
    return [(issue.severity, issue.file, issue.place, issue.rule.en) for issue in read(folder).issues]


def test_nothing_is_wrong_with_the_small_scenario(small):
    assert check(small) == []


def test_a_scenario_in_memory_is_checked_by_paths(small):
    alone = small.plan.zones[0].model_copy(update={"shelter": ["school", "hill"], "fleet": "bus"})
    changed = small.model_copy(update={"plan": small.plan.model_copy(update={"zones": [alone]})})
    assert [(issue.file, issue.place, issue.value) for issue in check(changed)] == [
        ("small", "plan.zones[0].fleet", "bus"),
        ("small", "plan.zones[0].shelter[1]", "hill"),
    ]


def test_entries_that_are_right_are_checked_although_others_are_wrong(folder_with):
    folder = folder_with(
        zones__csv=ZONES.replace("80", "-80"),
        transfers__csv=TRANSFERS.replace("school; hall", "shcool").replace("T+12 h", "noon"),
    )
    assert [(issue.file, issue.line) for issue in read(folder).issues] == [
        ("zones.csv", 3), ("transfers.csv", 2), ("transfers.csv", 3),
    ]  # fmt: skip


def test_an_entry_that_is_wrong_is_known_by_its_id(folder_with):
    folder = folder_with(shelters__csv=SHELTERS.replace("150", "-1"))
    assert [issue.file for issue in read(folder).issues] == ["shelters.csv"]


def test_shelters_without_a_number_are_pointed_out_once(folder_with):
    folder = folder_with(shelters__csv=SHELTERS.replace("150", "").replace(",100", ","))
    assert told(folder) == [("warning", "shelters.csv", "", "no capacity: school, hall can take any number")]


def test_a_closed_shelter_is_pointed_out(folder_with):
    folder = folder_with(shelters__csv=SHELTERS.replace("150", "250").replace(",100", ",0"))
    assert told(folder) == [("warning", "shelters.csv", "", "capacity 0: hall can take nobody")]


def test_too_little_room_is_pointed_out(folder_with):
    folder = folder_with(zones__csv=ZONES.replace("120", "171"))
    assert told(folder) == [("warning", "shelters.csv", "", "hold 250 people, 251 are to be moved")]


def test_a_trigger_that_the_series_never_reaches_is_pointed_out(folder_with):
    folder = folder_with(transfers__csv=TRANSFERS.replace("bridge,0.5", "bridge,1.3"))
    assert told(folder) == [
        ("warning", "bridge.csv", "bridge", "never reaches 1.3 m, which is to trigger east (highest: 1.2 m)")
    ]


def test_a_deadline_after_the_end_is_pointed_out(folder_with):
    folder = folder_with(transfers__csv=TRANSFERS.replace("T+12 h", "T+30 h"))
    assert [issue.severity for issue in read(folder).issues] == ["warning"]


def test_a_zone_that_walks_needs_no_bus(folder_with):
    lines = [
        HEADER + ",乘车比例",
        "east,T+1 h,,,张三,,,school,T+14 h,0",
        "west,T+6 h,,,李四,gate,buses,hall,T+12 h,50 %",
    ]
    assert told(folder_with(transfers__csv="\n".join(lines))) == []


def test_places_may_stand_at_nodes_without_a_reference_system(folder_with):
    folder = folder_with(
        district__yaml=DISTRICT.replace("crs: EPSG:32650\n", "", 1).replace(
            "x: 500000, y: 3500100", "node: n1"
        ),
        zones__csv="村,人口,节点\neast,120,n0\nwest,80,n1\n",
        shelters__csv="安置点,容量,节点,备注\nschool,150,n2,\nhall,100,n3,\n",
    )
    assert told(folder) == []


def test_a_place_a_little_outside_the_area_of_its_system_is_right(folder_with):
    # EPSG:32650 is made for 114-120 E; districts on its border use it on both sides.
    assert told(folder_with(zones__csv=ZONES.replace("499000", "170000"))) == []


def test_stages_are_read_in_seconds_and_metres(folder_with):
    scenario = load(folder_with(bridge__csv="时间(h),水位(cm),流量\n-2,-80,1\n0.5,10,2\n4,120,\n"))
    stages = read_stages(scenario.hazard.gauges[0], start=scenario.start)
    assert stages.times.tolist() == [-7200.0, 1800.0, 14400.0]
    assert stages.stages.tolist() == pytest.approx([-0.8, 0.1, 1.2])


def test_all_that_is_wrong_with_a_series_is_told_at_once(folder_with):
    folder = folder_with()
    gauge, start = load(folder).hazard.gauges[0], load(folder).start
    (folder / "bridge.csv").write_text(
        STAGES.replace("0.1", "high").replace("06:00", "06h"), encoding="utf-8"
    )
    with pytest.raises(FormatError) as error:
        read_stages(gauge, start=start)
    assert [(issue.line, issue.place) for issue in error.value.issues] == [
        (3, "column 水位_m"),
        (4, "column 时间"),
    ]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [("J1-1", ["J1-1"]), ("J1-*", ["J1-1", "J1-2"]), ("*-1", ["J1-1", "J2-1"]), ("*", ["J1-1", "J1-2", "J2-1"]),
     ("J*2", ["J1-2"]),
     ("J1", []), ("j1-1", []), (".*", []), ("J1-?", [])],
)  # fmt: skip
def test_a_star_stands_for_any_letters_and_nothing_else_does(pattern, found):
    assert matching(pattern, ["J1-1", "J1-2", "J2-1"]) == found


def test_every_zone_finds_its_line_of_the_plan(folder_with):
    scenario = load(folder_with(transfers__csv=HEADER + "\nw*,T+6 h,,,李四,gate,buses,hall,T+12 h\n"))
    assert {zone: transfer.zone for zone, transfer in transfers_by_zone(scenario).items()} == {"west": "w*"}


def test_an_entry_may_be_named_twice_among_different_kinds(folder_with):
    district = DISTRICT.replace("id: gate", "id: east")
    assert told(folder_with(district__yaml=district, transfers__csv=TRANSFERS.replace("gate", "east"))) == []


def test_the_year_of_a_moment_need_not_be_the_first(folder_with):
    scenario = SCENARIO.replace("2026-07-18 20:00", "2026-12-31 20:00")
    transfers = TRANSFERS.replace("T+6 h", "2027-01-01 02:00").replace("T+12 h", "2027-01-01 08:00")
    folder = folder_with(
        scenario__yaml=scenario, transfers__csv=transfers, bridge__csv=STAGES.replace("2026-07", "2026-12")
    )
    assert all(issue.severity == "warning" for issue in read(folder).issues)
