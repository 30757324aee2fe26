"""The small scenario in a folder of its own, changed as a test needs it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.broken.small import Files, small_files, write


@pytest.fixture
def folder_with(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes the small scenario, some files of it replaced, and returns its folder."""

    def make(changed: Files | None = None, **texts: str) -> Path:
        files = small_files() | (changed or {})
        return write(
            files | {name.replace("__", "."): text.encode() for name, text in texts.items()}, tmp_path
        )

    return make
