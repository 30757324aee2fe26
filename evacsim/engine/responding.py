"""From what is known to the order: consultations, response levels, orders to the zones (会商研判、应急响应).

rule met - consultation called - convened - over - level raised, measures ordered - zones ordered.

An office confers about one agenda at a time; what comes up while it confers is decided with the
rest. Where the plan describes no consultation one law, `decision_time`, stands for it, and
decisions do not wait for each other. A response level brings about its own measures and those of
all lower levels that are not in force yet, and is lowered without a consultation as soon as no
rule of it holds and it has lasted (assumed).
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evacsim.engine.command import Command
from evacsim.engine.log import ROOT, Kind, Where
from evacsim.engine.measures import Measures
from evacsim.engine.messages import Order
from evacsim.engine.parts import Mode, Parts
from evacsim.engine.recorded import Recorded
from evacsim.scenario.rules import Consultation, LevelMeasures
from evacsim.scenario.section import DurationLaw
from evacsim.terms import LEVELS
from evacsim.world.laws import quantiles

Name = tuple[str, ...]
NO_LEVEL = 0


class Matter(NamedTuple):
    """Something that an office is to decide on."""

    zones: tuple[int, ...]
    """Zones (rows) to be ordered to go."""
    level: int
    """Response level to be raised to, 0 for none."""
    cause: int
    name: Name
    """What tells it from others: decisions on one matter take equally long in every run."""


class Responding(Recorded):
    """The decisions of all offices."""

    def __init__(self, parts: Parts, command: Command, measures: Measures) -> None:
        self.parts = parts
        self.command = command
        self.measures = measures
        n = parts.world.zones.n
        self.triggered = np.full(n, np.nan)
        """When it was first known that each zone must go [s]."""
        self.trigger_event = np.full(n, ROOT, dtype=np.int64)
        """Event by which it was known."""
        self.ordered = np.full(n, np.nan)
        """When each zone was ordered to go [s]."""
        self.level = np.zeros(command.offices.n, dtype=np.int8)
        """Response level of each office: 4 is Ⅳ, 1 is Ⅰ, 0 none."""
        self._levels = self._levels_by_office()
        self._level_event: dict[int, int] = {}
        self._raised: dict[int, float] = {}
        self._changes: list[tuple[str, float, int]] = []
        self._holding: set[str] = set()
        """Rules that hold now."""
        self._agenda: dict[int, list[Matter]] = defaultdict(list)
        """What each office that confers is conferring about."""
        self._short: dict[int, Callable[[], None]] = {}
        """Offices that wait for a quorum, and what they do then."""
        self._raising: set[tuple[int, int]] = set()
        """Offices, and levels that they are deciding to raise."""
        self._times: dict[tuple[str, ...], int] = defaultdict(int)
        measures.evacuate = self.order
        command.duty.at_staff.append(self._look_again)

    # -- what comes up ----------------------------------------------------------------------

    def take_in(self, office: int, zones: Sequence[int], cause: int, name: Name) -> None:
        """Let an office (row) decide on zones (rows) because of an event.

        Parameters
        ----------
        name : tuple of str
            What tells the trigger from others: decisions on one trigger take equally long in every run.
        """
        self._confer(office, Matter(tuple(zones), NO_LEVEL, cause, name))

    def holds(self, rule: str, cause: int) -> None:
        """Let a rule hold from now on, by an event: the offices whose levels wait for it decide on them."""
        self._holding.add(rule)
        for office, levels in self._levels.items():
            wanted = [LEVELS[level.level] for level in levels if rule in level.rules]
            if not wanted:
                continue
            highest, current = min(wanted), int(self.level[office])
            if (current == NO_LEVEL or highest < current) and (office, highest) not in self._raising:
                self._raising.add((office, highest))
                self._confer(office, Matter((), highest, cause, ("rule", rule)))

    def is_over(self, rule: str) -> None:
        """Let a rule not hold any more."""
        self._holding.discard(rule)
        for office in self._levels:
            self._review(office)

    def order(self, office: int, zones: Iterable[int], cause: int) -> None:
        """Let an office (row) order zones (rows) of the plan to go, those that it has not ordered before."""
        waiting = [zone for zone in zones if np.isnan(self.ordered[zone])]
        new = [zone for zone in waiting if np.isnan(self.triggered[zone])]
        self.triggered[new] = self.parts.now
        self.trigger_event[new] = cause
        staging = self.parts.world.scenario.plan.when.staging
        if staging is None:
            self._issue(office, waiting, cause)
            return
        if staging.order == "by_priority":
            waiting.sort(key=self._priority)
        for number, zone in enumerate(waiting):
            due = self.parts.now + number * staging.every
            self.parts.clock.call_at(due, partial(self._issue, office, [zone], cause))

    # -- conferring -------------------------------------------------------------------------

    def _confer(self, office: int, matter: Matter) -> None:
        steps = self._steps(office, matter)
        if steps is None:
            later = self._after("decide", office, matter, None)
            self.parts.clock.call_at(later, partial(self._conclude, office, [matter], matter.cause))
            return
        self._agenda[office].append(matter)
        if len(self._agenda[office]) > 1:
            return
        called = self._tell("consultation_called", office, matter, matter.cause)
        if self.command.is_tree:
            self.command.duty.call_in(office, called)
        due = self._after("convene", office, matter, steps)
        self.parts.clock.call_at(due, partial(self._convene, office, matter, steps, called))

    def _convene(self, office: int, matter: Matter, steps: Consultation, cause: int) -> None:
        """Begin a consultation as soon as the quorum is there, or whoever comes at all."""
        duty = self.command.duty
        if duty.staff(office) < steps.quorum and not duty.is_complete(office):
            self._short[office] = partial(self._convene, office, matter, steps, cause)
            return
        convened = self._tell("consultation_convened", office, matter, cause)
        due = self._after("decide", office, matter, steps)
        self.parts.clock.call_at(due, partial(self._decide, office, matter, steps, convened))

    def _look_again(self, office: int) -> None:
        """Somebody has come to an office: perhaps it can confer now."""
        begin = self._short.pop(office, None)
        if begin is not None:
            begin()

    def _decide(self, office: int, matter: Matter, steps: Consultation, cause: int) -> None:
        over = self._tell("consultation_over", office, matter, cause)
        matters, self._agenda[office] = self._agenda[office], []
        due = self._after("issue", office, matter, steps)
        self.parts.clock.call_at(due, partial(self._conclude, office, matters, over))

    def _conclude(self, office: int, matters: Sequence[Matter], cause: int) -> None:
        """Let an office do what it has decided."""
        levels = [matter.level for matter in matters if matter.level != NO_LEVEL]
        self._raising -= {(office, level) for level in levels}
        if levels:
            self._raise(office, min(levels), cause)
        zones = sorted({zone for matter in matters for zone in matter.zones})
        if zones:
            self.order(office, zones, cause)

    def _steps(self, office: int, matter: Matter) -> Consultation | None:
        usual = self.parts.world.scenario.plan.when.consultation
        own = [
            level.consultation
            for level in self._levels.get(office, ())
            if LEVELS[level.level] == matter.level and level.consultation is not None
        ]
        return own[0] if own else usual

    def _after(self, step: str, office: int, matter: Matter, steps: Consultation | None) -> float:
        """Return when a step that begins now is done [s]."""
        parts, when = self.parts, self.parts.world.scenario.plan.when
        law: DurationLaw | None = None if steps is None else getattr(steps, step)
        if law is None:
            if step != "decide":
                return parts.now
            law = when.decision_time
        name = ("decision",) if step == "decide" else ("consultation", step)
        stream = (*name, self.command.offices.ids[office], *matter.name)
        again = self._times[stream]
        self._times[stream] += 1
        luck = parts.streams.get(*stream, *([str(again)] if again else [])).random(1)
        by_night = steps is not None and parts.calendar.is_night(parts.now)
        factor = steps.night_factor if steps is not None and by_night else 1.0
        return parts.now + factor * float(quantiles(law, luck)[0])

    def _tell(self, kind: str, office: int, matter: Matter, cause: int) -> int:
        return self.parts.log.record(
            self.parts.now, kind, Where(Kind.OFFICE, office), value=float(matter.level or np.nan), cause=cause
        )

    # -- levels -----------------------------------------------------------------------------

    def _levels_by_office(self) -> dict[int, list[LevelMeasures]]:
        """Return the response levels of each office (row) that has any, the lowest first."""
        when, found = self.parts.world.scenario.plan.when, defaultdict(list)
        for level in sorted(when.levels, key=lambda level: -LEVELS[level.level]):
            found[self.command.row(level.office or when.decided_by)].append(level)
        return dict(sorted(found.items()))

    def _raise(self, office: int, level: int, cause: int) -> None:
        current = int(self.level[office])
        if current != NO_LEVEL and current <= level:
            return
        event = self._change_level(office, level, "level_raised", cause)
        self._raised[office] = self.parts.now
        for model in self._levels[office]:
            number = LEVELS[model.level]
            if number >= level and (current == NO_LEVEL or number < current):
                for measure in model.measures:
                    self.measures.order(measure, office, number, event)
        for hook in self.parts.at_level:
            hook(office, level, event)
        self._review(office)

    def _review(self, office: int) -> None:
        """Lower the level of an office if no rule of it holds any more and it has lasted; else look again then."""
        current = int(self.level[office])
        if current == NO_LEVEL:
            return
        standing = [
            LEVELS[level.level]
            for level in self._levels[office]
            if LEVELS[level.level] >= current and not self._holding.isdisjoint(level.rules)
        ]
        wanted = min(standing, default=NO_LEVEL)
        if wanted == current:
            return
        dwell = next(level.dwell for level in self._levels[office] if LEVELS[level.level] == current)
        due = self._raised[office] + dwell
        if self.parts.now < due:
            self.parts.clock.call_at(due, partial(self._review, office))
            return
        event = self._change_level(office, wanted, "level_lowered", self._level_event[office])
        kept = {
            measure
            for level in self._levels[office]
            if wanted != NO_LEVEL and LEVELS[level.level] >= wanted
            for measure in level.measures
        }
        for level in self._levels[office]:
            for measure in level.measures:
                if measure not in kept:
                    self.measures.lift(measure, event)
        for hook in self.parts.at_level:
            hook(office, wanted, event)

    def _change_level(self, office: int, level: int, kind: str, cause: int) -> int:
        event = self.parts.log.record(
            self.parts.now, kind, Where(Kind.OFFICE, office), value=float(level), cause=cause
        )
        self.level[office], self._level_event[office] = level, event
        self._changes.append((self.command.offices.ids[office], self.parts.now, level))
        return event

    # -- orders -----------------------------------------------------------------------------

    def _issue(self, office: int, zones: Sequence[int], cause: int) -> None:
        parts = self.parts
        waiting = [zone for zone in zones if np.isnan(self.ordered[zone])]
        if not waiting:
            return
        message = parts.messages.write("order", waiting, level=int(self.level[office]))
        causes = []
        for zone in message.zones:
            place, people = Where(Kind.ZONE, zone), parts.world.zones.models[zone].population
            decided = parts.log.record(parts.now, "decided", place, place=place, value=people, cause=cause)
            causes.append(decided)
            self.ordered[zone] = parts.now
        self.command.issue(office, Order(message, tuple(causes), office))

    def _priority(self, zone: int) -> tuple[bool, float, int]:
        """Return the place of a zone (row) in the order of urgency: where many cannot help themselves comes first."""
        model, population = self.parts.world.zones.models[zone], self.parts.world.scenario.district.population
        elderly = population.elderly_share if model.elderly_share is None else model.elderly_share
        assisted = population.assisted_share if model.assisted_share is None else model.assisted_share
        return model.kind not in HELPLESS, -(elderly + assisted), zone

    # -- what is left -----------------------------------------------------------------------

    def ledger(self) -> Mapping[str, NDArray[Any]]:
        """Return when each household's zone was ordered to go."""
        ordered = self.ordered[self.parts.households.zone]
        return {"ordered_s": np.where(self.parts.mode != Mode.NONE, ordered, np.nan)}

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Return the response levels over time."""
        return {"levels": pd.DataFrame(self._changes, columns=["office", "time_s", "level"])}


HELPLESS: Final = frozenset({"care_home", "hospital", "school"})
"""Kinds of zones whose people cannot leave without help."""
