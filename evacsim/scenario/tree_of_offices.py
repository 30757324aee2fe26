"""What must hold in the tree of offices (指挥体系): no ring, no unknown office above, one office for every zone."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol

from evacsim.language import Text
from evacsim.scenario.finding import Finding
from evacsim.scenario.given import Loc
from evacsim.scenario.matching import matching
from evacsim.scenario.nearest import suggestion


class OfficeGiven(Protocol):
    """An office as a scenario describes it."""

    @property
    def id(self) -> str:
        """Return its id."""

    @property
    def level(self) -> str:
        """Return its level in the tree, one of the names of levels."""

    @property
    def parent(self) -> str | None:
        """Return the id of the office above it, None at the top."""

    @property
    def zones(self) -> Sequence[str]:
        """Return the zones it leads itself, as ids or patterns with `*`."""

    @property
    def staff(self) -> int:
        """Return how many posts it has."""

    @property
    def lines(self) -> int:
        """Return how many calls it can make at once."""


class Described(NamedTuple):
    """An office, and where it stands."""

    loc: Loc
    office: OfficeGiven


def tree_findings(
    offices: Sequence[Described], *, levels: Sequence[str], known: Collection[str] | None
) -> Iterator[Finding]:
    """Yield what is wrong with who stands above whom.

    Several offices may have nobody above them: towns without a county, or offices that decide each
    for its own zones. An office may stand more than one level below its parent.

    Parameters
    ----------
    offices : sequence of Described
        Offices that are right by themselves.
    levels : sequence of str
        Names of the levels from the top.
    known : collection of str or None
        Ids of all offices, also of those that are not right by themselves; None where they are not known.
    """
    by_id = _by_id(offices)
    circling = {id_ for ring in _rings(by_id) for id_ in ring}
    for entry in offices:
        office = entry.office
        parent = office.parent
        if parent is None or office.id in circling:
            continue
        if known is not None and parent not in known:
            rule = Text("no office has this id", "没有这个指挥机构")
            yield Finding((*entry.loc, "parent"), rule, suggestion(parent, known), parent)
        elif parent in by_id and levels.index(by_id[parent].office.level) >= levels.index(office.level):
            above = by_id[parent].office.level
            rule = Text(
                f"an office of level {office.level} cannot stand below one of level {above}",
                f"{office.level} 级机构不能隶属于 {above} 级机构",
            )
            remedy = Text(f"levels from the top: {', '.join(levels)}", f"层级自上而下：{'、'.join(levels)}")
            yield Finding((*entry.loc, "parent"), rule, remedy, parent)
    for ring in _rings(by_id):
        shown = " → ".join([*ring, ring[0]])
        rule = Text(f"stands below itself: {shown}", f"隶属关系成环：{shown}")
        remedy = Text("leave parent out at the office at the top", "最上级机构不写 parent")
        yield Finding((*by_id[ring[0]].loc, "parent"), rule, remedy, by_id[ring[0]].office.parent)


def zone_findings(
    offices: Sequence[Described], *, zones: Collection[str], planned: Mapping[str, Loc]
) -> Iterator[Finding]:
    """Yield zones that two offices lead, that none leads, and names that mean no zone.

    An office above may name the zones of those below; the lowest leads them.

    Parameters
    ----------
    offices : sequence of Described
        Offices that are right by themselves.
    zones : collection of str
        Ids of all zones of the district.
    planned : mapping of str to Loc
        Zones that the plan moves, and where it says so.
    """
    by_id, ordered = _by_id(offices), dict.fromkeys(sorted(zones))
    leaders: dict[str, list[str]] = {}
    for entry in offices:
        for number, pattern in enumerate(entry.office.zones):
            named = matching(pattern, ordered)
            if not named:
                rule = Text("matches no zone of the district", "没有匹配的转移单元")
                yield Finding((*entry.loc, "zones", number), rule, suggestion(pattern, zones), pattern)
            for zone in named:
                others = leaders.setdefault(zone, [])
                rival = next((id_ for id_ in others if not _in_line(by_id, id_, entry.office.id)), None)
                if rival is not None:
                    rule = Text(
                        f"names {zone}, which office {rival} leads already", f"{zone} 已由机构 {rival} 负责"
                    )
                    remedy = Text("name each zone at one office", "每个转移单元只由一个机构负责")
                    yield Finding((*entry.loc, "zones", number), rule, remedy, pattern)
                others.append(entry.office.id)
    for zone, loc in planned.items():
        if zone not in leaders:
            rule = Text(
                f"no office leads {zone}, so no order reaches it", f"{zone} 没有负责机构，指令无法到达"
            )
            yield Finding(loc, rule, Text("name it at an office", "在某个机构的 zones 中写明"), zone)


def _by_id(offices: Iterable[Described]) -> dict[str, Described]:
    """Return the offices by id; of two with one id, which another check finds, the first."""
    named: dict[str, Described] = {}
    for entry in offices:
        named.setdefault(entry.office.id, entry)
    return named


def _upwards(by_id: Mapping[str, Described], id_: str) -> list[str]:
    """Return an office and those above it, until the top, an unknown one, or one that came before."""
    line: list[str] = []
    above: str | None = id_
    while above is not None and above in by_id and above not in line:
        line.append(above)
        above = by_id[above].office.parent
    return line


def _rings(by_id: Mapping[str, Described]) -> list[list[str]]:
    """Return the offices that stand below themselves, ring by ring, each from its first id."""
    rings: list[list[str]] = []
    for id_ in sorted(by_id):
        line = _upwards(by_id, id_)
        if by_id[line[-1]].office.parent == id_ and id_ == min(line):
            rings.append(line)
    return rings


def _in_line(by_id: Mapping[str, Described], one: str, other: str) -> bool:
    """Return whether one of two offices is above the other, or both are the same."""
    return one in _upwards(by_id, other) or other in _upwards(by_id, one)
