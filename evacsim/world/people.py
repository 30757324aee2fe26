"""Households drawn from the zones: how many people, how fast, which mode, what luck.

Every trait comes from a stream of its own, named by purpose and zone, so that a zone added to
the district or a law changed in the plan leaves everybody else as they were.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evacsim.network.walking import speeds_by_age
from evacsim.scenario.behavior import Groups
from evacsim.scenario.district import Knowledge as KnowledgeShares
from evacsim.scenario.district import Population, Zone
from evacsim.streams import Streams
from evacsim.terms import Group
from evacsim.world.columns import World
from evacsim.world.household_sizes import household_sizes
from evacsim.world.laws import quantiles
from evacsim.world.presence import Presence, PresenceColumns, draw_visitors

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]

SLOWEST = 0.2
"""No walker is drawn slower than this [m/s] (assumed: below it a person needs to be carried)."""
CHILD_BELOW, ELDERLY_FROM = 12, 65
"""Years: younger people are children, people of this age and older are elderly."""


class Knowledge(IntEnum):
    """What a household knows of closed roads."""

    INFORMED = 0
    """It hears of every closure at once and takes another way."""
    EYES = 1
    """It learns of a closure where it stands before it."""
    NOTHING = 2
    """It keeps to its way and waits before what is closed."""


@dataclass(frozen=True, slots=True)
class Households:
    """All households of the district, in the order of zones; one row each.

    A party of visitors is a household as well, after those who live in its zone.
    """

    zone: Ints
    """Row of the zone."""
    number: Ints
    """Number within the zone, from 1."""
    people: Ints
    """People [person]."""
    elderly: Ints
    """Of them 65 and older."""
    children: Ints
    """Of them under 12."""
    assisted: Ints
    """Of them in need of help to move."""
    group: NDArray[np.int8]
    """Its special group (`terms.Group`), or what brings it here."""
    is_visitor: NDArray[np.bool_]
    """Whether it does not live here: on no list, and without a home to stay in."""
    visit: PresenceColumns
    """When visitors are here; residents always, as far as this says."""
    walking_speed: Floats
    """Free walking speed of the slowest member [m/s]; a household stays together."""
    home: Ints
    """Row of its home among the homes of the world."""
    car_luck: Floats
    """Uniform number: below the share of households with a car there is one; the lowest go by car first."""
    mode_luck: Floats
    """Uniform number that decides between bus and walking."""
    compliance_luck: Floats
    """Uniform number: below the compliance the household goes when told."""
    relay_luck: Floats
    """Uniform number behind the time until it is told."""
    preparation_luck: Floats
    """Uniform number behind its preparation time."""
    knowledge: NDArray[np.int8]
    """What it knows of closed roads (`Knowledge`)."""
    patience: Floats
    """How long it waits before a closed road until it turns round [s]; infinite where nothing limits it."""

    @property
    def n(self) -> int:
        """Number of households."""
        return len(self.zone)

    def of_zone(self, zone: int) -> "slice[int, int]":
        """Return the rows of the households of a zone."""
        # Numbers of another type would make NumPy copy the whole column to compare them.
        first, last = np.searchsorted(self.zone, np.array([zone, zone + 1], dtype=self.zone.dtype)).tolist()
        return slice(first, last)


@dataclass(frozen=True, slots=True)
class ZoneHouseholds:
    """The households of one zone as they are drawn: those who live there, then visitors."""

    people: Ints
    elderly: Ints
    children: Ints
    assisted: Ints
    walking_speed: Floats


def draw_zone(zone: Zone, district: Population, streams: Streams) -> ZoneHouseholds:
    """Return the households of `zone`, with what the zone leaves open taken from the district.

    Each person is elderly, a child or neither, and apart from that may need help. The free
    speed of a person is normal, or goes by the table of ages, and is cut at `SLOWEST`; the
    slowest member rules the household (LifeSim does the same, seen TRM-11).
    """
    mean = zone.household_size or district.household_size
    sizes = household_sizes(zone.population, mean, streams.get("household_size", zone.id))
    elderly_share = district.elderly_share if zone.elderly_share is None else zone.elderly_share
    assisted_share = district.assisted_share if zone.assisted_share is None else zone.assisted_share
    return _of_sizes(sizes, elderly_share, assisted_share, district, streams, zone.id)


def _visiting(zone: Zone, district: Population, streams: Streams) -> tuple[ZoneHouseholds, PresenceColumns]:
    """Return the parties of visitors of a zone, and when they are there.

    They are as old and as frail as the district is, not as its zone: who visits a home for the
    aged need not be old (assumed).
    """
    size = 1.0 if district.visitors is None else district.visitors.party_size
    drawn = draw_visitors(
        zone.id, streams, by_day=zone.visitors_day, by_night=zone.visitors_night, household_size=size
    )
    shares = district.elderly_share, district.assisted_share
    return _of_sizes(drawn.people, *shares, district, streams, "visitors", zone.id), drawn.presence


def _of_sizes(
    sizes: Ints,
    elderly_share: float,
    assisted_share: float,
    district: Population,
    streams: Streams,
    *name: str,
) -> ZoneHouseholds:
    """Return households of given sizes, each trait of their people drawn from a stream of its purpose and `name`."""
    person = np.repeat(np.arange(len(sizes)), sizes)
    age = streams.get("age", *name).random(len(person))
    help_luck = streams.get("assisted", *name).random(len(person))
    child_share = min(district.child_share, 1 - elderly_share)
    elderly = age < elderly_share
    child = age >= 1 - child_share
    assisted = help_luck < assisted_share
    stream = streams.get("walking_speed", *name)
    if district.speed_law == "imo_ages":
        years = ages(age, elderly_share, child_share)
        speed = speeds_by_age(years, assisted, stream.random(len(person)))
    else:
        speed = stream.normal(district.walking_speed, district.walking_speed_sd, len(person))
        speed[elderly] *= district.elderly_speed_factor
        speed[child] *= district.child_speed_factor
        speed[assisted] *= district.assisted_speed_factor
    slowest = np.full(len(sizes), np.inf)
    np.minimum.at(slowest, person, np.maximum(speed, SLOWEST))

    def per_household(trait: NDArray[np.bool_]) -> Ints:
        return np.bincount(person[trait], minlength=len(sizes)).astype(np.int32)

    return ZoneHouseholds(
        sizes, per_household(elderly), per_household(child), per_household(assisted), slowest
    )


def ages(luck: Floats, elderly_share: float, child_share: float) -> Floats:
    """Return the years of people by their luck: the elderly just 65, children just 12, adults all alike between.

    The lowest luck is that of the elderly, the highest that of children. That adults are of all
    ages alike is assumed; the table of walking speeds knows nothing finer of the old and the young.
    """
    adults = 1 - elderly_share - child_share
    is_child = luck >= 1 - child_share
    share = np.clip((luck - elderly_share) / adults, 0, 1) if adults > 0 else np.zeros(luck.shape)
    return np.where(is_child, CHILD_BELOW, ELDERLY_FROM - share * (ELDERLY_FROM - CHILD_BELOW))


def draw_households(world: World, streams: Streams) -> Households:
    """Return all households of a world, drawn zone by zone: those who live there, then visitors."""
    district = world.scenario.district.population
    residents = [draw_zone(zone, district, streams) for zone in world.zones.models]
    visits = [_visiting(zone, district, streams) for zone in world.zones.models]
    drawn = [mine for own, (others, _) in zip(residents, visits, strict=True) for mine in (own, others)]
    n_own, n_others = [len(own.people) for own in residents], [len(others.people) for others, _ in visits]
    counts = [own + others for own, others in zip(n_own, n_others, strict=True)]
    is_visitor = np.repeat(np.tile([False, True], len(counts)), np.column_stack([n_own, n_others]).ravel())

    def luck(purpose: str) -> Floats:
        return _joined(
            [
                streams.get(purpose, zone.id).random(n)
                for zone, n in zip(world.zones.models, counts, strict=True)
            ]
        )

    first = world.homes.first
    homes = [
        first[row] + (spread * (first[row + 1] - first[row])).astype(np.int32)
        for row, spread in enumerate(
            streams.get("home", zone.id).random(n) for zone, n in zip(world.zones.models, counts, strict=True)
        )
    ]
    return Households(
        zone=np.repeat(np.arange(len(counts), dtype=np.int32), counts),
        number=_joined([np.arange(1, n + 1, dtype=np.int32) for n in counts]),
        people=_joined([zone.people for zone in drawn]),
        elderly=_joined([zone.elderly for zone in drawn]),
        children=_joined([zone.children for zone in drawn]),
        assisted=_joined([zone.assisted for zone in drawn]),
        group=_joined(
            [
                groups
                for zone, n, others in zip(world.zones.models, n_own, n_others, strict=True)
                for groups in (
                    _groups(zone, district.groups, n, streams),
                    np.full(others, Group.VISITOR, dtype=np.int8),
                )
            ]
        ),
        is_visitor=is_visitor,
        visit=_when(is_visitor, [presence for _, presence in visits]),
        walking_speed=_joined([zone.walking_speed for zone in drawn]),
        home=_joined(homes),
        car_luck=luck("car"),
        mode_luck=luck("mode"),
        compliance_luck=luck("compliance"),
        relay_luck=luck("relay"),
        preparation_luck=luck("preparation"),
        knowledge=_knowledge(district.knowledge, luck("knowledge")),
        patience=_patience(district, luck("patience")),
    )


def _when(is_visitor: NDArray[np.bool_], visits: list[PresenceColumns]) -> PresenceColumns:
    """Return when all households are there, residents always."""
    kind = np.full(len(is_visitor), Presence.ALWAYS, dtype=np.int8)
    turn = np.zeros(len(is_visitor))
    kind[is_visitor] = _joined([visit.kind for visit in visits])
    turn[is_visitor] = _joined([visit.turn for visit in visits])
    return PresenceColumns(kind, turn)


KIND_GROUPS = {
    "school": Group.INSTITUTION,
    "hospital": Group.INSTITUTION,
    "care_home": Group.INSTITUTION,
    "construction_site": Group.WORKER,
    "scenic_area": Group.VISITOR,
}
"""Special group of everybody in a zone of some kind."""


def _groups(zone: Zone, shares: Groups | None, n: int, streams: Streams) -> NDArray[np.int8]:
    """Return the special group of each household of a zone; none where the district describes no groups.

    One luck decides, the groups in the order of `terms.Group`: a household belongs to one of them.
    """
    if shares is None:
        return np.full(n, Group.NONE, dtype=np.int8)
    if zone.kind in KIND_GROUPS:
        return np.full(n, KIND_GROUPS[zone.kind], dtype=np.int8)
    edges = np.cumsum([shares.elderly_alone, shares.disabled, shares.pregnant, shares.left_behind])
    drawn = np.searchsorted(edges, streams.get("group", zone.id).random(n), side="right") + 1
    return np.where(drawn > len(edges), Group.NONE, drawn).astype(np.int8)


def _knowledge(shares: KnowledgeShares, luck: Floats) -> NDArray[np.int8]:
    """Return what each household knows: the luckiest are informed, the unluckiest know nothing."""
    edges = [shares.informed, shares.informed + shares.eyes]
    last = (
        Knowledge.NOTHING if shares.nothing > 0 else Knowledge.EYES if shares.eyes > 0 else Knowledge.INFORMED
    )
    return np.minimum(np.searchsorted(edges, luck, side="right"), last).astype(np.int8)


def _patience(district: Population, luck: Floats) -> Floats:
    law = district.patience_at_closure
    return np.full(len(luck), np.inf) if law is None else quantiles(law, luck)


def _joined(columns: list[NDArray[Any]]) -> NDArray[Any]:
    return np.concatenate(columns)
