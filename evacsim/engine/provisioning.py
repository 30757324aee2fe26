"""Supplies at the shelters: what is drawn, what runs out, what is asked for, sent, bought (物资保障、最后一公里)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evacsim.engine.delivering import Delivering, Delivery
from evacsim.engine.expecting import Expecting
from evacsim.engine.log import Kind, Where
from evacsim.engine.parts import Parts
from evacsim.engine.recorded import Recorded
from evacsim.engine.sheltering import Sheltering
from evacsim.engine.supplying import FirstRations, Stock, ration_rate, to_ask_for, whole_packages
from evacsim.engine.transport import Transport
from evacsim.scenario.care import Ration

DAY = 86400.0


@dataclass(slots=True)
class Supplied:
    """One item at one shelter."""

    stock: Stock
    people: int = 0
    """People who draw it."""
    people_waiting: int = 0
    """People who have not been given any yet."""
    first_rations: FirstRations = field(default_factory=lambda: FirstRations(DAY))
    was_missing: bool = False
    """Whether anybody has ever wanted it and there was none yet."""
    has_come: bool = False
    """Whether a load has ever come."""
    last: int = 0
    """Event by which somebody last began to draw it."""
    asked: float = -np.inf
    """When more was last asked for [s]."""
    asked_event: int = 0
    waiting: list[tuple[int, Callable[[int, float], None]]] = field(default_factory=list)
    """Households that have not been given any yet, and what to do when they are."""
    drawing: set[int] = field(default_factory=set)
    """Households that draw it."""
    version: int = 0
    """Number of the last change, so that what was foreseen before it does not happen."""


class Provisioning(Recorded):
    """What people at the shelters are given, and where it comes from.

    A household that is settled draws its rations from the moment there is one for everybody in it, for
    a day and not promised to anybody else; whoever came first is served first, and a smaller household
    before a larger one only where there is not enough for the larger one.

    A shelter asks as soon as its stock will not last everybody inside `Supply.ask_below` any more, for
    as much as lasts a day and that much more, less what it has and what is under way, in whole packages.
    Until its first load has come it reckons with those whom it is told to expect (`engine.expecting`), as far as it
    holds them, where they are more than are inside; from then on with those inside. The first request is made
    when the first household is settled. The stores nearest in the tree of command send what is asked for by truck
    over the roads as they are, and what no store has is bought under contract (`engine.delivering`).
    A shelter asks no sooner than `Supply.ask_every` after it last asked, and then again for what has not come.
    """

    def __init__(self, parts: Parts, sheltering: Sheltering, transport: Transport) -> None:
        self.parts = parts
        self.sheltering = sheltering
        care = parts.world.scenario.plan.care
        self.rations: list[Ration] = list(care.rations)
        self._supply = care.supply
        self._ration = {ration.item: ration for ration in self.rations}
        self._at: dict[tuple[int, str], Supplied] = {}
        self._amounts: list[tuple[str, str, float, float]] = []
        self._shelter_ids = parts.world.shelters.ids
        self.delivering = Delivering(
            parts,
            transport,
            self._ration,
            note=self._note,
            is_wanted=self._is_wanted,
            at_change=self._take_delivery,
        )
        if self.rations:
            self.expecting = Expecting(parts)
            sheltering.at_left.append(self.leave)

    # -- what is drawn --------------------------------------------------------------------------

    def settle(self, household: int, shelter: int, item: str, then: Callable[[int, float], None]) -> None:
        """Let a household draw its ration of an item at a shelter.

        `then` is told when it first has some, and by which event, the root where it had it at once.
        """
        supplied = self._supplied(shelter, item)
        supplied.last = int(self.parts.book.event[household])
        supplied.waiting.append((household, then))
        supplied.people_waiting += int(self.parts.households.people[household])
        # Nobody who waited before can be served now: what is free only grows by a load or by who leaves.
        self._serve(shelter, item, 0, first=len(supplied.waiting) - 1)
        if supplied.waiting and not supplied.has_come and not supplied.was_missing:
            supplied.was_missing = True
            self.parts.log.record(
                self.parts.now,
                "item_missing",
                Where(Kind.SHELTER, shelter),
                value=float(supplied.people_waiting),
                cause=supplied.last,
            )

    def _serve(self, shelter: int, item: str, event: int, *, first: int = 0, leaving: int = 0) -> None:
        """Let those who wait, from a `first` one on, begin to draw where there is a ration for all in the household.

        `leaving` are people who are counted inside and about to leave.
        """
        supplied, now = self._at[shelter, item], self.parts.now
        ration = ration_rate(1, self._ration[item].per_person_day, 1)
        free = supplied.stock.left_exactly(now) - supplied.first_rations.set_aside(now)
        served, waiting = [], supplied.waiting[:first]
        for number, (household, then) in enumerate(supplied.waiting[first:], first):
            if free < ration:
                waiting += supplied.waiting[number:]
                break
            people = int(self.parts.households.people[household])
            needed = people * ration
            if needed > free:
                waiting.append((household, then))
                continue
            free -= needed
            supplied.drawing.add(household)
            supplied.people += people
            supplied.people_waiting -= people
            supplied.first_rations.begin(household, needed / int(DAY), now)
            served.append(then)
        supplied.waiting = waiting
        self._draw(shelter, item, leaving=leaving)
        for then in served:
            then(event, now)

    def leave(self, household: int, shelter: int) -> None:
        """Let a household that leaves a shelter draw nothing there any more."""
        people = int(self.parts.households.people[household])
        for ration in self.rations:
            supplied = self._at.get((shelter, ration.item))
            if supplied is None:
                continue
            if household in supplied.drawing:
                supplied.drawing.discard(household)
                supplied.people -= people
                supplied.first_rations.end(household)
            elif any(one == household for one, _ in supplied.waiting):
                supplied.waiting = [one for one in supplied.waiting if one[0] != household]
                supplied.people_waiting -= people
            else:
                continue
            self._serve(shelter, ration.item, int(self.parts.book.event[household]), leaving=people)

    def _supplied(self, shelter: int, item: str) -> Supplied:
        if (shelter, item) not in self._at:
            self._at[shelter, item] = Supplied(Stock(item, 0.0, since=self.parts.now))
        return self._at[shelter, item]

    def _draw(self, shelter: int, item: str, *, leaving: int = 0) -> None:
        """Take in a new number of people or a new stock: when it runs out, when to ask."""
        supplied, now, ration = self._at[shelter, item], self.parts.now, self._ration[item]
        supplied.stock.draw(ration_rate(supplied.people, ration.per_person_day, DAY), now)
        self._note(f"shelter/{self._shelter_ids[shelter]}", item, supplied.stock)
        supplied.version += 1
        inside = int(self.sheltering.people[shelter]) - leaving
        if self._supply is not None and supplied.people + supplied.people_waiting and inside:
            again = supplied.asked + self._supply.ask_every
            # What lasts half of those inside a day, while the others wait, lasts all of them half a day.
            cover = self._supply.ask_below * (inside / supplied.people) if supplied.people else np.inf
            ask_at = max(again, supplied.stock.falls_to(cover, now) if supplied.people else now)
            if np.isfinite(ask_at):
                self.parts.clock.call_at(ask_at, partial(self._ask, shelter, item, supplied.version))
        empty_at = supplied.stock.empties_at(now)
        if np.isfinite(empty_at) and supplied.stock.left(now) > 0:
            self.parts.clock.call_at(empty_at, partial(self._run_out, shelter, item, supplied.version))

    def _run_out(self, shelter: int, item: str, version: int) -> None:
        if self._at[shelter, item].version == version:
            self.parts.log.record(
                self.parts.now,
                "item_out",
                Where(Kind.SHELTER, shelter),
                value=float(self._at[shelter, item].people + self._at[shelter, item].people_waiting),
                cause=self._at[shelter, item].asked_event,
            )

    # -- where it comes from --------------------------------------------------------------------

    def _ask(self, shelter: int, item: str, version: int) -> None:
        supplied, now, supply = self._at[shelter, item], self.parts.now, self._supply
        if supply is None or supplied.version != version:
            return
        days = 1.0 + supply.ask_below / DAY
        left = supplied.stock.left(now)
        ration = self._ration[item]
        rate = float(ration_rate(self._reckoned_with(shelter, supplied), ration.per_person_day, DAY))
        on_the_way = self.delivering.on_the_way.get((shelter, item), 0.0)
        wanted = to_ask_for(rate, days=days, left=left, on_the_way=on_the_way)
        wanted = whole_packages(wanted, ration.package, up=True)
        if wanted <= 0:
            return
        place = Where(Kind.SHELTER, shelter)
        asked = self.parts.log.record(now, "delivery_asked", place, value=wanted, cause=supplied.last)
        supplied.asked, supplied.asked_event = now, asked
        # What does not come is asked for again, should nothing else bring a new request.
        later = now + supply.ask_every
        self.parts.clock.call_at(later, partial(self._ask, shelter, item, supplied.version))
        self.delivering.order(shelter, item, wanted, asked)

    def _reckoned_with(self, shelter: int, supplied: Supplied) -> int:
        """Return for how many people a shelter asks."""
        inside = int(self.sheltering.people[shelter])
        if supplied.has_come:
            return inside
        expected = min(self.expecting.people(shelter), self.sheltering.capacity[shelter])
        return max(inside, int(expected))

    def _is_wanted(self, shelter: int, item: str) -> bool:
        supplied = self._at[shelter, item]
        return supplied.people + supplied.people_waiting > 0

    def _take_delivery(self, delivery: Delivery, event: int) -> None:
        """Take in what a delivery brings, or that it is not on its way any more."""
        shelter, item = delivery.shelter, delivery.item
        if delivery.is_bought or delivery.result != "came":
            self._draw(shelter, item)
            return
        supplied = self._at[shelter, item]
        supplied.has_come = True
        supplied.stock.add(delivery.amount, self.parts.now)
        self._serve(shelter, item, event)

    # -- what stays -----------------------------------------------------------------------------

    def _note(self, place: str, item: str, stock: Stock) -> None:
        self._amounts.append((place, item, self.parts.now, stock.left(self.parts.now)))

    def names(self) -> Mapping[Kind, NDArray[Any]]:
        """Return the ids of the stores."""
        return {Kind.STORE: np.array(self.parts.world.stores.ids, dtype=object)}

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Return stocks over time, and deliveries; none without rations."""
        if not self.rations:
            return {}
        return {
            "stocks": pd.DataFrame(self._amounts, columns=["place", "item", "time_s", "amount"]),
            "deliveries": self.delivering.table(),
        }
