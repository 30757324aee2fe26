"""Boats that something under water holes, and what becomes of them (舟艇破损).

whole - (punctured on the way) - limps to the nearest landing - (patched) - whole; out of service without a patch

An inflatable has several chambers: it does not sink, goes on more slowly, and serves nobody new. Whoever is aboard
stays aboard until it lands (assumed); what it was sent to waits for others. Only time under way afloat counts.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import simpy

from evacsim.engine.driving import Driving, Process
from evacsim.engine.log import Kind, Where
from evacsim.engine.parts import Parts
from evacsim.engine.rescue.diary import Diary
from evacsim.engine.vehicles import Vehicle, mover_columns
from evacsim.world.laws import quantiles

HOUR = 3600.0


@dataclass(slots=True)
class Hull:
    """The hull of a boat."""

    luck: np.random.Generator
    left: float
    """Time under way until it is punctured the next time, from where its present way began [s]."""
    way: int = 0
    """Its present way, numbered; odd while it is on one."""
    is_punctured: bool = False
    punctures: int = 0
    limps_for: float = 0.0
    """Time to the end of the road on which it was punctured [s]."""
    limping: int = -1
    """Row in the movement while it is punctured; -1 before it ever was."""


class Puncturing:
    """The hulls of all boats of fleets that say how often they are punctured."""

    def __init__(
        self, parts: Parts, driving: Driving, diary: Diary, at_punctured: Callable[[Vehicle], None]
    ) -> None:
        self.parts = parts
        self.driving = driving
        self.diary = diary
        self.at_punctured = at_punctured
        """Told as soon as a boat is punctured, which is still on its way then."""
        self._hulls = {
            vehicle.row: Hull(parts.streams.get("puncture", vehicle.id), np.inf)
            for vehicle in driving.vehicles
            if driving.fleets[vehicle.fleet].punctures is not None
        }
        for row, hull in self._hulls.items():
            hull.left = self._draw(driving.vehicles[row])

    def is_punctured(self, vehicle: Vehicle) -> bool:
        """Return whether a boat is punctured now."""
        hull = self._hulls.get(vehicle.row)
        return hull is not None and hull.is_punctured

    def go(self, vehicle: Vehicle, way: Callable[[], int]) -> Process:
        """Go by water to the root of the tree that `way` gives, or until the boat is punctured or cut off.

        The node of the boat is where it is then: the end of the road on which it was punctured.
        """
        hull = self._hulls.get(vehicle.row)
        if hull is None:
            yield from self.driving.drive(vehicle, way)
            return
        if hull.is_punctured:
            self.driving.change_mover(vehicle, hull.limping)
            yield from self.driving.drive(vehicle, way)
            hull.limping = vehicle.mover  # another one, if it broke down on the way
            return
        hull.way += 1
        began = self.parts.now
        self._await(vehicle, began)
        yield from self.driving.drive(vehicle, way)
        hull.way += 1
        hull.left -= self.parts.now - began
        if self.is_punctured(vehicle):
            yield self.parts.clock.timeout(hull.limps_for)

    def mend(self, vehicle: Vehicle) -> Generator[simpy.Event, Any, bool]:
        """Patch a boat that is ashore; return whether it can go out again."""
        hull, patch = self._hulls[vehicle.row], self.driving.fleets[vehicle.fleet].patch
        place = Where(Kind.NODE, vehicle.node)
        if patch is None:
            self.driving.record(vehicle, "boat_out_of_service", place=place)
            self.diary.begin(vehicle.row, "out_of_service")
            return False
        self.diary.begin(vehicle.row, "is_patched")
        luck = self.parts.streams.get("patch", vehicle.id, str(hull.punctures)).random(1)
        yield self.parts.clock.timeout(float(quantiles(patch, luck)[0]))
        self.driving.record(vehicle, "boat_patched", place=place)
        hull.is_punctured, hull.left = False, self._draw(vehicle)
        return True

    def _draw(self, vehicle: Vehicle) -> float:
        """Return for how long a boat is under way until it is punctured: as likely at any moment [s]."""
        rate = self.driving.fleets[vehicle.fleet].punctures
        assert rate is not None
        return HOUR * float(self._hulls[vehicle.row].luck.exponential()) / rate

    def _await(self, vehicle: Vehicle, began: float) -> None:
        hull = self._hulls[vehicle.row]
        due = began + hull.left
        if due <= self.parts.world.scenario.duration:
            self.parts.clock.call_at(due, partial(self._puncture, vehicle, hull.way, began))

    def _puncture(self, vehicle: Vehicle, way: int, began: float) -> None:
        parts, hull, fleet = self.parts, self._hulls[vehicle.row], self.driving.fleets[vehicle.fleet]
        if hull.way != way:
            return
        link = int(parts.movement.where(vehicle.mover).link[0])
        left = self.driving.call_off(vehicle)
        if left is None:  # it stands, and nothing under water moves
            hull.left += self._draw(vehicle)
            self._await(vehicle, began)
            return
        place = Where(Kind.LINK, int(parts.world.ways.link[link]))
        value = float(self.driving.people_aboard(vehicle))
        self.driving.record(vehicle, "boat_punctured", place=place, value=value)
        hull.is_punctured, hull.punctures = True, hull.punctures + 1
        hull.limps_for = left / (fleet.speed * fleet.limp_speed)
        if hull.limping < 0:
            columns = mover_columns(fleet, 1, parts)._replace(speed=fleet.speed * fleet.limp_speed)
            hull.limping = int(parts.movement.add(columns, origin_node=vehicle.node)[0])
        self.at_punctured(vehicle)
