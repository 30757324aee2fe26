"""Who goes from door to door, and how well heads are counted (网格员、信息员、第一响应人)."""

from pydantic import Field

from evacsim.scenario.section import Identifier, Number, Patterns, Section, YesNo, assumed, recalled
from evacsim.units import Count, Share


class Officer(Section):
    """A team that goes from door to door (工作组)."""

    id: Identifier
    """Unique among teams."""
    office: Identifier
    """Office it belongs to, whose zones are its own."""
    zones: Patterns = []
    """Zones it goes to: ids or patterns with `*`; all of its office where empty."""
    members: Count = Field(default=2, ge=1)
    """People; they go together."""
    kind: str = ""
    """What they are: grid officer, information officer, first responder ..."""


class OfficerRules(Section):
    """How teams work."""

    rate: Number = recalled(12.0, "NSW SES: 5 min a dwelling for a team of two", gt=0, le=200)
    """Doors one team knocks at by day, its walk between them included [1/h]."""
    night_factor: Number = assumed(0.7, "finding doors in the dark", gt=0, le=1)
    """What is left of the rate by night."""
    sweeps: Count = assumed(1, "one round; a second one finds whom the lists forgot", ge=1, le=10)
    """Rounds through each zone."""
    count_error: Number = assumed(0.0, "heads are counted without mistakes", ge=0, le=1)
    """Standard deviation of the error of a head-count against the true number."""
    find_unlisted: Share = assumed(1.0, "every door is knocked at in a second round")
    """Share of unlisted households that a round over all doors finds."""
    one_to_one: YesNo = False
    """Whether each household of a special group has a person responsible, who goes there first (一对一)."""
