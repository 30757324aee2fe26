"""What the report for leaders is made from: plain rows, all of them optional.

Whatever is missing is said to be untested. `of_study` and `causes_of` make rows of what a study and a run hold;
`folders` reads them back from what the commands have written.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pandas as pd

from evacsim.analysis.lateness import CAUSES, late_households
from evacsim.ensemble.finding import ALL_LIMITS
from evacsim.ensemble.limits import ENTRIES
from evacsim.ensemble.study import Study
from evacsim.ensemble.unknowns import unknowns_of
from evacsim.ensemble.verdicts import Verdict
from evacsim.language import LANGUAGES, Language, Text, same
from evacsim.plan.narrow_places import NarrowPlace
from evacsim.plan.shortcoming import Link, Shortcoming
from evacsim.results.plain import number
from evacsim.results.record import RunRecord
from evacsim.results.wording import quantity
from evacsim.scenario.contacts import Contact
from evacsim.scenario.model import Scenario


class LimitRow(NamedTuple):
    """How often one limit is kept."""

    name: Text
    bound: Text
    """What is asked for: `≤ 8 h`."""
    target: float
    """Probability with which it is to be kept."""
    share: float
    low: float
    high: float
    """Share of the runs that keep it, and its confidence interval."""
    verdict: Verdict
    is_joint: bool = False
    """Whether it is all limits together."""


class CauseRow(NamedTuple):
    """Why people are late."""

    name: Text
    people: float
    share: float
    """Of all who are late."""


class FixRow(NamedTuple):
    """What would help, and what it costs."""

    name: Text
    effect: float
    low: float
    high: float
    """What it changes, and the confidence interval of that."""
    unit: Text
    """Of what and in what the effect is counted: "fewer people late"."""
    cost: Text
    detail: Text = same("")
    """What exactly is changed."""
    side: Text = same("")
    """What else it brings about."""


class LatestOrder(NamedTuple):
    """Until when a zone can be ordered to go and still be out in time."""

    zone: str
    latest_s: float
    """Latest safe order, after the start [s]; nan where none is early enough."""
    ordered_s: float
    """Order by the plan or the run, after the start [s]; nan where none is given."""
    is_at_least: bool = False
    """Whether the latest moment that was tried is still safe."""


class HardshipRow(NamedTuple):
    """What an indicator comes to when things are worse than the plan was made for."""

    case: Text
    indicator: str
    base: float
    value: float
    """Medians of the plan as it is and of the case, in the unit of the indicator."""
    is_worse: bool
    """Whether more draws are worse than better."""


class EffectRow(NamedTuple):
    """How much an unknown moves an indicator."""

    indicator: str
    unknown: str
    effect: float
    half: float
    """Half-width of its interval."""


class Sensitive(NamedTuple):
    """Which unknowns move which results."""

    method: str
    """`morris`: mean size of the change, in the unit of the indicator; `sobol`: total share of the variance."""
    runs: int
    effects: Sequence[EffectRow]


@dataclass(frozen=True, slots=True)
class LeadersReport:
    """Everything that the report may say; None is what was not tested."""

    scenario: Scenario
    record: RunRecord | None = None
    """One run, for the map, the timeline and what came of each zone."""
    shortcomings: Sequence[Shortcoming] | None = None
    """What the checks of the plan have found."""
    scores: Mapping[Link, float] | None = None
    """Score of each link, 0 to 100."""
    limits: Sequence[LimitRow] | None = None
    runs: int = 0
    """Runs behind the limits."""
    study_seed: int | None = None
    drawn: Mapping[str, Text] = field(default_factory=dict)
    """What the study drew as not known, in words, by its id."""
    unsaid: Sequence[Text] = ()
    """Limits of which no run says anything."""
    causes: Sequence[CauseRow] | None = None
    """Why people are late; those of the run where absent."""
    fixes: Sequence[FixRow] | None = None
    """Cheapest first."""
    outages: pd.DataFrame | None = None
    """Rows of `ensemble.outages.Outages.table`."""
    latest_orders: Sequence[LatestOrder] | None = None
    hardships: Sequence[HardshipRow] | None = None
    """What the plan is worth beyond its design."""
    breaking: Text | None = None
    """The least damage found that breaks the plan."""
    sensitive: Sensitive | None = None
    narrow: NarrowPlace | None = None
    """The narrow place of the roads, which the checks of the plan find."""
    unknowns: Sequence[Text] = ()
    """What else nobody knows."""
    contacts: Sequence[Contact] = ()
    command: str = ""
    """Repeats all of it; the one of the run where empty."""
    masked: bool = False
    """Whether names and phone numbers are covered."""
    versions: Mapping[str, str] = field(default_factory=dict)
    """Further programs and inputs with their versions or digests."""


def of_study(study: Study) -> dict[str, object]:
    """Return the fields of a report that a study fills: `replace(report, **of_study(study))`."""
    return study_fields(study.summary())


def study_fields(summary: Mapping[str, Any]) -> dict[str, object]:
    """Return the fields of a report that the summary of a study (`study.json`) fills."""
    paths = {str(item["id"]): _listed(item["paths"]) for item in summary["uncertain"]}
    return {
        "limits": [_limit(row) for row in summary["limits"]],
        "runs": int(summary["runs"]),
        "study_seed": int(summary["seed"]),
        "drawn": {id_: unknown.name for id_, unknown in unknowns_of(paths).items()},
        "unsaid": tuple(ENTRIES[name].name for name in summary["not_said"]),
    }


def _listed(paths: str | Sequence[str]) -> Sequence[str]:
    return [paths] if isinstance(paths, str) else paths


def _limit(row: Mapping[str, Any]) -> LimitRow:
    """Return the row of one limit, or of all of them together."""
    name = str(row["limit"])
    if name == ALL_LIMITS:
        label, bound = Text("all limits together", "全部限值同时满足"), same("")
    else:
        label = ENTRIES[name].name
        sign = "≥" if row["is_floor"] else "≤"
        en, zh = (_bound(number(row["bound"]), ENTRIES[name].unit, lang) for lang in LANGUAGES)
        bound = Text(f"{sign} {en}", f"{sign} {zh}")
    target, share, low, high = (number(row[key]) for key in ("target", "share", "low", "high"))
    return LimitRow(label, bound, target, share, low, high, Verdict(row["verdict"]), name == ALL_LIMITS)


def _bound(value: float, unit: str, lang: Language) -> str:
    if unit == "share":
        return f"{100 * value:g}%"
    shown = quantity(value, unit, lang)
    return f"{shown} 人" if unit == "person" and lang == "zh" else shown


def causes_of(record: RunRecord) -> list[CauseRow]:
    """Return why people of a run are late, the most first."""
    late = late_households(record)
    total = float(late["people"].sum())
    found = late.groupby("cause")["people"].sum().reset_index()
    found = found.sort_values(["people", "cause"], ascending=[False, True])
    return [
        CauseRow(CAUSES[str(cause)], float(people), float(people) / total)
        for cause, people in found.itertuples(index=False)
    ]
