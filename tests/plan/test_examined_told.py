"""What a user sees of an examination: in a terminal, in a folder, in a notebook."""

import csv
import json

import pytest
from click.testing import CliRunner

import evacsim as ev
from evacsim.cli import main
from tests.plan.alone import completeness_alone
from tests.reference.clean_plan import clean_plan, write_scenario


@pytest.fixture(autouse=True)
def alone():
    with completeness_alone():
        yield


@pytest.fixture
def path(tmp_path):
    given = clean_plan(tmp_path)
    del given["plan"]["when"]["text"]["night"]
    given["plan"]["zones"][1]["organizer"] = "<b>李四</b>"
    given["plan"]["zones"][0]["organizer"] = "<b>李四</b>"
    given["district"]["zones"][1]["node"] = "n2-2"
    return write_scenario(given, tmp_path)


def invoke(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def test_the_command_tells_and_writes_with_exit_code_0(path, tmp_path):
    out = tmp_path / "out"
    done = invoke("plan", path, "--out", out, "--lang", "zh")
    assert done.exit_code == 0, done.output
    assert "何时转：红" in done.output
    assert "[否决项] 预案未写明夜间如何触发" in done.output
    assert "如何管：绿，100 分" in done.output
    said = json.loads((out / "plan.json").read_text(encoding="utf-8"))
    assert said["counts"] == {"blocker": 1, "major": 1, "minor": 0}
    assert said["scores"][0]["light"] == "red"
    with (out / "findings.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["check"], row["file"]) for row in rows] == [
        ("when.night", "scenario.yaml"), ("organize.two_places", "scenario.yaml"),
    ]  # fmt: skip
    assert int(rows[0]["line"]) > 0
    assert rows[1]["subjects"] == "<b>李四</b>"
    assert [one["check"] for one in said["shortcomings"]] == ["when.night", "organize.two_places"]


def test_a_folder_is_not_overwritten_unless_asked(path, tmp_path):
    out = tmp_path / "out"
    assert invoke("plan", path, "--out", out).exit_code == 0
    assert invoke("plan", path, "--out", out).exit_code == 2
    assert invoke("plan", path, "--out", out, "--if-exists", "replace").exit_code == 0


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_broken_input_is_told_in_full_with_exit_code_2(path, lang):
    path.write_text(path.read_text(encoding="utf-8").replace("T+7 h", "soon"), encoding="utf-8")
    done = invoke("plan", path, "--lang", lang)
    assert done.exit_code == 2
    assert done.output.count("deadline") == 2
    assert "Traceback" not in done.output


def test_numbers_without_end_are_written_as_words(tmp_path):
    given = clean_plan(tmp_path)
    given["district"]["zones"][0]["township"] = "west-town"
    validation = ev.validate(write_scenario(given, tmp_path))
    validation.save(tmp_path / "out")
    said = json.loads((tmp_path / "out" / "plan.json").read_text(encoding="utf-8"))
    assert [one["check"] for one in said["shortcomings"]] == ["to.capacity_by_township"]
    assert said["shortcomings"][0]["figures"]["load_west-town"] == "inf"


def test_a_notebook_shows_links_and_escapes_what_comes_from_data(path):
    validation = ev.validate(path)
    page = validation._repr_html_()
    assert "&lt;b&gt;李四" in page
    assert "<b>李四" not in page
    assert "谁组织" in page
    assert validation.scores["care"].points == 100
    assert list(validation.table["check"]) == ["when.night", "organize.two_places"]
    assert str(validation).startswith("Plan of small: plan")
