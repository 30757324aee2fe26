"""The many ways to write one scenario, and all mistakes of all files at once."""

import json
import pickle
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from evacsim.errors import ScenarioError
from evacsim.scenario.given import Source
from evacsim.scenario.model import Scenario
from evacsim.scenario.reading import from_mapping, load, read, read_mapping
from evacsim.scenario.yaml import read_yaml
from tests.broken.small import DISTRICT, HAZARD, PLAN, SCENARIO, TRANSFERS, ZONES, small_files

INLINE_ZONES = """\
zones:
  - {id: east, name: 东岸村, population: 120, x: 500000, y: 3500000}
  - {id: west, name: 西岸村, population: 80, x: 499000, y: 3500000}
"""


def tree_of(text: str) -> dict:
    given, issues = read_yaml(text, Source("", Path()))
    assert issues == []
    return given.plain()


@pytest.fixture
def small(folder_with):
    return load(folder_with())


def test_the_small_scenario_is_read_as_it_stands(small):
    assert [zone.id for zone in small.district.zones] == ["east", "west"]
    assert [zone.population for zone in small.district.zones] == [120, 80]
    assert small.district.shelters[0].floor_height == 0.3
    assert small.plan.zones[0].shelter == ["school", "hall"]
    assert small.plan.zones[0].trigger_stage == 0.5
    assert small.plan.zones[1].trigger_at == 6 * 3600.0
    assert small.start == datetime(2026, 7, 18, 20)


def test_paths_become_absolute_and_the_folder_is_kept(small, tmp_path):
    assert small.folder == tmp_path
    assert Path(small.district.roads.file) == tmp_path / "roads"
    assert Path(small.hazard.gauges[0].series) == tmp_path / "bridge.csv"
    assert small.hazard.water.files == str(tmp_path / "water" / "depth_*.asc")


@pytest.mark.parametrize("kind", ["asc", "geotiff", "netcdf"])
def test_the_path_of_every_kind_of_water_becomes_absolute(folder_with, kind, tmp_path):
    scenario = load(folder_with(hazard__yaml=HAZARD.replace("type: asc", f"type: {kind}")))
    assert scenario.hazard.water.files == str(tmp_path / "water" / "depth_*.asc")


def test_the_path_of_a_water_table_becomes_absolute(folder_with, tmp_path):
    water = "water: {type: table, links: bridge.csv}\n"
    folder = folder_with(
        hazard__yaml=HAZARD[: HAZARD.index("water:")] + water + HAZARD[HAZARD.index("gauges:") :]
    )
    assert load(folder).hazard.water.links == str(tmp_path / "bridge.csv")


def test_a_file_may_be_named_instead_of_its_folder(folder_with, small):
    assert load(folder_with() / "scenario.yaml") == small


def test_lists_may_stand_in_the_file_itself(folder_with, small):
    folder = folder_with(district__yaml=DISTRICT.replace("zones: zones.csv\n", INLINE_ZONES))
    assert load(folder) == small


def test_lists_may_stand_in_a_yaml_file(folder_with, small):
    listed = "\n".join(line[2:] for line in INLINE_ZONES.splitlines()[1:])
    folder = folder_with(zones__yaml=listed, district__yaml=DISTRICT.replace("zones.csv", "zones.yaml"))
    assert load(folder) == small


def test_a_table_may_have_another_encoding(folder_with, small):
    reference = "zones: {file: zones.csv, encoding: gb18030}"
    folder = folder_with(
        {"zones.csv": ZONES.encode("gb18030")}, district__yaml=DISTRICT.replace("zones: zones.csv", reference)
    )
    assert load(folder) == small


def test_columns_may_be_named_by_the_reference(folder_with, small):
    table = ZONES.replace("村,名称", "代号,名称").replace("人口", "户籍登记数")
    reference = "zones: {file: zones.csv, columns: {id: 代号, population: 户籍登记数}}"
    folder = folder_with(zones__csv=table, district__yaml=DISTRICT.replace("zones: zones.csv", reference))
    assert load(folder) == small


def test_sections_may_stand_in_one_mapping(folder_with, small):
    tree = tree_of(SCENARIO) | {
        "district": tree_of(DISTRICT),
        "hazard": tree_of(HAZARD),
        "plan": tree_of(PLAN),
    }
    assert from_mapping(tree, base=folder_with()) == small


def test_a_mapping_may_hold_what_notebooks_hold(folder_with, small):
    tree = small.model_dump(exclude_unset=True)
    tree["hazard"] = small.hazard
    tree["start"] = datetime(2026, 7, 18, 20)
    tree["district"]["roads"]["file"] = folder_with() / "roads"
    tree["district"]["zones"][0]["population"] = np.int64(120)
    tree["district"]["zones"][0]["x"] = np.float64(500000)
    assert from_mapping(tree, base=small.folder) == small


def test_a_dumped_scenario_is_the_same_when_read_again(small):
    assert from_mapping(small.model_dump(exclude_unset=True), base=small.folder) == small
    assert from_mapping(json.loads(small.model_dump_json()), base=small.folder) == small


def test_a_pickled_scenario_is_the_same(small):
    copy = pickle.loads(pickle.dumps(small))
    assert copy == small
    assert copy.folder == small.folder


def test_paths_begin_in_the_folder_of_the_file_that_names_them(folder_with, small, tmp_path):
    files = small_files()
    nested = {f"area/{name}": files.pop(name) for name in ["district.yaml", "zones.csv", "shelters.csv"]}
    nested |= {f"area/roads/{name}": files.pop(f"roads/{name}") for name in ["nodes.csv", "links.csv"]}
    folder = folder_with(nested, scenario__yaml=SCENARIO.replace("district.yaml", "area/district.yaml"))
    for name in ["district.yaml", "zones.csv", "shelters.csv"]:
        (folder / name).unlink()
    read_again = load(folder)
    assert read_again.district.zones == small.district.zones
    assert Path(read_again.district.roads.file) == tmp_path / "area" / "roads"
    (folder / "area" / "zones.csv").write_text(ZONES.replace("120", "many"), encoding="utf-8")
    assert [issue.file for issue in read(folder).issues] == ["area/zones.csv"]


def test_a_zone_may_be_a_polygon(folder_with):
    ring = [[117.0, 31.0], [117.02, 31.0], [117.02, 31.02], [117.0, 31.02], [117.0, 31.0]]
    features = [
        {
            "type": "Feature",
            "properties": {"村": "east", "人口": 120},
            "geometry": {"type": "Polygon", "coordinates": [ring]},
        },
        {
            "type": "Feature",
            "properties": {"村": "west", "人口": 80},
            "geometry": {"type": "Point", "coordinates": [117.0, 31.0]},
        },
    ]
    folder = folder_with(
        zones__geojson=json.dumps({"type": "FeatureCollection", "features": features}),
        district__yaml=DISTRICT.replace("zones.csv", "zones.geojson"),
    )
    east, west = load(folder).district.zones
    # 117 E is the central meridian of EPSG:32650; one degree of longitude at 31 N is 95.5 km.
    assert west.x == pytest.approx(500_000, abs=1)
    assert east.x == pytest.approx(500_000 + 0.01 * 95_506, abs=3)
    assert east.outline is not None
    assert len(east.outline[0]) == 5
    assert east.outline[0][0] == (west.x, west.y)
    assert west.outline is None


def test_a_table_in_another_system_is_converted(folder_with, small):
    table = "村,人口,经度,纬度\neast,120,117.0,31.6352\nwest,80,116.98945,31.6352\n"
    reference = "zones: {file: zones.csv, crs: 'EPSG:4490'}"
    folder = folder_with(zones__csv=table, district__yaml=DISTRICT.replace("zones: zones.csv", reference))
    zones = load(folder).district.zones
    for zone, expected in zip(zones, small.district.zones, strict=True):
        assert (zone.x, zone.y) == (pytest.approx(expected.x, abs=100), pytest.approx(expected.y, abs=100))


def test_empty_cells_are_absent_and_units_come_from_the_header(folder_with):
    table = "村,人口,x,y,半径(km),老人比例(%),楼层\neast,120,500000,3500000,0.4,22,3层\nwest,80,499000,3500000,,,\n"
    east, west = load(folder_with(zones__csv=table)).district.zones
    assert (east.radius, east.elderly_share, east.storeys) == (400.0, 0.22, 3)
    assert (west.radius, west.elderly_share, west.storeys) == (0.0, None, None)


def test_words_of_a_choice_may_be_chinese(folder_with):
    table = "村,人口,x,y,类型\neast,120,500000,3500000,养老院\nwest,80,499000,3500000,school\n"
    assert [zone.kind for zone in load(folder_with(zones__csv=table)).district.zones] == [
        "care_home",
        "school",
    ]


def test_a_plan_may_name_zones_by_a_pattern(folder_with):
    table = TRANSFERS.splitlines()[0] + "\n*,T+6 h,,,李四,gate,buses,hall,T+12 h\n"
    assert [transfer.zone for transfer in load(folder_with(transfers__csv=table)).plan.zones] == ["*"]


def test_all_mistakes_of_all_files_are_told_at_once(folder_with):
    folder = folder_with(
        scenario__yaml=SCENARIO.replace("24 h", "24") + "colour: red\n",
        district__yaml=DISTRICT.replace("vehicles: 4", "vehicles: -4"),
        zones__csv=ZONES.replace("120", "0"),
        hazard__yaml=HAZARD.replace("bridge.csv", "brigde.csv"),
        plan__yaml=PLAN.replace("60 %", "160 %"),
        transfers__csv=TRANSFERS.replace("hall,T+12 h", "haal,T+3 h"),
    )
    with pytest.raises(ScenarioError) as error:
        load(folder)
    told = [(issue.file, issue.line, issue.place) for issue in error.value.issues]
    assert told == [
        ("scenario.yaml", 4, "duration"),
        ("scenario.yaml", 8, "colour"),
        ("district.yaml", 19, "fleets[0].vehicles"),
        ("zones.csv", 2, "column 人口"),
        ("hazard.yaml", 11, "gauges[0].series"),
        ("plan.yaml", 7, "to.bus_share"),
        ("transfers.csv", 3, "column 安置点"),
    ]


def test_a_broken_file_hides_no_mistake_in_the_others(folder_with):
    folder = folder_with(
        district__yaml=DISTRICT.replace("zones:", "zones", 1),
        hazard__yaml=HAZARD.replace("asc", "asci", 1),
        plan__yaml=PLAN.replace("plan", "plan").replace("id: early", "id: ear ly"),
    )
    assert [issue.file for issue in read(folder).issues] == ["district.yaml", "hazard.yaml", "plan.yaml"]


def test_what_cannot_be_read_raises_no_second_complaint(folder_with):
    folder = folder_with(district__yaml=DISTRICT.replace("shelters.csv", "shelter.csv"))
    issues = read(folder).issues
    assert [(issue.file, issue.place) for issue in issues] == [("district.yaml", "shelters")]


def test_more_than_a_hundred_alike_are_counted(folder_with):
    rows = "".join(f"z{number},many,500000,3500000\n" for number in range(250))
    issues = read(folder_with(zones__csv="村,人口,x,y\n" + rows)).issues
    told = [issue for issue in issues if issue.file == "zones.csv"]
    assert len(told) == 101
    assert told[-1].rule.en.endswith("so it is at 150 more places")


def test_warnings_do_not_keep_a_scenario_from_being_loaded(folder_with):
    folder = folder_with(zones__csv=ZONES.replace("120", "1200"))
    reading = read(folder)
    assert [(issue.severity, issue.file) for issue in reading.issues] == [("warning", "shelters.csv")]
    assert load(folder) == reading.scenario


@pytest.mark.parametrize("path", ["nowhere", "nowhere/scenario.yaml", "\0", "p" * 5000, "."])
def test_a_path_that_leads_to_no_scenario_is_an_issue(path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ScenarioError, match="no such file"):
        load(path)


def test_every_file_that_was_read_is_named(folder_with):
    reading = read(folder_with())
    assert {path.name for path in reading.files} == {
        "scenario.yaml", "district.yaml", "zones.csv", "shelters.csv", "hazard.yaml", "plan.yaml", "transfers.csv",
    }  # fmt: skip


def test_a_scenario_of_twenty_thousand_lines_is_read_in_seconds(folder_with):
    zone = "  - id: z{0}\n    name: 村{0}\n    population: 100\n    x: 500000\n    y: 3500000\n"
    listed = "zones:\n" + "".join(zone.format(number) for number in range(4000))
    folder = folder_with(
        district__yaml=DISTRICT.replace("zones: zones.csv\n", listed),
        transfers__csv=TRANSFERS.splitlines()[0] + "\n*,T+6 h,,,李四,gate,buses,hall,T+12 h\n",
    )
    begin = datetime.now()
    assert isinstance(read(folder).scenario, Scenario)
    assert (datetime.now() - begin).total_seconds() < 10  # half a second on an idle machine


def test_the_issues_of_a_mapping_name_it():
    reading = read_mapping({"id": "x"}, base=".")
    assert {issue.file for issue in reading.issues} == {"mapping"}
    assert reading.scenario is None


def test_six_thousand_real_shelters_are_read_and_their_mistakes_found(folder_with, data_dir):
    columns = (
        "縣市及鄉鎮市區, 村里, 避難收容處所地址, 預計收容村里, 適用災害類別, 室內, 室外, 適合避難弱者安置"
    )
    table = data_dir / "taiwan_shelters_stations" / "taiwan_shelters_v9.csv"
    shelters = f"shelters: {{file: {table}, columns: {{id: 序號}}, ignore: [{columns}]}}\n"
    district = DISTRICT[: DISTRICT.index("shelters:")] + shelters + DISTRICT[DISTRICT.index("fleets:") :]
    folder = folder_with(
        district__yaml=district.replace("EPSG:32650", "EPSG:3824", 1).replace(
            "x: 500000, y: 3500100", "x: 121, y: 24"
        ),
        zones__csv=ZONES.replace("500000,3500000", "121.5,24.9").replace("499000,3500000", "121.5,25.0"),
        transfers__csv=TRANSFERS.replace("school; hall", "1; 2").replace("hall", "3"),
    )
    issues = read(folder).issues
    assert [issue.line for issue in issues if issue.severity == "error"] == [694, 793, 811]
    assert [issue.rule.en for issue in issues if issue.severity == "warning"] == [
        "capacity 0: 10, 11, 12, 13, 18 … (58) can take nobody"
    ]
