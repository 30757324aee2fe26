"""The one place that decides how kernels are compiled."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
from numba.core.dispatcher import Dispatcher

F = TypeVar("F", bound=Callable[..., Any])

STAMP = hashlib.sha256(
    b"".join(path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py")))
    + bytes([bool(numba.config.BOUNDSCHECK)])
).digest()
"""Changes with every source that a kernel may have been made of, and with the check of bounds."""


def kernel(function: F) -> F:
    """Compile a function that Python calls; the machine code is kept on disk for the next process.

    Numba looks for changes in the kernel's own file only, and would go on running a kernel
    whose parts in other files have changed. So what it compares is `STAMP`.
    """
    compiled = numba.njit(cache=True, error_model="numpy", nogil=True, _nrt=False)(function)
    if isinstance(compiled, Dispatcher):
        compiled._cache._cache_file._source_stamp = STAMP
    return cast(F, compiled)


def part(function: F) -> F:
    """Compile a piece of kernels: wherever it is called, its code is put in place."""
    return cast(F, numba.njit(error_model="numpy", nogil=True, forceinline=True, _nrt=False)(function))


def is_ready(*kernels: Callable[..., Any]) -> bool:
    """Tell whether the kernels can run without being compiled first (which takes seconds, once)."""
    return all(
        not isinstance(compiled, Dispatcher)
        or compiled.signatures
        or compiled._cache._cache_file._load_index()
        for compiled in kernels
    )
