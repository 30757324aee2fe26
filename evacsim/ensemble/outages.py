"""What a plan is worth without network, power and roads: the 2^3 grid of the three outages (断网、断电、断路).

Every cell of the grid is one run of the same scenario with the same seed, so the same people meet the same luck and
whatever differs comes from the outages. What is cut at a lower severity is cut at a higher one too.
"""

import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evacsim.analysis.commanding import contactable_times
from evacsim.analysis.indicators import Indicator, indicators
from evacsim.engine.running import simulate
from evacsim.ensemble.belonging import belonging
from evacsim.ensemble.worst_cut import Parting, worst_roads
from evacsim.errors import Issue, ScenarioError
from evacsim.language import Text
from evacsim.results.digest import events_digest
from evacsim.results.record import RunRecord
from evacsim.scenario.networks import RoadCut, SiteOutage
from evacsim.scenario.plan import Plan
from evacsim.streams import Streams
from evacsim.world.columns import CutWays, World
from evacsim.world.offices import satellite_phones
from evacsim.world.ways import opposite_links

THREE = ("network", "power", "roads")
"""The three outages, which always have their columns; what is cut besides has one where it is asked for."""
CUTS: dict[str, Text] = {
    "network": Text("network", "断网"),
    "power": Text("power", "断电"),
    "roads": Text("roads", "断路"),
    "private": Text("private network", "断专网"),
    "satellite": Text("satellite phones", "断卫星"),
}
"""What can be cut, by name, in the order of columns."""
SITE_KINDS = {"network": "cell", "power": "power", "private": "trunked"}
"""Kind of the sites that each outage takes."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be cut, how much of it, and when."""

    severities: tuple[float, ...] = (0.5, 1.0)
    """Share of the sites that fail, and of `road_share`; in (0, 1]."""
    cuts: tuple[str, ...] = ("network", "power", "roads")
    """What is cut, of `CUTS`."""
    at: float = 0.0
    """Moment from which all of it is out, to the end of the scenario [s]."""
    roads: Literal["busiest", "worst", "random"] = "busiest"
    """Which roads go first: those that most vehicles enter in the whole world; those whose loss parts most people from
    their shelters (`worst_cut`), then the busiest; or any that a vehicle enters."""
    road_share: float = 0.2
    """Share of the roads that vehicles enter in the whole world which is cut at severity 1 (assumed)."""

    @property
    def columns(self) -> list[str]:
        """What has a column of its own in the tables: the three outages, and what is cut besides."""
        return [name for name in CUTS if name in THREE or name in self.cuts]


class Cell(NamedTuple):
    """One cell of the grid."""

    severity: float
    """0 where nothing is cut."""
    cut: tuple[str, ...]
    """What is cut, of `CUTS`."""


def cuts_of(table: pd.DataFrame) -> list[str]:
    """Return what has a column of its own in a table of outages."""
    return [name for name in CUTS if name in table.columns]


@dataclass(frozen=True, slots=True)
class Outages:
    """What each cell of the grid came to."""

    scenario: str
    start: str
    seed: int
    asked: Asked
    chosen: Mapping[tuple[str, float], tuple[str, ...]]
    """Ids of the sites, or of the road links, that are cut, by what and severity; in the order in which they go."""
    parted: Mapping[float, int]
    """People whom the roads that are cut leave no way for vehicles to any of their shelters, by severity."""
    road_names: Mapping[str, str]
    """Names of the roads that are cut, by the ids of their links; without those that have none."""
    there: Mapping[str, int]
    """How many there are to choose from: sites of the kind, roads that vehicles enter."""
    table: pd.DataFrame
    """`severity, network, power, roads, id, name_en, name_zh, unit, better, whole, value, difference, ratio, change`: a
    row for each cell and indicator. `ratio` is value / whole, where both are amounts greater than nothing; `change`
    is `worse`, `better` or empty."""
    contact: pd.DataFrame
    """`severity, network, power, roads, zone, contactable_s, last_s`: how long each zone of the plan could be called,
    and until when."""
    belongs_to: Mapping[str, Any]
    """What it belongs to (`belonging`)."""
    digests: Mapping[Cell, str]
    """SHA-256 of the events of each cell."""

    @property
    def cells(self) -> list[Cell]:
        """The cells in the order in which they were run, the whole world first."""
        return list(self.digests)

    def of(self, cell: Cell) -> pd.DataFrame:
        """Return the rows of one cell, by the id of the indicator."""
        is_cut = [self.table[name] == (name in cell.cut) for name in self.asked.columns]
        rows = (self.table["severity"] == cell.severity) & np.logical_and.reduce(is_cut)
        chosen: pd.DataFrame = self.table[rows].set_index("id")
        return chosen


def outages(
    world: World,
    asked: Asked,
    *,
    seed: int,
    progress: Callable[[float, float], None] | None = None,
) -> Outages:
    """Run a world with everything whole, and with every combination of the outages at every severity.

    The outages of the scenario itself hold in every cell.

    Parameters
    ----------
    world : World
    asked : Asked
    seed : int
        Seed of all runs, and of what is chosen by chance.
    progress : callable, optional
        Told how many cells are done, of how many.

    Raises
    ------
    ScenarioError
        With everything that cannot be cut, or not so.
    """
    _check(world, asked)
    cells = list(grid(asked))
    whole = simulate(world, seed=seed)
    usual = indicators(whole)
    used = used_roads(world, whole, asked, seed)
    groups = {
        **{name: [[id_] for id_ in _sites(world, kind, seed)] for name, kind in SITE_KINDS.items()},
        "satellite": [[id_] for id_ in _with_phones(world)],
        "roads": used,
    }
    if "roads" in asked.cuts and not used:
        rule = Text("no vehicle enters any road, so none can be cut", "没有车辆驶入任何道路，无路可断")
        raise _refused(world, [("cuts", rule, Text("leave roads out", "去掉 roads"))])
    there = {name: len(groups[name]) for name in asked.cuts}
    if "roads" in asked.cuts and asked.roads == "worst":
        groups["roads"] = _worst_first(
            world, used, max(_number("roads", max(asked.severities), asked, there), 1)
        )
    chosen = _chosen(groups, there, asked)
    cut_roads = {severity: ids for (name, severity), ids in chosen.items() if name == "roads"}
    parting = Parting(world)
    tables, contact, digests = [], [], {}
    for number, cell in enumerate(cells):
        record = whole if not cell.cut else simulate(_without(world, cell, chosen, asked.at), seed=seed)
        tables.append(_labelled(cell, asked, _table(usual, indicators(record))))
        contact.append(_labelled(cell, asked, contactable_times(record)))
        digests[cell] = events_digest(record)
        if progress is not None:
            progress(number + 1, len(cells))
    return Outages(
        scenario=world.scenario.id,
        start=f"{world.scenario.start:%Y-%m-%d %H:%M}",
        seed=seed,
        asked=asked,
        chosen=chosen,
        parted={severity: parting.parted_by_links(ids) for severity, ids in cut_roads.items()},
        road_names=_names(world, {id_ for ids in cut_roads.values() for id_ in ids}),
        there=there,
        table=pd.concat(tables, ignore_index=True),
        contact=pd.concat(contact, ignore_index=True),
        belongs_to=belonging(world),
        digests=digests,
    )


def grid(asked: Asked) -> Iterator[Cell]:
    """Yield the cells: nothing cut, then for each severity one, two and all of the outages.

    >>> [cell.cut for cell in grid(Asked(severities=(1.0,), cuts=("network", "roads")))]
    [(), ('network',), ('roads',), ('network', 'roads')]
    """
    names = [name for name in CUTS if name in asked.cuts]
    combinations = [
        tuple(name for name, is_cut in zip(names, chosen, strict=True) if is_cut)
        for chosen in product((False, True), repeat=len(names))
    ]
    yield Cell(0.0, ())
    for severity in sorted(set(asked.severities)):
        for cut in sorted(combinations, key=lambda cut: (len(cut), [names.index(name) for name in cut])):
            if cut:
                yield Cell(severity, cut)


# -- what is cut ----------------------------------------------------------------------------------


def _check(world: World, asked: Asked) -> None:
    wrong = []
    if not asked.severities or not all(0 < severity <= 1 for severity in asked.severities):
        rule = Text("must be shares above 0, up to 1", "须为大于 0、至多 1 的比例")
        wrong.append(("severities", rule, Text("write 0.5,1", "写 0.5,1")))
    if not asked.cuts or not set(asked.cuts) <= set(CUTS):
        rule = Text(f"must be some of {', '.join(CUTS)}", f"须取自 {'、'.join(CUTS)}")
        wrong.append(("cuts", rule, Text("name one of them", "写其中之一")))
    if not 0 < asked.road_share <= 1:
        rule = Text("must be a share above 0, up to 1", "须为大于 0、至多 1 的比例")
        wrong.append(("road_share", rule, Text("write 0.2", "写 0.2")))
    if asked.roads not in ("busiest", "worst", "random"):
        rule = Text("must be busiest, worst or random", "须为 busiest、worst 或 random")
        wrong.append(("roads", rule, Text("write busiest", "写 busiest")))
    if not 0 <= asked.at < world.scenario.duration:
        rule = Text("lies outside the scenario", "不在情景时段内")
        wrong.append(("at", rule, Text("write T+0 h, or a later moment", "写 T+0 h 或之后的时刻")))
    for name, kind in SITE_KINDS.items():
        if name in asked.cuts and not any(site.kind == kind for site in world.sites.models):
            rule = Text(f"the district has no sites of kind {kind}", f"地区未列 {kind} 类站点")
            remedy = Text(
                f"describe them in district.sites, or leave {name} out",
                f"在 district.sites 中列出，或去掉 {name}",
            )
            wrong.append((f"cuts: {name}", rule, remedy))
    if "satellite" in asked.cuts and not _with_phones(world):
        rule = Text("no office has a satellite phone that counts", "没有计入推演的卫星电话")
        remedy = Text(
            "describe plan.organize.networks.satellite and the means of offices, or leave satellite out",
            "写明 plan.organize.networks.satellite 和机构的 means，或去掉 satellite",
        )
        wrong.append(("cuts: satellite", rule, remedy))
    if wrong:
        raise _refused(world, wrong)


def _refused(world: World, wrong: Sequence[tuple[str, Text, Text]]) -> ScenarioError:
    issues = [Issue("outages", rule, remedy, place) for place, rule, remedy in wrong]
    return ScenarioError(world.scenario.id, issues)


def _sites(world: World, kind: str, seed: int) -> list[str]:
    """Return the sites of a kind in the order in which they go, which is drawn."""
    ids = sorted(site.id for site in world.sites.models if site.kind == kind)
    return [ids[row] for row in Streams(seed).get("outages", kind).permutation(len(ids)).tolist()]


def used_roads(world: World, whole: RunRecord, asked: Asked, seed: int) -> list[list[str]]:
    """Return the roads that vehicles enter in the order in which they go, each as its links in both directions."""
    drive = np.flatnonzero(~world.ways.is_footway)
    link = world.ways.link[drive].astype(np.int64)
    found = opposite_links(world.ways.from_node[drive], world.ways.to_node[drive], world.ways.length[drive])
    back = np.where(found >= 0, link[found], -1)
    vehicles: NDArray[np.float64] = whole.tables["links"]["vehicles"].to_numpy(np.float64)
    ids, roads, entered = world.roads.link_ids, [], []
    for one, other in zip(link.tolist(), back.tolist(), strict=True):
        if 0 <= other < one:
            continue  # it stands with its other direction
        both = [one] if other < 0 else [one, other]
        if vehicles[both].sum() > 0:
            roads.append([ids[row] for row in both])
            entered.append(vehicles[both].sum())
    order = (
        np.argsort(-np.array(entered), kind="stable")
        if asked.roads != "random"
        else Streams(seed).get("outages", "roads").permutation(len(roads))
    )
    return [roads[row] for row in order.tolist()]


def _worst_first(world: World, used: list[list[str]], most: int) -> list[list[str]]:
    """Return the roads of the worst cut that so many roads allow, then the busiest others."""
    first = worst_roads(world, most)
    taken = {frozenset(road) for road in first}
    return first + [road for road in used if frozenset(road) not in taken]


def _names(world: World, links: Collection[str]) -> dict[str, str]:
    named = {id_: str(world.roads.name[world.roads.link_row[id_]]) for id_ in sorted(links)}
    return {id_: name for id_, name in named.items() if name}


def _number(name: str, severity: float, asked: Asked, there: Mapping[str, int]) -> int:
    share = severity * (asked.road_share if name == "roads" else 1.0)
    # The product of shares may lie a rounding above a whole number.
    return math.ceil(round(share * there[name], 9))


def _chosen(
    groups: Mapping[str, list[list[str]]], there: Mapping[str, int], asked: Asked
) -> dict[tuple[str, float], tuple[str, ...]]:
    chosen = {}
    for name, severity in product(
        [name for name in CUTS if name in asked.cuts], sorted(set(asked.severities))
    ):
        number = _number(name, severity, asked, there)
        chosen[name, severity] = tuple(id_ for group in groups[name][:number] for id_ in group)
    return chosen


def _without(
    world: World, cell: Cell, chosen: Mapping[tuple[str, float], tuple[str, ...]], at: float
) -> World:
    """Return the world in which what a cell cuts is out from a moment on; as if built from such a scenario."""
    hazard, moment = world.scenario.hazard, f"T+{at!r} s"
    failing = [
        SiteOutage(site=site, begins=moment)
        for name in SITE_KINDS
        if name in cell.cut
        for site in chosen[name, cell.severity]
    ]
    links = chosen["roads", cell.severity] if "roads" in cell.cut else ()
    cuts = [RoadCut(links=list(links), begins=moment)] if links else []
    changed = hazard.model_copy(
        update={"outages": [*hazard.outages, *failing], "road_cuts": [*hazard.road_cuts, *cuts]}
    )
    plan = world.scenario.plan
    if "satellite" in cell.cut:
        phones = len(_with_phones(world)) - len(chosen["satellite", cell.severity])
        plan = _with_phones_left(plan, phones)
    drive = np.flatnonzero(~world.ways.is_footway)
    way_of = dict(zip(world.ways.link[drive].tolist(), drive.tolist(), strict=True))
    ways = np.array([way_of[world.roads.link_row[id_]] for id_ in links], dtype=np.int32)
    return replace(
        world,
        scenario=world.scenario.model_copy(update={"hazard": changed, "plan": plan}),
        road_cuts=[*world.road_cuts, *([CutWays(at, np.inf, ways)] if links else [])],
    )


def _with_phones(world: World) -> list[str]:
    """Return the offices that have a satellite phone in the order in which they lose it: the lowest first."""
    rows, _ = satellite_phones(world.offices, world.scenario.plan)
    return [world.offices.ids[row] for row in reversed(rows)]


def _with_phones_left(plan: Plan, phones: int) -> Plan:
    """Return a plan with so many satellite phones, from the start."""
    networks = plan.organize.networks
    assert networks is not None, "phones are cut where there are some"
    assert networks.satellite is not None, "phones are cut where there are some"
    satellite = networks.satellite.model_copy(update={"phones": phones})
    changed = networks.model_copy(update={"satellite": satellite})
    return plan.model_copy(update={"organize": plan.organize.model_copy(update={"networks": changed})})


# -- what came of it ------------------------------------------------------------------------------


def _labelled(cell: Cell, asked: Asked, table: pd.DataFrame) -> pd.DataFrame:
    labels = {"severity": cell.severity, **{name: name in cell.cut for name in asked.columns}}
    for place, (name, value) in enumerate(labels.items()):
        table.insert(place, name, value)
    return table


def _table(usual: Mapping[str, Indicator], found: Mapping[str, Indicator]) -> pd.DataFrame:
    rows = []
    for name, before in usual.items():
        whole, value = before.value, found[name].value
        # Never against never, unknown against unknown: no difference.
        is_same = whole == value or (math.isnan(whole) and math.isnan(value))
        is_said = math.isfinite(whole) and math.isfinite(value)
        gain = 0.0 if is_same else {"more": value - whole, "less": whole - value, "": 0.0}[before.better]
        rows.append(
            (
                name, before.name.en, before.name.zh, before.unit, before.better, whole, value,
                0.0 if is_same else value - whole if is_said else math.nan,
                value / whole if is_said and whole > 0 and value >= 0 else math.nan,
                "better" if gain > 0 else "worse" if gain < 0 else "",
            )
        )  # fmt: skip
    columns = [
        "id",
        "name_en",
        "name_zh",
        "unit",
        "better",
        "whole",
        "value",
        "difference",
        "ratio",
        "change",
    ]
    return pd.DataFrame(rows, columns=columns)
