"""The columns of a world: what a run reads and never changes."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Generic, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from evacsim.errors import Issue
from evacsim.hazard.water import Water
from evacsim.network.columns import RoadColumns
from evacsim.network.repairs import RepairReport
from evacsim.scenario.command import Office
from evacsim.scenario.district import PickupPoint, Shelter, Store, Zone
from evacsim.scenario.dykes import Dyke
from evacsim.scenario.forces import Force
from evacsim.scenario.model import Scenario
from evacsim.scenario.networks import Site
from evacsim.scenario.places import Place
from evacsim.scenario.plan import RoadOrder, ZoneTransfer
from evacsim.scenario.transport import Fleet, Refuge
from evacsim.world.flying_weather import Skies
from evacsim.world.offices import Offices

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


class Crowding(IntEnum):
    """How density slows walkers down on a footway."""

    NONE = 0
    """Not at all: flow and room alone hold them."""
    WEIDMANN = 1
    LINEAR = 2
    """v = 1.2 - 0.25 rho, and against a counterflow 1.25 - 0.476 rho."""


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
    width: Floats
    """Width on which people walk [m]; infinite on roads."""
    twin: Ints
    """Row of the way in the opposite direction on the same footway; -1 on roads, and where there is none."""
    crowd: NDArray[np.int64]
    """How density slows walkers down (`Crowding`); none on roads."""
    priority: Floats
    """Weight where ways merge: the capacity."""
    capacity_drop: Floats
    """Share of its flow that the way loses at its entrance while vehicles queue for it, in [0, 1)."""
    walk_factor: Floats
    """What the slope makes of the speed of walkers; 1 on the level, and on roads."""

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
class Forecasts:
    """Forecasts of a gauge: one row for each stage that was forecast, in the order of issue."""

    issued: Floats
    """When it was issued [s]."""
    valid: Floats
    """The moment it is about [s]."""
    stage: Floats
    """The stage [m above the gauge's datum]."""


@dataclass(frozen=True, slots=True)
class Signals:
    """Signals at the ends of ways for vehicles; one row each, by the id of the link."""

    way: Ints
    """Row of the way."""
    cycle: Floats
    """Time from one beginning of green to the next [s]."""
    start: Floats
    """First beginning of green [s]."""
    green: Floats
    """How long it is green in each cycle [s]."""


@dataclass(frozen=True, slots=True)
class RoadChange:
    """An order to the roads of the plan, at the moment when it is given."""

    order: RoadOrder
    time: float
    """Moment of the order [s]; orders that no moment and no stage triggers are left out."""
    ways: Ints
    """Rows of the ways for vehicles that it names."""
    opposite: Ints
    """For each of them the way that gains its lanes, or gives them back; -1 where no lanes change hands."""
    capacity: Floats
    """What each of `ways` carries from then on [pcu/s]: 0 where closed or reversed."""
    opposite_capacity: Floats
    """What each of `opposite` carries then [pcu/s]: after `clear_time` where it gains lanes, at once where it gives
    them back; no meaning where it is -1."""
    opposite_storage: Floats
    """What each of `opposite` then holds when jammed [pcu]; no meaning where it is -1."""


class CutWays(NamedTuple):
    """Ways for vehicles that are cut for a time (断路)."""

    begins: float
    """Moment from which they are cut [s]."""
    ends: float
    """Moment at which they are passable again by themselves [s]; infinite where they are not."""
    ways: Ints
    """Rows of the ways."""
    work: float = np.nan
    """Work to clear them [person-s]; nan where nobody can."""
    bridge: float = np.nan
    """Work to lay a bridge there [person-s]; nan where nobody can."""
    bears_buses: bool = True
    """Whether buses and trucks may pass over that bridge."""


class OrdinaryTrips(NamedTuple):
    """Cars that drive from one node to another, beside the transfer; in the order of these columns."""

    begins: float
    """First departure [s]."""
    ends: float
    """Last departure [s]."""
    from_node: int
    to_node: int
    vehicles: int


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
    sites: Places[Site]
    """Sites of power and communication."""
    dykes: Places[Dyke]
    """Where dykes are held."""
    refuges: Places[Refuge]
    """Refuges nearby."""
    forces: Places[Force]
    """Teams, where they stand from the start."""
    stores: Places[Store]
    """Stores of supplies."""
    office_places: Places[Office]
    """Where the offices of the tree stand, by id; none where no tree is described."""
    offices: Offices
    """The tree of offices; where none is described, each office that decides is one of its own."""
    homes: Homes
    water: Water
    gauges: dict[str, StageSeries]
    forecasts: dict[str, Forecasts]
    """Forecasts by the id of the gauge."""
    node_capacity: Floats
    """Vehicles that pass each node, over all its ways [pcu/s]; infinite where nothing limits them."""
    signals: Signals
    orders: Sequence[RoadChange]
    """Orders to the roads in the order of time; of two at one moment the one that stands later in the plan later."""
    road_cuts: Sequence[CutWays]
    """Roads that are cut whatever the water does, in the order of the scenario."""
    skies: Skies
    """Weather that keeps helicopters on the ground."""
    ordinary_traffic: Sequence[OrdinaryTrips]
    """Traffic beside the transfer."""
    transfers: Sequence[ZoneTransfer | None]
    """The plan's row for each zone; None where the plan leaves it in peace."""
    repairs: RepairReport
    warnings: Sequence[Issue]
    digests: dict[str, str]
    """SHA-256 of every input file, by the name the user gave it."""

    def transfer(self, zone: int) -> ZoneTransfer:
        """Return the plan's row for a zone (row) that the plan moves."""
        row = self.transfers[zone]
        assert row is not None, "only zones of the plan are ordered to go"
        return row
