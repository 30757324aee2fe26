"""Headquarters sends craft to cases (调度): whenever a case comes in, a craft comes free, or the water changes."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import simpy
from numpy.typing import NDArray

from evacsim.engine.log import Kind, Where
from evacsim.engine.parts import Parts
from evacsim.engine.rescue.cases import NO_TOWN, Case, Cases
from evacsim.engine.rescue.policies import POLICIES, Situation
from evacsim.engine.routing import NOMINAL_BOAT_SPEED
from evacsim.engine.vehicles import Vehicle
from evacsim.scenario.rescue import Rescue


@dataclass(slots=True)
class Craft:
    """A boat or helicopter with its crew, as headquarters has it."""

    vehicle: Vehicle
    town: str
    seats: int
    """People it takes now: the seats, or fewer for want of life-jackets."""
    times: Callable[[], NDArray[np.float64]]
    """How soon it is at every node [s], shape (n_nodes,), as things are now."""
    task: list[Case] = field(default_factory=list)
    """Cases it is to serve, in their order."""
    called: simpy.Event | None = None
    """Succeeds when it is given a task; None while it has one."""
    turn: Callable[[int], bool] | None = None
    """Turns it round to another node, if it can; set while it may be sent elsewhere."""
    landing: int = -1
    """Node to which it comes back."""
    in_vain: set[int] = field(default_factory=set)
    """Nodes that it has set out for in vain since the roads or the water last changed."""


class Dispatching:
    """All decisions about who goes where."""

    def __init__(self, parts: Parts, cases: Cases, rules: Rescue) -> None:
        self.parts = parts
        self.cases = cases
        self.rules = rules
        self._policy = POLICIES[rules.dispatch]
        self._free: dict[int, Craft] = {}
        """Craft that wait for a task, by vehicle."""
        self._busy: dict[int, Craft] = {}
        self._is_due = False
        self.decisions = 0
        """How often craft and cases were looked at together."""
        cases.at_news.append(lambda _case: self._soon())
        cases.at_closed.append(self._recall)
        parts.after_reopening.append(self._look_again)

    @property
    def n_free(self) -> int:
        """Return how many craft wait for a task."""
        return len(self._free)

    def wait(self, craft: Craft) -> simpy.Event:
        """Let a craft wait for a task; return the event of its being given one (`Craft.task`)."""
        craft.task, craft.called = [], simpy.Event(self.parts.clock)
        self._busy.pop(craft.vehicle.row, None)
        self._free[craft.vehicle.row] = craft
        self._soon()
        return craft.called

    def give_up(self, craft: Craft, cause: int) -> None:
        """Let the cases of a craft that cannot serve them wait for others."""
        craft.vehicle.event = max(craft.vehicle.event, cause)
        craft.in_vain.update(case.node for case in craft.task[:1])
        while craft.task:
            case = craft.task.pop()
            self.cases.give_back(case)

    # -- decisions --------------------------------------------------------------------------

    def _soon(self) -> None:
        """Decide once everything of this instant has happened."""
        if not self._is_due:
            self._is_due = True
            self.parts.clock.call_at(self.parts.now, self._decide)

    def _look_again(self) -> None:
        """Let nothing count as in vain any more: the roads or the water have changed."""
        for craft in (*self._free.values(), *self._busy.values()):
            craft.in_vain.clear()
        self._soon()

    def _decide(self) -> None:
        self._is_due = False
        columns = self.cases.columns
        waiting = np.flatnonzero(columns.waits[: columns.n])
        if waiting.size and self._free:
            craft = [self._free[row] for row in sorted(self._free)]
            self.decisions += 1
            for row, chosen in self._policy(self._situation(craft, waiting)):
                self._send(craft[row], [self.cases.all[waiting[k]] for k in chosen])
        if self.rules.preempt:
            self._preempt()

    def _situation(self, craft: list[Craft], waiting: NDArray[np.int64]) -> Situation:
        columns, roads = self.cases.columns, self.parts.world.roads
        node = columns.node[waiting]

        def between(one: int, other: int) -> float:
            # As the crow flies, at the speed that boats are reckoned with: only to compare.
            a, b = node[one], node[other]
            return float(np.hypot(roads.x[a] - roads.x[b], roads.y[a] - roads.y[b])) / NOMINAL_BOAT_SPEED

        time = np.array([one.times()[node] for one in craft])
        for row, one in enumerate(craft):
            if one.in_vain:
                time[row, np.isin(node, list(one.in_vain))] = np.inf
        return Situation(
            time=time,
            seats=np.array([one.seats for one in craft], dtype=np.int64),
            craft_town=np.array([columns.town.get(one.town, NO_TOWN) for one in craft], dtype=np.int64),
            node=node,
            people=columns.people[waiting],
            grade=columns.grade[waiting],
            heard=columns.heard[waiting],
            town=columns.town_of[waiting],
            between=between,
        )

    def _send(self, craft: Craft, cases: list[Case]) -> None:
        vehicle = craft.vehicle
        del self._free[vehicle.row]
        self._busy[vehicle.row] = craft
        for case in cases:
            self.cases.assign(case, vehicle.row)
            case.event = vehicle.event = self.parts.log.record(
                self.parts.now,
                "craft_assigned",
                Where(Kind.VEHICLE, vehicle.row),
                place=Where(Kind.CASE, case.row),
                value=float(case.people),
                cause=max(case.event, vehicle.event),
            )
        craft.task = list(cases)
        assert craft.called is not None, "only a craft that waits is sent"
        called, craft.called = craft.called, None
        called.succeed()

    def _preempt(self) -> None:
        """Turn craft round that are on their way to a case less grave than one that waits, the nearest to each."""
        waiting = sorted(
            (case for case in self.cases.open.values() if case.craft is None),
            key=lambda case: (case.grade, case.heard),
        )
        for case in waiting:
            best: tuple[float, int] | None = None
            for row in sorted(self._busy):
                craft = self._busy[row]
                if craft.turn is None or not craft.task or craft.task[0].grade <= case.grade:
                    continue
                time = float(craft.times()[case.node])
                if np.isfinite(time) and (best is None or time < best[0]):
                    best = (time, row)
            if best is not None:
                self._turn(self._busy[best[1]], case)

    def _turn(self, craft: Craft, case: Case) -> None:
        """Send a craft that is under way to another case first; what it was sent to waits for others."""
        assert craft.turn is not None
        if not craft.turn(case.node):
            return
        for other in craft.task:
            self.cases.give_back(other)
        self.cases.assign(case, craft.vehicle.row)
        craft.task = [case]
        case.event = craft.vehicle.event = self.parts.log.record(
            self.parts.now,
            "craft_turned",
            Where(Kind.VEHICLE, craft.vehicle.row),
            place=Where(Kind.CASE, case.row),
            value=float(case.people),
            cause=max(case.event, craft.vehicle.event),
        )

    def _recall(self, case: Case) -> None:
        """Let a craft that is on its way to a case that is closed leave it out."""
        craft = None if case.craft is None else self._busy.get(case.craft)
        if craft is not None and case in craft.task:
            craft.task.remove(case)
            if not craft.task and craft.turn is not None:
                craft.turn(craft.landing)
