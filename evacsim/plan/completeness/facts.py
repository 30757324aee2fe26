"""What the checks read: the plan's row, the people and the water of every zone and shelter, reckoned once."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from evacsim.scenario.district import District, Shelter, Zone
from evacsim.scenario.given import Loc
from evacsim.scenario.matching import matching, transfers_by_zone
from evacsim.scenario.model import Scenario
from evacsim.scenario.plan import Plan, ZoneTransfer
from evacsim.world.columns import World
from evacsim.world.space import BEGINS


@dataclass(frozen=True)
class Facts:
    """A scenario and its world, as the checks of a plan look at them."""

    scenario: Scenario
    world: World

    @property
    def plan(self) -> Plan:
        """The plan."""
        return self.scenario.plan

    @property
    def district(self) -> District:
        """The district."""
        return self.scenario.district

    @cached_property
    def zones(self) -> Mapping[str, Zone]:
        """Zones of the district by id, in its order."""
        return {zone.id: zone for zone in self.district.zones}

    @cached_property
    def shelters(self) -> Mapping[str, Shelter]:
        """Shelters of the district by id, in its order."""
        return {shelter.id: shelter for shelter in self.district.shelters}

    @cached_property
    def transfers(self) -> Mapping[str, ZoneTransfer]:
        """The plan's row for each zone that has one, in the order of the district's zones."""
        return transfers_by_zone(self.scenario)

    @cached_property
    def _rows(self) -> Mapping[str, int]:
        ids = dict.fromkeys(self.zones)
        rows = enumerate(self.plan.zones)
        return {id_: number for number, row in rows for id_ in matching(row.zone, ids)}

    def row(self, zone: str) -> int:
        """Return the number of the plan's row for a zone."""
        return self._rows[zone]

    def row_loc(self, zone: str, name: str = "") -> Loc:
        """Return where the plan's row for a zone stands, or a field of it."""
        loc: Loc = ("plan", "zones", self._rows[zone])
        return (*loc, name) if name else loc

    def place_loc(self, kind: str, id_: str, name: str = "") -> Loc:
        """Return where a place of the district stands (`kind`: zones, shelters, pickup_points), or a field of it."""
        loc: Loc = ("district", kind, self._place_rows[kind][id_])
        return (*loc, name) if name else loc

    @cached_property
    def _place_rows(self) -> Mapping[str, Mapping[str, int]]:
        kinds = ("zones", "shelters", "pickup_points")
        return {
            kind: {place.id: number for number, place in enumerate(getattr(self.district, kind))}
            for kind in kinds
        }

    @cached_property
    def moved(self) -> Mapping[str, float]:
        """People whom the plan moves, by zone [person]: where only special groups go, their shares of all."""
        population = self.district.population
        people = {}
        for id_, row in self.transfers.items():
            zone, share = self.zones[id_], 1.0
            if row.moved == "special_groups":
                elderly = population.elderly_share if zone.elderly_share is None else zone.elderly_share
                assisted = population.assisted_share if zone.assisted_share is None else zone.assisted_share
                share = min(1.0, elderly + population.child_share + assisted)
            people[id_] = zone.population * share
        return people

    @cached_property
    def sheltered(self) -> Mapping[str, float]:
        """People whom the plan takes to shelters, by zone [person]; upstairs and refuges nearby need no place."""
        return {id_: n for id_, n in self.moved.items() if self.transfers[id_].moved_to == "shelter"}

    def households(self, zone: str) -> float:
        """Return about how many households a zone has."""
        size = self.zones[zone].household_size or self.district.population.household_size
        return self.zones[zone].population / size

    @cached_property
    def places_of(self) -> Mapping[str, float]:
        """Places of each shelter [person]: its capacity, or what its area allows for the expected stay; may be inf."""
        space, places = self.plan.care.space, {}
        days = (self.plan.care.text.days or DAYS) * DAY
        for id_, shelter in self.shelters.items():
            room = np.inf if shelter.capacity is None else float(shelter.capacity)
            if shelter.area is not None and space is not None:
                each = (space.emergency, space.short, space.long)[sum(days > begins for begins in BEGINS)]
                room = min(room, float(np.floor(shelter.area / each)))
            places[id_] = room
        return places

    @cached_property
    def shelter_depth(self) -> Mapping[str, float]:
        """Greatest depth of the water above the floor of each shelter [m]; negative where the floor stays dry."""
        deepest, shelters = self._deepest, self.world.shelters
        depth = deepest[shelters.depth_row]
        floors = [shelter.floor_height for shelter in shelters.models]
        return dict(zip(shelters.ids, (depth - np.array(floors)).tolist(), strict=True))

    @cached_property
    def wet_shelters(self) -> tuple[str, ...]:
        """Shelters that the water of the scenario closes, in the order of the district."""
        limit = self.scenario.hazard.effects.shelter_limit
        depth = self.shelter_depth
        return tuple(id_ for id_ in self.shelters if depth[id_] >= limit)

    @cached_property
    def wet_people(self) -> Mapping[str, float]:
        """People of each zone at whose homes the water ever stands, in the order of the district [person]."""
        homes, world = self.world.homes, self.world
        is_wet = self._deepest[homes.depth_row] > 0
        each = np.diff(homes.first)
        wet = np.bincount(homes.zone, weights=is_wet, minlength=world.zones.n)
        share = dict(zip(world.zones.ids, (wet / each).tolist(), strict=True))
        return {id_: zone.population * share[id_] for id_, zone in self.zones.items() if share[id_] > 0}

    @cached_property
    def _deepest(self) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
        depths = self.world.water.place_depth
        return depths.max(axis=0) if len(depths) else np.zeros(depths.shape[1], dtype=np.float32)


DAY = 86400.0
DAYS = 3.0
"""Days for which people are provided for where the plan does not say it (assumed: a flood of the plain lasts three)."""
