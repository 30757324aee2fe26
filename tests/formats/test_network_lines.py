"""Lines on a map: shapefiles, GeoPackages and GeoJSON, with the columns that offices give them."""

import json

import pytest

from evacsim.errors import FormatError
from evacsim.formats.raw_network import read_network
from evacsim.formats.roads.directions import DirectionColumn

EAST = [(119.300, 26.080), (119.302, 26.080)]
NORTH = [(119.301, 26.079), (119.301, 26.081)]


def geojson(path, lines, *rows, crs=None):
    features = [
        {"type": "Feature", "properties": row, "geometry": {"type": "LineString", "coordinates": line}}
        for line, row in zip(lines, rows, strict=True)
    ]
    named = {"crs": {"type": "name", "properties": {"name": crs}}} if crs else {}
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features} | named), encoding="utf-8")
    return path


def frame(lines, **columns):
    geopandas = pytest.importorskip("geopandas")
    shapely = pytest.importorskip("shapely")
    return geopandas.GeoDataFrame(
        columns, geometry=[shapely.LineString(line) for line in lines], crs="EPSG:4326"
    )


def test_geojson_is_longitude_and_latitude(tmp_path):
    path = geojson(
        tmp_path / "r.geojson", [EAST], {"osmid": 7, "highway": "primary", "oneway": "yes", "lanes": "3"}
    )
    network = read_network(path)
    (link,) = network.links
    assert (network.form, network.crs, network.nodes) == ("lines", "EPSG:4326", ())
    assert (link.id, link.road_class, link.lanes, link.two_way) == ("7", "primary", 3, False)
    assert (link.geometry, link.from_node) == (tuple(EAST), None)


def test_geojson_in_metres_needs_its_system(tmp_path):
    metres = [[(730000, 2880000), (730300, 2880000)]]
    path = geojson(tmp_path / "r.geojson", metres, {"highway": "primary"})
    with pytest.raises(FormatError, match="metres, not degrees"):
        read_network(path)
    assert read_network(path, crs="EPSG:32650").crs == "EPSG:32650"


def test_a_layer_that_says_nothing_of_directions_is_two_way_and_says_so(tmp_path):
    network = read_network(geojson(tmp_path / "r.geojson", [EAST], {"highway": "primary"}))
    assert network.links[0].two_way
    assert "direction_assumed" in {remark.kind for remark in network.remarks}
    assert not read_network(tmp_path / "r.geojson", rows="one-way").links[0].two_way


def test_where_each_direction_is_a_row_a_row_is_one_direction(tmp_path):
    rows = [{"oneway": False, "lanes": "4"}, {"oneway": False, "lanes": "4"}, {"oneway": False, "lanes": "4"}]
    network = read_network(geojson(tmp_path / "r.geojson", [EAST, EAST[::-1], NORTH], *rows))
    assert [link.two_way for link in network.links] == [False, False, True]
    assert {link.lanes for link in network.links} == {2}


@pytest.mark.parametrize(
    ("word", "direction"),
    [
        ("two-way", "both"),
        ("east", "backward"),
        ("west", "forward"),
        ("向北", "forward"),
        ("south", "backward"),
        ("FT", "forward"),
        ("TF", "backward"),
        ("-1", "backward"),
        ("双向", "both"),
        (True, "forward"),
        (0.0, "both"),
        ("F", None),
        ("sideways", None),
    ],
)
def test_words_for_directions_of_a_line_drawn_to_the_north_west(word, direction):
    assert DirectionColumn([word]).read(word, ((10.0, 0.0), (5.0, 5.0), (0.0, 9.0))) == direction


def test_letters_of_openstreetmap_shapefiles_are_understood_beside_a_b():
    column = DirectionColumn(["B", "F", "T"])
    assert [column.read(letter, None) for letter in "BFT"] == ["both", "forward", "backward"]


def test_an_unknown_direction_is_refused_with_its_line(tmp_path):
    rows = [{"oneway": "yes"}, {"oneway": "sideways"}]
    with pytest.raises(FormatError) as caught:
        read_network(geojson(tmp_path / "r.geojson", [EAST, NORTH], *rows))
    assert [issue.value for issue in caught.value.issues] == ["sideways"]


def test_a_line_in_pieces_or_a_point_is_refused(tmp_path):
    path = geojson(tmp_path / "r.geojson", [EAST, NORTH], {}, {})
    document = json.loads(path.read_text(encoding="utf-8"))
    document["features"][0]["geometry"] = {"type": "MultiLineString", "coordinates": [EAST, NORTH]}
    document["features"][1]["geometry"] = {"type": "Point", "coordinates": EAST[0]}
    path.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(FormatError) as caught:
        read_network(path)
    assert [issue.value for issue in caught.value.issues] == ["MultiLineString", "Point"]


def test_a_shapefile_of_chinese_roads_asks_for_its_encoding(tmp_path):
    path = tmp_path / "roads.shp"
    frame([EAST, NORTH], 路名=["五四路", "华林路"], 车道数=[4, 2], 方向=["双向", "单向"]).to_file(
        path, encoding="gb18030"
    )
    path.with_suffix(".cpg").unlink()
    with pytest.raises(FormatError, match="encoding: gb18030"):
        read_network(path)
    road, street = read_network(path, encoding="gb18030").links
    assert (road.name, road.lanes, road.two_way) == ("五四路", 2, True)
    assert (street.name, street.lanes, street.two_way) == ("华林路", 2, False)


def test_a_shapefile_whose_prj_is_garbage_is_refused(tmp_path):
    path = tmp_path / "roads.shp"
    frame([EAST], oneway=["yes"]).to_file(path)
    text = path.with_suffix(".prj").read_text(encoding="utf-8")
    path.with_suffix(".prj").write_text(text.replace("DATUM", "DXTUM"), encoding="utf-8")
    with pytest.raises(FormatError, match="Missing DATUM"):
        read_network(path)


def test_a_geopackage_with_ends_places_its_nodes_where_its_lines_meet(tmp_path):
    # 1 --- 2 --- 3: the second line is drawn from 3 to 2
    lines = [[(119.300, 26.08), (119.301, 26.08)], [(119.302, 26.08), (119.301, 26.08)]]
    frame(lines, u=[1, 2], v=[2, 3], oneway=[True, True], length=[100.0, 100.0]).to_file(tmp_path / "r.gpkg")
    network = read_network(tmp_path / "r.gpkg")
    assert {node.id: (node.x, node.y) for node in network.nodes} == {
        "1": (119.300, 26.08),
        "2": (119.301, 26.08),
        "3": (119.302, 26.08),
    }
    assert [(link.from_node, link.to_node) for link in network.links] == [("1", "2"), ("3", "2")]
    remarks = {remark.kind: remark.ids for remark in network.remarks}
    assert remarks["ends_exchanged"] == ("2-3",)
    assert remarks["columns_unused"] == ("length",)  # no unit, and the map tells


def test_ids_do_not_depend_on_the_order_of_the_rows(tmp_path):
    rows = [{"osmid": 7, "oneway": "yes"}, {"osmid": 7, "oneway": "yes"}]
    first = read_network(geojson(tmp_path / "a.geojson", [EAST, NORTH], *rows)).links
    second = read_network(geojson(tmp_path / "b.geojson", [NORTH, EAST], *rows)).links
    assert {link.id: link.geometry for link in first} == {link.id: link.geometry for link in second}
    assert {link.id for link in first} == {"7.1", "7.2"}
