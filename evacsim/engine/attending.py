"""Who is there when the order comes, and who is on the lists (在场与清单)."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evacsim.engine.messages import Order
from evacsim.engine.parts import Parts
from evacsim.engine.recorded import Recorded
from evacsim.scenario.matching import matching
from evacsim.streams import Streams
from evacsim.terms import HouseholdState
from evacsim.world.columns import World
from evacsim.world.daytime import Daytime
from evacsim.world.people import Households
from evacsim.world.presence import Presence, PresenceColumns, presence_of
from evacsim.world.register import ListErrors, Register, draw_register, list_totals, true_register


class Attending(Recorded):
    """The people of every zone: there, or away.

    Who is there goes by the hour of the start, and is settled anew when the first office receives the
    order for the zone (the snapshot of LifeSim, seen TRM-11): who is away then is away for the
    whole run, and safe (assumed). Who was resettled before (避险搬迁) is never there. Visitors come and
    go with the hour as residents do, and nobody visits a zone that has been ordered to go.

    Where work or school is stopped before an order comes (停), whoever is there and free to leave goes home, out of
    the district or to where he lives, and is safe (assumed); he is back, as the hour has it, when that is over and no
    order has come.
    """

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        world, n = parts.world, parts.households.n
        weather = world.scenario.hazard.weather
        begins, ends = weather.night_begins, weather.night_ends
        self._daytime = Daytime(ends, ends, begins, begins)
        self._presence = self._drawn()
        self._is_resettled = self._resettled()
        self._is_settled = np.zeros(world.zones.n, dtype=bool)
        """Zones for which an order has come."""
        self._is_stopped = np.zeros(n, dtype=bool)
        """Households that have left because work or school is stopped."""
        self._stops = np.zeros(world.zones.n, dtype=np.int64)
        """Measures that stop work or school in each zone now."""
        self._is_on = bool(
            self._is_resettled.any()
            or parts.households.is_visitor.any()
            or self._presence is not None
            or any(measure.action == "stop" for measure in world.scenario.plan.when.measures)
        )
        if self._is_on:
            self._settle(np.arange(n))

    def take_order(self, _office: int, order: Order) -> None:
        """Settle who is there in the zones of an order, when it first comes."""
        new = [zone for zone in order.message.zones if not self._is_settled[zone]]
        self._is_settled[new] = True
        if new and self._presence is not None:
            self._settle(np.flatnonzero(np.isin(self.parts.households.zone, new)))

    def stop(self, zone: int) -> int:
        """Stop work or school in a zone (row); return the people who leave, none once an order has come."""
        self._stops[zone] += 1
        book, households = self.parts.book, self.parts.households
        mine = households.of_zone(zone)
        leaves = (book.state[mine] == HouseholdState.AT_HOME) & ~book.held_by_water[mine]
        rows = mine.start + np.flatnonzero(leaves & ~self._is_settled[zone])
        self._is_stopped[rows] = True
        book.go_away(rows, self.parts.now)
        return int(households.people[rows].sum())

    def resume(self, zone: int) -> int:
        """Let work or school in a zone (row) go on, unless another measure stops it; return the people who are back."""
        self._stops[zone] -= 1
        if self._stops[zone] or self._is_settled[zone]:
            return 0
        mine = self.parts.households.of_zone(zone)
        rows = mine.start + np.flatnonzero(self._is_stopped[mine])
        self._is_stopped[rows] = False
        self._settle(rows)
        is_back = self.parts.book.state[rows] == HouseholdState.AT_HOME
        return int(self.parts.households.people[rows[is_back]].sum())

    def _settle(self, rows: NDArray[np.int64]) -> None:
        """Put those of some households that are at home or away where they are now."""
        book, here = self.parts.book, ~(self._is_resettled | self._is_stopped)[rows]
        if self._presence is not None:
            night = self._daytime.night_share(self.parts.calendar.hour(self.parts.now))
            here &= self._presence.at(night)[rows]
        state = book.state[rows]
        book.go_away(rows[(state == HouseholdState.AT_HOME) & ~here], self.parts.now)
        book.come_home(rows[(state == HouseholdState.AWAY) & here], self.parts.now)

    def _drawn(self) -> PresenceColumns | None:
        """Return when households are there; None where all are always."""
        zones, households = self.parts.world.zones.models, self.parts.households
        by_day = np.array([1.0 if zone.day_share is None else zone.day_share for zone in zones])
        visit, is_visitor = households.visit, households.is_visitor
        if (by_day == 1).all() and (visit.kind == Presence.ALWAYS).all():
            return None
        luck = _by_zone(self.parts.streams, "presence", self.parts.world, households)
        own = presence_of(luck, day=by_day[households.zone])
        return PresenceColumns(
            np.where(is_visitor, visit.kind, own.kind), np.where(is_visitor, visit.turn, own.turn)
        )

    def _resettled(self) -> NDArray[np.bool_]:
        world, households = self.parts.world, self.parts.households
        left = np.zeros(world.zones.n)
        row = {id_: number for number, id_ in enumerate(world.zones.ids)}
        for given in world.scenario.plan.who.resettled:
            for pattern in given.zones:
                for id_ in matching(pattern, row):
                    left[row[id_]] = given.share
        if not left.any():
            return np.zeros(households.n, dtype=bool)
        luck = _by_zone(self.parts.streams, "resettled", world, households)
        return np.asarray((luck < left[households.zone]) & ~households.is_visitor)

    def ledger(self) -> Mapping[str, NDArray[Any]]:
        """Return who is there in the end."""
        return {"present": self.parts.book.state != HouseholdState.AWAY} if self._is_on else {}

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Return the lists against the truth; none where the lists are right and everybody is there."""
        parts, lists = self.parts, self.parts.world.scenario.plan.who.lists
        if lists is None and not self._is_on:
            return {}
        households, totals = parts.households, list_totals(parts.register, parts.households)
        n = parts.world.zones.n
        is_here = parts.book.state != HouseholdState.AWAY

        def people(chosen: NDArray[np.bool_]) -> NDArray[np.int64]:
            weights = households.people[chosen]
            return np.bincount(households.zone[chosen], weights=weights, minlength=n).astype(np.int64)

        return {
            "register": pd.DataFrame(
                {
                    "zone": parts.world.zones.ids,
                    "residents": totals.people.astype(np.int64),
                    "listed": totals.people_listed.astype(np.int64),
                    "unlisted": people(~parts.register.is_listed & ~households.is_visitor),
                    "ghosts": parts.register.ghost_people.astype(np.int64),
                    "present": people(is_here),
                    "visitors": people(is_here & households.is_visitor),
                }
            )
        }


def register_of(world: World, households: Households, streams: Streams) -> Register:
    """Return the lists of a scenario: the truth, but for the mistakes that the plan says they have."""
    lists = world.scenario.plan.who.lists
    if lists is None:
        return true_register(households, world.zones.n)
    usual = ListErrors(1 - lists.completeness, lists.ghosts, lists.wrong_zone, lists.wrong_size)
    errors = [usual] * world.zones.n
    row = {id_: number for number, id_ in enumerate(world.zones.ids)}
    for known in lists.zones:
        for pattern in known.zones:
            for id_ in matching(pattern, row):
                errors[row[id_]] = ListErrors(
                    misplaced=lists.wrong_zone,
                    stale=lists.wrong_size,
                    n_unlisted=known.unlisted,
                    n_ghosts=known.ghosts,
                )
    return draw_register(world, households, streams, errors=errors)


def _by_zone(streams: Streams, purpose: str, world: World, households: Households) -> NDArray[np.float64]:
    """Return a luck for every household, drawn zone by zone."""
    counts = np.bincount(households.zone, minlength=world.zones.n)
    drawn = [streams.get(purpose, id_).random(int(n)) for id_, n in zip(world.zones.ids, counts, strict=True)]
    return np.concatenate(drawn)
