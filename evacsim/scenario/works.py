"""Works: what teams do beside fetching people (抢险作业)."""

from pydantic import Field

from evacsim.scenario.section import DurationLaw, Number, Patterns, Section, Uniform, assumed, seen
from evacsim.units import Count, Duration, Length


class WorkStock(Section):
    """What works take, in one stock: a party takes it along when it sets out (抢险物资); no limit where absent."""

    bridges: Count | None = Field(default=None, ge=0)
    """Temporary bridges (便桥、舟桥)."""
    generators: Count | None = Field(default=None, ge=0)
    """Generators that can be carried somewhere (发电机); those of the stores where absent and stores have any."""
    bags: Count | None = Field(default=None, ge=0)
    """Sandbags (编织袋)."""
    pumps: Count | None = Field(default=None, ge=0)
    """Pumps (排涝泵车)."""
    repeaters: Count | None = Field(default=None, ge=0)
    """Mobile repeaters with their vehicles (应急通信车)."""


class DykeWorks(Section):
    """What teams with the skill `dyke` do at the dykes of the hazard (巡堤查险、加筑子堤).

    A patrol goes along each dyke from when its gauge reaches the warning stage, or from the start where it has none,
    and finds where it leaks; a party stops that. Once the stage is near the crest, sandbags are laid in layers; a
    layer raises the crest when it is done all along.
    """

    patrol: Count = assumed(4, "two pairs, one along the crest and one along the foot", ge=0)
    """People who patrol each dyke; nobody does where 0, and a leak is not found."""
    round: Duration = assumed(3600.0, "orders: along each stretch every 1-2 h in high water", gt=0)
    """Time of one round [s]: a leak is found within it, at any time alike."""
    raise_by: Length = assumed(0.6, "what a narrow crest carries", ge=0)
    """How much the crest is raised at most [m]."""
    layer: Length = assumed(0.2, "two rows of bags on each other", gt=0)
    """Height of one layer [m]."""
    freeboard: Length = assumed(0.5, "as little as is left before the crest is raised")
    """Distance of the stage from the crest at which laying begins [m]."""
    bags_per_hour: Number = seen(12.0, "NDSU by vcalc: 5 min a bag", gt=0)
    """Sandbags that one person fills and lays in an hour."""


class Pumping(Section):
    """Pumps that teams with the skill `pump` set up behind dykes that have failed (排涝).

    They are asked for as soon as water stands there, and run while people are at them, as far as the water goes.
    """

    pumps: Count = Field(ge=1)
    """Pumps for one dyke; taken from the stock together."""
    rate: Number = seen(1157.0, "Yuyao 2013: what each of 6 pump trucks moved; rated 1000-3000", gt=0)
    """What one of them moves [m3/h]."""
    people: Count = assumed(6, "two or three a pump truck, in turns", ge=1)
    """People at the pumps of one dyke."""
    step: Length = assumed(0.05, "finer than any depth that matters", ge=0.01)
    """The water is counted as lower by so much at a time [m], never before it is."""


class CarriedPower(Section):
    """Generators that teams with the skill `power` carry to where power has failed (应急发电).

    To offices and shelters of `to` as soon as their mains fail, or the own generator of a shelter is used up; to base
    stations when they go over to their battery. They stay until the mains are back; fuel is brought (assumed).
    """

    to: Patterns = ["*"]
    """Shelters, offices and base stations that get one: ids or patterns with `*`."""
    work: Number = assumed(2.0, "unloading, connecting, starting: two people an hour", gt=0, le=1000)
    """Work to set one up [person-h]."""


class Repeaters(Section):
    """Mobile repeaters that teams with the skill `comms` bring where the private network is gone (应急通信车、背负站).

    They are asked for where an office of `to` that had coverage loses it, stand beside that office, are connected by
    satellite, and stay until a base station covers it again; their vehicle gives them power (assumed).
    """

    to: Patterns = ["*"]
    """Offices that get one: ids or patterns with `*`."""
    work: Number = seen(
        1.0, "Dalian 2025, promotional: 30 min for car and base; by two people", gt=0, le=1000
    )
    """Work to set one up [person-h]."""
    range: Length = assumed(5000.0, "half of what a mast covers: its antenna stands lower", gt=0)
    """Distance up to which it covers handsets [m]."""


class Plant(Section):
    """Machines that help a party to clear a road (挖机、推土机、铲车).

    It takes them along from one stock, as far as any are left, and brings them back with it.
    """

    machines: Count = Field(ge=1)
    """Machines of the district that can be had."""
    each: Count = assumed(1, "one excavator works at a slide, lorries and people around it", ge=1)
    """Machines that a party takes to one road."""
    worth: Number = assumed(30.0, "an excavator moves 40-80 m3/h, a person with a shovel 1-2", gt=0, le=1000)
    """What a machine does in an hour [person-h]; it does not tire."""


class Works(Section):
    """抢险作业: what teams with the skill for it do.

    They clear roads that are cut (`hazard.road_cuts` with `work`), lay bridges there (with `bridge`), repair sites
    (`hazard.outages` with `repair`, `district.sites` with `repair`), carry generators.
    """

    heard_after: DurationLaw = assumed(
        lambda: Uniform(type="uniform", low="10 min", high="60 min"),
        "somebody has to come upon it and report it",
    )
    """From a work being needed until headquarters knows."""
    party: Count | None = Field(default=None, ge=1)
    """People of a team who go to one work; all of the team who are free where absent."""
    stock: WorkStock = Field(default_factory=WorkStock)
    """What works take."""
    plant: Plant | None = None
    """Machines for clearing; none where absent."""
    generators: CarriedPower | None = None
    """Where generators are carried to; nowhere where absent."""
    repeaters: Repeaters | None = None
    """Where mobile repeaters are brought to; nowhere where absent."""
    dykes: DykeWorks | None = None
    """Patrols and sandbags; none where absent."""
    pumping: Pumping | None = None
    """Pumps; none where absent."""
