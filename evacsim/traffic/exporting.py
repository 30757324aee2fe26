"""Runs of traffic for other tools, each in a folder of its own, so that others can check us."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from evacsim.formats.traffic_exports import (
    NetworkToWrite,
    SamplesToWrite,
    StaysToWrite,
    TripsToWrite,
    write_gmns,
    write_gmns_trajectories,
    write_matsim_events,
    write_matsim_network,
    write_sumo_fcd,
    write_sumo_network,
    write_sumo_routes,
)
from evacsim.traffic.case import MODES, TrafficCase
from evacsim.traffic.passages import Passages
from evacsim.traffic.trajectories import times_at

if TYPE_CHECKING:
    from evacsim.traffic.run import TrafficRun

Export = Literal["matsim", "sumo", "gmns"]
FCD_PERIOD = 10.0
"""Floating-car data say where everybody is so often [s]."""
FCD_POINTS = 8
"""Points on each link between which vehicles go at constant speed."""


def export_matsim(run: "TrafficRun", folder: Path) -> None:
    """Write `network.xml` and `events.xml`."""
    folder.mkdir(parents=True, exist_ok=True)
    network, trips = _network(run.case), _trips(run)
    write_matsim_network(folder / "network.xml", network, sorted({"car", *trips.modes}))
    write_matsim_events(folder / "events.xml", network, trips, _stays(run), end=run.end)


def export_sumo(run: "TrafficRun", folder: Path, *, period: float = FCD_PERIOD) -> None:
    """Write `network.nod.xml`, `network.edg.xml`, `vehroutes.xml` (times on each link) and `fcd.xml`.

    The last says where everybody is every `period` seconds.
    """
    folder.mkdir(parents=True, exist_ok=True)
    network, trips = _network(run.case), _trips(run)
    write_sumo_network(folder, network)
    write_sumo_routes(folder / "vehroutes.xml", network, trips, _stays(run))
    write_sumo_fcd(folder / "fcd.xml", network, trips, samples(run, period=period))


def export_gmns(run: "TrafficRun", folder: Path) -> None:
    """Write `config.csv`, `node.csv`, `link.csv` and `trajectory.csv`."""
    folder.mkdir(parents=True, exist_ok=True)
    network = _network(run.case)
    write_gmns(folder, network, name=Path(run.case.source).name)
    write_gmns_trajectories(folder / "trajectory.csv", network, _trips(run), _stays(run))


EXPORTS: Mapping[Export, Callable[["TrafficRun", Path], None]] = {
    "matsim": export_matsim,
    "sumo": export_sumo,
    "gmns": export_gmns,
}


def samples(run: "TrafficRun", *, period: float) -> SamplesToWrite:
    """Return where everybody on the road is at each multiple of `period` [s] up to the end of the run.

    Links are straight from node to node. A vehicle that the run left between two points of a link
    that it never reached stands at the first of them.
    """
    case = run.case
    everything = run.recorded("floating-car data")
    passages = everything.of(np.lexsort((everything.enter, everything.link)))
    shares = np.linspace(0.0, 1.0, FCD_POINTS + 1)
    times = times_at(case, passages, shares)
    stop = np.where(np.isnan(passages.exit), np.nextafter(run.end, np.inf), passages.exit)
    first = np.ceil(passages.enter / period - 1e-9).astype(np.int64)
    n = np.maximum(np.ceil(stop / period - 1e-9).astype(np.int64) - first, 0)
    row = np.repeat(np.arange(len(n)), n)
    now = (first[row] + np.arange(len(row)) - np.repeat(np.cumsum(n) - n, n)) * period
    piece = np.zeros(len(row), dtype=np.int64)
    for point in range(1, FCD_POINTS):
        piece += times[row, point] <= now
    begin, end = times[row, piece], times[row, piece + 1]
    length = case.links.length[passages.link[row]]
    step = length / FCD_POINTS
    is_going = np.isfinite(end) & (end > begin)
    duration = np.where(is_going, end - begin, 1.0)
    share = np.where(is_going, np.clip((now - begin) / duration, 0.0, 1.0), 0.0)
    position = (piece + share) * step
    link = passages.link[row]
    start, stop_node = case.links.from_node[link], case.links.to_node[link]
    east = case.nodes.x[stop_node] - case.nodes.x[start]
    north = case.nodes.y[stop_node] - case.nodes.y[start]
    trip = passages.trip[row]
    order = np.lexsort((trip, now))
    return SamplesToWrite(
        time=now[order],
        trip=trip[order],
        link=link[order],
        x=(case.nodes.x[start] + east * position / length)[order],
        y=(case.nodes.y[start] + north * position / length)[order],
        angle=(np.degrees(np.arctan2(east, north)) % 360.0)[order],
        speed=np.where(is_going, step / duration, 0.0)[order],
        position=position[order],
    )


def _network(case: TrafficCase) -> NetworkToWrite:
    nodes, links = case.nodes, case.links
    return NetworkToWrite(
        nodes.ids.texts,
        nodes.x,
        nodes.y,
        links.ids.texts,
        links.from_node,
        links.to_node,
        links.length,
        links.free_speed,
        links.lanes,
        links.capacity,
        links.jam_density,
    )


def _trips(run: "TrafficRun") -> TripsToWrite:
    trips, routes = run.case.trips, run.case.routes
    return TripsToWrite(
        trips.ids.texts,
        [MODES[mode] for mode in trips.mode.tolist()],
        trips.depart,
        run.enter,
        run.arrive,
        routes.links[routes.first[trips.route]],
    )


def _stays(run: "TrafficRun") -> StaysToWrite:
    passages: Passages = run.recorded("exports")
    return StaysToWrite(*passages)
