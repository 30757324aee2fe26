"""The public face, as typed in Jupyter: load, check, simulate, compare, report.

>>> import evacsim as ev                                          # doctest: +SKIP
>>> scenario = ev.load("scenarios/gaocheng")                      # doctest: +SKIP
>>> run = ev.simulate(scenario, seed=7)                           # doctest: +SKIP
>>> later = scenario.change({"plan.when.decision_time": "90 min"})  # doctest: +SKIP
>>> ev.compare(run, ev.simulate(later, seed=7))                   # doctest: +SKIP
"""

import os
import platform
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd
from numpy.typing import ArrayLike

from evacsim import traffic
from evacsim.analysis.bounds.bounding import bounds
from evacsim.analysis.comparison import Comparison
from evacsim.analysis.comparison import compare as compare_records
from evacsim.analysis.cover_told import Number, numbers, told
from evacsim.analysis.covering import Asked, Cover
from evacsim.analysis.covering import cover as cover_world
from evacsim.analysis.indicators import Indicator, indicators, write_summary
from evacsim.analysis.thresholds import COST_FALSE, COST_LATE, Sweep
from evacsim.analysis.thresholds import thresholds as sweep_thresholds
from evacsim.clock import parse_moment, seconds_after
from evacsim.engine.running import Progress
from evacsim.engine.running import simulate as simulate_world
from evacsim.ensemble import studying
from evacsim.ensemble.finding import Stop
from evacsim.ensemble.outages import Asked as AskedOutages
from evacsim.ensemble.outages import Outages
from evacsim.ensemble.outages import outages as cut_outages
from evacsim.ensemble.outages_told import told as outages_told
from evacsim.ensemble.outages_told import write_outages
from evacsim.ensemble.sensitivity import Method, Question, Sensitivity
from evacsim.ensemble.sensitivity import sensitivity as find_sensitivity
from evacsim.ensemble.study import Study
from evacsim.ensemble.working import DaskWorkers, Processes, ThisProcess, Workers
from evacsim.errors import EvacsimError, Issue, RefusedValueError, ResultsError, ScenarioError
from evacsim.language import Language, Text
from evacsim.network.importing import import_network
from evacsim.plan import beyond as beyond_design
from evacsim.plan import breaking, fixing, latest_order
from evacsim.plan.examined_told import table as examined_table
from evacsim.plan.examined_told import told as examined_told
from evacsim.plan.examined_told import write_examination
from evacsim.plan.examining import Examination, examine
from evacsim.plan.fixes import Asked as AskedFixes
from evacsim.plan.fixes import Fixes
from evacsim.plan.levers import chosen, menu
from evacsim.plan.scoring import Score
from evacsim.plan.shortcoming import Link, Shortcoming
from evacsim.plan.trials import Trials
from evacsim.report import figures, leaders
from evacsim.report.cover_drawn import draw_map, draw_rings, write_cover
from evacsim.report.examined_view import examined_html
from evacsim.report.html import write_household_page, write_report
from evacsim.report.table_view import headline_table, repr_html
from evacsim.results.causes import why
from evacsim.results.digest import events_digest
from evacsim.results.record import RunRecord
from evacsim.results.store import read_record, write_record
from evacsim.scenario import reading
from evacsim.scenario.contacts_read import read_contacts
from evacsim.scenario.folder_written import write_folder
from evacsim.scenario.lists_read import Lists, read_lists
from evacsim.scenario.lists_written import Note, write_lists
from evacsim.scenario.model import Scenario
from evacsim.scenario.study import StudyDesign, design_from, read_design
from evacsim.traffic.case import TrafficCase
from evacsim.traffic.loading import load_traffic
from evacsim.world.building import build_world
from evacsim.world.columns import World

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = [
    "EvacsimError",
    "Run",
    "Scenario",
    "TrafficCase",
    "Validation",
    "World",
    "beyond",
    "build",
    "check",
    "compare",
    "cover",
    "export_lists",
    "fixes",
    "from_mapping",
    "import_lists",
    "import_network",
    "latest_orders",
    "leaders",
    "load",
    "load_traffic",
    "open_run",
    "outages",
    "report",
    "sensitivity",
    "simulate",
    "study",
    "thresholds",
    "traffic",
    "validate",
]


def load(path: str | Path) -> Scenario:
    """Return the scenario in a folder or file.

    Raises
    ------
    ScenarioError
        With everything that is wrong with any of its files.
    """
    return reading.load(path)


def from_mapping(mapping: Mapping[str, Any], *, base: str | Path = ".") -> Scenario:
    """Return the scenario written as a mapping, with file names relative to `base`."""
    return reading.from_mapping(mapping, base=Path(base))


def check(path: str | Path) -> list[Issue]:
    """Return everything that is wrong, or worth a look, in all files of a scenario."""
    read = reading.read(path)
    issues = list(read.issues)
    if read.scenario is not None and not any(issue.severity == "error" for issue in issues):
        try:
            issues += [issue for issue in build_world(read.scenario).warnings if issue not in issues]
        except ScenarioError as error:
            issues += [issue for issue in error.issues if issue not in issues]
    return issues


def build(scenario: Scenario) -> World:
    """Return the world of a scenario: networks, places and water read once, to be run with many seeds.

    Raises
    ------
    ScenarioError
        With everything that is wrong with the network, the places and the water.
    """
    return build_world(scenario)


def simulate(
    scenario: Scenario | World, *, seed: int = 0, progress: Progress | None = None, command: str | None = None
) -> "Run":
    """Run a scenario once.

    The same scenario, seed and version give the same events, in any process and on any machine.

    Parameters
    ----------
    scenario : Scenario or World
        A world built once saves the building where many seeds are run.
    seed : int
        Seed of all random streams.
    progress : callable, optional
        Told the time now and the end of the scenario [s], now and then.
    command : str, optional
        How to do it again, for the report; the call itself if absent.
    """
    begin = time.perf_counter()
    world = scenario if isinstance(scenario, World) else build_world(scenario)
    built = time.perf_counter()
    record = simulate_world(world, seed=seed, progress=progress)
    ended = time.perf_counter()
    record.tables["bounds"] = bounds(record, world)
    provenance = _provenance(world, record, build_s=built - begin, run_s=ended - built)
    provenance["command"] = (
        command or f"evacsim.simulate(evacsim.load(...), seed={seed})  # {record.scenario_id}"
    )
    return Run(replace(record, provenance=provenance))


def study(
    scenario: Scenario,
    *,
    runs: int = 200,
    workers: int | str = 1,
    design: str | Path | Mapping[str, Any] | None = None,
    seed: int = 0,
    stop: Stop = "decided",
    out: str | Path | None = None,
    progress: studying.Progress | None = None,
) -> Study:
    """Run a scenario many times and say of each limit whether it is kept often enough (多次推演).

    The same scenario, design, seed, budget and version give the same result on any number of workers,
    also where the study was killed at any moment and called again with the same folder.

    Parameters
    ----------
    scenario : Scenario
        What is run.
    runs : int
        Runs at most.
    workers : int or str
        Processes of this machine; 1 makes all runs in this one. A script that asks for more must
        stand below `if __name__ == "__main__":`. Or the address of the scheduler of a Dask cluster,
        such as "tcp://10.0.0.1:8786".
    design : path or mapping, optional
        What is not known, what is judged (see `scenario.study.StudyDesign`). If absent, nothing is
        unknown but the luck of each run, and all indicators with a limit of their own are judged.
    seed : int
        Of all draws and runs.
    stop : "decided" or "budget"
        Whether to end when all verdicts are decided, or always after `runs` runs. The intervals of the
        first hold although one has looked before; the second has its size fixed and narrower ones.
    out : path, optional
        Where finished runs are kept and the result is written; nothing is kept if absent.
    progress : callable, optional
        Told the runs that are done, and those planned at most, now and then.

    Raises
    ------
    EvacsimError
        If the scenario or the design is wrong, or the folder holds another study.
    """
    if runs < 1:
        raise ValueError(f"a study needs at least one run, not {runs}")
    chosen = design_from({}) if design is None else _design(design)
    plan = studying.Plan(scenario, chosen, seed, runs, stop)
    at_work = _workers(workers)
    try:
        with tempfile.TemporaryDirectory() as nowhere:
            found, decided = studying.study(plan, Path(out or nowhere).absolute(), at_work, progress)
    finally:
        at_work.close()
    done = Study(plan, found, decided)
    if out is not None:
        done.save(out)
    return done


def sensitivity(
    scenario: Scenario,
    *,
    design: str | Path | Mapping[str, Any],
    indicators: Sequence[str],
    method: Method = "morris",
    size: int = 10,
    workers: int | str = 1,
    seed: int = 0,
    out: str | Path | None = None,
) -> Sensitivity:
    """Say which unknowns of a design move which indicators (敏感性): Morris to screen, Sobol for shares.

    All points have the same luck. Runs are kept, and go on, as those of `study`.

    Parameters
    ----------
    scenario : Scenario
        What is run.
    design : path or mapping
        The unknowns (see `scenario.study.StudyDesign`), and how many runs are made at each point. What
        Morris finds not to matter is left out of the design for Sobol.
    indicators : sequence of str
        Ids of the indicators that are looked at.
    method : "morris" or "sobol"
        `size` trajectories of one point more than there are unknowns, or `size` (a power of two)
        times two points more than there are unknowns.
    size : int
        See `method`.
    workers, seed, out
        As for `study`.

    Raises
    ------
    EvacsimError
        If the scenario or the design is wrong, SALib is missing, or the folder holds another study.
    """
    chosen = _design(design)
    at_work = _workers(workers)
    try:
        with tempfile.TemporaryDirectory() as nowhere:
            question = Question(method, size, list(indicators), seed)
            folder = Path(out or nowhere).absolute()
            found = find_sensitivity(scenario, chosen, question, folder, at_work)
    finally:
        at_work.close()
    if out is not None:
        found.save(out)
    return found


def fixes(
    scenario: Scenario,
    *,
    limits: Sequence[Mapping[str, Any]] | None = None,
    design: str | Path | Mapping[str, Any] | None = None,
    runs: int = 40,
    seed: int = 0,
    workers: int | str = 1,
    out: str | Path | None = None,
    progress: Callable[[int, int], None] | None = None,
    **asked: Any,
) -> Fixes:
    """Say what would fix a plan: each lever under the same luck, and the smallest set that is enough (改进措施).

    >>> ev.fixes(scenario, limits=[{"indicator": "late", "at_most": 0, "target": 0.9}], runs=40)  # doctest: +SKIP

    Parameters
    ----------
    scenario : Scenario
    limits : sequence of mapping, optional
        What is to be kept, as in a design; those of the design if absent.
    design, workers, out
        As for `study`; what is made goes on in the same folder.
    runs : int
        Runs of the plan as it is, of each lever, of each set that is tried, and of the set under fresh luck.
    seed : int
        Of all draws and runs; the fresh ones follow from it.
    progress : callable, optional
        Told how many variants are done, and how many there are as far as one knows.
    **asked
        Fields of `evacsim.plan.fixes.Asked`: `by`, `levers`, `units`, `costs`, `frequencies`, `most`, `tried`.

    Raises
    ------
    EvacsimError
        If the scenario, the design, a lever or a cost is wrong, or the folder holds another search.
    """
    with _trials(_with_limits(design, limits), runs=runs, seed=seed, workers=workers, out=out) as trials:
        found = fixing.fixes(scenario, AskedFixes(**asked), trials, progress)
    if out is not None:
        found.save(out)
    return found


def latest_orders(
    scenario: Scenario,
    *,
    design: str | Path | Mapping[str, Any] | None = None,
    runs: int = 40,
    seed: int = 0,
    workers: int | str = 1,
    out: str | Path | None = None,
    progress: Callable[[int, int], None] | None = None,
    **asked: Any,
) -> latest_order.LatestOrders:
    """Say for each zone until when its order may go out and people still are out before the water (最晚安全下令时间).

    >>> ev.latest_orders(scenario, shifts=[-7200, -3600, 0, 3600], people=0.95, probability=0.9)  # doctest: +SKIP

    Parameters
    ----------
    scenario : Scenario
    design, seed, workers, out
        As for `study`.
    runs : int
        Runs of the plan as it is, and at each shift.
    progress : callable, optional
        Told how many variants are done, of how many.
    **asked
        Fields of `evacsim.plan.latest_order.Asked`: `shifts` [s], `people`, `probability`; and `levers`, ids of levers
        with which all of it is done again.

    Raises
    ------
    EvacsimError
        If the scenario, the design, the shifts or a lever is wrong, or the folder holds something else.
    """
    named = asked.pop("levers", ())
    levers = chosen(menu(), named) if named else []
    with _trials(_with_limits(design, None), runs=runs, seed=seed, workers=workers, out=out) as trials:
        found = latest_order.latest_orders(scenario, latest_order.Asked(**asked), trials, levers, progress)
    if out is not None:
        found.save(out)
    return found


def beyond(
    scenario: Scenario,
    *,
    design: str | Path | Mapping[str, Any] | None = None,
    runs: int = 40,
    seed: int = 0,
    workers: int | str = 1,
    out: str | Path | None = None,
    progress: Callable[[int, int], None] | None = None,
    **damage: Any,
) -> beyond_design.Beyond:
    """Say what a plan is worth beyond what it was made for, and what the least damage is that breaks it (超设计检验).

    Parameters
    ----------
    scenario : Scenario
    design, seed, workers, out
        As for `study`.
    runs : int
        Runs of the plan as it is, in each case, and with each set of damages.
    progress : callable, optional
        Told how many cases are done, of how many.
    **damage
        Fields of `evacsim.plan.breaking.Asked`: `budget`, `each`, `largest`, `by`, `worse`. No damage is searched for
        where `budget` is 0.

    Raises
    ------
    EvacsimError
        If the scenario or the design is wrong, or the folder holds something else.
    """
    asked = breaking.Asked(**damage)
    with _trials(_with_limits(design, None), runs=runs, seed=seed, workers=workers, out=out) as trials:
        found = beyond_design.beyond(scenario, trials, progress)
        if asked.budget > 0:
            found = replace(found, breaking=breaking.breaking(scenario, asked, trials, progress))
    if out is not None:
        found.save(out)
    return found


@contextmanager
def _trials(
    design: StudyDesign, *, runs: int, seed: int, workers: int | str, out: str | Path | None
) -> Iterator[Trials]:
    """Yield where variants of a scenario are run: below the folder, if there is one."""
    if runs < 1:
        raise ValueError(f"each variant needs at least one run, not {runs}")
    at_work = _workers(workers)
    try:
        with tempfile.TemporaryDirectory() as nowhere:
            yield Trials(design, seed, runs, Path(out or nowhere).absolute() / "runs", at_work)
    finally:
        at_work.close()


def _with_limits(
    design: str | Path | Mapping[str, Any] | None, limits: Sequence[Mapping[str, Any]] | None
) -> StudyDesign:
    chosen_design = _design({} if design is None else design)
    if limits is None:
        return chosen_design
    return chosen_design.model_copy(update={"limits": design_from({"limits": list(limits)}).limits})


def _design(design: str | Path | Mapping[str, Any]) -> StudyDesign:
    return design_from(design) if isinstance(design, Mapping) else read_design(design)


def _workers(workers: int | str) -> Workers:
    if isinstance(workers, str):
        return DaskWorkers(workers)
    if workers < 1:
        raise ValueError(f"a study needs at least one worker, not {workers}")
    return ThisProcess() if workers == 1 else Processes(workers)


def open_run(folder: str | Path) -> "Run":
    """Return the run that was saved in a folder; it is as good as a fresh one.

    Raises
    ------
    ResultsError
        With everything that is missing or broken in the folder.
    """
    return Run(read_record(folder))


def compare(run: "Run", other: "Run") -> Comparison:
    """Return what differs between two runs, indicator by indicator and household by household."""
    return compare_records(run.record, other.record)


def thresholds(
    *runs: "Run",
    gauge: str,
    candidates: ArrayLike | None = None,
    needed: Mapping[str, float] | None = None,
    cost_late: float = COST_LATE,
    cost_false: float = COST_FALSE,
) -> Sweep:
    """Return what each threshold at a gauge would have led to in several floods, and the best one for each zone.

    Parameters
    ----------
    runs : Run
        Runs of one district, each through another flood.
    gauge : str
        Id of the gauge.
    candidates : array_like, optional
        Thresholds [m]; evenly spread over all stages if absent.
    needed : mapping of str to float, optional
        Time that a zone takes until it is empty [s]; what the runs say where absent.
    cost_late, cost_false : float
        What a transfer that is late or missed, and one that is false, weigh.

    Raises
    ------
    ResultsError
        If there is no run, or one of them does not know the gauge.
    """
    return sweep_thresholds(
        [run.record for run in runs],
        gauge=gauge,
        candidates=candidates,
        needed=needed,
        cost_late=cost_late,
        cost_false=cost_false,
    )


def cover(scenario: Scenario | World, **asked: Any) -> "Rings":
    """Return which share of the risk points teams reach within 15, 30 and 60 min, from home and standing by.

    >>> ev.cover(scenario, kinds=["fire"], stand_by=6, at="T+20 h")  # doctest: +SKIP

    Parameters
    ----------
    scenario : Scenario or World
    **asked
        Fields of `evacsim.analysis.covering.Asked`: `kinds`, `points`, `stand_by`, `places`, `at`, `unit`, `every`,
        `limits`, `model`, `limit`, `busy`, `time_limit`. `at` may also be a moment as people write it, "T+20 h".

    Raises
    ------
    ScenarioError
        With everything that is not there: teams, risk points, places, more units than there are.
    """
    world = scenario if isinstance(scenario, World) else build_world(scenario)
    at = asked.get("at", "worst")
    if isinstance(at, str) and at not in ("dry", "worst"):
        asked["at"] = _seconds(world.scenario, at, "cover")
    for name in ("kinds", "places", "limits"):
        if name in asked:
            asked[name] = tuple(asked[name])
    return Rings(cover_world(world, Asked(**asked)), world)


def outages(
    scenario: Scenario | World,
    *,
    seed: int = 0,
    progress: Callable[[float, float], None] | None = None,
    **asked: Any,
) -> "OutageGrid":
    """Run every combination of 断网, 断电, 断路 with one seed and tell what each does to every indicator.

    >>> ev.outages(scenario, severities=[0.5, 1], at="T+6 h", seed=7)  # doctest: +SKIP

    Parameters
    ----------
    scenario : Scenario or World
    seed : int
        Seed of all runs, and of what is chosen by chance.
    progress : callable, optional
        Told how many runs are done, of how many.
    **asked
        Fields of `evacsim.ensemble.outages.Asked`: `severities`, `cuts`, `at`, `roads`, `road_share`. `at` may also
        be a moment as people write it, "T+6 h".

    Raises
    ------
    ScenarioError
        With everything that cannot be cut, or not so.
    """
    world = scenario if isinstance(scenario, World) else build_world(scenario)
    if isinstance(asked.get("at"), str):
        asked["at"] = _seconds(world.scenario, asked["at"], "outages")
    for name in ("severities", "cuts"):
        if name in asked:
            asked[name] = tuple(asked[name])
    return OutageGrid(cut_outages(world, AskedOutages(**asked), seed=seed, progress=progress))


def validate(given: str | Path | Scenario) -> "Validation":
    """Return what is missing in the plan of a scenario and what cannot work, link by link, without a run (预案检验).

    >>> ev.validate("scenarios/gaocheng")  # doctest: +SKIP

    Parameters
    ----------
    given : path or Scenario
        A folder or file, whose lines are then named; or a scenario of a notebook, which has none.

    Raises
    ------
    ScenarioError
        With everything that is wrong with the files: a plan that cannot be read cannot be judged.
    """
    return Validation(examine(given))


def report(run: "Run | leaders.LeadersReport", path: str | Path, *, lang: Language = "zh") -> Path:
    """Write the report of a run as one HTML file that needs no network; return where it is.

    A `LeadersReport` is written as .html, .docx or .pdf, as the name of the file ends.
    """
    if isinstance(run, leaders.LeadersReport):
        return leaders.write_leaders(run, path, lang)
    return write_report(run.record, path, lang=lang)


def household_page(run: "Run", household: str | int, path: str | Path, *, lang: Language = "zh") -> Path:
    """Write why a household ended where it did as one HTML file; return where it is.

    Raises
    ------
    ResultsError
        If there is no such household, or the file cannot be written.
    """
    return write_household_page(run.record, household, path, lang=lang)


def import_lists(
    path: str | Path,
    out: str | Path,
    *,
    base: str | Path | Scenario | None = None,
    if_exists: Literal["error", "replace"] = "error",
) -> Lists:
    """Read the lists of a plan from a workbook, write them as files to the folder `out`, return what was read.

    Everything of which the workbook has no sheet is taken from the scenario `base`; then the folder can be run.

    Raises
    ------
    FormatError
        With everything that is wrong with any sheet, each with its cell.
    """
    lists = read_lists(path, base=base if base is None or isinstance(base, Scenario) else load(base))
    write_folder(lists, out, if_exists=if_exists)
    return lists


def export_lists(
    scenario: Scenario,
    path: str | Path,
    *,
    notes: Sequence[Note | tuple[Any, ...]] = (),
    masked: bool = False,
    lang: Language = "zh",
) -> Path:
    """Write the lists of a scenario to a workbook, with `notes` (loc, text, severity) as comments at their cells.

    Contacts are those of `contacts.csv` in the scenario's folder; `masked` covers names and phone numbers.
    """
    contacts = read_contacts(scenario.folder)
    return write_lists(
        scenario, path, notes=[Note(*note) for note in notes], contacts=contacts, masked=masked, lang=lang
    )


class Tables:
    """The tables of a run as attributes: `run.tables.shelters`, `run.tables.rounds` ..."""

    def __init__(self, record: RunRecord) -> None:
        self._record = record

    @property
    def events(self) -> pd.DataFrame:
        """All events."""
        return self._record.events

    @property
    def ledger(self) -> pd.DataFrame:
        """One row for each household."""
        return self._record.ledger

    @property
    def arrivals(self) -> pd.DataFrame:
        """Everybody who reached a shelter: time, zone, shelter, people, mode; in the order of time."""
        ledger = self._record.ledger
        arrived = ledger[ledger["arrived_s"].notna()].sort_values("arrived_s", kind="stable")
        return pd.DataFrame(
            {
                "time_s": arrived["arrived_s"],
                "zone": arrived["zone"],
                "shelter": arrived["final_place"].str.removeprefix("shelter/"),
                "people": arrived["people"],
                "mode": arrived["mode"],
            }
        ).reset_index(drop=True)

    def __getattr__(self, name: str) -> pd.DataFrame:
        try:
            return self._record.tables[name]
        except KeyError:
            raise AttributeError(f"no table {name!r}; there are {', '.join(dir(self))}") from None

    def __dir__(self) -> list[str]:
        return sorted(["events", "ledger", "arrivals", *self._record.tables])


@dataclass(frozen=True, slots=True)
class Plots:
    """The figures of a run; they need matplotlib (`pip install 'evacsim[report]'`)."""

    record: RunRecord = field(repr=False)

    def curves(self, *, lang: Language = "zh") -> "Figure":
        """Return people by state over time, against the water."""
        return figures.curves(self.record, lang=lang)

    def clearance(self, *, by: str = "zone", lang: Language = "zh") -> "Figure":
        """Return when the people of each zone (or township, mode) were out."""
        return figures.clearance(self.record, by=by, lang=lang)

    def arrivals(self, *, lang: Language = "zh") -> "Figure":
        """Return arrivals at the shelters over time."""
        return figures.arrivals(self.record, lang=lang)


@dataclass(frozen=True)
class Run:
    """One run (一次推演) and everything that can be asked of it."""

    record: RunRecord = field(repr=False)

    @cached_property
    def tables(self) -> Tables:
        """The tables of the run."""
        return Tables(self.record)

    @cached_property
    def indicators(self) -> dict[str, Indicator]:
        """Every indicator by its id, with value, unit and names in both languages."""
        return indicators(self.record)

    @property
    def plot(self) -> "Plots":
        """Figures: `run.plot.clearance(by="zone")`, `run.plot.curves()`, `run.plot.arrivals()`."""
        return Plots(self.record)

    def map(self, at: str | float, *, lang: Language = "zh") -> "Figure":
        """Return a map at a moment: seconds, "T+6 h", "06:30" (its first time in the run) or a date with time."""
        return figures.map_at(self.record, at, lang=lang)

    def why(self, household: str | int, *, lang: Language = "zh") -> str:
        """Return the chain of causes that brought a household where it ended, from the root on."""
        return "\n".join(why(self.record, household, lang))

    def digest(self) -> str:
        """Return the SHA-256 of all events: equal for equal runs."""
        return events_digest(self.record)

    def save(self, folder: str | Path, *, if_exists: Literal["error", "replace"] = "error") -> Path:
        """Write the run to a folder and return it; `if_exists` is `error` or `replace`."""
        write_record(self.record, folder, if_exists=if_exists)
        write_summary(self.record, folder)
        return Path(folder)

    def __str__(self) -> str:
        return headline_table(self.record, lang="en")

    def _repr_html_(self) -> str:
        return repr_html(self.record)


@dataclass(frozen=True, slots=True)
class Rings:
    """Response rings (反应圈) of a scenario, from home and standing by."""

    cover: Cover = field(repr=False)
    world: World = field(repr=False)

    @property
    def numbers(self) -> dict[str, Number]:
        """Every share of people by its id: `numbers["ring_30_set_out_home_dry"]`."""
        return {one.id: one for one in numbers(self.cover)}

    @property
    def rings(self) -> pd.DataFrame:
        """Points and people within each ring, by position, kind of team, moment and clock."""
        return self.cover.rings

    @property
    def moved(self) -> pd.DataFrame:
        """Units that were sent to stand by, and where."""
        return self.cover.moved

    def told(self, lang: Language = "zh") -> str:
        """Return the rings as plain text."""
        return told(self.cover, self.world.scenario, lang)

    def map(self, *, lang: Language = "zh") -> "Figure":
        """Return maps of the risk points by ring, one for each position."""
        return draw_map(self.cover, self.world, lang=lang)

    def plot(self, *, lang: Language = "zh") -> "Figure":
        """Return the share of people within each ring over the flood."""
        return draw_rings(self.cover, lang=lang)

    def save(
        self, folder: str | Path, *, lang: Language = "zh", if_exists: Literal["error", "replace"] = "error"
    ) -> Path:
        """Write numbers, tables and pictures to a folder and return it."""
        return write_cover(self.cover, self.world, folder, lang=lang, if_exists=if_exists)

    def __str__(self) -> str:
        return self.told("en")


@dataclass(frozen=True, slots=True)
class OutageGrid:
    """The 2^3 grid of the three outages (断网、断电、断路), at each severity."""

    found: Outages = field(repr=False)

    @property
    def table(self) -> pd.DataFrame:
        """Every indicator of every cell, and its ratio to the whole world."""
        return self.found.table

    @property
    def contact(self) -> pd.DataFrame:
        """How long each zone of the plan could be called in every cell, and until when."""
        return self.found.contact

    def told(self, lang: Language = "zh") -> str:
        """Return what is cut and what comes of it as plain text."""
        return outages_told(self.found, lang)

    def save(self, folder: str | Path, *, if_exists: Literal["error", "replace"] = "error") -> Path:
        """Write `outages.json`, `outages.csv` and `contact.csv` to a folder and return it."""
        return write_outages(self.found, folder, if_exists=if_exists)

    def __str__(self) -> str:
        return self.told("en")


@dataclass(frozen=True, slots=True)
class Validation:
    """What is missing in a plan, and what cannot work (预案检验)."""

    found: Examination = field(repr=False)

    @property
    def shortcomings(self) -> tuple[Shortcoming, ...]:
        """Everything found, by link, blockers first."""
        return self.found.shortcomings

    @property
    def scores(self) -> dict[Link, Score]:
        """Score and light of each link: `scores["to"].points`."""
        return {score.link: score for score in self.found.scores}

    @property
    def table(self) -> pd.DataFrame:
        """One row for each shortcoming."""
        return pd.DataFrame(examined_table(self.found))

    def leaders(
        self, scenario: Scenario, run: "Run | None" = None, **folders: str | Path
    ) -> leaders.LeadersReport:
        """Return the pages for leaders of what was found, with a run and other results of the scenario beside it.

        Parameters
        ----------
        scenario : Scenario
        run : Run, optional
        **folders
            What `study`, `fixes`, `latest`, `outages`, `beyond` and `sensitivity` have written, by these names.

        Raises
        ------
        ResultsError
            If the run or a folder is one of another scenario, or a folder cannot be read.
        """
        if run is not None and run.record.scenario_id != scenario.id:
            rule = Text(f"is a run of another scenario than {scenario.id}", f"不是 {scenario.id} 的推演结果")
            remedy = Text("give a run of this scenario, or none", "请给出本情景的推演结果，或不给")
            raise ResultsError("run", [Issue("run", rule, remedy, value=run.record.scenario_id)])
        return leaders.LeadersReport(
            scenario,
            record=None if run is None else run.record,
            shortcomings=self.shortcomings,
            scores={link: score.points for link, score in self.scores.items()},
            **leaders.from_folders(scenario, folders),  # type: ignore[arg-type]
        )

    def told(self, lang: Language = "zh") -> str:
        """Return what was found as plain text."""
        return examined_told(self.found, lang)

    def save(self, folder: str | Path, *, if_exists: Literal["error", "replace"] = "error") -> Path:
        """Write `findings.csv` and `plan.json` to a folder and return it."""
        return write_examination(self.found, folder, if_exists=if_exists)

    def __str__(self) -> str:
        return self.told("en")

    def _repr_html_(self) -> str:
        return examined_html(self.found)


def _seconds(scenario: Scenario, at: str, asking: str) -> float:
    """Return a moment as people write it in seconds after the start of a scenario."""
    try:
        return seconds_after(scenario.start, parse_moment(at))
    except RefusedValueError as refused:
        issue = Issue(asking, refused.rule, refused.remedy, "at", value=at)
        raise ScenarioError(scenario.id, [issue]) from None


def _provenance(world: World, record: RunRecord, *, build_s: float, run_s: float) -> dict[str, Any]:
    """Return what made this run: versions, seed, inputs, machine, time and memory."""
    return {
        "version": _version("evacsim"),
        "python": sys.version.split()[0],
        "libraries": {
            name: _version(name) for name in ("numpy", "numba", "simpy", "networkx", "pandas", "pydantic")
        },
        "seed": record.seed,
        "inputs": world.digests,
        "machine": {"system": platform.platform(), "processor": platform.machine(), "cores": os.cpu_count()},
        "build_s": round(build_s, 3),
        "run_s": round(run_s, 3),
        "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    }


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown"
