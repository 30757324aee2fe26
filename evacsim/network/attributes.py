"""What the nodes and links of a road network carry: name, type, unit and meaning of every attribute."""

from dataclasses import dataclass

from evacsim.formats.raw_network import MODES
from evacsim.language import Text


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of a node or link of `RoadNetwork.graph`."""

    name: str
    dtype: str
    unit: str
    """Empty for what is not measured."""
    text: Text
    is_optional: bool = False
    """Whether nodes or links of which the file does not say it go without."""


NODE_ATTRIBUTES = (
    Attribute("x", "float", "m", Text("easting; nan in an abstract network", "东向坐标; 抽象网络中为 nan")),
    Attribute("y", "float", "m", Text("northing; nan in an abstract network", "北向坐标; 抽象网络中为 nan")),
    Attribute(
        "height_m",
        "float",
        "m",
        Text("height of the ground above any one level", "地面高程"),
        is_optional=True,
    ),
)
LINK_ATTRIBUTES = (
    Attribute("id", "str", "", Text("unique id, also the key of the edge", "唯一编号, 同时是边的键")),
    Attribute("length_m", "float", "m", Text("length", "长度")),
    Attribute("free_speed_mps", "float", "m/s", Text("free-flow speed", "自由流速度")),
    Attribute("lanes", "float", "", Text("lanes in the direction of travel", "行进方向的车道数")),
    Attribute(
        "capacity_vps",
        "float",
        "vehicle/s",
        Text(
            "flow capacity of all lanes; persons where only walkers may go",
            "全部车道的通行能力; 仅供行人的路段以人计",
        ),
    ),
    Attribute(
        "jam_density_vpm",
        "float",
        "vehicle/m",
        Text(
            "vehicles standing on a metre of all lanes; persons where only walkers may go",
            "全部车道每米可停车辆数; 仅供行人的路段以人计",
        ),
    ),
    Attribute(
        "road_class", "str", "", Text("class as OpenStreetMap names it", "道路等级 (OpenStreetMap 名称)")
    ),
    Attribute("name", "str", "", Text("name of the road", "道路名称")),
    Attribute(
        "modes",
        "frozenset[str]",
        "",
        Text(
            f"who may use it: {', '.join(MODES)}; the direction binds vehicles, walkers go both ways",
            "可通行的交通方式; 方向仅约束车辆, 行人可双向通行",
        ),
    ),
    Attribute(
        "geometry",
        "tuple[(x, y), ...] | None",
        "m",
        Text("course from node to node; None where straight", "线形; 直线为 None"),
    ),
    Attribute("bridge", "bool", "", Text("is a bridge", "是否桥梁")),
    Attribute(
        "bridge_offset_m",
        "float",
        "m",
        Text("height of a bridge's deck above the ground", "桥面高出地面的高度"),
    ),
    Attribute(
        "footway_width_m",
        "float",
        "m",
        Text("width on which people walk along it", "供行人行走的宽度"),
        is_optional=True,
    ),
)
"""Attributes of a link, in the order of `links.csv` where they stand there."""

MODE_BITS = {mode: 1 << place for place, mode in enumerate(MODES)}
"""Bit of each mode in a mask: car 1, bus 2, walk 4."""


def mode_mask(modes: frozenset[str]) -> int:
    """Return the bits of several modes together.

    >>> mode_mask(frozenset({"car", "walk"}))
    5
    """
    return sum(MODE_BITS[mode] for mode in modes)
