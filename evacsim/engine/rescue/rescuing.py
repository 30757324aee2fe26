"""Rescue as a whole: its parts, wired; what it leaves behind."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evacsim.engine.log import Kind
from evacsim.engine.parts import Parts
from evacsim.engine.recorded import Recorded
from evacsim.engine.rescue.calls import Calls
from evacsim.engine.rescue.cases import Case, Cases
from evacsim.engine.rescue.diary import Diary
from evacsim.engine.rescue.dispatching import Dispatching
from evacsim.engine.rescue.fetching import Fetching
from evacsim.engine.rescue.flying import Flying
from evacsim.engine.rescue.loading import Loading
from evacsim.engine.rescue.moving_up import MovingUp
from evacsim.engine.rescue.need import Need
from evacsim.engine.rescue.reach import Reach
from evacsim.engine.rescue.scouting import Scouting
from evacsim.engine.rescue.seeking import Seeking
from evacsim.engine.rescue.surviving import Surviving
from evacsim.engine.rescue.teams import Teams
from evacsim.engine.rescue.tiers import Tiers
from evacsim.engine.rescue.treating import Treating
from evacsim.engine.rescue.truck_landings import Landings
from evacsim.engine.rescue.truck_ways import TruckWays
from evacsim.engine.rescue.volunteering import Volunteering
from evacsim.engine.rescue.wading import Wading
from evacsim.engine.sheltering import Sheltering
from evacsim.engine.transfer import Transfer
from evacsim.engine.transport import Transport
from evacsim.engine.water import Water
from evacsim.scenario.forces import Force
from evacsim.scenario.rescue import Rescue


class Rescuing(Recorded):
    """All of rescue in one run, where the plan has it (`plan.rescue`)."""

    def __init__(
        self,
        parts: Parts,
        rules: Rescue,
        transport: Transport,
        transfer: Transfer,
        sheltering: Sheltering,
        water: Water,
    ) -> None:
        self.parts = parts
        self.transport = transport
        self.need = Need(parts, transfer)
        self.cases = Cases(parts, self.need)
        self.calls = Calls(parts, self.need, self.cases, rules.calls)
        self.reach = Reach(parts)
        self._craft_fleets = [
            row
            for row, fleet in enumerate(transport.fleets)
            if fleet.kind in ("boat", "helicopter", "drone", "high_clearance")
            and row not in transport.carriers
        ]
        self.teams = Teams(
            parts,
            rules.fatigue,
            {row: transport.fleets[row] for row in self._craft_fleets},
            transport.call_up,
        )
        fetchers = [row for row in self._craft_fleets if transport.fleets[row].kind != "drone"]
        self.tiers = (
            None if rules.tiers is None else Tiers(parts, self.cases, rules.tiers, map(self._crew, fetchers))
        )
        self.dispatching = Dispatching(parts, self.cases, rules, self.tiers)
        self.loading = Loading(parts, transport, self.need, self.cases, transfer, rules.seeking)
        self.loading.report = self.calls.open
        self.diary = Diary(parts)
        self.dispatching.telling.at_word.append(self.diary.begin)
        self.fetching = Fetching(
            parts,
            transport,
            self.teams,
            self.reach,
            self.dispatching,
            self.loading,
            self.diary,
            night_speed=rules.night_speed,
        )
        self.flying = Flying(
            parts, transport, sheltering, self.teams, self.dispatching, self.loading, self.diary
        )
        self.seeking = Seeking(
            parts, self.calls, self.teams, self.reach, self.loading, transfer, rules, self.tiers
        )
        if any(fleet.kind == "drone" for fleet in transport.fleets):
            self.scouting = Scouting(parts, transport, self.teams, self.need, self.seeking, self.diary)
        self.moving_up = (
            None
            if rules.move_up is None
            else MovingUp(parts, rules.move_up, self.cases, self.dispatching, self.fetching, self.reach)
        )
        self.treating = None if rules.treatment is None else Treating(parts, rules.treatment)
        self.surviving = (
            None
            if rules.survival is None
            else Surviving(parts, self.need, water, rules.survival, self.treating)
        )
        if parts.waders.limits:
            ways = TruckWays(parts)
            landings = Landings(parts, sheltering, ways, self.loading, self.surviving, self.treating)
            self.wading = Wading(
                parts, transport, self.teams, ways, landings, self.dispatching, self.loading, self.diary
            )
        self.volunteering = (
            None if rules.volunteers is None else Volunteering(parts, self.teams, rules.volunteers)
        )
        self._is_called = False
        self._uncalled = list(self._craft_fleets)
        """Fleets of craft that nobody has called out yet."""
        self.cases.at_news.append(self._call_craft)

    def _call_craft(self, case: Case) -> None:
        """Call out all craft that may be sent to a case with the first such.

        Whoever can search is called with the first that is known beyond its village; others come when they hear of it.
        """
        is_told = self.tiers is None or self.tiers.is_told(case)
        for fleet in list(self._uncalled):
            looks = is_told and self.transport.fleets[fleet].kind == "drone"
            if looks or self.tiers is None or self.tiers.may_be_sent(self._crew(fleet), case):
                self._uncalled.remove(fleet)
                self.transport.call_up(fleet, case.event)
        if self._is_called or not is_told:
            return
        self._is_called = True
        for team in self.teams.teams:
            if "search" in team.force.can or "air" in team.force.can:
                self.teams.call(team, case.event)
        if self.volunteering is not None:
            self.volunteering.hear(case.event)

    def _crew(self, fleet: int) -> Force | None:
        """Return the team that crews a fleet, None for one that has its own people."""
        team = self.teams.crewing(self.transport.fleets[fleet])
        return None if team is None else team.force

    def names(self) -> Mapping[Kind, NDArray[Any]]:
        """Return the ids of teams and cases."""
        return {
            Kind.FORCE: np.array(self.parts.world.forces.ids, dtype=object),
            Kind.CASE: np.array(self.cases.names(), dtype=object),
        }

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Return cases, calls, teams and how craft spent their time."""
        ids = [vehicle.id for vehicle in self.transport.vehicles]
        tables = {
            **self.cases.tables(ids),
            "help_calls": self.calls.table(),
            "forces": self.teams.table(),
            "craft_time": self.diary.table(ids),
            "neighbours": self.seeking.helped(),
        }
        if self.tiers is not None:
            tables["case_levels"] = self.tiers.table()
        if self.moving_up is not None:
            tables["standing_by"] = self.moving_up.table()
        if self.surviving is not None:
            tables["injured"] = self.surviving.table()
        if self.treating is not None:
            tables |= self.treating.tables()
        return {name: frame for name, frame in tables.items() if len(frame)}
