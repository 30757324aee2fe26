"""What docs/verification.md says of tests is true: those it names exist, and every row of these tests stands there."""

import re

import pytest

from tests.docs.pages import REPOSITORY

TEXT = (REPOSITORY / "docs" / "verification.md").read_text(encoding="utf-8")
NAMED = re.findall(r"\(\.\./(tests/[\w/]+\.py)\)((?: `test_\w+`)+)", TEXT)
ROWS = {
    row
    for cell in re.findall(r"^\| ([^|]+) \|", TEXT, re.MULTILINE)
    for row in re.findall(r"[A-KV]\d+b?", cell)
}
MODULES = sorted((REPOSITORY / "tests" / "verification").glob("test_*.py"))


def names_in(path):
    return re.findall(r"^def test_(\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)


def test_every_test_that_the_page_names_is_there():
    assert len(NAMED) > 60
    for path, names in NAMED:
        defined = names_in(REPOSITORY / path)
        for name in re.findall(r"`test_(\w+)`", names):
            assert any(one.startswith(name) for one in defined), f"{path} {name}"


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_every_row_that_is_tested_stands_on_the_page(module):
    """Tests begin with their rows: test_b1_..., test_d4_d5_..."""
    for name in names_in(module):
        rows = re.match(r"(?:[a-kv]\d+_(?:and_)?)*", name).group()
        assert set(re.findall(r"[A-KV]\d+", rows.upper().replace("AND", ""))) <= ROWS, name
