"""The grain of a scenario file: sections, identifiers, moments, laws of duration, provenance.

Every default of a model parameter is made by `seen`, `recalled` or `assumed`, so that a
reader of the file, of its JSON Schema or of the report sees how sure each number is.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from itertools import pairwise
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    WithJsonSchema,
    model_validator,
)

from evacsim.clock import parse_moment, parse_wall_time
from evacsim.errors import RefusedValueError
from evacsim.language import Text
from evacsim.units import DURATION, Duration, Share

Mark = Literal["seen", "recalled", "assumed", "synthetic"]
"""How sure a figure is: read in the named source, remembered, an engineering choice, or invented for a demo."""


class Section(BaseModel):
    """A part of a scenario file: read once, checked once, never changed."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        use_attribute_docstrings=True,
        allow_inf_nan=False,
        protected_namespaces=(),
    )


def _default(value: Any, mark: Mark, source: str, **limits: Any) -> Any:
    extra: Any = {"provenance": mark, "source": source}
    if callable(value):
        return Field(default_factory=value, json_schema_extra=extra, **limits)
    return Field(default=value, json_schema_extra=extra, **limits)


def seen(value: Any, source: str, **limits: Any) -> Any:
    """Return a default that was read in `source`."""
    return _default(value, "seen", source, **limits)


def recalled(value: Any, source: str, **limits: Any) -> Any:
    """Return a default remembered from `source`, which nobody here has checked."""
    return _default(value, "recalled", source, **limits)


def assumed(value: Any, why: str, **limits: Any) -> Any:
    """Return a default that is an engineering choice of ours."""
    return _default(value, "assumed", why, **limits)


def _as_words(value: object) -> object:
    """Let the whole number 17 stand for the name "17"."""
    return str(value) if type(value) is int else value


def _as_number(value: object) -> object:
    """Keep true and false from being taken for 1 and 0."""
    if isinstance(value, bool):
        raise RefusedValueError(Text("must be a number", "须为数值"), Text("write a number", "写数值"))
    return value


YES_NO = {
    "true": True,
    "yes": True,
    "是": True,
    "1": True,
    "false": False,
    "no": False,
    "否": False,
    "0": False,
}


def _as_yes_or_no(value: object) -> bool:
    said = YES_NO.get(str(value).strip().casefold())
    if said is None:
        raise RefusedValueError(
            Text("must be true or false", "须为 true 或 false（是或否）"),
            Text("write true or false", "写 true 或 false"),
        )
    return said


def as_section(value: object) -> object:
    """Let "yes" stand for a section whose entries are all as usual, and "no" for none."""
    said = YES_NO.get(str(value).strip().casefold()) if isinstance(value, str | bool) else None
    return value if said is None else {} if said else None


def as_list(value: object) -> object:
    """Let "school-1; school-2" stand for a list of names."""
    return re.split(r"\s*[;；、|]\s*", value.strip()) if isinstance(value, str) else value


Words = Annotated[str, BeforeValidator(_as_words), WithJsonSchema({"type": ["string", "integer"]})]
"""A name that may look like a number: a road node, a zone."""

SEPARATORS = r"\s/,;:*?\"'<>|；、，：\[\]"
INVISIBLE = "\u200b-\u200f\u2060\ufeff"
PATTERN = rf"^[^{SEPARATORS}{INVISIBLE}]+$"
Identifier = Annotated[
    str,
    BeforeValidator(_as_words),
    Field(pattern=PATTERN, max_length=64),
    WithJsonSchema({"type": ["string", "integer"], "pattern": PATTERN, "maxLength": 64}),
]
"""The user's own id: any script, without blanks, slashes, brackets or separators; unique among its kind."""

Identifiers = Annotated[
    list[Identifier],
    BeforeValidator(as_list),
    WithJsonSchema(
        {"type": ["array", "string"], "items": {"type": ["string", "integer"]}, "examples": [["school-1"]]}
    ),
]
"""Ids in order, as a list or in one text: `school-1; school-2`."""

Patterns = Annotated[
    list[Words],
    BeforeValidator(as_list),
    WithJsonSchema({"type": ["array", "string"], "items": {"type": "string"}, "examples": [["J15-*"]]}),
]
"""Ids of zones or patterns with `*`, as a list or in one text: `J15-*; J09-1`."""

LinkIds = Annotated[
    list[Words],
    BeforeValidator(as_list),
    WithJsonSchema(
        {"type": ["array", "string"], "items": {"type": ["string", "integer"]}, "examples": [["bridge-1"]]}
    ),
]
"""Ids of road links, as a list or in one text: `bridge-1; bridge-2`."""

Number = Annotated[float, BeforeValidator(_as_number)]
"""A plain number."""

YesNo = Annotated[bool, BeforeValidator(_as_yes_or_no)]
"""True or false (是, 否)."""


class Names(Enum):
    """What a text names on disk; reading makes it absolute and refuses what is not there."""

    FILE = "file"
    FILE_OR_FOLDER = "file or folder"
    FILES = "files"


FilePath = Annotated[str, Names.FILE]
"""A file, relative to the file that names it."""
FileOrFolder = Annotated[str, Names.FILE_OR_FOLDER]
"""A file or a folder, relative to the file that names it."""
FilePattern = Annotated[str, Names.FILES]
"""A file, or all files of a folder that a pattern such as `water/depth_*.asc` names."""


def _write_moment(moment: float | datetime) -> str:
    """Return a moment as a file holds it; reading it again gives the same."""
    if isinstance(moment, datetime):
        return moment.isoformat(sep=" ")
    return f"T{'-' if moment < 0 else '+'}{DURATION.written(abs(moment))}"


Moment = Annotated[
    float | datetime,
    BeforeValidator(parse_moment),
    PlainSerializer(_write_moment, return_type=str),
    WithJsonSchema({"type": "string", "examples": ["T+6 h", "2026-07-18 20:00"]}),
]
"""Seconds after the scenario's start, or a wall clock time (see `evacsim.clock`)."""

WallTime = Annotated[
    datetime,
    BeforeValidator(parse_wall_time),
    PlainSerializer(_write_moment, return_type=str),
    WithJsonSchema({"type": "string", "examples": ["2026-07-18 20:00"]}),
]
"""Local wall clock time."""


class Provenance(Section):
    """Where a figure or a table of this section comes from, and how sure it is."""

    item: str
    """What the statement is about: a field, a column, a table."""
    mark: Mark
    """How sure it is."""
    source: str
    """The source that was read, or the reason for the assumption."""


class Fixed(Section):
    """Always the same time."""

    type: Literal["fixed"] = "fixed"
    value: Duration
    """The time [s]."""


class Uniform(Section):
    """Any time between two, all alike."""

    type: Literal["uniform"]
    low: Duration
    """Shortest time [s]."""
    high: Duration
    """Longest time [s]."""

    @model_validator(mode="after")
    def _grows(self) -> Self:
        if self.low > self.high:
            raise RefusedValueError(
                Text("low must not exceed high", "low 不能大于 high"),
                Text("swap low and high", "对调 low 和 high"),
            )
        return self


class Lognormal(Section):
    """Many soon, some much later: the logarithm of the time is normal."""

    type: Literal["lognormal"]
    median: Duration = Field(gt=0)
    """Time by which half have it behind them [s]."""
    sigma: Number = Field(gt=0, le=3)
    """Standard deviation of the logarithm."""
    offset: Duration = 0.0
    """Nobody is sooner than this [s]."""


class Weibull(Section):
    """Mobilisation curve F(t) = 1 - exp(-((t - offset) / scale)^shape)."""

    type: Literal["weibull"]
    scale: Duration = Field(gt=0)
    """Time after the offset by which 63 % have it behind them [s]."""
    shape: Number = Field(gt=0, le=10)
    """Below 1 a long tail, 2 is a Rayleigh law."""
    offset: Duration = 0.0
    """Nobody is sooner than this [s]."""


class Rayleigh(Section):
    """Mobilisation curve F(t) = 1 - exp(-(t - offset)^2 / (2 sigma^2))."""

    type: Literal["rayleigh"]
    sigma: Duration = Field(gt=0)
    """Most frequent time after the offset [s]."""
    offset: Duration = 0.0
    """Nobody is sooner than this [s]."""


class Gamma(Section):
    """Several waits one after the other: a gamma law, for whole shapes the sum of so many exponential times."""

    type: Literal["gamma"]
    scale: Duration = Field(gt=0)
    """Mean of one of the waits [s]."""
    shape: Number = Field(gt=0, le=100)
    """How many waits; 1 is the exponential law."""
    offset: Duration = 0.0
    """Nobody is sooner than this [s]."""


class Logistic(Section):
    """Mobilisation curve F(t) = 1 / (1 + exp(-(t - midpoint) / spread)); those it has before time 0 go at once."""

    type: Literal["logistic"]
    midpoint: Duration
    """Time by which half have it behind them [s]."""
    spread: Duration = Field(gt=0)
    """How flat the curve is: 27 % have it behind them a spread before the midpoint, 73 % a spread after it [s]."""


class Lindell(Section):
    """How long it takes to issue a warning: F(t) = 1 - exp(-a (t / 1 h)^b), all by six hours.

    Form and limits as in go-consequences, `warning/issuance.go` (seen), which calls it Lindell's; it
    rests on 70 chemical accidents (seen: LifeSim TRM-06).
    """

    type: Literal["lindell"]
    a: Number = Field(ge=0.1, le=1.8)
    """The larger, the sooner: 1 - exp(-a) have it behind them after an hour."""
    b: Number = Field(ge=0.5, le=2.1)
    """Below 1 many at once and a long tail, above 1 few at first."""


class Table(Section):
    """A mobilisation curve drawn as points, straight between them."""

    type: Literal["table"]
    times: list[Duration] = Field(min_length=2)
    """Times in growing order [s]."""
    shares: list[Share] = Field(min_length=2)
    """Share that has it behind them at each time; the first is 0, the last is 1."""

    @model_validator(mode="after")
    def _is_a_curve(self) -> Self:
        if len(self.times) != len(self.shares):
            raise RefusedValueError(
                Text(
                    f"has {len(self.times)} times and {len(self.shares)} shares",
                    f"有 {len(self.times)} 个 times 和 {len(self.shares)} 个 shares",
                ),
                Text("write one share for each time", "每个时间写一个比例"),
            )
        if any(later <= sooner for sooner, later in pairwise(self.times)):
            raise RefusedValueError(
                Text("times must grow", "times 须递增"), Text("sort the points by time", "按时间排序")
            )
        if any(later < sooner for sooner, later in pairwise(self.shares)):
            raise RefusedValueError(
                Text("shares must not fall", "shares 不能下降"),
                Text("sum the shares up over time", "按时间累计比例"),
            )
        if (self.shares[0], self.shares[-1]) != (0.0, 1.0):
            raise RefusedValueError(
                Text("shares must begin with 0 and end with 1", "shares 须从 0 开始、到 1 结束"),
                Text(
                    "add a first point with 0 and a last one with 1", "补上比例为 0 的首点和比例为 1 的末点"
                ),
            )
        return self


def _read_law(value: object) -> object:
    """Let a plain "30 min" stand for a fixed time."""
    return value if isinstance(value, Mapping | BaseModel) else {"type": "fixed", "value": value}


DurationLaw = Annotated[
    Annotated[
        Fixed | Uniform | Lognormal | Weibull | Rayleigh | Gamma | Logistic | Lindell | Table,
        Field(discriminator="type"),
    ],
    BeforeValidator(_read_law),
]
"""How long something takes from one time to the next: a law, or a plain time such as "30 min"."""
