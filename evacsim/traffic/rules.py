"""What a cell of the traffic tables must hold, and what to write where it does not."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evacsim.language import Text
from evacsim.traffic.case import Floats

SMALLEST_SIZE = 0.001
"""Room on links is counted in thousandths of a pcu."""
SMALLEST, GREATEST = 1e-6, 1e9
"""Of anything that is measured in SI units; beyond them stands a slip of the pen, or another unit."""
LATEST = 1e8
"""Three years [s]. The kernel walks through time in short steps; times since 1970 would keep it at that."""


class Bound(NamedTuple):
    """What a number must be."""

    rule: Text
    remedy: Text
    holds: Callable[[Floats], NDArray[np.bool_]]


POSITIVE = Bound(
    Text(
        "must be a number above 0, from 0.000001 to 1000000000",
        "必须是大于 0 的数，在 0.000001 与 1000000000 之间",
    ),
    Text("write a number such as 0.5", "写一个数，如 0.5"),
    lambda numbers: (numbers >= SMALLEST) & (numbers <= GREATEST),
)
NOT_NEGATIVE = Bound(
    Text("must be a number from 0 to 1000000000", "必须是 0 到 1000000000 之间的数"),
    Text("write a number such as 0 or 12.5", "写一个数，如 0 或 12.5"),
    lambda numbers: (numbers >= 0) & (numbers <= GREATEST),
)
TIME = Bound(
    Text("must be a number of seconds from 0 to 100000000", "必须是 0 到 100000000 之间的秒数"),
    Text("count from the start of the run, such as 0 or 12.5", "从推演开始计秒，如 0 或 12.5"),
    lambda numbers: (numbers >= 0) & (numbers <= LATEST),
)
ANY = Bound(
    Text("must be a number from -1000000000 to 1000000000", "必须是 -1000000000 到 1000000000 之间的数"),
    Text("write metres, such as 1500.0", "以米为单位写一个数，如 1500.0"),
    lambda numbers: np.abs(numbers) <= GREATEST,
)
SHARE = Bound(
    Text("must be a number from 0 to 1", "必须是 0 到 1 之间的数"),
    Text("write 0 (closed) to 1 (free)", "写 0（封闭）到 1（畅通）之间的数"),
    lambda numbers: (numbers >= 0) & (numbers <= 1),
)
BELOW_ONE = Bound(
    Text("must be a number from 0 to below 1", "必须是不小于 0 且小于 1 的数"),
    Text("write the share that is lost, such as 0.1", "写损失的比例，如 0.1"),
    lambda numbers: (numbers >= 0) & (numbers < 1),
)
SIZE = Bound(
    Text("must be a number of passenger-car units from 0.001 to 1000", "必须是 0.001 到 1000 之间的标准车数"),
    Text("write 1 for a car, 2.5 for a bus", "小汽车写 1，客车写 2.5"),
    lambda numbers: (numbers >= SMALLEST_SIZE) & (numbers <= 1000),
)
WHOLE = Bound(
    Text("must be a whole number, 0 or more", "必须是不小于 0 的整数"),
    Text("write how many are on board, such as 4", "写车上人数，如 4"),
    lambda numbers: (numbers >= 0) & (numbers == np.floor(numbers)) & (numbers < 2**31),
)

EMPTY = (Text("is empty", "为空"), Text("write an id", "写上编号"))
DOUBLED = (
    Text("stands in an earlier row already", "在前面的行中已经出现"),
    Text("give each row an id of its own", "每行用不同的编号"),
)
CONTROL = (
    Text("holds a control character (a tab, a bell)", "含有控制字符（如制表符）"),
    Text("write the id in letters that can be seen", "编号只用可见的字符"),
)
ENDLESS = (
    Text(
        "the link takes longer than 100000000 s at free speed",
        "以自由流速度通过该路段超过 100000000 秒",
    ),
    Text("correct the length [m] or the speed [m/s]", "更正长度（米）或速度（米/秒）"),
)
DIAGRAM = (
    Text(
        "jam density must be above capacity / free speed, or no queue can move",
        "阻塞密度必须大于 通行能力 / 自由流速度，否则排队无法移动",
    ),
    Text(
        "raise the jam density (about 0.15 to 0.2 vehicles per metre and lane) or lower the capacity",
        "提高阻塞密度（每车道约 0.15 至 0.2 辆/米）或降低通行能力",
    ),
)


def unknown(table: str) -> tuple[Text, Text]:
    """Return rule and remedy for an id that is not in `table`."""
    return (
        Text(f"is no id of {table}", f"不是 {table} 中的编号"),
        Text(f"correct it, or add it to {table}", f"更正，或在 {table} 中补上"),
    )
