"""The commands and functions that a user types: fixes, latest, beyond."""

import json

import pytest
from click.testing import CliRunner

import evacsim as ev
from evacsim.cli import main
from evacsim.errors import ScenarioError
from tests.plan.one_bus import one_bus
from tests.plan.short_of_buses import LIMITS, short_of_buses


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    design = {"limits": [{"indicator": "late", "at_most": 0, "target": 0.9}]}
    return one_bus(tmp_path_factory.mktemp("small"), bus_share=1, design=design)


def asked(*arguments):
    done = CliRunner().invoke(main, [str(one) for one in arguments])
    assert done.exit_code == 0, done.output
    return done.output


def test_fixes_tell_the_set_and_write_the_tables(path, tmp_path):
    said = asked("fixes", path, "--out", tmp_path, "--runs", 3, "--workers", 1, "--lang", "zh",
                 "--lever", "buses+1", "--lever", "buses+3", "--cost", "bus=8")  # fmt: skip
    assert "改进措施" in said
    assert "假定值" not in said  # the only cost there is has been given
    summary = json.loads((tmp_path / "fixes.json").read_text(encoding="utf-8"))
    assert {row["lever"] for row in summary["levers"]} == {"buses+1", "buses+3"}
    assert {row["cost"] for row in summary["levers"]} == {8.0, 24.0}
    assert summary["chosen"]
    assert summary["runs"] == 3


def test_latest_tells_the_zones_and_writes_the_curves(path, tmp_path):
    said = asked("latest", path, "--out", tmp_path, "--runs", 2, "--workers", 1, "--shifts", "0,0.25",
                 "--probability", 0.3, "--lever", "satellite")  # fmt: skip
    assert "west" in said
    assert "satellite does not apply" in said
    assert (tmp_path / "curves.csv").read_text(encoding="utf-8").startswith("lever,zone,shift_s")
    for lang in ("zh", "en"):
        assert (tmp_path / f"latest.{lang}.png").read_bytes().startswith(b"\x89PNG")
    assert json.loads((tmp_path / "latest.json").read_text(encoding="utf-8"))["shifts_s"] == [0, 900]


def test_beyond_tells_the_cases_and_the_least_damage(path, tmp_path):
    said = asked("beyond", path, "--out", tmp_path, "--runs", 1, "--workers", 1, "--budget", 3, "--each", 1)
    assert "water 0.5 m higher" in said
    assert "Least damage" in said
    summary = json.loads((tmp_path / "beyond.json").read_text(encoding="utf-8"))
    assert len(summary["breaking"]["tried"]) <= 3


def test_what_is_wrong_is_told_and_not_thrown(path, tmp_path):
    for arguments in (
        ["fixes", path, "--out", tmp_path / "a", "--lever", "busses"],
        ["fixes", path, "--out", tmp_path / "b", "--by", "lat"],
        ["fixes", path, "--out", tmp_path / "c", "--cost", "bus=-1"],
        ["latest", path, "--out", tmp_path / "d", "--shifts", "1,0"],
        ["beyond", path, "--out", tmp_path / "e", "--by", "had_to_go", "--runs", "1", "--workers", "1"],
    ):
        done = CliRunner().invoke(main, [str(one) for one in arguments])
        assert done.exit_code == 2, done.output
        assert "Traceback" not in done.output


def test_limits_are_given_beside_a_design_or_in_it(tmp_path):
    scenario = short_of_buses(tmp_path)
    found = ev.fixes(scenario, limits=LIMITS, runs=2, levers=["buses+3"])
    assert found.chosen == ("buses+3",)
    assert [limit.indicator for limit in found.design.limits] == ["out_before_water_share"]
    with pytest.raises(ScenarioError):
        ev.fixes(scenario, limits=[{"indicator": "nonsense", "at_least": 1}], runs=2)


def test_no_damage_is_searched_for_where_it_is_not_wanted(tmp_path):
    found = ev.beyond(short_of_buses(tmp_path), runs=1, budget=0)
    assert found.breaking is None
    with pytest.raises(ValueError, match="at least one run"):
        ev.latest_orders(short_of_buses(tmp_path), runs=0)
