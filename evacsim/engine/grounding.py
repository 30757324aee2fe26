"""What keeps helicopters and drones on the ground: night, unless they fly by night, and the weather."""

from collections.abc import Callable, Generator
from typing import Any

import numpy as np
import simpy

from evacsim.engine.parts import Parts
from evacsim.scenario.transport import Fleet

FLYING = ("helicopter", "drone")
Process = Generator[simpy.Event, Any, None]


def grounded_by(parts: Parts, fleet: Fleet) -> str | None:
    """Return what keeps a fleet on the ground now: `no_light`, `no_weather`, or None where it may fly.

    Only what flies is ever kept on the ground.
    """
    if fleet.kind not in FLYING:
        return None
    if not fleet.flies_at_night and parts.calendar.is_night(parts.now):
        return "no_light"
    return None if parts.world.skies.allows(fleet, parts.now) else "no_weather"


def forbidden_from(parts: Parts, fleet: Fleet) -> float:
    """Return until when a fleet that may fly now may go on [s]: until dusk, or worse weather; infinite for ever."""
    weather = parts.world.skies.closes(fleet, parts.now)
    return weather if fleet.flies_at_night else min(weather, parts.calendar.next_change(parts.now))


def await_leave(parts: Parts, fleet: Fleet, tell: Callable[[str], None] | None = None) -> Process:
    """Wait until a fleet may fly; `tell` hears each thing that it waits for."""
    while (reason := grounded_by(parts, fleet)) is not None:
        if tell is not None:
            tell(reason)
        by_light = reason == "no_light"
        opens = (
            parts.calendar.next_change(parts.now) if by_light else parts.world.skies.opens(fleet, parts.now)
        )
        if np.isfinite(opens):
            yield parts.clock.timeout(opens - parts.now)
        else:
            yield simpy.Event(parts.clock)  # the weather stays as it is
