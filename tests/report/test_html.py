"""The page: one sound file, everything in it, nothing fetched, nothing unescaped, both languages."""

import re
import shutil
import subprocess
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings

from evacsim.errors import ResultsError
from evacsim.report.html import report_html, write_report
from evacsim.report.texts import TEXTS
from evacsim.results.causes import happening, story
from evacsim.results.digest import events_digest
from evacsim.results.wording import Names, moment
from tests.reference.fake_record import fake_record
from tests.reference.small_record import ledgers, settled, small_record

VOID = {"meta", "link", "br", "input", "img", "line", "polyline", "path", "polygon", "rect", "circle"}
SECTIONS = [
    "verdict", "course", "map", "states", "late", "failed", "time_use", "bottlenecks", "shelters", "transport",
    "indicators", "assumptions", "repairs", "repeat",
]  # fmt: skip


class Tree(HTMLParser):
    """Checks that every element is closed where it was opened, and collects texts and attributes."""

    def __init__(self, page):
        super().__init__()
        self.open, self.sections, self.text, self.attributes, self.tags = [], [], [], [], set()
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        self.attributes += [(tag, name, value) for name, value in attributes]
        if tag == "section":
            self.sections.append(dict(attributes)["id"])
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.add(tag)
        self.attributes += [(tag, name, value) for name, value in attributes]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, f"</{tag}> at {self.getpos()}"

    def handle_data(self, data):
        if self.open and self.open[-1] not in {"style", "script"}:
            self.text.append(data.strip())


@pytest.fixture(scope="module")
def record():
    return fake_record()


@pytest.fixture(scope="module", params=["zh", "en"])
def page(request, record):
    return request.param, report_html(record, request.param)


def test_the_page_is_well_formed_and_complete(page):
    lang, text = page
    tree = Tree(text)
    assert tree.sections == SECTIONS
    assert ("html", "lang", {"zh": "zh-CN", "en": "en"}[lang]) in tree.attributes
    for key in SECTIONS:
        assert TEXTS[key].said(lang) in tree.text


def test_the_page_fetches_nothing(page):
    _, text = page
    assert not re.search(
        r"""https?:|//\w+\.|@import|url\(|fetch\(|XMLHttpRequest|WebSocket|importScripts""", text
    )
    tree = Tree(text)
    assert tree.tags.isdisjoint(
        {"link", "img", "iframe", "object", "embed", "video", "audio", "base", "form"}
    )
    assert {name for _, name, _ in tree.attributes}.isdisjoint({"src", "href", "srcset", "action", "poster"})
    policy = next(
        value for tag, name, value in tree.attributes if name == "content" and "default-src" in value
    )
    assert policy.startswith("default-src 'none'")


def test_the_same_record_gives_the_same_page(page):
    lang, text = page
    assert report_html(fake_record(), lang) == text


def test_the_page_says_what_was_run(page, record):
    lang, text = page
    words = Tree(text).text
    for fact in (record.name, record.plan_name, record.hazard_name, record.district_name, "0.1.0", "765"):
        assert fact in words
    assert events_digest(record) in words
    assert "evacsim run small-flood --seed 7" in words
    assert TEXTS["synthetic_banner"].said(lang) in words


def test_the_states_shown_add_up_to_the_population_shown(page):
    lang, text = page
    section = text.split('<section id="states">')[1].split("</table>")[0]
    numbers = [
        int(number) for number in re.findall(r'<td class="num">(\d+)</td><td class="num">[\d.<]+%', section)
    ]
    total = re.search(r'<b>(\d+)</b></td><td class="num"><b>100\.0%', section).group(1)
    assert sum(numbers) == int(total) == 765
    assert TEXTS["total"].said(lang) in section


def test_example_households_are_told_as_they_are_asked(page, record):
    lang, text = page
    words, names = Tree(text).text, Names(record)
    for event in story(record, "Z3-011"):
        assert moment(record.start, event.time_s, lang) in words
        assert happening(event, names, lang) in words


def test_nasty_names_stay_text(record):
    nasty = '"><script>alert(1)</script>&amp;</script><!--\u2028'
    zones = record.tables["zones"].assign(name=nasty, township=nasty)
    shelters = record.tables["shelters"].assign(name=nasty)
    links = record.tables["links"].assign(name=nasty)
    odd = replace(
        record, name=nasty, provenance={"version": nasty, nasty: {"a": nasty}},
        tables=record.tables | {"zones": zones, "shelters": shelters, "links": links},
    )  # fmt: skip
    text = report_html(odd, "en")
    tree = Tree(text)
    assert nasty.replace("\u2028", "") not in text
    assert text.count("<script") == 2
    assert nasty.strip() in [part.strip() for part in tree.text]


def test_a_network_without_coordinates_gets_tables_and_no_map(record):
    links = record.tables["links"].assign(line="")
    text = report_html(replace(record, tables=record.tables | {"links": links}), "zh")
    tree = Tree(text)
    assert "canvas" not in tree.tags
    assert TEXTS["map_abstract"].zh in tree.text
    assert tree.sections == SECTIONS


def test_given_data_carry_no_banner():
    text = report_html(small_record([settled(at=2)]), "en")
    assert TEXTS["synthetic_banner"].en not in text


@settings(max_examples=12)
@given(ledgers())
def test_any_record_makes_a_page(homes):
    text = report_html(small_record(homes), "zh")
    assert Tree(text).sections == SECTIONS
    assert not re.search(r">\s*(nan|inf|-inf|None)\s*<", text)


def test_a_city_of_34_000_links_stays_below_8_megabytes():
    city = fake_record(columns=66, rows=130)
    assert len(city.tables["links"]) > 33_000
    assert len(report_html(city, "zh").encode()) < 8e6


def test_states_that_do_not_add_up_make_no_page(record, tmp_path):
    with pytest.raises(ResultsError):
        write_report(replace(record, population=766), tmp_path / "report.html")
    assert list(tmp_path.iterdir()) == []


def test_a_page_that_cannot_be_written_is_an_error(record, tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(ResultsError, match="cannot be written"):
        write_report(record, tmp_path / "file" / "report.html")


@pytest.mark.skipif(shutil.which("chromium") is None, reason="no chromium to run the page's script in")
def test_the_script_of_the_page_runs_without_an_error(record, tmp_path):
    path = write_report(record, tmp_path / "report.html", lang="en")
    browser = [
        "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-background-networking", f"--user-data-dir={tmp_path / 'profile'}", "--enable-logging=stderr",
        "--v=0", "--virtual-time-budget=2000", "--dump-dom", f"{path.as_uri()}#t=16200",
    ]  # fmt: skip
    run = subprocess.run(browser, capture_output=True, text=True, timeout=120, check=True)
    assert "CONSOLE" not in run.stderr
    assert '<output id="clock">19 Jul 00:30 (T+4.5 h)</output>' in run.stdout
    assert "in a shelter <b>367 / 680</b> people" in run.stdout
