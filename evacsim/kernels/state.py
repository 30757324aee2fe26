"""The state of movement behind one array: cheap to hand from function to function.

Handing over `Traffic` to what is not put in place takes longer than much of what movement does. So kernels,
and pieces of them that are called where they are needed, are given its `control`, which knows where the other
arrays are.
"""

import ctypes
from collections.abc import Callable
from typing import Any

import numba
import numpy as np
from numba import extending
from numba.core import cgutils, types
from numba.core.typing import templates
from numba.np import arrayobj

from evacsim.kernels._jit import CONFIG, INTRINSIC, PROXY
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

EXTENDING: Any = extending
TYPES: Any = types
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


class TrafficType(types.Type):
    """What `Traffic` is within kernels: where its arrays are and how long they are.

    As a tuple of arrays it would be a hundred numbers, which each part of a kernel takes: compiling would take
    half as long again.
    """

    def __init__(self, control: Any) -> None:
        kinds = [TYPES.Array(numba.from_dtype(dtype), 1, "C") for dtype in DTYPES] + [control]
        self.arrays = dict(zip(Traffic._fields, kinds, strict=True))
        super().__init__(f"Traffic({control})")


@EXTENDING.infer_getattr
class _Arrays(templates.AttributeTemplate):
    key = TrafficType

    def generic_resolve(self, typ: Any, attr: Any) -> Any:  # type: ignore[override]
        return typ.arrays.get(attr)


@EXTENDING.register_model(TrafficType)
class _Addresses(extending.models.StructModel):
    def __init__(self, manager: Any, traffic: TrafficType) -> None:
        members = [("control", TYPES.voidptr)]
        for name in Traffic._fields[:-1]:
            members += [(f"{name}_address", TYPES.voidptr), (f"{name}_size", TYPES.intp)]
        super().__init__(manager, traffic, members)  # type: ignore[no-untyped-call]


def _array(context: Any, builder: Any, traffic: TrafficType, value: Any, name: str) -> Any:
    known = PROXY(traffic)(context, builder, value=value)
    if name == "control":
        address, size = known.control, cgutils.intp_t(1)
    else:
        address, size = getattr(known, f"{name}_address"), getattr(known, f"{name}_size")
    kind = traffic.arrays[name]
    view = PROXY(kind)(context, builder)
    item = cgutils.intp_t(kind.dtype.bitwidth // 8)
    data = builder.bitcast(address, view.data.type)
    POPULATE(view, data=data, shape=[size], strides=[item], itemsize=item, meminfo=None)
    return view._getvalue()


EXTENDING.lower_getattr_generic(TrafficType)(_array)


def _traffic_of(_: Any, state: Any) -> Any:
    traffic = TrafficType(state)

    def generate(context: Any, builder: Any, _: Any, values: Any) -> Any:
        control = PROXY(state)(context, builder, value=values[0])
        record = builder.bitcast(control.data, cgutils.voidptr_t)
        known = PROXY(traffic)(context, builder)
        known.control = record
        for place, name in enumerate(Traffic._fields[:-1]):
            for field, kind in (("address", cgutils.voidptr_t), ("size", cgutils.intp_t)):
                at = builder.gep(record, [cgutils.intp_t(FIELDS[field][1] + 8 * place)])
                found = builder.load(builder.bitcast(at, kind.as_pointer()))
                setattr(known, f"{name}_{field}", found)
        return known._getvalue()

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
