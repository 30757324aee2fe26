"""Works: what teams do beside fetching people (抢险作业)."""

from pydantic import Field

from evacsim.scenario.section import DurationLaw, Number, Patterns, Section, Uniform, assumed
from evacsim.units import Count


class WorkStock(Section):
    """What works take, in one stock: a party takes it along when it sets out (抢险物资); no limit where absent."""

    bridges: Count | None = Field(default=None, ge=0)
    """Temporary bridges (便桥、舟桥)."""
    generators: Count | None = Field(default=None, ge=0)
    """Generators that can be carried somewhere (发电机)."""


class CarriedPower(Section):
    """Generators that teams with the skill `power` carry to where power has failed (应急发电).

    To offices and shelters of `to` as soon as their mains fail, or the own generator of a shelter is used up; to base
    stations when they go over to their battery. They stay until the mains are back; fuel is brought (assumed).
    """

    to: Patterns = ["*"]
    """Shelters, offices and base stations that get one: ids or patterns with `*`."""
    work: Number = assumed(2.0, "unloading, connecting, starting: two people an hour", gt=0, le=1000)
    """Work to set one up [person-h]."""


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
    generators: CarriedPower | None = None
    """Where generators are carried to; nowhere where absent."""
