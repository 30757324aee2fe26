"""What commands say while they work, when they are done, and when they cannot be."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import click

from evacsim.errors import EvacsimError
from evacsim.language import Language, Text

Parameters = ParamSpec("Parameters")
Returned = TypeVar("Returned")

REPORT = Text("Report", "报告")
PAGE = Text("Page", "页面")


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


@contextmanager
def kernels_compiled(lang: Language) -> Iterator[None]:
    """Have the kernels compiled at the end of the block, where they are not, and begin to before it.

    What is wrong with the input, which is read in the block, is told at once.
    """
    from evacsim.engine.compiling import begin_compiling

    beside = begin_compiling()
    try:
        yield
    except BaseException:
        if beside:
            with beside:
                beside.kill()
        raise
    compile_kernels(lang, beside=beside)


def compile_kernels(
    lang: Language, *, changing: bool = True, beside: subprocess.Popen[bytes] | None = None
) -> None:
    """Compile the kernels where they are not, and say so: it takes some seconds, once.

    `changing`: those that change roads under way, too; `beside`: the process that has begun to.
    """
    from evacsim.engine.compiling import ready_kernels

    def tell(text: Text) -> None:
        click.echo(text.said(lang), err=True)

    ready_kernels(changing=changing, beside=beside, tell=tell)


@contextmanager
def progress_bar(lang: Language) -> Iterator[Callable[[float, float], None] | None]:
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
