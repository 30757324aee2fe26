"""E5: the teams get to every door in time (入户力量)."""

from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from evacsim.language import Text
from evacsim.plan.executability.wording import number, said, some, time
from evacsim.plan.executability.workings import Workings
from evacsim.plan.shortcoming import Shortcoming
from evacsim.results.wording import percent

CLAUSE = Text(
    "teams knock at every door early enough for people to get ready before the deadline and the water (check E5)",
    "工作组应在群众来得及准备和撤出之前敲完每一户的门（检验项 E5）",
)

WELL_COVERED = 0.9
"""Share of households reached by channels from which doors are a second way (assumed)."""


def found(workings: Workings) -> Iterator[Shortcoming]:
    """Yield offices that have too few teams, and zones that no team goes to although others have teams."""
    case, telling = workings.case, workings.chains.telling
    if not case.scenario.plan.organize.officers:
        return
    short: dict[str, tuple[float, float, int]] = {}
    bare: list[int] = []
    zones_of: dict[str, list[int]] = defaultdict(list)
    for zone, chain in workings.chains.all.items():
        leader = int(case.world.offices.leader_of[zone])
        office = case.world.offices.ids[leader] if leader >= 0 else ""
        if not telling.teams_of(zone):
            bare.append(zone)
            continue
        begins = workings.chains.received(zone)
        if not np.isfinite(begins):
            continue
        night = np.array([case.calendar.is_night(begins)])
        needed = float(telling.sweep_time(zone, night, workings.chains.batch_of(zone))[0])
        after = chain.mean(chain.out_step) - chain.mean("tell")
        there = case.must_be_out(zone) - begins - after
        if needed > there:
            zones_of[office].append(zone)
            if office not in short or needed - there > short[office][0] - short[office][1]:
                short[office] = (needed, there, zone)
    if short:
        yield _too_few(workings, short, zones_of)
    if bare:
        names = case.zone_ids(bare)
        many = said(lambda lang: some(names, lang))
        yield Shortcoming(
            "E5",
            "organize",
            "major",
            CLAUSE,
            Text(
                f"no team goes to {len(names)} zones of the plan: {many.en}",
                f"{len(names)} 个转移单元没有工作组负责：{many.zh}",
            ),
            Text("name a team for each", "为每个转移单元指定工作组"),
            ("plan", "organize", "officers"),
            names,
            {"zones": len(names)},
        )


def _too_few(
    workings: Workings, short: dict[str, tuple[float, float, int]], zones_of: dict[str, list[int]]
) -> Shortcoming:
    case, telling = workings.case, workings.chains.telling
    worst = max(short, key=lambda office: (short[office][0] - short[office][1], office))
    needed, there, zone = short[worst]
    offices = sorted(short)
    teams = len(telling.teams_of(zone))
    batch = workings.chains.batch_of(zone)
    doors = max(telling.doors(team, batch) for team in telling.teams_of(zone))
    more = int(np.ceil(teams * needed / there)) if there > 0 else 0
    zones = [zone for office in offices for zone in zones_of[office]]
    many = said(lambda lang: some(offices, lang))
    id_ = case.world.zones.ids[zone]
    by_channels = [_by_channels(workings, zone) for zone in zones]
    left = Text("there is no time at all", "已无时间")
    if there > 0:
        left = Text(f"there is {time(there).en}", f"仅有{time(there).zh}")
    others = Text("", "")
    if min(by_channels) > 0:
        others = Text(
            f"; by night the channels alone reach {percent(min(by_channels))} of the households",
            f"；夜间仅靠预警渠道可覆盖 {percent(min(by_channels))} 的户",
        )
    return Shortcoming(
        "E5",
        "organize",
        "minor" if min(by_channels) >= WELL_COVERED else "major",
        CLAUSE,
        Text(
            f"too few teams at {len(offices)} offices ({many.en}); worst {id_}: {teams} teams with {number(doors)}"
            f" doors each need {time(needed).en}, and {left.en}{others.en}",
            f"{len(offices)} 个机构入户力量不足（{many.zh}）；最差为 {id_}：{teams} 个工作组，每组 {number(doors)} 户，"
            f"需{time(needed).zh}，{left.zh}{others.zh}",
        ),
        Text(
            f"send {more} teams to {id_}, or let channels reach more households"
            if more
            else "order sooner: no number of teams is in time",
            f"{id_} 增至 {more} 个工作组，或提高预警渠道覆盖率" if more else "须提前下令：增加人手也来不及",
        ),
        ("plan", "organize", "officers"),
        (*offices, *case.zone_ids(zones)),
        {
            "offices": len(offices),
            "doors": doors,
            "teams": teams,
            "doors_per_hour": 3600 * doors / needed,
            "needed_s": needed,
            "there_s": max(0.0, there),
            "by_channels": min(by_channels),
        },
    )


def _by_channels(workings: Workings, zone: int) -> float:
    """Return the share of the households of a zone that at least one channel reaches by night."""
    telling, missed = workings.chains.telling, 1.0
    for channel in workings.case.scenario.district.channels:
        reach = telling.reach(channel, zone)
        missed *= 1.0 if reach is None else 1 - reach[1]
    return 1 - missed
