"""The district (地区底图): roads, zones and their people, pick-up points, shelters, forces, stores."""

from collections import Counter
from typing import Literal, Self

from pydantic import Field, model_validator

from evacsim.errors import RefusedValueError
from evacsim.language import Text
from evacsim.scenario.behavior import Groups
from evacsim.scenario.care import Stock
from evacsim.scenario.channels import Channel, Coverage
from evacsim.scenario.forces import Force
from evacsim.scenario.networks import Site
from evacsim.scenario.places import Place
from evacsim.scenario.section import (
    DurationLaw,
    FileOrFolder,
    Fixed,
    Identifier,
    Number,
    Provenance,
    Section,
    Words,
    YesNo,
    assumed,
    seen,
)
from evacsim.scenario.transport import Fleet, Refuge, Trips
from evacsim.units import Area, Count, Duration, Flow, Length, People, Share, Speed


class Junction(Section):
    """A junction whose capacity is known (路口通行能力)."""

    node: Words
    """Id of the road node."""
    capacity: Flow = Field(gt=0)
    """Vehicles that pass it, over all its roads [pcu/s]."""


class Signal(Section):
    """A signal at the end of a link, or police who let it go by turns (信号灯, 交警指挥)."""

    link: Words
    """Id of the road link whose end it stands at."""
    cycle: Duration = Field(gt=0)
    """Time from one beginning of green to the next [s]."""
    start: Duration = 0.0
    """First beginning of green after the start of the scenario [s]."""
    green: Duration = Field(gt=0)
    """How long it is green in each cycle [s]."""

    @model_validator(mode="after")
    def _green_fits_the_cycle(self) -> Self:
        if self.green > self.cycle:
            raise RefusedValueError(
                Text("green must not exceed cycle", "green 不能大于 cycle"),
                Text("lower green, or raise cycle", "调低 green，或调大 cycle"),
            )
        return self


class Roads(Section):
    """The road network (道路网), in a file of any format that `evacsim import network` reads."""

    file: FileOrFolder
    """Path of the network file or folder, relative to the file that names it."""
    format: Literal["auto", "matsim", "osm", "graphml", "gmns", "sumo", "lines", "csv"] = "auto"
    """Format of the file; `auto` goes by its name and content."""
    crs: Words | None = None
    """Coordinate reference system of the file, such as `EPSG:32650`, where the file does not say it."""
    encoding: str | None = None
    """Text encoding, such as `gb18030`, where it is not UTF-8."""
    length_unit: Words | None = None
    """Unit of the lengths, such as `m` or `mi`, in a format that does not say it (GMNS, lines)."""
    speed_unit: Words | None = None
    """Unit of the speeds, such as `km/h` or `mph`, in a format that does not say it (GMNS, lines)."""
    rows: Literal["one-way", "two-way"] | None = None
    """What a row of a table of links stands for, where the table does not say it."""
    lane_capacity: Flow | None = None
    """Sets the capacity of every lane, such as `600 veh/h` (sustained evacuation flow, seen: TRID 1093433);
    without it the capacities of the file and the class defaults hold."""
    free_speed: Speed | None = None
    """Sets the free speed of every road, such as `35 mph`; without it the speeds of the file and the class
    defaults hold."""
    walkable: Literal["marked", "all_but_motorways"] = "all_but_motorways"
    """Roads that people may walk on: those marked so in the file, or all but motorways and trunk roads."""
    footway_width: Length = assumed(2.0, "one side of a road kept free for walkers", gt=0)
    """Width on which people walk beside the traffic [m]; flow is at most 1.33 person/s per metre. A link whose file
    says a `footway_width` has its own."""
    capacity_preset: Literal[
        "ordinary", "sustained_evacuation", "peak_evacuation_rural", "peak_evacuation_urban"
    ] = assumed("ordinary", "the evacuation flows of TRID 1093433 are lower; see the named presets")
    """Named flow of the lanes: `ordinary` leaves them as the file and the class defaults say, `sustained_evacuation`
    lets no lane carry more than 600 veh/h, the peaks take 10 % (rural) or 15 % (urban) off."""
    capacity_drop: Share = assumed(0.0, "left out unless wanted; 5-15 % are recalled, 10 % is usual", lt=1)
    """Share of its flow that a road loses at its entrance while vehicles queue for it."""
    crowding: Literal["none", "weidmann", "linear"] = assumed(
        "none", "walkers are held by the flow and the room of the footway alone"
    )
    """How density slows walkers down: not at all, by Weidmann's law, or by 1.2 - 0.25 rho (1.25 - 0.476 rho against a
    counterflow)."""
    slopes: Literal["none", "tobler"] = assumed("none", "few networks know the heights of their nodes")
    """How slopes change the speed of walkers: not at all, or by Tobler's law where the nodes have heights."""
    node_capacity: Flow | None = Field(default=None, gt=0)
    """Vehicles that pass each junction of three or more roads; without it junctions set no limit of their own."""
    junctions: list[Junction] = []
    """Junctions with a capacity of their own."""
    signals: list[Signal] = []
    """Signals at the ends of links."""
    gridlock: Literal["wait", "squeeze", "turn_back"] = assumed(
        "wait", "nobody gives way until somebody decides it; every gridlock is told"
    )
    """What breaks a ring of full roads that wait for each other: nothing, or one vehicle squeezes in or turns back."""
    gridlock_patience: Duration = assumed(600.0, "drivers try something else after ten minutes")
    """How long a ring stands before that [s]."""

    @model_validator(mode="after")
    def _says_each_thing_once(self) -> Self:
        if self.lane_capacity is not None and self.capacity_preset != "ordinary":
            raise RefusedValueError(
                Text("has both lane_capacity and capacity_preset", "同时有 lane_capacity 和 capacity_preset"),
                Text("keep one of the two", "只保留一种"),
            )
        named = {"junctions": [entry.node for entry in self.junctions]}
        named["signals"] = [entry.link for entry in self.signals]
        for name, ids in named.items():
            twice = [id_ for id_, number in Counter(ids).items() if number > 1]
            if twice:
                raise RefusedValueError(
                    Text(f"names {twice[0]} twice under {name}", f"{name} 中重复出现 {twice[0]}"),
                    Text("keep one entry for each", "每个只保留一项"),
                )
        return self


class Knowledge(Section):
    """What travelers know of closed roads (出行者掌握的信息); the three shares add up to 1."""

    informed: Share = assumed(1.0, "radio and messages reach everybody at once")
    """Share of households that hear of every closure at once and take another way."""
    eyes: Share = assumed(0.0, "nobody is without word")
    """Share of households that learn of a closure where they stand before it."""
    nothing: Share = assumed(0.0, "nobody keeps to a closed way")
    """Share of households that keep to their way and wait before what is closed."""

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if abs(self.informed + self.eyes + self.nothing - 1) > 1e-9:
            raise RefusedValueError(
                Text("informed, eyes and nothing must add up to 1", "informed、eyes、nothing 之和须为 1"),
                Text("write all three", "三项都写明"),
            )
        return self


class Visiting(Section):
    """Parties of visitors, tourists and people passing through (外来人员); each zone says how many there are."""

    party_size: Number = assumed(2.5, "couples and families", ge=1, le=100)
    """Mean people of a party."""
    car_share: Share = assumed(0.6, "most come in a car of their own; the others came by bus and have none")
    """Share of parties with a car, in which they leave."""
    reach: Share = assumed(0.8, "they know neither the village's loudspeaker nor its groups of messages")
    """What the reach of each channel is times this, for them."""
    preparation: DurationLaw = assumed(lambda: Fixed(value="15 min"), "bags, and the way to the car")
    """From believing the warning until they are ready."""


class Population(Section):
    """How people live together and how fast they walk; each zone may say otherwise."""

    household_size: Number = assumed(
        2.75, "a county of small households; take it from the census", gt=0, le=20
    )
    """Mean people per household."""
    elderly_share: Share = assumed(0.18, "share of people of 65 and older in an ageing inland district")
    """Share of people aged 65 and more."""
    child_share: Share = assumed(0.14, "share of people under 12")
    """Share of people under 12."""
    assisted_share: Share = assumed(0.04, "one person in 25; take it from the register of special groups")
    """Share of people who need help to move (需协助转移)."""
    car_share: Share = assumed(0.3, "rural households with a car at hand")
    """Share of households with a car."""
    walking_speed: Speed = seen(1.219, "Seaside model, N(4.0, 0.65) ft/s", gt=0)
    """Mean free walking speed of an adult [m/s]."""
    walking_speed_sd: Speed = seen(0.198, "Seaside model, N(4.0, 0.65) ft/s")
    """Standard deviation of the walking speed between people [m/s]."""
    elderly_speed_factor: Number = seen(0.7, "TUNAMI-EVAC", gt=0, le=1)
    """Walking speed of the elderly against an adult's."""
    child_speed_factor: Number = seen(0.8, "TUNAMI-EVAC", gt=0, le=1)
    """Walking speed of a child against an adult's."""
    visitors: Visiting | None = None
    """What visitors are like; needed where a zone has any."""
    groups: Groups | None = None
    """Special groups by their shares; nobody belongs to one where absent."""
    assisted_speed_factor: Number = seen(0.5, "TUNAMI-EVAC", gt=0, le=1)
    """Walking speed of a person who needs help against an adult's."""
    car_size: Number = assumed(1.0, "definition of the passenger-car unit", gt=0)
    """Road space of a family car in passenger-car units."""
    storeys: Count = assumed(2, "rural houses of the plain", ge=1)
    """Floors of a home, for refuge upstairs."""
    speed_law: Literal["normal", "imo_ages"] = assumed(
        "normal", "the law whose mean and deviation stand above; imo_ages is the table of RiMEA 7 and IMO 7"
    )
    """How walking speeds are drawn: `normal` from the speeds and factors above, or `imo_ages` all alike in the range of
    each age group (under 30, 30 to 50, above 50, limited mobility), which leaves those unused."""
    knowledge: Knowledge = Field(default_factory=Knowledge)
    """What travelers know of closed roads."""
    stopped_walkers: Literal["wait", "turn_back"] = assumed(
        "wait", "the cautious choice: the water is given in steps, and rises between them"
    )
    """What people on foot do whom the water stops on a road: wait where they are, or go back to where the road began,
    as long as the water does not reach `hazard.effects.critical_depth`."""
    patience_at_closure: DurationLaw | None = None
    """How long somebody who stands before a closed road waits before turning round; without it as long as it lasts."""

    @model_validator(mode="after")
    def _ages_add_up(self) -> Self:
        if self.elderly_share + self.child_share > 1:
            raise RefusedValueError(
                Text(
                    "elderly_share and child_share together exceed 1",
                    "elderly_share 与 child_share 之和大于 1",
                ),
                Text("lower one of them", "调低其中一个"),
            )
        return self


WORKPLACES = ("school", "construction_site", "scenic_area")
"""Kinds of zones where people work, learn or visit and do not live: these can be stopped (停课、停工、停业)."""


class Zone(Place):
    """A zone to be transferred or left in peace: a village, a group, a block, an institution (村, 组, 社区)."""

    population: People = Field(gt=0, le=20_000_000)
    """People who are there when the scenario starts [person]."""
    township: str = ""
    """Town or street the zone belongs to (乡镇, 街道)."""
    kind: Literal["residential", "care_home", "school", "hospital", "construction_site", "scenic_area"] = (
        "residential"
    )
    """What kind of people live there."""
    radius: Length = 0.0
    """Homes lie within this distance of the point [m]; 0 puts all at the point."""
    outline: list[list[tuple[float, float]]] | None = None
    """Rings of the zone's polygon in the district's `crs`; read from the geometry of a GeoJSON or GeoPackage."""
    household_size: Number | None = Field(default=None, gt=0, le=100)
    """Mean people per household; the district's where absent."""
    elderly_share: Share | None = None
    """Share of people aged 65 and more; the district's where absent."""
    assisted_share: Share | None = None
    """Share of people who need help to move; the district's where absent."""
    car_share: Share | None = None
    """Share of households with a car; the district's where absent."""
    storeys: Count | None = Field(default=None, ge=1)
    """Floors of a home; the district's where absent."""
    day_share: Share | None = None
    """Share of its households that are there by day; all are where absent."""
    visitors_day: People = Field(default=0, ge=0)
    """Visitors there by day, over and above `population` [person]; on no list of the plan."""
    visitors_night: People = Field(default=0, ge=0)
    """Visitors there by night, over and above `population` [person]; on no list of the plan."""
    livestock_share: Share | None = None
    """Share of households with livestock; the plan's behaviour where absent."""
    synthetic: YesNo = False
    """True where the figures are invented for a demonstration and must not be shown as official."""


class PickupPoint(Place):
    """Where people gather and buses stop (集合点, 上车点)."""


class Shelter(Place):
    """An emergency shelter (应急避难场所, 安置点)."""

    capacity: People | None = Field(default=None, ge=0)
    """People it can settle [person]; absent means without limit, which the check points out."""
    township: str = ""
    """Town or street it belongs to."""
    floor_height: Length = 0.0
    """Height of its floor above the ground [m]; water below it does no harm."""
    desks: Count = assumed(2, "one desk per 150 beds", ge=1)
    """Registration desks."""
    kind: Literal["emergency", "short", "long"] | None = None
    """Class: emergency (紧急), short-term (短期) or long-term (长期) shelter."""
    area: Area | None = Field(default=None, gt=0)
    """Area for people [m2]; with `plan.care.space` it limits the number of people by the stage of care."""
    opening: DurationLaw | None = None
    """From its keeper being called until it is open; without it open from the start."""
    keeper: Identifier | None = None
    """Office that opens it."""
    staff: Count | None = Field(default=None, ge=1)
    """People who run it; one of them sits at each registration desk, so no more desks open. Absent: all desks open."""
    sleeping_places: Count | None = Field(default=None, ge=0)
    """Beds set up; without limit where absent."""
    toilets: Count | None = Field(default=None, ge=0)
    """Toilets; without limit where absent."""
    taps: Count | None = Field(default=None, ge=0)
    """Taps; without limit where absent."""
    water_tank: Number | None = Field(default=None, ge=0)
    """Water stored for when the mains fail with the power [L]; where absent, tap water never fails."""
    generators: Count = Field(default=0, ge=0)
    """Generators that stand there; one carries the shelter when the mains fail."""
    fuel: Duration | None = None
    """How long the fuel of its generators lasts [s]; without end where absent."""
    meals_per_hour: Number | None = Field(default=None, gt=0)
    """Meals its kitchen serves [1/h]; at once where absent."""
    landslide: YesNo = False
    """Whether it stands in a zone of landslides (地质灾害隐患范围); no run reads it."""
    medical_beds: Count | None = Field(default=None, ge=0)
    """Places in its medical corner for people who need help; without limit where absent."""
    synthetic: YesNo = False
    """True where the figures are invented for a demonstration and must not be shown as official."""


class Store(Place):
    """Supplies in stock (物资储备)."""

    kits: Count = Field(default=0, ge=0)
    """Relief kits, one per person and day."""
    tents: Count = Field(default=0, ge=0)
    """Tents."""
    generators: Count = Field(default=0, ge=0)
    """Generators."""
    level: Literal["village", "town", "county"] | None = None
    """Whose store it is."""


class District(Section):
    """A district described once; hazards and plans are swapped against it (地区底图)."""

    id: Identifier
    """Short name for files and tables."""
    name: str
    """Name for people to read."""
    crs: Words | None = None
    """Coordinate reference system of all places below; needed wherever places have coordinates."""
    roads: Roads
    population: Population = Field(default_factory=Population)
    zones: list[Zone] = Field(min_length=1)
    pickup_points: list[PickupPoint] = []
    shelters: list[Shelter] = Field(min_length=1)
    fleets: list[Fleet] = []
    forces: list[Force] = []
    stores: list[Store] = []
    stock: list[Stock] = []
    """What the stores hold beside kits, tents and generators."""
    refuges: list[Refuge] = []
    """Places nearby where people may wait for the end of the water."""
    background: list[Trips] = []
    """Ordinary traffic; without it only those who evacuate are on the roads."""
    channels: list[Channel] = []
    """By what warnings reach the public."""
    coverage: list[Coverage] = []
    """Where the reach of a channel is another than the channel says."""
    word_of_mouth: Number = Field(default=0.0, ge=0, le=1)
    """How fast people pass a warning on: the share of those who have not heard that one whole zone of people who
    have tells in a minute [1/min]; not at all where 0."""
    sites: list[Site] = []
    """Sites of power and communication; without them nothing fails."""
    access_limit: Length = assumed(
        2000.0, "a place further than this from any usable road is a mistake in the data"
    )
    """How far from the road network a place may lie [m]."""
    provenance: list[Provenance] = []
    """Where the figures come from."""
