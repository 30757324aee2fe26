"""One run of a case of traffic: everybody on their route, changes and signals as they are due."""

import time
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from evacsim.engine.compiling import ready_kernels
from evacsim.engine.movement import LinkColumns, Movement, MoverColumns, NoticeKind
from evacsim.kernels.arrays import GRADED_MODES
from evacsim.traffic.case import Events, Gridlock, TrafficCase, moves_as, storage
from evacsim.traffic.passages import passages_of
from evacsim.traffic.run import Ring, TrafficRun

BIN_LENGTH = float("inf")
"""Entries are counted in one time bin, however long the run: only their sum is used [s]."""

STANDS = "nothing"
"""What resolved a gridlock that stands."""


def run_case(
    case: TrafficCase, *, until: float, gridlock: Gridlock, patience: float, record_passages: bool
) -> TrafficRun:
    """Let everybody of a case travel until nothing more can happen, or until `until` [s]."""
    asked = time.perf_counter()
    ready_kernels(changing=case.is_changing)
    begin = time.perf_counter()
    movement = _movement(case, gridlock=gridlock, patience=patience, record_passages=record_passages)
    trips = _send(case, movement)
    openings = _Openings(case)
    drained = []
    for now, events in _moments(case.events, until):
        movement.advance(now)
        drained.append(movement.drain_records())
        openings.change(movement, events, now)
    movement.advance(until)
    records = np.concatenate([*drained, movement.drain_records()])
    ran = time.perf_counter()
    return TrafficRun(
        case=case,
        gridlock=gridlock,
        patience=patience,
        until=until,
        end=max(movement.now, 0.0) if np.isfinite(movement.now) else float(records["time"].max(initial=0.0)),
        enter=_first_times(records, NoticeKind.DEPARTED, len(trips)),
        arrive=_first_times(records, NoticeKind.ARRIVED, len(trips)),
        state=movement.where(trips).state,
        link_passages=int(movement.entries().sum()),
        rings=_rings(movement),
        passages=passages_of(records) if record_passages else None,
        compile_s=begin - asked,
        run_s=ran - begin,
    )


def link_columns(case: TrafficCase) -> LinkColumns:
    """Return the links of a case as movement wants them."""
    links = case.links
    return LinkColumns(
        from_node=links.from_node,
        to_node=links.to_node,
        length=links.length,
        free_speed=links.free_speed,
        capacity=links.capacity,
        storage=links.storage,
        wave_speed=links.wave_speed,
        overtaking=np.zeros(len(links.ids), dtype=bool),
        priority=links.priority,
        capacity_drop=links.capacity_drop,
    )


def _movement(case: TrafficCase, *, gridlock: Gridlock, patience: float, record_passages: bool) -> Movement:
    movement = Movement(
        n_nodes=len(case.nodes.ids),
        links=link_columns(case),
        bin_length=BIN_LENGTH,
        record_passages=record_passages,
        node_capacity=case.nodes.capacity if np.isfinite(case.nodes.capacity).any() else None,
        gridlock=gridlock,
        patience=patience,
    )
    signals = case.signals
    if len(signals.link):
        movement.set_signals(signals.link, cycle=signals.cycle, start=signals.start, green=signals.green)
    return movement


def _send(case: TrafficCase, movement: Movement) -> NDArray[np.int64]:
    """Send everybody off; return the movers, which are the rows of the trips."""
    trips, routes = case.trips, case.routes
    paths = movement.add_paths(routes.first, routes.links)
    movers = movement.add(
        MoverColumns(mode=moves_as(trips.mode), size=trips.size, people=trips.people),
        origin_node=routes.origin[trips.route],
        path=np.asarray(paths)[trips.route],
        depart_time=trips.depart,
    )
    return np.asarray(movers, dtype=np.int64)


def _moments(events: Events, until: float) -> Iterator[tuple[float, NDArray[np.int64]]]:
    """Yield each time at which links change before the end, and the rows of `events` then."""
    times, first = np.unique(events.time, return_index=True)
    for now, rows in zip(times.tolist(), np.split(np.arange(len(events.time)), first[1:]), strict=False):
        if now <= until:
            yield now, rows


class _Openings:
    """What is known of links that change under way: each closes by its capacity or by its speed."""

    def __init__(self, case: TrafficCase) -> None:
        self._case = case
        self._factor = np.ones(len(case.links.ids))
        self._is_shut = np.zeros(len(case.links.ids), dtype=bool)

    def change(self, movement: Movement, rows: NDArray[np.int64], now: float) -> None:
        """Change links; what a cell leaves empty stays as it is. The wave speed stays, too."""
        events = self._case.events
        link, factor, capacity = events.link[rows], events.speed_factor[rows], events.capacity[rows]
        self._factor[link] = np.where(np.isnan(factor), self._factor[link], factor)
        self._is_shut[link] = np.where(np.isnan(capacity), self._is_shut[link], capacity == 0)
        factors = np.where(self._is_shut[link], 0.0, self._factor[link])
        movement.change_links(link, dict.fromkeys(range(GRADED_MODES), factors), now=now)
        some = capacity > 0
        if some.any():
            movement.change_links(link[some], capacity=capacity[some], now=now)
        jam_density = events.jam_density[rows]
        some = ~np.isnan(jam_density)
        if some.any():
            room = storage(self._case.links.length[link[some]], jam_density[some])
            movement.change_links(link[some], storage=room, now=now)


def _rings(movement: Movement) -> tuple[Ring, ...]:
    """Return all gridlocks, those that stand at the end among them even if nobody saw them close."""
    rings = [Ring(*ring) for ring in movement.gridlocks]
    told = {ring.links for ring in rings if ring.resolved_by == STANDS}
    standing = (tuple(ring) for ring in movement.find_gridlock())
    return (*rings, *(Ring(np.nan, ring, np.nan, STANDS) for ring in standing if ring not in told))


def _first_times(records: NDArray[np.void], kind: NoticeKind, n_trips: int) -> NDArray[np.float64]:
    """Return when a kind of thing first happened to each trip; nan where it never did."""
    times = np.full(n_trips, np.nan)
    told = records[records["kind"] == kind][::-1]
    times[told["mover"]] = told["time"]
    return times
