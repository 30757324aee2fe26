"""Water (洪水) in time on the rows of the road network and of the places.

A frame holds until the next one begins: before the first frame all is dry, after the last one
the water stays as it is. Between two frames nothing changes, so the engine has one event per
frame and no result depends on a time step. Where frames lie far apart, `refined` draws straight
lines between them first.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int64]
Depths = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Wetness:
    """Depth on the rows of one kind (links, or places) that are ever wet."""

    n_rows: int
    """Rows of this kind, wet or not."""
    rows: Rows
    """Rows that are ever wet, growing, shape (n_wet,)."""
    depth: Depths
    """Depth in each frame, shape (n_frames, n_wet) [m]."""
    wet_share: Depths
    """Share of the row's length that is wet, same shape; 1 or 0 at a place."""
    n_unknown: int = 0
    """Rows about which the water data say nothing and which therefore count as dry."""

    def at(self, frame: int) -> Depths:
        """Return the depth of every row, shape (n_rows,) [m]; `frame` -1 is before the first."""
        return self._spread(self.depth, frame)

    def wet_share_at(self, frame: int) -> Depths:
        """Return the wet share of every row, shape (n_rows,)."""
        return self._spread(self.wet_share, frame)

    def _spread(self, values: Depths, frame: int) -> Depths:
        spread = np.zeros(self.n_rows, dtype=np.float32)
        if frame >= 0:
            spread[self.rows] = values[frame]
        return spread

    def changes(self, frame: int) -> Rows:
        """Return the rows whose depth or wet share differs from the frame before."""
        before = self.depth[frame - 1], self.wet_share[frame - 1]
        if frame == 0:
            before = np.zeros_like(before[0]), np.zeros_like(before[1])
        differs = (self.depth[frame] != before[0]) | (self.wet_share[frame] != before[1])
        return self.rows[differs]

    def first_frame(self, depth: float) -> Rows:
        """Return the first frame in which each row is at least `depth` [m] deep; n_frames for never."""
        reached = self.depth >= np.float32(depth)
        first = np.full(self.n_rows, len(self.depth))
        first[self.rows] = np.where(reached.any(axis=0), reached.argmax(axis=0), len(self.depth))
        return first

    def weighed(self, before: Rows, weight: NDArray[np.float64]) -> "Wetness":
        """Return frames between frames: `before` and the one after it, which counts `weight`."""
        after = np.minimum(before + 1, len(self.depth) - 1)
        part = weight[:, None]
        depth, share = (
            (values[before] * (1 - part) + values[after] * part).astype(np.float32)
            for values in (self.depth, self.wet_share)
        )
        return replace(self, depth=depth, wet_share=share)


@dataclass(frozen=True, slots=True)
class Water:
    """Water on links and at places, from each frame to the next."""

    times: NDArray[np.float64]
    """Time at which each frame begins, growing, shape (n_frames,) [s]."""
    links: Wetness
    places: Wetness
    n_negative: int = 0
    """Grid cells, over all frames, whose depth was negative and counts as dry."""

    @classmethod
    def dry(cls, *, n_links: int, n_places: int) -> "Water":
        """Return no water at all."""
        none, empty = np.empty(0, dtype=np.int64), np.empty((0, 0), dtype=np.float32)
        return cls(np.empty(0), Wetness(n_links, none, empty, empty), Wetness(n_places, none, empty, empty))

    def frame_at(self, time: float) -> int:
        """Return the frame that holds at `time` [s]; -1 before the first."""
        return int(np.searchsorted(self.times, time, side="right")) - 1

    def link_depth_at(self, time: float) -> Depths:
        """Return the depth on every link at `time` [s], the deepest along it, shape (n_links,) [m]."""
        return self.links.at(self.frame_at(time))

    def link_wet_share_at(self, time: float) -> Depths:
        """Return the share of every link's length that is wet at `time` [s], shape (n_links,)."""
        return self.links.wet_share_at(self.frame_at(time))

    def place_depth_at(self, time: float) -> Depths:
        """Return the depth at every place at `time` [s], shape (n_places,) [m]."""
        return self.places.at(self.frame_at(time))

    def changes(self) -> list[int]:
        """Return the frames that differ from the one before, in order; the engine wakes at their times."""
        return [
            frame
            for frame in range(len(self.times))
            if len(self.links.changes(frame)) or len(self.places.changes(frame))
        ]

    def link_arrival(self, depth: float) -> NDArray[np.float64]:
        """Return when each link is first `depth` [m] deep, shape (n_links,) [s]; inf for never."""
        return np.append(self.times, np.inf)[self.links.first_frame(depth)]

    def place_arrival(self, depth: float) -> NDArray[np.float64]:
        """Return when each place is first `depth` [m] deep, shape (n_places,) [s]; inf for never."""
        return np.append(self.times, np.inf)[self.places.first_frame(depth)]

    def refined(self, step: float) -> "Water":
        """Return the same water with frames every `step` [s] at most, on straight lines between frames."""
        if len(self.times) < 2:
            return self
        gaps = np.diff(self.times)
        pieces = np.append(np.ceil(gaps / step).astype(np.int64), 1)
        before = np.repeat(np.arange(len(self.times)), pieces)
        place = np.arange(len(before)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
        weight = place / pieces[before]
        times = self.times[before] + weight * np.append(gaps, 0.0)[before]
        links, places = self.links.weighed(before, weight), self.places.weighed(before, weight)
        return replace(self, times=times, links=links, places=places)
