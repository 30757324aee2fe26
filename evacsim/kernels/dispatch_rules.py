"""Simple rules for vehicles: whoever is free first takes its next trip, and nobody thinks ahead."""

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from evacsim.kernels._jit import kernel, part
from evacsim.kernels.bookings import Bookings, take_places
from evacsim.kernels.rounds import Rounds, Trips, trip_time


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
        vehicle = int(np.argmin(free))
        if free[vehicle] == np.inf:
            break
        pickup, shelter, people = choose_trip(
            rounds, rule, bookings, waiting, places, is_refused, vehicle, stand
        )
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
        return float(rounds.approach[rounds.depot[vehicle], pickup])
    return float(rounds.back[stand[vehicle], pickup])


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
                    is_open = (
                        bookings.people[pickup, shelter] > 0 if must_be_booked else places[shelter] >= load
                    )
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
