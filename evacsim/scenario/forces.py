"""Teams: who they are, what they can do, where they stand (队伍)."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from evacsim.scenario.places import Place
from evacsim.scenario.section import DurationLaw, Identifier, Patterns, Uniform, YesNo, as_list
from evacsim.units import Count, People

Skill = Literal[
    "water", "search", "air", "medical", "pump", "dyke", "clear", "comms", "power", "bridge", "door"
]
"""What a team can do: rescue on water, search, fly, treat, pump, hold dykes, clear roads, restore base stations,
restore power, lay bridges, knock at doors."""

CAPABILITIES: Mapping[str, tuple[Skill, ...]] = {
    "fire": ("water", "search", "pump", "medical"),
    "flood": ("water", "pump", "dyke"),
    "town_team": ("dyke", "clear", "door"),
    "drought_flood": ("pump", "dyke"),
    "militia": ("water", "search", "dyke", "clear"),
    "army": ("water", "search", "dyke", "clear"),
    "forest": ("search", "clear"),
    "volunteer": ("water", "search", "medical"),
    "air": ("air", "search"),
    "medical": ("medical",),
    "comms": ("comms",),
    "power": ("power",),
    "engineers": ("bridge", "clear"),
    "drainage": ("pump",),
    "contractor": ("clear", "dyke"),
    "information_officer": ("door",),
}
"""What the kinds of teams can do that the planning documents name, in this order 综合性消防救援、专业抗洪抢险、
镇街综合、防汛抗旱、人武民兵、军队、森林消防、社会力量、航空、医疗、通信保障、电力抢修、工程（舟桥）、
城管排涝、施工企业、灾害信息员 (assumed).
A team that says its own `skills` has those, one of another kind none."""

READINESS: Mapping[str, DurationLaw] = {
    "fire": Uniform(type="uniform", low="1 min", high="5 min"),
    "flood": Uniform(type="uniform", low="30 min", high="60 min"),
    "town_team": Uniform(type="uniform", low="30 min", high="60 min"),
    "army": Uniform(type="uniform", low="30 min", high="90 min"),
    "volunteer": Uniform(type="uniform", low="60 min", high="180 min"),
    "air": Uniform(type="uniform", low="30 min", high="60 min"),
}
"""From the call until a team sets out, by its kind (assumed: whoever stands by leaves at once, whoever is called at
home has to come together first 拉动集结)."""
USUAL_READINESS: DurationLaw = Uniform(type="uniform", low="30 min", high="90 min")
"""The same of all other kinds (assumed)."""


class Force(Place):
    """People who can act: rescue teams, town teams, information officers (队伍)."""

    kind: str
    """What they are: fire, flood, town_team, drought_flood, militia, army, forest, volunteer, air, medical, comms,
    drainage, contractor, information_officer ..."""
    members: People = Field(gt=0)
    """People."""
    skills: Annotated[list[Skill], BeforeValidator(as_list)] = []
    """What they can do; what their kind can where empty."""
    township: str = ""
    """Town or street they answer for; all where empty."""
    zones: Patterns = []
    """Zones they answer for before their town does, as a village's own team: ids or patterns with `*`. Read with
    `plan.rescue.tiers` alone."""
    office: Identifier | None = None
    """Office that commands them; the one that decides where absent. With `plan.organize.networks` they are called
    out when headquarters has reached it; without an office at once."""
    readiness: DurationLaw | None = None
    """From the call until they set out (拉动集结); that of their kind where absent."""
    jackets: Count | None = Field(default=None, ge=0)
    """Life-jackets they have; without limit where absent."""
    external: YesNo = False
    """Whether they come from outside, once help is asked for and granted (支援力量)."""

    unasked: YesNo = False
    """Whether nobody can call them: they come by themselves when they hear of people in need (不请自来), and have to be
    checked in (`plan.rescue.volunteers`)."""

    @property
    def can(self) -> tuple[Skill, ...]:
        """Return what they can do."""
        return tuple(self.skills) or CAPABILITIES.get(self.kind, ())

    @property
    def gets_ready_in(self) -> DurationLaw:
        """Return the law of the time from the call until they set out."""
        return self.readiness or READINESS.get(self.kind, USUAL_READINESS)
