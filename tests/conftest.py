"""What all tests share: the real input data, and the same conditions on every machine."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

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


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """Return the folder of real input data: EVACSIM_DATA, or shared/data beside the repository."""
    folder = Path(os.environ.get("EVACSIM_DATA") or REPOSITORY.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"no real input data at {folder}; name their folder in EVACSIM_DATA")
    return folder
