"""Where vehicles are between the ends of a link, by the kinematic wave.

A vehicle goes at free speed until it meets the queue, then it moves as the queue does: it is
where the vehicle k (L-x) ahead of it was (L-x)/w ago at the exit. So the moment at which it
passes x is the later of the two, enter + x/u and exit_of(n - k (L-x)) + (L-x)/w (Newell 1993,
Transportation Research B 27: 281-313, recalled): vehicles counted in passenger-car units,
whatever lies between two of them by interpolation.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evacsim.traffic.case import Floats, TrafficCase
from evacsim.traffic.passages import Passages


def of_links(passages: Passages, links: NDArray[np.int64]) -> Passages:
    """Return the passages of some links, link after link in the order of entry."""
    rows = np.flatnonzero(np.isin(passages.link, links))
    return passages.of(rows[np.lexsort((passages.enter[rows], passages.link[rows]))])


def times_at(case: TrafficCase, passages: Passages, shares: Floats) -> Floats:
    """Return when vehicles pass points of their links.

    Parameters
    ----------
    case : TrafficCase
        The case.
    passages : Passages
        All passages of some links, link after link in the order of entry (`of_links`).
    shares : ndarray of float64, shape (n_points,)
        The points, as shares of the length of each link from 0 (entrance) to 1 (exit).

    Returns
    -------
    ndarray of float64, shape (n_passages, n_points)
        [s]; inf where a vehicle did not get so far before the run ended.
    """
    links, link = case.links, passages.link
    length, speed, wave = links.length[link], links.free_speed[link], links.wave_speed[link]
    jam_density = links.jam_density[link]
    size = case.trips.size[passages.trip]
    begins = np.flatnonzero(np.diff(link, prepend=-1))
    repeats = np.diff([*begins, len(link)])
    number = np.cumsum(size)
    number -= np.repeat(number[begins] - size[begins], repeats)
    out = np.where(passages.is_through, passages.exit, np.inf)
    # One table for all links: the vehicles of a link lie in a stretch of their own on one axis.
    stretch = float((number + jam_density * length).max(initial=0.0)) + 1.0
    group = np.repeat(np.arange(len(begins)), repeats)
    has_left = np.isfinite(out)
    axis, exits = (group * stretch + number)[has_left], out[has_left]
    last = np.full(len(begins), -np.inf)
    np.maximum.at(last, group[has_left], number[has_left])
    times = np.empty((len(link), len(shares)))
    for point, share in enumerate(shares.tolist()):
        left = (1.0 - share) * length
        ahead = number - jam_density * left
        held = np.full(len(link), np.inf)
        if len(axis):
            held = np.interp(group * stretch + ahead, axis, exits) + left / wave
        held = np.where(ahead > last[group], np.inf, held)
        held = np.where(ahead < size[begins][group], -np.inf, held)
        reached = np.maximum(passages.enter + share * length / speed, held)
        times[:, point] = np.minimum(reached, out)
    # Vehicles of unlike sizes do not fit the wave to the unit: nobody is faster than free flow for that.
    for point in range(len(shares) - 2, -1, -1):
        ahead_of_it = (shares[point + 1] - shares[point]) * length / speed
        times[:, point] = np.minimum(times[:, point], times[:, point + 1] - ahead_of_it)
    times[:, shares == 0.0] = passages.enter[:, None]
    return times


def time_space(
    case: TrafficCase, passages: Passages, links: NDArray[np.int32], *, end: float, points: int
) -> pd.DataFrame:
    """Return the paths of all trips on the links of a route; see `TrafficRun.time_space`."""
    rows = links.astype(np.int64)
    passages = of_links(passages, rows)
    shares = np.linspace(0.0, 1.0, points + 1)
    times = times_at(case, passages, shares)
    # A link that the route uses twice is drawn where it comes first.
    begins = np.concatenate([[0.0], np.cumsum(case.links.length[rows])])
    start = np.zeros(len(case.links.ids))
    start[rows[::-1]] = begins[:-1][::-1]
    distance = start[passages.link][:, None] + shares[None, :] * case.links.length[passages.link][:, None]
    is_there = (times <= end).ravel()
    trip = np.repeat(passages.trip, len(shares))[is_there]
    link = np.repeat(passages.link, len(shares))[is_there]
    frame = pd.DataFrame(
        {
            "trip_id": case.trips.ids.column[trip],
            "link_id": case.links.ids.column[link],
            "time_s": times.ravel()[is_there],
            "distance_m": distance.ravel()[is_there],
        }
    )
    order = np.lexsort((frame["distance_m"].to_numpy(), frame["time_s"].to_numpy(), trip))
    return frame.iloc[order].reset_index(drop=True)
