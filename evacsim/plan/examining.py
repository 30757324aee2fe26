"""预案检验 without a run: what is missing in a plan, what cannot work, and in which file and line it stands."""

import time
from dataclasses import dataclass, field, replace
from functools import reduce
from pathlib import Path

from evacsim.errors import Issue, ScenarioError
from evacsim.plan.completeness.facts import Facts
from evacsim.plan.completeness.table import applicable, completeness
from evacsim.plan.executability import checked
from evacsim.plan.executability.workings import Workings
from evacsim.plan.narrow_places import NarrowPlace, narrow_place
from evacsim.plan.scoring import Clause, Score, scores
from evacsim.plan.shortcoming import LINKS, SEVERITIES, Shortcoming
from evacsim.scenario import reading
from evacsim.scenario.finding import Finding
from evacsim.scenario.given import joined
from evacsim.scenario.model import Scenario
from evacsim.scenario.reading import Reading
from evacsim.world.building import build_world
from evacsim.world.columns import World

LAYERS = ("completeness", "executability")
"""What a plan is held against without a run."""


@dataclass(frozen=True, slots=True)
class Examination:
    """What was found of a plan."""

    scenario: str
    """Id of the scenario."""
    plan: str
    """Name of the plan."""
    shortcomings: tuple[Shortcoming, ...]
    """Everything found, with file and line: by link, blockers first, then in the order of the checks."""
    scores: tuple[Score, ...]
    """One for each link."""
    checks: tuple[str, ...]
    """Ids of the clauses of completeness that apply to the plan."""
    layers: tuple[str, ...]
    """Layers that were looked at."""
    narrow: NarrowPlace | None
    """The narrow place of its roads; None where nobody drives."""
    world: World = field(compare=False, repr=False)
    """Where it was held against, built once for whoever needs it afterwards."""
    seconds: float = field(default=0.0, compare=False)
    """Time it took [s]."""

    @property
    def is_blocked(self) -> bool:
        """Whether anything blocks the plan."""
        return any(one.severity == "blocker" for one in self.shortcomings)


def examine(given: str | Path | Scenario) -> Examination:
    """Return what is missing in the plan of a scenario, and what cannot work.

    Raises
    ------
    ScenarioError
        With everything that is wrong with the files: a plan that cannot be read cannot be judged.
    """
    begin = time.perf_counter()
    read = _read(given)
    assert read.scenario is not None
    world = build_world(read.scenario)
    facts = Facts(read.scenario, world)
    clauses = [Clause(check.id, check.link, check.severity) for check in applicable(facts)]
    workings = Workings.of(read.scenario, world)
    found = completeness(facts) + checked(workings)
    located = [_located(one, read) for one in found]
    return Examination(
        scenario=read.scenario.id,
        plan=read.scenario.plan.name,
        shortcomings=tuple(sorted(located, key=_rank)),
        scores=scores(clauses, located),
        checks=tuple(clause.id for clause in clauses),
        layers=LAYERS,
        narrow=narrow_place(workings),
        world=world,
        seconds=time.perf_counter() - begin,
    )


def _read(given: str | Path | Scenario) -> Reading:
    if isinstance(given, Scenario):
        return Reading(given, (), ())
    read = reading.read(given)
    if read.scenario is None:
        raise ScenarioError(str(given), read.issues)
    return read


def _located(found: Shortcoming, read: Reading) -> Shortcoming:
    place = read.issue_at(Finding(found.loc, found.clause, found.remedy))
    if place is None and read.scenario is not None:
        place = Issue(read.scenario.id, found.clause, found.remedy, reduce(joined, found.loc, ""))
    return replace(found, place=place)


def _rank(found: Shortcoming) -> tuple[int, int]:
    """Return by what shortcomings are sorted; those that are equal keep the order of the checks."""
    return list(LINKS).index(found.link), list(SEVERITIES).index(found.severity)
