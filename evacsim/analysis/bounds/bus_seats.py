"""Most people whom buses can bring out by a moment, however their rounds are planned.

A linear program over seats. A seat goes from its depot to a pick-up point, carries a person from
there to a shelter, goes back to some pick-up point, and so on; all that takes no more time than
there is. Buses are shared out seat by seat and people one by one, so every plan of rounds is a
solution, and no plan brings out more than the best one.

Proof by prices: let an hour of a seat, a place in a shelter, a seat at a depot and one that leaves a
shelter each have a price. Then a person is worth what the cheapest ride falls short of one. Whatever
the prices, no plan brings out more people than everything there is comes to (weak duality, recalled).
The prices are the dual values that the solver finds; what follows from them is computed here, so no
rounding of the solver makes a bound wrong.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SHARE_USED = 0.9
"""Share of what there is that a plan may use if the rest counts as left over; any below 1 will do."""


class Rides(NamedTuple):
    """What buses can do; P pick-up points with people, S shelters, V buses, D depots."""

    carry: Floats
    """Seat-time for a person from a pick-up point to a shelter, with getting on and off, shape (P, S) [s]."""
    back: Floats
    """Least time from a shelter to a pick-up point, shape (S, P) [s]."""
    approach: Floats
    """Least time from a depot to a pick-up point, shape (D, P) [s]."""
    room: Floats
    """People a shelter takes in, shape (S,) [person]."""
    spare: float
    """People who may be left without a place [person]."""
    seats: Floats
    """Seats of each bus, shape (V,) [person]."""
    ready: Floats
    """When each bus can leave its depot, shape (V,) [s]."""
    depot: NDArray[np.int64]
    """Row of the depot of each bus, shape (V,)."""


@dataclass(frozen=True, slots=True)
class Prices:
    """What everything is worth in people, none of it negative."""

    person: Floats
    """A person more at each pick-up point, shape (P,)."""
    seat_time: float
    """A second of a seat."""
    room: Floats
    """A place in each shelter, shape (S,)."""
    spare: float
    """A place outside all shelters."""
    stand: Floats
    """A seat more at each depot, shape (D,)."""

    def most(self, rides: Rides, waiting: Floats, until: float) -> float:
        """Return the most people whom any plan brings out by a moment [person].

        Parameters
        ----------
        rides : Rides
            For which these prices were made.
        waiting : ndarray of float64, shape (P,)
            People of each pick-up point who could be out by then if nobody else were there.
        until : float
            The moment [s].
        """
        worth = self.person @ waiting + self.seat_time * seat_time(rides, until)
        has_price = self.room > 0
        worth += self.room[has_price] @ rides.room[has_price] + self.spare * rides.spare
        return float(worth + self.stand @ seats_by_depot(rides))


def seat_time(rides: Rides, until: float) -> float:
    """Return how long all seats together can be under way by a moment [s]."""
    return float(rides.seats @ np.maximum(until - rides.ready, 0.0))


def seats_by_depot(rides: Rides) -> Floats:
    """Return the seats that stand at each depot, shape (D,) [person]."""
    seats = np.bincount(rides.depot, weights=rides.seats, minlength=len(rides.approach))
    return seats.astype(np.float64)


def prices_of(rides: Rides, *, seat_time: float, room: Floats, leave: Floats, stand: Floats) -> Prices:
    """Return prices that no person, no seat and no way of a seat can evade.

    Those of a person at a pick-up point and of a place outside follow from the others, which may be
    anything from 0 on.

    Parameters
    ----------
    seat_time : float
        Of a second of a seat.
    room, leave : ndarray of float64, shape (S,)
        Of a place in a shelter, and of an empty seat that leaves it.
    stand : ndarray of float64, shape (D,)
        Of a seat at a depot.
    """
    # Worth of an empty seat at a pick-up point: no more than it costs to get one there.
    from_shelter = _cost(rides.back, seat_time) + leave[:, None]
    from_depot = _cost(rides.approach, seat_time) + stand[:, None]
    arrive = np.concatenate([from_shelter, from_depot]).min(axis=0)
    arrive = np.where(np.isfinite(arrive), arrive, 1.0 + leave.max(initial=0.0))
    gain = 1.0 + leave[None, :] - room[None, :] - _cost(rides.carry, seat_time) - arrive[:, None]
    person = np.maximum(gain.max(axis=1, initial=0.0), 0.0)
    return Prices(person, seat_time, room, float(room.max(initial=0.0)), stand)


def _cost(time: Floats, price: float) -> Floats:
    """Return what a seat costs for a time; infinite where there is no way, though seats be free."""
    is_way = np.isfinite(time)
    return np.where(is_way, price * np.where(is_way, time, 0.0), np.inf)


def all_come_out(rides: Rides, waiting: Floats, until: float) -> bool:
    """Return whether a simple plan brings everybody out by a moment with time, places and seats left over.

    What is left over has no price in the linear program (complementary slackness, recalled): where this holds the
    best prices prove nothing for any moment. That it does not hold says nothing.

    Each pick-up point in turn fills the shelters nearest to it, and each person has the same share of a seat from
    the depots; for the rest of a seat an empty one comes back from where he is taken.
    """
    seats, total = seats_by_depot(rides), float(waiting.sum())
    first = min(seats.sum() / total, 1.0) * SHARE_USED
    own = seats > 0
    approach = seats[own] / seats.sum() @ rides.approach[own]
    room, needed = rides.room * SHARE_USED, 0.0
    for pickup in np.flatnonzero(waiting).tolist():
        left = float(waiting[pickup])
        for shelter in np.argsort(rides.carry[pickup], kind="stable").tolist():
            taken = min(left, float(room[shelter]))
            if taken > 0:
                back = rides.carry[pickup, shelter] + (1 - first) * rides.back[shelter, pickup]
                needed += taken * (back + first * approach[pickup])
                room[shelter] -= taken
                left -= taken
            if left <= 0:
                break
        if left > 0 or not needed < seat_time(rides, until) * SHARE_USED:
            return False
    return True


def best_prices(rides: Rides, waiting: Floats, until: float) -> Prices | None:
    """Return prices by which fewest people can be brought out by a moment; None where the solver finds none."""
    from scipy.optimize import linprog
    from scipy.sparse import csr_array, vstack

    n_pickups, n_shelters = rides.carry.shape
    n_depots = len(rides.approach)
    pickup, shelter = np.nonzero(np.isfinite(rides.carry))
    left, to = np.nonzero(np.isfinite(rides.back))
    depot, first = np.nonzero(np.isfinite(rides.approach))
    n_x, n_z, n_f = len(pickup), len(left), len(depot)
    columns = n_x + n_z + n_f + n_shelters
    x, z, f = np.arange(n_x), n_x + np.arange(n_z), n_x + n_z + np.arange(n_f)
    s = n_x + n_z + n_f + np.arange(n_shelters)

    def rows(n: int, *parts: tuple[Floats, NDArray[np.int64], NDArray[np.int64]]) -> csr_array:
        values, row, column = (np.concatenate(each) for each in zip(*parts, strict=True))
        return csr_array((values, (row, column)), shape=(n, columns))

    own = rides.carry[pickup, shelter]
    limits = vstack(
        [
            rows(n_pickups, (np.ones(n_x), pickup, x)),
            rows(
                1,
                (own, np.zeros(n_x, dtype=np.int64), x),
                (rides.back[left, to], np.zeros(n_z, dtype=np.int64), z),
                (rides.approach[depot, first], np.zeros(n_f, dtype=np.int64), f),
            ),
            rows(n_shelters, (np.ones(n_x), shelter, x), (-np.ones(n_shelters), s - s[0], s)),
            rows(1, (np.ones(n_shelters), np.zeros(n_shelters, dtype=np.int64), s)),
            rows(n_pickups, (np.ones(n_x), pickup, x), (-np.ones(n_z), to, z), (-np.ones(n_f), first, f)),
            rows(n_shelters, (np.ones(n_z), left, z), (-np.ones(n_x), shelter, x)),
            rows(n_depots, (np.ones(n_f), depot, f)),
        ]
    )
    # A place without limit is one for everybody.
    room = np.minimum(rides.room, waiting.sum())
    available = np.concatenate(
        [
            waiting,
            [seat_time(rides, until)],
            room,
            [rides.spare],
            np.zeros(n_pickups + n_shelters),
            seats_by_depot(rides),
        ]
    )
    gain = np.concatenate([-np.ones(n_x), np.zeros(columns - n_x)])
    found = linprog(gain, A_ub=limits, b_ub=available, method="highs")
    if found.status != 0:
        return None
    dual = np.maximum(-found.ineqlin.marginals, 0.0)
    ends = np.cumsum([n_pickups, 1, n_shelters, 1, n_pickups, n_shelters])
    _, time, places, _, _, leave, stand = np.split(dual, ends)
    # Where nothing is said of how many a shelter takes, no place has a price.
    places = np.where(np.isfinite(rides.room), places, 0.0)
    return prices_of(rides, seat_time=float(time[0]), room=places, leave=leave, stand=stand)
