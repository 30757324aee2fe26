"""A network while it is being built: links that may still change, nodes by id, and the ledger."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from math import dist, nan

from evacsim.errors import FormatError, Issue
from evacsim.formats.raw_network import RawLink, RawNetwork, RawNode
from evacsim.language import Text
from evacsim.network.ledger import Ledger
from evacsim.network.repairs import RepairOptions

Point = tuple[float, float]


@dataclass
class Draft:
    """The network under construction."""

    file: str
    nodes: dict[str, Point]
    """Places of the nodes [m]; nan in an abstract network."""
    links: list[RawLink]
    """In the order of their ids."""
    is_abstract: bool
    has_lines_only: bool
    modes_known: frozenset[str]
    options: RepairOptions
    ledger: Ledger
    heights: Mapping[str, float] = field(default_factory=dict)
    """Heights of the nodes whose height the file says [m]."""

    def ends(self, link: RawLink) -> tuple[Point, Point]:
        """Return the places where a link begins and ends."""
        return self.nodes[str(link.from_node)], self.nodes[str(link.to_node)]

    def course(self, link: RawLink) -> tuple[Point, ...]:
        """Return the points a link runs through."""
        return link.geometry or self.ends(link)


def course_length(points: Iterable[Point]) -> float:
    """Return the length of a course [unit of its coordinates]."""
    return sum(dist(a, b) for a, b in pairwise(points))


def begin_draft(network: RawNetwork, options: RepairOptions) -> Draft:
    """Return the draft of a network, its nodes and links unique and every end a node.

    Raises
    ------
    FormatError
        For the same id with different data, and for links whose end is no node, where guessing
        would be dangerous.
    """
    ledger = Ledger(network.remarks)
    issues: list[Issue] = []
    nodes = _unique_nodes(network, ledger, issues)
    links = _unique_links(network, ledger, issues)
    links = _with_ends(network, links, set(nodes), options, ledger, issues)
    if issues:
        raise FormatError(network.file, issues)
    places = {
        node.id: (nan, nan) if node.x is None or node.y is None else (node.x, node.y)
        for node in nodes.values()
    }
    return Draft(
        file=network.file,
        nodes=dict(sorted(places.items())),
        links=sorted(links, key=lambda link: link.id),
        is_abstract=network.is_abstract,
        has_lines_only=not network.nodes,
        modes_known=network.modes_known,
        options=options,
        ledger=ledger,
        heights={node.id: node.height for node in nodes.values() if node.height is not None},
    )


def _unique_nodes(network: RawNetwork, ledger: Ledger, issues: list[Issue]) -> dict[str, RawNode]:
    nodes: dict[str, RawNode] = {}
    for node in network.nodes:
        if node.id not in nodes:
            nodes[node.id] = node
            continue
        known = nodes[node.id]
        if (known.x, known.y) != (node.x, node.y):
            rule = Text("the same id stands for two places", "同一编号对应两个位置")
            remedy = Text("give each node an id of its own", "每个节点用不同的编号")
            value = f"({known.x}, {known.y}) / ({node.x}, {node.y})"
            issues.append(Issue(network.file, rule, remedy, f"node {node.id}", node.line, value))
        else:
            ledger.write("node_duplicate", node.id)
    return nodes


def _unique_links(network: RawNetwork, ledger: Ledger, issues: list[Issue]) -> list[RawLink]:
    links: dict[str, RawLink] = {}
    for link in network.links:
        if link.id not in links:
            links[link.id] = link
        elif is_alike(links[link.id], link):
            ledger.write("link_written_twice", link.id)
        else:
            rule = Text("the same id stands for two different links", "同一编号对应两条不同的路段")
            remedy = Text("give each link an id of its own", "每条路段用不同的编号")
            issues.append(Issue(network.file, rule, remedy, f"link {link.id}", link.line))
    return list(links.values())


def _with_ends(
    network: RawNetwork,
    links: list[RawLink],
    nodes: set[str],
    options: RepairOptions,
    ledger: Ledger,
    issues: list[Issue],
) -> list[RawLink]:
    """Return the links whose ends are nodes; the others are refused, or dropped as the options say."""
    kept = []
    for link in links:
        missing = [end for end in (link.from_node, link.to_node) if end not in nodes]
        if not missing or (not nodes and link.geometry is not None):
            kept.append(link)
        elif options.dangling == "drop":
            ledger.write("dangling", link.id, ", ".join(map(str, missing)))
        else:
            rule = Text("is no node of this network", "不是该路网的节点")
            remedy = Text("add the node, or correct or remove the link", "补上该节点，或更正、删去该路段")
            issues += [
                Issue(network.file, rule, remedy, f"link {link.id}", link.line, end) for end in missing
            ]
    return kept


def is_alike(first: RawLink, second: RawLink) -> bool:
    """Return whether two links say the same, whatever their ids and lines."""
    return all(
        getattr(first, name) == getattr(second, name)
        for name in RawLink.__slots__
        if name not in {"id", "line"}
    )
