"""What sets off the decision on a zone: a stage that is reached, a moment that comes (触发)."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evacsim.clock import seconds_after
from evacsim.engine.command import Command
from evacsim.engine.log import ROOT, Kind, Where
from evacsim.engine.parts import Mode, Parts
from evacsim.engine.recorded import Recorded
from evacsim.engine.responding import Responding
from evacsim.scenario.plan import ZoneTransfer


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


class Triggering(Recorded):
    """All triggers of the plan; zones with one trigger and one office are taken in together."""

    def __init__(self, parts: Parts, command: Command, responding: Responding) -> None:
        self.parts = parts
        self.command = command
        self.responding = responding
        n = parts.world.zones.n
        self.triggered = np.full(n, np.nan)
        """When each zone's trigger fired [s]."""
        self.trigger_event = np.full(n, ROOT, dtype=np.int64)
        """Event that fired each zone's trigger."""
        self._gauge_row = {gauge: row for row, gauge in enumerate(parts.world.gauges)}

    def schedule(self) -> None:
        """Call for every trigger that fires within the scenario."""
        together: dict[tuple[Trigger, int], list[int]] = defaultdict(list)
        for zone, transfer in enumerate(self.parts.world.transfers):
            trigger = self._first_trigger(transfer) if transfer is not None else None
            if trigger is not None:
                together[trigger, self.command.office_of(zone)].append(zone)
        for (trigger, office), zones in together.items():
            self.parts.clock.call_at(trigger.time, partial(self._fire, trigger, office, zones))

    def ledger(self) -> Mapping[str, NDArray[Any]]:
        """Return when the trigger of each household's zone fired."""
        triggered = self.triggered[self.parts.households.zone]
        return {"triggered_s": np.where(self.parts.mode != Mode.NONE, triggered, np.nan)}

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

    def _fire(self, trigger: Trigger, office: int, zones: list[int]) -> None:
        parts = self.parts
        value = np.nan if np.isinf(trigger.value) else trigger.value
        cause = parts.log.record(parts.now, trigger.kind, trigger.subject, value=value, cause=ROOT)
        self.triggered[zones] = parts.now
        self.trigger_event[zones] = cause
        self.responding.take_in(office, zones, cause, trigger.name)
