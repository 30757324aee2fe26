"""Links as the rows of a table: CSV, GMNS, or the features of a layer of lines.

In a two-way row lanes, capacity and jam density count both directions, as road registers do.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from evacsim.formats.roads.directions import DirectionColumn
from evacsim.formats.roads.findings import Findings
from evacsim.formats.roads.headings import read_link_headings, unit_factor
from evacsim.formats.roads.numbering import numbered
from evacsim.formats.roads.raw import BUS, CAR, MODES, WALK, Point, RawLink, Remark, Rows
from evacsim.formats.roads.tags import Direction, RoadTags, read_tags, values
from evacsim.formats.roads.wkt import read_line
from evacsim.formats.rows import Table
from evacsim.language import Text

Course = tuple[Point, ...] | None
"""Where a link runs; None where the file does not say."""

_TAGS = ("highway", "lanes", "maxspeed", "bridge", "tunnel", "layer", "junction", "access")
_MODE_WORDS = {
    CAR: {"car", "auto", "drive", "motor", "sov", "小汽车", "小客车", "汽车", "机动车"},
    BUS: {"bus", "transit", "psv", "公交", "公交车", "客车", "大巴"},
    WALK: {"walk", "foot", "ped", "pedestrian", "步行", "行人"},
}
_ALL_MODES = {"all", "全部", "所有"}


@dataclass(frozen=True, slots=True)
class Conventions:
    """What a table means where its headings do not say it; None where nobody knows."""

    length_unit: str | None = None
    speed_unit: str | None = None
    capacity_per_lane: float | None = None
    """Vehicles per second in one unit of a bare `capacity`, which is then that of one lane."""
    rows: Rows | None = None
    needs_length: bool = True
    """False where the geometry tells the length; a column without a unit is then left alone."""


class LinkTable:
    """Reads the rows of one table; what is wrong goes to `findings`, what is worth telling to `remarks`."""

    def __init__(self, table: Table, conventions: Conventions, findings: Findings) -> None:
        self.table, self.conventions, self.findings = table, conventions, findings
        self.headings = read_link_headings(table.columns, findings)
        self._directions = DirectionColumn([row.get(self._column("oneway")) for row in table.rows])
        self._unread: list[str] = []
        self._ignored = list(self.headings.unused)
        self._factors = dict(self._known_factors())
        if conventions.rows is None and "oneway" not in self.headings.texts:
            self._ask_for_rows(1)

    def courses(self) -> list[Course]:
        """Return the geometry written as WKT in each row."""
        return [self._wkt(row) for row in range(len(self.table.rows))]

    def links(self, courses: Sequence[Course]) -> list[RawLink]:
        """Return the link of every row, with its geometry from `courses`."""
        ids = self._ids(courses)
        return [self._link(row, ids[row], course) for row, course in enumerate(courses)]

    def remarks(self) -> list[Remark]:
        """Return what was left out of what the table says."""
        unread = Text("values not understood and left out", "未能识别而忽略的值")
        found = [
            Remark("columns_unused", Text("columns not used", "未使用的列"), tuple(self._ignored)),
            Remark("values_unread", unread, tuple(self._unread)),
        ]
        return [remark for remark in found if remark.ids]

    def _link(self, row: int, link_id: str, course: Course) -> RawLink:
        direction = self._direction(row, course)
        tags = self._tags(row, link_id, direction)
        share = 0.5 if direction == "both" else 1.0
        jam_density = self._number(row, "jam_density")
        free_speed = self._number(row, "free_speed")
        link = RawLink(
            id=link_id,
            from_node=self._end(row, "from_node"),
            to_node=self._end(row, "to_node"),
            length=self._number(row, "length"),
            travel_time=self._number(row, "travel_time"),
            free_speed=tags.speed_forward if free_speed is None else free_speed,
            lanes=tags.lanes_forward,
            capacity=self._capacity(row, share, tags.lanes_forward),
            jam_density=None if jam_density is None else jam_density * share,
            road_class=tags.road_class,
            name=_name(self._cell(row, "name")),
            modes=_modes(self._cell(row, "modes")),
            permitted=tags.permitted,
            prohibited=tags.prohibited,
            geometry=course,
            two_way=direction == "both",
            bridge=tags.bridge,
            tunnel=tags.tunnel,
            layer=tags.layer,
            bridge_offset=self._number(row, "bridge_offset"),
            footway_width=self._number(row, "footway_width"),
            line=self.table.lines[row],
        )
        return _turned(link) if direction == "backward" else link

    def _column(self, what: str) -> str:
        return self.headings.texts.get(what, "")

    def _cell(self, row: int, what: str) -> Any:
        return self.table.rows[row].get(self._column(what))

    def _number(self, row: int, what: str) -> float | None:
        factor = self._factors.get(what)
        if factor is None:
            return None
        column = self.headings.quantities[what].column
        value = self.findings.number(self.table.rows[row].get(column), column, line=self.table.lines[row])
        return None if value is None else value * factor

    def _capacity(self, row: int, share: float, lanes: float | None) -> float | None:
        """Return the capacity of one direction; a bare number may be that of one lane."""
        capacity = self._number(row, "capacity")
        if capacity is None:
            return None
        is_bare = self.headings.quantities["capacity"].factor is None
        return capacity * (lanes or 1.0) if is_bare else capacity * share

    def _end(self, row: int, what: str) -> str | None:
        column = self._column(what)
        if not column:
            return None
        return self.findings.text(cell_id(self._cell(row, what)), column, line=self.table.lines[row])

    def _wkt(self, row: int) -> Course:
        text = str(self._cell(row, "geometry") or "").strip()
        try:
            return read_line(text) if text else None
        except ValueError as error:
            rule = Text(f"is no line ({error})", f"不是有效的折线 ({error})")
            remedy = Text(
                "write LINESTRING (x y, x y), or leave it empty", "写成 LINESTRING (x y, x y), 或留空"
            )
            self.findings.add(rule, remedy, self._column("geometry"), line=self.table.lines[row], value=text)
            return None

    def _tags(self, row: int, link_id: str, direction: Direction) -> RoadTags:
        one_way = {"both": "no", "forward": "yes", "backward": "-1"}[direction]
        tags = read_tags({what: self._cell(row, what) for what in _TAGS} | {"oneway": one_way})
        self._unread += [f"{link_id}: {value}" for value in tags.unread]
        written = values(self._cell(row, "highway"))
        if written and tags.road_class is None:
            self._unread.append(f"{link_id}: {self._column('highway')}={written[0]}")
        return tags

    def _direction(self, row: int, course: Course) -> Direction:
        cell = self._cell(row, "oneway")
        line = self.table.lines[row]
        if cell is None or not str(cell).strip():
            if self.conventions.rows is None and "oneway" in self.headings.texts:
                self._ask_for_rows(line)
            return "both" if self.conventions.rows == "two-way" else "forward"
        direction = self._directions.read(cell, course)
        if direction is None:
            rule = Text("is no direction that can be understood", "无法识别的通行方向")
            remedy = Text("write yes, no or -1 (one-way, two-way, reverse)", "写 单向、双向 或 逆向")
            self.findings.add(rule, remedy, self._column("oneway"), line=line, value=cell)
        return direction or "forward"

    def _ask_for_rows(self, line: int) -> None:
        rule = Text(
            "nothing says whether a row stands for one direction or both", "未说明一行表示单向还是双向"
        )
        remedy = Text(
            "add a column oneway (yes, no, -1), or write rows: one-way or rows: two-way",
            "增加一列 方向 (单向，双向，逆向), 或写明 rows: one-way 或 rows: two-way",
        )
        self.findings.add(rule, remedy, self._column("oneway") or "columns", line=line)

    def _known_factors(self) -> Iterable[tuple[str, float]]:
        """Yield the SI value of one unit of each quantity, asking for units that nothing says."""
        stated = {"length": self.conventions.length_unit, "free_speed": self.conventions.speed_unit}
        for what, quantity in self.headings.quantities.items():
            unit = stated.get(what)
            factor = quantity.factor
            if factor is None and what == "capacity":
                factor = self.conventions.capacity_per_lane
            if factor is None and unit is not None:
                factor = unit_factor(what, unit, self.findings)
                unit = "" if factor is None else unit
            if factor is not None:
                yield what, factor
            elif self._is_dispensable(what):
                self._ignored.append(quantity.column)
            elif unit is None:
                self._ask_for_unit(what, quantity.column)

    def _is_dispensable(self, what: str) -> bool:
        length = self.headings.quantities.get("length")
        known = length is not None and (length.factor or self.conventions.length_unit) is not None
        return (what == "length" and not self.conventions.needs_length) or (
            what == "travel_time" and (known or not self.conventions.needs_length)
        )

    def _ask_for_unit(self, what: str, column: str) -> None:
        heading, keyword = _EXAMPLES[what]
        rule = Text("nothing says the unit of this column", "未说明该列的单位")
        say_it = Text(f", or write {keyword}", f", 或写明 {keyword}") if keyword else Text("", "")
        remedy = Text(
            f"put the unit into the heading, such as {heading}{say_it.en}",
            f"在列名中写明单位，如 {heading}{say_it.zh}",
        )
        self.findings.add(rule, remedy, f"column {column}", line=1)

    def _ids(self, courses: Sequence[Course]) -> list[str]:
        """Return an id for every row: its own, or one made of the road's or the ends' ids."""
        rows = range(len(self.table.rows))
        if "link_id" in self.headings.texts and "from_node" in self.headings.texts:
            column = self._column("link_id")
            lines = self.table.lines
            return [
                self.findings.text(cell_id(self._cell(row, "link_id")), column, line=lines[row])
                for row in rows
            ]
        if "link_id" in self.headings.texts or "osmid" in self.headings.texts:
            what = "link_id" if "link_id" in self.headings.texts else "osmid"
            bases = [".".join(values(self._cell(row, what))[:1]) or "line" for row in rows]
        elif "from_node" in self.headings.texts:
            bases = [
                f"{cell_id(self._cell(row, 'from_node'))}-{cell_id(self._cell(row, 'to_node'))}"
                for row in rows
            ]
        else:
            bases = ["line" for _ in rows]
        keys = [
            (course or (), sorted(map(str, self.table.rows[row].values())))
            for row, course in enumerate(courses)
        ]
        return numbered(bases, keys)


_EXAMPLES = {
    "length": ("length_m, 长度(米)", "length_unit: m"),
    "free_speed": ("free_speed_mps, speed_kph", "speed_unit: km/h"),
    "capacity": ("capacity_vps, capacity_vph", ""),
    "jam_density": ("jam_density_vpm", ""),
    "travel_time": ("travel_time_s", ""),
    "bridge_offset": ("bridge_offset_m", ""),
    "footway_width": ("footway_width_m", ""),
}
"""For each quantity: headings with a unit, and how a user states it instead."""


def open_to_us(links: Iterable[RawLink]) -> tuple[tuple[RawLink, ...], list[Remark]]:
    """Return the links that cars, buses or walkers use, and the remark about the others."""
    links = list(links)
    others = tuple(link.id for link in links if link.modes is not None and not link.modes)
    text = Text(
        "links that neither cars, buses nor walkers use were left out", "不供汽车、公交或行人使用的路段未读入"
    )
    kept = tuple(link for link in links if link.modes is None or link.modes)
    return kept, [Remark("other_modes_left_out", text, others)] if others else []


def _modes(cell: object) -> frozenset[str] | None:
    """Return the modes that a cell such as `walk;bike;auto` names; None where it is empty."""
    text = str(cell or "").replace(",", ";").replace("、", ";").replace("|", ";")
    words = {word.lower() for word in values(text)}
    if not words:
        return None
    if words & _ALL_MODES:
        return frozenset(MODES)
    return frozenset(mode for mode, names in _MODE_WORDS.items() if words & names)


def _name(cell: object) -> str:
    """Return a name as written; of a list, as OSMnx writes it, all its names."""
    text = "" if cell is None else str(cell)
    return "; ".join(values(text)) if text[:1] == "[" or text.lower() == "nan" else text


def cell_id(cell: object) -> str:
    """Return an id as text: a whole number stays whole."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell).strip()


def _turned(link: RawLink) -> RawLink:
    course = None if link.geometry is None else link.geometry[::-1]
    return replace(link, from_node=link.to_node, to_node=link.from_node, geometry=course)
