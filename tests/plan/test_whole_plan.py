"""Everything at once from the command line, the pages for leaders from folders, and what is refused."""

import json
import re
import shutil
from importlib import import_module

import pytest
from click.testing import CliRunner

import evacsim as ev
from evacsim.cli import main
from evacsim.errors import ResultsError
from evacsim.report.leaders import from_folders
from evacsim.whole_plan import Effort, whole_plan
from evacsim.world.building import build_world
from tests.plan.one_bus import UNSURE_OF_CARS, one_bus

pytestmark = pytest.mark.slow
FOLDERS = ("study", "fixes", "latest", "outages", "beyond")


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """Return a scenario on disk: short of buses, not sure how many take their own car."""
    return one_bus(tmp_path_factory.mktemp("small"), bus_share=0.7, design=UNSURE_OF_CARS)


@pytest.fixture(scope="module")
def whole(path, tmp_path_factory):
    """Return a folder with everything, as the command writes it."""
    out = tmp_path_factory.mktemp("whole") / "all"
    asked("plan", path, "--out", out, "--runs", 4, "--each", 2, "--workers", 1, "--lang", "zh")
    asked(
        "sensitivity", path, "--indicator", "late", "--size", 2, "--workers", 1, "--out", out / "sensitivity"
    )
    return out


def asked(*arguments):
    done = CliRunner().invoke(main, [str(one) for one in arguments])
    assert done.exit_code == 0, done.output
    return done.output


def text_of(page):
    return re.sub(r"<[^>]+>", " ", page.read_text(encoding="utf-8"))


def test_everything_is_there_and_the_pages_are_full(whole):
    for suffix in ("html", "docx", "pdf"):
        assert (whole / f"leaders.{suffix}").stat().st_size > 10_000
    pages = text_of(whole / "leaders.html")
    untested = re.search(r"未检验：([^。]*)。", pages)
    assert untested is not None
    assert untested[1] == "未知因素的影响（敏感性）"


def test_pages_from_folders_say_the_numbers_of_the_folders(path, whole, tmp_path):
    out = tmp_path / "pages.html"
    named = [part for name in (*FOLDERS, "sensitivity") for part in (f"--{name}", whole / name)]
    asked("leaders", path, "--out", out, "--run", whole / "run", "--lang", "zh", *named)
    pages = text_of(out)
    assert "未检验" not in pages
    fixes = json.loads((whole / "fixes" / "fixes.json").read_text(encoding="utf-8"))
    best = next(row for row in fixes["levers"] if row["effect"] > 0)
    assert best["name_zh"] in pages
    assert best["side_zh"] in pages
    assert (
        json.loads((whole / "beyond" / "beyond.json").read_text(encoding="utf-8"))["cases"][0]["name_zh"]
        in pages
    )
    assert f"--study {(whole / 'study').as_posix()}" in pages


def test_pages_from_folders_build_the_world_once(path, whole, monkeypatch):
    """The checks of the plan have built it; whoever comes with another scenario has it built again."""
    found, built = ev.validate(path), []
    monkeypatch.setattr(
        import_module("evacsim.report.leaders.folders"),
        "build_world",
        lambda one: built.append(one) or build_world(one),
    )
    parts = found.leaders(
        ev.load(path), ev.open_run(whole / "run"), **{name: whole / name for name in FOLDERS}
    )
    assert built == []
    assert parts.narrow is not None
    assert parts.limits
    other = ev.load(path).change({"plan.who.compliance": 0.5})
    with pytest.raises(ResultsError, match="another version"):
        found.leaders(other, study=whole / "study")
    assert built == [other]


def test_the_pages_of_a_study_are_those_of_its_folder(path, whole):
    scenario = ev.load(path)
    study = ev.study(scenario, runs=4, seed=0, design=path.parent / "study.yaml")
    fields = from_folders(scenario, {"study": whole / "study"})
    assert fields == ev.leaders.of_study(study)


def test_started_again_it_makes_no_run_and_the_same_files(path, whole, monkeypatch):
    before = {one: one.read_bytes() for one in sorted(whole.rglob("*")) if one.is_file()}
    monkeypatch.setattr("evacsim.api.running.simulate_world", None)
    monkeypatch.setattr("evacsim.ensemble.replicating.simulate", None)
    monkeypatch.setattr("evacsim.ensemble.outages.simulate", None)
    asked("plan", path, "--out", whole, "--runs", 4, "--each", 2, "--workers", 1, "--lang", "zh")
    assert {one: one.read_bytes() for one in sorted(whole.rglob("*")) if one.is_file()} == before


def test_a_folder_of_another_question_is_refused(path, whole):
    with pytest.raises(ResultsError, match="differs in"):
        whole_plan(path, whole, Effort(runs=5, each=2, design=path.parent / "study.yaml"))


def test_every_folder_of_something_else_is_told_at_once(path, whole, tmp_path):
    changed = tmp_path / "changed"
    shutil.copytree(path.parent, changed)
    places = changed / "places.csv"
    places.write_text(places.read_text(encoding="utf-8").replace("0.8", "0.9"), encoding="utf-8")
    written = changed / "scenario.yaml"
    written.write_text(
        written.read_text(encoding="utf-8").replace(str(path.parent), str(changed)), encoding="utf-8"
    )
    (tmp_path / "torn").mkdir()
    (tmp_path / "torn" / "latest.json").write_text("{", encoding="utf-8")
    given = {"study": whole / "study", "fixes": whole / "study", "latest": tmp_path / "torn"}
    with pytest.raises(ResultsError) as refused:
        from_folders(ev.load(changed / "scenario.yaml"), given)
    told = refused.value.told("en")
    assert "study.json: of.inputs." in told
    assert "places.csv" in told
    assert "fixes.json: is not there" in told
    assert "latest.json: cannot be read" in told
    other = ev.load(path).change({"plan.who.compliance": 0.5})
    with pytest.raises(ResultsError, match="another version"):
        from_folders(other, {"study": whole / "study"})


def test_the_command_names_the_folder_that_is_missing(path, tmp_path):
    done = CliRunner().invoke(
        main, ["leaders", str(path), "--out", str(tmp_path / "a.html"), "--latest", str(tmp_path)]
    )
    assert done.exit_code == 2
    assert "latest.json" in done.output
    assert "evacsim latest --out" in done.output


def test_runs_need_a_folder(path):
    done = CliRunner().invoke(main, ["plan", str(path), "--runs", "2"])
    assert done.exit_code == 2
    assert "--out" in done.output
