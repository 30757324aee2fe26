"""Where people live who are at risk, and where the shelters in the flood's extent stand.

Sites are drawn by the kind of danger they are exposed to (inputs/exposure.csv), so that each
zone gets the water that the timeline wants: found, not placed by hand.
"""

from dataclasses import dataclass

import numpy as np

from making.curves import Array, inside, share_out, stream
from making.flood import arrivals, depths, overtopping_delay
from making.geography import (
    BROOK_R3,
    GULLIES,
    HOLLOWS,
    RIVER,
    TOWNSHIPS,
    TRIBUTARY,
    Stream,
    boundary,
    polder_rows,
    read_rows,
    river_level,
    ruggedness,
    township_rows,
    valley_level,
)

SHELTER_FLOOR = 0.3
"""Height of a shelter's floor above the ground [m]."""
SHELTER_CLOSES = SHELTER_FLOOR + 0.15
"""Depth of water beside a shelter at which it closes [m]."""


@dataclass(frozen=True)
class Site:
    """A place that the flood was asked to find."""

    point: Array
    township: str
    exposure: str
    kind: str
    people: int


@dataclass(frozen=True)
class Ground:
    """Candidate points, and what the water does to each."""

    points: Array
    township: np.ndarray
    depth: Array
    exposed: dict[str, np.ndarray]
    """For each exposure, which candidates have it."""


def survey() -> Ground:
    """Return candidates all over the district, most of them near water, and what each is exposed to."""
    draws = stream("sites")
    ring = boundary()
    points = np.vstack([
        _along(RIVER, 6000, reach=4700, draws=draws),
        _along(TRIBUTARY, 1200, reach=1200, draws=draws),
        *(_along(brook, 500, reach=600, draws=draws) for brook in (BROOK_R3, *GULLIES)),
        *(hollow.center + hollow.radius * (draws.random((120, 2)) * 2 - 1) for hollow in HOLLOWS),
        ring.min(axis=0) + draws.random((3000, 2)) * np.ptp(ring, axis=0),
    ])  # fmt: skip
    points = np.round(points[inside(points, ring) & (RIVER.nearest(points)[0] > RIVER.half_width + 40)], 1)
    depth = depths(points)
    return Ground(points, township_rows(points), depth, _exposures(points, depth))


def _along(water: Stream, n: int, *, reach: float, draws: np.random.Generator) -> Array:
    """Return points beside a stream, more of them near its banks."""
    at = (draws.random(n) * (len(water.line) - 1)).astype(int)
    ahead = water.line[at + 1] - water.line[at]
    across = np.column_stack([-ahead[:, 1], ahead[:, 0]]) / np.hypot(*ahead.T)[:, None]
    side = np.sign(draws.random(n) - 0.5)
    return water.line[at] + across * (side * (water.half_width + 40 + reach * draws.random(n) ** 2))[:, None]


def _exposures(points: Array, depth: Array) -> dict[str, np.ndarray]:
    level, deepest, first = river_level(points), depth.max(axis=1), arrivals(depth)
    delay = overtopping_delay(points)
    is_open = (polder_rows(points) < 0) & (level < 2.8)
    in_tributary = valley_level(TRIBUTARY, points)
    in_gully = np.min([valley_level(gully, points) for gully in GULLIES], axis=0)
    by_river = is_open & (in_tributary > 1.7) & (in_gully > 1.3)
    in_hollow = np.min(
        [np.linalg.norm(points - hollow.center, axis=1) - hollow.radius for hollow in HOLLOWS], axis=0
    )
    apart = np.min([valley.nearest(points)[0] for valley in (TRIBUTARY, BROOK_R3, *GULLIES)], axis=0)
    flash = (first > 16) & (first < 22) & ~is_open
    return {
        "bank": by_river & (level > 0.22) & (level < 0.5),
        "low": by_river & (level > 0.75) & (level < 1.45),
        "middle": by_river & (level > 1.6) & (level < 2.35),
        "fringe": by_river & (level > 2.45) & (level < 2.7),
        "polder_near": (delay < 1.4) & (deepest > 0.7),
        "polder_far": (delay > 1.4) & (delay < 9) & (deepest > 0.35),
        "pond": (in_hollow < 0) & (deepest > 0.3) & (first > 12) & ~is_open,
        "tributary": (in_tributary < 1.2) & (deepest > 0.4) & (first > 17.5) & ~is_open,
        "gully": (in_gully < 0.8) & (deepest > 0.3) & flash,
        "dam": (valley_level(BROOK_R3, points) < 1.0) & (deepest > 0.5) & (first > 34) & (first < 36.5),
        "slope": (deepest == 0) & (apart > 700) & (level > 6) & (ruggedness(points) > 0.03),
    }


def find_sites(ground: Ground) -> list[Site]:
    """Return one site for each zone at risk that inputs/exposure.csv asks for."""
    draws = stream("zones")
    found: list[Site] = []
    for row in read_rows("exposure.csv"):
        people = share_out(int(row["people"]), 0.8 + 0.4 * draws.random(int(row["zones"])))
        for count in people:
            point = _pick(ground, row["township"], ground.exposed[row["exposure"]], found, draws)
            found.append(Site(point, row["township"], row["exposure"], row["kind"], count))
    return found


def find_wet_shelters(ground: Ground, taken: list[Site]) -> dict[str, list[Array]]:
    """Return for each township the places of its shelters in the flood's extent; the first of J09 is J09-2."""
    draws = stream("wet shelters")
    level = river_level(ground.points)
    is_open = polder_rows(ground.points) < 0
    closing = arrivals(ground.depth, above=SHELTER_CLOSES)
    in_polder = ~is_open & np.isfinite(closing)
    found: dict[str, list[Array]] = {}
    sites = list(taken)
    for township in TOWNSHIPS:
        wanted = [is_open & (level > 1.5) & (level < 1.9), is_open & (level > 1.9) & (level < 2.2)]
        if township.code == "J09":
            wanted = [in_polder & (closing == 40.0), in_polder & (closing < 34)]
        elif township.code == "J15":
            wanted = [in_polder & (closing < 32.5), in_polder & (closing > 35) & (closing < 42)]
        found[township.code] = []
        for mask in wanted[: township.wet_shelters]:
            point = _pick(ground, township.code, mask, sites, draws)
            sites.append(Site(point, township.code, "shelter", "shelter", 0))
            found[township.code].append(point)
    return found


def _pick(
    ground: Ground, township: str, mask: np.ndarray, taken: list[Site], draws: np.random.Generator
) -> Array:
    """Return a candidate of the township that keeps its distance from the sites already taken."""
    home = next(row for row, one in enumerate(TOWNSHIPS) if one.code == township)
    room = 240 if TOWNSHIPS[home].is_urban else 420
    near = ground.points[mask & (ground.township == home)]
    others = np.array([site.point for site in taken]).reshape(-1, 2)
    if len(others):
        near = near[np.linalg.norm(near[:, None] - others, axis=2).min(axis=1) > room]
    if not len(near):
        raise RuntimeError(f"{township} has no room for another site of this kind")
    return near[int(draws.random() * len(near))]
