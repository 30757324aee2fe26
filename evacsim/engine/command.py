"""The offices, and how an order reaches those that lead the zones it is for (指令下达)."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evacsim.engine.calling import Calling, CallRules
from evacsim.engine.carrying import Carrying
from evacsim.engine.contacts import Contacts
from evacsim.engine.duty import Duty
from evacsim.engine.log import ROOT, Kind, Where
from evacsim.engine.messages import Order
from evacsim.engine.parts import Parts
from evacsim.engine.recorded import Recorded
from evacsim.engine.relaying import Hearers, Relaying, Word
from evacsim.scenario.command import Calling as CallingGiven
from evacsim.terms import COMMAND_LEVELS
from evacsim.world.laws import quantiles
from evacsim.world.offices import TOP, deciders, named


class Command(Recorded):
    """The offices that decide on transfers, and those that carry them out.

    Where the plan describes no tree of offices, each that decides is one of its own and leads the
    zones it decides on: what is issued is received at once, and nobody has to be called.
    """

    def __init__(self, parts: Parts, duty: Duty, carrying: Carrying) -> None:
        self.parts = parts
        self.duty = duty
        world = parts.world
        plan = world.scenario.plan
        self.offices = world.offices
        """The tree, or the offices that decide."""
        self.is_tree = bool(plan.organize.offices)
        """Whether the plan describes a tree."""
        self._models = {office.id: office for office in plan.organize.offices}
        self._decider = deciders(self.offices, plan, world.transfers)
        rules = plan.organize.calling
        self.calling = Calling(
            parts.clock,
            Contacts(parts, duty, carrying),
            None if rules is None else CallRules(rules.again_after, rules.tries, tuple(rules.escalate)),
            None if carrying.rules is None else carrying,
        )
        special = [row for row, zone in enumerate(world.zones.models) if zone.kind in SPECIAL]
        self.relaying = Relaying(
            parts.clock,
            self.offices,
            self.calling,
            self._handling,
            Hearers(self._receive, self._fail),
            kind=Kind.OFFICE,
            is_flat=plan.organize.mode == "flat",
            urgent=special,
        )
        self._issued: dict[int, tuple[Order, int, float]] = {}
        """Orders by the number of their message: the order, who issued it, and when."""
        self._latency: list[list[float]] = [[] for _ in range(self.offices.n)]

    def row(self, office: str) -> int:
        """Return the row of an office by its id or name; the first at the top where it is neither."""
        return max(0, named(self.offices, self.parts.world.scenario.plan, office))

    def office_of(self, zone: int) -> int:
        """Return the row of the office that decides on a zone of the plan."""
        return int(self._decider[zone])

    def leads(self, office: int, zone: int) -> bool:
        """Return whether an office is the last one above a zone: it tells the people."""
        return bool(self.offices.leader_of[zone] == office)

    def issue(self, office: int, order: Order) -> None:
        """Let an order of its own go out from an office (row), and through those below it reach the zones."""
        message = order.message
        self._issued[message.number] = order, office, self.parts.now
        self.relaying.issue(office, Word(message.number, message.zones), max(order.causes, default=ROOT))

    def reach(self, office: str, cause: int, then: Callable[[int], None]) -> None:
        """Let headquarters call an office (id) until it answers, because of an event; its own it need not call.

        Parameters
        ----------
        then : callable
            Told the event of the acknowledgment, when it happens.
        """
        row = self.offices.row[office]
        top = self.offices.upwards(row)[-1]
        if row == top:
            then(cause)
            return
        again_after = (self.parts.world.scenario.plan.organize.calling or CallingGiven()).again_after

        def try_again(event: int) -> None:
            self.parts.clock.call_at(self.parts.now + again_after, partial(self.reach, office, event, then))

        self.calling.call(Where(Kind.OFFICE, top), Where(Kind.OFFICE, row), cause, then, try_again)

    def _receive(self, office: int, word: Word, event: int) -> Mapping[int, int]:
        """Let an office have an order; return the cause of what follows for each of its zones."""
        order, issuer, begun = self._issued[word.number]
        causes = dict(zip(order.message.zones, order.causes, strict=True))
        if office != issuer:
            received = self.parts.log.record(
                self.parts.now,
                "order_received",
                Where(Kind.OFFICE, office),
                place=Where(Kind.ZONE, word.zones[0]) if len(word.zones) == 1 else Where(Kind.NOTHING, 0),
                value=float(order.message.level),
                cause=event,
            )
            causes = dict.fromkeys(word.zones, received)
            self._latency[office].append(self.parts.now - begun)
        received_order = Order(
            order.message._replace(zones=word.zones), tuple(causes[zone] for zone in word.zones), issuer
        )
        if self.is_tree:
            self._acknowledge(office, order, word)
            self.duty.call_in(office, max(received_order.causes, default=event))
        for hook in self.parts.at_order_received:
            hook(office, received_order)
        return causes

    def _acknowledge(self, office: int, order: Order, word: Word) -> None:
        """Write into the ledger of the zones that an office leads that it has the order to go."""
        led = [zone for zone in word.zones if self.leads(office, zone)]
        if order.message.kind == "order" and led:
            acknowledged = self.parts.book.times["acknowledged"]
            rows = np.isin(self.parts.households.zone, led) & np.isnan(acknowledged)
            acknowledged[rows] = self.parts.now

    def _fail(self, office: int, word: Word, event: int) -> None:
        """Say of each zone below an office that was not reached that no word came."""
        for zone in word.zones:
            self.parts.log.record(
                self.parts.now,
                "call_given_up",
                Where(Kind.ZONE, zone),
                place=Where(Kind.OFFICE, office),
                cause=event,
            )

    def _handling(self, office: int, ordinal: int) -> float:
        model = self._models.get(self.offices.ids[office])
        if model is None:
            return 0.0
        luck = self.parts.streams.get("handling", model.id, ordinal).random(1)
        return float(quantiles(model.handling, luck)[0])

    def names(self) -> Mapping[Kind, NDArray[Any]]:
        """Return the ids of the offices."""
        return {Kind.OFFICE: np.array(self.offices.ids, dtype=object)}

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Return the offices and the calls between them; none where no tree is described."""
        if not self.is_tree:
            return {}
        offices, levels = self.offices, list(COMMAND_LEVELS)
        rows = [
            {
                "office": id_,
                "name": self._models[id_].name or id_,
                "level": levels[offices.level[row]],
                "parent": "" if offices.parent[row] == TOP else offices.ids[offices.parent[row]],
                "staff": int(offices.staff[row]),
                "on_duty": self.duty.staff(row),
                "staffed_s": self.duty.staffed[row],
                "orders": len(self._latency[row]),
                "order_latency_s": float(np.mean(self._latency[row])) if self._latency[row] else np.nan,
            }
            for row, id_ in enumerate(offices.ids)
        ]
        return {
            "offices": pd.DataFrame(rows),
            "calls": self.calling.table(lambda where: f"{where.kind.id}/{offices.ids[where.row]}"),
        }


SPECIAL = ("school", "hospital", "care_home")
"""Kinds of zones whose offices are called first (assumed)."""
