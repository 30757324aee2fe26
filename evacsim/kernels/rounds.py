"""Rounds of convoys and buses: when each one ends, and which one a free vehicle takes next.

A *trip* fetches people at one pick-up point and brings them to one shelter; a vehicle makes
its trips one after the other, and ends where it has set down its last passengers. The people
who still wait always have a place booked in a shelter that their vehicles may drive to, so
that no early trip takes the last place that somebody else cannot do without.
"""

from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evacsim.kernels._jit import kernel, part

class Rounds(NamedTuple):
    """A collective transfer (集中转移) as numbers; P pick-up points, S shelters, V vehicles, D depots."""

    people: NDArray[np.int64]
    """People waiting, shape (P,) [person]."""
    room: NDArray[np.int64]
    """People a shelter can take, shape (S,) [person]."""
    seats: NDArray[np.int64]
    """Seats of a vehicle, shape (V,) [person]."""
    ready: NDArray[np.float64]
    """When a vehicle can leave its depot, shape (V,) [s]."""
    depot: NDArray[np.int64]
    """Row of a vehicle's depot, shape (V,)."""
    approach: NDArray[np.float64]
    """Travel time from depot to pick-up point, shape (D, P) [s]; inf where there is no way."""
    carry: NDArray[np.float64]
    """Travel time from pick-up point to shelter, shape (P, S) [s]; inf where nobody may be brought."""
    back: NDArray[np.float64]
    """Travel time from shelter to pick-up point, shape (S, P) [s]; inf where there is no way."""
    boarding: float
    """Time at a pick-up point, however few board [s]."""
    boarding_each: float
    """Time a person needs to board [s/person]."""
    alighting: float
    """Time at a shelter, however few alight [s]."""
    alighting_each: float
    """Time a person needs to alight [s/person]."""


class Trips(NamedTuple):
    """Trips by vehicle and, within a vehicle, in the order they are made; all of shape (n,)."""

    vehicle: NDArray[np.int64]
    pickup: NDArray[np.int64]
    shelter: NDArray[np.int64]
    people: NDArray[np.int64]


class Rule(IntEnum):
    """Which trip the vehicle that is free first takes; ties go to the lowest rows."""

    IN_ORDER = 0
    """From the first pick-up point in the list that still has people, to the nearest shelter."""
    NEAREST = 1
    """From the pick-up point it reaches first, to the nearest shelter."""
    EARLIEST_END = 2
    """The trip that ends first."""
    LONGEST_FIRST = 3
    """From the pick-up point that lies farthest from any shelter, to the nearest one."""


class Bookings(NamedTuple):
    """Places in shelters booked for people, and the space to rebook them."""

    people: NDArray[np.int64]
    """People of a pick-up point booked for a shelter, shape (P, S) [person]."""
    seats: NDArray[np.int64]
    """Seats on the way from a pick-up point to a shelter, shape (P, S) [person]."""
    room: NDArray[np.int64]
    """Places of a shelter not booked, shape (S,) [person]."""
    parent: NDArray[np.int64]
    """Space of the search, shape (P + S,)."""
    queue: NDArray[np.int64]
    """Space of the search, shape (P + S,)."""
    changes: NDArray[np.int64]
    """Bookings changed: pick-up point, shelter, people; shape (any, 3)."""


@part
def trip_time(rounds: Rounds, pickup: int, shelter: int, people: int) -> float:
    """Return the time from the arrival at a pick-up point until the last passenger is out [s]."""
    handling = rounds.boarding + rounds.alighting + people * (rounds.boarding_each + rounds.alighting_each)
    return rounds.carry[pickup, shelter] + handling


@kernel
def time_trips(
    rounds: Rounds,
    trips: Trips,
    departure: NDArray[np.float64],
    at_pickup: NDArray[np.float64],
    left_pickup: NDArray[np.float64],
    finish: NDArray[np.float64],
) -> None:
    """Write down when each trip departs, reaches and leaves its pick-up point, and ends.

    Parameters
    ----------
    rounds : Rounds
    trips : Trips
        n trips.
    departure, at_pickup, left_pickup, finish : ndarray of float64, shape (n,)
        Output [s].
    """
    for trip in range(len(trips.vehicle)):
        vehicle, pickup, people = trips.vehicle[trip], trips.pickup[trip], trips.people[trip]
        if trip == 0 or trips.vehicle[trip - 1] != vehicle:
            departure[trip] = rounds.ready[vehicle]
            at_pickup[trip] = departure[trip] + rounds.approach[rounds.depot[vehicle], pickup]
        else:
            departure[trip] = finish[trip - 1]
            at_pickup[trip] = departure[trip] + rounds.back[trips.shelter[trip - 1], pickup]
        left_pickup[trip] = at_pickup[trip] + rounds.boarding + people * rounds.boarding_each
        finish[trip] = at_pickup[trip] + trip_time(rounds, pickup, trips.shelter[trip], people)


@kernel
def book(bookings: Bookings, pickup: int, people: int, n_changes: int) -> int:
    """Book places for people of a pick-up point, rebooking others where that helps.

    Shortest augmenting paths (Edmonds and Karp 1972, recalled): places are found if there
    are any.

    Parameters
    ----------
    bookings : Bookings
        Modified in place.
    pickup : int
        Where the people wait.
    people : int
        How many need places.
    n_changes : int
        Changes written down so far.

    Returns
    -------
    int
        Changes written down by now, or -1 - that number if somebody found no place.
    """
    n_pickups, n_shelters = bookings.people.shape
    parent, queue, changes = bookings.parent, bookings.queue, bookings.changes
    while people > 0:
        parent[:] = -2
        parent[pickup] = -1
        queue[0] = pickup
        head, tail, goal = 0, 1, -1
        while head < tail and goal < 0:
            spot = queue[head]
            head += 1
            if spot < n_pickups:
                for shelter in range(n_shelters):
                    if parent[n_pickups + shelter] == -2 and (
                        bookings.seats[spot, shelter] > bookings.people[spot, shelter]
                    ):
                        parent[n_pickups + shelter] = spot
                        queue[tail] = n_pickups + shelter
                        tail += 1
                        if bookings.room[shelter] > 0:
                            goal = n_pickups + shelter
                            break
            else:
                for other in range(n_pickups):
                    if parent[other] == -2 and bookings.people[other, spot - n_pickups] > 0:
                        parent[other] = spot
                        queue[tail] = other
                        tail += 1
        if goal < 0 or n_changes + len(parent) > len(changes):
            return -1 - n_changes
        moved = min(people, bookings.room[goal - n_pickups])
        spot = goal
        while spot != pickup:
            before = parent[spot]
            if spot >= n_pickups:
                shelter = spot - n_pickups
                moved = min(moved, bookings.seats[before, shelter] - bookings.people[before, shelter])
            else:
                moved = min(moved, bookings.people[spot, before - n_pickups])
            spot = before
        spot = goal
        while spot != pickup:
            before = parent[spot]
            if spot >= n_pickups:
                n_changes = change_booking(bookings, before, spot - n_pickups, moved, n_changes)
            else:
                n_changes = change_booking(bookings, spot, before - n_pickups, -moved, n_changes)
            spot = before
        people -= moved
    return n_changes


@part
def change_booking(bookings: Bookings, pickup: int, shelter: int, people: int, n_changes: int) -> int:
    """Add people to a booking and write it down; return the number of changes by now."""
    bookings.people[pickup, shelter] += people
    bookings.room[shelter] -= people
    bookings.changes[n_changes, 0] = pickup
    bookings.changes[n_changes, 1] = shelter
    bookings.changes[n_changes, 2] = people
    return n_changes + 1


@part
def undo_bookings(bookings: Bookings, n_changes: int) -> None:
    """Take back all changes written down."""
    for change in range(n_changes):
        pickup, shelter, people = bookings.changes[change]
        bookings.people[pickup, shelter] -= people
        bookings.room[shelter] += people


@kernel
def book_everybody(rounds: Rounds, bookings: Bookings) -> int:
    """Book places for all who wait, as far as seats go; return how many find none [person]."""
    for shelter in range(len(rounds.room)):
        bookings.room[shelter] = rounds.room[shelter]
        for pickup in range(len(rounds.people)):
            bookings.people[pickup, shelter] = 0
    without = 0
    for pickup in range(len(rounds.people)):
        if book(bookings, pickup, rounds.people[pickup], 0) < 0:
            booked = 0
            for shelter in range(len(rounds.room)):
                booked += bookings.people[pickup, shelter]
            without += rounds.people[pickup] - booked
    return without


@kernel
def take_places(bookings: Bookings, pickup: int, shelter: int, people: int) -> bool:
    """Give places in a shelter away for good; tell whether everybody else keeps a place.

    Nothing changes if somebody would not.
    """
    n_changes, missing = 0, people - bookings.people[pickup, shelter]
    for other in range(bookings.people.shape[1]):
        if missing > 0 and other != shelter and bookings.people[pickup, other] > 0:
            moved = min(missing, bookings.people[pickup, other])
            n_changes = change_booking(bookings, pickup, other, -moved, n_changes)
            n_changes = change_booking(bookings, pickup, shelter, moved, n_changes)
            missing -= moved
    bookings.people[pickup, shelter] -= people
    for rival in range(bookings.people.shape[0]):
        if bookings.room[shelter] < 0 and bookings.people[rival, shelter] > 0:
            moved = min(-bookings.room[shelter], bookings.people[rival, shelter])
            n_changes = change_booking(bookings, rival, shelter, -moved, n_changes)
            n_changes = book(bookings, rival, moved, n_changes)
            if n_changes < 0:
                bookings.people[pickup, shelter] += people
                undo_bookings(bookings, -1 - n_changes)
                return False
    return True


@kernel
def dispatch(
    rounds: Rounds, rule: int, bookings: Bookings, waiting: NDArray[np.int64], places: NDArray[np.int64],
    is_refused: NDArray[np.bool_], free: NDArray[np.float64], stand: NDArray[np.int64], trips: Trips,
) -> int:  # fmt: skip
    """Send the vehicle that is free first on its next trip, until nobody waits.

    A trip takes as many as wait and have seats, to a shelter with places for all of them; if
    there is none left, as many as have booked.

    Parameters
    ----------
    rounds : Rounds
    rule : Rule
        What the vehicle chooses.
    bookings : Bookings
        Everybody has a place; modified in place.
    waiting, places : ndarray of int64, shapes (P,), (S,)
        People not yet on a trip, and places not yet given to a trip; modified in place.
    is_refused : ndarray of bool, shape (P, S)
        Space of the choice.
    free, stand : ndarray, shape (V,)
        When each vehicle is free [s] and at which shelter (-1: at its depot); modified in place.
    trips : Trips
        Output, in the order of departure.

    Returns
    -------
    int
        Number of trips; people still wait if no vehicle can reach them, or `trips` is full.
    """
    n_trips, n_waiting = 0, waiting.sum()
    while n_waiting > 0 and n_trips < len(trips.vehicle):
        vehicle = np.argmin(free)
        if free[vehicle] == np.inf:
            break
        pickup, shelter, people = choose_trip(rounds, rule, bookings, waiting, places, is_refused, vehicle, stand)
        if pickup < 0:
            free[vehicle] = np.inf
            continue
        trips.vehicle[n_trips] = vehicle
        trips.pickup[n_trips] = pickup
        trips.shelter[n_trips] = shelter
        trips.people[n_trips] = people
        n_trips += 1
        free[vehicle] += way_to(rounds, vehicle, stand, pickup) + trip_time(rounds, pickup, shelter, people)
        stand[vehicle] = shelter
        waiting[pickup] -= people
        places[shelter] -= people
        n_waiting -= people
    return n_trips


@part
def way_to(rounds: Rounds, vehicle: int, stand: NDArray[np.int64], pickup: int) -> float:
    """Return the travel time of a vehicle from where it stands to a pick-up point [s]."""
    if stand[vehicle] < 0:
        return rounds.approach[rounds.depot[vehicle], pickup]
    return rounds.back[stand[vehicle], pickup]


@kernel
def choose_trip(
    rounds: Rounds, rule: int, bookings: Bookings, waiting: NDArray[np.int64], places: NDArray[np.int64],
    is_refused: NDArray[np.bool_], vehicle: int, stand: NDArray[np.int64],
) -> tuple[int, int, int]:  # fmt: skip
    """Return pick-up point, shelter and people of a vehicle's next trip (-1 if there is none), and take its places."""
    for must_be_booked in range(2):
        is_refused[:] = False
        while True:
            best_pickup, best_shelter, first, second = -1, -1, np.inf, np.inf
            for pickup in range(len(waiting)):
                way = way_to(rounds, vehicle, stand, pickup)
                if waiting[pickup] == 0 or way == np.inf:
                    continue
                load = min(waiting[pickup], rounds.seats[vehicle])
                nearest = np.inf
                for shelter in range(len(places)):
                    nearest = min(nearest, rounds.carry[pickup, shelter])
                for shelter in range(len(places)):
                    is_open = bookings.people[pickup, shelter] > 0 if must_be_booked else places[shelter] >= load
                    if not is_open or is_refused[pickup, shelter] or rounds.carry[pickup, shelter] == np.inf:
                        continue
                    end = way + trip_time(rounds, pickup, shelter, load)
                    urgency = end
                    if rule == Rule.IN_ORDER:
                        urgency = float(pickup)
                    elif rule == Rule.NEAREST:
                        urgency = way
                    elif rule == Rule.LONGEST_FIRST:
                        urgency = -nearest
                    if urgency < first or (urgency == first and end < second):
                        best_pickup, best_shelter, first, second = pickup, shelter, urgency, end
            if best_pickup < 0:
                break
            load = min(waiting[best_pickup], rounds.seats[vehicle])
            if must_be_booked:
                load = min(load, bookings.people[best_pickup, best_shelter])
            if take_places(bookings, best_pickup, best_shelter, load):
                return best_pickup, best_shelter, load
            is_refused[best_pickup, best_shelter] = True
    return -1, -1, 0
