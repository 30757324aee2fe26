"""What the district can act with: buses, people, boats, supplies."""

from dataclasses import dataclass

import numpy as np

from making.curves import Array
from making.geography import TOWNSHIPS
from making.places import located
from making.roads import nearest

KITS_PER_TOWN = 500
BOAT_CREW = 3
SHIFTS = 2
"""Crews that a holder of boats has for each of them."""
JACKETS = 2253
"""Life-jackets of the district, split over the holders of boats by their boats."""


@dataclass(frozen=True)
class Depot:
    """Vehicles of one company at one yard."""

    id: str
    name: str
    near: tuple[float, float]
    """Where the yard is, roughly [km]."""
    vehicles: int
    seats: int
    availability: int
    """Share of the vehicles that really come [%]."""
    force: str = ""
    """Team that crews them."""

    @property
    def seats_that_come(self) -> float:
        """Seats of the vehicles that really come."""
        return self.vehicles * self.seats * self.availability / 100


DEPOTS = [
    Depot("coach-east", "旅游客运公司东场 tourist coaches, east yard", (4.2, 3.2), 30, 45, 85),
    Depot("coach-dev", "旅游客运公司开发区场 tourist coaches, dev-zone yard", (7.4, -0.6), 27, 45, 75),
    Depot("bus-north", "客运一公司 line buses, company 1", (2.6, 6.4), 33, 30, 80),
    Depot("bus-west", "客运二公司 line buses, company 2", (-4.6, 1.2), 27, 30, 70),
    Depot("bus-south", "客运三公司 line buses, company 3", (3.0, -4.6), 23, 30, 60),
]
BOATS = [
    # Id and name of the holder, where [km], how many rubber boats and assault boats it has, kind of its crews.
    ("emergency-bureau", "区应急局", (3.0, 1.0), 14, 4, "flood"),
    ("water-bureau", "区水利局", (0.4, 2.6), 8, 2, "flood"),
    ("armed-forces-dept", "区人武部", (4.8, 2.2), 4, 2, "militia"),
    ("fire", "区消防大队", (2.0, -1.2), 6, 2, "fire"),
    ("city-works", "城管龙马队", (5.4, -0.2), 2, 0, "flood"),
]
TEAMS = [
    # The members of the first three are invented: the source names the forces only.
    ("fire-brigade", "消防救援大队 fire brigade", "fire", (2.0, -1.2), 60),
    ("militia", "人武民兵 militia", "militia", (4.8, 2.2), 120),
    ("blue-sky", "蓝天救援队 Blue Sky volunteers", "volunteer", (1.2, 2.4), 25),
    ("city-works", "龙马环卫队 city works team", "city_works", (5.4, -0.2), 18),
]
CONTRACTORS = [46, 44, 42, 40, 38, 36, 34, 30]
"""Members of the eight building contractors' teams; 310 together."""


TRUCK_YARD = Depot("trucks", "区救灾物资运输队 relief trucks", (3.6, -0.4), 20, 3, 80)
"""Next to the district's store."""
BOAT_SEATS = {"rubber_boat": 5, "assault_boat": 8}
"""People one boat takes beside its crew."""


def boat_depots() -> list[Depot]:
    """Return the boats of each holder and kind, where they are kept."""
    return [
        Depot(
            f"{kind.split('_')[0]}-{holder}",
            f"{name}{word}",
            near,
            count,
            BOAT_SEATS[kind],
            100,
            f"{holder}-boats",
        )
        for holder, name, near, rubber, assault, _ in BOATS
        for kind, word, count in [("rubber_boat", "橡皮艇", rubber), ("assault_boat", "冲锋舟", assault)]
        if count
    ]


def fleet_rows(position: Array) -> list[dict[str, object]]:
    """Return the rows of fleets.csv."""
    kinds = [("bus", DEPOTS, ""), ("truck", [TRUCK_YARD], ""), ("boat", boat_depots(), "2.5 m/s")]
    return [
        located(depot.id, depot.name, position[depot_node(depot, position)])
        | {"vehicles": depot.vehicles, "seats": depot.seats, "availability": f"{depot.availability} %"}
        | {"kind": kind, "speed": speed, "force": depot.force}
        | {"crew": BOAT_CREW if depot.force else "", "trailer": "yes" if depot.force else ""}
        for kind, depots, speed in kinds
        for depot in depots
    ]


def depot_node(depot: Depot, position: Array) -> int:
    """Return the road node at which a depot lies."""
    return nearest(position, 1000 * np.array(depot.near))


def force_rows(position: Array, seats: list[Array]) -> list[dict[str, object]]:
    """Return the rows of forces.csv."""
    rows = []
    for township, seat in zip(TOWNSHIPS, seats, strict=True):
        code = township.code
        rows.append(
            _force(f"{code}-team", f"{code}防汛队 flood team", "town_team", seat, township.team_members)
        )
        officers = f"{code}灾害信息员 information officers"
        rows.append(_force(f"{code}-info", officers, "information_officer", seat, township.info_officers))
    for team_id, name, kind, near, members in TEAMS:
        rows.append(_force(team_id, name, kind, _at(near, position), members))
    for number, members in enumerate(CONTRACTORS, start=1):
        yard, name = (
            _at((6.8 - 0.6 * number, -2.0 + 0.5 * number), position),
            f"施工企业{number} contractor {number}",
        )
        rows.append(_force(f"contractor-{number}", name, "contractor", yard, members))
    boats = sum(rubber + assault for _, _, _, rubber, assault, _ in BOATS)
    for holder, name, near, rubber, assault, kind in BOATS:
        own = rubber + assault
        crews = _force(
            f"{holder}-boats", f"{name}舟艇组 boat crews", kind, _at(near, position), own * BOAT_CREW * SHIFTS
        )
        rows.append(crews | {"jackets": JACKETS * own // boats})
    return rows


def store_rows(position: Array, seats: list[Array]) -> list[dict[str, object]]:
    """Return the rows of stores.csv."""
    empty = {"tents": 0, "generators": 0}
    towns = [
        located(f"{township.code}-store", f"{township.code}救灾物资 town store", seat)
        | {"kits": KITS_PER_TOWN}
        | empty
        | {"level": "town"}
        for township, seat in zip(TOWNSHIPS, seats, strict=True)
    ]
    county = located("district-store", "区级救灾物资库 district store", _at((3.6, -0.4), position))
    return [*towns, county | {"kits": 15_000, "tents": 400, "generators": 11, "level": "county"}]


def _at(near: tuple[float, float], position: Array) -> Array:
    return position[nearest(position, 1000 * np.array(near))]


def _force(force_id: str, name: str, kind: str, point: Array, members: int) -> dict[str, object]:
    return located(force_id, name, point) | {"kind": kind, "members": members, "jackets": ""}
