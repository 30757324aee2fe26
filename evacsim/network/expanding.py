"""From roads to directed links: the other direction; doubles and loops."""

from dataclasses import replace
from math import dist

from evacsim.formats.raw_network import RawLink
from evacsim.formats.roads.numbering import free_id
from evacsim.formats.roads.raw import BACK
from evacsim.network.draft import Draft, Point, course_length, is_alike
from evacsim.network.measuring import SHORTEST


def open_both_ways(draft: Draft) -> None:
    """Add the other direction of two-way links."""
    taken = {link.id for link in draft.links}
    directed = []
    for link in draft.links:
        if not link.two_way:
            directed.append(link)
            continue
        directed += [replace(link, two_way=False), backward(link, BACK, taken)]
    draft.links = sorted(directed, key=lambda link: link.id)


def backward(link: RawLink, suffix: str, taken: set[str]) -> RawLink:
    """Return the same link the other way."""
    return replace(
        link,
        id=free_id(link.id + suffix, taken),
        from_node=link.to_node,
        to_node=link.from_node,
        geometry=None if link.geometry is None else link.geometry[::-1],
        two_way=False,
    )


def drop_duplicates(draft: Draft) -> None:
    """Keep one of several links that are alike in everything but the id."""
    if draft.options.duplicates == "keep":
        return
    kept: dict[tuple[str | None, str | None], list[RawLink]] = {}
    for link in draft.links:
        alike = kept.setdefault((link.from_node, link.to_node), [])
        original = next((other for other in alike if is_alike(link, other)), None)
        if original is None:
            alike.append(link)
        else:
            draft.ledger.write("duplicate", link.id, after=original.id)
    draft.links = sorted((link for alike in kept.values() for link in alike), key=lambda link: link.id)


def cut_loops(draft: Draft) -> None:
    """Cut links that return to their own node in two; drop them where they lead nowhere.

    A loop in both directions is cut at the same place in both.
    """
    taken = {link.id for link in draft.links}
    middles: dict[tuple[str, Point], str] = {}
    links = []
    for link in draft.links:
        if link.from_node != link.to_node:
            links.append(link)
        elif link.geometry is None or len(set(link.geometry)) < 3 or (link.length or 0.0) < 2 * SHORTEST:
            draft.ledger.write("self_loop", link.id, link.length)
        else:
            draft.ledger.write("self_loop_split", link.id)
            links += _halves(draft, link, link.geometry, taken, middles)
    draft.links = sorted(links, key=lambda link: link.id)


def _halves(
    draft: Draft,
    link: RawLink,
    course: tuple[Point, ...],
    taken: set[str],
    middles: dict[tuple[str, Point], str],
) -> list[RawLink]:
    """Return both halves of a loop, cut at the corner furthest from its node."""
    place = max(range(1, len(course) - 1), key=lambda row: (dist(course[row], course[0]), course[row]))
    spot = (str(link.from_node), course[place])
    if spot not in middles:
        middles[spot] = free_id(f"{link.id}.middle", set(draft.nodes))
        draft.nodes[middles[spot]] = course[place]
    first, second = course[: place + 1], course[place:]
    share = course_length(first) / course_length(course)
    ends = ((link.from_node, middles[spot], first, share), (middles[spot], link.to_node, second, 1 - share))
    return [
        replace(
            link,
            id=free_id(f"{link.id}.{number}", taken),
            from_node=start,
            to_node=end,
            geometry=part if len(part) > 2 else None,
            length=None if link.length is None else link.length * portion,
        )
        for number, (start, end, part, portion) in enumerate(ends, start=1)
    ]
