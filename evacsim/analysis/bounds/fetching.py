"""The bound of rescue times: how soon people in need could be ashore, whoever is sent to whom in which order.

Fixed are who came into need and when, what headquarters had heard of by when, and which craft were
ready when. Nobody is fetched before anybody is heard of from whose place a crew would find him, from
one to the next within hearing. No craft is at a place sooner than it could come from its depot in a
straight line at the highest speed of any road or craft. From then on a trip takes at least the
shortest search, and every person the time to get on and off; on each trip a craft carries no more
people than it has seats. Ways to the water and over it count as nothing, for craft may stand by
anywhere: where few craft serve many people the bound is near, where ways are long it is far below
what anybody can do.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from evacsim.analysis.bounds.clearing import PRECISION, READY, Found
from evacsim.analysis.people import weighted_quantile
from evacsim.analysis.rescuing import true_cases
from evacsim.analysis.transport import CRAFT as KINDS
from evacsim.results.record import RunRecord
from evacsim.scenario.rescue import Rescue
from evacsim.world.columns import World
from evacsim.world.laws import quantiles

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]

MOST_MOMENTS = 60
"""Moments between which windows are looked at."""
CRAFT = "craft"
"""What a bound comes from: too few craft, or seats in them, for so many people."""


@dataclass(frozen=True, slots=True)
class Fetching:
    """People in need by cases, and the craft that fetch them; n cases, C craft."""

    need: Floats
    """When each case came into need, shape (n,) [s]."""
    soonest: Floats
    """Time in which each could be ashore at least, shape (n,) [s]; 0 for those who did without."""
    people: Rows
    """People of each, shape (n,) [person]."""
    carried: Rows
    """Of them people whom nothing but craft brings out, each counted once, shape (n,) [person]."""
    ready: Floats
    """When each craft is ready, shape (C,) [s]."""
    seats: Floats
    """Seats of each, shape (C,) [person]."""
    each: Floats
    """Time a person takes to get on and off, shape (C,) [s]."""
    trip: float
    """Least time from one trip's end to the next one's [s]."""

    def bound(self, share: float) -> Found:
        """Return the greatest time within which no dispatch has a share of all people ashore [s]."""
        if not len(self.need):
            return Found(np.nan, READY)
        single = weighted_quantile(self.soonest, self.people, share)
        may_be_late = self.people.sum() - (share * self.people.sum() - 0.01)
        if not self._too_late(single, may_be_late):
            return Found(single, READY)
        low, high = single, max(2 * single, 60.0)
        while self._too_late(high, may_be_late):
            low, high = high, 2 * high
        while high - low > max(1.0, PRECISION * low):
            middle = (low + high) / 2
            low, high = (middle, high) if self._too_late(middle, may_be_late) else (low, middle)
        return Found(low, CRAFT)

    def _too_late(self, within: float, most: float) -> bool:
        return self.late(within) > most

    def late(self, within: float) -> float:
        """Return how many people at least are not ashore within a time of coming into need [person].

        Of those who came into need between two moments, no more are in time than all craft carry from the
        first until that time after the second. Windows that do not overlap add up.
        """
        moments = np.unique(self.need)
        if len(moments) > MOST_MOMENTS:
            moments = moments[np.linspace(0, len(moments) - 1, MOST_MOMENTS).astype(np.int64)]
        order = np.argsort(self.need, kind="stable")
        known = np.concatenate([[0], np.cumsum(self.carried[order])])
        need = self.need[order]
        until = np.concatenate([[0.0], moments + within])
        best = np.zeros(len(moments) + 1)
        for k, last in enumerate(moments):
            there = known[np.searchsorted(need, last, side="right")]
            before = known[np.searchsorted(need, moments[: k + 1], side="left")]
            left = there - before - self._carries(moments[: k + 1], last + within)
            # What was counted before must have ended before the window begins.
            free = np.searchsorted(until, moments[: k + 1], side="right") - 1
            best[k + 1] = max(best[k], float((best[free] + left).max()))
        return float(best[-1])

    def _carries(self, begins: Floats, end: float) -> Floats:
        """Return the most people whom all craft bring ashore between moments and an end, shape (n,) [person]."""
        time = np.maximum(end - np.maximum(begins[:, None], self.ready), 0.0)
        with np.errstate(divide="ignore", invalid="ignore"):  # of craft that take no time for each, none left
            trips = np.floor(time / self.trip) + 1 if self.trip > 0 else np.full(time.shape, np.inf)
            by_hand = np.where(self.each > 0, time / self.each, np.inf) + self.seats
        most = np.minimum(trips * self.seats, by_hand)
        return np.asarray(np.where(end > self.ready, most, 0.0).sum(axis=1))


def fetching(record: RunRecord, world: World) -> Fetching | None:
    """Return what limits how soon craft bring people ashore; None where no craft came, or nobody was in need."""
    rescue, cases = world.scenario.plan.rescue, true_cases(record)
    cases = cases[cases["need_s"].notna()]
    vehicles = record.tables["vehicles"]
    craft = vehicles[vehicles["kind"].isin(KINDS) & vehicles["departed_s"].notna()]
    if rescue is None or craft.empty or cases.empty:
        return None
    rows = {fleet: row for row, fleet in enumerate(world.fleets.ids)}
    depot = craft["fleet"].map(rows).to_numpy().astype(np.int64)
    fleets = [world.fleets.models[row] for row in depot.tolist()]
    each = np.array(
        [f.boarding_time + f.alighting_time if f.kind != "helicopter" else f.hoist_time for f in fleets]
    )
    ready = craft["departed_s"].to_numpy(np.float64)
    need = cases["need_s"].to_numpy(np.float64)
    is_fetched = cases["result"].isin(["fetched", "open"]).to_numpy()
    people = cases["true_people"].to_numpy(np.int64)
    there = _first_there(world, cases, depot, ready)
    begins = np.maximum(there, _first_heard_around(world, rescue, cases))
    soonest = np.maximum(begins - need, 0.0) + people * each.min()
    is_double = (cases["source"] == "double").to_numpy()
    search = quantiles(rescue.seeking.at_the_place, np.zeros(1))[0]
    return Fetching(
        need=need,
        soonest=np.where(is_fetched, soonest, 0.0),
        people=people,
        carried=np.where(is_fetched & ~is_double, people, 0),
        ready=ready,
        seats=craft["seats"].to_numpy(np.float64),
        each=each,
        trip=float(search),
    )


def _first_heard_around(world: World, rescue: Rescue, cases: pd.DataFrame) -> Floats:
    """Return when headquarters first heard of anybody around each case, shape (n,) [s].

    Crews find whoever is within hearing of the place of a case, then whoever is within hearing of them; a place
    may have been said wrongly.
    """
    seeking, calls = rescue.seeking, rescue.calls
    hearing = seeking.around + (calls.place_radius if calls.place_error > 0 else 0.0)
    roads = world.roads
    row = pd.Series(np.arange(len(roads.node_ids)), index=roads.node_ids)
    node, place = np.unique(row.loc[cases["node"]].to_numpy(), return_inverse=True)
    away = np.hypot(roads.x[node][:, None] - roads.x[node], roads.y[node][:, None] - roads.y[node])
    # Without coordinates nobody knows who is near whom.
    near = ~(away > hearing) if np.isfinite(away).all() else np.ones(away.shape, dtype=bool)
    _, group = connected_components(csr_array(near), directed=False)
    first = np.full(group.max() + 1, np.inf)
    np.minimum.at(first, group[place], cases["heard_s"].to_numpy(np.float64))
    return np.asarray(first[group[place]])


def _first_there(world: World, cases: pd.DataFrame, depot: Rows, ready: Floats) -> Floats:
    """Return when the first craft can be at each case, shape (n,) [s]."""
    roads, ways = world.roads, world.ways
    vehicles_go = ways.free_speed[~ways.is_footway]
    fastest = max([float(vehicles_go.max(initial=0.0)), *(fleet.speed for fleet in world.fleets.models)])
    row = pd.Series(np.arange(len(roads.node_ids)), index=roads.node_ids)
    node, stand = row.loc[cases["node"]].to_numpy(), world.fleets.drive_node[depot]
    away = np.hypot(roads.x[node][:, None] - roads.x[stand], roads.y[node][:, None] - roads.y[stand])
    return np.asarray((ready + np.nan_to_num(away) / fastest).min(axis=1))
