"""The world as it is reported: readings that come late, wrong or not at all, forecasts, danger signs (监测预报)."""

from typing import Literal, Self

from pydantic import Field, model_validator

from evacsim.errors import RefusedValueError
from evacsim.scenario.networks import ENDS_TOO_SOON
from evacsim.scenario.places import Place
from evacsim.scenario.section import (
    DurationLaw,
    FilePath,
    Fixed,
    Identifier,
    Lognormal,
    Moment,
    Number,
    Patterns,
    Section,
    YesNo,
    assumed,
    seen,
)
from evacsim.units import Duration, Length, Share


class Outage(Section):
    """A time without readings."""

    begins: Moment
    """Moment of the last reading before it."""
    ends: Moment
    """Moment of the first reading after it."""

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if isinstance(self.begins, float) and isinstance(self.ends, float) and self.ends <= self.begins:
            raise RefusedValueError(*ENDS_TOO_SOON)
        return self


class Reporting(Section):
    """How a gauge is read (测报)."""

    every: Duration = Field(gt=0)
    """Time from one reading to the next [s]."""
    delay: DurationLaw = assumed(lambda: Fixed(value="0 s"), "as if the line were instant")
    """From the reading to its arrival."""
    noise: Length = assumed(0.0, "as if the gauge were exact")
    """Standard deviation of a reading [m]."""
    missing: Share = assumed(0.0, "as if no reading were lost")
    """Share of readings that never arrive."""
    site: Identifier | None = None
    """Site it depends on; when that is down nothing arrives."""
    outages: list[Outage] = []
    """Times without readings."""


class Forecast(Section):
    """Forecasts of the stage of one gauge (洪水预报)."""

    gauge: Identifier
    """The gauge."""
    file: FilePath
    """Table of the forecasts (columns issued/发布时间, valid/预报时间, stage/水位)."""
    encoding: str | None = None
    """Text encoding of the table, where it is not UTF-8."""
    sigma: Length = seen(0.5, "Liuzhou, June 2024: error of the peak stage 12 to 24 h ahead")
    """Standard deviation of the error that each run draws and adds to the stages of the file [m]: one for the whole
    flood, in full 12 h ahead, in proportion below; 0 for forecasts as they were issued."""
    bias: Number = assumed(0.0, "neither too high nor too low")
    """Mean of that error [m]."""


class Danger(Place):
    """A danger sign that somebody must find (险情): water that seeps, a slope that moves."""

    kind: Literal["piping", "slide", "crack", "overtopping", "breach", "pump_failure", "other"]
    """What it is."""
    visible_from: Moment
    """Moment from which it can be seen."""
    zones: Patterns = Field(min_length=1)
    """Zones it threatens: ids or patterns with `*`."""
    found: DurationLaw = assumed(
        lambda: Lognormal(type="lognormal", median="60 min", sigma=0.6),
        "patrols along the levee, day and night",
    )
    """From being visible until somebody finds and reports it."""
    judged_within: Duration = assumed(30 * 60.0, "an engineer on the telephone or on the spot")
    """Time within which it is judged [s]."""
    can_be_judged: YesNo = True
    """Whether it can be judged; where not, the people go without waiting (险情不能研判)."""
