"""The command line: exit codes, languages, messages without a traceback."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

import evacsim as ev
from evacsim.cli import main
from evacsim.errors import Issue
from evacsim.language import Text
from tests.reference.gauges import with_gauge
from tests.reference.small_district import small_district

ROOT = Path(__file__).parents[1]


@pytest.fixture
def scenario(tmp_path):
    path = tmp_path / "small" / "scenario.yaml"
    path.parent.mkdir()
    path.write_text(yaml.safe_dump(small_district(path.parent), allow_unicode=True), encoding="utf-8")
    return path


def invoke(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def test_help_needs_nothing_heavy():
    code = (
        "import sys\nfrom evacsim.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "print([m for m in ('numba', 'pandas', 'networkx', 'simpy', 'pydantic') if m in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert told.stdout.splitlines()[-1] == "[]"


def test_the_package_runs_as_a_module():
    said = [sys.executable, "-m", "evacsim", "run"]
    told = subprocess.run(said, capture_output=True, text=True, check=False, cwd=ROOT)
    assert told.returncode == 2
    assert told.stderr.startswith("Usage: python -m evacsim run")


def test_a_good_scenario_is_checked_with_exit_code_0(scenario):
    result = invoke("check", scenario)
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_bad_scenario_is_told_in_full_with_exit_code_2(scenario, lang):
    text = scenario.read_text(encoding="utf-8")
    scenario.write_text(text.replace("12 h", "12 hours ago").replace("T+10 min", "soon"), encoding="utf-8")
    result = invoke("check", scenario, "--lang", lang)
    assert result.exit_code == 2
    assert "duration" in result.output
    assert result.output.count("trigger_at") == 2


def test_run_why_report_compare(scenario, tmp_path):
    first, second = tmp_path / "a", tmp_path / "b"
    assert invoke("run", scenario, "--seed", 3, "--out", first).exit_code == 0
    changed = invoke("run", scenario, "--seed", 3, "--out", second, "--set", "plan.when.decision_time=60 min")
    assert changed.exit_code == 0, changed.output
    told = invoke("why", first, "west/1", "--lang", "zh")
    assert told.exit_code == 0
    assert "达到" in told.output or "到达预定时刻" in told.output
    page = tmp_path / "household.html"
    assert str(page) in invoke("why", first, "west/1", "--out", page).output
    assert "<h1>west/1</h1>" in page.read_text(encoding="utf-8")
    assert invoke("compare", first, second).exit_code == 0
    assert invoke("report", first, "--lang", "zh").exit_code == 0
    unknown = invoke("why", first, "west/99999")
    assert unknown.exit_code == 2
    assert "Traceback" not in unknown.output


def test_thresholds_of_saved_runs(tmp_path):
    mapping = small_district(tmp_path)
    given = with_gauge(mapping, tmp_path, [(0, 0.0), (6, 3.0)])
    ev.simulate(ev.from_mapping(given), seed=1).save(tmp_path / "run")
    table = tmp_path / "outcomes.csv"
    told = invoke("thresholds", tmp_path / "run", "--gauge", "bridge", "--out", table, "--lang", "zh")
    assert told.exit_code == 0, told.output
    assert "测站 bridge 的建议转移水位" in told.output
    assert table.read_text(encoding="utf-8").startswith("zone,threshold,on_time,late")
    assert invoke("thresholds", tmp_path / "run", "--gauge", "brigde").exit_code == 2


def test_a_change_that_leads_nowhere_is_refused(scenario, tmp_path):
    result = invoke("run", scenario, "--out", tmp_path / "a", "--set", "plan.when.decission_time=60 min")
    assert result.exit_code == 2
    assert "decision_time" in result.output
    assert not (tmp_path / "a").exists()


def test_the_schema_is_json():
    result = invoke("schema")
    assert result.exit_code == 0
    assert "district" in json.loads(result.output)["properties"]


def test_a_network_is_imported(scenario, tmp_path):
    result = invoke(
        "import", "network", scenario.parent / "network", "--crs", "EPSG:32650", "--out", tmp_path / "net"
    )
    assert result.exit_code == 0, result.output
    assert {"nodes.csv", "links.csv"} <= {path.name for path in (tmp_path / "net").iterdir()}


def test_a_missing_scenario_is_no_traceback(tmp_path):
    result = invoke("run", tmp_path / "nowhere", "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert "nowhere" in result.output


def test_a_study_tells_its_verdicts_and_goes_on_where_it_is(scenario, tmp_path):
    (scenario.parent / "study.yaml").write_text("limits: [{indicator: dead, at_most: 0}]\n", encoding="utf-8")
    wanted = ("study", scenario, "--runs", 3, "--workers", 1, "--seed", 3, "--out", tmp_path / "study")
    first, second = invoke(*wanted, "--lang", "zh"), invoke(*wanted)
    assert first.exit_code == second.exit_code == 0, first.output + second.output
    assert "【不能判定】遇难人数不高于 0 人" in first.output
    assert "[undecided] deaths at most 0 people: kept in 100.0 %" in second.output
    other = invoke("study", scenario, "--runs", 3, "--workers", 1, "--seed", 4, "--out", tmp_path / "study")
    assert other.exit_code == 2
    assert "differs in the seed" in other.output


@pytest.mark.filterwarnings("ignore:no font with Chinese characters")  # the map is drawn all the same
def test_the_pages_for_leaders_are_written_with_a_run_and_without(scenario, tmp_path):
    alone = CliRunner().invoke(
        main, ["leaders", str(scenario), "--out", str(tmp_path / "a.html"), "--lang", "zh"]
    )
    assert alone.exit_code == 0, alone.output
    assert "未检验" in (tmp_path / "a.html").read_text(encoding="utf-8")
    out = tmp_path / "run"
    assert CliRunner().invoke(main, ["run", str(scenario), "--out", str(out)]).exit_code == 0
    arguments = [
        "leaders",
        str(scenario),
        "--run",
        str(out),
        "--out",
        str(tmp_path / "b.html"),
        "--lang",
        "en",
    ]
    both = CliRunner().invoke(main, arguments)
    assert both.exit_code == 0, both.output
    assert "seed" in (tmp_path / "b.html").read_text(encoding="utf-8")


def test_a_run_of_another_scenario_makes_no_pages(scenario, tmp_path):
    out = tmp_path / "run"
    assert CliRunner().invoke(main, ["run", str(scenario), "--out", str(out)]).exit_code == 0
    text = scenario.read_text(encoding="utf-8")
    scenario.write_text(re.sub(r"^id:.*$", "id: other", text, count=1, flags=re.MULTILINE), encoding="utf-8")
    arguments = ["leaders", str(scenario), "--run", str(out), "--out", str(tmp_path / "c.html")]
    refused = CliRunner().invoke(main, arguments)
    assert refused.exit_code == 2
    assert "another scenario" in refused.output or "不是 other" in refused.output
    assert not (tmp_path / "c.html").exists()


def test_sensitivity_ranks_the_unknowns(scenario, tmp_path):
    pytest.importorskip("SALib")
    (scenario.parent / "study.yaml").write_text(
        "uncertain:\n  - {id: decision, paths: plan.when.decision_time, unit: min, mark: assumed, source: test,\n"
        "     law: {type: uniform, low: 5, high: 60}}\nruns_per_draw: 1\n",
        encoding="utf-8",
    )
    wanted = ("sensitivity", scenario, "--indicator", "last_out", "--workers", 1, "--out", tmp_path / "out")
    told = invoke(*wanted, "--size", 2)
    assert told.exit_code == 0, told.output
    assert "time to decide" in told.output
    assert invoke(*wanted, "--size", 3, "--method", "sobol").exit_code == 2


def test_what_keeps_a_scenario_from_being_run_stands_before_what_is_worth_a_look(scenario, monkeypatch):
    said = Text("must be a number", "须为数值"), Text("write digits only", "只写数字")
    look = Issue("a.csv", *said, "column x", 2, "many", severity="warning")
    monkeypatch.setattr("evacsim.api.check", lambda _: [look, Issue("z.csv", *said, "column x", 2, "many")])
    assert invoke("check", scenario, "--lang", "zh").output.splitlines() == [
        "z.csv:2: 列 x 为 many: 须为数值。处理：只写数字",
        "提醒 a.csv:2: 列 x 为 many: 须为数值。处理：只写数字",
        f"{scenario}：1 处错误，1 处提醒",
    ]
    assert (
        invoke("check", scenario, "--lang", "en").output.splitlines()[-1] == f"{scenario}: 1 error, 1 warning"
    )


def test_files_are_written_where_no_folder_is_and_refused_where_one_is_in_the_way(tmp_path):
    assert invoke("schema", "--out", tmp_path / "new" / "schema.json").exit_code == 0
    assert (tmp_path / "new" / "schema.json").is_file()
    refused = invoke("schema", "--out", tmp_path / "new")
    assert refused.exit_code == 2
    assert "cannot be written" in refused.output


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["run", "--seed", "abc", "x"], "错误：--seed 的值无效：须为整数，不小于 0"),
        (["run"], "错误：缺少参数 SCENARIO"),
        (["run", "x"], "错误：缺少选项 --out"),
        (["run", "x", "--sede", "3"], "错误：没有选项 --sede，是否指 --seed、--set？"),
        (["run", "x", "--out", "y", "--if-exists", "maybe"], "须为 error、replace 之一"),
        (["run", "SMALL", "--out", "y", "--set", "a"], "错误：--set 的值无效：a 须为 路径=值"),
        (["plan", "x", "--runs", "3"], "错误：--runs 的值无效：须用 --out 指定输出目录"),
        (["rum"], "错误：没有命令 rum，是否指 run？"),
    ],
)
def test_wrong_usage_is_told_in_the_language_that_is_asked_for(typed, said, scenario):
    typed = [str(scenario) if word == "SMALL" else word for word in typed]
    for lang in (["--lang", "zh"], ["--lang=zh"]):
        told = CliRunner().invoke(main, [*typed, *lang])
        assert told.exit_code == 2
        assert said in told.output
        assert "Error" not in told.output
    assert "Error" in CliRunner().invoke(main, typed).output
