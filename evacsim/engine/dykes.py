"""Dykes: when they leak and fail, and the water behind them as works leave it (堤防).

The water of the run, `Parts.water`, is made here: what is given, but behind each dyke as much later as it holds
longer, and lower by what is pumped. It is made anew whenever something is done for a dyke; what is past stays.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evacsim.clock import seconds_after
from evacsim.engine.log import ROOT, Kind, Where
from evacsim.engine.parts import Parts
from evacsim.engine.recorded import Recorded
from evacsim.hazard.protected import Area, Span, as_worked
from evacsim.scenario.dykes import Dyke
from evacsim.scenario.matching import matching

LEAK, FAILED = "dyke_leaks", "dyke_failed"


@dataclass(slots=True)
class State:
    """A dyke as it is now."""

    model: Dyke
    area: Area
    raised: float = 0.0
    """By how much its crest is raised [m]."""
    leaks: dict[int, int] = field(default_factory=dict)
    """Event by which each place leaks."""
    stopped: set[int] = field(default_factory=set)
    """Places that leak no longer."""
    failed: int = ROOT
    """Event by which it has failed."""
    version: int = 0
    """How often its failure has been put off: what was foreseen before does not come."""


class Dykes(Recorded):
    """All dykes of the hazard."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.at_leak: list[Callable[[int, int, int], None]] = []
        """A dyke (row) has begun to leak at one place (row), by an event."""
        self.at_failed: list[Callable[[int, int], None]] = []
        """A dyke (row) has failed, by an event."""
        self.states = [self._state(model) for model in parts.world.dykes.models]
        parts.water_causes.append(self._cause_of)

    def schedule(self) -> None:
        """Call for every leak and every failure."""
        for row, dyke in enumerate(self.states):
            for number, leak in enumerate(dyke.model.piping):
                begins = seconds_after(self.parts.world.scenario.start, leak.begins)
                self.parts.clock.call_at(max(0.0, begins), partial(self._leak, row, number))
            self._foresee_failure(row)

    def raise_crest(self, row: int, height: float) -> None:
        """Let the crest of a dyke stand higher by a height in all [m]."""
        self.states[row].raised = height
        self._put_off(row)

    def stop_leak(self, row: int, leak: int) -> None:
        """Let a dyke leak no longer at one place."""
        self.states[row].stopped.add(leak)
        self._put_off(row)

    def begin_pumping(self, row: int, flow: float, step: float) -> None:
        """Let pumps take a flow [m3/s] out of the area behind a dyke from now on."""
        dyke = self.states[row]
        assert dyke.model.area is not None
        span = Span(self.parts.now, np.inf, flow / dyke.model.area)
        dyke.area = replace(dyke.area, pumped=(*dyke.area.pumped, span), step=step)
        self._renew_water()

    def end_pumping(self, row: int) -> None:
        """Let no pump run behind a dyke any more."""
        dyke = self.states[row]
        if not dyke.area.pumped or np.isfinite(dyke.area.pumped[-1].ends):
            return
        last = dyke.area.pumped[-1]._replace(ends=self.parts.now)
        dyke.area = replace(dyke.area, pumped=(*dyke.area.pumped[:-1], last))
        self._renew_water()

    def depth(self, row: int) -> float:
        """Return how deep the deepest water behind a dyke stands now [m]."""
        water, area = self.parts.water, self.states[row].area
        frame = water.frame_at(self.parts.now)
        if frame < 0:
            return 0.0
        places, links = water.place_depth[frame, area.places], water.link_depth[frame, area.links]
        return float(np.concatenate([places, links]).max(initial=0.0))

    # -- what is foreseen -------------------------------------------------------------------

    def _state(self, model: Dyke) -> State:
        world = self.parts.world
        links = {id_ for pattern in model.links for id_ in matching(pattern, world.roads.link_row)}
        places = np.zeros(world.water.place_depth.shape[1], dtype=bool)
        for group in (world.zones, world.pickup_points, world.shelters, world.fleets, world.sites):
            named = {id_ for pattern in model.protects for id_ in matching(pattern, list(group.ids))}
            places[group.depth_row[[id_ in named for id_ in group.ids]]] = True
        homes = world.homes
        places[homes.depth_row[places[world.zones.depth_row[homes.zone]]]] = True
        wet = np.array([world.roads.link_ids[row] in links for row in world.water.link_rows], dtype=bool)
        state = State(model, Area(wet, places, np.inf, np.inf))
        given = self._fails(state)
        state.area = replace(state.area, given=given, fails=given)
        return state

    def _fails(self, dyke: State) -> float:
        """Return when a dyke fails as things are [s]."""
        return min(self._causes(dyke))[0]

    def _causes(self, dyke: State) -> list[tuple[float, int]]:
        """Return when each thing makes a dyke fail [s], and the event behind it so far."""
        model, start = dyke.model, self.parts.world.scenario.start
        causes = [(np.inf, ROOT)]
        if model.gauge is not None and model.crest is not None:
            series = self.parts.world.gauges[model.gauge]
            causes.append((float(series.first_reaching(model.crest + dyke.raised)), ROOT))
        for number, leak in enumerate(model.piping):
            if number not in dyke.stopped:
                due = seconds_after(start, leak.begins) + leak.fails_after
                causes.append((due, dyke.leaks.get(number, ROOT)))
        return causes

    def _put_off(self, row: int) -> None:
        dyke = self.states[row]
        fails = self._fails(dyke)
        if dyke.failed or fails == dyke.area.fails:
            return
        dyke.area = replace(dyke.area, fails=fails)
        dyke.version += 1
        self._foresee_failure(row)
        self._renew_water()

    def _foresee_failure(self, row: int) -> None:
        dyke = self.states[row]
        if np.isfinite(dyke.area.fails):
            fail = partial(self._fail, row, dyke.version)
            self.parts.clock.call_at(max(self.parts.now, dyke.area.fails), fail)

    def _renew_water(self) -> None:
        self.parts.water = as_worked(self.parts.world.water, [dyke.area for dyke in self.states])
        for hook in self.parts.at_water_foreseen:
            hook()

    def _cause_of(self, frame: int) -> int:
        """Return the last failure of a dyke behind which water rises in a frame."""
        water = self.parts.water
        causes = [ROOT]
        for dyke in self.states:
            for depths, own in (
                (water.link_depth, dyke.area.links),
                (water.place_depth, dyke.area.places),
            ):
                before = depths[frame - 1, own] if frame > 0 else 0.0
                if dyke.failed and (depths[frame, own] > before).any():
                    causes.append(dyke.failed)
        return max(causes)

    # -- what comes -------------------------------------------------------------------------

    def _leak(self, row: int, leak: int) -> None:
        dyke = self.states[row]
        if dyke.failed:
            return
        dyke.leaks[leak] = self._record(LEAK, row, ROOT)
        for hook in self.at_leak:
            hook(row, leak, dyke.leaks[leak])

    def _fail(self, row: int, version: int) -> None:
        dyke = self.states[row]
        if dyke.version != version:
            return
        cause, gauge = min(self._causes(dyke))[1], dyke.model.gauge
        if cause == ROOT and gauge is not None and dyke.model.crest is not None:
            stage, place = (
                dyke.model.crest + dyke.raised,
                Where(Kind.GAUGE, list(self.parts.world.gauges).index(gauge)),
            )
            cause = self.parts.log.record(self.parts.now, "stage_reached", place, value=stage)
        dyke.failed = self._record(FAILED, row, cause)
        for hook in self.at_failed:
            hook(row, dyke.failed)

    def _record(self, kind: str, row: int, cause: int) -> int:
        return self.parts.log.record(self.parts.now, kind, Where(Kind.DYKE, row), cause=cause)

    def names(self) -> Mapping[Kind, NDArray[Any]]:
        """Return the ids of the dykes."""
        return {Kind.DYKE: np.array(self.parts.world.dykes.ids, dtype=object)}

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Return what became of each dyke."""
        if not self.states:
            return {}
        rows = [
            {
                "dyke": dyke.model.id,
                "given_s": self._within(dyke.area.given),
                "failed_s": self._within(dyke.area.fails),
                "raised_m": dyke.raised,
                "leaks": len(dyke.leaks),
                "leaks_stopped": len(dyke.stopped),
                "pumped_m3": self._pumped(dyke),
            }
            for dyke in self.states
        ]
        return {"dykes": pd.DataFrame(rows)}

    def _within(self, time: float) -> float:
        """Return a time within the scenario, nan for one that does not come."""
        return max(0.0, time) if time <= self.parts.world.scenario.duration else np.nan

    def _pumped(self, dyke: State) -> float:
        """Return what pumps were able to move behind a dyke so far, whether so much was there or not [m3]."""
        sunk = sum(span.rate * (min(span.ends, self.parts.now) - span.begins) for span in dyke.area.pumped)
        return sunk * (dyke.model.area or 0.0)
