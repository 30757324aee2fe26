"""From a scenario to a world: networks, places and water read, checked together, laid on rows."""

import os
from collections.abc import Callable, Sequence, Set
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from evacsim.errors import EvacsimError, Issue, ScenarioError
from evacsim.formats.raw_network import read_network
from evacsim.hazard.reading import read_depth_tables, read_grids
from evacsim.hazard.sampling import LinkShapes, PlacePoints
from evacsim.hazard.water import Water
from evacsim.language import Text
from evacsim.network.build import RoadNetwork, build_network
from evacsim.network.columns import RoadColumns, road_columns
from evacsim.network.presets import weather_factors
from evacsim.network.repairs import RepairOptions, RepairReport
from evacsim.scenario.gauges import read_forecasts, read_stages
from evacsim.scenario.hazard import WaterGrids, WaterTables
from evacsim.scenario.matching import transfers_by_zone
from evacsim.scenario.model import Scenario
from evacsim.scenario.nearest import suggestion
from evacsim.scenario.sheets import as_sheets_say
from evacsim.world.columns import Forecasts, Homes, Places, StageSeries, World
from evacsim.world.controls import Controls
from evacsim.world.digests import input_digests
from evacsim.world.flying_weather import Skies
from evacsim.world.offices import offices_of
from evacsim.world.ordinary_traffic import ordinary_traffic
from evacsim.world.places import Locator, build_homes, standing_by
from evacsim.world.sharing import has_same_roads, has_same_water
from evacsim.world.ways import build_ways

Result = TypeVar("Result")

ZONE, PICKUP_POINT = Text("zone", "区域"), Text("pick-up point", "集合点")
SHELTER, FLEET = Text("shelter", "安置点"), Text("fleet", "车队")
SITE, OFFICE = Text("site", "站点"), Text("office", "指挥机构")
STORE, REFUGE, FORCE = Text("store", "储备点"), Text("refuge", "就近避险点"), Text("force", "队伍")
DYKE = Text("dyke", "堤防")


def build_world(scenario: Scenario, warnings: Sequence[Issue] = (), *, like: World | None = None) -> World:
    """Return the world of a scenario.

    Parameters
    ----------
    scenario : Scenario
    warnings : sequence of Issue, optional
        What is to be warned of besides.
    like : World, optional
        The world of much the same scenario: roads and water that are the same are not read again.

    Raises
    ------
    ScenarioError
        With everything that is wrong with the network, the places, the water and the gauges, all
        at once.
    """
    builder = _Builder(as_sheets_say(scenario), like)
    world = builder.build()
    issues = [_as_named(issue, scenario) for issue in builder.issues]
    if world is None or any(issue.severity == "error" for issue in issues):
        raise ScenarioError(scenario.id, issues)
    return replace(world, warnings=[*warnings, *issues])


_NO_HEIGHTS = Issue(
    file="roads",
    rule=Text("no node has a height, so all slopes are 0", "节点均无高程，坡度按 0 计"),
    remedy=Text("add a column height_m to the table of nodes", "在节点表中增加 height_m 列"),
    place="district.roads.slopes",
    severity="warning",
)


class _Builder:
    """Builds a world part by part and collects what is wrong with any of them."""

    def __init__(self, scenario: Scenario, like: World | None) -> None:
        self.scenario = scenario
        self.issues: list[Issue] = []
        self._like = like if like is not None and has_same_roads(scenario, like) else None

    def build(self) -> World | None:
        """Return the world, or None where a part is missing without which nothing can be checked further."""
        scenario, district = self.scenario, self.scenario.district
        gauges, forecasts = self._gauges(), self._forecasts()
        ground = self._ground()
        if ground is None:
            return None
        roads, repairs = ground
        self.issues += _repairs_to_look_at(repairs)
        start = scenario.start
        capacity_factor, speed_factor = weather_factors(
            scenario.hazard.weather, start_hour=start.hour + start.minute / 60
        )
        ways = build_ways(roads, district.roads, capacity_factor=capacity_factor, speed_factor=speed_factor)
        controls = Controls(roads, ways, district.roads, capacity_factor=capacity_factor)
        node_capacity, signals = controls.node_capacity(), controls.signals()
        orders = controls.orders(scenario.plan, gauges, start=start)
        cuts = controls.road_cuts(scenario.hazard, start=start)
        controls.check_measures(scenario.plan)
        controls.check_posts(scenario.plan)
        controls.check_rescue(scenario.plan)
        controls.check_routes(scenario.plan)
        controls.check_dykes(scenario.hazard)
        traffic, issues = ordinary_traffic(district.background, roads, ways, start=start)
        self.issues += issues
        self.issues += controls.issues
        if district.roads.slopes != "none" and np.isnan(roads.height).all():
            self.issues.append(_NO_HEIGHTS)
        locator = Locator(
            roads, ways, network_crs=roads.crs, places_crs=district.crs, limit=district.access_limit
        )
        zones = locator.locate(district.zones, ZONE, 0)
        pickups = locator.locate(district.pickup_points, PICKUP_POINT, zones.n)
        shelters = locator.locate(district.shelters, SHELTER, zones.n + pickups.n)
        fleets = locator.locate(
            standing_by(scenario, district.fleets, lambda fleet: fleet.force),
            FLEET,
            zones.n + pickups.n + shelters.n,
        )
        sites = locator.locate(district.sites, SITE, zones.n + pickups.n + shelters.n + fleets.n)
        n_places = zones.n + pickups.n + shelters.n + fleets.n + sites.n
        # Refuges stand as high as the lowest road there; forces, stores and offices own no row: none is flooded.
        refuges = locator.locate(district.refuges, REFUGE, n_places)
        forces = locator.locate(
            standing_by(scenario, district.forces, lambda force: force.id), FORCE, n_places
        )
        stores = locator.locate(district.stores, STORE, n_places)
        dykes = locator.locate(scenario.hazard.dykes, DYKE, n_places)
        office_places = locator.locate(scenario.plan.organize.offices, OFFICE, n_places)
        homes = build_homes(zones, locator, roads, n_places)
        self.issues += locator.issues
        self._check_rules({*zones.ids, *shelters.ids, *roads.link_ids})
        water = self._tried(lambda: self._water(roads, [zones, pickups, shelters, fleets, sites], homes))
        if water is None or any(issue.severity == "error" for issue in self.issues):
            return None
        transfers = transfers_by_zone(scenario)
        by_zone = [transfers.get(zone) for zone in zones.ids]
        return World(
            scenario=scenario,
            roads=roads,
            ways=ways,
            zones=zones,
            pickup_points=pickups,
            shelters=shelters,
            fleets=fleets,
            sites=sites,
            dykes=dykes,
            refuges=refuges,
            forces=forces,
            stores=stores,
            office_places=office_places,
            offices=offices_of(scenario.plan, by_zone, zones.ids),
            homes=homes,
            water=water,
            gauges=gauges,
            forecasts=forecasts,
            node_capacity=node_capacity,
            signals=signals,
            orders=orders,
            road_cuts=cuts,
            skies=Skies(scenario.hazard.flying_weather, start=start),
            ordinary_traffic=traffic,
            transfers=by_zone,
            repairs=repairs,
            warnings=(),
            digests=input_digests(scenario),
        )

    def _tried(self, build: Callable[[], Result]) -> Result | None:
        try:
            return build()
        except EvacsimError as error:
            self.issues += error.issues
            return None

    def _ground(self) -> tuple[RoadColumns, RepairReport] | None:
        """Return the roads, and what was repaired in them; None where they cannot be read."""
        if self._like is not None:
            return self._like.roads, self._like.repairs
        network = self._tried(self._network)
        return None if network is None else (road_columns(network.graph), network.report)

    def _network(self) -> RoadNetwork:
        roads = self.scenario.district.roads
        raw = read_network(
            Path(roads.file),
            form=None if roads.format == "auto" else roads.format,
            crs=roads.crs,
            encoding=roads.encoding,
            length_unit=roads.length_unit,
            speed_unit=roads.speed_unit,
            rows=roads.rows,
        )
        deck = self.scenario.hazard.effects.bridge_offset
        return build_network(raw, repairs=None if raw.is_final else RepairOptions(bridge_offset=deck))

    def _gauges(self) -> dict[str, StageSeries]:
        gauges = {}
        for gauge in sorted(self.scenario.hazard.gauges, key=lambda gauge: gauge.id):
            read = self._tried(partial(read_stages, gauge, start=self.scenario.start))
            if read is not None:
                gauges[gauge.id] = StageSeries(gauge.id, read.times / self._faster, read.stages, gauge.datum)
        return gauges

    def _forecasts(self) -> dict[str, Forecasts]:
        forecasts = {}
        for forecast in sorted(self.scenario.hazard.forecasts, key=lambda forecast: forecast.gauge):
            read = self._tried(partial(read_forecasts, forecast, start=self.scenario.start))
            if read is not None:
                sooner = self._faster
                forecasts[forecast.gauge] = Forecasts(read.issued / sooner, read.times / sooner, read.stages)
        return forecasts

    @property
    def _faster(self) -> float:
        """How many times as fast as given the water comes, and all that tells of it."""
        water = self.scenario.hazard.water
        return 1.0 if water is None else water.faster

    def _check_rules(self, places: Set[str]) -> None:
        """Note places at which a rule watches water and that are nowhere."""
        for rule in self.scenario.plan.when.rules:
            if rule.place is not None and rule.place not in places:
                says = Text("is no zone, no shelter and no road link", "不是区域、安置点或路段")
                remedy = suggestion(rule.place, places)
                self.issues.append(
                    Issue("plan", says, remedy, f"plan.when.rules: {rule.id}.place", value=rule.place)
                )

    def _water(self, roads: RoadColumns, groups: list[Places[Any]], homes: Homes) -> Water:
        """Return the water on links, then zones, pick-up points, shelters, depots, and homes of wide zones."""
        if self._like is not None and has_same_water(self.scenario, self._like, groups, homes):
            return self._like.water
        given, water = self.scenario.hazard.water, self._water_read(roads, groups, homes)
        if given is None:
            return water
        water = water if given.interpolate is None else water.refined(given.interpolate)
        return water.raised(given.raised).faster(given.faster)

    def _water_read(self, roads: RoadColumns, groups: list[Places[Any]], homes: Homes) -> Water:
        given = self.scenario.hazard.water
        own = np.flatnonzero(homes.depth_row >= sum(group.n for group in groups))
        ids = [*_place_ids(groups), *(f"home-{k}" for k in own)]
        if given is None:
            return Water.dry(n_links=len(roads.link_ids), n_places=len(ids))
        if isinstance(given, WaterTables):
            water = read_depth_tables(
                given,
                link_ids=roads.link_ids,
                place_ids=ids[: len(ids) - len(own)],
                folder=Path(),
                start=self.scenario.start,
            )
            at_zones = water.place_depth[:, groups[0].depth_row[homes.zone[own]]]
            return replace(water, place_depth=np.hstack([water.place_depth, at_zones]))
        assert isinstance(given, WaterGrids)
        points = [np.column_stack([group.x, group.y]) for group in groups]
        points.append(np.column_stack([roads.x[homes.walk_node[own]], roads.y[homes.walk_node[own]]]))
        return read_grids(
            given,
            LinkShapes(
                ids=roads.link_ids,
                offsets=roads.geometry_start,
                xy=roads.geometry,
                deck_height=roads.bridge_offset,
            ),
            PlacePoints(ids=ids, xy=np.concatenate(points)),
            folder=Path(),
            start=self.scenario.start,
            crs=roads.crs,
        )


def _repairs_to_look_at(report: RepairReport) -> list[Issue]:
    """Return a warning for each kind of repair that changed or filled in something, with its first examples."""
    return [
        Issue(
            file=report.file,
            place=f"{repair.kind}: " + ", ".join(change.id for change in repair.changes[:3]),
            value=str(repair.count),
            rule=repair.text,
            remedy=Text(
                "see all with `evacsim import network`; correct the file if this is not meant",
                "用 evacsim import network 查看全部; 如非本意请更正文件",
            ),
            severity="warning",
        )
        for repair in report.repairs
        if repair.level != "note" and repair.changes
    ]


def _as_named(issue: Issue, scenario: Scenario) -> Issue:
    """Return an issue whose file is named from the scenario's folder on."""
    if not Path(issue.file).is_absolute():
        return issue
    return replace(issue, file=Path(os.path.relpath(issue.file, scenario.folder)).as_posix())


def _place_ids(groups: Sequence[Places[Any]]) -> list[str]:
    """Return the ids by which water tables name places: the plain id where it is unique among all kinds."""
    kinds = ("zone", "pickup_point", "shelter", "depot", "site")
    plain = [place for group in groups for place in group.ids]
    twice = {place for place in plain if plain.count(place) > 1} if len(plain) != len(set(plain)) else set()
    return [
        f"{kind}/{place}" if place in twice else place
        for kind, group in zip(kinds, groups, strict=True)
        for place in group.ids
    ]
