"""Headquarters sends craft to cases (调度): whenever a case comes in, a craft comes free, or the water changes."""

from bisect import insort
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

import numpy as np
import simpy
from numpy.typing import NDArray

from evacsim.engine.log import Kind, Where
from evacsim.engine.parts import Parts
from evacsim.engine.rescue.cases import ALL, Case, Cases
from evacsim.engine.rescue.going_alone import GoingAlone
from evacsim.engine.rescue.policies import HANDLING, POLICIES, Situation
from evacsim.engine.rescue.teams import Team
from evacsim.engine.rescue.telling import Telling
from evacsim.engine.rescue.tiers import Tiers
from evacsim.engine.rescue.waiting import Sorts
from evacsim.engine.routing import NOMINAL_BOAT_SPEED
from evacsim.engine.vehicles import Vehicle
from evacsim.scenario.forces import Force
from evacsim.scenario.rescue import Rescue
from evacsim.world.laws import quantiles


@dataclass(slots=True)
class Craft:
    """A boat or helicopter with its crew, as headquarters has it."""

    vehicle: Vehicle
    team: Team | None
    """Team that crews it."""
    seats: int
    """People it takes now: the seats, or fewer for want of life-jackets."""
    times: Callable[[], NDArray[np.float64]]
    """How soon it is at every node [s], shape (n_nodes,), as things are now."""
    stands: Callable[[], Hashable]
    """Where and how it stands: free craft for which that is equal are as soon everywhere as each other."""
    task: list[Case] = field(default_factory=list)
    """Cases it is to serve, in their order."""
    called: simpy.Event | None = None
    """Succeeds when it is given a task; None while it has one."""
    reckon: Callable[[Sequence[int]], tuple[float, int]] | None = None
    """How long it goes from where it is to some nodes in their order and back [s], and the node where it is then."""
    times_from: Callable[[int], NDArray[np.float64]] | None = None
    """How soon it is at every node [s], shape (n_nodes,), from a node to which it has come back."""
    free_at: float = np.nan
    """When headquarters reckons that it is free again [s]; nan where nobody has reckoned."""
    free_where: int = -1
    """Node where it is then."""
    turn: Callable[[int], bool] | None = None
    """Turns it round to another node, if it can; set while it may be sent elsewhere."""
    where: Callable[[], int] | None = None
    """Node at which it is or to which the road that it is on leads; None for one in the air, which hears everywhere."""
    stand_by: int = -1
    """Node to which it is moved up instead of being given a task; -1 for none."""
    landing: int = -1
    """Node to which it comes back."""
    in_vain: set[int] = field(default_factory=set)
    """Nodes that it has set out for in vain since the roads or the water last changed."""

    def wake(self) -> None:
        """Let it go for its task."""
        assert self.called is not None, "only a craft that waits is sent"
        called, self.called = self.called, None
        called.succeed()

    @property
    def is_led(self) -> bool:
        """Return whether headquarters sends it; else its crew goes where it likes (`going_alone`)."""
        return self.team is None or self.team.is_led

    @property
    def is_guided(self) -> bool:
        """Return whether its crew knows the district: it is of it, or an officer of the district is with it."""
        return self.team is None or self.team.is_guided

    @property
    def force(self) -> Force | None:
        """Return what the plan says of its team."""
        return None if self.team is None else self.team.force


class Group(NamedTuple):
    """What tells free craft apart for whoever sends them."""

    stands: Hashable
    """See `Craft.stands`."""
    seats: int
    town: int
    answers: int
    """Tiers whose cases they may be sent to (`tiers.Tiers.answers`)."""
    speaker: tuple[str | None, bool]
    """By which office they are called, and whether they have its handsets: what they hear is the same."""
    in_vain: frozenset[int]


class Dispatching:
    """All decisions about who goes where."""

    def __init__(self, parts: Parts, cases: Cases, rules: Rescue, tiers: Tiers | None = None) -> None:
        self.parts = parts
        self.cases = cases
        self.tiers = tiers
        self.rules = rules
        self._policy = POLICIES[rules.dispatch]
        self._looks_ahead = rules.dispatch == "look_ahead"
        self._search = float(quantiles(rules.seeking.at_the_place, np.array([0.5]))[0])
        """How long headquarters reckons that a search takes [s]."""
        self._free: dict[int, Craft] = {}
        """Craft that wait for a task, by vehicle."""
        self._busy: dict[int, Craft] = {}
        self._groups: dict[Group, list[int]] = {}
        """The free ones (vehicle rows, ascending) that are alike."""
        self._group_of: dict[int, Group] = {}
        self._times_of: dict[Group, NDArray[np.float64]] = {}
        """How soon they are at every node [s], as far as anybody has asked."""
        self._stuck: set[Group] = set()
        """Those that reach no waiting case; and how many of them reach each node, shape (n_nodes,)."""
        self._n_stuck = np.zeros(len(parts.world.roads.node_ids), dtype=np.int64)
        self._version = -1
        """Roads for which these times hold."""
        self._is_due = False
        self.going_alone = GoingAlone(parts, cases)
        self.telling = Telling(parts, tiers)
        self.decisions = self.sent = 0
        """How often craft and cases were looked at together, and how often a craft was sent."""
        self.at_sent: list[Callable[[], None]] = []
        """A craft has been sent."""
        self._news: list[Case] = []
        """Cases that have begun to wait since the last decision, where craft under way are told of them."""
        cases.at_news.append(self._hear)
        cases.at_closed.append(self._recall)
        parts.after_reopening.append(self._look_again)

    @property
    def n_free(self) -> int:
        """Return how many craft wait for a task."""
        return len(self._free)

    @property
    def n_out(self) -> int:
        """Return how many craft have been sent and do not wait again."""
        return len(self._busy)

    def wait(self, craft: Craft) -> simpy.Event:
        """Let a craft wait for a task; return the event of its being given one, or finding one (`Craft.task`)."""
        called = simpy.Event(self.parts.clock)
        craft.task, craft.called, craft.free_at = [], called, np.nan
        if not craft.is_led:
            self.going_alone.look(craft)
            return called
        self._wait(craft)
        return called

    def _wait(self, craft: Craft) -> None:
        self._busy.pop(craft.vehicle.row, None)
        self._set_free(craft)
        self.telling.listen(craft)
        self._soon()

    def free_for_all(self) -> list[Craft]:
        """Return the craft that wait, hear, and answer for no town or village before others, by vehicle."""
        free = [self._free[row] for row in sorted(self._free)]
        return [c for c in free if self._answers(c) == 0 and self.telling.may_be_told(c.vehicle.row, ALL)]

    def move(self, craft: Craft, node: int) -> None:
        """Let a craft that waits for a task stand by at another node; it waits no longer until it asks again."""
        self._take(craft)
        self._busy[craft.vehicle.row] = craft
        craft.stand_by = node
        self.telling.tell(craft, partial(self._not_told, craft))

    def listen(self, cause: int) -> None:
        """Look again what those that wait would hear, after an event in any network."""
        for craft in [self._free[row] for row in sorted(self._free)]:
            if self.telling.listen(craft):
                craft.vehicle.event = max(craft.vehicle.event, cause)
                self._forget_stuck()
        self._soon()

    def _not_told(self, craft: Craft) -> None:
        """Let a craft to which no word of its task got through, or that it is off, wait for another."""
        craft.stand_by = -1
        while craft.task:
            self.cases.give_back(craft.task.pop())
        self._wait(craft)

    def give_up(self, craft: Craft, cause: int) -> None:
        """Let the cases of a craft that cannot serve them wait for others."""
        craft.vehicle.event = max(craft.vehicle.event, cause)
        craft.free_at = np.nan
        craft.in_vain.update(case.node for case in craft.task[:1])
        while craft.task:
            case = craft.task.pop()
            if craft.is_led:
                self.cases.give_back(case)

    # -- decisions --------------------------------------------------------------------------

    def _hear(self, case: Case) -> None:
        if self.rules.redispatch is not None:
            self._news.append(case)
        self._soon()

    def _soon(self) -> None:
        """Decide once everything of this instant has happened."""
        if not self._is_due:
            self._is_due = True
            self.parts.clock.call_at(self.parts.now, self._decide)

    def _look_again(self) -> None:
        """Let nothing count as in vain any more: the roads or the water have changed."""
        for craft in (*self._free.values(), *self._busy.values(), *self.going_alone.craft.values()):
            craft.in_vain.clear()
        self._times_of.clear()
        self._forget_stuck()
        self._groups.clear()
        for craft in self._free.values():
            self._set_free(craft)
        self._soon()

    def _decide(self) -> None:
        self._is_due = False
        if self._news and self.rules.redispatch is not None:
            self._redispatch(self.rules.redispatch)
        if self.cases.waiting.n and self._free:
            self.decisions += 1
            for row, chosen in self._policy(self._situation()):
                self._send(self._free[row], [self.cases.all[case] for case in chosen])
        if self.rules.preempt:
            self._preempt()

    def _situation(self) -> Situation:
        waiting, roads = self.cases.waiting, self.parts.world.roads
        sorts = waiting.sorts()
        self._know_roads()

        def between(node: int, others: NDArray[np.int64]) -> NDArray[np.float64]:
            # As the crow flies, at the speed that boats are reckoned with: only to compare.
            away: NDArray[np.float64] = np.hypot(
                roads.x[node] - roads.x[others], roads.y[node] - roads.y[others]
            )
            return away / NOMINAL_BOAT_SPEED

        groups = [group for group in self._groups if group not in self._stuck]
        time = np.empty((len(groups), len(sorts.node)))
        for row, group in enumerate(groups):
            time[row] = self._times(group)[sorts.node]
            if self.tiers is not None or not self.telling.is_free:
                time[row, ~self._may_be_told(group, sorts.tier)] = np.inf
        for row in np.flatnonzero(~np.isfinite(time).any(axis=1)).tolist():
            self._stuck.add(groups[row])
            self._n_stuck += np.isfinite(self._times(groups[row]))
        return Situation(
            time=time,
            craft=[self._groups[group] for group in groups],
            seats=np.array([group.seats for group in groups], dtype=np.int64),
            craft_town=np.array([group.town for group in groups], dtype=np.int64),
            node=sorts.node,
            people=sorts.people,
            grade=sorts.grade,
            town=sorts.town,
            first=sorts.first,
            cases=lambda sort: waiting.cases(int(sorts.row[sort])),
            between=between,
            soon=(lambda: self._soon_there(sorts)) if self._looks_ahead else None,
        )

    # -- craft that will be free ------------------------------------------------------------

    def _reckon(self, craft: Craft) -> None:
        """Reckon when a craft that is sent will be free again; look again then, if it is not."""
        if craft.reckon is None:
            return
        under_way, craft.free_where = craft.reckon([case.node for case in craft.task])
        people = sum(min(case.people, craft.seats) for case in craft.task)
        craft.free_at = self.parts.now + under_way + self._search * len(craft.task) + HANDLING * people
        if craft.free_at <= self.parts.world.scenario.duration:
            self.parts.clock.call_at(craft.free_at, self._soon)

    def _soon_there(self, sorts: Sorts) -> NDArray[np.float64]:
        """Return how soon craft that will be free are at cases of some sorts [s], shape (n_craft, n_sorts)."""
        rows = [np.empty((0, len(sorts.node)))]
        for _, craft in sorted(self._busy.items()):
            # One that is late may be anywhere: nobody counts on it.
            if craft.times_from is not None and craft.free_at > self.parts.now:
                until = craft.free_at - self.parts.now
                times = until + craft.times_from(craft.free_where)[sorts.node]
                times[~self._may(self._answers(craft), sorts.tier)] = np.inf
                rows.append(times[None])
        return np.concatenate(rows)

    # -- free craft by what tells them apart ------------------------------------------------

    def _group(self, craft: Craft) -> Group:
        town = self.cases.town("" if craft.force is None else craft.force.township)
        return Group(
            craft.stands(),
            craft.seats,
            town,
            self._answers(craft),
            (None if craft.force is None else craft.force.office, craft.is_guided),
            frozenset(craft.in_vain),
        )

    def _answers(self, craft: Craft) -> int:
        return 0 if self.tiers is None else self.tiers.answers(craft.force)

    def _may(self, answers: int, tier: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return for each tier whether craft that answer so may be sent to its cases."""
        return np.ones(len(tier), dtype=bool) if self.tiers is None else self.tiers.may(answers, tier)

    def _may_be_told(self, group: Group, tier: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return for each tier whether free craft of a group may be sent to its cases, and would hear of them."""
        heard = self.telling.may_be_told(self._groups[group][0], tier)
        return heard & self._may(group.answers, tier)

    def _time(self, craft: Craft, case: Case) -> float:
        """Return how soon a craft under way is at a case [s], infinite where it may not be sent or does not hear."""
        may_be_sent = self.tiers is None or self.tiers.may_be_sent(craft.force, case)
        if not may_be_sent or not self.telling.hears_under_way(craft, case):
            return np.inf
        return float(craft.times()[case.node])

    def _set_free(self, craft: Craft) -> None:
        group = self._group_of[craft.vehicle.row] = self._group(craft)
        self._free[craft.vehicle.row] = craft
        insort(self._groups.setdefault(group, []), craft.vehicle.row)

    def _take(self, craft: Craft) -> None:
        row = craft.vehicle.row
        del self._free[row]
        self.telling.forget(row)
        group = self._group_of.pop(row)
        self._groups[group].remove(row)
        if not self._groups[group]:
            del self._groups[group]
            self._times_of.pop(group, None)

    def _times(self, group: Group) -> NDArray[np.float64]:
        """Return how soon craft of a group are at every node; never where they have set out for in vain."""
        if group not in self._times_of:
            times = self._free[self._groups[group][0]].times()
            if group.in_vain:
                times = times.copy()
                times[list(group.in_vain)] = np.inf
            self._times_of[group] = times
        return self._times_of[group]

    def _know_roads(self) -> None:
        """Forget all times if the roads have changed, and who is stuck if any of them reaches a new case."""
        news = self.cases.waiting.news
        if self.parts.routing.version != self._version or self._n_stuck[news].any():
            self._forget_stuck()
        news.clear()
        if self.parts.routing.version != self._version:
            self._version = self.parts.routing.version
            self._times_of.clear()

    def _forget_stuck(self) -> None:
        self._stuck.clear()
        self._n_stuck[:] = 0

    def _send(self, craft: Craft, cases: list[Case]) -> None:
        vehicle = craft.vehicle
        self.sent += 1
        self._take(craft)
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
        if self._looks_ahead:
            self._reckon(craft)
        self.telling.tell(craft, partial(self._not_told, craft))
        for hook in self.at_sent:
            hook()

    def _preempt(self) -> None:
        """Turn craft round that are on their way to a case less grave than one that waits, the nearest to each."""
        under_way = self._under_way()
        sorts = self.cases.waiting.sorts()
        graver = sorts.row[sorts.grade < max((c.task[0].grade for c in under_way), default=0)].tolist()
        waiting = [self.cases.all[row] for sort in graver for row in self.cases.waiting.cases(sort)]
        for case in sorted(waiting, key=lambda case: (case.grade, case.row)):
            less_grave = (craft for craft in under_way if craft.task[0].grade > case.grade)
            times = ((self._time(craft, case), craft.vehicle.row) for craft in less_grave)
            best = min((time for time in times if np.isfinite(time[0])), default=None)
            if best is not None:
                self._turn(self._busy[best[1]], case, "craft_turned")

    def _redispatch(self, sooner: float) -> None:
        """Send craft that are under way to new cases that they reach `sooner` [s], the nearest to each."""
        self._know_roads()
        news, self._news = self._news, []
        under_way = self._under_way()
        for case in news:
            if not case.is_open or case.craft is not None:
                continue
            tier = np.array([case.tier])
            waits = [group for group in self._groups if self._may_be_told(group, tier)[0]]
            best = min((float(self._times(group)[case.node]) for group in waits), default=np.inf), -1
            for craft in under_way:
                if craft.task[0].grade >= case.grade:
                    time = self._time(craft, case)
                    there = craft.times()[craft.task[0].node]
                    if time + sooner <= there and (time, craft.vehicle.row) < best:
                        best = time, craft.vehicle.row
            if best[1] >= 0:
                self._turn(self._busy[best[1]], case, "craft_redirected")

    def _under_way(self) -> list[Craft]:
        """Return the craft that are on their way to a case and may be turned round, by vehicle."""
        busy = (self._busy[row] for row in sorted(self._busy))
        return [craft for craft in busy if craft.turn is not None and craft.task]

    def _turn(self, craft: Craft, case: Case, kind: str) -> None:
        """Send a craft that is under way to another case first; what it was sent to waits for others."""
        assert craft.turn is not None
        if not craft.turn(case.node):
            return
        for other in craft.task:
            self.cases.give_back(other)
        self.cases.assign(case, craft.vehicle.row)
        craft.task, craft.free_at = [case], np.nan
        case.event = craft.vehicle.event = self.parts.log.record(
            self.parts.now,
            kind,
            Where(Kind.VEHICLE, craft.vehicle.row),
            place=Where(Kind.CASE, case.row),
            value=float(case.people),
            cause=max(case.event, craft.vehicle.event),
        )

    def _recall(self, case: Case) -> None:
        """Let a craft that is on its way to a case that is closed leave it out, if it hears of that."""
        craft = None if case.craft is None else self._busy.get(case.craft)
        if craft is not None and case in craft.task and self.telling.hears_under_way(craft, case):
            craft.task.remove(case)
            if not craft.task and craft.turn is not None:
                craft.turn(craft.landing)
