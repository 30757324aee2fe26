"""Files written for people, with an error they can read where that is not possible."""

import json
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from evacsim.errors import Issue, WritingError
from evacsim.language import Text

CHECK_DISK = Text(
    "check the folder, the space on the disk and the right to write there", "请检查文件夹、磁盘空间和写入权限"
)
"""What to do about a file that cannot be written."""


def write_text(path: str | Path, text: str) -> Path:
    """Write `text` as UTF-8, making the folder where it is missing, and return the path.

    Raises
    ------
    ResultsError
        If the file cannot be written.
    """
    path = Path(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise WritingError(str(path), [unwritable(path, error)]) from error
    return path


def write_json(path: str | Path, content: Any) -> Path:
    """Write what JSON can hold, for people to read as well, and return the path.

    Raises
    ------
    ResultsError
        If the file cannot be written.
    """
    return write_text(path, json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False) + "\n")


def write_csv(path: str | Path, table: pd.DataFrame) -> Path:
    """Write a table without its index, alike on every system, and return the path.

    Raises
    ------
    ResultsError
        If the file cannot be written.
    """
    return write_text(path, table.to_csv(index=False, lineterminator="\n"))


def refuse_folder(folder: Path, *, mark: str, if_exists: Literal["error", "replace"]) -> None:
    """Raise where a folder is in the way: it may not be replaced, or holds something else.

    Parameters
    ----------
    folder : Path
        Where something is to be written.
    mark : str
        Name of the file by which a folder is known to hold the same kind of thing.
    if_exists : str
        `error` or `replace`.

    Raises
    ------
    ResultsError
        If the folder is in the way.
    """
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return
    if not (folder / mark).is_file():
        rule = Text("holds something else", "已有其他内容")
        remedy = Text("name another folder", "换一个文件夹")
    elif if_exists == "error":
        rule = Text("is there already", "已存在")
        remedy = Text(
            "name another folder, or say --if-exists replace", "换一个文件夹，或加 --if-exists replace"
        )
    else:
        return
    raise WritingError(str(folder), [Issue(str(folder), rule, remedy)])


def unwritable(path: Path, error: Exception) -> Issue:
    """Return the issue of a file or folder that cannot be written."""
    rule = Text(f"cannot be written: {error}", f"无法写入：{error}")
    return Issue(str(path), rule, CHECK_DISK)
