"""What holds traffic beside the roads themselves: junctions, signals, orders of the plan, and roads that are cut.

Everything that a scenario names by the id of a node or link is put on rows; what the network
does not have is noted, all at once.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from evacsim.clock import seconds_after
from evacsim.errors import Issue
from evacsim.language import Text
from evacsim.network.columns import RoadColumns
from evacsim.network.presets import CONTRAFLOW_PRESETS
from evacsim.scenario.district import Roads
from evacsim.scenario.hazard import Hazard
from evacsim.scenario.matching import matching
from evacsim.scenario.nearest import suggestion
from evacsim.scenario.plan import Plan, RoadOrder
from evacsim.world.columns import CutWays, RoadChange, Signals, StageSeries, Ways
from evacsim.world.ways import opposite_links

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

FEWEST_ROADS = 3
"""A node with so many neighbors or more is a junction."""


class Controls:
    """Puts junctions, signals and orders on the rows of a network; `issues` lists what it does not have."""

    def __init__(self, roads: RoadColumns, ways: Ways, given: Roads, *, capacity_factor: float = 1.0) -> None:
        self.issues: list[Issue] = []
        self._roads, self._ways, self._given = roads, ways, given
        self._capacity_factor = capacity_factor
        drive = np.flatnonzero(~ways.is_footway)
        self._way_of = np.full(len(roads.link_ids), -1, dtype=np.int32)
        self._way_of[ways.link[drive]] = drive

    def node_capacity(self) -> Floats:
        """Return what passes each node, shape (n_nodes,) [pcu/s]; infinite where nothing limits it."""
        roads, usual = self._roads, self._given.node_capacity
        capacity = np.full(len(roads.node_ids), np.inf)
        if usual is not None:
            capacity[self._neighbors() >= FEWEST_ROADS] = usual
        for junction in self._given.junctions:
            row = roads.node_row.get(junction.node)
            if row is None:
                rule = Text("is no node of the road network", "不是路网中的节点")
                remedy = suggestion(junction.node, roads.node_ids)
                self.issues.append(Issue("roads", rule, remedy, "roads.junctions: node", value=junction.node))
            else:
                capacity[row] = junction.capacity
        return capacity

    def signals(self) -> Signals:
        """Return the signals on the rows of the ways."""
        known = sorted(self._given.signals, key=lambda signal: signal.link)
        rows = [self._way(signal.link, "roads.signals: link") for signal in known]
        return Signals(
            way=np.array(rows, dtype=np.int32),
            cycle=np.array([signal.cycle for signal in known], dtype=np.float64),
            start=np.array([signal.start for signal in known], dtype=np.float64),
            green=np.array([signal.green for signal in known], dtype=np.float64),
        )

    def orders(self, plan: Plan, gauges: Mapping[str, StageSeries], *, start: datetime) -> list[RoadChange]:
        """Return the orders of a plan in the order of time; those that are never given are left out."""
        changes = [
            self._change(order, number, _moment(order, gauges, start=start))
            for number, order in enumerate(plan.controls)
        ]
        given = sorted((change for change in changes if np.isfinite(change.time)), key=lambda c: c.time)
        return self._with_lanes_back(given)

    def road_cuts(self, hazard: Hazard, *, start: datetime) -> list[CutWays]:
        """Return the roads that are cut, on the rows of the ways."""
        cuts = []
        for number, cut in enumerate(hazard.road_cuts):
            rows = [self._way(link, f"hazard.road_cuts[{number}].links") for link in dict.fromkeys(cut.links)]
            ways = np.array([row for row in rows if row >= 0], dtype=np.int32)
            ends = np.inf if cut.ends is None else seconds_after(start, cut.ends)
            work = np.nan if cut.work is None else 3600.0 * cut.work
            bridge = np.nan if cut.bridge is None else 3600.0 * cut.bridge
            begins, bears_buses = seconds_after(start, cut.begins), cut.bridge_bears == "bus"
            cuts.append(CutWays(begins, ends, ways, work, bridge, bears_buses))
        return cuts

    def check_measures(self, plan: Plan) -> None:
        """Note the links of measures that are not there, that no vehicle uses, or that have no lane to spare."""
        for measure in plan.when.measures:
            for link in measure.links:
                place = f"plan.when.measures: {measure.id}"
                way = self._way(link, place)
                if measure.action == "reserve" and way >= 0:
                    self._note_single_lane(link, place)

    def check_posts(self, plan: Plan) -> None:
        """Note the links of posts that the network does not have."""
        for post in plan.care.posts:
            for link in post.links:
                if link not in self._roads.link_row:
                    self._note_unknown(link, f"plan.care.posts: {post.id}")

    def check_rescue(self, plan: Plan) -> None:
        """Note places of rescue that are no nodes of the network: where boats stand by, where people are treated."""
        if plan.rescue is None:
            return
        move_up, treatment = plan.rescue.move_up, plan.rescue.treatment
        places = [] if move_up is None else move_up.places
        named = [(f"move_up.places[{number}]", node) for number, node in enumerate(places)]
        if treatment is not None:
            named += [(f"treatment.places[{k}].node", place.node) for k, place in enumerate(treatment.places)]
        for where, node in named:
            if node not in self._roads.node_row:
                rule = Text("is no node of the road network", "不是路网中的节点")
                remedy = Text("write the id of a node", "写路网节点编号")
                place = f"plan.rescue.{where}"
                self.issues.append(Issue("roads", rule, remedy, place, value=node))

    def check_routes(self, plan: Plan) -> None:
        """Note the links of routes that are not there, or that no vehicle uses."""
        for number, row in enumerate(plan.zones):
            for link in row.via:
                self._way(link, f"plan.zones[{number}].via")

    def check_dykes(self, hazard: Hazard) -> None:
        """Note the patterns of links behind dykes that fit none, and links that lie behind two."""
        behind: dict[str, str] = {}
        for dyke in hazard.dykes:
            for pattern in dyke.links:
                place, links = f"hazard.dykes: {dyke.id}.links", matching(pattern, self._roads.link_row)
                if not links:
                    self._note_unknown(pattern, place)
                twice = next((one for one in links if behind.setdefault(one, dyke.id) != dyke.id), None)
                if twice is not None:
                    first = behind[twice]
                    rule = Text(f"{twice} lies behind {first} too", f"{twice} 同时位于 {first} 之后")
                    remedy = Text("let one dyke protect each link", "每个路段只由一处堤防保护")
                    self.issues.append(Issue("roads", rule, remedy, place, value=pattern))

    def _with_lanes_back(self, given: list[RoadChange]) -> list[RoadChange]:
        """Return orders in the order of time, those that open reversed ways taking the lanes back."""
        reversed_ways: set[int] = set()
        changes = []
        for change in given:
            if change.order.order == "reverse":
                reversed_ways.update(change.ways.tolist())
            if change.order.order == "open":
                back = np.isin(change.ways, list(reversed_ways))
                opposite = np.where(back, self._opposite[change.ways], -1).astype(np.int32)
                change = replace(  # noqa: PLW2901  # the same order, told in full
                    change,
                    opposite=opposite,
                    opposite_capacity=self._ways.capacity[opposite],
                    opposite_storage=self._ways.storage[opposite],
                )
                reversed_ways.difference_update(change.ways.tolist())
            changes.append(change)
        return changes

    def _change(self, order: RoadOrder, number: int, time: float) -> RoadChange:
        place = f"plan.controls[{number}].links"
        rows = [self._way(link, place) for link in order.links]
        ways = np.array([row for row in rows if row >= 0], dtype=np.int32)
        opposite = np.full(len(ways), -1, dtype=np.int32)
        added, room = np.zeros(len(ways)), np.zeros(len(ways))
        if order.order == "reverse":
            self._note_one_way(ways, place)
            opposite = self._opposite[ways]
            added = self._ways.capacity[opposite] + self._reversed_flow(order, ways)
            room = self._ways.storage[opposite] + self._ways.storage[ways]
        return RoadChange(order, time, ways, opposite, self._flow(order, ways), added, room)

    def _flow(self, order: RoadOrder, ways: Ints) -> Floats:
        """Return what ways carry under an order [pcu/s]."""
        usual = self._ways.capacity[ways]
        if order.order in ("close", "reverse"):
            return np.zeros(len(ways))
        if order.capacity_factor is not None:
            return usual * order.capacity_factor
        if order.lanes is not None:
            return usual / self._roads.lanes[self._ways.link[ways]] * order.lanes
        return usual.copy()

    def _reversed_flow(self, order: RoadOrder, ways: Ints) -> Floats:
        """Return what the lanes of `ways` carry the other way [pcu/s], in the scenario's rain."""
        links = self._ways.link[ways]
        preset = CONTRAFLOW_PRESETS[order.contraflow]
        ordinary = self._roads.capacity[links]
        return preset.capacity(ordinary, self._roads.lanes[links]) * self._capacity_factor

    def _note_one_way(self, ways: Ints, place: str) -> None:
        rule = Text("has no link the other way to which its lanes could go", "没有可接收其车道的对向路段")
        remedy = Text(
            "name a link of a two-way road, or write order: close", "写双向道路的路段，或写 order: close"
        )
        for way in ways[self._opposite[ways] < 0]:
            link = self._roads.link_ids[self._ways.link[way]]
            self.issues.append(Issue("roads", rule, remedy, place, value=link))
        both = {int(way) for way in ways} & {int(way) for way in self._opposite[ways]}
        if both:
            rule = Text("both directions of one road are reversed at once", "同一道路的两个方向同时反向")
            remedy = Text("name the direction whose lanes are given away", "只写让出车道的方向")
            link = self._roads.link_ids[self._ways.link[min(both)]]
            self.issues.append(Issue("roads", rule, remedy, place, value=link))

    def _way(self, link: str, place: str) -> int:
        """Return the way for vehicles on a link; -1, with an issue, where there is none."""
        row = self._roads.link_row.get(link)
        way = -1 if row is None else int(self._way_of[row])
        if row is None:
            self._note_unknown(link, place)
        elif way < 0:
            rule = Text("is open to no vehicle", "不通行任何车辆")
            remedy = Text("name a link that cars or buses use", "写车辆可通行的路段")
            self.issues.append(Issue("roads", rule, remedy, place, value=link))
        return way

    def _note_single_lane(self, link: str, place: str) -> None:
        """Note a link whose only lane is to be kept for rescue."""
        lanes = float(self._roads.lanes[self._roads.link_row[link]])
        if lanes <= 1:
            rule = Text(
                f"has {lanes:g} lane this way: none is left beside the one kept for rescue",
                f"该方向只有 {lanes:g} 条车道，留出救援专用道后无车道可用",
            )
            remedy = Text("close it, or name a link of more lanes", "改为 close，或写多车道路段")
            self.issues.append(Issue("roads", rule, remedy, place, value=link))

    def _note_unknown(self, link: str, place: str) -> None:
        rule = Text("is no link of the road network", "不是路网中的路段")
        remedy = suggestion(link, self._roads.link_ids)
        self.issues.append(Issue("roads", rule, remedy, place, value=link))

    @cached_property
    def _opposite(self) -> Ints:
        """For each way for vehicles the one in the opposite direction, -1 where there is none."""
        drive = np.flatnonzero(~self._ways.is_footway)
        ways = self._ways
        found = opposite_links(ways.from_node[drive], ways.to_node[drive], ways.length[drive])
        opposite = np.full(ways.n, -1, dtype=np.int32)
        opposite[drive] = np.where(found >= 0, drive[found], -1)
        return opposite

    def _neighbors(self) -> NDArray[np.int64]:
        """Return how many other nodes a vehicle can come from or go to, at each node."""
        drive = ~self._ways.is_footway
        ends = np.column_stack([self._ways.from_node[drive], self._ways.to_node[drive]])
        pairs = np.unique(np.vstack([ends, ends[:, ::-1]]), axis=0)
        return np.bincount(pairs[:, 0], minlength=len(self._roads.node_ids))


def _moment(order: RoadOrder, gauges: Mapping[str, StageSeries], *, start: datetime) -> float:
    """Return when an order is given [s]: at its moment or when its stage is reached, whichever is sooner."""
    at = np.inf if order.at is None else seconds_after(start, order.at)
    if order.trigger_gauge is None or order.trigger_stage is None or order.trigger_gauge not in gauges:
        return float(at)
    return min(at, max(0.0, gauges[order.trigger_gauge].first_reaching(order.trigger_stage)))
