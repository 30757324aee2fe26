"""Households on their way: told, getting ready, setting out, arriving, cut off, sent on.

at home - (told) - preparing - (ready) - walking to the pick-up point - waiting - riding -
registering - sheltered; or walking or driving straight to the shelter. Whoever refuses stays
at home. Whoever finds no way is stranded where he is and tries again when roads change.
"""

from dataclasses import dataclass, field

import numpy as np

from evacsim.engine.log import Kind, Where
from evacsim.engine.movement import Notice
from evacsim.engine.parts import Mode, Parts
from evacsim.engine.routing import MoverClass
from evacsim.engine.sheltering import Sheltering
from evacsim.engine.transport import Transport
from evacsim.kernels.arrays import NoticeKind
from evacsim.terms import HouseholdState


@dataclass(slots=True)
class Journey:
    """Where a household that travels by itself is going."""

    goal: Where
    mover_class: MoverClass
    tried: set[int] = field(default_factory=set)
    """Shelters that turned it away."""


TRAVELLING_STATE = {
    (Kind.PICKUP_POINT, MoverClass.WALKER): HouseholdState.WALKING_TO_PICKUP,
    (Kind.SHELTER, MoverClass.WALKER): HouseholdState.WALKING,
    (Kind.SHELTER, MoverClass.CAR): HouseholdState.DRIVING,
}


class Transfer:
    """All households that have been told to go."""

    def __init__(self, parts: Parts, sheltering: Sheltering, transport: Transport) -> None:
        self.parts = parts
        self.sheltering = sheltering
        self.transport = transport
        world = parts.world
        self._journeys: dict[int, Journey] = {}
        self._cut_off: dict[int, int] = {}
        """Households without a way, by the node at which they are; tried again when roads change."""
        self._pickup = {pickup: row for row, pickup in enumerate(world.pickup_points.ids)}
        self._assigned = [
            [sheltering.row[shelter] for shelter in transfer.shelter] if transfer else [] for transfer in world.transfers
        ]
        parts.after_reopening.append(self._try_again)

    def assigned_shelters(self, household: int) -> list[int]:
        """Return the shelters that the plan assigns to a household's zone, first choice first."""
        return self._assigned[self.parts.households.zone[household]]

    def tell(self, household: int, cause: int, *, ready_at: float, complies: bool) -> None:
        """Let the order reach a household that is still at home."""
        parts, book = self.parts, self.parts.book
        book.mark("told", household, parts.now)
        if book.state[household] != HouseholdState.AT_HOME:
            book.note(household, "told", parts.now, cause=cause)
            book.resting_state[household] = HouseholdState.PREPARING if complies else HouseholdState.REFUSED
        else:
            book.become(household, HouseholdState.PREPARING, "told", parts.now, cause=cause)
        if complies:
            parts.clock.call_at(ready_at, lambda: self.get_ready(household))
        else:
            self.transport.expect_no_more(household)
            if book.state[household] == HouseholdState.PREPARING:
                book.become(
                    household, HouseholdState.REFUSED, "refused", parts.now, cause=int(book.event[household])
                )

    def get_ready(self, household: int) -> None:
        """Let a household be ready; it sets out unless water holds it at home."""
        book, now = self.parts.book, self.parts.now
        book.mark("ready", household, now)
        if book.state[household] != HouseholdState.PREPARING:
            return
        cause = book.note(household, "ready", now, cause=int(book.event[household]))
        self.set_out(household, cause)

    def set_out(self, household: int, cause: int) -> None:
        """Let a household leave home in the mode that the plan gives it."""
        parts = self.parts
        home = parts.households.home[household]
        walk_node = int(parts.world.homes.walk_node[home])
        drive_node = int(parts.world.homes.drive_node[home])
        transfer = parts.world.transfers[parts.households.zone[household]]
        assert transfer is not None, "a household without a transfer was told to go"
        mode = parts.mode[household]
        if mode == Mode.BUS and transfer.pickup_point is not None:
            goal = Where(Kind.PICKUP_POINT, self._pickup[transfer.pickup_point])
            if self._go(household, walk_node, Journey(goal, MoverClass.WALKER), "departed", cause):
                return
        self.transport.expect_no_more(household)
        if mode == Mode.CAR and self._go_to_shelter(household, drive_node, MoverClass.CAR, "departed", cause):
            return
        if not self._go_to_shelter(household, walk_node, MoverClass.WALKER, "departed", cause):
            self._strand(household, walk_node, cause)

    def on_notice(self, notice: Notice) -> None:
        """Take in what the movement reports about a household that travels by itself."""
        household, journey = notice.mover, self._journeys[notice.mover]
        book, now = self.parts.book, notice.time
        cause = int(book.event[household])
        if notice.kind == NoticeKind.ARRIVED:
            if journey.goal.kind == Kind.PICKUP_POINT:
                self._journeys.pop(household)
                book.mark("at_pickup", household, now)
                book.become(
                    household, HouseholdState.WAITING, "reached_pickup", now, place=journey.goal, cause=cause
                )
                self.transport.wait_for_bus(household, journey.goal.row, self.assigned_shelters(household))
            else:
                self._at_shelter(household, journey, notice.place, cause)
        elif notice.kind == NoticeKind.CUT_OFF:
            self._go_elsewhere(household, journey, notice.place, cause)
        elif notice.kind == NoticeKind.STOPPED:
            way = self.parts.world.ways.link[notice.place]
            book.resting_state[household] = book.state[household]
            book.become(
                household, HouseholdState.STRANDED, "stopped", now, place=Where(Kind.LINK, int(way)), cause=cause
            )
        elif notice.kind == NoticeKind.RESUMED:
            state = TRAVELLING_STATE[journey.goal.kind, journey.mover_class]
            book.become(household, state, "resumed", now, cause=cause)

    def forget(self, household: int) -> None:
        """Take a household that has died out of all further movement."""
        self._journeys.pop(household, None)
        self._cut_off.pop(household, None)
        self.transport.forget(household)
        self.parts.movement.remove(household)

    def resume(self, household: int, cause: int) -> None:
        """Let a household that water held at home, ready to go, set out now."""
        if np.isfinite(self.parts.book.times["ready"][household]):
            self.set_out(household, cause)

    def _at_shelter(self, household: int, journey: Journey, node: int, cause: int) -> None:
        shelter = journey.goal.row
        if self.sheltering.admit(household, shelter, cause):
            self._journeys.pop(household)
            return
        journey.tried.add(shelter)
        cause = int(self.parts.book.event[household])
        if not self._go_to_shelter(household, node, journey.mover_class, "redirected", cause, tried=journey.tried):
            self._journeys.pop(household)

    def _go_elsewhere(self, household: int, journey: Journey, node: int, cause: int) -> None:
        """Send on somebody who stands at a node without a way to the goal: same mode first, then on foot."""
        book = self.parts.book
        cause = book.note(household, "cut_off", self.parts.now, place=Where(Kind.NODE, node), cause=cause)
        self.transport.expect_no_more(household)
        for mover_class in dict.fromkeys((journey.mover_class, MoverClass.WALKER)):
            if self._go_to_shelter(household, node, mover_class, "redirected", cause, tried=journey.tried):
                return
        self._strand(household, node, cause)

    def _go_to_shelter(
        self,
        household: int,
        node: int,
        mover_class: MoverClass,
        kind: str,
        cause: int,
        *,
        tried: set[int] | None = None,
    ) -> bool:
        people = int(self.parts.households.people[household])
        tried = set() if tried is None else tried
        shelter = self.sheltering.choose(self.assigned_shelters(household), node, mover_class, people, tried)
        if shelter is None:
            return False
        return self._go(household, node, Journey(Where(Kind.SHELTER, shelter), mover_class, tried), kind, cause)

    def _go(self, household: int, node: int, journey: Journey, kind: str, cause: int) -> bool:
        """Send a household from a node to its goal; return False, and do nothing, where no way leads there."""
        parts, book = self.parts, self.parts.book
        routing = parts.routing
        to_tree = routing.tree_to_pickup if journey.goal.kind == Kind.PICKUP_POINT else routing.tree_to_shelter
        tree = to_tree(journey.goal.row, journey.mover_class)
        if not np.isfinite(routing.time(tree, node)):
            return False
        self._cut_off.pop(household, None)
        self._journeys[household] = journey
        state = TRAVELLING_STATE[journey.goal.kind, journey.mover_class]
        book.become(household, state, kind, parts.now, place=Where(Kind.NODE, node), cause=cause)
        if kind == "departed":
            book.mark("departed", household, parts.now)
        parts.movement.use(household, journey.mover_class)
        parts.movement.send(household, origin_node=node, tree=tree, depart_time=parts.now)
        return True

    def _strand(self, household: int, node: int, cause: int) -> None:
        """Leave a household without a way where it is, and remember to try again."""
        parts, book = self.parts, self.parts.book
        book.resting_state[household] = HouseholdState.PREPARING
        at_home = book.place_kind[household] == Kind.ZONE
        place = Where(Kind.ZONE, int(book.place[household])) if at_home else Where(Kind.NODE, node)
        self._cut_off[household] = node
        book.become(household, HouseholdState.STRANDED, "stranded", parts.now, place=place, cause=cause)

    def _try_again(self) -> None:
        for household, node in list(self._cut_off.items()):
            if self.parts.book.state[household] not in (HouseholdState.STRANDED, HouseholdState.TRAPPED):
                continue
            cause = int(self.parts.book.event[household])
            if self.parts.book.place_kind[household] == Kind.ZONE and self._water_holds(household):
                continue
            self._go_to_shelter(household, node, MoverClass.WALKER, "redirected", cause)

    def _water_holds(self, household: int) -> bool:
        return bool(self.parts.book.held_by_water[household])
