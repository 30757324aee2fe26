"""The kernels of movement, compiled once after installation and kept."""

import logging
import os
import subprocess
import sys
from collections.abc import Callable

import numpy as np

from evacsim.engine.movement import LinkColumns, Movement, MoverColumns
from evacsim.kernels import changes, movement
from evacsim.kernels._jit import is_ready
from evacsim.kernels.arrays import Outcome
from evacsim.kernels.trees import incoming_links, next_link_tree
from evacsim.language import Text

COMPILING = Text(
    "Compiling the movement kernels; this happens once after installation and takes some seconds.",
    "正在编译移动内核，仅在安装后首次运行时进行，需要数秒。",
)
FOR_TRAFFIC = (movement.advance, changes.send, changes.find_places)
FOR_CHANGES = (changes.change_links, changes.take_off, changes.reconsider, changes.reconsider_for)


def is_compiled(*, changing: bool = True) -> bool:
    """Tell whether movement can begin at once; else `ready_kernels` compiles for some seconds."""
    return is_ready(*FOR_TRAFFIC, *(FOR_CHANGES if changing else ()))


def begin_compiling() -> subprocess.Popen[bytes] | None:
    """Begin to compile all kernels but `advance` in a second process, which leaves them on disk.

    None where that spares no time: on one core, and where they are compiled.
    """
    if is_ready(movement.advance) or not sys.executable or (os.cpu_count() or 1) == 1:
        return None
    try:
        return subprocess.Popen(
            [sys.executable, "-c", f"from {__name__} import compile_others; compile_others()"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        )
    except OSError:
        return None


def _log(text: Text) -> None:
    logging.getLogger("evacsim").warning("%s %s", text.en, text.zh)


def ready_kernels(
    *,
    changing: bool = True,
    beside: subprocess.Popen[bytes] | None = None,
    tell: Callable[[Text], None] = _log,
) -> None:
    """Load the kernels, compiled once after installation, or compile them: on two cores, where there are.

    What takes a second or more is then no part of the time that a run took; again it takes some milliseconds.
    With `changing` False those that change roads under way are left out, a third of the compiling.
    `beside`: what `begin_compiling` returned, if it was begun before. What failed there is compiled here.
    `tell` is told if the kernels have to be compiled.
    """
    if not is_compiled(changing=changing):
        tell(COMPILING)
    # The few others that fixed roads need are not worth a second process (measured).
    beside = beside or (begin_compiling() if changing else None)
    if beside:
        with beside:
            _one_road().advance(0.0)
    _use_all(changing=changing)


def compile_others() -> None:
    """Compile all but `advance`; only for a process of their own, in which from then on nothing ever happens.

    The search for ways, too, which nearly every run needs that needs the rest.
    """
    vars(movement)["advance"] = lambda *_: Outcome.DONE
    _use_all(changing=True)
    next_link_tree(incoming_links(2, [0], [1]), [1], [1.0])


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
