"""Who goes home, and when: once it is allowed (返家), or before (擅自返回、回流)."""

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evacsim.engine.going_home import GoingHome
from evacsim.engine.log import ROOT, Kind, Where
from evacsim.engine.messages import Order
from evacsim.engine.parts import Parts
from evacsim.engine.posts import Posts
from evacsim.engine.recorded import Recorded
from evacsim.engine.routing import MoverClass
from evacsim.engine.water import Water
from evacsim.terms import HouseholdState
from evacsim.world.animals import draw_animals
from evacsim.world.laws import quantiles

DAY = 86400.0
AUTHORIZED, ON_ITS_OWN, TO_ANIMALS = "authorized", "on_its_own", "to_animals"


class Returning(Recorded):
    """All returns of a run.

    ordered to go - the homes of the zone are dry, and stay so - inspected - return is authorized

    A home is dry while no water at all stands at it. Where none ever comes, the time for which it must be dry
    begins with the order. Water that comes back, or a road that is closed when the inspection ends, lets all
    begin again. Nobody here looks at the forecast: a return that is authorized too early meets the water.
    From then on every household of the zone that is settled sets out, or as soon as it is, or finds a way;
    nobody does while water stands there again.

    Of those settled a share goes back each day before that: each has one luck, and goes a time after it was
    first settled that is exponential with this share of a day. Of those with animals a share goes back to
    feed them, a time after it was first settled. Whoever is not settled at that moment, or finds no way, does not
    go; whoever has gone back stays at home (assumed).
    """

    def __init__(self, parts: Parts, posts: Posts, going_home: GoingHome, water: Water) -> None:
        self.parts = parts
        self.posts = posts
        self.going_home = going_home
        self.water = water
        care, n_zones = parts.world.scenario.plan.care, parts.world.zones.n
        self._back_home: Final = care.back_home
        self._going_back: Final = care.going_back
        self._order_event = np.zeros(n_zones, dtype=np.int64)
        """First order to each zone; the root for none yet."""
        self._dry_since = np.full(n_zones, np.nan)
        """Since when each zone that was ordered to go counts as dry [s]; nan where it is wet, or was not ordered."""
        self._dry_event = np.zeros(n_zones, dtype=np.int64)
        """What made it dry, or the order."""
        self._awaited = np.full(n_zones, np.nan)
        """Dry time of each zone, by its beginning, whose end is waited for."""
        self._is_inspected = np.zeros(n_zones, dtype=bool)
        """Zones that somebody is looking at."""
        self._allowed_event = np.zeros(n_zones, dtype=np.int64)
        self._allowed = np.full(n_zones, np.nan)
        self._first_settled = np.full(parts.households.n, np.nan)
        self._luck: dict[int, NDArray[np.float64]] = {}
        self._returns: list[dict[str, Any]] = []
        self._last: dict[int, dict[str, Any]] = {}
        """Last return of each household."""
        if self._back_home is not None:
            parts.at_order_received.append(self._take_order)
            parts.after_reopening.append(self._look)
        behavior = parts.world.scenario.plan.who.behavior
        livestock = None if behavior is None else behavior.livestock
        self._animals: Final = (
            draw_animals(parts.world, parts.households, parts.streams, livestock)
            if livestock is not None and livestock.goes_back
            else None
        )
        if self._back_home or self._going_back or self._animals:
            parts.at_settled.append(self._settle)
            parts.book.at_state.setdefault(HouseholdState.RETURNED, []).append(self._be_home)

    # -- when it is allowed -----------------------------------------------------------------

    def _take_order(self, _office: int, order: Order) -> None:
        """Take note of zones that are ordered to go, when the first office has the order."""
        wet = self.water.wet_zones()
        for zone, cause in zip(order.message.zones, order.causes, strict=True):
            if self._order_event[zone] == ROOT:
                self._order_event[zone] = self._dry_event[zone] = cause
                if not wet[zone]:
                    self._dry_since[zone] = self.parts.now
                    self._consider(zone)

    def _look(self) -> None:
        """Look at the zones after the water or the roads have changed."""
        parts, wet = self.parts, self.water.wet_zones()
        is_ordered = self._order_event != ROOT
        dried = ~wet & np.isnan(self._dry_since) & is_ordered
        self._dry_since[wet] = np.nan
        self._dry_since[dried] = parts.now
        self._dry_event[dried] = self.water.changed_event
        for zone in np.flatnonzero(is_ordered & np.isnan(self._allowed)).tolist():
            self._consider(zone)
        is_allowed = np.isfinite(self._allowed)[parts.households.zone]
        waiting = np.flatnonzero(is_allowed & (parts.book.state == HouseholdState.SHELTERED))
        for household in waiting.tolist():
            parts.travelers.hear_of_openings(household)
            self._set_out(household)

    def _consider(self, zone: int) -> None:
        """Have a zone inspected once it has been dry for long enough and a road leads there."""
        since = float(self._dry_since[zone])
        if self._back_home is None or np.isnan(since) or self._is_inspected[zone]:
            return
        due = since + self._back_home.dry_for
        if due > self.parts.now:
            if self._awaited[zone] != since:
                self._awaited[zone] = since
                self.parts.clock.call_at(due, partial(self._consider_again, zone, since))
        elif self._has_road(zone):
            self._is_inspected[zone] = True
            luck = self.parts.streams.get("inspection", self.parts.world.zones.ids[zone]).random(1)
            takes = float(quantiles(self._back_home.inspection, luck)[0])
            self.parts.clock.call_at(self.parts.now + takes, partial(self._end_inspection, zone, since))

    def _consider_again(self, zone: int, since: float) -> None:
        if self._dry_since[zone] == since and np.isnan(self._allowed[zone]):
            self._consider(zone)

    def _end_inspection(self, zone: int, since: float) -> None:
        self._is_inspected[zone] = False
        if self._dry_since[zone] == since and self._has_road(zone):
            self._authorize(zone)
        else:
            self._consider(zone)

    def _has_road(self, zone: int) -> bool:
        """Return whether cars find a way to a zone from a shelter where its people are, or from any where none are."""
        parts, world = self.parts, self.parts.world
        if self._back_home is None or not self._back_home.road_open:
            return True
        mine = parts.households.of_zone(zone)
        used = np.unique(parts.book.place[mine][parts.book.place_kind[mine] == Kind.SHELTER])
        shelters = used if used.size else np.arange(world.shelters.n)
        tree = parts.routing.tree_to_node(int(world.zones.drive_node[zone]), MoverClass.CAR)
        times = parts.routing.times_to_root(tree, world.shelters.drive_node[shelters].astype(np.int64))
        return bool(np.isfinite(times).any())

    def _authorize(self, zone: int) -> None:
        """Let the people of a zone go home from now on."""
        parts, place = self.parts, Where(Kind.ZONE, zone)
        mine = parts.households.of_zone(zone)
        rows = mine.start + np.flatnonzero(parts.book.state[mine] == HouseholdState.SHELTERED)
        cause = max(int(self._order_event[zone]), int(self._dry_event[zone]))
        people = int(parts.households.people[rows].sum())
        self._allowed[zone], self.posts.is_allowed[zone] = parts.now, True
        self._allowed_event[zone] = parts.log.record(
            parts.now, "return_authorized", place, place=place, value=people, cause=cause
        )
        for household in rows.tolist():
            self._set_out(household)

    # -- who goes ---------------------------------------------------------------------------

    def _settle(self, household: int, _shelter: int, now: float) -> None:
        """Let a household that is settled set out at once if it may, or go back later."""
        zone = int(self.parts.households.zone[household])
        is_first = bool(np.isnan(self._first_settled[household]))
        self._first_settled[household] = now if is_first else self._first_settled[household]
        if np.isfinite(self._allowed[zone]):
            # Whoever else wants to know that it is settled must hear of it first.
            self.parts.clock.call_at(now, partial(self._set_out, household))
        elif is_first:
            if self._going_back is not None:
                due = now + self._time_to_going_back(household, self._going_back.share_per_day)
                if due <= self.parts.world.scenario.duration:
                    self.parts.clock.call_at(due, partial(self._go_back, household, ON_ITS_OWN))
            if self._animals is not None and self._animals.goes_back[household]:
                due = now + float(self._animals.back_after[household])
                self.parts.clock.call_at(due, partial(self._go_back, household, TO_ANIMALS))

    def _time_to_going_back(self, household: int, share: float) -> float:
        """Return how long after being settled a household goes back [s], if it is not allowed before; inf for never."""
        households, zone = self.parts.households, int(self.parts.households.zone[household])
        mine = households.of_zone(zone)
        if zone not in self._luck:
            id_ = self.parts.world.zones.ids[zone]
            self._luck[zone] = self.parts.streams.get("going_back", id_).random(mine.stop - mine.start)
        luck = self._luck[zone][household - mine.start]
        with np.errstate(divide="ignore"):
            # (1 - share) to the power of the days is the share that has not gone.
            return float(DAY * np.log1p(-luck) / np.log1p(-share)) if share > 0 else np.inf

    def _set_out(self, household: int) -> None:
        parts = self.parts
        zone = int(parts.households.zone[household])
        if parts.book.state_of(household) != HouseholdState.SHELTERED or np.isnan(self._dry_since[zone]):
            return
        cause = max(int(self._allowed_event[zone]), int(parts.book.event[household]))
        if self.going_home.go_home(household, cause):
            self._leave(household, AUTHORIZED)

    def _go_back(self, household: int, kind: str) -> None:
        parts = self.parts
        is_allowed = np.isfinite(self._allowed[parts.households.zone[household]])
        if is_allowed or parts.book.state_of(household) != HouseholdState.SHELTERED:
            return
        if self.going_home.go_home(household, int(parts.book.event[household]), kind="went_back"):
            self._leave(household, kind)

    def _leave(self, household: int, kind: str) -> None:
        line = {"household": household, "left_s": self.parts.now, "home_s": np.nan, "kind": kind}
        self._returns.append(line)
        self._last[household] = line

    def _be_home(self, household: int) -> None:
        """Take note of a household that has come home; one that the water lets go was home before."""
        line = self._last[household]
        line["home_s"] = self.parts.now if np.isnan(line["home_s"]) else line["home_s"]

    # -- what is left -----------------------------------------------------------------------

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Return every return; none where nobody set out."""
        parts = self.parts
        if not self._returns:
            return {}
        frame = pd.DataFrame(self._returns)
        rows = frame["household"].to_numpy(dtype=np.int64)
        zone = parts.households.zone[rows]
        ids = np.array(parts.world.zones.ids, dtype=object)[zone]
        number = parts.households.number[rows]
        frame["household"] = [f"{id_}/{n}" for id_, n in zip(ids, number, strict=True)]
        return {"returns": frame.assign(authorized_s=self._allowed[zone])}
