"""Classes of road (道路等级), named as OpenStreetMap names them, and what else they are called."""

from evacsim.formats.roads.raw import BUS, CAR, WALK

_ALL = frozenset({CAR, BUS, WALK})
_MOTOR = frozenset({CAR, BUS})
_FOOT = frozenset({WALK})

ROAD_CLASSES: dict[str, frozenset[str]] = {
    "motorway": _MOTOR,
    "motorway_link": _MOTOR,
    "trunk": _ALL,
    "trunk_link": _ALL,
    "primary": _ALL,
    "primary_link": _ALL,
    "secondary": _ALL,
    "secondary_link": _ALL,
    "tertiary": _ALL,
    "tertiary_link": _ALL,
    "unclassified": _ALL,
    "residential": _ALL,
    "living_street": _ALL,
    "service": _ALL,
    "busway": frozenset({BUS}),
    "track": _ALL,
    "pedestrian": _FOOT,
    "cycleway": _FOOT,
    "bridleway": _FOOT,
    "footway": _FOOT,
    "path": _FOOT,
    "steps": _FOOT,
}
"""Every class, from the greatest to the least, and the modes it is open to unless a file says otherwise."""

UNKNOWN = "unclassified"
"""The class of a road of which nothing is said."""

_OTHER_NAMES = {
    "road": UNKNOWN, "minor": UNKNOWN, "bus_guideway": "busway", "corridor": "footway",
    "高速公路": "motorway", "高速": "motorway", "高速匝道": "motorway_link", "匝道": "motorway_link",
    "快速路": "trunk", "城市快速路": "trunk", "国道": "trunk", "一级公路": "trunk", "一级": "trunk",
    "主干路": "primary", "主干道": "primary", "省道": "primary", "二级公路": "primary", "二级": "primary",
    "次干路": "secondary", "次干道": "secondary", "县道": "secondary", "三级公路": "secondary", "三级": "secondary",
    "支路": "tertiary", "乡道": "tertiary", "四级公路": "tertiary", "四级": "tertiary",
    "村道": UNKNOWN, "等外公路": UNKNOWN, "其他道路": UNKNOWN, "居住区道路": "residential", "小区道路": "residential",
    "内部道路": "service", "机耕路": "track", "机耕道": "track", "公交专用道": "busway",
    "步行街": "pedestrian", "人行道": "footway", "步道": "footway", "小路": "path", "台阶": "steps",
    "自行车道": "cycleway",
}  # fmt: skip

NOT_YET_ROADS = frozenset({"construction", "proposed", "planned", "abandoned", "razed", "disused"})
"""Values of OpenStreetMap's `highway` for roads that nobody can use."""


def road_class(text: str) -> str | None:
    """Return the class that a file calls `text`; None for what is no class of road.

    >>> road_class("highway.primary"), road_class("县道"), road_class("bus_stop")
    ('primary', 'secondary', None)
    """
    word = text.strip().lower().removeprefix("highway.")
    word = _OTHER_NAMES.get(word, word)
    return word if word in ROAD_CLASSES else None


def least_class(classes: list[str]) -> str:
    """Return the least of several classes, for a link that was merged from several roads."""
    order = list(ROAD_CLASSES)
    return max(classes, key=order.index)
