"""The book of households: where each stands now, since when, and what brought it there."""

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from evacsim.engine.log import NOWHERE, ROOT, EventLog, Kind, Where
from evacsim.terms import HouseholdState
from evacsim.world.people import Households

STAGES = (
    "acknowledged",
    "told",
    "believed",
    "family",
    "ready",
    "departed",
    "at_pickup",
    "boarded",
    "arrived",
    "settled",
    "counted",
    "food",
    "drinking",
    "bed",
    "relieved",
    "returned",
    "water",
)
"""Moments of a household's way that the ledger keeps."""


class HouseholdBook:
    """State of every household; each change is one event of the log.

    People are conserved by construction: a household is in one state, states have no other
    owners, and `count` adds them up.
    """

    def __init__(self, households: Households, log: EventLog) -> None:
        n = households.n
        self.households = households
        self.log = log
        self.state = np.full(n, HouseholdState.AT_HOME, dtype=np.int8)
        self.since = np.zeros(n)
        self.place_kind = np.full(n, Kind.ZONE, dtype=np.int8)
        self.place = households.zone.astype(np.int32)
        self.event = np.zeros(n, dtype=np.int64)
        self.resting_state = self.state.copy()
        """State to go back to when the water lets go."""
        self.held_by_water = np.zeros(n, dtype=bool)
        """Whether the water at its place (home, pick-up point, shelter) keeps it from leaving."""
        self.has_place = np.zeros(n, dtype=bool)
        """Whether it owns places in the shelter where it is."""
        self.vehicle = np.full(n, NO_VEHICLE, dtype=np.int32)
        self.times = {stage: np.full(n, np.nan) for stage in STAGES}
        self.at_state: dict[HouseholdState, list[Callable[[int], None]]] = {}
        """What is to be done when a household (row) has come into a state."""
        self._changes: list[tuple[float, int, int, int]] = []

    def become(
        self,
        household: int,
        state: HouseholdState,
        kind: str,
        time: float,
        *,
        place: Where = NOWHERE,
        cause: int = ROOT,
        value: float | None = None,
    ) -> int:
        """Put a household into a state by an event and return the event's number.

        The event's value is the household's people unless another is given.
        """
        people = int(self.households.people[household])
        number = self.log.record(
            time,
            kind,
            Where(Kind.HOUSEHOLD, household),
            place=place,
            value=people if value is None else value,
            cause=cause,
        )
        old = int(self.state[household])
        if old != state:
            self._changes.append((time, old, int(state), people))
            self.state[household] = state
            self.since[household] = time
        if place.kind != Kind.NOTHING:
            self.place_kind[household] = place.kind
            self.place[household] = place.row
        self.event[household] = number
        if old != state:
            for hook in self.at_state.get(state, ()):
                hook(household)
        return number

    def note(
        self, household: int, kind: str, time: float, *, place: Where = NOWHERE, cause: int = ROOT
    ) -> int:
        """Record an event of a household that leaves its state as it is; return its number."""
        state = HouseholdState(self.state_of(household))
        return self.become(household, state, kind, time, place=place, cause=cause)

    # A plain number is compared with a member of an enum in a twentieth of the time that an entry of an array takes.
    def state_of(self, household: int) -> int:
        """Return the state in which a household is, a `HouseholdState`."""
        return int(self.state[household])

    def kind_of_place(self, household: int) -> int:
        """Return of which `Kind` the place is where a household is."""
        return int(self.place_kind[household])

    def go_away(self, households: NDArray[np.int64], time: float) -> None:
        """Put households that are at home out of the district; no event of the model makes them go."""
        self._move(households, HouseholdState.AWAY, time)

    def come_home(self, households: NDArray[np.int64], time: float) -> None:
        """Put households that are away back home."""
        self._move(households, HouseholdState.AT_HOME, time)

    def _move(self, households: NDArray[np.int64], state: HouseholdState, time: float) -> None:
        for old in np.unique(self.state[households]).tolist():
            people = int(self.households.people[households[self.state[households] == old]].sum())
            self._changes.append((time, old, int(state), people))
        self.state[households] = self.resting_state[households] = state
        self.since[households] = time

    def mark(self, stage: str, household: int, time: float) -> None:
        """Keep the moment of a stage."""
        self.times[stage][household] = time

    def board(self, household: int, vehicle: int, time: float) -> None:
        """Keep that a household boards a vehicle (row); the moment counts on its first way to a shelter."""
        self.vehicle[household] = vehicle
        if np.isnan(self.times["boarded"][household]) and np.isnan(self.times["arrived"][household]):
            self.mark("boarded", household, time)

    def count(self, states: Iterable[HouseholdState] = tuple(HouseholdState)) -> int:
        """Return how many people are in any of `states` now."""
        chosen = np.isin(self.state, np.array([int(state) for state in states], dtype=np.int8))
        return int(self.households.people[chosen].sum())

    def changes(self) -> list[tuple[float, int, int, int]]:
        """Return every change of state: time [s], old state, new state, people."""
        return self._changes


NO_VEHICLE = -1
"""Row in `HouseholdBook.vehicle` of a household that has not boarded."""
