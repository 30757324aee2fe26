"""A clean plan is clean, every planted fault is found where it is, and the scores say what the formula says."""

from dataclasses import replace

import pytest

import evacsim as ev
from evacsim.errors import ScenarioError
from evacsim.plan import examining
from evacsim.plan.completeness.check import listed
from evacsim.plan.completeness.table import CHECKS
from evacsim.plan.examining import examine
from evacsim.plan.scoring import Clause, scores
from evacsim.plan.shortcoming import LINKS, Shortcoming
from tests.plan.alone import completeness_alone
from tests.plan.planted_faults import FAULTS
from tests.reference.clean_plan import clean_plan, write_scenario

BY_ID = {check.id: check for check in CHECKS}


@pytest.fixture(autouse=True)
def alone():
    with completeness_alone():
        yield


def test_a_clean_plan_raises_nothing_and_every_clause_applies_to_it(tmp_path):
    found = examine(write_scenario(clean_plan(tmp_path), tmp_path))
    assert [(one.check, one.found.en) for one in found.shortcomings] == []
    assert found.checks == tuple(BY_ID)
    assert [(score.points, score.light) for score in found.scores] == [(100.0, "green")] * 5


def test_there_is_a_fault_for_every_check_and_every_id_is_there_once():
    assert set(FAULTS) == set(BY_ID)
    assert len(BY_ID) == len(CHECKS)


@pytest.mark.parametrize("check", FAULTS)
def test_a_planted_fault_is_found_with_file_line_and_clause(check, tmp_path):
    fault, given = FAULTS[check], clean_plan(tmp_path)
    fault.change(given, tmp_path)
    path = write_scenario(given, tmp_path)
    found = {one.check: one for one in examine(path).shortcomings}
    assert set(found) - {check} == set(fault.with_it)
    one = found[check]
    assert (one.link, one.severity, one.clause) == (
        BY_ID[check].link,
        BY_ID[check].severity,
        BY_ID[check].clause,
    )
    assert one.place is not None
    assert one.place.file == "scenario.yaml"
    assert one.place.place == fault.place
    if fault.line_has:
        line = path.read_text(encoding="utf-8").splitlines()[one.place.line - 1]
        assert fault.line_has in line
    assert one.subjects == fault.subjects
    for name, value in fault.figures.items():
        assert one.figures[name] == pytest.approx(value), name
    for text in (one.clause, one.found, one.remedy):
        assert text.en.strip()
        assert any("\u4e00" <= letter <= "\u9fff" for letter in text.zh)


def test_a_text_that_says_no_is_no_text(tmp_path):
    given = clean_plan(tmp_path)
    given["plan"]["when"]["text"]["cancel"] = "否"
    given["plan"]["to"]["text"]["signs"] = False
    assert [one.check for one in examine(write_scenario(given, tmp_path)).shortcomings] == [
        "when.cancel",
        "to.signs",
    ]


def test_broken_files_are_a_scenario_error(tmp_path):
    given = clean_plan(tmp_path)
    given["hazard"]["gauges"][1]["downstream"] = "brigde"
    given["plan"]["readiness"]["villages"][0]["zones"] = ["mill"]
    with pytest.raises(ScenarioError) as raised:
        examine(write_scenario(given, tmp_path))
    assert [issue.place for issue in raised.value.issues if issue.severity == "error"] == [
        "hazard.gauges[1].downstream", "plan.readiness.villages[0].zones[0]",
    ]  # fmt: skip


def test_the_same_plan_gives_the_same_examination_from_files_and_from_a_notebook(tmp_path):
    given = clean_plan(tmp_path)
    del given["plan"]["when"]["text"]["night"]
    path = write_scenario(given, tmp_path)
    once, again = examine(path), examine(path)
    assert once == again
    in_notebook = examine(ev.from_mapping(given))
    assert [replace(one, place=None) for one in in_notebook.shortcomings] == [
        replace(one, place=None) for one in once.shortcomings
    ]
    assert in_notebook.shortcomings[0].place.place == "plan.when.text.night"


def test_villages_may_be_a_table_with_chinese_heads_and_its_row_is_named(tmp_path):
    given = clean_plan(tmp_path)
    heads = "村,组织体系,大喇叭,警报器,避难场所,风险地形图,明白卡,应急通讯,应急照明,小册子,宣传栏"
    rows = ["west,是,是,是,是,是,是,是,是,是,是", "north,是,是,是,是,是,否,是,是,是,是"]
    (tmp_path / "villages.csv").write_text("\n".join([heads, *rows]), encoding="utf-8")
    given["plan"]["readiness"]["villages"] = "villages.csv"
    (one,) = examine(write_scenario(given, tmp_path)).shortcomings
    assert (one.check, one.subjects) == ("ready.cards", ("north",))
    assert (one.place.file, one.place.line) == ("villages.csv", 3)


def test_what_another_layer_finds_is_located_sorted_and_seen_in_the_light(tmp_path, monkeypatch):
    late = _found("E1", "to", "blocker", ("plan", "zones", 1, "fleet"))
    monkeypatch.setattr(examining, "checked", lambda workings: [late])
    given = clean_plan(tmp_path)
    del given["plan"]["to"]["text"]["signs"]
    found = examine(write_scenario(given, tmp_path))
    assert [one.check for one in found.shortcomings] == ["E1", "to.signs"]
    assert found.shortcomings[0].place.place == "plan.zones[1].fleet"
    assert found.layers == ("completeness", "executability")
    score = found.scores[3]
    assert (score.light, score.kept, score.clauses - score.kept) == ("red", score.clauses - 1, 1)


def _found(check, link, severity, loc=()):
    return Shortcoming(check, link, severity, *(listed(["x"]),) * 3, loc=loc)


def test_scores_follow_the_formula_and_a_blocker_is_red_whatever_the_score():
    clauses = [
        Clause("a", "to", "blocker"), Clause("b", "to", "major"), Clause("c", "to", "major"),
        Clause("d", "to", "minor"), Clause("e", "who", "major"), Clause("f", "who", "minor"),
    ]  # fmt: skip
    found = [
        _found("b", "to", "major"),
        _found("b", "to", "major"),
        _found("f", "who", "minor"),
        _found("E7", "care", "blocker"),
    ]
    score = {one.link: one for one in scores(clauses, found)}
    assert list(score) == list(LINKS)
    assert score["to"].points == pytest.approx(100 * (1 - 2 / 10))
    assert (score["to"].light, score["to"].kept) == ("amber", 3)
    assert score["who"].points == pytest.approx(100 * 2 / 3)
    assert score["who"].light == "green"
    assert (score["care"].points, score["care"].light) == (100.0, "red")  # of another layer, and not hidden
    assert scores(clauses, [_found("a", "to", "blocker")])[3].light == "red"
