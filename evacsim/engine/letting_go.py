"""Staged release (分批放行): the people of a zone may leave part by part, however soon they are ready."""

from collections.abc import Mapping
from functools import partial

import numpy as np
import pandas as pd

from evacsim.engine.command import Command
from evacsim.engine.log import ROOT, Kind, Where
from evacsim.engine.messages import Order
from evacsim.engine.parts import Mode, Parts
from evacsim.engine.recorded import Recorded
from evacsim.engine.transfer import Transfer


class LettingGo(Recorded):
    """The parts of all zones that are let go one after the other.

    The first part may leave as soon as the office that leads the zone has the order, each further
    one `release_every` later. Parts hold about the same number of people, in the order of the register.
    """

    def __init__(self, parts: Parts, command: Command, transfer: Transfer) -> None:
        self.parts = parts
        self.command = command
        households = parts.households
        self._part = np.zeros(households.n, dtype=np.int64)
        """Part of each household within its zone, from 0."""
        self._events: dict[tuple[int, int], int] = {}
        """Event by which each part of a zone was let go."""
        self._begun = np.full(parts.world.zones.n, np.nan)
        self._released: list[tuple[int, float, int]] = []
        for zone, moved in enumerate(parts.world.transfers):
            if moved is not None and moved.release_parts is not None:
                mine = households.of_zone(zone)
                rows = mine.start + np.flatnonzero(parts.mode[mine] != Mode.NONE)
                before = np.cumsum(households.people[rows]) - households.people[rows]
                total = max(1, int(households.people[rows].sum()))
                self._part[rows] = before * moved.release_parts // total
        transfer.let_go = self.release

    def take_order(self, office: int, order: Order) -> None:
        """Let the parts of the zones of an order go, one after the other, where this office leads them."""
        for zone, cause in zip(order.message.zones, order.causes, strict=True):
            moved = self.parts.world.transfer(zone)
            is_new = bool(np.isnan(self._begun[zone])) and self.command.leads(office, zone)
            if moved.release_parts is None or moved.release_every is None or not is_new:
                continue
            self._begun[zone] = self.parts.now
            for part in range(moved.release_parts):
                due = self.parts.now + part * moved.release_every
                self.parts.clock.call_at(due, partial(self._let_go, zone, part, cause))

    def release(self, household: int) -> tuple[float, int]:
        """Return from when on a household may leave [s], and the event by which, the root where nothing holds it."""
        zone, part = int(self.parts.households.zone[household]), int(self._part[household])
        moved = self.parts.world.transfers[zone]
        if moved is None or moved.release_every is None or np.isnan(self._begun[zone]):
            return -np.inf, ROOT
        return float(self._begun[zone] + part * moved.release_every), self._events.get((zone, part), ROOT)

    def _let_go(self, zone: int, part: int, cause: int) -> None:
        parts, place = self.parts, Where(Kind.ZONE, zone)
        mine = parts.households.of_zone(zone)
        is_let_go = (self._part[mine] == part) & (parts.mode[mine] != Mode.NONE)
        people = int(parts.households.people[mine][is_let_go].sum())
        self._events[zone, part] = parts.log.record(
            parts.now, "released", place, place=place, value=people, cause=cause
        )
        self._released.append((zone, parts.now, people))

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Return who was let go when; none where nobody is held."""
        ids = self.parts.world.zones.ids
        rows = [(ids[zone], time, people) for zone, time, people in self._released]
        return {"releases": pd.DataFrame(rows, columns=["zone", "time_s", "people"])} if rows else {}
