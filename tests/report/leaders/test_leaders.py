"""The report for leaders: what it says of what was tested, and of what was not; Word, PDF and HTML alike."""

import io
import re
import zipfile
from dataclasses import replace
from importlib.util import find_spec

import pytest

import evacsim as ev
from evacsim.analysis.lateness import late_households
from evacsim.analysis.people import had_to_go
from evacsim.ensemble.unknowns import named_unknown
from evacsim.ensemble.verdicts import WORDS, Verdict
from evacsim.errors import ResultsError
from evacsim.language import Text, same
from evacsim.plan.narrow_places import NarrowPlace
from evacsim.plan.shortcoming import LINKS, Shortcoming
from evacsim.report.leaders import (
    CauseRow,
    FixRow,
    LatestOrder,
    LeadersReport,
    LimitRow,
    of_study,
    write_leaders,
)
from evacsim.report.leaders.cards import office_cards, zone_cards
from evacsim.report.leaders.document import Cards, Document, Heading, PageBreak, Table
from evacsim.report.leaders.page_one import light
from evacsim.report.leaders.page_two import margin
from evacsim.report.leaders.parts import EffectRow, Sensitive
from evacsim.report.leaders.pdf_written import _Source
from evacsim.report.leaders.wording import UNTESTED, trigger_told
from evacsim.report.leaders.writing import document_of
from evacsim.scenario.contacts import Contact
from evacsim.scenario.study import read_design
from tests.ensemble.small_study import DESIGN, small_scenario

HOUR = 3600.0
NAME, PHONE = "王建国", "13912345678"


@pytest.fixture(scope="module")
def scenario(tmp_path_factory):
    small = small_scenario(tmp_path_factory.mktemp("small"))
    return small.change(
        {
            "plan.zones[*].organizer": f"{NAME}书记 {PHONE}",
            "plan.organize.offices": [
                {"id": "county", "level": "county", "node": "n0-0"},
                {
                    "id": "town",
                    "name": "河东镇",
                    "level": "town",
                    "parent": "county",
                    "zones": ["*"],
                    "node": "n0-1",
                },
            ],
        }
    )


@pytest.fixture(scope="module")
def full(scenario):
    """Return a report of which every part was tested."""
    run = ev.simulate(scenario, seed=3)
    study = ev.study(scenario, runs=12, design=DESIGN, seed=7, stop="budget")
    zones = [zone.id for zone in scenario.district.zones]
    return replace(
        LeadersReport(scenario, record=run.record),
        **of_study(study),
        shortcomings=[
            found("to", "major", "two shelters only"),
            found("to", "blocker", f"no room for 40 ({NAME} {PHONE})"),
            found("care", "minor", "no rule for livestock"),
        ],
        scores={"to": 41.0},
        causes=[CauseRow(same("bridge closed"), 30, 0.75)],
        fixes=[FixRow(Text("one bus more", "增加一辆大巴"), 31.0, 12.0, 44.0, same("fewer late"), same("1 bus"))],
        outages=ev.outages(scenario, seed=3, severities=[1.0], cuts=["roads"]).table,
        latest_orders=[LatestOrder(zones[0], 2 * HOUR, 3 * HOUR), LatestOrder(zones[1], 9 * HOUR, 3 * HOUR)],
        unknowns=[Text("what nobody measured", "无人测过")],
        contacts=[Contact(id="town", name="李四", phone=PHONE, backup="欧阳小明", backup_phone="0564-3312345")],
        command="evacsim plan small --seed 7",
    )  # fmt: skip


def found(link, severity, words):
    return Shortcoming(f"{link}.x", link, severity, same("clause"), same(words), same("remedy"))


def texts(blocks):
    """Return all that a document says, piece by piece."""
    for block in blocks:
        match block:
            case Heading():
                yield block.text
            case Table():
                yield from (cell.text for row in block.rows for cell in row)
            case Cards():
                yield from (f"{card.title} {card.lines}" for card in block.cards)
            case _ if hasattr(block, "runs"):
                yield "".join(run.text for run in block.runs)
            case _ if hasattr(block, "left"):
                yield from texts((*block.left, *block.right))


def said(parts, lang="zh"):
    return "\n".join(texts(document_of(parts, lang).blocks))


def pages(parts, lang="zh"):
    """Return what stands on each page of page one, page two and the annex."""
    split = [[]]
    for block in document_of(parts, lang).blocks:
        if isinstance(block, PageBreak):
            split.append([])
        split[-1].append(block)
    return ["\n".join(texts(page)) for page in split]


def test_a_link_is_red_with_a_blocker_amber_with_a_major_shortcoming_grey_untested():
    assert light(None) == "grey"
    assert light([]) == light([found("to", "minor", "x")]) == "green"
    assert light([found("to", "minor", "x"), found("to", "major", "x")]) == "amber"
    assert light([found("to", "major", "x"), found("to", "blocker", "x")]) == "red"


def test_what_was_not_tested_is_said_and_nothing_is_made_up(scenario):
    for lang in ("zh", "en"):
        one, two, *_ = (page.lower() for page in pages(LeadersReport(scenario), lang))
        word = UNTESTED.said(lang)
        assert (
            one.count(word) >= 3 * len(LINKS) + 4
        )  # light, score, finding of each link; limits, late, causes, fixes
        assert two.count(word) >= 4
        assert "%" not in one


def test_page_one_and_two_say_what_was_found(full):
    one, two, *annexes = pages(full)
    assert "no room for 40" in one  # the gravest finding of the link stands first
    assert "two shelters only" not in one
    assert "bridge closed" in one
    assert "30 人（75.0%）" in one
    assert "fewer late 31（12–44）" in one
    assert "共推演 12 次" in one
    assert "大巴/舟比" in one
    assert re.search(r"概率 \d+%（\d+–\d+%）", one)
    assert "完好" in two
    assert "断路" in two.split("七、")[1]
    assert "晚 1小时" in two
    assert "无人测过" in two
    assert "two shelters only" in annexes[0]
    assert "evacsim plan small --seed 7" in annexes[0]


def test_verdicts_of_a_study_are_those_of_its_own_table(full):
    assert len(full.limits) >= 2
    for row in full.limits:
        assert 0 <= row.low <= row.share <= row.high <= 1
        assert (row.verdict is Verdict.RELIABLE) == (row.low >= row.target)
        assert (row.verdict is Verdict.NOT_ENOUGH) == (row.high < row.target)


def test_an_interval_is_never_said_to_be_narrower_than_it_is(scenario):
    row = LimitRow(same("x"), same(""), 0.95, 0.955, 0.9449, 0.9601, Verdict.UNDECIDED)
    assert "概率 96%（94–97%）" in said(LeadersReport(scenario, limits=[row], runs=9))


def test_the_tightest_zones_come_first():
    never, late, good = (LatestOrder("z", latest, HOUR) for latest in (float("nan"), 0.0, 2 * HOUR))
    assert sorted([good, never, late], key=margin) == [never, late, good]
    assert margin(late) == -HOUR


def test_every_office_and_every_zone_of_the_plan_has_a_card(full):
    offices, zones = office_cards(full, "zh"), zone_cards(full, "zh")
    assert len(offices) == 2
    assert len(zones) == len(full.scenario.district.zones)
    county, town = (dict(card.lines) for card in offices)
    assert county["接谁指令"].startswith("决策机构：")
    assert county["叫应谁"] == "河东镇（town）"
    assert county["转移区域"] == town["转移区域"]  # those of the office below it
    assert all(zone.id in town["转移区域"] for zone in full.scenario.district.zones[:3])
    assert town["接谁指令"] == "county"
    assert town["责任人、电话"] == f"A：李四 {PHONE}；B：欧阳小明 0564-3312345"
    card = dict(zones[0].lines)
    assert card["责任人、电话"] == town["责任人、电话"]  # of its office, as the zone has no contact
    assert "河东镇" in card["谁来叫"]
    assert card["何时走"]
    assert card["哪里上车"]


def test_a_masked_report_holds_no_name_and_no_number(full, tmp_path):
    open_, masked = said(full), said(replace(full, masked=True))
    for secret in (NAME, PHONE, "李四", "小明", "3312345"):
        assert secret in open_
        assert secret not in masked
    assert "欧阳* 056****45" in masked
    page = write_leaders(replace(full, masked=True), tmp_path / "r.html").read_text()
    assert PHONE not in page
    assert NAME not in page


def test_the_word_file_has_styles_tables_a_chinese_font_and_its_page_breaks(full, tmp_path):
    docx = pytest.importorskip("docx")
    qn = docx.oxml.ns.qn
    word = docx.Document(write_leaders(full, tmp_path / "report.docx"))
    for name in ("Normal", "Title", "Heading 1", "Leaders note"):
        fonts = word.styles[name].element.rPr.rFonts
        assert fonts.get(qn("w:eastAsia")) == "微软雅黑"
        assert not [key for key in fonts.attrib if key.endswith("Theme")]
    section = word.sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    breaks = [one.text for one in word.paragraphs if one.paragraph_format.page_break_before]
    assert [text[:2] for text in breaks] == ["六、", *["附件"] * 6]
    links = word.tables[0]
    assert [cell.text for cell in links.rows[0].cells][:3] == ["环节", "结论", "得分"]
    assert [row.cells[0].text for row in links.rows[1:]] == [text.zh for text in LINKS.values()]
    assert links.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    to = next(row for row in links.rows if row.cells[0].text == "转到哪")
    assert (to.cells[1].text, to.cells[2].text) == ("红", "41")
    assert to.cells[1]._tc.tcPr.find(qn("w:shd")).get(qn("w:fill")) == "F4C7C3"
    text_width = (section.page_width - section.left_margin - section.right_margin) / 36_000
    for table in word.tables:
        assert sum(column.width.mm for column in table.columns) <= text_width + 0.1
    assert (
        len(word.inline_shapes) + sum(len(t._tbl.findall(f".//{qn('w:drawing')}")) for t in word.tables) >= 2
    )


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("suffix", [".html", ".docx", ".pdf"])
def test_the_same_parts_give_the_same_file(full, tmp_path, suffix, lang):
    pytest.importorskip({".docx": "docx", ".pdf": "typst"}.get(suffix, "io"))
    first, second = (
        ev.report(full, tmp_path / f"{number}{suffix}", lang=lang).read_bytes() for number in (1, 2)
    )
    assert first == second
    assert len(first) > 10_000


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_page_one_and_two_are_two_pages(full, tmp_path, lang):
    typst = pytest.importorskip("typst")
    blocks = document_of(full, lang).blocks
    annex = [number for number, block in enumerate(blocks) if isinstance(block, PageBreak)][1]
    source = tmp_path / "document.typ"
    source.write_text(_Source(tmp_path).whole(Document("", lang, "", blocks[:annex])))
    assert len(typst.compile(str(source), format="png", ppi=20)) == 2


def test_text_of_data_is_text_and_no_markup(scenario, tmp_path):
    name = 'a "b" <script> \\ #panic("read") $ * _ @'
    odd = scenario.change({"name": name, "plan.zones[*].organizer": name})
    page = write_leaders(LeadersReport(odd), tmp_path / "a.html").read_text()
    assert "<script>" not in page
    if find_spec("typst"):
        assert write_leaders(LeadersReport(odd), tmp_path / "a.pdf").read_bytes()[:4] == b"%PDF"
    pytest.importorskip("docx")
    content = write_leaders(LeadersReport(odd), tmp_path / "a.docx").read_bytes()
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        assert "&lt;script&gt;" in package.read("word/document.xml").decode()


def test_another_suffix_is_refused_in_words(scenario, tmp_path):
    with pytest.raises(ResultsError, match=r"\.html, \.docx, \.pdf"):
        write_leaders(LeadersReport(scenario), tmp_path / "report.doc")


def sheets(parts, lang="zh"):
    """Return the village sheets by their titles."""
    blocks = document_of(parts, lang).blocks
    begin = next(
        k
        for k, block in enumerate(blocks)
        if isinstance(block, Heading) and ("逐村表" in block.text or "Village" in block.text)
    )
    (cards,) = [block for block in blocks[begin:] if isinstance(block, Cards)]
    return {card.title: dict(card.lines) for card in cards.cards}


def test_each_village_has_a_sheet_that_says_what_came_of_it(full):
    made = sheets(full)
    record = full.record
    zones = [zone.id for zone in full.scenario.district.zones]
    assert len(made) == len(zones)
    west = next(lines for title, lines in made.items() if zones[0] in title)
    ledger = record.ledger[record.ledger["zone"] == zones[0]]
    assert west["转移谁"] == f"{full.scenario.district.zones[0].population:,} 人"
    late = late_households(record)
    expected = int(late.loc[late["zone"] == zones[0], "people"].sum())
    assert west["逾期人数"] == f"{expected:,}"
    go = ledger.loc[had_to_go(record.ledger)[record.ledger["zone"] == zones[0]], "people"].sum()
    assert f"应转 {go:,} 人" in west["来水前转出"]
    assert west["最迟下令"] == "7月18日22:00"
    assert (west["逾期原因"] == "无") == (expected == 0)


def test_a_village_of_which_nothing_was_tested_says_so(scenario):
    for lang, label in (("zh", "来水前转出"), ("en", "in time")):
        for lines in sheets(LeadersReport(scenario), lang).values():
            assert lines[label] == UNTESTED.said(lang)
            assert list(lines.values()).count(UNTESTED.said(lang)) == 5


def test_sheets_and_form_cover_names_where_asked(full):
    told = said(replace(full, masked=True))
    assert NAME not in told
    assert PHONE not in told


def form(parts, lang="zh"):
    tables = [block for block in document_of(parts, lang).blocks if isinstance(block, Table)]
    heads = [table.head for table in tables]
    return tables[next(k for k, head in enumerate(heads) if "评估项目" in head or "item" in head)].rows


def test_the_form_holds_every_link_limit_and_cell_of_the_outages_with_the_same_words(full):
    rows = form(full)
    assert len(rows) >= len(LINKS) + len(full.limits) + 3
    by_item = {row[1].text: row for row in rows}
    assert by_item[LINKS["to"].zh][4].text == "红"
    for limit in full.limits:
        assert WORDS[limit.verdict].zh == next(row for row in rows if row[1].text == limit.name.zh)[4].text
    late = late_households(full.record)["people"].sum()
    assert f"逾期 {late:,} 人" in by_item["逾期人数"][3].text
    assert by_item["最迟安全下令时间"][4].text == "未达到"  # the first zone is ordered an hour too late
    assert "格式为自拟" in said(full)


def test_an_empty_form_says_that_nothing_was_tested(scenario):
    assert {row[4].text for row in form(LeadersReport(scenario))} == {UNTESTED.zh}


def test_bottlenecks_stand_three_ways_in_one_table(full, scenario):
    narrow = NarrowPlace(("n1-1_n2-1",), 60.0, 1800.0)
    told = said(replace(full, narrow=narrow))
    tables = [
        block for block in document_of(replace(full, narrow=narrow), "zh").blocks if isinstance(block, Table)
    ]
    (table,) = [one for one in tables if "路网卡口" in one.head]
    marked = [row for row in table.rows if row[4].text]
    assert [row[1].text for row in marked] == ["路段 n1-1_n2-1"]
    assert "须通过 60 辆（标准车），通行能力每小时 1,800 辆，至少需 2分钟" in told
    assert "附件九　瓶颈" in said(LeadersReport(scenario))


def test_unknowns_are_named_in_words_on_page_two_and_in_the_annex(full):
    """The design of the study draws the decision and the cars."""
    assert set(full.drawn) == {"decision", "cars"}
    two = pages(full)[1]
    assert "按未知随机抽取：会商决策用时；自驾转移的比例。" in two
    assert "Drawn at random as unknown: time to decide; share of people who drive." in pages(full, "en")[1]
    effects = [EffectRow("late", "decision", 12.0, 1.0), EffectRow("late", "other", 2.0, 1.0)]
    told = said(replace(full, sensitive=Sensitive("morris", 4, effects)))
    assert "会商决策用时" in told.split("附件八")[1]
    assert "other" in told  # of what the study did not draw no more than the id is known
    assert "decision" not in told.split("附件八")[1]


def test_an_unknown_that_no_word_fits_is_told_with_what_it_is_about():
    assert named_unknown("tries", ["plan.organize.calling.tries"]).zh == "叫应应答参数（tries）"
    both = ["plan.who.compliance", "plan.to.car_share"]
    assert named_unknown("x", both).zh == "服从转移的比例、自驾转移的比例"
    assert named_unknown("x", ["plan.who.compliance", "plan.who.other"]).zh == "预案参数（x）"
    assert (
        named_unknown("z", ["plan.zones[J15-*].compliance"]).en
        == "share of people who follow the order, by zone"
    )


def test_every_unknown_of_the_example_has_a_name_of_its_own():
    design = read_design("scenarios/gaocheng/study.yaml")
    names = [named_unknown(item.id, item.paths).zh for item in design.uncertain]
    assert len(set(names)) == len(names)
    assert not [name for name in names if re.search(r"[A-Za-z]", name)]


def test_a_trigger_names_the_gauge_as_people_do():
    scenario = ev.load("scenarios/gaocheng")
    line = next(one for one in scenario.plan.zones if one.trigger_gauge == "upper")
    assert trigger_told(line, scenario, "zh").startswith("上游站水位 ≥ ")
    assert trigger_told(line, scenario, "en").startswith("gauge at the upper bridge ≥ ")


def test_parameters_are_told_in_the_words_of_the_reader():
    parts = LeadersReport(ev.load("scenarios/gaocheng"))
    table = said(parts).split("附件一　参数与依据")[1].split("附件二")[0]
    assert "均匀分布：最小" in table
    assert not re.search(r"uniform:|lognormal:|fixed:|True|None", table)
