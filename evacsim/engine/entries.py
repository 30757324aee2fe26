"""Every entry of a traveler into a road as an event, where the scenario asks for it (`recording.passages`).

Such an event names what set the traveler going as its cause, and is itself the cause of nothing.
"""

import numpy as np
from numpy.typing import NDArray

from evacsim.engine.log import Kind, Where
from evacsim.engine.movement import NoticeKind
from evacsim.engine.parts import Parts
from evacsim.engine.transport import Transport


class Entries:
    """Writes into the event log who enters which road."""

    def __init__(self, parts: Parts, transport: Transport, household_of: NDArray[np.int64]) -> None:
        """Prepare for movers whose first rows are those of households, `household_of` each; vehicles follow."""
        self._parts = parts
        self._transport = transport
        self._household_of = household_of

    def write_down(self) -> None:
        """Write down the entries since the last call, in the order of time."""
        parts = self._parts
        records = parts.movement.drain_records()
        for time, mover, way, _ in records[records["kind"] == NoticeKind.ENTERED].tolist():
            if mover < len(self._household_of):
                household = int(self._household_of[mover])
                subject, cause = Where(Kind.HOUSEHOLD, household), int(parts.book.event[household])
                people = int(parts.households.people[household])
            elif not self._transport.driving.is_vehicle(mover):
                continue  # ordinary traffic, of which no event tells
            else:
                vehicle = self._transport.vehicle_of(mover)
                subject, cause = vehicle.where, vehicle.event
                people = self._transport.people_aboard(vehicle)
            road = Where(Kind.LINK, int(parts.world.ways.link[way]))
            parts.log.record(time, "entered", subject, place=road, value=people, cause=cause)
