"""MATSim networks (`network.xml`, `.xml.gz`, versions 1 and 2).

Lengths are metres and speeds m/s by MATSim's definition (recalled). A link's capacity is that
of all its lanes per `capperiod`; its jam density follows from `effectivecellsize` where given.
"""

from xml.etree.ElementTree import Element

from evacsim.formats.roads.classes import road_class
from evacsim.formats.roads.findings import Findings
from evacsim.formats.roads.markup import elements
from evacsim.formats.roads.raw import BUS, CAR, LOCAL, WALK, NetworkFile, RawLink, RawNetwork, RawNode, Remark
from evacsim.language import Text

_MODES = {"car": CAR, "bus": BUS, "walk": WALK}
_NO_PLACE = "Atlantis"
"""MATSim's name for a plane that is nowhere on Earth (recalled)."""
_CRS = "coordinateReferenceSystem"


def read_matsim(source: NetworkFile) -> RawNetwork:
    """Return the network of a MATSim file.

    Raises
    ------
    FormatError
        With everything that is wrong with the file.
    """
    findings = Findings(source.name)
    nodes: list[RawNode] = []
    links: list[RawLink] = []
    unused: list[str] = []
    period, cell, crs = 3600.0, None, None
    parts = elements(source, root="network", whole=("node", "link", "attribute"), heads=("links",))
    for line, element in parts:
        if element.tag == "node":
            nodes.append(_node(element, line, findings))
        elif element.tag == "links":
            period = _seconds(element.get("capperiod", "01:00:00"), line, findings)
            cell = findings.number(element.get("effectivecellsize"), "links effectivecellsize", line=line)
        elif element.tag == "link":
            link = _link(element, line, period, cell, findings)
            links.append(link)
            if not link.modes:
                unused.append(link.id)
        elif element.get("name") == _CRS:
            crs = (element.text or "").strip()
    findings.settle()
    known = frozenset(mode for link in links for mode in link.modes or ())
    return RawNetwork(
        file=source.name,
        form="matsim",
        nodes=tuple(nodes),
        links=tuple(link for link in links if link.modes),
        crs=LOCAL if crs == _NO_PLACE else crs or None,
        modes_known=known,
        remarks=(Remark("other_modes_left_out", _LEFT_OUT, tuple(unused)),) if unused else (),
    )


_LEFT_OUT = Text(
    "links that neither cars, buses nor walkers use were left out", "不供汽车、公交或行人使用的路段未读入"
)


def _node(element: Element, line: int, findings: Findings) -> RawNode:
    node_id = findings.text(element.get("id"), "node id", line=line)
    x, y = (findings.coordinate(element.get(axis), f"node {node_id} {axis}", line=line) for axis in "xy")
    return RawNode(node_id, x, y, line)


def _link(element: Element, line: int, period: float, cell: float | None, findings: Findings) -> RawLink:
    link_id = findings.text(element.get("id"), "link id", line=line)

    def number(key: str) -> float | None:
        return findings.number(element.get(key), f"link {link_id} {key}", line=line)

    lanes, capacity = number("permlanes"), number("capacity")
    named = {word.strip() for word in element.get("modes", "car").split(",")}
    return RawLink(
        id=link_id,
        from_node=findings.text(element.get("from"), f"link {link_id} from", line=line),
        to_node=findings.text(element.get("to"), f"link {link_id} to", line=line),
        length=number("length"),
        free_speed=number("freespeed"),
        lanes=lanes,
        capacity=None if capacity is None else capacity / period,
        jam_density=lanes / cell if lanes and cell else None,
        road_class=road_class(element.get("type", "")),
        modes=frozenset(_MODES[word] for word in named if word in _MODES),
        line=line,
    )


def _seconds(text: str, line: int, findings: Findings) -> float:
    """Return the seconds of a period such as 01:00:00."""
    try:
        hours, minutes, seconds = (float(part) for part in f"{text}:00".split(":")[:3])
    except ValueError:
        hours, minutes, seconds = 0.0, 0.0, 0.0
    period = hours * 3600 + minutes * 60 + seconds
    if period > 0:
        return period
    rule, remedy = Text("must be a time", "必须是时长"), Text("write it as 01:00:00", "写成 01:00:00")
    findings.add(rule, remedy, "links capperiod", line=line, value=text)
    return 3600.0
