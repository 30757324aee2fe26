"""Handsets and satellite phones of offices: how many there are, and how long they work without power (终端、电池)."""

from collections.abc import Callable
from functools import partial

from evacsim.engine.log import ROOT, Kind, Where
from evacsim.engine.parts import Parts
from evacsim.scenario.communication import NETWORKS, Communication
from evacsim.world.offices import satellite_phones

HANDSET, SATELLITE_PHONE = "handset", "satellite_phone"
NETWORK = {HANDSET: NETWORKS.index("private"), SATELLITE_PHONE: NETWORKS.index("satellite")}
"""Row of the network that each terminal belongs to."""


class Handsets:
    """The terminals of all offices.

    charged - (its office loses power) - on battery - (battery) - empty; charged again at once when power is back. An
    office that no site of power serves has always power.
    """

    def __init__(self, parts: Parts, rules: Communication, tell: Callable[[int], None]) -> None:
        self.parts = parts
        self._tell = tell
        """Told that a terminal works or does not, by an event."""
        self._battery: dict[str, float] = {}
        if rules.private is not None:
            self._battery[HANDSET] = rules.private.battery
        if rules.satellite is not None:
            self._battery[SATELLITE_PHONE] = rules.satellite.battery
        self._since: dict[Where, int] = {}
        """Event by which each office lost its power, while it has none."""
        left_out = satellite_phones(parts.world.offices, parts.world.scenario.plan)[1]
        self._without = [Where(Kind.OFFICE, row) for row in left_out]
        """Offices for which no satellite phone is left."""
        for office in self._without:
            parts.networks.put_out(SATELLITE_PHONE, office, ROOT)
        parts.at_power.append(self._hear_of_power)

    def _hear_of_power(self, place: Where, works: bool, event: int) -> None:  # noqa: FBT001 - a hook of `Parts`
        if place.kind != Kind.OFFICE:
            return
        if not works:
            if place not in self._since:
                self._since[place] = event
                for kind, battery in self._battery.items():
                    due = self.parts.now + battery
                    self.parts.clock.call_at(due, partial(self._run_empty, kind, place, event))
            return
        self._since.pop(place, None)
        for kind in self._battery:
            if not (kind == SATELLITE_PHONE and place in self._without):
                self.parts.networks.restore(kind, place)
        self._tell(event)

    def _run_empty(self, kind: str, office: Where, since: int) -> None:
        if self._since.get(office) != since or not self.parts.networks.works(kind, office):
            return
        event = self.parts.log.record(
            self.parts.now, "handset_empty", office, place=Where(Kind.NETWORK, NETWORK[kind]), cause=since
        )
        self.parts.networks.put_out(kind, office, event)
        self._tell(event)
