"""Mobile repeaters of the private network that are brought to where it is gone (应急通信车)."""

from functools import partial

import numpy as np

from evacsim.engine.carrying import Carrying
from evacsim.engine.log import Where
from evacsim.engine.parts import Parts
from evacsim.engine.private_network import PrivateNetwork
from evacsim.engine.works.jobs import Job, Jobs
from evacsim.scenario.matching import matching
from evacsim.scenario.works import Repeaters as Rules


class BringingRepeaters:
    """Asks for a repeater at each office that no base station covers any more.

    covered - (base stations fail) - asked for - (brought, set up) - works - (a base station is back) - taken along
    """

    def __init__(
        self, parts: Parts, carrying: Carrying, private: PrivateNetwork, jobs: Jobs, rules: Rules
    ) -> None:
        self.parts = parts
        self.carrying = carrying
        self.private = private
        self.jobs = jobs
        self.rules = rules
        ids = parts.world.offices.ids
        self._named = {id_ for pattern in rules.to for id_ in matching(pattern, list(ids))}
        places = parts.world.office_places
        self._node = dict(zip(places.ids, places.drive_node.tolist(), strict=True))
        self._job: dict[Where, Job] = {}
        """The work at each office without coverage."""
        private.at_coverage.append(self._hear)

    def _hear(self, office: Where, is_covered: bool, cause: int) -> None:  # noqa: FBT001 - a hook
        if is_covered:
            self._take_back(office, cause)
        else:
            self._ask(office, cause)

    def _ask(self, office: Where, cause: int) -> None:
        id_ = self.parts.world.offices.ids[office.row]
        if id_ not in self._named or office in self._job:
            return
        self._job[office] = Job(
            id=f"repeater-{id_}",
            what="repeater",
            skill="comms",
            place=office,
            nodes=(int(self._node[id_]),),
            work=3600.0 * self.rules.work,
            finish=partial(self._set_up, office),
            takes="repeaters",
            amount=1.0,
        )
        self.jobs.arise(self._job[office], cause)

    def _set_up(self, office: Where, event: int) -> None:
        self.private.set_up(office, self.rules.range)
        self.carrying.change(self.parts.log.record(self.parts.now, "repeater_set_up", office, cause=event))

    def _take_back(self, office: Where, cause: int) -> None:
        job = self._job.pop(office, None)
        if job is None:
            return
        if np.isfinite(job.done):
            self.private.take_down(office)
            self.jobs.bring_back("repeaters", 1.0)
        self.jobs.withdraw(job, cause)
