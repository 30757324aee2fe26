"""Files written for people, with an error they can read where that is not possible."""

from pathlib import Path

from evacsim.errors import Issue, ResultsError
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
        raise ResultsError(str(path), [unwritable(path, error)]) from error
    return path


def unwritable(path: Path, error: Exception) -> Issue:
    """Return the issue of a file or folder that cannot be written."""
    rule = Text(f"cannot be written: {error}", f"无法写入：{error}")
    return Issue(str(path), rule, CHECK_DISK)
