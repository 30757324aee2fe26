"""From the trigger to the order: an office takes in what was triggered, decides, and orders (会商研判)."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evacsim.engine.command import Command
from evacsim.engine.log import Kind, Where
from evacsim.engine.messages import Order
from evacsim.engine.parts import Mode, Parts
from evacsim.engine.recorded import Recorded
from evacsim.world.laws import quantiles


class Responding(Recorded):
    """The decisions of all offices."""

    def __init__(self, parts: Parts, command: Command) -> None:
        self.parts = parts
        self.command = command
        self.ordered = np.full(parts.world.zones.n, np.nan)
        """When each zone was ordered to go [s]."""

    def take_in(self, office: int, zones: Sequence[int], cause: int, name: tuple[str, ...]) -> None:
        """Let an office (row) decide on zones (rows) because of an event.

        Parameters
        ----------
        name : tuple of str
            What tells the trigger from others: decisions on one trigger take equally long in every run.
        """
        parts = self.parts
        luck = parts.streams.get("decision", self.command.offices[office], *name).random(1)
        delay = float(quantiles(parts.world.scenario.plan.when.decision_time, luck)[0])
        parts.clock.call_at(parts.now + delay, partial(self._order, office, zones, cause))

    def ledger(self) -> Mapping[str, NDArray[Any]]:
        """Return when each household's zone was ordered to go."""
        ordered = self.ordered[self.parts.households.zone]
        return {"ordered_s": np.where(self.parts.mode != Mode.NONE, ordered, np.nan)}

    def _order(self, office: int, zones: Sequence[int], cause: int) -> None:
        parts = self.parts
        message = parts.messages.write("order", zones)
        causes = []
        for zone in message.zones:
            place, people = Where(Kind.ZONE, zone), parts.world.zones.models[zone].population
            decided = parts.log.record(parts.now, "decided", place, place=place, value=people, cause=cause)
            causes.append(decided)
            self.ordered[zone] = parts.now
        self.command.issue(office, Order(message, tuple(causes), office))
