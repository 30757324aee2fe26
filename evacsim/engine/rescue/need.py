"""Who is in need, and where: the truth that headquarters does not know."""

from collections.abc import Callable

import numpy as np

from evacsim.engine.log import Kind, Where
from evacsim.engine.parts import Parts
from evacsim.engine.transfer import Transfer
from evacsim.terms import Group, HouseholdState

STATES = frozenset(int(state) for state in (HouseholdState.STRANDED, HouseholdState.TRAPPED))
"""States of whoever is in need."""
IN_DANGER, SPECIAL, WAITING = 1, 2, 3
"""Grades of need, the gravest first: in danger now; old, ill, small or in want of help; able to wait."""


class Need:
    """All households that the water has cut off, wherever they are; not those whom a craft carries."""

    def __init__(self, parts: Parts, transfer: Transfer) -> None:
        self.parts = parts
        self.transfer = transfer
        self.since: dict[int, float] = {}
        """Households in need, and since when [s]."""
        self._node: dict[int, int] = {}
        """Where they are; nobody in need moves on by himself."""
        self._at: dict[int, set[int]] = {}
        """The same by node."""
        self._close: dict[tuple[int, float], list[int]] = {}
        """Nodes within a distance of others, as far as anybody has asked."""
        self.people = 0
        """People in need now."""
        self.at_begun: list[Callable[[int], None]] = []
        """A household (row) has come into need."""
        self.at_over: list[Callable[[int], None]] = []
        """A household (row) is in need no longer."""
        for state in HouseholdState:
            parts.book.at_state.setdefault(state, []).append(self._look)

    def is_in(self, household: int, since: float | None = None) -> bool:
        """Return whether a household is in need, and has been without a break from a moment on."""
        return household in self.since and since in (None, self.since[household])

    def node(self, household: int) -> int:
        """Return the node nearest to a household in need: on a road the one it headed for."""
        return self._node[household] if household in self._node else self._find_node(household)

    def at(self, node: int) -> frozenset[int]:
        """Return all households in need at a node."""
        return frozenset(self._at.get(node, ()))

    def near(self, node: int, around: float) -> list[int]:
        """Return all households in need at a node, or within a distance of it [m], ascending."""
        if (node, around) not in self._close:
            roads = self.parts.world.roads
            distance = np.hypot(roads.x - roads.x[node], roads.y - roads.y[node])
            close = np.flatnonzero(distance <= around).tolist()
            self._close[node, around] = close if node in close else [node, *close]
        return sorted(household for one in self._close[node, around] for household in self._at.get(one, ()))

    def _find_node(self, household: int) -> int:
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
        if self.parts.book.state_of(household) == HouseholdState.TRAPPED:
            return IN_DANGER
        weak = households.elderly[household] + households.children[household] + households.assisted[household]
        return (
            SPECIAL
            if weak > 0 or int(households.group[household]) not in (Group.NONE, Group.WORKER)
            else WAITING
        )

    def place(self, household: int) -> Where:
        """Return where a household is, as its events say it."""
        book = self.parts.book
        return Where(Kind(int(book.place_kind[household])), int(book.place[household]))

    def _look(self, household: int) -> None:
        is_in = int(self.parts.book.state[household]) in STATES and not self.is_carried(household)
        if is_in:
            self._stand(household, self._find_node(household))
        if is_in and household not in self.since:
            self.since[household] = self.parts.now
            self.people += int(self.parts.households.people[household])
            for hook in self.at_begun:
                hook(household)
        elif not is_in and self.since.pop(household, None) is not None:
            self.people -= int(self.parts.households.people[household])
            self._stand(household, None)
            for hook in self.at_over:
                hook(household)

    def _stand(self, household: int, node: int | None) -> None:
        """Keep where a household in need is; None for one that is in need no longer."""
        before = self._node.pop(household, None)
        if before is not None:
            self._at[before].remove(household)
            if not self._at[before]:
                del self._at[before]
        if node is not None:
            self._node[household] = node
            self._at.setdefault(node, set()).add(household)

    def is_carried(self, household: int) -> bool:
        """Return whether a craft of rescue has a household aboard."""
        if self.parts.book.kind_of_place(household) != Kind.VEHICLE:
            return False
        return bool(self.transfer.carried_by_craft(np.array([household]))[0])
