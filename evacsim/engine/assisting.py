"""Help from outside: asked for, granted or refused, on its way (请求支援、跨区域联动)."""

from functools import partial

import numpy as np

from evacsim.engine.command import Command
from evacsim.engine.liaising import Liaising
from evacsim.engine.log import Kind, Where
from evacsim.engine.messages import Order
from evacsim.engine.parts import Mode, Parts
from evacsim.engine.transport import Transport
from evacsim.scenario.command import Assistance
from evacsim.world.laws import quantiles


class Assisting:
    """The requests for fleets that come from outside (`Fleet.external`), one for each.

    Who orders people to go asks for a fleet that the plan names for their zone, and, as soon as a
    fleet of buses would need more than `Assistance.rounds` rounds for all who have been ordered so
    far, for those fleets that no zone names: they fetch people wherever that fleet does. Who calls
    up a fleet otherwise (a measure, people in need of boats) has headquarters ask. The answer takes
    `approval`; where it is yes, the fleet drives off after `mobilization`, and officers of the
    district meet it (`liaising`), unless the team that crews it is met.
    """

    def __init__(self, parts: Parts, command: Command, transport: Transport, liaising: Liaising) -> None:
        self.parts = parts
        self.transport = transport
        self.liaising = liaising
        plan = parts.world.scenario.plan
        self._rules: Assistance | None = plan.organize.assistance
        self._headquarters = command.row(plan.when.decided_by)
        self._from_outside = {force.id for force in parts.world.forces.models if force.external}
        self._row = {id_: row for row, id_ in enumerate(parts.world.fleets.ids)}
        self._asked: set[int] = set()
        self._to_fetch = np.zeros(len(self._row), dtype=np.int64)
        """People whom each fleet is to fetch, of those ordered so far."""
        if self._rules is not None:
            parts.at_order_received.append(self._consider)
            transport.calling_up.at_wanted.append(
                lambda fleet, cause: self._ask(fleet, self._headquarters, cause)
            )

    def _consider(self, office: int, order: Order) -> None:
        """Ask for the help that an order needs, when it goes out from an office (row)."""
        if office != order.from_office or order.message.kind != "order":
            return
        assert self._rules is not None
        parts, fleets = self.parts, self.transport.fleets
        for zone, cause in zip(order.message.zones, order.causes, strict=True):
            named = parts.world.transfer(zone).fleet
            mine = parts.households.of_zone(zone)
            by_bus = parts.mode[mine] == Mode.BUS
            if named is None or not by_bus.any():
                continue
            fleet = self._row[named]
            if fleets[fleet].external:
                self._ask(fleet, office, cause)
                continue
            self._to_fetch[fleet] += parts.households.people[mine][by_bus].sum()
            if self._to_fetch[fleet] > self._rules.rounds * fleets[fleet].vehicles * fleets[fleet].seats:
                for helper, helped in self.transport.tasks.helped.items():
                    if fleet in helped:
                        self._ask(helper, office, cause)

    def _ask(self, fleet: int, office: int, cause: int) -> None:
        """Let an office ask for a fleet; a second time changes nothing."""
        if fleet in self._asked:
            return
        assert self._rules is not None
        self._asked.add(fleet)
        luck = self.parts.streams.get("assistance", self.parts.world.fleets.ids[fleet]).random(3)
        asked = self._record("assistance_asked", office, fleet, cause)
        takes = float(quantiles(self._rules.approval, luck[1:2])[0])
        mobilization = float(quantiles(self._rules.mobilization, luck[2:])[0])
        is_granted = bool(luck[0] < self._rules.granted)
        self.parts.clock.call_at(
            self.parts.now + takes,
            partial(self._answer, fleet, office, asked, mobilization, is_granted=is_granted),
        )

    def _answer(self, fleet: int, office: int, asked: int, mobilization: float, *, is_granted: bool) -> None:
        kind = "assistance_granted" if is_granted else "assistance_refused"
        answer = self._record(kind, office, fleet, asked)
        if is_granted:
            self.parts.clock.call_at(
                self.parts.now + mobilization, partial(self._arrive, fleet, office, answer)
            )

    def _arrive(self, fleet: int, office: int, granted: int) -> None:
        arrived = self._record("assistance_arrived", office, fleet, granted)
        if self.transport.fleets[fleet].force in self._from_outside:
            self.transport.lend(fleet, arrived)
        else:
            where = Where(Kind.DEPOT, fleet)
            self.liaising.meet(where, arrived, lambda event, _: self.transport.lend(fleet, event))

    def _record(self, kind: str, office: int, fleet: int, cause: int) -> int:
        return self.parts.log.record(
            self.parts.now,
            kind,
            Where(Kind.OFFICE, office),
            place=Where(Kind.DEPOT, fleet),
            value=float(self.transport.fleets[fleet].vehicles),
            cause=cause,
        )
