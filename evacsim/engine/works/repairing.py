"""Sites of power and communication that teams repair, and generators that are carried to places without power.

Power is restored by teams that can do `power`, base stations by those that can do `comms` (抢修).
"""

from functools import partial

import numpy as np

from evacsim.engine.log import Kind, Where
from evacsim.engine.parts import Parts
from evacsim.engine.services import Services
from evacsim.engine.sites import Damage, Sites
from evacsim.engine.works.jobs import Job, Jobs
from evacsim.scenario.matching import matching
from evacsim.scenario.works import CarriedPower


class Repairing:
    """Asks for the repair of each site that is broken."""

    def __init__(self, parts: Parts, sites: Sites, jobs: Jobs) -> None:
        self.parts = parts
        self.sites = sites
        self.jobs = jobs
        self._job: dict[Damage, Job] = {}
        """The last work at each damage; water can do the same one again."""
        sites.at_broken.append(self._ask)
        sites.at_whole.append(self._withdraw)

    def _ask(self, damage: Damage, cause: int) -> None:
        places = self.parts.world.sites
        model = places.models[damage.site]
        self._job[damage] = Job(
            id=f"repair-{model.id}",
            what="repair",
            skill="power" if model.kind == "power" else "comms",
            place=Where(Kind.SITE, damage.site),
            nodes=(int(places.drive_node[damage.site]),),
            work=damage.work,
            finish=partial(self.sites.mend, damage),
        )
        self.jobs.arise(self._job[damage], cause)

    def _withdraw(self, damage: Damage, cause: int) -> None:
        if damage in self._job:
            self.jobs.withdraw(self._job[damage], cause)


class CarryingPower:
    """Asks for a generator at each base station on its battery, each office and shelter without power."""

    def __init__(
        self, parts: Parts, sites: Sites, services: Services, jobs: Jobs, rules: CarriedPower
    ) -> None:
        self.parts = parts
        self.sites = sites
        self.jobs = jobs
        self._work = 3600.0 * rules.work
        self._job: dict[Where, Job] = {}
        """The work at each place without mains."""
        self._named = {
            kind: {id_ for pattern in rules.to for id_ in matching(pattern, list(ids))}
            for kind, ids in self._ids().items()
        }
        sites.at_battery.append(lambda site, event: self._ask(Where(Kind.SITE, site), event))
        sites.at_mains.append(self._take_back)
        services.at_dark.append(lambda shelter, event: self._ask(Where(Kind.SHELTER, shelter), event))
        self._shelters_say = services.has_rules
        parts.at_power.append(lambda place, works, event: self._hear_of_power(place, event, works=works))

    def _ids(self) -> dict[Kind, list[str]]:
        world = self.parts.world
        return {
            Kind.SITE: list(world.sites.ids),
            Kind.SHELTER: list(world.shelters.ids),
            Kind.OFFICE: list(world.offices.ids),
        }

    def _hear_of_power(self, place: Where, event: int, *, works: bool) -> None:
        """Ask for offices as soon as the mains fail; for shelters only where nobody knows of their own generators."""
        if not works and (place.kind == Kind.OFFICE or not self._shelters_say):
            self._ask(place, event)

    def _ask(self, place: Where, cause: int) -> None:
        if place.kind not in self._named or place in self._job:
            return
        id_ = self._ids()[place.kind][place.row]
        nodes = self._nodes(place)
        if id_ not in self._named[place.kind] or not nodes:
            return
        self._job[place] = Job(
            id=f"generator-{id_}",
            what="generator",
            skill="power",
            place=place,
            nodes=nodes,
            work=self._work,
            finish=partial(self._connect, place),
            takes="generators",
            amount=1.0,
        )
        self.jobs.arise(self._job[place], cause)

    def _connect(self, place: Where, event: int) -> None:
        if place.kind == Kind.SITE:
            self.sites.bring_generator(place.row, event)
        else:
            self.sites.give_power(place, event)

    def _take_back(self, place: Where, cause: int) -> None:
        job = self._job.pop(place, None)
        if job is None:
            return
        if np.isfinite(job.done):
            self.jobs.bring_back("generators", 1.0)
        self.jobs.withdraw(job, cause)

    def _nodes(self, place: Where) -> tuple[int, ...]:
        world = self.parts.world
        if place.kind == Kind.SITE:
            return (int(world.sites.drive_node[place.row]),)
        if place.kind == Kind.SHELTER:
            return (int(world.shelters.drive_node[place.row]),)
        models = [office.id for office in world.scenario.plan.organize.offices]
        id_ = world.offices.ids[place.row]
        return (int(world.office_places.drive_node[models.index(id_)]),) if id_ in models else ()
