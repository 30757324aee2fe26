"""Water (洪水) in time on the links of the road network and at the places.

A frame holds until the next one begins: before the first frame all is dry, after the last one
the water stays as it is. Between two frames nothing changes, so the engine has one event a
frame and no result depends on a time step. Where frames lie far apart, `Water.refined` draws
straight lines between them first, so that rising water is not late by a whole frame.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]
Depths = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Water:
    """Depths that hold from each frame to the next, kept for links that are ever wet."""

    times: Floats
    """Time at which each frame begins, growing, shape (n_frames,) [s]."""
    n_links: int
    """Links of the network, wet or not."""
    link_rows: Rows
    """Links that are ever wet, growing, shape (n_wet,)."""
    link_depth: Depths
    """Depth on them, the deepest along the link, above the road or the bridge deck; (n_frames, n_wet) [m]."""
    link_wet_share: Depths
    """Share of their length that is wet, shape (n_frames, n_wet)."""
    place_depth: Depths
    """Depth at every place above the ground, shape (n_frames, n_places) [m]."""
    n_unknown_links: int = 0
    """Links of which some part lies where the data say nothing; it counts as dry."""
    n_unknown_places: int = 0
    """Places that lie where the data say nothing; they count as dry."""
    n_negative: int = 0
    """Grid cells, over all frames, whose depth was negative; they count as dry."""
    link_velocity: Depths | None = None
    """How fast the water is on the links that are ever wet, shape (n_frames, n_wet) [m/s]; None where nobody says."""

    @classmethod
    def dry(cls, *, n_links: int, n_places: int) -> "Water":
        """Return no water at all."""
        nothing = np.empty((0, 0), dtype=np.float32)
        places = np.empty((0, n_places), dtype=np.float32)
        return cls(np.empty(0), n_links, np.empty(0, dtype=np.int64), nothing, nothing, places)

    def frame_at(self, time: float) -> int:
        """Return the frame that holds at `time` [s]; -1 before the first."""
        return int(np.searchsorted(self.times, time, side="right")) - 1

    def link_depth_at(self, time: float) -> Depths:
        """Return the depth on every link at `time` [s], shape (n_links,) [m]."""
        return self._of_all_links(self.link_depth, time)

    def link_wet_share_at(self, time: float) -> Depths:
        """Return the wet share of every link at `time` [s], shape (n_links,)."""
        return self._of_all_links(self.link_wet_share, time)

    def place_depth_at(self, time: float) -> Depths:
        """Return the depth at every place at `time` [s], shape (n_places,) [m]."""
        frame = self.frame_at(time)
        dry = np.zeros(self.place_depth.shape[1], dtype=np.float32)
        return self.place_depth[frame] if frame >= 0 else dry

    def _of_all_links(self, values: Depths, time: float) -> Depths:
        frame = self.frame_at(time)
        spread = np.zeros(self.n_links, dtype=np.float32)
        if frame >= 0:
            spread[self.link_rows] = values[frame]
        return spread

    def changes(self) -> Rows:
        """Return the frames in which anything differs from the one before (the first: from dry land)."""
        differs = np.zeros(len(self.times), dtype=bool)
        velocity = () if self.link_velocity is None else (self.link_velocity,)
        for values in (self.link_depth, self.link_wet_share, self.place_depth, *velocity):
            differs |= np.diff(values, axis=0, prepend=np.float32(0)).any(axis=1)
        return np.flatnonzero(differs)

    def link_arrival(self, depth: float) -> Floats:
        """Return when each link is first `depth` [m] deep or deeper, shape (n_links,) [s]; inf for never."""
        arrival = np.full(self.n_links, np.inf)
        arrival[self.link_rows] = self._first_time(self.link_depth, depth)
        return arrival

    def place_arrival(self, depth: float) -> Floats:
        """Return when each place is first `depth` [m] deep or deeper, shape (n_places,) [s]; inf for never."""
        return self._first_time(self.place_depth, depth)

    def _first_time(self, depths: Depths, depth: float) -> Floats:
        always = np.ones((1, depths.shape[1]), dtype=bool)
        first = np.vstack((depths >= np.float32(depth), always)).argmax(axis=0)
        return np.asarray(np.append(self.times, np.inf)[first])

    def raised(self, by: float) -> "Water":
        """Return water that stands `by` [m] higher wherever and whenever it stands; what is dry stays dry."""

        def higher(depth: Depths) -> Depths:
            return np.where(depth > 0, depth + np.float32(by), depth)

        return replace(self, link_depth=higher(self.link_depth), place_depth=higher(self.place_depth))

    def faster(self, factor: float) -> "Water":
        """Return the same water with every moment `factor` times as soon after the start."""
        return replace(self, times=self.times / factor)

    def refined(self, step: float) -> "Water":
        """Return the same water with a frame every `step` [s] or less, on straight lines between frames."""
        if len(self.times) < 2:
            return self
        gaps = np.append(np.diff(self.times), 0.0)
        pieces = np.maximum(np.ceil(gaps / step).astype(np.int64), 1)
        before = np.repeat(np.arange(len(gaps)), pieces)
        after = np.minimum(before + 1, len(gaps) - 1)
        part = (np.arange(len(before)) - np.repeat(np.cumsum(pieces) - pieces, pieces)) / pieces[before]

        def between(values: Depths) -> Depths:
            sooner, later = values[before], values[after]
            mixed: Depths = sooner + (later - sooner) * part[:, None].astype(np.float32)
            return mixed

        return replace(
            self,
            times=self.times[before] + gaps[before] * part,
            link_depth=between(self.link_depth),
            link_wet_share=between(self.link_wet_share),
            place_depth=between(self.place_depth),
            link_velocity=None if self.link_velocity is None else between(self.link_velocity),
        )
