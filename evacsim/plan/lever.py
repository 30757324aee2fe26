"""One thing that could be done to a plan: what it changes, what it costs, what else it may bring about."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from evacsim.errors import ScenarioError
from evacsim.language import Text
from evacsim.scenario.changing import STEP
from evacsim.scenario.model import Scenario
from evacsim.scenario.section import DurationLaw, Mark
from evacsim.world.building import build_world
from evacsim.world.columns import World
from evacsim.world.laws import quantiles

NOTHING_KNOWN = Text("none known", "未见明显副作用")

Frequencies = Mapping[str, Mapping[float, float]]
"""How many times a year each gauge reaches a stage [m], by gauge and stage; from the record of the gauge."""


class Cost(NamedTuple):
    """What one unit of a lever costs, for ranking only."""

    amount: float
    """In 10 000 yuan a year (万元/年)."""
    per: Text
    """What one unit is."""
    mark: Mark | None = "assumed"
    """How sure it is; None where the user has said it."""


class Proposal(NamedTuple):
    """What a lever does to one scenario."""

    changes: Mapping[str, object]
    """New values by path, as `Scenario.change` takes them."""
    units: float
    """How many units of its cost that is."""
    detail: Text
    """What changes, in numbers."""
    side: Text = NOTHING_KNOWN
    """What else it may bring about."""


class Situation:
    """A scenario as levers see it, with its world where they need it, and what is known of its gauges."""

    def __init__(self, scenario: Scenario, frequencies: Frequencies | None = None) -> None:
        self.scenario = scenario
        self.frequencies: Frequencies = frequencies or {}

    @cached_property
    def world(self) -> World:
        """The world of the scenario, built when first asked for."""
        return build_world(self.scenario)


@dataclass(frozen=True)
class Lever:
    """One thing that could be done (措施)."""

    id: str
    name: Text
    cost: Cost
    propose: Callable[[Situation], Proposal | Text]
    """Returns what it changes, or why it does not apply."""

    def on(self, situation: Situation) -> Proposal | Text:
        """Return what it changes in a scenario, or why it cannot: the change itself is tried, too."""
        found = self.propose(situation)
        if isinstance(found, Text):
            return found
        return why_not(situation.scenario, found.changes) or found


def why_not(scenario: Scenario, changes: Mapping[str, object]) -> Text | None:
    """Return why a scenario would not hold with some changes; None where it would."""
    try:
        scenario.change(changes)
    except ScenarioError as error:
        issue = error.issues[0]
        return Text(f"the plan would not hold: {issue.rule.en}", f"改动后预案不成立：{issue.rule.zh}")
    return None


def meet(path: str, other: str) -> bool:
    """Return whether two paths of changes lead to one value, or one into the other, or perhaps do.

    >>> meet("plan.zones[*].deadline", "plan.zones[west].deadline"), meet("plan.controls", "plan.controls[0].at")
    (True, True)
    >>> meet("district.fleets[a].vehicles", "district.fleets[b].vehicles")
    False
    """
    for one, two in zip(STEP.findall(path), STEP.findall(other), strict=False):
        if one[0] != two[0]:
            return False
        chosen = {one[1], two[1]} - {""}
        if len(chosen) == 2 and not any("*" in id_ or id_.isdigit() for id_ in chosen):
            return False
    return True


def typical(law: DurationLaw) -> float:
    """Return the median of a law of duration [s]."""
    return float(quantiles(law, np.array([0.5]))[0])


def moment(seconds: float) -> str:
    """Return a moment as a scenario holds it; none lies before its start.

    >>> moment(5400.0), moment(-60.0)
    ('T+5400 s', 'T+0 s')
    """
    return f"T+{max(seconds, 0.0):.12g} s"


def more_alarms(
    stages: Sequence[tuple[str, float, float]], frequencies: Frequencies, *, has_moments: bool = False
) -> Text:
    """Return how many more alarms a year come when stages are lowered, or why that is not known.

    Parameters
    ----------
    stages : sequence of (str, float, float)
        Gauge, stage before, stage after [m].
    frequencies : mapping
        What the records of the gauges say.
    has_moments : bool
        Whether triggers at a moment are moved, too.

    Notes
    -----
    Between two stages of the record the logarithm of the frequency goes straight; beyond them nothing is said.

    >>> more_alarms([("bridge", 2.0, 1.5)], {"bridge": {1.0: 4.0, 2.0: 1.0}}).en
    'bridge: 1.0 more alarms a year (1.0 to 2.0)'
    """
    if not stages:
        return Text(
            "more alarms: not known, the trigger is a moment and no gauge",
            "误报增加次数：未知（触发条件为时刻，没有水位站）",
        )
    said = []
    for gauge in sorted({name for name, _, _ in stages}):
        rises = [
            (_frequency(frequencies.get(gauge, {}), before), _frequency(frequencies.get(gauge, {}), after))
            for name, before, after in stages
            if name == gauge
        ]
        # Each flood is one alarm however many rows of the plan it triggers: the widest gap counts.
        before, after = max(
            rises, key=lambda pair: math.inf if math.isnan(pair[1] - pair[0]) else pair[1] - pair[0]
        )
        if math.isnan(after - before):
            said.append(
                Text(
                    f"{gauge}: more alarms not known, no record says how often it reaches these stages",
                    f"{gauge}：误报增加次数未知（没有该站各水位出现频次资料）",
                )
            )
        else:
            said.append(
                Text(
                    f"{gauge}: {after - before:.1f} more alarms a year ({before:.1f} to {after:.1f})",
                    f"{gauge}：每年多触发 {after - before:.1f} 次（{before:.1f} 次增至 {after:.1f} 次）",
                )
            )
    if has_moments:
        said.append(Text("triggers at a moment: not known", "按时刻触发的：未知"))
    return Text("; ".join(text.en for text in said), "；".join(text.zh for text in said))


def _frequency(record: Mapping[float, float], stage: float) -> float:
    known = sorted((at, often) for at, often in record.items() if often > 0)
    if not known or not known[0][0] - 1e-9 <= stage <= known[-1][0] + 1e-9:
        return math.nan
    at, often = np.array(known, dtype=np.float64).T
    return float(np.exp(np.interp(stage, at, np.log(often))))
