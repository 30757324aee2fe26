"""Who is there at an hour: residents who work elsewhere, pupils and workers by day, visitors (在场人口).

The number of a zone's households that are there goes by day and by night. Each household is of
one kind for the whole run and turns, if it does, at a moment of its own in the morning and in the
evening, so that of two hours with the same night the same households are there.

A warning meets those who are there **when it is issued** (the snapshot of LifeSim, seen TRM-11),
not those who were there when the danger was recognized.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evacsim.streams import Streams
from evacsim.world.daytime import by_daytime
from evacsim.world.household_sizes import household_sizes

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


class Presence(IntEnum):
    """When a household is in its zone."""

    ALWAYS = 0
    DAY = 1
    """By day only: pupils, workers, day visitors."""
    NIGHT = 2
    """By night only: residents who are elsewhere by day, overnight guests."""
    NEVER = 3
    """Not at all: on the books of the zone and away (外出)."""


@dataclass(frozen=True, slots=True)
class PresenceColumns:
    """When households are there, one row each."""

    kind: NDArray[np.int8]
    """When (`Presence`)."""
    turn: Floats
    """Uniform number: who is there by night only is there as soon as the share of night exceeds it."""

    def at(self, night_share: ArrayLike) -> Bools:
        """Return which households are there at a moment of which `night_share` is night, shape (n,).

        `night_share` is one number, or one for each household.
        """
        is_night = self.turn < np.asarray(night_share, dtype=np.float64)
        by_night, by_day = self.kind == Presence.NIGHT, self.kind == Presence.DAY
        return np.asarray((self.kind == Presence.ALWAYS) | (by_night & is_night) | (by_day & ~is_night))


def presence_of(luck: Floats, *, day: ArrayLike, night: ArrayLike = 1.0) -> PresenceColumns:
    """Return when households are there, of which a share `day` is there by day and `night` by night.

    As many as the smaller share are always there, the luckiest of all; as many as the larger one
    at least at times.

    Parameters
    ----------
    luck : ndarray of float64, shape (n,)
        Uniform numbers in [0, 1).
    day, night : array_like
        Shares of the zone's households, one for all or one for each.
    """
    by_day, by_night = (
        np.broadcast_to(np.asarray(share, dtype=np.float64), luck.shape) for share in (day, night)
    )
    low, high = np.minimum(by_day, by_night), np.maximum(by_day, by_night)
    kind = np.where(by_day > by_night, Presence.DAY, Presence.NIGHT)
    kind = np.where(luck < low, Presence.ALWAYS, np.where(luck < high, kind, Presence.NEVER))
    # What is left of the luck after it has chosen the kind is again uniform.
    turns = (kind == Presence.DAY) | (kind == Presence.NIGHT)
    turn = np.divide(luck - low, high - low, out=np.zeros(luck.shape), where=turns)
    return PresenceColumns(kind.astype(np.int8), turn)


def present_share(night_share: ArrayLike, *, day: ArrayLike, night: ArrayLike = 1.0) -> Floats:
    """Return the expected share of a zone's households that is there at a moment of which `night_share` is night."""
    return by_daytime(day, night, night_share)


@dataclass(frozen=True, slots=True)
class Visitors:
    """Parties that are in a zone and do not live there: tourists, guests, people passing through (外来人员)."""

    people: Ints
    """People [person]."""
    presence: PresenceColumns


def draw_visitors(
    zone: str, streams: Streams, *, by_day: int, by_night: int, household_size: float
) -> Visitors:
    """Return the visitors of a zone: `by_day` people by day and `by_night` by night, drawn as parties.

    As many as there are at both times stay; the others come for the day or for the night. Sizes
    are drawn by the law of households (assumed).

    Parameters
    ----------
    zone : str
        Id of the zone, which names the streams.
    streams : Streams
        The random streams of the run.
    by_day, by_night : int
        People [person].
    household_size : float
        Mean people of a party.
    """
    both = min(by_day, by_night)
    people = [
        household_sizes(number, household_size, streams.get("visitors", zone, kind.name))
        if number
        else np.empty(0, dtype=np.int32)
        for kind, number in (
            (Presence.ALWAYS, both),
            (Presence.DAY, by_day - both),
            (Presence.NIGHT, by_night - both),
        )
    ]
    kinds = np.repeat(
        np.array([Presence.ALWAYS, Presence.DAY, Presence.NIGHT], dtype=np.int8), list(map(len, people))
    )
    turn = streams.get("visitor_turn", zone).random(len(kinds))
    return Visitors(np.concatenate(people), PresenceColumns(kinds, turn))
