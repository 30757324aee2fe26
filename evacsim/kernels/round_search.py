"""Better rounds by many small changes: simulated annealing on the trips of all vehicles.

The search is given a target. A vehicle that ends after it is late, and the search makes
lateness vanish; what people spend waiting and riding counts little beside it. Who rides on
which trip is left open: the bookings only keep the number of seats on all trips from a
pick-up point to a shelter large enough, and within the room of the shelter. So a trip can go
where a few people fewer fit in, and every trip counts with the time of a full one.

Simulated annealing: Kirkpatrick, Gelatt and Vecchi 1983 (recalled).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evacsim.kernels._jit import kernel, part
from evacsim.kernels.bookings import Bookings, book, change_booking, undo_bookings
from evacsim.kernels.rounds import Rounds, trip_time

N_DRAWS = 8
"""Random numbers that one change needs."""

RELOCATE, SWAP, SWAP_TAILS, REROUTE, SWAP_SHELTERS, ADD = 0.25, 0.60, 0.75, 0.85, 0.95, 0.97
"""Upper ends of the shares of the kinds of change; the rest drops a trip. Chosen by trial."""
LATE_SHARE = 0.3
"""Share of changes that start from a late vehicle. Chosen by trial."""


class Schedule(NamedTuple):
    """Trips that the search moves between vehicles; room for N trips, of which L by one vehicle."""

    order: NDArray[np.int32]
    """Trips of each vehicle in order, shape (V, L)."""
    length: NDArray[np.int64]
    """Number of trips of each vehicle, shape (V,)."""
    pickup: NDArray[np.int64]
    """Shape (N,)."""
    shelter: NDArray[np.int64]
    """Shape (N,)."""
    vehicle: NDArray[np.int64]
    """Who makes the trip, shape (N,)."""
    position: NDArray[np.int64]
    """Where the trip stands in its vehicle's order, shape (N,)."""
    finish: NDArray[np.float64]
    """When each vehicle has made its trips, shape (V,) [s]."""
    cost: NDArray[np.float64]
    """What each vehicle adds to the total, shape (V,)."""
    late: NDArray[np.int64]
    """Late vehicles, shape (V,)."""
    late_row: NDArray[np.int64]
    """Where a vehicle stands in `late`, -1 if it is on time; shape (V,)."""
    counts: NDArray[np.int64]
    """Number of trips and number of late vehicles, shape (2,)."""
    line: NDArray[np.int32]
    """The two orders that a change would lead to, shape (2, L)."""


class Aim(NamedTuple):
    """What the search brings down: the sum over vehicles of lateness, and of the hours that people spend."""

    target: float
    """A vehicle that ends later is late [s]."""
    lateness: float
    """Cost of lateness [1/s]."""
    person_time: float
    """Cost of the time until a person is out of the vehicle [1/(person s)]."""


class Change(NamedTuple):
    """Up to two vehicles with new orders, two trips with new shelters, and a trip dropped; -1 for none."""

    vehicle: int
    other_vehicle: int
    length: int
    other_length: int
    trip: int
    shelter: int
    other_trip: int
    other_shelter: int
    dropped: int


NOTHING = Change(-1, -1, 0, 0, -1, -1, -1, -1, -1)


@kernel
def measure_all(rounds: Rounds, schedule: Schedule, aim: Aim) -> None:
    """Write down where each trip stands, and the finish, cost and lateness of every vehicle."""
    schedule.counts[1] = 0
    for vehicle in range(len(schedule.length)):
        length = schedule.length[vehicle]
        for position in range(length):
            schedule.line[0, position] = schedule.order[vehicle, position]
        finish, cost = measure(rounds, schedule, aim, vehicle, 0, length, -1, -1, -1, -1)
        schedule.late_row[vehicle] = -1
        settle(schedule, aim, vehicle, finish, cost)


@part
def measure(
    rounds: Rounds, schedule: Schedule, aim: Aim, vehicle: int, side: int, length: int,
    trip: int, shelter: int, other_trip: int, other_shelter: int,
) -> tuple[float, float]:  # fmt: skip
    """Return when a vehicle would have made the trips of `line[side]`, and their cost."""
    finish, person_time = rounds.ready[vehicle], 0.0
    stand = -1
    for position in range(length):
        stop = schedule.line[side, position]
        pickup, goal = schedule.pickup[stop], schedule.shelter[stop]
        if stop == trip:
            goal = shelter
        elif stop == other_trip:
            goal = other_shelter
        people = min(rounds.seats[vehicle], rounds.people[pickup])
        finish += rounds.approach[rounds.depot[vehicle], pickup] if stand < 0 else rounds.back[stand, pickup]
        finish += trip_time(rounds, pickup, goal, people)
        person_time += people * finish
        stand = goal
    late = max(0.0, finish - aim.target) if length else 0.0
    return finish, aim.lateness * late + aim.person_time * person_time


@part
def settle(schedule: Schedule, aim: Aim, vehicle: int, finish: float, cost: float) -> None:
    """Write down the measures of a vehicle and of its trips, and keep the list of late vehicles."""
    schedule.finish[vehicle] = finish
    schedule.cost[vehicle] = cost
    for position in range(schedule.length[vehicle]):
        trip = schedule.order[vehicle, position]
        schedule.vehicle[trip] = vehicle
        schedule.position[trip] = position
    is_late = schedule.length[vehicle] > 0 and finish > aim.target
    row, counts = schedule.late_row[vehicle], schedule.counts
    if is_late and row < 0:
        schedule.late[counts[1]] = vehicle
        schedule.late_row[vehicle] = counts[1]
        counts[1] += 1
    elif not is_late and row >= 0:
        counts[1] -= 1
        last = schedule.late[counts[1]]
        schedule.late[row] = last
        schedule.late_row[last] = row
        schedule.late_row[vehicle] = -1


@kernel
def anneal(
    rounds: Rounds, schedule: Schedule, bookings: Bookings, aim: Aim, temperature: float,
    draws: NDArray[np.float64],
) -> int:  # fmt: skip
    """Try one change after the other; stop when the last late vehicle has become on time.

    Parameters
    ----------
    rounds : Rounds
    schedule : Schedule
        Measured by `measure_all`; modified in place.
    bookings : Bookings
        Everybody has a place on a trip; modified in place.
    aim : Aim
    temperature : float
        A change for the worse by this cost is made once in e times.
    draws : ndarray of float64, shape (n, N_DRAWS)
        Random numbers in [0, 1), a row for each change.

    Returns
    -------
    int
        Number of changes tried.
    """
    for attempt in range(len(draws)):
        draw = draws[attempt]
        change = propose(rounds, schedule, draw)
        if change.vehicle < 0:
            continue
        one, two = change.vehicle, change.other_vehicle
        trip, shelter = change.trip, change.shelter
        other_trip, other_shelter = change.other_trip, change.other_shelter
        finish, cost = measure(
            rounds, schedule, aim, one, 0, change.length, trip, shelter, other_trip, other_shelter
        )
        gain = schedule.cost[one] - cost
        other_finish, other_cost = 0.0, 0.0
        if two >= 0:
            other_finish, other_cost = measure(
                rounds, schedule, aim, two, 1, change.other_length, trip, shelter, other_trip, other_shelter
            )
            gain += schedule.cost[two] - other_cost
        if not (gain >= 0 or draw[7] < np.exp(gain / temperature)) or not make(
            rounds, schedule, bookings, change
        ):
            continue
        n_late = schedule.counts[1]
        settle(schedule, aim, one, finish, cost)
        if two >= 0:
            settle(schedule, aim, two, other_finish, other_cost)
        if change.dropped >= 0:
            renumber(schedule, change.dropped)
        elif trip == schedule.counts[0]:
            schedule.counts[0] += 1
        if n_late > 0 and schedule.counts[1] == 0:
            return attempt + 1
    return len(draws)


@part
def pick(draw: float, n: int) -> int:
    """Return a row below n for a random number in [0, 1)."""
    return int(draw * n)


@part
def propose(rounds: Rounds, schedule: Schedule, draw: NDArray[np.float64]) -> Change:
    """Draw a change and write the orders that it would lead to into `line`; its vehicle is -1 if it is none."""
    order, line, length = schedule.order, schedule.line, schedule.length
    n_trips, n_late = schedule.counts
    n_vehicles, limit = order.shape
    kind = draw[0]
    trip = pick(draw[1], n_trips)
    if n_late > 0 and draw[2] < LATE_SHARE:
        vehicle = schedule.late[pick(draw[2] / LATE_SHARE, n_late)]
        trip = int(order[vehicle, pick(draw[1], length[vehicle])])
    one, at = schedule.vehicle[trip], schedule.position[trip]
    shelter = schedule.shelter[trip]
    any_shelter = pick(draw[5], len(rounds.room))

    if kind < RELOCATE:
        two = pick(draw[3], n_vehicles)
        if draw[6] < 0.5:
            shelter = any_shelter
        for position in range(at, length[one] - 1):
            line[0, position] = order[one, position + 1]
        for position in range(at):
            line[0, position] = order[one, position]
        if one == two:
            goal = pick(draw[4], length[one])
            for position in range(length[one] - 1, goal, -1):
                line[0, position] = line[0, position - 1]
            line[0, goal] = trip
            return Change(one, -1, length[one], 0, trip, shelter, -1, -1, -1)
        if length[two] == limit:
            return NOTHING
        goal = pick(draw[4], length[two] + 1)
        copy_with(schedule, two, goal, trip)
        return Change(one, two, length[one] - 1, length[two] + 1, trip, shelter, -1, -1, -1)

    if kind < SWAP or REROUTE <= kind < SWAP_SHELTERS:
        other = pick(draw[3], n_trips)
        two, there = schedule.vehicle[other], schedule.position[other]
        other_shelter = schedule.shelter[other]
        copy_order(schedule, 0, one)
        if two != one:
            copy_order(schedule, 1, two)
        if kind < SWAP:
            line[0, at] = other
            line[int(two != one), there] = trip
            if draw[6] < 0.6:
                shelter, other_shelter = other_shelter, shelter
            if draw[6] < 0.2:
                other_shelter = any_shelter
            elif draw[6] >= 0.8:
                shelter = any_shelter
        else:
            shelter, other_shelter = other_shelter, shelter
        if trip == other:
            return NOTHING
        if two == one:
            return Change(one, -1, length[one], 0, trip, shelter, other, other_shelter, -1)
        return Change(one, two, length[one], length[two], trip, shelter, other, other_shelter, -1)

    if kind < SWAP_TAILS:
        two = pick(draw[3], n_vehicles)
        cut, other_cut = at + 1, pick(draw[4], length[two] + 1)
        new_length, other_length = cut + length[two] - other_cut, other_cut + length[one] - cut
        if one == two or new_length > limit or other_length > limit:
            return NOTHING
        for position in range(cut):
            line[0, position] = order[one, position]
        for position in range(other_cut, length[two]):
            line[0, cut + position - other_cut] = order[two, position]
        for position in range(other_cut):
            line[1, position] = order[two, position]
        for position in range(cut, length[one]):
            line[1, other_cut + position - cut] = order[one, position]
        return Change(one, two, new_length, other_length, -1, -1, -1, -1, -1)

    if kind < REROUTE:
        copy_order(schedule, 0, one)
        return Change(one, -1, length[one], 0, trip, any_shelter, -1, -1, -1)

    if kind < ADD:
        two = pick(draw[3], n_vehicles)
        pickup = pick(draw[6], len(rounds.people))
        if rounds.people[pickup] == 0 or n_trips == len(schedule.pickup) or length[two] == limit:
            return NOTHING
        schedule.pickup[n_trips] = pickup
        schedule.shelter[n_trips] = any_shelter
        copy_with(schedule, two, pick(draw[4], length[two] + 1), n_trips)
        for position in range(length[two] + 1):
            line[0, position] = line[1, position]
        return Change(two, -1, length[two] + 1, 0, n_trips, any_shelter, -1, -1, -1)

    for position in range(at):
        line[0, position] = order[one, position]
    for position in range(at, length[one] - 1):
        line[0, position] = order[one, position + 1]
    return Change(one, -1, length[one] - 1, 0, -1, -1, -1, -1, trip)


@part
def copy_order(schedule: Schedule, side: int, vehicle: int) -> None:
    """Copy the order of a vehicle into a line."""
    for position in range(schedule.length[vehicle]):
        schedule.line[side, position] = schedule.order[vehicle, position]


@part
def copy_with(schedule: Schedule, vehicle: int, goal: int, trip: int) -> None:
    """Copy the order of a vehicle into the second line, with a trip put in."""
    for position in range(goal):
        schedule.line[1, position] = schedule.order[vehicle, position]
    schedule.line[1, goal] = trip
    for position in range(goal, schedule.length[vehicle]):
        schedule.line[1, position + 1] = schedule.order[vehicle, position]


@kernel
def make(rounds: Rounds, schedule: Schedule, bookings: Bookings, change: Change) -> bool:
    """Make a change; tell whether everybody still has a place on a trip, and undo it if not."""
    one, two = change.vehicle, change.other_vehicle
    trip, other_trip = change.trip, change.other_trip
    length, shelter = schedule.length[one], schedule.shelter[trip]
    other_length, other_shelter = schedule.length[two], schedule.shelter[other_trip]
    count_seats(rounds, schedule, bookings, one, -1)
    reorder(schedule, 0, one, change.length)
    if two >= 0:
        count_seats(rounds, schedule, bookings, two, -1)
        reorder(schedule, 1, two, change.other_length)
    redirect(schedule, trip, change.shelter)
    redirect(schedule, other_trip, change.other_shelter)
    count_seats(rounds, schedule, bookings, one, 1)
    if two >= 0:
        count_seats(rounds, schedule, bookings, two, 1)

    n_changes = 0
    for side in range(1 if two < 0 else 2):
        for position in range(length if side == 0 else other_length):
            stop = schedule.line[side, position]
            goal = schedule.shelter[stop]
            if stop == trip:
                goal = shelter
            elif stop == other_trip:
                goal = other_shelter
            pickup = schedule.pickup[stop]
            too_many = bookings.people[pickup, goal] - bookings.seats[pickup, goal]
            if too_many > 0 and n_changes >= 0:
                n_changes = change_booking(bookings, pickup, goal, -too_many, n_changes)
                n_changes = book(bookings, pickup, too_many, n_changes)
    if n_changes >= 0:
        return True

    undo_bookings(bookings, -1 - n_changes)
    count_seats(rounds, schedule, bookings, one, -1)
    reorder(schedule, 0, one, length)
    if two >= 0:
        count_seats(rounds, schedule, bookings, two, -1)
        reorder(schedule, 1, two, other_length)
    redirect(schedule, trip, shelter)
    redirect(schedule, other_trip, other_shelter)
    count_seats(rounds, schedule, bookings, one, 1)
    if two >= 0:
        count_seats(rounds, schedule, bookings, two, 1)
    return False


@part
def count_seats(rounds: Rounds, schedule: Schedule, bookings: Bookings, vehicle: int, sign: int) -> None:
    """Add the seats of a vehicle on all its trips to the bookings, or take them out."""
    for position in range(schedule.length[vehicle]):
        trip = schedule.order[vehicle, position]
        bookings.seats[schedule.pickup[trip], schedule.shelter[trip]] += sign * rounds.seats[vehicle]


@part
def reorder(schedule: Schedule, side: int, vehicle: int, length: int) -> None:
    """Exchange the order of a vehicle and a line."""
    for position in range(max(length, schedule.length[vehicle])):
        trip = schedule.order[vehicle, position]
        schedule.order[vehicle, position] = schedule.line[side, position]
        schedule.line[side, position] = trip
    schedule.length[vehicle] = length


@part
def redirect(schedule: Schedule, trip: int, shelter: int) -> None:
    """Send a trip to another shelter."""
    if trip >= 0:
        schedule.shelter[trip] = shelter


@part
def renumber(schedule: Schedule, trip: int) -> None:
    """Forget a trip that no vehicle makes any more, and give its number to the last one."""
    schedule.counts[0] -= 1
    last = schedule.counts[0]
    if trip < last:
        schedule.pickup[trip] = schedule.pickup[last]
        schedule.shelter[trip] = schedule.shelter[last]
        schedule.vehicle[trip] = schedule.vehicle[last]
        schedule.position[trip] = schedule.position[last]
        schedule.order[schedule.vehicle[trip], schedule.position[trip]] = trip
