"""The design of a study of many runs (多次推演): what is not known, what must be kept, how sure one wants to be.

It stands in a file of its own, `study.yaml`. What varies by nature - who is at home, who is quick, which bus
comes - the scenario draws anew in every run. What nobody knows, but is one way or the other - how long the office
will really take to decide, how many will refuse - is drawn here, outside of that: each draw is one state of the
world, and several runs are made under each.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from evacsim.errors import Issue, RefusedValueError, ScenarioError
from evacsim.language import Text
from evacsim.scenario.expanding import Expanding
from evacsim.scenario.given import Given, Source, given_from
from evacsim.scenario.section import Identifier, Mark, Number, Patterns, Section, YesNo, assumed
from evacsim.scenario.wording import validated
from evacsim.units import Share

FILE = "study.yaml"
"""Where a study is described in the folder of a scenario."""

Chance = Annotated[Share, Field(gt=0, lt=1)]
"""A probability that is neither never nor always."""


def _refuse(rule: Text, remedy: Text) -> RefusedValueError:
    return RefusedValueError(rule, remedy)


class Between(Section):
    """Any value between two, all alike."""

    type: Literal["uniform"]
    low: Number
    """Least value, in `unit`."""
    high: Number
    """Greatest value, in `unit`."""

    @model_validator(mode="after")
    def _grows(self) -> Self:
        if self.low > self.high:
            raise _refuse(
                Text("low must not exceed high", "low 不能大于 high"),
                Text("swap low and high", "对调 low 和 high"),
            )
        return self


class Triangular(Section):
    """Between two values, the more likely the nearer to a third: what experts can say."""

    type: Literal["triangular"]
    low: Number
    """Least value, in `unit`."""
    mode: Number
    """Most likely value, in `unit`."""
    high: Number
    """Greatest value, in `unit`."""

    @model_validator(mode="after")
    def _grows(self) -> Self:
        if not self.low <= self.mode <= self.high or self.low == self.high:
            raise _refuse(
                Text("low, mode and high must grow", "low、mode、high 须依次不减"),
                Text("write them in this order; they must not all be equal", "按此顺序填写，且不能全部相等"),
            )
        return self


class Normal(Section):
    """Around a mean, cut off where the value would make no sense."""

    type: Literal["normal"]
    mean: Number
    """Mean before the cut, in `unit`."""
    sd: Number = Field(gt=0)
    """Standard deviation before the cut, in `unit`."""
    low: Number | None = None
    """Nothing below this, in `unit`; no cut if absent."""
    high: Number | None = None
    """Nothing above this, in `unit`; no cut if absent."""

    @model_validator(mode="after")
    def _holds_something(self) -> Self:
        if self.low is not None and self.high is not None and self.low >= self.high:
            raise _refuse(
                Text("low must be less than high", "low 须小于 high"),
                Text("swap low and high", "对调 low 和 high"),
            )
        return self


class Skewed(Section):
    """Mostly small, now and then much greater: the logarithm is normal."""

    type: Literal["lognormal"]
    median: Number = Field(gt=0)
    """Half of all values are below this, in `unit`."""
    sigma: Number = Field(gt=0, le=3)
    """Standard deviation of the logarithm."""


class OneOf(Section):
    """One of several values, written as the scenario would hold them."""

    type: Literal["choice"]
    values: list[Any] = Field(min_length=1)
    """The values."""
    weights: list[Annotated[Number, Field(ge=0)]] | None = None
    """How likely each is, to any sum; all alike if absent."""

    @model_validator(mode="after")
    def _are_as_many(self) -> Self:
        if self.weights is not None and (len(self.weights) != len(self.values) or not sum(self.weights)):
            raise _refuse(
                Text("each value needs one weight, not all of them 0", "每个值须有一个权重，且不能全为 0"),
                Text("write one weight for each value", "每个值写一个权重"),
            )
        return self


ValueLaw = Annotated[Between | Triangular | Normal | Skewed | OneOf, Field(discriminator="type")]
"""How likely each value is."""


class Uncertain(Section):
    """Something of the scenario that is not known, and what is thought about it (认知不确定性)."""

    id: Identifier
    """Name of its random stream: the same id meets the same luck in every study with the same seed."""
    paths: Patterns = Field(min_length=1)
    """Where it stands in the scenario, as in `--set`: `plan.zones[*].compliance`; several get the same value."""
    law: ValueLaw
    """What it may be."""
    unit: str = ""
    """Written after the number: `min`, `%`; nothing for plain numbers."""
    whole: YesNo = False
    """Whether the number is rounded to a whole one."""
    mark: Mark
    """How sure the law is."""
    source: str = Field(min_length=4)
    """The source that was read, or the reason for the assumption."""


class Limit(Section):
    """An indicator and what it must be in a run for the limit to be kept there."""

    indicator: Identifier
    """Id of the indicator (see the table of indicators)."""
    at_least: Number | None = None
    """The indicator must be this or more, in its unit."""
    at_most: Number | None = None
    """The indicator must be this or less, in its unit."""
    target: Chance | None = None
    """Probability with which the limit is to be kept; that of the study if absent."""

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if (self.at_least is None) == (self.at_most is None):
            raise _refuse(
                Text("needs either at_least or at_most", "须写 at_least 或 at_most 之一"),
                Text("write one of the two", "二者择一"),
            )
        return self


class StudyDesign(Section):
    """What a study draws, and what it judges."""

    uncertain: list[Uncertain] = Field(default_factory=list)
    """What is not known; nothing if absent: then only the luck of each run varies."""
    runs_per_draw: int | None = Field(default=None, ge=1, le=1000)
    """Runs under each draw of what is not known; 2 if absent, or 1 where nothing is unknown."""
    limits: list[Limit] | None = Field(default=None, min_length=1)
    """What is judged; all indicators that have a limit of their own if absent."""
    target: Chance = assumed(0.95, "the plan is to hold in nineteen cases of twenty")
    """Probability with which each limit is to be kept."""
    level: Chance = assumed(0.95, "usual")
    """Confidence of all intervals."""

    @model_validator(mode="after")
    def _ids_differ(self) -> Self:
        ids = [item.id for item in self.uncertain]
        if len(set(ids)) < len(ids):
            raise _refuse(
                Text("each entry of uncertain needs an id of its own", "uncertain 各项的 id 不能重复"),
                Text("rename one of them", "更改其中一个 id"),
            )
        return self

    @property
    def inner(self) -> int:
        """Runs under each draw."""
        return self.runs_per_draw or (2 if self.uncertain else 1)


def read_design(path: str | Path) -> StudyDesign:
    """Return the design in a file.

    Raises
    ------
    ScenarioError
        With everything that is wrong with it.
    """
    path = Path(path).absolute()
    expanding = Expanding(path.parent)
    if not path.is_file():
        issue = Issue(path.name, Text("no such file", "文件不存在"), Text("check the path", "检查路径"))
        raise ScenarioError(str(path), [issue])
    return _design(expanding.open(path), expanding, str(path))


def design_from(mapping: Mapping[str, object]) -> StudyDesign:
    """Return the design that a mapping describes.

    Raises
    ------
    ScenarioError
        With everything that is wrong with it.
    """
    folder = Path().absolute()
    return _design(given_from(mapping, Source("study", folder)), Expanding(folder), "study")


def _design(given: Given, expanding: Expanding, source: str) -> StudyDesign:
    root = expanding.section(given, StudyDesign)
    design, wrong = validated(StudyDesign, root)
    issues = [*expanding.issues, *wrong]
    if design is None or issues:
        raise ScenarioError(source, issues)
    return design
