"""A record on disk: one folder with Parquet tables and `provenance.json`, complete or not there.

    <folder>/provenance.json     what was run, with which seed and version, and a digest of each table
             events.parquet      columns `record.EVENTS`
             ledger.parquet      columns `record.LEDGER`
             tables/*.parquet    columns `record.TABLES`

A folder is written beside its place under the name `<folder>.tmp` and renamed when it is
complete, so a crash never leaves half a result; what it replaces is kept until then. Any
Parquet reader can open the tables.
"""

import glob
import json
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import duckdb
import pandas as pd

from evacsim.errors import Issue, ResultsError, WritingError
from evacsim.language import Text
from evacsim.results.column import Column
from evacsim.results.columns import RUN_AGAIN, column_issues, table
from evacsim.results.digest import table_digest
from evacsim.results.record import EVENTS, LEDGER, TABLES, RunRecord
from evacsim.results.writing import unwritable

FORMAT = "evacsim results"
FORMAT_VERSION = 1
PROVENANCE = "provenance.json"

SQL_TYPES = {"int64": "BIGINT", "Int64": "BIGINT", "float64": "DOUBLE", "str": "VARCHAR", "bool": "BOOLEAN"}

PLACES: dict[str, tuple[Column, ...]] = {
    "events.parquet": EVENTS,
    "ledger.parquet": LEDGER,
    **{f"tables/{name}.parquet": columns for name, columns in TABLES.items()},
}
"""Columns of each Parquet file of a results folder."""

RUN_FIELDS = (
    "scenario_id", "name", "plan_name", "hazard_name", "district_name",
    "seed", "end", "duration", "population", "limits",
)  # fmt: skip
"""Parts of a record that stand in `provenance.json` as they are; `start` is written as a date."""


def write_record(
    record: RunRecord, folder: str | Path, *, if_exists: Literal["error", "replace"] = "error"
) -> Path:
    """Write `record` into `folder` and return the folder.

    Raises
    ------
    ResultsError
        If the folder exists and may not be replaced, or is no results folder, or if a table of
        the record lacks a column.
    """
    folder = Path(folder)
    frames = _frames(record)
    issues = [
        issue for place, frame in frames.items() for issue in column_issues(place, frame, PLACES[place])
    ]
    issues += _in_the_way(folder, if_exists)
    if issues:
        raise ResultsError(str(folder), issues)
    try:
        _write_aside(record, frames, _work(folder))
        _put_in_place(_work(folder), folder)
    except (OSError, duckdb.Error) as error:
        raise WritingError(str(folder), [unwritable(folder, error)]) from error
    return folder


def refuse_existing(folder: str | Path, *, if_exists: Literal["error", "replace"] = "error") -> None:
    """Raise what `write_record` would say about the folder, before a long run and not after it.

    Raises
    ------
    ResultsError
        If the folder exists and may not be replaced, or is no results folder.
    """
    issues = list(_in_the_way(Path(folder), if_exists))
    if issues:
        raise ResultsError(str(folder), issues)


def read_record(folder: str | Path) -> RunRecord:
    """Return the record stored in `folder`, checked against its columns and its digest.

    Raises
    ------
    ResultsError
        With every file that is missing, damaged or of another version.
    """
    folder = Path(folder)
    if not folder.is_dir():
        rule = Text("is no folder", "不是文件夹")
        remedy = Text("name the folder that `evacsim run --out` wrote", "请写 evacsim run --out 所写的文件夹")
        raise ResultsError(str(folder), [Issue(str(folder), rule, remedy)])
    issues: list[Issue] = []
    described = _read_described(folder, issues)
    # Of a folder that no run wrote one line says so; that no table is there follows from it.
    is_any_there = any((folder / place).is_file() for place in PLACES)
    frames = _read_tables(folder, issues) if described or is_any_there else {}
    if described is not None:
        issues += _changed(frames, described["digests"])
    if issues or described is None:
        raise ResultsError(str(folder), issues)
    run = described["run"]
    return RunRecord(
        **{name: run[name] for name in RUN_FIELDS if name != "limits"},
        start=datetime.fromisoformat(run["start"]),
        limits={name: float(limit) for name, limit in run["limits"].items()},
        events=frames["events.parquet"],
        ledger=frames["ledger.parquet"],
        tables={name: frames[f"tables/{name}.parquet"] for name in TABLES},
        provenance=described["provenance"],
    )


def _frames(record: RunRecord) -> dict[str, pd.DataFrame]:
    tables = {name: record.tables.get(name, pd.DataFrame()) for name in TABLES}
    return {
        "events.parquet": record.events,
        "ledger.parquet": record.ledger,
        **{f"tables/{name}.parquet": frame for name, frame in tables.items()},
    }


def _described(record: RunRecord) -> dict[str, Any]:
    run = {name: getattr(record, name) for name in RUN_FIELDS}
    run["start"] = record.start.isoformat()
    run["limits"] = {name: _json_number(limit) for name, limit in record.limits.items()}
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "run": run,
        "digests": {place: table_digest(frame, PLACES[place]) for place, frame in _frames(record).items()},
        "provenance": record.provenance,
    }


def _json_number(number: float) -> float | str:
    """Return a float that JSON knows, or its name: `inf`, `nan`."""
    return number if abs(number) < float("inf") else str(number)


def _write_aside(record: RunRecord, frames: dict[str, pd.DataFrame], work: Path) -> None:
    if work.exists():
        shutil.rmtree(work)
    (work / "tables").mkdir(parents=True)
    _write_tables({place: table(frame, PLACES[place]) for place, frame in frames.items()}, work)
    text = json.dumps(_described(record), ensure_ascii=False, indent=2, allow_nan=False)
    (work / PROVENANCE).write_text(text + "\n", encoding="utf-8")


def _put_in_place(work: Path, folder: Path) -> None:
    replaced = folder.resolve().with_name(f".{folder.resolve().name}.replaced")
    if folder.exists():
        if replaced.exists():
            shutil.rmtree(replaced)
        folder.rename(replaced)
    work.rename(folder)
    if replaced.exists():
        shutil.rmtree(replaced)


def _write_tables(frames: dict[str, pd.DataFrame], folder: Path) -> None:
    with duckdb.connect() as database:
        # One thread keeps the rows in order and the file the same on every machine.
        database.execute("SET threads = 1; SET preserve_insertion_order = true")
        for place, frame in frames.items():
            casts = ", ".join(
                f'CAST("{column.name}" AS {SQL_TYPES[column.dtype]}) AS "{column.name}"'
                for column in PLACES[place]
            )
            database.register("frame", frame)
            database.execute(
                f"COPY (SELECT {casts} FROM frame) TO {_quoted(folder / place)} (FORMAT parquet, COMPRESSION zstd)"
            )
            database.unregister("frame")


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def _read_tables(folder: Path, issues: list[Issue]) -> dict[str, pd.DataFrame]:
    """Return the tables that are there and sound; what is wrong with the others goes to `issues`."""
    frames = {}
    with duckdb.connect() as database:
        database.execute("SET threads = 1; SET preserve_insertion_order = true")
        for place, columns in PLACES.items():
            if not (folder / place).is_file():
                issues.append(Issue(place, Text("is missing", "文件缺失"), RUN_AGAIN))
                continue
            try:
                frame = database.read_parquet(glob.escape(str(folder / place))).df()
            except duckdb.Error:
                rule = Text("is damaged or is no Parquet file", "文件已损坏或不是 Parquet 文件")
                issues.append(Issue(place, rule, RUN_AGAIN))
                continue
            wrong = column_issues(place, frame, columns)
            if wrong:
                issues += wrong
            else:
                frames[place] = table(frame, columns)
    return frames


def _read_described(folder: Path, issues: list[Issue]) -> dict[str, Any] | None:
    path = folder / PROVENANCE
    if not path.is_file():
        rule = Text("is missing: this is no folder of results", "文件缺失：该文件夹不是推演结果")
        remedy = Text("name the folder that a run wrote", "请指定推演生成的文件夹")
        issues.append(Issue(PROVENANCE, rule, remedy))
        return None
    try:
        described = json.loads(path.read_text(encoding="utf-8"))
        missing = [name for name in (*RUN_FIELDS, "start") if name not in described["run"]]
        found = (described["format"], described["format_version"])
        complete = not missing and set(described["digests"]) == set(PLACES) and "provenance" in described
    except (ValueError, KeyError, TypeError):
        found, complete = None, False
    if complete and found == (FORMAT, FORMAT_VERSION):
        return dict(described)
    rule = Text(
        f"is damaged or not of version {FORMAT_VERSION} of the results format",
        f"文件已损坏，或不是第 {FORMAT_VERSION} 版结果格式",
    )
    issues.append(Issue(PROVENANCE, rule, RUN_AGAIN))
    return None


def _changed(frames: dict[str, pd.DataFrame], digests: dict[str, str]) -> Iterator[Issue]:
    for place, frame in frames.items():
        if table_digest(frame, PLACES[place]) != digests[place]:
            rule = Text("differs from the digest that was recorded", "与记录的摘要不一致")
            yield Issue(place, rule, RUN_AGAIN)


def _work(folder: Path) -> Path:
    return folder.resolve().with_name(f"{folder.resolve().name}.tmp")


def _in_the_way(folder: Path, if_exists: str) -> Iterator[Issue]:
    """Yield what stands where the folder is to go and may not be removed."""
    if folder.exists() and if_exists == "error":
        yield Issue(
            str(folder),
            Text("exists already", "已存在"),
            Text("name another folder, or say that it may be replaced", "请换一个文件夹，或指明允许覆盖"),
        )
    elif folder.exists() and not _is_ours(folder):
        yield Issue(
            str(folder),
            Text("is no folder of results, so it is not replaced", "不是推演结果文件夹，不予覆盖"),
            Text("name another folder, or move this one away", "请换一个文件夹，或先移走该文件夹"),
        )
    if _work(folder).exists() and not _is_ours(_work(folder)):
        yield Issue(
            str(_work(folder)),
            Text("is in the way and was not left by a run", "占用了所需的名称，且不是推演留下的"),
            Text("move or remove it", "请移走或删除"),
        )


def _is_ours(folder: Path) -> bool:
    """Return whether a run wrote this folder, in whole or in part, or nobody wrote anything into it."""
    if not folder.is_dir():
        return False
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    return PROVENANCE in files or files <= set(PLACES)
