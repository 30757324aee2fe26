"""Levers on who passes the order on and by what: calls, backups, teams at the door, power (谁组织)."""

from evacsim.language import Text
from evacsim.plan.lever import Cost, Lever, Proposal, Situation

FUEL = 24 * 3600.0
"""Fuel that comes with a generator (assumed) [s]."""
BATTERY = 24 * 3600.0
"""How long base stations last with larger batteries (assumed) [s]."""


def call_all_at_once(cost: Cost) -> Lever:
    """Return the lever that calls all offices at once, not level by level."""

    def propose(situation: Situation) -> Proposal | Text:
        organize = situation.scenario.plan.organize
        if not organize.offices or organize.mode == "flat":
            return Text(
                "there are no offices, or they are called at once already", "没有机构树，或已一键直达"
            )
        return Proposal(
            {"plan.organize.mode": "flat"},
            1,
            Text(
                f"{len(organize.offices)} offices called at once", f"{len(organize.offices)} 个机构同时叫应"
            ),
            Text("offices between know no sooner than those below", "中间层级与基层同时得知"),
        )

    return Lever("flat", Text("all offices called at once", "一键直达叫应"), cost, propose)


def satellite(cost: Cost) -> Lever:
    """Return the lever that gives every office a satellite phone."""

    def propose(situation: Situation) -> Proposal | Text:
        without = [one for one in situation.scenario.plan.organize.offices if "satellite" not in one.means]
        if not without:
            return Text("there are no offices without one", "没有缺少卫星电话的机构")
        return Proposal(
            {f"plan.organize.offices[{one.id}].means": [*one.means, "satellite"] for one in without},
            len(without),
            Text(f"{len(without)} offices, tried last", f"{len(without)} 个机构，其他方式不通时使用"),
        )

    return Lever("satellite", Text("satellite phones for offices", "配备卫星电话"), cost, propose)


def backup(cost: Cost) -> Lever:
    """Return the lever that has somebody stand in for everybody (A/B 角)."""

    def propose(situation: Situation) -> Proposal | Text:
        organize = situation.scenario.plan.organize
        changes: dict[str, object] = {}
        if organize.roster is not None and not organize.roster.backup:
            changes["plan.organize.roster.backup"] = True
        if organize.calling is not None and "backup" not in organize.calling.escalate:
            changes["plan.organize.calling.escalate"] = ["backup", *organize.calling.escalate]
        if not changes:
            return Text(
                "the plan has no roster, or every post has a backup already", "没有值班安排，或已设 B 角"
            )
        return Proposal(
            changes,
            len(organize.offices),
            Text(f"{len(organize.offices)} offices", f"{len(organize.offices)} 个机构"),
        )

    return Lever("backup", Text("a backup for every post", "岗位设 A/B 角"), cost, propose)


def sweep_again(cost: Cost) -> Lever:
    """Return the lever that lets teams go through their zones once more."""

    def propose(situation: Situation) -> Proposal | Text:
        organize = situation.scenario.plan.organize
        if organize.door_to_door is None or not organize.officers or organize.door_to_door.sweeps >= 10:
            return Text("no team goes from door to door", "没有入户工作组")
        sweeps = organize.door_to_door.sweeps
        return Proposal(
            {"plan.organize.door_to_door.sweeps": sweeps + 1},
            1,
            Text(f"{sweeps} -> {sweeps + 1} rounds", f"入户排查由 {sweeps} 轮增至 {sweeps + 1} 轮"),
            Text("teams are longer in danger", "工作组在险区停留更久"),
        )

    return Lever("sweep", Text("one more round from door to door", "增加一轮入户排查"), cost, propose)


def officers(cost: Cost) -> Lever:
    """Return the lever that doubles the teams that go from door to door."""

    def propose(situation: Situation) -> Proposal | Text:
        teams = situation.scenario.plan.organize.officers
        if not teams:
            return Text("no team goes from door to door", "没有入户工作组")
        dumps = [team.model_dump(exclude_unset=True) for team in teams]
        second = [{**dump, "id": f"{dump['id']}-second"} for dump in dumps]
        return Proposal(
            {"plan.organize.officers": [*dumps, *second]},
            len(teams),
            Text(
                f"{len(teams)} -> {2 * len(teams)} teams", f"工作组由 {len(teams)} 个增至 {2 * len(teams)} 个"
            ),
        )

    return Lever("officers", Text("twice as many teams at the door", "入户工作组增加一倍"), cost, propose)


def generators(cost: Cost) -> Lever:
    """Return the lever that gives every shelter without one a generator."""

    def propose(situation: Situation) -> Proposal | Text:
        district = situation.scenario.district
        if not any(site.kind == "power" for site in district.sites):
            return Text("no site of power is described, so none fails", "没有供电站点资料，推演中不会停电")
        without = [one for one in district.shelters if not one.generators]
        if not without:
            return Text("every shelter has one", "各安置点已有发电机")
        changes: dict[str, object] = {}
        for one in without:
            changes[f"district.shelters[{one.id}].generators"] = 1
            changes[f"district.shelters[{one.id}].fuel"] = f"{FUEL:g} s"
        return Proposal(
            changes,
            len(without),
            Text(
                f"{len(without)} shelters, fuel for {FUEL / 3600:g} h",
                f"{len(without)} 个安置点，燃料 {FUEL / 3600:g} 小时",
            ),
        )

    return Lever("generators", Text("generators for shelters", "安置点配发电机"), cost, propose)


def batteries(cost: Cost) -> Lever:
    """Return the lever that lets base stations last a day without power."""

    def propose(situation: Situation) -> Proposal | Text:
        short = [
            one for one in situation.scenario.district.sites if one.kind == "cell" and one.battery < BATTERY
        ]
        if not short:
            return Text("no base station has a smaller battery", "没有电池更小的基站")
        return Proposal(
            {f"district.sites[{one.id}].battery": f"{BATTERY:g} s" for one in short},
            len(short),
            Text(
                f"{len(short)} base stations last {BATTERY / 3600:g} h",
                f"{len(short)} 座基站续航 {BATTERY / 3600:g} 小时",
            ),
        )

    return Lever("batteries", Text("larger batteries for base stations", "基站加大备用电源"), cost, propose)
