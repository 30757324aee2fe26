"""The parts of a running engine that every process works with."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from evacsim.engine.clock import Clock
from evacsim.engine.households import HouseholdBook
from evacsim.engine.log import EventLog
from evacsim.engine.movement import Movement
from evacsim.engine.routing import Routing
from evacsim.engine.travelers import Travelers
from evacsim.hazard.effects import SpeedFactors
from evacsim.streams import Streams
from evacsim.world.columns import World
from evacsim.world.people import Households


class Mode(IntEnum):
    """How the plan moves a household."""

    NONE = 0
    BUS = 1
    CAR = 2
    WALK = 3

    @property
    def id(self) -> str:
        """Return the identifier used in files; empty where nobody is to be moved."""
        return "" if self is Mode.NONE else self.name.lower()


@dataclass(slots=True)
class Parts:
    """What the processes of one run share."""

    world: World
    households: Households
    streams: Streams
    clock: Clock
    movement: Movement
    routing: Routing
    travelers: Travelers
    book: HouseholdBook
    log: EventLog
    mode: NDArray[np.int8]
    """Planned mode of each household."""
    road_depth: NDArray[np.float64]
    """Depth of water on each road now [m]; `engine.water` writes it."""
    speed_factors: SpeedFactors
    """What water does to speeds."""
    mover: NDArray[np.int64]
    """Row in the movement that carries each household now: its own feet, or its car."""
    car: dict[int, int]
    """Row in the movement of the car of each household that is to drive."""
    after_reopening: list[Callable[[], None]] = field(default_factory=list)
    """What is to be tried again whenever roads have changed, in the order in which it was given."""

    @property
    def now(self) -> float:
        """The time [s]."""
        return float(self.clock.now)
