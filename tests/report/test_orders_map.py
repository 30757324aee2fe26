"""The map of the time that is left between the plan's order and the latest safe one."""

import numpy as np
import pandas as pd

from evacsim.report.orders_map import CLASSES, NONE, classes_of, orders_map

HOUR = 3600.0


def test_each_margin_has_its_class():
    margins = [-np.inf, -1.0, 0.0, 0.5 * HOUR, HOUR, 3 * HOUR, 4 * HOUR, np.inf, np.nan]
    assert classes_of(np.array(margins)).tolist() == [0, 0, 1, 1, 2, 2, 3, 3, NONE]
    assert len(CLASSES) == 4


def test_the_map_is_the_same_picture_again_and_another_for_other_margins():
    zones = pd.DataFrame({"zone": ["a", "b", "c"], "x": [0.0, 900.0, np.nan], "y": [0.0, 500.0, np.nan]})
    roads = [[(0.0, 0.0), (900.0, 500.0)]]

    def drawn(**margins):
        return orders_map(zones, roads, margins, width=80, height=60, lang="zh")

    once = drawn(a=-HOUR, b=2 * HOUR)
    assert once.startswith(b"\x89PNG")
    assert drawn(a=-HOUR, b=2 * HOUR) == once
    assert drawn(a=HOUR, b=2 * HOUR) != once
    assert drawn() != once
