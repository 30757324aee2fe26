"""Every fault of a network is repaired in the open, pointed out, or refused - and sound networks are left alone."""

import math
from dataclasses import replace

import pytest

from evacsim.errors import FormatError
from evacsim.formats.raw_network import RawLink, RawNetwork, RawNode
from evacsim.network.build import build_network
from evacsim.network.defaults import SUSTAINED_EVACUATION
from evacsim.network.repairs import AS_WRITTEN, Change, RepairOptions

# A square of 300 m x 400 m, clockwise and back.
PLACES = {"a": (0.0, 0.0), "b": (300.0, 0.0), "c": (300.0, 400.0), "d": (0.0, 400.0)}
SOUND = RawLink(
    id="ab",
    from_node="a",
    to_node="b",
    length=300.0,
    free_speed=13.9,
    lanes=1.0,
    capacity=0.5,
    jam_density=0.2,
    road_class="secondary",
    modes=frozenset({"car", "bus", "walk"}),
)


def link(ends: str, **changes) -> RawLink:
    start, end = ends.split("-") if "-" in ends else (ends[0], ends[1])
    length = math.dist(PLACES[start], PLACES[end]) if start in PLACES and end in PLACES else 100.0
    return replace(SOUND, **{"id": ends, "from_node": start, "to_node": end, "length": length} | changes)


SQUARE = [link(ends) for ends in ("ab", "bc", "cd", "da", "ba", "cb", "dc", "ad")]


def raw(*links: RawLink, places=None, crs="local", **changes) -> RawNetwork:
    nodes = tuple(RawNode(name, *place) for name, place in (PLACES if places is None else places).items())
    return replace(RawNetwork("roads", "csv", nodes, tuple(links), crs), **changes)


def built(*links: RawLink, places=None, repairs=None, **changes):
    return build_network(raw(*links, places=places, **changes), repairs=repairs)


def edge(network, link_id: str) -> dict:
    return next(data for _, _, data in network.graph.edges(data=True) if data["id"] == link_id)


def test_a_sound_network_is_left_alone():
    network = built(*SQUARE)
    assert network.report.repairs == ()
    assert network.report.is_clean
    assert (network.report.parts.weak, network.report.parts.strong) == ((4,), (4,))
    assert edge(network, "ab") == {
        "id": "ab",
        "length_m": 300.0,
        "free_speed_mps": 13.9,
        "lanes": 1.0,
        "capacity_vps": 0.5,
        "jam_density_vpm": 0.2,
        "road_class": "secondary",
        "name": "",
        "modes": {"car", "bus", "walk"},
        "geometry": None,
        "bridge": False,
        "bridge_offset_m": 0.0,
    }


def test_the_order_of_the_file_does_not_matter():
    faulty = [replace(SQUARE[0], lanes=None), *SQUARE[1:], link("bd", length=500.0, two_way=True)]
    one, other = built(*faulty), built(*faulty[::-1], places=dict(reversed(PLACES.items())))
    assert list(one.graph.nodes(data=True)) == list(other.graph.nodes(data=True))
    assert list(one.graph.edges(keys=True, data=True)) == list(other.graph.edges(keys=True, data=True))
    assert one.report == other.report


@pytest.mark.parametrize(
    ("fault", "kind", "before", "after"),
    [
        ({"length": None}, "length_measured", "", "300"),
        ({"length": 0.0}, "length_measured", "0", "300"),
        ({"length": -5.0}, "length_measured", "-5", "300"),
        ({"length": math.nan}, "length_measured", "nan", "300"),
        ({"length": math.inf}, "length_measured", "inf", "300"),
        ({"length": 250.0}, "length_too_short", "250", "300"),
        (
            {"length": 250.0, "geometry": ((0.0, 0.0), (150.0, 5.0), (300.0, 0.0))},
            "length_replaced",
            "250",
            "300.167",
        ),
        ({"free_speed": None}, "speed_default", "", "13.8889"),
        ({"free_speed": 250.0}, "speed_absurd", "250", "13.8889"),
        ({"free_speed": 0.0}, "speed_absurd", "0", "13.8889"),
        ({"lanes": None}, "lanes_default", "", "1"),
        ({"lanes": 0.0}, "lanes_absurd", "0", "1"),
        ({"lanes": 300.0}, "lanes_absurd", "300", "1"),
        ({"capacity": None}, "capacity_default", "", "0.277778"),
        ({"capacity": 11.1}, "capacity_absurd", "11.1", "0.277778"),
        ({"capacity": 0.0}, "capacity_absurd", "0", "0.277778"),
        ({"jam_density": None}, "jam_density_default", "", "0.133333"),
        ({"jam_density": 7.5}, "jam_density_absurd", "7.5", "0.133333"),
        ({"free_speed": 2.0}, "capacity_lowered", "0.5", "0.2"),  # 2 m/s x 0.2 veh/m / 2
        ({"bridge": True, "name": "浮桥"}, "bridge_offset_default", "浮桥", "0"),
    ],
)
def test_one_fault_is_one_change_with_before_and_after(fault, kind, before, after):
    network = built(replace(SQUARE[0], **fault), *SQUARE[1:])
    assert network.report.of(kind) == (Change("ab", before, after),)
    assert sum(repair.count for repair in network.report.repairs) == 1


def test_a_far_detour_is_kept_and_pointed_out():
    network = built(replace(SQUARE[0], length=5000.0), *SQUARE[1:])
    assert network.report.of("length_detour") == (Change("ab", "5000", "300"),)
    assert edge(network, "ab")["length_m"] == 5000.0
    assert not network.report.is_clean


@pytest.mark.parametrize(
    ("factor", "unit"), [(1e-3, "km"), (1 / 1609.344, "mi"), (1 / 0.3048, "ft"), (1e3, "m read as km")]
)
def test_lengths_in_a_wrong_unit_are_refused(factor, unit):
    with pytest.raises(FormatError, match=f"look like {unit}"):
        built(*(replace(one, length=one.length * factor) for one in SQUARE))


def test_where_all_courses_are_off_scale_none_of_the_lengths_is_trusted():
    def stretched(one: RawLink) -> RawLink:
        start, end = PLACES[one.from_node], PLACES[one.to_node]
        return replace(
            one,
            length=one.length * 1.354,
            geometry=(start, ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2), end),
        )

    network = built(*map(stretched, SQUARE))
    assert network.report.of("lengths_off_scale") == (Change("length", "1.354", "1"),)
    assert edge(network, "ab")["length_m"] == pytest.approx(300.0)


def test_travel_times_become_lengths_at_the_free_speed():
    nodes = {"a": (None, None), "b": (None, None)}
    timed = [link(ends, length=None, travel_time=540.0, free_speed=None, lanes=1) for ends in ("ab", "ba")]
    network = build_network(raw(*timed, places=nodes, crs=None))
    data = edge(network, "ab")
    assert data["length_m"] / data["free_speed_mps"] == pytest.approx(540.0, rel=1e-15)
    assert network.crs is None
    assert math.isnan(network.graph.nodes["a"]["x"])
    assert network.report.count("length_from_time") == 2


def test_a_travel_time_on_a_map_becomes_a_speed():
    network = built(replace(SQUARE[0], travel_time=30.0, free_speed=None), *SQUARE[1:])
    assert edge(network, "ab")["free_speed_mps"] == 10.0


def test_bridge_offsets_are_those_of_the_file_or_of_the_options():
    bridge = replace(SQUARE[0], bridge=True)
    known = built(replace(bridge, bridge_offset=4.5), *SQUARE[1:])
    assert (edge(known, "ab")["bridge_offset_m"], known.report.repairs) == (4.5, ())
    assumed = built(bridge, *SQUARE[1:], repairs=RepairOptions(bridge_offset=6.0))
    assert edge(assumed, "ab")["bridge_offset_m"] == 6.0
    assert assumed.report.count("bridge_offset_default") == 1


def test_modes_come_from_the_class_and_what_the_file_says_of_them():
    by_class = built(*(replace(one, modes=None, road_class="motorway") for one in SQUARE))
    assert edge(by_class, "ab")["modes"] == {"car", "bus"}
    opened = replace(SQUARE[0], modes=None, road_class="motorway", permitted=frozenset({"walk"}))
    closed = replace(SQUARE[1], modes=None, prohibited=frozenset({"car", "bus", "walk"}), name="封闭路")
    network = built(opened, closed, *SQUARE[2:])
    assert edge(network, "ab")["modes"] == {"car", "bus", "walk"}
    assert network.report.of("modes_none") == (Change("bc", "封闭路"),)


def test_a_network_closed_to_everybody_is_refused():
    with pytest.raises(FormatError, match="all its roads are closed"):
        built(*(replace(one, prohibited=frozenset({"car", "bus", "walk"})) for one in SQUARE))


def test_a_file_that_never_speaks_of_buses_does_not_forbid_them():
    cars = [replace(one, modes=frozenset({"car"})) for one in SQUARE]
    network = built(*cars, modes_known=frozenset({"car"}))
    assert edge(network, "ab")["modes"] == {"car", "bus"}
    assert network.report.count("bus_allowed") == 8
    assert edge(built(*cars), "ab")["modes"] == {"car"}


def test_footways_carry_persons():
    steps = replace(
        SQUARE[0], modes=None, road_class="steps", capacity=None, jam_density=None, free_speed=None
    )
    data = edge(built(steps, *SQUARE[1:]), "ab")
    assert data["capacity_vps"] == pytest.approx(2 * 1.2249)
    assert data["jam_density_vpm"] == pytest.approx(2 * 5.4)
    assert data["free_speed_mps"] == 1.34


def test_capacities_of_a_lasting_evacuation_are_a_named_preset():
    wide = replace(SQUARE[0], capacity=None, lanes=2.0)
    network = built(wide, *SQUARE[1:], repairs=RepairOptions(defaults=SUSTAINED_EVACUATION))
    assert edge(network, "ab")["capacity_vps"] == pytest.approx(2 * 600 / 3600)


def test_two_way_rows_become_two_links():
    roads = [link(ends, two_way=True, geometry=None) for ends in ("ab", "bc", "cd", "da")]
    network = built(*roads)
    assert {
        (start, end, key) for start, end, key in network.graph.edges(keys=True) if key.startswith("ab")
    } == {
        ("a", "b", "ab"),
        ("b", "a", "ab.back"),
    }
    assert network.report.repairs == ()


def test_links_alike_in_all_but_their_id_are_kept_once():
    network = built(*SQUARE, replace(SQUARE[0], id="x"), replace(SQUARE[0], id="y", lanes=2.0))
    assert network.report.of("duplicate") == (Change("x", "", "ab"),)
    assert {key for *_, key in network.graph.edges(keys=True)} == {one.id for one in SQUARE} | {"y"}
    kept = built(*SQUARE, replace(SQUARE[0], id="x"), repairs=RepairOptions(duplicates="keep"))
    assert kept.graph.number_of_edges() == 9


def test_rows_written_twice_are_kept_once_and_contradictions_refused():
    nodes = (*raw().nodes, RawNode("a", 0.0, 0.0))
    network = build_network(replace(raw(*SQUARE, SQUARE[0]), nodes=nodes))
    assert network.report.count("link_written_twice") == 1
    assert network.report.count("node_duplicate") == 1
    with pytest.raises(FormatError, match="link ab: the same id"):
        built(*SQUARE, replace(SQUARE[0], lanes=3.0))
    with pytest.raises(FormatError, match=r"node a is .*: the same id"):
        build_network(replace(raw(*SQUARE), nodes=(*nodes, RawNode("a", 1.0, 0.0))))


def test_links_to_nowhere_are_refused_or_dropped_on_demand():
    lost = link("a-z", line=12)
    with pytest.raises(FormatError, match="roads:12: link a-z is z: is no node"):
        built(*SQUARE, lost)
    network = built(*SQUARE, lost, repairs=RepairOptions(dangling="drop"))
    assert network.report.of("dangling") == (Change("a-z", "z"),)


def test_loops_that_lead_nowhere_go_and_real_loops_are_cut():
    ring = ((0.0, 0.0), (-50.0, 0.0), (-50.0, 80.0), (0.0, 0.0))
    round_way = link("aa", id="ring", geometry=ring, length=None, two_way=True)
    network = built(*SQUARE, link("bb", id="stub", length=20.0), round_way)
    assert network.report.of("self_loop") == (Change("stub", "20"),)
    assert [change.id for change in network.report.of("self_loop_split")] == ["ring", "ring.back"]
    halves = {
        key: (start, end) for start, end, key in network.graph.edges(keys=True) if key.startswith("ring")
    }
    assert halves == {
        "ring.1": ("a", "ring.middle"),
        "ring.2": ("ring.middle", "a"),
        "ring.back.1": ("a", "ring.middle"),
        "ring.back.2": ("ring.middle", "a"),
    }
    lengths = sum(edge(network, key)["length_m"] for key in ("ring.1", "ring.2"))
    assert lengths == pytest.approx(50 + 80 + math.hypot(50, 80))


ISLAND = {"p": (5000.0, 0.0), "q": (5010.0, 0.0)}


def test_small_parts_go_large_parts_stay_and_both_are_told():
    islet = [link(ends, length=10.0) for ends in ("pq", "qp")]
    dropped = built(*SQUARE, *islet, places=PLACES | ISLAND)
    assert dropped.report.of("part_dropped") == (Change("p", "2, 0.02 km"),)
    assert (dropped.report.parts.weak, dropped.report.parts.dropped) == ((4,), 1)
    kept = built(*SQUARE, *islet, places=PLACES | ISLAND, repairs=RepairOptions(smallest_part=0.0))
    assert kept.report.of("part_apart") == (Change("p", "2, 0.02 km"),)
    assert kept.report.parts.weak == (4, 2)
    only = built(*SQUARE, *islet, places=PLACES | ISLAND, repairs=RepairOptions(smallest_part=1.0))
    assert sorted(only.graph) == ["a", "b", "c", "d"]


def test_nodes_without_links_are_dropped():
    network = built(*SQUARE, places=PLACES | {"z": (9.0, 9.0)})
    assert network.report.of("node_unused") == (Change("z"),)


def test_dead_ends_of_one_way_roads_are_pointed_out_or_opened():
    places = PLACES | {"in": (300.0, -200.0), "out": (0.0, -200.0)}
    spurs = [link("b-in", length=200.0), link("out-a", length=200.0)]
    network = built(*SQUARE, *spurs, places=places)
    assert network.report.of("trap") == (Change("in"),)
    assert network.report.of("source") == (Change("out"),)
    assert network.report.parts.strong == (4, 1, 1)
    opened = built(*SQUARE, *spurs, places=places, repairs=RepairOptions(traps="open"))
    assert opened.report.of("trap_opened") == (
        Change("b-in", "", "b-in.opened"),
        Change("out-a", "", "out-a.opened"),
    )
    assert opened.report.parts.strong == (6,)


def test_courses_are_turned_extended_or_dropped():
    course = ((300.0, 0.0), (150.0, 10.0), (0.0, 0.0))
    turned = replace(SQUARE[0], geometry=course, length=None)
    short = replace(SQUARE[1], geometry=((300.0, 8.0), (310.0, 200.0), (300.0, 400.0)), length=None)
    astray = replace(SQUARE[2], geometry=((300.0, 400.0), (200.0, 300.0), (90.0, 390.0)), length=None)
    network = built(turned, short, astray, *SQUARE[3:])
    assert [change.id for change in network.report.of("geometry_turned")] == ["ab"]
    assert edge(network, "ab")["geometry"] == course[::-1]
    assert network.report.of("geometry_extended") == (Change("bc", "", "8"),)
    assert edge(network, "bc")["geometry"][:2] == ((300.0, 0.0), (300.0, 8.0))
    assert [change.id for change in network.report.of("geometry_dropped")] == ["cd"]
    assert edge(network, "cd")["geometry"] is None


def test_as_written_touches_nothing_that_is_possible():
    odd = [
        replace(SQUARE[0], length=10.0),
        replace(SQUARE[1], length=0.4),
        *SQUARE[2:],
        replace(SQUARE[0], id="x", length=10.0),
    ]
    network = built(*odd, repairs=AS_WRITTEN)
    assert network.report.repairs == ()
    assert edge(network, "bc")["length_m"] == 0.4


def test_the_report_reads_in_both_languages_and_as_a_table():
    network = built(replace(SQUARE[0], lanes=None, bridge=True), *SQUARE[1:])
    english, chinese = network.report.told("en"), network.report.told("zh")
    assert "no lanes; default of the class: 1 [ab: - -> 1]" in english
    assert "缺少车道数, 取等级默认值: 1 [ab: - -> 1]" in chinese
    assert "To be looked at" in english
    assert "需要核实" in chinese
    table = network.report.table()
    assert list(table.columns) == ["kind", "level", "text_en", "text_zh", "id", "before", "after"]
    assert list(table["kind"]) == ["lanes_default", "bridge_offset_default"]


def test_many_like_changes_are_counted_by_what_changed():
    network = built(*(replace(one, lanes=None) for one in SQUARE))
    assert "no lanes; default of the class: 8 [- -> 1 x8]" in network.report.told("en")
