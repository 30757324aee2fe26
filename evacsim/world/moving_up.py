"""Which idle unit goes where while others are busy (补位): a covering model with the price of driving."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, vstack

from evacsim.world.locating import BUSY, Choices, cover_program, expected_cover, gathered

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


LONGEST_MOVE = 3600.0
"""No unit is moved further than this [s] (assumed)."""
PRICE = 1 / 3600
"""People that a second of driving has to be worth: a person for an hour (assumed)."""
NODES = 100
"""Nodes after which the search stops; what it has found by then, or no move, is the answer. No limit of time: a run
has to come out the same on every machine."""


class Travel(NamedTuple):
    """Times between places where units are or may stand, and from them to points."""

    to_points: Floats
    """Time from each place to each point [s]; inf where no way leads; shape (n_places, n_points)."""
    to_places: Floats
    """Time from each place to each other [s]; shape (n_places, n_places)."""


class Move(NamedTuple):
    """A unit that goes somewhere else."""

    unit: int
    """Row of the unit among the idle ones."""
    to: int
    """Place to which it goes."""
    time: float
    """How long it drives [s]."""


def move_up(
    idle: Ints,
    positions: Ints,
    demand: Floats,
    times: Travel,
    *,
    limit: float,
    busy: float = BUSY,
    longest: float = LONGEST_MOVE,
    price: float = PRICE,
) -> list[Move]:
    """Return which idle units move where, so that most people are expected to be reached in time.

    The people whom a free unit reaches within `limit`, each with the chance that some unit that
    reaches them is free (`max_expected_cover`), less the price of all driving, are made most. A
    unit that need not move stays; whoever is busy counts for nothing.

    Parameters
    ----------
    idle : array of int, shape (n_units,)
        Place where each idle unit is; several may be at one.
    positions : array of int, shape (n_positions,)
        Places where units may stand by; a unit may also stay where it is.
    demand : array of float64, shape (n_points,)
        People at each point, or how many calls come from there.
    times : Travel
        As the roads are now.
    limit : float
        Time within which a point has to be reached [s].
    busy : float
        Chance that an idle unit is busy when the next call comes, in [0, 1).
    longest : float
        No move takes longer [s].
    price : float
        People to be covered for each second of driving, 0 or more.

    Returns
    -------
    list of Move
        In the order of the units. Of units at one place the first ones move.
    """
    assert 0 <= busy < 1, "somebody must be free now and then"
    places, at = np.unique(np.asarray(idle, dtype=np.int64), return_inverse=True)
    number = np.bincount(at, minlength=len(places))
    goals = np.unique(np.asarray(positions, dtype=np.int64))
    away = times.to_places[np.ix_(places, goals)]
    may = (away <= longest) & (places[:, None] != goals[None, :])
    start, goal = np.nonzero(may)
    # Choices: for each place to stay there, then all moves.
    to = np.concatenate([places, goals[goal]])
    origin = np.concatenate([np.arange(len(places)), start])
    drive = np.concatenate([np.zeros(len(places)), away[start, goal]])
    people = np.asarray(demand, dtype=np.float64)
    within = times.to_points[to] <= limit
    covers, worth, none = gathered(within, people, np.zeros(len(people), dtype=np.int64))
    stay = np.concatenate([number, np.zeros(len(start), dtype=np.int64)])
    if not len(worth) or not len(start):
        return []
    row = csr_array((np.ones(len(to)), (origin, np.arange(len(to)))), shape=(len(places), len(to)))
    choices = Choices(
        covers=covers,
        most=number[origin],
        price=price * drive,
        above=csr_array(vstack([row, -row])),
        room=np.concatenate([number, -number]).astype(np.float64),
        n_units=len(at),
    )
    program = cover_program(choices, worth, none, busy=busy)
    units, _ = program.solved(len(to), nodes=NODES)

    def worth_of(chosen: Ints) -> float:
        return expected_cover(covers, worth, chosen, busy=busy) - price * float(drive @ chosen)

    if units is None or worth_of(units) <= worth_of(stay):
        return []
    waiting = {place: np.flatnonzero(at == place).tolist() for place in range(len(places))}
    moves = []
    for choice in np.flatnonzero(units).tolist():
        if choice >= len(places):
            leaving = [waiting[int(origin[choice])].pop(0) for _ in range(int(units[choice]))]
            moves += [Move(unit, int(to[choice]), float(drive[choice])) for unit in leaving]
    return sorted(moves)
