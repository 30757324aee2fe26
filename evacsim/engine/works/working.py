"""Works as a whole: their parts, wired; what they leave behind."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evacsim.engine.carrying import Carrying
from evacsim.engine.cutting import Cutting
from evacsim.engine.dykes import Dykes
from evacsim.engine.log import Kind, Where
from evacsim.engine.parts import Parts
from evacsim.engine.recorded import Recorded
from evacsim.engine.rescue.teams import Teams
from evacsim.engine.services import Services
from evacsim.engine.sites import Sites
from evacsim.engine.works.clearing import Clearing
from evacsim.engine.works.holding import Holding
from evacsim.engine.works.jobs import Jobs
from evacsim.engine.works.pumping import Pumping
from evacsim.engine.works.repairing import CarryingPower, Repairing
from evacsim.engine.works.repeaters import BringingRepeaters


class Working(Recorded):
    """All works of one run, where the plan has them (`plan.works`); nothing else."""

    def __init__(
        self,
        parts: Parts,
        cutting: Cutting,
        sites: Sites,
        carrying: Carrying,
        services: Services,
        dykes: Dykes,
        rescue_teams: Teams | None,
    ) -> None:
        self.parts = parts
        self.jobs: Jobs | None = None
        self._own_teams: Teams | None = None
        """Teams, where rescue does not keep them."""
        self.holding: Holding | None = None
        rules = parts.world.scenario.plan.works
        if rules is None:
            return
        teams = rescue_teams
        if teams is None:
            teams = self._own_teams = Teams(parts, None)
        self.jobs = Jobs(parts, teams, rules)
        self.clearing = Clearing(parts, cutting, self.jobs)
        self.repairing = Repairing(parts, sites, self.jobs)
        if rules.generators is not None:
            self.power = CarryingPower(parts, sites, services, self.jobs, rules.generators)
        if rules.repeaters is not None and carrying.private is not None:
            self.repeaters = BringingRepeaters(parts, carrying, carrying.private, self.jobs, rules.repeaters)
        if rules.dykes is not None:
            self.holding = Holding(parts, dykes, self.jobs, rules.dykes)
        if rules.pumping is not None:
            self.pumping = Pumping(parts, dykes, self.jobs, rules.pumping)

    @property
    def teams(self) -> list[Teams]:
        """Return the teams that rescue does not keep; none where it keeps them, or there are no works."""
        return [] if self._own_teams is None else [self._own_teams]

    def schedule(self) -> None:
        """Call for what is watched from the start."""
        if self.holding is not None:
            self.holding.schedule()

    def names(self) -> Mapping[Kind, NDArray[Any]]:
        """Return the ids of the works, and those of the teams where rescue does not say them."""
        if self.jobs is None:
            return {}
        names = {Kind.WORK: np.array([job.id for job in self.jobs.all], dtype=object)}
        if self._own_teams is not None:
            names[Kind.FORCE] = np.array(self.parts.world.forces.ids, dtype=object)
        return names

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Return the works, and the teams where rescue does not write them."""
        tables = {} if self.jobs is None else {"works": self.jobs.table(self._id_of)}
        if self._own_teams is not None:
            tables["forces"] = self._own_teams.table()
        return {name: frame for name, frame in tables.items() if len(frame)}

    def _id_of(self, place: Where) -> str:
        world = self.parts.world
        ids = {
            Kind.LINK: world.roads.link_ids,
            Kind.SITE: world.sites.ids,
            Kind.SHELTER: world.shelters.ids,
            Kind.OFFICE: world.offices.ids,
            Kind.DYKE: world.dykes.ids,
        }
        return str(ids[place.kind][place.row])
