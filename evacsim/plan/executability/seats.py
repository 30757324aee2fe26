"""E1: the seats come often enough before the deadline (运力).

For every fleet, and every town to which vehicles of it are promised: of all stretches between the
moment from which one zone can be served and the moment by which another must be out, the one that is
fullest. Whatever falls wholly inside must be driven inside: rounds x cycle over the vehicles that come.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from evacsim.language import Text
from evacsim.plan.executability.service import Round
from evacsim.plan.executability.wording import clock, number, said, some, time
from evacsim.plan.executability.workings import Workings
from evacsim.plan.shortcoming import Shortcoming

CLAUSE = Text(
    "everybody who is to go by bus is on a bus before the deadline and before the water (check E1)",
    "乘车转移人员应在转移时限和洪水到达之前全部上车（检验项 E1）",
)


class Job(NamedTuple):
    """A zone that vehicles have to serve."""

    zone: int
    begins: float
    """From when it can be served [s]."""
    ends: float
    """By when it must be out [s]."""
    rounds: Round


class Stretch(NamedTuple):
    """The fullest stretch of time of some jobs."""

    jobs: tuple[Job, ...]
    begins: float
    ends: float
    needed: float
    """Time that the vehicles need together for these jobs [s]."""

    @property
    def there(self) -> float:
        """Time there is [s]."""
        return self.ends - self.begins


def found(workings: Workings) -> Iterator[Shortcoming]:
    """Yield fleets that cannot carry all of their zones in time."""
    world = workings.case.world
    for (fleet, _), jobs in _jobs(workings).items():
        stretch = fullest(jobs)
        if stretch is None or stretch.needed <= stretch.there:
            continue
        model = world.fleets.models[fleet]
        vehicles = jobs[0].rounds.vehicles
        cycle = float(np.mean([job.rounds.cycle for job in stretch.jobs]))
        people = sum(workings.case.moved(job.zone).by_bus for job in stretch.jobs)
        names = workings.case.zone_ids([job.zone for job in stretch.jobs])
        per_hour = vehicles * model.seats * 3600 / cycle
        needed, there = time(stretch.needed), time(stretch.there)
        start = workings.case.scenario.start
        begins, ends = clock(start, stretch.begins), clock(start, stretch.ends)
        enough = int(np.ceil(vehicles * stretch.needed / stretch.there))
        yield Shortcoming(
            "E1",
            "to",
            "blocker",
            CLAUSE,
            Text(
                f"{model.id}: {number(people)} people of {some(names, 'en')} need {needed.en} of bus rounds; from"
                f" {begins.en}, when buses and people can be there, to {ends.en} there is {there.en}"
                f" ({number(per_hour)} seats an hour, a round {time(cycle).en})",
                f"车队 {model.id}：{some(names, 'zh')}共 {number(people)} 人乘车，需往返运输{needed.zh}；自人车到位的"
                f"{begins.zh}至须撤完的{ends.zh}仅有{there.zh}"
                f"（每小时 {number(per_hour)} 座，往返一趟{time(cycle).zh}）",
            ),
            Text(
                f"have {enough} vehicles there, order sooner, or call the drivers up beforehand",
                f"到位车辆增至 {enough} 辆，或提前下令、提前集结驾驶员",
            ),
            ("district", "fleets", _place(workings, model.id)),
            (model.id, *names),
            {
                "people": people,
                "seats_per_hour": per_hour,
                "needed_s": stretch.needed,
                "there_s": stretch.there,
                "cycle_s": cycle,
                "vehicles": vehicles,
            },
        )
    yield from _unserved(workings)


def fullest(jobs: Sequence[Job]) -> Stretch | None:
    """Return the stretch in which least is left over, or most is missing; None where no job has an end."""
    worst: Stretch | None = None
    for begins in sorted({job.begins for job in jobs}):
        for ends in sorted({job.ends for job in jobs if np.isfinite(job.ends)}):
            inside = tuple(job for job in jobs if job.begins >= begins and job.ends <= ends)
            if inside:
                one = Stretch(inside, begins, ends, needed_time(inside))
                if worst is None or one.there - one.needed < worst.there - worst.needed:
                    worst = one
    return worst


def needed_time(jobs: Sequence[Job]) -> float:
    """Return how long the vehicles need until the last bus of some zones has left its pick-up point [s].

    All rounds together over the vehicles; each vehicle's last round ends, for this, when it leaves. No
    less than one zone alone needs, whose last bus drives its rounds one after the other.
    """
    vehicles = jobs[0].rounds.vehicles
    if vehicles <= 0:
        return np.inf
    work = sum(job.rounds.trips * job.rounds.cycle for job in jobs) / vehicles
    tail = max(job.rounds.cycle - job.rounds.boarding for job in jobs)
    return max(work - tail, *(alone(job.rounds) for job in jobs))


def alone(rounds: Round) -> float:
    """Return how long after the first bus stands there the last one leaves, where nobody else is served [s]."""
    return (rounds.waves - 1) * rounds.cycle + rounds.boarding


def _jobs(workings: Workings) -> dict[tuple[int, str], list[Job]]:
    case, found = workings.case, defaultdict(list)
    promised = {promise.fleet for promise in case.scenario.plan.to.promises}
    for zone, rounds in workings.service.rounds.items():
        chain = workings.chains.all.get(zone)
        # Where people can be there only when it is too late, no bus helps: the chain is too long (E2).
        if chain is not None and chain.served_from < case.must_be_out(zone):
            town = case.world.zones.models[zone].township
            key = rounds.fleet, town if case.world.fleets.models[rounds.fleet].id in promised else ""
            found[key].append(Job(zone, chain.served_from, case.must_be_out(zone), rounds))
    return dict(found)


def _unserved(workings: Workings) -> Iterator[Shortcoming]:
    """Yield zones whose buses find no road between depot, pick-up point and shelter even when all is dry."""
    case = workings.case
    zones = [
        zone
        for zone in case.to_shelters
        if case.moved(zone).by_bus >= 0.5
        and case.world.transfer(zone).pickup_point is not None
        and zone not in workings.service.rounds
    ]
    if zones:
        names = case.zone_ids(zones)
        told = said(lambda lang: some(names, lang))
        yield Shortcoming(
            "E1",
            "to",
            "blocker",
            Text(
                "a bus can drive from its depot to the pick-up point and on to the shelter (check E1)",
                "车辆应能从停车场到上车点再到安置点（检验项 E1）",
            ),
            Text(
                f"no road for buses, even when dry: {told.en}",
                f"即使道路不淹也无可通行大客车的道路：{told.zh}",
            ),
            Text("choose another pick-up point, shelter or fleet", "另选上车点、安置点或车队"),
            case.loc(zones[0], "pickup_point"),
            names,
        )


def _place(workings: Workings, fleet: str) -> int:
    return [model.id for model in workings.case.scenario.district.fleets].index(fleet)
