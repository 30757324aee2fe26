"""Tables arrive exactly as written, or not at all."""

import json
import shutil
from pathlib import Path

import pytest

from evacsim.errors import FormatError
from evacsim.formats.tables import read_table

SQUARE = [[0, 0], [2, 0], [2, 2], [0, 2], [0, 0]]


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def refused(path: Path, **said: str) -> list[tuple[int | None, str, str]]:
    """Return line, place and rule of each issue; both languages must say something."""
    with pytest.raises(FormatError) as caught:
        read_table(path, **said)
    for issue in caught.value.issues:
        assert issue.rule.zh
        assert issue.remedy.zh
    return [(issue.line, issue.place, issue.rule.en) for issue in caught.value.issues]


def feature(geometry: object, **properties: object) -> dict:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def geojson(folder: Path, *features: dict, **members: object) -> Path:
    collection = {"type": "FeatureCollection", "features": features, **members}
    return write(folder, "layer.geojson", json.dumps(collection, indent=1))


# -- delimited text -------------------------------------------------------------------------


def test_cells_stay_as_written_and_empty_ones_are_none(tmp_path):
    table = read_table(write(tmp_path, "a.csv", "id,容量,note\nJ1,0300,\nJ2, 12 ,x\n"))
    assert table.columns == ("id", "容量", "note")
    assert table.rows == (
        {"id": "J1", "容量": "0300", "note": None},
        {"id": "J2", "容量": " 12 ", "note": "x"},
    )
    assert (table.lines, table.points, table.crs) == ((2, 3), (None, None), None)


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_byte_order_mark_line_ends_and_delimiter_make_no_difference(tmp_path, mark, end, delimiter):
    text = mark + end.join(["路段,水深", "L1,0.3 m", "L2,0.5 m"]).replace(",", delimiter)
    table = read_table(write(tmp_path, "a.csv", text))
    assert [row["路段"] for row in table.rows] == ["L1", "L2"]
    assert table.lines == (2, 3)


def test_lines_count_as_an_editor_does_over_quoted_line_ends_and_blank_lines(tmp_path):
    table = read_table(write(tmp_path, "a.csv", 'id,address\n1,"two\nlines"\n\n2,"one, ""quoted"""\n'))
    assert table.lines == (2, 5)
    assert table.rows[0]["address"] == "two\nlines"
    assert table.rows[1]["address"] == 'one, "quoted"'


def test_empty_cells_beyond_the_header_are_no_cells(tmp_path):
    table = read_table(write(tmp_path, "a.csv", "a,b,,\n1,2,,\n3,4\n"))
    assert table.columns == ("a", "b")
    assert [row["b"] for row in table.rows] == ["2", "4"]


def test_a_header_alone_is_an_empty_table(tmp_path):
    assert read_table(write(tmp_path, "a.csv", "id,name\n")).rows == ()


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("", [(None, "", "is empty")]),
        ("\n \n", [(None, "", "is empty")]),
        ("1,2\n3,4\n", [(1, "", "has no header; the first line holds numbers")]),
        ("a,,c\n1,2,3\n", [(1, "column 2", "has no name")]),
        ("a,b,a\n1,2,3\n", [(1, "column a", "stands 2 times in the header")]),
        (
            "a,b\n1\n1,2\n1,2,3\n",
            [(2, "", "the row has 1 cells, the header 2"), (4, "", "the row has 3 cells, the header 2")],
        ),
        ("id，name\n1，2\n", [(1, "columns", "separates its cells with full-width commas")]),
        ("a,b\n1,\0\n", [(2, "", "NUL bytes have no place in a text file")]),
        (
            "a,b\n1,村\ufffd\n",
            [(2, "", "letters were lost when the file was converted (replacement character U+FFFD)")],
        ),
        (
            'a,b\n1,2\n3,"4\n5,6\n',
            [(3, "", "the record that begins here is broken (unexpected end of data)")],
        ),
    ],
)
def test_broken_text_is_refused_with_every_reason_and_its_line(tmp_path, content, found):
    assert refused(write(tmp_path, "a.csv", content)) == found


def test_all_that_is_wrong_with_a_header_and_its_rows_is_said_at_once(tmp_path):
    found = refused(write(tmp_path, "a.csv", "a,a,\n1,2\n3\n1,2,4\n"))
    assert found == [
        (1, "column a", "stands 2 times in the header"),
        (3, "", "the row has 1 cells, the header 2"),
        (4, "", "the row has 3 cells, the header 2"),
    ]


# -- encodings ------------------------------------------------------------------------------


@pytest.mark.parametrize(("encoding", "name"), [("gb18030", "转移安置点名称"), ("big5", "避難收容處所名稱")])
def test_bytes_that_are_not_utf8_are_never_guessed(tmp_path, encoding, name):
    path = write(tmp_path, "a.csv", f"id,{name}\n1,{name}\n".encode(encoding))
    (line, _, rule), *others = refused(path)
    assert (line, others) == (1, [])
    assert rule.startswith("the bytes are not UTF-8; they could be ")
    assert f"{encoding} ({name}" in rule
    assert read_table(path, encoding=encoding).rows[0][name] == name


@pytest.mark.parametrize(
    ("content", "encoding", "rule"),
    [
        ("名\n1\n".encode(), "utf-9", "does not name the encoding of this file"),
        ("名\n1\n".encode(), "hex", "does not name the encoding of this file"),
        ("\ufeff名\n1\n".encode(), "gb18030", "does not name the encoding of this file"),
        ("名\n1\n".encode("utf-16"), None, "must be given: the file marks itself as utf-16"),
        (b"name\n\xff\xff\xff\n", None, "the bytes are not UTF-8 and fit no encoding known here"),
        ("a\n硚口\n".encode("gb18030"), "ascii", "the bytes are not ascii; they could be gb18030 (硚口), "),
    ],
)
def test_an_encoding_that_does_not_fit_is_refused(tmp_path, content, encoding, rule):
    ((_, _, found),) = refused(write(tmp_path, "a.csv", content), encoding=encoding)
    assert found.startswith(rule)


def test_utf16_is_read_where_it_is_said(tmp_path):
    path = write(tmp_path, "a.csv", "名\n村\n".encode("utf-16"))
    assert read_table(path, encoding="utf-16").rows == ({"名": "村"},)


# -- GeoJSON --------------------------------------------------------------------------------


def test_geojson_has_points_lines_and_the_union_of_all_properties(tmp_path):
    path = geojson(
        tmp_path,
        feature(
            {"type": "Point", "coordinates": [108.1, 22.8, 75.0]}, name="安置点", capacity=300, open=True
        ),
        feature({"type": "LineString", "coordinates": [[108, 22], [109, 23]]}, level=1.5, tags=["a"]),
        feature(None, name=""),
    )
    table = read_table(path)
    assert table.columns == ("name", "capacity", "open", "level", "tags")
    assert list(table.rows[0].values()) == ["安置点", 300, "true", None, None]
    assert list(table.rows[1].values()) == [None, None, None, 1.5, '["a"]']
    assert table.points == ((108.1, 22.8), None, None)
    assert table.geometries[1] == {"type": "LineString", "coordinates": [[108, 22], [109, 23]]}
    assert table.crs == "EPSG:4326"
    written = path.read_text(encoding="utf-8").splitlines()
    assert [written[line - 1] for line in table.lines] == ["  {", "  {", "  {"]
    assert table.lines[0] == 4


@pytest.mark.parametrize(
    ("geometry", "centre"),
    [
        ({"type": "Polygon", "coordinates": [SQUARE]}, (1.0, 1.0)),
        ({"type": "Polygon", "coordinates": [SQUARE[::-1]]}, (1.0, 1.0)),
        (
            # A hole in the right half: 4 - 1 of area, the moment of the hole taken out.
            {"type": "Polygon", "coordinates": [SQUARE, [[1, 0.5], [2, 0.5], [2, 1.5], [1, 1.5], [1, 0.5]]]},
            ((4 * 1 - 1 * 1.5) / 3, 1.0),
        ),
        (
            {"type": "MultiPolygon", "coordinates": [[SQUARE], [[[x + 4, y] for x, y in SQUARE]]]},
            (3.0, 1.0),
        ),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [2, 0], [0, 0]]]}, None),
    ],
)
def test_a_polygon_stands_at_the_centre_of_its_area(tmp_path, geometry, centre):
    point = read_table(geojson(tmp_path, feature(geometry))).points[0]
    assert point == (None if centre is None else pytest.approx(centre))


def test_the_word_features_inside_the_data_misleads_nobody(tmp_path):
    first = feature({"type": "Point", "coordinates": [1, 2]}, features=[1, 2])
    path = geojson(tmp_path, first, metadata={"features": ["x"]})
    moved = json.loads(path.read_text(encoding="utf-8"))
    text = json.dumps({"metadata": moved["metadata"], "type": moved["type"], "features": moved["features"]})
    assert read_table(write(tmp_path, "b.geojson", text)).rows[0]["features"] == "[1, 2]"


def test_geojson_says_its_own_system_or_the_user_does(tmp_path):
    metres = feature({"type": "Point", "coordinates": [432000.0, 2895000.0]})
    named = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4547"}}
    assert read_table(geojson(tmp_path, metres, crs=named)).crs == "EPSG:4547"
    assert refused(geojson(tmp_path, metres, crs=named), crs="EPSG:4546")[0][1:] == (
        "crs",
        "contradicts the file, which says EPSG:4547",
    )
    plain = geojson(tmp_path, metres).rename(tmp_path / "plain.geojson")
    assert read_table(plain, crs="EPSG:4547").crs == "EPSG:4547"
    street = geojson(tmp_path, feature({"type": "LineString", "coordinates": [[432000.0, 0], [0, 0]]}))
    for path in (plain, street):
        assert [rule for _, _, rule in refused(path)] == ["is no longitude and latitude"]


@pytest.mark.parametrize(
    ("text", "line", "rule"),
    [
        ('{"type": "FeatureCollection",\n "features": [\n', 3, "the JSON breaks off or is broken here"),
        ("[1, 2]", None, "is no GeoJSON FeatureCollection"),
        ('{"type": "Topology"}', None, "is no GeoJSON FeatureCollection"),
        ("[" * 100_000, None, "the JSON is nested too deep"),
    ],
)
def test_broken_json_is_refused(tmp_path, text, line, rule):
    (found,) = refused(write(tmp_path, "a.geojson", text))
    assert found[0] == line
    assert found[2].startswith(rule)


def test_every_broken_feature_is_named_with_its_line(tmp_path):
    text = """{"type": "FeatureCollection", "features": [
      {"type": "Feature", "properties": {"a": 1, "a": 2}, "geometry": null},
      {"type": "Feature", "properties": {"a": NaN}, "geometry": null},
      {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": []}},
      {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [[0, 1]]}},
      {"type": "Feature", "properties": {}, "geometry": {"type": "Circle", "coordinates": [0, 1]}}
    ]}"""
    broken = "has no known type, or coordinates of another type"
    assert refused(write(tmp_path, "a.geojson", text)) == [
        (2, "feature", "has the same name twice"),
        (3, "feature", "is no number that JSON knows"),
        (4, "geometry", broken),
        (5, "geometry", broken),
        (6, "geometry", broken),
    ]


# -- GeoPackage and shapefile ---------------------------------------------------------------


@pytest.fixture
def places():
    geopandas = pytest.importorskip("geopandas")
    shapely = pytest.importorskip("shapely")
    return geopandas.GeoDataFrame(
        {"name": ["安置点一", None], "capacity": [300, 120], "share": [0.5, None]},
        geometry=[shapely.Point(500_000, 3_000_000), shapely.box(0, 0, 2, 4)],
        crs="EPSG:4547",
    )


def test_a_geopackage_gives_cells_points_and_system(tmp_path, places):
    places.to_file(tmp_path / "a.gpkg")
    table = read_table(tmp_path / "a.gpkg")
    assert table.rows == (
        {"name": "安置点一", "capacity": 300, "share": 0.5},
        {"name": None, "capacity": 120, "share": None},
    )
    assert table.points == ((500_000.0, 3_000_000.0), (1.0, 2.0))
    assert (table.lines, table.crs) == ((1, 2), "EPSG:4547")


def test_a_geopackage_with_two_layers_is_refused(tmp_path, places):
    places.to_file(tmp_path / "a.gpkg", layer="roads")
    places.to_file(tmp_path / "a.gpkg", layer="zones")
    assert refused(tmp_path / "a.gpkg") == [(None, "", "must hold one layer; it holds roads, zones")]


def test_styles_that_qgis_leaves_in_a_geopackage_are_no_layer(tmp_path, places):
    places.to_file(tmp_path / "a.gpkg", layer="zones")
    places.to_file(tmp_path / "a.gpkg", layer="layer_styles")
    assert len(read_table(tmp_path / "a.gpkg").rows) == 2


def test_a_geometry_that_is_no_point_line_or_polygon_is_refused(tmp_path, places):
    shapely = pytest.importorskip("shapely")
    mixed = shapely.GeometryCollection([shapely.Point(0, 0), shapely.Point(1, 1)])
    places.set_geometry([shapely.Point(0, 0), mixed]).to_file(tmp_path / "a.gpkg")
    rule = "is no point, line or polygon with finite coordinates"
    assert refused(tmp_path / "a.gpkg") == [(2, "geometry", rule)]


@pytest.mark.parametrize("kept", [0.0, 0.001, 0.5, 0.99])
def test_a_geopackage_cut_off_anywhere_is_refused(tmp_path, places, kept):
    places.to_file(tmp_path / "a.gpkg")
    whole = (tmp_path / "a.gpkg").read_bytes()
    path = write(tmp_path, "b.gpkg", whole[: int(len(whole) * kept)])
    (found,) = refused(path)
    assert found[2].startswith("is damaged, cut off or no such file")


@pytest.fixture
def shapefile(tmp_path, places) -> Path:
    places.iloc[:1].to_file(tmp_path / "a.shp", encoding="gb18030")
    (tmp_path / "a.cpg").unlink()
    return tmp_path / "a.shp"


def test_a_shapefile_without_cpg_asks_for_its_encoding(shapefile):
    (found,) = refused(shapefile)
    assert "gb18030 (安置点一" in found[2]
    table = read_table(shapefile, encoding="gb18030")
    assert (table.rows[0]["name"], table.crs) == ("安置点一", "EPSG:4547")
    shapefile.with_suffix(".cpg").write_text("GB18030", encoding="ascii")
    assert read_table(shapefile).rows[0]["name"] == "安置点一"


@pytest.mark.parametrize("part", [".shx", ".dbf"])
def test_a_shapefile_that_lacks_a_part_is_refused(shapefile, part):
    shapefile.with_suffix(part).unlink()
    assert refused(shapefile, encoding="gb18030") == [(None, "", f"a{part} is missing")]


@pytest.mark.parametrize("part", [".shp", ".shx", ".dbf"])
def test_a_shapefile_with_a_part_cut_off_is_refused(shapefile, part):
    whole = shapefile.with_suffix(part).read_bytes()
    shapefile.with_suffix(part).write_bytes(whole[:-20])
    (found,) = refused(shapefile, encoding="gb18030")
    assert found[2].startswith(f"is damaged, cut off or no such file ({len(whole) - 20} of")


def test_a_shapefile_without_prj_needs_a_system(shapefile):
    shapefile.with_suffix(".prj").unlink()
    assert refused(shapefile, encoding="gb18030") == [
        (None, "crs", "must be known; the file does not say it")
    ]
    assert read_table(shapefile, encoding="gb18030", crs="EPSG:4547").crs == "EPSG:4547"


def test_other_files_are_refused_kindly(tmp_path):
    for name in ("none.csv", "none.geojson", "none.gpkg"):
        assert refused(tmp_path / name) == [(None, "", "cannot be opened (No such file or directory)")]
    assert refused(write(tmp_path, "a.xlsx", b"PK")) == [
        (None, "format", "is no table that can be read here")
    ]
    assert refused(write(tmp_path, "a.csv", "a,b\n1,2\n"), crs="EPSG:99999999") == [
        (None, "crs", "is no coordinate reference system")
    ]


# -- real files -----------------------------------------------------------------------------


def test_the_taiwan_shelter_list_reads_whole(data_dir):
    table = read_table(data_dir / "taiwan_shelters_stations/taiwan_shelters_v9.csv")
    assert len(table.rows) == 5973
    assert table.columns[0] == "序號"
    assert sum(int(row["預計收容人數"] or 0) for row in table.rows) == 2_301_656
    assert sum("水災" in str(row["適用災害類別"]) for row in table.rows) == 5057


def test_the_taiwan_stations_ask_for_big5(data_dir):
    path = data_dir / "taiwan_shelters_stations/taiwan_fire_stations_big5.csv"
    (found,) = refused(path)
    assert "big5 (消防隊名稱" in found[2]
    table = read_table(path, encoding="big5")
    assert len(table.rows) == 770
    # The header says TWD97 metres; the cells are degrees, and stay as they are.
    assert table.rows[0]["X座標_TWD97TM121"] == "121.75509220050074"


@pytest.mark.parametrize(
    ("file", "n_rows", "column"),
    [
        ("hitoyoshi_jp/shelters_emergency_hitoyoshi_432032.geojson", 28, "洪水"),
        ("hitoyoshi_jp/shelters_evacuation_hitoyoshi_432032.geojson", 29, "施設・場所名"),
        ("fuzhou_cn/fuzhou_metro_stations_osm.geojson", 265, "name"),
    ],
)
def test_real_geojson_has_a_point_and_a_line_for_each_row(data_dir, file, n_rows, column):
    table = read_table(data_dir / file)
    assert len(table.rows) == n_rows
    assert column in table.columns
    assert None not in table.points
    assert table.crs == "EPSG:4326"
    assert list(table.lines) == sorted(set(table.lines))


def test_real_shapefiles_have_their_system(data_dir):
    people = read_table(data_dir / "seaside_or/population_distribution/population_distribution.shp")
    assert (len(people.rows), people.crs) == (4502, "EPSG:32610")
    assert None not in people.points


def test_a_real_geopackage_reads_whole(data_dir, tmp_path):
    copy = shutil.copy(data_dir / "miami_beach_us/base_graph_edges.gpkg", tmp_path)
    table = read_table(copy)
    assert (len(table.rows), table.crs) == (1155, "EPSG:4326")
    assert {geometry["type"] for geometry in table.geometries} == {"LineString"}
