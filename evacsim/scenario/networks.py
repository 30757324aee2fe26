"""Sites of power and communication and their outages, and roads that are cut (断电、断网、断路)."""

from typing import Literal, Self

from pydantic import Field, model_validator

from evacsim.errors import RefusedValueError
from evacsim.language import Text
from evacsim.scenario.places import Place
from evacsim.scenario.section import Identifier, LinkIds, Moment, Number, Patterns, Section, assumed, recalled
from evacsim.units import Count, Duration, Length


class Site(Place):
    """A site of power (substation, 变电站), of mobile communication (base station, 基站) or of a private network."""

    kind: Literal["power", "cell", "trunked"]
    """What it gives: power; mobile phones; handsets of the private network (专网, 370 MHz)."""
    serves: Patterns = []
    """Zones that a site of power or a base station of mobile phones serves: ids or patterns with `*`."""
    range: Length | None = Field(default=None, gt=0)
    """Distance up to which a trunked base station covers handsets (覆盖半径) [m]; 10 km where absent (assumed: hilly
    land)."""
    channels: Count | None = Field(default=None, ge=1)
    """Calls that a base station carries at once (信道数); no limit where absent. It counts with
    `plan.organize.networks` only."""
    power_site: Identifier | None = None
    """Site that gives it power; without it nothing but water and outages puts it out."""
    backhaul: Identifier | None = None
    """Site through which a base station is connected. Without it one of mobile phones is out; a trunked one still
    connects those whom it covers itself (单站模式)."""
    battery: Duration = recalled(4 * 3600.0, "base stations: 3-8 h are typical; operators know better")
    """How long it runs on its battery without power [s]."""
    floods_at: Length = assumed(0.5, "bottom of a power box over the ground", gt=0)
    """Depth of water at which it fails [m]."""
    repair: Number | None = Field(default=None, gt=0, le=1_000_000)
    """Work to get it going again after water has stood in it [person-h], by teams of `plan.works`; it works as soon
    as the water is gone where absent."""

    @model_validator(mode="after")
    def _says_whom_it_reaches(self) -> Self:
        if self.kind == "trunked" and self.serves:
            raise RefusedValueError(*COVERS_BY_RANGE)
        if self.kind != "trunked" and not self.serves:
            raise RefusedValueError(*SERVES_NOBODY)
        if self.kind != "trunked" and self.range is not None:
            raise RefusedValueError(*SERVES_BY_ZONES)
        if self.kind == "power" and self.channels is not None:
            raise RefusedValueError(*NO_CHANNELS)
        return self

    @property
    def covers(self) -> float:
        """Return up to which distance it covers handsets [m]."""
        return TRUNKED_RANGE if self.range is None else self.range


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


TRUNKED_RANGE = 10_000.0
"""Distance that a trunked base station of 370 MHz covers in hilly land where nobody says it (assumed) [m]."""
COVERS_BY_RANGE = (
    Text("a trunked base station covers by its range, not by zones", "专网基站按覆盖半径服务，不按区域"),
    Text("leave serves out and write range", "去掉 serves，写 range"),
)
SERVES_NOBODY = (
    Text("serves must name a zone or more", "serves 须写明服务的区域"),
    Text("write ids of zones, or *", "写转移单元编号，或 *"),
)
SERVES_BY_ZONES = (
    Text("range holds for trunked base stations only", "range 仅用于专网基站"),
    Text("leave range out; serves says whom it reaches", "去掉 range，由 serves 说明服务区域"),
)
NO_CHANNELS = (
    Text("a site of power has no channels", "供电站点没有信道"),
    Text("leave channels out", "去掉 channels"),
)
ENDS_TOO_SOON = (
    Text("ends must be later than begins", "ends 须晚于 begins"),
    Text("write a later moment, or leave ends out", "写更晚的时刻，或不写 ends"),
)
