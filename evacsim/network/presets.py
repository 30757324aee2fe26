"""What an evacuation, rain and night make of the roads: named figures, each with its source and how sure it is.

A preset says what a lane carries. The factors of rain and light hold for vehicles on every road
for a whole run, and are applied when the world is built (`evacsim.world.ways`).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evacsim.clock import is_night_hour
from evacsim.language import Text
from evacsim.network.defaults import KMH, PER_HOUR, Source
from evacsim.scenario.hazard import Rain, Weather, rain_class

Floats = NDArray[np.float64]

TRID = "Maximum evacuation flow rates of three hurricanes (TRID 1093433)"


@dataclass(frozen=True, slots=True)
class CapacityPreset:
    """What a lane carries: a share of what the road carries otherwise, and never more than a limit."""

    name: str
    text: Text
    source: Source
    factor: float = 1.0
    """Share of the capacity that the file or the class of the road says."""
    lane_limit: float = math.inf
    """Greatest flow of one lane [veh/s]."""

    def capacity(self, capacity: ArrayLike, lanes: ArrayLike) -> Floats:
        """Return the capacity of roads [veh/s] that otherwise have `capacity` [veh/s] on `lanes` lanes."""
        ordinary, width = np.asarray(capacity, dtype=np.float64), np.asarray(lanes, dtype=np.float64)
        return np.asarray(np.minimum(ordinary * self.factor, self.lane_limit * width))


def _by_name(*presets: CapacityPreset) -> Mapping[str, CapacityPreset]:
    return MappingProxyType({preset.name: preset for preset in presets})


CAPACITY_PRESETS = _by_name(
    CapacityPreset(
        "ordinary",
        Text("as on an ordinary day", "平日通行能力"),
        Source("assumed", "what the file says, and where it is silent the class of the road"),
    ),
    CapacityPreset(
        "sustained_evacuation",
        Text("a flow that lasts through an evacuation", "疏散期间可持续的流量"),
        Source("seen", f"{TRID}: 600 vehicles per hour and lane"),
        lane_limit=600 * PER_HOUR,
    ),
    CapacityPreset(
        "peak_evacuation_rural",
        Text("greatest flow of an evacuation on rural roads", "乡村道路疏散高峰流量"),
        Source("seen", f"{TRID}: 10 % below the peak hour of an ordinary day"),
        factor=0.90,
    ),
    CapacityPreset(
        "peak_evacuation_urban",
        Text("greatest flow of an evacuation on urban roads", "城市道路疏散高峰流量"),
        Source("seen", f"{TRID}: 15 % below the peak hour of an ordinary day"),
        factor=0.85,
    ),
)
"""What `district.roads.capacity_preset` may name."""

CONTRAFLOW_PRESETS = _by_name(
    CapacityPreset(
        "sustained_low",
        Text("a flow that lasts, low", "可持续流量（低值）"),
        Source("seen", f"{TRID}: 800 to 1000 vehicles per hour and lane in contraflow"),
        lane_limit=800 * PER_HOUR,
    ),
    CapacityPreset(
        "sustained_high",
        Text("a flow that lasts, high", "可持续流量（高值）"),
        Source("seen", f"{TRID}: 800 to 1000 vehicles per hour and lane in contraflow"),
        lane_limit=1000 * PER_HOUR,
    ),
    CapacityPreset(
        "peak",
        Text("greatest flow", "高峰流量"),
        Source("seen", f"{TRID}: 30 % below the peak hour of an ordinary day in contraflow"),
        factor=0.70,
    ),
)
"""What reversed lanes carry; what `contraflow` of an order in `plan.controls` may name."""


@dataclass(frozen=True, slots=True)
class RoadFactors:
    """What is left of the capacity and the free speed of every road for vehicles."""

    name: str
    capacity: float
    capacity_source: Source
    speed: float
    speed_source: Source


_HCM = "HCM 2010, exhibit 10-15, mean reduction, as found in FHWA-HOP-13-042, appendix A"
_QUOTED = "FHWA as quoted in the abstract of Prevedouros and Kongsil 2003"
_UNTOUCHED = Source("assumed", "does not change it")

RAIN_FACTORS: Mapping[Rain, RoadFactors] = MappingProxyType(
    {
        "none": RoadFactors("none", 1.0, _UNTOUCHED, 1.0, _UNTOUCHED),
        "light": RoadFactors(
            "light",
            0.9799,
            Source("seen", f"{_HCM}: 2.01 %"),
            0.96,
            Source(
                "seen", "3 to 5 % whatever the rain, abstract of Smith, Byrne et al. 2004 (Hampton Roads)"
            ),
        ),
        "medium": RoadFactors(
            "medium",
            0.9276,
            Source("seen", f"{_HCM}: 7.24 %"),
            0.90,
            Source("seen", f"{_QUOTED}: 10 % in light rain; that it holds for medium rain is assumed"),
        ),
        "heavy": RoadFactors(
            "heavy",
            0.8587,
            Source("seen", f"{_HCM}: 14.13 %"),
            0.84,
            Source("seen", f"{_QUOTED}: 16 % in heavy rain; the mean of 26 studies is 19.6 mph"),
        ),
    }
)
"""Light rain is up to 2.54 mm/h (0.10 in/h), medium up to 6.35 mm/h (0.25 in/h). The capacities are those of freeways;
that they hold for all roads is assumed."""

NIGHT = RoadFactors("night", 1.0, _UNTOUCHED, 0.95, Source("recalled", "free speed 5 % lower at night"))

CAPACITY_DROP = 0.10
"""Share of its flow that a bottleneck loses once a queue stands before it, of 5 to 15 % (recalled)."""
CAPACITY_DROP_RANGE = (0.05, 0.15)


def rain_factors(intensity: float) -> RoadFactors:
    """Return the factors of rain of an `intensity` [mm/h].

    >>> [rain_factors(intensity).capacity for intensity in (2, 5, 10)]
    [0.9799, 0.9276, 0.8587]
    """
    return RAIN_FACTORS[rain_class(intensity)]


def is_night(weather: Weather, start_hour: float) -> bool:
    """Return whether a run is one at night; where the scenario leaves it to the clock, by the hour of its start."""
    if weather.light != "by_start":
        return weather.light == "night"
    return is_night_hour(start_hour, weather.night_begins, weather.night_ends)


def weather_factors(weather: Weather, *, start_hour: float) -> tuple[float, float]:
    """Return what rain and light leave of capacity and of free speed."""
    rain = RAIN_FACTORS[weather.rain]
    night = NIGHT if is_night(weather, start_hour) else RAIN_FACTORS["none"]
    return rain.capacity * night.capacity, rain.speed * night.speed


@dataclass(frozen=True, slots=True)
class VehicleSize:
    """Road space of a kind of vehicle in passenger-car units."""

    name: str
    text: Text
    size: float
    low: float
    high: float
    source: Source


VEHICLE_SIZES: Mapping[str, VehicleSize] = MappingProxyType(
    {
        size.name: size
        for size in (
            VehicleSize(
                "car", Text("car", "小汽车"), 1.0, 1.0, 1.0, Source("assumed", "definition of the unit")
            ),
            VehicleSize("bus", Text("bus", "大巴车"), 2.5, 2.0, 3.0, Source("recalled", "HCM: 2 to 3")),
            VehicleSize("truck", Text("truck", "货车"), 2.0, 2.0, 2.0, Source("recalled", "HCM")),
            VehicleSize(
                "motorcycle",
                Text("motorcycle", "摩托车"),
                0.4,
                0.3,
                0.5,
                Source("recalled", "0.3 to 0.5 in mixed traffic"),
            ),
            VehicleSize(
                "three_wheeler",
                Text("three-wheeler", "三轮车"),
                0.8,
                0.6,
                1.0,
                Source("assumed", "between a motorcycle and a car"),
            ),
        )
    }
)
"""What a scenario may write as `size` or `car_size`."""


# -- LifeSim's speed by density, for comparison ------------------------------------------------------

MPH = 1.609344 * KMH
PER_MILE = 1 / 1609.344


@dataclass(frozen=True, slots=True)
class ModifiedGreenshields:
    """LifeSim's speed of vehicles by density: free up to a density, then falling to a crawl.

    v = u up to k_b, beyond it v0 + (vf - v0) (1 - k / k_j)^a (seen: TRM-07, equations 10 and 11,
    table 15; densities taken as per lane, which the manual does not say). `vf` is derived so that
    both parts meet at k_b. The run itself uses the triangular diagram; this one is for comparison.
    """

    free_speed: float
    """[m/s]."""
    break_density: float
    """Density k_b up to which traffic is free [veh/m per lane]."""
    jam_density: float
    """[veh/m per lane]."""
    crawl_speed: float
    """Speed v0 in a jam [m/s]."""
    exponent: float

    @property
    def intercept(self) -> float:
        """Speed vf at which the falling part would begin at density 0 [m/s]."""
        left: float = (1 - self.break_density / self.jam_density) ** self.exponent
        return self.crawl_speed + (self.free_speed - self.crawl_speed) / left

    def speed(self, density: ArrayLike) -> Floats:
        """Return the speed [m/s] at a density [veh/m per lane]."""
        k = np.asarray(density, dtype=np.float64)
        share = np.clip(1 - k / self.jam_density, 0, None)
        falling = self.crawl_speed + (self.intercept - self.crawl_speed) * share**self.exponent
        return np.where(k <= self.break_density, self.free_speed, falling)

    def flow(self, density: ArrayLike) -> Floats:
        """Return the flow [veh/s per lane] at a density [veh/m per lane]."""
        return np.asarray(density, dtype=np.float64) * self.speed(density)


def _lifesim(speed: float, break_density: float, exponent: float) -> ModifiedGreenshields:
    """Return a row of LifeSim's table, which counts in mph and vehicles per mile."""
    return ModifiedGreenshields(speed * MPH, break_density * PER_MILE, 160 * PER_MILE, 4 * MPH, exponent)


LIFESIM_ROADS: Mapping[str, ModifiedGreenshields] = MappingProxyType(
    {
        "A10": _lifesim(65, 28, 2.5),
        "A20": _lifesim(55, 23, 2.0),
        "A30": _lifesim(45, 23, 2.0),
        "A40": _lifesim(35, 14, 1.5),
        "A50": _lifesim(25, 5, 1.5),
    }
)
"""By census feature class (seen: LifeSim TRM-07, table 15)."""
