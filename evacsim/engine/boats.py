"""Boats: fetching people who are cut off by water, from where they are to the landing place.

A boat has a landing place, where its fleet stands. It goes out over flooded roads that are deep
enough for it, to whoever is in need and nearest, the trapped before the stranded; takes in whole
households as long as there are seats; comes back the same way and lets them ashore, from where
they walk to a shelter. A household that is larger than the boat has the boat go as often as its
people need, and counts as fetched with the last of them.

This is transport only: whoever is in need is known at once and found where he is, and no crew
tires. Search, calls for help and crews replace `Boats._in_need` and `Boats._choose`.
"""

from collections.abc import Generator
from functools import partial
from math import ceil
from typing import Any, NamedTuple, Protocol

import numpy as np
import simpy
from numpy.typing import NDArray

from evacsim.engine.driving import Driving
from evacsim.engine.log import Kind, Where
from evacsim.engine.parts import Parts
from evacsim.engine.routing import MoverClass
from evacsim.engine.transport import Transport
from evacsim.engine.vehicles import Vehicle
from evacsim.terms import HouseholdState

Process = Generator[simpy.Event, Any, None]
Ints = NDArray[np.int64]

NEED = (HouseholdState.STRANDED, HouseholdState.TRAPPED)
REACHED_AT = (Kind.ZONE, Kind.NODE, Kind.PICKUP_POINT, Kind.SHELTER)
"""Where boats fetch people; nobody is taken off a vehicle or off the middle of a road."""


class Afoot(Protocol):
    """What becomes of households outside the boats: `engine.transfer.Transfer`."""

    def pick_up(self, household: int) -> None:
        """Take a household out of where it stands and of all it was about to do."""

    def come_ashore(self, household: int, node: int, cause: int) -> None:
        """Let a household go on from a landing place, on foot."""


class Need(NamedTuple):
    """Households that wait for a boat, by rows, and the nodes where they are."""

    households: Ints
    nodes: Ints


class Boats:
    """All boats of the district, one process each once anybody is in need."""

    def __init__(self, parts: Parts, transport: Transport, afoot: Afoot) -> None:
        self.parts = parts
        self.transport = transport
        self.driving: Driving = transport.driving
        self.afoot = afoot
        self._fleets = [
            row
            for row, fleet in enumerate(transport.fleets)
            if fleet.kind == "boat" and row not in transport.carriers
        ]
        self._landings = {int(parts.world.fleets.walk_node[row]) for row in self._fleets}
        self._spoken_for: set[int] = set()
        """Households for whom a boat is under way."""
        self._needy: set[int] = set()
        """Households that have come into need, among them those that no longer are."""
        self._in_vain: set[tuple[int, MoverClass]] = set()
        """Landing places, and classes of boats, from which nobody in need can be reached, as far as is known since the
        last news."""
        self._news = simpy.Event(parts.clock)
        self._is_waking = False
        if self._fleets:
            transport.serve["boat"] = self.serve
            for state in NEED:
                parts.book.at_state.setdefault(state, []).append(self._hear)
            parts.after_reopening.append(self._wake)

    def serve(self, vehicle: Vehicle) -> Process:
        """Go out and come back until the run ends."""
        yield self.parts.clock.timeout(vehicle.call_up)
        vehicle.departed = self.parts.now
        self.driving.record(vehicle, "vehicle_departed", place=Where(Kind.DEPOT, vehicle.fleet))
        while True:
            chosen = self._choose(vehicle)
            if chosen is None:
                yield self._news
            else:
                yield from self._fetch(vehicle, *chosen)

    # -- whom to fetch ----------------------------------------------------------------------

    def _hear(self, household: int) -> None:
        """Look who is in need once everything of this instant has happened."""
        self._needy.add(household)
        if not self._is_waking:
            self._is_waking = True
            self.parts.clock.call_at(self.parts.now, self._wake)

    def _wake(self) -> None:
        self._is_waking = False
        self._in_vain.clear()
        need = self._in_need()
        if need.households.size:
            cause = int(self.parts.book.event[need.households].min())
            for fleet in self._fleets:
                self.transport.call_up(fleet, cause)
        news, self._news = self._news, simpy.Event(self.parts.clock)
        news.succeed()

    def _in_need(self) -> Need:
        """Return who waits for a boat and has none, in the order of households."""
        book, world, households = self.parts.book, self.parts.world, self.parts.households
        rows = np.array(sorted(self._needy - self._spoken_for), dtype=np.int64)
        still = np.isin(book.state[rows], NEED)
        self._needy.difference_update(rows[~still].tolist())
        rows = rows[still & np.isin(book.place_kind[rows], REACHED_AT)]
        kind, place = book.place_kind[rows], book.place[rows]
        nodes = place.astype(np.int64)
        at_home = kind == Kind.ZONE
        nodes[at_home] = world.homes.walk_node[households.home[rows[at_home]]]
        for other, places in ((Kind.PICKUP_POINT, world.pickup_points), (Kind.SHELTER, world.shelters)):
            nodes[kind == other] = places.walk_node[place[kind == other]]
        ashore = np.isin(nodes, list(self._landings))
        return Need(rows[~ashore], nodes[~ashore])

    def _choose(self, vehicle: Vehicle) -> tuple[int, list[int]] | None:
        """Return where a boat goes, and for whom; None where it can reach nobody in need."""
        boat = self._class(vehicle)
        if (vehicle.node, boat) in self._in_vain:
            return None
        need, book = self._in_need(), self.parts.book
        routing = self.parts.routing
        # The nearest is whoever is soonest back: boats go both ways along every road.
        back = routing.tree_to_node(vehicle.node, boat)
        time = routing.times_to_root(back, need.nodes)
        if not np.isfinite(time).any():
            self._in_vain.add((vehicle.node, boat))
            return None
        in_danger = book.state[need.households] == HouseholdState.TRAPPED
        order = np.lexsort((need.households, time, ~in_danger, ~np.isfinite(time)))
        # Where the two directions of a road are not equally deep there may be a way back and none out.
        first = next(
            (k for k in order if np.isfinite(time[k]) and self._leads_to(vehicle, int(need.nodes[k]))), None
        )
        if first is None:
            self._in_vain.add((vehicle.node, boat))
            return None
        node, seats = int(need.nodes[first]), self.transport.fleets[vehicle.fleet].seats
        people = self.parts.households.people
        chosen = [int(need.households[first])]
        free = seats - int(people[chosen[0]])
        for row in order[order != first]:
            household = int(need.households[row])
            if need.nodes[row] == node and people[household] <= free:
                chosen.append(household)
                free -= int(people[household])
        self._spoken_for.update(chosen)
        return node, chosen

    def _leads_to(self, vehicle: Vehicle, node: int) -> bool:
        """Return whether a boat can get from where it is to a node."""
        routing, boat = self.parts.routing, self._class(vehicle)
        return bool(np.isfinite(routing.time(routing.tree_to_node(node, boat), vehicle.node)))

    def _class(self, vehicle: Vehicle) -> MoverClass:
        return self.parts.boats.of(self.transport.fleets[vehicle.fleet])

    # -- one trip ---------------------------------------------------------------------------

    def _fetch(self, vehicle: Vehicle, node: int, households: list[int]) -> Process:
        """Go out for some households that wait at a node, and bring those ashore that are still there."""
        parts, fleet = self.parts, self.transport.fleets[vehicle.fleet]
        landing = vehicle.node
        people = int(parts.households.people[households].sum())
        for _ in range(ceil(people / fleet.seats) - 1):
            # The trips before the last; the time to board and to alight counts with the last.
            yield from self._go(vehicle, node)
            yield from self._come_back(vehicle, landing)
        vehicle.event = max(vehicle.event, int(parts.book.event[households].max()))
        yield from self._go(vehicle, node)
        if vehicle.node == node:
            yield from self._take_in(vehicle, node, households)
        self._spoken_for.difference_update(households)
        if vehicle.node == landing:
            yield self.driving.reopened()
            return
        yield from self._come_back(vehicle, landing)
        yield from self._let_ashore(vehicle, landing)

    def _go(self, vehicle: Vehicle, node: int) -> Process:
        way = partial(self.parts.routing.tree_to_node, node, self._class(vehicle))
        yield from self.driving.drive(vehicle, way)

    def _come_back(self, vehicle: Vehicle, landing: int) -> Process:
        """Go to the landing place, as soon as the water leads there."""
        while vehicle.node != landing:
            yield from self._go(vehicle, landing)
            if vehicle.node != landing:
                self.driving.passengers(vehicle, HouseholdState.STRANDED, "stranded")
                yield self.driving.reopened()
                self.driving.passengers(vehicle, HouseholdState.RIDING, "resumed")

    def _take_in(self, vehicle: Vehicle, node: int, households: list[int]) -> Process:
        parts, book = self.parts, self.parts.book
        fleet = self.transport.fleets[vehicle.fleet]
        time = 0.0
        for household in households:
            if book.state_of(household) in NEED and book.kind_of_place(household) in REACHED_AT:
                self.afoot.pick_up(household)
                vehicle.aboard.append(household)
                book.board(household, vehicle.row, parts.now)
                self.driving.passenger(vehicle, household, HouseholdState.RIDING, "boarded")
                time += self.driving.handling_time(vehicle, household, fleet.boarding_time)
        yield parts.clock.timeout(time)
        if vehicle.aboard:
            vehicle.rounds += 1
            last = int(book.event[vehicle.aboard].max())
            people = self.driving.people_aboard(vehicle)
            place, cause = Where(Kind.NODE, node), max(vehicle.event, last)
            self.driving.record(vehicle, "vehicle_left_pickup", place=place, value=people, cause=cause)

    def _let_ashore(self, vehicle: Vehicle, landing: int) -> Process:
        parts, fleet = self.parts, self.transport.fleets[vehicle.fleet]
        for household in list(vehicle.aboard):
            yield parts.clock.timeout(self.driving.handling_time(vehicle, household, fleet.alighting_time))
            if household in vehicle.aboard:
                vehicle.aboard.remove(household)
                vehicle.people += int(parts.households.people[household])
                vehicle.done = parts.now
                cause = max(vehicle.event, int(parts.book.event[household]))
                self.afoot.come_ashore(household, landing, cause)
