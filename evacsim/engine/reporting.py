"""Reports up the tree of offices, and what headquarters believes because of them (信息报送、一张图)."""

from collections.abc import Callable, Generator, Mapping
from functools import partial
from itertools import count
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import simpy

from evacsim.engine.calling import MESSENGER
from evacsim.engine.carrying import Carrying
from evacsim.engine.command import Command
from evacsim.engine.log import Kind, Where
from evacsim.engine.messages import Order
from evacsim.engine.parts import Parts
from evacsim.engine.recorded import Recorded
from evacsim.scenario.command import Calling
from evacsim.scenario.command import Reports as Rules
from evacsim.world.offices import TOP

LEFT = "left"
"""What is reported of every zone that is ordered to go: people who have left home."""


class Report(NamedTuple):
    """One report on its way."""

    office: int
    ordinal: int
    """Number of the report among those of its office, from 1."""
    item: str
    about: Where
    """The zone, or the shelter, that it is about."""
    due: float
    sent: float
    value: float
    truth: float
    is_doubled: bool


class Reporting(Recorded):
    """All reports of a run.

    From the order on, the office that leads a zone reports every `Reports.every` how many people have
    left, if that has changed; other things are reported as they happen (`report`). A report
    goes from office to office up to the top, each hop as soon as a means of calling works at both
    ends and as long as a call rings; nobody sends a messenger with it (assumed). Where the plan describes
    its networks, it waits for their channels like a call, and what breaks off goes again. It may be lost where
    it begins; the next one makes up for it. One that comes after a later one of its zone changes
    nothing in the picture.

    Without `plan.organize.reports` whatever is reported is known at once, and nothing is written down.
    """

    def __init__(self, parts: Parts, command: Command, carrying: Carrying) -> None:
        self.parts = parts
        self.command = command
        self.carrying = carrying
        organize = parts.world.scenario.plan.organize
        self._rules: Rules | None = organize.reports if command.is_tree else None
        self._calling = organize.calling or Calling()
        self._means = {office.id: carrying.ordered(office.means) for office in organize.offices}
        n_zones = parts.world.zones.n
        self._left = np.zeros(n_zones, dtype=np.int64)
        self._told = np.zeros(n_zones, dtype=np.int64)
        self._counted_by = np.zeros(n_zones, dtype=bool)
        self._ordinal = np.zeros(command.offices.n, dtype=np.int64)
        self._believed: list[tuple[float, int, float, int]] = []
        self._written: list[tuple[Report, float, str]] = []
        self._under_way: dict[Report, None] = {}
        self._latest = np.full(n_zones, -np.inf)
        """When the last report of each zone in the picture was due."""
        if self._rules is not None:
            parts.at_departed.append(self._leave)
            parts.at_order_received.append(self._begin)

    def report(
        self,
        office: int,
        item: str,
        about: Where,
        value: float,
        truth: float,
        cause: int,
        then: Callable[[int], None] | None = None,
    ) -> None:
        """Let an office (row) report a number about a zone or a shelter now, because of an event.

        Parameters
        ----------
        value, truth : float
            What was counted, and what is true.
        then : callable, optional
            Told the event of its arrival at the top; not called where it is lost.
        """
        if self._rules is None:
            if then is not None:
                then(cause)
            return
        self._ordinal[office] += 1
        luck = self.parts.streams.get("report", self.command.offices.ids[office], int(self._ordinal[office]))
        lost, doubled = luck.random(2).tolist()
        error = float(luck.standard_normal())
        rules, now = self._rules, self.parts.now
        is_doubled = doubled < rules.double
        told = max(0.0, np.rint(value * (1 + rules.error * error))) * (2 if is_doubled else 1)
        if item == LEFT:
            listed = float(self.parts.world.zones.models[about.row].population)
            told += np.rint(rules.over_report * max(0.0, listed - told))
        report = Report(
            office, int(self._ordinal[office]), item, about, now, now, float(told), truth, is_doubled
        )
        sent = self._record("report_sent", office, about, report.value, cause)
        if lost < rules.loss:
            self._record("report_lost", office, about, report.value, sent)
            self._written.append((report, np.nan, "lost"))
            return
        self._under_way[report] = None
        self._pass_on(office, report, sent, then)

    def _pass_on(self, office: int, report: Report, cause: int, then: Callable[[int], None] | None) -> None:
        """Let a report go one office up, or try again later where no means of calling works."""
        parent = int(self.command.offices.parent[office])
        if parent == TOP:
            self._receive(office, report, cause, then)
            return
        if self.carrying.rules is not None:
            self.parts.clock.process(self._carry(office, parent, report, cause, then))
            return
        takes = self._calling.ring if self._is_reached(office, parent) else np.inf
        if np.isfinite(takes):
            self.parts.clock.call_at(
                self.parts.now + takes, partial(self._pass_on, parent, report, cause, then)
            )
        else:
            later = self.parts.now + self._calling.again_after
            self.parts.clock.call_at(later, partial(self._pass_on, office, report, cause, then))

    def _carry(
        self, office: int, parent: int, report: Report, cause: int, then: Callable[[int], None] | None
    ) -> Generator[simpy.Event, Any, None]:
        """Let a report go one office up over the networks of the plan, as often as it takes."""
        carrying, one, other = self.carrying, Where(Kind.OFFICE, office), Where(Kind.OFFICE, parent)
        name = (
            "report",
            self.command.offices.ids[report.office],
            report.ordinal,
            self.command.offices.ids[office],
        )
        others = [(means, other) for means in self._shared(office, parent)]
        for number in count(1):
            _, is_heard = yield from carrying.say(one, others, self._calling.ring, *name, number)
            if is_heard:
                self._pass_on(parent, report, cause, then)
                return
            yield self.parts.clock.timeout(self._calling.again_after)

    def _shared(self, one: int, other: int) -> list[str]:
        """Return the means of calling that two offices have, in the order in which they are tried."""
        mine, theirs = (self._means[self.command.offices.ids[office]] for office in (one, other))
        return [kind for kind in mine if kind in theirs and kind != MESSENGER]

    def _is_reached(self, one: int, other: int) -> bool:
        ends = Where(Kind.OFFICE, one), Where(Kind.OFFICE, other)
        return any(self.parts.networks.reaches(kind, *ends) for kind in self._shared(one, other))

    def _receive(self, office: int, report: Report, cause: int, then: Callable[[int], None] | None) -> None:
        received = self._record("report_received", office, report.about, report.value, cause)
        self._written.append((report, self.parts.now, "doubled" if report.is_doubled else "received"))
        del self._under_way[report]
        zone = report.about.row
        if report.item == LEFT and report.due >= self._latest[zone]:
            self._latest[zone] = report.due
            believed = (self.parts.now, zone, report.value, int(self._left[zone]))
            self._believed.append(believed)
        if then is not None:
            then(received)

    def _record(self, kind: str, office: int, about: Where, value: float, cause: int) -> int:
        return self.parts.log.record(
            self.parts.now,
            kind,
            Where(Kind.OFFICE, office),
            place=about,
            value=value,
            cause=cause,
        )

    # -- who has left ---------------------------------------------------------------------------

    def _leave(self, household: int, _now: float) -> None:
        self._left[self.parts.households.zone[household]] += self.parts.households.people[household]

    def _begin(self, office: int, order: Order) -> None:
        """Let an office count who leaves, from the order on."""
        assert self._rules is not None
        for zone, cause in zip(order.message.zones, order.causes, strict=True):
            if self.command.leads(office, zone) and not self._counted_by[zone]:
                self._counted_by[zone] = True
                due = self.parts.now + self._rules.every
                self.parts.clock.call_at(due, partial(self._tell, office, zone, cause))

    def _tell(self, office: int, zone: int, cause: int) -> None:
        assert self._rules is not None
        left = int(self._left[zone])
        if left != self._told[zone]:
            self._told[zone] = left
            self.report(office, LEFT, Where(Kind.ZONE, zone), left, left, cause)
        self.parts.clock.call_at(self.parts.now + self._rules.every, partial(self._tell, office, zone, cause))

    # -- what stays -----------------------------------------------------------------------------

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Return the reports, and what headquarters believed of each zone; none without reports."""
        if self._rules is None:
            return {}
        ids, zones = self.command.offices.ids, self.parts.world.zones.ids
        of = {Kind.ZONE: zones, Kind.SHELTER: self.parts.world.shelters.ids}
        reports = [
            {
                "office": ids[report.office],
                "to_office": ids[self.command.offices.upwards(report.office)[-1]],
                "item": report.item,
                "zone": zones[report.about.row] if report.about.kind == Kind.ZONE else "",
                "place": f"{report.about.kind.id}/{of[report.about.kind][report.about.row]}",
                "due_s": report.due,
                "sent_s": report.sent,
                "received_s": received,
                "value": report.value,
                "truth": report.truth,
                "result": result,
            }
            for report, received, result in [
                *self._written,
                *((report, np.nan, "under_way") for report in self._under_way),
            ]
        ]
        picture = [
            (time, zones[zone], believed, float(truth)) for time, zone, believed, truth in self._believed
        ]
        tables = {"picture": pd.DataFrame(picture, columns=["time_s", "zone", "believed", "truth"])}
        return tables | ({"reports": pd.DataFrame(reports)} if reports else {})
