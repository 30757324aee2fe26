"""Density, flow and speed over space and time, by the definitions of Edie.

Edie 1963, "Discussion of traffic stream measurements and definitions", recalled: within a cell of
length dx and a time dt, flow is the distance all vehicles cover there divided by dx dt, density
the time they spend there divided by dx dt, speed the one divided by the other.
"""

from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evacsim.traffic.case import Floats, TrafficCase
from evacsim.traffic.curves import Count, weights
from evacsim.traffic.passages import Passages
from evacsim.traffic.trajectories import of_links, times_at

Quantity = Literal["density", "flow", "speed"]
"""[1/m], [1/s], [m/s]"""


def field_table(
    case: TrafficCase,
    passages: Passages,
    quantity: Quantity,
    *,
    end: float,
    bin_length: float,
    links: NDArray[np.int32] | None,
    cell: float | None,
    count: Count,
) -> pd.DataFrame:
    """Return a field as a table; see `TrafficRun.field`."""
    rows = np.arange(len(case.links.ids)) if links is None else links.astype(np.int64)
    known = np.unique(rows)
    length = case.links.length
    n_cells = np.ones(len(length), dtype=np.int64)
    if cell is not None:
        n_cells = np.maximum(1, np.ceil(length / cell - 1e-9)).astype(np.int64)
    first_cell = np.zeros(len(length) + 1, dtype=np.int64)
    first_cell[known + 1] = n_cells[known]
    first_cell = np.cumsum(first_cell)
    n_bins = max(1, int(np.ceil(end / bin_length)))
    sums = _Sums(n_cells=int(first_cell[-1]), n_bins=n_bins, bin_length=bin_length)
    here = of_links(passages, known)
    for n in np.unique(n_cells[known]).tolist():
        some = here.of(np.flatnonzero(n_cells[here.link] == n))
        times = times_at(case, some, np.linspace(0.0, 1.0, n + 1))
        weight = weights(case, some.trip, count)
        # Who turned back, or is still on the link, has been there until then, and got no further.
        until = np.where(np.isnan(some.exit), end, some.exit)
        for place in range(n):
            sums.add(
                first_cell[some.link] + place,
                (times[:, place], times[:, place + 1]),
                until=until,
                length=length[some.link] / n,
                weight=weight,
            )
    start = np.zeros(len(rows)) if links is None else np.cumsum(length[rows]) - length[rows]
    cells = np.concatenate([np.arange(first_cell[row], first_cell[row + 1]) for row in rows])
    area = (np.repeat(length[rows] / n_cells[rows], n_cells[rows]) * bin_length)[:, None]
    time, distance = sums.time[cells], sums.distance[cells]
    if quantity == "speed":
        values = np.divide(distance, time, out=np.full_like(distance, np.nan), where=time > 0)
    else:
        values = (time if quantity == "density" else distance) / area
    return pd.DataFrame(
        values, index=_index(case, rows, n_cells[rows], start), columns=np.arange(n_bins) * bin_length
    )


class _Sums:
    """Time spent and distance covered in each cell and time bin."""

    def __init__(self, *, n_cells: int, n_bins: int, bin_length: float) -> None:
        self._n_bins, self._bin_length = n_bins, bin_length
        self._spent, self._covered = np.zeros(n_cells * n_bins), np.zeros(n_cells * n_bins)

    @property
    def time(self) -> Floats:
        """Time spent [s], shape (n_cells, n_bins)."""
        return self._spent.reshape(-1, self._n_bins)

    @property
    def distance(self) -> Floats:
        """Distance covered [m], shape (n_cells, n_bins)."""
        return self._covered.reshape(-1, self._n_bins)

    def add(
        self,
        cell: NDArray[np.int64],
        times: tuple[Floats, Floats],
        *,
        until: Floats,
        length: Floats,
        weight: Floats,
    ) -> None:
        """Add vehicles that pass cells of some `length` between two `times`, and are there until `until`."""
        some = times[0] < until
        cell, begin, end, until = cell[some], times[0][some], times[1][some], until[some]
        speed = np.where(np.isfinite(end), length[some] / np.maximum(end - begin, 1e-12), 0.0)
        stop = np.minimum(end, until)
        first = (begin // self._bin_length).astype(np.int64)
        last = np.minimum((stop // self._bin_length).astype(np.int64), self._n_bins - 1)
        n = np.maximum(last - first + 1, 0)
        piece = np.repeat(np.arange(len(cell)), n)
        at = first[piece] + np.arange(len(piece)) - np.repeat(np.cumsum(n) - n, n)
        overlap = np.minimum(stop[piece], (at + 1) * self._bin_length) - np.maximum(
            begin[piece], at * self._bin_length
        )
        overlap = np.maximum(overlap, 0.0) * weight[some][piece]
        place = cell[piece] * self._n_bins + at
        self._spent += np.bincount(place, overlap, minlength=len(self._spent))
        self._covered += np.bincount(place, overlap * speed[piece], minlength=len(self._covered))


def _index(
    case: TrafficCase, rows: NDArray[np.int64], n_cells: NDArray[np.int64], start: Floats
) -> pd.MultiIndex:
    """Return link and distances of each cell; each link begins at a distance `start` [m]."""
    place = np.arange(n_cells.sum()) - np.repeat(np.cumsum(n_cells) - n_cells, n_cells)
    step = np.repeat(case.links.length[rows] / n_cells, n_cells)
    begin = np.repeat(start, n_cells) + place * step
    names = np.repeat(np.array(case.links.ids.taken(rows).values, dtype=object), n_cells)
    return pd.MultiIndex.from_arrays([names, begin, begin + step], names=["link_id", "from_m", "to_m"])
