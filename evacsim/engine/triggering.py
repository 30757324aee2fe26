"""What sets off a decision: a trigger of a row of the plan, or a rule of the plan that is met (触发).

Both are watched on what is known (`engine.observing`). A row's own trigger is the rule that it
alone waits for, and has no event of its own; a rule that is met sets off the rows, the response
levels and the automatic stops that name it. Of all that sets off a row the first counts.
"""

from collections import defaultdict
from collections.abc import Mapping
from functools import partial
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evacsim.clock import seconds_after
from evacsim.engine.command import Command
from evacsim.engine.log import NOWHERE, Kind, Where
from evacsim.engine.measures import Measures
from evacsim.engine.observing import Condition, Observing
from evacsim.engine.parts import Mode, Parts
from evacsim.engine.recorded import Recorded
from evacsim.engine.responding import Responding
from evacsim.scenario.plan import ZoneTransfer
from evacsim.terms import LEVELS
from evacsim.world.spells import Spell


class Trigger(NamedTuple):
    """What sets off the decision on a row of the plan, and when it is known."""

    condition: Condition
    spell: Spell

    @property
    def name(self) -> tuple[str, str, str]:
        """Return what tells this trigger from others: the gauge and its stage, or the moment."""
        kind = "moment_reached" if self.condition.kind == "moment" else "stage_reached"
        return kind, str(self.condition.subject.row), repr(self.condition.size)


class Triggering(Recorded):
    """All triggers and rules of the plan; zones with one trigger and one office are taken in together."""

    def __init__(
        self, parts: Parts, command: Command, observing: Observing, responding: Responding, measures: Measures
    ) -> None:
        self.parts = parts
        self.command = command
        self.observing = observing
        self.responding = responding
        self.measures = measures
        self.triggered: Final = responding.triggered
        """When each zone's trigger fired [s]."""
        self.trigger_event: Final = responding.trigger_event
        """Event that fired each zone's trigger."""
        when = parts.world.scenario.plan.when
        self.rules: Final = sorted(when.rules, key=lambda rule: rule.id)
        self.conditions: Final = [observing.condition(rule) for rule in self.rules]
        self.breakers: Final = sorted(when.breakers, key=lambda breaker: breaker.id)
        self._met = np.full(len(self.rules), np.nan)
        """When each rule was first met [s]."""
        self._reached: set[int] = set()
        """Rules whose response level is reached now."""
        parts.at_level.append(self._reach_level)

    def schedule(self) -> None:
        """Call for every trigger that fires, and every rule that is met, within the scenario."""
        together: dict[tuple[Trigger, int], list[int]] = defaultdict(list)
        for zone, transfer in enumerate(self.parts.world.transfers):
            trigger = self._first_trigger(transfer) if transfer is not None else None
            if trigger is not None:
                together[trigger, self.command.office_of(zone)].append(zone)
        for (trigger, office), zones in together.items():
            self.observing.announce(trigger.condition, trigger.spell)
            self.parts.clock.call_at(trigger.spell.begins, partial(self._fire, trigger, office, zones))
        for rule, condition in enumerate(self.conditions):
            if self._is_awaited(rule):
                self.observing.watch(
                    condition, partial(self.met, rule), partial(self.responding.is_over, self.rules[rule].id)
                )

    def met(self, rule: int, value: float, cause: int) -> None:
        """Let a rule (row) be met now by an event; `value` is what met it."""
        parts, model, condition = self.parts, self.rules[rule], self.conditions[rule]
        rows = self._waiting_rows(model.id)
        place = Where(Kind.ZONE, rows[0]) if len(rows) == 1 else NOWHERE
        event = parts.log.record(
            parts.now, "rule_met", Where(Kind.RULE, rule), place=place, value=value, cause=cause
        )
        if np.isnan(self._met[rule]):
            self._met[rule] = parts.now
        for breaker, one in enumerate(self.breakers):
            if model.id in one.rules:
                self._trip(breaker, event, value)
        self.responding.holds(model.id, event)
        # What cannot be judged leaves no time to confer: people go at once.
        at_once = condition.kind == "danger" and condition.waits
        by_office: dict[int, list[int]] = defaultdict(list)
        for zone in rows:
            by_office[self.command.office_of(zone)].append(zone)
        for office, zones in by_office.items():
            self._take_in(office, zones, event, ("rule", model.id), at_once=at_once)

    def ledger(self) -> Mapping[str, NDArray[Any]]:
        """Return when the trigger of each household's zone fired."""
        triggered = self.triggered[self.parts.households.zone]
        return {"triggered_s": np.where(self.parts.mode != Mode.NONE, triggered, np.nan)}

    def names(self) -> Mapping[Kind, NDArray[Any]]:
        """Return the ids of rules and automatic stops, in that order."""
        ids = [rule.id for rule in self.rules] + [breaker.id for breaker in self.breakers]
        return {Kind.RULE: np.array(ids, dtype=object)}

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Return what became of the rules and of the danger signs."""
        rows = []
        for rule, (model, condition) in enumerate(zip(self.rules, self.conditions, strict=True)):
            true = self.observing.true_time(condition)
            spells = self.observing.spells(condition)
            known = spells[0].begins if spells and spells[0].begins <= self.parts.now else np.nan
            if condition.kind == "level":
                true = known = self._met[rule]
            is_false = bool(np.isnan(true) and not np.isnan(self._met[rule]))
            rows.append((model.id, model.kind, true, known, self._met[rule], is_false))
        columns = ["rule", "kind", "true_s", "reported_s", "met_s", "is_false"]
        return {
            "rules": pd.DataFrame(rows, columns=columns),
            "dangers": self.observing.danger_table(self.responding.ordered),
        }

    def _first_trigger(self, transfer: ZoneTransfer) -> Trigger | None:
        start, found = self.parts.world.scenario.start, []
        if transfer.trigger_at is not None:
            time = max(0.0, seconds_after(start, transfer.trigger_at))
            found.append(Condition("moment", Where(Kind.DISTRICT, 0), time))
        if transfer.trigger_gauge is not None and transfer.trigger_stage is not None:
            gauge = self.observing.gauge(transfer.trigger_gauge)
            found.append(Condition("stage", gauge, transfer.trigger_stage))
        spells = [(condition, self.observing.spells(condition)) for condition in found]
        known = [Trigger(condition, holds[0]) for condition, holds in spells if holds]
        return min(known, key=lambda trigger: trigger.spell.begins, default=None)

    def _fire(self, trigger: Trigger, office: int, zones: list[int]) -> None:
        waiting = [zone for zone in zones if np.isnan(self.triggered[zone])]
        if waiting:
            cause = self.observing.tell(trigger.condition, trigger.spell)
            self._take_in(office, waiting, cause, trigger.name)

    def _take_in(
        self, office: int, zones: list[int], cause: int, name: tuple[str, ...], *, at_once: bool = False
    ) -> None:
        self.triggered[zones] = self.parts.now
        self.trigger_event[zones] = cause
        if at_once:
            self.responding.order(office, zones, cause)
        else:
            self.responding.take_in(office, zones, cause, name)

    def _trip(self, breaker: int, cause: int, value: float) -> None:
        """Bring about the measures of an automatic stop at once."""
        parts, model = self.parts, self.breakers[breaker]
        subject = Where(Kind.RULE, len(self.rules) + breaker)
        event = parts.log.record(parts.now, "breaker_tripped", subject, value=value, cause=cause)
        office = self.command.row(parts.world.scenario.plan.when.decided_by)
        for measure in model.measures:
            self.measures.order(measure, office, 0, event)

    def _reach_level(self, _office: int, level: int, cause: int) -> None:
        """Meet the rules that wait for a response level when it is reached or passed, until it is over."""
        for rule, model in enumerate(self.rules):
            if model.level is None:
                continue
            is_reached = 0 < level <= LEVELS[model.level]
            if is_reached and rule not in self._reached:
                self._reached.add(rule)
                self.met(rule, np.nan, cause)
            elif not is_reached and rule in self._reached:
                self._reached.discard(rule)
                self.responding.is_over(model.id)

    def _waiting_rows(self, rule: str) -> list[int]:
        """Return the zones whose row of the plan names a rule, and that nothing has set off yet."""
        return [
            zone
            for zone, transfer in enumerate(self.parts.world.transfers)
            if transfer is not None and rule in transfer.rules and np.isnan(self.triggered[zone])
        ]

    def _is_awaited(self, rule: int) -> bool:
        id_ = self.rules[rule].id
        return (
            any(id_ in level.rules for level in self.parts.world.scenario.plan.when.levels)
            or any(id_ in breaker.rules for breaker in self.breakers)
            or any(transfer is not None and id_ in transfer.rules for transfer in self.parts.world.transfers)
        )
