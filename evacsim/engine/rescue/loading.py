"""At the place of a case, and ashore: search, take in, let ashore (搜索、上艇、上岸)."""

from collections.abc import Callable, Generator
from functools import partial
from typing import Any, Protocol

import numpy as np
import simpy
from numpy.typing import NDArray

from evacsim.engine.driving import Driving
from evacsim.engine.log import Kind, Where
from evacsim.engine.parts import Parts
from evacsim.engine.rescue.cases import Case, Cases
from evacsim.engine.rescue.dispatching import Craft
from evacsim.engine.rescue.need import Need
from evacsim.engine.transport import Transport
from evacsim.scenario.rescue import Seeking
from evacsim.terms import HouseholdState
from evacsim.world.laws import quantiles

Found = Generator[simpy.Event, Any, list[int]]
Process = Generator[simpy.Event, Any, None]


GetsTo = Callable[[int], bool]
"""Whether the crew of a craft gets to a node from where it is."""


def anywhere(_: int) -> bool:
    """Return that a crew gets everywhere around."""
    return True


CALL_AGAIN_AFTER = 1800.0
"""From a search in vain until those who wait call again [s] (assumed)."""


class Afoot(Protocol):
    """What becomes of households outside the craft: `engine.transfer.Transfer`."""

    def pick_up(self, household: int) -> None:
        """Take a household out of where it stands and of all it was about to do."""

    def come_ashore(self, household: int, node: int, cause: int) -> None:
        """Let a household go on from a landing place, on foot."""

    def ways_on_foot(self) -> NDArray[np.bool_]:
        """Return from which nodes a way on foot leads to any dry shelter."""


class Loading:
    """What every crew does at a place, whatever its craft."""

    def __init__(
        self,
        parts: Parts,
        transport: Transport,
        need: Need,
        cases: Cases,
        afoot: Afoot,
        rules: Seeking,
    ) -> None:
        self.parts = parts
        self.transport = transport
        self.driving: Driving = transport.driving
        self.need = need
        self.cases = cases
        self.afoot = afoot
        self.rules = rules
        self.report: Callable[[int, str, int], Case] | None = None
        """Opens a case about a household that was found (`calls.Calls.open`)."""
        assistance = parts.world.scenario.plan.organize.assistance
        liaison = None if assistance is None else assistance.liaison
        self._unguided = 1.0 if liaison is None else liaison.search_factor
        """How much longer crews search that do not know the district."""
        self._cases_of: dict[int, list[Case]] = {}
        """Cases of each household aboard."""
        self._walkable: NDArray[np.bool_] | None = None
        parts.after_reopening.append(self._forget)

    def search(self, craft: Craft, case: Case, strength: float, *, gets_to: GetsTo = anywhere) -> Found:
        """Look for the people of a case around where it is said to be; return whom of them the crew finds.

        They are found if they are in need still, within hearing of the place, and where the crew `gets_to`.
        """
        parts, vehicle = self.parts, craft.vehicle
        if np.isnan(case.reached) and case.is_open:
            case.reached = parts.now
        self.driving.record(
            vehicle,
            "craft_at_case",
            place=Where(Kind.CASE, case.row),
            value=float(case.people),
            cause=max(vehicle.event, case.event),
        )
        luck = parts.streams.get("search", str(case.row)).random(1)
        time = float(quantiles(self.rules.at_the_place, luck)[0])
        if not craft.is_guided:
            time *= self._unguided
        yield parts.clock.timeout(time * max(1, len(case.households)) / strength)
        return [h for h in case.households if self._is_met(h, case.node, gets_to)]

    def take_in(
        self,
        craft: Craft,
        case: Case,
        found: list[int],
        strength: float,
        *,
        per_person: float,
        seats: int,
        gets_to: GetsTo = anywhere,
    ) -> Found:
        """Take in whom the crew has found, and others in need around as long as there are seats; close the case.

        A crew that nobody leads tells nobody, and takes in also for whom others are under way. Returns the households
        of the case that were taken in.
        """
        vehicle, people = craft.vehicle, self.parts.households.people
        taken = []
        for household in found:
            fits = people[household] <= seats - self.driving.people_aboard(vehicle)
            # Who is too many for the craft is fetched in several trips, if nobody else is aboard.
            if (fits or not vehicle.aboard) and (
                yield from self._take(craft, household, strength, per_person)
            ):
                taken.append(household)
                case.fetched += int(people[household])
        yield from self._take_others(craft, case, strength, per_person, seats, gets_to)
        if not craft.is_led:
            return taken
        if any(household not in taken and self.need.is_in(household) for household in found):
            case.reached = np.nan
            self.cases.give_back(case)
        elif taken:
            self.cases.close(case, "fetched", vehicle.event)
        elif case.is_open:
            self.driving.record(vehicle, "nobody_found", place=Where(Kind.CASE, case.row))
            self.cases.close(case, "nobody", vehicle.event)
            self._await_calls(case, vehicle.event)
        return taken

    def _take_others(
        self, craft: Craft, case: Case, strength: float, per_person: float, seats: int, gets_to: GetsTo
    ) -> Process:
        """Take in others whom the crew meets, as long as there are seats; report those for whom there is none."""
        people, vehicle = self.parts.households.people, craft.vehicle
        around = self.need.near(case.node, self.rules.around)
        free = seats - self.driving.people_aboard(vehicle)
        for household in around:
            if free <= 0:
                break
            if people[household] > free or household in case.households:
                continue
            if craft.is_led and self._is_expected(household):
                continue
            if self.need.is_in(household) and not gets_to(self.need.node(household)):
                continue
            mine = list(self.cases.of.get(household, [])) if craft.is_led else []
            if (yield from self._take(craft, household, strength, per_person)):
                free -= int(people[household])
                for other in mine:
                    other.craft, other.fetched = vehicle.row, other.fetched + int(people[household])
                    other.reached = self.parts.now if np.isnan(other.reached) else other.reached
                    self.cases.close(other, "fetched", vehicle.event)
        for household in around if craft.is_led else ():
            if household not in self.cases.of:
                self._report(household, "found", vehicle.event)

    def _await_calls(self, case: Case, cause: int) -> None:
        """Let those call again for whom a craft was sent to the wrong place."""
        due = self.parts.now + CALL_AGAIN_AFTER
        for household in case.households:
            self.parts.clock.call_at(due, partial(self._report, household, "call", cause))

    def let_ashore(self, craft: Craft, strength: float, *, per_person: float, node: int) -> Process:
        """Let everybody out at a node, one household after the other."""
        parts, vehicle = self.parts, craft.vehicle
        for household in list(vehicle.aboard):
            yield parts.clock.timeout(self.driving.handling_time(vehicle, household, per_person) / strength)
            if household in vehicle.aboard:
                vehicle.aboard.remove(household)
                vehicle.people += int(parts.households.people[household])
                vehicle.done = parts.now
                cause = max(vehicle.event, int(parts.book.event[household]))
                for case in self._cases_of.pop(household, ()):
                    case.safe = parts.now
                self.afoot.come_ashore(household, node, cause)

    def walkable(self) -> NDArray[np.bool_]:
        """Return from which nodes a way on foot leads to a dry shelter, as the roads are now."""
        if self._walkable is None:
            self._walkable = self.afoot.ways_on_foot()
        return self._walkable

    def _take(
        self, craft: Craft, household: int, strength: float, per_person: float
    ) -> Generator[Any, Any, bool]:
        """Take one household in, if it is in need still when its turn comes."""
        parts, book, vehicle = self.parts, self.parts.book, craft.vehicle
        if not self.need.is_in(household):
            return False
        self._cases_of[household] = list(self.cases.of.get(household, ()))
        self.afoot.pick_up(household)
        vehicle.aboard.append(household)
        book.board(household, vehicle.row, parts.now)
        vehicle.event = max(vehicle.event, int(book.event[household]))
        self.driving.passenger(vehicle, household, HouseholdState.RIDING, "boarded")
        vehicle.event = max(vehicle.event, int(book.event[household]))
        vehicle.rounds += len(vehicle.aboard) == 1
        yield parts.clock.timeout(self.driving.handling_time(vehicle, household, per_person) / strength)
        return True

    def _is_expected(self, household: int) -> bool:
        """Return whether anybody is under way for a household."""
        return any(case.craft is not None for case in self.cases.of.get(household, ()))

    def _is_met(self, household: int, node: int, gets_to: GetsTo) -> bool:
        is_near = self.need.is_in(household) and self._is_near(household, node)
        return is_near and gets_to(self.need.node(household))

    def _is_near(self, household: int, node: int) -> bool:
        roads, here = self.parts.world.roads, self.need.node(household)
        distance = float(np.hypot(roads.x[here] - roads.x[node], roads.y[here] - roads.y[node]))
        return here == node or distance <= self.rules.around

    def _report(self, household: int, source: str, cause: int) -> None:
        """Let headquarters hear of a household that is in need still, unless it knows of it."""
        if self.report is not None and self.need.is_in(household) and household not in self.cases.of:
            self.report(household, source, max(cause, int(self.parts.book.event[household])))

    def _forget(self) -> None:
        self._walkable = None
