"""OpenStreetMap: ways become links between the nodes they share, and tags mean what the wiki says."""

import pytest

from evacsim.formats.raw_network import read_network
from evacsim.formats.roads.tags import read_tags

# 1 --- 2 --- 3 along y = 0; 4 - 2 - 5 crosses at node 2; way 90 passes over it on a bridge.
PLACES = {
    1: (114.010, 22.500), 2: (114.012, 22.500), 3: (114.014, 22.500), 4: (114.012, 22.499), 5: (114.012, 22.501),
    6: (114.011, 22.499), 7: (114.011, 22.501), 8: (114.013, 22.4995),
}  # fmt: skip
WAYS = {
    10: (
        (1, 2, 3),
        {"highway": "primary", "name": "深南大道", "oneway": "-1", "lanes": "3", "maxspeed": "60"},
    ),
    20: ((4, 2, 8, 5), {"highway": "residential", "lanes:forward": "2", "lanes": "3"}),
    30: ((6, 7), {"highway": "secondary", "bridge": "viaduct", "layer": "1"}),
    40: ((5, 99), {"highway": "residential"}),
    50: ((4, 5), {"highway": "construction"}),
    60: ((4, 5), {"railway": "rail"}),
}


def osm_xml() -> str:
    nodes = "".join(f'<node id="{name}" lon="{x}" lat="{y}"/>' for name, (x, y) in PLACES.items())
    ways = "".join(
        f'<way id="{name}">'
        + "".join(f'<nd ref="{node}"/>' for node in refs)
        + "".join(f'<tag k="{key}" v="{value}"/>' for key, value in tags.items())
        + "</way>"
        for name, (refs, tags) in WAYS.items()
    )
    ban = '<relation id="1"><member type="way" ref="10" role="from"/><tag k="type" v="restriction"/>'
    return f'<osm version="0.6">{ways}{nodes}{ban}<tag k="restriction" v="no_u_turn"/></relation></osm>'


def write_pbf(path: str) -> None:
    osmium = pytest.importorskip("osmium")
    with osmium.SimpleWriter(path) as writer:
        for name, place in PLACES.items():
            writer.add_node(osmium.osm.mutable.Node(id=name, location=place, version=1, tags={}))
        for name, (refs, tags) in WAYS.items():
            writer.add_way(osmium.osm.mutable.Way(id=name, nodes=list(refs), version=1, tags=tags))
        ban = {"type": "restriction", "restriction": "no_u_turn"}
        writer.add_relation(
            osmium.osm.mutable.Relation(id=1, members=[("w", 10, "from")], version=1, tags=ban)
        )


@pytest.fixture(params=["roads.osm", "roads.osm.xml", "roads.xml", "roads.osm.pbf"])
def network(request, tmp_path):
    path = tmp_path / request.param
    if request.param.endswith("pbf"):
        write_pbf(str(path))
    else:
        path.write_text(osm_xml(), encoding="utf-8")
    return read_network(path)


def test_ways_are_cut_where_they_share_a_node_and_nowhere_else(network):
    links = {link.id: (link.from_node, link.to_node) for link in network.links}
    assert links == {
        "10.1": ("3", "2"),  # oneway=-1 runs against the way
        "10.2": ("2", "1"),
        "20.1": ("4", "2"),
        "20.1.back": ("2", "4"),
        "20.2": ("2", "5"),
        "20.2.back": ("5", "2"),
        "30": ("6", "7"),  # crosses way 10 without a node: a bridge
        "30.back": ("7", "6"),
    }
    assert {node.id for node in network.nodes} == {"1", "2", "3", "4", "5", "6", "7"}
    assert network.crs == "EPSG:4326"


def test_tags_become_values_of_each_direction(network):
    links = {link.id: link for link in network.links}
    assert (links["10.1"].lanes, links["10.1"].name) == (3, "深南大道")
    assert links["10.1"].free_speed == pytest.approx(60 / 3.6)
    assert (links["20.1"].lanes, links["20.1.back"].lanes) == (2, 1)
    assert links["20.2"].geometry == (PLACES[2], PLACES[8], PLACES[5])
    assert links["20.2.back"].geometry == (PLACES[5], PLACES[8], PLACES[2])
    assert (links["30"].bridge, links["30"].layer) == (True, 1)


def test_what_is_left_in_the_file_is_told(network):
    remarks = {remark.kind: remark.ids for remark in network.remarks}
    assert remarks == {
        "not_yet_roads": ("highway=construction (1)",),
        "ways_cut_off": ("40",),  # node 99 is not in the extract
        "turns_left_out": (),
    }


@pytest.mark.parametrize(
    ("tags", "direction"),
    [
        ({}, "both"),
        ({"oneway": "no"}, "both"),
        ({"oneway": "yes"}, "forward"),
        ({"oneway": True}, "forward"),
        ({"oneway": "reverse"}, "backward"),
        ({"junction": "roundabout"}, "forward"),
        ({"junction": "roundabout", "oneway": "no"}, "both"),
        ({"highway": "motorway"}, "forward"),
        ({"highway": "motorway_link"}, "both"),
    ],
)
def test_direction(tags, direction):
    assert read_tags({"highway": "primary"} | tags).direction == direction


@pytest.mark.parametrize(
    ("limit", "speed"),
    [
        ("50", 50 / 3.6),
        ("50 km/h", 50 / 3.6),
        ("30 mph", 13.4112),
        ("30mph", 13.4112),
        ("10 knots", 10 * 1852 / 3600),
        ("['40 mph', '35 mph']", 35 * 0.44704),
        ("60;80", 60 / 3.6),
        ("none", None),
        ("CN:urban", None),
        ("fast", None),
        ("", None),
    ],
)
def test_speed_limits(limit, speed):
    found = read_tags({"highway": "primary", "maxspeed": limit})
    assert found.speed_forward == (None if speed is None else pytest.approx(speed))
    assert found.unread == (("maxspeed=fast",) if limit == "fast" else ())


@pytest.mark.parametrize(
    ("tags", "permitted", "prohibited"),
    [
        ({"access": "no"}, set(), {"car", "bus", "walk"}),
        ({"access": "private"}, set(), set()),  # those who live there leave by it
        ({"access": "no", "motor_vehicle": "yes"}, {"car", "bus"}, {"walk"}),  # a bridge, mobility-team #339
        ({"access": "bus"}, set(), {"car", "walk"}),
        ({"motor_vehicle": "no", "bus": "yes"}, {"bus"}, {"car"}),
        ({"foot": "yes"}, {"walk"}, set()),
        ({"access": "yes"}, set(), set()),  # opens no footway to cars
        ({"vehicle": "forestry"}, set(), {"car", "bus"}),
    ],
)
def test_access(tags, permitted, prohibited):
    found = read_tags({"highway": "primary"} | tags)
    assert (found.permitted, found.prohibited) == (permitted, prohibited)


@pytest.mark.parametrize(
    ("tags", "lanes"),
    [
        ({"lanes": "4"}, 2),
        ({"lanes": "5"}, 2.5),
        ({"lanes": "3", "lanes:backward": "2"}, 1),
        ({"lanes:forward": "2"}, 2),
        ({"lanes": "4", "lanes:backward": "3", "oneway": "-1"}, 3),
        ({"lanes": "1"}, 1),
        ({"lanes": "3", "oneway": "yes"}, 3),
        ({"lanes": "['3', '2']", "oneway": "yes"}, 2),
        ({"lanes": "many"}, None),
        ({}, None),
    ],
)
def test_lanes_of_one_direction(tags, lanes):
    assert read_tags({"highway": "primary"} | tags).lanes_forward == lanes
