"""Who goes to which shelter at the least cost: the transportation problem, solved exactly in whole numbers.

People are placed zone by zone. Each time some of a zone go to the shelter that costs least when
those who must make room go elsewhere: a cheapest path through the shelters, found with prices
that leave no cost negative (successive shortest paths; Tomizawa 1971, Edmonds and Karp 1972,
both recalled). Who finds no place counts at a cost of his own.

Often there are several best ways. Then the one is taken that sends most of the first zone to
the first shelter, of these the one that sends most of it to the second, and so on through all
shelters, then all zones, in an order that is given. There is only one such way: no result
depends on the order of rows, nor on the course of the search.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evacsim.kernels._jit import kernel, part
from evacsim.kernels.arrays import NONE

Counts = NDArray[np.int64]

FORBIDDEN = -1
"""Cost of a pair of zone and shelter between which nobody may be sent."""
NOT_REACHED = -2
FAR = np.iinfo(np.int64).max
"""Distance of what has not been reached."""
LARGEST_SUM = 2**62
"""Sums of costs along a path must stay below."""


class TransportTable(NamedTuple):
    """Zones, shelters and who goes where, with one row more than zones and one column more than shelters.

    The last row stands for places that stay empty, at no cost; the last column for people
    without a place. So every person and every place is accounted for.
    """

    cost: Counts
    """Cost of one person, `FORBIDDEN` where nobody may be sent; shape (n_zones + 1, n_shelters + 1)."""
    flow: Counts
    """People, and in the last row places; of the same shape."""
    zone_price: Counts
    """Cost that a zone bears for one person, shape (n_zones + 1,); the last is 0."""
    shelter_price: Counts
    """0, or negative where places are short; no cost less both of its prices is negative, and where anybody is sent
    it is 0. Shape (n_shelters + 1,); the last is 0."""


class TransportSearch(NamedTuple):
    """Space for the search of a path between rows and columns of the table."""

    distance: Counts
    """Distance of each column from where the search began, shape (n_shelters + 1,)."""
    row_distance: Counts
    """Distance of each row, shape (n_zones + 1,)."""
    reached_from: Counts
    """Row from which each column was reached, or `NOT_REACHED`, shape (n_shelters + 1,)."""
    came_by: Counts
    """Column by which each row was reached, or `NOT_REACHED`; `NONE` where the search began. Shape (n_zones + 1,)."""
    queue: Counts
    """Columns whose turn comes, shape (n_shelters + 1,)."""
    is_settled: NDArray[np.bool_]
    """Columns that the search has done with, or whose flow is no more to be changed, shape (n_shelters + 1,)."""
    is_fixed: NDArray[np.bool_]
    """Rows whose flow is no more to be changed, shape (n_zones + 1,)."""


class TransportFlow(NamedTuple):
    """Who goes where at the least cost, and the prices that prove it."""

    people: Counts
    """People of each zone sent to each shelter, shape (n_zones, n_shelters)."""
    unplaced: Counts
    """People of each zone without a place, shape (n_zones,)."""
    zone_price: Counts
    """What one person more in each zone would cost at least, shape (n_zones,)."""
    place_price: Counts
    """What one place more in each shelter would save at most, shape (n_shelters,)."""
    total_cost: int
    """Cost of all people, those without a place too. It is the sum of people times their zone's price less places
    times theirs: no way to send them costs less (duality of linear programming, recalled)."""


def min_cost_flow(
    people: ArrayLike,
    places: ArrayLike,
    cost: ArrayLike,
    *,
    unplaced_cost: ArrayLike | None = None,
    zone_order: ArrayLike | None = None,
    shelter_order: ArrayLike | None = None,
) -> TransportFlow:
    """Return how to send the people of zones to shelters with places at the least cost.

    At worst as many searches as there are people are made, each of `n_zones * n_shelters`
    steps; where people go in large parties there are few.

    Parameters
    ----------
    people : array of int, shape (n_zones,)
        People of each zone.
    places : array of int, shape (n_shelters,)
        Places of each shelter.
    cost : array of int, shape (n_zones, n_shelters)
        Cost of one person, 0 or more; `FORBIDDEN` where nobody may be sent.
    unplaced_cost : int or array of int, shape (n_zones,), optional
        Cost of one person without a place; without it, more than any detour of others
        (`above_all_detours`): as many people are placed as can be.
    zone_order, shelter_order : array of int, optional
        All rows of zones, and of shelters, those first that come first where several ways
        cost the least; without them as the rows stand.

    >>> min_cost_flow([100, 50], [60, 200], [[300, 900], [600, 700]]).people.tolist()
    [[60, 40], [0, 50]]
    """
    supply, room, costs = (np.asarray(given, dtype=np.int64) for given in (people, places, cost))
    n_zones, n_shelters = len(supply), len(room)
    costs = costs.reshape(n_zones, n_shelters) if not costs.size else costs
    assert costs.shape == (n_zones, n_shelters), "costs fit neither zones nor shelters"
    assert np.all(supply >= 0), "a zone has less than nobody"
    assert np.all(room >= 0), "a shelter has less than no place"
    assert np.all(costs >= FORBIDDEN), "a cost is negative"
    table = TransportTable(
        cost=np.zeros((n_zones + 1, n_shelters + 1), dtype=np.int64),
        flow=np.zeros((n_zones + 1, n_shelters + 1), dtype=np.int64),
        zone_price=np.zeros(n_zones + 1, dtype=np.int64),
        shelter_price=np.zeros(n_shelters + 1, dtype=np.int64),
    )
    table.cost[:-1, :-1] = costs
    table.cost[:-1, -1] = above_all_detours(costs) if unplaced_cost is None else unplaced_cost
    assert np.all(table.cost[:, -1] >= 0), "a cost of staying behind is negative"
    assert int(table.cost.max()) * (n_zones + n_shelters + 2) < LARGEST_SUM, "costs are too large to be added"
    table.flow[-1, :-1] = room
    # However many people find no place, one more could: this never becomes 0.
    table.flow[-1, -1] = int(supply.sum()) + 1
    search = _search(n_zones + 1, n_shelters + 1)
    place_all(supply, table, search)
    settle_ties(table, search, _order(zone_order, n_zones), _order(shelter_order, n_shelters))
    sent = table.flow[:-1]
    # Products of people and costs may not fit 64 bits: added as Python's whole numbers.
    total = sum(int(table.cost[cell]) * int(sent[cell]) for cell in zip(*np.nonzero(sent), strict=True))
    return TransportFlow(
        people=sent[:, :-1].copy(),
        unplaced=sent[:, -1].copy(),
        zone_price=table.zone_price[:-1],
        place_price=-table.shelter_price[:-1],
        total_cost=total,
    )


def above_all_detours(cost: ArrayLike) -> int:
    """Return a cost of one person without a place that no detours of others can outweigh.

    A chain that makes room for one more visits each shelter, and each zone, once at most.
    """
    costs = np.asarray(cost, dtype=np.int64)
    return 1 + int(costs.max(initial=0)) * (min(costs.shape, default=0) + 2)


@kernel
def place_all(people: Counts, table: TransportTable, search: TransportSearch) -> None:
    """Send everybody to a shelter, or to the last column, at the least cost.

    Parameters
    ----------
    people : ndarray of int64, shape (n_zones,)
        People of each zone.
    table : TransportTable
        Nobody placed and all prices 0; flow and prices are modified in place.
    search : TransportSearch
        Space.
    """
    flow = table.flow
    for zone in range(len(people)):
        left = people[zone]
        if left > 0:
            table.zone_price[zone] = cheapest(table, zone)
        while left > 0:
            goal = find_room(table, search, zone)
            moved = min(left, flow[-1, goal])
            column = goal
            while search.came_by[search.reached_from[column]] != NONE:
                row = search.reached_from[column]
                column = search.came_by[row]
                moved = min(moved, flow[row, column])
            flow[-1, goal] -= moved
            column = goal
            while True:
                row = search.reached_from[column]
                flow[row, column] += moved
                column = search.came_by[row]
                if column == NONE:
                    break
                flow[row, column] -= moved
            left -= moved


@part
def cheapest(table: TransportTable, zone: int) -> int:
    """Return the least cost of a person of a zone, prices of the shelters taken off."""
    least = FAR
    for column in range(len(table.shelter_price)):
        if table.cost[zone, column] != FORBIDDEN:
            least = min(least, table.cost[zone, column] - table.shelter_price[column])
    return least


@part
def reach_from(table: TransportTable, search: TransportSearch, row: int, distance: int) -> None:
    """Let the search go on from a row to all columns that are nearer this way."""
    search.row_distance[row] = distance
    for column in range(len(search.distance)):
        cost = table.cost[row, column]
        if search.is_settled[column] or cost == FORBIDDEN:
            continue
        through = distance + cost - table.zone_price[row] - table.shelter_price[column]
        if through < search.distance[column]:
            search.distance[column] = through
            search.reached_from[column] = row


@kernel
def find_room(table: TransportTable, search: TransportSearch, zone: int) -> int:
    """Find the cheapest way to place one more of a zone; change the prices so that all of it costs nothing.

    Return the column where the way ends: a shelter with an empty place, or the last column
    (Dijkstra 1959 on the reduced costs, recalled). The way itself stands in `search`.
    """
    last = len(table.zone_price) - 1
    search.distance[:] = FAR
    search.came_by[:] = NOT_REACHED
    search.is_settled[:] = False
    search.came_by[zone] = NONE
    reach_from(table, search, zone, 0)
    while True:
        # The last column can always be reached, so there is one.
        column, here = -1, FAR
        for other in range(len(search.distance)):
            if not search.is_settled[other] and search.distance[other] < here:
                column, here = other, search.distance[other]
        search.is_settled[column] = True
        if table.flow[last, column] > 0:
            break
        for row in range(last):
            if table.flow[row, column] > 0 and search.came_by[row] == NOT_REACHED:
                search.came_by[row] = column
                reach_from(table, search, row, here)
    for row in range(last):
        if search.came_by[row] != NOT_REACHED:
            table.zone_price[row] += here - search.row_distance[row]
    for other in range(len(search.distance)):
        if search.is_settled[other]:
            table.shelter_price[other] -= here - search.distance[other]
    return column


@kernel
def settle_ties(
    table: TransportTable, search: TransportSearch, zone_order: Counts, shelter_order: Counts
) -> None:
    """Take, of all ways of the least cost, the one that comes first.

    A way is of the least cost as long as people are sent only where cost less prices is 0
    (complementary slackness, recalled). Within these pairs, one pair after the other gets as
    many people as it can, by exchanges that leave the pairs before it as they are.

    Parameters
    ----------
    table : TransportTable
        A way of the least cost with its prices; the flow is modified in place.
    search : TransportSearch
        Space.
    zone_order, shelter_order : ndarray of int64, shapes (n_zones,), (n_shelters,)
        Rows in the order in which they come.
    """
    search.is_fixed[:] = False
    for zone in zone_order:
        search.is_fixed[zone] = True
        search.is_settled[:] = False
        elsewhere = 0
        for column in range(len(search.distance)):
            elsewhere += table.flow[zone, column]
        for shelter in shelter_order:
            if elsewhere == 0:
                break
            search.is_settled[shelter] = True
            elsewhere -= table.flow[zone, shelter]
            while elsewhere > 0 and is_tight(table, zone, shelter):
                moved = draw_people(table, search, zone, shelter)
                if moved == 0:
                    break
                elsewhere -= moved


@part
def is_tight(table: TransportTable, row: int, column: int) -> bool:
    """Return whether a way of the least cost may send anybody of a row to a column."""
    cost = table.cost[row, column]
    return bool(cost != FORBIDDEN and cost == table.zone_price[row] + table.shelter_price[column])


@kernel
def draw_people(table: TransportTable, search: TransportSearch, zone: int, shelter: int) -> int:
    """Move people of a zone to a shelter from one that is not settled yet, others changing places at no cost.

    The exchange of the fewest steps is made (Edmonds and Karp 1972, recalled). Return how many
    people of the zone were moved, 0 if there is no exchange.
    """
    flow = table.flow
    search.came_by[:] = NOT_REACHED
    search.reached_from[:] = NOT_REACHED
    search.reached_from[shelter] = zone
    search.queue[0] = shelter
    head, tail, goal = 0, 1, -1
    while head < tail and goal < 0:
        column = search.queue[head]
        head += 1
        for row in range(len(search.came_by)):
            if search.is_fixed[row] or search.came_by[row] != NOT_REACHED or flow[row, column] == 0:
                continue
            search.came_by[row] = column
            for other in range(len(search.reached_from)):
                if search.reached_from[other] == NOT_REACHED and is_tight(table, row, other):
                    search.reached_from[other] = row
                    search.queue[tail] = other
                    tail += 1
                    if goal < 0 and not search.is_settled[other] and flow[zone, other] > 0:
                        goal = other
            if goal >= 0:
                break
    if goal < 0:
        return 0
    moved = flow[zone, goal]
    column = goal
    while column != shelter:
        row = search.reached_from[column]
        column = search.came_by[row]
        moved = min(moved, flow[row, column])
    flow[zone, goal] -= moved
    column = goal
    while column != shelter:
        row = search.reached_from[column]
        flow[row, column] += moved
        column = search.came_by[row]
        flow[row, column] -= moved
    flow[zone, shelter] += moved
    return int(moved)


def _order(given: ArrayLike | None, n: int) -> Counts:
    """Return all rows in the order in which they come."""
    order = np.arange(n) if given is None else np.asarray(given, dtype=np.int64)
    assert np.array_equal(np.sort(order), np.arange(n)), "an order names a row twice, or leaves one out"
    return order


def _search(n_rows: int, n_columns: int) -> TransportSearch:
    """Return space for searches in a table of so many rows and columns."""
    return TransportSearch(
        distance=np.zeros(n_columns, dtype=np.int64),
        row_distance=np.zeros(n_rows, dtype=np.int64),
        reached_from=np.zeros(n_columns, dtype=np.int64),
        came_by=np.zeros(n_rows, dtype=np.int64),
        queue=np.zeros(n_columns, dtype=np.int64),
        is_settled=np.zeros(n_columns, dtype=np.bool_),
        is_fixed=np.zeros(n_rows, dtype=np.bool_),
    )
