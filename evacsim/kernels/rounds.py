"""Rounds of convoys and buses as numbers: when each trip ends, and what no plan can beat.

A *trip* fetches people at one pick-up point and brings them to one shelter; a vehicle makes
its trips one after the other, and ends where it has set down its last passengers.
"""

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


@part
def trip_time(rounds: Rounds, pickup: int, shelter: int, people: int) -> float:
    """Return the time from the arrival at a pick-up point until the last passenger is out [s]."""
    handling = rounds.boarding + rounds.alighting + people * (rounds.boarding_each + rounds.alighting_each)
    return float(rounds.carry[pickup, shelter] + handling)


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


def fewest_trips(rounds: Rounds) -> NDArray[np.int64]:
    """Return how many trips each pick-up point needs at least, shape (P,)."""
    fewest: NDArray[np.int64] = -(-rounds.people // rounds.seats.max())
    return fewest


def handling_time(rounds: Rounds, people: int) -> float:
    """Return the time for so many people to board and to alight again [s]."""
    each = rounds.boarding_each + rounds.alighting_each
    return float(rounds.boarding + rounds.alighting + people * each)


def earliest_arrival(rounds: Rounds) -> NDArray[np.float64]:
    """Return when a vehicle can be at each pick-up point at the earliest, shape (P,) [s].

    It comes from its depot, or by way of other pick-up points and shelters if that is quicker.
    """
    arrival: NDArray[np.float64] = (rounds.ready[:, None] + rounds.approach[rounds.depot]).min(axis=0)
    trip = rounds.carry + handling_time(rounds, 1)
    while True:
        at_shelter = (arrival[:, None] + trip).min(axis=0)
        sooner = np.minimum(arrival, (at_shelter[:, None] + rounds.back).min(axis=0))
        if np.array_equal(sooner, arrival):
            return arrival
        arrival = sooner


def slowest_first_trip(rounds: Rounds) -> float:
    """Return when somebody from the worst placed pick-up point can be at a shelter at the earliest [s]."""
    first = earliest_arrival(rounds) + rounds.carry.min(axis=1) + handling_time(rounds, 1)
    return float(first[rounds.people > 0].max(initial=0.0))


def shared_work(rounds: Rounds) -> float:
    """Return when the least possible work is done if the vehicles share it evenly [s].

    Work is the time on the way to a pick-up point, from there to the nearest shelter, and at
    both; nobody comes from farther than the nearest shelter or depot. However many vehicles
    take part, those that are ready first are done soonest.
    """
    is_waiting = rounds.people > 0
    nearest = np.minimum(rounds.approach.min(axis=0), rounds.back.min(axis=0))
    trip = nearest + rounds.carry.min(axis=1) + handling_time(rounds, 0)
    each = rounds.boarding_each + rounds.alighting_each
    work = float(fewest_trips(rounds)[is_waiting] @ trip[is_waiting] + rounds.people.sum() * each)
    done = (work + np.cumsum(np.sort(rounds.ready))) / np.arange(1, len(rounds.ready) + 1)
    return float(done.min()) if is_waiting.any() else 0.0
