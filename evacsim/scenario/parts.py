"""As much of a scenario as is right by itself: what can be checked although the rest is wrong."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter, ValidationError

from evacsim.scenario.district import Fleet, Force, PickupPoint, Place, Population, Shelter, Store, Zone
from evacsim.scenario.given import Given, Loc, find
from evacsim.scenario.hazard import Gauge
from evacsim.scenario.model import Scenario, ScenarioDuration
from evacsim.scenario.plan import RoadOrder, Whereto, ZoneTransfer
from evacsim.scenario.section import Section, WallTime, Words
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
    known: Mapping[str, frozenset[str] | None]
    """Ids in each list, those of wrong entries among them; None where the list is not there to be read."""
    is_whole: bool
    """Whether nothing is missing."""

    def lists(self) -> dict[str, list[Entry[Any]]]:
        """Return the lists whose entries have ids, by name."""
        return {name: getattr(self, name) for name in WHERE if name not in WITHOUT_IDS}

    def places(self) -> Iterator[Entry[Place]]:
        """Yield everything that has a position."""
        for name in ("zones", "pickup_points", "shelters", "fleets", "forces", "stores"):
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
}
"""Where each list stands, and what its entries are."""
WITHOUT_IDS = frozenset({"transfers", "orders"})
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
        is_whole=True,
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
        is_whole=False,
    )


def _list(scenario: Scenario, loc: Loc) -> Any:
    section, name = map(str, loc)
    return getattr(getattr(scenario, section), name)


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
        above = find(root, loc[:-1])
        is_left_out = (
            not above.is_spoiled and isinstance(above.given.value, dict) and loc[-1] not in above.given.value
        )
        return frozenset() if above.is_there and is_left_out else None
    if not listed and loc[-1] in ("zones", "shelters"):
        return None
    named = [given.value["id"] for given in listed if isinstance(given.value, dict) and "id" in given.value]
    return None if any(given.spoiled for given in named) else frozenset(str(given.value) for given in named)


def _listed(root: Given, loc: Loc) -> list[Given] | None:
    spot = find(root, loc)
    is_list = spot.is_there and not spot.is_spoiled and isinstance(spot.given.value, list)
    return spot.given.value if is_list else None
