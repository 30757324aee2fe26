"""What was found of a plan in words, as JSON and as a table."""

import csv
import io
from pathlib import Path
from typing import Any, Literal

from evacsim.errors import Issue
from evacsim.language import Language, Text
from evacsim.plan.examining import Examination
from evacsim.plan.executability.wording import number, said, some
from evacsim.plan.narrow_places import NarrowPlace
from evacsim.plan.scoring import LIGHTS, WEIGHTS, Score
from evacsim.plan.shortcoming import LINKS, SEVERITIES, Severity, Shortcoming
from evacsim.results.plain import plain
from evacsim.results.wording import duration
from evacsim.results.writing import refuse_folder, write_json, write_text

SUMMARY = "plan.json"
FINDINGS = "findings.csv"
LAYERS = {
    "completeness": Text("completeness", "完备性"),
    "executability": Text("executability", "可执行性"),
}


def told(found: Examination, lang: Language) -> str:
    """Return what was found as plain text: link by link its light and score, then its shortcomings, blockers first."""
    counted = counts(found)
    layers = Text(
        ", ".join(LAYERS[one].en for one in found.layers), "、".join(LAYERS[one].zh for one in found.layers)
    )
    number = Text(
        ", ".join(f"{counted[one]} {COUNTED[one]}" for one in SEVERITIES),
        "、".join(f"{SEVERITIES[one].zh} {counted[one]} 项" for one in SEVERITIES),
    )
    head = Text(
        f"Plan of {found.scenario}: {found.plan}\nLooked at: {layers.en}; {len(found.checks)} clauses; {number.en}",
        f"预案检验：{found.scenario}，{found.plan}\n检验内容：{layers.zh}，"
        f"适用条款 {len(found.checks)} 条；{number.zh}",
    )
    lines = [head.said(lang)]
    for score in found.scores:
        lines += ["", _link(score, lang)]
        lines += [_line(one, lang) for one in found.shortcomings if one.link == score.link]
    narrow = [] if found.narrow is None else ["", narrow_told(found.narrow, lang)]
    return "\n".join([*lines, *narrow, "", CAVEAT.said(lang)])


def narrow_told(place: NarrowPlace, lang: Language) -> str:
    """Return the narrow place of the roads in words."""
    roads = said(lambda one: some(place.links, one))
    took = said(lambda one: duration(3600 * place.hours, one))
    return Text(
        f"Narrow place of the roads: {roads.en}; {number(place.vehicles)} vehicles must pass at {number(place.flow)} an"
        f" hour, which takes {took.en} at least (dry roads, car units)",
        f"路网卡口：{roads.zh}；须通过 {number(place.vehicles)} 辆（标准车），通行能力每小时 {number(place.flow)} 辆，"
        f"至少需 {took.zh}（按未淹道路）",
    ).said(lang)


COUNTED: dict[Severity, str] = {"blocker": "that block the plan", "major": "major", "minor": "minor"}
"""What so many shortcomings are called in English."""
CAVEAT = Text(
    "This reads the plan and the water of one scenario; it runs nothing. A plan without a gap may still be too slow.",
    "以上只检查预案文本和单一洪水情景，未做推演；条款齐全不等于来得及转移。",
)


def counts(found: Examination) -> dict[Severity, int]:
    """Return how many shortcomings there are of each severity."""
    return {one: sum(each.severity == one for each in found.shortcomings) for one in SEVERITIES}


def _link(score: Score, lang: Language) -> str:
    return Text(
        f"{LINKS[score.link].en}: {LIGHTS[score.light].en}, {score.points:.0f} of 100, {score.kept} of"
        f" {score.clauses} clauses kept",
        f"{LINKS[score.link].zh}：{LIGHTS[score.light].zh}，{score.points:.0f} 分，{score.clauses} 条中符合"
        f" {score.kept} 条",
    ).said(lang)


def _line(one: Shortcoming, lang: Language) -> str:
    severity, where = SEVERITIES[one.severity].said(lang), where_it_stands(one.place)
    found, remedy, clause = (text.said(lang) for text in (one.found, one.remedy, one.clause))
    if lang == "zh":
        return f"  [{severity}] {found}\n      依据：{clause}\n      处理：{remedy}（{where}，{one.check}）"
    return f"  [{severity}] {found}\n      clause: {clause}\n      remedy: {remedy} ({where}, {one.check})"


def where_it_stands(place: Issue | None) -> str:
    """Return a place as a terminal shows it, `plans/timely.yaml:5 when.text`."""
    if place is None:
        return ""
    file = place.file if place.line is None else f"{place.file}:{place.line}"
    return f"{file} {place.place}".rstrip()


def summary(found: Examination) -> dict[str, Any]:
    """Return everything that was found, ready for JSON; "inf" stands for numbers without end."""
    return {
        "scenario": found.scenario,
        "plan": found.plan,
        "layers": list(found.layers),
        "counts": counts(found),
        "weights": dict(WEIGHTS),
        "scores": [
            {
                "link": score.link,
                "name_en": LINKS[score.link].en,
                "name_zh": LINKS[score.link].zh,
                "points": round(score.points, 1),
                "light": score.light,
                "clauses": score.clauses,
                "kept": score.kept,
            }
            for score in found.scores
        ],
        "checks": list(found.checks),
        "narrow_place": None
        if found.narrow is None
        else {
            "links": list(found.narrow.links),
            "vehicles": found.narrow.vehicles,
            "flow_per_h": found.narrow.flow,
            "hours": found.narrow.hours,
        },
        "shortcomings": [_plain(one) for one in found.shortcomings],
    }


def _plain(one: Shortcoming) -> dict[str, Any]:
    return {
        **_row(one),
        "subjects": list(one.subjects),
        "figures": {name: plain(value) for name, value in one.figures.items()},
        "loc": list(one.loc),
    }


def _row(one: Shortcoming) -> dict[str, Any]:
    place = one.place
    row: dict[str, Any] = {"check": one.check, "link": one.link, "severity": one.severity}
    row |= {
        "file": "" if place is None else place.file,
        "line": None if place is None else place.line,
        "place": "" if place is None else place.place,
    }
    for name in ("clause", "found", "remedy"):
        text: Text = getattr(one, name)
        row |= {f"{name}_zh": text.zh, f"{name}_en": text.en}
    return row


def table(found: Examination) -> list[dict[str, Any]]:
    """Return one row for each shortcoming, its subjects as one text."""
    return [{**_row(one), "subjects": "; ".join(one.subjects)} for one in found.shortcomings]


COLUMNS = (
    "check", "link", "severity", "file", "line", "place",
    "clause_zh", "clause_en", "found_zh", "found_en", "remedy_zh", "remedy_en", "subjects",
)  # fmt: skip
"""Columns of `findings.csv`."""


def write_examination(
    found: Examination, folder: str | Path, *, if_exists: Literal["error", "replace"] = "error"
) -> Path:
    """Write `findings.csv` and `plan.json` to a folder and return it.

    Raises
    ------
    ResultsError
        If the folder is in the way or cannot be written.
    """
    out = Path(folder)
    refuse_folder(out, mark=SUMMARY, if_exists=if_exists)
    written = io.StringIO()
    writer = csv.DictWriter(written, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(table(found))
    # Excel reads Chinese in a CSV file only after this mark.
    write_text(out / FINDINGS, "\ufeff" + written.getvalue())
    write_json(out / SUMMARY, summary(found))
    return out
