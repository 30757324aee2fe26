"""A loading: everybody travels on the real movement, and when each was on each link is noted.

What iterated assignment knows of the world stands here: roads, travelers, changes of roads, and
a function that lets the travelers travel on given paths.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evacsim.engine.movement import LinkColumns, Movement, MoverColumns, NoticeKind
from evacsim.traffic.case import Routes, TrafficCase, moves_as
from evacsim.traffic.ids import ids_of
from evacsim.traffic.running import link_columns

CAR = 1
"""Mode of travelers unless given."""
BEGINS = (NoticeKind.DEPARTED, NoticeKind.ENTERED)
"""Records that begin a stay on a link; the first entry of a traveler may give one of each."""
ENDS = (NoticeKind.ENTERED, NoticeKind.ARRIVED, NoticeKind.CUT_OFF, NoticeKind.TURNED_BACK)
"""Records that end a stay on a link."""


@dataclass(frozen=True, slots=True, eq=False)
class RoadNetwork:
    """The links that travelers use, in the order that settles ties."""

    n_nodes: int
    links: LinkColumns


@dataclass(frozen=True, slots=True, eq=False)
class Travelers:
    """Who travels from where to where, and when; one row each."""

    origin: NDArray[np.int64]
    """Node, shape (n,)."""
    destination: NDArray[np.int64]
    """Node, another than the origin."""
    departure: NDArray[np.float64]
    """[s]"""
    size: ArrayLike = 1.0
    """Room taken on a link [pcu]."""
    mode: ArrayLike = CAR
    """Travel mode."""

    def factors(self, change: "Change") -> dict[int, float]:
        """Return the speed factor of a change for each mode that is used."""
        return dict.fromkeys(np.unique(moves_as(self.mode)).tolist(), change.speed_factor)

    def taken(self, rows: NDArray[np.int64]) -> "Travelers":
        """Return some of the travelers."""
        n = self.origin.shape
        size, mode = (np.broadcast_to(np.asarray(column), n)[rows] for column in (self.size, self.mode))
        return Travelers(self.origin[rows], self.destination[rows], self.departure[rows], size, mode)


class Change(NamedTuple):
    """A change of roads under way."""

    time: float
    """[s]"""
    links: NDArray[np.int64]
    speed_factor: float
    """Share of the free speed that is left; 0: closed."""


class Loading(NamedTuple):
    """What a loading tells: stays on links, and arrivals."""

    traveler: NDArray[np.int64]
    """Who was on a link, shape (n_stays,), in the order of travelers and of time."""
    link: NDArray[np.int64]
    enter: NDArray[np.float64]
    """[s]"""
    leave: NDArray[np.float64]
    """[s]; inf for those who were still there at the end."""
    arrival: NDArray[np.float64]
    """[s], inf for those who did not arrive; shape (n_travelers,)."""
    end: float
    """When the last thing happened [s]."""


class Paths(NamedTuple):
    """Explicit ways; the links of path p are links[first[p]:first[p + 1]]."""

    first: NDArray[np.int64]
    links: NDArray[np.int32]

    def of(self, path: int) -> NDArray[np.int32]:
        """Return the links of one path, in the order of travel."""
        return self.links[self.first[path] : self.first[path + 1]]


Loader = Callable[[Paths, NDArray[np.int64]], Loading]
"""Lets each traveler travel on a path (its row), and tells what happened."""


def movement_loader(network: RoadNetwork, travelers: Travelers, changes: Sequence[Change] = ()) -> Loader:
    """Return the loader that lets travelers travel on a new `Movement` each time, until nothing moves."""
    due = sorted(changes, key=lambda change: change.time)

    def load(paths: Paths, path: NDArray[np.int64]) -> Loading:
        movement = new_movement(network)
        rows = movement.add_paths(paths.first, paths.links)
        movement.add(
            MoverColumns(mode=moves_as(travelers.mode), size=travelers.size),
            origin_node=travelers.origin,
            path=rows[path],
            depart_time=travelers.departure,
        )
        for change in due:
            movement.advance(change.time)
            movement.change_links(change.links, travelers.factors(change), now=change.time)
        movement.advance(np.inf)
        return loading_of(movement.drain_records(), travelers)

    return load


def network_of(case: TrafficCase) -> RoadNetwork:
    """Return the roads of a case of traffic, without its signals, node capacities and events."""
    return RoadNetwork(len(case.nodes.ids), link_columns(case))


def travelers_of(case: TrafficCase) -> Travelers:
    """Return those who travel in a case of traffic; of their routes only the ends count."""
    trips, routes = case.trips, case.routes
    return Travelers(
        routes.origin[trips.route], routes.destination[trips.route], trips.depart, trips.size, trips.mode
    )


def case_loader(case: TrafficCase) -> Loader:
    """Return the loader that runs a case of traffic on other routes, with all that happens in it."""

    def load(paths: Paths, path: NDArray[np.int64]) -> Loading:
        from_node, to_node = case.links.from_node, case.links.to_node
        ids = ids_of([str(row) for row in range(len(paths.first) - 1)])
        ends = from_node[paths.links[paths.first[:-1]]], to_node[paths.links[paths.first[1:] - 1]]
        routes = Routes(ids, paths.first, paths.links, *ends)
        run = replace(case, routes=routes, trips=case.trips._replace(route=path)).run()
        stays = run.passages
        assert stays is not None, "a run that records passages has none"
        lasts = (stays.exit > stays.enter) | np.isnan(stays.exit)
        return Loading(
            stays.trip[lasts].astype(np.int64),
            stays.link[lasts].astype(np.int64),
            stays.enter[lasts],
            np.nan_to_num(stays.exit[lasts], nan=np.inf),
            np.nan_to_num(run.arrive, nan=np.inf),
            run.end,
        )

    return load


def loading_of(records: NDArray[np.void], travelers: Travelers) -> Loading:
    """Return what the records of a movement tell."""
    end = float(records["time"].max(initial=0.0))
    told = records[np.isin(records["kind"], (*BEGINS, *ENDS))]
    told = told[np.argsort(told["mover"], kind="stable")]
    is_again = np.zeros(len(told), dtype=bool)
    is_again[1:] = (told["kind"][:-1] == NoticeKind.DEPARTED) & (told["kind"][1:] == NoticeKind.ENTERED)
    is_again[1:] &= told["time"][1:] == told["time"][:-1]
    is_again[1:] &= (told["mover"][1:] == told["mover"][:-1]) & (told["place"][1:] == told["place"][:-1])
    told = told[~is_again]
    arrival = np.full(len(travelers.origin), np.inf)
    arrived = told[told["kind"] == NoticeKind.ARRIVED]
    arrival[arrived["mover"]] = arrived["time"]
    begins = np.flatnonzero(np.isin(told["kind"], BEGINS))
    after = np.minimum(begins + 1, len(told) - 1)
    is_left = (after > begins) & (told["mover"][after] == told["mover"][begins])
    return Loading(
        traveler=told["mover"][begins].astype(np.int64),
        link=told["place"][begins].astype(np.int64),
        enter=told["time"][begins].copy(),
        leave=np.where(is_left, told["time"][after], np.inf),
        arrival=arrival,
        end=end,
    )


def travel_times(loading: Loading, travelers: Travelers) -> NDArray[np.float64]:
    """Return the time from planned departure to arrival, or to the end for who did not arrive [s]."""
    until = np.where(np.isfinite(loading.arrival), loading.arrival, loading.end)
    spent: NDArray[np.float64] = np.maximum(until - travelers.departure, 0.0)
    return spent


def new_movement(network: RoadNetwork, *, n_trees: int = 1) -> Movement:
    """Return movement on empty roads."""
    return Movement(n_nodes=network.n_nodes, links=network.links, n_trees=n_trees, record_passages=True)
