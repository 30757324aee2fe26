"""Commands on a plan as a whole: what does not hold in it, and the pages for leaders."""

import shlex
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from evacsim.cli.options import IfExists, language, of_other_commands, overwriting, seeded
from evacsim.cli.telling import REPORT, told_in_full
from evacsim.cli.usage import WrongValue
from evacsim.cli.variants import many_runs
from evacsim.language import Language, Text


@click.command()
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
            rule = Text("it needs a folder for what it makes: --out DIR", "须用 --out 指定输出目录")
            raise WrongValue(rule, "--runs")
        _whole(scenario, out, wanted, mask=mask, lang=lang)
        return
    found = api.validate(scenario)
    click.echo(found.told(lang))
    if out is not None:
        found.save(out, if_exists=if_exists)


def _whole(scenario: Path, out: Path, wanted: dict[str, Any], *, mask: bool, lang: Language) -> None:
    """Do everything that can be asked of a plan, and say line by line how far it is."""
    from evacsim.whole_plan import PARTS, Effort, whole_plan

    _, settings = many_runs(scenario, wanted, lang)

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


@click.command("leaders")
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
