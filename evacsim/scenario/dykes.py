"""Dykes (堤防): what lies behind them, when they are overtopped, where they leak, when they fail."""

from typing import Self

from pydantic import Field, model_validator

from evacsim.errors import RefusedValueError
from evacsim.language import Text
from evacsim.scenario.places import Place
from evacsim.scenario.section import Identifier, Moment, Number, Patterns, Section, assumed
from evacsim.units import Area, Count, Duration, Length, Level


class Piping(Section):
    """A place where a dyke begins to leak (管涌、渗漏), and fails if nobody does anything."""

    begins: Moment
    """Moment from which it can be seen."""
    fails_after: Duration = Field(gt=0)
    """From then until the dyke fails there, if it is not stopped [s]."""
    work: Number = Field(gt=0, le=1_000_000)
    """Work to stop it, such as a filter ring of sandbags (围井反滤) [person-h]."""
    bags: Count = Field(default=0, ge=0)
    """Sandbags for that."""


class Dyke(Place):
    """A dyke, at the place where it is held: the node from which the works are reached.

    The water of the hazard is the water if nobody does anything: from the failure of the dyke on it comes to what
    the dyke protects. Where works put the failure off, it comes as much later; where the dyke holds, not at all.
    """

    protects: Patterns = []
    """Zones, pick-up points, shelters, fleets and sites behind it: ids or patterns with `*`."""
    links: Patterns = []
    """Road links behind it: ids or patterns with `*`."""
    gauge: Identifier | None = None
    """Gauge in front of it."""
    crest: Level | None = None
    """Stage of the gauge at which it is overtopped, and fails (漫溢) [m]; never where absent."""
    length: Length = assumed(100.0, "length of the low stretch that is to be raised", gt=0)
    """Length to be raised with sandbags [m]."""
    piping: list[Piping] = []
    """Where it leaks."""
    area: Area | None = Field(default=None, gt=0)
    """Area that is under water behind it [m2]; without it nobody pumps."""

    @model_validator(mode="after")
    def _protects_something(self) -> Self:
        if not self.protects and not self.links:
            raise RefusedValueError(
                Text("protects nothing", "没有保护任何地点或路段"),
                Text("write protects, links or both", "写 protects、links 或两者"),
            )
        if (self.crest is None) != (self.gauge is None):
            raise RefusedValueError(
                Text("has a crest without a gauge, or a gauge without a crest", "crest 与 gauge 须同时给出"),
                Text("write both or neither", "两者都写，或都不写"),
            )
        return self
