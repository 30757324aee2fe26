"""Bottlenecks in the annex, named three ways side by side: who queued, what was busy, where the roads are narrow."""

from collections.abc import Iterator

from evacsim.analysis.bottlenecks import KINDS, bottlenecks
from evacsim.language import Language, Text
from evacsim.plan.examined_told import narrow_told
from evacsim.report.leaders.document import TEXT_WIDTH, Block, Cell, Heading, Table, Tone, body, note
from evacsim.report.leaders.parts import LeadersReport
from evacsim.report.leaders.wording import UNTESTED, Places
from evacsim.results.record import RunRecord
from evacsim.results.wording import Names, count, percent

MOST = 5
"""Things of each kind that are shown, the busiest first; all roads of the narrow place beside them."""
BUSY, FULL = 0.8, 0.95
"""Share of the time from which a thing is amber, and red (assumed)."""


def bottlenecks_listed(parts: LeadersReport, lang: Language) -> Iterator[Block]:
    """Yield the table of bottlenecks, and the narrow place of the roads in words."""
    yield Heading(Text("Annex I  Bottlenecks", "附件九　瓶颈").said(lang), 1)
    if parts.record is None:
        yield note(UNTESTED.said(lang))
    else:
        yield _table(parts, parts.record, lang)
        yield note(
            Text(
                "Queue: time that people waited, in the run shown. Busy: of the time from the first to the last use; "
                "of roads at least so much, and no queue of theirs is known. Narrow place: roads of the smallest cut.",
                "排队：所示推演中人员等待的时间。占用率：自首次至末次使用期间的占用时间比例；道路为下限，且不统计"
                "排队。"
                "卡口：最小割上的路段。",
            ).said(lang)
        )
    if parts.narrow is None:
        yield body(
            Text(
                "Narrow place of the roads: not tested, or nobody drives.", "路网卡口：未检验，或无人乘车。"
            ).said(lang)
        )
    else:
        yield body(narrow_told(parts.narrow, lang) + Text(".", "。").said(lang))


def _table(parts: LeadersReport, record: RunRecord, lang: Language) -> Table:
    found, names, places = bottlenecks(record), Names(record), Places(parts.scenario, lang)
    cut = [f"link/{link}" for link in parts.narrow.links] if parts.narrow else []
    first = found.groupby("kind", sort=False).head(MOST)
    shown = found[found.index.isin(first.index) | found["thing"].isin(cut)]
    rows = [
        _row(
            KINDS[row["kind"]].said(lang),
            _thing(places, names, row["thing"], lang),
            "–" if row["kind"] == "road" else count(row["queue_person_s"] / 3600),
            row["utilisation"],
            row["thing"] in cut,
        )
        for row in shown.to_dict("records")
    ]
    unused = [thing for thing in cut if thing not in set(found["thing"])]
    rows += [_row(KINDS["road"].said(lang), names.told(thing, lang), "–", 0.0, True) for thing in unused]
    head = (
        Text("kind", "类别"), Text("what", "对象"), Text("queue (person h)", "排队（人·小时）"), Text("busy", "占用率"),
        Text("narrow place", "路网卡口"),
    )  # fmt: skip
    widths = (32.0, TEXT_WIDTH - 122.0, 34.0, 28.0, 28.0)
    return Table(tuple(one.said(lang) for one in head), rows, widths, 7.5)


def _thing(places: Places, names: Names, thing: str, lang: Language) -> str:
    kind, _, id_ = thing.partition("/")
    if not thing:
        return Text("no craft sent", "未派出").said(lang)
    return places[id_] if kind in ("depot", "shelter") and id_ in places else names.told(thing, lang)


def _row(kind: str, thing: str, queue: str, used: float, is_narrow: bool) -> tuple[Cell, ...]:  # noqa: FBT001
    tone: Tone = "red" if used >= FULL else "amber" if used >= BUSY else "plain"
    return (
        Cell(kind),
        Cell(thing),
        Cell(queue, align="right"),
        Cell(percent(used), tone, "right"),
        Cell("●" if is_narrow else "", "amber" if is_narrow else "plain", "center"),
    )
