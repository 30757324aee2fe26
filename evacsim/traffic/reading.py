"""The tables of a case as columns: every cell checked, every id found in the table it belongs to."""

import numpy as np
from numpy.typing import NDArray

from evacsim.language import Text
from evacsim.traffic.case import MODES, Events, Floats, Links, Nodes, Routes, Rows, Signals, Trips
from evacsim.traffic.cells import Bounds, Cells
from evacsim.traffic.checking import check_events, check_turn_bans, check_way
from evacsim.traffic.findings import SHOWN, Findings
from evacsim.traffic.ids import Ids
from evacsim.traffic.rules import (
    ANY,
    BELOW_ONE,
    CONTROL,
    DIAGRAM,
    DOUBLED,
    EMPTY,
    ENDLESS,
    LATEST,
    NOT_NEGATIVE,
    POSITIVE,
    SHARE,
    SIZE,
    TIME,
    WHOLE,
    Bound,
    unknown,
)
from evacsim.traffic.tables import EVENT_COLUMNS

MODE_NUMBERS = {name: number for number, name in enumerate(MODES)} | {"": MODES.index("car")}
"""An empty cell means a car."""


class Reader:
    """Turns tables into columns; what the tables say of each other is checked where both are there."""

    def __init__(self, tables: dict[str, Cells], findings: Findings) -> None:
        self._tables, self._findings = tables, findings
        self._node_ids = self._own_ids("nodes.csv", "node_id")
        self._link_ids = self._own_ids("links.csv", "link_id")
        self._route_ids = self._own_ids("routes.csv", "route_id")
        self._links: Links | None = None
        self._routes: Routes | None = None

    def nodes(self) -> Nodes | None:
        """Return the nodes."""
        cells = self._tables.get("nodes.csv")
        if cells is None or self._node_ids is None:
            return None
        x, y = self._numbers(cells, "x", ANY), self._numbers(cells, "y", ANY)
        return Nodes(self._node_ids, x, y, self._numbers(cells, "capacity_vps", POSITIVE, default=np.inf))

    def links(self) -> Links | None:
        """Return the links."""
        cells = self._tables.get("links.csv")
        if cells is None or self._link_ids is None:
            return None
        from_node, to_node = (
            self._rows(cells, column, self._node_ids, "nodes.csv") for column in ("from_node", "to_node")
        )
        length, speed, lanes, capacity, jam_density = (
            self._numbers(cells, column, POSITIVE)
            for column in ("length_m", "free_speed_mps", "lanes", "capacity_vps", "jam_density_vpm")
        )
        self._findings.rows(
            cells, "jam_density_vpm", np.flatnonzero(jam_density <= capacity / speed), *DIAGRAM
        )
        self._findings.rows(cells, "length_m", np.flatnonzero(length / speed > LATEST), *ENDLESS)
        priority = self._numbers(cells, "priority", POSITIVE, default=np.nan)
        drop = self._numbers(cells, "capacity_drop", BELOW_ONE, default=0.0)
        self._links = Links(
            self._link_ids,
            from_node,
            to_node,
            length=length,
            free_speed=speed,
            lanes=lanes,
            capacity=capacity,
            jam_density=jam_density,
            priority=np.where(np.isnan(priority), capacity, priority)
            if "priority" in cells.columns
            else None,
            capacity_drop=drop if "capacity_drop" in cells.columns else None,
        )
        return self._links

    def routes(self) -> Routes | None:
        """Return the routes, each known to be a way from its origin to its destination."""
        cells = self._tables.get("routes.csv")
        if cells is None or self._route_ids is None:
            return None
        origin, destination = (
            self._rows(cells, column, self._node_ids, "nodes.csv") for column in ("origin", "destination")
        )
        pieces, route = cells.words("link_ids")
        lengths = np.bincount(route, minlength=cells.n_rows)
        self._findings.rows(
            cells,
            "link_ids",
            np.flatnonzero(lengths == 0),
            Text("names no link", "没有写任何路段"),
            Text(
                "write the ids of the links in travel order, blanks between",
                "按行驶顺序写路段编号，以空格分隔",
            ),
        )
        first = np.concatenate([[0], np.cumsum(lengths)])
        links = np.full(len(route), -1)
        if self._link_ids is not None:
            links = self._link_ids.rows_of(cells.ids_between(pieces))
            self._find_words(cells, pieces, route, np.flatnonzero(links < 0))
        self._routes = Routes(self._route_ids, first, links.astype(np.int32), origin, destination)
        if self._links is not None:
            check_way(self._findings, cells, self._routes, self._links)
        return self._routes

    def trips(self) -> Trips | None:
        """Return the trips."""
        cells = self._tables.get("trips.csv")
        ids = self._own_ids("trips.csv", "trip_id")
        if cells is None or ids is None:
            return None
        depart = self._numbers(cells, "depart_s", TIME)
        route = self._rows(cells, "route_id", self._route_ids, "routes.csv")
        size = self._numbers(cells, "size_pcu", SIZE, default=1.0)
        people = self._numbers(cells, "people", WHOLE, default=1.0)
        return Trips(ids, depart, route, size, self._modes(cells), np.nan_to_num(people).astype(np.int64))

    def events(self) -> Events:
        """Return the changes under way."""
        cells = self._tables.get("events.csv")
        if cells is None or not cells.n_rows:
            nothing = np.zeros(0)
            return Events(nothing, nothing.astype(np.int64), nothing, nothing, nothing)
        when = self._numbers(cells, "time_s", TIME)
        link = self._rows(cells, "link_id", self._link_ids, "links.csv")
        bounds = (NOT_NEGATIVE, SHARE, POSITIVE)
        capacity, factor, jam_density = (
            self._numbers(cells, column, bound, default=np.nan)
            for column, bound in zip(EVENT_COLUMNS, bounds, strict=True)
        )
        columns = [column for column in EVENT_COLUMNS if column in cells.columns]
        says_nothing = np.all([cells.is_empty(column) for column in columns], axis=0) if columns else True
        self._findings.rows(
            cells,
            "link_id",
            np.flatnonzero(np.broadcast_to(says_nothing, cells.n_rows)),
            Text("the row changes nothing of this link", "该行没有改变此路段的任何属性"),
            Text(f"fill in one of {', '.join(EVENT_COLUMNS)}", f"填写 {'、'.join(EVENT_COLUMNS)} 之一"),
        )
        order = np.lexsort((link, when))
        again = (np.diff(link[order]) == 0) & (np.diff(when[order]) == 0) & (link[order[1:]] >= 0)
        self._findings.rows(
            cells,
            "link_id",
            np.sort(order[1:][again]),
            Text("changes twice at the same time", "在同一时刻改变两次"),
            Text("write one row for each link and time", "每个路段每个时刻只写一行"),
        )
        changes = Events(when, link, capacity, factor, jam_density)
        if self._links is not None:
            check_events(self._findings, cells, changes, self._links)
        return changes

    def signals(self) -> Signals:
        """Return the signals."""
        cells = self._tables.get("signals.csv")
        if cells is None or not cells.n_rows:
            nothing = np.zeros(0)
            return Signals(nothing.astype(np.int64), nothing, nothing, nothing)
        self._own_ids("signals.csv", "link_id")
        link = self._rows(cells, "link_id", self._link_ids, "links.csv")
        cycle = self._numbers(cells, "cycle_s", POSITIVE)
        start = self._numbers(cells, "green_start_s", NOT_NEGATIVE)
        green = self._numbers(cells, "green_s", POSITIVE)
        self._findings.rows(
            cells,
            "green_s",
            np.flatnonzero(green > cycle),
            Text("green lasts longer than the cycle", "绿灯时长超过周期"),
            Text("write at most cycle_s", "不超过 cycle_s"),
        )
        return Signals(link, cycle, start, green)

    def check_turn_bans(self) -> None:
        """Find the routes that turn where it is forbidden."""
        cells = self._tables.get("turn_bans.csv")
        if cells is None or not cells.n_rows:
            return
        banned = tuple(
            self._rows(cells, column, self._link_ids, "links.csv") for column in ("from_link", "to_link")
        )
        if self._routes is not None and self._link_ids is not None:
            routes = self._tables["routes.csv"]
            check_turn_bans(self._findings, routes, self._routes, self._link_ids, (banned[0], banned[1]))

    def _own_ids(self, name: str, column: str) -> Ids | None:
        """Return the ids of a table, each of which must be there and its own."""
        cells = self._tables.get(name)
        if cells is None:
            return None
        ids = cells.ids(column)
        self._findings.rows(cells, column, np.flatnonzero(cells.is_empty(column)), *EMPTY)
        self._findings.rows(cells, column, cells.with_control(column), *CONTROL)
        doubled = ids.doubled()
        self._findings.rows(
            cells,
            column,
            doubled[~cells.is_empty(column)[doubled]],
            *DOUBLED,
        )
        return ids

    def _numbers(self, cells: Cells, column: str, bound: Bound, *, default: float | None = None) -> Floats:
        """Return a column of numbers; `default` where a column that may be missing has no value."""
        if default is not None and column not in cells.columns:
            return np.full(cells.n_rows, default)
        numbers = cells.numbers(column)
        is_wrong = ~(np.isfinite(numbers) & bound.holds(numbers))
        if default is not None:
            is_empty = cells.is_empty(column)
            numbers[is_empty] = default
            is_wrong &= ~is_empty
        self._findings.rows(cells, column, np.flatnonzero(is_wrong), bound.rule, bound.remedy)
        numbers[is_wrong] = np.nan
        return numbers

    def _rows(self, cells: Cells, column: str, ids: Ids | None, table: str) -> Rows:
        """Return the rows of another table that a column names; -1 where that table could not be read."""
        is_empty = cells.is_empty(column)
        self._findings.rows(cells, column, np.flatnonzero(is_empty), *EMPTY)
        if ids is None:
            return np.full(cells.n_rows, -1)
        rows = ids.rows_of(cells.ids(column))
        self._findings.rows(cells, column, np.flatnonzero((rows < 0) & ~is_empty), *unknown(table))
        return rows

    def _find_words(self, cells: Cells, pieces: Bounds, row_of_word: Rows, words: NDArray[np.int64]) -> None:
        """Add that some words of the column of links are no ids of links."""
        rule, remedy = unknown("links.csv")
        for word in words[:SHOWN].tolist():
            name = cells.buffer[pieces[0][word] : pieces[1][word]].tobytes().decode()
            said = Text(f"{name} {rule.en}", f"{name} {rule.zh}")
            self._findings.rows(cells, "link_ids", [row_of_word[word]], said, remedy)
        self._findings.rest(cells, "link_ids", row_of_word[words], rule, remedy)

    def _modes(self, cells: Cells) -> NDArray[np.uint8]:
        car = MODES.index("car")
        if "mode" not in cells.columns:
            return np.full(cells.n_rows, car, dtype=np.uint8)
        names = cells.ids("mode").texts
        modes = np.array([MODE_NUMBERS.get(name.lower(), 255) for name in names], dtype=np.uint8)
        self._findings.rows(
            cells,
            "mode",
            np.flatnonzero(modes == 255),
            Text(f"must be one of {', '.join(MODES)}", f"必须是 {'、'.join(MODES)} 之一"),
            Text("write car where in doubt", "不确定时写 car"),
        )
        return modes
