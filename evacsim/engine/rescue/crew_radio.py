"""What crews are told, by whom, and whether they hear it where they are (任务通联).

A village tells its own crews of its cases, and everybody is told in person who stands beside the office that speaks.
All others are told by phone, where base stations serve the nearest homes, or by handset of the private network: a task
is heard once it has been said and understood, over the channels of a call. Crews' phones and handsets are charged
aboard, and they have no satellite phones (assumed). Help from outside that nobody guides has no handset (assumed).
"""

from collections import Counter
from collections.abc import Generator
from typing import Any, Protocol

import numpy as np
import simpy
from numpy.typing import NDArray

from evacsim.engine.carrying import Carrying
from evacsim.engine.log import Kind, Where
from evacsim.engine.parts import Parts
from evacsim.engine.rescue.tiers import DISTRICT, LEVELS, VILLAGE, Tiers
from evacsim.engine.vehicles import Vehicle
from evacsim.scenario.communication import CrewWords
from evacsim.scenario.forces import Force

HEADQUARTERS = 0
"""Offices stand parents before children: the first one sends the craft (assumed)."""
IN_PERSON = 300.0
"""How far from an office one is told by word of mouth [m] (assumed)."""
Levels = NDArray[np.bool_]
"""Whether a crew hears of the cases of each of `LEVELS`, shape (3,)."""


class Told(Protocol):
    """A craft as whoever speaks to it sees it (`dispatching.Craft`)."""

    vehicle: Vehicle

    @property
    def force(self) -> Force | None:
        """Return what the plan says of its team."""

    @property
    def is_guided(self) -> bool:
        """Return whether its crew has a handset of the district."""


class CrewRadio:
    """Who hears whom at which node, over the networks of the plan."""

    def __init__(self, parts: Parts, carrying: Carrying, rules: CrewWords, tiers: Tiers | None) -> None:
        self.parts = parts
        self.carrying = carrying
        self.rules = rules
        self.tiers = tiers
        self._offices = parts.world.offices
        places = parts.world.office_places
        self._at = dict(zip(places.ids, zip(places.x.tolist(), places.y.tolist(), strict=True), strict=True))
        """Where offices stand [m], by id."""
        self._zone: dict[int, int] = {}
        """The zone whose homes are nearest to each node, as far as anybody has asked."""
        self._said: Counter[int] = Counter()
        """Words to each vehicle (row)."""

    def hears(self, craft: Told, node: int) -> Levels:
        """Return of which levels' cases a craft would hear at a node now; of none for which it does not answer."""
        by_town, by_village = (False, False) if self.tiers is None else self.tiers.acts_first(craft.force)
        heard = np.array([True, by_town, by_village])
        speakers = [self.speaker(craft, level) for level in LEVELS]
        for number, office in enumerate(speakers):
            if heard[number] and office is not None:
                heard[number] = self._is_reached(craft, office, node)
        return heard

    def speaker(self, craft: Told, level: str) -> int | None:
        """Return the office (row) that tells a craft of the cases of a level; None where its village does, in person.

        A town speaks by the office of the team, or leaves it to headquarters.
        """
        if level == VILLAGE:
            return None
        own = None if craft.force is None or level == DISTRICT else craft.force.office
        return HEADQUARTERS if own is None else self._offices.row[own]

    def say(self, craft: Told, office: int) -> Generator[simpy.Event, Any, bool]:
        """Say a task to a craft that waits, over the first network with a free channel; return whether it is heard."""
        vehicle = craft.vehicle
        if self._is_beside(office, vehicle.node):
            return True
        word = "task", vehicle.id, self._said[vehicle.row] + 1
        means, is_heard = yield from self.carrying.say(
            Where(Kind.OFFICE, office), self._calls(craft, office, vehicle.node), self.rules.takes, *word
        )
        self._said[vehicle.row] += bool(means)
        if means and not is_heard:
            crew = Where(Kind.VEHICLE, vehicle.row)
            vehicle.event = self.carrying.told_of("message_lost", means, crew, vehicle.event)
        return is_heard

    def _is_reached(self, craft: Told, office: int, node: int) -> bool:
        return self._is_beside(office, node) or any(
            self.carrying.reaches(means, Where(Kind.OFFICE, office), place)
            for means, place in self._calls(craft, office, node)
        )

    def _is_beside(self, office: int, node: int) -> bool:
        at, roads = self._at.get(self._offices.ids[office]), self.parts.world.roads
        return at is not None and bool(np.hypot(roads.x[node] - at[0], roads.y[node] - at[1]) <= IN_PERSON)

    def _calls(self, craft: Told, office: int, node: int) -> list[tuple[str, Where]]:
        """Return by what an office calls a crew at a node, and where, in the order of the plan; all have phones."""
        private = self.carrying.private
        has_radio = private is not None and Where(Kind.OFFICE, office) in private.with_radio
        means = self.carrying.ordered(["phone", *(["radio"] if has_radio and craft.is_guided else [])])
        return [(kind, self._place(kind, node)) for kind in means]

    def _place(self, means: str, node: int) -> Where:
        """Return where a call to a node goes: a phone is reached as those of the nearest homes are."""
        if means == "radio":
            return Where(Kind.NODE, node)
        if node not in self._zone:
            homes, roads = self.parts.world.homes, self.parts.world.roads
            x, y = roads.x[homes.walk_node] - roads.x[node], roads.y[homes.walk_node] - roads.y[node]
            self._zone[node] = int(homes.zone[np.argmin(np.hypot(x, y))])
        return Where(Kind.ZONE, self._zone[node])
