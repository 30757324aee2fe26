"""Water written by hand: depth (and velocity) on single links and at places from single times on (long tables)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from evacsim.errors import FormatError, Issue
from evacsim.formats.rasters import DEEPEST
from evacsim.formats.roads.raw import BACK
from evacsim.formats.tables import Table
from evacsim.hazard.columns import DEPTH, VELOCITY, depths_in, times_in, velocities_in
from evacsim.hazard.water import Depths, Floats, Rows, Water
from evacsim.language import Text

LINK = ("link_id", "link", "路段")
PLACE = ("place_id", "place", "地点")
"""Names of the column that says which link or place a row is about."""
FASTEST = 20.0
"""No flood on land is faster [m/s]; whoever writes more has another unit in mind (assumed)."""


def water_from_tables(
    links: Table | None,
    places: Table | None,
    *,
    link_ids: Sequence[str],
    place_ids: Sequence[str],
    start: datetime,
) -> Water:
    """Return the water of a table of link depths and one of place depths; either may be absent.

    A row says how deep one link (`link_id`, 路段) or place (`place_id`, 地点) is from a time on,
    until its next row. Before its first row it is dry, after its last one the water stays;
    without any row it is dry for ever. A wet link is wet over its whole length. Of a road that is
    open both ways it is enough to name one link: the other is as deep, unless it has rows of its own.
    Links may have a velocity (`velocity`, 流速) beside their depth.

    Raises
    ------
    FormatError
        With every broken cell, unknown id and second depth for one moment in both tables.
    """
    link_entries, link_issues = _entries(links, LINK, link_ids, start)
    place_entries, place_issues = _entries(places, PLACE, place_ids, start)
    if link_issues or place_issues:
        files = " + ".join(table.file for table in (links, places) if table is not None)
        raise FormatError(files, [*link_issues, *place_issues])
    link_entries = link_entries.both_ways(link_ids)
    times = np.unique(np.concatenate((link_entries.times, place_entries.times)))
    rows = np.unique(link_entries.rows)
    link_depth = link_entries.held(times, rows, link_entries.depths)
    velocities = link_entries.velocities
    return Water(
        times=times,
        n_links=len(link_ids),
        link_rows=rows,
        link_depth=link_depth,
        link_wet_share=np.sign(link_depth),
        place_depth=place_entries.held(times, np.arange(len(place_ids)), place_entries.depths),
        link_velocity=None if velocities is None else link_entries.held(times, rows, velocities),
    )


@dataclass(frozen=True, slots=True)
class _Entries:
    """The rows of one table, in its order."""

    times: Floats
    rows: Rows
    depths: Floats
    velocities: Floats | None
    """None where the table does not say them."""

    def both_ways(self, ids: Sequence[str]) -> "_Entries":
        """Return the entries, and again those of each road for its other direction where that has none."""
        known = {name: row for row, name in enumerate(ids)}
        named = set(self.rows.tolist())
        back = np.array([known.get(f"{ids[row]}{BACK}", -1) for row in self.rows], dtype=np.int64)
        also = np.array([row >= 0 and row not in named for row in back.tolist()], dtype=bool)
        return _Entries(
            np.append(self.times, self.times[also]),
            np.append(self.rows, back[also]),
            np.append(self.depths, self.depths[also]),
            None if self.velocities is None else np.append(self.velocities, self.velocities[also]),
        )

    def held(self, times: Floats, columns: Rows, values: Floats) -> Depths:
        """Return the values of each of `columns` at all `times`: each entry holds until the next."""
        written = np.full((len(times), len(columns)), -1, dtype=np.int64)
        frame, column = np.searchsorted(times, self.times), np.searchsorted(columns, self.rows)
        written[frame, column] = frame
        said = np.zeros(written.shape, dtype=np.float32)
        said[frame, column] = values
        last = np.maximum.accumulate(written, axis=0)
        return np.where(last < 0, np.float32(0), np.take_along_axis(said, np.maximum(last, 0), axis=0))


def _entries(
    table: Table | None, names: tuple[str, ...], ids: Sequence[str], start: datetime
) -> tuple[_Entries, list[Issue]]:
    """Return what a table says, and everything that is wrong with it."""
    if table is None:
        return _Entries(np.empty(0), np.empty(0, dtype=np.int64), np.empty(0), None), []
    times, time_issues = times_in(table, start=start)
    depths, depth_issues = depths_in(table)
    velocities, velocity_issues = velocities_in(table) if names == LINK else (None, [])
    rows, row_issues = _rows_in(table, names, ids)
    issues = [*row_issues, *time_issues, *depth_issues, *velocity_issues]
    column = table.column(*DEPTH) or ""
    for row in np.flatnonzero((depths < 0) | (depths > DEEPEST)):
        rule = Text(f"must lie between 0 and {DEEPEST:g} m", f"须在 0 和 {DEEPEST:g} m 之间")
        remedy = Text("give the depth above the ground, not the stage", "写地面以上水深，而不是水位")
        issues.append(table.issue(int(row), column, rule, remedy))
    if velocities is not None:
        for row in np.flatnonzero((velocities < 0) | (velocities > FASTEST)):
            rule = Text(f"must lie between 0 and {FASTEST:g} m/s", f"须在 0 和 {FASTEST:g} m/s 之间")
            remedy = Text("write the speed of the water, whatever its direction", "写流速大小，不分方向")
            issues.append(table.issue(int(row), table.column(*VELOCITY) or "", rule, remedy))
    if not issues:
        issues = _doubled(table, names, times, rows)
    return _Entries(times, rows, depths, velocities), issues


def _rows_in(table: Table, names: tuple[str, ...], ids: Sequence[str]) -> tuple[Rows, list[Issue]]:
    """Return the row of the link or place that each row of the table is about."""
    column = table.column(*names)
    if column is None:
        return np.empty(0, dtype=np.int64), table.missing(names)
    known = {name: row for row, name in enumerate(ids)}
    rows = [known.get(str(cells[column]), -1) for cells in table.rows]
    rule = Text("is not known here", "不存在")
    remedy = Text("write the id of the road network or of a place", "写路网或地点中的 id")
    wrong = [table.issue(row, column, rule, remedy) for row, found in enumerate(rows) if found < 0]
    return np.array(rows, dtype=np.int64), wrong


def _doubled(table: Table, names: tuple[str, ...], times: Floats, rows: Rows) -> list[Issue]:
    """Return an issue for each row that speaks about a link and a moment of which one spoke before."""
    _, first = np.unique(np.column_stack((rows, times)), axis=0, return_index=True)
    rule = Text("has two depths for one moment", "同一时刻有两个水深")
    remedy = Text("keep one of them", "只保留一个")
    again = sorted(set(range(len(rows))) - set(first.tolist()))
    return [table.issue(row, table.column(*names) or "", rule, remedy) for row in again]
