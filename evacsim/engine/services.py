"""What a shelter offers beside a roof: water, taps, toilets, power, a medical corner; who goes without (生活保障)."""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import pandas as pd

from evacsim.engine.generators import Generators
from evacsim.engine.kitchens import Kitchens
from evacsim.engine.log import ROOT, Kind, Where
from evacsim.engine.parts import Parts
from evacsim.engine.recorded import Recorded
from evacsim.engine.sheltering import Sheltering
from evacsim.engine.stages import SERVICES, Stages
from evacsim.engine.supplying import Stock, ration_rate
from evacsim.scenario.care import Needs
from evacsim.scenario.district import Shelter
from evacsim.world.space import Steps, short_person_hours

DAY = 86400.0
POWER, WATER, MEDICAL = "power", "water", "medical"


@dataclass(slots=True)
class Service:
    """One service at one shelter: how many people need it, for how many it suffices."""

    item: str
    per_person: float
    """What one person needs, in the unit of what is provided."""
    provided: float
    """What there is; nan where nothing is said."""
    serves: float
    """For how many people it suffices now."""
    people: int = 0
    """People who need it now."""
    short: int = ROOT
    """Event since which somebody goes without; the root while nobody does."""
    needed: list[tuple[float, float]] = field(default_factory=lambda: [(0.0, 0.0)])
    served: list[tuple[float, float]] = field(default_factory=list)


class Services(Recorded):
    """The services of every shelter, where the plan says what a person needs (`care.needs`).

    Whoever has places in a shelter needs them from that moment, registered or not. A service of which
    nothing is said at a shelter suffices for everybody. Where a tank stands, tap water fails with the
    mains that pump it; then the tank is drawn from, and it is full again as soon as the mains are back
    (assumed). Of those there, people who need help need the medical corner (assumed). When more need a
    service than it suffices for, an event tells how many go without, and another one when nobody does any
    more; what lies between is counted in person-hours.
    """

    def __init__(self, parts: Parts, sheltering: Sheltering, stages: Stages, kitchens: Kitchens) -> None:
        self.parts = parts
        self.stages = stages
        self.kitchens = kitchens
        self._needs = parts.world.scenario.plan.care.needs
        self._at: list[dict[str, Service]] = []
        self._mains_out = np.zeros(parts.world.shelters.n, dtype=np.int64)
        """Event by which the mains of each shelter are out; the root while they work."""
        self.at_dark: list[Callable[[int, int], None]] = []
        """A shelter (row) is without any power, by an event."""
        self._tanks: dict[int, Stock] = {}
        self._tank_version = np.zeros(parts.world.shelters.n, dtype=np.int64)
        if self._needs is None:
            return
        self.generators = Generators(parts, self._change_power)
        for shelter, model in enumerate(parts.world.shelters.models):
            services = _services(model, self._needs)
            for service in services:
                service.served.append((0.0, service.serves))
            self._at.append({service.item: service for service in services})
            if model.water_tank is not None:
                self._tanks[shelter] = Stock(WATER, model.water_tank)
        parts.at_power.append(lambda place, works, event: self._hear_of_power(place, event, works=works))
        sheltering.at_let_in.append(self._let_in)
        sheltering.at_left.append(self._leave)

    @property
    def has_rules(self) -> bool:
        """Return whether the plan says what a person needs."""
        return self._needs is not None

    # -- who is there -----------------------------------------------------------------------------

    def _let_in(self, household: int, shelter: int, event: int) -> None:
        self._count(household, shelter, 1, event)

    def _leave(self, household: int, shelter: int) -> None:
        self._count(household, shelter, -1, int(self.parts.book.event[household]))

    def _count(self, household: int, shelter: int, sign: int, event: int) -> None:
        households = self.parts.households
        people, patients = int(households.people[household]), int(households.assisted[household])
        for service in self._at[shelter].values():
            service.people += sign * (patients if service.item == MEDICAL else people)
            service.needed.append((self.parts.now, float(service.people)))
        if self._mains_out[shelter]:
            self._draw(shelter, max(event, int(self._mains_out[shelter])))
        for service in self._at[shelter].values():
            self._renew(shelter, service, event)

    # -- what there is ----------------------------------------------------------------------------

    def _hear_of_power(self, place: Where, event: int, *, works: bool) -> None:
        if place.kind != Kind.SHELTER:
            return
        shelter = place.row
        if works:
            self._mains_out[shelter] = ROOT
            self.generators.take_mains_back(shelter, event)
            self._refill(shelter, event)
        else:
            self._mains_out[shelter] = event
            self.generators.lose_mains(shelter, event)
            self._draw(shelter, event)

    def _change_power(self, shelter: int, event: int) -> None:
        self._serve(shelter, POWER, math.inf if self.generators.has_power[shelter] else 0.0, event)
        if not self.generators.has_power[shelter]:
            for hook in self.at_dark:
                hook(shelter, event)

    def _draw(self, shelter: int, cause: int) -> None:
        """Let those who are there drink from the tank, which the mains do not fill."""
        tank, now = self._tanks.get(shelter), self.parts.now
        if tank is None:
            return
        assert self._needs is not None
        tank.draw(ration_rate(self._at[shelter][WATER].people, self._needs.water, DAY), now)
        self._tank_version[shelter] += 1
        empty_at = tank.empties_at(now)
        if empty_at <= now:
            self._serve(shelter, WATER, 0.0, cause)
        elif math.isfinite(empty_at):
            emptied = partial(self._run_empty, shelter, int(self._tank_version[shelter]), cause)
            self.parts.clock.call_at(empty_at, emptied)

    def _run_empty(self, shelter: int, version: int, cause: int) -> None:
        if self._tank_version[shelter] == version:
            self._serve(shelter, WATER, 0.0, cause)

    def _refill(self, shelter: int, cause: int) -> None:
        tank, now = self._tanks.get(shelter), self.parts.now
        if tank is None:
            return
        self._tank_version[shelter] += 1
        tank.draw(0.0, now)
        full = self.parts.world.shelters.models[shelter].water_tank
        assert full is not None
        tank.add(max(0.0, full - tank.left(now)), now)
        self._serve(shelter, WATER, math.inf, cause)

    def _serve(self, shelter: int, item: str, serves: float, cause: int) -> None:
        service = self._at[shelter][item]
        if service.serves != serves:
            service.serves = serves
            service.served.append((self.parts.now, serves))
            self._renew(shelter, service, cause)

    def _renew(self, shelter: int, service: Service, cause: int) -> None:
        """Say when people begin to go without a service, and when nobody does any more."""
        if service.item == POWER:
            return  # said by `Generators`, whoever is there
        above = service.people - service.serves
        place, now = Where(Kind.SHELTER, shelter), self.parts.now
        if above > 0 and not service.short:
            kind = f"{service.item}_short"
            service.short = self.parts.log.record(now, kind, place, value=float(above), cause=cause)
        elif above <= 0 and service.short:
            because = max(cause, service.short)
            self.parts.log.record(now, f"{service.item}_restored", place, cause=because)
            service.short = ROOT

    # -- what stays -----------------------------------------------------------------------------

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Return what was needed, what was there and what was short; none where nothing is said of any of it."""
        rows = [*self.stages.shortages(), *self._shortages(), *self.kitchens.shortages()]
        return {"services": pd.DataFrame(rows, columns=SERVICES)} if rows else {}

    def _shortages(self) -> Iterator[tuple[str, str, float, float, float]]:
        until = self.parts.world.scenario.duration
        for shelter, services in enumerate(self._at):
            for service in services.values():
                needed, served = _steps(service.needed), _steps(service.served)
                need = float(needed.value.max()) * service.per_person
                short = short_person_hours(needed, served, until=until)
                id_ = self.parts.world.shelters.ids[shelter]
                yield id_, service.item, need, service.provided, short


def _services(model: Shelter, needs: Needs) -> list[Service]:
    """Return the services of a shelter as they are at the start."""
    nan = math.nan
    tank = nan if model.water_tank is None else model.water_tank
    services = [
        Service(WATER, needs.water, tank, math.inf),
        Service(POWER, 1.0, float(model.generators), math.inf),
    ]
    pieces = (
        ("taps", model.taps, needs.people_per_tap),
        ("toilets", model.toilets, needs.people_per_toilet),
        (MEDICAL, model.medical_beds, 1),
    )
    for item, n, share_one in pieces:
        serves = math.inf if n is None else float(n * share_one)
        services.append(Service(item, 1 / share_one, nan if n is None else float(n), serves))
    return services


def _steps(changes: list[tuple[float, float]]) -> Steps:
    times, values = np.array(changes, dtype=np.float64).T
    return Steps(times, values)
