"""What all tests share: the real input data, and the same conditions on every machine."""

import fcntl
import gc
import os
import threading
from pathlib import Path
from typing import IO, Any

import pytest
from hypothesis import settings
from numba.core import event

REPOSITORY = Path(__file__).parents[1]

os.environ.setdefault("MPLBACKEND", "Agg")
if os.environ.get("NUMBA_BOUNDSCHECK") == "1":
    # Numba's cache does not tell code that checks bounds from code that does not: keep them apart.
    os.environ.setdefault("NUMBA_CACHE_DIR", str(REPOSITORY / ".cache" / "numba-boundscheck"))

# The first example of a property pays for compiling its kernel, so no example has a deadline.
settings.register_profile("compiled", deadline=None, derandomize=True)
# Without the compiler a kernel is a hundred times slower: fewer examples, the same ones each time.
settings.register_profile("interpreted", settings.get_profile("compiled"), max_examples=10)
settings.load_profile("interpreted" if os.environ.get("NUMBA_DISABLE_JIT") == "1" else "compiled")


class OneCompiler(event.Listener):
    """Lets one worker at a time look for a kernel in Numba's cache, compile it and keep it there.

    Workers that begin together would each compile the same kernels, half a minute of work. And Numba numbers the
    files of its cache by what it has just read there: two that save at one instant may be given one number.
    """

    def __init__(self, lock: IO[str]):
        self.lock, self.thread, self.depth = lock, threading.RLock(), 0

    def on_start(self, event: Any) -> None:
        self.thread.acquire()
        self.depth += 1
        if self.depth == 1:
            fcntl.flock(self.lock, fcntl.LOCK_EX)

    def on_end(self, event: Any) -> None:
        self.depth -= 1
        if self.depth == 0:
            fcntl.flock(self.lock, fcntl.LOCK_UN)
        self.thread.release()


@pytest.fixture(scope="session", autouse=True)
def workers_compile_one_after_the_other():
    """Let the workers of one run (pytest-xdist) share Numba's cache."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        yield
        return
    path = REPOSITORY / ".cache" / "compiling.lock"
    path.parent.mkdir(exist_ok=True)
    with path.open("w") as lock:
        compiler = OneCompiler(lock)
        event.register("numba:compiler_lock", compiler)
        yield
        event.unregister("numba:compiler_lock", compiler)


def pytest_collection_finish():
    """Let nobody look for garbage among the libraries and tests again: it costs a third of a small run each time."""
    gc.collect()
    gc.freeze()


def pytest_unconfigure():
    """Let them be cleared away at the end: DuckDB complains of what is left of it."""
    gc.unfreeze()


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """Return the folder of real input data: EVACSIM_DATA, or shared/data beside the repository."""
    folder = Path(os.environ.get("EVACSIM_DATA") or REPOSITORY.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"no real input data at {folder}; name their folder in EVACSIM_DATA")
    return folder
