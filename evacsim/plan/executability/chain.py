"""From the trigger to the desk: how long each step of the chain takes, for one zone (指令链).

reported - convened - decided - issued - (staged) - handed down - told - ready - at the pick-up point -
the bus is there - on the bus - at the shelter - registered

A chain is drawn as many times as it has `DRAWS`, each time with another luck at each step: those of
its zone's households are among them, the first and the last one told alike. The luck runs through
a fixed lattice, so nothing is random, and laws that are fixed times give one time exactly. What the
chain leaves out: calls that wait for another order, false starts, households that do not believe,
queues on the roads, and buses that wait until they are full.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evacsim.language import Text
from evacsim.plan.executability.case import Case
from evacsim.plan.executability.roads import Roads
from evacsim.plan.executability.service import Service
from evacsim.plan.executability.starts import Start, measure_starts, starts_of
from evacsim.plan.executability.telling import Telling
from evacsim.scenario.rules import Consultation
from evacsim.scenario.section import DurationLaw
from evacsim.world.laws import quantiles

Floats = NDArray[np.float64]

DRAWS = 512
"""Times that each chain is drawn: the share of late households is right to about one in a hundred."""
PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97)

STEPS: Mapping[str, Text] = {
    "report": Text("the report", "信息报送"),
    "convene": Text("convening the consultation", "会商召集"),
    "decide": Text("the decision", "会商决策"),
    "issue": Text("writing and signing the order", "指令签发"),
    "stage": Text("waiting for the zones before it", "分批等候"),
    "relay": Text("handing the order down", "逐级传达"),
    "tell": Text("telling the households", "入户通知"),
    "prepare": Text("getting ready", "群众准备"),
    "walk": Text("the way to the pick-up point", "步行至集合点"),
    "bus": Text("waiting for the bus", "等车"),
    "board": Text("boarding", "上车"),
    "road": Text("the way to the shelter", "途中"),
    "register": Text("the desk", "安置登记"),
}
"""What each step is called; a chain has those that it needs, in this order."""


@cache
def luck(step: str, number: int = 0) -> Floats:
    """Return the luck of all draws at one step, evenly spread over [0, 1); `number` tells steps of one name apart."""
    dimension = (list(STEPS).index(step) + 5 * number) % len(PRIMES)
    found = np.asarray((0.5 + np.arange(DRAWS) * np.sqrt(PRIMES[dimension])) % 1.0)
    found.setflags(write=False)  # every chain is given the same
    return found


@dataclass(frozen=True)
class Chain:
    """The chain of one zone."""

    zone: int
    start: Start
    ends: Mapping[str, Floats]
    """When each step is over, by its name [s], shape (DRAWS,)."""
    by_bus: bool
    served_from: float = np.inf
    """When the first bus and the first people can be at the pick-up point, on average [s]; inf where no bus goes."""

    def over(self, step: str, share: float) -> float:
        """Return by when a share of the draws has a step behind it [s]; inf where too few ever have."""
        times = np.sort(self.ends[step])
        return float(times[min(int(np.ceil(share * len(times))), len(times)) - 1])

    def mean(self, step: str) -> float:
        """Return when a step is over, on average of those draws in which it ever is [s]; inf where it never is."""
        times = self.ends[step][np.isfinite(self.ends[step])]
        return float(times.mean()) if times.size else np.inf

    @property
    def out_step(self) -> str:
        """Step with which people are out: on the bus that leaves, or out of the door."""
        return "board" if self.by_bus else "prepare"

    @property
    def out(self) -> Floats:
        """When people are out [s]."""
        return self.ends[self.out_step]

    @property
    def longest(self) -> str:
        """Step up to being out that takes longest on average."""
        lengths = self.lengths()
        names = list(lengths)[: list(lengths).index(self.out_step) + 1]
        return max(names, key=lambda name: lengths[name])

    def lengths(self) -> dict[str, float]:
        """Return how long each step takes on average [s], over the draws in which everything happens."""
        happens = np.isfinite(np.array(list(self.ends.values()))).all(axis=0)
        lengths, before = {}, np.full(int(happens.sum()), self.start.true)
        for name, ends in self.ends.items():
            lengths[name] = float((ends[happens] - before).mean()) if before.size else np.inf
            before = ends[happens]
        return lengths


class _Ready(NamedTuple):
    """People who stand at the pick-up point, or out of their door; times in seconds."""

    ends: dict[str, Floats]
    """When each step until then is over."""
    received: Floats
    """When the office that leads the zone has the order, and calls the buses."""


@dataclass(frozen=True)
class Chains:
    """The chains of all zones of a plan."""

    case: Case
    service: Service

    @cached_property
    def starts(self) -> dict[int, Start]:
        """What sets off each zone soonest, by the mean time of its order; zones that nothing sets off are left out."""
        found = {}
        for zone in self.case.zones:
            starts = starts_of(self.case, zone)
            if starts:
                found[zone] = min(starts, key=lambda start: (self.issued(start), start.name))
        return found

    @cached_property
    def all(self) -> dict[int, Chain]:
        """The chains as the plan has them, by zone (row)."""
        return {zone: self.of(zone, start) for zone, start in self.starts.items()}

    def of(self, zone: int, start: Start) -> Chain:
        """Return the chain of a zone, set off by a start."""
        (ends, received), served_from = self._until_ready(zone, start), np.inf
        rounds = self.service.rounds.get(zone)
        if rounds is not None:
            queue = self._queue.get(zone, 0.0)
            early = self._called_early.get(rounds.fleet, np.inf)
            called = np.minimum(received, early)
            fleet = self.case.world.fleets.models[rounds.fleet]
            there = called + quantiles(fleet.call_up, luck("bus")) + rounds.approach
            position = luck("bus", 1)
            wave = np.floor(position * rounds.trips / max(rounds.vehicles, 1e-9))
            served_from = float(np.maximum(ends["walk"], there).mean())
            ends["bus"] = np.maximum(ends["walk"], there) + queue + wave * rounds.cycle
            ends["board"] = ends["bus"] + rounds.boarding
            ends["road"] = ends["board"] + rounds.carry
        else:
            ends["road"] = ends["prepare"] + self._own_way(zone)
        ends["register"] = ends["road"] + self._desk(zone)
        return Chain(zone, start, ends, rounds is not None, served_from)

    def received(self, zone: int) -> float:
        """Return when the office that leads a zone has the order, on average [s]; inf where it never comes down."""
        received = self._until_ready(zone, self.starts[zone]).received
        return float(received.mean()) if np.isfinite(received).all() else np.inf

    def batch_of(self, zone: int) -> tuple[int, ...]:
        """Return the zones (rows) that are ordered together with one that something sets off."""
        return self._batch_of(zone, self.starts[zone])

    # -- from the trigger to the door -----------------------------------------------------------

    def _until_ready(self, zone: int, start: Start) -> "_Ready":
        """Return when each step is over until people stand at the pick-up point, or out of their door."""
        case = self.case
        ends = self._until_issued(start, self._place_in_line(zone, start))
        told = self.telling.told(zone, ends, luck, self._batch_of(zone, start))
        # Whom a channel of an office further up reaches does not wait until the order has come down.
        ends["relay"], ends["tell"] = np.minimum(told.received, told.told), told.told
        organize = case.scenario.plan.organize
        law = case.world.transfer(zone).preparation or organize.preparation
        ends["prepare"] = ends["tell"] + self._before_packing(zone, ends["tell"])
        ends["prepare"] = ends["prepare"] + quantiles(law, luck("prepare"))
        if zone in self.service.rounds:
            ends["walk"] = ends["prepare"] + self._walk(zone)
        return _Ready(ends, told.received)

    def _until_issued(self, start: Start, place: int = 0) -> dict[str, Floats]:
        """Return when each step is over until the order goes out for the zone at a `place` in the line."""
        known = np.full(DRAWS, start.seen_at() + start.later)
        for number, law in enumerate(start.delays):
            known = known + quantiles(law, luck("report", number))
        ends = {"report": known}
        time = known
        parts: dict[str, Floats] = {}
        for number, steps in enumerate(start.consultations):
            for name in ("convene", "decide", "issue"):
                takes = self._confer(name, steps, time, number)
                parts[name] = parts.get(name, np.zeros(DRAWS)) + takes
                time = time + takes
        if start.setup is not None:
            takes = quantiles(start.setup, luck("issue", 3))
            parts["issue"] = parts.get("issue", np.zeros(DRAWS)) + takes
        time = known
        for name, takes in parts.items():
            if takes.any():
                time = time + takes
                ends[name] = time
        staging = self.case.scenario.plan.when.staging
        if staging is not None:
            time = time + staging.every * place
            ends["stage"] = time
        return ends

    def issued(self, start: Start) -> float:
        """Return when an order is given because of a start, on average [s]."""
        *_, issued = self._until_issued(start).values()
        return float(issued.mean())

    def _confer(self, step: str, steps: Consultation | None, time: Floats, number: int) -> Floats:
        """Return how long a step of a consultation takes that begins at `time` [s]."""
        law: DurationLaw | None = None if steps is None else getattr(steps, step)
        if law is None:
            if step != "decide":
                return np.zeros(DRAWS)
            law = self.case.scenario.plan.when.decision_time
        factor = 1.0 if steps is None else np.where(self.is_night(time), steps.night_factor, 1.0)
        return np.asarray(factor * quantiles(law, luck(step, number)))

    def is_night(self, time: Floats) -> NDArray[np.bool_]:
        """Return whether it is night at each of some times [s]; not at a time that never comes."""
        calendar = self.case.calendar
        hour = np.mod(calendar.hour(0.0) + np.where(np.isfinite(time), time, 0.0) / 3600, 24.0)
        begins, ends = calendar.night_begins, calendar.night_ends
        late, early = hour >= begins, hour < ends
        return np.asarray(np.isfinite(time) & ((late & early) if begins <= ends else (late | early)))

    @cached_property
    def telling(self) -> Telling:
        """How orders come down and reach people."""
        return Telling(self.case, self.is_night)

    def _batch_of(self, zone: int, start: Start) -> tuple[int, ...]:
        """Return the zones (rows) that one office orders by one start, in one order."""
        key = int(self.case.deciders[zone]), self.starts.get(zone, start).name
        return self._batches.get(key, (zone,))

    @cached_property
    def _batches(self) -> dict[tuple[int, str], tuple[int, ...]]:
        found: dict[tuple[int, str], list[int]] = defaultdict(list)
        for zone, start in self.starts.items():
            found[int(self.case.deciders[zone]), start.name].append(zone)
        return {key: tuple(zones) for key, zones in found.items()}

    def _place_in_line(self, zone: int, start: Start) -> int:
        """Return how many zones are ordered before one where they are ordered one after the other."""
        staging = self.case.scenario.plan.when.staging
        if staging is None:
            return 0
        zones = list(self._batch_of(zone, start))
        if staging.order == "by_priority":
            zones.sort(key=self._priority)
        return zones.index(zone)

    def _priority(self, zone: int) -> tuple[bool, float, int]:
        model, district = self.case.world.zones.models[zone], self.case.scenario.district.population
        elderly = district.elderly_share if model.elderly_share is None else model.elderly_share
        helpless = model.kind in ("care_home", "hospital", "school")
        return not helpless, -(elderly + self.case.assisted_share(zone)), zone

    # -- from the door to the desk --------------------------------------------------------------

    def _before_packing(self, zone: int, told: Floats) -> Floats:
        """Return how long households wait for their family by day, and see to their animals [s]."""
        behavior, takes = self.case.scenario.plan.who.behavior, np.zeros(DRAWS)
        if behavior is None:
            return takes
        if behavior.family is not None:
            waits = (luck("prepare", 1) < behavior.family.away_share) & ~self.is_night(told)
            takes = takes + np.where(waits, quantiles(behavior.family.wait, luck("prepare", 2)), 0.0)
        if behavior.livestock is not None:
            own = self.case.world.zones.models[zone].livestock_share
            share = behavior.livestock.share if own is None else own
            has = luck("prepare", 3) < share
            takes = takes + np.where(has, quantiles(behavior.livestock.takes, luck("prepare", 4)), 0.0)
        return takes

    @cached_property
    def on_foot(self) -> Roads:
        """Return the ways of those who walk at the pace of the slowest class of people."""
        return Roads.of(self.case.world, "walker", self.case.slowest_walk())

    def _walk(self, zone: int) -> Floats:
        """Return how long the homes of a zone lie from its pick-up point [s]."""
        world = self.case.world
        node = int(world.pickup_points.walk_node[self.service.rounds[zone].pickup])
        return self._from_homes(zone, self.on_foot, world.homes.walk_node, [node])

    def _own_way(self, zone: int) -> Floats:
        """Return how long the way of those takes who go by themselves, from their homes to their first shelter [s]."""
        world, transfer = self.case.world, self.case.world.transfer(zone)
        if transfer.moved_to == "vertical":
            return np.zeros(DRAWS)
        if transfer.refuge is not None:
            goals = [int(world.refuges.walk_node[world.refuges.ids.index(transfer.refuge)])]
            return self._from_homes(zone, self.on_foot, world.homes.walk_node, goals)
        shelters = list(self.case.shelters_of(zone))[: 1 if transfer.shelter else None]
        if self.case.moved(zone).cars > 0 and self.case.moved(zone).on_foot < 0.5:
            goals = [int(node) for node in world.shelters.drive_node[shelters]]
            return self._from_homes(zone, self._by_car, world.homes.drive_node, goals)
        goals = [int(node) for node in world.shelters.walk_node[shelters]]
        return self._from_homes(zone, self.on_foot, world.homes.walk_node, goals)

    @cached_property
    def _by_car(self) -> Roads:
        return Roads.of(self.case.world, "car", np.inf)

    def _from_homes(self, zone: int, roads: Roads, nodes: NDArray[np.int32], goals: list[int]) -> Floats:
        """Return the times from the homes of a zone to the nearest of some nodes, one home after the other [s]."""
        homes = self.case.world.homes
        first, last = int(homes.first[zone]), int(homes.first[zone + 1])
        access = homes.access[first:last] / self.case.slowest_walk()
        times = [min(roads.between(int(node), goal) for goal in goals) for node in nodes[first:last]]
        return np.resize(np.asarray(times) + access, DRAWS)

    def _desk(self, zone: int) -> Floats:
        """Return how long people of one bus wait and stand at the desks, or one household that comes alone [s]."""
        case, rounds = self.case, self.service.rounds.get(zone)
        if case.world.transfer(zone).moved_to != "shelter":
            return np.zeros(DRAWS)
        takes = quantiles(case.scenario.plan.care.registration_time, luck("register"))
        if rounds is None:
            return takes
        shelter, movers = case.world.shelters.models[rounds.shelter], case.moved(zone)
        desks = min(shelter.desks, shelter.staff or shelter.desks)
        households = movers.by_bus / rounds.trips / movers.people * movers.households
        return np.asarray(takes * (1 + np.floor(luck("register", 1) * max(0.0, households - 1) / desks)))

    # -- buses ----------------------------------------------------------------------------------

    @cached_property
    def _called_early(self) -> dict[int, float]:
        """When measures of the plan call up fleets (rows) before any zone does, on average [s]."""
        found: dict[int, float] = {}
        for measure in self.case.scenario.plan.when.measures:
            if measure.action != "call_up":
                continue
            times = [
                self.issued(start)
                for start in measure_starts(self.case, measure)
                if start.true <= self.case.scenario.duration
            ]
            for id_ in (measure.fleets or self.case.fleet_row) if times else ():
                row = self.case.fleet_row[id_]
                found[row] = min(found.get(row, np.inf), *times)
        return found

    @cached_property
    def _queue(self) -> dict[int, float]:
        """How long the buses of each zone are still busy with zones that were ready before it [s]."""
        ready = {
            zone: float(self._until_ready(zone, self.starts[zone]).ends["walk"].mean())
            for zone in self.service.rounds
            if zone in self.starts
        }
        free: dict[int, float] = {}
        queue = {}
        for zone in sorted(ready, key=lambda zone: (ready[zone], zone)):
            rounds = self.service.rounds[zone]
            begins = max(ready[zone], free.get(rounds.fleet, 0.0))
            queue[zone] = begins - ready[zone]
            free[rounds.fleet] = begins + rounds.trips * rounds.cycle / max(rounds.vehicles, 1e-9)
        return queue
