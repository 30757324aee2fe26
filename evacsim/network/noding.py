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
from numpy.typing import NDArray

from evacsim.errors import MissingExtraError
from evacsim.formats.raw_network import RawLink
from evacsim.formats.roads.numbering import free_id, numbered
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
        pieces += list(_pieces(link, lines.courses[row], stops, places, taken))
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
    spots = shapely.points(np.array(lines.points))
    found = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=snap)
    one, other = np.unique(found[:, found[0] < found[1]], axis=1)
    level = _are_at_grade(lines.links, one, other)

    ending_on = np.concatenate((other, other, one, one))
    end = np.concatenate((2 * one, 2 * one + 1, 2 * other, 2 * other + 1))
    reach = np.tile(np.where(level, snap, TOUCH), 4)
    on_it = shapely.distance(shapes[ending_on], spots[end]) <= reach
    ending_on, end = ending_on[on_it], end[on_it]
    along = shapely.line_locate_point(shapes[ending_on], spots[end])
    for row, distance, point in zip(ending_on.tolist(), along.tolist(), end.tolist(), strict=True):
        lines.cuts[row].append((distance, point))

    crossings, pair = _points_shared(shapes[one], shapes[other])
    ends = np.stack((2 * one, 2 * one + 1, 2 * other, 2 * other + 1))[:, pair]
    apart = (shapely.distance(crossings, spots[ends]) > max(snap, TOUCH)).all(axis=0)
    for crossing, number in zip(crossings[apart], pair[apart].tolist(), strict=True):
        rows = (int(one[number]), int(other[number]))
        if not level[number]:
            draft.ledger.write("crossing_kept", lines.links[rows[0]].id, after=lines.links[rows[1]].id)
            continue
        for row in rows:
            lines.cuts[row].append((float(shapes[row].project(crossing)), len(lines.points)))
        lines.points.append((crossing.x, crossing.y))


def _are_at_grade(links: list[RawLink], one: NDArray[np.intp], other: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Return for pairs of links whether both lie on the ground, or on the same layer."""
    raised = np.array([link.bridge or link.tunnel for link in links])
    layer = np.array([link.layer for link in links])
    at_grade: NDArray[np.bool_] = ~raised[one] & ~raised[other] & (layer[one] == layer[other])
    return at_grade


def _points_shared(one: Any, other: Any) -> tuple[Any, NDArray[np.intp]]:
    """Return the points that pairs of lines share - of a stretch they share, its ends - and whose they are."""
    import shapely

    parts, pair = shapely.get_parts(shapely.intersection(one, other), return_index=True)
    is_point = shapely.get_type_id(parts) == shapely.GeometryType.POINT
    stretches = parts[~is_point]
    points = (parts[is_point], shapely.get_point(stretches, 0), shapely.get_point(stretches, -1))
    return np.concatenate(points), np.concatenate((pair[is_point], pair[~is_point], pair[~is_point]))


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
            id=link.id if whole else free_id(f"{link.id}.{number}", taken),
            from_node=places.names[place],
            to_node=places.names[next_place],
            geometry=(places.spots[place], *inner, places.spots[next_place]) if inner else None,
            length=None if link.length is None else link.length * share,
            travel_time=None if link.travel_time is None else link.travel_time * share,
        )


def _written(point: Point) -> str:
    return f"{point[0]:.2f} {point[1]:.2f}"
