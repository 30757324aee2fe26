"""Lines on a map (shapefile, GeoPackage, GeoJSON): links with a course and, mostly, without nodes.

Columns are understood as OSMnx, OpenStreetMap extracts or Chinese road registers name them. A
row without a word about its direction is open both ways. Where every direction is a row of its
own, as OSMnx writes edges, a two-way row has its reverse in the file and stands for one way.
"""

from dataclasses import replace
from typing import Any

from evacsim.formats.geojson import read_geojson
from evacsim.formats.layers import read_layer
from evacsim.formats.roads.findings import Findings
from evacsim.formats.roads.link_tables import Conventions, Course, LinkTable, open_to_us
from evacsim.formats.roads.markup import open_bytes
from evacsim.formats.roads.raw import NetworkFile, Point, RawLink, RawNetwork, RawNode, Remark
from evacsim.formats.rows import Table
from evacsim.formats.text import decode_text
from evacsim.language import Text

_JSON = {".geojson", ".json"}


def read_lines(source: NetworkFile) -> RawNetwork:
    """Return the roads of a layer of lines.

    Raises
    ------
    FormatError
        With everything that is wrong with the file.
    """
    layer, crs = _layer(source)
    findings = Findings(source.name)
    conventions = Conventions(
        source.length_unit,
        source.speed_unit,
        rows=source.rows or "two-way",
        needs_length=False,
    )
    table = LinkTable(layer, conventions, findings)
    courses = [_course(layer, row, findings) for row in range(len(layer.rows))]
    links = _without_reverses(table.links(courses))
    kept, others = open_to_us(links)
    remarks = [*table.remarks(), *others]
    if source.rows is None and "oneway" not in table.headings.texts:
        remarks.append(Remark("direction_assumed", _BOTH_WAYS))
    findings.settle()
    nodes: tuple[RawNode, ...] = ()
    if {"from_node", "to_node"} <= table.headings.texts.keys():
        nodes = _nodes(kept)
        kept, turned = _along_their_course(kept, nodes)
        remarks += [Remark("ends_exchanged", _ENDS_EXCHANGED, turned)] if turned else []
    return RawNetwork(
        file=source.name, form="lines", nodes=nodes, links=kept, crs=crs, remarks=tuple(remarks)
    )


_BOTH_WAYS = Text(
    "nothing says which roads are one-way; all are taken as two-way", "文件未说明单行路，全部按双向处理"
)


_ENDS_EXCHANGED = Text(
    "the line runs from its to_node to its from_node: the direction of the line holds",
    "折线由终点画向起点: 以折线方向为准",
)


def _layer(source: NetworkFile) -> tuple[Table, str | None]:
    """Return the rows of the layer, and the system it says its coordinates are in.

    GeoJSON has none to say: it is longitude and latitude by its standard (RFC 7946), and whoever
    writes metres into it must state the system.
    """
    if source.path.suffix.lower() in _JSON:
        with open_bytes(source) as stream:
            text = decode_text(stream.read(), file=source.name, encoding=source.encoding)
        table = read_geojson(text, file=source.name)
        return table, table.crs or (None if source.crs else "EPSG:4326")
    table = read_layer(source.path, encoding=source.encoding)
    return table, table.crs


def _course(layer: Table, row: int, findings: Findings) -> Course:
    geometry = layer.geometries[row] or {"type": "nothing"}
    course = _points(geometry)
    if course is None:
        rule = Text("is no line, or a line in several pieces", "不是折线，或由不相连的几段组成")
        remedy = Text("keep lines only, in one piece each", "只保留折线，每条折线不得断开")
        findings.add(rule, remedy, "geometry", line=layer.lines[row], value=geometry["type"])
    return course


def _points(geometry: dict[str, Any]) -> Course:
    """Return the points of a line, or of several that follow each other; None for anything else."""
    match geometry["type"]:
        case "LineString":
            parts = [geometry["coordinates"]]
        case "MultiLineString":
            parts = geometry["coordinates"]
        case _:
            return None
    points: list[Point] = []
    for part in parts:
        course = [(float(x), float(y)) for x, y, *_ in part]
        if points and points[-1] != course[0]:
            return None
        points += course[1:] if points else course
    return tuple(points) if len(points) > 1 else None


def _without_reverses(links: list[RawLink]) -> list[RawLink]:
    """Return the links, those whose reverse stands in the file as one-way links."""
    there = {(link.from_node, link.to_node, link.geometry) for link in links}

    def has_reverse(link: RawLink) -> bool:
        back = None if link.geometry is None else link.geometry[::-1]
        return back != link.geometry and (link.to_node, link.from_node, back) in there

    return [replace(link, two_way=False) if link.two_way and has_reverse(link) else link for link in links]


def _nodes(links: tuple[RawLink, ...]) -> tuple[RawNode, ...]:
    """Return the nodes that the ends of the lines name, where the lines of each node meet.

    A line may run against its own from_node and to_node (that is put right when the network is
    built), so either end of a line may be either node. Lines to different neighbors settle it;
    a node known to its lines alone lies at the end that the other node leaves free.
    """
    ends = [
        (link.from_node, link.to_node, link.geometry[0], link.geometry[-1])
        for link in links
        if link.from_node is not None and link.to_node is not None and link.geometry is not None
    ]
    possible: dict[str, set[Point]] = {}
    for start, end, first, last in ends:
        for node in (start, end):
            possible[node] = (possible.get(node) or {first, last}) & {first, last}
    places = {node: next(iter(spots)) for node, spots in possible.items() if len(spots) == 1}
    n_known = -1
    while n_known < len(places):
        n_known = len(places)
        for start, end, first, last in ends:
            for node, other in ((start, end), (end, start)):
                if other in places and node not in places:
                    places[node] = last if places[other] == first else first
    for start, end, first, last in ends:  # lines that hang together with no other
        places.setdefault(start, last if places.get(end) == first else first)
        places.setdefault(end, first if places[start] == last else last)
    return tuple(RawNode(node, *place) for node, place in sorted(places.items()))


def _along_their_course(
    links: tuple[RawLink, ...], nodes: tuple[RawNode, ...]
) -> tuple[tuple[RawLink, ...], tuple[str, ...]]:
    """Return the links with their ends in the order in which the line passes them, and the ids of those changed.

    On a map one-way roads run as they are drawn; the two columns of ends may come from a graph
    that knew no direction.
    """
    places = {node.id: (node.x, node.y) for node in nodes}
    against = {
        link.id
        for link in links
        if link.geometry is not None
        and link.from_node != link.to_node
        and (link.geometry[0], link.geometry[-1]) == (places[str(link.to_node)], places[str(link.from_node)])
    }
    turned = tuple(
        replace(link, from_node=link.to_node, to_node=link.from_node) if link.id in against else link
        for link in links
    )
    return turned, tuple(sorted(against))
