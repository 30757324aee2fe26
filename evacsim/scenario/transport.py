"""How people and goods travel: fleets, ordinary traffic, refuges (转到哪)."""

from typing import Literal, Self

from pydantic import Field, model_validator

from evacsim.errors import RefusedValueError
from evacsim.language import Text
from evacsim.scenario.places import Place
from evacsim.scenario.section import (
    DurationLaw,
    Identifier,
    Moment,
    Number,
    Section,
    Uniform,
    Words,
    YesNo,
    assumed,
    recalled,
    seen,
)
from evacsim.units import Count, Duration, Length, People, Rainfall, Seats, Share, Speed, Vehicles


class Promise(Section):
    """Vehicles of a fleet that are promised to a town (车辆承诺)."""

    fleet: Identifier
    """The fleet."""
    township: str
    """Town or street."""
    vehicles: Vehicles = Field(gt=0)
    """Vehicles promised; together they may exceed those there are, which the check points out."""


class Fleet(Place):
    """Vehicles of one kind at one depot (车队): buses, or convoys counted as one vehicle each."""

    vehicles: Vehicles = Field(gt=0, le=100_000)
    """Vehicles on the list."""
    seats: Seats = Field(ge=0, le=10_000)
    """People one vehicle takes; 0 for drones alone."""
    availability: Share = assumed(1.0, "all on the list come; take it from a call-out (拉动集结)")
    """Share of the vehicles that really come."""
    call_up: DurationLaw = assumed(
        lambda: Uniform(type="uniform", low="30 min", high="90 min"),
        "drivers are called at home, by day or night",
    )
    """From the order to the vehicle's departure from the depot."""
    boarding_time: Duration = assumed(2.5, "2-3 s per able person")
    """Time one able person takes to get in [s]."""
    alighting_time: Duration = assumed(2.0, "a little faster than boarding")
    """Time one able person takes to get out [s]."""
    assisted_factor: Number = assumed(8.0, "10-15 min for a bus of frail people", ge=1)
    """How much longer a person who needs help takes to board or alight."""
    wheelchair_factor: Number | None = Field(default=None, ge=1)
    """The same for people in a wheelchair: whoever needs help in a disabled household, one at least."""
    lying_factor: Number | None = Field(default=None, ge=1)
    """The same for people who are carried lying: whoever needs help in an institution."""
    child_factor: Number = assumed(1.0, "a child is led or carried by its parents", ge=1)
    """How much longer a child takes."""
    helpers: Count = assumed(0, "the driver helps alone")
    """Helpers on board: with one, two people who need help are seen to at the same time, and so on."""
    size: Number = recalled(2.5, "passenger-car equivalent of a bus, HCM", gt=0)
    """Road space of one vehicle in passenger-car units."""
    speed: Speed = assumed(60 / 3.6, "upper speed of a loaded bus on wet rural roads", gt=0)
    """Highest speed [m/s]; slower roads rule."""
    kind: Literal["bus", "truck", "boat", "helicopter", "drone", "high_clearance"] = "bus"
    """What the vehicles are: trucks bring supplies, boats and helicopters go where roads are cut, drones look for
    people there, trucks with high clearance fetch people over roads that are flooded (高底盘涉水车)."""
    office: Identifier | None = None
    """Office that calls the drivers, one by one; without it the office that leads the zone calls all at once."""
    driver_comes: Share | None = None
    """Share of drivers who come when called; without it `availability` says who comes."""
    backup_drivers: YesNo = False
    """Whether another driver is called for one who does not come (B 角)."""
    breakdowns: Number | None = Field(default=None, gt=0, le=1)
    """Breakdowns in an hour of driving, each vehicle [1/h]; none where absent."""
    repair: DurationLaw | None = None
    """From a breakdown until the vehicle runs again; needed with `breakdowns`."""
    range: Length | None = Field(default=None, gt=0)
    """Way that a full tank lasts, such as `300 km` [m]; without limit where absent."""
    refuelling: Duration | None = None
    """Time to fill it up [s]; needed with `range`."""
    external: YesNo = False
    """Whether it comes from outside, once help is asked for and granted (支援力量)."""
    force: Identifier | None = None
    """Team that crews it: it comes when the team is ready, and goes as long as the team has a crew."""
    crew: Count = assumed(2, "one steers, one pulls people in", ge=1)
    """People of its team on each boat or helicopter; they take no seats."""
    trailer: YesNo = False
    """Whether its boats are carried over the roads by truck, to where road meets water."""
    wading_depth: Length | None = Field(default=None, gt=0)
    """Depth at which its trucks with high clearance stop and turn back [m]; `hazard.effects.truck_limit` where
    absent."""
    fetch_distance: Length = assumed(100.0, "a few carry or lead people so far through shallow water", ge=0)
    """How far from where its truck with high clearance stands the crew fetches people on foot [m], where a walker can
    still wade."""
    launch_time: Duration = assumed(600.0, "off the trailer, engine on, by four hands")
    """Time to put a boat into the water, or to take it out [s]."""
    draught: Length | None = Field(default=None, gt=0)
    """Depth below which its boats are aground [m]; `hazard.effects.boat_draught` where absent."""
    current_limit: Speed | None = Field(default=None, gt=0)
    """Velocity of the water above which its boats no longer go [m/s], where the water says its velocity;
    `hazard.effects.boat_current_limit` where absent."""
    punctures: Number | None = Field(default=None, gt=0, le=10)
    """Punctures in an hour under way afloat, each boat [1/h]; none where absent. Of 4 inflatables 2 were lost to metal
    under water in 33 h (seen: zhigu.net.cn, a small sample): 0.015."""
    limp_speed: Number = assumed(0.5, "one chamber gone, engine throttled", gt=0, le=1)
    """Speed of a boat that is punctured against its own, until it is ashore."""
    patch: DurationLaw | None = None
    """From when a punctured boat is ashore until it goes out again; it does not where absent."""
    hoist_time: Duration = seen(300.0, "Joso 2015: four people in 20 minutes by one winch")
    """Time a helicopter takes for each person it winches up [s]."""
    flies_at_night: YesNo = False
    """Whether its helicopters fly by night (夜航能力), or its drones see by night with a thermal camera (热成像)."""
    endurance: Duration = assumed(
        1800.0, "batteries of 30-40 min, some of it held back; the data sheet knows", gt=0
    )
    """Time that a drone is in the air with one set of batteries [s]; changing them takes its `launch_time`."""
    view_width: Length = assumed(
        150.0, "a camera 100 m up that still shows a person; the operator knows", gt=0
    )
    """Width of the strip of land that a drone sees as it flies [m]."""
    wind_limit: Speed = assumed(17.0, "gale, force 8; a winch needs less: the operator knows", gt=0)
    """Wind above which its helicopters or drones do not fly [m/s], where `hazard.flying_weather` says the wind."""
    visibility_limit: Length = assumed(1500.0, "flight by sight, low and slow; the operator knows")
    """Sight below which its helicopters or drones do not fly [m]."""
    rain_limit: Rainfall = assumed(16.0, "rainstorm by the hour (暴雨); the operator knows")
    """Rain above which its helicopters or drones do not fly [mm/h]."""
    payload: Number | None = Field(default=None, gt=0)
    """What a truck, boat or helicopter carries [kg] of rations that say what a unit weighs; no limit where absent."""

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        for one, other in (("breakdowns", "repair"), ("range", "refuelling")):
            if (getattr(self, one) is None) != (getattr(self, other) is None):
                raise RefusedValueError(
                    Text(f"needs both {one} and {other}", f"须同时有 {one} 和 {other}"),
                    Text("add the missing one, or drop both", "补上缺少的一项，或两项都去掉"),
                )
        if (self.kind == "drone") != (self.seats == 0):
            raise RefusedValueError(
                Text(
                    "takes nobody, and is no drone; or is one, and has seats",
                    "非无人机而座位为 0，或无人机而有座位",
                ),
                Text("write seats: 0 for drones, and for them alone", "只有无人机写 seats: 0"),
            )
        return self


class Trips(Section):
    """Ordinary traffic between two nodes, which fills the roads and takes nobody out (背景交通)."""

    from_node: Words
    """Road node where the vehicles begin."""
    to_node: Words
    """Road node where they end."""
    begins: Moment
    """Moment of the first departure."""
    ends: Moment
    """Moment of the last departure."""
    vehicles: Vehicles = Field(gt=0, le=1_000_000)
    """Vehicles, spread evenly over the time between."""


class Refuge(Place):
    """A place nearby that is safe for the time of the water: a hill, a tall building (就近避险点)."""

    capacity: People | None = Field(default=None, ge=0)
    """People it holds [person]; absent means without limit."""
