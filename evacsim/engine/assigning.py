"""Who is sent to which shelter, computed: from people, roads and water to a table, and back to households.

People who would set out from one node in one way are a group. All groups are sent to the
shelters with free places so that the free travel times of all people add up to the least
(`kernels.transport_flow`, exact to the millisecond); then each household gets a shelter of its
own. When a shelter is lost or fills, those not yet there are assigned again in the same way;
whoever is inside a shelter that stays open keeps the place.

Nobody waits for another on the road and no bus is short: what comes out is a proposal, and a
bound on the travel time of any other assignment of the same people to the same places.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evacsim.engine.parts import Mode
from evacsim.engine.routing import MoverClass, Routing
from evacsim.kernels.transport_flow import FORBIDDEN, above_all_detours, min_cost_flow
from evacsim.world.columns import World
from evacsim.world.people import Households

Counts = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

NOBODY = -1
"""No group, no shelter."""
PER_SECOND = 1000
"""Travel times are compared in milliseconds, so that sums are exact whole numbers."""


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """People who would set out from one node in one way; in the order of zones, then of the other columns."""

    zone: Counts
    """Row of the zone, shape (n_groups,)."""
    mode: Counts
    """How the plan moves them (`Mode`)."""
    node: Counts
    """Node from which the way to the shelter is reckoned: the home's, the pick-up point's, or where they stand."""
    mover_class: Counts
    """What they travel in (`MoverClass`)."""
    told: Counts
    """Row of the shelter that they have been told to go to, `NOBODY` where none."""
    people: Counts
    """People [person]."""
    member: Counts
    """Group of each household, `NOBODY` for those who are not to be placed; shape (n_households,)."""

    @property
    def n(self) -> int:
        """Number of groups."""
        return len(self.zone)


@dataclass(frozen=True, slots=True, eq=False)
class Assignment:
    """How many of each group go to which shelter, and who finds no place."""

    groups: Groups
    people: Counts
    """People of each group sent to each shelter, shape (n_groups, n_shelters)."""
    unplaced: Counts
    """People of each group without a place, shape (n_groups,)."""
    total_time: float
    """Free travel time of all who have a place [person s]."""
    changed: int
    """Of those who have a place, people who had been told another shelter."""

    def by_zone(self, n_zones: int) -> Counts:
        """Return the people of each zone sent to each shelter, shape (n_zones, n_shelters)."""
        total = np.zeros((n_zones, self.people.shape[1]), dtype=np.int64)
        np.add.at(total, self.groups.zone, self.people)
        return total


def groups_to_place(
    world: World,
    households: Households,
    mode: NDArray[np.int8],
    *,
    who: Bools | None = None,
    told: NDArray[np.integer] | None = None,
    standing: NDArray[np.integer] | None = None,
) -> Groups:
    """Return the groups of all households that are to be placed.

    The way is reckoned from the home; for those who go by bus from the pick-up point, as the
    way on foot to it is the same whatever the shelter. Whoever is to go by bus and has no
    pick-up point goes on foot.

    Parameters
    ----------
    world, households : World, Households
    mode : ndarray of int8, shape (n_households,)
        How the plan moves each household (`Mode`); those it leaves in peace are left out.
    who : ndarray of bool, shape (n_households,), optional
        Households to place, such as those not in a shelter yet; without it all.
    told : ndarray of int, shape (n_households,), optional
        Row of the shelter each has been told to go to, `NOBODY` where none.
    standing : ndarray of int, shape (n_households,), optional
        Node where each stands, such as that of a shelter that is lost; `NOBODY` for those whose
        way begins as planned.
    """
    rows = np.flatnonzero(mode != Mode.NONE if who is None else who & (mode != Mode.NONE))
    zone, by = households.zone[rows].astype(np.int64), mode[rows].astype(np.int64)
    home = households.home[rows]
    stop_of_zone = _pickup_nodes(world)
    stop = stop_of_zone[zone]
    by_bus = (by == Mode.BUS) & (stop != NOBODY)
    mover_class = np.select([by_bus, by == Mode.CAR], [MoverClass.BUS, MoverClass.CAR], MoverClass.WALKER)
    node = np.select(
        [by_bus, by == Mode.CAR], [stop, world.homes.drive_node[home]], world.homes.walk_node[home]
    )
    if standing is not None:
        node = np.where(standing[rows] == NOBODY, node, standing[rows])
    before = np.full(len(rows), NOBODY) if told is None else np.asarray(told)[rows]
    columns = np.stack([zone, by, node, mover_class, before]).astype(np.int64)
    kinds, kind = np.unique(columns, axis=1, return_inverse=True)
    people = np.zeros(kinds.shape[1], dtype=np.int64)
    np.add.at(people, kind.ravel(), households.people[rows])
    member = np.full(households.n, NOBODY, dtype=np.int64)
    member[rows] = kind.ravel()
    return Groups(kinds[0], kinds[1], kinds[2], kinds[3], kinds[4], people, member)


def free_times(world: World, groups: Groups, routing: Routing) -> Floats:
    """Return the free travel time of each group to each shelter [s], as the roads are now.

    Shape (n_groups, n_shelters); inf where no way is left. Walkers are reckoned at the nominal
    walking speed of `routing`.
    """
    ways = list(zip(groups.node.tolist(), groups.mover_class.tolist(), strict=True))
    known = {way: routing.times_to_shelters(way[0], MoverClass(way[1])) for way in dict.fromkeys(ways)}
    return np.array([known[way] for way in ways]).reshape(len(ways), world.shelters.n)


def flood_times(world: World) -> Floats:
    """Return when water first closes each shelter [s], inf for never; shape (n_shelters,).

    As in a run: when it stands more than the hazard's `shelter_limit` above the floor. Of what
    the water does before the start only what it is at the start counts.
    """
    water, limit = world.water, world.scenario.hazard.effects.shelter_limit
    floor = np.array([shelter.floor_height for shelter in world.shelters.models])
    first = np.full(world.shelters.n, np.inf)
    times = np.maximum(water.times, 0.0)
    for frame in reversed(range(len(times))):
        if frame + 1 == len(times) or times[frame + 1] > times[frame]:
            depth = water.place_depth[frame, world.shelters.depth_row].astype(np.float64)
            first[depth - floor > limit] = times[frame]
    return first


def free_places(
    world: World,
    *,
    capacity: ArrayLike | None = None,
    inside: ArrayLike = 0,
    is_open: ArrayLike = True,
    dry_until: float = -np.inf,
) -> Counts:
    """Return how many more people each shelter takes, shape (n_shelters,) [person].

    Parameters
    ----------
    world : World
    capacity : array, shape (n_shelters,), optional
        People whom each holds, infinite for no limit; as the scenario has it where absent.
    inside : int or array of int, shape (n_shelters,)
        People who are in it and stay.
    is_open : bool or array of bool, shape (n_shelters,)
        False where nobody is let in now: locked, or flooded.
    dry_until : float
        Shelters that water closes up to this moment are not used [s]: the end of the run for
        those who know the whole flood beforehand, now for those who know nothing of it.
    """
    everybody = sum(zone.population + zone.visitors_day + zone.visitors_night for zone in world.zones.models)
    if capacity is None:
        capacity = [
            np.inf if shelter.capacity is None else shelter.capacity for shelter in world.shelters.models
        ]
    holds = np.minimum(np.asarray(capacity, dtype=np.float64), everybody)
    usable = np.asarray(is_open) & (flood_times(world) > dry_until)
    return np.where(usable, np.maximum(holds - np.asarray(inside), 0), 0).astype(np.int64)


def assign(
    groups: Groups,
    *,
    time: Floats,
    places: Counts,
    unplaced_time: ArrayLike = np.inf,
    change_time: float = 0.0,
) -> Assignment:
    """Send groups to shelters so that their times add up to the least.

    Of several best ways the one that sends most of the first group to the first shelter is
    taken, and so on (`min_cost_flow`): groups stand in the order of zones, shelters and zones
    in the order of their ids, so nothing depends on the order in the user's files.

    Parameters
    ----------
    groups : Groups
    time : ndarray of float64, shape (n_groups, n_shelters)
        Travel time [s]; inf where nobody may be sent.
    places : ndarray of int64, shape (n_shelters,)
        Free places.
    unplaced_time : float or array of float, shape (n_groups,)
        Time that counts for a person without a place [s]; inf (for all groups): as many as can
        be are placed, whatever the detours of others.
    change_time : float
        Time that counts for a person who is told another shelter than before, or none [s]: what
        there must be to gain before people who have been told are told otherwise.
    """
    moves = (groups.told != NOBODY)[:, None] & (groups.told[:, None] != np.arange(len(places)))
    can_go = np.isfinite(time)
    cost = np.full(time.shape, FORBIDDEN, dtype=np.int64)
    cost[can_go] = np.rint((time + change_time * moves)[can_go] * PER_SECOND)
    staying = np.full(groups.n, above_all_detours(cost), dtype=np.int64)
    counts = np.broadcast_to(np.asarray(unplaced_time, dtype=np.float64), staying.shape)
    assert np.isinf(counts).all() or np.isfinite(counts).all(), (
        "some groups are placed at any price, others not"
    )
    if np.isfinite(counts).all():
        staying = np.rint(counts * PER_SECOND).astype(np.int64)
    # Whoever loses the place he was told of must be told so too.
    staying = staying + (groups.told != NOBODY) * round(change_time * PER_SECOND)
    found = min_cost_flow(groups.people, places, cost, unplaced_cost=staying)
    return Assignment(
        groups=groups,
        people=found.people,
        unplaced=found.unplaced,
        total_time=float(np.sum(found.people[can_go] * time[can_go])),
        changed=int(found.people[moves].sum()),
    )


def place_households(
    assignment: Assignment, households: Households, *, time: Floats, places: Counts
) -> NDArray[np.int32]:
    """Return the shelter of each household, `NOBODY` where none has places for all of it.

    In each group the largest households choose first, and go where most of the group's places
    are left. Those too large for what is left of their group's places go to the nearest
    shelter that is not full. No shelter gets more people than it has places.

    Parameters
    ----------
    assignment : Assignment
    households : Households
    time : ndarray of float64, shape (n_groups, n_shelters)
        Travel time of each group to each shelter [s].
    places : ndarray of int64, shape (n_shelters,)
        Free places, as they were assigned.
    """
    chosen = np.full(households.n, NOBODY, dtype=np.int32)
    groups, left = assignment.groups, assignment.people.copy()
    rows = np.flatnonzero(groups.member != NOBODY)
    size = households.people[rows]
    largest_first = np.lexsort((rows, -size, groups.member[rows]))
    too_large = []
    for household, people in zip(rows[largest_first].tolist(), size[largest_first].tolist(), strict=True):
        quota = left[groups.member[household]]
        shelter = int(quota.argmax()) if quota.size else NOBODY
        if shelter == NOBODY or quota[shelter] < people:
            too_large.append((household, people))
            continue
        quota[shelter] -= people
        chosen[household] = shelter
    free = places - assignment.people.sum(axis=0) + left.sum(axis=0)
    for household, people in too_large:
        time_to = np.where(free >= people, time[groups.member[household]], np.inf)
        if np.isfinite(time_to).any():
            shelter = int(time_to.argmin())
            free[shelter] -= people
            chosen[household] = shelter
    return chosen


def _pickup_nodes(world: World) -> Counts:
    """Return the node where buses stop for each zone, `NOBODY` where none is planned."""
    row = {pickup: row for row, pickup in enumerate(world.pickup_points.ids)}
    stops = [transfer.pickup_point if transfer else None for transfer in world.transfers]
    return np.array(
        [NOBODY if stop is None else world.pickup_points.drive_node[row[stop]] for stop in stops],
        dtype=np.int64,
    )
