"""Journeys to a shelter: which one, the way there, on to another one when turned away, or refuge nearby.

on the way - (cut off, turned away) - on the way to another; or stranded without a way, and on the
way again as soon as roads open.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import dijkstra

from evacsim.engine.gathering import Gathering
from evacsim.engine.log import Kind, Where
from evacsim.engine.parts import Parts
from evacsim.engine.routes import Route, Routes
from evacsim.engine.routing import MoverClass
from evacsim.engine.sheltering import Sheltering
from evacsim.engine.shortest import way_matrix
from evacsim.hazard.effects import is_stopped
from evacsim.terms import HouseholdState

ANY_SHELTER = Where(Kind.NOTHING, 0)
"""Goal of a journey whose shelter is still to be chosen."""


LONGEST_WALK = 10_000.0
"""Way on foot that rescued people are let go [m] (assumed: they are driven where anybody has a car, which is not
simulated; they take as long as on foot)."""


@dataclass(slots=True)
class Journey:
    """Where a household that travels by itself is going, and how."""

    goal: Where
    mover_class: MoverClass
    tried: set[int] = field(default_factory=set)
    """Shelters that turned it away."""
    is_homeward: bool = False
    """Whether it leads home, or to a post on the way there."""
    route: Route = ()
    """Roads of the plan that it still takes on the way to its goal."""
    stop: Where | None = None
    """Where it leads before its goal: the beginning or the end of the next road of its route."""

    @property
    def bound_for(self) -> Where:
        """Return where it leads next."""
        return self.goal if self.stop is None else self.stop

    @property
    def state(self) -> HouseholdState:
        """Return the state of a household on this journey."""
        if self.is_homeward:
            return HouseholdState.RETURNING
        if self.mover_class == MoverClass.CAR:
            return HouseholdState.DRIVING
        to_pickup = self.goal.kind == Kind.PICKUP_POINT
        return HouseholdState.WALKING_TO_PICKUP if to_pickup else HouseholdState.WALKING


class Journeys:
    """All households that travel by themselves, and those that would if they had a way."""

    def __init__(self, parts: Parts, gathering: Gathering, sheltering: Sheltering) -> None:
        self.parts = parts
        self.gathering = gathering
        self.sheltering = sheltering
        self.routes = Routes(parts.world, parts.routing)
        self.under_way: dict[int, Journey] = {}
        """Households on their way."""
        self.without_way: dict[int, int] = {}
        """Households that found no way, with the node where they are."""
        self._at_refuge = np.zeros(parts.world.refuges.n, dtype=np.int64)
        """People on their way to each refuge nearby, or there."""
        parts.after_reopening.append(self._try_again)
        sheltering.let_in = self.come_in

    def go(
        self,
        household: int,
        node: int,
        journey: Journey,
        kind: str,
        cause: int,
        depart_at: float | None = None,
    ) -> bool:
        """Send a household from a node to its goal, now or at `depart_at`.

        Return False, and do nothing, where no way leads there.
        """
        parts, book, travelers = self.parts, self.parts.book, self.parts.travelers
        left_out = self._choose_stop(household, node, journey)
        if not np.isfinite(travelers.time_to(household, journey.bound_for, journey.mover_class, node)):
            return False
        self.without_way.pop(household, None)
        self.under_way[household] = journey
        book.become(household, journey.state, kind, parts.now, place=Where(Kind.NODE, node), cause=cause)
        if kind == "departed":
            book.mark("departed", household, parts.now)
            for hook in parts.at_departed:
                hook(household, parts.now)
        self._tell_left_out(household, left_out, int(book.event[household]))
        self._send(household, node, journey, parts.now if depart_at is None else depart_at)
        return True

    def _send(self, household: int, node: int, journey: Journey, depart_time: float) -> None:
        parts, travelers = self.parts, self.parts.travelers
        mover = travelers.mover(household, journey.mover_class)
        tree = travelers.set_out(household, journey.bound_for, journey.mover_class)
        parts.mover[household] = mover
        parts.movement.send(mover, origin_node=node, tree=tree, depart_time=depart_time)

    # -- the route of the plan --------------------------------------------------------------

    def go_on(self, household: int, node: int, *, is_cut_off: bool) -> None:
        """Let a household go on from a node at which a step of its route has ended, or has found no way on."""
        journey, book = self.under_way[household], self.parts.book
        first, left_out = journey.route[0], []
        if is_cut_off:
            left_out.append(first)
        if is_cut_off or self.routes.ends_at(first, node):
            journey.route = journey.route[1:]
        left_out += self._choose_stop(household, node, journey)
        self._tell_left_out(household, left_out, int(book.event[household]))
        bound_for, mover_class = journey.bound_for, journey.mover_class
        if np.isfinite(self.parts.travelers.time_to(household, bound_for, mover_class, node)):
            self._send(household, node, journey, self.parts.now)
            return
        place, cause = Where(Kind.NODE, node), int(book.event[household])
        cut_off = book.note(household, "cut_off", self.parts.now, place=place, cause=cause)
        self.go_elsewhere(household, self.under_way.pop(household), node, cut_off)

    def _choose_stop(self, household: int, node: int, journey: Journey) -> list[int]:
        """Choose where a journey leads next from a node; return the ways of its route that it leaves out."""
        routes, travelers, left_out = self.routes, self.parts.travelers, []
        journey.stop = None
        while journey.route and journey.stop is None:
            way = journey.route[0]
            stop = Where(Kind.NODE, routes.next_node(way, node))
            is_seen = travelers.is_informed(household) or routes.begins_at(way, node)
            is_closed = is_seen and not routes.is_open(way, journey.mover_class)
            if is_closed or not np.isfinite(travelers.time_to(household, stop, journey.mover_class, node)):
                left_out.append(way)
                journey.route = journey.route[1:]
            else:
                journey.stop = stop
        return left_out

    def _tell_left_out(self, household: int, ways: list[int], cause: int) -> None:
        for way in ways:
            place = Where(Kind.LINK, self.routes.link(way))
            self.parts.book.note(household, "left_route", self.parts.now, place=place, cause=cause)

    # -- to a shelter -----------------------------------------------------------------------

    def go_to_shelter(
        self,
        household: int,
        node: int,
        journey: Journey,
        kind: str,
        cause: int,
        depart_at: float | None = None,
        *,
        longest: float = np.inf,
    ) -> bool:
        """Send a household to the shelter that suits it best; return False where there is none within `longest` [s]."""
        people = int(self.parts.households.people[household])
        assigned = self.parts.destinations.of(household)
        shelter = self.sheltering.choose(
            assigned, node, journey.mover_class, people, journey.tried, household=household
        )
        if shelter is None:
            return False
        goal = Where(Kind.SHELTER, shelter)
        if self.parts.travelers.time_to(household, goal, journey.mover_class, node) > longest:
            return False
        onward = Journey(goal, journey.mover_class, journey.tried, route=journey.route)
        return self.go(household, node, onward, kind, cause, depart_at)

    def go_elsewhere(self, household: int, journey: Journey, node: int, cause: int) -> None:
        """Send on somebody who stands at a node without a way to the goal: as before if possible, else on foot."""
        self.gathering.expect_no_more(household)
        for mover_class in dict.fromkeys((journey.mover_class, MoverClass.WALKER)):
            onward = Journey(journey.goal, mover_class, journey.tried)
            if self.go_to_shelter(household, node, onward, "redirected", cause):
                return
        self.strand(household, node, cause)

    def strand(self, household: int, node: int, cause: int) -> None:
        """Leave a household without a way where it is; it tries again when roads change."""
        book = self.parts.book
        self.without_way[household] = node
        at_home = book.kind_of_place(household) == Kind.ZONE
        place = Where(Kind.ZONE, int(book.place[household])) if at_home else Where(Kind.NODE, node)
        book.resting_state[household] = HouseholdState.PREPARING
        book.become(household, HouseholdState.STRANDED, "stranded", self.parts.now, place=place, cause=cause)

    def move_on(self, household: int, shelter: int, cause: int, *, longest: float) -> bool:
        """Let a household leave the shelter it is in for another, on foot.

        Return False, and do nothing, where the next one with room is further than `longest` [s], as it
        knows the roads, or no way leads to one.
        """
        node = int(self.parts.world.shelters.walk_node[shelter])
        people = int(self.parts.households.people[household])
        on_foot = MoverClass.WALKER
        chosen = self.sheltering.choose((), node, on_foot, people, {shelter}, household=household)
        if chosen is None:
            return False
        goal = Where(Kind.SHELTER, chosen)
        if self.parts.travelers.time_to(household, goal, on_foot, node) > longest:
            return False
        journey = Journey(goal, on_foot, {shelter})
        if not self.go(household, node, journey, "redirected", cause):
            return False
        self.sheltering.release(household, shelter)
        return True

    def turn_back(self, household: int, node: int, mover_class: MoverClass, cause: int) -> None:
        """Let a household that does not get home go to a shelter from a node, as anybody who finds no way."""
        self.go_elsewhere(household, Journey(ANY_SHELTER, mover_class), node, cause)

    def come_ashore(self, household: int, node: int, cause: int) -> None:
        """Let a household that a boat has brought to a node walk to the nearest shelter from there.

        Where all are full it goes to the nearest dry one, and is counted there as without a place.
        """
        people, on_foot = int(self.parts.households.people[household]), MoverClass.WALKER
        shelter = self.sheltering.choose_any((), node, on_foot, people, (), household=household)
        goal = None if shelter is None else Journey(Where(Kind.SHELTER, shelter), on_foot)
        if goal is None or not self.go(household, node, goal, "redirected", cause):
            self.strand(household, node, cause)

    def come_in(self, household: int, shelter: int, cause: int) -> None:
        """Let a household that waited outside into a shelter, or go on to another where there is no room."""
        if not self.sheltering.admit(household, shelter, cause):
            node = int(self.parts.world.shelters.walk_node[shelter])
            self._try_another(household, node, Journey(ANY_SHELTER, MoverClass.WALKER, {shelter}))

    def reach_shelter(self, household: int, journey: Journey, node: int, cause: int) -> None:
        """Let a household that has come to its shelter in, or go on to another one that has room."""
        shelter = journey.goal.row
        if not self.sheltering.admit(household, shelter, cause):
            journey.tried.add(shelter)
            self._try_another(household, node, journey)

    def _try_another(self, household: int, node: int, journey: Journey) -> None:
        """Let a household that was turned away go on to another shelter, or stay where that is too far to walk."""
        on_foot = journey.mover_class == MoverClass.WALKER
        longest = self.parts.world.scenario.plan.to.overflow_walk if on_foot else np.inf
        cause = int(self.parts.book.event[household])
        self.go_to_shelter(household, node, journey, "redirected", cause, longest=longest)

    def ways_on_foot(self) -> NDArray[np.bool_]:
        """Return from which nodes a way on foot of at most `LONGEST_WALK` leads to a dry shelter, shape (n_nodes,).

        Rescuers bring nobody to where he would have to go on through water that stops cars.
        """
        ways, shelters = self.parts.world.ways, self.parts.world.shelters
        n, is_dry = len(self.parts.world.roads.node_ids), self.sheltering.is_dry()
        if not is_dry.any():
            return np.zeros(n, dtype=bool)
        limit = self.parts.world.scenario.hazard.effects.car_limit
        own = np.flatnonzero(ways.is_footway & ~is_stopped(self.parts.road_depth[ways.link], limit))
        # From the shelters against the direction of the ways.
        graph = way_matrix(ways.to_node[own], ways.from_node[own], ways.length[own], n)
        goals = np.unique(shelters.walk_node[is_dry])
        is_near: NDArray[np.bool_] = dijkstra(graph, indices=goals, min_only=True) <= LONGEST_WALK
        return is_near

    def go_to_refuge(self, household: int, refuge: int, cause: int, depart_at: float) -> bool:
        """Send a household from home to a refuge nearby; return False, and do nothing, without room or way."""
        home = self.parts.households.home[household]
        node = int(self.parts.world.homes.walk_node[home])
        goal = Where(Kind.NODE, int(self.parts.world.refuges.walk_node[refuge]))
        on_foot = Journey(goal, MoverClass.WALKER)
        if not self._has_room(refuge, household) or not self.go(
            household, node, on_foot, "departed", cause, depart_at
        ):
            return False
        self._at_refuge[refuge] += self.parts.households.people[household]
        return True

    def _has_room(self, refuge: int, household: int) -> bool:
        """Return whether a refuge nearby takes one household more."""
        capacity = self.parts.world.refuges.models[refuge].capacity
        people = int(self.parts.households.people[household])
        return capacity is None or bool(self._at_refuge[refuge] + people <= capacity)

    def take_refuge(self, household: int, place: Where, cause: int) -> None:
        """Let a household stay where the plan has it sit the water out: upstairs at home, or at a node."""
        book, now = self.parts.book, self.parts.now
        book.mark("arrived", household, now)
        book.become(household, HouseholdState.AT_REFUGE, "reached_refuge", now, place=place, cause=cause)

    def _try_again(self) -> None:
        book = self.parts.book
        for household, node in list(self.without_way.items()):
            if not book.held_by_water[household]:
                self.parts.travelers.hear_of_openings(household)
                journey = Journey(ANY_SHELTER, MoverClass.WALKER)
                self.go_to_shelter(household, node, journey, "redirected", int(book.event[household]))
