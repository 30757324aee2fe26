"""The private network (专网, 370 MHz): who is in range of which base station, and of whom.

Two handsets connect within one base station that covers both, over two that are connected to the core, or directly
from one to the other (脱网直通). A base station that has lost its connection still serves those whom it covers (单站
模式). A mobile repeater (应急通信车) is a station that is connected by satellite. Coverage is a circle: hills and
houses are not looked at (assumed).
"""

import math
from collections.abc import Callable, Iterator

from evacsim.engine.channels import Way
from evacsim.engine.log import ROOT, Kind, Where
from evacsim.engine.parts import Parts
from evacsim.engine.sites import Sites
from evacsim.scenario.communication import PrivateNetwork as Rules


class PrivateNetwork:
    """Base stations, repeaters and the handsets of offices."""

    def __init__(self, parts: Parts, sites: Sites, rules: Rules) -> None:
        world, self.sites, self._roads = parts.world, sites, parts.world.roads
        self._direct = rules.direct_range
        self._at = self._positions(parts)
        self._reach: dict[Where, tuple[tuple[float, float], float]] = {
            Where(Kind.SITE, row): ((float(world.sites.x[row]), float(world.sites.y[row])), site.covers)
            for row, site in enumerate(world.sites.models)
            if site.kind == "trunked"
        }
        """Where each station stands, and how far it covers [m]: base stations, then repeaters."""
        self._covering = {office: [s for s in self._reach if self._is_near(s, office)] for office in self._at}
        """Stations in range of each office, and of each road node that anybody has called."""
        models = {office.id: office for office in world.scenario.plan.organize.offices}
        ids = world.offices.ids
        self.with_radio = [office for office in self._at if "radio" in models[ids[office.row]].means]
        """Offices with handsets."""
        self._is_covered = {office: self._covers(office) for office in self.with_radio}
        self.at_coverage: list[Callable[[Where, bool, int], None]] = []
        """An office is covered by a base station again, or by none any more, by an event."""

    def ways(self, one: Where, other: Where) -> list[Way]:
        """Return the ways from one office or road node to another that are open now.

        Those over the fewest stations come first, the direct one last.
        """
        here, there = self._up(one), self._up(other)
        ways: list[Way] = [(station,) for station in here if station in there]
        ways += [
            (station, far)
            for station in here
            for far in there
            if station != far and self._is_connected(station) and self._is_connected(far)
        ]
        if self._distance(one, other) <= self._direct:
            ways.append(())
        return ways

    def is_up(self, station: Where) -> bool:
        """Return whether a base station works, or a repeater stands there."""
        return station in self._reach and (station.kind != Kind.SITE or self.sites.is_up(station.row))

    def cause(self, *offices: Where) -> int:
        """Return the last event that put out a station in range of any of some offices; the root where none is out."""
        rows = {s.row for office in offices for s in self._covering.get(office, ()) if s.kind == Kind.SITE}
        return max((self.sites.cut_event(row) for row in rows), default=ROOT)

    def set_up(self, office: Where, reach: float) -> None:
        """Let a mobile repeater work at an office, up to a distance [m]."""
        self._reach[office] = self._at[office], reach
        for other, stations in self._covering.items():
            if self._is_near(office, other):
                stations.append(office)

    def take_down(self, office: Where) -> None:
        """Let the repeater at an office be gone."""
        if self._reach.pop(office, None) is not None:
            for stations in self._covering.values():
                if office in stations:
                    stations.remove(office)

    def renew(self, cause: int) -> None:
        """Tell of the offices whose coverage by base stations has changed, by an event."""
        for office in self.with_radio:
            is_covered = self._covers(office)
            if is_covered != self._is_covered[office]:
                self._is_covered[office] = is_covered
                for hook in self.at_coverage:
                    hook(office, is_covered, cause)

    def _covers(self, office: Where) -> bool:
        """Return whether a base station that is connected covers an office; repeaters do not count."""
        return any(s.kind == Kind.SITE and self._is_connected(s) for s in self._up(office))

    def _up(self, place: Where) -> list[Where]:
        if place.kind == Kind.NODE and place not in self._at:
            self._at[place] = float(self._roads.x[place.row]), float(self._roads.y[place.row])
            self._covering[place] = [station for station in self._reach if self._is_near(station, place)]
        return [station for station in self._covering.get(place, ()) if self.is_up(station)]

    def _is_connected(self, station: Where) -> bool:
        return station.kind != Kind.SITE or self.sites.is_connected(station.row)

    def _is_near(self, station: Where, office: Where) -> bool:
        place, reach = self._reach[station]
        return math.dist(place, self._at[office]) <= reach

    def _distance(self, one: Where, other: Where) -> float:
        if one not in self._at or other not in self._at:
            return math.inf
        return math.dist(self._at[one], self._at[other])

    @staticmethod
    def _positions(parts: Parts) -> dict[Where, tuple[float, float]]:
        """Return where the offices of the tree stand, in the network's coordinates [m]."""
        places, row = parts.world.office_places, parts.world.offices.row
        return dict(sorted(_placed(zip(places.ids, places.x.tolist(), places.y.tolist(), strict=True), row)))


def _placed(
    places: Iterator[tuple[str, float, float]], row: dict[str, int]
) -> Iterator[tuple[Where, tuple[float, float]]]:
    for id_, x, y in places:
        yield Where(Kind.OFFICE, row[id_]), (x, y)
