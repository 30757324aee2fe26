"""The plan with its orders moved: each zone ordered at a moment that is given, all else as it is.

A zone may be ordered by its own trigger, by a rule, by a response level or by an automatic stop. All of that is
replaced by one moment for each row of the plan, at which its order goes out: no consultation comes between, nothing is
staged anew, and `evacuate` measures of levels and automatic stops are taken out, since they would order zones at their
own time. What else levels and stops bring about - roads closed, shelters opened, drivers called up - stays where it is:
levels are decided on by the law and the luck that they had, except that an office which now has less to confer about
may come to it by another agenda.
"""

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from evacsim.ensemble.finding import Runs
from evacsim.ensemble.order_statistics import quantile
from evacsim.plan.lever import moment
from evacsim.results.plain import number
from evacsim.scenario.matching import matching
from evacsim.scenario.model import Scenario
from evacsim.scenario.plan import When

PEOPLE, REFUSED, IN_TIME, ORDERED = range(4)
"""What a run keeps of each zone, in this order (`ensemble.replicating.outcome`)."""


def order_moments(runs: Runs) -> dict[str, float]:
    """Return the median moment at which each zone is ordered [s]; infinite where it is not in half of the runs."""
    return {
        zone: quantile([_or_never(number(line["zones"][zone][ORDERED])) for line in runs.lines], 0.5)
        for zone in (runs.lines[0]["zones"] if runs.lines else {})
    }


def of_zone(runs: Runs, zone: str) -> NDArray[np.float64]:
    """Return people, refusers and people in time of a zone in each run; shape (n_runs, 3) [person]."""
    return np.array([line["zones"][zone][:ORDERED] for line in runs.lines], dtype=np.float64)


def row_moments(scenario: Scenario, moments: Mapping[str, float]) -> dict[str, float]:
    """Return the moment of each row of the plan [s]: the median of its zones that are ordered at all; inf for none.

    Zones of one row share its trigger, so their orders lie apart by staging and measures alone.
    """
    ids = dict.fromkeys(moments)
    return {
        row.zone: quantile([moments[zone] for zone in matching(row.zone, ids)] or [math.inf], 0.5)
        for row in scenario.plan.zones
    }


def moved(scenario: Scenario, at: float, shift: float) -> float:
    """Return a moment that is moved by `shift`, kept within the scenario [s]."""
    return min(max(at + shift, 0.0), scenario.duration - 1.0)


def ordered_at(scenario: Scenario, moments: Mapping[str, float], shift: float) -> Scenario:
    """Return the scenario whose rows are ordered at their moment and `shift` later [s], or before where it is negative.

    Rows without a moment keep their own triggers, which most often do not fire.
    """
    plan = scenario.plan
    changes: dict[str, object] = {
        "plan.when.decision_time": "0 s",
        "plan.when.consultation": None,
        "plan.when.staging": None,
    }
    for row in plan.zones:
        if math.isinf(moments[row.zone]):
            continue
        path = f"plan.zones[{row.zone}]"
        changes[f"{path}.trigger_at"] = moment(moved(scenario, moments[row.zone], shift))
        for name, nothing in (("trigger_gauge", None), ("trigger_stage", None), ("rules", [])):
            if getattr(row, name) != nothing:
                changes[f"{path}.{name}"] = nothing
    if plan.when.levels or plan.when.breakers:
        changes |= _apart_from_orders(plan.when)
    return scenario.change(changes)


def _apart_from_orders(when: When) -> dict[str, object]:
    """Return the changes by which levels and automatic stops do all they did but move people."""
    evacuating = {one.id for one in when.measures if one.action == "evacuate"}
    levels, breakers = [], []
    for level in when.levels:
        steps = level.consultation or when.consultation
        decide = (steps.decide if steps is not None else None) or when.decision_time
        given = {} if steps is None else steps.model_dump(exclude_unset=True)
        levels.append(
            {
                **level.model_dump(exclude_unset=True),
                "measures": [id_ for id_ in level.measures if id_ not in evacuating],
                "consultation": {**given, "decide": decide.model_dump()},
            }
        )
    for breaker in when.breakers:
        rest = [id_ for id_ in breaker.measures if id_ not in evacuating]
        if rest:
            breakers.append({**breaker.model_dump(exclude_unset=True), "measures": rest})
    measures = [one.model_dump(exclude_unset=True) for one in when.measures if one.id not in evacuating]
    return {"plan.when.levels": levels, "plan.when.breakers": breakers, "plan.when.measures": measures}


def _or_never(time: float) -> float:
    return math.inf if math.isnan(time) else time
