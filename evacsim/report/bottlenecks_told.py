"""What held people up, in the report of a run: queues and utilisation side by side."""

from evacsim.analysis.bottlenecks import KINDS, bottlenecks
from evacsim.language import Text
from evacsim.report.markup import Html, Words, joined, shortened, tag
from evacsim.results.record import RunRecord
from evacsim.results.wording import Names, count, percent

MOST = 8
"""Things of each kind that are shown, the busiest first."""
NOTE = Text(
    "Busy: of the time from the first to the last use; 100 % is never idle. Of roads at least so much, and no queue is "
    "known. "
    "The narrow place of the roads between people and their shelters, the third way to name a bottleneck, is told by "
    "`evacsim plan` and in the report for leaders.",
    "占用率：自首次至末次使用期间的占用时间比例，100% 为从未空闲；道路为下限，且不统计排队。"
    "第三种识别方法（人员与安置点之间的路网卡口，即最小割）见 evacsim plan 和领导版报告。",
)
NOBODY = Text("people for whom no craft was sent", "未派出舟艇的待救人员")


def bottleneck_section(record: RunRecord, words: Words) -> Html:
    """Return the table of what people queued for, kind by kind, the busiest first."""
    found, names = bottlenecks(record), Names(record)
    shown = found.groupby("kind", sort=False).head(MOST)
    rows = [
        [
            words(KINDS[row["kind"]]),
            _thing(names, row["thing"], words),
            "–" if row["kind"] == "road" else count(row["queue_person_s"] / 3600),
            percent(row["utilisation"]),
        ]
        for row in shown.to_dict("records")
    ]
    heads = ["bottleneck_kind", "bottleneck_thing", "queue_person_h", "utilisation"]
    return joined([tag("p", words(NOTE), class_="note"), shortened(words, heads, rows, kinds="ttnn")])


def _thing(names: Names, thing: str, words: Words) -> str:
    kind, _, id_ = thing.partition("/")
    if not thing:
        return words(NOBODY)
    return names.bare("depot", id_) if kind == "depot" else names.told(thing, words.lang)
