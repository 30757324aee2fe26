"""Lengths and courses: what contradicts the map is found, and put right or pointed out."""

import math
from dataclasses import replace

import numpy as np

from evacsim.errors import FormatError, Issue
from evacsim.formats.raw_network import RawLink
from evacsim.language import Text
from evacsim.network.draft import Draft, Point, course_length

GAP = 15.0
"""A course that ends this near its node was meant to reach it [m]; assumed."""
TOLD_GAP = 1.0
"""Gaps smaller than this are closed without a word [m]."""
TOLERANCE = 0.1
"""Lengths may differ from the course by this share, for slopes and maps drawn coarsely; assumed."""
SLACK = 10.0
"""... or by this much [m]; assumed."""
DETOUR = 10.0
"""A road more than so many times longer than the straight line, and a kilometre, needs a look; assumed."""
SHORTEST = 1.0
"""No link is shorter [m]; assumed."""
ENOUGH = 8
"""Links from which something can be said about all lengths; assumed."""
OFF_SCALE = 0.05
"""Where the lengths of courses are typically off by more than this share, none of them is trusted; assumed.
Lengths measured in Web Mercator are too long by 1 / cos(latitude)."""
UNIT_MISTAKES = (
    (1e-3, Text("they look like km read as m", "似为 km 误作 m")),
    (1 / 1609.344, Text("they look like mi read as m", "似为 mi 误作 m")),
    (1 / 0.3048, Text("they look like ft read as m", "似为 ft 误作 m")),
    (1e3, Text("they look like m read as km", "似为 m 误作 km")),
    (1609.344, Text("they look like m read as mi", "似为 m 误作 mi")),
    (0.3048, Text("they look like m read as ft", "似为 m 误作 ft")),
)
"""What lengths are multiplied by when one unit is taken for another."""


def fit_courses(draft: Draft) -> None:
    """Lead every course from its first node to its last: turned, extended, or dropped where it does not fit."""
    draft.links = [link if link.geometry is None else _fitted(draft, link) for link in draft.links]


def _fitted(draft: Draft, link: RawLink) -> RawLink:
    course, (start, end) = draft.course(link), draft.ends(link)
    gap, gap_turned = _gap(course, start, end), _gap(course[::-1], start, end)
    if gap == 0:
        return link
    if gap_turned < gap:
        draft.ledger.write("geometry_turned", link.id)
        course, gap = course[::-1], gap_turned
    if gap > GAP:
        draft.ledger.write("geometry_dropped", link.id, gap)
        return replace(link, geometry=None)
    if gap > TOLD_GAP:
        draft.ledger.write("geometry_extended", link.id, after=gap)
    inner = course[1:-1] if gap <= TOLD_GAP else course
    inner = tuple(point for point in inner if point not in (start, end))
    return replace(link, geometry=(start, *inner, end) if inner else None)


def _gap(course: tuple[Point, ...], start: Point, end: Point) -> float:
    return max(math.dist(course[0], start), math.dist(course[-1], end))


def check_scale(draft: Draft) -> bool:
    """Return whether the lengths as a whole are those of the map; refuse those in a wrong unit.

    Raises
    ------
    FormatError
        If the typical length is off by the factor between two units.
    """
    typical = _typical_ratio(draft, draft.links)
    for factor, mistake in UNIT_MISTAKES:
        if abs(typical / factor - 1) < 0.1:
            rule = Text(
                f"lengths are typically {typical:.4g} times those on the map: {mistake.en}",
                f"长度普遍为图上长度的 {typical:.4g} 倍: {mistake.zh}",
            )
            remedy = Text(
                "state the right unit (length_unit), or correct the lengths",
                "写明正确单位 (length_unit), 或更正长度",
            )
            raise FormatError(draft.file, [Issue(draft.file, rule, remedy, "length")])
    typical = _typical_ratio(draft, [link for link in draft.links if link.geometry is not None])
    if abs(typical - 1) > OFF_SCALE:
        draft.ledger.write("lengths_off_scale", "length", typical, 1.0)
        return False
    return True


def _typical_ratio(draft: Draft, links: list[RawLink]) -> float:
    """Return the median of length over length on the map; 1 where there is too little to compare."""
    ratios = [
        link.length / on_map
        for link in links
        if link.length is not None
        and link.length > 0
        and (on_map := course_length(draft.course(link))) > SLACK
    ]
    return float(np.median(ratios)) if len(ratios) >= ENOUGH else 1.0


def measure_links(draft: Draft) -> None:
    """Give every link a length that is possible on the map, and a speed where only its travel time is known.

    Raises
    ------
    FormatError
        If a link of an abstract network has neither a length nor a travel time.
    """
    issues = [
        Issue(draft.file, _NO_LENGTH, _GIVE_LENGTH, f"link {link.id}", link.line)
        for link in draft.links
        if draft.is_abstract and _usable(link.length) is None and _usable(link.travel_time) is None
    ]
    if issues:
        raise FormatError(draft.file, issues)
    is_checked = draft.options.lengths == "checked" and not draft.is_abstract
    tolerance = TOLERANCE if not is_checked or check_scale(draft) else 0.0
    draft.links = [_measured(draft, link, tolerance) for link in draft.links]


_NO_LENGTH = Text(
    "has neither a length nor a travel time, and no coordinates to measure it",
    "既无长度也无通行时间，且没有坐标可供量取",
)
_GIVE_LENGTH = Text("fill in length_m or travel_time_s", "补填 length_m 或 travel_time_s")


def _measured(draft: Draft, link: RawLink, tolerance: float) -> RawLink:
    length, time = _usable(link.length), _usable(link.travel_time)
    if draft.is_abstract:
        return link if length is not None else _from_time(draft, link, time or 0.0)
    on_map = course_length(draft.course(link))
    kind = _contradiction(draft, link, length, on_map, tolerance)
    if kind is not None:
        draft.ledger.write(kind, link.id, link.length, on_map)
        length = length if kind == "length_detour" else on_map
    if length is None or length <= 0 or (length < SHORTEST and draft.options.lengths == "checked"):
        draft.ledger.write("length_zero", link.id, length, SHORTEST)
        length = SHORTEST
    if link.length == length and link.travel_time is None:
        return link
    speed = length / time if link.free_speed is None and time else link.free_speed
    return replace(link, length=length, travel_time=None, free_speed=speed)


def _contradiction(
    draft: Draft, link: RawLink, length: float | None, on_map: float, tolerance: float
) -> str | None:
    """Return how the length contradicts the map; None where it does not, or is not to be checked."""
    if length is None:
        return "length_measured"
    if draft.options.lengths == "as_written":
        return None
    if link.geometry is not None:
        slack = SLACK if tolerance else 0.0
        return "length_replaced" if abs(length - on_map) > max(tolerance * on_map, slack) else None
    if length < on_map * 0.99 - SHORTEST:
        return "length_too_short"
    return "length_detour" if length > DETOUR * on_map + 1000 else None


def _from_time(draft: Draft, link: RawLink, time: float) -> RawLink:
    speed = link.free_speed or draft.options.defaults.of(link.road_class or "unclassified").free_speed
    draft.ledger.write("length_from_time", link.id, after=speed * time)
    return replace(link, length=speed * time, travel_time=None, free_speed=speed)


def _usable(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) and value > 0 else None
