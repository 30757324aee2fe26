"""The vehicles of all fleets: which there are, and what is drawn for each of them."""

from collections import deque
from dataclasses import dataclass, field

import numpy as np

from evacsim.engine.log import NOWHERE, ROOT, Kind, Where
from evacsim.engine.movement import MoverColumns
from evacsim.engine.parts import Parts
from evacsim.engine.rounds import PlannedRound
from evacsim.engine.routing import MoverClass
from evacsim.scenario.transport import Fleet
from evacsim.world.laws import quantiles

TRAILER_SPEED = 40 / 3.6
"""Highest speed of a truck with a boat on its trailer [m/s] (assumed)."""


@dataclass(frozen=True, slots=True)
class Round:
    """One drive with passengers from a pick-up point to a shelter, as it happened; times in seconds."""

    vehicle: int
    number: int
    pickup: int
    shelter: int
    people: int
    at_pickup: float
    left_pickup: float
    at_shelter: float


@dataclass(slots=True)
class Vehicle:
    """A bus or convoy, a truck, a boat, and where it stands."""

    row: int
    id: str
    fleet: int
    mover: int
    node: int
    came: bool
    """Whether it comes when it is called up."""
    call_up: float
    """From the order to the departure from the depot [s]."""
    aboard: list[int] = field(default_factory=list)
    event: int = ROOT
    departed: float = np.nan
    done: float = np.nan
    people: int = 0
    rounds: int = 0
    planned: deque[PlannedRound] = field(default_factory=deque)
    covered: float = 0.0
    """Way since it was last refuelled [m]."""
    loaded_at: Where = NOWHERE
    """The pick-up point, or the shelter that is given up, from which its passengers are."""
    until_breakdown: float = np.inf
    """Time on the road until it breaks down the next time [s]."""
    breakdowns: int = 0
    by_road: bool = False
    """Whether it is a boat on its trailer."""
    promised_to: tuple[str, ...] = ()
    """Towns it is promised to, the one that comes first in the plan first; nobody where empty."""

    @property
    def where(self) -> Where:
        """Return the vehicle as the subject or place of an event."""
        return Where(Kind.VEHICLE, self.row)


def mover_columns(fleet: Fleet, n: int, parts: Parts, *, by_road: bool = False) -> MoverColumns:
    """Return n vehicles of a fleet as the movement wants them; a boat takes the room of a walker on a footway.

    `by_road` stands for boats on their trailers, which go as buses do.
    """
    is_boat = fleet.kind == "boat" and not by_road
    mover_class = MoverClass.BUS
    if fleet.kind == "high_clearance":
        mover_class = parts.waders.of(fleet)
    elif is_boat:
        mover_class = parts.boats.of(fleet)
    return MoverColumns(
        mode=np.full(n, int(mover_class)),
        speed=TRAILER_SPEED if by_road else fleet.speed,
        size=1.0 if is_boat else fleet.size,
        people=0,
        watched=True,
    )


def muster(parts: Parts) -> list[Vehicle]:
    """Make a mover of every vehicle; who comes, and how soon, is drawn for each by name."""
    vehicles: list[Vehicle] = []
    places = parts.world.fleets
    for row, fleet in enumerate(places.models):
        node = int((places.walk_node if fleet.kind == "boat" else places.drive_node)[row])
        luck = parts.streams.get("availability", fleet.id).random(fleet.vehicles)
        call_up = quantiles(fleet.call_up, parts.streams.get("call_up", fleet.id).random(fleet.vehicles))
        movers = parts.movement.add(mover_columns(fleet, fleet.vehicles, parts), origin_node=node)
        vehicles += [
            Vehicle(
                row=len(vehicles) + k,
                id=f"{fleet.id}-{k + 1}",
                fleet=row,
                mover=int(mover),
                node=node,
                came=bool(luck[k] < fleet.availability),
                call_up=float(call_up[k]),
            )
            for k, mover in enumerate(movers)
        ]
    return vehicles
