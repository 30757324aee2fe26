"""Options that several commands have, and values as they are written there."""

from collections.abc import Callable
from pathlib import Path
from typing import Literal, ParamSpec, TypeVar

import click

from evacsim.cli.usage import WrongValue
from evacsim.language import LANGUAGES, Text

IfExists = Literal["error", "replace"]
Parameters = ParamSpec("Parameters")
Returned = TypeVar("Returned")

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


def numbers(written: str, option: str, example: str) -> list[float]:
    """Return numbers that are written with commas between."""
    try:
        return [float(part) for part in written.split(",")]
    except ValueError:
        rule = Text(
            f"{written!r} are no numbers with commas between, such as {example}",
            f"{written} 不是以逗号分隔的数值，应如 {example}",
        )
        raise WrongValue(rule, option) from None


def amount_of(written: str) -> tuple[str, float]:
    """Return the name and the number of NAME=AMOUNT."""
    name, _, amount = written.partition("=")
    try:
        return name.strip(), float(amount)
    except ValueError:
        rule = Text(f"{written!r} is no NAME=AMOUNT, such as bus=8", f"{written} 须为 名称=数额，如 bus=8")
        raise WrongValue(rule, "--cost") from None


def change_of(change: str) -> tuple[str, str]:
    """Return the path and the value of PATH=VALUE, the value as it is written."""
    path, equals, value = change.partition("=")
    if not equals or not path.strip():
        rule = Text(
            f"{change!r} is no PATH=VALUE, such as plan.who.compliance=0.9",
            f"{change} 须为 路径=值，如 plan.who.compliance=0.9",
        )
        raise WrongValue(rule, "--set")
    return path.strip(), value.strip()
