"""From the office to the public: over which channels a message reaches which household, and when (预警发布)."""

from functools import partial

import numpy as np

from evacsim.engine.command import Command
from evacsim.engine.messages import Order
from evacsim.engine.parts import Mode, Parts
from evacsim.engine.reacting import Reacting
from evacsim.engine.recorded import Recorded
from evacsim.terms import HouseholdState
from evacsim.world.laws import quantiles


class Warnings(Recorded):
    """All messages to the public.

    Where no channels are described, word reaches every household of the plan that is there and on a
    list after the plan's `relay_time`.
    """

    def __init__(self, parts: Parts, command: Command, reacting: Reacting) -> None:
        self.parts = parts
        self.command = command
        self.reacting = reacting

    def send(self, office: int, order: Order) -> None:
        """Tell the people of the zones of an order that this office (row) leads."""
        for zone, cause in zip(order.message.zones, order.causes, strict=True):
            if self.command.leads(office, zone):
                self._by_word(zone, order, cause)

    def _by_word(self, zone: int, order: Order, cause: int) -> None:
        parts, households = self.parts, self.parts.households
        is_there = parts.register.is_listed & (parts.book.state != HouseholdState.AWAY)
        rows = np.flatnonzero((households.zone == zone) & (parts.mode != Mode.NONE) & is_there)
        transfer, organize = parts.world.transfer(zone), parts.world.scenario.plan.organize
        law = transfer.relay_time or organize.relay_time
        self.reacting.expect(rows)
        told = parts.now + quantiles(law, households.relay_luck[rows])
        for household, time in zip(rows.tolist(), told.tolist(), strict=True):
            parts.clock.call_at(time, partial(self.reacting.hear, household, order.message, cause))
