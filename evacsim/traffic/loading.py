"""A case of traffic from a folder of tables: read, checked as a whole, put in the order of ids.

    nodes.csv    node_id, x, y                                             [capacity_vps]
    links.csv    link_id, from_node, to_node, length_m, free_speed_mps,
                 lanes, capacity_vps, jam_density_vpm                      [priority, capacity_drop]
    routes.csv   route_id, origin, destination, link_ids (blanks between)
    trips.csv    trip_id, depart_s, route_id                               [size_pcu, mode, people]
    events.csv   time_s, link_id, any of capacity_vps, speed_factor, jam_density_vpm     (optional)
    signals.csv  link_id, cycle_s, green_start_s, green_s                                (optional)
    turn_bans.csv  from_link, to_link                                                    (optional)

Columns in brackets may be missing, and their cells empty. Other columns are passed over.
"""

import hashlib
import time
from pathlib import Path

import numpy as np

from evacsim.errors import FormatError
from evacsim.traffic.case import Events, Links, Nodes, Routes, Rows, Signals, TrafficCase, Trips
from evacsim.traffic.findings import Findings
from evacsim.traffic.reading import Reader
from evacsim.traffic.tables import read_tables


def load_traffic(folder: str | Path, *, encoding: str | None = None) -> TrafficCase:
    """Return the case of traffic in a folder.

    Parameters
    ----------
    folder : str or Path
        Holds `nodes.csv`, `links.csv`, `routes.csv` and `trips.csv`, perhaps more.
    encoding : str, optional
        Encoding of the tables where it is not UTF-8, such as "gb18030".

    Raises
    ------
    FormatError
        With everything that is wrong with any of the tables.
    """
    begin = time.perf_counter()
    folder = Path(folder)
    findings = Findings()
    tables = read_tables(folder, encoding, findings)
    reader = Reader(tables, findings)
    nodes, links = reader.nodes(), reader.links()
    routes, trips = reader.routes(), reader.trips()
    events, signals = reader.events(), reader.signals()
    reader.check_turn_bans()
    if findings.issues:
        raise FormatError(str(folder), findings.issues)
    assert nodes is not None, "no nodes, and nobody said so"
    assert links is not None, "no links, and nobody said so"
    assert routes is not None, "no routes, and nobody said so"
    assert trips is not None, "no trips, and nobody said so"
    digests = {name: _digest(folder / name) for name in tables}
    return _in_order(
        TrafficCase(
            str(folder), nodes, links, routes, trips, events, signals, digests, time.perf_counter() - begin
        ),
        begin,
    )


def _in_order(case: TrafficCase, begin: float) -> TrafficCase:
    """Return the case with all tables in the order of their ids."""
    nodes, links, routes, trips = case.nodes, case.links, case.routes, case.trips
    node_order, link_order, route_order, trip_order = (
        table.ids.order() for table in (nodes, links, routes, trips)
    )
    new_node, new_link, new_route = _inverse(node_order), _inverse(link_order), _inverse(route_order)
    lengths = np.diff(routes.first)[route_order]
    first = np.concatenate([[0], np.cumsum(lengths)])
    old = np.repeat(routes.first[route_order] - first[:-1], lengths) + np.arange(first[-1])
    events, signals = case.events, case.signals
    event_order = np.lexsort((new_link[events.link], events.time))
    signal_order = np.argsort(new_link[signals.link])
    return TrafficCase(
        case.source,
        Nodes(nodes.ids.taken(node_order), *(column[node_order] for column in nodes[1:])),
        Links(
            links.ids.taken(link_order),
            new_node[links.from_node[link_order]],
            new_node[links.to_node[link_order]],
            length=links.length[link_order],
            free_speed=links.free_speed[link_order],
            lanes=links.lanes[link_order],
            capacity=links.capacity[link_order],
            jam_density=links.jam_density[link_order],
            priority=None if links.priority is None else links.priority[link_order],
            capacity_drop=None if links.capacity_drop is None else links.capacity_drop[link_order],
        ),
        Routes(
            routes.ids.taken(route_order),
            first,
            new_link[routes.links[old]].astype(np.int32),
            new_node[routes.origin[route_order]],
            new_node[routes.destination[route_order]],
        ),
        Trips(
            trips.ids.taken(trip_order),
            trips.depart[trip_order],
            new_route[trips.route[trip_order]],
            trips.size[trip_order],
            trips.mode[trip_order],
            trips.people[trip_order],
        ),
        Events(
            events.time[event_order],
            new_link[events.link[event_order]],
            *(column[event_order] for column in events[2:]),
        ),
        Signals(new_link[signals.link[signal_order]], *(column[signal_order] for column in signals[1:])),
        case.digests,
        time.perf_counter() - begin,
    )


def _inverse(order: Rows) -> Rows:
    places = np.empty(len(order), dtype=np.int64)
    places[order] = np.arange(len(order))
    return places


def _digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
