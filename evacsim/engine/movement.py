"""Everything that moves on the network: an object around the movement kernels.

Time is seconds since the scenario's start, nodes, links, trees and movers are rows. Nothing
here knows SimPy: the clock calls `advance` before each of its events.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evacsim.kernels.arrays import LinkColumns, MoverState, NoticeKind


class MoverColumns(NamedTuple):
    """Movers to be added, one row each; scalars stand for whole columns."""

    mode: ArrayLike
    """Travel mode, 0 to `MAX_MODES` - 1."""
    speed: ArrayLike = np.inf
    """Own speed [m/s]; inf: whatever the link allows."""
    size: ArrayLike = 1.0
    """Room taken on a link, in the unit of the storage and capacity of the links it uses: [pcu] on roads,
    [person] on walk links. Counted in thousandths."""
    people: ArrayLike = 1
    """People on board, for the person counts of links."""
    watched: ArrayLike = False
    """`advance` stops at each of its notices."""
    key: ArrayLike | None = None
    """Settles ties between movers in place of the row; int32, the same in any order of the input."""


class Notice(NamedTuple):
    """One thing that happened to one mover."""

    time: float
    """[s]"""
    kind: NoticeKind
    mover: int
    place: int
    """A link row for DEPARTED, ENTERED, STOPPED and RESUMED, a node row for ARRIVED and CUT_OFF."""


class Whereabouts(NamedTuple):
    """Where movers are, one row each; exactly one of link and node is -1."""

    link: NDArray[np.int32]
    """Link it is on, -1 when off the road."""
    node: NDArray[np.int32]
    """Node it stands at (waiting, arrived, cut off, removed, or not sent yet), -1 when on a link."""
    state: NDArray[np.uint8]
    """A `MoverState`."""


class Movement:
    """The movers, the links and the time up to which all movement is known."""

    def __init__(
        self,
        *,
        n_nodes: int,
        links: LinkColumns,
        n_trees: int,
        bin_length: float,
        duration: float,
        record_passages: bool = False,
    ) -> None:
        """Prepare an empty network; every link is open to every mode, every tree leads nowhere.

        Parameters
        ----------
        n_nodes : int
            Nodes are rows 0 to n_nodes - 1.
        links : LinkColumns
            The links.
        n_trees : int
            Next-link trees, one for each destination (or set of destinations); see `set_tree`.
        bin_length : float
            Length of the time bins of the link counts [s].
        duration : float
            Time the bins cover at first [s]; they grow when movement goes on longer.
        record_passages : bool
            Record each entry to a link (ENTERED), not only the first.
        """
        raise NotImplementedError

    now: float
    """Time up to which all movement is known [s]."""

    def add(
        self,
        movers: MoverColumns,
        *,
        origin_node: ArrayLike,
        tree: ArrayLike = 0,
        depart_time: ArrayLike = np.inf,
    ) -> NDArray[np.int64]:
        """Add movers and return their rows; `depart_time` inf: not sent yet (see `send`)."""
        raise NotImplementedError

    def send(
        self, movers: ArrayLike, *, origin_node: ArrayLike, tree: ArrayLike, depart_time: ArrayLike
    ) -> None:
        """Send movers that are off the road on a (next) leg; none may depart before `now`."""
        raise NotImplementedError

    def advance(self, until: float) -> Notice | None:
        """Move everything up to and including time `until` [s], or to the first notice of a watched mover.

        Return that notice (then `now` is its time), or None when `until` is reached. Where the
        time is cut into calls changes nothing.
        """
        raise NotImplementedError

    def change_links(
        self, links: ArrayLike, speed_factors: Mapping[int, ArrayLike], *, now: float
    ) -> None:
        """Change the speed factors [0 to 1, 0 = closed] of links for some modes, at time `now`.

        `speed_factors` maps a mode to one factor per link (or one for all); other modes keep theirs.
        """
        raise NotImplementedError

    def set_tree(self, tree: int, next_link: NDArray[np.int32]) -> None:
        """Replace the way to one destination from now on; `next_link` has shape (n_nodes,)."""
        raise NotImplementedError

    def redirect(self, movers: ArrayLike, *, tree: ArrayLike) -> None:
        """Give movers that are under way (or waiting or scheduled) another destination, from now on."""
        raise NotImplementedError

    def remove(self, movers: ArrayLike) -> None:
        """Take movers out wherever they are, now; nobody's place in a queue changes."""
        raise NotImplementedError

    def drain_records(self) -> NDArray[np.void]:
        """Return the records since the last call, in order of time, as a structured array.

        Fields: time [s] f8, mover i4, place i4, kind u1 (a `NoticeKind`).
        """
        raise NotImplementedError

    def where(self, movers: ArrayLike) -> Whereabouts:
        """Return where each of `movers` is."""
        raise NotImplementedError

    def count(self, state: MoverState) -> int:
        """Return how many movers are in `state`."""
        raise NotImplementedError

    def people(self, state: MoverState) -> int:
        """Return how many people the movers in `state` carry."""
        raise NotImplementedError

    def entries(self) -> NDArray[np.int32]:
        """Return the movers that entered each link in each time bin, shape (n_links, n_bins)."""
        raise NotImplementedError

    def people_entries(self) -> NDArray[np.int32]:
        """Return the people who entered each link in each time bin, shape (n_links, n_bins)."""
        raise NotImplementedError

    def on_links(self) -> NDArray[np.int32]:
        """Return the movers on each link now, shape (n_links,)."""
        raise NotImplementedError

    def find_gridlock(self) -> list[list[int]]:
        """Return the rings of links whose first movers wait for each other for ever, downstream order."""
        raise NotImplementedError
