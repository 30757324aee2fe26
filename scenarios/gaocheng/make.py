"""Make the generated files of the synthetic district "gaocheng"; the same bytes every time.

    python scenarios/gaocheng/make.py            rewrites them where they are
    python scenarios/gaocheng/make.py FOLDER     writes them into FOLDER instead

What is written by hand (the .yaml files, inputs/) is only read. Needs numpy and nothing else.
"""

import csv
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from making.command import office_rows, officer_rows, outage_rows, site_points, site_rows, stock_rows
from making.curves import Array
from making.flood import FRAMES, UPPER_GAUGE, arrivals, depths, reservoir_stage, stage
from making.geography import ORIGIN
from making.means import DEPOTS, TRUCK_YARD, boat_depots, depot_node, fleet_rows, force_rows, store_rows
from making.places import Settled, pickup_rows, settle, shelter_rows, zone_rows
from making.prepared import prepared_fleets, prepared_forces, prepared_offices, prepared_sites
from making.roads import CLASSES, JAM_DENSITY, Network, build
from making.sites import find_sites, find_wet_shelters, survey
from making.transfers import transfer_rows

HERE = Path(__file__).parent


def main(folder: Path) -> None:
    """Write all generated files into `folder`."""
    ground = survey()
    sites = find_sites(ground)
    wet_shelters = find_wet_shelters(ground, sites)
    villages = [site.point for site in sites] + [
        point for points in wet_shelters.values() for point in points
    ]
    network = build(np.array(villages))
    settled = settle(network, sites, wet_shelters)
    position = network.position()
    seats = [rest.point for rest in settled.rests]
    county = position[depot_node(TRUCK_YARD, position)]

    write(folder / "network" / "nodes.csv", node_rows(network))
    write(folder / "network" / "links.csv", link_rows(network))
    write(folder / "zones.csv", zone_rows(settled))
    write(folder / "pickup_points.csv", pickup_rows(settled))
    write(folder / "shelters.csv", shelter_rows(settled))
    write(folder / "fleets.csv", fleet_rows(position))
    write(folder / "forces.csv", force_rows(position, seats))
    write(folder / "stores.csv", store_rows(position, seats))
    write(folder / "offices.csv", office_rows(settled, county))
    write(folder / "officers.csv", officer_rows(settled))
    write(folder / "sites.csv", site_rows(settled))
    write(folder / "outages.csv", outage_rows())
    write(folder / "stock.csv", stock_rows())
    write(folder / "prepared" / "fleets.csv", prepared_fleets(position, seats))
    write(folder / "prepared" / "forces.csv", prepared_forces(position, seats))
    write(folder / "prepared" / "offices.csv", prepared_offices(settled, county))
    write(folder / "prepared" / "sites.csv", prepared_sites(settled, seats))
    write(folder / "water" / "links.csv", water_on_links(network))
    write(folder / "water" / "places.csv", water_at_places(settled, position))
    for gauge, rows in gauge_rows().items():
        write(folder / "water" / f"{gauge}.csv", rows)
    wet_from = arrivals(depths(np.array([zone.site.point for zone in settled.zones])))
    write(folder / "plans" / "transfers_timely.csv", transfer_rows(settled, network, wet_from))


def write(path: Path, rows: Iterable[dict[str, object]]) -> None:
    """Write a table."""
    rows = list(rows)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def node_rows(network: Network) -> Iterator[dict[str, object]]:
    """Yield the rows of nodes.csv."""
    for number, (x, y) in enumerate(network.position() + ORIGIN):
        yield {"node_id": f"n{number}", "x": f"{x:.1f}", "y": f"{y:.1f}"}


def link_rows(network: Network) -> Iterator[dict[str, object]]:
    """Yield the rows of links.csv: each road twice, once in each direction."""
    position = network.position()
    for number, ((a, b), edge) in enumerate(network.edges.items()):
        road = CLASSES[edge.kind]
        for way, start, end in (("a", a, b), ("b", b, a)):
            yield {
                "link_id": f"r{number}{way}",
                "from_node": f"n{start}",
                "to_node": f"n{end}",
                "length_m": f"{np.linalg.norm(position[a] - position[b]):.1f}",
                "free_speed_mps": f"{road.speed_kmh / 3.6:.2f}",
                "lanes": road.lanes,
                "capacity_vps": f"{road.lanes * road.flow / 3600:.4f}",
                "jam_density_vpm": f"{road.lanes * JAM_DENSITY:.2f}",
                "road_class": road.osm,
                "name": edge.name,
                "bridge": str(edge.is_bridge).lower(),
                "bridge_offset_m": f"{edge.bridge_offset:.1f}" if edge.is_bridge else "",
            }


def water_on_links(network: Network) -> Iterator[dict[str, object]]:
    """Yield the depths on the roads: the deepest of five points along each, none on a bridge."""
    position = network.position()
    ends = np.array(list(network.edges))
    edges = list(network.edges.values())
    lift = np.array([edge.lift for edge in edges])
    deepest = np.zeros((len(edges), len(FRAMES)))
    for part in (0.05, 0.275, 0.5, 0.725, 0.95):
        points = position[ends[:, 0]] * (1 - part) + position[ends[:, 1]] * part
        deepest = np.maximum(deepest, depths(points, lift))
    deepest[[edge.is_bridge for edge in edges]] = 0.0
    names = [f"r{number}{way}" for number in range(len(edges)) for way in "ab"]
    yield from water_rows("link", names, np.repeat(deepest, 2, axis=0), change=0.05)


def water_at_places(settled: Settled, position: Array) -> Iterator[dict[str, object]]:
    """Yield the depths at zones, pick-up points, shelters, depots and sites."""
    lift = {place.id: place.lift for place in settled.pickup_points}
    points = {zone.id: zone.site.point for zone in settled.zones}
    points |= {place.id: place.point for place in (*settled.rests, *settled.pickup_points, *settled.shelters)}
    yards = (*DEPOTS, TRUCK_YARD, *boat_depots())
    points |= {depot.id: position[depot_node(depot, position)] for depot in yards}
    points |= site_points(settled)
    depth = depths(np.array(list(points.values())), np.array([lift.get(name, 0.0) for name in points]))
    yield from water_rows("place", list(points), depth, change=0.01)


def water_rows(what: str, names: list[str], depth: Array, *, change: float) -> Iterator[dict[str, object]]:
    """Yield a depth whenever it has changed by `change`, and the frame before, where it had not.

    So the depth is the same whether one holds it until the next row or draws a line to it.
    """
    for name, series in zip(names, depth, strict=True):
        written, last = 0.0, -1
        for frame, value in enumerate(series):
            if abs(value - written) > change - 1e-9 or (value > 0) != (written > 0):
                rows = range(frame - 1, frame + 1) if frame - last > 1 else (frame,)
                yield from (
                    {what: name, "time": f"T+{FRAMES[row]:g} h", "depth_m": f"{series[row]:.2f}"}
                    for row in rows
                )
                written, last = value, frame


def gauge_rows() -> dict[str, list[dict[str, object]]]:
    """Return the stage at each gauge, every half hour from six hours before T0."""
    hours = np.arange(-6, 144.25, 0.5)
    series = {
        "main": stage(hours),
        "upper": stage(hours, at=UPPER_GAUGE),
        "reservoir_r3": reservoir_stage(hours),
    }
    return {
        gauge: [
            {"time": f"T{hour:+g} h", "stage_m": f"{value:.2f}"}
            for hour, value in zip(hours, values, strict=True)
        ]
        for gauge, values in series.items()
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
