"""Supplies at the shelters: what is drawn, what runs out, what is asked for, sent, bought (物资保障、最后一公里)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evacsim.engine.log import Kind, Where
from evacsim.engine.parts import Parts
from evacsim.engine.recorded import Recorded
from evacsim.engine.routing import MoverClass
from evacsim.engine.sheltering import Sheltering
from evacsim.engine.supplying import (
    CARRIERS,
    Carrier,
    Contract,
    Shipment,
    Source,
    Stock,
    buy,
    choose_carrier,
    choose_sources,
    ration_rate,
    to_ask_for,
)
from evacsim.engine.transport import Transport
from evacsim.scenario.care import Ration
from evacsim.world.laws import quantiles

DAY = 86400.0
LEVELS = ("village", "town", "county")


@dataclass(slots=True)
class Delivery:
    """One load on its way to a shelter."""

    store: int
    """Row of the store; negative for a purchase."""
    shelter: int
    item: str
    amount: float
    asked: float
    carrier: str
    left: float = np.nan
    came: float = np.nan
    result: str = "under_way"


@dataclass(slots=True)
class Supplied:
    """One item at one shelter."""

    stock: Stock
    people: int = 0
    on_the_way: float = 0.0
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

    From the moment a household is settled it draws its rations. A shelter asks as soon as its stock
    will not last `Supply.ask_below` any more, for as much as lasts a day and that much more; the
    stores nearest in the tree of command send it by truck over the roads as they are, and what no
    store has is bought under contract. It asks no sooner than `Supply.ask_every` after it last asked, and
    then again for what has not come.
    """

    def __init__(self, parts: Parts, sheltering: Sheltering, transport: Transport) -> None:
        self.parts = parts
        self.transport = transport
        scenario, world = parts.world.scenario, parts.world
        self.rations: list[Ration] = list(scenario.plan.care.rations)
        self._supply = scenario.plan.care.supply
        stores = world.stores
        row = {id_: number for number, id_ in enumerate(stores.ids)}
        self._held: dict[str, list[Stock | None]] = {
            ration.item: [None] * stores.n for ration in self.rations
        }
        for given in scenario.district.stock:
            if given.item in self._held:
                held = self._held[given.item][row[given.store]]
                amount = given.amount + (0.0 if held is None else held.left(0.0))
                self._held[given.item][row[given.store]] = Stock(given.item, amount)
        self._at: dict[tuple[int, str], Supplied] = {}
        self._bought: dict[str, float] = {}
        self._trucks: int | None = None
        if self._supply is not None and self._supply.trucks is not None:
            self._trucks = world.fleets.ids.index(self._supply.trucks)
        self._deliveries: list[Delivery] = []
        self._amounts: list[tuple[str, str, float, float]] = []
        for item, stocks in self._held.items():
            for store, stock in enumerate(stocks):
                if stock is not None:
                    self._note(f"store/{stores.ids[store]}", item, stock)
        self._ordinal = 0
        if self.rations:
            sheltering.at_left.append(self.leave)

    # -- what is drawn --------------------------------------------------------------------------

    def settle(self, household: int, shelter: int, item: str, then: Callable[[int, float], None]) -> None:
        """Let a household draw its ration of an item at a shelter.

        `then` is told when it first has some, and by which event, the root where it had it at once.
        """
        supplied = self._supplied(shelter, item)
        supplied.drawing.add(household)
        supplied.last = int(self.parts.book.event[household])
        supplied.people += int(self.parts.households.people[household])
        self._draw(shelter, item)
        if supplied.stock.left(self.parts.now) > 0:
            then(0, self.parts.now)
        else:
            supplied.waiting.append((household, then))

    def leave(self, household: int, shelter: int) -> None:
        """Let a household that leaves a shelter draw nothing there any more."""
        for ration in self.rations:
            supplied = self._at.get((shelter, ration.item))
            if supplied is not None and household in supplied.drawing:
                supplied.drawing.discard(household)
                supplied.waiting = [one for one in supplied.waiting if one[0] != household]
                supplied.people -= int(self.parts.households.people[household])
                self._draw(shelter, ration.item)

    def _supplied(self, shelter: int, item: str) -> Supplied:
        if (shelter, item) not in self._at:
            self._at[shelter, item] = Supplied(Stock(item, 0.0, since=self.parts.now))
        return self._at[shelter, item]

    def _draw(self, shelter: int, item: str) -> None:
        """Take in a new number of people or a new stock: when it runs out, when to ask."""
        supplied, now = self._at[shelter, item], self.parts.now
        ration = next(ration for ration in self.rations if ration.item == item)
        supplied.stock.draw(ration_rate(supplied.people, ration.per_person_day, DAY), now)
        self._note(f"shelter/{self.parts.world.shelters.ids[shelter]}", item, supplied.stock)
        supplied.version += 1
        if self._supply is not None and supplied.people:
            again = supplied.asked + self._supply.ask_every
            ask_at = max(again, supplied.stock.falls_to(self._supply.ask_below, now))
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
                value=float(self._at[shelter, item].people),
                cause=self._at[shelter, item].asked_event,
            )

    # -- where it comes from --------------------------------------------------------------------

    def _ask(self, shelter: int, item: str, version: int) -> None:
        supplied, now, supply = self._at[shelter, item], self.parts.now, self._supply
        if supply is None or supplied.version != version:
            return
        days = 1.0 + supply.ask_below / DAY
        left = supplied.stock.left(now)
        wanted = to_ask_for(supplied.stock.rate, days=days, left=left, on_the_way=supplied.on_the_way)
        if wanted <= 0:
            return
        place = Where(Kind.SHELTER, shelter)
        asked = self.parts.log.record(now, "delivery_asked", place, value=wanted, cause=supplied.last)
        supplied.asked, supplied.asked_event = now, asked
        # What does not come is asked for again, should nothing else bring a new request.
        later = now + supply.ask_every
        self.parts.clock.call_at(later, partial(self._ask, shelter, item, supplied.version))
        sources = self._sources(shelter, item)
        shipments = choose_sources(sources, wanted, now=now)
        sent = sum(shipment.amount for shipment in shipments if self._send(shelter, item, shipment, asked))
        missing = wanted - sent
        if missing > 0:
            self._buy(shelter, item, missing, asked)

    def _sources(self, shelter: int, item: str) -> list[Source]:
        world, supply = self.parts.world, self._supply
        assert supply is not None
        routing = self.parts.routing
        sources = []
        for store, stock in enumerate(self._held[item]):
            amount = 0.0 if stock is None else stock.left(self.parts.now)
            if amount <= 0:
                continue
            at = int(world.stores.drive_node[store])
            truck = np.inf
            if self._trucks is not None:
                truck = routing.time(routing.tree_to_shelter(shelter, MoverClass.BUS), at)
            travel: dict[Carrier, float] = {"truck": truck}
            carrier = choose_carrier(travel)
            level = world.stores.models[store].level or "county"
            sources.append(Source(store, LEVELS.index(level), amount, carrier, 0.0, min(travel.values())))
        return sources

    def _send(self, shelter: int, item: str, shipment: Shipment, asked: int) -> bool:
        """Let a store send a shipment; return False where nobody will ever drive it."""
        parts, supply = self.parts, self._supply
        assert supply is not None
        assert shipment.carrier == CARRIERS[0]
        assert self._trucks is not None
        stock = self._held[item][shipment.store]
        assert stock is not None
        delivery = Delivery(shipment.store, shelter, item, shipment.amount, parts.now, shipment.carrier)
        self._ordinal += 1
        luck = parts.streams.get("loading", self._ordinal).random(1)
        sent = self.transport.send_truck(
            self._trucks,
            int(parts.world.stores.drive_node[shipment.store]),
            int(parts.world.shelters.drive_node[shelter]),
            asked,
            partial(self._come, delivery),
            partial(self._fail, delivery),
            loading=float(quantiles(supply.loading, luck)[0]),
            left=partial(self._leave_store, delivery),
        )
        self._deliveries.append(delivery)
        if not sent:
            delivery.result = "failed"
            self._record_delivery("delivery_failed", delivery, asked)
            return False
        stock.take(shipment.amount, parts.now)
        self._note(f"store/{parts.world.stores.ids[shipment.store]}", item, stock)
        self._at[shelter, item].on_the_way += shipment.amount
        return True

    def _leave_store(self, delivery: Delivery, event: int) -> None:
        delivery.left = self.parts.now
        self._record_delivery("delivery_left", delivery, event)

    def _come(self, delivery: Delivery, event: int) -> None:
        now = self.parts.now
        delivery.came, delivery.result = now, "came"
        came = self._record_delivery("delivery_came", delivery, event)
        supplied = self._at[delivery.shelter, delivery.item]
        supplied.on_the_way -= delivery.amount
        supplied.stock.add(delivery.amount, now)
        waiting, supplied.waiting = supplied.waiting, []
        self._draw(delivery.shelter, delivery.item)
        for _, then in waiting:
            then(came, now)

    def _fail(self, delivery: Delivery, event: int) -> None:
        delivery.result = "failed"
        self._record_delivery("delivery_failed", delivery, event)
        self._at[delivery.shelter, delivery.item].on_the_way -= delivery.amount
        self._draw(delivery.shelter, delivery.item)

    def _buy(self, shelter: int, item: str, missing: float, asked: int) -> None:
        assert self._supply is not None
        parts = self.parts
        for number, contract in enumerate(self._supply.purchases):
            if contract.item != item:
                continue
            luck = parts.streams.get("purchase", item, number).random(1)
            lead = float(quantiles(contract.lead, luck)[0])
            done = buy(
                Contract(item, contract.amount, lead),
                missing,
                bought=self._bought.get(f"{item}/{number}", 0.0),
                now=parts.now,
            )
            if done is None:
                continue
            self._bought[f"{item}/{number}"] = self._bought.get(f"{item}/{number}", 0.0) + done.amount
            missing -= done.amount
            delivery = Delivery(-1, shelter, item, done.amount, parts.now, "")
            self._deliveries.append(delivery)
            ordered = self._record_delivery("purchase_ordered", delivery, asked)
            self._at[shelter, item].on_the_way += done.amount
            parts.clock.call_at(done.arrives, partial(self._come, delivery, ordered))

    def _record_delivery(self, kind: str, delivery: Delivery, cause: int) -> int:
        place = Where(Kind.STORE, delivery.store) if delivery.store >= 0 else Where(Kind.NOTHING, 0)
        return self.parts.log.record(
            self.parts.now,
            kind,
            Where(Kind.SHELTER, delivery.shelter),
            place=place,
            value=delivery.amount,
            cause=cause,
        )

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
        stores, shelters = self.parts.world.stores.ids, self.parts.world.shelters.ids
        deliveries = [
            (
                stores[d.store] if d.store >= 0 else "",
                f"shelter/{shelters[d.shelter]}",
                d.item,
                d.amount,
                d.asked,
                d.left,
                d.came,
                d.carrier,
                d.result,
            )
            for d in self._deliveries
        ]
        columns = ["store", "place", "item", "amount", "asked_s", "left_s", "came_s", "carrier", "result"]
        return {
            "stocks": pd.DataFrame(self._amounts, columns=["place", "item", "time_s", "amount"]),
            "deliveries": pd.DataFrame(deliveries, columns=columns),
        }
