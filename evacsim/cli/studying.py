"""Commands that run a scenario many times as it is, or with much of it cut."""

from pathlib import Path
from typing import Any

import click

from evacsim.cli.options import IfExists, change_of, language, numbers, overwriting, seeded
from evacsim.cli.telling import kernels_compiled, progress_bar, told_in_full
from evacsim.cli.usage import WrongValue
from evacsim.language import Language, Text


@click.command()
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

    with kernels_compiled(lang):
        from evacsim import api
        from evacsim.scenario.study import FILE

        given = api.load(scenario)
        if changes:
            given = given.change(dict(change_of(change) for change in changes))
    beside = given.folder / FILE
    with progress_bar(lang) as progress:
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


@click.command()
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

    size = wanted["size"]
    if wanted["method"] == "sobol" and size & (size - 1):
        raise WrongValue(Text(f"{size} is no power of two", f"{size} 不是 2 的幂"), "--size")
    with kernels_compiled(lang):
        from evacsim import api
        from evacsim.scenario.study import FILE

        given = api.load(scenario)
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


@click.command()
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
    type=click.Choice(["network", "power", "roads", "private", "satellite"]),
    multiple=True,
    default=("network", "power", "roads"),
    show_default=True,
    help="What is cut; may be given again. private and satellite are those of plan.organize.networks.",
)
@click.option("--at", default="T+0 h", show_default=True, help="Moment from which all of it is out.")
@click.option(
    "--roads",
    type=click.Choice(["busiest", "worst", "random"]),
    default="busiest",
    show_default=True,
    help="Which roads go first: most driven on, worst to lose, or by chance.",
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
    severities = numbers(severity, "--severity", "0.5,1")
    with kernels_compiled(lang):
        from evacsim import api
        from evacsim.ensemble.outages_told import SUMMARY
        from evacsim.results.writing import refuse_folder

        refuse_folder(out, mark=SUMMARY, if_exists=if_exists)
        given = api.load(scenario)
    with progress_bar(lang) as progress:
        found = api.outages(given, severities=severities, progress=progress, **asked)
    found.save(out, if_exists=if_exists)
    click.echo(found.told(lang))
