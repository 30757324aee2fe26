"""What all checks of one plan ask for: who goes, by what, until when, and where that stands in the plan.

Everybody whom the plan moves is reckoned with (应转尽转): nothing is taken off for those who refuse.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evacsim.clock import Calendar, seconds_after
from evacsim.engine.assigning import flood_times
from evacsim.scenario.given import Loc
from evacsim.scenario.matching import matching
from evacsim.scenario.model import Scenario
from evacsim.scenario.plan import ZoneTransfer
from evacsim.world.columns import World
from evacsim.world.offices import deciders

Floats = NDArray[np.float64]


class Movers(NamedTuple):
    """Whom the plan moves out of one zone, and how."""

    people: float
    """All of them [person]."""
    households: float
    by_bus: float
    """Those who go by bus [person]."""
    cars: float
    """Cars that drive; one for each household that goes in its own."""
    on_foot: float
    """Those who walk [person]."""


@dataclass(frozen=True)
class Case:
    """A plan with its world."""

    scenario: Scenario
    world: World

    @cached_property
    def calendar(self) -> Calendar:
        """Hours of the day and nights."""
        weather = self.scenario.hazard.weather
        return Calendar(self.scenario.start, weather.night_begins, weather.night_ends)

    @cached_property
    def zones(self) -> tuple[int, ...]:
        """Zones (rows) that the plan moves."""
        return tuple(zone for zone, transfer in enumerate(self.world.transfers) if transfer is not None)

    @cached_property
    def to_shelters(self) -> tuple[int, ...]:
        """Zones (rows) whose people go to shelters, not upstairs or to a refuge nearby."""
        return tuple(zone for zone in self.zones if self.world.transfer(zone).moved_to == "shelter")

    @cached_property
    def deciders(self) -> NDArray[np.int32]:
        """Office (row) that decides on each zone."""
        return deciders(self.world.offices, self.scenario.plan, self.world.transfers)

    @cached_property
    def pickup_row(self) -> dict[str, int]:
        """Row of each pick-up point."""
        return {id_: row for row, id_ in enumerate(self.world.pickup_points.ids)}

    @cached_property
    def fleet_row(self) -> dict[str, int]:
        """Row of each fleet."""
        return {id_: row for row, id_ in enumerate(self.world.fleets.ids)}

    @cached_property
    def shelter_row(self) -> dict[str, int]:
        """Row of each shelter."""
        return {id_: row for row, id_ in enumerate(self.world.shelters.ids)}

    @cached_property
    def movers(self) -> tuple[Movers | None, ...]:
        """Whom the plan moves out of each zone; None where it leaves the zone in peace."""
        return tuple(
            None if transfer is None else self._movers(zone, transfer)
            for zone, transfer in enumerate(self.world.transfers)
        )

    def moved(self, zone: int) -> Movers:
        """Return whom the plan moves out of a zone (row) of the plan."""
        movers = self.movers[zone]
        assert movers is not None, "only zones of the plan are moved"
        return movers

    @cached_property
    def water_at_homes(self) -> Floats:
        """When water first stands so high at a home of each zone that nobody sets out any more [s]; inf for never."""
        homes, first = self.world.homes, np.full(self.world.zones.n, np.inf)
        limit = np.nextafter(np.float32(self.scenario.hazard.effects.leave_limit), np.float32(np.inf))
        arrival = self.world.water.place_arrival(float(limit))
        if arrival.size:
            np.minimum.at(first, homes.zone, arrival[homes.depth_row])
        return first

    @cached_property
    def water_at_shelters(self) -> Floats:
        """When water first closes each shelter [s]; inf for never."""
        return flood_times(self.world)

    def deadline(self, zone: int) -> float:
        """Return the moment by which the plan wants a zone to be out [s]; inf where it says none."""
        deadline = self.world.transfer(zone).deadline
        return np.inf if deadline is None else seconds_after(self.scenario.start, deadline)

    def must_be_out(self, zone: int) -> float:
        """Return when a zone must be out: by its deadline, and before the water at its homes [s]; inf for never."""
        return min(self.deadline(zone), float(self.water_at_homes[zone]))

    def shelters_of(self, zone: int) -> tuple[int, ...]:
        """Return the shelters (rows) of a zone, first choice first; all where the plan assigns none."""
        named = self.world.transfer(zone).shelter
        return tuple(self.shelter_row[id_] for id_ in named) or tuple(range(self.world.shelters.n))

    @cached_property
    def _line(self) -> dict[str, int]:
        ids = dict.fromkeys(self.world.zones.ids)
        return {
            id_: number
            for number, transfer in enumerate(self.scenario.plan.zones)
            for id_ in matching(transfer.zone, ids)
        }

    def loc(self, zone: int, *fields: str | int) -> Loc:
        """Return where the plan speaks of a zone (row), or of one field of its line."""
        return ("plan", "zones", self._line[self.world.zones.ids[zone]], *fields)

    def zone_ids(self, zones: tuple[int, ...] | list[int]) -> tuple[str, ...]:
        """Return the ids of zones."""
        return tuple(self.world.zones.ids[zone] for zone in zones)

    def _movers(self, zone: int, transfer: ZoneTransfer) -> Movers:
        plan, district = self.scenario.plan, self.scenario.district.population
        model = self.world.zones.models[zone]
        size = model.household_size or district.household_size
        people = float(model.population)
        if transfer.moved == "special_groups":
            people *= self._special_share(zone, size)
        households = people / size
        owned = district.car_share if model.car_share is None else model.car_share
        car_share = plan.to.car_share if transfer.car_share is None else transfer.car_share
        bus_share = plan.to.bus_share if transfer.bus_share is None else transfer.bus_share
        if transfer.moved_to != "shelter":
            car_share = bus_share = 0.0
        drive = min(car_share, owned)
        ride = min(bus_share, 1 - drive) if transfer.fleet is not None else 0.0
        return Movers(people, households, ride * people, drive * households, (1 - drive - ride) * people)

    def _special_share(self, zone: int, size: float) -> float:
        """Return the share of households with anybody old, young or in need of help, each member alike."""
        district, model = self.scenario.district.population, self.world.zones.models[zone]
        elderly = district.elderly_share if model.elderly_share is None else model.elderly_share
        assisted = district.assisted_share if model.assisted_share is None else model.assisted_share
        able = max(0.0, 1 - elderly - district.child_share) * (1 - assisted)
        return float(1 - able**size)

    def assisted_share(self, zone: int) -> float:
        """Return the share of the people of a zone who need help to move."""
        own = self.world.zones.models[zone].assisted_share
        return self.scenario.district.population.assisted_share if own is None else own

    def slowest_walk(self) -> float:
        """Return the walking speed of the slowest class of people [m/s]."""
        people = self.scenario.district.population
        factors = (people.elderly_speed_factor, people.child_speed_factor, people.assisted_speed_factor)
        return people.walking_speed * min(1.0, *factors)
