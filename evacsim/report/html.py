"""The report: one HTML file with everything in it, for a phone, a screen and A4 paper.

No font, script or picture is fetched; the page itself forbids it (Content-Security-Policy).
The same record gives the same file, byte for byte.
"""

import json
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any

from evacsim.language import Language, Text
from evacsim.report.basis_told import assumptions_section, indicators_section, repairs_section, repeat_section
from evacsim.report.bottlenecks_told import bottleneck_section
from evacsim.report.charts import NARROW, WIDE, course_chart, datums, legend
from evacsim.report.command_told import command_section
from evacsim.report.failed_told import failed_section
from evacsim.report.household_page import household_section
from evacsim.report.map_data import map_data
from evacsim.report.markup import Html, Words, html, joined, tag
from evacsim.report.means_told import busiest_roads, shelter_section, transport_section
from evacsim.report.people_told import late_section, states_section, time_use, verdict_cards
from evacsim.report.rescue_told import rescue_section
from evacsim.report.response_told import response_section
from evacsim.results.causes import ledger_row
from evacsim.results.digest import events_digest
from evacsim.results.record import RunRecord
from evacsim.results.wording import count, day_and_time, duration
from evacsim.results.writing import write_text


def write_report(record: RunRecord, path: str | Path, *, lang: Language = "zh") -> Path:
    """Write the report of `record` as one HTML file and return its path.

    Raises
    ------
    ResultsError
        If the final states of the record do not add up to its population, or the file cannot
        be written.
    """
    return write_text(path, report_html(record, lang))


def report_html(record: RunRecord, lang: Language) -> str:
    """Return the report as HTML."""
    words, digest = Words(lang), events_digest(record)
    world = map_data(record, lang)
    parts = [
        _section("verdict", verdict_cards(record, words), words),
        _section("course", _course(record, words), words),
        _section("map", _map(words) if world else busiest_roads(record, words), words),
        _section("states", states_section(record, words), words),
        _section("late", late_section(record, words), words),
        _section("failed", failed_section(record, words), words),
        _section_if("response", response_section(record, words), words),
        _section_if("command", command_section(record, words), words),
        _section_if("rescue", rescue_section(record, words), words),
        _section("time_use", time_use(record, words), words),
        _section("bottlenecks", bottleneck_section(record, words), words),
        _section("shelters", shelter_section(record, words), words),
        _section("transport", transport_section(record, words), words),
        _section("indicators", indicators_section(record, words), words),
        _section("assumptions", assumptions_section(record, words), words),
        _section("repairs", repairs_section(record, words), words),
        _section("repeat", repeat_section(record, words, digest), words),
    ]
    title = f"{words('report')} · {record.name}"
    return framed(words, title, head=_title_block(record, words, digest), body=joined(parts), world=world)


def write_household_page(
    record: RunRecord, household: str | int, path: str | Path, *, lang: Language = "zh"
) -> Path:
    """Write the story of one household as one HTML file and return its path.

    Raises
    ------
    ResultsError
        If there is no such household, or the file cannot be written.
    """
    return write_text(path, household_html(record, household, lang))


def household_html(record: RunRecord, household: str | int, lang: Language) -> str:
    """Return the story of one household as HTML."""
    words = Words(lang)
    name = str(ledger_row(record, household)["household"])
    title = f"{words('household_story')} · {name}"
    head = joined(
        [
            tag("p", f"{words('household_story')} · {record.name or record.scenario_id}", class_="kicker"),
            tag("h1", name),
        ]
    )
    return framed(words, title, head=head, body=household_section(record, name, words), world=None)


def framed(words: Words, title: str, *, head: Html, body: Html, world: dict[str, Any] | None) -> str:
    """Return a page: head and body with style and script around them."""
    return Template(_file("page.html")).substitute(
        lang="zh-CN" if words.lang == "zh" else "en",
        title=html(title),
        style=_file("page.css"),
        head=head,
        body=body,
        footer=html(words("footer")),
        data=_script_json(world),
        script=_file("page.js"),
    )


def _title_block(record: RunRecord, words: Words, digest: str) -> Html:
    begin, end = (day_and_time(record.start, seconds, words.lang) for seconds in (0.0, record.end))
    lasting = duration(record.end, words.lang)
    period = Text(
        f"{record.start:%Y}, {begin} to {end} ({lasting})", f"{record.start:%Y}年{begin}至{end}（{lasting}）"
    )
    facts = {
        "scenario": record.scenario_id,
        "district": record.district_name,
        "hazard": record.hazard_name,
        "plan": record.plan_name,
        "population": count(record.population),
        "period": words(period),
        "seed": str(record.seed),
        "version": str(record.provenance.get("version") or words("unknown")),
        "digest": tag("code", digest[:16]),
    }
    listed = [tag("div", tag("dt", words(key)), tag("dd", fact)) for key, fact in facts.items()]
    synthetic = [
        record.tables["zones"]["synthetic"].astype(bool).any(),
        record.tables["shelters"]["synthetic"].astype(bool).any(),
        (record.tables["assumptions"]["mark"] == "synthetic").any(),
    ]
    banner = tag("p", words("synthetic_banner"), class_="banner") if any(synthetic) else ""
    return joined(
        [
            tag("p", words("report"), class_="kicker"),
            tag("h1", record.name or record.scenario_id),
            banner,
            tag("dl", *listed),
        ]
    )


def _section(key: str, content: Html, words: Words) -> Html:
    return tag("section", tag("h2", words(key)), content, id=key)


def _section_if(key: str, content: Html, words: Words) -> Html:
    """Return a section, or nothing where it has no content."""
    return _section(key, content, words) if content else Html("")


def _course(record: RunRecord, words: Words) -> Html:
    entries = [tag("li", Html(line), text) for line, text in legend(record, words.lang)]
    drawings = [Html(course_chart(record, words.lang, width)) for width in (WIDE, NARROW)]
    zero = datums(record)
    notes = [words("curve_note"), *([f"{words('curve_datum')}{zero}"] if zero else [])]
    return joined(
        [tag("ul", *entries, class_="legend"), *drawings, *(tag("p", note, class_="note") for note in notes)]
    )


def _map(words: Words) -> Html:
    """Return the empty stage of the map; the script of the page fills it."""
    return Html(Template(_file("map.html")).substitute({key: html(words(key)) for key in MAP_KEYS}))


MAP_KEYS = (
    "map_script", "map_play", "map_time", "map_places", "map_all", "map_zoom_in", "map_zoom_out", "map_label",
    "map_hint",
)  # fmt: skip
"""Texts that stand in `map.html`."""


def _script_json(data: dict[str, Any] | None) -> str:
    """Return data as JSON that cannot end the script element it stands in."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _file(name: str) -> str:
    return files("evacsim.report").joinpath(name).read_text(encoding="utf-8")
