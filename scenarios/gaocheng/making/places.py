"""Zones, pick-up points, shelters, depots, forces and stores, with their rows as the tables have them."""

from dataclasses import dataclass

import numpy as np

from making.curves import Array, stream
from making.flood import arrivals, depths
from making.geography import ORIGIN, TOWNSHIPS, Township, township_rows
from making.roads import Network, nearest, shortest
from making.sites import SHELTER_FLOOR, Site

WALK = 1800.0
"""Farthest pick-up point from a village by road [m]."""
MOUND = 1.2
"""Height of the mound (避水台) or ramp of a pick-up point on ground that gets wet [m]."""
BEDS = 300

_KINDS = {
    # What a zone is exposed to, or what kind of institution it is.
    "bank": ("riverside village", "临河村"),
    "low": ("low-lying village", "低洼村"),
    "middle": ("flood-plain village", "河滩村"),
    "fringe": ("village at the flood's edge", "淹没边缘村"),
    "polder_near": ("polder village below the levee", "圩堤下村"),
    "polder_far": ("polder village", "圩区村"),
    "pond": ("low quarter", "易涝小区"),
    "tributary": ("village by the tributary", "支流沿岸村"),
    "gully": ("village in the gully", "山洪沟村"),
    "dam": ("village below reservoir R3", "R3水库下游村"),
    "slope": ("houses under cut slopes", "切坡建房点"),
    "care_home": ("care home", "养老院"),
    "school": ("boarding school", "寄宿学校"),
    "hospital": ("township hospital", "乡镇卫生院"),
    "construction_site": ("workers' camp", "工地宿舍"),
    "scenic_area": ("camp site", "露营地"),
}
_TRAIT_NAMES = ("household_size", "elderly_share", "assisted_share", "car_share", "storeys")
_TRAITS = {
    # Empty where the district's figure holds. Elderly 86 % is all but the 14 % children of every zone.
    "residential": ("", "", "", "", ""),
    "care_home": (5, "86 %", "60 %", "0 %", 2),
    "school": (5, "0 %", "0 %", "0 %", 4),
    "hospital": (2, "50 %", "60 %", "0 %", 4),
    "construction_site": (2, "0 %", "0 %", "0 %", 1),
    "scenic_area": (3, "5 %", "0 %", "80 %", 1),
}


@dataclass(frozen=True)
class Zone:
    """A zone at risk, the node it lies at and the pick-up point it uses."""

    id: str
    site: Site
    node: int
    pickup_point: str


@dataclass(frozen=True)
class Place:
    """Anything else with a position."""

    id: str
    township: str
    point: Array
    node: int
    lift: float = 0.0
    """Height of its floor above the ground, where the table of water is about the floor [m]."""


@dataclass(frozen=True)
class Settled:
    """All places of the district."""

    zones: list[Zone]
    rests: list[Place]
    pickup_points: list[Place]
    shelters: list[Place]


def settle(network: Network, sites: list[Site], wet_shelters: dict[str, list[Array]]) -> Settled:
    """Give every site its zone, pick-up point and number, and find the dry places for everything else."""
    position = network.position()
    water = depths(position)
    wet_from = arrivals(water)
    zones, pickup_points = _zones(network, sites, wet_from, water.max(axis=1))
    rests, shelters = [], []
    home = township_rows(position)
    for row, township in enumerate(TOWNSHIPS):
        dry = np.nonzero((home == row) & np.isinf(wet_from))[0]
        by_distance = dry[np.argsort(np.linalg.norm(position[dry] - township.seat, axis=1), kind="stable")]
        seat = int(by_distance[0])
        rests.append(Place(f"{township.code}-rest", township.code, position[seat], seat))
        shelters += _shelters(township, position, by_distance, wet_shelters[township.code])
    return Settled(zones, rests, pickup_points, shelters)


def _zones(
    network: Network, sites: list[Site], wet_from: Array, deepest: Array
) -> tuple[list[Zone], list[Place]]:
    """Return the zones, and for each its pick-up point: the nearest dry node, or the one least under water."""
    near, position = network.neighbors(), network.position()
    zones: list[Zone] = []
    points: dict[int, Place] = {}
    number: dict[str, int] = {}
    for site in sites:
        node = nearest(position, site.point)
        walk, _ = shortest(near, node, by="length", limit=WALK)
        reached = np.nonzero(np.isfinite(walk) & (wet_from >= wet_from[node]))[0]
        if site.kind != "residential":
            # Buses come to the door of an institution.
            reached = np.array([node])
        best = int(reached[np.lexsort((walk[reached], np.round(deepest[reached], 1)))[0]])
        if best not in points:
            count = sum(place.township == site.township for place in points.values()) + 1
            lift = MOUND if deepest[best] > 0 else 0.0
            points[best] = Place(f"{site.township}-P{count:02d}", site.township, position[best], best, lift)
        number[site.township] = number.get(site.township, 0) + 1
        zones.append(Zone(f"{site.township}-Z{number[site.township]:02d}", site, node, points[best].id))
    return zones, list(points.values())


def _shelters(township: Township, position: Array, dry: np.ndarray, wet: list[Array]) -> list[Place]:
    """Return the township's shelters around its seat; the wet ones are the second and the fourth."""
    apart = 600.0 if township.is_urban else 2000.0
    turns = stream(f"shelters {township.code}").random(len(dry)) * 2 * np.pi
    chosen: list[tuple[Array, int]] = []
    for node, turn in zip(dry, turns, strict=True):
        point = np.round(position[node] + 60 * np.array([np.cos(turn), np.sin(turn)]), 1)
        is_free = all(np.linalg.norm(point - other) > apart for other, _ in chosen)
        if is_free and depths(point[None]).max() == 0:
            chosen.append((point, int(node)))
        if len(chosen) == township.shelters - township.wet_shelters:
            break
    for place, point in zip((1, 3), wet, strict=False):
        chosen.insert(place, (point, nearest(position, point)))
    return [
        Place(f"{township.code}-{number}", township.code, point, node)
        for number, (point, node) in enumerate(chosen, start=1)
    ]


def coordinates(point: Array) -> tuple[str, str]:
    """Return easting and northing as the tables have them."""
    east, north = point + ORIGIN
    return f"{east:.1f}", f"{north:.1f}"


def zone_rows(settled: Settled) -> list[dict[str, object]]:
    """Return the rows of zones.csv: the zones at risk, then who is left of each township."""
    rows = []
    for zone in settled.zones:
        site = zone.site
        english, chinese = _KINDS[site.exposure if site.kind == "residential" else site.kind]
        is_urban = next(one for one in TOWNSHIPS if one.code == site.township).is_urban
        row = {
            **located(zone.id, f"{site.township}{chinese}{int(zone.id[-2:])} {english}", site.point),
            "population": site.people,
            "township": site.township,
            "kind": site.kind,
            "radius": "250 m" if site.kind == "residential" else "0 m",
            **dict(zip(_TRAIT_NAMES, _TRAITS[site.kind], strict=True)),
            "synthetic": "true",
        }
        if site.kind == "residential" and is_urban:
            row["storeys"] = 6
        rows.append(row)
    for rest, township in zip(settled.rests, TOWNSHIPS, strict=True):
        rows.append({
            **located(rest.id, f"其余人口 the rest of {township.code}", rest.point),
            "population": township.population - township.at_risk,
            "township": township.code,
            "kind": "residential",
            "radius": "1 km" if township.is_urban else "2 km",
            **dict.fromkeys(_TRAIT_NAMES, ""),
            **({"storeys": 6} if township.is_urban else {}),
            "synthetic": "true",
        })  # fmt: skip
    return rows


def pickup_rows(settled: Settled) -> list[dict[str, object]]:
    """Return the rows of pickup_points.csv."""
    words = {0.0: "上车点 pick-up point", MOUND: "避水台上车点 pick-up point on a mound"}
    return [
        located(place.id, f"{words[place.lift]} {place.id}", place.point) for place in settled.pickup_points
    ]


def shelter_rows(settled: Settled) -> list[dict[str, object]]:
    """Return the rows of shelters.csv."""
    return [
        {
            **located(place.id, f"安置点 shelter {place.id}", place.point),
            "capacity": BEDS,
            "township": place.township,
            "floor_height": f"{SHELTER_FLOOR} m",
            "opening": "30 min",
            "keeper": place.township,
            "sleeping_places": BEDS,
            "synthetic": "true",
        }
        for place in settled.shelters
    ]


def located(place_id: str, name: str, point: Array) -> dict[str, object]:
    """Return the cells that every place has."""
    x, y = coordinates(point)
    return {"id": place_id, "name": name, "x": x, "y": y}
