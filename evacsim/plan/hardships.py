"""What is worse than a plan was made for (超设计情形): more water, quicker water, fewer hands, night.

Each is a change of the scenario. Sizes are assumed and say so in their names.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from evacsim.clock import seconds_after
from evacsim.language import Text
from evacsim.plan.lever import Situation, typical, why_not
from evacsim.scenario.model import Scenario
from evacsim.scenario.section import DurationLaw
from evacsim.world.building import build_world
from evacsim.world.columns import World

HIGHER = 0.5
"""How much higher the water stands [m]."""
FASTER = 1.5
"""How many times as fast it comes."""
ELSEWHERE = 0.5
"""Share of vehicles and teams that a second event ties down."""
WITHOUT_LEADER = 3600.0
"""How much longer a decision takes until a deputy is found and knows enough to take it [s]."""
DEAD_OF_NIGHT = 2.0
"""Hour of the clock at which the first order goes out."""

Changes = Mapping[str, object]


@dataclass(frozen=True)
class Hardship:
    """One thing that is worse."""

    id: str
    name: Text
    propose: Callable[[Situation], Changes | Text]
    """Returns what it changes, or why it does not apply."""

    def on(self, situation: Situation) -> Changes | Text:
        """Return what it changes in a scenario, or why it cannot: the change itself is tried, too."""
        found = self.propose(situation)
        if isinstance(found, Text):
            return found
        return why_not(situation.scenario, found) or found


def hardships(first_order: float) -> list[Hardship]:
    """Return all of them; `first_order` is when the plan orders the first zone as it is [s]."""
    return [
        Hardship("higher", Text(f"water {HIGHER:g} m higher", f"水位再高 {HIGHER:g} m"), _higher),
        Hardship("faster", Text(f"water {FASTER:g} times as fast", f"涨速 {FASTER:g} 倍"), _faster),
        Hardship(
            "double",
            Text("a second event ties down half of the vehicles and teams", "双灾并发，一半车辆和队伍被占用"),
            _second_event,
        ),
        Hardship(
            "neighbours",
            Text("the neighbours are flooded: no help comes", "邻区同时受灾，无外部支援"),
            _alone,
        ),
        Hardship(
            "leader",
            Text(
                f"the leader is absent: every decision takes {WITHOUT_LEADER / 60:g} min longer",
                f"主要负责人缺位，决策各推迟 {WITHOUT_LEADER / 60:g} 分钟",
            ),
            _without_leader,
        ),
        Hardship(
            "night",
            Text(f"the first order at {DEAD_OF_NIGHT:02.0f}:00", f"凌晨 {DEAD_OF_NIGHT:g} 时首次下令"),
            lambda situation: _by_night(situation, first_order),
        ),
    ]


def _higher(situation: Situation) -> Changes | Text:
    water = situation.scenario.hazard.water
    if water is None:
        return Text("there is no water", "没有洪水数据")
    return {"hazard.water.raised": f"{water.raised + HIGHER:g} m"}


def _faster(situation: Situation) -> Changes | Text:
    water = situation.scenario.hazard.water
    if water is None:
        return Text("there is no water", "没有洪水数据")
    return {"hazard.water.faster": water.faster * FASTER}


def _second_event(situation: Situation) -> Changes | Text:
    district = situation.scenario.district
    changes: dict[str, object] = {}
    for fleet in district.fleets:
        if not fleet.external and fleet.vehicles > 1:
            changes[f"district.fleets[{fleet.id}].vehicles"] = fleet.vehicles - int(
                fleet.vehicles * ELSEWHERE
            )
    for force in district.forces:
        if not force.external and force.members > 1:
            changes[f"district.forces[{force.id}].members"] = force.members - int(force.members * ELSEWHERE)
    return changes or Text("there is no fleet and no team to halve", "没有可减半的车队或队伍")


def _alone(situation: Situation) -> Changes | Text:
    scenario = situation.scenario
    assistance, district = scenario.plan.organize.assistance, scenario.district
    promised = any(fleet.external for fleet in district.fleets) or any(
        force.external for force in district.forces
    )
    if assistance is None or not promised or assistance.granted == 0:
        return Text("the plan counts on no help from outside", "预案未安排外部支援")
    return {"plan.organize.assistance.granted": 0}


def _without_leader(situation: Situation) -> Changes | Text:
    when = situation.scenario.plan.when
    changes: dict[str, object] = {"plan.when.decision_time": later(when.decision_time, WITHOUT_LEADER)}
    if when.consultation is not None and when.consultation.decide is not None:
        changes["plan.when.consultation.decide"] = later(when.consultation.decide, WITHOUT_LEADER)
    for number, level in enumerate(when.levels):
        steps = level.consultation
        if steps is not None and steps.decide is not None:
            changes[f"plan.when.levels[{number}].consultation.decide"] = later(steps.decide, WITHOUT_LEADER)
    return changes


def later(law: DurationLaw, seconds: float) -> dict[str, Any]:
    """Return a law of durations that are all so much longer [s].

    >>> from evacsim.scenario.section import Uniform
    >>> later(Uniform(type="uniform", low="5 min", high="10 min"), 60.0)
    {'type': 'uniform', 'low': '360 s', 'high': '660 s'}
    """
    moved = {"fixed": ("value",), "uniform": ("low", "high"), "logistic": ("midpoint",)}
    given: dict[str, Any] = law.model_dump()
    if law.type == "table":
        return {**given, "times": [f"{float(one) + seconds:.12g} s" for one in law.times]}
    if law.type == "lindell":  # it has no beginning that could be moved
        return {"type": "fixed", "value": f"{typical(law) + seconds:.12g} s"}
    for name in moved.get(law.type, ("offset",)):
        given[name] = f"{float(getattr(law, name)) + seconds:.12g} s"
    return given


def _by_night(situation: Situation, first_order: float) -> Changes | Text:
    """Return the start by which the first order goes out by night, if nothing in the files says another wall clock."""
    scenario = situation.scenario
    if not np.isfinite(first_order):
        return Text("nobody is ordered", "没有下令转移")
    ordered = scenario.start + timedelta(seconds=first_order)
    night = ordered.replace(hour=int(DEAD_OF_NIGHT), minute=0, second=0, microsecond=0)
    start = (scenario.start + (night - ordered)).replace(second=0, microsecond=0)
    changes: dict[str, object] = {
        "start": f"{start:%Y-%m-%d %H:%M}",
        "hazard.weather.light": "night",
    }
    why = why_not(scenario, changes)
    if why is not None:
        return why
    if not _comes_alike(situation.world, scenario.change(changes)):
        return Text(
            "files or moments tell the time by the wall clock and would not move along",
            "部分文件或时刻按钟点给出，不能随开始时间平移",
        )
    return changes


def _comes_alike(usual: World, moved: Scenario) -> bool:
    """Return whether water, gauges, forecasts and moments of a scenario with another start come as long after it."""
    world = build_world(moved)
    pairs = [(usual.water.times, world.water.times)]
    pairs += [(usual.gauges[id_].times, world.gauges[id_].times) for id_ in usual.gauges]
    pairs += [(usual.forecasts[id_].valid, world.forecasts[id_].valid) for id_ in usual.forecasts]
    if not all(np.array_equal(one, other) for one, other in pairs):
        return False
    shift = seconds_after(usual.scenario.start, moved.start)
    return shift == 0 or not any(_wall_clocks(moved.model_dump(exclude={"start"})))


def _wall_clocks(tree: Any) -> list[bool]:
    """Return a truth for each moment in a scenario that is told by the wall clock."""
    if isinstance(tree, dict):
        return [found for value in tree.values() for found in _wall_clocks(value)]
    if isinstance(tree, list | tuple):
        return [found for value in tree for found in _wall_clocks(value)]
    is_written = isinstance(tree, str) and len(tree) == len("2026-07-18 20:00:00")
    return [True] if isinstance(tree, datetime) or (is_written and _is_date(str(tree))) else []


def _is_date(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
