"""Who commands, what power and telephones hang on, and what the stores hold."""

from collections.abc import Iterator

import numpy as np

from making.curves import Array
from making.geography import TOWNSHIPS
from making.means import KITS_PER_TOWN
from making.places import Settled, located

COUNTY = "district"
COUNTY_NAME = "区防汛抗旱指挥部 district headquarters"
COUNTY_KITS = 15_000
CELL_BATTERIES = (("a", 4), ("b", 3))
"""Base stations of each town, and how long each runs on its battery [h]."""


def town_name(code: str) -> str:
    """Return the name of a town's headquarters, as the plan's table calls it."""
    return f"{code} 镇街防指 town headquarters"


def office_rows(settled: Settled, county: Array) -> Iterator[dict[str, object]]:
    """Yield the rows of offices.csv: the district, 22 towns, and a village office for each zone of the plan."""
    at_county = {"staff": 12, "lines": 6, "means": "video;phone;landline;satellite"}
    yield located(COUNTY, COUNTY_NAME, county) | {"level": "county", "parent": "", "zones": ""} | at_county
    for township, rest in zip(TOWNSHIPS, settled.rests, strict=True):
        yield located(township.code, town_name(township.code), rest.point) | {
            "level": "town",
            "parent": COUNTY,
            "zones": rest.id,
            "staff": 6,
            "lines": 3,
            "means": "video;phone;landline;satellite;messenger",
        }
    for zone in settled.zones:
        yield located(
            f"{zone.id}-office", f"{zone.id} 村（社区）防汛值班 village office", zone.site.point
        ) | {
            "level": "village",
            "parent": zone.site.township,
            "zones": zone.id,
            "staff": 2,
            "lines": 1,
            "means": "phone;landline;messenger",
        }


def officer_rows(settled: Settled) -> Iterator[dict[str, object]]:
    """Yield the rows of officers.csv: each town's information officers in twos, dealt to its villages by people."""
    for township in TOWNSHIPS:
        zones = [zone for zone in settled.zones if zone.site.township == township.code]
        people = np.array([zone.site.people for zone in zones], dtype=float)
        teams = [0] * len(zones)
        for _ in range(township.info_officers // 2):
            # The next team goes where most people are for each team there.
            teams[int(np.argmax(people / (np.array(teams) + 1)))] += 1
        goes_to = [[zone.id] for zone, count in zip(zones, teams, strict=True) for _ in range(count)]
        alone = [zone.id for zone, count in zip(zones, teams, strict=True) if not count]
        for number, zone_id in enumerate(alone):
            goes_to[number % len(goes_to)].append(zone_id)
        for number, ids in enumerate(goes_to, start=1):
            office = f"{ids[0]}-office" if len(ids) == 1 else township.code
            yield {
                "id": f"{township.code}-team-{number}",
                "office": office,
                "zones": ";".join(ids),
                "members": 2,
            }


def site_points(settled: Settled) -> dict[str, Array]:
    """Return where the sites stand: power and one base station at the town's seat, the other among its villages."""
    points = {}
    for township, rest in zip(TOWNSHIPS, settled.rests, strict=True):
        villages = [zone.site.point for zone in settled.zones if zone.site.township == township.code]
        points[f"{township.code}-power"] = rest.point
        points[f"{township.code}-cell-a"] = rest.point
        points[f"{township.code}-cell-b"] = np.round(np.mean(villages, axis=0), 1) if villages else rest.point
    return points


def site_rows(settled: Settled) -> Iterator[dict[str, object]]:
    """Yield the rows of sites.csv: a substation and two base stations for each town."""
    points = site_points(settled)
    for township in TOWNSHIPS:
        code = township.code
        shared = {"serves": f"{code}-*", "floods_at": "0.5 m"}
        yield located(f"{code}-power", f"{code} 变电站 substation", points[f"{code}-power"]) | {
            "kind": "power", **shared, "power_site": "", "battery": "",
        }  # fmt: skip
        for letter, hours in CELL_BATTERIES:
            site = f"{code}-cell-{letter}"
            yield located(site, f"{code} 基站 base station {letter}", points[site]) | {
                "kind": "cell", **shared, "power_site": f"{code}-power", "battery": f"{hours} h",
            }  # fmt: skip


def outage_rows() -> Iterator[dict[str, object]]:
    """Yield the rows of outages.csv: every substation trips at T+20 h and is back at T+44 h."""
    for township in TOWNSHIPS:
        yield {"site": f"{township.code}-power", "begins": "T+20 h", "ends": "T+44 h"}


def stock_rows() -> Iterator[dict[str, object]]:
    """Yield the rows of stock.csv: relief kits, one for a person and day."""
    for township in TOWNSHIPS:
        yield {"store": f"{township.code}-store", "item": "kit", "amount": KITS_PER_TOWN}
    yield {"store": "district-store", "item": "kit", "amount": COUNTY_KITS}
