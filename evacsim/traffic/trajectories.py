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
    starts = (
        np.flatnonzero(np.concatenate([[True], link[1:] != link[:-1]])) if len(link) else np.zeros(0, int)
    )
    number = np.cumsum(size)
    number = number - np.repeat(number[starts] - size[starts], np.diff([*starts, len(link)]))
    out = np.where(passages.is_through, passages.exit, np.inf)
    # One table for all links: the vehicles of a link lie in a stretch of their own on one axis.
    stretch = float(number.max(initial=0.0)) + float((jam_density * length).max(initial=0.0)) + 1.0
    group = np.repeat(np.arange(len(starts)), np.diff([*starts, len(link)])) * stretch
    has_left = np.isfinite(out)
    axis, exits = (group + number)[has_left], out[has_left]
    first = np.repeat((group + size)[starts], np.diff([*starts, len(link)]))
    times = np.empty((len(link), len(shares)))
    for point, share in enumerate(shares.tolist()):
        left = (1.0 - share) * length
        at = group + number - jam_density * left
        held = np.interp(at, axis, exits) + left / wave if len(axis) else np.zeros(len(link))
        held = np.where(at >= first, held, -np.inf)
        reached = np.maximum(passages.enter + share * length / speed, held)
        times[:, point] = np.minimum(reached, out)
    return np.asarray(np.maximum.accumulate(times, axis=1))


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
            "trip_id": np.asarray(
                case.trips.ids.values, dtype=None if case.trips.ids.numbers is not None else object
            )[trip],
            "link_id": np.asarray(
                case.links.ids.values, dtype=None if case.links.ids.numbers is not None else object
            )[link],
            "time_s": times.ravel()[is_there],
            "distance_m": distance.ravel()[is_there],
        }
    )
    order = np.lexsort((frame["distance_m"].to_numpy(), frame["time_s"].to_numpy(), trip))
    return frame.iloc[order].reset_index(drop=True)
