"""The tables of a case held against each other: ways that join, turns that are allowed, changes that make sense."""

import numpy as np

from evacsim.language import Text
from evacsim.traffic.case import Events, Links, Routes
from evacsim.traffic.cells import Cells
from evacsim.traffic.findings import SHOWN, Findings
from evacsim.traffic.ids import Ids
from evacsim.traffic.rules import DIAGRAM


def check_way(findings: Findings, cells: Cells, routes: Routes, links: Links) -> None:
    """Find routes whose links do not join, or that begin or end elsewhere than they say."""
    route = np.repeat(np.arange(cells.n_rows), np.diff(routes.first))
    begins = np.where(routes.links >= 0, links.from_node[routes.links], -1)
    ends = np.where(routes.links >= 0, links.to_node[routes.links], -1)
    is_gap = (ends[:-1] != begins[1:]) & (route[:-1] == route[1:]) & (ends[:-1] >= 0) & (begins[1:] >= 0)
    gaps = np.flatnonzero(is_gap)
    gaps = gaps[np.unique(route[gaps], return_index=True)[1]]
    for place in gaps[:SHOWN].tolist():
        before, after = links.ids.taken(routes.links[place : place + 2].astype(np.int64)).texts
        rule = Text(
            f"link {after} does not begin where link {before} ends",
            f"路段 {after} 不从路段 {before} 的终点开始",
        )
        findings.rows(cells, "link_ids", [route[place]], rule, _JOIN)
    findings.rest(
        cells,
        "link_ids",
        route[gaps],
        Text("links of the route do not join", "路线中的路段不相连"),
        _JOIN,
    )
    some = np.flatnonzero(np.diff(routes.first) > 0)
    first, last = begins[routes.first[some]], ends[routes.first[some + 1] - 1]
    for column, node, met, rule in (
        ("origin", routes.origin[some], first, _BEGINS),
        ("destination", routes.destination[some], last, _ENDS),
    ):
        elsewhere = some[(node != met) & (node >= 0) & (met >= 0)]
        findings.rows(cells, column, elsewhere, rule, Text("correct the node or the links", "更正节点或路段"))


_JOIN = Text("put the links in travel order, none left out", "按行驶顺序列出全部路段，不要遗漏")
_BEGINS = Text("is not where the first link begins", "不是第一个路段的起点")
_ENDS = Text("is not where the last link ends", "不是最后一个路段的终点")


def check_turn_bans(
    findings: Findings, cells: Cells, routes: Routes, links: Ids, banned: tuple[np.ndarray, np.ndarray]
) -> None:
    """Find the routes (of table `cells`) that turn from one link into another where it is forbidden."""
    is_known = (banned[0] >= 0) & (banned[1] >= 0)
    turns = np.unique((banned[0] * len(links) + banned[1])[is_known])
    row = routes.links.astype(np.int64)
    taken = row[:-1] * len(links) + row[1:]
    begins = routes.first[1:-1]
    taken[begins[(begins > 0) & (begins < len(row))] - 1] = -1  # routes without links begin at an end
    is_banned = np.isin(taken, turns) & (row[:-1] >= 0) & (row[1:] >= 0)
    places = np.flatnonzero(is_banned)
    route = np.searchsorted(routes.first, places, side="right") - 1
    for place, of in zip(places[:SHOWN].tolist(), route.tolist(), strict=False):
        names = " > ".join(links.taken(row[place : place + 2]).texts)
        rule = Text(f"the turn {names} is forbidden by turn_bans.csv", f"转向 {names} 被 turn_bans.csv 禁止")
        findings.rows(cells, "link_ids", [of], rule, _LIFT)
    findings.rest(cells, "link_ids", route, Text("makes forbidden turns", "含有禁止的转向"), _LIFT)


_LIFT = Text("take another way, or lift the ban", "改走其他路，或取消禁令")


def check_events(findings: Findings, cells: Cells, events: Events, links: Links) -> None:
    """Follow capacity and jam density of each link through its changes: a queue must be able to move."""
    if np.isnan(events.jam_density).all() and np.isnan(events.capacity).all():
        return
    capacity, jam_density = links.capacity.copy(), links.jam_density.copy()
    wrong = []
    for event in np.argsort(events.time, kind="stable").tolist():
        link = events.link[event]
        if link < 0:
            continue
        if not np.isnan(events.capacity[event]):
            capacity[link] = events.capacity[event]
        if not np.isnan(events.jam_density[event]):
            jam_density[link] = events.jam_density[event]
        if jam_density[link] <= capacity[link] / links.free_speed[link]:
            wrong.append(event)
    findings.rows(cells, "link_id", sorted(wrong), *DIAGRAM)
