"""Variant E, prepared for the three cuts (三断有备).

The same boats, some of them a level further down; three networks; trucks that wade; volunteers from next door. Nothing
of it is in a source as a number: all is a draft to be tried.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from making.command import office_rows, site_rows
from making.curves import Array
from making.geography import TOWNSHIPS
from making.means import BOAT_CREW, SHIFTS, fleet_rows, force_rows
from making.places import Settled, located
from making.roads import nearest

TOWN_BOATS = {"J07": 1, "J08": 1, "J09": 1, "J10": 1, "J15": 1, "J17": 1, "J19": 1}
"""Rubber boats of the emergency bureau that stand in towns on the river instead."""
VILLAGE_BOATS = {"J09": 2, "J15": 2}
"""Rubber boats of the water bureau that stand with the polder villages of a town instead."""
LENDERS = {"rubber-emergency-bureau": TOWN_BOATS, "rubber-water-bureau": VILLAGE_BOATS}
JACKETS_PER_BOAT = 21
"""As for the boats that stay: 2,253 for 44 boats, of which some stay in reserve with their holders."""
MASTS = ("J01", "J09", "J10", "J12", "J14", "J15", "J17", "J20", "J22")
"""Seats of towns where a base station of the private network stands; the first one is the hub."""
WADERS = 6
WADER_SEATS = 20


@dataclass(frozen=True)
class Neighbors:
    """A team from next door with its own boats."""

    id: str
    name: str
    at: tuple[float, float]
    """Where it comes into the district, roughly [m]."""
    boats: int


VOLUNTEERS = (
    # They come unasked.
    Neighbors("rescue-north", "北邻市救援队 volunteers from the north", (3200.0, 23600.0), 3),
    Neighbors("rescue-east", "东邻市救援队 volunteers from the east", (12600.0, 4400.0), 3),
    Neighbors("rescue-south", "南邻县救援队 volunteers from the south", (4800.0, -20500.0), 2),
)
LENT = (
    # They come when the district asks for them.
    Neighbors("fire-west", "西邻市消防支队 fire brigade from the west", (-9000.0, 1500.0), 4),
    Neighbors("fire-south", "南邻市消防支队 fire brigade from the south", (4800.0, -20500.0), 4),
    Neighbors("fire-east", "东邻市消防支队 fire brigade from the east", (12600.0, 4400.0), 4),
)


def prepared_fleets(position: Array, seats: list[Array]) -> Iterator[dict[str, object]]:
    """Yield the rows of prepared/fleets.csv: those of fleets.csv, some boats elsewhere, trucks, boats of neighbors."""
    rows = {str(row["id"]): row for row in fleet_rows(position)}
    for lender, boats in LENDERS.items():
        rows[lender]["vehicles"] = int(str(rows[lender]["vehicles"])) - sum(boats.values())
    for row in rows.values():
        yield row | {"wading_depth": ""}
    boat = rows["rubber-emergency-bureau"]
    for name, word, boats in (("town", "镇 town", TOWN_BOATS), ("polder", "圩区 polder", VILLAGE_BOATS)):
        for code, count in boats.items():
            yield boat | located(f"rubber-{code}-{name}", f"{code}{word} rubber boats", _seat(code, seats)) | {
                "vehicles": count, "force": f"{code}-{name}-boats", "wading_depth": "",
            }  # fmt: skip
    for team in VOLUNTEERS:
        yield boat | located(f"rubber-{team.id}", f"{team.name}, boats", _at(team.at, position)) | {
            "vehicles": team.boats, "force": team.id, "wading_depth": "",
        }  # fmt: skip
    for team in LENT:
        yield rows["assault-fire"] | located(
            f"assault-{team.id}", f"{team.name}, assault boats", _at(team.at, position)
        ) | {"vehicles": team.boats, "force": team.id, "wading_depth": ""}  # fmt: skip
    fire = rows["rubber-fire"]
    yield fire | {
        "id": "waders-fire",
        "name": "区消防大队高底盘涉水车 trucks that wade",
        "vehicles": WADERS,
        "seats": WADER_SEATS,
        "kind": "high_clearance",
        "speed": "40 km/h",
        "force": "fire-waders",
        "crew": 2,
        "trailer": "",
        "wading_depth": "0.8 m",
    }


def prepared_forces(position: Array, seats: list[Array]) -> Iterator[dict[str, object]]:
    """Yield the rows of prepared/forces.csv: those of forces.csv, with crews where boats and trucks have gone."""
    moved = {
        lender.removeprefix("rubber-") + "-boats": sum(boats.values()) for lender, boats in LENDERS.items()
    }
    answers = {"township": "", "zones": "", "office": "", "unasked": "", "external": ""}
    rows = force_rows(position, seats)
    for row in rows:
        gone = moved.get(str(row["id"]), 0)
        fewer = {"members": int(str(row["members"])) - gone * BOAT_CREW * SHIFTS} if gone else {}
        if gone:
            fewer["jackets"] = int(str(row["jackets"])) - gone * JACKETS_PER_BOAT
        yield row | fewer | answers
    for name, word, boats in (
        ("town", "镇舟艇组 town boat crews", TOWN_BOATS),
        ("polder", "圩区舟艇组 polder boat crews", VILLAGE_BOATS),
    ):
        for code, count in boats.items():
            yield located(f"{code}-{name}-boats", f"{code}{word}", _seat(code, seats)) | {
                "kind": "flood",
                "members": count * BOAT_CREW * SHIFTS,
                "jackets": count * JACKETS_PER_BOAT,
                "township": code,
                "zones": f"{code}-Z*" if name == "polder" else "",
                "office": code,
                "unasked": "",
                "external": "",
            }
    fire = next(row for row in rows if row["id"] == "fire-boats")
    yield (
        fire
        | answers
        | {
            "id": "fire-waders",
            "name": "区消防大队涉水车组 truck crews",
            "members": WADERS * 2 * SHIFTS,
            "jackets": "",
        }
    )
    outside = (
        (VOLUNTEERS, {"kind": "volunteer", "unasked": "yes"}),
        (LENT, {"kind": "fire", "external": "yes"}),
    )
    for teams, come in outside:
        for team in teams:
            yield (
                located(team.id, team.name, _at(team.at, position))
                | answers
                | {"members": team.boats * BOAT_CREW * SHIFTS, "jackets": ""}
                | come
            )


def prepared_offices(settled: Settled, county: Array) -> Iterator[dict[str, object]]:
    """Yield the rows of prepared/offices.csv: those of offices.csv, each with handsets."""
    for row in office_rows(settled, county):
        means = str(row["means"])
        last = ";messenger" if means.endswith(";messenger") else ""
        yield row | {"means": means.removesuffix(";messenger") + ";radio" + last}


def prepared_sites(settled: Settled, seats: list[Array]) -> Iterator[dict[str, object]]:
    """Yield the rows of prepared/sites.csv: those of sites.csv and nine masts of the private network."""
    for row in site_rows(settled):
        yield row | {"range": "", "channels": "20" if row["kind"] == "cell" else "", "backhaul": ""}
    for code in MASTS:
        yield located(f"{code}-trunked", f"{code} 专网基站 370 MHz base station", _seat(code, seats)) | {
            "kind": "trunked",
            "serves": "",
            "floods_at": "3 m",
            "power_site": f"{code}-power",
            "battery": "24 h",
            "range": "12 km",
            "channels": "6",
            "backhaul": "" if code == MASTS[0] else f"{MASTS[0]}-trunked",
        }


def _seat(code: str, seats: list[Array]) -> Array:
    return next(seat for township, seat in zip(TOWNSHIPS, seats, strict=True) if township.code == code)


def _at(near: tuple[float, float], position: Array) -> Array:
    point: Array = position[nearest(position, near)]
    return point
