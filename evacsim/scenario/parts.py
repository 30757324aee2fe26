"""As much of a scenario as is right by itself: what can be checked although the rest is wrong."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter, ValidationError

from evacsim.scenario.care import Post, Stock
from evacsim.scenario.channels import Channel, Coverage
from evacsim.scenario.command import Office
from evacsim.scenario.district import PickupPoint, Population, Shelter, Store, Zone
from evacsim.scenario.dykes import Dyke
from evacsim.scenario.forces import Force
from evacsim.scenario.given import Given, Loc, find
from evacsim.scenario.hazard import FlyingWeather, Gauge
from evacsim.scenario.model import Scenario, ScenarioDuration
from evacsim.scenario.networks import RoadCut, Site, SiteOutage
from evacsim.scenario.organizers import Officer
from evacsim.scenario.places import Place
from evacsim.scenario.plan import RoadOrder, Whereto, ZoneTransfer
from evacsim.scenario.rules import Breaker, LevelMeasures, Measure, Rule
from evacsim.scenario.section import Section, WallTime, Words
from evacsim.scenario.sensing import Danger, Forecast
from evacsim.scenario.transport import Fleet, Promise, Refuge, Trips
from evacsim.scenario.wording import validated

S = TypeVar("S", bound=Section)
T_co = TypeVar("T_co", bound=Section, covariant=True)


@dataclass(frozen=True, slots=True)
class Entry(Generic[T_co]):
    """An entry of a list, and where it stands."""

    loc: Loc
    item: T_co


@dataclass(frozen=True, slots=True)
class Parts:
    """The sections and entries of a scenario that are right by themselves; None for what is not."""

    start: datetime | None
    duration: float | None
    crs: str | None
    population: Population | None
    to: Whereto | None
    zones: list[Entry[Zone]]
    pickup_points: list[Entry[PickupPoint]]
    shelters: list[Entry[Shelter]]
    fleets: list[Entry[Fleet]]
    forces: list[Entry[Force]]
    stores: list[Entry[Store]]
    gauges: list[Entry[Gauge]]
    transfers: list[Entry[ZoneTransfer]]
    orders: list[Entry[RoadOrder]]
    refuges: list[Entry[Refuge]]
    background: list[Entry[Trips]]
    channels: list[Entry[Channel]]
    coverage: list[Entry[Coverage]]
    sites: list[Entry[Site]]
    forecasts: list[Entry[Forecast]]
    dangers: list[Entry[Danger]]
    outages: list[Entry[SiteOutage]]
    road_cuts: list[Entry[RoadCut]]
    flying_weather: list[Entry[FlyingWeather]]
    dykes: list[Entry[Dyke]]
    rules: list[Entry[Rule]]
    levels: list[Entry[LevelMeasures]]
    measures: list[Entry[Measure]]
    breakers: list[Entry[Breaker]]
    offices: list[Entry[Office]]
    officers: list[Entry[Officer]]
    posts: list[Entry[Post]]
    promises: list[Entry[Promise]]
    stock: list[Entry[Stock]]
    known: Mapping[str, frozenset[str] | None]
    """Ids in each list, those of wrong entries among them; None where the list is not there to be read."""
    whole: Scenario | None
    """The scenario, where nothing is missing."""

    @property
    def is_whole(self) -> bool:
        """Whether nothing is missing."""
        return self.whole is not None

    def lists(self) -> dict[str, list[Entry[Any]]]:
        """Return the lists whose entries have ids, by name."""
        return {name: getattr(self, name) for name in WHERE if name not in WITHOUT_IDS}

    def places(self) -> Iterator[Entry[Place]]:
        """Yield everything that has a position."""
        for name, (_, model) in WHERE.items():
            if not issubclass(model, Place):
                continue
            yield from getattr(self, name)


WHERE: Mapping[str, tuple[Loc, type[Section]]] = {
    "zones": (("district", "zones"), Zone),
    "pickup_points": (("district", "pickup_points"), PickupPoint),
    "shelters": (("district", "shelters"), Shelter),
    "fleets": (("district", "fleets"), Fleet),
    "forces": (("district", "forces"), Force),
    "stores": (("district", "stores"), Store),
    "gauges": (("hazard", "gauges"), Gauge),
    "transfers": (("plan", "zones"), ZoneTransfer),
    "orders": (("plan", "controls"), RoadOrder),
    "refuges": (("district", "refuges"), Refuge),
    "background": (("district", "background"), Trips),
    "channels": (("district", "channels"), Channel),
    "coverage": (("district", "coverage"), Coverage),
    "sites": (("district", "sites"), Site),
    "forecasts": (("hazard", "forecasts"), Forecast),
    "dangers": (("hazard", "dangers"), Danger),
    "outages": (("hazard", "outages"), SiteOutage),
    "road_cuts": (("hazard", "road_cuts"), RoadCut),
    "flying_weather": (("hazard", "flying_weather"), FlyingWeather),
    "dykes": (("hazard", "dykes"), Dyke),
    "rules": (("plan", "when", "rules"), Rule),
    "levels": (("plan", "when", "levels"), LevelMeasures),
    "measures": (("plan", "when", "measures"), Measure),
    "breakers": (("plan", "when", "breakers"), Breaker),
    "offices": (("plan", "organize", "offices"), Office),
    "officers": (("plan", "organize", "officers"), Officer),
    "posts": (("plan", "care", "posts"), Post),
    "promises": (("plan", "to", "promises"), Promise),
    "stock": (("district", "stock"), Stock),
}
"""Where each list stands, and what its entries are."""
WITHOUT_IDS = frozenset(
    {
        "transfers",
        "orders",
        "background",
        "coverage",
        "forecasts",
        "outages",
        "road_cuts",
        "flying_weather",
        "levels",
        "promises",
        "stock",
    }
)
"""Lists whose entries have no id of their own."""


def parts_of(scenario: Scenario) -> Parts:
    """Return the parts of a scenario that is right as a whole."""
    lists: dict[str, Any] = {
        name: [Entry((*loc, number), item) for number, item in enumerate(_list(scenario, loc))]
        for name, (loc, _) in WHERE.items()
    }
    known = {
        name: frozenset(entry.item.id for entry in entries)
        for name, entries in lists.items()
        if name not in WITHOUT_IDS
    }
    district = scenario.district
    return Parts(
        scenario.start,
        scenario.duration,
        district.crs,
        district.population,
        scenario.plan.to,
        **lists,
        known=known,
        whole=scenario,
    )


def parts_given(root: Given) -> Parts:
    """Return the parts of a scenario that has mistakes somewhere."""
    lists: dict[str, Any] = {name: list(_entries(root, loc, model)) for name, (loc, model) in WHERE.items()}
    return Parts(
        _piece(root, ("start",), WallTime),
        _piece(root, ("duration",), ScenarioDuration),
        _piece(root, ("district", "crs"), Words),
        _piece(root, ("district", "population"), Population, Population()),
        _piece(root, ("plan", "to"), Whereto, Whereto()),
        **lists,
        known={name: _ids(root, loc) for name, (loc, _) in WHERE.items()},
        whole=None,
    )


def _list(scenario: Scenario, loc: Loc) -> Any:
    return reduce(getattr, map(str, loc), scenario)


def _piece(root: Given, loc: Loc, kind: Any, otherwise: Any = None) -> Any:
    """Return the value at `loc` if it is right, `otherwise` where nothing is given, else None."""
    spot = find(root, loc)
    if not spot.is_there:
        return otherwise
    try:
        return None if spot.is_spoiled else TypeAdapter(kind).validate_python(spot.given.plain())
    except ValidationError:
        return None


def _entries(root: Given, loc: Loc, model: type[S]) -> Iterator[Entry[S]]:
    for number, given in enumerate(_listed(root, loc) or []):
        item, _ = validated(model, given)
        if item is not None:
            yield Entry((*loc, number), item)


def _ids(root: Given, loc: Loc) -> frozenset[str] | None:
    listed = _listed(root, loc)
    if listed is None:
        return frozenset() if _is_left_out(root, loc) else None
    if not listed and loc[-1] in ("zones", "shelters"):
        return None
    named = [given.value["id"] for given in listed if isinstance(given.value, dict) and "id" in given.value]
    return None if any(given.spoiled for given in named) else frozenset(str(given.value) for given in named)


def _is_left_out(root: Given, loc: Loc) -> bool:
    """Return whether nothing is written at `loc`, or at a section on the way there, and nothing is wrong above."""
    for depth in range(1, len(loc) + 1):
        above = find(root, loc[: depth - 1])
        if above.is_spoiled or not isinstance(above.given.value, dict):
            return False
        if loc[depth - 1] not in above.given.value:
            return depth > 1
    return False


def _listed(root: Given, loc: Loc) -> list[Given] | None:
    spot = find(root, loc)
    is_list = spot.is_there and not spot.is_spoiled and isinstance(spot.given.value, list)
    return spot.given.value if is_list else None
