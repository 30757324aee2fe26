"""Households on their way: told, getting ready, setting out, arriving, cut off.

at home - (told) - preparing - (ready) - walking to the pick-up point - waiting - riding -
registering - sheltered; or walking or driving straight to the shelter. Whoever refuses stays
at home. Where they go, and where else when they cannot, stands in `journeys`.
"""

from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from evacsim.engine.gathering import Gathering
from evacsim.engine.journeys import ANY_SHELTER, Journey, Journeys
from evacsim.engine.log import ROOT, Kind, Where
from evacsim.engine.movement import Notice
from evacsim.engine.onward import Onward
from evacsim.engine.parts import Mode, Parts
from evacsim.engine.routing import MoverClass
from evacsim.engine.sheltering import Sheltering
from evacsim.engine.transport import Transport
from evacsim.engine.travelers import CREW
from evacsim.hazard.effects import is_stopped
from evacsim.kernels.arrays import NoticeKind
from evacsim.terms import HouseholdState

CRAFT = ("boat", "helicopter", "high_clearance")
"""Kinds of fleets whose passengers no water reaches: the bed of a truck that wades stands above it (assumed)."""


class Homeward(Protocol):
    """What becomes of households on their way home: `engine.going_home.GoingHome`."""

    def arrive(self, household: int, node: int, mover_class: MoverClass, cause: int) -> None:
        """Let a household go on from the node it was sent to."""

    def cut_off(self, household: int, node: int, mover_class: MoverClass, cause: int) -> None:
        """Let a household whose way has closed take another one, or turn back."""


class Transfer:
    """All households that have been told to go, or go unasked."""

    def __init__(
        self, parts: Parts, gathering: Gathering, sheltering: Sheltering, transport: Transport
    ) -> None:
        self.parts = parts
        self.gathering = gathering
        self.sheltering = sheltering
        self.transport = transport
        world = parts.world
        self.journeys = Journeys(parts, gathering, sheltering)
        self.onward = Onward(parts, self.journeys, gathering, sheltering, transport)
        self._fetched: set[int] = set()
        """Households that a boat has fetched."""
        self._pickup_row = {pickup: row for row, pickup in enumerate(world.pickup_points.ids)}
        self._refuge_row = {refuge: row for row, refuge in enumerate(world.refuges.ids)}
        self.let_go: Callable[[int], tuple[float, int]] | None = None
        """From when on a household (row) may leave [s], and the event by which (`engine.letting_go`)."""
        self.homeward: Homeward | None = None
        parts.after_reopening.append(self._leave_cut_off_pickups)

    def hear(self, household: int, cause: int) -> int:
        """Let word reach a household that does not act on it; return the event, the root where there is nobody."""
        book = self.parts.book
        if book.state_of(household) == HouseholdState.DEAD or household in self._fetched:
            return ROOT
        book.mark("told", household, self.parts.now)
        return book.note(household, "told", self.parts.now, cause=cause)

    def take_up(self, household: int, cause: int, kind: str = "told") -> int:
        """Let a household act on an order, whether it is free to go or held by water.

        Returns the event, the root where there is nobody.
        """
        book, now = self.parts.book, self.parts.now
        if book.state_of(household) == HouseholdState.DEAD or household in self._fetched:
            return ROOT
        if kind == "told":
            book.mark("told", household, now)
        if book.held_by_water[household]:
            book.resting_state[household] = HouseholdState.PREPARING
            return book.note(household, kind, now, cause=cause)
        return book.become(household, HouseholdState.PREPARING, kind, now, cause=cause)

    def refuse(self, household: int, cause: int) -> None:
        """Let a household that acts on an order refuse to go."""
        book, now = self.parts.book, self.parts.now
        if book.held_by_water[household]:
            book.note(household, "refused", now, cause=cause)
            book.resting_state[household] = HouseholdState.REFUSED
        else:
            book.become(household, HouseholdState.REFUSED, "refused", now, cause=cause)
        self.gathering.expect_no_more(household)

    def prepare(self, household: int, ready_at: float) -> None:
        """Let a household that acts on an order be ready at a moment [s]."""
        self.parts.clock.call_at(ready_at, lambda: self._get_ready(household))

    def pick_up(self, household: int) -> None:
        """Take a household out of where it stands and of all it was about to do: a boat has come for it.

        From now on no order is for it any more.
        """
        book, now = self.parts.book, self.parts.now
        self._fetched.add(household)
        self.journeys.without_way.pop(household, None)
        self.gathering.expect_no_more(household)
        book.held_by_water[household] = False
        if book.kind_of_place(household) == Kind.SHELTER and book.has_place[household]:
            self.sheltering.release(household, int(book.place[household]))
        self.transport.forget(household)
        if self.journeys.under_way.pop(household, None) is not None:
            self.parts.movement.lift(self.parts.mover[household])
        if np.isnan(book.times["departed"][household]):
            book.mark("departed", household, now)
            for hook in self.parts.at_departed:
                hook(household, now)

    def send_home(
        self, household: int, node: int, goal: Where, mover_class: MoverClass, kind: str, cause: int
    ) -> bool:
        """Send a household from a node to another one on its way home; return False, and do nothing, without a way."""
        return self.journeys.go(household, node, Journey(goal, mover_class, is_homeward=True), kind, cause)

    def come_ashore(self, household: int, node: int, cause: int) -> None:
        """Let a household that a boat has brought to a node go on to a shelter from there."""
        for hook in self.parts.at_ashore:
            hook(household, node, cause)
        self.onward.come_ashore(household, node, cause)

    def ways_on_foot(self) -> NDArray[np.bool_]:
        """Return from which nodes a way on foot that rescuers count on leads to a dry shelter now, shape (n_nodes,)."""
        return self.journeys.ways_on_foot()

    def carried_by_craft(self, households: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return which of the households that ride do so in a craft of rescue: the water is no danger to them."""
        fleets, vehicles = self.transport.fleets, self.transport.vehicles
        rows = self.parts.book.vehicle[households]
        return np.array([fleets[vehicles[row].fleet].kind in CRAFT for row in rows], dtype=bool)

    def resume(self, household: int) -> None:
        """Let a household that water held go on with what it was about to do."""
        book = self.parts.book
        if book.kind_of_place(household) == Kind.PICKUP_POINT:
            pickup = int(book.place[household])
            self.gathering.join(household, pickup)
        elif (
            book.state_of(household) == HouseholdState.UNSHELTERED
            and book.kind_of_place(household) == Kind.SHELTER
        ):
            shelter = int(book.place[household])
            if np.isfinite(self.sheltering.opened[shelter]):
                self.journeys.come_in(household, shelter, int(book.event[household]))
        elif book.state_of(household) == HouseholdState.PREPARING and np.isfinite(
            book.times["ready"][household]
        ):
            self._go_when_let(household, int(book.event[household]))

    def leave_pickup(self, household: int, cause: int) -> None:
        """Let a household leave a pick-up point that is getting wet, on foot to a shelter, if a way leads there."""
        parts, book = self.parts, self.parts.book
        pickup = int(book.place[household])
        node = int(parts.world.pickup_points.walk_node[pickup])
        cause = max(cause, int(book.event[household]))
        if self.journeys.go_to_shelter(
            household, node, Journey(ANY_SHELTER, MoverClass.WALKER), "redirected", cause
        ):
            self.gathering.leave(household, pickup)

    def _leave_cut_off_pickups(self) -> None:
        """Let people leave pick-up points from which no road leads a bus to a dry shelter any more.

        They walk where they can; where no way on foot leads to any dry shelter either, they are cut off.
        """
        parts, places, is_dry = self.parts, self.parts.world.pickup_points, self.sheltering.is_dry()
        for pickup in self.gathering.queued():
            by_bus = parts.travelers.times_to_shelters(CREW, MoverClass.BUS, int(places.drive_node[pickup]))
            if np.isfinite(by_bus[is_dry]).any():
                continue
            node = int(places.walk_node[pickup])
            on_foot = parts.routing.times_to_shelters(node, MoverClass.WALKER)
            is_cut_off = not np.isfinite(on_foot[is_dry]).any()
            for household in self.gathering.queue(pickup):
                cause = max(parts.water_changed, int(parts.book.event[household]))
                if is_cut_off:
                    self.gathering.leave(household, pickup)
                    self.journeys.strand(household, node, cause)
                else:
                    self.leave_pickup(household, cause)

    def on_notice(self, household: int, notice: Notice) -> None:
        """Take in what the movement reports about a household that travels by itself."""
        self.parts.travelers.on_notice(notice)
        journey = self.journeys.under_way[household]
        book, now = self.parts.book, self.parts.now
        cause = int(book.event[household])
        if notice.kind == NoticeKind.ARRIVED and journey.goal.kind == Kind.PICKUP_POINT:
            self.journeys.under_way.pop(household)
            if np.isnan(book.times["boarded"][household]) and np.isnan(book.times["arrived"][household]):
                book.mark("at_pickup", household, now)
            book.become(
                household, HouseholdState.WAITING, "reached_pickup", now, place=journey.goal, cause=cause
            )
            self.gathering.join(household, journey.goal.row)
        elif journey.stop is not None and notice.kind in (NoticeKind.ARRIVED, NoticeKind.CUT_OFF):
            is_cut_off = notice.kind == NoticeKind.CUT_OFF
            self.journeys.go_on(household, notice.place, is_cut_off=is_cut_off)
        elif journey.is_homeward and notice.kind in (NoticeKind.ARRIVED, NoticeKind.CUT_OFF):
            self._end_leg_home(household, self.journeys.under_way.pop(household), notice, cause)
        elif notice.kind == NoticeKind.ARRIVED and journey.goal.kind == Kind.NODE:
            self.journeys.under_way.pop(household)
            self.journeys.take_refuge(household, journey.goal, cause)
        elif notice.kind == NoticeKind.ARRIVED:
            self.journeys.reach_shelter(
                household, self.journeys.under_way.pop(household), notice.place, cause
            )
        elif notice.kind == NoticeKind.CUT_OFF:
            cut_off = book.note(household, "cut_off", now, place=Where(Kind.NODE, notice.place), cause=cause)
            self.journeys.go_elsewhere(
                household, self.journeys.under_way.pop(household), notice.place, cut_off
            )
        elif notice.kind == NoticeKind.STOPPED and self._turns_back(journey, notice.place):
            place = Where(Kind.LINK, int(self.parts.world.ways.link[notice.place]))
            book.note(household, "turned_round", now, place=place, cause=max(cause, self.parts.water_changed))
            self.parts.movement.turn_back(notice.mover)
        elif notice.kind == NoticeKind.STOPPED:
            place = Where(Kind.LINK, int(self.parts.world.ways.link[notice.place]))
            stopped = book.become(
                household, HouseholdState.STRANDED, "stopped", now, place=place, cause=cause
            )
            if journey.mover_class == MoverClass.CAR and self._can_walk_out(notice.place):
                covered = self._covered(notice)
                self.journeys.under_way.pop(household)
                self.parts.movement.remove(self.parts.mover[household])
                self._walk_out(household, notice.place, covered, stopped)
        elif notice.kind == NoticeKind.RESUMED:
            book.become(household, journey.state, "resumed", now, cause=cause)

    def _turns_back(self, journey: Journey, way: int) -> bool:
        """Return whether somebody whom the water has stopped on a way goes back on foot to where it began."""
        scenario = self.parts.world.scenario
        if journey.mover_class != MoverClass.WALKER or scenario.district.population.stopped_walkers == "wait":
            return False
        depth = self.parts.road_depth[self.parts.world.ways.link[way]]
        return not is_stopped(depth, scenario.hazard.effects.critical_depth).item()

    def _end_leg_home(self, household: int, journey: Journey, notice: Notice, cause: int) -> None:
        assert self.homeward is not None, "nobody is sent home but by it"
        if notice.kind == NoticeKind.ARRIVED:
            self.homeward.arrive(household, notice.place, journey.mover_class, cause)
        else:
            place = Where(Kind.NODE, notice.place)
            cut_off = self.parts.book.note(household, "cut_off", self.parts.now, place=place, cause=cause)
            self.homeward.cut_off(household, notice.place, journey.mover_class, cut_off)

    def leave_vehicle(self, passengers: list[int], notice: Notice) -> None:
        """Let the passengers of a vehicle that water has stopped walk out, if they still can."""
        if passengers and self._can_walk_out(notice.place):
            covered = self._covered(notice)
            for household in passengers:
                self.transport.forget(household)
                self._walk_out(household, notice.place, covered, int(self.parts.book.event[household]))

    def _covered(self, notice: Notice) -> float:
        """Return how far along its way a stopped mover has come [m]."""
        left = float(self.parts.movement.way_left(notice.mover)[0])
        return float(self.parts.world.ways.length[notice.place]) - left

    def _can_walk_out(self, way: int) -> bool:
        """Return whether people whose vehicle the water has stopped on a way can still leave it on foot."""
        depth = self.parts.road_depth[self.parts.world.ways.link[way]]
        return not is_stopped(depth, self.parts.world.scenario.hazard.effects.walker_limit).item()

    def _walk_out(self, household: int, way: int, covered: float, cause: int) -> None:
        """Let a household leave its stopped vehicle and walk back to where the way began, then to a shelter.

        It wades back what the vehicle has `covered` of the way [m], at the speed of the moment.
        """
        parts = self.parts
        depth = parts.road_depth[parts.world.ways.link[way]]
        speed = parts.households.walking_speed[household] * float(parts.speed_factors.walker(depth))
        node = int(parts.world.ways.from_node[way])
        left = parts.book.note(household, "left_vehicle", parts.now, cause=cause)
        back_at = parts.now + covered / speed
        if not self.journeys.go_to_shelter(
            household, node, Journey(ANY_SHELTER, MoverClass.WALKER), "redirected", left, back_at
        ):
            self.journeys.strand(household, node, left)

    def forget(self, household: int) -> None:
        """Take a household that has died out of roads, queues and seats."""
        self.journeys.without_way.pop(household, None)
        self.gathering.expect_no_more(household)
        if self.parts.book.kind_of_place(household) == Kind.PICKUP_POINT:
            self.gathering.leave(household, int(self.parts.book.place[household]))
        self.transport.forget(household)
        if self.journeys.under_way.pop(household, None) is not None:
            self.parts.movement.remove(self.parts.mover[household])

    def vehicle_movers(self, households: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the rows in the movement of the vehicles that carry `households`."""
        vehicles = self.transport.vehicles
        return np.array([vehicles[row].mover for row in self.parts.book.vehicle[households]], dtype=np.int64)

    def _get_ready(self, household: int) -> None:
        book, now = self.parts.book, self.parts.now
        if household in self._fetched or book.state_of(household) == HouseholdState.DEAD:
            return
        book.mark("ready", household, now)
        if book.state_of(household) == HouseholdState.PREPARING:
            self._go_when_let(household, book.note(household, "ready", now, cause=int(book.event[household])))

    def _go_when_let(self, household: int, cause: int) -> None:
        """Let a household that is ready leave home, as soon as its part of the zone is let go."""
        due, _ = (-np.inf, ROOT) if self.let_go is None else self.let_go(household)
        if due > self.parts.now:
            self.parts.clock.call_at(due, lambda: self._leave_when_let(household))
        else:
            self._set_out(household, cause)

    def _leave_when_let(self, household: int) -> None:
        book = self.parts.book
        is_free = book.state_of(household) == HouseholdState.PREPARING and household not in self._fetched
        if is_free and self.let_go is not None:
            self._set_out(household, max(int(book.event[household]), self.let_go(household)[1]))

    def _set_out(self, household: int, cause: int) -> None:
        """Let a household leave home in the mode of the plan, or on foot where that fails."""
        parts = self.parts
        home = parts.households.home[household]
        at_node = (
            parts.now + float(parts.world.homes.access[home]) / parts.households.walking_speed[household]
        )
        walk_node, drive_node = (
            int(parts.world.homes.walk_node[home]),
            int(parts.world.homes.drive_node[home]),
        )
        mode = int(parts.mode[household])
        # Whoever leaves unasked does not keep to what the plan says for its zone.
        transfer = None if mode == Mode.NONE else parts.world.transfers[parts.households.zone[household]]
        if transfer is not None and transfer.moved_to == "vertical":
            home_place = Where(Kind.ZONE, int(parts.households.zone[household]))
            self.journeys.take_refuge(household, home_place, cause)
            return
        if transfer is not None and transfer.refuge is not None:
            refuge = self._refuge_row[transfer.refuge]
            if self.journeys.go_to_refuge(household, refuge, cause, at_node):
                return
        if mode == Mode.BUS and transfer is not None and transfer.pickup_point is not None:
            goal = Where(Kind.PICKUP_POINT, self._pickup_row[transfer.pickup_point])
            if self.journeys.go(
                household, walk_node, Journey(goal, MoverClass.WALKER), "departed", cause, at_node
            ):
                self.gathering.expect([household], goal.row)
                return
        self.gathering.expect_no_more(household)
        by_car, on_foot = (self._by_route(household, c) for c in (MoverClass.CAR, MoverClass.WALKER))
        if household in parts.car and self.journeys.go_to_shelter(
            household, drive_node, by_car, "departed", cause, at_node
        ):
            return
        if not self.journeys.go_to_shelter(household, walk_node, on_foot, "departed", cause, at_node):
            self.journeys.strand(household, walk_node, cause)

    def _by_route(self, household: int, mover_class: MoverClass) -> Journey:
        """Return the journey of a household from home to a shelter, by the route of the plan if it is in the plan."""
        is_planned = int(self.parts.mode[household]) != Mode.NONE
        zone = int(self.parts.households.zone[household])
        route = self.journeys.routes.of(zone, mover_class) if is_planned else ()
        return Journey(ANY_SHELTER, mover_class, route=route)
