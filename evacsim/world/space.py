"""What people need in a shelter: room, beds, toilets, water; how many it holds at each stage; what is short.

A stay has three stages: the emergency (紧急), in which people sit close together for a day; a short
stay (短期) and a long one (长期), in which they lie, wash and cook, and each needs more room. One shelter
holds fewer people the longer they stay.

Every figure says how sure it is. The figures of GB 51143-2015 are recalled and were not found in
any text that we could read: they may serve a first look, never a verdict.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

import numpy as np

from evacsim.language import Text
from evacsim.scenario.section import Mark
from evacsim.world.columns import Floats, Ints

DAY = 86400.0


class Stage(IntEnum):
    """How long people have been in a shelter (安置阶段)."""

    EMERGENCY = 0
    SHORT = 1
    LONG = 2

    @property
    def id(self) -> str:
        """Return the identifier used in files."""
        return self.name.lower()


STAGES: dict[Stage, Text] = {
    Stage.EMERGENCY: Text("emergency, the first day", "紧急（第 1 天）"),
    Stage.SHORT: Text("short stay, days 2 to 14", "短期（第 2～14 天）"),
    Stage.LONG: Text("long stay, from day 15", "长期（第 15 天起）"),
}
"""What each stage is called."""

BEGINS = (DAY, 14 * DAY)
"""After which stay the short and the long stage begin [s]; recalled from GB 51143-2015."""


class Item(NamedTuple):
    """Something people need."""

    name: Text
    unit: str
    whole: bool
    """Whether it comes in whole pieces."""


ITEMS: dict[str, Item] = {
    "area": Item(Text("covered area", "有效避难面积"), "m2", whole=False),
    "water": Item(Text("water", "生活用水"), "m3/d", whole=False),
    "taps": Item(Text("taps", "供水点"), "", whole=True),
    "toilets": Item(Text("toilets", "厕位"), "", whole=True),
    "beds": Item(Text("beds", "床位"), "", whole=True),
}
"""What a standard may state."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a standard: so much of an item for so many people."""

    amount: float
    """In the unit of the item."""
    people: int
    """For how many people it is [person]."""
    mark: Mark
    source: str


SPHERE = (
    "Sphere Handbook, minimum standards of shelter and of water supply; read as quoted in teaching material"
)
GB = "GB 51143-2015, recalled; not found in any text we could read"
ONE_BED = Figure(1, 1, "assumed", "one bed a person, wherever there is room to lie")

STANDARDS: dict[str, dict[str, Figure]] = {
    "sphere": {
        "area": Figure(3.5, 1, "seen", SPHERE),
        "water": Figure(0.015, 1, "seen", SPHERE),
        "taps": Figure(1, 250, "seen", SPHERE),
        "toilets": Figure(1, 20, "seen", SPHERE),
        "beds": ONE_BED,
    },
    "gb_emergency": {"area": Figure(0.5, 1, "recalled", GB)},
    "gb_temporary": {"area": Figure(1.0, 1, "recalled", GB)},
    "gb_short": {"area": Figure(2.0, 1, "recalled", GB), "beds": ONE_BED},
    "gb_medium": {"area": Figure(3.0, 1, "recalled", GB), "beds": ONE_BED},
    "gb_long": {"area": Figure(4.5, 1, "recalled", GB), "beds": ONE_BED},
}
"""Figures by standard and item; what a standard does not state is not in it."""

BY_STAGE: dict[str, tuple[str, str, str]] = {
    "gb": ("gb_emergency", "gb_short", "gb_long"),
    "sphere": ("sphere", "sphere", "sphere"),
}
"""Which standard holds at each stage."""

ROUNDING = 1e-9
"""What a sum of floats may be off; three times 0.1 m2 hold three who need 0.1 m2 each."""


def stage_after(stay: float, begins: tuple[float, float] = BEGINS) -> Stage:
    """Return the stage after a stay [s]; the second and the third begin at `begins` [s].

    >>> stage_after(0).id, stage_after(86400).id, stage_after(14 * 86400).id
    ('emergency', 'short', 'long')
    """
    return Stage(sum(stay >= begin for begin in begins))


def needs(people: float, standard: str) -> dict[str, float]:
    """Return what `people` need by a standard: item to amount, in the units of `ITEMS`, whole pieces rounded up.

    Parameters
    ----------
    people : float
        How many they are [person].
    standard : str
        One of `STANDARDS`.

    >>> needs(1010, "sphere")["toilets"]
    51.0
    """
    return {item: _need(item, figure, people) for item, figure in STANDARDS[standard].items()}


def serves(item: str, provided: float, standard: str) -> float:
    """Return for how many people what is there suffices; infinity where the standard does not state the item.

    >>> serves("toilets", 12, "sphere")
    240.0
    """
    figure = STANDARDS[standard].get(item)
    return math.inf if figure is None else provided * figure.people / figure.amount


def room_by_stage(family: str) -> tuple[float, ...]:
    """Return the area a person needs at each stage [m2], by `gb` or `sphere`.

    >>> room_by_stage("gb")
    (0.5, 2.0, 4.5)
    """
    return tuple(STANDARDS[standard]["area"].amount for standard in BY_STAGE[family])


def capacities(area: Floats, places: Floats, room: Sequence[float]) -> Floats:
    """Return how many people each shelter holds at each stage.

    Parameters
    ----------
    area : ndarray of float64, shape (n_shelters,)
        Area for people [m2]; nan where it is not known, so that the places alone count.
    places : ndarray of float64, shape (n_shelters,)
        Most people it may hold at any stage [person]; infinite where nothing is said.
    room : sequence of float, one for each stage
        Area a person needs [m2].

    Returns
    -------
    ndarray of float64, shape (n_shelters, n_stages)
        Whole numbers, or infinity [person].
    """
    by_area = np.floor(area[:, None] / np.asarray(room, dtype=np.float64) + ROUNDING)
    return np.fmin(by_area, np.floor(places)[:, None])


def area_needed(people: Ints | Sequence[int], room: Sequence[float]) -> float:
    """Return the area that people need, so many at each stage [m2]."""
    return float(sum(int(n) * m2 for n, m2 in zip(people, room, strict=True)))


def room_left(area: float, people: Ints | Sequence[int], stage: Stage, room: Sequence[float]) -> int:
    """Return how many more people of a stage fit into a shelter [person], beside those who are there.

    Parameters
    ----------
    area : float
        Area for people [m2].
    people : sequence of int, one for each stage
        Who is there [person]. Where they have outgrown the shelter, nobody else fits.
    stage : Stage
        Of those who come.
    room : sequence of float, one for each stage
        Area a person needs [m2].
    """
    left = area - area_needed(people, room)
    return max(0, math.floor(left / room[stage] + ROUNDING))


class Steps(NamedTuple):
    """A number that changes at moments and holds between them; 0 before the first."""

    time: Floats
    """When it changes [s], ascending; of several changes at one moment the last holds."""
    value: Floats
    """What it is from then on."""

    def at(self, moments: Floats) -> Floats:
        """Return the number at each of `moments` [s]."""
        held = np.concatenate([[0.0], self.value])
        return np.asarray(held[np.searchsorted(self.time, moments, side="right")])


def short_person_hours(people: Steps, served: Steps, *, until: float) -> float:
    """Return the person-hours for which something was not there.

    Parameters
    ----------
    people : Steps
        How many need it [person].
    served : Steps
        For how many it suffices [person]; may be infinite.
    until : float
        End of the account [s].
    """
    moments = np.unique(np.concatenate([people.time, served.time]))
    edges = np.append(moments[moments < until], until)
    short = np.maximum(people.at(edges[:-1]) - served.at(edges[:-1]), 0.0)
    return float((short * np.diff(edges)).sum() / 3600)


def most_needed(people: Steps, standard: str) -> Mapping[str, float]:
    """Return the most that was needed at once, by item, in the units of `ITEMS`."""
    return needs(float(people.value.max(initial=0.0)), standard)


def _need(item: str, figure: Figure, people: float) -> float:
    amount = people * figure.amount / figure.people
    return float(math.ceil(amount - ROUNDING)) if ITEMS[item].whole else amount
