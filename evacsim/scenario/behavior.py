"""What people do with a warning: doubt, wait for each other, see to the animals, leave unasked (行为)."""

from typing import Literal

from pydantic import Field

from evacsim.scenario.section import DurationLaw, Fixed, Lognormal, Number, Section, assumed, seen
from evacsim.units import Count, Length, Share


class Groups(Section):
    """Special groups (特殊群体): shares of households; the kind of a zone makes institutions, workers and visitors."""

    elderly_alone: Share = assumed(0.03, "take it from the register of special groups")
    """Elderly people alone (独居老人)."""
    disabled: Share = assumed(0.02, "take it from the register of special groups")
    """Disabled people (残疾人)."""
    pregnant: Share = assumed(0.004, "take it from the register of special groups")
    """Pregnant women (孕妇)."""
    left_behind: Share = assumed(0.02, "take it from the register of special groups")
    """Children left behind (留守儿童)."""


class Belief(Section):
    """Whether a message convinces: the impacts heard so far against a threshold (将信将疑)."""

    threshold: Share = seen(0.3, "scenarios of the evacuation simulator EES: N(0.3, 0.1)")
    """Mean threshold of households."""
    threshold_sd: Number = seen(0.1, "scenarios of the evacuation simulator EES: N(0.3, 0.1)", ge=0, le=1)
    """Its standard deviation."""
    confirmation: Share = assumed(0.05, "each further message counts a little")
    """What a message adds that says the same again."""
    visit: Share = assumed(0.4, "somebody known, at the door")
    """What a visit in person adds."""


class Family(Section):
    """Households that wait until everybody is at home (等候家人)."""

    away_share: Share = assumed(0.3, "one household in three has somebody at work or at school by day")
    """Share of households with somebody away by day."""
    wait: DurationLaw = assumed(
        lambda: Lognormal(type="lognormal", median="30 min", sigma=0.5), "the way home from work or school"
    )
    """From believing the warning until the family is together."""


class Livestock(Section):
    """Households with animals (牲畜)."""

    share: Share = assumed(0.2, "villages; each zone may say otherwise")
    """Share of households."""
    takes: DurationLaw = assumed(lambda: Fixed(value="20 min"), "feeding, or driving them to higher ground")
    """Time it takes before leaving."""
    goes_back: Share = assumed(0.0, "nobody returns to feed them")
    """Share of them that goes back to feed them before it is allowed (回流)."""
    back_after: DurationLaw = assumed(lambda: Fixed(value="12 h"), "animals are fed morning and evening")
    """From being settled in a shelter until they go back."""


class Shadow(Section):
    """People outside the plan who hear of it and leave by themselves (自发转移)."""

    share: Share
    """Share of the households near it, and outside the plan, that leave; of hurricanes 20 to 30 % are known (seen:
    LifeSim TRM-06), of floods like these nothing."""
    within: Length = assumed(2000.0, "as far as one knows the villages that go", gt=0)
    """How near a zone that is ordered to go must be [m], from point to point."""
    car_share: Share = assumed(0.8, "who leaves unasked has a car")
    """Share of them that drives; the rest walks."""


class Fatigue(Section):
    """False alarms of the last year, after which people believe less (误警疲劳)."""

    false_alarms: Count = Field(ge=0)
    """False alarms in the year before."""
    each: Share = assumed(0.02, "no figure is known for districts like this")
    """What each takes from the impact of a message."""


class Behavior(Section):
    """What people do between hearing and leaving; each part is left out where absent."""

    preset: Literal["joso", "oroville", "new_orleans", "teton"] | None = None
    """Observed share that left, in place of `compliance`: Joso 2015 58.5 %, Oroville 2017 67.5 %, New Orleans 2005
    85 %, Teton 1976 99 %."""
    belief: Belief | None = None
    """Doubt; without it everybody believes the first message."""
    family: Family | None = None
    """Waiting for the family."""
    livestock: Livestock | None = None
    """Seeing to animals."""
    shadow: Shadow | None = None
    """People outside the plan who leave."""
    fatigue: Fatigue | None = None
    """False alarms before."""
