"""A run of traffic on disk: `trips_out.csv`, `summary.json`, perhaps passages and exports.

A folder is written beside its place under the name `<folder>.tmp` and put in place when it is
complete, so a crash never leaves half a result.
"""

import json
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import duckdb
import numpy as np
import pandas as pd

from evacsim.errors import Issue, WritingError
from evacsim.language import Text
from evacsim.results.writing import unwritable
from evacsim.traffic.exporting import EXPORTS, Export
from evacsim.traffic.summary import FORMAT

if TYPE_CHECKING:
    from evacsim.traffic.run import TrafficRun

SUMMARY, TRIPS, PASSAGES = "summary.json", "trips_out.csv", "passages.csv"
DECIMALS = 6
"""Times are written to the microsecond."""


def write_run(
    run: "TrafficRun",
    folder: Path,
    *,
    if_exists: Literal["error", "replace"] = "error",
    passages: bool = False,
    exports: Iterable[Export] = (),
) -> Path:
    """Write a run into a folder and return the folder.

    Parameters
    ----------
    run : TrafficRun
        The run.
    folder : Path
        Made where it is missing.
    if_exists : {"error", "replace"}
        What to do about a folder that is there already.
    passages : bool
        Write `passages.csv` too: when each trip was on each link.
    exports : iterable of {"matsim", "sumo", "gmns"}
        Folders in other tools' formats.

    Raises
    ------
    ResultsError
        If the folder exists and may not be replaced, or cannot be written.
    """
    refuse_existing(folder, if_exists=if_exists)
    work = folder.with_name(f"{folder.name}.tmp")
    tables: dict[str, Callable[[], pd.DataFrame]] = {TRIPS: lambda: run.trips}
    if passages:
        tables[PASSAGES] = run.passage_table
    try:
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
        for name, frame in tables.items():
            write_table(frame(), work / name)
        text = json.dumps(run.summary, ensure_ascii=False, indent=1) + "\n"
        (work / SUMMARY).write_text(text, encoding="utf-8")
        for export in exports:
            EXPORTS[export](run, work / export)
        if folder.exists():
            shutil.rmtree(folder)
        work.rename(folder)
    except (OSError, duckdb.Error) as error:
        shutil.rmtree(work, ignore_errors=True)
        raise WritingError(str(folder), [unwritable(folder, error)]) from error
    return folder


def refuse_existing(folder: Path, *, if_exists: Literal["error", "replace"] = "error") -> None:
    """Raise what `write_run` would say about the folder, before a long run and not after it.

    Raises
    ------
    ResultsError
        If the folder exists and may not be replaced, or holds other things than a run of traffic.
    """
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return
    if if_exists == "error":
        rule = Text("exists already", "已经存在")
        remedy = Text(
            "name another folder, or add --if-exists replace", "换一个文件夹，或加 --if-exists replace"
        )
    elif not _is_run(folder):
        rule = Text("holds other things than a run of traffic", "其中不是交通推演结果")
        remedy = Text("name another folder", "换一个文件夹")
    else:
        return
    raise WritingError(str(folder), [Issue(str(folder), rule, remedy)])


def write_table(frame: pd.DataFrame, path: Path) -> None:
    """Write a large table as CSV, an empty cell for nothing; many times faster than pandas does."""
    columns = []
    for name, column in frame.items():
        if column.dtype.kind == "f":
            columns.append(f'CASE WHEN isnan("{name}") THEN NULL ELSE "{name}" END AS "{name}"')
            frame = frame.assign(**{str(name): np.round(column, DECIMALS)})
        else:
            columns.append(f'"{name}"')
    with duckdb.connect() as connection:
        connection.register("table_to_write", frame)
        file = str(path).replace("'", "''")
        connection.execute(
            f"COPY (SELECT {', '.join(columns)} FROM table_to_write) TO '{file}' (FORMAT csv, HEADER)"
        )


def _is_run(folder: Path) -> bool:
    try:
        told = json.loads((folder / SUMMARY).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(told, dict) and told.get("format") == FORMAT
