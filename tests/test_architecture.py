"""The shape of the house: what a reader may rely on without opening every room."""

import ast
import configparser
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
PACKAGE = REPOSITORY / "evacsim"
TREES = {path: ast.parse(path.read_bytes()) for path in sorted(PACKAGE.rglob("*.py"))}

SLOW_TO_IMPORT = {"duckdb", "llvmlite", "matplotlib", "networkx", "numba", "pandas", "scipy", "simpy"}
FROM_EXTRAS = {
    "SALib", "distributed",
    "geopandas", "h5netcdf", "h5py", "matplotlib", "osmium", "pyogrio", "pyproj", "rasterio", "shapely", "xarray",
}  # fmt: skip
WITHOUT_AN_IDEA = {"common", "helper", "helpers", "misc", "tools", "util", "utils"}


def imported_libraries(statements: Iterable[ast.AST]) -> Iterator[str]:
    for statement in statements:
        if isinstance(statement, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in statement.names)
        elif isinstance(statement, ast.ImportFrom):
            yield (statement.module or "").partition(".")[0]


@pytest.mark.parametrize(
    ("door", "unneeded"),
    # Statistics take twice as long to import as pandas, and a single run needs none.
    [("evacsim", SLOW_TO_IMPORT), ("evacsim.cli", SLOW_TO_IMPORT), ("evacsim.api", {"scipy.stats"})],
)
def test_the_doors_open_without_the_heavy_libraries(door, unneeded):
    listing = f"import sys, {door}; print(*sys.modules)"
    opened = subprocess.run(
        [sys.executable, "-c", listing], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    assert opened.returncode == 0, opened.stderr
    assert unneeded.isdisjoint(opened.stdout.split())


def test_every_room_has_one_floor_in_the_import_contract():
    contracts = configparser.ConfigParser()
    contracts.read(REPOSITORY / "setup.cfg", encoding="utf-8")
    layers = contracts["importlinter:contract:rooms"]["layers"]
    floors = re.findall(r"\w+", layers)
    rooms = {path.relative_to(PACKAGE).parts[0].removesuffix(".py") for path in TREES} - {
        "__init__",
        "__main__",
    }
    optional = set(re.findall(r"\((\w+)\)", layers))
    assert len(floors) == len(set(floors))
    assert set(floors) - optional <= rooms <= set(floors)


def test_libraries_of_extras_are_imported_where_they_are_needed():
    assert [
        path for path, tree in TREES.items() if not FROM_EXTRAS.isdisjoint(imported_libraries(tree.body))
    ] == []


def test_the_library_never_prints():
    calls = (
        (path, node) for path, tree in TREES.items() for node in ast.walk(tree) if isinstance(node, ast.Call)
    )
    assert [(path, call.lineno) for path, call in calls if getattr(call.func, "id", None) == "print"] == []


def test_every_module_is_named_after_its_idea():
    assert [path for path in TREES if path.stem in WITHOUT_AN_IDEA] == []


def test_no_file_names_a_place_that_only_its_author_has():
    places = re.compile(rb"(?<![\w./-])/(?:home|root|Users|work)/")
    ours = [path for path in REPOSITORY.iterdir() if path.name == ".ci" or path.name[0] != "."]
    files = [
        file
        for path in ours
        if path.name not in {"build", "dist", "runs"}
        for file in [path, *path.rglob("*")]
        if file.is_file() and "__pycache__" not in file.parts
    ]
    assert len(files) > len(TREES)
    assert [file for file in files if places.search(file.read_bytes())] == []
