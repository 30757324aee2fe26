"""A road network as a file tells it, in SI units, before anything is repaired or filled in.

None means that the file does not say it. A link runs one way; where `two_way` is set the same
holds from its end back to its start, and lanes and capacity are those of one direction. The
direction binds vehicles: walkers go both ways wherever they may go at all.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypedDict

from evacsim.language import Text

Point = tuple[float, float]
Form = Literal["matsim", "osm", "graphml", "gmns", "sumo", "lines", "csv"]
"""Names of the formats."""
Rows = Literal["one-way", "two-way"]
"""What one row of a table of links stands for, where the table does not say."""

LOCAL = "local"
"""The `crs` of a plan in metres that has no place on Earth (局部平面坐标)."""
CAR, BUS, WALK = "car", "bus", "walk"
MODES = (CAR, BUS, WALK)
"""Modes of travel (交通方式) that a link can be open to."""

BACK = ".back"
"""Added to the id of a link for the same link the other way."""


class Statements(TypedDict, total=False):
    """What a user may say about a file: the keyword arguments of `read_network`."""

    form: Form | None
    crs: str | None
    encoding: str | None
    length_unit: str | None
    speed_unit: str | None
    rows: Rows | None


@dataclass(frozen=True, slots=True)
class NetworkFile:
    """A file of roads, and what the user says about it."""

    path: Path
    crs: str | None = None
    encoding: str | None = None
    length_unit: str | None = None
    speed_unit: str | None = None
    rows: Rows | None = None

    @property
    def name(self) -> str:
        """The file as the user named it."""
        return str(self.path)


@dataclass(frozen=True, slots=True)
class Remark:
    """What reading did to the file beyond copying it: one kind of thing, and where it happened."""

    kind: str
    """One word for programs, such as `class_skipped`."""
    text: Text
    """The same for people."""
    ids: tuple[str, ...] = ()
    """Ids of the links, nodes or ways it happened to."""


@dataclass(frozen=True, slots=True)
class RawNode:
    """A node (节点) of the file; without coordinates where the network is abstract."""

    id: str
    x: float | None = None
    y: float | None = None
    line: int | None = None
    """Line of the file."""
    height: float | None = None
    """Height of the ground above any one level [m]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawLink:
    """A link (路段) of the file; `from_node` and `to_node` are None where the file has lines only."""

    id: str
    from_node: str | None
    to_node: str | None
    length: float | None = None
    """Length [m]."""
    travel_time: float | None = None
    """Free-flow travel time [s], in files that know times instead of lengths."""
    free_speed: float | None = None
    """Free-flow speed [m/s]."""
    lanes: float | None = None
    """Lanes in the direction of travel."""
    capacity: float | None = None
    """Flow capacity of all lanes [vehicle/s]."""
    jam_density: float | None = None
    """Vehicles standing on one metre of all lanes [vehicle/m]."""
    road_class: str | None = None
    """One of `classes.ROAD_CLASSES`."""
    name: str = ""
    modes: frozenset[str] | None = None
    """Modes it is open to; None leaves them to the road class."""
    permitted: frozenset[str] = frozenset()
    """Modes it is open to whatever its class."""
    prohibited: frozenset[str] = frozenset()
    """Modes it is closed to whatever its class."""
    geometry: tuple[Point, ...] | None = None
    """Course of the link in the coordinates of the file; None where it is straight or unknown."""
    two_way: bool = False
    bridge: bool = False
    tunnel: bool = False
    layer: int = 0
    """Level above (or below) the ground at which it crosses others."""
    bridge_offset: float | None = None
    """Height of the bridge's deck above the ground beneath [m]."""
    footway_width: float | None = None
    """Width on which people walk along it [m]."""
    line: int | None = None
    """Line of the file."""


@dataclass(frozen=True, slots=True)
class RawNetwork:
    """All that a file of roads says."""

    file: str
    """The file as the user named it."""
    form: Form
    nodes: tuple[RawNode, ...]
    """Empty where the file has lines only."""
    links: tuple[RawLink, ...]
    crs: str | None
    """Coordinate reference system of all coordinates; None for an abstract network."""
    modes_known: frozenset[str] = frozenset(MODES)
    """Modes the file speaks of; a file that never says bus does not forbid buses."""
    remarks: tuple[Remark, ...] = ()
    is_final: bool = False
    """Written by evacsim: checked, repaired and in metres already."""

    @property
    def is_abstract(self) -> bool:
        """True where nothing has coordinates."""
        if self.nodes:
            return all(node.x is None for node in self.nodes)
        return not any(link.geometry for link in self.links)
