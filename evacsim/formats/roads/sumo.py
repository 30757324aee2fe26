"""SUMO networks (`.net.xml`, `.net.xml.gz`).

SUMO measures a lane from the edge of one junction to the edge of the next; our links run from
node to node, so a link is as long as its course from node to node, or as its lane if that is
longer. SUMO states no capacities. Connections between lanes (turn permissions) are not read.
"""

import math
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from evacsim.formats.roads.classes import least_class, road_class
from evacsim.formats.roads.findings import Findings
from evacsim.formats.roads.markup import elements
from evacsim.formats.roads.raw import (
    BUS,
    CAR,
    LOCAL,
    MODES,
    WALK,
    NetworkFile,
    Point,
    RawLink,
    RawNetwork,
    RawNode,
    Remark,
)
from evacsim.language import Text

_VEHICLE = {CAR: "passenger", BUS: "bus", WALK: "pedestrian"}
"""SUMO's vehicle class for each mode."""
_NOT_ROADS = {"internal", "crossing", "walkingarea"}
"""Values of `function` for what SUMO keeps inside its junctions."""


@dataclass(frozen=True, slots=True)
class _Lane:
    modes: frozenset[str]
    speed: float | None
    length: float | None


def read_sumo(source: NetworkFile) -> RawNetwork:
    """Return the network of a SUMO file, in the coordinates it had before `netOffset` was added.

    Raises
    ------
    FormatError
        With everything that is wrong with the file.
    """
    findings = Findings(source.name)
    nodes: list[RawNode] = []
    edges: list[tuple[int, Element]] = []
    offset, crs, turns = (0.0, 0.0), None, 0
    whole = ("location", "junction", "edge", "connection")
    for line, element in elements(source, root="net", whole=whole):
        if element.tag == "location":
            offset, crs = _location(element, line, findings)
        elif element.tag == "junction" and element.get("type") != "internal":
            nodes.append(_node(element, line, offset, findings))
        elif element.tag == "edge" and element.get("function") not in _NOT_ROADS:
            edges.append((line, element))
        elif element.tag == "connection" and not element.get("from", "").startswith(":"):
            turns += 1
    positions = {node.id: (node.x or 0.0, node.y or 0.0) for node in nodes}
    links = [_link(element, line, offset, positions, findings) for line, element in edges]
    findings.settle()
    unused = tuple(link.id for link in links if not link.modes)
    remarks = [Remark("other_modes_left_out", _LEFT_OUT, unused)] if unused else []
    if turns:
        remarks.append(Remark("turns_left_out", _turns_left_out(turns)))
    return RawNetwork(
        file=source.name,
        form="sumo",
        nodes=tuple(nodes),
        links=tuple(link for link in links if link.modes),
        crs=crs,
        remarks=tuple(remarks),
    )


_LEFT_OUT = Text(
    "edges that neither cars, buses nor walkers may use were left out",
    "汽车、公交和行人均不可通行的路段未读入",
)


def _turns_left_out(count: int) -> Text:
    return Text(
        f"{count} connections between lanes are not used: every turn at a node is open",
        f"{count} 条车道连接关系未使用: 节点处各方向均可转弯",
    )


def _location(element: Element, line: int, findings: Findings) -> tuple[Point, str | None]:
    """Return the offset SUMO added to all coordinates, and their system."""
    offset = _points(element.get("netOffset", "0,0"), "location netOffset", line, findings)
    projection = element.get("projParameter", "!").strip()
    return offset[0] if offset else (0.0, 0.0), LOCAL if projection == "!" else projection


def _node(element: Element, line: int, offset: Point, findings: Findings) -> RawNode:
    node_id = findings.text(element.get("id"), "junction id", line=line)
    x, y = (findings.coordinate(element.get(axis), f"junction {node_id} {axis}", line=line) for axis in "xy")
    return RawNode(node_id, x - offset[0], y - offset[1], line)


def _link(
    element: Element, line: int, offset: Point, positions: dict[str, Point], findings: Findings
) -> RawLink:
    link_id = findings.text(element.get("id"), "edge id", line=line)
    ends = [findings.text(element.get(end), f"edge {link_id} {end}", line=line) for end in ("from", "to")]
    lanes = [_lane(child, line, findings) for child in element if child.tag == "lane"]
    modes = frozenset[str]().union(*(lane.modes for lane in lanes))
    first = next((mode for mode in MODES if mode in modes), None)
    used = [lane for lane in lanes if first in lane.modes]
    shape = _points(element.get("shape", ""), f"edge {link_id} shape", line, findings)
    course = tuple((x - offset[0], y - offset[1]) for x, y in shape)
    around = [*course] if course else [positions[end] for end in ends if end in positions]
    lengths = [lane.length for lane in used if lane.length is not None]
    return RawLink(
        id=link_id,
        from_node=ends[0],
        to_node=ends[1],
        length=max([*lengths, sum(map(math.dist, around, around[1:]))]) if lengths else None,
        free_speed=max((lane.speed for lane in used if lane.speed is not None), default=None),
        lanes=float(len(used)),
        road_class=_class(element.get("type", "")),
        name=element.get("name", ""),
        modes=modes,
        geometry=course if len(course) > 2 else None,
        line=line,
    )


def _lane(element: Element, line: int, findings: Findings) -> _Lane:
    lane = element.get("id", "")
    allow, disallow = (element.get(key, "").split() for key in ("allow", "disallow"))
    modes = {
        mode
        for mode, vehicle in _VEHICLE.items()
        if (
            vehicle in allow or "all" in allow if allow else vehicle not in disallow and "all" not in disallow
        )
    }
    speed, length = (
        findings.number(element.get(key), f"lane {lane} {key}", line=line) for key in ("speed", "length")
    )
    return _Lane(frozenset(modes), speed, length)


def _class(text: str) -> str | None:
    classes = [known for word in text.split("|") if (known := road_class(word))]
    return least_class(classes) if classes else None


def _points(text: str, place: str, line: int, findings: Findings) -> list[Point]:
    """Return the points of a shape such as `0,0 12.5,3` or `0,0,1 12.5,3,1`."""
    try:
        return [(float(x), float(y)) for x, y, *_ in (point.split(",") for point in text.split())]
    except ValueError:
        rule = Text("is no list of points", "不是坐标点列表")
        findings.add(rule, Text("write x,y x,y ...", "写成 x,y x,y ..."), place, line=line, value=text)
        return []
