"""Places in shelters booked for people who wait, and booked anew when somebody else needs them.

Everybody has a place as long as there are places at all, because a booking is no more than a
way in which all could be seated: who rides on which trip is decided at the end.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evacsim.kernels._jit import kernel, part
from evacsim.kernels.rounds import Rounds


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
        if goal < 0 or n_changes + len(parent) >= len(changes):
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
