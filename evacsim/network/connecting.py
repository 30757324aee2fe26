"""How a network hangs together: parts without connection, and places that cars enter and cannot leave."""

from collections.abc import Iterable
from dataclasses import replace

import networkx as nx

from evacsim.formats.raw_network import RawLink
from evacsim.formats.roads.raw import CAR, WALK
from evacsim.network.draft import Draft
from evacsim.network.expanding import backward
from evacsim.network.repairs import Parts

OPENED = ".opened"
"""Added to the id of a one-way link for the direction that was opened."""


def connect(draft: Draft) -> Parts:
    """Drop nodes nothing leads to and parts too small to keep; open or report traps; return the parts left."""
    used = {end for link in draft.links for end in (link.from_node, link.to_node)}
    for node in sorted(draft.nodes.keys() - used):
        draft.ledger.write("node_unused", node)
    draft.nodes = {node: spot for node, spot in sorted(draft.nodes.items()) if node in used}
    dropped = _drop_small_parts(draft)
    if draft.options.traps == "open":
        _open_dead_ends(draft)
    _report_traps(draft)
    return Parts(
        weak=tuple(len(part) for part in _weak_parts(draft.links)),
        strong=tuple(len(part) for part in _strong_parts(draft.links)),
        dropped=dropped,
    )


def _graph(links: Iterable[RawLink]) -> nx.DiGraph:
    graph = nx.DiGraph()
    graph.add_edges_from((link.from_node, link.to_node) for link in links)
    return graph


def _weak_parts(links: list[RawLink]) -> list[set[str]]:
    """Return the nodes of each connected part, the largest first."""
    return _by_size(nx.weakly_connected_components(_graph(links)))


def _strong_parts(links: list[RawLink]) -> list[set[str]]:
    """Return the sets of nodes between which cars get both ways, the largest first."""
    return _by_size(nx.strongly_connected_components(_graph(_for_cars(links))))


def _by_size(parts: Iterable[set[str]]) -> list[set[str]]:
    return sorted(parts, key=lambda part: (-len(part), min(part)))


def _for_cars(links: list[RawLink]) -> list[RawLink]:
    return [link for link in links if CAR in (link.modes or ())]


def _drop_small_parts(draft: Draft) -> int:
    """Drop the parts below the smallest share of the whole length, never the longest; return how many."""
    parts = _weak_parts(draft.links)
    part_of = {node: number for number, part in enumerate(parts) for node in part}
    members: list[list[RawLink]] = [[] for _ in parts]
    for link in draft.links:
        members[part_of[str(link.from_node)]].append(link)
    lengths = [sum(link.length or 0.0 for link in links) for links in members]
    longest = lengths.index(max(lengths)) if lengths else 0
    small = draft.options.smallest_part * sum(lengths)
    dropped = {number for number, length in enumerate(lengths) if length < small and number != longest}
    for number, part in enumerate(parts):
        if number != longest:
            kind = "part_dropped" if number in dropped else "part_apart"
            extent = f"{len(members[number])}, {lengths[number] / 1000:.2f} km"
            draft.ledger.write(kind, min(part), extent)
    draft.links = [link for link in draft.links if part_of[str(link.from_node)] not in dropped]
    draft.nodes = {node: spot for node, spot in draft.nodes.items() if part_of[node] not in dropped}
    return len(dropped)


def _report_traps(draft: Draft) -> None:
    for kind, nodes in zip(("trap", "source"), _dead_ends(draft.links), strict=True):
        for node in nodes:
            draft.ledger.write(kind, node)


def _dead_ends(links: list[RawLink]) -> tuple[list[str], list[str]]:
    """Return the nodes that cars enter from the largest strong part and cannot leave towards it, and the reverse."""
    graph = _graph(_for_cars(links))
    if not graph:
        return [], []
    core = _by_size(nx.strongly_connected_components(graph))[0]
    anchor = min(core)
    reached, reaching = nx.descendants(graph, anchor), nx.ancestors(graph, anchor)
    return sorted(reached - reaching - core), sorted(reaching - reached - core)


def _open_dead_ends(draft: Draft) -> None:
    """Open one-way links both ways that lead to, or come from, a node with no other way for cars."""
    taken = {link.id for link in draft.links}
    cars = _for_cars(draft.links)
    left = {link.from_node for link in cars}
    entered = {link.to_node for link in cars}
    for link in cars:
        if link.to_node not in left or link.from_node not in entered:
            opened = backward(link, OPENED, taken)
            draft.links.append(replace(opened, modes=(link.modes or frozenset()) - {WALK}))
            draft.ledger.write("trap_opened", link.id, after=opened.id)
    draft.links.sort(key=lambda link: link.id)
