"""Sites of power and communication: what puts them out, and whom that leaves without (断电、断网)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, NamedTuple, TypeVar, cast

import numpy as np
import pandas as pd
import simpy
from numpy.typing import NDArray

from evacsim.clock import seconds_after
from evacsim.engine.clock import Clock
from evacsim.engine.log import ROOT, EventLog, Kind, Where
from evacsim.engine.networks import Networks
from evacsim.engine.parts import Parts
from evacsim.engine.recorded import Recorded
from evacsim.scenario.matching import matching
from evacsim.scenario.networks import Site

T = TypeVar("T")


@dataclass(slots=True)
class State:
    """What holds a site now."""

    outage: int = ROOT
    """Event of the outage that puts it out; the root while none does."""
    outages: int = 0
    """How many outages hold; they may overlap."""
    flooded: int = ROOT
    """Event by which water stands at it too deep, or has spoilt it."""
    is_deep: bool = False
    """Whether water stands at it too deep now."""
    generator: int = ROOT
    """Event by which a generator that was brought feeds it."""
    battery: int = ROOT
    """Event since which it runs on its battery."""
    empty: int = ROOT
    """Event by which its battery is empty."""
    down: int = ROOT
    """Event by which it is out."""
    changes: list[tuple[float, str]] = field(default_factory=list)


class Damage(NamedTuple):
    """What is broken at a site."""

    site: int
    outage: int
    """Outage of the hazard (row); -1 for what water has left behind."""
    work: float
    """Work to repair it [person-s]; nan where nobody can."""


class Sites(Recorded):
    """All sites, and the places they serve.

    A site of power is out while water stands at its power box, an outage holds, or the site that
    feeds it is out. A base station then runs on its battery; it is out when that is empty, when it
    is flooded, when an outage holds, or, one of mobile phones, when the station it is connected through
    is out. A place is without while every site that serves it is out; a place that none serves has what
    it needs. Whom a trunked base station covers is for `engine.private_network` to say.
    """

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        places = parts.world.sites
        self._models: list[Site] = list(places.models)
        self._row = {site.id: row for row, site in enumerate(self._models)}
        self._depth_row = places.depth_row
        self._states = [State() for _ in self._models]
        self._fed = [self._rows_with("power_site", site.id) for site in self._models]
        self._connected = [self._rows_with("backhaul", site.id) for site in self._models]
        self._serving = self._served()
        """For each kind and place, the sites that serve it."""
        self.at_broken: list[Callable[[Damage, int], None]] = []
        """A site is to be repaired, by an event; only what is said to need it, and once somebody listens."""
        self.at_whole: list[Callable[[Damage, int], None]] = []
        """That is not needed any more, by an event: it works by itself, or water stands there again."""
        self.at_battery: list[Callable[[int, int], None]] = []
        """A base station (row) has gone over to its battery, by an event."""
        self.at_mains: list[Callable[[Where, int], None]] = []
        """The mains are back at a place, or a site, by an event."""
        self.at_changed: list[Callable[[int], None]] = []
        """A site has failed or works again, or a generator feeds a place, by an event."""
        self._version = 0
        """How often the water to come has been foreseen."""
        self._broken: set[Damage] = set()
        self._own_power: set[Where] = set()
        """Places with a generator that was brought there."""

    def schedule(self) -> None:
        """Call for every outage and every change of the water at a site."""
        if not self._models:
            return
        parts, start = self.parts, self.parts.world.scenario.start
        for number, outage in enumerate(parts.world.scenario.hazard.outages):
            site = self._row[outage.site]
            begins = max(0.0, seconds_after(start, outage.begins))
            damage = Damage(site, number, np.nan if outage.repair is None else 3600.0 * outage.repair)
            parts.clock.call_at(begins, partial(self._put_out, damage))
            if outage.ends is not None:
                ends = seconds_after(start, outage.ends)
                parts.clock.call_at(max(begins, ends), partial(self._end, damage))
        self._foresee_water()
        parts.at_water_foreseen.append(self._foresee_water)

    def _foresee_water(self) -> None:
        """Call for every change of the water at a site from now on, as it is foreseen now."""
        parts, water = self.parts, self.parts.water
        self._version += 1
        for row, model in enumerate(self._models):
            is_deep = water.place_depth[:, self._depth_row[row]] >= model.floods_at
            changes = np.flatnonzero(np.diff(is_deep.astype(np.int8), prepend=0))
            for frame in changes.tolist():
                time, deep = max(0.0, float(water.times[frame])), bool(is_deep[frame])
                if time >= parts.now:
                    parts.clock.call_at(time, partial(self._meet_water, row, self._version, is_deep=deep))

    def down_event(self, site: str) -> int:
        """Return the event by which a site is out now, the root where it works."""
        return self._states[self._row[site]].down

    def serving(self, kind: str, place: Where) -> Sequence[int]:
        """Return the sites (rows) of power or of mobile phones that serve a place; none where it needs none."""
        return self._serving.get((kind, place), ())

    def is_up(self, site: int) -> bool:
        """Return whether a site (row) works now."""
        return not self._states[site].down

    def is_connected(self, site: int) -> bool:
        """Return whether every site through which a base station (row) is connected works now."""
        return not self._cut_through(site)

    def cut_event(self, site: int) -> int:
        """Return the event by which a base station (row) is out or not connected, the root where it is neither."""
        return max(self._states[site].down, self._cut_through(site))

    def _cut_through(self, site: int) -> int:
        through = self._models[site].backhaul
        while through is not None:
            row = self._row[through]
            if self._states[row].down:
                return self._states[row].down
            through = self._models[row].backhaul
        return ROOT

    def times_down(self, site: str) -> list[tuple[float, float]]:
        """Return from when until when a site was out so far [s]; inf for an end that has not come."""
        found, since = [], np.nan
        for time, state in self._states[self._row[site]].changes:
            if state == "down" and np.isnan(since):
                since = time
            elif state != "down" and not np.isnan(since):
                found.append((since, time))
                since = np.nan
        return found if np.isnan(since) else [*found, (since, np.inf)]

    # -- what happens to a site ---------------------------------------------------------------

    def _put_out(self, damage: Damage) -> None:
        state = self._states[damage.site]
        state.outages += 1
        state.outage = self._record("site_down", damage.site, np.nan, ROOT)
        self._broken.add(damage)
        self._renew(damage.site, state.outage)
        if np.isfinite(damage.work):
            _tell(self.at_broken, damage, state.outage)

    def _end(self, damage: Damage) -> None:
        if damage in self._broken:
            cause = self._states[damage.site].outage
            self.mend(damage, cause)
            _tell(self.at_whole, damage, cause)

    def mend(self, damage: Damage, cause: int) -> None:
        """Let a damage of a site be over, by an event."""
        state = self._states[damage.site]
        self._broken.remove(damage)
        if damage.outage < 0:
            state.flooded = ROOT
        else:
            state.outages -= 1
            if state.outages:
                return
            state.outage = ROOT
        self._renew(damage.site, cause)

    def _meet_water(self, site: int, version: int, *, is_deep: bool) -> None:
        if version == self._version and self._states[site].is_deep != is_deep:
            self._states[site].is_deep = is_deep
            self._flood(site, is_deep=is_deep)

    def _flood(self, site: int, *, is_deep: bool) -> None:
        state, work = self._states[site], self._models[site].repair
        cause = self.parts.water_changed
        damage = Damage(site, -1, np.nan if work is None else 3600.0 * work)
        if is_deep:
            state.flooded = self._record("site_down", site, np.nan, cause)
            if damage in self._broken:
                self._broken.remove(damage)
                _tell(self.at_whole, damage, state.flooded)
            self._renew(site, cause)
        elif np.isfinite(damage.work) and self.at_broken:
            self._broken.add(damage)
            _tell(self.at_broken, damage, max(state.flooded, cause))
        else:
            state.flooded = ROOT
            self._renew(site, cause)

    def bring_generator(self, site: int, cause: int) -> None:
        """Let a generator feed a base station until its mains are back, by an event."""
        self._states[site].generator = cause
        self._renew(site, cause)

    def give_power(self, place: Where, cause: int) -> None:
        """Let a generator that was brought feed an office or a shelter until its mains are back, by an event."""
        self._own_power.add(place)
        self.parts.networks.restore("power", place)
        for hook in self.parts.at_power:
            hook(place, True, cause)
        for tell in self.at_changed:
            tell(cause)

    def _renew(self, site: int, cause: int) -> None:
        """Work out what holds a site now, and tell those that depend on it."""
        model, state = self._models[site], self._states[site]
        feeding = ROOT if model.power_site is None else self._states[self._row[model.power_site]].down
        through = ROOT if model.backhaul is None else self._states[self._row[model.backhaul]].down
        if model.kind != "power":
            self._run_on_battery(site, feeding, cause)
            feeding = state.empty
        if model.kind == "trunked":
            through = ROOT
        out = next((event for event in (state.outage, state.flooded, through, feeding) if event), ROOT)
        was, state.down = state.down, out
        if bool(was) == bool(out):
            return
        came_back = ROOT
        if out:
            if out not in (state.outage, state.flooded, state.empty):
                state.down = self._record("site_down", site, np.nan, out)
            state.changes.append((self.parts.now, "down"))
        else:
            state.changes.append((self.parts.now, "on_battery" if state.battery else "up"))
            came_back = self._record("site_up", site, np.nan, max(was, cause))
        self._tell_places(site, state.down or came_back)
        for other in (*self._fed[site], *self._connected[site]):
            self._renew(other, state.down or cause)

    def _run_on_battery(self, site: int, mains_out: int, cause: int) -> None:
        state, battery = self._states[site], self._models[site].battery
        had_mains = not state.battery and not state.generator
        if not mains_out and not had_mains:
            state.generator = ROOT
            _tell(self.at_mains, Where(Kind.SITE, site), cause)
        feeding = ROOT if state.generator else mains_out
        if feeding and not state.battery:
            event = self._record("site_on_battery", site, battery / 3600.0, feeding)
            state.battery = event
            if not state.down:
                state.changes.append((self.parts.now, "on_battery"))
            self.parts.clock.call_at(self.parts.now + battery, partial(self._run_empty, site, event))
            _tell(self.at_battery, site, event)
        elif not feeding and state.battery:
            state.battery = state.empty = ROOT
            if not state.down:
                state.changes.append((self.parts.now, "up"))

    def _run_empty(self, site: int, since: int) -> None:
        state = self._states[site]
        if state.battery == since:
            state.empty = self._record("site_down", site, 0.0, since)
            self._renew(site, state.empty)

    # -- what that does to places -------------------------------------------------------------

    def _tell_places(self, site: int, event: int) -> None:
        kind, networks = self._models[site].kind, self.parts.networks
        for (of, place), serving in self._serving.items():
            if of != kind or site not in serving:
                continue
            out = [self._states[row].down for row in serving]
            has_mains = not all(out)
            if kind == "power" and has_mains and place.kind != Kind.ZONE:
                self._own_power.discard(place)
                _tell(self.at_mains, place, event)
            works = has_mains or (kind == "power" and place in self._own_power)
            worked = networks.works(kind, place)
            if works == worked:
                continue
            if works:
                networks.restore(kind, place)
            else:
                networks.put_out(kind, place, max(out))
            if kind == "power":
                for hook in self.parts.at_power:
                    hook(place, works, event)
        for tell in self.at_changed:
            tell(event)

    def _served(self) -> dict[tuple[str, Where], list[int]]:
        """Return the sites of each kind that serve the zones, the offices that lead them, the shelters of their town.

        An office that names its sites has those.
        """
        world, serving = self.parts.world, self._serving_zones()
        models = {office.id: office for office in world.scenario.plan.organize.offices}
        for kind in ("power", "cell"):
            for office, id_ in enumerate(world.offices.ids):
                own = np.flatnonzero(world.offices.leader_of == office).tolist()
                named = getattr(models.get(id_), f"{kind}_site", None)
                sites = [self._row[named]] if named else _of_zones(serving, kind, own)
                if id_ in models and sites:
                    serving[kind, Where(Kind.OFFICE, office)] = sites
            for shelter, place in enumerate(world.shelters.models):
                town = [
                    row
                    for row, zone in enumerate(world.zones.models)
                    if zone.township and zone.township == place.township
                ]
                sites = _of_zones(serving, kind, town)
                if sites:
                    serving[kind, Where(Kind.SHELTER, shelter)] = sites
        return serving

    def _serving_zones(self) -> dict[tuple[str, Where], list[int]]:
        zone_row = {id_: row for row, id_ in enumerate(self.parts.world.zones.ids)}
        serving: dict[tuple[str, Where], list[int]] = {}
        for row, site in enumerate(self._models):
            served = dict.fromkeys(id_ for pattern in site.serves for id_ in matching(pattern, zone_row))
            for id_ in served:
                serving.setdefault((site.kind, Where(Kind.ZONE, zone_row[id_])), []).append(row)
        return serving

    def _rows_with(self, name: str, id_: str) -> list[int]:
        return [row for row, site in enumerate(self._models) if getattr(site, name) == id_]

    def _record(self, kind: str, site: int, value: float, cause: int) -> int:
        return self.parts.log.record(self.parts.now, kind, Where(Kind.SITE, site), value=value, cause=cause)

    # -- what stays -----------------------------------------------------------------------------

    def names(self) -> Mapping[Kind, NDArray[Any]]:
        """Return the ids of the sites."""
        return {Kind.SITE: np.array(self.parts.world.sites.ids, dtype=object)}

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Return what became of each site."""
        if not self._models:
            return {}
        changes = [
            (site.id, site.kind, time, state)
            for site, held in zip(self._models, self._states, strict=True)
            for time, state in [(0.0, "up"), *held.changes]
        ]
        return {"sites": pd.DataFrame(changes, columns=["site", "kind", "time_s", "state"])}


def _tell(hooks: list[Callable[[T, int], None]], what: T, event: int) -> None:
    for hook in hooks:
        hook(what, event)


class Rehearsal(simpy.Environment):
    """A clock for what happens whatever anybody does."""

    def call_at(self, time: float, action: Callable[[], None]) -> None:
        """Call `action` at a time that has not passed."""
        self.timeout(time - self.now).callbacks.append(lambda _: action())


def rehearsed(parts: Parts) -> Sites:
    """Return the sites of a run as they will have been at its end: nothing but water and outages touches them."""
    clock = Rehearsal()
    alone = replace(
        parts,
        clock=cast(Clock, clock),
        log=EventLog(),
        networks=Networks(),
        at_power=[],
        at_water_foreseen=[],
    )
    sites = Sites(alone)
    sites.schedule()
    clock.run(until=parts.world.scenario.duration + 1.0)
    return sites


def _of_zones(serving: Mapping[tuple[str, Where], list[int]], kind: str, zones: list[int]) -> list[int]:
    """Return the sites of a kind that serve any of some zones, ascending."""
    return sorted({site for zone in zones for site in serving.get((kind, Where(Kind.ZONE, zone)), [])})
