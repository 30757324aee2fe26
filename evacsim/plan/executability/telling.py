"""From the order to the household: handed down from office to office, then over channels and from door to door."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evacsim.plan.executability.case import Case
from evacsim.scenario.channels import Channel
from evacsim.scenario.command import Office
from evacsim.scenario.matching import matching
from evacsim.scenario.organizers import OfficerRules
from evacsim.world.laws import quantiles
from evacsim.world.offices import TOP

Floats = NDArray[np.float64]
Luck = Callable[..., Floats]
URGENT = ("school", "hospital", "care_home")
"""Kinds of zones whose offices are called first, as the engine does (assumed)."""


class Told(NamedTuple):
    """When an order has come down; times in seconds."""

    received: Floats
    """The office that leads the zone has it."""
    told: Floats
    """A household has it; inf where neither channel nor team reaches it."""


@dataclass(frozen=True)
class Telling:
    """How orders reach the people of all zones."""

    case: Case
    is_night: Callable[[Floats], NDArray[np.bool_]]

    def path(self, zone: int) -> tuple[int, ...]:
        """Return the offices (rows) through which an order comes down, who decides first; empty where none leads on."""
        offices = self.case.world.offices
        decider, leader = int(self.case.deciders[zone]), int(offices.leader_of[zone])
        if leader == TOP:
            return ()
        line = offices.upwards(leader)
        if self.case.scenario.plan.organize.mode == "flat":
            return (decider,) if decider == leader else (decider, leader)
        return tuple(reversed(line[: line.index(decider) + 1])) if decider in line else ()

    def told(self, zone: int, ends: Mapping[str, Floats], luck: Luck, batch: tuple[int, ...]) -> Told:
        """Return when an order that was issued with the last of `ends` has come down to a zone (row) of a batch."""
        *_, issued = ends.values()
        path = self.path(zone)
        if not path:
            never = np.full(issued.shape, np.inf)
            return Told(never, never)
        times = {path[0]: issued}
        received = issued
        for number, (caller, callee) in enumerate(pairwise(path)):
            received = received + self._handling(caller, luck("relay", number))
            received = received + self._call(caller, callee, received, luck("relay", number + 2), batch)
            times[callee] = received
        return Told(received, self._household(zone, times, received, luck, batch))

    # -- offices --------------------------------------------------------------------------------

    def _handling(self, office: int, luck: Floats) -> Floats:
        model = self._models.get(self.case.world.offices.ids[office])
        return np.zeros(luck.shape) if model is None else quantiles(model.handling, luck)

    @cached_property
    def _models(self) -> dict[str, Office]:
        return {office.id: office for office in self.case.scenario.plan.organize.offices}

    def _call(self, caller: int, callee: int, time: Floats, luck: Floats, batch: tuple[int, ...]) -> Floats:
        """Return how long a call takes: until a line is free, it is answered, or tried again [s]."""
        offices, rules = self.case.world.offices, self.case.scenario.plan.organize.calling
        if rules is None:
            return np.zeros(time.shape)
        is_flat = self.case.scenario.plan.organize.mode == "flat"
        shares = offices.leaders(batch) if is_flat else offices.next_below(caller, batch)
        zones = self.case.world.zones.models
        urgent = [not any(zones[zone].kind in URGENT for zone in own) for _, own in shares]
        order = [row for _, (row, _) in sorted(zip(urgent, shares, strict=True), key=lambda pair: pair[0])]
        place = order.index(callee) if callee in order else 0
        answered = np.where(self.is_night(time), rules.answer_night, rules.answer_day)
        with np.errstate(divide="ignore", invalid="ignore"):
            failed = np.floor(np.log1p(-luck) / np.log1p(-np.minimum(answered, 1.0)))
        failed = np.where(answered >= 1, 0.0, np.where(answered <= 0, np.inf, failed))
        again = max(rules.again_after, rules.ring)
        one_person = (rules.tries - 1) * again + rules.ring
        with np.errstate(invalid="ignore"):
            people = np.floor(failed / rules.tries)
            waits = people * one_person + (failed - people * rules.tries) * again
        waits = np.where(np.isinf(failed), np.inf, waits)
        return place // max(1, int(offices.lines[caller])) * rules.ring + waits + rules.ring

    # -- households -----------------------------------------------------------------------------

    def _household(
        self, zone: int, times: Mapping[int, Floats], received: Floats, luck: Luck, batch: tuple[int, ...]
    ) -> Floats:
        organize = self.case.scenario.plan.organize
        if not self.case.scenario.district.channels and not organize.officers:
            law = self.case.world.transfer(zone).relay_time or organize.relay_time
            return received + quantiles(law, luck("tell"))
        told = received + self.sweep_time(zone, self.is_night(received), batch) * luck("tell")
        for number, channel in enumerate(self.case.scenario.district.channels):
            reach = self.reach(channel, zone)
            sent = times.get(self.operator(channel, zone))
            if reach is None or sent is None:
                continue
            share = np.where(self.is_night(sent), reach[1], reach[0])
            queue = 0.0 if channel.rate is None else self.case.moved(zone).households / channel.rate
            heard = sent + quantiles(channel.delay, luck("tell", 2 * number + 2)) + queue * luck("tell", 1)
            told = np.where(luck("tell", 2 * number + 1) < share, np.minimum(told, heard), told)
        return told

    def operator(self, channel: Channel, zone: int) -> int:
        """Return the office (row) that sends over a channel in a zone."""
        offices = self.case.world.offices
        if channel.operator is None:
            return int(offices.leader_of[zone])
        return max(0, offices.row.get(channel.operator, TOP))

    def reach(self, channel: Channel, zone: int) -> tuple[float, float] | None:
        """Return the share of a zone that hears a channel by day and by night; None where it does not cover it."""
        id_ = self.case.world.zones.ids[zone]
        if not any(matching(pattern, [id_]) for pattern in channel.zones):
            return None
        reach = (channel.reach_day, channel.reach_night)
        for coverage in self.case.scenario.district.coverage:
            if coverage.channel == channel.id and any(matching(p, [id_]) for p in coverage.zones):
                reach = (coverage.reach_day, coverage.reach_night)
        return reach

    @cached_property
    def teams(self) -> tuple[tuple[int, ...], ...]:
        """Zones (rows) that each team goes to."""
        world = self.case.world
        found = []
        for officer in self.case.scenario.plan.organize.officers:
            office = world.offices.row.get(officer.office, TOP)
            patterns = [id_ for pattern in officer.zones for id_ in matching(pattern, world.zones.ids)]
            own = [
                zone
                for zone, id_ in enumerate(world.zones.ids)
                if (id_ in patterns if officer.zones else world.offices.leader_of[zone] == office)
            ]
            found.append(tuple(own))
        return tuple(found)

    def teams_of(self, zone: int) -> list[int]:
        """Return the teams (rows) that go through a zone."""
        return [row for row, zones in enumerate(self.teams) if zone in zones]

    @cached_property
    def rules(self) -> OfficerRules:
        """How teams work."""
        return self.case.scenario.plan.organize.door_to_door or OfficerRules()

    def doors(self, team: int, batch: tuple[int, ...]) -> float:
        """Return how many doors of a batch of zones one team has to knock at."""
        return sum(
            self.case.moved(zone).households / len(self.teams_of(zone))
            for zone in self.teams[team]
            if zone in batch
        )

    def sweep_time(self, zone: int, is_night: NDArray[np.bool_], batch: tuple[int, ...]) -> Floats:
        """Return how long it takes until the last door of a zone has been knocked at [s]; inf where no team goes."""
        teams = self.teams_of(zone)
        if not teams:
            return np.full(is_night.shape, np.inf)
        doors = max(self.doors(team, tuple({*batch, zone})) for team in teams)
        rate = self.rules.rate * np.where(is_night, self.rules.night_factor, 1.0)
        return np.asarray(3600 * doors / rate)
