"""E6: who can still be told without network, power, roads - each alone and together (断网、断电、断路).

Worked out from the means of the offices and the needs of the channels, not run: an outage here takes
its kind everywhere and lasts longer than any battery. Teams that live in their village go on foot and
need nothing but their office's word; messengers need roads.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass
from itertools import combinations, pairwise

from evacsim.engine.networks import NEEDS
from evacsim.language import Text
from evacsim.plan.executability.wording import said, some
from evacsim.plan.executability.workings import Workings
from evacsim.plan.shortcoming import Severity, Shortcoming
from evacsim.scenario.command import Office
from evacsim.world.offices import TOP

OUTAGES = {"cell": Text("network", "断网"), "power": Text("power", "断电"), "roads": Text("roads", "断路")}
"""What can be out, as the means and channels call it."""
CLAUSE = Text(
    "people can be told whatever is out: network, power, roads, or all three (check E6)",
    "断网、断电、断路单独或同时发生时，仍能通知到每个转移单元（检验项 E6）",
)
SEVERITY: dict[int, Severity] = {1: "blocker", 2: "major", 3: "minor"}
"""By how many outages it takes."""
OutageSet = tuple[str, ...]


@dataclass(frozen=True)
class Reach:
    """Who can be told under one set of outages."""

    workings: Workings
    out: Set[str]

    @classmethod
    def under(cls, workings: Workings, outages: OutageSet) -> "Reach":
        """Return the reach while some things are out; base stations whose battery is empty are out with the power."""
        out = set(outages)
        cells = [site for site in workings.case.scenario.district.sites if site.kind == "cell"]
        if "power" in out and cells and all(site.power_site is not None for site in cells):
            out.add("cell")
        return cls(workings, out)

    def tells(self, zone: int) -> bool:
        """Return whether anybody can tell the people of a zone (row)."""
        telling, case = self.workings.chains.telling, self.workings.case
        path = telling.path(zone)
        reached = self._reached(path)
        has_word = bool(path) and path[-1] in reached
        if has_word and telling.teams_of(zone):
            return True
        if not case.scenario.district.channels and not case.scenario.plan.organize.officers:
            return has_word
        return any(
            self._works(channel.needs) and telling.operator(channel, zone) in reached
            for channel in case.scenario.district.channels
            if (reach := telling.reach(channel, zone)) is not None and max(reach) > 0
        )

    def _reached(self, path: tuple[int, ...]) -> tuple[int, ...]:
        """Return the offices of a path as far as word comes."""
        for number, (caller, callee) in enumerate(pairwise(path)):
            if not self._calls(caller, callee):
                return path[: number + 1]
        return path

    def _calls(self, caller: int, callee: int) -> bool:
        one, other = self._model(caller), self._model(callee)
        if one is None or other is None:
            return True  # nothing is said of how they talk
        rules = self.workings.case.scenario.plan.organize.calling
        messenger = "messenger" in one.means or rules is None or "messenger" in rules.escalate
        if messenger and "roads" not in self.out:
            return True
        return any(
            self._works(NEEDS[means]) for means in one.means if means in other.means and means != "messenger"
        )

    def _works(self, needs: Iterable[str]) -> bool:
        return not any(need in self.out for need in needs)

    def _model(self, office: int) -> Office | None:
        id_ = self.workings.case.world.offices.ids[office]
        return next((o for o in self.workings.case.scenario.plan.organize.offices if o.id == id_), None)


def untold(workings: Workings) -> dict[int, list[OutageSet]]:
    """Return the smallest sets of outages under which each zone (row) cannot be told.

    A zone that cannot be told although nothing is out has the empty set; one that always can is left out.
    """
    found: dict[int, list[OutageSet]] = defaultdict(list)
    for n in range(len(OUTAGES) + 1):
        for outages in combinations(OUTAGES, n):
            reach = Reach.under(workings, outages)
            for zone in workings.case.zones:
                known = any(set(smaller) <= set(outages) for smaller in found.get(zone, []))
                if not known and not reach.tells(zone):
                    found[zone].append(outages)
    return dict(found)


def found(workings: Workings) -> Iterator[Shortcoming]:
    """Yield the zones that cannot be told, together with what must be out for that."""
    case = workings.case
    if not case.scenario.district.channels and not case.scenario.plan.organize.offices:
        return  # by what people are told is not said; that is missing, and not this check's to say
    groups: dict[OutageSet, list[int]] = defaultdict(list)
    for zone, sets in sorted(untold(workings).items()):
        for outages in sets:
            groups[outages].append(zone)
    for outages, zones in groups.items():
        names = case.zone_ids(zones)
        many = said(lambda lang, names=names: some(names, lang))  # type: ignore[misc]
        what = _said(outages)
        part = (
            Text(f"none of the {len(names)} zones can be told", f"全部 {len(names)} 个转移单元都无法通知到")
            if len(names) == len(case.zones)
            else Text(
                f"{len(names)} of {len(case.zones)} zones cannot be told ({many.en})",
                f"{len(case.zones)} 个转移单元中有 {len(names)} 个无法通知到（{many.zh}）",
            )
        )
        leaders = {int(case.world.offices.leader_of[zone]) for zone in zones} - {TOP}
        yield Shortcoming(
            "E6",
            "organize",
            SEVERITY.get(len(outages), "blocker"),
            CLAUSE,
            Text(f"{what.en}: {part.en}", f"{what.zh}：{part.zh}"),
            Text(
                f"give the {len(leaders)} offices that lead them satellite phones or radio,"
                " and keep a team in each village",
                f"为负责的 {len(leaders)} 个机构配备卫星电话或对讲机，并在每个村留驻工作组",
            ),
            ("plan", "organize", "offices"),
            names,
            {"zones": len(names), "offices": len(leaders), "outages": len(outages)},
        )


def _said(outages: OutageSet) -> Text:
    if not outages:
        return Text("with everything working", "通信、供电、道路均正常时")
    return Text(
        f"without {' and '.join(OUTAGES[name].en for name in outages)}",
        "、".join(OUTAGES[name].zh for name in outages) + ("同时发生时" if len(outages) > 1 else "时"),
    )
