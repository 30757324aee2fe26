"""The one place that decides how kernels are compiled."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
import numpy as np
from numba.core import cgutils, types
from numba.extending import intrinsic

from evacsim.kernels._parts import PartCompiler

F = TypeVar("F", bound=Callable[..., Any])

CONFIG: Any = numba.config
JIT: Any = numba.njit
INTRINSIC: Any = intrinsic
IR: Any = vars(cgutils)["ir"]
PROXY: Any = cgutils.create_struct_proxy

CACHE_LINE = 64
"""What processors fetch at once [byte]."""

OPTIONS = {"error_model": "numpy", "nogil": True, "_nrt": False}
"""Without numba's run time no kernel can allocate an array, and none counts references to those
it is given, which takes longer than all else that movement does."""

NEVER_CALLED_BY_PYTHON = {
    "no_cpython_wrapper": True,
    "no_cfunc_wrapper": True,
    "pipeline_class": PartCompiler,
}
"""Halves the time that compiling takes."""

STAMP = hashlib.sha256(
    b"".join(path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py")))
    + bytes([bool(CONFIG.BOUNDSCHECK)])
).digest()
"""Changes with every source that a kernel may be made of, and with the check of bounds."""


whole = cast(Callable[[Any], int], np.int64)
"""Makes numbers of records and small integers alike, so that each part of a kernel is compiled once only."""


def kernel(function: F) -> F:
    """Compile a function that Python calls; the machine code is kept on disk for the next process.

    It cannot allocate arrays. Numba looks for changes in the kernel's own file only, and would
    go on running a kernel whose parts in other files have changed: it is given `STAMP` to
    compare.
    """
    compiled = JIT(cache=True, **OPTIONS)(function)
    if not CONFIG.DISABLE_JIT:
        compiled._cache._cache_file._source_stamp = STAMP
    return cast(F, compiled)


def for_kernels(records: Any) -> Any:
    """Return records as a plain array, which numba recognizes ten times as fast as a record array at every call."""
    return records if CONFIG.DISABLE_JIT else records.view(np.ndarray)


def part(function: F) -> F:
    """Compile a piece of kernels: wherever it is called, its code is put in place."""
    return cast(F, JIT(forceinline=True, **OPTIONS, **NEVER_CALLED_BY_PYTHON)(function))


def piece(function: F) -> F:
    """Compile a piece of kernels that is called where it is needed: what seldom happens takes no place in the rest.

    Numba hands the wish to be put in place down to what is called, unless that says otherwise.
    """
    return cast(F, JIT(forceinline=False, **OPTIONS, **NEVER_CALLED_BY_PYTHON)(function))


def is_ready(*kernels: Any) -> bool:
    """Tell whether the kernels can run without being compiled first (which takes seconds, once)."""
    return bool(CONFIG.DISABLE_JIT) or all(
        compiled.signatures or compiled._cache._cache_file._load_index() for compiled in kernels
    )


def _address(context: Any, builder: Any, signature: Any, values: Any) -> Any:
    """Return where a row of an array is, the first two values of a call."""
    array = PROXY(signature.args[0])(context, builder, value=values[0])
    return builder.gep(array.data, [context.cast(builder, values[1], signature.args[1], types.intp)])


def _prefetch(_: Any, records: Any, row: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        pointer = builder.bitcast(_address(context, builder, signature, values), cgutils.voidptr_t)
        taken = [cgutils.voidptr_t] + 3 * [cgutils.int32_t]
        declared = IR.FunctionType(IR.VoidType(), taken)
        hint = builder.module.declare_intrinsic("llvm.prefetch", taken[:1], declared)
        for_writing, to_stay, data = (cgutils.int32_t(value) for value in (1, 3, 1))
        for offset in range(0, max(CACHE_LINE, records.dtype.bitwidth // 8), CACHE_LINE):
            line = builder.gep(pointer, [cgutils.intp_t(offset)])
            builder.call(hint, [line, for_writing, to_stay, data])
        return context.get_dummy_value()

    return types.void(records, row), generate


def _at(_: Any, records: Any, row: Any) -> Any:
    return records.dtype(records, row), _address


def _item(_: Any, array: Any, row: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        found = builder.load(_address(context, builder, signature, values))
        return context.cast(builder, found, array.dtype, types.int64)

    return types.int64(array, row), generate


def _put(_: Any, array: Any, row: Any, value: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        written = context.cast(builder, values[2], signature.args[2], array.dtype)
        builder.store(written, _address(context, builder, signature, values))
        return context.get_dummy_value()

    return types.void(array, row, value), generate


def _indexed(records: Any, row: int) -> Any:
    return records[row]


def _no_prefetch(records: Any, row: int) -> None:
    pass


prefetch: Callable[[Any, int], None] = _no_prefetch if CONFIG.DISABLE_JIT else INTRINSIC(_prefetch)
"""`prefetch(records, row)` lets the processor fetch a record, all its cache lines, before it is needed; -1: none.
Results are the same without."""
at: Callable[[Any, int], Any] = part(_indexed) if CONFIG.DISABLE_JIT or CONFIG.BOUNDSCHECK else INTRINSIC(_at)
"""`at(records, row)` is `records[row]` without looking whether a row is negative and counts from the end, which
takes a sixth of the time of movement. With bounds checked it is `records[row]`."""


def _item_of(array: Any, row: int) -> int:
    return int(array[row])


def _put_into(array: Any, row: int, value: int) -> None:
    array[row] = value


item: Callable[[Any, int], int] = (
    part(_item_of) if CONFIG.DISABLE_JIT or CONFIG.BOUNDSCHECK else INTRINSIC(_item)
)
"""`item(array, row)` is `array[row]` of whole numbers, looked up as by `at`."""
put: Callable[[Any, int, int], None] = (
    part(_put_into) if CONFIG.DISABLE_JIT or CONFIG.BOUNDSCHECK else INTRINSIC(_put)
)
"""`put(array, row, value)` is `array[row] = value` of whole numbers, looked up as by `at`."""
