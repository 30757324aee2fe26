"""Mistakes of the lists: who is on them and not there, who is there and not on them (转移清单)."""

from pydantic import Field

from evacsim.scenario.section import Patterns, Section
from evacsim.units import Count, Share


class ZoneRegister(Section):
    """What is known of the list of some zones, in place of the shares."""

    zones: Patterns = Field(min_length=1)
    """Zones: ids or patterns with `*`."""
    unlisted: Count = Field(default=0, ge=0)
    """Households of each zone that are not on its list."""
    ghosts: Count = Field(default=0, ge=0)
    """Households on the list of each zone that are not there."""


class Register(Section):
    """The list of those to be moved, against who is there; without mistakes unless it says so."""

    completeness: Share = 1.0
    """Share of households that are on the list; the others are unlisted lodgers, new-comers, the forgotten."""
    ghosts: Share = 0.0
    """Households on the list that are not there, against those that are."""
    wrong_zone: Share = 0.0
    """Share of listed households that stand on the list of another zone of their town."""
    wrong_size: Share = 0.0
    """Share of listed households whose number of people is wrong, by one."""
    zones: list[ZoneRegister] = []
    """Zones whose mistakes are known."""


class Resettled(Section):
    """People of some zones who were resettled before the flood (避险搬迁)."""

    zones: Patterns = Field(min_length=1)
    """Zones: ids or patterns with `*`."""
    share: Share
    """Share of households that no longer live there."""
