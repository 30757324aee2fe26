"""From the trigger to the order: who decides, when, and whom the order reaches when.

For each zone of the plan: the trigger fires (a stage is reached, a moment comes) - the office
decides - each household is told - each gets ready. Zones with one trigger and one office are
decided together.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evacsim.clock import seconds_after
from evacsim.engine.gathering import Gathering
from evacsim.engine.log import ROOT, Kind, Where
from evacsim.engine.messages import Order
from evacsim.engine.parts import Mode, Parts
from evacsim.engine.recorded import Recorded
from evacsim.engine.transfer import Transfer
from evacsim.engine.transport import Transport
from evacsim.scenario.plan import ZoneTransfer
from evacsim.world.laws import quantiles


@dataclass(frozen=True, slots=True)
class Trigger:
    """What sets off the decision on a zone, and when [s]."""

    time: float
    kind: str
    subject: Where
    value: float

    @property
    def name(self) -> tuple[str, str, str]:
        """Return what tells this trigger from others: the gauge and its stage, or the moment."""
        what = repr(self.time) if self.kind == "moment_reached" else repr(self.value)
        return self.kind, str(self.subject.row), what


class Command(Recorded):
    """The offices that decide on transfers.

    No tree of offices is described yet: each office that decides is one of its own, and what is
    issued to an office is received at once.
    """

    def __init__(self, parts: Parts, gathering: Gathering, transfer: Transfer, transport: Transport) -> None:
        self.parts = parts
        self.gathering = gathering
        self.transfer = transfer
        self.transport = transport
        world = parts.world
        n = world.zones.n
        self.triggered = np.full(n, np.nan)
        """When each zone's trigger fired [s]."""
        self.ordered = np.full(n, np.nan)
        """When each zone was ordered to go [s]."""
        self.trigger_event = np.full(n, ROOT, dtype=np.int64)
        """Event that fired each zone's trigger."""
        decided_by = [self._decided_by(transfer) for transfer in world.transfers if transfer is not None]
        self.offices = sorted(set(decided_by))
        """Names of the offices; one row each."""
        self._gauge_row = {gauge: row for row, gauge in enumerate(world.gauges)}
        self._pickup_row = {pickup: row for row, pickup in enumerate(world.pickup_points.ids)}
        self._fleet_row = {fleet: row for row, fleet in enumerate(world.fleets.ids)}

    def schedule(self) -> None:
        """Call for every trigger that fires within the scenario."""
        together: dict[tuple[Trigger, str], list[int]] = defaultdict(list)
        for zone, transfer in enumerate(self.parts.world.transfers):
            trigger = self._first_trigger(transfer) if transfer is not None else None
            if transfer is not None and trigger is not None:
                together[trigger, self._decided_by(transfer)].append(zone)
        for (trigger, office), zones in together.items():
            self.parts.clock.call_at(trigger.time, partial(self._fire, trigger, office, zones))

    def office_of(self, zone: int) -> int:
        """Return the row of the office that decides on a zone of the plan."""
        return self.offices.index(self._decided_by(self._transfer(zone)))

    def issue(self, office: int, order: Order) -> None:
        """Let an order reach an office, and through it whoever waits for orders."""
        for hook in self.parts.at_order_received:
            hook(office, order, order.cause)

    def names(self) -> Mapping[Kind, NDArray[Any]]:
        """Return the names of the offices."""
        return {Kind.OFFICE: np.array(self.offices, dtype=object)}

    def ledger(self) -> Mapping[str, NDArray[Any]]:
        """Return when the trigger of each household's zone fired, and when it was ordered to go."""
        is_moved = self.parts.mode != Mode.NONE
        zone = self.parts.households.zone
        return {
            "triggered_s": np.where(is_moved, self.triggered[zone], np.nan),
            "ordered_s": np.where(is_moved, self.ordered[zone], np.nan),
        }

    def _decided_by(self, transfer: ZoneTransfer) -> str:
        return transfer.decided_by or self.parts.world.scenario.plan.when.decided_by

    def _first_trigger(self, transfer: ZoneTransfer) -> Trigger | None:
        scenario, found = self.parts.world.scenario, []
        if transfer.trigger_at is not None:
            time = max(0.0, seconds_after(scenario.start, transfer.trigger_at))
            found.append(Trigger(time, "moment_reached", Where(Kind.DISTRICT, 0), np.inf))
        if transfer.trigger_gauge is not None and transfer.trigger_stage is not None:
            gauge = self.parts.world.gauges[transfer.trigger_gauge]
            time = max(0.0, gauge.first_reaching(transfer.trigger_stage))
            row = self._gauge_row[transfer.trigger_gauge]
            found.append(Trigger(time, "stage_reached", Where(Kind.GAUGE, row), transfer.trigger_stage))
        first = min(found, key=lambda trigger: trigger.time)
        return first if first.time <= scenario.duration else None

    def _fire(self, trigger: Trigger, office: str, zones: list[int]) -> None:
        parts = self.parts
        value = np.nan if np.isinf(trigger.value) else trigger.value
        cause = parts.log.record(parts.now, trigger.kind, trigger.subject, value=value, cause=ROOT)
        self.triggered[zones] = parts.now
        self.trigger_event[zones] = cause
        luck = parts.streams.get("decision", office, *trigger.name).random(1)
        delay = float(quantiles(parts.world.scenario.plan.when.decision_time, luck)[0])
        parts.clock.call_at(parts.now + delay, partial(self._order, zones, cause))

    def _order(self, zones: list[int], cause: int) -> None:
        orders = {}
        for zone in zones:
            place = Where(Kind.ZONE, zone)
            people = self.parts.world.zones.models[zone].population
            orders[zone] = self.parts.log.record(
                self.parts.now, "decided", place, place=place, value=people, cause=cause
            )
            self.ordered[zone] = self.parts.now
        # First every zone's people are reckoned with, then the buses are called: who plans
        # rounds beforehand must know them all.
        for zone, order in orders.items():
            self._send_word(zone, order)
        for zone, order in orders.items():
            self._call_buses(zone, order)

    def _send_word(self, zone: int, order: int) -> None:
        """Let the order of a zone reach its households one by one."""
        parts, households = self.parts, self.parts.households
        plan, transfer = parts.world.scenario.plan, self._transfer(zone)
        rows = np.flatnonzero((households.zone == zone) & (parts.mode != Mode.NONE))
        told = parts.now + quantiles(
            transfer.relay_time or plan.organize.relay_time, households.relay_luck[rows]
        )
        ready = told + quantiles(
            transfer.preparation or plan.organize.preparation, households.preparation_luck[rows]
        )
        compliance = plan.who.compliance if transfer.compliance is None else transfer.compliance
        complies = households.compliance_luck[rows] < compliance
        by_bus = rows[parts.mode[rows] == Mode.BUS]
        if by_bus.size and transfer.pickup_point is not None:
            self.gathering.expect(by_bus.tolist(), self._pickup_row[transfer.pickup_point])
        for k, household in enumerate(rows.tolist()):
            tell = partial(
                self.transfer.tell, household, order, ready_at=float(ready[k]), complies=bool(complies[k])
            )
            parts.clock.call_at(float(told[k]), tell)

    def _call_buses(self, zone: int, order: int) -> None:
        transfer = self._transfer(zone)
        goes_by_bus = (self.parts.households.zone == zone) & (self.parts.mode == Mode.BUS)
        if transfer.fleet is not None and goes_by_bus.any():
            self.transport.call_up(self._fleet_row[transfer.fleet], order)

    def _transfer(self, zone: int) -> ZoneTransfer:
        transfer = self.parts.world.transfers[zone]
        assert transfer is not None, "only zones of the plan are ordered to go"
        return transfer
