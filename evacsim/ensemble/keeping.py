"""The folder of a study: each finished run is a file of its own, there whole or not at all.

A file is written beside its place, brought to the disk and then given its name, so whoever is killed at any
moment leaves only whole runs behind. What the folder belongs to - scenario, inputs, design, seed, program - is
written down first; runs of something else are refused, never mixed in.
"""

import contextlib
import fcntl
import json
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from evacsim.errors import Issue, ResultsError, WritingError
from evacsim.language import Text
from evacsim.results.writing import unwritable

RUNS = "replications"
"""Where finished runs are kept."""
IDENTITY = "identity.json"
"""What they are runs of."""
LOCK = "at_work.lock"

MEANINGS: dict[str, Text] = {
    "scenario": Text("the scenario", "情景"),
    "inputs": Text("an input file", "输入文件"),
    "design": Text("the design of the study", "多次推演设计"),
    "seed": Text("the seed", "随机种子"),
    "program": Text("evacsim or a library", "程序或其依赖库"),
}
"""What a study is of, by its name in `identity.json`."""


def name_of(draw: int, inner: int) -> str:
    """Return the name of the file of a run.

    >>> name_of(12, 1)
    '000012-001.json'
    """
    return f"{draw:06d}-{inner:03d}.json"


def keep(folder: str | Path, name: str, text: str) -> None:
    """Write a finished run unless it is there already; nothing where this process has no such folder.

    Raises
    ------
    ResultsError
        If it cannot be written.
    """
    runs = Path(folder) / RUNS
    if runs.is_dir() and not (runs / name).exists():
        write_whole(runs / name, text)


def write_whole(path: Path, text: str) -> None:
    """Write a file so that it is there whole or not at all, whatever happens to this process or machine.

    Raises
    ------
    ResultsError
        If it cannot be written.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with beside.open("w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
        there = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(there)  # the name, too
        finally:
            os.close(there)
    except OSError as error:
        raise WritingError(str(path), [unwritable(path, error)]) from error


@contextlib.contextmanager
def at_work(folder: Path, identity: Mapping[str, Any]) -> Iterator[None]:
    """Hold the folder of a study that is `identity` for this process alone; the system lets go of it at its end.

    Raises
    ------
    ResultsError
        If the folder holds something else, another process is at work in it, or it cannot be written.
    """
    path = folder / LOCK
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = path.open("w")
    except OSError as error:
        raise WritingError(str(folder), [unwritable(folder, error)]) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            rule = Text("another process is at work on this study", "另一个进程正在进行该多次推演")
            remedy = Text("wait for its end, or end it", "等待其结束，或先终止它")
            raise ResultsError(str(folder), [Issue(str(path), rule, remedy)]) from error
        _recognize(folder, identity)
        for left_over in (*(folder / RUNS).glob(".*.part"), *folder.glob(".*.part")):
            left_over.unlink()
        yield


def kept(folder: Path, draw: int, inner: int, seed: int) -> dict[str, Any] | None:
    """Return a finished run, None where it is not there.

    Raises
    ------
    ResultsError
        If the file is not that of this run.
    """
    path = folder / RUNS / name_of(draw, inner)
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    try:
        run: dict[str, Any] = json.loads(text)
        is_this = (run["draw"], run["run"], run["seed"]) == (draw, inner, seed)
    except (ValueError, KeyError, TypeError):
        is_this = False
    if not is_this:
        rule = Text("does not hold the run of its name", "内容与文件名所指的推演不符")
        remedy = Text("delete the file; the run is made again", "删除该文件，将重新推演")
        raise ResultsError(str(folder), [Issue(str(path), rule, remedy)])
    return run


def _recognize(folder: Path, identity: Mapping[str, Any]) -> None:
    """Write down what the folder belongs to, or hold it against what is there."""
    path, text = folder / IDENTITY, json.dumps(identity, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    try:
        there = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        if any((folder / RUNS).glob("*.json")):
            rule = Text("is missing beside runs of a study", "缺失，但文件夹中已有推演结果")
            remedy = Text("choose another folder", "换一个文件夹")
            raise ResultsError(str(folder), [Issue(str(path), rule, remedy)]) from None
        write_whole(path, text)
        return
    if there != text:
        raise ResultsError(str(folder), _differences(path, there, json.loads(text)))


def _differences(path: Path, there: str, wanted: Mapping[str, Any]) -> list[Issue]:
    remedy = Text("choose another folder, or delete this one", "换一个文件夹，或删除该文件夹")
    say: Callable[[Text], Issue] = lambda rule: Issue(str(path), rule, remedy)  # noqa: E731
    try:
        found = dict(json.loads(there))
    except (ValueError, TypeError):
        return [say(Text("cannot be read", "无法读取"))]
    names = [name for name in MEANINGS if found.get(name) != wanted.get(name)]
    return [
        say(
            Text(
                f"belongs to a study that differs in {MEANINGS[name].en}",
                f"属于另一项多次推演：{MEANINGS[name].zh}不同",
            )
        )
        for name in names
    ] or [say(Text("belongs to another study", "属于另一项多次推演"))]
