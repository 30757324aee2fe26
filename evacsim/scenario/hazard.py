"""The hazard (灾害情景): water over time on roads and places, gauges, and what water does."""

import re
from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from evacsim.clock import parse_moment
from evacsim.errors import RefusedValueError
from evacsim.language import Text
from evacsim.scenario.dykes import Dyke
from evacsim.scenario.networks import RoadCut, SiteOutage
from evacsim.scenario.section import (
    FilePath,
    FilePattern,
    Identifier,
    Moment,
    Number,
    Provenance,
    Section,
    Words,
    assumed,
    seen,
)
from evacsim.scenario.sensing import Danger, Forecast, Reporting
from evacsim.units import DURATION, NUMBER, Duration, Length, Level, Rainfall, Speed, quantity


class WaterGrids(Section):
    """Depth grids in time: ESRI ASC or GeoTIFF files, one a moment, or one NetCDF file."""

    type: Literal["asc", "geotiff", "netcdf"]
    files: FilePattern
    """Path of the file, or a pattern such as `water/depth_*.asc`."""
    crs: Words | None = None
    """Coordinate reference system, where the files do not say it."""
    first: Moment = 0.0
    """Moment that the time 0 of the files stands for."""
    time_unit: Literal["s", "min", "h"] | None = None
    """Unit of the number in each file's name (`depth_120.asc`); without it `step` says the times."""
    step: Duration | None = None
    """Time from one file to the next, in the order of their names, where the names hold no time [s]."""
    variable: str | None = None
    """Name of the depth variable in a NetCDF file."""
    interpolate: Duration | None = Field(default=None, gt=0)
    """Draws straight lines between the depths given and reads them this often, such as `10 min`; without it each
    depth holds until the next."""
    raised: Length = Field(default=0.0, ge=0)
    """The water stands so much higher wherever and whenever it stands at all [m]; dry land stays dry, gauges show
    nothing of it."""
    faster: Number = Field(default=1.0, gt=0, le=100)
    """Everything comes so many times as fast: the time from the start to each moment of the water, of the gauges and of
    the forecasts is divided by it."""
    nodata: Literal["dry", "error"] = "error"
    """What a cell without a value means: dry land, or a mistake where a road or place lies on it."""

    @model_validator(mode="after")
    def _says_its_times_once(self) -> Self:
        if self.time_unit is not None and self.step is not None:
            raise RefusedValueError(
                Text("has both time_unit and step", "同时有 time_unit 和 step"),
                Text(
                    "keep time_unit where the file names hold the time, else step",
                    "文件名含时间时保留 time_unit，否则保留 step",
                ),
            )
        return self


class WaterTables(Section):
    """Depths of single links and places in time, as tables with the columns id, time, depth."""

    type: Literal["table"]
    links: FilePath | None = None
    """Table of link depths (columns link/路段, time/时间, depth/水深, and velocity/流速 where it is known)."""
    places: FilePath | None = None
    """Table of depths at zones, pick-up points, shelters and depots (columns place/地点, time/时间, depth/水深)."""
    interpolate: Duration | None = Field(default=None, gt=0)
    """Draws straight lines between the depths given and reads them this often, such as `10 min`; without it each
    depth holds until the next."""
    raised: Length = Field(default=0.0, ge=0)
    """The water stands so much higher wherever and whenever it stands at all [m]; dry land stays dry, gauges show
    nothing of it."""
    faster: Number = Field(default=1.0, gt=0, le=100)
    """Everything comes so many times as fast: the time from the start to each moment of the water, of the gauges and of
    the forecasts is divided by it."""
    encoding: str | None = None
    """Text encoding, such as `gb18030`, where it is not UTF-8."""

    @model_validator(mode="after")
    def _names_a_table(self) -> Self:
        if self.links is None and self.places is None:
            raise RefusedValueError(
                Text("names no table", "没有指定任何表"),
                Text("write links, places or both", "写 links、places 或两者"),
            )
        return self


class Gauge(Section):
    """A gauge (水文站) with the stage it shows over time."""

    id: Identifier
    name: str = ""
    """Name for people to read."""
    kind: Literal["stage", "reservoir", "rain"] = "stage"
    """What it measures: the stage of a river, of a reservoir, or rain."""
    datum: str
    """What stage 0 is: `1985 national height datum`, `warning stage = 0` ..."""
    series: FilePath
    """Table of the stage (columns time/时间, stage/水位), or of the sum of the rain (time/时间, 累计雨量)."""
    encoding: str | None = None
    """Text encoding of the table, where it is not UTF-8."""
    warning_stage: Level | None = None
    """Warning stage (警戒水位) [m]."""
    guarantee_stage: Level | None = None
    """Guarantee stage (保证水位) [m]."""
    crest: Level | None = None
    """Crest of the levee (堤顶高程) [m]."""
    downstream: Identifier | None = None
    """Gauge that the same water reaches next (下游站); no run reads it."""
    report: Reporting | None = None
    """How it is read; without it everybody knows the true stage at once."""


def _read_time(value: object) -> float | datetime:
    """Return a moment; "14.6 h" is so long after the start."""
    try:
        return quantity(value, DURATION)
    except RefusedValueError:
        return parse_moment(value)


TableMoment = Annotated[float | datetime, BeforeValidator(_read_time)]
"""A moment in a table: written out, or as a time after the start."""


class StageReading(Section):
    """One line of a gauge's table; all other columns of the table are left alone."""

    time: TableMoment
    """Moment, or time after the start with its unit (`时间(h)`)."""
    stage: Level
    """Stage above the gauge's datum [m]; for rain the sum of it since the record began."""


class StageForecast(Section):
    """One line of a table of forecasts; all other columns of the table are left alone."""

    issued: TableMoment
    """Moment of the issue, or time after the start with its unit."""
    valid: TableMoment
    """Moment that it is about, or time after the start with its unit."""
    stage: Level
    """Stage above the gauge's datum [m]."""


class WaterEffects(Section):
    """What water does to people, vehicles and roads; every figure with how sure it is."""

    car_speed: Literal["nird", "pregnolato"] = seen(
        "nird", "v = v_ff (d / 0.3 m - 1)^2 (nird); pregnolato: 10.1016/j.trd.2017.06.020"
    )
    """How cars slow down in water: a factor on any free speed, or an upper bound on the speed."""
    car_limit: Length = seen(0.30, "depth at which both published curves reach a standstill", gt=0)
    """Depth at which a car stops [m]."""
    bus_limit: Length = assumed(
        0.50, "between cars (0.30 m) and trucks with high clearance (0.6-0.8 m)", gt=0
    )
    """Depth at which a bus or truck stops [m]."""
    truck_limit: Length = assumed(0.70, "trucks with high clearance: 0.6-0.8 m", gt=0)
    """Depth at which a vehicle with high clearance stops [m]."""
    boat_draught: Length = assumed(0.40, "boats need 0.3-0.5 m", gt=0)
    """Depth below which a boat is aground [m], of a fleet that does not say its own."""
    boat_current_limit: Speed = assumed(2.5, "inflatables hold against 2-2.5 m/s", gt=0)
    """Velocity of the water above which a boat no longer goes [m/s], where the water says its velocity and the fleet no
    limit of its own."""
    walker_limit: Length = assumed(0.9, "greatest depth of the wading tests; below the critical depth", gt=0)
    """Depth at which a walker stops [m]."""
    leave_limit: Length = seen(0.61, "LifeSim: people stay at home above 2 ft of water")
    """Depth at a home above which nobody sets out any more [m]."""
    shelter_limit: Length = assumed(0.15, "a shelter with wet floors takes nobody in")
    """Depth above a shelter's floor at which it closes [m]."""
    critical_depth: Length = seen(1.0, "Seaside model: Hc 1.0 m", gt=0)
    """Depth at which people without refuge lose their footing [m]."""
    critical_time: Duration = seen(120.0, "Seaside model: Tc 120 s")
    """Time at the critical depth after which a person is dead [s]."""
    storey_height: Length = seen(2.74, "LifeSim: storeys of 9 ft", gt=0)
    """Height of a floor; people at home climb to the top one [m]."""
    bridge_offset: Length = assumed(3.0, "clearance of a bridge deck over the ground beside it")
    """Height of a bridge deck where the network does not say it [m]."""


Rain = Literal["none", "light", "medium", "heavy"]
"""Rain as it slows traffic."""
RAIN_LIMITS = (0.0, 2.54, 6.35)
"""Rain is light from the first on, medium above the second, heavy above the third [mm/h] (seen: HCM 2010 via FHWA)."""


def rain_class(intensity: float) -> Rain:
    """Return what rain of an `intensity` [mm/h] is called.

    >>> rain_class(0), rain_class(2.54), rain_class(2.55)
    ('none', 'light', 'medium')
    """
    names: tuple[Rain, ...] = ("none", "light", "medium", "heavy")
    return names[sum(intensity > limit for limit in RAIN_LIMITS)]


def _read_rain(value: object) -> object:
    """Let "10 mm/h" stand for the rain it is."""
    match = re.fullmatch(rf"\s*({NUMBER})\s*(mm/h|毫米/小时|毫米/时)\s*", str(value))
    if match is None:
        return value
    if float(match.group(1)) < 0:
        raise RefusedValueError(
            Text("must be 0 or more", "不能小于 0"), Text("write 0 or more", "写 0 或更大的数")
        )
    return rain_class(float(match.group(1)))


class Weather(Section):
    """Rain and darkness, which slow vehicles down on every road for the whole run."""

    rain: Annotated[
        Rain,
        BeforeValidator(_read_rain),
        WithJsonSchema({"type": "string", "examples": ["none", "light", "medium", "heavy", "10 mm/h"]}),
    ] = assumed("none", "dry roads; a forecast or a gauge of rain knows better")
    """Rain: `none`, `light` (up to 2.54 mm/h), `medium` (up to 6.35 mm/h) or `heavy`, or its intensity such as
    `10 mm/h`."""
    light: Literal["day", "night", "by_start"] = assumed("day", "as if it were light all the time")
    """Whether it is night for the whole run; `by_start` goes by the hour at which the scenario starts."""
    night_begins: Number = assumed(20.0, "dusk in a southern summer", ge=0, lt=24)
    """Hour of the day at which night begins, for `by_start`."""
    night_ends: Number = assumed(6.0, "dawn in a southern summer", ge=0, lt=24)
    """Hour of the day at which night ends, for `by_start`."""


class FlyingWeather(Section):
    """Weather as helicopters meet it (飞行气象): wind, sight and rain from a moment on until the next entry.

    Before the first entry it keeps nobody on the ground.
    """

    begins: Moment
    """Moment from which it is so."""
    wind: Speed = 0.0
    """Speed of the wind, gusts included [m/s]."""
    visibility: Length | None = None
    """How far one sees [m]; far enough where absent."""
    rain: Rainfall = 0.0
    """Intensity of the rain [mm/h]."""


class Hazard(Section):
    """Water over time; swapped freely against one district (灾害情景)."""

    id: Identifier
    """Short name for files and tables."""
    name: str
    """Name for people to read."""
    water: Annotated[WaterGrids | WaterTables, Field(discriminator="type")] | None = None
    """The water itself; without it everything stays dry."""
    gauges: list[Gauge] = []
    forecasts: list[Forecast] = []
    """Forecasts of the stage of gauges."""
    dangers: list[Danger] = []
    """Danger signs that somebody must find."""
    outages: list[SiteOutage] = []
    """Sites of power and communication that fail, whatever the water does."""
    road_cuts: list[RoadCut] = []
    """Roads that are cut, whatever the water does."""
    dykes: list[Dyke] = []
    """Dykes that fail in the course of the hazard, and that works may hold."""
    effects: WaterEffects = Field(default_factory=WaterEffects)
    weather: Weather = Field(default_factory=Weather)
    flying_weather: list[FlyingWeather] = []
    """Weather over time that keeps helicopters on the ground, by the limits of their fleet; none where absent."""
    provenance: list[Provenance] = []
    """Where the figures come from."""
