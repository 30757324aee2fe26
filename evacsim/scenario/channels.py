"""Channels by which a warning reaches the public, each with its reach by day and night (预警发布渠道)."""

from typing import Literal

from pydantic import Field

from evacsim.scenario.section import DurationLaw, Fixed, Identifier, Number, Patterns, Section, assumed
from evacsim.units import Duration, Share


class Channel(Section):
    """One channel: who sends over it, whom it reaches, how soon, and what it needs to work."""

    id: Identifier
    """Unique among channels."""
    kind: Literal["sms", "cell_broadcast", "loudspeaker", "siren", "calling_speaker", "radio", "tv"]
    """What it is."""
    operator: Identifier | None = None
    """Office that sends over it; the office of each zone where absent."""
    zones: Patterns = ["*"]
    """Zones it covers: ids or patterns with `*`."""
    reach_day: Share
    """Share of households that hear it by day."""
    reach_night: Share
    """Share of households that hear it by night."""
    delay: DurationLaw = assumed(
        lambda: Fixed(value="0 s"), "heard at once; messages take longer than sirens"
    )
    """From going out to being heard."""
    rate: Number | None = Field(default=None, gt=0)
    """Messages it sends [1/s]; all at once where absent."""
    needs: list[Literal["power", "cell"]] = []
    """What must work in the zone for it to be heard there."""
    impact: Share = assumed(1.0, "one message convinces; lower where sirens are not believed")
    """What one message does to a household's doubts, in [0, 1]."""
    repeat: Duration | None = Field(default=None, gt=0)
    """It goes out again after this long [s]; once where absent."""


class Coverage(Section):
    """Reach of a channel in some zones, where it is another than the channel's own."""

    channel: Identifier
    """The channel."""
    zones: Patterns = Field(min_length=1)
    """Zones: ids or patterns with `*`."""
    reach_day: Share
    """Share of households that hear it by day."""
    reach_night: Share
    """Share of households that hear it by night."""
