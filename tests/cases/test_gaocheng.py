"""The packaged flagship, run as its users run it: in the notebook and in a terminal."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

import evacsim as ev
from evacsim.analysis.lateness import late_households
from evacsim.cli import main
from evacsim.results.causes import story
from tests.cases.notebooks import run_notebook
from tests.engine.test_chains import broken_chains

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

ROOT = Path(__file__).parents[2]
GAOCHENG = ROOT / "scenarios/gaocheng"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return the folder with the run of the notebook, saved, and with the digest that it had before."""
    folder = tmp_path_factory.mktemp("gaocheng")
    run_notebook(
        "gaocheng",
        folder,
        then="for plan, run in runs.items(): run.save(kept / plan)\n(kept / 'digest').write_text(runs['A'].digest())",
    )
    return folder


@pytest.fixture(scope="module")
def runs(folder):
    """Return the runs of the four plans, each opened once."""
    return {plan: ev.open_run(folder / plan) for plan in "ABCD"}


@pytest.fixture(scope="module")
def run(runs):
    return runs["A"]


@pytest.fixture(scope="module")
def indicators(runs):
    return {plan: run.indicators for plan, run in runs.items()}


def test_the_whole_population_is_accounted_for(run):
    assert run.record.population == 829_236
    assert run.tables.ledger["people"].sum() == 829_236
    counts = run.tables.states.groupby("state")["people"].last()
    assert counts.sum() == 829_236
    ledger = run.tables.ledger.groupby("final_state")["people"].sum()
    assert counts[counts > 0].to_dict() == ledger.to_dict()


def test_those_who_had_to_go_are_23800(run):
    assert run.tables.ledger.loc[run.tables.ledger["mode"] != "", "people"].sum() == 23_800


def test_most_people_go_by_bus(run):
    carried = run.tables.vehicles["people"].sum()
    assert carried > 0.6 * 23_800


def test_every_chain_of_causes_ends_in_a_root(run):
    events = run.tables.events
    cause = events.set_index("seq")["cause"]
    ledger = run.tables.ledger
    unhappy = ledger[ledger["final_state"].isin(["stranded", "trapped", "dead"])]["final_event"].dropna()
    roots = set()
    before = cause.fillna(0).astype(int).to_dict()
    for final in unhappy:
        event = int(final)
        while before[event]:
            event = before[event]
        roots.add(events["kind"].iloc[event - 1])
    assert roots <= {"stage_reached", "moment_reached", "water_changed"}


def test_results_on_disk_are_as_good_as_fresh_ones(run, folder):
    assert run.digest() == (folder / "digest").read_text(encoding="utf-8")
    summary = json.loads((folder / "A/summary.json").read_text(encoding="utf-8"))
    assert summary["seed"] == 7


def test_the_command_line_does_it_all(runs, tmp_path):
    # Of the four plans the one that takes the least time.
    out = tmp_path / "out"
    arguments = [
        "run",
        str(GAOCHENG / "scenario_boats.yaml"),
        "--seed",
        "7",
        "--out",
        str(out),
        "--lang",
        "zh",
    ]
    command = [sys.executable, "-m", "evacsim.cli", *arguments]
    told = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert told.returncode == 0, told.stderr
    assert "report.html" in told.stdout
    assert {path.name for path in out.iterdir()} == {
        "events.parquet", "ledger.parquet", "provenance.json", "report.html", "summary.json", "tables",
    }  # fmt: skip
    assert ev.open_run(out).digest() == runs["D"].digest()
    again = CliRunner().invoke(main, arguments)
    assert again.exit_code == 2
    assert "Traceback" not in again.output


@pytest.fixture(scope="module", params=["A", "B", "C"])
def chain(request, runs):
    """Return a run whose orders go down the tree of offices, over channels and from door to door."""
    return runs[request.param]


def test_buses_before_the_water_spare_boats_after_it(indicators):
    # 多坐大巴车走、少划冲锋舟救, as far as one run each can show it: A in time, B four hours late, D without any order.
    in_time, late, without = (indicators[plan] for plan in "ABD")
    fetched, fetched_without = (
        found["fetched_people"].value + found["helped_people"].value for found in (in_time, without)
    )
    assert fetched < fetched_without
    assert in_time["late"].value < late["late"].value
    assert in_time["stranded"].value < without["stranded"].value
    assert in_time["people_per_craft_hour"].value < 8 < in_time["seats_per_hour"].value / 20


def test_no_plan_beats_its_bounds(indicators):
    """With all orders at once, nor does any other plan for the same people: A, four hours late, by night, without."""
    for found in indicators.values():
        for indicator in found.values():
            assert all(indicator.value >= bound.time for bound in indicator.bounds)
    for share in (50, 90, 95, 100):
        lowest = indicators["A"][f"clearance_time_{share}"].bounds[0]
        assert lowest.orders == "at_once"
        assert indicators["B"][f"clearance_time_{share}"].value >= lowest.time


def test_every_late_or_lost_household_has_a_chain_from_a_root(chain):
    assert chain.record.population == chain.tables.ledger["people"].sum() == 829_236
    assert len(late_households(chain.record)) > 100
    assert broken_chains(chain.record) == []


def test_the_story_of_a_bus_household_tells_the_whole_way_of_the_order(chain):
    ledger = chain.tables.ledger
    by_bus = ledger[(ledger["mode"] == "bus") & ledger["channel"].str.startswith("officer")]
    household = by_bus.loc[by_bus["final_state"] == "sheltered", "household"].iloc[0]
    told = {event.kind for event in story(chain.record, household)}
    assert told >= {
        "decided", "called", "acknowledged", "order_received", "sweep_begun", "visited", "told", "ready",
        "departed", "reached_pickup", "boarded", "arrived", "settled",
    }  # fmt: skip
