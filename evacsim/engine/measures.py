"""What response levels and automatic stops bring about: ordered, set up, carried out or not (断、禁、停、撤、疏).

ordered - (set up) - carried out, or skipped for a cause; lifted when the level that wanted it is over.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evacsim.engine.command import Command
from evacsim.engine.log import NOWHERE, Kind, Where
from evacsim.engine.orders import Orders
from evacsim.engine.parts import Parts
from evacsim.engine.recorded import Recorded
from evacsim.engine.sheltering import Sheltering
from evacsim.engine.transport import Transport
from evacsim.language import Text
from evacsim.scenario.matching import matching
from evacsim.scenario.rules import Measure
from evacsim.terms import HouseholdState
from evacsim.world.laws import quantiles

NOT_IN_PLAN = Text("the plan moves none of its zones", "预案未安排转移这些区域")
FLOODED = Text("water stands in its shelters", "安置点已进水")
NO_VEHICLE = Text("no vehicle of its fleets comes", "车队无车可用")
LIFTED = Text("its level was over before it was set up", "落实前响应已降级")

GONE = (HouseholdState.AWAY, HouseholdState.DEAD)


@dataclass(slots=True)
class Line:
    """What became of a measure that was ordered; times in seconds, nan for never."""

    measure: int
    office: int
    level: int
    ordered: float
    event: int
    done: float = np.nan
    exposed: int = 0
    """People on its roads and in its zones when it was carried out."""
    skipped: Text | None = None
    is_lifted: bool = False


class Measures(Recorded):
    """All measures of the plan."""

    def __init__(
        self, parts: Parts, command: Command, orders: Orders, sheltering: Sheltering, transport: Transport
    ) -> None:
        self.parts = parts
        self.command = command
        self.orders = orders
        self.sheltering = sheltering
        self.transport = transport
        self.models: Final = sorted(parts.world.scenario.plan.when.measures, key=lambda one: one.id)
        self.evacuate: Callable[[int, Iterable[int], int], None] = _nobody
        """Orders zones (rows) of the plan to go, by an office (row) and an event; `engine.responding` gives it."""
        self._row = {model.id: row for row, model in enumerate(self.models)}
        self._lines: list[Line] = []
        self._in_force: dict[int, Line] = {}
        self._times = np.zeros(len(self.models), dtype=np.int64)

    def order(self, measure: str, office: int, level: int, cause: int) -> None:
        """Let an office (row) order a measure for a level, 0 for none, by an event; one in force stays so."""
        row, parts = self._row[measure], self.parts
        if row in self._in_force:
            return
        event = self._tell("measure_ordered", row, level, cause)
        line = Line(row, office, level, parts.now, event)
        self._lines.append(line)
        self._in_force[row] = line
        self._times[row] += 1
        luck = parts.streams.get("measure", measure, str(self._times[row])).random(1)
        due = parts.now + float(quantiles(self.models[row].setup, luck)[0])
        parts.clock.call_at(due, partial(self._carry_out, line))

    def lift(self, measure: str, cause: int) -> None:
        """End a measure that is in force, by an event: its roads open, its posts go home."""
        line = self._in_force.pop(self._row[measure], None)
        if line is None:
            return
        line.is_lifted = True
        model = self.models[line.measure]
        if np.isnan(line.done):
            return
        if model.action == "close":
            self.orders.open_roads(self._ways(model), cause)
        elif model.action == "ban":
            self._man(model, is_manned=False, cause=cause)

    def _carry_out(self, line: Line) -> None:
        model = self.models[line.measure]
        line.skipped = LIFTED if line.is_lifted else self._obstacle(model)
        if line.skipped is not None:
            self._tell("measure_skipped", line.measure, line.level, line.event)
            if self._in_force.get(line.measure) is line:
                del self._in_force[line.measure]
            return
        line.done, line.exposed = self.parts.now, self._exposed(model)
        cause = self._tell("measure_done", line.measure, line.level, line.event)
        if model.action == "close":
            self.orders.close_roads(self._ways(model), cause)
        elif model.action == "ban":
            self._man(model, is_manned=True, cause=cause)
        elif model.action in ("evacuate", "disperse"):
            self.evacuate(line.office, self._zones(model), cause)
        elif model.action == "open_shelters":
            for shelter in self._shelters(model):
                for hook in self.parts.at_shelter_called:
                    hook(shelter, cause)
        elif model.action == "call_up":
            for fleet in self._fleets(model):
                self.transport.call_up(fleet, cause)

    def _obstacle(self, model: Measure) -> Text | None:
        """Return what keeps a measure from being carried out now, None for nothing."""
        if model.action in ("evacuate", "disperse") and not self._zones(model):
            return NOT_IN_PLAN
        if model.action == "open_shelters" and self.sheltering.flooded[self._shelters(model)].all():
            return FLOODED
        if model.action == "call_up":
            fleets = self._fleets(model)
            if not any(vehicle.came for vehicle in self.transport.vehicles if vehicle.fleet in fleets):
                return NO_VEHICLE
        return None

    def _man(self, model: Measure, *, is_manned: bool, cause: int) -> None:
        for post in model.posts:
            for hook in self.parts.at_post:
                hook(post, is_manned, cause)

    # -- what it is about -------------------------------------------------------------------

    def _zones(self, model: Measure) -> list[int]:
        """Return the zones (rows) of a measure that the plan moves."""
        world = self.parts.world
        named = {zone for pattern in model.zones for zone in matching(pattern, world.zones.ids)}
        return [
            row
            for row, (zone, transfer) in enumerate(zip(world.zones.ids, world.transfers, strict=True))
            if zone in named and transfer is not None
        ]

    def _ways(self, model: Measure) -> NDArray[np.int32]:
        """Return the ways for vehicles of the links of a measure."""
        world = self.parts.world
        link = {id_: row for row, id_ in enumerate(world.roads.link_ids)}
        rows = [link[id_] for id_ in model.links]
        return np.flatnonzero(np.isin(world.ways.link, rows) & ~world.ways.is_footway).astype(np.int32)

    def _shelters(self, model: Measure) -> list[int]:
        return [self.parts.world.shelters.ids.index(id_) for id_ in model.shelters]

    def _fleets(self, model: Measure) -> list[int]:
        ids = self.parts.world.fleets.ids
        return [row for row, id_ in enumerate(ids) if id_ in model.fleets or not model.fleets]

    def _exposed(self, model: Measure) -> int:
        """Return how many people are on the roads and in the zones of a measure now."""
        parts, book = self.parts, self.parts.book
        people, exposed = parts.households.people, np.zeros(parts.households.n, dtype=bool)
        if model.zones:
            at_home = (book.place_kind == Kind.ZONE) & ~np.isin(book.state, GONE)
            exposed |= at_home & np.isin(book.place, self._zones(model))
        if model.links:
            moving = np.flatnonzero(np.isin(book.place_kind, (Kind.NODE, Kind.LINK)))
            riding = np.flatnonzero(book.place_kind == Kind.VEHICLE)
            movers = [parts.mover[moving]]
            if riding.size:
                vehicles = self.transport.vehicles
                movers.append(np.array([vehicles[row].mover for row in book.place[riding]], dtype=np.int64))
            where = parts.movement.where(np.concatenate(movers))
            on_road = np.isin(where.link, self._ways(model))
            exposed[np.concatenate([moving, riding])[on_road]] = True
        return int(people[exposed].sum())

    # -- what is left -----------------------------------------------------------------------

    def _tell(self, kind: str, measure: int, level: int, cause: int) -> int:
        model, place = self.models[measure], NOWHERE
        if len(model.links) == 1:
            place = Where(Kind.LINK, list(self.parts.world.roads.link_ids).index(model.links[0]))
        elif len(zones := self._zones(model)) == 1:
            place = Where(Kind.ZONE, zones[0])
        subject = Where(Kind.MEASURE, measure)
        return self.parts.log.record(
            self.parts.now, kind, subject, place=place, value=float(level or np.nan), cause=cause
        )

    def names(self) -> Mapping[Kind, NDArray[Any]]:
        """Return the ids of the measures."""
        return {Kind.MEASURE: np.array([model.id for model in self.models], dtype=object)}

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Return what became of every measure that was ordered."""
        return {"measures": pd.DataFrame([self._told(line) for line in self._lines])}

    def _told(self, line: Line) -> dict[str, Any]:
        model = self.models[line.measure]
        result = "open" if np.isnan(line.done) else "done"
        if line.skipped is not None:
            result = "skipped"
        elif model.within is not None and line.done - line.ordered > model.within:
            result = "late"
        cause = line.skipped or Text("", "")
        return {
            "measure": model.id,
            "level": line.level,
            "action": model.action,
            "office": self.command.offices.ids[line.office],
            "ordered_s": line.ordered,
            "done_s": line.done,
            "result": result,
            "exposed": line.exposed,
            "cause_en": cause.en,
            "cause_zh": cause.zh,
        }


def _nobody(_office: int, _zones: Iterable[int], _cause: int) -> None:
    """Order nobody: no process decides on transfers."""
