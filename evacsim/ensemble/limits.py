"""What a study judges: indicators, what each must be in a run, and how often that must be so."""

from collections.abc import Mapping
from typing import NamedTuple

from evacsim.analysis.entry import Entry
from evacsim.analysis.failures import LIMITED
from evacsim.analysis.registry import REGISTRY
from evacsim.errors import Issue, ScenarioError
from evacsim.language import Text
from evacsim.scenario.nearest import suggestion
from evacsim.scenario.study import StudyDesign

ENTRIES: Mapping[str, Entry] = {entry.id: entry for entry in REGISTRY}


class Judged(NamedTuple):
    """A limit with all that is to be said of it."""

    entry: Entry
    is_floor: bool
    """Whether the indicator must be `bound` or more; else `bound` or less."""
    bound: float
    target: float
    """Probability with which the limit is to be kept."""

    def is_kept(self, value: float) -> bool:
        """Tell whether a run whose indicator is `value` keeps the limit."""
        return value >= self.bound if self.is_floor else value <= self.bound


def limits_of(design: StudyDesign) -> list[Judged]:
    """Return the limits that a design names, or all that indicators have of themselves.

    Raises
    ------
    ScenarioError
        If an indicator is not known.
    """
    if design.limits is None:
        # Everybody out, every call answered: a share is to be one; nobody late, nobody dead: a number is to be none.
        own = [ENTRIES[name] for name in LIMITED]
        return [
            Judged(entry, entry.better == "more", float(entry.better == "more"), design.target)
            for entry in own
        ]
    issues = [
        Issue("study", Text("is no indicator", "不是指标"), suggestion(limit.indicator, ENTRIES),
              f"limits[{number}].indicator", value=limit.indicator)
        for number, limit in enumerate(design.limits) if limit.indicator not in ENTRIES
    ]  # fmt: skip
    if issues:
        raise ScenarioError("study", issues)
    return [
        Judged(
            ENTRIES[limit.indicator],
            limit.at_least is not None,
            float(limit.at_least if limit.at_least is not None else limit.at_most or 0.0),
            limit.target or design.target,
        )
        for limit in design.limits
    ]
