"""A case of traffic: a network, routes, trips and what changes under way, as rows and columns in SI units.

All tables are in the order of their ids. Capacity and jam density are totals over the lanes of a link.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evacsim.errors import EvacsimError, Issue
from evacsim.language import Text
from evacsim.traffic.ids import Ids, ids_of

if TYPE_CHECKING:
    from evacsim.traffic.run import TrafficRun

Gridlock = Literal["wait", "squeeze", "turn_back"]
"""What those do who wait for each other in a ring: wait for ever, squeeze in, or turn back."""
GRIDLOCK: tuple[Gridlock, ...] = ("wait", "squeeze", "turn_back")
PATIENCE = 600.0
"""How long a ring stands before the policy acts [s]; assumed."""
MODES = ("walk", "car", "bus", "other")
"""Names of the travel modes, by number."""

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]


def moves_as(mode: ArrayLike) -> Rows:
    """Return the modes as which movement knows travelers: what slows one on a road slows all, `other` as a bus."""
    return np.minimum(np.asarray(mode, dtype=np.int64), MODES.index("bus"))


class Nodes(NamedTuple):
    """Where links begin and end."""

    ids: Ids
    x: Floats
    """[m]"""
    y: Floats
    capacity: Floats
    """What can pass the node in all [pcu/s]; inf: no limit."""


class Links(NamedTuple):
    """Links, one direction each."""

    ids: Ids
    from_node: Rows
    to_node: Rows
    length: Floats
    """[m]"""
    free_speed: Floats
    """[m/s]"""
    lanes: Floats
    capacity: Floats
    """[pcu/s]"""
    jam_density: Floats
    """[pcu/m]"""
    priority: Floats | None
    """Weight where links merge; None: capacity."""
    capacity_drop: Floats | None
    """Share of its capacity that the entrance loses while vehicles queue for it; None: nothing."""

    @property
    def storage(self) -> Floats:
        """What each link holds when jammed [pcu]: whole units, at least one."""
        return storage(self.length, self.jam_density)

    @property
    def wave_speed(self) -> Floats:
        """Speed at which a gap travels upstream [m/s]: w = q / (k - q / u) of the triangular diagram."""
        return self.capacity / (self.jam_density - self.capacity / self.free_speed)


class Routes(NamedTuple):
    """Ways through the network; the links of route i are links[first[i]:first[i + 1]]."""

    ids: Ids
    first: Rows
    links: NDArray[np.int32]
    origin: Rows
    destination: Rows


class Trips(NamedTuple):
    """Those who travel."""

    ids: Ids
    depart: Floats
    """Planned departure [s]."""
    route: Rows
    size: Floats
    """Room taken on a link [pcu]."""
    mode: NDArray[np.uint8]
    """A place in `MODES`."""
    people: NDArray[np.int64]


class Events(NamedTuple):
    """Changes of links under way, in the order of time and link; nan: stays as it is."""

    time: Floats
    link: Rows
    capacity: Floats
    """[pcu/s]; 0: closed."""
    speed_factor: Floats
    """0 (closed) to 1."""
    jam_density: Floats
    """[pcu/m]"""


class Signals(NamedTuple):
    """Links whose end is open during part of a cycle only."""

    link: Rows
    cycle: Floats
    """[s]"""
    start: Floats
    """When green begins, counted from time 0 and once each cycle [s]."""
    green: Floats
    """How long it lasts [s]."""


@dataclass(frozen=True, repr=False)
class TrafficCase:
    """A case of traffic, read and checked; `run` it as often as you like."""

    source: str
    nodes: Nodes
    links: Links
    routes: Routes
    trips: Trips
    events: Events
    signals: Signals
    digests: Mapping[str, str] = field(default_factory=dict)
    """SHA-256 of each file."""
    read_s: float = 0.0
    """What reading and checking took [s]."""

    def __repr__(self) -> str:
        return (
            f"<TrafficCase {self.source}: {len(self.nodes.ids):,} nodes, {len(self.links.ids):,} links, "
            f"{len(self.routes.ids):,} routes, {len(self.trips.ids):,} trips>"
        )

    @property
    def is_changing(self) -> bool:
        """Whether links change under way or have signals."""
        return len(self.events.time) > 0 or len(self.signals.link) > 0

    def run(
        self,
        *,
        until: float = np.inf,
        gridlock: Gridlock = "wait",
        patience: float = PATIENCE,
        record_passages: bool = True,
    ) -> "TrafficRun":
        """Let everybody travel and return what happened.

        Parameters
        ----------
        until : float
            When to stop [s]; by default when nothing more can happen.
        gridlock : {"wait", "squeeze", "turn_back"}
            What those do who wait for each other in a ring of full links.
        patience : float
            How long a ring stands before that [s].
        record_passages : bool
            Keep when each trip passed each link: what curves, fields and exports are made of. It
            takes 24 bytes a passage; without, a run is somewhat quicker.

        Raises
        ------
        EvacsimError
            If a setting makes no sense.
        """
        from evacsim.traffic.running import run_case

        self._check_settings(until=until, gridlock=gridlock, patience=patience)
        return run_case(
            self, until=until, gridlock=gridlock, patience=patience, record_passages=record_passages
        )

    def _check_settings(self, *, until: float, gridlock: str, patience: float) -> None:
        issues = []
        for name, seconds in (("until", until), ("patience", patience)):
            if not seconds >= 0:
                rule, remedy = Text("must be 0 s or more", "不能小于 0 秒"), Text("write 600", "写 600")
                issues.append(Issue(self.source, rule, remedy, name, value=f"{seconds:g}"))
        if gridlock not in GRIDLOCK:
            rule = Text("is no way out of a gridlock", "不是处理死锁的方式")
            remedy = Text(f"write one of {', '.join(GRIDLOCK)}", f"请写 {'、'.join(GRIDLOCK)} 之一")
            issues.append(Issue(self.source, rule, remedy, "gridlock", value=gridlock))
        if issues:
            raise EvacsimError(self.source, issues)

    def free_flow_times(self) -> Floats:
        """Return what each trip takes where it is alone [s], shape (n_trips,)."""
        links = self.routes.links
        times = (self.links.length / self.links.free_speed)[links]
        sums = np.concatenate([[0.0], np.cumsum(times)])
        by_route = sums[self.routes.first[1:]] - sums[self.routes.first[:-1]]
        return np.asarray(by_route[self.trips.route])

    def route_links(self, route_id: str | int) -> NDArray[np.int32]:
        """Return the rows of the links of a route, in the order of travel."""
        row = row_of(self.routes.ids, route_id, "route", self.source)
        return self.routes.links[self.routes.first[row] : self.routes.first[row + 1]]

    def link_row(self, link_id: str | int) -> int:
        """Return the row of a link."""
        return row_of(self.links.ids, link_id, "link", self.source)


def storage(length: Floats, jam_density: Floats) -> Floats:
    """Return what links hold when jammed [pcu]: whole units, at least one.

    >>> storage(np.array([500.0, 3.0]), np.array([0.2, 0.2]))
    array([100.,   1.])
    """
    # Ten metres at a tenth of a vehicle each hold one, in spite of rounding.
    return np.maximum(1.0, np.floor(length * jam_density + 1e-9))


def row_of(ids: Ids, wanted: str | int, thing: Literal["link", "route"], source: str) -> int:
    """Return the row of one id.

    Raises
    ------
    EvacsimError
        If there is no such thing.
    """
    row = int(ids.rows_of(ids_of([str(wanted)]))[0])
    if row < 0:
        chinese = {"link": "路段", "route": "路线"}[thing]
        rule = Text(f"is no {thing} of this case", f"不是本算例中的{chinese}")
        some = ", ".join(ids.taken(np.arange(min(5, len(ids)))).texts)
        remedy = Text(f"name one of them, such as {some}", f"请写其中之一，如 {some}")
        raise EvacsimError(source, [Issue(source, rule, remedy, thing, value=str(wanted))])
    return row
