"""What the file does not say, or cannot mean, is taken from the class of the road."""

import math
from dataclasses import replace

from evacsim.errors import FormatError, Issue
from evacsim.formats.raw_network import RawLink
from evacsim.formats.roads.classes import ROAD_CLASSES, UNKNOWN
from evacsim.formats.roads.raw import BUS, CAR, WALK
from evacsim.language import Text
from evacsim.network.draft import Draft

SPEEDS = (0.3, 45.0)
"""Free speeds that can be meant [m/s]; assumed."""
LANES = (0.1, 20.0)
"""Lanes in one direction that can be meant; assumed."""
LANE_CAPACITIES = (1e-3, 1.0)
"""Capacities of a lane that can be meant [vehicle/s]; nowhere more than one vehicle a second; assumed."""
LANE_JAM_DENSITIES = (0.03, 0.5)
"""Jam densities of a lane that can be meant [vehicle/m]; assumed."""
FOOTWAY_WIDTHS = (0.3, 100.0)
"""Widths of a footway that can be meant [m]; assumed."""
ROUNDING = 1e-9
"""Values this close to a limit, as a share of it, are at it."""


def fill_links(draft: Draft) -> None:
    """Give every link modes, speed, lanes, capacity and jam density; drop those closed to everybody.

    Raises
    ------
    FormatError
        If no link is left.
    """
    links = [_with_modes(draft, link) for link in draft.links]
    draft.links = [_filled(draft, link) for link in links if link.modes]
    if not draft.links:
        rule = Text(
            "all its roads are closed to cars, buses and walkers", "所有道路均不对汽车、公交和行人开放"
        )
        remedy = Text("check the modes and access of its links", "检查路段的交通方式和通行权限")
        raise FormatError(draft.file, [Issue(draft.file, rule, remedy)])


def _with_modes(draft: Draft, link: RawLink) -> RawLink:
    if link.road_class is None:
        draft.ledger.write("class_default", link.id)
    road_class = link.road_class or UNKNOWN
    stated = ROAD_CLASSES[road_class] if link.modes is None else link.modes
    modes = (stated | link.permitted) - link.prohibited
    if BUS not in draft.modes_known and CAR in modes and BUS not in modes | link.prohibited:
        draft.ledger.write("bus_allowed", link.id)
        modes |= {BUS}
    if not modes:
        draft.ledger.write("modes_none", link.id, link.name)
    return replace(link, road_class=road_class, modes=modes, permitted=frozenset(), prohibited=frozenset())


def _filled(draft: Draft, link: RawLink) -> RawLink:
    """Return a link with all its quantities possible."""
    on_foot = link.modes == frozenset({WALK})
    defaults = draft.options.defaults.of("footway" if on_foot else str(link.road_class))
    speed = _checked(draft, link, "speed", link.free_speed, SPEEDS, defaults.free_speed)
    lanes = _checked(draft, link, "lanes", link.lanes, LANES, defaults.lanes)
    most = math.inf if on_foot else lanes
    capacity = _checked(
        draft, link, "capacity", link.capacity, _times(LANE_CAPACITIES, most), defaults.lane_capacity * lanes
    )
    jam_density = _checked(
        draft,
        link,
        "jam_density",
        link.jam_density,
        _times(LANE_JAM_DENSITIES, most),
        defaults.lane_jam_density * lanes,
    )
    return replace(
        link,
        free_speed=speed,
        lanes=lanes,
        capacity=_consistent(draft, link, capacity, speed, jam_density),
        jam_density=jam_density,
        bridge_offset=_bridge_offset(draft, link),
        footway_width=_footway_width(draft, link),
    )


def _times(limits: tuple[float, float], lanes: float) -> tuple[float, float]:
    """Return limits of one lane for all lanes; without an upper limit where lanes are unlimited."""
    return (limits[0] * min(lanes, 1.0), limits[1] * lanes)


def _checked(
    draft: Draft, link: RawLink, what: str, value: float | None, limits: tuple[float, float], default: float
) -> float:
    """Return a value that can be meant, or the default."""
    if value is None:
        draft.ledger.write(f"{what}_default", link.id, after=default)
        return default
    if not limits[0] * (1 - ROUNDING) <= value <= limits[1] * (1 + ROUNDING):
        draft.ledger.write(f"{what}_absurd", link.id, value, default)
        return default
    return value


def _consistent(draft: Draft, link: RawLink, capacity: float, speed: float, jam_density: float) -> float:
    """Return a capacity that a triangular fundamental diagram allows.

    With free speed u and jam density k the backward wave runs at w = q / (k - q/u); a wave no
    faster than the traffic, w <= u, means q <= u k / 2 (derived here).
    """
    most = speed * jam_density / 2
    if capacity <= most * (1 + ROUNDING):
        return capacity
    draft.ledger.write("capacity_lowered", link.id, capacity, most)
    return most


def _footway_width(draft: Draft, link: RawLink) -> float | None:
    """Return the width of the footway, where the file says one that can be meant."""
    width = link.footway_width
    if width is None or FOOTWAY_WIDTHS[0] <= width <= FOOTWAY_WIDTHS[1]:
        return width
    draft.ledger.write("footway_width_absurd", link.id, width)
    return None


def _bridge_offset(draft: Draft, link: RawLink) -> float:
    if link.bridge_offset is not None and math.isfinite(link.bridge_offset):
        return link.bridge_offset
    height = draft.options.bridge_offset or 0.0
    if link.bridge:
        draft.ledger.write("bridge_offset_default", link.id, link.name, height)
    return height if link.bridge else 0.0
