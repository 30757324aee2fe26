"""When: rules on what is reported, response levels with their measures, consultations, automatic stops (何时转)."""

import re
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from evacsim.errors import RefusedValueError
from evacsim.language import Text
from evacsim.scenario.section import (
    DurationLaw,
    Fixed,
    Identifier,
    Identifiers,
    LinkIds,
    Moment,
    Number,
    Patterns,
    Section,
    Words,
    assumed,
)
from evacsim.units import Count, Duration, Flow, Length, Level

_WRITTEN = {"4": "Ⅳ", "IV": "Ⅳ", "四": "Ⅳ", "3": "Ⅲ", "III": "Ⅲ", "三": "Ⅲ", "2": "Ⅱ", "II": "Ⅱ", "二": "Ⅱ"}
_WRITTEN |= {"1": "Ⅰ", "I": "Ⅰ", "一": "Ⅰ"}


def _read_level(value: object) -> object:
    """Let IV, 4 and 四级 stand for Ⅳ.

    >>> _read_level("III"), _read_level(4), _read_level("一级"), _read_level("Ⅱ")
    ('Ⅲ', 'Ⅳ', 'Ⅰ', 'Ⅱ')
    """
    word = re.sub(r"级(响应)?$", "", str(value).strip())
    return _WRITTEN.get(word.upper(), word)


ResponseLevelName = Annotated[
    Literal["Ⅳ", "Ⅲ", "Ⅱ", "Ⅰ"],
    BeforeValidator(_read_level),
    WithJsonSchema({"type": ["string", "integer"], "examples": ["Ⅳ", "III", 2, "一级"]}),
]
"""A response level, from Ⅳ (lowest) to Ⅰ; III, 3 and 三级 stand for Ⅲ."""


class Rule(Section):
    """A condition on what is reported, known or planned; met whenever it begins to hold (触发条件).

    By what it names it watches a stage (`gauge`, `stage`), a forecast (`lead` as well), a rise (`gauge`, `rise`,
    `over`), rain (`gauge`, `rain`, `over`), a danger sign (`danger`), a moment (`at`), a response level (`level`) or
    water at a place (`place`, `depth`).
    """

    id: Identifier
    """Unique among rules."""
    gauge: Identifier | None = None
    """Gauge that is watched, as it is reported."""
    stage: Level | None = None
    """Stage that is reached [m above the gauge's datum]."""
    lasting: Duration | None = None
    """How long the stage must have stood so high [s]."""
    lead: Duration | None = None
    """A forecast says that the stage is reached within this time [s]."""
    rise: Length | None = Field(default=None, gt=0)
    """Rise of the stage within `over` [m]."""
    rain: Length | None = Field(default=None, gt=0)
    """Rain within `over`, such as `100 mm` [m]."""
    over: Duration | None = Field(default=None, gt=0)
    """Time over which rise or rain are summed [s]."""
    danger: Identifier | None = None
    """Danger sign that is found."""
    judged: Literal["found", "not_judged"] = "found"
    """Whether finding the danger is enough, or it is one that cannot be judged."""
    at: Moment | None = None
    """Moment, such as `T+10 h`."""
    level: ResponseLevelName | None = None
    """Response level that is reached or passed."""
    place: Words | None = None
    """Zone, shelter or road link at which water stands."""
    depth: Length | None = None
    """Depth of the water there [m]."""
    confirm: Count = assumed(1, "the first reading counts", ge=1, le=100)
    """Readings in a row that must meet it."""

    @property
    def kind(self) -> Literal["stage", "forecast", "rise", "rain", "danger", "moment", "level", "water"]:
        """Return what it watches."""
        if self.gauge is not None:
            if self.rain is not None:
                return "rain"
            if self.rise is not None:
                return "rise"
            return "stage" if self.lead is None else "forecast"
        if self.danger is not None:
            return "danger"
        if self.at is not None:
            return "moment"
        return "level" if self.level is not None else "water"

    @model_validator(mode="after")
    def _watches_one_thing(self) -> Self:
        watched = ("gauge", "danger", "at", "level", "place")
        named = [name for name in watched if getattr(self, name) is not None]
        if len(named) != 1:
            raise RefusedValueError(
                Text(
                    f"must watch exactly one of {', '.join(watched)}"
                    + (f", not {' and '.join(named)}" if named else ""),
                    f"须恰好写 {'、'.join(watched)} 之一" + (f"，现有 {'、'.join(named)}" if named else ""),
                ),
                Text("keep one of them; write a rule for each", "只保留一项；每个条件写一条规则"),
            )
        sizes = [name for name in ("stage", "rise", "rain") if getattr(self, name) is not None]
        by_gauge = {"stage", "rise", "rain", "lasting", "lead", "over"}
        wanted = {
            "gauge": len(sizes) == 1,
            **dict.fromkeys(by_gauge, self.gauge is not None),
            "lead": self.stage is not None,
            "lasting": self.stage is not None and self.lead is None,
            "rise": self.gauge is not None and self.over is not None,
            "rain": self.gauge is not None and self.over is not None,
            "over": self.rise is not None or self.rain is not None,
            "place": self.depth is not None,
            "depth": self.place is not None,
        }
        for name, is_met in wanted.items():
            if getattr(self, name) is not None and not is_met:
                raise RefusedValueError(
                    Text(f"{name} needs {_NEEDS[name]}", f"{name} 须配合 {_NEEDS[name]}"),
                    Text("add what is missing, or delete it", "补上缺少的项，或删去"),
                )
        return self


_NEEDS = {
    "gauge": "stage | rise | rain",
    "stage": "gauge",
    "rise": "gauge + over",
    "rain": "gauge + over",
    "lead": "gauge + stage",
    "lasting": "gauge + stage - lead",
    "over": "rise | rain",
    "place": "depth",
    "depth": "place",
}
"""What must stand beside each field: `+` both, `|` exactly one, `-` without."""


class Measure(Section):
    """Something that a response level or an automatic stop brings about (断、禁、停、撤、疏)."""

    id: Identifier
    """Unique among measures."""
    action: Literal[
        "close", "ban", "stop", "evacuate", "disperse", "gate", "reserve", "open_shelters", "call_up"
    ]
    """What is done: roads closed (断), entry forbidden (禁), work and school stopped (停), people moved (撤), crowds
    sent away (疏), traffic let through by turns, a lane kept for rescue, shelters opened, forces called up."""
    links: LinkIds = []
    """Road links, for `close`, `gate` and `reserve`."""
    zones: Patterns = []
    """Zones, for `stop`, `evacuate` and `disperse`: ids or patterns with `*`; `stop` concerns those of them that are
    schools, construction sites and scenic areas: people there go home until it is over, unless an order came first."""
    posts: Identifiers = []
    """Posts that are manned, for `ban`."""
    shelters: Patterns = []
    """Shelters, for `open_shelters`: ids or patterns with `*`."""
    fleets: Identifiers = []
    """Fleets, for `call_up`."""
    flow: Flow | None = Field(default=None, gt=0)
    """Flow that each road is let carry, in passenger-car units, for `gate` [veh/s]."""
    office: Identifier | None = None
    """Office that carries it out; the one that decides where absent."""
    setup: DurationLaw = assumed(lambda: Fixed(value="0 s"), "done as soon as ordered")
    """From the order's arrival until it is done."""
    staff: Count = Field(default=0, ge=0)
    """People it takes as long as it lasts."""
    within: Duration | None = None
    """Time within which the plan wants it done [s]."""

    @model_validator(mode="after")
    def _says_where(self) -> Self:
        needed = NEEDED[self.action]
        missing = needed is not None and not getattr(self, needed)
        if missing:
            raise RefusedValueError(
                Text(f"action {self.action} needs {needed}", f"action: {self.action} 须有 {needed}"),
                Text(f"add {needed}: ...", f"补上 {needed}: ..."),
            )
        if (self.action == "gate") != (self.flow is not None):
            raise RefusedValueError(
                Text("action gate needs flow, and only that", "action: gate 须有且仅其可有 flow"),
                Text("write flow: 600 veh/h with it, or leave flow out", "写 flow: 600 veh/h，或去掉 flow"),
            )
        return self


NEEDED = {
    "close": "links",
    "ban": "posts",
    "stop": "zones",
    "evacuate": "zones",
    "disperse": "zones",
    "gate": "links",
    "reserve": "links",
    "open_shelters": "shelters",
    "call_up": None,
}
"""What each action must name."""


class Consultation(Section):
    """The steps of a consultation (会商); a step that is left out takes no time."""

    convene: DurationLaw | None = None
    """Until those who decide are together."""
    decide: DurationLaw | None = None
    """Until they have decided; `decision_time` where absent."""
    issue: DurationLaw | None = None
    """Until the order is written and signed."""
    night_factor: Number = assumed(1.0, "no slower by night", ge=1, le=10)
    """How much longer each step takes by night."""
    quorum: Count = assumed(0, "whoever is on duty decides", ge=0)
    """People of the office who must be on duty for it to begin."""


class LevelMeasures(Section):
    """A response level: what raises it, and what it brings about (应急响应等级)."""

    level: ResponseLevelName
    """The level."""
    rules: Identifiers = Field(min_length=1)
    """Rules any of which raises it."""
    office: Identifier | None = None
    """Office that declares it; the plan's `decided_by` where absent."""
    measures: Identifiers = []
    """Measures it brings about."""
    consultation: Consultation | None = None
    """How long its consultation takes; the plan's where absent."""
    dwell: Duration = assumed(3600.0, "a level is not lowered within the hour")
    """How long it lasts at least [s]."""


class Breaker(Section):
    """An automatic stop: a rule that brings about measures at once, without a consultation (熔断)."""

    id: Identifier
    """Unique among automatic stops."""
    rules: Identifiers = Field(min_length=1)
    """Rules any of which trips it."""
    measures: Identifiers = Field(min_length=1)
    """What it brings about."""


class Staging(Section):
    """How zones that are ordered together are ordered (分批下令)."""

    order: Literal["by_priority", "by_row"] = "by_priority"
    """Zones with special groups first, or as the plan lists them."""
    every: Duration = Field(ge=0)
    """Time from one zone to the next [s]."""
