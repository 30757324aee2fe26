"""The parts of a running engine that every process works with."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from evacsim.clock import Calendar
from evacsim.engine.boat_classes import BoatClasses
from evacsim.engine.clock import Clock
from evacsim.engine.destinations import Destinations
from evacsim.engine.households import HouseholdBook
from evacsim.engine.log import ROOT, EventLog, Where
from evacsim.engine.messages import Messages, Order
from evacsim.engine.movement import Movement
from evacsim.engine.networks import Networks
from evacsim.engine.routing import Routing
from evacsim.engine.travelers import Travelers
from evacsim.engine.wader_classes import WaderClasses
from evacsim.hazard.effects import SpeedFactors
from evacsim.hazard.water import Water as WaterGiven
from evacsim.streams import Streams
from evacsim.world.columns import World
from evacsim.world.people import Households
from evacsim.world.register import Register


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
    """What the processes of one run share.

    The lists of hooks are how a process learns what another one has done: whoever is concerned
    appends a function, whoever acts calls all of them in the order in which they were appended.
    """

    world: World
    households: Households
    streams: Streams
    register: Register
    """Who is on the lists."""
    calendar: Calendar
    """When it is night."""
    clock: Clock
    destinations: Destinations
    """Which shelter each household is to go to."""
    movement: Movement
    routing: Routing
    travelers: Travelers
    book: HouseholdBook
    log: EventLog
    messages: Messages
    """The messages of the run, to give each its number."""
    networks: Networks
    """What works where."""
    mode: NDArray[np.int8]
    """Planned mode of each household."""
    road_depth: NDArray[np.float64]
    """Depth of water on each road now [m]; `engine.water` writes it."""
    road_velocity: NDArray[np.float64]
    """How fast the water on each road is now, 0 where nobody says it [m/s]; `engine.water` writes it."""
    speed_factors: SpeedFactors
    """What water does to speeds."""
    boats: BoatClasses
    """Which boats go over the same roads."""
    waders: WaderClasses
    """Which trucks that wade go over the same roads."""
    mover: NDArray[np.int64]
    """Row in the movement that carries each household now: its own feet, or its car."""
    car: dict[int, int]
    """Row in the movement of the car of each household that is to drive, or leaves unasked by car."""
    water: WaterGiven
    """The water as it comes, with what works have done so far; `engine.dykes` writes it, everybody asks it."""
    water_changed: int = ROOT
    """Event of the last change of the water; `engine.water` writes it."""
    after_reopening: list[Callable[[], None]] = field(default_factory=list)
    """What is to be tried again whenever roads have changed."""
    at_water_foreseen: list[Callable[[], None]] = field(default_factory=list)
    """The water that is still to come has changed, because of works."""
    water_causes: list[Callable[[int], int]] = field(default_factory=list)
    """Asked for a frame of the water: the event by which it comes, the root where nobody brought it about."""
    at_water_changed: list[Callable[[], None]] = field(default_factory=list)
    """The water has changed."""
    at_order_received: list[Callable[[int, Order], None]] = field(default_factory=list)
    """An office (row) has received an order; `Order.causes` are the events by which."""
    at_level: list[Callable[[int, int, int], None]] = field(default_factory=list)
    """The response level of an office (row) is now so high (4 is Ⅳ, 1 is Ⅰ, 0 none), by an event."""
    at_power: list[Callable[[Where, bool, int], None]] = field(default_factory=list)
    """A place has power again, or has lost it, by an event."""
    at_shelter_flooded: list[Callable[[int, int], None]] = field(default_factory=list)
    """Water has entered a shelter (row), by an event."""
    at_shelter_called: list[Callable[[int, int], None]] = field(default_factory=list)
    """A shelter (row) is told to open, by an event."""
    at_ashore: list[Callable[[int, int, int], None]] = field(default_factory=list)
    """A household (row) is let ashore at a node, by an event."""
    at_post: list[Callable[[str, bool, int], None]] = field(default_factory=list)
    """A post (id) is to be manned, or no longer, by an event."""
    at_departed: list[Callable[[int, float], None]] = field(default_factory=list)
    """A household (row) has left home, now [s]."""
    at_settled: list[Callable[[int, int, float], None]] = field(default_factory=list)
    """A household (row) is registered and settled in a shelter (row), now [s]."""

    @property
    def now(self) -> float:
        """The time [s]."""
        return float(self.clock.now)

    def name_of(self, household: int) -> tuple[str, str]:
        """Return the name of a household (row): the id of its zone, its number there."""
        zone, number = self.households.zone[household], self.households.number[household]
        return self.world.zones.models[int(zone)].id, str(int(number))
