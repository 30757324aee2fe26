"""The lie of the land: towns, streams, levees, hollows.

Metres from the city's center, east and north. No heights above sea level: `level` is how far the
ground lies above the warning stage of the stream it drains to, which is all that the water needs.
"""

import csv
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from making.curves import Array, area, chainage, smooth, stream

ORIGIN = np.array([452_600.0, 3_508_700.0])
"""The city's center in EPSG:4548 (CGCS2000, 3-degree Gauss-Kruger, central meridian 117 E): 116.5 E, 31.7 N."""
AREA = 1660e6
"""The district in square metres."""
INPUTS = Path(__file__).parent.parent / "inputs"


@dataclass(frozen=True)
class Township:
    """One row of inputs/townships.csv."""

    code: str
    type: str
    seat: Array
    population: int
    at_risk: int
    shelters: int
    wet_shelters: int
    team_members: int
    info_officers: int

    @property
    def is_urban(self) -> bool:
        """Whether it is part of the city."""
        return self.type.startswith(("urban", "dev-zone"))


def read_rows(name: str) -> list[dict[str, str]]:
    """Return the rows of a table in inputs/."""
    with (INPUTS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read_townships() -> list[Township]:
    """Return the 22 townships."""
    return [
        Township(
            code=row["code"],
            type=row["type"],
            seat=np.array([float(row["east_m"]), float(row["north_m"])]),
            **{
                key: int(row[key])
                for key in (
                    "population",
                    "at_risk",
                    "shelters",
                    "wet_shelters",
                    "team_members",
                    "info_officers",
                )
            },
        )
        for row in read_rows("townships.csv")
    ]


TOWNSHIPS = read_townships()


def ruggedness(points: Array) -> Array:
    """Return 0 in the plain of the north to 1 in the mountains of the southwest."""
    return np.clip((-points[:, 1] - 2000 - 0.35 * points[:, 0]) / 22000, 0, 1)


def boundary() -> Array:
    """Return the district's outline, of exactly `AREA`."""
    corners = 1000 * np.array([
        (-4, 26.5), (2, 25.8), (6.5, 26), (9, 22), (13.5, 18.5), (15.5, 13.5), (18.5, 8), (18, 2), (14.5, -3),
        (16, -9), (17.5, -15), (14.5, -20), (10, -24), (6, -28), (0, -29), (-6, -32), (-13, -31), (-18, -27),
        (-18.5, -20), (-19.5, -13), (-16, -7), (-14.5, -1), (-11, 5), (-11.5, 11), (-13, 16), (-10.5, 20.5),
        (-10, 24.5), (-4, 26.5),
    ])  # fmt: skip
    ring = smooth(corners, 400.0)[:-1]
    return ring * np.sqrt(AREA / area(ring))


@dataclass(frozen=True)
class Stream:
    """A river, a brook or a gully, drawn from its source to its mouth."""

    name: str
    line: Array
    half_width: float
    """From the middle to the bank [m]."""
    celerity: float
    """Speed of a rise along it [m/s]."""
    rise: float = 0.0
    """Rise of its valley's sides away from the banks [m/km]; of the main river see `river_level`."""

    @cached_property
    def chainage(self) -> Array:
        """Distance of each of its points from the source."""
        return chainage(self.line)

    def nearest(self, points: Array) -> tuple[Array, Array, Array]:
        """Return each point's distance from the middle, its chainage, and 1 on the left bank or -1."""
        distance, at = np.empty(len(points)), np.empty(len(points), dtype=int)
        for first in range(0, len(points), 2000):
            part = slice(first, first + 2000)
            apart = np.hypot(*(points[part, None] - self.line).transpose(2, 0, 1))
            at[part] = np.argmin(apart, axis=1)
            distance[part] = np.take_along_axis(apart, at[part, None], axis=1)[:, 0]
        ahead = np.gradient(self.line, axis=0)[at]
        off = points - self.line[at]
        return distance, self.chainage[at], np.sign(ahead[:, 0] * off[:, 1] - ahead[:, 1] * off[:, 0])

    def chainage_at(self, north: float) -> float:
        """Return where the stream comes nearest to that northing."""
        return float(self.chainage[np.argmin(np.abs(self.line[:, 1] - north))])


def _meandering(
    name: str, corners: list[tuple[float, float]], swing: float, wave: float, **traits: float
) -> Stream:
    """Return a stream through corners [km] that swings from side to side (metres, metres)."""
    line = smooth(1000 * np.array(corners), 60.0)
    along = chainage(line)
    ahead = np.gradient(line, axis=0)
    across = np.column_stack([-ahead[:, 1], ahead[:, 0]]) / np.hypot(*ahead.T)[:, None]
    phase = stream(f"meander {name}").random(2) * 2 * np.pi
    taper = np.minimum(1, np.minimum(along, along[-1] - along) / 1500)
    swung = (
        taper
        * swing
        * (np.sin(2 * np.pi * along / wave + phase[0]) + 0.4 * np.sin(5.1 * along / wave + phase[1]))
    )
    return Stream(name=name, line=line + across * swung[:, None], **traits)


RIVER = _meandering(
    "main river",
    [(-9, -33), (-6.5, -27), (-2.5, -22), (-1.5, -16), (1, -11.5), (-0.4, -6.5), (-2, -2.5), (-1.3, 1), (-2.6, 5),
     (-0.8, 9), (-2.3, 13), (0.2, 17), (-1.8, 21), (-0.6, 27)],
    swing=260, wave=4200, half_width=120, celerity=3.0,
)  # fmt: skip
TRIBUTARY = _meandering(
    "tributary",
    [(18.5, 1.5), (14.5, 5.6), (11.5, 8.2), (7.5, 9.6), (3.5, 11.3), (-1.6, 11.6)],
    swing=180, wave=3100, half_width=40, celerity=2.0, rise=1.6,
)  # fmt: skip
BROOK_R3 = _meandering(
    "brook below reservoir R3",
    [(14.2, -18.2), (11.6, -17.3), (8.6, -17.2), (5, -16.1), (1.5, -15.6), (-1.2, -15)],
    swing=120, wave=2400, half_width=15, celerity=1.6, rise=3.5,
)  # fmt: skip
GULLIES = [
    _meandering(f"gully {name}", corners, swing=90, wave=1900, half_width=10, celerity=2.5, rise=4.0)
    for name, corners in {
        "J11": [(-8.6, -18.2), (-6.6, -19.6), (-4.6, -20.4), (-2.3, -21.6)],
        "J12": [(-16.8, -22.6), (-14, -24), (-11.6, -25.6), (-8.8, -27), (-6.6, -27.2)],
        "J13": [(14, -6.6), (11, -7.6), (7.6, -9.2), (4.2, -10.8), (0.9, -11.4)],
        "J16": [(-13.4, -4.8), (-10.6, -5.6), (-7.2, -5.6), (-3.6, -5.0), (-1, -5.0)],
        "J20": [(9, -22), (6, -21), (2.6, -21), (-0.6, -21), (-2.2, -20.4)],
        "J21": [(-17.5, -15.5), (-14.6, -14.4), (-11, -14.8), (-6.6, -16.2), (-1.8, -17)],
    }.items()
]
RESERVOIR_R3 = np.array([14_600.0, -18_400.0])

STREAMS = [RIVER, TRIBUTARY, BROOK_R3, *GULLIES]


@dataclass(frozen=True)
class Polder:
    """Low land behind a levee of the main river (圩区), dry until the levee is overtopped."""

    township: str
    bank: int
    """1 on the river's left bank (the west), -1 on its right bank."""
    south: float
    north: float
    overtopped_at: float
    """Northing of the levee's low spot [m]."""
    depth_of_land: float
    """How far the low land reaches back from the river [m]."""

    LEVEE = 520.0
    """Distance of the levee from the middle of the river [m]."""

    def holds(self, distance: Array, along: Array, bank: Array) -> np.ndarray:
        """Return which points, by where they lie along the main river, are behind this levee."""
        lower, upper = RIVER.chainage_at(self.south), RIVER.chainage_at(self.north)
        return (
            (bank == self.bank)
            & (along > lower)
            & (along < upper)
            & (distance > self.LEVEE)
            & (distance < self.depth_of_land)
        )

    @property
    def low_spot(self) -> Array:
        """The place where the water comes over."""
        return RIVER.line[np.argmin(np.abs(RIVER.line[:, 1] - self.overtopped_at))]


POLDERS = [
    Polder("J09", bank=-1, south=12_900, north=18_600, overtopped_at=14_600, depth_of_land=4600),
    Polder("J15", bank=1, south=13_300, north=19_300, overtopped_at=16_600, depth_of_land=4700),
]


@dataclass(frozen=True)
class Hollow:
    """A low urban spot that drains into the sewers, and fills when they cannot take the rain (内涝点)."""

    center: Array
    radius: float
    depth: float
    """At its middle, when full [m]."""
    begins: float
    """Hours after T0 when it begins to fill."""


HOLLOWS = [
    Hollow(np.array(center, dtype=float), radius, depth, begins)
    for center, radius, depth, begins in [
        # Quarters: the sewers hold until the second rain of the morning.
        ((700, 1600), 520, 0.75, 14.0),
        ((1900, 100), 430, 0.60, 14.5),
        ((3100, 2500), 560, 0.80, 14.0),
        ((4300, 1200), 520, 0.70, 15.0),
        ((2300, -2900), 480, 0.65, 14.5),
        ((3300, -1700), 420, 0.55, 15.0),
        ((6600, -1300), 620, 0.70, 14.5),
        ((5600, 400), 480, 0.60, 15.0),
        # Underpasses: the first rain of the night is enough.
        ((1700, 1500), 110, 0.9, 2.5),
        ((2700, -600), 110, 0.8, 3.0),
        ((-4200, 900), 120, 0.8, 3.5),
        ((4700, -900), 110, 0.9, 3.0),
    ]
]

_RISE = np.array([
    # northing [km], rise of the valley floor away from the bank [m/km]
    (-33, 10), (-20, 8), (-13, 4.5), (-11, 3.2), (-6, 3.2), (-3, 3.0), (3, 3.0), (6.5, 1.7), (11, 1.3), (27, 1.2),
])  # fmt: skip
_BANK = 0.12
"""Level of the ground at the river's bank [m]."""
_WAVES = [(0.16, wave, *stream(f"ground {wave}").random(2) * 2 * np.pi) for wave in (2300.0, 3700.0, 5900.0)]


def _unevenness(points: Array) -> Array:
    """Return a gentle irregularity of the ground, mostly within 0.4 m either way."""
    return np.sum(
        [
            height
            * np.sin(2 * np.pi * (points[:, 0] * np.cos(turn) + points[:, 1] * np.sin(turn)) / wave + phase)
            for height, wave, turn, phase in _WAVES
        ],
        axis=0,
    )


def river_level(points: Array) -> Array:
    """Return the ground's level above the warning stage of the main river, polders included [m]."""
    distance, along, bank = RIVER.nearest(points)
    beyond = np.maximum(distance - RIVER.half_width, 0) / 1000
    # Nothing lies below the bank, and the bumps fade out towards it.
    level = (
        _BANK
        + np.interp(points[:, 1] / 1000, *_RISE.T) * beyond
        + _unevenness(points) * np.minimum(1, beyond)
    )
    level = np.maximum(level, _BANK)
    for polder in POLDERS:
        behind = polder.holds(distance, along, bank)
        low = 0.25 + 0.36 * (distance - polder.LEVEE) / 1000 + 0.5 * _unevenness(points)
        level = np.where(behind, np.maximum(low, 0.1), level)
    return level


def township_rows(points: Array) -> np.ndarray:
    """Return the row of each point's township: the nearest seat on its bank, for the river parts townships."""
    seats = np.array([township.seat for township in TOWNSHIPS])
    apart = np.linalg.norm(points[:, None] - seats, axis=2)
    is_same_bank = RIVER.nearest(points)[2][:, None] == RIVER.nearest(seats)[2]
    return np.argmin(np.where(is_same_bank, apart, np.inf), axis=1)


def valley_level(valley: Stream, points: Array) -> Array:
    """Return the ground's level above the bank of a small stream [m]."""
    distance, along, _ = valley.nearest(points)
    level = valley.rise * np.maximum(distance - valley.half_width, 0) / 1000
    # Above the source and below the mouth there is no valley.
    ends = np.minimum(
        np.linalg.norm(points - valley.line[0], axis=1), np.linalg.norm(points - valley.line[-1], axis=1)
    )
    beyond = (along == 0) | (along == valley.chainage[-1])
    return level + np.where(beyond, 3 * valley.rise * ends / 1000, 0)


def polder_rows(points: Array) -> np.ndarray:
    """Return the row of the polder each point lies in, or -1."""
    where = RIVER.nearest(points)
    rows = np.full(len(points), -1)
    for row, polder in enumerate(POLDERS):
        rows[polder.holds(*where)] = row
    return rows
