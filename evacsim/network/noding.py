"""Lines that meet on the map are joined: ends that nearly touch, junctions, crossings at grade.

Two lines that cross are joined unless one of them is a bridge or a tunnel or they lie on
different layers; such crossings are listed and left apart. Where a line ends on another they are
joined whatever their level, for a road does not end in the air. Bridges that no column marks
cannot be told from junctions.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from math import dist
from typing import Any

import numpy as np

from evacsim.errors import MissingExtraError
from evacsim.formats.raw_network import RawLink
from evacsim.formats.roads.numbering import numbered
from evacsim.network.draft import Draft, Point

TOUCH = 0.01
"""A line that ends this near another ends on it [m]."""
MOVED = 0.001
"""Ends moved by less than this are not worth telling [m]."""

Stop = tuple[float, int]
"""How far along a line [m], and at which point or place."""


@dataclass
class _Lines:
    """The courses of all links, and where they are to be cut."""

    links: list[RawLink]
    courses: list[tuple[Point, ...]]
    points: list[Point]
    """Both ends of every link (2 x link, 2 x link + 1), then the crossings."""
    cuts: list[list[Stop]]


@dataclass
class _Places:
    """The points, those closer than the snapping distance brought together."""

    of_point: list[int]
    spots: dict[int, Point]
    names: dict[int, str]


def node_lines(draft: Draft) -> None:
    """Cut the links where they meet or cross others; give the pieces ids, and their ends nodes."""
    lines = _lines(draft)
    _find_cuts(lines, draft)
    _cut(draft, lines, snap=draft.options.snap_distance)


def join_ends(draft: Draft) -> None:
    """Give the ends of lines nodes, one for all ends at the very same spot."""
    _cut(draft, _lines(draft), snap=0.0)


def _lines(draft: Draft) -> _Lines:
    courses = [draft.course(link) for link in draft.links]
    ends = [end for course in courses for end in (course[0], course[-1])]
    return _Lines(draft.links, courses, ends, [[] for _ in courses])


def _cut(draft: Draft, lines: _Lines, *, snap: float) -> None:
    places = _places(lines, snap)
    taken = {link.id for link in draft.links}
    pieces = []
    for row, link in enumerate(draft.links):
        stops = _stops(lines, places, row)
        _tell(draft, lines, places, row, len(stops) - 1)
        pieces += list(_pieces(draft, link, lines.courses[row], stops, places, taken))
    draft.links = sorted(pieces, key=lambda link: link.id)
    named = {places.names[place]: spot for place, spot in places.spots.items()}
    draft.nodes = dict(sorted({**draft.nodes, **named}.items()))


def _find_cuts(lines: _Lines, draft: Draft) -> None:
    """Find where lines end on others or cross them."""
    try:
        import shapely
    except ImportError:
        raise MissingExtraError.for_library("shapely", "geo", draft.file) from None
    snap = draft.options.snap_distance
    shapes = np.array([shapely.LineString(course) for course in lines.courses], dtype=object)
    first, second = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=snap)
    pairs = sorted({(int(one), int(other)) for one, other in zip(first, second, strict=True) if one < other})
    if not pairs:
        return
    one, other = np.array(pairs).T
    shared = shapely.intersection(shapes[one], shapes[other])
    for (row, partner), common in zip(pairs, shared, strict=True):
        at_grade = _are_at_grade(lines.links[row], lines.links[partner])
        reach = snap if at_grade else TOUCH
        for ending, passing in ((row, partner), (partner, row)):
            for end in (2 * ending, 2 * ending + 1):
                point = shapely.Point(lines.points[end])
                if shapes[passing].distance(point) <= reach:
                    lines.cuts[passing].append((float(shapes[passing].project(point)), end))
        ends = [lines.points[end] for line in (row, partner) for end in (2 * line, 2 * line + 1)]
        for crossing in _points_of(common):
            if min(dist(crossing, end) for end in ends) <= max(snap, TOUCH):
                continue
            if not at_grade:
                draft.ledger.write("crossing_kept", lines.links[row].id, after=lines.links[partner].id)
                continue
            for line in (row, partner):
                lines.cuts[line].append(
                    (float(shapes[line].project(shapely.Point(crossing))), len(lines.points))
                )
            lines.points.append(crossing)


def _are_at_grade(one: RawLink, other: RawLink) -> bool:
    raised = one.bridge or one.tunnel or other.bridge or other.tunnel
    return not raised and one.layer == other.layer


def _points_of(common: Any) -> Iterator[Point]:
    """Yield the points that two lines share; of a stretch they share, its ends."""
    for part in getattr(common, "geoms", [common]):
        corners = list(part.coords)
        yield from (
            (float(x), float(y)) for x, y, *_ in (corners if len(corners) < 2 else [corners[0], corners[-1]])
        )


def _places(lines: _Lines, snap: float) -> _Places:
    """Bring the points closer than `snap` together; each place lies at the first of its points."""
    from scipy.spatial import KDTree

    leader = list(range(len(lines.points)))

    def find(point: int) -> int:
        while leader[point] != point:
            leader[point] = leader[leader[point]]
            point = leader[point]
        return point

    for one, other in KDTree(np.array(lines.points)).query_pairs(snap, output_type="ndarray").tolist():
        low, high = sorted((find(one), find(other)), key=lambda point: (lines.points[point], point))
        leader[high] = low
    same_spot: dict[Point, int] = {}
    of_point = [
        same_spot.setdefault(lines.points[find(point)], find(point)) for point in range(len(lines.points))
    ]
    spots = {place: lines.points[place] for place in dict.fromkeys(of_point)}
    return _Places(of_point, spots, _names(lines, of_point, spots))


def _names(lines: _Lines, of_point: list[int], spots: dict[int, Point]) -> dict[int, str]:
    """Return an id for each place: the least of the nodes there, or one made of its coordinates."""
    known: dict[int, str] = {}
    for row, link in enumerate(lines.links):
        for point, node in ((2 * row, link.from_node), (2 * row + 1, link.to_node)):
            if node is not None:
                place = of_point[point]
                known[place] = min(node, known.get(place, node))
    unnamed = [place for place in spots if place not in known]
    bases = [f"n{spots[place][0]:.2f}_{spots[place][1]:.2f}" for place in unnamed]
    made = numbered(bases, [spots[place] for place in unnamed])
    return known | dict(zip(unnamed, made, strict=True))


def _stops(lines: _Lines, places: _Places, row: int) -> list[Stop]:
    """Return the places a line passes, from its beginning to its end."""
    length = sum(dist(a, b) for a, b in pairwise(lines.courses[row]))
    stops: list[Stop] = [(0.0, places.of_point[2 * row])]
    for along, point in sorted(lines.cuts[row]):
        if places.of_point[point] != stops[-1][1]:
            stops.append((along, places.of_point[point]))
    last = places.of_point[2 * row + 1]
    if len(stops) > 1 and stops[-1][1] == last:
        stops.pop()
    return [*stops, (length, last)]


def _tell(draft: Draft, lines: _Lines, places: _Places, row: int, n_pieces: int) -> None:
    link = lines.links[row]
    for point in (2 * row, 2 * row + 1):
        before, after = lines.points[point], places.spots[places.of_point[point]]
        if dist(before, after) > MOVED:
            draft.ledger.write("snapped", link.id, _written(before), _written(after))
    if n_pieces > 1:
        draft.ledger.write("noded", link.id, 1, n_pieces)


def _pieces(
    draft: Draft,
    link: RawLink,
    course: tuple[Point, ...],
    stops: list[Stop],
    places: _Places,
    taken: set[str],
) -> Iterator[RawLink]:
    """Yield the parts of a link from place to place; length and time are shared out."""
    reached = list(accumulate((dist(a, b) for a, b in pairwise(course)), initial=0.0))
    for number, ((start, place), (end, next_place)) in enumerate(pairwise(stops), start=1):
        inner = [point for point, along in zip(course, reached, strict=True) if start < along < end]
        share = (end - start) / reached[-1] if reached[-1] > 0 else 1.0
        whole = len(stops) == 2
        yield replace(
            link,
            id=link.id if whole else draft.free_id(f"{link.id}.{number}", taken),
            from_node=places.names[place],
            to_node=places.names[next_place],
            geometry=(places.spots[place], *inner, places.spots[next_place]) if inner else None,
            length=None if link.length is None else link.length * share,
            travel_time=None if link.travel_time is None else link.travel_time * share,
        )


def _written(point: Point) -> str:
    return f"{point[0]:.2f} {point[1]:.2f}"
