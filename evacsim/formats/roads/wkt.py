"""Lines written as well-known text (WKT)."""

import math

from evacsim.formats.roads.raw import Point


def read_line(text: str) -> tuple[Point, ...]:
    """Return the points of a LINESTRING, or of a MULTILINESTRING whose parts follow each other.

    Heights are dropped.

    Raises
    ------
    ValueError
        If the text is no such line.

    >>> read_line("MULTILINESTRING Z ((0 0 5, 1 0 5), (1 0 5, 1 2 5))")
    ((0.0, 0.0), (1.0, 0.0), (1.0, 2.0))
    """
    word, bracket, rest = text.strip().partition("(")
    if word.split()[:1] not in (["LINESTRING"], ["MULTILINESTRING"]) or not bracket:
        raise ValueError("is no LINESTRING")
    if rest.count("(") != rest.count(")") - 1:
        raise ValueError("has a bracket too few")
    points: list[Point] = []
    for part in rest.replace("(", "").split("),"):
        course = [_point(corner) for corner in part.replace(")", "").split(",")]
        if points and points[-1] != course[0]:
            raise ValueError("has parts that do not follow each other")
        points += course[1:] if points else course
    if len(points) < 2:
        raise ValueError("has fewer than two points")
    return tuple(points)


def write_line(points: tuple[Point, ...]) -> str:
    """Return the LINESTRING through the points, exact to the last bit.

    >>> write_line(((0.1, 0.0), (1.0, 2.5)))
    'LINESTRING (0.1 0.0, 1.0 2.5)'
    """
    return f"LINESTRING ({', '.join(f'{x!r} {y!r}' for x, y in points)})"


def _point(text: str) -> Point:
    x, y = (float(number) for number in text.split()[:2])
    if not (math.isfinite(x) and math.isfinite(y)):
        raise ValueError("has a coordinate that is not finite")
    return x, y
