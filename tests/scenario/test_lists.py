"""Lists of a plan in a workbook: what is written is read again, and every mistake is told with its cell."""

import zipfile
from collections import Counter
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evacsim.errors import FormatError
from evacsim.language import Text, same
from evacsim.scenario.columns import field_and_unit
from evacsim.scenario.contacts import Contact
from evacsim.scenario.contacts_read import read_contacts
from evacsim.scenario.folder_written import write_folder
from evacsim.scenario.lists import SHEETS, heading, sheet_called
from evacsim.scenario.lists_read import read_lists
from evacsim.scenario.lists_written import Note, write_lists
from evacsim.scenario.reading import from_mapping, load
from tests.broken.small import small_files, write

openpyxl = pytest.importorskip("openpyxl")
pytest.importorskip("xlsxwriter")

WORDS = st.text("东西村组站A1 b=[{(;'\"·°", min_size=1, max_size=8).map(str.strip).filter(bool)
SHARES = st.integers(0, 1000).map(lambda part: part / 1000) | st.floats(0, 1, allow_subnormal=False)
TIMES = st.floats(0, 90_000, allow_subnormal=False).map(lambda time: f"{time!r} s")
METRES = st.floats(0, 9, allow_subnormal=False).map(lambda length: f"{length!r} m")
LAWS = (
    TIMES
    | st.fixed_dictionaries(
        {"type": st.just("lognormal"), "median": st.just("20 min"), "sigma": st.floats(0.1, 3)}
    )
    | st.just({"type": "table", "times": ["0 s", "1 h"], "shares": [0.0, 1.0]})
)
MIDDLE = {"x": 500_000, "y": 3_500_000}
NEAR = st.floats(-0.3, 0.3, allow_subnormal=False)


def places(prefix, more):
    """Return lists of places with ids of their own near the road."""
    required, optional = more
    near = {axis: NEAR.map(lambda offset, middle=middle: middle + offset) for axis, middle in MIDDLE.items()}
    entry = st.fixed_dictionaries(near | required, optional=optional)
    return st.lists(entry, min_size=1, max_size=4).map(
        lambda entries: [{"id": f"{prefix}{number}", **entry} for number, entry in enumerate(entries)]
    )


ZONES = places(
    "z",
    (
        {"population": st.integers(1, 10**7)},
        {
            "name": WORDS,
            "township": WORDS,
            "kind": st.sampled_from(["residential", "care_home", "school"]),
            "radius": METRES,
            "elderly_share": SHARES,
            "synthetic": st.booleans(),
            "outline": st.just(
                [[(500_000.0, 3_500_000.0), (500_001.5, 3_500_000.0), (500_000.0, 3_500_001.0)]]
            ),
        },
    ),
)
SHELTERS = places(
    "s",
    (
        {"capacity": st.integers(0, 10**6)},
        {"name": WORDS, "opening": LAWS, "floor_height": METRES, "kind": st.just("short")},
    ),
)
TRANSFERS = st.fixed_dictionaries(
    {"trigger_at": st.integers(0, 12 * 3600).map(lambda time: f"T+{time} s")},
    optional={
        "organizer": WORDS,
        "preparation": LAWS,
        "compliance": SHARES,
        "moved": st.just("special_groups"),
    },
)


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    return load(write(small_files(), tmp_path_factory.mktemp("small")))


@settings(max_examples=60, deadline=None)
@given(zones=ZONES, shelters=SHELTERS, transfer=TRANSFERS, lang=st.sampled_from(["zh", "en"]))
def test_what_is_exported_is_imported_as_the_same_plan(
    small, tmp_path_factory, zones, shelters, transfer, lang
):
    folder = tmp_path_factory.mktemp("lists")
    moved = [
        {"zone": zone["id"], **transfer, "bus_share": 0, "shelter": [place["id"] for place in shelters]}
        for zone in zones
    ]
    scenario = small.change({"district.zones": zones, "district.shelters": shelters, "plan.zones": moved})
    lists = read_lists(write_lists(scenario, folder / "lists.xlsx", lang=lang), base=small)
    assert from_mapping(lists.tree, base=small.folder).model_dump() == scenario.model_dump()
    again = load(write_folder(lists, folder / "out"))
    assert again.district.zones == scenario.district.zones
    assert again.district.shelters == scenario.district.shelters
    assert again.plan == scenario.plan


def test_every_heading_that_is_written_is_read_as_its_field():
    for sheet in SHEETS:
        for lang in ("zh", "en"):
            heads = {field: heading(sheet.model, field, lang) for field in sheet.model.model_fields}
            assert {field: field_and_unit(head, sheet.model) for field, head in heads.items()} == {
                field: (field, "") for field in heads
            }
            assert max(Counter(heads.values()).values()) == 1


def test_every_sheet_is_known_by_each_of_its_names():
    for sheet in SHEETS:
        for name in (sheet.key, *sheet.name, *sheet.others):
            assert sheet_called(name) is sheet
            assert sheet_called(f"附表3 {name}") is sheet


def book_of(path, **sheets):
    """Write sheets of plain rows to a workbook as a person would fill it in."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        page = book.create_sheet(name)
        for row in rows:
            page.append(row)
    return book, path


def told(path, **asked):
    with pytest.raises(FormatError) as refused:
        read_lists(path, **asked)
    return {(issue.place, issue.value): issue for issue in refused.value.issues}


BASICS = [["项目", "内容"], ["地区名称", "河谷县"], ["坐标系", "EPSG:32650"], ["决策机构：", "县防指"]]


def test_a_broken_workbook_tells_every_mistake_of_every_sheet_with_its_cell(tmp_path):
    book, path = book_of(
        tmp_path / "lists.xlsx",
        基本情况=[*BASICS, ["坐标糸", "EPSG:1"]],
        转移对象=[
            ["附件1 转移对象一览表"],
            ["序号", "村", "名称", "人口", "x", "y", "白天在家比例", "备注"],
            [1, "east", "东岸村", "一百二十", 500000, 3500000, 0.9, "核对"],
            [2, "west", "西岸村", 80, 499000, 3500000, 1.2, None],
            [3, "west", "重名村", -5, 499000, 3500000, None, None],
            ["合计", None, None, 195, None, None, None, None],
        ],
        安置点=[
            ["安置点", "容量(人)", "x", "y", "地坪"],
            ["school", -40, 502000, 3500500, 0.3],
            ["hall", "=1/0", 502500, 3500500, None],
            [None, 100, 502500, 3500500, None],
        ],
        上车点=[["编号", "x"], ["gate", 500000]],
        车辆=[["车队", "x", "y", "车辆数", "座位数", "到位率"], ["buses", 500000, 3500000, 4, 45, "九成"]],
        转移安排=[
            ["转移单元", "触发时间", "上车点", "车队", "安置点", "乘车比例"],
            ["east", "T+6 h", "gate", "busses", "shcool", 0.5],
            ["nort", "6点", "gate", "buses", "hall", 0],
            ["west", None, None, None, "hall", 0],
        ],
        通讯录=[["单位", "A角", "电话"], ["县防指", "张三", 13812345678]],
        午餐=[["菜"], ["饭"]],
    )
    book.save(path)
    found = told(path)
    english = {place: issue.rule.en for (place, _), issue in found.items()}
    assert english["转移对象!D3"] == "must be a whole number of people"
    assert english["转移对象!G4"] == "must lie between 0 and 1 (0 % and 100 %)"
    assert english["转移对象!D5"] == "must be above 0"
    assert ("转移对象!B5", "west") in found  # a repeated id, in a row that is wrong in itself, too
    assert ("转移安排!A3", "nort") in found
    assert english["安置点!B2"] == "must be at least 0"
    assert english["安置点!B3"] == "holds a formula without its result"
    assert english["安置点!A4"] == "is missing"
    assert english["安置点!E1"] == "nothing here has this name"
    assert english["车辆!F2"] == "must be a share with its unit"
    assert ("转移安排!D2", "busses") in found
    assert ("转移安排!E2", "shcool") in found
    assert "did you mean 'school'?" in found["转移安排!E2", "shcool"].remedy.en
    assert ("转移安排!B3", "6点") in found
    assert english["转移安排!A4"] == "has no trigger"
    assert ("通讯录!A2", "县防指") in found
    assert english["午餐"] == "is no list that is known"
    assert ("基本情况!A5", "坐标糸") in found
    assert all(issue.file == "lists.xlsx" and issue.line is None for issue in found.values())
    # 上车点 has no y: the place of its one entry is not whole.
    assert any(place.startswith("上车点!") for place in english)


def test_a_good_workbook_without_a_base_gives_district_and_plan(tmp_path):
    book, path = book_of(
        tmp_path / "lists.xlsx",
        基本情况=BASICS,
        村社清单=[["村", "名称", "乡镇", "人口", "经度", "纬度"],
              ["east", "东岸村", "河东镇", 120, 500000, 3500000], ["west", "西岸村", None, 80, 499000, 3500000]],
        避难场所=[["编号", "可容纳人数", "x", "y"], ["school", 150, 502000, 3500500]],
        转移安排=[["村", "触发时间", "乘车比例", "自驾比例", "安置点"], ["*", "T+6 h", "0 %", 0.2, "school"]],
        通讯录=[["单位", "A角", "电话"], ["east", "张三", 13812345678]],
        说明=[["随便写"]],
    )  # fmt: skip
    book["村社清单"].merge_cells("C2:C3")
    book.save(path)
    lists = read_lists(path)
    assert not lists.is_whole
    folder = write_folder(lists, tmp_path / "out")
    assert sorted(file.name for file in folder.iterdir()) == [
        "contacts.csv", "district.yaml", "plan.yaml", "shelters.csv", "transfers.csv", "zones.csv",
    ]  # fmt: skip
    others = ("scenario.yaml", "hazard.yaml", "bridge.csv", "roads/", "water/")
    write({name: text for name, text in small_files().items() if name.startswith(others)}, folder)
    district = folder / "district.yaml"
    district.write_text(district.read_text() + "roads: {file: roads, format: csv, crs: EPSG:32650}\n")
    scenario = load(folder)
    assert [(zone.id, zone.population, zone.township) for zone in scenario.district.zones] == [
        ("east", 120, "河东镇"),
        ("west", 80, "河东镇"),
    ]
    assert scenario.plan.when.decided_by == "县防指"
    assert scenario.plan.zones[0].trigger_at == 6 * 3600
    assert scenario.plan.zones[0].car_share == 0.2
    assert read_contacts(folder) == [Contact(id="east", name="张三", phone="13812345678")]


def test_what_is_no_workbook_is_refused_in_words(tmp_path):
    bad = tmp_path / "lists.xlsx"
    bad.write_bytes(b"PK\x03\x04 and no more")
    assert told(bad)["", None].rule.en == "is no Excel workbook that can be read"
    assert told(tmp_path / "none.xlsx")["", None].rule.en.startswith("cannot be opened")


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_damaged_workbook_is_read_or_refused_in_words(small, tmp_path_factory, data):
    path = tmp_path_factory.mktemp("damaged") / "lists.xlsx"
    content = bytearray(write_lists(small, path).read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at] = data.draw(st.integers(0, 255))
    path.write_bytes(content[: data.draw(st.sampled_from([len(content), len(content) // 2]))])
    with suppress(FormatError):
        assert read_lists(path, base=small).counts


def test_files_in_the_way_are_kept(small, tmp_path):
    lists = read_lists(write_lists(small, tmp_path / "l.xlsx"), base=small)
    write_folder(lists, tmp_path / "out")
    with pytest.raises(FormatError, match="is there already"):
        write_folder(lists, tmp_path / "out")
    write_folder(lists, tmp_path / "out", if_exists="replace")


def test_remarks_stand_at_the_cells_they_are_about(small, tmp_path):
    notes = [
        Note(("district", "shelters", 1, "capacity"), Text("too small", "容量不足"), "blocker"),
        Note(("plan", "zones", 0, "compliance"), Text("nobody", "无责任人"), "major"),
        Note(("plan", "care"), same("无人登记"), "minor"),
        Note(("district", "zones"), same("合计不符"), "minor"),
    ]
    book = openpyxl.load_workbook(write_lists(small, tmp_path / "l.xlsx", notes=notes))
    assert "容量不足" in book["安置点"]["B3"].comment.text
    assert book["安置点"]["B3"].fill.fgColor.rgb == "FFF8CBAD"
    assert "无责任人" in book["转移安排"]["A2"].comment.text  # no column for it: at the id
    assert "合计不符" in book["转移对象"]["A1"].comment.text
    findings = [[cell.value for cell in row] for row in book["检验意见"].iter_rows(min_row=2)]
    assert findings[0] == ["否决项", "安置点!B3", "容量不足"]
    assert findings[2] == ["一般", "plan.care", "无人登记"]
    assert book["安置点"].freeze_panes == "B2"
    assert {str(rule.sqref) for rule in book["转移安排"].data_validations.dataValidation}
    # The sheet of findings and the comments do not keep it from being read again.
    assert read_lists(tmp_path / "l.xlsx", base=small).counts["安置点"] == 2


def test_masked_lists_hold_no_name_and_no_number(small, tmp_path):
    scenario = small.change(
        {
            "plan.zones[*].organizer": "王建国书记 13912345678",
            "district.zones[east].name": "东岸村 0564-3312345",
        }
    )
    contacts = [
        Contact(id="east", name="欧阳小明", phone="+86 13712345679", backup="李四", backup_phone="110")
    ]
    notes = [Note(("plan", "zones", 0, "organizer"), same("王建国 13912345678 无 B 角"), "major")]
    path = write_lists(scenario, tmp_path / "l.xlsx", contacts=contacts, notes=notes, masked=True)
    with zipfile.ZipFile(path) as whole:
        text = "".join(whole.read(name).decode("utf-8", "ignore") for name in whole.namelist())
    for secret in ("建国", "13912345678", "小明", "13712345679", "李四", "3312345"):
        assert secret not in text
    for shown in ("王*书记 139****78", "欧阳*", "137****79", "李*", "056****45"):
        assert shown in text


def test_a_law_of_time_stands_in_a_cell_of_any_table(tmp_path):
    files = small_files()
    head, *rows = files["transfers.csv"].decode().splitlines()
    laws = ['"{type: uniform, low: 5 min, high: 15 min}"', "20 min"]
    files["transfers.csv"] = "\n".join(
        [f"{head},准备时间", *(f"{row},{law}" for row, law in zip(rows, laws, strict=True))]
    ).encode()
    first, second = load(write(files, tmp_path)).plan.zones
    assert (first.preparation.low, first.preparation.high) == (300.0, 900.0)
    assert second.preparation.value == 1200.0
