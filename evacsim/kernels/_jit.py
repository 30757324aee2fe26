"""The one place that decides how kernels are compiled."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
from numba.core import cgutils, types
from numba.core.dispatcher import Dispatcher
from numba.extending import intrinsic

F = TypeVar("F", bound=Callable[..., Any])

OPTIONS = {"error_model": "numpy", "nogil": True, "_nrt": False}
"""Kernels allocate nothing, so they need not count references to arrays (ten times faster)."""

STAMP = hashlib.sha256(
    b"".join(path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py")))
    + bytes([bool(numba.config.BOUNDSCHECK)])
).digest()
"""Changes with every source that a kernel may be made of, and with the check of bounds."""


def kernel(function: F) -> F:
    """Compile a function that Python calls; the machine code is kept on disk for the next process.

    Numba looks for changes in the kernel's own file only, and would go on running a kernel
    whose parts in other files have changed. So it is given `STAMP` to compare.
    """
    compiled = numba.njit(cache=True, **OPTIONS)(function)
    if isinstance(compiled, Dispatcher):
        compiled._cache._cache_file._source_stamp = STAMP
    return cast(F, compiled)


def part(function: F) -> F:
    """Compile a piece of kernels: wherever it is called, its code is put in place."""
    return cast(F, numba.njit(forceinline=True, **OPTIONS)(function))


def is_ready(*kernels: Callable[..., Any]) -> bool:
    """Tell whether the kernels can run without being compiled first (which takes seconds, once)."""
    return all(
        not isinstance(compiled, Dispatcher)
        or compiled.signatures
        or compiled._cache._cache_file._load_index()
        for compiled in kernels
    )


def prefetch(records: Any, row: int) -> None:
    """Bring a record near before it is needed; -1: none. Results are the same without."""


if not numba.config.DISABLE_JIT:

    @intrinsic
    def prefetch(_context: Any, records: Any, row: Any) -> Any:  # type: ignore[no-redef]
        """Bring a record near before it is needed; -1: none. Results are the same without."""

        def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            array = context.make_array(signature.args[0])(context, builder, values[0])
            place = context.cast(builder, values[1], signature.args[1], types.intp)
            pointer = builder.bitcast(builder.gep(array.data, [place]), cgutils.voidptr_t)
            arguments = [cgutils.voidptr_t] + 3 * [cgutils.int32_t]
            declared = builder.module.declare_intrinsic(
                "llvm.prefetch", arguments[:1], cgutils.ir.FunctionType(cgutils.ir.VoidType(), arguments)
            )
            to_write, near, data = (cgutils.int32_t(value) for value in (1, 3, 1))
            builder.call(declared, [pointer, to_write, near, data])
            return context.get_dummy_value()

        return types.void(records, row), generate
