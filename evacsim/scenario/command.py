"""The tree of offices: who commands whom, who is on duty, how calls and reports travel (谁组织)."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from evacsim.scenario.places import Place
from evacsim.scenario.rules import ResponseLevelName
from evacsim.scenario.section import (
    DurationLaw,
    Identifier,
    Lognormal,
    Number,
    Patterns,
    Section,
    Uniform,
    YesNo,
    as_list,
    assumed,
    seen,
)
from evacsim.units import Count, Duration, Share, Speed

Means = Literal["phone", "landline", "video", "radio", "satellite", "messenger"]
WITHOUT_CELL = frozenset({"landline", "video", "radio", "satellite", "messenger"})
"""Means of calling that need no mobile network."""
"""By what an office is called (`terms.CALL_MEANS`)."""


class Office(Place):
    """An office of the tree of command: headquarters, a town, a village, a grid (指挥机构)."""

    level: Literal["county", "town", "village", "grid"]
    """Where it stands in the tree."""
    parent: Identifier | None = None
    """Office above it; none at the top."""
    zones: Patterns = []
    """Zones that are its own: ids or patterns with `*`."""
    staff: Count = Field(default=1, ge=0)
    """People on its list."""
    lines: Count = assumed(2, "two people who call at the same time", ge=1)
    """Calls it makes at the same time."""
    handling: DurationLaw = assumed(
        lambda: Lognormal(type="lognormal", median="5 min", sigma=0.6), "reading an order and passing it on"
    )
    """From an order's arrival until it is passed on."""
    means: Annotated[list[Means], BeforeValidator(as_list)] = ["phone", "landline", "messenger"]
    """By what it can be called, in the order in which it is tried."""
    power_site: Identifier | None = None
    """Site of its power; the sites that serve its zones where absent."""
    cell_site: Identifier | None = None
    """Site of its mobile phones; the sites that serve its zones where absent."""
    contact: str = ""
    """Person who answers for it, with telephone number (A 角); no run reads it."""
    backup: str = ""
    """Who stands in, with telephone number (B 角); no run reads it."""


class Calling(Section):
    """How one calls, waits, calls again and escalates (叫应)."""

    ring: Duration = assumed(60.0, "as long as a phone rings")
    """How long one waits for an answer [s]."""
    answer_day: Share = assumed(0.95, "a duty phone by day")
    """Share of calls answered by day."""
    answer_night: Share = assumed(0.80, "a duty phone by night")
    """Share of calls answered by night."""
    again_after: Duration = assumed(300.0, "one tries again after five minutes")
    """From one attempt to the next [s]."""
    tries: Count = assumed(3, "then somebody else is called", ge=1, le=100)
    """Attempts before one escalates."""
    escalate: list[Literal["backup", "parent", "messenger"]] = ["backup", "parent", "messenger"]
    """Who is called then, in this order."""
    messenger_speed: Speed = assumed(8.0, "a motor scooter on wet village roads", gt=0)
    """Speed of a messenger over the roads [m/s]."""


class Roster(Section):
    """Duty: shifts, absence, who stands in (值班, AB 岗)."""

    shift_hours: list[Annotated[Number, Field(ge=0, lt=24)]] = Field(default=[8.0, 20.0], min_length=1)
    """Hours of the day at which shifts change."""
    absence: Share = assumed(0.05, "one post in twenty is empty")
    """Share of posts that are empty by day."""
    night_absence: Share = assumed(0.10, "twice as many by night")
    """Share of posts that are empty by night."""
    backup: YesNo = True
    """Whether somebody stands in for who is absent (B 角)."""
    arrival: DurationLaw = assumed(
        lambda: Uniform(type="uniform", low="10 min", high="40 min"), "from home to the office"
    )
    """From being called until one is there, for those who are not on shift."""
    night_factor: Number = assumed(1.5, "sleep, darkness, rain", ge=1, le=10)
    """How much longer it takes by night."""
    called_at_level: ResponseLevelName | None = None
    """Response level (Ⅳ to Ⅰ) of an office with which its own staff and that of all offices below it are called in;
    with the first order that comes to each where absent."""


class Reports(Section):
    """Reports up the tree (信息报送)."""

    every: Duration = assumed(3600.0, "one report an hour as long as people are under way", gt=0)
    """From one report to the next [s]."""
    within: Duration = seen(3600.0, "work-safety rule: within 1 h; used here for every report")
    """Time within which a report must be there [s]."""
    loss: Share = assumed(0.0, "no report is lost")
    """Share of reports that are lost."""
    double: Share = assumed(0.0, "nobody is counted twice")
    """Share of reports that count people whom another has counted."""
    error: Number = assumed(0.0, "numbers are passed on as they are", ge=0, le=1)
    """Standard deviation of the error of a number against what was counted."""
    over_report: Number = assumed(0.0, "nobody reports more than was counted", ge=0, le=1)
    """How much more than counted is reported, of what is missing to all."""


class Liaison(Section):
    """Officers of the district who meet help from outside, brief it and go with it (联络员、向导)."""

    officers: Count = assumed(4, "one for each team or fleet that is expected", ge=1)
    """How many there are."""
    briefing: DurationLaw = assumed(
        lambda: Uniform(type="uniform", low="10 min", high="30 min"),
        "the situation, maps, handsets, who decides",
    )
    """From being met until a team or fleet may be sent."""
    goes_along: YesNo = True
    """Whether an officer stays with whom he has met until the end; else he meets the next after the briefing."""
    patience: Duration = assumed(3600.0, "who has come to help does not wait for long")
    """How long a team or fleet that nobody meets waits before it goes to work without [s]."""
    search_factor: Number = assumed(
        1.5, "lanes and doors that a local knows have to be asked for", ge=1, le=10
    )
    """How much longer crews that nobody has met search at a place."""


class Assistance(Section):
    """Help from outside: asked for, granted, on its way (请求支援)."""

    rounds: Number = assumed(3.0, "about the time until help has come", gt=0)
    """Rounds that a fleet may need for all whom it is to fetch before help is asked for."""
    granted: Share = assumed(1.0, "the neighbours are not flooded")
    """Share of requests that are granted."""
    approval: DurationLaw = assumed(
        lambda: Uniform(type="uniform", low="20 min", high="40 min"), "one office above"
    )
    """From the request to the answer."""
    mobilization: DurationLaw = assumed(
        lambda: Uniform(type="uniform", low="40 min", high="80 min"),
        "drivers and vehicles of another district",
    )
    """From the answer to the departure."""
    liaison: Liaison | None = None
    """Who meets those who come; where absent they know the district like its own."""
