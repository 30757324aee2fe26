"""Commands on the files of a scenario: what is wrong with them, and their schema."""

import json
import sys
from pathlib import Path

import click

from evacsim.cli.options import language
from evacsim.cli.telling import told_in_full
from evacsim.errors import Issue
from evacsim.language import Language, Text


@click.command()
@click.argument("scenario", type=click.Path(path_type=Path))
@language
def check(scenario: Path, lang: Language) -> None:
    """Report every problem in all files of SCENARIO at once (检查情景文件)."""
    from evacsim import api

    issues = api.check(scenario)
    # What keeps it from being run comes first.
    for issue in sorted(issues, key=lambda one: one.severity != "error"):
        click.echo(issue.told(lang))
    errors = sum(issue.severity == "error" for issue in issues)
    click.echo(_checked(scenario, errors, issues).said(lang))
    sys.exit(2 if errors else 0)


@click.command()
@click.option("--out", type=click.Path(path_type=Path), help="File to write; standard output by default.")
@told_in_full
def schema(out: Path | None) -> None:
    """Write the JSON Schema of scenario files, for editors that complete and check them."""
    from evacsim.scenario.schema import schema as scenario_schema

    text = json.dumps(scenario_schema(), ensure_ascii=False, indent=2) + "\n"
    if out is None:
        click.echo(text, nl=False)
    else:
        from evacsim.results.writing import write_text

        write_text(out, text)


def _checked(scenario: Path, errors: int, issues: list[Issue]) -> Text:
    warnings = len(issues) - errors
    minor = Text(_counted(warnings, "warning"), f"{warnings} 处提醒")
    if errors:
        return Text(
            f"{scenario}: {_counted(errors, 'error')}, {minor.en}", f"{scenario}：{errors} 处错误，{minor.zh}"
        )
    return Text(f"{scenario}: can be run, {minor.en}", f"{scenario}：可以推演，{minor.zh}")


def _counted(number: int, word: str) -> str:
    return f"{number} {word}" + ("" if number == 1 else "s")
