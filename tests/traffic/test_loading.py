"""Reading a case of traffic: quick, indifferent to order, and every problem of all files at once."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evacsim.errors import FormatError
from evacsim.traffic.cells import read_cells
from evacsim.traffic.ids import Ids, ids_of
from evacsim.traffic.loading import load_traffic
from tests.traffic.small_cases import HEADERS, line_tables, write_case


def issues_of(folder, **keywords):
    with pytest.raises(FormatError) as caught:
        load_traffic(folder, **keywords)
    return caught.value.issues


def one_issue(folder, **keywords):
    (issue,) = issues_of(folder, **keywords)
    assert issue.rule.zh != issue.rule.en
    assert issue.remedy.zh
    return issue


@pytest.fixture
def tables():
    return line_tables([2, 1, 2], 5, 2.0)


def test_a_case_has_what_the_files_say(tmp_path, tables):
    case = load_traffic(write_case(tmp_path, **tables))
    assert case.links.capacity.tolist() == [1.0, 0.5, 1.0]
    assert case.links.storage.tolist() == [200.0, 100.0, 200.0]
    assert case.links.wave_speed.tolist() == pytest.approx([3.125] * 3)
    assert case.trips.depart.tolist() == [0.0, 2.0, 4.0, 6.0, 8.0]
    assert case.routes.links.tolist() == [0, 1, 2]
    assert case.free_flow_times().tolist() == [120.0] * 5
    assert set(case.digests) == {"nodes.csv", "links.csv", "routes.csv", "trips.csv"}


def test_the_order_of_rows_is_of_no_consequence(tmp_path, tables):
    plain = load_traffic(write_case(tmp_path / "a", **tables))
    shuffled = {name: random.Random(7).sample(rows, len(rows)) for name, rows in tables.items()}
    other = load_traffic(write_case(tmp_path / "b", **shuffled))
    for one, two in zip((plain.links, plain.trips), (other.links, other.trips), strict=True):
        for a, b in zip(one[1:], two[1:], strict=True):
            assert a is b is None or np.array_equal(a, b)
    assert np.array_equal(plain.routes.links, other.routes.links)


def test_optional_columns_and_tables(tmp_path, tables):
    tables["links"] = [f"{row},{2.0 if i == 1 else ''},0.1" for i, row in enumerate(tables["links"])]
    tables["nodes"] = [f"{row},{'' if i else 0.8}" for i, row in enumerate(tables["nodes"])]
    tables["trips"] = [f"{row},2.5,bus,40" for row in tables["trips"][:-1]] + [f"{tables['trips'][-1]},,,"]
    headers = {
        "links.csv": HEADERS["links.csv"] + ",priority,capacity_drop",
        "nodes.csv": HEADERS["nodes.csv"] + ",capacity_vps",
        "trips.csv": HEADERS["trips.csv"] + ",size_pcu,mode,people",
    }
    folder = write_case(
        tmp_path,
        headers,
        **tables,
        events=["100,1,0,,", "50,2,,0.5,0.3"],
        signals=["1,60,0,30"],
        turn_bans=["1,0"],
    )
    case = load_traffic(folder)
    assert case.links.priority.tolist() == [1.0, 2.0, 1.0]
    assert case.links.capacity_drop.tolist() == [0.1] * 3
    assert case.nodes.capacity.tolist() == [0.8, np.inf, np.inf, np.inf]
    assert case.trips.size.tolist() == [2.5] * 4 + [1.0]
    assert case.trips.mode.tolist() == [2] * 4 + [1]
    assert case.trips.people.tolist() == [40] * 4 + [1]
    assert case.events.time.tolist() == [50.0, 100.0]
    assert case.events.link.tolist() == [2, 1]
    assert np.isnan(case.events.capacity[0])
    assert case.signals.green.tolist() == [30.0]


def test_ids_may_be_any_text(tmp_path, tables):
    tables["nodes"] = [f"节点 {row}" for row in tables["nodes"]]
    tables["links"] = [
        ",".join([cells[0], f"节点 {cells[1]}", f"节点 {cells[2]}", *cells[3:]])
        for cells in (row.split(",") for row in tables["links"])
    ]
    tables["routes"] = ["r-1,节点 0,节点 3,0 1 2"]
    tables["trips"] = [f'"家庭, {i}",{2 * i},r-1' for i in range(12)]
    case = load_traffic(write_case(tmp_path, **tables))
    assert case.nodes.ids.texts == [f"节点 {i}" for i in range(4)]
    assert case.trips.ids.texts[0] == "家庭, 0"
    assert case.trips.ids.numbers is None


@pytest.mark.parametrize(("encoding", "given"), [("utf-8-sig", None), ("gb18030", "gb18030")])
def test_other_encodings(tmp_path, tables, encoding, given):
    tables["trips"] = [f"家{i},{i},0" for i in range(3)]
    folder = write_case(tmp_path, **tables)
    for path in folder.iterdir():
        path.write_bytes(path.read_text(encoding="utf-8").encode(encoding))
    assert load_traffic(folder, encoding=given).trips.ids.texts == ["家0", "家1", "家2"]


def test_a_wrong_encoding_is_told_with_the_right_one(tmp_path, tables):
    folder = write_case(tmp_path, **tables)
    (folder / "trips.csv").write_bytes("trip_id,depart_s,route_id\n家一,0,0\n".encode("gb18030"))
    assert "gb18030" in one_issue(folder).remedy.en


@pytest.mark.parametrize(
    ("table", "row", "written", "line", "place", "value"),
    [
        ("links", 1, "1,1,2,abc,12.5,1,0.5,0.2", 3, "length_m", "abc"),
        ("links", 1, "1,1,2,nan,12.5,1,0.5,0.2", 3, "length_m", "nan"),
        ("links", 1, "1,1,2,-5,12.5,1,0.5,0.2", 3, "length_m", "-5"),
        ("links", 1, "1,1,2,500,0,1,0.5,0.2", 3, "free_speed_mps", "0"),
        ("links", 1, "1,1,2,500,12.5,1,,0.2", 3, "capacity_vps", None),
        ("links", 1, "1,1,2,500,12.5,1,0.5,0.04", 3, "jam_density_vpm", "0.04"),
        ("links", 1, "1,1,7,500,12.5,1,0.5,0.2", 3, "to_node", "7"),
        ("links", 1, "1,1,2,1e300,12.5,1,0.5,0.2", 3, "length_m", "1e300"),
        ("links", 1, "1,1,2,1e9,1,1,0.1,0.2", 3, "length_m", "1e9"),
        ("links", 1, "1,1,2,500,12.5,1,1e-300,0.2", 3, "capacity_vps", "1e-300"),
        ("links", 1, "1,1,2,500,12.5,1,0.5,1e300", 3, "jam_density_vpm", "1e300"),
        ("nodes", 0, "0,here,0", 2, "x", "here"),
        ("nodes", 0, "0,1e308,0", 2, "x", "1e308"),
        ("routes", 0, "0,0,3,0 1 9", 2, "link_ids", "0 1 9"),
        ("routes", 0, "0,0,3,0 2", 2, "link_ids", "0 2"),
        ("routes", 0, "0,1,3,0 1 2", 2, "origin", "1"),
        ("routes", 0, "0,0,2,0 1 2", 2, "destination", "2"),
        ("trips", 2, "2,-4,0", 4, "depart_s", "-4"),
        ("trips", 2, "2,inf,0", 4, "depart_s", "inf"),
        ("trips", 2, "2,1700000000,0", 4, "depart_s", "1700000000"),
        ("trips", 2, "a\x07b,4,0", 4, "trip_id", "a\x07b"),
        ("trips", 2, '"a\tb",4,0', 4, "trip_id", "a\tb"),
        ("trips", 2, "2,4,5", 4, "route_id", "5"),
        ("trips", 2, "1,4,0", 4, "trip_id", "1"),
        ("trips", 2, ",4,0", 4, "trip_id", None),
    ],
)
def test_one_wrong_cell_is_one_issue(tmp_path, tables, table, row, written, line, place, value):
    tables[table][row] = written
    found = issues_of(write_case(tmp_path, **tables))
    issue = found[0]
    assert (issue.line, issue.place, issue.value) == (line, place, value)
    assert issue.file.endswith(f"{table}.csv")
    # A link of unknown length spoils no more than its own cell; a link that ends nowhere spoils routes.
    assert len(found) == 1


@pytest.mark.parametrize(
    ("tables_too", "file", "place"),
    [
        ({"events": ["5,9,0,,"]}, "events.csv", "link_id"),
        ({"events": ["-5,1,0,,"]}, "events.csv", "time_s"),
        ({"events": ["5,1,,1.5,"]}, "events.csv", "speed_factor"),
        ({"events": ["5,1,,,"]}, "events.csv", "link_id"),
        ({"events": ["5,1,0,,", "5,1,1,,"]}, "events.csv", "link_id"),
        ({"events": ["5,1,9,,"]}, "events.csv", "link_id"),
        ({"signals": ["1,60,0,70"]}, "signals.csv", "green_s"),
        ({"signals": ["1,60,0,30", "1,60,0,30"]}, "signals.csv", "link_id"),
        ({"turn_bans": ["0,1"]}, "routes.csv", "link_ids"),
        ({"turn_bans": ["0,x"]}, "turn_bans.csv", "to_link"),
        ({"events": ["1e300,1,0,,"]}, "events.csv", "time_s"),
    ],
)
def test_a_wrong_row_of_an_optional_table_is_one_issue(tmp_path, tables, tables_too, file, place):
    issue = one_issue(write_case(tmp_path, **tables, **tables_too))
    assert issue.file.endswith(file)
    assert issue.place == place


def test_routes_without_links_and_banned_turns_are_told_together(tmp_path, tables):
    empty = write_case(tmp_path / "empty", **{**tables, "routes": ["0,0,3,", "1,0,3,"]}, turn_bans=["0,1"])
    assert [(issue.line, issue.place) for issue in issues_of(empty)] == [(2, "link_ids"), (3, "link_ids")]
    tables["routes"] = ["1,0,3,", "0,0,3,0 1 2"]
    found = issues_of(write_case(tmp_path / "one", **tables, turn_bans=["1,2"]))
    assert [(issue.line, issue.place) for issue in found] == [(2, "link_ids"), (3, "link_ids")]


def test_a_banned_turn_of_an_unknown_link_is_no_turn_of_others(tmp_path, tables):
    tables["routes"] = ["0,0,3,0 1 2", "1,0,3,0 1 2"]
    issue = one_issue(write_case(tmp_path, **tables, turn_bans=["0,x"]))
    assert (issue.line, issue.place, issue.value) == (2, "to_link", "x")


def test_a_header_in_a_wrong_encoding_is_told_in_short(tmp_path, tables):
    tables["trips"] = [f"{i},{i},0" for i in range(501)]
    folder = write_case(tmp_path, **tables)
    assert (
        max(len(issue.rule.en + issue.remedy.en) for issue in issues_of(folder, encoding="utf-16-le")) < 300
    )


def test_all_problems_of_all_files_are_told_at_once(tmp_path, tables):
    folder = write_case(tmp_path, {"nodes.csv": "node,x,y"}, **tables)
    (folder / "trips.csv").write_text("", encoding="utf-8")
    (folder / "routes.csv").write_text("route_id,origin,destination,link_ids\n", encoding="utf-8")
    (folder / "links.csv").unlink()
    found = issues_of(folder)
    assert {issue.file.rsplit("/", 1)[-1] for issue in found} == {
        "nodes.csv", "links.csv", "routes.csv", "trips.csv",
    }  # fmt: skip
    assert len(found) == 4


def test_many_rows_with_one_fault_are_counted(tmp_path, tables):
    tables["trips"] = [f"{i},soon,0" for i in range(1000)]
    found = issues_of(write_case(tmp_path, **tables))
    assert len(found) == 21
    assert "980 more" in found[-1].rule.en


def test_a_missing_folder_is_one_issue(tmp_path):
    assert one_issue(tmp_path / "nowhere").file.endswith("nowhere")


def test_whole_numbers_come_by_number_and_before_other_texts():
    assert ids_of(["10", "9", "100"]).order().tolist() == [1, 0, 2]
    assert ids_of(["b", "10", "9", "07", "a"]).order().tolist() == [2, 1, 3, 4, 0]
    assert ids_of(["07", "7"]).doubled().tolist() == []
    assert Ids(np.array([5, 1 << 40])).rows_of(Ids(np.array([1 << 40, 7]))).tolist() == [1, -1]


numbers = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.decimals(min_value=-1_000_000, max_value=1_000_000, places=3).map(str),
    st.integers(-(10**20), 10**20).map(str),
    st.sampled_from(["", " 1.5 ", "+2", ".5", "5.", "1e3", "1_000", "nan", "inf", "-", "1.2.3", "0x1", "١"]),
)


@given(cells=st.lists(numbers, min_size=1, max_size=20))
def test_numbers_are_read_as_python_reads_them(tmp_path_factory, cells):
    path = tmp_path_factory.mktemp("numbers") / "table.csv"
    path.write_text("a,b\n" + "".join(f"x,{cell}\n" for cell in cells), encoding="utf-8")
    plain = [float("nan") if cell.strip() in REFUSED else float(cell) for cell in cells]
    np.testing.assert_array_equal(read_cells(path).numbers("b"), plain)


REFUSED = ("", "1_000", "nan", "inf", "-", "1.2.3", "0x1", "١")


def test_tables_with_quotes_blank_lines_and_other_separators(tmp_path):
    path = tmp_path / "table.csv"
    path.write_bytes(b'a;b\r\n"x;y"; 5 \r\n\r\n7;"6"\r\n')
    cells = read_cells(path)
    assert cells.ids("a").texts == ["x;y", "7"]
    assert cells.numbers("b").tolist() == [5.0, 6.0]
    assert cells.lines.tolist() == [2, 4]
