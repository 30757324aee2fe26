"""Teams in units, where they are at home, and where units are sent to stand by (力量前置、下沉一级驻防)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from evacsim.analysis.median import least_time
from evacsim.analysis.road_times import RoadTimes
from evacsim.language import Text
from evacsim.scenario.forces import Force
from evacsim.world.columns import World
from evacsim.world.laws import quantiles
from evacsim.world.locating import Placement, max_cover, max_expected_cover
from evacsim.world.places import Locator

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Model = Literal["mclp", "mexclp", "p-median"]

MODELS: dict[Model, Text] = {
    "mclp": Text("maximal covering (MCLP)", "最大覆盖（MCLP）"),
    "mexclp": Text("maximal expected covering (MEXCLP)", "最大期望覆盖（MEXCLP）"),
    "p-median": Text("p-median", "p-中位"),
}
RESCUES = frozenset({"water", "search"})
"""Skills of a team that can help people in need."""
UNIT = 8
"""People in a unit that is sent somewhere: a squad 班 of a fire brigade (assumed)."""
NO_WAY = 1e9
"""Drive that is only taken where there is no other [s]."""


@dataclass(frozen=True, slots=True)
class Units:
    """Teams in units of nearly the same size, one row each."""

    force: Ints
    """Row of its team."""
    number: Ints
    """Number within its team, from 1."""
    kind: tuple[str, ...]
    node: Ints
    """Where it is."""
    delay: Floats
    """From the call until it sets out [s]."""

    @property
    def n(self) -> int:
        """Number of units."""
        return len(self.force)

    def moved(self, rows: Ints, nodes: Ints) -> "Units":
        """Return the same units with some of them standing by elsewhere: they set out at once."""
        node, delay = self.node.copy(), self.delay.copy()
        node[rows], delay[rows] = nodes, 0.0
        return replace(self, node=node, delay=delay)


class Site(NamedTuple):
    """A place where units may stand by."""

    id: str
    name: str
    node: int


class Aim(NamedTuple):
    """By which model places are chosen."""

    model: Model
    limit: float
    """Time within which a point is covered [s]; p-median needs none."""
    busy: float
    """Chance that a unit is busy, for `mexclp`."""
    time_limit: float
    """When HiGHS stops [s]."""


class Choice(NamedTuple):
    """Which units stand by where, and how good the model says that is."""

    units: Ints
    """Rows of the units that move."""
    sites: Ints
    """Row of the site of each."""
    placement: Placement
    drive: Floats
    """Drive from home to there on dry roads [s]; inf where no way leads."""


def can_rescue(force: Force) -> bool:
    """Return whether a team of the district's own can help people in need."""
    return bool(RESCUES & set(force.can)) and not force.external


def units_at_home(world: World, kinds: Sequence[str], *, size: int = UNIT) -> Units:
    """Return the units of the teams of some kinds, none of them from outside, each at home.

    Parameters
    ----------
    world : World
    kinds : sequence of str
        Kinds of teams.
    size : int
        People in a unit [person]; a team with fewer than two times as many is one unit.
    """
    models = world.forces.models
    # The world has teams where the plan has them stand by; at home they are where the district says.
    locator = Locator(
        world.roads,
        world.ways,
        network_crs=world.roads.crs,
        places_crs=world.scenario.district.crs,
        limit=world.scenario.district.access_limit,
    )
    home = locator.locate(world.scenario.district.forces, Text("force", "队伍"), 0).drive_node
    rows = [row for row, force in enumerate(models) if force.kind in kinds and not force.external]
    n_units = [max(1, models[row].members // size) for row in rows]
    force = np.repeat(np.array(rows, dtype=np.int64), n_units)
    ready = np.array(
        [quantiles(model.gets_ready_in, np.array([0.5]))[0] for model in models], dtype=np.float64
    )
    number = [np.arange(1, n + 1) for n in n_units]
    return Units(
        force=force,
        number=np.concatenate([np.zeros(0, dtype=np.int64), *number]),
        kind=tuple(models[row].kind for row in force.tolist()),
        node=home[force].astype(np.int64),
        delay=ready[force],
    )


def units_of_plan(world: World, units: Units) -> Units | None:
    """Return the units where the plan has their teams stand by, None where it says nothing of them."""
    rescue = world.scenario.plan.rescue
    named = set() if rescue is None else {one.force for one in rescue.stand_by}
    rows = np.flatnonzero([world.forces.models[row].id in named for row in units.force.tolist()])
    if not rows.size:
        return None
    return units.moved(rows, world.forces.drive_node[units.force[rows]].astype(np.int64))


def sites_of(world: World, places: Iterable[str]) -> tuple[list[Site], list[str]]:
    """Return sites by what they are called, and what is nothing that is known.

    `towns`: the offices of towns; `shelters`; `refuges`; any other word is the id of a road node.
    """
    offices = zip(world.office_places.models, world.office_places.drive_node.tolist(), strict=True)
    named = {
        "towns": [Site(o.id, o.name, node) for o, node in offices if o.level == "town"],
        "shelters": [
            Site(s.id, s.name, node)
            for s, node in zip(world.shelters.models, world.shelters.drive_node.tolist(), strict=True)
        ],
        "refuges": [
            Site(r.id, r.name, node)
            for r, node in zip(world.refuges.models, world.refuges.drive_node.tolist(), strict=True)
        ],
    }
    sites, unknown = [], []
    for place in places:
        if place in named:
            sites += named[place]
        elif place in world.roads.node_row:
            sites.append(Site(place, "", world.roads.node_row[place]))
        else:
            unknown.append(place)
    return sites, unknown


def leaving(units: Units, n: int) -> Ints:
    """Return `n` units that leave home, one after the other from the team with most left; its last ones first."""
    teams = np.unique(units.force)
    left = {team: np.flatnonzero(units.force == team).tolist() for team in teams.tolist()}
    gone = []
    for _ in range(n):
        team = max(left, key=lambda one: (len(left[one]), -one))
        gone.append(left[team].pop())
    return np.array(sorted(gone), dtype=np.int64)


def choose(
    world: World,
    units: Units,
    sites: Sequence[Site],
    points: Ints,
    people: Floats,
    *,
    n: int,
    roads: RoadTimes,
    aim: Aim,
) -> tuple[Choice, list[Site]]:
    """Return which units stand by at which sites, and all sites, the homes that would be left empty first.

    Parameters
    ----------
    world : World
    units : Units
        At home; `n` of them may leave, from the teams with most units.
    sites : sequence of Site
        Where they may stand by.
    points, people : ndarray of int64 and float64, shape (n_points,)
        Nodes of the points and their weight, some of it above 0.
    n : int
        Units that may leave, at most `units.n`.
    roads : RoadTimes
        The roads for which the places are chosen.
    aim : Aim
    """
    go = leaving(units, n)
    stay = np.setdiff1d(np.arange(units.n), go)
    emptied = np.setdiff1d(units.force[go], units.force[stay])
    homes = [
        Site(
            world.forces.models[row].id, world.forces.models[row].name, int(units.node[units.force == row][0])
        )
        for row in emptied.tolist()
    ]
    # Of equally good ones HiGHS and the greedy search tend to the first: to stay at home.
    every = [*homes, *sites]
    # Points at one node are one point: nobody is nearer to one of them than to another.
    nodes, row = np.unique(points, return_inverse=True)
    points, people = nodes, np.bincount(row, weights=people).astype(np.float64)
    times = roads.between([site.node for site in every], points)
    kept, number = np.unique(units.node[stay], return_counts=True)
    staying = roads.between(kept, points)
    within, covers = times <= aim.limit, staying <= aim.limit
    others = number @ covers.astype(np.int64)
    match aim.model:
        case "mclp":
            placement = max_cover(within, people, n, fixed=others > 0, time_limit=aim.time_limit)
        case "mexclp":
            placement = max_expected_cover(
                within, people, n, busy=aim.busy, fixed=others, time_limit=aim.time_limit
            )
        case "p-median":
            nearest = staying.min(axis=0, initial=np.inf)
            placement = least_time(times, people, n, fixed=nearest, time_limit=aim.time_limit)
    wanted = np.repeat(np.arange(len(every)), placement.units)
    dry = RoadTimes.of(world).between(units.node[go], [every[site].node for site in wanted.tolist()])
    who, where = linear_sum_assignment(np.minimum(dry, NO_WAY))
    return Choice(go[who], wanted[where], placement, dry[who, where]), every
