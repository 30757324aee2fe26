"""The offices, and how an order reaches those that lead the zones it is for (指令下达)."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evacsim.engine.log import Kind
from evacsim.engine.messages import Order
from evacsim.engine.parts import Parts
from evacsim.engine.recorded import Recorded


class Command(Recorded):
    """The offices that decide on transfers, and those that carry them out.

    No tree of offices is described yet: each office that decides is one of its own and leads the
    zones it decides on, and what is issued to an office is received at once.
    """

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        when = parts.world.scenario.plan.when
        decided_by = {
            zone: transfer.decided_by or when.decided_by
            for zone, transfer in enumerate(parts.world.transfers)
            if transfer is not None
        }
        levels = {level.office or when.decided_by for level in when.levels}
        self.offices = sorted({when.decided_by, *levels, *decided_by.values()})
        """Names of the offices; one row each."""
        self._office_of = {zone: self.offices.index(name) for zone, name in decided_by.items()}

    def row(self, office: str) -> int:
        """Return the row of an office by its name."""
        return self.offices.index(office)

    def office_of(self, zone: int) -> int:
        """Return the row of the office that decides on a zone of the plan."""
        return self._office_of[zone]

    def leads(self, office: int, zone: int) -> bool:
        """Return whether an office is the last one above a zone of the plan: it tells the people."""
        return self._office_of[zone] == office

    def issue(self, office: int, order: Order) -> None:
        """Let an order reach an office, and through it whoever waits for orders."""
        for hook in self.parts.at_order_received:
            hook(office, order)

    def names(self) -> Mapping[Kind, NDArray[Any]]:
        """Return the names of the offices."""
        return {Kind.OFFICE: np.array(self.offices, dtype=object)}
