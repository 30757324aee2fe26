"""Iterated dynamic assignment: travelers try ways on the real movement until few could do better.

A *loading* lets everybody travel on a given way and notes when each was on each link. From that
follows, for every departure, how long any other way would have taken. Some travelers who could
have done better then take the best way, fewer in each iteration. Two answers:

* `dynamic_user_equilibrium`: nobody could arrive earlier by another way (dynamic Wardrop);
* `dynamic_system_optimum`: times are replaced by marginal times, which include the delay that
  one causes to those behind him; the iterate of the least total time is kept.

Travel times count from the planned departure, waiting at the origin included. See
docs/background/assignment.md for the method and what the gap means.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evacsim.kernels import assignment_in_time as kernels
from evacsim.kernels.arrays import NONE
from evacsim.kernels.assignment_in_time import DELAY, KnownPaths, Roads, Speeds, Stays
from evacsim.streams import Streams
from evacsim.traffic.assignment_loading import (
    Change,
    Loader,
    Loading,
    Paths,
    RoadNetwork,
    Travelers,
    movement_loader,
    travel_times,
)
from evacsim.traffic.known_paths import PathBook, first_paths

NOTABLE = 0.2
"""User equilibrium: who could save this share of his time switches with the full chance of the iteration (assumed)."""
DECREASE = 0.5
"""User equilibrium: the full chance of iteration n is n to the power of minus this (assumed)."""
FIRST_SHARE, FASTER, SLOWER = 0.25, 1.25, 0.4
"""System optimum: the chance to switch at first, and its factors after a better and a worse loading (assumed)."""
LEAST_SWITCHING = 5.0
"""So many travelers at least are let switch on the way to the system optimum (assumed)."""


@dataclass(frozen=True, slots=True)
class Iteration:
    """What one loading showed."""

    gap: float
    """Cost above the best possible over the cost paid, of all travelers together."""
    total_time: float
    """Travel time of all, waiting at the origin included [s]."""
    n_switched: int
    """Travelers who took another path for the next loading."""
    n_paths: int
    """Paths known by then."""
    n_unfinished: int
    """Travelers who did not arrive; their time counts to the end of the loading."""


@dataclass(frozen=True, slots=True, eq=False)
class DynamicAssignment:
    """Ways of travelers, what came of them, and how near they are to what was asked for."""

    paths: Paths
    path: NDArray[np.int64]
    """Path of each traveler, shape (n_travelers,)."""
    loading: Loading
    travel_time: NDArray[np.float64]
    """From planned departure to arrival [s]; to the end of the loading where there was none."""
    iterations: tuple[Iteration, ...]
    best: int
    """Row of the iteration that is returned."""
    unconnected: NDArray[np.int64]
    """Travelers without any way; they are in no loading, their path is -1."""

    @property
    def gap(self) -> float:
        """Return the gap of what is returned."""
        return self.iterations[self.best].gap

    @property
    def total_time(self) -> float:
        """Return the travel time of all [s]."""
        return self.iterations[self.best].total_time

    def users(self, link: int) -> NDArray[np.int64]:
        """Return the travelers whose path uses a link."""
        uses = np.array(
            [link in self.paths.of(path) for path in range(len(self.paths.first) - 1)], dtype=bool
        )
        return np.flatnonzero(np.append(uses, False)[self.path])


def dynamic_user_equilibrium(
    network: RoadNetwork,
    travelers: Travelers,
    *,
    streams: Streams,
    changes: Sequence[Change] = (),
    gap: float = 0.01,
    max_iterations: int = 50,
    load: Loader | None = None,
) -> DynamicAssignment:
    """Return ways by which nobody could have arrived much earlier on another one.

    Travelers know the traffic of the day beforehand, as one does who makes the same trip every
    day. The first loading follows a static equilibrium of the mean flows. Stops at `gap` or
    after `max_iterations` loadings, and returns the loading of the smallest gap.

    Parameters
    ----------
    network, travelers
        Roads and trips.
    streams : Streams
        Who of those who could do better switches is drawn from the stream "route switching".
    changes : sequence of Change
        Changes of roads, known beforehand to all.
    gap : float
        Gap at which to stop.
    max_iterations : int
        Loadings at most.
    load : Loader, optional
        How to let travelers travel; by default on a new `Movement` each time.
    """
    return _iterate(network, travelers, streams, changes, (gap, max_iterations), load, externality=0.0)


def dynamic_system_optimum(
    network: RoadNetwork,
    travelers: Travelers,
    *,
    streams: Streams,
    changes: Sequence[Change] = (),
    gap: float = 0.001,
    max_iterations: int = 50,
    load: Loader | None = None,
) -> DynamicAssignment:
    """Return ways of a small total travel time of all, the smallest that was met.

    As `dynamic_user_equilibrium`, with marginal times: one who joins a queue delays everybody
    behind him by one headway, in all by the time from his own leaving until the queue has
    dissolved (after Ghali and Smith 1995, recalled). Where a queue spills back over several
    links those behind are counted on each of them. So this is a good assignment, not a proven
    optimum; departures stay as they are.
    """
    return _iterate(network, travelers, streams, changes, (gap, max_iterations), load, externality=1.0)


def _iterate(
    network: RoadNetwork,
    travelers: Travelers,
    streams: Streams,
    changes: Sequence[Change],
    stop: tuple[float, int],
    load: Loader | None,
    *,
    externality: float,
) -> DynamicAssignment:
    """Load and switch until the gap is small or the iterations are used up; return the best loading."""
    assert np.all(travelers.origin != travelers.destination), "a traveler stays where he is"
    pairs, pair = np.unique(np.stack([travelers.origin, travelers.destination]), axis=1, return_inverse=True)
    book, path, is_connected = first_paths(network, travelers, pairs, pair, externality)
    goes = np.flatnonzero(is_connected)
    going = travelers.taken(goes)
    pair = pair[goes]
    run = load or movement_loader(network, going, changes)
    speeds = _speeds(network, changes)
    history: list[Iteration] = []
    best: _Best | None = None
    share = FIRST_SHARE
    draws = streams.get("route switching")
    while True:
        loading = run(book.paths(), path)
        spent = travel_times(loading, going)
        roads = _roads(network, speeds, loading, going, externality)
        book.look_for_more(roads, pairs, pair, going.departure)
        paid, cheapest, least = _priced(roads, book, pair, going.departure, path)
        if externality == 0.0:
            paid = spent
        excess = np.maximum(paid - least, 0.0)
        gap = float(excess.sum() / paid.sum()) if len(paid) else 0.0
        total = float(spent.sum())
        merit = total if externality else gap
        is_last = gap <= stop[0] or len(history) + 1 >= stop[1]
        is_better = best is None or merit < best.merit
        now = _Best(merit, len(history), path, loading, cheapest, excess / paid)
        if best is None or is_better:
            best = now
        if externality:
            now = best
            share = min(share * FASTER, 1.0) if is_better else share * SLOWER
            share = max(share, min(1.0, LEAST_SWITCHING / (1 + int(np.count_nonzero(now.saving)))))
            chance = np.where(now.saving > 0, share, 0.0)
        else:
            share = (1.0 + len(history)) ** -DECREASE
            chance = share * now.saving / NOTABLE
        is_switching = _who_switches(pair, going.departure, chance, draws)
        n_switched = 0 if is_last else int(np.count_nonzero(is_switching))
        history.append(
            Iteration(gap, total, n_switched, len(book.links), int(np.isinf(loading.arrival).sum()))
        )
        if is_last or n_switched == 0:
            break
        path = np.where(is_switching, now.cheapest, now.path)
    path, loading = best.path, best.loading
    everybody = np.full(len(travelers.origin), NONE, dtype=np.int64)
    everybody[goes] = path
    times, arrival = np.full((2, len(travelers.origin)), np.inf)
    times[goes], arrival[goes] = travel_times(loading, going), loading.arrival
    return DynamicAssignment(
        paths=book.paths(),
        path=everybody,
        loading=loading._replace(traveler=goes[loading.traveler], arrival=arrival),
        travel_time=times,
        iterations=tuple(history),
        best=best.row,
        unconnected=np.flatnonzero(~is_connected),
    )


class _Best(NamedTuple):
    """The best loading so far, and what each traveler could do better."""

    merit: float
    row: int
    path: NDArray[np.int64]
    loading: Loading
    cheapest: NDArray[np.int64]
    saving: NDArray[np.float64]
    """Share of his cost that each would save on his cheapest path."""


def _speeds(network: RoadNetwork, changes: Sequence[Change]) -> Speeds:
    """Return the speed of one who is alone, before and after each change."""
    links = network.links
    due = sorted(changes, key=lambda change: change.time)
    factors = [np.ones(len(links.length))]
    for change in due:
        factors.append(factors[-1].copy())
        factors[-1][change.links] = change.speed_factor
    with np.errstate(invalid="ignore"):
        speed = np.nan_to_num(np.array(factors) * links.free_speed, nan=0.0, posinf=np.inf)
    begin = np.array([-np.inf, *(change.time for change in due)])
    return Speeds(begin, speed, np.asarray(links.length, dtype=np.float64))


def _roads(
    network: RoadNetwork, speeds: Speeds, loading: Loading, travelers: Travelers, externality: float
) -> Roads:
    """Return the roads with the traffic of a loading."""
    from_node = np.asarray(network.links.from_node, dtype=np.int64)
    n_links = len(from_node)
    first_out = np.zeros(network.n_nodes + 1, dtype=np.int64)
    first_out[1:] = np.cumsum(np.bincount(from_node, minlength=network.n_nodes))
    leave = np.minimum(loading.leave, loading.end)
    alone = np.empty(len(leave))
    kernels.leave_alone(speeds, loading.link, loading.enter, alone)
    # The first stay of each traveler ends the wait at the origin.
    who, begin = np.unique(loading.traveler, return_index=True)
    planned = travelers.departure[who]
    return Roads(
        to_node=np.asarray(network.links.to_node, dtype=np.int64),
        from_node=from_node,
        first_out=first_out,
        out_links=np.argsort(from_node, kind="stable"),
        speeds=speeds,
        stays=_stays(n_links, loading.link, loading.enter, leave, alone),
        gates=_stays(n_links, loading.link[begin], planned, loading.enter[begin], planned),
        externality=externality,
    )


def _stays(
    n_links: int,
    link: NDArray[np.int64],
    enter: NDArray[np.float64],
    leave: NDArray[np.float64],
    alone: NDArray[np.float64],
) -> Stays:
    """Return stays by link and entry, with the end of the queue that each met."""
    order = np.lexsort((leave, enter, link))
    link, enter, leave, alone = link[order], enter[order], leave[order], alone[order]
    is_delayed = leave > alone + DELAY
    # Who would have caught up with the one before him, and was delayed, stood in the same queue.
    goes_on = np.zeros(len(link), dtype=bool)
    goes_on[1:] = (link[1:] == link[:-1]) & is_delayed[1:] & (alone[1:] <= leave[:-1] + DELAY)
    queue = np.cumsum(~goes_on) - 1
    last = np.flatnonzero(np.append(~goes_on[1:], True)[: len(link)])
    first = np.zeros(n_links + 1, dtype=np.int64)
    first[1:] = np.cumsum(np.bincount(link, minlength=n_links))
    return Stays(first, enter, leave, is_delayed, leave[last][queue])


def _priced(
    roads: Roads,
    book: PathBook,
    pair: NDArray[np.int64],
    departure: NDArray[np.float64],
    path: NDArray[np.int64],
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64]]:
    """Return what each pays on his path, his cheapest path, and what he would pay there."""
    paths = book.paths()
    of_pair = np.cumsum([0, *(len(rows) for rows in book.rows)], dtype=np.int64)
    rows = np.array([row for known in book.rows for row in known.values()], dtype=np.int64)
    paid, least = np.zeros((2, len(pair)))
    cheapest = np.zeros(len(pair), dtype=np.int64)
    known = KnownPaths(paths.first, paths.links, of_pair, rows)
    kernels.price_paths(roads, known, pair, departure, path, paid, cheapest, least)
    return paid, cheapest, least


def _who_switches(
    pair: NDArray[np.int64],
    departure: NDArray[np.float64],
    chance: NDArray[np.float64],
    draws: np.random.Generator,
) -> NDArray[np.bool_]:
    """Choose travelers so that each is chosen with his chance, and evenly over the departures of his pair.

    Systematic sampling: the chances are laid end to end and cut at whole numbers, from a random start.
    """
    order = np.lexsort((departure, pair))
    reached_by = np.floor(np.cumsum(np.minimum(chance[order], 1.0)) + draws.random())
    is_chosen = np.zeros(len(pair), dtype=bool)
    is_chosen[order] = np.diff(reached_by, prepend=0.0) > 0
    return is_chosen & (chance > 0)
