"""The kernels of movement, compiled once after installation and kept."""

import numpy as np

from evacsim.engine.movement import LinkColumns, Movement, MoverColumns
from evacsim.kernels import changes, movement
from evacsim.kernels._jit import is_ready

FOR_TRAFFIC = (movement.advance, changes.send, changes.find_places)
FOR_CHANGES = (changes.change_links, changes.take_off, changes.reconsider)


def is_compiled(*, changing: bool = True) -> bool:
    """Tell whether movement can begin at once; else `ready_kernels` compiles for some seconds."""
    return is_ready(*FOR_TRAFFIC, *(FOR_CHANGES if changing else ()))


def ready_kernels(*, changing: bool = True) -> None:
    """Load the kernels, compiled once after installation: one vehicle on a link that changes under way.

    What takes a second or more is then no part of the time that a run took; again it takes a millisecond.
    With `changing` False the link does not change: fixed roads spare whoever waits a third of the compiling.
    """
    one, end = np.ones(1), np.array([1])
    links = LinkColumns(end - 1, end, one, one, one, one, one, np.zeros(1, dtype=bool))
    one_road = Movement(n_nodes=2, links=links)
    path = one_road.add_paths([0, 1], [0])
    vehicle = one_road.add(MoverColumns(mode=1), origin_node=0, path=path, depart_time=0.0)
    one_road.advance(0.5)
    one_road.where(vehicle)
    if changing:
        one_road.change_links([0], {1: 0.5}, now=0.5)
        one_road.remove(vehicle)
    one_road.advance(np.inf)
