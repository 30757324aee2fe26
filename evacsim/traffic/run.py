"""What happened to everybody, and everything that can be asked of it afterwards."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evacsim.engine.movement import MoverState
from evacsim.errors import EvacsimError, Issue
from evacsim.language import Text
from evacsim.traffic.case import Floats, Gridlock, TrafficCase
from evacsim.traffic.curves import Count, Curve, End, curve_at_end, curve_inside
from evacsim.traffic.fields import Quantity, field_table
from evacsim.traffic.passages import Passages
from evacsim.traffic.rules import POSITIVE
from evacsim.traffic.summary import summary
from evacsim.traffic.trajectories import time_space

STATUS = {
    MoverState.IDLE: "scheduled",
    MoverState.SCHEDULED: "scheduled",
    MoverState.WAITING: "waiting",
    MoverState.MOVING: "under_way",
    MoverState.STOPPED: "stopped",
    MoverState.ARRIVED: "arrived",
    MoverState.CUT_OFF: "cut_off",
    MoverState.REMOVED: "removed",
}
"""How a trip ended: not yet due; due and not yet on its first link; on a link; on a link closed to
it; at its destination; at a node from which it may go no further."""


class Ring(NamedTuple):
    """A gridlock: links whose first vehicles waited for each other."""

    time: float
    """When it closed [s]; nan: not seen."""
    links: tuple[int, ...]
    """Rows of the links in the direction of travel."""
    ended: float
    """When it was resolved [s]; nan: never."""
    resolved_by: str
    """The policy that resolved it, "changes" of roads under way, or "nothing"."""


@dataclass(frozen=True, repr=False)
class TrafficRun:
    """One run of a case of traffic: when each trip entered and arrived, and all that follows from it."""

    case: TrafficCase
    gridlock: Gridlock
    patience: float
    """[s]"""
    until: float
    """When the run was to stop [s]; inf: when nothing more could happen."""
    end: float
    """When it ended [s]."""
    enter: Floats
    """When each trip entered its first link [s]; nan: never."""
    arrive: Floats
    """When it arrived [s]; nan: never."""
    state: NDArray[np.uint8]
    """A `MoverState` each."""
    link_passages: int
    """Entries to links, all trips together."""
    rings: tuple[Ring, ...]
    passages: Passages | None
    """When each trip was on each link; None where they were not recorded."""
    compile_s: float = 0.0
    """What compiling the kernels took, once after installation [s]."""
    run_s: float = 0.0
    """What running took [s]."""

    def __repr__(self) -> str:
        told = self.summary
        clearance = told["clearance_s"]
        cleared = "nobody arrived" if clearance is None else f"the last at {clearance:,.1f} s"
        return f"<TrafficRun {self.case.source}: {told['arrived']:,} of {told['trips']:,} arrived, {cleared}>"

    @cached_property
    def trips(self) -> pd.DataFrame:
        """One row for each trip, in the order of ids: trip_id, depart_s, enter_s, arrive_s, status."""
        return pd.DataFrame(
            {
                "trip_id": self.case.trips.ids.column,
                "depart_s": self.case.trips.depart,
                "enter_s": self.enter,
                "arrive_s": self.arrive,
                "status": self.status,
            }
        )

    @cached_property
    def status(self) -> NDArray[np.object_]:
        """How each trip ended, as a word of `STATUS`."""
        words = np.full(max(STATUS) + 1, "", dtype=object)
        for state, word in STATUS.items():
            words[state] = word
        return np.asarray(words[self.state])

    @cached_property
    def summary(self) -> dict[str, Any]:
        """The run in figures, as `summary.json` holds them."""
        return summary(self)

    def passage_table(self) -> pd.DataFrame:
        """Return one row for each stay on a link: trip_id, link_id, enter_s, exit_s.

        Raises
        ------
        EvacsimError
            If passages were not recorded.
        """
        passages = self.recorded("passages")
        return pd.DataFrame(
            {
                "trip_id": self.case.trips.ids.column[passages.trip],
                "link_id": self.case.links.ids.column[passages.link],
                "enter_s": passages.enter,
                "exit_s": passages.exit,
            }
        )

    def cumulative(
        self,
        link_id: str | int,
        *,
        at: End | float = "exit",
        count: Count = "trips",
    ) -> Curve:
        """Return N(x, t): how many have passed a place on a link until t.

        Parameters
        ----------
        link_id : str or int
            The link.
        at : "entrance", "exit" or float
            One of its ends, or the distance from its entrance [m]. Between the ends the curve
            follows from those at the ends by the kinematic wave, N(x, t) = min(N_up(t - x/u),
            N_down(t - (L-x)/w) + k (L-x)) (Newell 1993, Transportation Research B 27: 281-313,
            recalled); it is counted in passenger-car units.
        count : {"trips", "pcu", "people"}
            What to count at an end.

        Raises
        ------
        EvacsimError
            If passages were not recorded, there is no such link, the place is not on it, there is
            no such count, or, for a place between the ends, the link changes under way.
        """
        self._refuse_other("count", count, get_args(Count))
        row = self.case.link_row(link_id)
        passages = self.recorded("cumulative curves")
        if isinstance(at, str):
            self._refuse_other("at", at, get_args(End))
            return curve_at_end(self.case, passages, row, at=at, count=count)
        if not 0 <= at <= self.case.links.length[row]:
            rule = Text("is not on the link", "不在该路段上")
            longest = f"{self.case.links.length[row]:g}"
            remedy = Text(f"name a distance from 0 to {longest} m", f"请写 0 到 {longest} 米之间的距离")
            raise self._refused(rule, remedy, "at", f"{at:g}")
        if row in self.case.events.link:
            rule = Text("changes under way, so the wave has no single speed", "途中有变化，波速不唯一")
            remedy = Text("ask at its entrance or exit", "请查询其入口或出口")
            raise self._refused(rule, remedy, "link", str(link_id))
        return curve_inside(self.case, passages, row, at=float(at))

    def field(
        self,
        quantity: Quantity,
        *,
        bin: float = 60.0,  # noqa: A002
        along: str | int | None = None,
        cell: float | None = None,
        count: Count = "trips",
    ) -> pd.DataFrame:
        """Return density, flow or speed over space and time, by the definitions of Edie.

        Of all that vehicles do in a cell of length dx during dt: flow = distance covered / (dx dt),
        density = time spent / (dx dt), speed = distance / time (Edie 1963, recalled).

        Parameters
        ----------
        quantity : {"density", "flow", "speed"}
            [1/m], [1/s] or [m/s]; speed is nan where nobody was.
        bin : float
            Length of the time bins [s].
        along : str or int, optional
            A route: its links in the order of travel; all links by default.
        cell : float, optional
            Longest cell [m]; a whole link is one cell by default.
        count : {"trips", "pcu", "people"}
            What to count.

        Returns
        -------
        DataFrame
            One row for each cell (index: link_id, from_m, to_m; along a route its distances), one
            column for each bin, named by its beginning [s].

        Raises
        ------
        EvacsimError
            If passages were not recorded, there is no such quantity, route or count, or a bin or
            cell has no length.
        """
        self._refuse_other("quantity", quantity, get_args(Quantity))
        self._refuse_other("count", count, get_args(Count))
        for name, length in (("bin", bin), ("cell", cell)):
            if length is not None and not 0 < length < np.inf:
                rule = Text("must be above 0, and finite", "必须大于 0，且为有限的数")
                raise self._refused(rule, POSITIVE.remedy, name, f"{length:g}")
        return field_table(
            self.case,
            self.recorded("fields"),
            quantity,
            end=self.end,
            bin_length=bin,
            links=None if along is None else self.case.route_links(along),
            cell=cell,
            count=count,
        )

    def time_space(self, along: str | int, *, points: int = 4) -> pd.DataFrame:
        """Return the paths of all trips on the links of a route, for a diagram of time and space.

        One row for each point: trip_id, link_id, time_s, distance_m (from the start of the route);
        `points` on each link beyond its entrance. Between the ends of a link they follow the
        kinematic wave: at free speed up to the queue, then with the queue.
        """
        if points < 1:
            rule = Text("must be 1 or more", "不能小于 1")
            raise self._refused(rule, Text("write 4", "写 4"), "points", str(points))
        return time_space(
            self.case, self.recorded("paths"), self.case.route_links(along), end=self.end, points=points
        )

    def recorded(self, wanted_for: str) -> Passages:
        """Return the passages, without which `wanted_for` cannot be had.

        Raises
        ------
        EvacsimError
            If they were not recorded.
        """
        if self.passages is None:
            rule = Text(
                "need the passages of links, which were not recorded", "需要路段通过记录，但本次未记录"
            )
            remedy = Text("run with record_passages=True", "以 record_passages=True 运行")
            raise self._refused(rule, remedy, wanted_for, None)
        return self.passages

    def save(self, folder: str | Path, *, if_exists: Literal["error", "replace"] = "error") -> Path:
        """Write `trips_out.csv` and `summary.json` into a folder and return it.

        Raises
        ------
        ResultsError
            If the folder exists and may not be replaced, or cannot be written.
        """
        from evacsim.traffic.writing import write_run

        return write_run(self, Path(folder), if_exists=if_exists)

    def _refuse_other(self, place: str, value: str, known: tuple[str, ...]) -> None:
        """Raise where a word is none that is known here: taken for another, it would give a wrong number."""
        if value not in known:
            rule = Text("is no word that is known here", "不是此处可用的词")
            remedy = Text(f"write one of {', '.join(known)}", f"请写 {'、'.join(known)} 之一")
            raise self._refused(rule, remedy, place, str(value))

    def _refused(self, rule: Text, remedy: Text, place: str, value: str | None) -> EvacsimError:
        source = self.case.source
        return EvacsimError(source, [Issue(source, rule, remedy, place, value=value)])
