"""The notebooks are kept without outputs; that they run, and what they find, is tested in tests/cases."""

import json
import re
from pathlib import Path

import pytest

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_kept_without_outputs(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert code
    assert all(not cell["outputs"] and cell["execution_count"] is None for cell in code)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_run_by_the_tests_of_its_case(path):
    case = Path(__file__).parent / "cases" / f"test_{path.stem}.py"
    assert f'run_notebook("{path.stem}"' in re.sub(r"\(\s+", "(", case.read_text(encoding="utf-8"))
