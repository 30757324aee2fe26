"""Who is in need, and where: the truth that headquarters does not know."""

from collections.abc import Callable

import numpy as np

from evacsim.engine.log import Kind, Where
from evacsim.engine.parts import Parts
from evacsim.engine.transfer import Transfer
from evacsim.terms import Group, HouseholdState

IN_NEED = (HouseholdState.STRANDED, HouseholdState.TRAPPED)
IN_DANGER, SPECIAL, WAITING = 1, 2, 3
"""Grades of need, the gravest first: in danger now; old, ill, small or in want of help; able to wait."""


class Need:
    """All households that the water has cut off, wherever they are; not those whom a craft carries."""

    def __init__(self, parts: Parts, transfer: Transfer) -> None:
        self.parts = parts
        self.transfer = transfer
        self.since: dict[int, float] = {}
        """Households in need, and since when [s]."""
        self.at_begun: list[Callable[[int], None]] = []
        """A household (row) has come into need."""
        self.at_over: list[Callable[[int], None]] = []
        """A household (row) is in need no longer."""
        for state in HouseholdState:
            parts.book.at_state.setdefault(state, []).append(self._look)

    def is_in(self, household: int, since: float | None = None) -> bool:
        """Return whether a household is in need, and has been without a break from a moment on."""
        return household in self.since and since in (None, self.since[household])

    def people(self) -> int:
        """Return how many people are in need now."""
        return int(self.parts.households.people[list(self.since)].sum()) if self.since else 0

    def node(self, household: int) -> int:
        """Return the node nearest to a household: on a road the one it heads for."""
        book, world = self.parts.book, self.parts.world
        kind, place = Kind(int(book.place_kind[household])), int(book.place[household])
        if kind == Kind.ZONE:
            return int(world.homes.walk_node[self.parts.households.home[household]])
        if kind == Kind.PICKUP_POINT:
            return int(world.pickup_points.walk_node[place])
        if kind == Kind.SHELTER:
            return int(world.shelters.walk_node[place])
        if kind == Kind.NODE:
            return place
        mover = self.parts.mover[[household]]
        if kind == Kind.VEHICLE:
            mover = self.transfer.vehicle_movers(np.array([household]))
        where = self.parts.movement.where(mover)
        way = int(where.link[0])
        return int(where.node[0]) if way < 0 else int(world.ways.to_node[way])

    def grade(self, household: int) -> int:
        """Return how grave the need of a household is."""
        households = self.parts.households
        if self.parts.book.state[household] == HouseholdState.TRAPPED:
            return IN_DANGER
        weak = households.elderly[household] + households.children[household] + households.assisted[household]
        return (
            SPECIAL if weak > 0 or households.group[household] not in (Group.NONE, Group.WORKER) else WAITING
        )

    def place(self, household: int) -> Where:
        """Return where a household is, as its events say it."""
        book = self.parts.book
        return Where(Kind(int(book.place_kind[household])), int(book.place[household]))

    def _look(self, household: int) -> None:
        book = self.parts.book
        is_in = book.state[household] in IN_NEED and not (
            book.place_kind[household] == Kind.VEHICLE
            and bool(self.transfer.carried_by_craft(np.array([household]))[0])
        )
        if is_in and household not in self.since:
            self.since[household] = self.parts.now
            for hook in self.at_begun:
                hook(household)
        elif not is_in and self.since.pop(household, None) is not None:
            for hook in self.at_over:
                hook(household)
