"""The command that runs a scenario once."""

import shlex
from pathlib import Path

import click

from evacsim.cli.options import IfExists, change_of, language, overwriting, seeded
from evacsim.cli.telling import REPORT, kernels_compiled, progress_bar, told_in_full
from evacsim.language import Language


@click.command()
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
    with kernels_compiled(lang):
        from evacsim import api
        from evacsim.report.table_view import headline_table
        from evacsim.results.store import refuse_existing

        given = api.load(scenario)
        if changes:
            given = given.change(dict(change_of(change) for change in changes))
        refuse_existing(out, if_exists=if_exists)
    with progress_bar(lang) as progress:
        done = api.simulate(given, seed=seed, progress=progress, command=_again(scenario, seed, changes))
    done.save(out, if_exists=if_exists)
    page = api.report(done, out / "report.html", lang=lang)
    click.echo(headline_table(done.record, lang=lang))
    click.echo(f"\n{REPORT.said(lang)}: {page}")


def _again(scenario: Path, seed: int, changes: tuple[str, ...]) -> str:
    """Return the command that does a run again."""
    settings = [part for change in changes for part in ("--set", change)]
    return shlex.join(
        ["evacsim", "run", scenario.as_posix(), "--seed", str(seed), *settings, "--out", "FOLDER"]
    )
