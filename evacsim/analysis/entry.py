"""One line of the registry of indicators, and lines that many have in common."""

import math
from collections.abc import Callable
from typing import NamedTuple

from evacsim.analysis import lateness
from evacsim.analysis.facts import Facts
from evacsim.language import Text


class Entry(NamedTuple):
    """One line of the registry."""

    id: str
    unit: str
    better: str
    name: Text
    note: Text
    value: Callable[[Facts], float]


def share(part: float, whole: float) -> float:
    """Return a part of a whole; nan where there is no whole."""
    return part / whole if whole else math.nan


def mean_time(stage: str) -> Entry:
    """Return the mean time of a stage of `lateness.STAGES`."""
    text = lateness.STAGES[stage]
    return Entry(
        f"mean_{stage}_time", "s", "less",
        Text(f"mean time: {text.en}", f"平均用时：{text.zh}"),
        Text("per person who had to go and came to this stage", "进入该环节的应转人员人均"),
        lambda facts: facts.stages[stage],
    )  # fmt: skip


def at_the_end(state: str, name: Text) -> Entry:
    """Return how many people are in a state (`HouseholdState.id`) at the end of the run."""
    note = Text("at the end of the run", "推演结束时")
    return Entry(state, "person", "less", name, note, lambda facts: facts.states[state])
