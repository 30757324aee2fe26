"""What response levels and automatic stops bring about: ordered, set up, carried out or not (断、禁、停、撤、疏).

ordered - (called) - (people there) - (set up) - carried out, or skipped for a cause; lifted when the
level that wanted it is over. Another office than the one that decides is called first.
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
from evacsim.engine.stopping import Stopping
from evacsim.engine.transport import Transport
from evacsim.language import Text
from evacsim.scenario.matching import matching
from evacsim.scenario.rules import Measure
from evacsim.terms import HouseholdState
from evacsim.world.laws import quantiles

NOT_IN_PLAN = Text("the plan moves none of its zones", "预案未安排转移这些区域")
FLOODED = Text("water stands in its shelters", "安置点已进水")
NO_VEHICLE = Text("no vehicle of its fleets comes", "车队无车可用")
NOT_REACHED = Text("the office that carries it out was not reached", "执行机构未叫应")
TOO_FEW = Text("too few people are on duty", "在岗人员不足")
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
    """The last event on its way."""
    done: float = np.nan
    exposed: int = 0
    """People on its roads and in its zones when it was carried out."""
    staff: int = 0
    """People of the office that it takes now."""
    skipped: Text | None = None
    is_lifted: bool = False


class Measures(Recorded):
    """All measures of the plan."""

    def __init__(
        self,
        parts: Parts,
        command: Command,
        orders: Orders,
        sheltering: Sheltering,
        transport: Transport,
        stopping: Stopping,
    ) -> None:
        self.parts = parts
        self.stopping = stopping
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
        self._short: list[Line] = []
        """Measures whose people have not come yet."""
        self._busy = np.zeros(command.offices.n, dtype=np.int64)
        """People of each office whom measures take now."""
        command.duty.at_staff.append(self._look_again)
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
        model = self.models[row]
        executing = office if model.office is None else self.command.row(model.office)
        if executing == office:
            self._receive(line, event)
            return
        line.office = executing
        self.command.calling.call(
            Where(Kind.OFFICE, office),
            Where(Kind.OFFICE, executing),
            event,
            partial(self._hear, line),
            partial(self._skip, line, NOT_REACHED),
        )

    def lift(self, measure: str, cause: int) -> None:
        """End a measure that is in force, by an event: its roads open, its posts go home."""
        line = self._in_force.pop(self._row[measure], None)
        if line is None:
            return
        line.is_lifted = True
        model = self.models[line.measure]
        if np.isnan(line.done):
            return
        self._free(line)
        if model.action == "close":
            self.orders.open_roads(self._ways(model), cause)
        elif model.action == "gate":
            self.orders.lift_gate(self._ways(model), cause)
        elif model.action == "reserve":
            self.orders.give_lane_back(self._ways(model), cause)
        elif model.action == "ban":
            self._man(model, is_manned=False, cause=cause)
        elif model.action == "stop":
            self.stopping.resume(line.measure, self._named(model), cause)

    def _hear(self, line: Line, cause: int) -> None:
        """Let the office that carries a measure out have the order, by an acknowledged call."""
        received = self.parts.log.record(
            self.parts.now,
            "order_received",
            Where(Kind.OFFICE, line.office),
            value=float(line.level or np.nan),
            cause=cause,
        )
        self.command.duty.call_in(line.office, received)
        self._receive(line, received)

    def _receive(self, line: Line, cause: int) -> None:
        """Set a measure up as soon as its people are there."""
        duty, wanted = self.command.duty, self.models[line.measure].staff
        line.event = cause
        if line.is_lifted:
            self._skip(line, LIFTED, cause)
        elif duty.staff(line.office) - self._busy[line.office] >= wanted:
            self._busy[line.office] += wanted
            line.staff = wanted
            model = self.models[line.measure]
            luck = self.parts.streams.get("measure", model.id, str(self._times[line.measure])).random(1)
            due = self.parts.now + float(quantiles(model.setup, luck)[0])
            self.parts.clock.call_at(due, partial(self._carry_out, line))
        elif duty.is_complete(line.office):
            self._skip(line, TOO_FEW, cause)
        else:
            self._short.append(line)

    def _look_again(self, office: int) -> None:
        """Somebody has come to an office: perhaps its measures can be set up now."""
        mine = [line for line in self._short if line.office == office]
        self._short = [line for line in self._short if line.office != office]
        for line in mine:
            self._receive(line, line.event)

    def _skip(self, line: Line, because: Text, cause: int) -> None:
        line.skipped = because
        model = self.models[line.measure]
        # Whoever then hears nothing finds in his own zone what kept the order from him.
        zones = self._zones(model) if model.action in ("evacuate", "disperse") else []
        for place in [Where(Kind.ZONE, zone) for zone in zones] or [self._place(model)]:
            self._tell("measure_skipped", line.measure, line.level, cause, place)
        self._free(line)
        if self._in_force.get(line.measure) is line:
            del self._in_force[line.measure]

    def _free(self, line: Line) -> None:
        self._busy[line.office] -= line.staff
        line.staff = 0

    def _carry_out(self, line: Line) -> None:
        model = self.models[line.measure]
        obstacle = LIFTED if line.is_lifted else self._obstacle(model)
        if obstacle is not None:
            self._skip(line, obstacle, line.event)
            return
        line.done, line.exposed = self.parts.now, self._exposed(model)
        cause = self._tell("measure_done", line.measure, line.level, line.event)
        if model.action in ("close", "gate", "reserve", "ban"):
            self._act_on_roads(model, cause)
        elif model.action == "stop":
            self.stopping.stop(line.measure, self._named(model), cause)
        elif model.action in ("evacuate", "disperse"):
            self.evacuate(line.office, self._zones(model), cause)
        elif model.action == "open_shelters":
            for shelter in self._shelters(model):
                for hook in self.parts.at_shelter_called:
                    hook(shelter, cause)
        elif model.action == "call_up":
            for fleet in self._fleets(model):
                self.transport.call_up(fleet, cause)

    def _act_on_roads(self, model: Measure, cause: int) -> None:
        """Close, meter or keep clear the roads of a measure, or man its posts."""
        if model.action == "close":
            self.orders.close_roads(self._ways(model), cause)
        elif model.action == "gate" and model.flow is not None:
            self.orders.set_gate(self._ways(model), model.flow, cause)
        elif model.action == "reserve":
            self.orders.reserve_lane(self._ways(model), cause)
        elif model.action == "ban":
            self._man(model, is_manned=True, cause=cause)

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
        return [row for row in self._named(model) if self.parts.world.transfers[row] is not None]

    def _concerned(self, model: Measure) -> list[int]:
        """Return the zones (rows) of a measure whose people it concerns."""
        return self.stopping.workplaces(self._named(model)) if model.action == "stop" else self._zones(model)

    def _named(self, model: Measure) -> list[int]:
        """Return the zones (rows) that a measure names."""
        ids = self.parts.world.zones.ids
        named = {zone for pattern in model.zones for zone in matching(pattern, ids)}
        return [row for row, zone in enumerate(ids) if zone in named]

    def _ways(self, model: Measure) -> NDArray[np.int32]:
        """Return the ways for vehicles of the links of a measure."""
        world = self.parts.world
        link = {id_: row for row, id_ in enumerate(world.roads.link_ids)}
        rows = [link[id_] for id_ in model.links]
        return np.flatnonzero(np.isin(world.ways.link, rows) & ~world.ways.is_footway).astype(np.int32)

    def _shelters(self, model: Measure) -> list[int]:
        row = {id_: number for number, id_ in enumerate(self.parts.world.shelters.ids)}
        named = dict.fromkeys(id_ for pattern in model.shelters for id_ in matching(pattern, row))
        return [row[id_] for id_ in named]

    def _fleets(self, model: Measure) -> list[int]:
        ids = self.parts.world.fleets.ids
        return [row for row, id_ in enumerate(ids) if id_ in model.fleets or not model.fleets]

    def _exposed(self, model: Measure) -> int:
        """Return how many people are on the roads and in the zones of a measure now."""
        parts, book = self.parts, self.parts.book
        people, exposed = parts.households.people, np.zeros(parts.households.n, dtype=bool)
        if model.zones:
            at_home = (book.place_kind == Kind.ZONE) & ~np.isin(book.state, GONE)
            exposed |= at_home & np.isin(book.place, self._concerned(model))
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

    def _tell(self, kind: str, measure: int, level: int, cause: int, place: Where | None = None) -> int:
        place = place or self._place(self.models[measure])
        subject = Where(Kind.MEASURE, measure)
        return self.parts.log.record(
            self.parts.now, kind, subject, place=place, value=float(level or np.nan), cause=cause
        )

    def _place(self, model: Measure) -> Where:
        """Return the only road or zone of a measure, nowhere where there are more."""
        if len(model.links) == 1:
            return Where(Kind.LINK, list(self.parts.world.roads.link_ids).index(model.links[0]))
        zones = self._concerned(model)
        return Where(Kind.ZONE, zones[0]) if len(zones) == 1 else NOWHERE

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
