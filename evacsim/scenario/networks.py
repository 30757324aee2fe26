"""Sites of power and communication and their outages, and roads that are cut (断电、断网、断路)."""

from typing import Literal, Self

from pydantic import Field, model_validator

from evacsim.errors import RefusedValueError
from evacsim.language import Text
from evacsim.scenario.places import Place
from evacsim.scenario.section import Identifier, LinkIds, Moment, Number, Patterns, Section, assumed, recalled
from evacsim.units import Duration, Length


class Site(Place):
    """A site of power (substation, 变电站) or of mobile communication (base station, 基站)."""

    kind: Literal["power", "cell"]
    """What it gives."""
    serves: Patterns = Field(min_length=1)
    """Zones it serves: ids or patterns with `*`."""
    power_site: Identifier | None = None
    """Site that gives it power; without it nothing but water and outages puts it out."""
    backhaul: Identifier | None = None
    """Site through which a base station is connected."""
    battery: Duration = recalled(4 * 3600.0, "base stations: 3-8 h are typical; operators know better")
    """How long it runs on its battery without power [s]."""
    floods_at: Length = assumed(0.5, "bottom of a power box over the ground", gt=0)
    """Depth of water at which it fails [m]."""
    repair: Number | None = Field(default=None, gt=0, le=1_000_000)
    """Work to get it going again after water has stood in it [person-h], by teams of `plan.works`; it works as soon
    as the water is gone where absent."""


class SiteOutage(Section):
    """A site that fails for a time, whatever the water does."""

    site: Identifier
    """The site."""
    begins: Moment
    """Moment at which it fails."""
    ends: Moment | None = None
    """Moment at which it works again; not within the scenario where absent."""
    repair: Number | None = Field(default=None, gt=0, le=1_000_000)
    """Work to repair it before that [person-h]; only teams of `plan.works` do it, and nobody can where absent."""

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        begins, ends = self.begins, self.ends
        if isinstance(begins, float) and isinstance(ends, float) and ends <= begins:
            raise RefusedValueError(*ENDS_TOO_SOON)
        return self


class RoadCut(Section):
    """Roads that no vehicle passes for a time, whatever the water does: a slide, a bridge that fell (断路).

    No order opens them. Nobody enters them from then on; whoever is on them drives on to their end. People on foot
    get past.
    """

    links: LinkIds = Field(min_length=1)
    """Ids of the road links, each for its own direction."""
    begins: Moment
    """Moment from which they are cut."""
    ends: Moment | None = None
    """Moment at which they are passable again, whatever anybody does; not within the scenario where absent."""
    work: Number | None = Field(default=None, gt=0, le=1_000_000)
    """Work to clear them [person-h]; only teams of `plan.works` do it, and nobody can where absent."""
    bridge: Number | None = Field(default=None, gt=0, le=1_000_000)
    """Work to lay a temporary bridge instead (便桥、舟桥) [person-h]; nobody can where absent."""
    bridge_bears: Literal["car", "bus"] = assumed("bus", "military and Bailey bridges bear lorries")
    """Heaviest that the bridge bears: cars only, or buses and trucks too."""

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        begins, ends = self.begins, self.ends
        if isinstance(begins, float) and isinstance(ends, float) and ends <= begins:
            raise RefusedValueError(*ENDS_TOO_SOON)
        return self


ENDS_TOO_SOON = (
    Text("ends must be later than begins", "ends 须晚于 begins"),
    Text("write a later moment, or leave ends out", "写更晚的时刻，或不写 ends"),
)
