"""The end of a run: whoever had to go and never heard of it is told of, and why.

What fails on the way of an order to a zone names the zone as its subject or place; so the last
failure of its zone is what kept the order from a household.
"""

import numpy as np

from evacsim.engine.log import ROOT, Kind, Where
from evacsim.engine.parts import Mode, Parts
from evacsim.engine.triggering import Triggering
from evacsim.terms import HouseholdState

FAILED = (
    "call_given_up",
    "broadcast_failed",
    "officer_overloaded",
    "nobody_home",
    "measure_skipped",
    "danger_not_judged",
)
"""What keeps an order from those it is for."""


class Concluding:
    """What is written when the run has come to its end."""

    def __init__(self, parts: Parts, triggering: Triggering) -> None:
        self.parts = parts
        self.triggering = triggering

    def conclude(self) -> None:
        """Write `never_reached` for every household of the plan that had to go and was never told.

        Its cause is the last failure at its own door or in its zone; without one the decision,
        then the trigger; where nothing was decided, the water at its home.
        """
        parts, households, log = self.parts, self.parts.households, self.parts.log
        times, water = parts.book.times, parts.book.times["water"]
        concerned = ~np.isnan(self.triggering.triggered[households.zone]) | ~np.isnan(water)
        is_there = parts.book.state != HouseholdState.AWAY
        rows = np.flatnonzero((parts.mode != Mode.NONE) & is_there & concerned & np.isnan(times["told"]))
        if not rows.size:
            return
        at_the_door = log.last_about(Kind.HOUSEHOLD, FAILED)
        in_zone = log.last_about(Kind.ZONE, FAILED)
        decided, met = log.last_about(Kind.ZONE, ("decided",)), log.last_about(Kind.ZONE, ("rule_met",))
        changes = log.events(("water_changed",))
        for household in rows.tolist():
            zone = int(households.zone[household])
            cause = (
                at_the_door.get(household)
                or in_zone.get(zone)
                or decided.get(zone)
                or met.get(zone)
                or int(self.triggering.trigger_event[zone])
                or _last_before(changes.time, changes.number, float(water[household]))
            )
            event = log.record(
                parts.now,
                "never_reached",
                Where(Kind.HOUSEHOLD, household),
                place=Where(Kind.ZONE, zone),
                value=int(households.people[household]),
                cause=cause,
            )
            # Whom the water has met has that event as its last; its own chain leads to the water.
            if parts.book.event[household] == ROOT:
                parts.book.event[household] = event


def _last_before(time: np.ndarray, number: np.ndarray, moment: float) -> int:
    """Return the number of the last of some events at or before a moment; there is one."""
    return int(number[np.searchsorted(time, moment, side="right") - 1])
