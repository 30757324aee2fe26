"""The plan (预案): when, who, organised by whom, to where, how cared for (何时转、转移谁、谁组织、转到哪、如何管).

The five links are five sections with what holds everywhere; `zones` has one row for each zone
(or pattern of zones) that is to be transferred, and says what holds there.
"""

from typing import Literal, Self

from pydantic import Field, model_validator

from evacsim.errors import RefusedValueError
from evacsim.language import Text
from evacsim.scenario.behavior import Behavior
from evacsim.scenario.care import Care
from evacsim.scenario.command import Assistance, Calling, Office, Reports, Roster
from evacsim.scenario.communication import Communication
from evacsim.scenario.organizers import Officer, OfficerRules
from evacsim.scenario.plan_text import OrganizeText, Readiness, WhenText, WheretoText, WhoText
from evacsim.scenario.register import Register, Resettled
from evacsim.scenario.rescue import Rescue
from evacsim.scenario.rules import Breaker, Consultation, LevelMeasures, Measure, Rule, Staging
from evacsim.scenario.section import (
    DurationLaw,
    Identifier,
    Identifiers,
    LinkIds,
    Lognormal,
    Moment,
    Number,
    Provenance,
    Section,
    Uniform,
    Words,
    assumed,
    seen,
)
from evacsim.scenario.transport import Promise
from evacsim.scenario.works import Works
from evacsim.units import Count, Duration, Level, People, Share


class When(Section):
    """何时转: who decides, and how long it takes from the trigger to the order."""

    decided_by: str
    """Office that decides, such as `county headquarters` (县防指)."""
    decision_time: DurationLaw = assumed(
        lambda: Uniform(type="uniform", low="15 min", high="45 min"),
        "one consultation (会商) and one document",
    )
    """From the trigger to the order."""
    consultation: Consultation | None = None
    """Steps of the consultation; without it one law, `decision_time`, stands for all."""
    rules: list[Rule] = []
    """Rules on what is reported."""
    levels: list[LevelMeasures] = []
    """Response levels, what raises each and what it brings about."""
    measures: list[Measure] = []
    """Measures that levels and automatic stops bring about."""
    breakers: list[Breaker] = []
    """Automatic stops."""
    staging: Staging | None = None
    """How zones that are ordered together are ordered; all at once where absent."""
    decide_within: Duration | None = Field(default=None, gt=0)
    """Time within which the plan wants a decision after the trigger (决策时限) [s]; no run reads it."""
    text: WhenText = Field(default_factory=WhenText)
    """What the plan says in words."""


class Who(Section):
    """转移谁: how many follow the order."""

    compliance: Share = assumed(0.97, "organised transfer; LifeSim's validation studies have 0.58-0.99")
    """Share of households that go when told to; the others refuse (拒不转移)."""
    lists: Register | None = None
    """Mistakes of the lists; none where absent."""
    resettled: list[Resettled] = []
    """Zones whose people were resettled before."""
    behavior: Behavior | None = None
    """What people do between hearing and leaving; without it one law, `preparation`, stands for all."""
    text: WhoText = Field(default_factory=WhoText)
    """What the plan says in words."""


class Organize(Section):
    """谁组织: how the order reaches each household, and how long it takes to get ready."""

    relay_time: DurationLaw = assumed(
        lambda: Lognormal(type="lognormal", median="20 min", sigma=0.6), "calls and door knocks by grid staff"
    )
    """From the order to the household being told."""
    preparation: DurationLaw = assumed(
        lambda: Lognormal(type="lognormal", median="30 min", sigma=0.5), "packing and gathering the family"
    )
    """From being told to stepping out of the door."""
    mode: Literal["layered", "flat"] = "layered"
    """Whether orders go down the tree level by level, or to all offices at once (一键通)."""
    offices: list[Office] = []
    """The tree of offices; without it `relay_time` stands for all that passes the order on."""
    calling: Calling | None = None
    """How offices call each other; without it every call is answered."""
    networks: Communication | None = None
    """Networks that carry calls and reports (三网); without it every means of calling needs power or a base station
    at both ends at most, and carries any number of calls."""
    roster: Roster | None = None
    """Duty; without it everybody is there."""
    reports: Reports | None = None
    """Reports up the tree; none where absent."""
    assistance: Assistance | None = None
    """Help from outside; none where absent."""
    officers: list[Officer] = []
    """Teams that go from door to door."""
    door_to_door: OfficerRules | None = None
    """How they work; needed where there are teams."""
    text: OrganizeText = Field(default_factory=OrganizeText)
    """What the plan says in words."""


class Whereto(Section):
    """转到哪: how people travel, and what happens when a shelter is full."""

    bus_share: Share = assumed(0.75, "planned collective transfer")
    """Share of households that go by bus from the pick-up point."""
    car_share: Share = assumed(0.15, "own cars; only households that have one")
    """Share of households that go in their own car."""
    dispatch: Literal["nearest", "longest_queue", "in_order", "greedy", "balanced"] = "longest_queue"
    """Where a free bus goes next. Decided as buses come free: `nearest` pick-up point with people waiting,
    `longest_queue`. Planned beforehand from the register for all rounds: `in_order`, `greedy`, `balanced`."""
    overflow: Literal["next_nearest", "none"] = "next_nearest"
    """Whom a full shelter turns away goes on to the next nearest one with room, or stays without a place."""
    overflow_walk: Duration = assumed(7200.0, "nobody sets out on foot for longer, from a roof over the head")
    """Way on foot to another shelter that whoever is turned away sets out on [s]; whose way is longer stays at the
    full one, without a place."""
    promises: list[Promise] = []
    """Vehicles promised to towns; without them whoever asks first is served first."""
    assignment: Literal["plan", "computed"] = "plan"
    """Which shelter people go to: as the plan says for their zone, or computed household by household, so that all
    together are there soonest by the roads at the start, and again when a shelter is lost."""
    message_time: Duration = assumed(600.0, "as long as a call from office to office and on to the drivers")
    """Time from the loss of a shelter until those who were to go there are told another one [s]; for `computed`."""
    bus_wait_limit: Duration = assumed(1800.0, "a driver does not wait longer for a full bus")
    """A bus leaves with empty seats after waiting this long since its first passenger [s]."""
    text: WheretoText = Field(default_factory=WheretoText)
    """What the plan says in words."""


_HALF_A_TRIGGER = (
    Text("needs both trigger_gauge and trigger_stage", "须同时有 trigger_gauge 和 trigger_stage"),
    Text("add the missing one, or drop both", "补上缺少的一项，或两项都去掉"),
)


class ZoneTransfer(Section):
    """The transfer of one zone, or of all zones that a pattern such as `J15-*` names."""

    zone: Words
    """Zone id, or a pattern with `*`; each zone is named once."""
    trigger_at: Moment | None = None
    """Moment of the trigger, such as `T+10 h`; with a gauge too, the earlier of both counts."""
    trigger_gauge: Identifier | None = None
    """Gauge that triggers, together with `trigger_stage`."""
    trigger_stage: Level | None = None
    """Stage at which the trigger fires [m above the gauge's datum]."""
    decided_by: str | None = None
    """Office that decides for this zone."""
    moved: Literal["everyone", "special_groups"] = "everyone"
    """Who is moved: everyone, or households with elderly people, children or people who need help."""
    organizer: str = ""
    """Person responsible for the transfer (转移责任人); empty is a gap that the report names."""
    backup: str = ""
    """Who stands in for the person responsible (B 角)."""
    listed: People | None = Field(default=None, ge=0)
    """People on the plan's list for it (转移人数) [person]; no run reads it."""
    compliance: Share | None = None
    """Share that goes when told to; the plan's where absent."""
    relay_time: DurationLaw | None = None
    """From the order to the household being told; the plan's where absent."""
    preparation: DurationLaw | None = None
    """From being told to stepping out; the plan's where absent."""
    bus_share: Share | None = None
    """Share of households that go by bus; the plan's where absent."""
    car_share: Share | None = None
    """Share of households that go in their own car; the plan's where absent."""
    pickup_point: Identifier | None = None
    """Where the buses stop for this zone; needed where anybody goes by bus."""
    fleet: Identifier | None = None
    """Fleet that serves this zone; needed where anybody goes by bus."""
    shelter: Identifiers = []
    """Assigned shelters, first choice first; empty lets each household go to the nearest."""
    deadline: Moment | None = None
    """Moment by which all of the zone must be out."""
    moved_to: Literal["shelter", "vertical", "nearby"] = "shelter"
    """To a shelter, upstairs at home (垂直避险), or to a refuge nearby (就近避险)."""
    refuge: Identifier | None = None
    """Refuge nearby, for `moved_to: nearby`."""
    via: LinkIds = []
    """Road links that people of this zone take to the shelter, in order: by bus from the pick-up point, by car, on
    foot; one that is closed is left out (转移路线)."""
    release_parts: Count | None = Field(default=None, ge=2, le=1000)
    """Parts of about the same number of people in which they are let go (分批放行); all at once where absent."""
    release_every: Duration | None = Field(default=None, gt=0)
    """Time from one part to the next [s]; needed with `release_parts`."""
    rules: Identifiers = []
    """Rules of `plan.when.rules` any of which triggers the transfer, beside the trigger above."""

    @model_validator(mode="after")
    def _has_a_trigger(self) -> Self:
        if (self.trigger_gauge is None) != (self.trigger_stage is None):
            raise RefusedValueError(*_HALF_A_TRIGGER)
        if self.trigger_at is None and self.trigger_gauge is None and not self.rules:
            raise RefusedValueError(
                Text("has no trigger", "没有触发条件"),
                Text(
                    "write trigger_at: 'T+10 h', or trigger_gauge and trigger_stage",
                    "写 trigger_at: 'T+10 h'，或写 trigger_gauge 和 trigger_stage",
                ),
            )
        if (self.release_parts is None) != (self.release_every is None):
            raise RefusedValueError(
                Text("needs both release_parts and release_every", "须同时有 release_parts 和 release_every"),
                Text("add the missing one, or drop both", "补上缺少的一项，或两项都去掉"),
            )
        if (self.moved_to == "nearby") != (self.refuge is not None):
            raise RefusedValueError(
                Text(
                    "moved_to: nearby needs refuge, and only that", "moved_to: nearby 须有且仅其可有 refuge"
                ),
                Text("write refuge: ..., or another moved_to", "写 refuge: ...，或改 moved_to"),
            )
        return self


class RoadOrder(Section):
    """An order to the roads: close, open, change their flow, or reverse their lanes (交通管制)."""

    links: LinkIds = Field(min_length=1)
    """Ids of the road links, each for its own direction."""
    order: Literal["close", "open", "capacity", "reverse"]
    """What happens to them: closed to all vehicles, opened again, another capacity, or their lanes given to the
    opposite direction (潮汐车道)."""
    at: Moment | None = None
    """Moment of the order, such as `T+2 h`; with a gauge too, the earlier of both counts."""
    trigger_gauge: Identifier | None = None
    """Gauge that triggers the order, together with `trigger_stage`."""
    trigger_stage: Level | None = None
    """Stage at which the order is given [m above the gauge's datum]."""
    capacity_factor: Number | None = Field(default=None, gt=0, le=10)
    """Capacity against what the road has when nothing is ordered; for `capacity`."""
    lanes: Number | None = Field(default=None, gt=0, le=20)
    """Lanes open from then on, each with the flow it has when nothing is ordered; for `capacity`."""
    clear_time: Duration = assumed(1800.0, "police drive through once against the traffic that is left")
    """Time from the order to the opening of reversed lanes, while nobody may enter them [s]; for `reverse`."""
    contraflow: Literal["sustained_low", "sustained_high", "peak"] = seen(
        "sustained_low",
        "800-1000 veh/h and lane in contraflow, peak 30 % lower (TRID 1093433); low is the cautious end",
    )
    """Named flow of reversed lanes: 800 or 1000 veh/h each, or 30 % less than the road's own; for `reverse`."""

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if (self.trigger_gauge is None) != (self.trigger_stage is None):
            raise RefusedValueError(*_HALF_A_TRIGGER)
        if self.at is None and self.trigger_gauge is None:
            raise RefusedValueError(
                Text("has no moment and no trigger", "没有时刻也没有触发条件"),
                Text(
                    "write at: 'T+2 h', or trigger_gauge and trigger_stage",
                    "写 at: 'T+2 h'，或写 trigger_gauge 和 trigger_stage",
                ),
            )
        numbers = [name for name in ("capacity_factor", "lanes") if getattr(self, name) is not None]
        if self.order == "capacity" and len(numbers) != 1:
            raise RefusedValueError(
                Text("needs either capacity_factor or lanes", "须有 capacity_factor 或 lanes 之一"),
                Text("write one of the two", "写其中之一"),
            )
        if self.order != "capacity" and numbers:
            raise RefusedValueError(
                Text(f"{numbers[0]} is for order: capacity", f"{numbers[0]} 只用于 order: capacity"),
                Text("delete it, or write order: capacity", "删去，或写 order: capacity"),
            )
        return self


class Plan(Section):
    """A transfer plan (转移避险预案)."""

    id: Identifier
    """Short name for files and tables."""
    name: str
    """Name for people to read."""
    when: When
    who: Who = Field(default_factory=Who)
    organize: Organize = Field(default_factory=Organize)
    to: Whereto = Field(default_factory=Whereto)
    care: Care = Field(default_factory=Care)
    rescue: Rescue | None = None
    """How people in need are heard of and fetched; without it boats know all of them at once."""
    works: Works | None = None
    """What teams do beside fetching people; nothing where absent."""
    readiness: Readiness | None = None
    """Sheets of readiness (十个有、十到位); not filled in where absent."""
    zones: list[ZoneTransfer] = Field(min_length=1)
    controls: list[RoadOrder] = []
    """Orders to the roads, in any order; of two at one moment the one that stands later is carried out later."""
    provenance: list[Provenance] = []
    """Where the figures come from."""
