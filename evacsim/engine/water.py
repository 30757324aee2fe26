"""The water as the engine meets it: roads slow down and close, people are held, trapped, freed, lost.

At each change of the water, in this order: roads take their new speeds (travellers on them are
stopped or go on), ways are found again, gauges of harm are read at every household's place,
and whoever had no way tries again.
"""

from functools import partial

import numpy as np
from numpy.typing import NDArray

from evacsim.engine.log import ROOT, Kind, Where
from evacsim.engine.parts import Parts
from evacsim.engine.roads import Roads
from evacsim.engine.sheltering import Sheltering
from evacsim.engine.transfer import Transfer
from evacsim.hazard.effects import is_stopped
from evacsim.terms import HouseholdState

AT_REST_IN_WATER = (Kind.ZONE, Kind.PICKUP_POINT, Kind.SHELTER)
"""Places where water holds people; on the road it is the road that closes."""
HELD = (HouseholdState.STRANDED, HouseholdState.TRAPPED)
UNTOUCHED = (HouseholdState.DEAD, HouseholdState.AWAY)
"""Whom no water reaches any more, or not yet."""

IS_AT_REST_IN_WATER = np.isin(list(Kind), AT_REST_IN_WATER)
"""Whether water holds people at a place, by its kind."""
IS_UNTOUCHED = np.isin(list(HouseholdState), UNTOUCHED)
"""Whether no water reaches people, by their state."""

NOBODY = np.zeros(0, dtype=np.int64)

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Water:
    """What the water does in one run."""

    def __init__(self, parts: Parts, roads: Roads, sheltering: Sheltering, transfer: Transfer) -> None:
        self.parts = parts
        self.roads = roads
        self.sheltering = sheltering
        self.transfer = transfer
        world = parts.world
        self._effects = world.scenario.hazard.effects
        self._place_depth = np.zeros(world.water.place_depth.shape[1])
        self._version = 0
        """How often works have changed the water to come."""
        parts.at_water_foreseen.append(self._foresee)
        self._closed = np.zeros(len(world.roads.link_ids), dtype=bool)
        self._in_danger_since = np.full(parts.households.n, np.nan)
        self._in_danger = np.zeros(0, dtype=np.int64)
        """Households of which that is known, ascending."""
        self._home_flood_event: dict[int, int] = {}
        self._changed_event = ROOT
        usual = world.scenario.district.population.storeys
        storeys = np.array([zone.storeys or usual for zone in world.zones.models])
        self._home_refuge = ((storeys - 1) * self._effects.storey_height)[parts.households.zone]
        self._home_depth_row = world.homes.depth_row[parts.households.home]
        self._has_been_wet = np.zeros(len(self._place_depth), dtype=bool)
        """At which rows of depth water has stood as high as keeps people from leaving home."""
        by_row = np.argsort(self._home_depth_row, kind="stable")
        ends = np.searchsorted(self._home_depth_row[by_row], np.arange(1, len(self._place_depth)))
        self._at_home_by_row = np.split(by_row, ends)
        """Households whose homes have each row of depth, ascending."""

    @property
    def changed_event(self) -> int:
        """Return the event of the last change of the water, the root where it has never changed."""
        return self._changed_event

    def depth_at_home(self, household: int) -> float:
        """Return how deep the water now stands at the home of a household, whoever is there [m]."""
        return float(self._place_depth[self._home_depth_row[household]])

    def wet_zones(self) -> Bools:
        """Return in which zones water stands at any home now, however low; bool, shape (n_zones,)."""
        wet: Bools = self._place_depth[self.parts.world.zones.depth_row] > 0
        homes = self.parts.world.homes
        wet[homes.zone[self._place_depth[homes.depth_row] > 0]] = True
        return wet

    def schedule(self) -> None:
        """Call for every change of the water; what lies before the start holds from the start."""
        times = np.maximum(self.parts.water.times, 0.0)
        for frame, time in enumerate(times):
            is_last = frame + 1 == len(times) or times[frame + 1] > time
            if is_last and time >= self.parts.now:
                self.parts.clock.call_at(float(time), partial(self._change, frame, self._version))

    def _foresee(self) -> None:
        self._version += 1
        self.schedule()

    def _change(self, frame: int, version: int) -> None:
        if version != self._version:
            return
        water = self.parts.water
        road_depth = np.zeros_like(self.parts.road_depth)
        road_depth[water.link_rows] = water.link_depth[frame]
        place_depth = water.place_depth[frame].astype(np.float64)
        road_velocity = np.zeros_like(road_depth)
        if water.link_velocity is not None:
            road_velocity[water.link_rows] = water.link_velocity[frame]
        changed = np.flatnonzero(
            (road_depth != self.parts.road_depth) | (road_velocity != self.parts.road_velocity)
        )
        if not changed.size and np.array_equal(place_depth, self._place_depth):
            return
        self.parts.road_depth[:], self._place_depth = road_depth, place_depth
        self.parts.road_velocity[:] = road_velocity
        self._changed_event = self.parts.water_changed = self.parts.log.record(
            self.parts.now,
            "water_changed",
            Where(Kind.DISTRICT, 0),
            value=float(np.count_nonzero(road_depth)),
            cause=max((ask(frame) for ask in self.parts.water_causes), default=ROOT),
        )
        if changed.size:
            self._slow_roads(changed)
        self._flood_places()
        self._mark_wet_homes()
        self._empty_wet_pickups()
        self.read_harm()
        for try_again in self.parts.after_reopening:
            try_again()
        for hook in self.parts.at_water_changed:
            hook()

    # -- roads ------------------------------------------------------------------------------

    def _slow_roads(self, roads: NDArray[np.int64]) -> None:
        """Give roads whose water has changed their new speeds, close and open them, find ways again."""
        parts = self.parts
        is_changed = np.zeros(len(self.parts.road_depth), dtype=bool)
        is_changed[roads] = True
        ways = np.flatnonzero(is_changed[parts.world.ways.link]).astype(np.int32)
        closed = is_stopped(self.parts.road_depth[roads], self._effects.car_limit)
        for road in roads[closed != self._closed[roads]]:
            kind = "link_opened" if self._closed[road] else "link_closed"
            parts.log.record(
                parts.now,
                kind,
                Where(Kind.LINK, int(road)),
                value=float(self.parts.road_depth[road]),
                cause=self._changed_event,
            )
        self._closed[roads] = closed
        self.roads.renew(ways)

    # -- places -----------------------------------------------------------------------------

    def _flood_places(self) -> None:
        parts, world = self.parts, self.parts.world
        shelters = self.sheltering
        over_floor = self._place_depth[world.shelters.depth_row] - shelters.floor_height
        flooded = over_floor > self._effects.shelter_limit
        entered = np.flatnonzero(flooded & ~shelters.flooded)
        # All of them are shut before anybody is sent from one of them to another.
        shelters.flooded[:] = flooded
        for shelter in entered:
            shelters.flood(int(shelter), float(over_floor[shelter]), self._changed_event)
        at_homes = self._place_depth[world.zones.depth_row]
        for zone in np.flatnonzero(at_homes > self._effects.leave_limit):
            if int(zone) not in self._home_flood_event:
                self._home_flood_event[int(zone)] = parts.log.record(
                    parts.now,
                    "place_flooded",
                    Where(Kind.ZONE, int(zone)),
                    value=float(at_homes[zone]),
                    cause=self._changed_event,
                )

    def _mark_wet_homes(self) -> None:
        """Keep the moment at which water first stands at each home, whoever is still there."""
        newly = (self._place_depth > self._effects.leave_limit) & ~self._has_been_wet
        self.parts.book.times["water"][self._living_at(newly)] = self.parts.now
        self._has_been_wet |= newly

    def _empty_wet_pickups(self) -> None:
        """Let people leave pick-up points where water stands as high as would close a shelter."""
        book, depth_row = self.parts.book, self.parts.world.pickup_points.depth_row
        wet = self._place_depth[depth_row] > self._effects.shelter_limit
        waiting = np.flatnonzero(book.state == HouseholdState.WAITING)
        for household in waiting[wet[book.place[waiting]]]:
            self.transfer.leave_pickup(int(household), self._changed_event)

    # -- people -----------------------------------------------------------------------------

    def read_harm(self) -> None:
        """Hold, trap and free people by the depth where they are now."""
        book, parts = self.parts.book, self.parts
        # Most are at dry homes and always were; whatever follows concerns the others alone.
        may_be_concerned = book.held_by_water | (book.place_kind != Kind.ZONE)
        may_be_concerned |= book.state == HouseholdState.TRAPPED
        may_be_concerned[self._living_at(self._place_depth > 0)] = True
        may_be_concerned[self._in_danger] = True
        rows = np.flatnonzero(may_be_concerned)
        depth, refuge, limit = self._depth_at(rows)
        resting = IS_AT_REST_IN_WATER[book.place_kind[rows]]
        alive = ~IS_UNTOUCHED[book.state[rows]]
        held = alive & resting & (depth > limit)
        for household in rows[held & ~book.held_by_water[rows]].tolist():
            self._hold(household)
        for household in rows[book.held_by_water[rows] & alive & resting & ~held].tolist():
            self._free(household)
        danger = alive & is_stopped(depth - refuge, self._effects.critical_depth)
        not_trapped = (HouseholdState.STRANDED, HouseholdState.AT_REFUGE)
        for household in rows[danger & np.isin(book.state[rows], not_trapped)].tolist():
            self._note(household, HouseholdState.TRAPPED, "trapped")
        for household in rows[~danger & (book.state[rows] == HouseholdState.TRAPPED)].tolist():
            self._note(household, HouseholdState.STRANDED, "stranded")
        newly = danger & np.isnan(self._in_danger_since[rows])
        self._in_danger_since[rows[newly]] = parts.now
        self._in_danger_since[rows[~danger]] = np.nan
        self._in_danger = rows[danger]
        if newly.any():
            due = parts.now + self._effects.critical_time
            parts.clock.call_at(due, partial(self._lose, parts.now))

    def _lose(self, since: float) -> None:
        """Let those die who have been in critical depth without a break since `since`."""
        rows = np.flatnonzero(self._in_danger_since == since)
        depth, refuge, _ = self._depth_at(rows)
        still = is_stopped(depth - refuge, self._effects.critical_depth)
        for household in rows[still & ~np.isin(self.parts.book.state[rows], UNTOUCHED)].tolist():
            self.let_die(household, "died")

    def let_die(self, household: int, kind: str) -> None:
        """Let a household die where it is, by an event of a kind."""
        book = self.parts.book
        if book.kind_of_place(household) == Kind.SHELTER and book.has_place[household]:
            self.sheltering.release(household, int(book.place[household]))
        self._note(household, HouseholdState.DEAD, kind)
        self.transfer.forget(household)

    def _hold(self, household: int) -> None:
        book = self.parts.book
        book.held_by_water[household] = True
        if book.state_of(household) in HELD:
            return
        book.resting_state[household] = book.state[household]
        if book.state_of(household) == HouseholdState.AT_REFUGE:
            return  # it has chosen to stay above the water
        kind, place = Kind(int(book.place_kind[household])), int(book.place[household])
        cause = self._changed_event
        if kind == Kind.ZONE:
            cause = self._home_flood_event.get(place, cause)
            self.transfer.gathering.expect_no_more(household)
        elif kind == Kind.SHELTER:
            cause = int(self.sheltering.flood_event[place]) or cause
        elif kind == Kind.PICKUP_POINT:
            self.transfer.gathering.leave(household, place)
        self._note(
            household, HouseholdState.STRANDED, "stranded", cause=max(cause, int(book.event[household]))
        )

    def _free(self, household: int) -> None:
        book = self.parts.book
        book.held_by_water[household] = False
        if book.state_of(household) not in HELD:
            return
        state = HouseholdState(int(book.resting_state[household]))
        self._note(household, state, "freed")
        if state == HouseholdState.SHELTERED:
            self.sheltering.settle(household, int(book.place[household]))
        self.transfer.resume(household)

    def _note(self, household: int, state: HouseholdState, kind: str, *, cause: int | None = None) -> None:
        book = self.parts.book
        because = max(self._changed_event, int(book.event[household])) if cause is None else cause
        book.become(household, state, kind, self.parts.now, place=self._place_of(household), cause=because)

    def _place_of(self, household: int) -> Where:
        book = self.parts.book
        return Where(Kind(int(book.place_kind[household])), int(book.place[household]))

    def _living_at(self, rows: Bools) -> Ints:
        """Return the households whose homes have some rows of depth, wherever they are now."""
        return np.concatenate([NOBODY, *(self._at_home_by_row[row] for row in np.flatnonzero(rows).tolist())])

    def _depth_at(self, households: Ints) -> tuple[Floats, Floats, Floats]:
        """Return depth, height of refuge and holding depth at the place of each of some households [m]."""
        parts, book, effects = self.parts, self.parts.book, self._effects
        world = parts.world
        n = len(households)
        depth, refuge = np.zeros(n), np.zeros(n)
        limit = np.full(n, effects.leave_limit)
        place_kind, place = book.place_kind[households], book.place[households]

        home = np.flatnonzero(place_kind == Kind.ZONE)
        depth[home] = self._place_depth[self._home_depth_row[households[home]]]
        refuge[home] = self._home_refuge[households[home]]
        pickup = np.flatnonzero(place_kind == Kind.PICKUP_POINT)
        depth[pickup] = self._place_depth[world.pickup_points.depth_row[place[pickup]]]
        shelter = np.flatnonzero(place_kind == Kind.SHELTER)
        rows = place[shelter]
        depth[shelter] = (
            self._place_depth[world.shelters.depth_row[rows]] - self.sheltering.floor_height[rows]
        )
        refuge[shelter], limit[shelter] = effects.storey_height, effects.shelter_limit
        own = np.flatnonzero((place_kind == Kind.NODE) | (place_kind == Kind.LINK))
        depth[own] = self._depth_at_movers(parts.mover[households[own]])
        riding = np.flatnonzero(place_kind == Kind.VEHICLE)
        if riding.size:
            depth[riding] = self._depth_at_movers(self.transfer.vehicle_movers(households[riding]))
            refuge[riding[self.transfer.carried_by_craft(households[riding])]] = np.inf
        return depth, refuge, limit

    def _depth_at_movers(self, movers: NDArray[np.int64]) -> Floats:
        """Return the depth where movers are: on their road, or at their node, as deep as its shallowest road."""
        roads, ways = self.parts.world.roads, self.parts.world.ways
        where = self.parts.movement.where(movers)
        node_depth = np.full(len(roads.node_ids), np.inf)
        np.minimum.at(node_depth, roads.from_node, self.parts.road_depth)
        np.minimum.at(node_depth, roads.to_node, self.parts.road_depth)
        on_link = where.link >= 0
        return np.where(on_link, self.parts.road_depth[ways.link[where.link]], node_depth[where.node])
