"""What the households of a run know of closed roads, and the ways they take by it.

Households that are informed, and the crews of all vehicles, go by the roads as they are
(`Routing`). The others choose their shelter and their way by the dry network and what they have
seen closed (`RoadKnowledge`), on foot and by car each for itself.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from evacsim.engine.clock import Clock
from evacsim.engine.households import HouseholdBook
from evacsim.engine.knowledge import RoadKnowledge
from evacsim.engine.log import Kind, Where
from evacsim.engine.movement import Movement, Notice
from evacsim.engine.routing import MoverClass, Routing
from evacsim.world.columns import World
from evacsim.world.people import Knowledge

Floats = NDArray[np.float64]

CREW: int = -1
"""Stands for those who ride in a vehicle of a fleet: its crew has a radio."""


class Travelers:
    """What each household knows of the roads."""

    def __init__(
        self,
        world: World,
        book: HouseholdBook,
        movement: Movement,
        routing: Routing,
        clock: Clock,
        *,
        car: Mapping[int, int],
    ) -> None:
        """Wire travelers to their movers: a household's feet have its own row, its car that of `car`."""
        self._world = world
        self._book = book
        self._routing = routing
        self._clock = clock
        self._knowledge = book.households.knowledge
        self._car = car
        self._driver = {mover: household for household, mover in car.items()}
        self._sight: dict[MoverClass, RoadKnowledge] = {}
        if np.any(self._knowledge != Knowledge.INFORMED):
            for mover_class in (MoverClass.WALKER, MoverClass.CAR):
                self._sight[mover_class] = RoadKnowledge(
                    movement,
                    routing.network(mover_class),
                    routing.free_time,
                    call_at=clock.call_at,
                    on_standing=lambda mover, link: self._note(mover, "held", link),
                    on_turning=lambda mover, link: self._note(mover, "turned_round", link),
                )

    def is_informed(self, household: int) -> bool:
        """Return whether a household, or the crew of a vehicle, knows the roads as they are."""
        return household == CREW or int(self._knowledge[household]) == Knowledge.INFORMED

    def time_to(self, household: int, goal: Where, mover_class: MoverClass, node: int) -> float:
        """Return how long the way from a node to a goal takes in free flow, as far as one knows [s]; inf: none."""
        if self.is_informed(household):
            return self._routing.time(self._present_tree(goal, mover_class), node)
        sight, mover = self._sight[mover_class], self.mover(household, mover_class)
        return sight.cost(self._targets(goal, mover_class), sight.closures_seen(mover), node)

    def way_to(self, household: int, goal: Where, mover_class: MoverClass, node: int) -> list[int]:
        """Return the ways (rows) from a node to a goal, in their order, as far as one knows; none without a way."""
        if self.is_informed(household):
            return self._routing.way(self._present_tree(goal, mover_class), node)
        sight, mover = self._sight[mover_class], self.mover(household, mover_class)
        return sight.way(self._targets(goal, mover_class), sight.closures_seen(mover), node)

    def mover(self, household: int, mover_class: MoverClass) -> int:
        """Return the row in the movement of a household's own feet, or of its car."""
        return self._car[household] if mover_class == MoverClass.CAR else household

    def times_to_shelters(self, household: int, mover_class: MoverClass, node: int) -> Floats:
        """Return how long the ways from a node to all shelters take, as far as one knows [s]."""
        if self.is_informed(household):
            return self._routing.times_to_shelters(node, mover_class)
        goals = [Where(Kind.SHELTER, row) for row in range(self._world.shelters.n)]
        return np.array([self.time_to(household, goal, mover_class, node) for goal in goals])

    def set_out(self, household: int, goal: Where, mover_class: MoverClass) -> int:
        """Return the tree that a household follows to its goal."""
        if self.is_informed(household):
            return self._present_tree(goal, mover_class)
        sight, mover = self._sight[mover_class], self.mover(household, mover_class)
        return sight.start(
            mover,
            self._targets(goal, mover_class),
            knowledge=Knowledge(int(self._knowledge[household])),
            patience=float(self._book.households.patience[household]),
            known=sight.closures_seen(mover),
        )

    def on_notice(self, notice: Notice) -> None:
        """Let a household learn from what happens to it."""
        for sight in self._sight.values():
            sight.on_notice(notice)

    def roads_changed(self, ways: NDArray[np.int32], factors: Mapping[MoverClass, Floats]) -> None:
        """Take in which ways have opened and closed, by their speed factors."""
        for mover_class, sight in self._sight.items():
            is_walk = mover_class == MoverClass.WALKER
            own = (self._world.ways.is_footway if is_walk else self._world.ways.open_to_cars)[ways]
            with np.errstate(divide="ignore"):
                sight.roads_changed(ways[own], self._routing.free_time[ways[own]] / factors[mover_class][own])

    def hear_of_openings(self, household: int) -> None:
        """Let people who found no way forget of roads that are open again: somebody tells them (assumed)."""
        if not self.is_informed(household):
            for mover_class, sight in self._sight.items():
                if mover_class == MoverClass.WALKER or household in self._car:
                    sight.hear_of_openings(self.mover(household, mover_class))

    def _present_tree(self, goal: Where, mover_class: MoverClass) -> int:
        if goal.kind == Kind.PICKUP_POINT:
            return self._routing.tree_to_pickup(goal.row, mover_class)
        if goal.kind == Kind.NODE:
            return self._routing.tree_to_node(goal.row, mover_class)
        return self._routing.tree_to_shelter(goal.row, mover_class)

    def _targets(self, goal: Where, mover_class: MoverClass) -> tuple[int, ...]:
        if goal.kind == Kind.NODE:
            return (goal.row,)
        places = self._world.pickup_points if goal.kind == Kind.PICKUP_POINT else self._world.shelters
        nodes = places.walk_node if mover_class == MoverClass.WALKER else places.drive_node
        return (int(nodes[goal.row]),)

    def _note(self, mover: int, kind: str, link: int) -> None:
        household = self._driver.get(mover, mover)
        place = Where(Kind.LINK, int(self._world.ways.link[link]))
        cause = int(self._book.event[household])
        self._book.note(household, kind, float(self._clock.now), place=place, cause=cause)
