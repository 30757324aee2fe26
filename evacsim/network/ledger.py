"""Where the steps of the building write down what they do, and what each kind of change is called."""

from collections.abc import Iterable

from evacsim.formats.raw_network import Remark
from evacsim.language import Text
from evacsim.network.repairs import Change, Level, Repair

KINDS: dict[str, tuple[Level, Text]] = {
    "projected": ("note", Text("coordinates were projected to metres", "坐标已投影为米制")),
    "dangling": ("repair", Text("links whose end is no node were dropped", "端点不存在的路段已删去")),
    "node_duplicate": ("repair", Text("nodes written twice were kept once", "重复的节点只保留一个")),
    "link_written_twice": ("repair", Text("links written twice were kept once", "重复书写的路段只保留一条")),
    "noded": (
        "repair",
        Text("lines were cut where others meet or cross them at grade", "折线在平面相交或相接处断开"),
    ),
    "crossing_kept": (
        "note",
        Text(
            "crossings over or under a bridge, in a tunnel or on another level were left apart",
            "立体交叉 (桥梁、隧道、不同层) 未连接",
        ),
    ),
    "snapped": ("repair", Text("ends that nearly meet were joined", "相距很近的端点已合并")),
    "geometry_turned": (
        "repair",
        Text("the course ran against its own ends and was turned", "线形与起终点方向相反, 已调转"),
    ),
    "geometry_dropped": (
        "warning",
        Text("the course does not lead from node to node and was dropped", "线形未从起点连到终点, 已舍去"),
    ),
    "geometry_extended": ("repair", Text("the course was led up to its nodes", "线形已延长至节点")),
    "lengths_off_scale": (
        "warning",
        Text(
            "lengths are typically so many times those on the map (Web Mercator?); all with a course were measured",
            "长度普遍偏离图上长度 (可能按 Web 墨卡托量取), 有线形的路段全部重新量取",
        ),
    ),
    "length_measured": (
        "repair",
        Text("no usable length; measured on the map [m]", "缺少可用长度, 按图量取 [m]"),
    ),
    "length_replaced": (
        "repair",
        Text(
            "the length contradicts the course and was replaced by it [m]", "长度与线形不符, 按线形改正 [m]"
        ),
    ),
    "length_too_short": (
        "repair",
        Text(
            "shorter than the straight line between its nodes, which was taken [m]",
            "短于两端直线距离, 改为直线距离 [m]",
        ),
    ),
    "length_from_time": (
        "note",
        Text(
            "no length but a travel time: the length is time x free speed, only the time means anything [m]",
            "只有通行时间: 长度 = 时间 × 自由流速度, 仅时间有意义 [m]",
        ),
    ),
    "length_zero": ("repair", Text("shorter than a metre; set to one metre [m]", "不足 1 m, 设为 1 m [m]")),
    "length_detour": (
        "warning",
        Text(
            "far longer than the straight line between its nodes; kept [m]",
            "远长于两端直线距离, 予以保留 [m]",
        ),
    ),
    "class_default": (
        "note",
        Text("no class; taken as unclassified", "未注明道路等级, 按 unclassified 处理"),
    ),
    "modes_none": (
        "warning",
        Text("closed to cars, buses and walkers; left out", "汽车、公交、行人均不可通行, 已舍去"),
    ),
    "bus_allowed": (
        "note",
        Text(
            "the file never speaks of buses; they may go where cars go",
            "文件未提及公交, 凡汽车可行处公交均可行",
        ),
    ),
    "speed_default": (
        "repair",
        Text("no free speed; default of the class [m/s]", "缺少自由流速度, 取等级默认值 [m/s]"),
    ),
    "speed_absurd": (
        "repair",
        Text("impossible free speed; default of the class [m/s]", "自由流速度不合理, 取等级默认值 [m/s]"),
    ),
    "lanes_default": ("repair", Text("no lanes; default of the class", "缺少车道数, 取等级默认值")),
    "lanes_absurd": (
        "repair",
        Text("impossible number of lanes; default of the class", "车道数不合理, 取等级默认值"),
    ),
    "capacity_default": (
        "repair",
        Text(
            "no capacity; default of the class x lanes [vehicle/s]",
            "缺少通行能力, 取等级默认值 × 车道数 [辆/s]",
        ),
    ),
    "capacity_absurd": (
        "repair",
        Text(
            "impossible capacity; default of the class x lanes [vehicle/s]",
            "通行能力不合理, 取等级默认值 × 车道数 [辆/s]",
        ),
    ),
    "capacity_lowered": (
        "repair",
        Text(
            "more than free speed and jam density allow; lowered until queues grow no faster than traffic [vehicle/s]",
            "超出自由流速度与拥堵密度所允许的流量, 已下调至排队回溯不快于车流 [辆/s]",
        ),
    ),
    "jam_density_default": (
        "repair",
        Text(
            "no jam density; default of the class x lanes [vehicle/m]",
            "缺少拥堵密度, 取等级默认值 × 车道数 [辆/m]",
        ),
    ),
    "jam_density_absurd": (
        "repair",
        Text(
            "impossible jam density; default of the class x lanes [vehicle/m]",
            "拥堵密度不合理, 取等级默认值 × 车道数 [辆/m]",
        ),
    ),
    "footway_width_absurd": (
        "repair",
        Text("impossible width of a footway; that of the scenario", "人行宽度不合理, 取情景的值"),
    ),
    "bridge_offset_default": (
        "warning",
        Text(
            "bridges without the height of their deck; as if they lay at this height above the ground [m]",
            "桥梁未注明桥面高度, 按高出地面此高度处理 [m]",
        ),
    ),
    "duplicate": (
        "repair",
        Text("alike in everything but the id; kept once", "除编号外完全相同, 只保留一条"),
    ),
    "self_loop": ("repair", Text("begins and ends at the same node; dropped [m]", "起终点相同, 已删去 [m]")),
    "self_loop_split": (
        "repair",
        Text("a loop back to its own node was cut in two", "回到起点的环路已分为两段"),
    ),
    "node_unused": ("repair", Text("nodes without any link were dropped", "无路段相连的节点已删去")),
    "part_dropped": (
        "repair",
        Text(
            "small parts without connection to the rest were dropped (links, km)",
            "与其余路网不相连的小部分已舍去 (路段数, km)",
        ),
    ),
    "part_apart": (
        "warning",
        Text(
            "parts without connection to the rest were kept (links, km)",
            "与其余路网不相连的部分予以保留 (路段数, km)",
        ),
    ),
    "trap": ("warning", Text("cars can enter but not leave these nodes", "汽车可进入而无法驶出的节点")),
    "source": ("warning", Text("cars can leave but not enter these nodes", "汽车可驶出而无法进入的节点")),
    "trap_opened": (
        "repair",
        Text("one-way roads to a dead end were opened both ways", "通往断头处的单行路改为双向"),
    ),
}
"""Every kind of repair, in the order of the report."""


class Ledger:
    """What was done to one network, so far."""

    def __init__(self, remarks: Iterable[Remark]) -> None:
        self._remarks = tuple(remarks)
        self._changes: dict[str, list[Change]] = {}

    def write(self, kind: str, change_id: str, before: object = "", after: object = "") -> None:
        """Write down one change of a kind of `KINDS`."""
        self._changes.setdefault(kind, []).append(Change(change_id, _text(before), _text(after)))

    def repairs(self) -> tuple[Repair, ...]:
        """Return all that was written, the remarks of the reading first."""
        read = [
            Repair(remark.kind, "note", remark.text, tuple(Change(name) for name in remark.ids))
            for remark in self._remarks
        ]
        built = [
            Repair(kind, level, text, tuple(sorted(self._changes[kind], key=lambda change: change.id)))
            for kind, (level, text) in KINDS.items()
            if kind in self._changes
        ]
        unknown = self._changes.keys() - KINDS.keys()
        assert not unknown, f"kinds of repair without a text: {unknown}"
        return (*read, *built)


def _text(value: object) -> str:
    if value is None:
        return ""
    return f"{value:.6g}" if isinstance(value, float) else str(value)
