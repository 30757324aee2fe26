"""When each trip was on each link, from the records of the movement."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evacsim.engine.movement import NoticeKind

THROUGH = (NoticeKind.ENTERED, NoticeKind.ARRIVED, NoticeKind.CUT_OFF)
"""Records that take a trip off a link at its end."""


class Passages(NamedTuple):
    """Stays of trips on links (通过), in the order of trips and of time."""

    trip: NDArray[np.int32]
    """Row of the trip."""
    link: NDArray[np.int32]
    """Row of the link."""
    enter: NDArray[np.float64]
    """[s]"""
    exit: NDArray[np.float64]
    """[s]; nan: still on the link when the run ended."""
    is_through: NDArray[np.bool_]
    """Left the link at its end; False: still there, or went back to where the link begins."""

    def of(self, rows: NDArray[np.int64]) -> "Passages":
        """Return some of the passages."""
        return Passages(
            self.trip[rows], self.link[rows], self.enter[rows], self.exit[rows], self.is_through[rows]
        )


def passages_of(records: NDArray[np.void]) -> Passages:
    """Return the passages that records tell of.

    Parameters
    ----------
    records : structured array
        What `Movement.drain_records` gave, in the order of time, with each entry recorded.
    """
    tells = np.isin(records["kind"], (*THROUGH, NoticeKind.TURNED_BACK))
    records = records[tells]
    records = records[np.argsort(records["mover"], kind="stable")]
    begins = np.flatnonzero(records["kind"] == NoticeKind.ENTERED)
    after = np.minimum(begins + 1, len(records) - 1)
    is_left = (after > begins) & (records["mover"][after] == records["mover"][begins])
    return Passages(
        trip=records["mover"][begins].copy(),
        link=records["place"][begins].copy(),
        enter=records["time"][begins].copy(),
        exit=np.where(is_left, records["time"][after], np.nan),
        is_through=is_left & np.isin(records["kind"][after], THROUGH),
    )
