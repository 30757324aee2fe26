"""Runs of traffic in the formats of other tools: MATSim events, SUMO outputs, GMNS tables.

Names of elements, attributes and columns are those of the tools' own files:

* MATSim: `events.xml` (departure, PersonEntersVehicle, vehicle enters traffic, left link, entered
  link, vehicle leaves traffic, PersonLeavesVehicle, arrival, stuckAndAbort) and `network.xml` v2;
* SUMO: plain nodes and edges, of which netconvert makes a network; floating-car data (`fcd-export`,
  its schema fcd_file.xsd) and vehicle routes with exit times (`vehroute-output`, routes_file.xsd);
* GMNS: `config.csv`, `node.csv`, `link.csv`; `trajectory.csv` is beyond the specification, laid out
  as DTALite does (agents with sequences of links and times; recalled).
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from math import isnan
from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import escape

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Rows = NDArray[np.int64] | NDArray[np.int32]

CHUNK = 100_000
"""Lines that are put together before they are written."""
DECIMALS = 6
PER_HOUR = 3600.0
KMH = 3.6
LANE_WIDTH = 3.75
"""Written into MATSim networks, which want one; nothing here depends on it [m]."""


class NetworkToWrite(NamedTuple):
    """A network; ids as texts, the rest as columns in SI units, capacities over all lanes."""

    node_ids: Sequence[str]
    x: Floats
    y: Floats
    link_ids: Sequence[str]
    from_node: Rows
    to_node: Rows
    length: Floats
    free_speed: Floats
    lanes: Floats
    capacity: Floats
    jam_density: Floats


class TripsToWrite(NamedTuple):
    """Trips; times are nan where nothing happened."""

    ids: Sequence[str]
    modes: Sequence[str]
    depart: Floats
    enter: Floats
    arrive: Floats
    first_link: Rows
    """Link on which each trip begins."""


class StaysToWrite(NamedTuple):
    """Stays on links, in the order of trips and of time."""

    trip: Rows
    link: Rows
    enter: Floats
    exit: Floats
    """nan: still there."""
    is_through: NDArray[np.bool_]
    """Left at the end of the link."""


class SamplesToWrite(NamedTuple):
    """Where vehicles are at times, in the order of time."""

    time: Floats
    trip: Rows
    link: Rows
    x: Floats
    y: Floats
    angle: Floats
    """From north, clockwise [degree]."""
    speed: Floats
    position: Floats
    """From the start of the link [m]."""


def write_matsim_network(path: Path, network: NetworkToWrite, modes: Iterable[str]) -> None:
    """Write a MATSim network; jam density becomes one effective cell size, that of the middle link."""
    nodes, links = _escaped(network.node_ids), _escaped(network.link_ids)
    cell = float(np.median(network.lanes / network.jam_density))
    allowed = ",".join(modes)

    def lines() -> Iterator[str]:
        yield '<?xml version="1.0" encoding="UTF-8"?>'
        yield '<!DOCTYPE network SYSTEM "http://www.matsim.org/files/dtd/network_v2.dtd">'
        yield "<network>"
        # In one line: MATSim takes the text as it stands, and a name with a line break is none it knows.
        yield (
            '<attributes><attribute name="coordinateReferenceSystem" class="java.lang.String">'
            "Atlantis</attribute></attributes>"
        )
        yield "<nodes>"
        for name, x, y in zip(nodes, network.x.tolist(), network.y.tolist(), strict=True):
            yield f'<node id="{name}" x="{x!r}" y="{y!r}"/>'
        yield "</nodes>"
        yield (
            f'<links capperiod="01:00:00" effectivecellsize="{cell:.6g}" effectivelanewidth="{LANE_WIDTH}">'
        )
        for row, name in enumerate(links):
            yield (
                f'<link id="{name}" from="{nodes[network.from_node[row]]}" to="{nodes[network.to_node[row]]}" '
                f'length="{float(network.length[row])!r}" freespeed="{float(network.free_speed[row])!r}" '
                f'capacity="{float(network.capacity[row]) * PER_HOUR!r}" '
                f'permlanes="{float(network.lanes[row])!r}" oneway="1" modes="{allowed}"/>'
            )
        yield "</links>"
        yield "</network>"

    _write(path, lines())


def write_matsim_events(
    path: Path, network: NetworkToWrite, trips: TripsToWrite, stays: StaysToWrite, *, end: float
) -> None:
    """Write MATSim events in the order of time; each trip is a person and a vehicle of the same id.

    A trip starts at the entrance of its first link (`relativePosition` 0) and ends at the exit of its
    last; who turns back leaves traffic where the link begins. Trips that are not over at `end` [s] get
    `stuckAndAbort`.
    """
    people, links, modes = _escaped(trips.ids), _escaped(network.link_ids), list(trips.modes)
    time, trip, code, link = _events(trips, stays, end)

    def lines() -> Iterator[str]:
        yield '<?xml version="1.0" encoding="utf-8"?>'
        yield '<events version="1.0">'
        rows = zip(time.tolist(), trip.tolist(), code.tolist(), link.tolist(), strict=True)
        for when, who, kind, where in rows:
            yield _EVENTS[kind].format(t=when, p=people[who], l=links[where], m=modes[who])
        yield "</events>"

    _write(path, lines())


_EVENTS = (
    '<event time="{t!r}" type="departure" person="{p}" link="{l}" legMode="{m}"/>',
    '<event time="{t!r}" type="PersonEntersVehicle" person="{p}" vehicle="{p}"/>',
    '<event time="{t!r}" type="vehicle enters traffic" person="{p}" link="{l}" vehicle="{p}" '
    'networkMode="{m}" relativePosition="0.0"/>',
    '<event time="{t!r}" type="left link" vehicle="{p}" link="{l}"/>',
    '<event time="{t!r}" type="entered link" vehicle="{p}" link="{l}"/>',
    '<event time="{t!r}" type="vehicle leaves traffic" person="{p}" link="{l}" vehicle="{p}" '
    'networkMode="{m}" relativePosition="1.0"/>',
    '<event time="{t!r}" type="vehicle leaves traffic" person="{p}" link="{l}" vehicle="{p}" '
    'networkMode="{m}" relativePosition="0.0"/>',
    '<event time="{t!r}" type="PersonLeavesVehicle" person="{p}" vehicle="{p}"/>',
    '<event time="{t!r}" type="arrival" person="{p}" link="{l}" legMode="{m}"/>',
    '<event time="{t!r}" type="stuckAndAbort" person="{p}" link="{l}" legMode="{m}"/>',
)
(
    _DEPARTURE, _BOARDS, _ENTERS_TRAFFIC, _LEFT, _ENTERED, _LEAVES_TRAFFIC, _TURNS_BACK, _ALIGHTS,
    _ARRIVAL, _STUCK,
) = range(10)  # fmt: skip


def _events(trips: TripsToWrite, stays: StaysToWrite, end: float) -> tuple[Floats, Rows, Rows, Rows]:
    """Return time, trip, code and link of all events, in the order of time."""
    follows = np.zeros(len(stays.trip), dtype=bool)
    follows[1:] = (stays.trip[1:] == stays.trip[:-1]) & stays.is_through[:-1]
    is_followed = np.append(follows[1:], False)[: len(follows)]
    is_left = ~np.isnan(stays.exit)
    departed = np.flatnonzero(trips.depart <= end)
    arrived = np.flatnonzero(~np.isnan(trips.arrive))
    stuck = departed[np.isnan(trips.arrive[departed])]
    last_link = np.array(trips.first_link, dtype=np.int64)
    last_link[stays.trip] = stays.link  # the last one stays
    before_all, after_all = -1, 2 * len(stays.trip)
    pieces: list[tuple[Floats, Rows, int, Rows, int]] = [
        (trips.depart[departed], departed, _DEPARTURE, trips.first_link, before_all),
        (trips.depart[departed], departed, _BOARDS, trips.first_link, before_all),
        (trips.arrive[arrived], arrived, _ALIGHTS, last_link, after_all),
        (trips.arrive[arrived], arrived, _ARRIVAL, last_link, after_all),
        (np.full(len(stuck), end), stuck, _STUCK, last_link, after_all),
    ]
    parts = [
        (times, who, kind, where[who], np.full(len(who), step)) for times, who, kind, where, step in pieces
    ]
    for mask, kind, times, is_exit in (
        (~follows, _ENTERS_TRAFFIC, stays.enter, 0),
        (follows, _ENTERED, stays.enter, 0),
        (is_left & is_followed, _LEFT, stays.exit, 1),
        (stays.is_through & ~is_followed, _LEAVES_TRAFFIC, stays.exit, 1),
        (is_left & ~stays.is_through, _TURNS_BACK, stays.exit, 1),
    ):
        rows = np.flatnonzero(mask)
        parts.append((times[rows], stays.trip[rows], kind, stays.link[rows], 2 * rows + is_exit))
    time = np.round(np.concatenate([part[0] for part in parts]), DECIMALS)
    trip = np.concatenate([part[1] for part in parts])
    code = np.concatenate([np.full(len(part[0]), part[2]) for part in parts])
    link = np.concatenate([part[3] for part in parts])
    step = np.concatenate([part[4] for part in parts])
    # By steps within a trip: who turns back leaves one link and enters another at one instant.
    order = np.lexsort((code, step, trip, time))
    return time[order], trip[order], code[order], link[order]


def write_sumo_fcd(path: Path, network: NetworkToWrite, trips: TripsToWrite, samples: SamplesToWrite) -> None:
    """Write floating-car data as SUMO does: one `timestep` for each time, one `vehicle` for each on the road."""
    names, links, modes = _escaped(trips.ids), _escaped(network.link_ids), list(trips.modes)

    def lines() -> Iterator[str]:
        yield '<?xml version="1.0" encoding="UTF-8"?>'
        yield "<fcd-export>"
        before = None
        for time, trip, link, x, y, angle, speed, position in zip(
            *(column.tolist() for column in samples), strict=True
        ):
            if time != before:
                if before is not None:
                    yield "</timestep>"
                yield f'<timestep time="{time:.2f}">'
                before = time
            yield (
                f'<vehicle id="{names[trip]}" x="{x:.2f}" y="{y:.2f}" angle="{angle:.2f}" '
                f'type="{modes[trip]}" speed="{speed:.2f}" pos="{position:.2f}" '
                f'lane="{links[link]}_0" slope="0.00"/>'
            )
        if before is not None:
            yield "</timestep>"
        yield "</fcd-export>"

    _write(path, lines())


def write_sumo_network(folder: Path, network: NetworkToWrite) -> None:
    """Write plain `network.nod.xml` and `network.edg.xml`, of which netconvert makes a network.

    SUMO knows whole lanes only and has no capacities: these follow from its vehicles.
    """
    nodes, links = _escaped(network.node_ids), _escaped(network.link_ids)

    def node_lines() -> Iterator[str]:
        yield '<?xml version="1.0" encoding="UTF-8"?>'
        yield "<nodes>"
        for name, x, y in zip(nodes, network.x.tolist(), network.y.tolist(), strict=True):
            yield f'<node id="{name}" x="{x!r}" y="{y!r}"/>'
        yield "</nodes>"

    def edge_lines() -> Iterator[str]:
        yield '<?xml version="1.0" encoding="UTF-8"?>'
        yield "<edges>"
        for row, (name, lanes) in enumerate(zip(links, _whole_lanes(network), strict=True)):
            yield (
                f'<edge id="{name}" from="{nodes[network.from_node[row]]}" to="{nodes[network.to_node[row]]}" '
                f'numLanes="{lanes}" speed="{float(network.free_speed[row])!r}" '
                f'length="{float(network.length[row])!r}"/>'
            )
        yield "</edges>"

    _write(folder / "network.nod.xml", node_lines())
    _write(folder / "network.edg.xml", edge_lines())


SUMO_CLASSES = {"walk": "pedestrian", "car": "passenger", "bus": "bus", "other": "ignoring"}
"""What SUMO calls the modes of trips (its vehicle classes)."""


def write_sumo_routes(path: Path, network: NetworkToWrite, trips: TripsToWrite, stays: StaysToWrite) -> None:
    """Write what SUMO calls vehroute output: the links of each trip with the times at which it left them.

    `depart` is when the vehicle entered its first link; those that are not over have no `arrival`.
    In the order of `depart`, each mode declared: SUMO reads routes as they come and passes over late ones.
    """
    names, modes = _escaped(trips.ids), list(trips.modes)
    links = np.array(_escaped(network.link_ids), dtype=object)
    ways = sorted(_by_trip(stays), key=lambda way: (round(float(stays.enter[way[1]]), DECIMALS), way[0]))

    def lines() -> Iterator[str]:
        yield '<?xml version="1.0" encoding="UTF-8"?>'
        yield "<routes>"
        for mode in sorted(set(modes)):
            yield f'<vType id="{mode}" vClass="{SUMO_CLASSES[mode]}"/>'
        for trip, first, last in ways:
            edges = " ".join(links[stays.link[first:last]])
            exits = " ".join(_told(time) for time in stays.exit[first:last].tolist() if not isnan(time))
            arrive = float(trips.arrive[trip])
            arrival = "" if isnan(arrive) else f' arrival="{_told(arrive)}"'
            yield (
                f'<vehicle id="{names[trip]}" type="{modes[trip]}" '
                f'depart="{_told(float(stays.enter[first]))}"{arrival}>'
            )
            yield f'<route edges="{edges}" exitTimes="{exits}"/>'
            yield "</vehicle>"
        yield "</routes>"

    _write(path, lines())


def _told(time: float) -> str:
    return f"{time:.{DECIMALS}f}"


def _whole_lanes(network: NetworkToWrite) -> list[int]:
    """Return the lanes of links for those who count them: at least one."""
    return [max(1, round(lanes)) for lanes in network.lanes.tolist()]


def write_gmns(folder: Path, network: NetworkToWrite, *, name: str) -> None:
    """Write `config.csv`, `node.csv` and `link.csv`: metres, km/h, capacity per lane and hour.

    The specification counts lanes in whole numbers; capacity times lanes is the capacity of the link.
    """
    _write_csv(
        folder / "config.csv",
        ("dataset_name", "short_length", "long_length", "speed", "crs"),
        [(name, "m", "m", "km/h", "local")],
    )
    rows = zip(network.node_ids, network.x.tolist(), network.y.tolist(), strict=True)
    _write_csv(folder / "node.csv", ("node_id", "x_coord", "y_coord"), rows)
    _write_csv(
        folder / "link.csv",
        (
            "link_id", "from_node_id", "to_node_id", "directed", "length", "free_speed", "lanes", "capacity",
            "jam_density_vpm", "allowed_uses",
        ),
        (
            (
                link, network.node_ids[network.from_node[row]], network.node_ids[network.to_node[row]], 1,
                float(network.length[row]), round(float(network.free_speed[row]) * KMH, 9), lanes,
                round(float(network.capacity[row]) * PER_HOUR / lanes, 9), float(network.jam_density[row]),
                "auto",
            )
            for row, (link, lanes) in enumerate(
                zip(network.link_ids, _whole_lanes(network), strict=True)
            )
        ),
    )  # fmt: skip


def write_gmns_trajectories(
    path: Path, network: NetworkToWrite, trips: TripsToWrite, stays: StaysToWrite
) -> None:
    """Write one row for each trip that entered: its links and the times [s] at which it entered and left them.

    Nodes are where each link begins and ends; after a link from which the trip turned back, where it begins.
    """
    links = np.array(network.link_ids, dtype=object)
    nodes = np.array(network.node_ids, dtype=object)
    is_back = ~stays.is_through & ~np.isnan(stays.exit)
    next_node = np.where(is_back, network.from_node[stays.link], network.to_node[stays.link])

    def rows() -> Iterator[tuple[object, ...]]:
        for trip, first, last in _by_trip(stays):
            here = stays.link[first:last]
            left = stays.exit[last - 1]
            times = [*stays.enter[first:last].tolist(), *([] if np.isnan(left) else [float(left)])]
            stops = [nodes[network.from_node[here[0]]], *nodes[next_node[first:last]]]
            yield (
                trips.ids[trip],
                trips.modes[trip],
                stops[0],
                stops[-1],
                float(trips.depart[trip]),
                None if np.isnan(trips.arrive[trip]) else round(float(trips.arrive[trip]), DECIMALS),
                ";".join(stops),
                ";".join(links[here]),
                ";".join(f"{round(time, DECIMALS)!r}" for time in times),
            )

    columns = (
        "agent_id", "mode", "o_node_id", "d_node_id", "departure_time", "arrival_time", "node_sequence",
        "link_sequence", "time_sequence",
    )  # fmt: skip
    _write_csv(path, columns, rows())


def _by_trip(stays: StaysToWrite) -> Iterator[tuple[int, int, int]]:
    """Yield each trip that entered, and where its stays begin and end."""
    firsts = np.flatnonzero(np.diff(stays.trip, prepend=-1))
    lasts = np.append(firsts[1:], len(stays.trip))
    yield from zip(stays.trip[firsts].tolist(), firsts.tolist(), lasts.tolist(), strict=False)


def _escaped(ids: Sequence[str]) -> list[str]:
    return [escape(name, {'"': "&quot;"}) for name in ids]


def _write(path: Path, lines: Iterator[str]) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        waiting: list[str] = []
        for line in lines:
            waiting.append(line)
            if len(waiting) == CHUNK:
                stream.write("\n".join(waiting) + "\n")
                waiting.clear()
        stream.write("\n".join(waiting) + "\n")


def _write_csv(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
