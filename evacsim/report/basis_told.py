"""What the report rests on: indicators, assumptions, repairs, provenance, how to repeat the run."""

from collections.abc import Iterator

from evacsim.analysis import failures
from evacsim.analysis.bounds.told import no_plan_beats
from evacsim.analysis.indicators import Indicator, indicators
from evacsim.report.markup import Html, Words, folded, joined, shortened, table, tag
from evacsim.report.texts import MARKS
from evacsim.report.values_told import parameter_told, value_told
from evacsim.results.record import RunRecord
from evacsim.results.wording import count, percent, quantity


def indicators_section(record: RunRecord, words: Words) -> Html:
    """Return every indicator with its value and meaning, and what brought those with a limit below it."""
    rows = [
        [
            words(found.name),
            tag("b", _indicator_value(found.value, found.unit, words)),
            joined([words(found.note), _bounds(found, words), _causes(record, found.id, words)]),
        ]
        for found in indicators(record).values()
    ]
    return table(words, ["indicator", "value", "note"], rows, kinds="tnt")


def _bounds(found: Indicator, words: Words) -> Html:
    """Return what no plan can beat; empty where nothing is known of it."""
    return tag("p", tag("b", words(no_plan_beats(found.bounds)))) if found.bounds else Html("")


def _causes(record: RunRecord, indicator: str, words: Words) -> Html:
    """Return the greatest causes of failure of an indicator; empty where it has no limit or meets it."""
    if indicator not in failures.LIMITED:
        return Html("")
    greatest = failures.ranked(record, indicator).head(failures.NAMED)
    told = [
        tag("li", words(failures.cause_text(cause)), " ", tag("b", count(number)), f" ({percent(share)})")
        for cause, number, share in greatest.itertuples(index=False)
    ]
    return tag("ol", *told, class_="causes") if told else Html("")


def _indicator_value(value: float, unit: str, words: Words) -> str:
    text = quantity(value, unit, words.lang)
    return f"{text} 人" if unit == "person" and words.lang == "zh" else text


def assumptions_section(record: RunRecord, words: Words) -> Html:
    """Return what the run takes for granted, the least sure first."""
    assumptions = record.tables["assumptions"]
    order = {mark: number for number, mark in enumerate(MARKS)}
    ranked = assumptions.assign(order=assumptions["mark"].map(order).fillna(len(order)))
    ranked = ranked.sort_values("order", kind="stable")
    numbers = assumptions["mark"].value_counts()
    counted = [
        tag("li", _mark(mark, words), f" {words(meaning)} ", tag("b", count(numbers.get(mark, 0))))
        for mark, (_, meaning) in MARKS.items()
    ]
    rows = [
        [
            tag("code", parameter_told(row["path"])),
            value_told(row["value"], words.lang),
            _mark(row["mark"], words),
            row["source"],
        ]
        for row in ranked.to_dict("records")
    ]
    heads = ["parameter", "value", "mark", "source"]
    return tag("ul", *counted, class_="marks") + shortened(words, heads, rows, kinds="tttt")


def repairs_section(record: RunRecord, words: Words) -> Html:
    """Return what was done to the road network before the run."""
    repairs = record.tables["repairs"]
    if repairs.empty:
        return tag("p", words("no_repairs"))
    rows = [[row[f"told_{words.lang}"], count(row["count"])] for row in repairs.to_dict("records")]
    return table(words, ["repair", "number"], rows, kinds="tn")


def repeat_section(record: RunRecord, words: Words, digest: str) -> Html:
    """Return the command that repeats the run, and where everything comes from."""
    command = record.provenance.get("command") or f"evacsim run {record.scenario_id} --seed {record.seed}"
    rows = [[tag("code", key), value] for key, value in _flat(record.provenance)]
    return joined(
        [
            tag("p", words("repeat_note"), class_="note"),
            tag("pre", tag("code", command)),
            tag("p", f"{words('digest')}: ", tag("code", digest), class_="digest"),
            folded(words("provenance"), table(words, ["", ""], rows, kinds="tt")) if rows else "",
        ]
    )


def _flat(tree: dict[str, object], before: str = "") -> Iterator[tuple[str, str]]:
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{key}.")
        else:
            yield f"{before}{key}", str(value)


def _mark(mark: str, words: Words) -> Html:
    if mark not in MARKS:
        return tag("span", mark, class_="chip")
    return tag("span", words(MARKS[mark][0]), class_=f"chip {mark}")
