"""The register of those to be transferred, against the truth (转移清单, 建档立卡).

A list misses people (lodgers, newcomers), holds households that are not there any more
(**ghosts**), has households under another village, and has their number of last year. What is
not listed is not called, not visited in the first round and not missed in the head-count.

Every error of a household has a luck of its own, drawn from a stream named by its zone: a better
list keeps the errors that are left, and another zone's list changes nobody here.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evacsim.streams import Streams
from evacsim.world.columns import World
from evacsim.world.people import Households

Ints = NDArray[np.int32]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class ListErrors:
    """How wrong the list of one zone is; all 0 where it is the truth."""

    unlisted: float = 0.0
    """Share of the households that are not on any list."""
    ghosts: float = 0.0
    """Entries for households that are not there, as a share of the households."""
    misplaced: float = 0.0
    """Share of the listed households that stand under another zone."""
    stale: float = 0.0
    """Share of the listed households whose number of people is wrong."""
    n_unlisted: int | None = None
    """Households that are not on any list, instead of the share; at most all."""
    n_ghosts: int | None = None
    """Entries for households that are not there, instead of the share."""


@dataclass(frozen=True, slots=True)
class Register:
    """What the lists say, and of whom."""

    listed_zone: Ints
    """Row of the zone under which each household is listed, shape (n,); -1 for none."""
    listed_people: Ints
    """How many people the list gives each household [person], shape (n,); 0 where it is not listed."""
    ghosts: Ints
    """Entries of each zone's list for households that are not there, shape (n_zones,)."""
    ghost_people: Ints
    """People in these entries [person], shape (n_zones,)."""

    @property
    def is_listed(self) -> Bools:
        """Which households are on a list, shape (n,)."""
        return self.listed_zone >= 0


@dataclass(frozen=True, slots=True)
class ListTotals:
    """What is right and wrong on each zone's list [household], shape (n_zones,) each."""

    households: Ints
    """Households that live there."""
    entries: Ints
    """Entries on the list, ghosts included."""
    unlisted: Ints
    """Households that live there and are on no list."""
    elsewhere: Ints
    """Households that live there and stand on the list of another zone."""
    ghosts: Ints
    """Entries for households that are nowhere."""
    people: Ints
    """People who live there [person]."""
    people_listed: Ints
    """People on the list, ghosts included [person]."""

    @property
    def error_rate(self) -> float:
        """Return unlisted households and ghosts per entry, over all zones (清单差错率); nan without entries."""
        entries = int(self.entries.sum())
        return float((self.unlisted.sum() + self.ghosts.sum()) / entries) if entries else np.nan


def draw_register(
    world: World, households: Households, streams: Streams, *, errors: Sequence[ListErrors]
) -> Register:
    """Return the register of a world.

    Where a number of unlisted households is given, those of the highest luck are meant, so that
    one more on the list leaves the others off it. A misplaced household stands under another
    zone of its town, or under any other where the town has one zone (assumed). A stale entry is
    one person short or one too many (assumed), and never empty. Ghosts are as large as households
    of the zone are.

    Parameters
    ----------
    world : World
        The world, for its zones and towns.
    households : Households
        The truth, in zone order.
    streams : Streams
        The random streams of the run.
    errors : sequence of ListErrors
        How wrong each zone's list is, one for each zone in order of rows.
    """
    zones = world.zones.models
    first = np.searchsorted(households.zone, np.arange(len(zones) + 1))
    listed_zone, listed_people = np.empty(households.n, np.int32), np.empty(households.n, np.int32)
    ghosts, ghost_people = np.zeros(len(zones), np.int32), np.zeros(len(zones), np.int32)
    for row, (zone, wrong) in enumerate(zip(zones, errors, strict=True)):
        # Visitors stand last in their zone, and on no list.
        ends = int(first[row + 1])
        here = int(np.count_nonzero(~households.is_visitor[first[row] : ends]))
        mine, visitors = slice(int(first[row]), int(first[row]) + here), slice(int(first[row]) + here, ends)
        listed_zone[visitors], listed_people[visitors] = -1, 0
        people = households.people[mine]
        others = _other_zones(world, row)
        is_listed = _is_listed(wrong, streams.get("register", zone.id).random(len(people)))
        listed_zone[mine] = np.where(is_listed, _under(row, others, wrong, len(people), zone.id, streams), -1)
        listed_people[mine] = np.where(is_listed, _number(people, wrong, zone.id, streams), 0)
        ghosts[row] = _n_ghosts(wrong, len(people), float(streams.get("ghosts", zone.id).random()))
        like = (streams.get("ghost_size", zone.id).random(int(ghosts[row])) * len(people)).astype(np.int64)
        ghost_people[row] = people[like].sum()
    return Register(listed_zone, listed_people, ghosts, ghost_people)


def true_register(households: Households, n_zones: int) -> Register:
    """Return a register without mistakes: it says who lives where."""
    nobody = np.zeros(n_zones, dtype=np.int32)
    is_visitor = households.is_visitor
    listed_zone = np.where(is_visitor, -1, households.zone).astype(np.int32)
    listed_people = np.where(is_visitor, 0, households.people).astype(np.int32)
    return Register(listed_zone, listed_people, ghosts=nobody, ghost_people=nobody)


def list_totals(register: Register, households: Households) -> ListTotals:
    """Return what is right and wrong on each zone's list."""
    n_zones = len(register.ghosts)
    is_listed, home = register.is_listed, households.zone
    lives_here = ~households.is_visitor

    def count(zone: Ints, people: Ints | None = None) -> Ints:
        return np.asarray(np.bincount(zone, weights=people, minlength=n_zones), dtype=np.int32)

    under = register.listed_zone[is_listed]
    return ListTotals(
        households=count(home[lives_here]),
        entries=count(under) + register.ghosts,
        unlisted=count(home[~is_listed & lives_here]),
        elsewhere=count(home[is_listed & (register.listed_zone != home)]),
        ghosts=register.ghosts,
        people=count(home[lives_here], households.people[lives_here]),
        people_listed=count(under, register.listed_people[is_listed]) + register.ghost_people,
    )


def _is_listed(wrong: ListErrors, luck: NDArray[np.float64]) -> Bools:
    if wrong.n_unlisted is None:
        return np.asarray(luck < 1 - wrong.unlisted)
    is_listed = np.full(len(luck), True)
    is_listed[np.argsort(luck, kind="stable")[max(len(luck) - wrong.n_unlisted, 0) :]] = False
    return is_listed


def _other_zones(world: World, row: int) -> Ints:
    """Return the zones under which a household of a zone may be listed by mistake."""
    town = world.zones.models[row].township
    others = [other for other in range(world.zones.n) if other != row]
    same_town = [other for other in others if world.zones.models[other].township == town]
    return np.array(same_town or others, dtype=np.int32)


def _under(row: int, others: Ints, wrong: ListErrors, n: int, zone: str, streams: Streams) -> Ints:
    """Return the zone under which each of `n` listed households of a zone stands."""
    if not others.size:
        return np.full(n, row, dtype=np.int32)
    is_misplaced = streams.get("register_place", zone).random(n) < wrong.misplaced
    other = others[(streams.get("register_other", zone).random(n) * len(others)).astype(np.int64)]
    return np.where(is_misplaced, other, row).astype(np.int32)


def _number(people: Ints, wrong: ListErrors, zone: str, streams: Streams) -> Ints:
    """Return how many people the list gives each household."""
    is_stale = streams.get("register_size", zone).random(len(people)) < wrong.stale
    is_short = (streams.get("register_change", zone).random(len(people)) < 0.5) & (people > 1)
    return (people + np.where(is_stale, np.where(is_short, -1, 1), 0)).astype(np.int32)


def _n_ghosts(wrong: ListErrors, n: int, luck: float) -> int:
    """Return the number of ghosts; a share that makes no whole number is rounded up as often as it must be."""
    return int(np.floor(wrong.ghosts * n + luck)) if wrong.n_ghosts is None else wrong.n_ghosts
