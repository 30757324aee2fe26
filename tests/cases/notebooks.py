"""The notebooks, each run once from top to bottom, as a reader runs it; tests look at what it found."""

from pathlib import Path

import nbformat
from nbclient import NotebookClient

import evacsim as ev
from tests.reference.small_district import small_district

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


def run_notebook(name: str, folder: Path, *, then: str) -> None:
    """Run a notebook and after it `then`, which writes what was found to the path called `kept`, that is `folder`."""
    # The notebook's own process shall find its kernels compiled: only workers wait for each other (tests/conftest.py).
    ev.simulate(ev.from_mapping(small_district(folder)), seed=1)
    notebook = nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)
    keeping = f"from pathlib import Path\nkept = Path({str(folder)!r})\n{then}"
    notebook.cells.append(nbformat.v4.new_code_cell(keeping))
    NotebookClient(notebook, timeout=800, resources={"metadata": {"path": str(NOTEBOOKS)}}).execute()
