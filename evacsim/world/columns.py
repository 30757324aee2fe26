"""The columns of a world: what a run reads and never changes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from evacsim.errors import Issue
from evacsim.hazard.water import Water
from evacsim.network.columns import RoadColumns
from evacsim.network.repairs import RepairReport
from evacsim.scenario.district import Fleet, PickupPoint, Place, Shelter, Zone
from evacsim.scenario.model import Scenario
from evacsim.scenario.plan import ZoneTransfer

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Ways:
    """What the movement kernel calls links: each road once for vehicles, and once each way for walkers."""

    link: Ints
    """Row of the road link."""
    is_footway: Bools
    """Whether it is for walkers; else for vehicles."""
    open_to_cars: Bools
    open_to_buses: Bools
    from_node: Ints
    to_node: Ints
    length: Floats
    """Length [m]."""
    free_speed: Floats
    """Free speed of vehicles [m/s]; infinite on footways, where each walker has his own."""
    capacity: Floats
    """Flow capacity [pcu/s], or [person/s] on footways."""
    jam_density: Floats
    """Jam density [pcu/m], or [person/m] on footways."""
    storage: Floats
    """What the way holds when jammed [pcu], or [person] on footways."""

    @property
    def n(self) -> int:
        """Number of ways."""
        return len(self.link)


P = TypeVar("P", bound=Place)


@dataclass(frozen=True, slots=True)
class Places(Generic[P]):
    """Places of one kind, in the order of their ids."""

    models: Sequence[P]
    """What the scenario says of each."""
    x: Floats
    """Easting [m]; nan in an abstract network."""
    y: Floats
    """Northing [m]; nan in an abstract network."""
    walk_node: Ints
    """Nearest node with a footway."""
    drive_node: Ints
    """Nearest node with a way for vehicles."""
    depth_row: Ints
    """Row of its water depth among the places of the water."""

    @property
    def n(self) -> int:
        """Number of places."""
        return len(self.models)

    @property
    def ids(self) -> list[str]:
        """The user's ids, ascending."""
        return [place.id for place in self.models]


@dataclass(frozen=True, slots=True)
class Homes:
    """Where households live: one row for each zone, or for each node that a wide zone is spread over."""

    zone: Ints
    walk_node: Ints
    drive_node: Ints
    depth_row: Ints
    """Row of its water depth among the places of the water."""
    access: Floats
    """Way on foot from the home to its node, through no street of the network [m]."""
    first: Ints
    """First home of each zone, and the number of homes at the end; shape (n_zones + 1,)."""


@dataclass(frozen=True, slots=True)
class StageSeries:
    """A gauge's stage over time, straight between the readings."""

    id: str
    times: Floats
    stages: Floats
    datum: str

    def first_reaching(self, stage: float) -> float:
        """Return when the stage first stands at `stage` or above [s]; infinity if never."""
        above = np.flatnonzero(self.stages >= stage)
        if not above.size:
            return np.inf
        k = int(above[0])
        if k == 0:
            return float(self.times[0])
        return float(np.interp(stage, self.stages[k - 1 : k + 1], self.times[k - 1 : k + 1]))


@dataclass(frozen=True, slots=True)
class World:
    """A scenario as numbers, people not yet drawn; runs with many seeds share it."""

    scenario: Scenario
    roads: RoadColumns
    ways: Ways
    zones: Places[Zone]
    pickup_points: Places[PickupPoint]
    shelters: Places[Shelter]
    fleets: Places[Fleet]
    homes: Homes
    water: Water
    gauges: dict[str, StageSeries]
    transfers: Sequence[ZoneTransfer | None]
    """The plan's row for each zone; None where the plan leaves it in peace."""
    repairs: RepairReport
    warnings: Sequence[Issue]
    digests: dict[str, str]
    """SHA-256 of every input file, by the name the user gave it."""
