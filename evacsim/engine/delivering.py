"""What the stores have, send to the shelters and buy: the last mile (库存、调运、紧急采购、最后一公里)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from evacsim.engine.log import Kind, Where
from evacsim.engine.parts import Parts
from evacsim.engine.routing import MoverClass
from evacsim.engine.supplying import (
    Carrier,
    Contract,
    Shipment,
    Source,
    Stock,
    buy,
    choose_carrier,
    choose_sources,
    trips,
    whole_packages,
)
from evacsim.engine.transport import Transport
from evacsim.engine.trucking import flight_time
from evacsim.scenario.care import Ration
from evacsim.world.laws import quantiles

LEVELS = ("village", "town", "county")


@dataclass(slots=True)
class Delivery:
    """One load on its way to a shelter, or to the store where it is bought."""

    store: int
    """Row of the store that sends it, or where the purchase is to arrive."""
    shelter: int
    item: str
    amount: float
    asked: float
    carrier: str
    """By what it goes; empty for a purchase, which the seller brings to the store."""
    left: float = np.nan
    came: float = np.nan
    result: str = "under_way"

    @property
    def is_bought(self) -> bool:
        """Return whether it is a purchase on its way to the store."""
        return not self.carrier


class Delivering:
    """The stores, and everything on its way from them.

    What a shelter asks for is sent by the nearest stores in the tree of command that have some and a way: by
    truck, where no road leads by boat, where no water leads either by helicopter.
    What no store can send is bought, except what lies already in the store where the purchase would arrive: that
    lacks a way, not goods. A purchase arrives at that store, and goes on from there as any other stock
    does, to the shelter for which it was bought, if anybody there still wants it; where none can be sent, it stays in
    the store for whoever asks next.
    What was never loaded, for its truck does not get to the store, stays there too.
    """

    def __init__(
        self,
        parts: Parts,
        transport: Transport,
        rations: Mapping[str, Ration],
        *,
        note: Callable[[str, str, Stock], None],
        is_wanted: Callable[[int, str], bool],
        at_change: Callable[[Delivery, int], None],
    ) -> None:
        """Make the stores as the district has them.

        Parameters
        ----------
        parts : Parts
            What all processes share.
        transport : Transport
            The fleets.
        rations : mapping of str to Ration
            What is handed out, by item.
        note : callable
            Told the place, the item and the stock when a stock changes.
        is_wanted : callable
            Told a shelter (row) and an item; returns whether anybody there draws it or waits for it.
        at_change : callable
            Told a delivery and the event when it has come to the shelter, or is not on its way any more.
        """
        self.parts = parts
        self.transport = transport
        self.rations = rations
        self.on_the_way: dict[tuple[int, str], float] = {}
        """What has been sent or bought for each shelter (row) and item and has not come yet."""
        self._note, self._is_wanted, self._at_change = note, is_wanted, at_change
        scenario, world = parts.world.scenario, parts.world
        self._supply = scenario.plan.care.supply
        stores = world.stores
        self._row = {id_: number for number, id_ in enumerate(stores.ids)}
        self._held: dict[str, list[Stock | None]] = {item: [None] * stores.n for item in rations}
        for given in scenario.district.stock:
            if given.item in self._held:
                held = self._held[given.item][self._row[given.store]]
                amount = given.amount + (0.0 if held is None else held.left(0.0))
                self._held[given.item][self._row[given.store]] = Stock(given.item, amount)
        self._bought: dict[str, float] = {}
        self._fleet: dict[Carrier, int] = {}
        """Row of the fleet by what it is."""
        if self._supply is not None and self._supply.trucks is not None:
            self._fleet["truck"] = world.fleets.ids.index(self._supply.trucks)
        if self._supply is not None and self._supply.boats is not None:
            self._fleet["boat"] = world.fleets.ids.index(self._supply.boats)
        if self._supply is not None and self._supply.helicopters is not None:
            self._fleet["helicopter"] = world.fleets.ids.index(self._supply.helicopters)
        self._deliveries: list[Delivery] = []
        for item, stocks in self._held.items():
            for store, stock in enumerate(stocks):
                if stock is not None:
                    self._note_store(store, item)
        self._ordinal = 0

    def order(self, shelter: int, item: str, wanted: float, asked: int) -> None:
        """Let what a shelter asks for be sent, and what cannot be sent be bought, because of its request (event)."""
        sent = self._send(shelter, item, wanted, asked, self._sources(shelter, item))
        missing = wanted - sent
        if missing > 0:
            self._buy(shelter, item, missing, asked)

    # -- sending --------------------------------------------------------------------------------

    def _sources(self, shelter: int, item: str) -> list[Source]:
        return [
            source
            for store in range(self.parts.world.stores.n)
            if (source := self._source(store, shelter, item)) is not None
        ]

    def _source(self, store: int, shelter: int, item: str) -> Source | None:
        """Return what a store can send of an item to a shelter; None where it has not a package of it."""
        world, routing = self.parts.world, self.parts.routing
        amount = self._there(store, item)
        if amount <= 0:
            return None
        at, to = int(world.stores.drive_node[store]), int(world.shelters.drive_node[shelter])
        travel: dict[Carrier, float] = {}
        if "truck" in self._fleet:
            travel["truck"] = routing.time(routing.tree_to_shelter(shelter, MoverClass.BUS), at)
        if "boat" in self._fleet and self.transport.shipping is not None:
            travel["boat"] = self.transport.shipping.time(self._fleet["boat"], at, to)
        if "helicopter" in self._fleet:
            speed = world.fleets.models[self._fleet["helicopter"]].speed
            travel["helicopter"] = flight_time(self.parts, at, to, speed)
        carrier = choose_carrier(travel)
        level = world.stores.models[store].level or "county"
        return Source(
            store, LEVELS.index(level), amount, carrier, 0.0, np.inf if carrier is None else travel[carrier]
        )

    def _there(self, store: int, item: str) -> float:
        """Return what whole packages a store has and has not promised."""
        stock = self._held[item][store]
        left = 0.0 if stock is None else stock.left(self.parts.now)
        return whole_packages(left, self.rations[item].package, up=False)

    def _send(self, shelter: int, item: str, wanted: float, cause: int, sources: list[Source]) -> float:
        """Let stores send what is wanted, as far as they can; return how much is on its way.

        What is more than a vehicle carries goes in several trips.
        """
        asked, ration, sent = self.parts.now, self.rations[item], 0.0
        for shipment in choose_sources(sources, wanted, now=asked):
            payload = self.parts.world.fleets.models[self._fleet[shipment.carrier]].payload
            for amount in trips(
                shipment.amount, payload=payload, weight=ration.weight, package=ration.package
            ):
                trip = shipment._replace(amount=amount)
                sent += amount if self._load(shelter, item, trip, asked, cause) else 0.0
        return sent

    def _load(self, shelter: int, item: str, shipment: Shipment, asked: float, cause: int) -> bool:
        """Let a store send a shipment asked for at a moment; return False where nobody will ever drive it."""
        parts, supply = self.parts, self._supply
        assert supply is not None
        stock = self._held[item][shipment.store]
        assert stock is not None
        delivery = Delivery(shipment.store, shelter, item, shipment.amount, asked, shipment.carrier)
        self._ordinal += 1
        luck = parts.streams.get("loading", self._ordinal).random(1)
        sent = self.transport.send_goods(
            self._fleet[shipment.carrier],
            int(parts.world.stores.drive_node[shipment.store]),
            int(parts.world.shelters.drive_node[shelter]),
            cause,
            partial(self._come, delivery),
            partial(self._fail, delivery),
            loading=float(quantiles(supply.loading, luck)[0]),
            unloading=supply.landing_time if shipment.carrier == "helicopter" else 0.0,
            left=partial(self._leave_store, delivery),
        )
        self._deliveries.append(delivery)
        if not sent:
            delivery.result = "failed"
            self._record("delivery_failed", delivery, cause)
            return False
        stock.take(shipment.amount, parts.now)
        self._note_store(shipment.store, item)
        self._expect(delivery)
        return True

    def _leave_store(self, delivery: Delivery, event: int) -> None:
        delivery.left = self.parts.now
        self._record("delivery_left", delivery, event)

    def _come(self, delivery: Delivery, event: int) -> None:
        delivery.came, delivery.result = self.parts.now, "came"
        came = self._record("delivery_came", delivery, event)
        self._expect_no_more(delivery)
        self._at_change(delivery, came)

    def _fail(self, delivery: Delivery, event: int) -> None:
        delivery.result = "failed"
        failed = self._record("delivery_failed", delivery, event)
        self._expect_no_more(delivery)
        if np.isnan(delivery.left):
            self._store(delivery.store, delivery.item, delivery.amount)
        self._at_change(delivery, failed)

    # -- buying ---------------------------------------------------------------------------------

    def _buy(self, shelter: int, item: str, missing: float, asked: int) -> None:
        assert self._supply is not None
        parts, package = self.parts, self.rations[item].package
        for number, contract in enumerate(self._supply.purchases):
            if contract.item != item:
                continue
            store = self._store_of_purchases() if contract.store is None else self._row[contract.store]
            luck = parts.streams.get("purchase", item, number).random(1)
            lead = float(quantiles(contract.lead, luck)[0])
            covers = whole_packages(contract.amount, package, up=False)
            bought = self._bought.get(f"{item}/{number}", 0.0)
            lacking = max(0.0, missing - self._there(store, item))
            done = buy(Contract(item, covers, lead), lacking, bought=bought, now=parts.now)
            if done is None:
                continue
            self._bought[f"{item}/{number}"] = bought + done.amount
            missing -= done.amount
            delivery = Delivery(store, shelter, item, done.amount, parts.now, "")
            self._deliveries.append(delivery)
            ordered = self._record("purchase_ordered", delivery, asked)
            self._expect(delivery)
            parts.clock.call_at(done.arrives, partial(self._take_in, delivery, ordered))

    def _store_of_purchases(self) -> int:
        """Return the first store of the county, or of whomever where the county has none (rows)."""
        levels = [model.level or "county" for model in self.parts.world.stores.models]
        return levels.index("county") if "county" in levels else 0

    def _take_in(self, purchase: Delivery, ordered: int) -> None:
        """Take a purchase into the store, and send it on to the shelter for which it was bought."""
        purchase.came, purchase.result = self.parts.now, "came"
        came = self._record("purchase_came", purchase, ordered)
        self._expect_no_more(purchase)
        self._store(purchase.store, purchase.item, purchase.amount)
        sent = 0.0
        if self._is_wanted(purchase.shelter, purchase.item):
            source = self._source(purchase.store, purchase.shelter, purchase.item)
            assert source is not None
            sent = self._send(purchase.shelter, purchase.item, purchase.amount, came, [source])
        if sent < purchase.amount:
            self._at_change(purchase, came)

    # -- what is where --------------------------------------------------------------------------

    def _store(self, store: int, item: str, amount: float) -> None:
        """Put an amount into a store."""
        stock = self._held[item][store]
        if stock is None:
            stock = self._held[item][store] = Stock(item, 0.0, since=self.parts.now)
        stock.add(amount, self.parts.now)
        self._note_store(store, item)

    def _expect(self, delivery: Delivery) -> None:
        key = delivery.shelter, delivery.item
        self.on_the_way[key] = self.on_the_way.get(key, 0.0) + delivery.amount

    def _expect_no_more(self, delivery: Delivery) -> None:
        self.on_the_way[delivery.shelter, delivery.item] -= delivery.amount

    def _note_store(self, store: int, item: str) -> None:
        stock = self._held[item][store]
        assert stock is not None
        self._note(f"store/{self.parts.world.stores.ids[store]}", item, stock)

    def _record(self, kind: str, delivery: Delivery, cause: int) -> int:
        return self.parts.log.record(
            self.parts.now,
            kind,
            Where(Kind.SHELTER, delivery.shelter),
            place=Where(Kind.STORE, delivery.store),
            value=delivery.amount,
            cause=cause,
        )

    def table(self) -> pd.DataFrame:
        """Return every delivery: a purchase to its store, all others from a store to a shelter."""
        stores, shelters = self.parts.world.stores.ids, self.parts.world.shelters.ids
        deliveries = [
            (
                "" if d.is_bought else stores[d.store],
                f"store/{stores[d.store]}" if d.is_bought else f"shelter/{shelters[d.shelter]}",
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
        return pd.DataFrame(deliveries, columns=columns)
