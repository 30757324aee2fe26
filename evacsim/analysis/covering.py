"""Response rings (反应圈): the share of risk points, and of their people, that teams reach within 15, 30 and 60 min.

From home and from where teams stand by, before the flood and at every hour of it. At each moment
the roads are taken as they then are, for the whole way. Two clocks: from setting out, and from the
call, which adds to those at home the median time in which their kind gets ready; whoever stands by
sets out at once (assumed).

A risk point is a place where households live: a zone at a point is one, a wide zone one for each
road node over which it is spread, with an equal part of its people.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evacsim.analysis.road_times import DRY, RoadTimes
from evacsim.analysis.standing_by import (
    MODELS,
    UNIT,
    Aim,
    Choice,
    Model,
    Site,
    Units,
    can_rescue,
    choose,
    sites_of,
    units_at_home,
    units_of_plan,
)
from evacsim.errors import Issue, ScenarioError
from evacsim.language import Text
from evacsim.scenario.nearest import suggestion
from evacsim.world.columns import World
from evacsim.world.locating import BUSY

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
At = float | Literal["dry", "worst"]
Chosen = Literal["plan", "wet", "all"]

CHOSEN: tuple[Chosen, ...] = ("plan", "wet", "all")
LIMITS = (900.0, 1800.0, 3600.0)
"""Times of the rings [s] (seen: 15, 30 and 60 min of the task; the source plans name 反应圈 without times)."""
POSITIONS = {
    "home": Text("from home", "在常驻地"),
    "plan": Text("where the plan has them stand by", "按预案前置"),
    "stand_by": Text("standing by", "前置驻防"),
}
CLOCKS = {"set_out": Text("from setting out", "自出动起"), "call": Text("from the call", "自接警起")}
ALL = "all"
"""In the column of kinds: all teams that were asked about together."""


class Points(NamedTuple):
    """Risk points."""

    zone: tuple[str, ...]
    node: Ints
    x: Floats
    y: Floats
    people: Floats


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be known."""

    kinds: tuple[str, ...] = ()
    """Kinds of teams; all that can rescue on water or search where empty."""
    points: Chosen = "plan"
    """Zones that the plan moves, zones that the water of the scenario ever reaches (`wet`), or all."""
    stand_by: int = 0
    """Units that may stand by elsewhere."""
    places: tuple[str, ...] = ("towns",)
    """Where they may: `towns` (offices of towns), `shelters`, `refuges`, ids of road nodes."""
    at: At = "worst"
    """Moment for which places are chosen [s]: its roads; or dry, or when the fewest are reached from home, and of
    those moments when most roads are closed."""
    unit: int = UNIT
    """People in a unit [person]."""
    every: float = 3600.0
    """From one moment of the flood to the next [s]."""
    limits: tuple[float, ...] = LIMITS
    """Times of the rings [s]."""
    model: Model = "mclp"
    """By which model places are chosen."""
    limit: float = 1800.0
    """Time within which a risk point is covered, for choosing [s]."""
    busy: float = BUSY
    """Chance that a unit is busy, for `mexclp`."""
    time_limit: float = 60.0
    """When the choosing stops [s]."""

    @property
    def aim(self) -> Aim:
        """By what places are chosen."""
        return Aim(self.model, self.limit, self.busy, self.time_limit)


@dataclass(frozen=True, slots=True)
class Cover:
    """Who is reached how soon, from where."""

    asked: Asked
    units: dict[str, Units]
    """Units by where they are: `home`, `plan` where the plan has some stand by, `stand_by` where some were sent."""
    points: Points
    at: float | None
    """Moment of which the places and the columns of `reached` are [s]; None for dry roads."""
    rings: pd.DataFrame
    """`position, kind, time_s, clock, limit_s, points, points_total, people, people_total, points_share,
    people_share`; `time_s` is nan before the flood."""
    reached: pd.DataFrame
    """A row for each risk point: `zone, node, x, y, people`, then the time from setting out until the first unit is
    there [s], inf for never, before the flood and at the moment `at`: `home_dry_s, home_flood_s, stand_by_dry_s` ..."""
    moved: pd.DataFrame
    """A row for each unit that was sent to stand by: `force, unit, people, kind, from_node, place, place_name, node,
    drive_s`."""
    choice: Choice | None

    def share(
        self,
        position: str,
        limit: float,
        *,
        time: float | None = DRY,
        kind: str = ALL,
        clock: str = "set_out",
        of: Literal["people", "points"] = "people",
    ) -> float:
        """Return the share of people, or of points, that is reached within `limit` [s] at a moment [s]."""
        rows = self._rows(position, limit, kind, clock)
        chosen = rows["time_s"].isna() if time is None else rows["time_s"] == time
        return float(rows.loc[chosen, f"{of}_share"].iloc[0])

    def lowest(
        self, position: str, limit: float, *, kind: str = ALL, clock: str = "set_out"
    ) -> tuple[float, float]:
        """Return the least share of people in the course of the flood, and the first moment of it [s]."""
        rows = self._rows(position, limit, kind, clock).dropna(subset=["time_s"])
        least = int(np.argmin(rows["people_share"].to_numpy()))
        return float(rows["people_share"].iloc[least]), float(rows["time_s"].iloc[least])

    def unreached(self, position: str) -> float:
        """Return how many people no unit reaches by road at the moment `at`, however long it drives [person]."""
        never = np.isinf(self.reached[f"{position}_flood_s"].to_numpy(dtype=np.float64))
        return float(self.points.people[never].sum())

    @property
    def has_flood(self) -> bool:
        """Whether there is any water in the scenario."""
        return bool(self.rings["time_s"].notna().any())

    def _rows(self, position: str, limit: float, kind: str, clock: str) -> pd.DataFrame:
        rings = self.rings
        return rings[
            (rings["position"] == position)
            & (rings["limit_s"] == limit)
            & (rings["kind"] == kind)
            & (rings["clock"] == clock)
        ]


def cover(world: World, asked: Asked | None = None) -> Cover:
    """Return who is reached how soon from home and from where teams stand by.

    Raises
    ------
    ScenarioError
        With everything that is not there: teams, risk points, places, more units than there are.
    """
    asked = asked or Asked()
    issues = list(_out_of_range(asked))
    if issues:
        raise ScenarioError(world.scenario.id, issues)
    kinds = asked.kinds or tuple(sorted({f.kind for f in world.forces.models if can_rescue(f)}))
    points = risk_points(world, asked.points)
    sites, unknown = sites_of(world, asked.places)
    home = units_at_home(world, kinds, size=asked.unit)
    issues += _issues(world, asked, kinds, home, points, sites, unknown)
    if issues:
        raise ScenarioError(world.scenario.id, issues)
    units = {"home": home}
    if (planned := units_of_plan(world, home)) is not None:
        units["plan"] = planned
    roads: dict[float | None, RoadTimes] = {DRY: RoadTimes.of(world)}
    for moment in _moments(world, asked):
        roads[moment] = RoadTimes.of(world, moment)
    at = _chosen_moment(asked, home, points, roads)
    choice = None
    if asked.stand_by:
        choice, sites = choose(
            world, home, sites, points.node, points.people, n=asked.stand_by, roads=roads[at], aim=asked.aim
        )
        nodes = np.array([sites[site].node for site in choice.sites.tolist()], dtype=np.int64)
        units["stand_by"] = home.moved(choice.units, nodes)
    return Cover(
        asked=replace(asked, kinds=kinds),
        units=units,
        points=points,
        at=at,
        rings=_rings(asked, kinds, units, points, roads),
        reached=_reached(world, units, points, roads, at),
        moved=_moved(world, home, choice, sites),
        choice=choice,
    )


def risk_points(world: World, chosen: Chosen) -> Points:
    """Return the places where people live: of zones that the plan moves, of those ever wet, or of all zones."""
    homes, zones = world.homes, world.zones
    wet = np.zeros(zones.n, dtype=bool)
    wet[homes.zone[np.isfinite(world.water.place_arrival(1e-3)[homes.depth_row])]] = True
    in_plan = np.array([transfer is not None for transfer in world.transfers], dtype=bool)
    wanted = {"plan": in_plan, "wet": wet, "all": np.ones(zones.n, dtype=bool)}[chosen]
    population = np.array([zone.population for zone in zones.models], dtype=np.float64)
    rows = np.flatnonzero(wanted[homes.zone] & (population[homes.zone] > 0))
    zone = homes.zone[rows]
    node = homes.drive_node[rows].astype(np.int64)
    return Points(
        zone=tuple(zones.models[row].id for row in zone.tolist()),
        node=node,
        x=world.roads.x[homes.walk_node[rows]],
        y=world.roads.y[homes.walk_node[rows]],
        people=population[zone] / np.diff(homes.first)[zone],
    )


def _out_of_range(asked: Asked) -> Iterator[Issue]:
    """Note numbers and words that nothing can be reckoned with."""
    above_zero = Text("must be above 0", "须大于 0")
    wanted = (
        (
            "busy",
            asked.busy,
            0 <= asked.busy < 1,
            Text("must be 0 or more and below 1", "须不小于 0 且小于 1"),
            "0.3",
        ),
        ("unit", asked.unit, asked.unit >= 1, above_zero, "8"),
        ("every", asked.every, asked.every > 0, above_zero, "3600"),
        ("limit", asked.limit, asked.limit > 0, above_zero, "1800"),
        (
            "limits",
            asked.limits,
            bool(asked.limits) and min(asked.limits) > 0,
            above_zero,
            "(900, 1800, 3600)",
        ),
        ("stand_by", asked.stand_by, asked.stand_by >= 0, Text("must be 0 or more", "不能小于 0"), "6"),
        ("model", asked.model, asked.model in MODELS, Text("is no model", "没有这个模型"), ", ".join(MODELS)),
        (
            "points",
            asked.points,
            asked.points in CHOSEN,
            Text("is no choice", "没有这个选项"),
            ", ".join(CHOSEN),
        ),
    )
    for name, value, is_right, rule, example in wanted:
        if not is_right:
            remedy = Text(f"write for example {example}", f"例如写 {example}")
            yield Issue("cover", rule, remedy, name, value=str(value))


def _issues(
    world: World,
    asked: Asked,
    kinds: Sequence[str],
    home: Units,
    points: Points,
    sites: Sequence[Site],
    unknown: Sequence[str],
) -> Iterator[Issue]:
    known = sorted({force.kind for force in world.forces.models if not force.external})
    for kind in kinds:
        if kind not in known:
            rule = Text("no team of the district is of this kind", "本区没有这类队伍")
            yield Issue("cover", rule, suggestion(kind, known), "kind", value=kind)
    if not kinds:
        rule = Text("no team of the district can rescue on water or search", "本区没有能水上救援或搜救的队伍")
        remedy = Text("name kinds of teams, or give teams their skills", "写明队伍类别，或填写队伍的 skills")
        yield Issue("cover", rule, remedy, "kind")
    if not len(points.node):
        rule = Text("there are no risk points with people", "没有有人居住的风险点")
        remedy = Text("choose plan, wet or all", "改用 plan、wet 或 all")
        yield Issue("cover", rule, remedy, "points", value=asked.points)
    words = ["towns", "shelters", "refuges", *world.roads.node_ids]
    for place in unknown:
        rule = Text("is neither a kind of place nor a road node", "既不是地点类别，也不是路网节点")
        yield Issue("cover", rule, suggestion(place, words), "places", value=place)
    if home.n and asked.stand_by > home.n:
        rule = Text(f"there are {home.n} units of these kinds", f"这些类别共有 {home.n} 个编组")
        remedy = Text("ask for fewer, or make units smaller", "减少数量，或缩小编组人数")
        yield Issue("cover", rule, remedy, "stand_by", value=str(asked.stand_by))
    if asked.stand_by and not sites and not unknown:
        rule = Text("there is no such place to stand by", "没有可供前置驻防的地点")
        remedy = Text(
            "name towns, shelters, refuges or road nodes", "写 towns、shelters、refuges 或路网节点编号"
        )
        yield Issue("cover", rule, remedy, "places", value=", ".join(asked.places))


def _moments(world: World, asked: Asked) -> list[float]:
    """Return the moments of the flood, the one that was asked for among them; none where there is no water."""
    times = world.water.times[world.water.changes()]
    moments = set() if isinstance(asked.at, str) else {float(asked.at)}
    if len(times):
        last = max(float(times[-1]), 0.0)
        moments |= set((np.arange(np.ceil(last / asked.every) + 1) * asked.every).tolist())
    return sorted(moments)


def _chosen_moment(
    asked: Asked, home: Units, points: Points, roads: dict[float | None, RoadTimes]
) -> float | None:
    if not isinstance(asked.at, str):
        return float(asked.at)
    if asked.at == "dry" or len(roads) == 1:
        return DRY
    reached = {
        moment: float(points.people[at.from_nearest(home.node)[points.node] <= asked.limit].sum())
        for moment, at in roads.items()
        if moment is not None
    }
    return min(reached, key=lambda moment: (reached[moment], -roads[moment].n_closed, moment))


def _rings(
    asked: Asked,
    kinds: Sequence[str],
    units: dict[str, Units],
    points: Points,
    roads: dict[float | None, RoadTimes],
) -> pd.DataFrame:
    rows = []
    n, people = len(points.node), float(points.people.sum())
    for position, group in units.items():
        of_kind = np.array(group.kind, dtype=object)
        for kind in (ALL, *kinds) if len(kinds) > 1 else (ALL,):
            own = np.flatnonzero((of_kind == kind) | (kind == ALL))
            for moment, at in roads.items():
                time_s = np.nan if moment is None else moment
                for clock in CLOCKS:
                    delay = group.delay[own] if clock == "call" else None
                    time = at.from_nearest(group.node[own], delay)[points.node]
                    for limit in asked.limits:
                        within = time <= limit
                        there, saved = int(within.sum()), float(points.people[within].sum())
                        counts = (there, n, saved, people, there / n, saved / people)
                        rows.append((position, kind, time_s, clock, limit, *counts))
    names = ["position", "kind", "time_s", "clock", "limit_s", "points", "points_total"]
    return pd.DataFrame(rows, columns=[*names, "people", "people_total", "points_share", "people_share"])


def _reached(
    world: World,
    units: dict[str, Units],
    points: Points,
    roads: dict[float | None, RoadTimes],
    at: float | None,
) -> pd.DataFrame:
    table = pd.DataFrame(
        {
            "zone": points.zone,
            "node": [world.roads.node_ids[node] for node in points.node.tolist()],
            "x": points.x,
            "y": points.y,
            "people": points.people,
        }
    )
    for position, group in units.items():
        table[f"{position}_dry_s"] = roads[DRY].from_nearest(group.node)[points.node]
        table[f"{position}_flood_s"] = roads[at].from_nearest(group.node)[points.node]
    return table


def _moved(world: World, home: Units, choice: Choice | None, sites: Sequence[Site]) -> pd.DataFrame:
    rows = []
    pairs = [] if choice is None else zip(choice.units, choice.sites, choice.drive, strict=True)
    for one, site, drive in pairs:
        row = int(home.force[one])
        force, of_team = world.forces.models[row], int(np.count_nonzero(home.force == row))
        # The people left over go with the first units, which leave last.
        share, over = divmod(force.members, of_team)
        people = share + (1 if home.number[one] <= over else 0)
        start, place = world.roads.node_ids[home.node[one]], sites[site]
        unit = (force.id, int(home.number[one]), people, force.kind, start)
        rows.append((*unit, place.id, place.name, world.roads.node_ids[place.node], float(drive)))
    names = ["force", "unit", "people", "kind", "from_node", "place", "place_name", "node", "drive_s"]
    return pd.DataFrame(rows, columns=names)
