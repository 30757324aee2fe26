"""What may be repaired in a road network, and the report of what was.

Nothing is changed in silence: every change has a kind, and the report lists the link or node,
what stood there and what stands there now.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from evacsim.formats.raw_network import Form
from evacsim.language import Language, Text
from evacsim.network.defaults import BY_CLASS, RoadDefaults

if TYPE_CHECKING:
    import pandas as pd

Level = Literal["note", "repair", "warning"]
"""A note tells what was understood; a repair what was changed; a warning what somebody must look at."""


@dataclass(frozen=True, slots=True)
class RepairOptions:
    """What is repaired, and how far."""

    defaults: RoadDefaults = BY_CLASS
    """Speeds, lanes, capacities where the file says none."""
    noding: Literal["lines", "all", "none"] = "lines"
    """Where lines are joined that meet or cross without a common node: in files of lines only, in all, in none."""
    snap_distance: float = 0.6
    """Ends closer than this are one place [m]; LifeSim joins within 2 ft (seen: LS-TRM07)."""
    lengths: Literal["checked", "as_written"] = "checked"
    """Whether lengths that contradict the map are replaced."""
    duplicates: Literal["drop", "keep"] = "drop"
    """What happens to links that are alike in everything but their id."""
    dangling: Literal["refuse", "drop"] = "refuse"
    """What happens to links whose end is no node."""
    smallest_part: float = 0.01
    """Parts without connection to the rest are dropped below this share of the whole length; assumed.
    0 keeps every part, 1 keeps the largest alone."""
    traps: Literal["report", "open"] = "report"
    """One-way roads that end where cars cannot leave, or begin where none can come: reported, or opened both ways."""
    bridge_offset: float | None = None
    """Height of bridge decks above the ground where the file says none [m]; None takes 0, as if they lay on it."""


AS_WRITTEN = RepairOptions(noding="none", lengths="as_written", duplicates="keep", smallest_part=0.0)
"""Takes a network as it stands; only what is missing or impossible is filled in."""


@dataclass(frozen=True, slots=True)
class Change:
    """What was changed, or found, at one link or node."""

    id: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Repair:
    """All changes of one kind."""

    kind: str
    level: Level
    text: Text
    changes: tuple[Change, ...]

    @property
    def count(self) -> int:
        """How often it was done."""
        return len(self.changes)


@dataclass(frozen=True, slots=True)
class Parts:
    """How a network hangs together."""

    weak: tuple[int, ...]
    """Nodes in each part that nothing connects to the others, the largest first."""
    strong: tuple[int, ...]
    """Nodes in each part within which cars get from every node to every other, the largest first."""
    dropped: int
    """Parts that were left out."""


@dataclass(frozen=True, slots=True)
class RepairReport:
    """What became of a file of roads on its way to a network."""

    file: str
    form: Form
    crs: str | None
    """Reference system of the file."""
    metric_crs: str | None
    """Reference system of the network."""
    nodes_read: int
    links_read: int
    nodes: int
    links: int
    length: float
    """Length of all links [m]."""
    parts: Parts
    repairs: tuple[Repair, ...] = field(repr=False)

    def count(self, kind: str) -> int:
        """Return how often something of `kind` was done; 0 where it was not."""
        return sum(repair.count for repair in self.repairs if repair.kind == kind)

    def of(self, kind: str) -> tuple[Change, ...]:
        """Return the changes of one kind."""
        return tuple(change for repair in self.repairs if repair.kind == kind for change in repair.changes)

    @property
    def is_clean(self) -> bool:
        """True where nothing was changed and nothing needs a look."""
        return all(repair.level == "note" for repair in self.repairs)

    def told(self, lang: Language, *, examples: int = 3) -> str:
        """Return the report as text: one line per kind, with a few of the changes."""
        lines = [line.said(lang) for line in self._headlines()]
        for level, heading in _HEADINGS.items():
            kinds = [repair for repair in self.repairs if repair.level == level]
            lines += [f"{heading.said(lang)}:"] if kinds else []
            lines += [_line(repair, lang, examples) for repair in kinds]
        return "\n".join(lines)

    def table(self) -> "pd.DataFrame":
        """Return one row per change: kind, level, English and Chinese text, id, before, after."""
        import pandas as pd

        rows = [
            (
                repair.kind,
                repair.level,
                repair.text.en,
                repair.text.zh,
                change.id,
                change.before,
                change.after,
            )
            for repair in self.repairs
            for change in repair.changes or (Change(""),)
        ]
        return pd.DataFrame(rows, columns=["kind", "level", "text_en", "text_zh", "id", "before", "after"])

    def _headlines(self) -> Iterator[Text]:
        yield Text(
            f"{self.file} ({self.form}): {self.nodes_read} nodes and {self.links_read} links read;"
            f" network of {self.nodes} nodes, {self.links} links, {self.length / 1000:.1f} km",
            f"{self.file} ({self.form}): 读入 {self.nodes_read} 个节点、{self.links_read} 条路段;"
            f" 建成路网 {self.nodes} 个节点、{self.links} 条路段, 共 {self.length / 1000:.1f} km",
        )
        yield Text(
            f"reference system {_short(self.crs)} -> {_short(self.metric_crs)}",
            f"坐标系 {_short(self.crs)} -> {_short(self.metric_crs)}",
        )
        weak, strong = self.parts.weak, self.parts.strong
        yield Text(
            f"{len(weak)} connected part(s), the largest of {weak[0] if weak else 0} nodes;"
            f" cars get everywhere within {strong[0] if strong else 0} nodes; {self.parts.dropped} part(s) left out",
            f"连通部分 {len(weak)} 个, 最大的含 {weak[0] if weak else 0} 个节点;"
            f" 汽车可互相到达的节点最多 {strong[0] if strong else 0} 个; 舍去 {self.parts.dropped} 个部分",
        )


_HEADINGS: dict[Level, Text] = {
    "warning": Text("To be looked at", "需要核实"),
    "repair": Text("Repaired or filled in", "已修复或补齐"),
    "note": Text("Notes", "说明"),
}


def _line(repair: Repair, lang: Language, examples: int) -> str:
    """Return one kind as a line: text, count, then how often each change or the first few changes."""
    text = repair.text.said(lang)
    if not repair.changes:
        return f"  - {text}"
    common = Counter(_arrow(change) for change in repair.changes)
    if examples < repair.count and len(common) * 3 <= repair.count and "" not in common:
        shown = [f"{arrow} x{count}" for arrow, count in common.most_common(examples)]
        hidden = len(common) - examples
    else:
        shown = [": ".join(filter(None, (change.id, _arrow(change)))) for change in repair.changes[:examples]]
        hidden = repair.count - examples
    rest = f"; ... (+{hidden})" if hidden > 0 else ""
    return f"  - {text}: {repair.count} [{'; '.join(shown)}{rest}]"


def _arrow(change: Change) -> str:
    return f"{change.before or '-'} -> {change.after}" if change.after else change.before


def _short(crs: str | None) -> str:
    return "-" if crs is None else crs if len(crs) <= 40 else f"{crs[:37]}..."
