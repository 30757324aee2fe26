"""GraphML as OSMnx or networkx writes it: node attributes x and y, edges with OpenStreetMap's tags.

Lengths without a unit are metres, as OSMnx computes them. Every edge of a directed graph is one
direction of a road, whether its `oneway` is False or True; `lanes` counts both directions where
it is False.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from xml.etree.ElementTree import Element

from evacsim.formats.roads.findings import Findings
from evacsim.formats.roads.link_tables import Conventions, LinkTable, open_to_us
from evacsim.formats.roads.markup import elements
from evacsim.formats.roads.numbering import numbered
from evacsim.formats.roads.raw import NetworkFile, RawNetwork, RawNode
from evacsim.formats.rows import Row, Table


@dataclass
class _Graph:
    """What the file holds: the data of each node and edge by name, as text."""

    names: dict[str, str] = field(default_factory=dict)
    """Name of the attribute behind each key."""
    is_directed: bool = True
    crs: str | None = None
    nodes: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    edges: list[tuple[int, dict[str, str]]] = field(default_factory=list)


def read_graphml(source: NetworkFile) -> RawNetwork:
    """Return the network of a GraphML file.

    Raises
    ------
    FormatError
        With everything that is wrong with the file.
    """
    findings = Findings(source.name)
    graph = _graph(source, findings)
    conventions = Conventions(
        length_unit=source.length_unit or "m",
        speed_unit=source.speed_unit,
        rows=source.rows or ("one-way" if graph.is_directed else "two-way"),
    )
    table = LinkTable(_edge_table(source, graph), conventions, findings)
    links = table.links(table.courses())
    if graph.is_directed:
        links = [replace(link, two_way=False) for link in links]
    kept, others = open_to_us(links)
    nodes = tuple(_node(line, data, findings) for line, data in graph.nodes)
    findings.settle()
    return RawNetwork(
        file=source.name,
        form="graphml",
        nodes=nodes,
        links=kept,
        crs=graph.crs,
        remarks=(*table.remarks(), *others),
    )


def _graph(source: NetworkFile, findings: Findings) -> _Graph:
    graph = _Graph()
    parts = elements(source, root="graphml", whole=("key", "node", "edge", "data"), heads=("graph",))
    for line, element in parts:
        data = {graph.names.get(child.get("key", ""), ""): (child.text or "").strip() for child in element}
        if element.tag == "key":
            graph.names[element.get("id", "")] = element.get("attr.name", "")
        elif element.tag == "graph":
            graph.is_directed = element.get("edgedefault") != "undirected"
        elif element.tag == "data":
            if graph.names.get(element.get("key", "")) == "crs":
                graph.crs = (element.text or "").strip() or None
        elif element.tag == "node":
            graph.nodes.append((line, {**data, "id": _end(element, "id", line, findings)}))
        else:
            ends = {name: _end(element, end, line, findings) for name, end in _ENDS}
            graph.edges.append((line, {**data, **ends, "key": element.get("id", "0")}))
    return graph


_ENDS = (("from_node", "source"), ("to_node", "target"))


def _end(element: Element, attribute: str, line: int, findings: Findings) -> str:
    return findings.text(element.get(attribute), f"{element.tag} {attribute}", line=line)


def _edge_table(source: NetworkFile, graph: _Graph) -> Table:
    """Return the edges as a table of links, each named after its ends and key."""
    bases = [f"{edge['from_node']}-{edge['to_node']}-{edge['key']}" for _, edge in graph.edges]
    ids = numbered(bases, [line for line, _ in graph.edges])
    present = dict.fromkeys(
        name for _, edge in graph.edges for name in edge if name not in {"", "key", "link_id"}
    )
    columns = ("link_id", *present)
    rows: Sequence[Row] = [
        {"link_id": link_id, **{name: edge.get(name) or None for name in present}}
        for link_id, (_, edge) in zip(ids, graph.edges, strict=True)
    ]
    return Table(source.name, columns, tuple(rows), tuple(line for line, _ in graph.edges))


def _node(line: int, data: dict[str, str], findings: Findings) -> RawNode:
    if "x" not in data and "y" not in data:
        return RawNode(data["id"], line=line)
    x, y = (findings.coordinate(data.get(axis), f"node {data['id']} {axis}", line=line) for axis in "xy")
    return RawNode(data["id"], x, y, line)
