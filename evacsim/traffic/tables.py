"""The files of a case of traffic, and the columns that each must have."""

from pathlib import Path

from evacsim.errors import FormatError, Issue
from evacsim.language import Text
from evacsim.traffic.cells import Cells, read_cells
from evacsim.traffic.findings import Findings

COLUMNS: dict[str, tuple[str, ...]] = {
    "nodes.csv": ("node_id", "x", "y"),
    "links.csv": (
        "link_id", "from_node", "to_node", "length_m", "free_speed_mps", "lanes", "capacity_vps",
        "jam_density_vpm",
    ),
    "routes.csv": ("route_id", "origin", "destination", "link_ids"),
    "trips.csv": ("trip_id", "depart_s", "route_id"),
    "events.csv": ("time_s", "link_id"),
    "signals.csv": ("link_id", "cycle_s", "green_start_s", "green_s"),
    "turn_bans.csv": ("from_link", "to_link"),
}  # fmt: skip
"""Columns that each table must have."""
LONGEST = 200
"""Letters of a header that are told."""
NEEDED = ("nodes.csv", "links.csv", "routes.csv", "trips.csv")
EVENT_COLUMNS = ("capacity_vps", "speed_factor", "jam_density_vpm")
"""Columns of `events.csv` of which each row must fill one."""


def read_tables(folder: Path, encoding: str | None, findings: Findings) -> dict[str, Cells]:
    """Return the tables that could be read and have their columns, by name."""
    tables: dict[str, Cells] = {}
    if not folder.is_dir():
        rule = Text("is no folder", "不是文件夹")
        remedy = Text(
            f"name the folder that holds {', '.join(NEEDED)}", f"请写含有 {'、'.join(NEEDED)} 的文件夹"
        )
        raise FormatError(str(folder), [Issue(str(folder), rule, remedy)])
    for name, columns in COLUMNS.items():
        path = folder / name
        if name not in NEEDED and not path.exists():
            continue
        try:
            cells = read_cells(path, encoding=encoding)
        except FormatError as error:
            findings.issues += error.issues
            continue
        missing = [column for column in columns if column not in cells.columns]
        findings.issues += [_no_column(cells, column) for column in missing]
        if not cells.n_rows and name in NEEDED:
            rule = Text("has no rows below its header", "表头之下没有任何行")
            remedy = Text("write one row for each of them", "每项写一行")
            findings.issues.append(Issue(cells.file, rule, remedy))
        elif not missing:
            tables[name] = cells
    return tables


def _no_column(cells: Cells, column: str) -> Issue:
    present = ", ".join(cells.columns)
    if len(present) > LONGEST:  # a file read in a wrong encoding may be one line
        present = f"{present[: LONGEST - 3]}..."
    rule = Text(f"no column {column}", f"缺少列 {column}")
    remedy = Text(f"add it, or rename one of: {present}", f"补上该列，或改名现有列: {present}")
    return Issue(cells.file, rule, remedy, "header", line=1)
