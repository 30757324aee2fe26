"""What people meet at the shelter, and how they come home (如何管)."""

from typing import Literal

from pydantic import Field

from evacsim.scenario.plan_text import CareText
from evacsim.scenario.section import (
    DurationLaw,
    Fixed,
    Identifier,
    LinkIds,
    Number,
    Section,
    Uniform,
    YesNo,
    assumed,
    recalled,
    seen,
)
from evacsim.units import Area, Count, Duration, Length, Share


class Stock(Section):
    """A supply in a store (库存)."""

    store: Identifier
    """The store."""
    item: Identifier
    """What it is, as the rations call it."""
    amount: Number = Field(ge=0)
    """How much, in the unit of the ration."""


class Space(Section):
    """Area that a person needs, by the time since arrival (人均面积)."""

    emergency: Area = recalled(1.0, "GB 51143, up to a day; doubtful, check the standard", gt=0)
    """Up to a day [m2]."""
    short: Area = recalled(2.0, "GB 51143, 2 to 14 days; doubtful, check the standard", gt=0)
    """From a day to 14 days [m2]."""
    long: Area = recalled(4.5, "GB 51143, 15 days and more; doubtful, check the standard", gt=0)
    """After that [m2]."""


class Needs(Section):
    """What a person needs at a shelter; shortages are counted in person-hours."""

    water: Number = seen(15.0, "Sphere Handbook: 15 L a person and day", gt=0)
    """Water [L a person and day]."""
    people_per_tap: Count = seen(250, "Sphere Handbook: 250 people a tap", ge=1)
    """People who share a tap."""
    people_per_toilet: Count = seen(20, "Sphere Handbook: 20 people a toilet", ge=1)
    """People who share a toilet."""


class Ration(Section):
    """What a person is given each day; drawn from stock."""

    item: Identifier
    """What it is."""
    per_person_day: Number = Field(gt=0)
    """Amount for a person and day."""
    unit: str = ""
    """Its unit, such as L or pack."""
    package: Number = assumed(1.0, "no unit is broken up; give the size of the box where it matters", gt=0)
    """What one package holds, in the unit: asked for, sent and bought in whole packages."""
    weight: Number | None = Field(default=None, gt=0)
    """What one unit weighs [kg]; fills no vehicle where absent."""
    gives: Literal["food", "water", "bed", "other"] = "other"
    """What it gives to whom it is handed out: counts towards relief."""


class Purchase(Section):
    """A contract for supplies in need (紧急采购)."""

    item: Identifier
    """What it is, as the rations call it."""
    amount: Number = Field(gt=0)
    """How much at once."""
    lead: DurationLaw
    """From the order to its arrival at the store."""
    store: Identifier | None = None
    """Store where it arrives, and from where it goes on to the shelters; the first of the county where absent."""


class Supply(Section):
    """How stock is filled up (物资调运)."""

    ask_below: Duration = assumed(12 * 3600.0, "half a day's stock")
    """A shelter asks for more when its stock lasts no longer [s]."""
    ask_every: Duration = assumed(3600.0, "a shelter counts and asks once an hour")
    """From one request of a shelter for an item to the next [s]."""
    loading: DurationLaw = assumed(
        lambda: Uniform(type="uniform", low="20 min", high="30 min"), "by hand, one truck"
    )
    """Time to load a truck."""
    trucks: Identifier | None = None
    """Fleet that drives."""
    boats: Identifier | None = None
    """Fleet of boats that goes over the water where no road leads; it fetches nobody."""
    helicopters: Identifier | None = None
    """Fleet that flies where no road leads; it fetches nobody."""
    landing_time: Duration = assumed(600.0, "10 min, as in rescue")
    """Time a helicopter takes to land, unload and take off again [s]."""
    purchases: list[Purchase] = []
    """Contracts."""


class HeadCounts(Section):
    """Heads counted at shelters (安置点清点)."""

    every: Duration = assumed(3600.0, "once an hour, as reports are", gt=0)
    """From one count to the next, the first so long after the start [s]; only where somebody has come or gone."""
    error: Number = assumed(0.02, "as counts at the door err; nobody has measured it", ge=0)
    """Standard deviation of a count, as a share of the true number."""


class Reunion(Section):
    """Families of two households that may be taken to different shelters (走失登记、家庭团聚)."""

    related_share: Share = assumed(0.2, "grandparents next door; nobody has counted them")
    """Share of the households of a village that are one family with another household there."""
    report_after: Duration = assumed(2 * 3600.0, "as long as the next bus may take")
    """From being settled to reporting the others missing [s]."""
    exchange: Duration = assumed(2 * 3600.0, "shelters compare their lists every two hours", gt=0)
    """From one comparison of the lists of all shelters to the next, the first so long after the start [s]."""
    bring: DurationLaw = assumed(
        lambda: Uniform(type="uniform", low="30 min", high="90 min"), "somebody drives them over"
    )
    """From being found on a list to being together."""


class Return(Section):
    """When people may go home (返家)."""

    dry_for: Duration = assumed(24 * 3600.0, "a day to look at houses, water and power")
    """How long the homes of a zone must be dry, from the end of the water or, where none comes, from the order [s]."""
    road_open: YesNo = True
    """Whether a road must lead there by car, from a shelter where people of the zone are."""
    inspection: DurationLaw = assumed(
        lambda: Uniform(type="uniform", low="2 h", high="6 h"), "walking through a village"
    )
    """From then until it is authorized."""


class Returning(Section):
    """People who go back before it is allowed (擅自返回, 回流)."""

    share_per_day: Share
    """Share of settled households that go back on a day; the others may the next day."""


class Post(Section):
    """A post that stops who goes back (卡点)."""

    id: Identifier
    """Unique among posts."""
    links: LinkIds = Field(min_length=1)
    """Road links it stands on."""
    staff: Count = Field(default=2, ge=1)
    """People who stand there."""
    setup: DurationLaw = assumed(
        lambda: Uniform(type="uniform", low="20 min", high="60 min"), "from the town"
    )
    """From the order until it stands."""
    stop_share: Share = assumed(0.8, "a manned post; nobody has measured it")
    """Share of those who come by before they may go home that turn back."""


class Care(Section):
    """如何管: what people meet at the shelter."""

    registration_time: DurationLaw = assumed(
        lambda: Fixed(type="fixed", value="40 s"), "one desk, one household"
    )
    """Time one desk needs for one household."""
    relief_limit: Duration = assumed(8 * 3600.0, "district 14th five-year plan: basic relief within 8 h")
    """Time by which everybody who left home must be settled [s]."""
    space: Space | None = None
    """Area a person needs; without it `capacity` alone limits a shelter."""
    needs: Needs | None = None
    """What a person needs there; nothing is short where absent."""
    rations: list[Ration] = []
    """What is handed out; nothing is drawn from stock where empty."""
    supply: Supply | None = None
    """How stock is filled up; never where absent."""
    second_transfer: YesNo = False
    """Whether people are moved on from a shelter that water enters (二次转移); else they are stranded there."""
    second_transfer_before: Length = assumed(0.0, "moved when the water is above the limit, not before")
    """Depth below the shelter's limit at which they are moved [m]."""
    second_transfer_walk: Duration = assumed(3600.0, "whoever has further to go stays upstairs")
    """Longest way on foot to another shelter [s]."""
    second_transfer_by_bus: YesNo = False
    """Whether those who have further to go, or need help to walk, wait for a bus that has nobody else to fetch."""
    second_transfer_crowded: YesNo = False
    """Whether those for whom a new stage of care leaves no room are moved on in the same way; else they are crowded."""
    head_counts: HeadCounts | None = None
    """How people at shelters are counted; nobody counts them where absent."""
    reunion: Reunion | None = None
    """How families that are apart look for each other; nobody does where absent."""
    back_home: Return | None = None
    """Return once the water has gone; nobody returns within the run where absent."""
    going_back: Returning | None = None
    """People who go back before it is allowed; nobody where absent."""
    posts: list[Post] = []
    """Posts that stop them: from a measure `ban` that names them, else from the first order."""
    text: CareText = Field(default_factory=CareText)
    """What the plan says in words."""
