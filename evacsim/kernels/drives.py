"""What one vehicle can earn: the drive that is worth most when people and places have prices.

Time is counted in ticks, and every time is rounded down to whole ticks; a drive may fetch
people from a pick-up point again and again. So a drive is never worth less than any that a
real vehicle can make in the same time, and what it is worth can serve as a bound.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evacsim.kernels._jit import kernel

NONE = -1


class Legs(NamedTuple):
    """Times in ticks for vehicles of one size; L loads, P pick-up points, S shelters."""

    carry: NDArray[np.int64]
    """From the arrival at a pick-up point until a load is out at a shelter, shape (P, S, L); at least 1."""
    back: NDArray[np.int64]
    """From a shelter to a pick-up point, shape (S, P)."""


class Worth(NamedTuple):
    """What the best drive is worth when so many ticks are left, and how it goes on; H ticks at most."""

    at_pickup: NDArray[np.float64]
    """Standing empty at a pick-up point, shape (P, H + 1)."""
    at_shelter: NDArray[np.float64]
    """Standing empty at a shelter, shape (S, H + 1)."""
    shelter: NDArray[np.int32]
    """Where to bring people, NONE if there is no time for it, shape (P, H + 1)."""
    load: NDArray[np.int32]
    """Which load to take, shape (P, H + 1)."""
    pickup: NDArray[np.int32]
    """Where to fetch the next people, NONE to stop, shape (S, H + 1)."""


@kernel
def appraise(legs: Legs, value: NDArray[np.float64], worth: Worth) -> None:
    """Work out the best drives for every number of ticks left.

    Dynamic programming over the time left (Bellman 1957, recalled).

    Parameters
    ----------
    legs : Legs
    value : ndarray of float64, shape (P, S, L)
        What it is worth to bring a load from a pick-up point to a shelter; 0 or more.
    worth : Worth
        Output.
    """
    n_pickups, n_shelters, n_loads = value.shape
    for left in range(worth.at_pickup.shape[1]):
        for pickup in range(n_pickups):
            worth.at_pickup[pickup, left] = 0.0
            worth.shelter[pickup, left] = NONE
            for shelter in range(n_shelters):
                for load in range(n_loads):
                    then = left - legs.carry[pickup, shelter, load]
                    if then < 0:
                        break
                    total = value[pickup, shelter, load] + worth.at_shelter[shelter, then]
                    if total > worth.at_pickup[pickup, left]:
                        worth.at_pickup[pickup, left] = total
                        worth.shelter[pickup, left] = shelter
                        worth.load[pickup, left] = load
        for shelter in range(n_shelters):
            worth.at_shelter[shelter, left] = 0.0
            worth.pickup[shelter, left] = NONE
            for pickup in range(n_pickups):
                then = left - legs.back[shelter, pickup]
                if then >= 0 and worth.at_pickup[pickup, then] > worth.at_shelter[shelter, left]:
                    worth.at_shelter[shelter, left] = worth.at_pickup[pickup, then]
                    worth.pickup[shelter, left] = pickup


@kernel
def follow(
    legs: Legs, worth: Worth, pickup: int, left: int, people: NDArray[np.int64], seats: NDArray[np.float64],
    trips: NDArray[np.float64],
) -> int:  # fmt: skip
    """Add up the best drive from a pick-up point with so many ticks left; return the ticks left at its end.

    Parameters
    ----------
    legs : Legs
    worth : Worth
    pickup, left : int
    people : ndarray of int64, shape (L,)
        People of a load [person].
    seats : ndarray of float64, shape (P, S)
        People the drive can bring from a pick-up point to a shelter [person]; added to.
    trips : ndarray of float64, shape (P,)
        How often it fetches people from a pick-up point; added to.
    """
    while pickup != NONE and worth.shelter[pickup, left] != NONE:
        shelter, load = worth.shelter[pickup, left], worth.load[pickup, left]
        trips[pickup] += 1
        seats[pickup, shelter] += people[load]
        left -= legs.carry[pickup, shelter, load]
        pickup = worth.pickup[shelter, left]
        if pickup != NONE:
            left -= legs.back[shelter, pickup]
    return left
