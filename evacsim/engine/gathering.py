"""Pick-up points: who waits there for a bus, and who is still expected."""

from collections.abc import Callable, Iterable, Mapping

import numpy as np
import pandas as pd
import simpy

from evacsim.engine.destinations import Assigned
from evacsim.engine.parts import Parts
from evacsim.engine.recorded import Recorded


class Gathering(Recorded):
    """The queues at all pick-up points, and the people that buses still have to reckon with."""

    def __init__(self, parts: Parts) -> None:
        n = parts.world.pickup_points.n
        self._places = parts.world.pickup_points
        self._people = parts.households.people
        self._clock = parts.clock
        self._destinations = parts.destinations
        self._queues: list[dict[int, None]] = [{} for _ in range(n)]
        """Households in the order in which they came."""
        self._expected_at: dict[int, int] = {}
        self._news = [simpy.Event(parts.clock) for _ in range(n)]
        self._demand = simpy.Event(parts.clock)
        self.waiting = np.zeros(n, dtype=np.int64)
        """People waiting now."""
        self.expected = np.zeros(n, dtype=np.int64)
        """People ordered there who have not come yet."""
        self.peak_waiting = np.zeros(n, dtype=np.int64)
        """Most people waiting at once."""
        self.boarded = np.zeros(n, dtype=np.int64)
        """People who have boarded."""
        self.at_change: list[Callable[[int], None]] = []
        """Those who wait or are expected at a pick-up point (row) have changed."""

    def news(self, pickup: int) -> simpy.Event:
        """Return the event of the next change at a pick-up point."""
        return self._news[pickup]

    def demand(self) -> simpy.Event:
        """Return the event of new people to be fetched at any pick-up point."""
        return self._demand

    def expect(self, households: Iterable[int], pickup: int) -> None:
        """Reckon with households that will come to a pick-up point."""
        for household in households:
            if household not in self._expected_at:
                self._expected_at[household] = pickup
                self.expected[pickup] += self._people[household]
        self._note_change(pickup)
        self._tell(pickup)
        self.tell_all()

    def expect_no_more(self, household: int) -> None:
        """Stop reckoning with a household that will not come."""
        pickup = self._expected_at.pop(household, None)
        if pickup is not None:
            self.expected[pickup] -= self._people[household]
            self._note_change(pickup)
            self._tell(pickup)

    def join(self, household: int, pickup: int) -> None:
        """Put a household at the end of a queue."""
        was_expected = self._expected_at.get(household) == pickup
        self.expect_no_more(household)
        self._queues[pickup][household] = None
        self.waiting[pickup] += self._people[household]
        self.peak_waiting[pickup] = max(self.peak_waiting[pickup], self.waiting[pickup])
        self._note_change(pickup)
        self._tell(pickup)
        if not was_expected:
            self.tell_all()

    def leave(self, household: int, pickup: int) -> None:
        """Take a household out of a queue without boarding."""
        if household in self._queues[pickup]:
            del self._queues[pickup][household]
            self.waiting[pickup] -= self._people[household]
            self._note_change(pickup)
            self._tell(pickup)

    def board_next(self, pickup: int, free: int, assigned: Assigned | None) -> tuple[int, Assigned] | None:
        """Take the first household from the queue that has room in `free` seats and shares the bus's shelters.

        Return it with its assigned shelters, as they are now, or None where nobody in the queue can board.
        """
        for household in self._queues[pickup]:
            own = self._destinations.of(household)
            if self._people[household] <= free and assigned in (None, own):
                del self._queues[pickup][household]
                self.waiting[pickup] -= self._people[household]
                self.boarded[pickup] += self._people[household]
                self._note_change(pickup)
                return household, own
        return None

    def has_queue(self, pickup: int) -> bool:
        """Return whether anybody waits."""
        return bool(self._queues[pickup])

    def queued(self) -> list[int]:
        """Return the pick-up points at which anybody waits."""
        return [pickup for pickup, queue in enumerate(self._queues) if queue]

    def queue(self, pickup: int) -> list[int]:
        """Return the households that wait at a pick-up point, in the order in which they came."""
        return list(self._queues[pickup])

    def tell_all(self) -> None:
        """Wake every driver without a task: there may be somebody to fetch."""
        if self._demand.callbacks:
            demand, self._demand = self._demand, simpy.Event(self._clock)
            demand.succeed()

    def _note_change(self, pickup: int) -> None:
        for hook in self.at_change:
            hook(pickup)

    def _tell(self, pickup: int) -> None:
        if self._news[pickup].callbacks:
            news, self._news[pickup] = self._news[pickup], simpy.Event(self._clock)
            news.succeed()

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Return the pick-up points."""
        places = self._places
        pickup_points = {
            "pickup_point": places.ids,
            "name": [place.name or place.id for place in places.models],
            "x": places.x,
            "y": places.y,
            "people": self.boarded,
            "peak_waiting": self.peak_waiting,
        }
        return {"pickup_points": pd.DataFrame(pickup_points)}
