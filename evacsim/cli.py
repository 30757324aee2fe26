"""evacsim on the command line: one command for each function of `api`; `evacsim -h` lists them.

Exit codes: 0 done, 1 the run failed, 2 the input or the command is wrong, 130 interrupted.
Nothing heavy is imported before a command needs it.
"""

import json
import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import Any, Literal, ParamSpec, TypeVar

import click

from evacsim.errors import EvacsimError, Issue
from evacsim.language import LANGUAGES, Language, Text

Parameters = ParamSpec("Parameters")
Returned = TypeVar("Returned")
IfExists = Literal["error", "replace"]

language = click.option(
    "--lang", type=click.Choice(LANGUAGES), default="en", help="Language of what is said (语言)."
)

overwriting = click.option(
    "--if-exists", type=click.Choice(["error", "replace"]), default="error", show_default=True
)
seeded = click.option(
    "--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Seed of all random streams."
)


def of_many_runs(command: Callable[Parameters, Returned]) -> Callable[Parameters, Returned]:
    """Add the options of commands that run variants of a scenario many times each."""
    options = [
        click.option(
            "--runs", type=click.IntRange(min=1), default=40, show_default=True, help="Runs of each variant."
        ),
        click.option(
            "--workers",
            type=click.IntRange(min=1),
            help="Processes side by side; one for each core if absent.",
        ),
        click.option(
            "--design",
            type=click.Path(path_type=Path),
            help="What is not known and what is judged; study.yaml beside the scenario if that is there.",
        ),
        seeded,
        click.option(
            "--out",
            type=click.Path(path_type=Path, file_okay=False),
            required=True,
            help="Folder for runs and result; what was broken off there goes on.",
        ),
        language,
    ]
    for option in reversed(options):
        command = option(command)
    return command


def of_other_commands(command: Callable[Parameters, Returned]) -> Callable[Parameters, Returned]:
    """Add an option for the folder of each command whose result stands in the pages for leaders."""
    for name in reversed(("study", "fixes", "latest", "outages", "beyond", "sensitivity")):
        told = f"Folder that `evacsim {name} --out` has written."
        command = click.option(f"--{name}", type=click.Path(path_type=Path), help=told)(command)
    return command


def told_in_full(command: Callable[Parameters, Returned]) -> Callable[Parameters, Returned]:
    """Turn an `EvacsimError` of a command into its list of issues and exit code 2."""

    @wraps(command)
    def run(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Returned:
        lang: Any = kwargs.get("lang", "en")
        try:
            return command(*args, **kwargs)
        except EvacsimError as error:
            click.echo(error.told(lang), err=True)
            sys.exit(2)

    return run


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="evacsim")
def main() -> None:
    """Simulate evacuation and rescue: does the plan hold when the water comes? (转移避险推演)."""


@main.command()
@click.argument("scenario", type=click.Path(path_type=Path))
@language
def check(scenario: Path, lang: Language) -> None:
    """Report every problem in all files of SCENARIO at once (检查情景文件)."""
    from evacsim import api

    issues = api.check(scenario)
    for issue in issues:
        click.echo(issue.told(lang))
    errors = sum(issue.severity == "error" for issue in issues)
    click.echo(_checked(scenario, errors, issues).said(lang))
    sys.exit(2 if errors else 0)


@main.command()
@click.argument("scenario", type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for findings.csv and plan.json; with --runs for everything, and what was broken off there goes on.",
)
@click.option(
    "--runs",
    type=click.IntRange(min=1),
    help="Do everything else, too: so many runs of the study at most, outages, fixes, latest orders, beyond design, "
    "pages for leaders.",
)
@click.option(
    "--each",
    type=click.IntRange(min=1),
    default=20,
    show_default=True,
    help="With --runs: runs of each measure, shift of the orders, case beyond design.",
)
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    help="With --runs: processes side by side; one for each core if absent.",
)
@click.option(
    "--design",
    type=click.Path(path_type=Path),
    help="With --runs: what is not known and what is judged; study.yaml beside the scenario if that is there.",
)
@seeded
@click.option("--mask", is_flag=True, help="Cover names and phone numbers in the pages for leaders.")
@overwriting
@language
@told_in_full
def plan(
    scenario: Path,
    out: Path | None,
    if_exists: IfExists,
    lang: Language,
    mask: bool,  # noqa: FBT001
    **wanted: Any,
) -> None:
    """Tell what is missing in SCENARIO's plan and what cannot work, with file and line (预案检验).

    With --runs tell everything that can be asked of it, and write the pages for leaders.
    """
    from evacsim import api

    if wanted["runs"] is not None:
        if out is None:
            raise click.UsageError("--runs needs a folder for what it makes: --out DIR")
        _whole(scenario, out, wanted, mask=mask, lang=lang)
        return
    found = api.validate(scenario)
    click.echo(found.told(lang))
    if out is not None:
        found.save(out, if_exists=if_exists)


def _whole(scenario: Path, out: Path, wanted: dict[str, Any], *, mask: bool, lang: Language) -> None:
    """Do everything that can be asked of a plan, and say line by line how far it is."""
    from evacsim.whole_plan import PARTS, Effort, whole_plan

    _, settings = _many_runs(scenario, wanted, lang)

    def tell(part: str, done: int, of: int) -> None:
        click.echo(f"{PARTS[part].said(lang)}: {done}/{of}", err=True)

    again = ["evacsim", "plan", scenario.as_posix(), "--out", "DIR", "--seed", str(settings["seed"])]
    again += ["--runs", str(settings["runs"]), "--each", str(settings["each"])]
    written = whole_plan(
        scenario, out, Effort(**settings), masked=mask, lang=lang, command=shlex.join(again), tell=tell
    )
    for name in ("study", "fixes", "latest", "beyond"):
        click.echo((out / name / f"{name}.{lang}.txt").read_text(encoding="utf-8"))
    for one in written:
        click.echo(f"{REPORT.said(lang)}: {one}")


@main.command("leaders")
@click.argument("scenario", type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="File to write: .html, .docx or .pdf.",
)
@click.option("--run", "results", type=click.Path(path_type=Path), help="Folder of a run of it.")
@of_other_commands
@click.option("--mask", is_flag=True, help="Cover names and phone numbers.")
@language
@told_in_full
def leaders_(
    scenario: Path,
    out: Path,
    results: Path | None,
    mask: bool,  # noqa: FBT001
    lang: Language,
    **folders: Path | None,
) -> None:
    """Write two pages for leaders on SCENARIO's plan, with an annex (领导版报告).

    What is not given is said to be untested.
    """
    from evacsim import api

    done = None if results is None else api.open_run(results)
    given = {name: folder for name, folder in folders.items() if folder is not None}
    parts = api.validate(scenario).leaders(api.load(scenario), done, **given)
    named = {} if results is None else {"run": results}
    again = ["evacsim", "leaders", scenario.as_posix(), "--out", out.as_posix()]
    for name, folder in {**named, **given}.items():
        again += [f"--{name}", folder.as_posix()]
    api.report(replace(parts, masked=mask, command=shlex.join(again)), out, lang=lang)
    click.echo(f"{Text('Report', '报告').said(lang)}: {out}")


@main.command()
@click.argument("scenario", type=click.Path(path_type=Path))
@seeded
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder for the results."
)
@click.option(
    "--set",
    "changes",
    multiple=True,
    metavar="PATH=VALUE",
    help="Change a value, e.g. plan.who.compliance=0.9.",
)
@overwriting
@language
@told_in_full
def run(
    scenario: Path, seed: int, out: Path, changes: tuple[str, ...], if_exists: IfExists, lang: Language
) -> None:
    """Run SCENARIO once and write results and report to the folder of --out (推演)."""
    from evacsim import api
    from evacsim.report.table_view import headline_table
    from evacsim.results.store import refuse_existing

    given = api.load(scenario)
    if changes:
        given = given.change(dict(_change(change) for change in changes))
    refuse_existing(out, if_exists=if_exists)
    _compile(lang)
    with _progress(lang) as progress:
        done = api.simulate(given, seed=seed, progress=progress, command=_again(scenario, seed, changes))
    done.save(out, if_exists=if_exists)
    page = api.report(done, out / "report.html", lang=lang)
    click.echo(headline_table(done.record, lang=lang))
    click.echo(f"\n{REPORT.said(lang)}: {page}")


@main.command()
@click.argument("scenario", type=click.Path(path_type=Path))
@click.option("--runs", type=click.IntRange(min=1), default=200, show_default=True, help="Runs at most.")
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    help="Processes that run side by side; one for each core if absent.",
)
@click.option("--cluster", metavar="ADDRESS", help="Scheduler of a Dask cluster that makes the runs instead.")
@click.option(
    "--design",
    type=click.Path(path_type=Path),
    help="What is not known and what is judged; study.yaml beside the scenario if that is there.",
)
@click.option(
    "--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Seed of all draws and runs."
)
@click.option(
    "--stop",
    type=click.Choice(["decided", "budget"]),
    default="decided",
    show_default=True,
    help="End when all verdicts are decided, or always after --runs.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="Folder for runs and result; a study that was broken off there goes on.",
)
@click.option(
    "--set",
    "changes",
    multiple=True,
    metavar="PATH=VALUE",
    help="Change a value, e.g. plan.who.compliance=0.9.",
)
@language
@told_in_full
def study(
    scenario: Path, out: Path, changes: tuple[str, ...], lang: Language, cluster: str | None, **wanted: Any
) -> None:
    """Run SCENARIO many times and tell whether its limits are kept often enough (多次推演)."""
    import os

    from evacsim import api
    from evacsim.scenario.study import FILE

    given = api.load(scenario)
    if changes:
        given = given.change(dict(_change(change) for change in changes))
    beside = given.folder / FILE
    _compile(lang)
    with _progress(lang) as progress:
        done = api.study(
            given,
            runs=wanted["runs"],
            workers=cluster or wanted["workers"] or os.cpu_count() or 1,
            design=wanted["design"] or (beside if beside.is_file() else None),
            seed=wanted["seed"],
            stop=wanted["stop"],
            out=out,
            progress=progress,
        )
    click.echo(done.told(lang))


@main.command()
@click.argument("scenario", type=click.Path(path_type=Path))
@click.option(
    "--indicator", "indicators", multiple=True, required=True, help="Result to look at; may be given again."
)
@click.option("--method", type=click.Choice(["morris", "sobol"]), default="morris", show_default=True)
@click.option(
    "--size",
    type=click.IntRange(min=2),
    default=10,
    show_default=True,
    help="Trajectories of Morris, or base points of Sobol, a power of two.",
)
@click.option(
    "--design",
    type=click.Path(path_type=Path),
    help="What is not known; study.yaml beside the scenario if absent.",
)
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    help="Processes that run side by side; one for each core if absent.",
)
@click.option(
    "--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Seed of points and runs."
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="Folder for runs and result; what was broken off there goes on.",
)
@language
@told_in_full
def sensitivity(
    scenario: Path, indicators: tuple[str, ...], out: Path, lang: Language, **wanted: Any
) -> None:
    """Tell which unknowns of a study move which results of SCENARIO (敏感性)."""
    import os

    from evacsim import api
    from evacsim.scenario.study import FILE

    given = api.load(scenario)
    size = wanted["size"]
    if wanted["method"] == "sobol" and size & (size - 1):
        raise click.BadParameter(f"{size} is no power of two", param_hint="--size")
    _compile(lang)
    found = api.sensitivity(
        given,
        design=wanted["design"] or given.folder / FILE,
        indicators=indicators,
        method=wanted["method"],
        size=size,
        workers=wanted["workers"] or os.cpu_count() or 1,
        seed=wanted["seed"],
        out=out,
    )
    click.echo(found.told(lang))


@main.command()
@click.argument("results", type=click.Path(path_type=Path))
@click.option(
    "--out", type=click.Path(path_type=Path), help="File to write; report.html in RESULTS by default."
)
@language
@told_in_full
def report(results: Path, out: Path | None, lang: Language) -> None:
    """Write the report of a saved run again (生成报告)."""
    from evacsim import api

    page = api.report(api.open_run(results), out or results / "report.html", lang=lang)
    click.echo(f"{REPORT.said(lang)}: {page}")


@main.command()
@click.argument("results", type=click.Path(path_type=Path))
@click.argument("household")
@click.option("--out", type=click.Path(path_type=Path), help="HTML page to write with its story, too.")
@language
@told_in_full
def why(results: Path, household: str, out: Path | None, lang: Language) -> None:
    """Tell why a HOUSEHOLD of a saved run ended where it did (为什么)."""
    from evacsim import api

    run = api.open_run(results)
    click.echo(run.why(household, lang=lang))
    if out is not None:
        click.echo(f"\n{PAGE.said(lang)}: {api.household_page(run, household, out, lang=lang)}")


@main.command()
@click.argument("results", type=click.Path(path_type=Path))
@click.argument("other", type=click.Path(path_type=Path))
@language
@told_in_full
def compare(results: Path, other: Path, lang: Language) -> None:
    """Compare two saved runs, indicator by indicator (对比)."""
    from evacsim import api

    click.echo(api.compare(api.open_run(results), api.open_run(other)).told(lang))


@main.command()
@click.argument("results", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--gauge", required=True, help="Id of the gauge.")
@click.option("--out", type=click.Path(path_type=Path), help="CSV file for the outcome of every threshold.")
@language
@told_in_full
def thresholds(results: tuple[Path, ...], gauge: str, out: Path | None, lang: Language) -> None:
    """Recommend the stage that should move each zone, from saved runs of several floods (阈值合理性)."""
    from evacsim import api

    sweep = api.thresholds(*(api.open_run(one) for one in results), gauge=gauge)
    if out is not None:
        sweep.outcomes.to_csv(out, index=False)
    click.echo(sweep.told(lang))


@main.command()
@click.argument("scenario", type=click.Path(path_type=Path))
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder for the results."
)
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    help="Kind of team, e.g. fire; may be given again; all that rescue if absent.",
)
@click.option(
    "--stand-by", type=click.IntRange(min=0), default=0, show_default=True, help="Units that may stand by."
)
@click.option(
    "--place",
    "places",
    multiple=True,
    default=("towns",),
    show_default=True,
    help="Where they may: towns, shelters, refuges, or a road node; may be given again.",
)
@click.option(
    "--at",
    default="worst",
    show_default=True,
    help="Moment for which places are chosen: T+20h, dry, or worst.",
)
@click.option("--model", type=click.Choice(["mclp", "mexclp", "p-median"]), default="mclp", show_default=True)
@click.option(
    "--limit",
    type=click.FloatRange(min=0),
    default=30.0,
    show_default=True,
    help="Time to be covered in [min].",
)
@click.option("--unit", type=click.IntRange(min=1), default=8, show_default=True, help="People in a unit.")
@click.option("--points", type=click.Choice(["plan", "wet", "all"]), default="plan", show_default=True)
@overwriting
@language
@told_in_full
def cover(scenario: Path, out: Path, lang: Language, if_exists: IfExists, limit: float, **asked: Any) -> None:
    """Tell which share of SCENARIO's risk points teams reach in 15, 30 and 60 min, and where to stand by (反应圈)."""
    from evacsim import api
    from evacsim.report.cover_drawn import refuse_other

    refuse_other(out, if_exists=if_exists)
    rings = api.cover(api.load(scenario), limit=60 * limit, **asked)
    click.echo(rings.told(lang))
    rings.save(out, lang=lang, if_exists=if_exists)


@main.command()
@click.argument("scenario", type=click.Path(path_type=Path))
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder for the results."
)
@click.option(
    "--severity",
    default="0.5,1",
    show_default=True,
    metavar="SHARES",
    help="Shares of the sites that fail, and of --road-share.",
)
@click.option(
    "--cut",
    "cuts",
    type=click.Choice(["network", "power", "roads"]),
    multiple=True,
    default=("network", "power", "roads"),
    show_default=True,
    help="What is cut; may be given again.",
)
@click.option("--at", default="T+0 h", show_default=True, help="Moment from which all of it is out.")
@click.option(
    "--roads",
    type=click.Choice(["busiest", "random"]),
    default="busiest",
    show_default=True,
    help="Which roads go first.",
)
@click.option(
    "--road-share",
    type=click.FloatRange(0, 1, min_open=True),
    default=0.2,
    show_default=True,
    help="Share of the roads that vehicles enter which is cut at severity 1.",
)
@seeded
@overwriting
@language
@told_in_full
def outages(
    scenario: Path, out: Path, severity: str, lang: Language, if_exists: IfExists, **asked: Any
) -> None:
    """Run SCENARIO without network, power, roads, any two, all three; tell what that costs (断网、断电、断路)."""
    from evacsim import api
    from evacsim.ensemble.outages_told import SUMMARY
    from evacsim.results.writing import refuse_folder

    severities = _numbers(severity, "--severity", "0.5,1")
    refuse_folder(out, mark=SUMMARY, if_exists=if_exists)
    given = api.load(scenario)
    _compile(lang)
    with _progress(lang) as progress:
        found = api.outages(given, severities=severities, progress=progress, **asked)
    found.save(out, if_exists=if_exists)
    click.echo(found.told(lang))


@main.command()
@click.argument("scenario", type=click.Path(path_type=Path))
@of_many_runs
@click.option(
    "--lever", "levers", multiple=True, help="Lever to try; may be given again; the whole menu if absent."
)
@click.option("--by", default="late", show_default=True, help="Indicator by which levers are ranked.")
@click.option(
    "--most", type=click.IntRange(min=1), default=4, show_default=True, help="Levers in a set, at most."
)
@click.option(
    "--units",
    type=click.Choice(["none", "vehicles"]),
    default="none",
    show_default=True,
    help="Try one vehicle more and less of each fleet, too.",
)
@click.option(
    "--cost",
    "costs",
    multiple=True,
    metavar="NAME=AMOUNT",
    help="What a unit costs, in 10 000 yuan a year: bus=8.",
)
@told_in_full
def fixes(scenario: Path, out: Path, lang: Language, costs: tuple[str, ...], **wanted: Any) -> None:
    """Tell what would fix the plan of SCENARIO, by effect per cost, and which few measures are enough (改进措施)."""
    from evacsim import api

    amounts = dict(_amount(cost) for cost in costs)
    asked = {name: wanted.pop(name) for name in ("by", "most", "units")}
    levers = wanted.pop("levers") or None
    given, settings = _many_runs(scenario, wanted, lang)
    with _progress(lang) as progress:
        found = api.fixes(
            given, out=out, progress=progress, levers=levers, costs=amounts, **asked, **settings
        )
    click.echo(found.told(lang))


@main.command()
@click.argument("scenario", type=click.Path(path_type=Path))
@of_many_runs
@click.option(
    "--shifts",
    default="-6,-4,-3,-2,-1,0,1,2,3,4,6",
    show_default=True,
    metavar="HOURS",
    help="How much sooner or later all orders are tried.",
)
@click.option(
    "--people",
    type=click.FloatRange(0, 1, min_open=True),
    default=0.95,
    show_default=True,
    help="Share of a zone's people that must be out before the water.",
)
@click.option(
    "--probability",
    type=click.FloatRange(0, 1, min_open=True),
    default=0.9,
    show_default=True,
    help="Probability with which it must be.",
)
@click.option(
    "--lever", "levers", multiple=True, help="Lever with which it is told again; may be given again."
)
@told_in_full
def latest(scenario: Path, out: Path, lang: Language, shifts: str, **wanted: Any) -> None:
    """Tell for each zone of SCENARIO until when its order may go out (最晚安全下令时间)."""
    from evacsim import api

    hours = _numbers(shifts, "--shifts", "-2,-1,0,1")
    asked = {name: wanted.pop(name) for name in ("people", "probability", "levers")}
    given, settings = _many_runs(scenario, wanted, lang)
    with _progress(lang) as progress:
        found = api.latest_orders(
            given, out=out, progress=progress, shifts=[3600 * one for one in hours], **asked, **settings
        )
    click.echo(found.told(lang))


@main.command()
@click.argument("scenario", type=click.Path(path_type=Path))
@of_many_runs
@click.option(
    "--budget",
    type=click.IntRange(min=0),
    default=60,
    show_default=True,
    help="Sets of damages that are tried, at most; 0 for none.",
)
@click.option(
    "--each",
    type=click.IntRange(min=1),
    default=5,
    show_default=True,
    help="Damages of each kind to look at.",
)
@click.option(
    "--by",
    default="out_before_water_share",
    show_default=True,
    help="Indicator by which the plan counts as broken.",
)
@click.option(
    "--worse",
    type=click.FloatRange(min=0),
    default=0.1,
    show_default=True,
    help="How much worse, in its unit.",
)
@told_in_full
def beyond(scenario: Path, out: Path, lang: Language, **wanted: Any) -> None:
    """Tell what the plan of SCENARIO is worth beyond its design, and what breaks it (超设计检验)."""
    from evacsim import api

    asked = {name: wanted.pop(name) for name in ("budget", "each", "by", "worse")}
    given, settings = _many_runs(scenario, wanted, lang)
    with _progress(lang) as progress:
        found = api.beyond(given, out=out, progress=progress, **asked, **settings)
    click.echo(found.told(lang))


@main.command()
@click.option("--out", type=click.Path(path_type=Path), help="File to write; standard output by default.")
def schema(out: Path | None) -> None:
    """Write the JSON Schema of scenario files, for editors that complete and check them."""
    from evacsim.scenario.schema import schema as scenario_schema

    text = json.dumps(scenario_schema(), ensure_ascii=False, indent=2) + "\n"
    if out is None:
        click.echo(text, nl=False)
    else:
        out.write_text(text, encoding="utf-8")


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder for the results."
)
@click.option(
    "--until", type=click.FloatRange(min=0), help="Stop at this time [s]; when all is over if absent."
)
@click.option(
    "--gridlock",
    type=click.Choice(["wait", "squeeze", "turn_back"]),
    default="wait",
    show_default=True,
    help="What those do who wait for each other in a ring.",
)
@click.option(
    "--patience",
    type=click.FloatRange(min=0),
    default=600.0,
    show_default=True,
    help="How long a ring stands before that [s].",
)
@click.option("--passages", is_flag=True, help="Write when each trip was on each link, too.")
@click.option(
    "--export",
    "exports",
    type=click.Choice(["matsim", "sumo", "gmns"]),
    multiple=True,
    help="Write the run for another tool, too; may be given again.",
)
@click.option("--encoding", help="Text encoding of the tables, such as gb18030, where it is not UTF-8.")
@overwriting
@language
@told_in_full
def traffic(
    folder: Path, out: Path, lang: Language, if_exists: IfExists, encoding: str | None, **wanted: Any
) -> None:
    """Let the trips in FOLDER travel; write trips_out.csv and summary.json to the folder of --out (纯交通推演).

    FOLDER holds nodes.csv, links.csv, routes.csv and trips.csv, and perhaps events.csv, signals.csv
    and turn_bans.csv; docs/traffic.md tells their columns.
    """
    from evacsim.traffic.loading import load_traffic
    from evacsim.traffic.summary import told
    from evacsim.traffic.writing import refuse_existing, write_run

    case = load_traffic(folder, encoding=encoding)
    refuse_existing(out, if_exists=if_exists)
    _compile(lang)
    done = case.run(
        until=float("inf") if wanted["until"] is None else wanted["until"],
        gridlock=wanted["gridlock"],
        patience=wanted["patience"],
        record_passages=bool(wanted["passages"] or wanted["exports"]),
    )
    write_run(done, out, if_exists=if_exists, passages=wanted["passages"], exports=wanted["exports"])
    click.echo(told(done).said(lang))


@main.group(name="import")
def import_() -> None:
    """Turn other people's files into evacsim's (导入)."""


@import_.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder for the network."
)
@click.option(
    "--format", "form", help="matsim, osm, graphml, gmns, sumo, lines or csv; by name and content if absent."
)
@click.option("--crs", help="Coordinate reference system of the file, such as EPSG:32650.")
@click.option("--encoding", help="Text encoding, such as gb18030, where it is not UTF-8.")
@click.option("--length-unit", help="Unit of lengths, such as m or mi, where the file does not say it.")
@click.option("--speed-unit", help="Unit of speeds, such as km/h or mph, where the file does not say it.")
@click.option(
    "--rows",
    type=click.Choice(["one-way", "two-way"]),
    help="What a row of a table of links stands for, where the table does not say it.",
)
@language
@told_in_full
def network(file: Path, out: Path, lang: Language, **statements: Any) -> None:
    """Read a road network FILE, repair it, say what was repaired, write nodes.csv and links.csv (导入路网)."""
    from evacsim import api

    click.echo(api.import_network(file, out, **statements).told(lang))


@import_.command(name="plan")
@click.argument("lists", type=click.Path(path_type=Path))
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder to write to."
)
@click.option(
    "--base",
    type=click.Path(path_type=Path),
    help="Scenario from which all comes that the workbook does not say.",
)
@overwriting
@language
@told_in_full
def import_plan(lists: Path, out: Path, base: Path | None, if_exists: IfExists, lang: Language) -> None:
    """Read the workbook LISTS of a plan, tell every mistake with its cell, write CSV and YAML (导入预案清单)."""
    from evacsim import api

    found = api.import_lists(lists, out, base=base, if_exists=if_exists)
    for issue in found.warnings:
        click.echo(issue.told(lang))
    for sheet, number in found.counts.items():
        click.echo(f"{sheet}: {number}")
    rest = Text(
        f"{out}: district.yaml and plan.yaml; write roads, hazard and start, or name a scenario with --base",
        f"{out}：已写出 district.yaml 和 plan.yaml；路网、灾害和起始时间须另行写明，或用 --base 指定情景",
    )
    whole = Text(f"{out}: can be checked with evacsim check {out}", f"{out}：可用 evacsim check {out} 检查")
    click.echo((whole if found.is_whole else rest).said(lang))


@main.group(name="export")
def export() -> None:
    """Turn evacsim's files into those of other people (导出)."""


@export.command(name="lists")
@click.argument("scenario", type=click.Path(path_type=Path))
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="Workbook to write."
)
@click.option("--mask", "masked", is_flag=True, help="Cover names and phone numbers.")
@language
@told_in_full
def export_lists(scenario: Path, out: Path, *, masked: bool, lang: Language) -> None:
    """Write the lists of SCENARIO to an Excel workbook that `import plan` reads (导出预案清单)."""
    from evacsim import api

    click.echo(api.export_lists(api.load(scenario), out, masked=masked, lang=lang))


COMPILING = Text(
    "Compiling the movement kernels; this happens once after installation and takes some seconds.",
    "正在编译移动内核,仅在安装后首次运行时进行,需要数秒。",
)
REPORT = Text("Report", "报告")
PAGE = Text("Page", "页面")


def _checked(scenario: Path, errors: int, issues: list[Issue]) -> Text:
    warnings = len(issues) - errors
    if errors:
        return Text(
            f"{scenario}: {errors} errors, {warnings} warnings",
            f"{scenario}: {errors} 处错误, {warnings} 处提醒",
        )
    return Text(f"{scenario}: can be run, {warnings} warnings", f"{scenario}: 可以推演, {warnings} 处提醒")


def _numbers(written: str, option: str, example: str) -> list[float]:
    try:
        return [float(part) for part in written.split(",")]
    except ValueError:
        raise click.BadParameter(
            f"{written!r} are no numbers with commas between, such as {example}", param_hint=option
        ) from None


def _amount(written: str) -> tuple[str, float]:
    name, _, amount = written.partition("=")
    try:
        return name.strip(), float(amount)
    except ValueError:
        raise click.BadParameter(
            f"{written!r} is no NAME=AMOUNT, such as bus=8", param_hint="--cost"
        ) from None


def _many_runs(scenario: Path, wanted: dict[str, Any], lang: Language) -> tuple[Any, dict[str, Any]]:
    """Return the scenario and how often, by whom and under which design its variants are run."""
    import os

    from evacsim import api
    from evacsim.scenario.study import FILE

    given = api.load(scenario)
    beside = given.folder / FILE
    wanted["workers"] = wanted["workers"] or os.cpu_count() or 1
    wanted["design"] = wanted["design"] or (beside if beside.is_file() else None)
    _compile(lang)
    return given, wanted


def _change(change: str) -> tuple[str, str]:
    path, equals, value = change.partition("=")
    if not equals or not path.strip():
        raise click.BadParameter(
            f"{change!r} is no PATH=VALUE, such as plan.who.compliance=0.9", param_hint="--set"
        )
    return path.strip(), value.strip()


def _compile(lang: Language) -> None:
    """Compile the kernels where they are not, and say so: it takes some seconds, once."""
    from evacsim.engine.compiling import is_compiled, ready_kernels

    if not is_compiled():
        click.echo(COMPILING.said(lang), err=True)
    ready_kernels()


def _again(scenario: Path, seed: int, changes: tuple[str, ...]) -> str:
    """Return the command that does a run again."""
    settings = [part for change in changes for part in ("--set", change)]
    return shlex.join(
        ["evacsim", "run", scenario.as_posix(), "--seed", str(seed), *settings, "--out", "FOLDER"]
    )


@contextmanager
def _progress(lang: Language) -> Iterator[Callable[[float, float], None] | None]:
    """Show a progress bar on a terminal, nothing elsewhere; yield what is to be told the time and the end."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    share = TextColumn("{task.percentage:>3.0f} %")
    columns = (TextColumn("{task.description}"), BarColumn(), share, TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(Text("Simulating", "推演中").said(lang))
        yield lambda now, end: bar.update(task, completed=now, total=end)


if __name__ == "__main__":
    main()
