"""Which zone goes to which shelter: capacities kept, as many people placed as can be, in the least total time.

Zones may be split between shelters (`assign_people`, a transportation problem with whole
people) or kept together (`assign_whole_zones`, a generalized assignment problem). Both are
solved exactly by HiGHS, or to a stated gap. What comes out is a bound for any plan under the
same travel times, and a proposal for one; it knows no clock and no queue.

See docs/background/assignment.md.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evacsim.kernels.assignment import CostedLinks, Labels, grow_from
from evacsim.kernels.assignment_heap import reached


@dataclass(frozen=True, slots=True, eq=False)
class ShelterProblem:
    """People in zones, places in shelters, and how long the way between them takes."""

    people: NDArray[np.int64]
    """People of each zone, shape (n_zones,)."""
    places: NDArray[np.int64]
    """Places of each shelter, shape (n_shelters,); 0 where it is closed or flooded."""
    time: NDArray[np.float64]
    """Travel time of one person [s], inf where nobody may be sent; shape (n_zones, n_shelters)."""


@dataclass(frozen=True, slots=True, eq=False)
class ShelterAssignment:
    """Who goes where, who finds no place, and what more places would be worth."""

    people: NDArray[np.int64]
    """People of each zone sent to each shelter, shape (n_zones, n_shelters)."""
    unplaced: NDArray[np.int64]
    """People of each zone without a place, shape (n_zones,)."""
    total_time: float
    """Travel time of all who are placed [person s]."""
    lower_bound: float
    """With as many people placed, no assignment takes less than this [person s]."""
    most_placed: int
    """No assignment places more people than this."""
    is_optimal: bool
    """Whether as many are placed as can be, in the least time, up to the gap that was asked for."""

    @property
    def placed(self) -> int:
        """Return how many people have a place."""
        return int(self.people.sum())

    @property
    def mean_time(self) -> float:
        """Return the mean travel time of those who are placed [s]; nan if nobody is."""
        return self.total_time / self.placed if self.placed else float("nan")


@dataclass(frozen=True, slots=True, eq=False)
class PlaceValues:
    """What one more place in each shelter would change, with everybody assigned anew."""

    people: NDArray[np.int64]
    """People more that would be placed, 0 or 1, shape (n_shelters,)."""
    time: NDArray[np.float64]
    """Total travel time that would be saved [person s]; negative where it is spent on one person more."""


def shelter_problem(
    people: ArrayLike,
    places: ArrayLike,
    time: ArrayLike,
    *,
    is_open: ArrayLike = True,
    distance: ArrayLike = 0.0,
    max_distance: float = np.inf,
) -> ShelterProblem:
    """Return a problem without the shelters that are closed and the ways that are too long.

    `is_open` has one value per shelter (or one for all): False where it is closed or flooded.
    `distance` has the shape of `time`, in the unit of `max_distance`.
    """
    homes, rooms = (np.asarray(count, dtype=np.int64) for count in (people, places))
    times = np.array(time, dtype=np.float64)
    assert times.shape == (len(homes), len(rooms)), "travel times fit neither zones nor shelters"
    assert np.all(homes >= 0), "a zone has less than nobody"
    assert np.all(rooms >= 0), "a shelter has less than no place"
    assert np.all(times >= 0), "a travel time is negative or unknown"
    times[np.broadcast_to(np.asarray(distance), times.shape) > max_distance] = np.inf
    is_open = np.broadcast_to(np.asarray(is_open, dtype=bool), rooms.shape)
    times[:, ~is_open] = np.inf
    return ShelterProblem(homes, np.where(is_open, rooms, 0), times)


def assign_people(problem: ShelterProblem) -> ShelterAssignment:
    """Place as many people as can be, and of all ways to do so take one of the least total time.

    A minimum-cost flow: its corners are whole numbers, so the simplex method of HiGHS splits
    no person. One person without a place costs more than any detour the others could make.
    """
    zones, shelters = np.nonzero(np.isfinite(problem.time))
    times = problem.time[zones, shelters]
    penalty = _penalty(problem)
    rows = _incidence(zones, len(problem.people)), _incidence(shelters, len(problem.places))
    solved = _linear_program(times - penalty, rows, (problem.people, problem.places))
    people = np.zeros(problem.time.shape, dtype=np.int64)
    people[zones, shelters] = np.rint(solved)
    assert np.allclose(people[zones, shelters], solved, atol=1e-6), "a corner of the flow is no whole number"
    total = _total_time(problem, people)
    unplaced = problem.people - people.sum(axis=1)
    return ShelterAssignment(people, unplaced, total, total, int(people.sum()), is_optimal=True)


def assign_whole_zones(
    problem: ShelterProblem, *, gap: float = 1e-3, max_nodes: int = 1_000
) -> ShelterAssignment:
    """Send each zone to one shelter, or nowhere: first the most people placed, then the least total time.

    Both steps stop at the relative `gap`, or after `max_nodes` nodes of the search tree: then
    `is_optimal` is False, and `most_placed` and `lower_bound` say how far off it may be.
    """
    fits = np.isfinite(problem.time) & (problem.people[:, None] <= problem.places)
    zones, shelters = np.nonzero(fits & (problem.people[:, None] > 0))
    size = problem.people[zones].astype(np.float64)
    rows = (
        (_incidence(zones, len(problem.people)), np.ones(len(problem.people))),
        (_incidence(shelters, len(problem.places), size), problem.places.astype(np.float64)),
    )
    most = _integer_program(-size, rows, 0.0, gap, max_nodes)
    placed = float(np.rint(size @ most.chosen))
    least = _integer_program(size * problem.time[zones, shelters], rows, placed, gap, max_nodes, weight=size)
    people = np.zeros(problem.time.shape, dtype=np.int64)
    people[zones, shelters] = np.rint(least.chosen) * problem.people[zones]
    return ShelterAssignment(
        people,
        problem.people - people.sum(axis=1),
        _total_time(problem, people),
        min(least.bound, _total_time(problem, people)),
        max(int(np.floor(-most.bound + 1e-6)), int(placed)),
        most.is_solved and least.is_solved,
    )


def place_values(problem: ShelterProblem, assignment: ShelterAssignment) -> PlaceValues:
    """Return what one more place in each shelter would be worth, given an answer of `assign_people`.

    A free place draws somebody from a shelter farther away, whose place draws somebody else,
    and so on, until a place stays empty or somebody without one is reached: the dearest such
    chain is the value. (The dual price of a place in the linear program, where it is unique;
    where it is not, this is the gain of one place more, not the loss of one place less.)
    """
    time, n_shelters = problem.time, len(problem.places)
    penalty = _penalty(problem)
    move = np.full((n_shelters, n_shelters), np.inf)
    for shelter in range(n_shelters):
        here = np.flatnonzero(assignment.people[:, shelter])
        if here.size:
            move[shelter] = np.min(time[here] - time[here, shelter, None], axis=0)
    waiting = np.flatnonzero(assignment.unplaced)
    # Cost of the best chain that ends by filling one more place of each shelter; 0: nobody comes.
    best = np.zeros(n_shelters)
    if waiting.size:
        best = np.minimum(best, time[waiting].min(axis=0) - penalty)
    for _ in range(n_shelters):
        best = np.minimum(best, np.min(best[:, None] + move, axis=0))
    people = (best < -penalty / 2).astype(np.int64)
    return PlaceValues(people, -best - penalty * people)


def times_to_shelters(
    *,
    from_node: ArrayLike,
    to_node: ArrayLike,
    link_time: ArrayLike,
    zone_nodes: ArrayLike,
    shelter_nodes: ArrayLike,
    n_nodes: int,
) -> NDArray[np.float64]:
    """Return the time of the quickest way from each zone to each shelter [s], inf where there is none.

    Parameters
    ----------
    from_node, to_node : array of int, shape (n_links,)
        Nodes where each link begins and ends, rows from 0.
    link_time : array of float, shape (n_links,)
        Time on each link [s]; inf where it is closed.
    zone_nodes, shelter_nodes : array of int
        Nodes of the zones and of the shelters.
    n_nodes : int
        Number of nodes.
    """
    ends = [np.asarray(nodes, dtype=np.int64) for nodes in (to_node, from_node)]
    time = np.asarray(link_time, dtype=np.float64)
    n_links, none = len(time), np.zeros(0)
    # Upstream: every link the other way round.
    first = np.zeros(n_nodes + 1, dtype=np.int64)
    first[1:] = np.cumsum(np.bincount(ends[0], minlength=n_nodes))
    links = CostedLinks(
        to_node=ends[1],
        from_node=ends[0],
        free_time=none,
        capacity=none,
        b=none,
        power=none,
        fixed_cost=none,
        first_out=first,
        out_links=np.argsort(ends[0], kind="stable"),
        is_passable=np.ones(n_nodes, dtype=bool),
    )
    labels = Labels(np.zeros(n_nodes), np.zeros(n_nodes, dtype=np.int32), reached(n_links + 1))
    zones, shelters = (np.asarray(nodes, dtype=np.int64) for nodes in (zone_nodes, shelter_nodes))
    times = np.empty((len(zones), len(shelters)))
    for column, node in enumerate(shelters.tolist()):
        grow_from(links, time, node, labels)
        times[:, column] = labels.cost[zones]
    return times


@dataclass(frozen=True, slots=True, eq=False)
class _Chosen:
    """What an integer program chose, no better value than `bound`."""

    chosen: NDArray[np.float64]
    bound: float
    is_solved: bool


def _penalty(problem: ShelterProblem) -> float:
    """Return a cost of one person without a place that no detours of others can outweigh [s].

    A chain that makes room for one more visits each shelter once at most.
    """
    finite = problem.time[np.isfinite(problem.time)]
    return 1.0 + float(finite.max(initial=0.0)) * (min(problem.time.shape, default=0) + 2)


def _total_time(problem: ShelterProblem, people: NDArray[np.int64]) -> float:
    return float(np.sum(people[people > 0] * problem.time[people > 0]))


def _incidence(rows: NDArray[np.int64], n_rows: int, values: NDArray[np.float64] | None = None) -> Any:
    """Return the matrix that sums the columns belonging to each row."""
    from scipy.sparse import csr_array

    filled = np.ones(len(rows)) if values is None else values
    return csr_array((filled, (rows, np.arange(len(rows)))), shape=(n_rows, len(rows)))


def _linear_program(
    cost: NDArray[np.float64], rows: tuple[Any, ...], limits: tuple[NDArray[np.int64], ...]
) -> NDArray[np.float64]:
    """Return the corner of the least cost, with `rows` at most `limits` and nothing below 0."""
    from scipy.optimize import linprog
    from scipy.sparse import vstack

    if not len(cost):
        return np.zeros(0)
    found = linprog(cost, A_ub=vstack(rows), b_ub=np.concatenate(limits), method="highs-ds")
    assert found.status == 0, found.message
    corner: NDArray[np.float64] = found.x
    return corner


def _integer_program(
    cost: NDArray[np.float64],
    rows: tuple[tuple[Any, NDArray[np.float64]], ...],
    least: float,
    gap: float,
    max_nodes: int,
    *,
    weight: NDArray[np.float64] | None = None,
) -> _Chosen:
    """Choose columns of the least cost, with `rows` at most their limits and at least `least` of `weight`."""
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array

    if not len(cost):
        return _Chosen(np.zeros(0), 0.0, is_solved=True)
    limits = [LinearConstraint(matrix, ub=limit) for matrix, limit in rows]
    if weight is not None:
        limits.append(LinearConstraint(csr_array(weight[None]), lb=least - 0.5))
    found = milp(
        cost,
        integrality=np.ones(len(cost)),
        bounds=Bounds(0, 1),
        constraints=limits,
        options={"mip_rel_gap": gap, "node_limit": max_nodes},
    )
    if found.x is None:
        return _Chosen(np.zeros(len(cost)), float(cost[cost < 0].sum()), is_solved=False)
    return _Chosen(found.x, float(found.mip_dual_bound), is_solved=found.status == 0)
