"""The kernels of movement, compiled once after installation and kept."""

import os
import subprocess
import sys
from contextlib import AbstractContextManager, nullcontext

import numpy as np

from evacsim.engine.movement import LinkColumns, Movement, MoverColumns
from evacsim.kernels import changes, movement
from evacsim.kernels._jit import is_ready
from evacsim.kernels.arrays import Outcome

FOR_TRAFFIC = (movement.advance, changes.send, changes.find_places)
FOR_CHANGES = (changes.change_links, changes.take_off, changes.reconsider, changes.reconsider_for)


def is_compiled(*, changing: bool = True) -> bool:
    """Tell whether movement can begin at once; else `ready_kernels` compiles for some seconds."""
    return is_ready(*FOR_TRAFFIC, *(FOR_CHANGES if changing else ()))


def ready_kernels(*, changing: bool = True) -> None:
    """Load the kernels, compiled once after installation, or compile them: on two cores, where there are.

    What takes a second or more is then no part of the time that a run took; again it takes a millisecond.
    With `changing` False those that change roads under way are left out, a third of the compiling.
    """
    # The few others that fixed roads need are not worth a second process (measured).
    if changing and not is_ready(movement.advance) and sys.executable and (os.cpu_count() or 1) > 1:
        with _others_compiled_beside():
            _one_road().advance(0.0)
    _use_all(changing=changing)


def compile_others() -> None:
    """Compile all but `advance`; only for a process of their own, in which from then on nothing ever happens."""
    vars(movement)["advance"] = lambda *_: Outcome.DONE
    _use_all(changing=True)


def _others_compiled_beside() -> AbstractContextManager[object]:
    """Begin to compile the others, each of which is left on disk; whoever leaves the context waits for it.

    What fails there is compiled here afterwards.
    """
    try:
        return subprocess.Popen(
            [sys.executable, "-c", f"from {__name__} import compile_others; compile_others()"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        )
    except OSError:
        return nullcontext()


def _use_all(*, changing: bool) -> None:
    """Let one vehicle go over a link that changes under way, with new ways for nobody, unless no link ever changes."""
    one_road = _one_road()
    path = one_road.add_paths([0, 1], [0])
    vehicle = one_road.add(MoverColumns(mode=1), origin_node=0, path=path, depart_time=0.0)
    one_road.advance(0.5)
    one_road.where(vehicle)
    if changing:
        one_road.set_trees(np.zeros(0, dtype=np.int64), np.zeros((0, 2), dtype=np.int32), is_followed=False)
        one_road.advance(0.75)
        one_road.change_links([0], {1: 0.5}, now=0.75)
        one_road.remove(vehicle)
    one_road.advance(np.inf)


def _one_road() -> Movement:
    one, end = np.ones(1), np.array([1])
    return Movement(
        n_nodes=2, links=LinkColumns(end - 1, end, one, one, one, one, one, np.zeros(1, dtype=bool))
    )
