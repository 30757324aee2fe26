"""The state of movement behind one array: cheap to hand from function to function.

Handing over `Traffic` means handing over a hundred numbers, which takes longer than much of what
movement does. So kernels are given its `control`, which knows where the other arrays are.
"""

import ctypes
from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np
from numba.core import cgutils
from numba.core import types as numba_types
from numba.np import arrayobj

from evacsim.kernels._jit import CONFIG, INTRINSIC, part, piece
from evacsim.kernels.arrays import (
    ACT,
    CONTROL,
    EVENT,
    EXTRA,
    JUNCTION,
    LINK,
    MOVER,
    ROAD,
    SLOT,
    WRITTEN,
    Records,
    Traffic,
)

F = TypeVar("F", bound=Callable[..., Any])
TYPES: Any = numba_types
POPULATE: Any = arrayobj.populate_array
FIELDS: Any = CONTROL.fields
ROW = np.dtype("i4")
DTYPES = (MOVER, LINK, ROAD, ACT, JUNCTION, EXTRA, SLOT, ROW, ROW, EVENT, ROW, ROW, WRITTEN, ROW)
"""Of the arrays that `control` knows, in the order of `Traffic`."""


def note_addresses(traffic: Traffic) -> None:
    """Write down in `control` where the other arrays are; to be done whenever one is replaced."""
    control = traffic.control.view(np.ndarray)[0]
    for place in range(len(DTYPES)):
        array = traffic[place]
        control["address"][place], control["size"][place] = array.ctypes.data, len(array)


def _traffic_of(_: Any, state: Any) -> Any:
    arrays = [TYPES.Array(numba.from_dtype(dtype), 1, "C") for dtype in DTYPES] + [state]
    traffic = TYPES.NamedTuple(arrays, Traffic)

    def generate(context: Any, builder: Any, _: Any, values: Any) -> Any:
        control = context.make_array(state)(context, builder, values[0])
        record = builder.bitcast(control.data, cgutils.voidptr_t)

        def number(field: str, place: int) -> Any:
            offset = FIELDS[field][1] + 8 * place
            at = builder.gep(record, [cgutils.intp_t(offset)])
            return builder.load(builder.bitcast(at, cgutils.intp_t.as_pointer()))

        views = []
        for place, kind in enumerate(arrays[:-1]):
            view = context.make_array(kind)(context, builder)
            data = builder.inttoptr(number("address", place), view.data.type)
            item = cgutils.intp_t(context.get_abi_sizeof(context.get_data_type(kind.dtype)))
            POPULATE(
                view, data=data, shape=[number("size", place)], strides=[item], itemsize=item, meminfo=None
            )
            views.append(view._getvalue())
        return context.make_tuple(builder, traffic, [*views, values[0]])

    return traffic(state), generate


def _traffic_in_python(state: Records) -> Traffic:
    control = state.view(np.ndarray)[0]
    arrays: list[Any] = []
    for dtype, address, size in zip(DTYPES, control["address"], control["size"], strict=True):
        n_bytes = int(size) * dtype.itemsize
        memory: Any = (ctypes.c_char * n_bytes).from_address(int(address))
        array = np.frombuffer(memory, dtype=dtype)
        arrays.append(array if dtype == ROW else array.view(np.recarray))
    return Traffic._make([*arrays, state])


traffic_of: Callable[[Records], Traffic] = (
    _traffic_in_python if CONFIG.DISABLE_JIT else INTRINSIC(_traffic_of)
)
"""Return all arrays of the state of movement, given its `control`."""


def rare(function: F) -> F:
    """Compile a piece of kernels, with `Traffic` as its first argument, that is called where it is needed.

    What seldom happens so takes no place in what happens all the time.
    """
    if CONFIG.DISABLE_JIT:
        return function
    inner = part(function)

    def call(state: Records, *args: Any) -> Any:
        return inner(traffic_of(state), *args)

    outer = piece(call)

    def hand_over(traffic: Traffic, *args: Any) -> Any:
        return outer(traffic.control, *args)

    return cast(F, part(hand_over))
