"""What a road of a class is like where a file does not say it.

Each quantity names its source and how sure it is: `seen` in that source, `recalled` from it, or
`assumed`. What was taken from here is counted in the repair report of every network.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from evacsim.formats.roads.classes import ROAD_CLASSES

if TYPE_CHECKING:
    import pandas as pd

Mark = Literal["seen", "recalled", "assumed"]


@dataclass(frozen=True, slots=True)
class ClassDefaults:
    """One class of road; lanes are those of one direction."""

    free_speed: float
    """[m/s]."""
    lanes: float
    lane_capacity: float
    """[vehicle/s per lane]; on a footway [person/s]."""
    lane_jam_density: float
    """[vehicle/m per lane]; on a footway [person/m]."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a default comes from, and how sure it is."""

    mark: Mark
    text: str


@dataclass(frozen=True, slots=True)
class RoadDefaults:
    """The defaults of all classes, and where each quantity comes from."""

    name: str
    classes: Mapping[str, ClassDefaults]
    sources: Mapping[str, Source]
    """By quantity; for footways by `footway ` and the quantity."""

    def of(self, road_class: str) -> ClassDefaults:
        """Return the defaults of a class."""
        return self.classes[road_class]

    def table(self) -> "pd.DataFrame":
        """Return one row per class and quantity: its value [SI], mark and source."""
        import pandas as pd

        rows = []
        for road_class, defaults in self.classes.items():
            for quantity in ClassDefaults.__slots__:
                source = self.sources[f"footway {quantity}" if is_for_walkers(road_class) else quantity]
                rows.append((road_class, quantity, getattr(defaults, quantity), source.mark, source.text))
        return pd.DataFrame(rows, columns=["road_class", "quantity", "value", "mark", "source"])


def is_for_walkers(road_class: str) -> bool:
    """Return whether a class of road is for walkers alone."""
    return ROAD_CLASSES[road_class] == {"walk"}


KMH = 1 / 3.6
PER_HOUR = 1 / 3600

CELL = 7.5
"""Road one vehicle takes in a jam [m]; MATSim's default cell size (recalled). Others: UXsim 5 m (seen),
LifeSim 10 m (160 vehicles per mile and lane, seen: TRM-07 table 15)."""
WALKING_SPEED = 1.34
"""Free walking speed [m/s]; Weidmann 1993 (seen)."""
FOOTWAY_WIDTH = 2.0
"""Width of a footway [m]; assumed."""
FOOTWAY_FLOW = 1.2249
"""Greatest flow of walkers [person/s per m]; from Weidmann's curve (seen)."""
FOOTWAY_JAM = 5.4
"""Density at which walkers stand [person/m2]; Weidmann 1993 (seen)."""

_FOOTWAY = ClassDefaults(WALKING_SPEED, 1.0, FOOTWAY_FLOW * FOOTWAY_WIDTH, FOOTWAY_JAM * FOOTWAY_WIDTH)
_ROADS = {
    # class: (free speed [km/h], lanes per direction, capacity [vehicle/h per lane])
    "motorway": (100, 2, 2000),
    "motorway_link": (50, 1, 1500),
    "trunk": (80, 1, 2000),
    "trunk_link": (50, 1, 1500),
    "primary": (60, 1, 1500),
    "primary_link": (40, 1, 1500),
    "secondary": (50, 1, 1000),
    "secondary_link": (40, 1, 1000),
    "tertiary": (40, 1, 600),
    "tertiary_link": (30, 1, 600),
    "unclassified": (30, 1, 600),
    "residential": (30, 1, 600),
    "living_street": (15, 1, 300),
    "service": (15, 1, 300),
    "busway": (40, 1, 600),
    "track": (15, 1, 300),
}
_SOURCES = {
    "free_speed": Source("assumed", "usual limits of Chinese roads, rounded down"),
    "lanes": Source("recalled", "defaults of MATSim's OpenStreetMap reader"),
    "lane_capacity": Source(
        "recalled", "defaults of MATSim's OpenStreetMap reader; service and track assumed"
    ),
    "lane_jam_density": Source("recalled", "one vehicle per 7.5 m, MATSim's default cell size"),
    "footway free_speed": Source("seen", "Weidmann 1993: 1.34 m/s"),
    "footway lanes": Source("assumed", "one"),
    "footway lane_capacity": Source("seen", "Weidmann 1993: 1.2249 person/s per m; width of 2 m assumed"),
    "footway lane_jam_density": Source("seen", "Weidmann 1993: 5.4 person/m2; width of 2 m assumed"),
}


def _all_classes(greatest_lane_capacity: float) -> dict[str, ClassDefaults]:
    """Return the defaults of every class, no lane carrying more than so many vehicles an hour."""
    return {
        road_class: _FOOTWAY
        if is_for_walkers(road_class)
        else ClassDefaults(
            _ROADS[road_class][0] * KMH,
            float(_ROADS[road_class][1]),
            min(_ROADS[road_class][2], greatest_lane_capacity) * PER_HOUR,
            1 / CELL,
        )
        for road_class in ROAD_CLASSES
    }


BY_CLASS = RoadDefaults("by_class", _all_classes(2000), _SOURCES)
"""What each class carries on an ordinary day."""

SUSTAINED_EVACUATION = RoadDefaults(
    "sustained_evacuation",
    _all_classes(600),
    _SOURCES
    | {
        "lane_capacity": Source(
            "seen", "sustainable evacuation flow of 600 vehicles per hour and lane (TRID 1093433)"
        )
    },
)
"""No lane carries more than lasts through an evacuation; contraflow lanes carry 800-1000 (same source)."""
