"""What a household makes of a message: whether it goes, and when it is ready (群众响应)."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from evacsim.engine.gathering import Gathering
from evacsim.engine.messages import Message
from evacsim.engine.parts import Mode, Parts
from evacsim.engine.recorded import Recorded
from evacsim.engine.transfer import Transfer
from evacsim.world.columns import Floats
from evacsim.world.laws import quantiles


class Reacting(Recorded):
    """All households that hear something."""

    def __init__(self, parts: Parts, gathering: Gathering, transfer: Transfer) -> None:
        self.parts = parts
        self.gathering = gathering
        self.transfer = transfer
        plan, households = parts.world.scenario.plan, parts.households
        self._preparation: Final[Floats] = np.full(households.n, np.nan)
        """How long each household of the plan takes to get ready [s]."""
        compliance = np.full(households.n, plan.who.compliance)
        for zone, transfer_row in enumerate(parts.world.transfers):
            if transfer_row is None:
                continue
            rows = np.flatnonzero((households.zone == zone) & (parts.mode != Mode.NONE))
            law = transfer_row.preparation or plan.organize.preparation
            self._preparation[rows] = quantiles(law, households.preparation_luck[rows])
            if transfer_row.compliance is not None:
                compliance[rows] = transfer_row.compliance
        self._complies = households.compliance_luck < compliance
        self._pickup_row = {pickup: row for row, pickup in enumerate(parts.world.pickup_points.ids)}

    def expect(self, rows: NDArray[np.integer]) -> None:
        """Let those who are to go by bus be reckoned with where the plan has them wait.

        Parameters
        ----------
        rows : array of int
            Households of one zone of the plan.
        """
        by_bus = rows[self.parts.mode[rows] == Mode.BUS]
        if by_bus.size:
            pickup = self.parts.world.transfer(int(self.parts.households.zone[by_bus[0]])).pickup_point
            if pickup is not None:
                self.gathering.expect(by_bus.tolist(), self._pickup_row[pickup])

    def hear(self, household: int, _message: Message, cause: int) -> None:
        """Let a household of the plan hear a message now, by an event."""
        self.transfer.tell(
            household,
            cause,
            ready_at=self.parts.now + float(self._preparation[household]),
            complies=bool(self._complies[household]),
        )
