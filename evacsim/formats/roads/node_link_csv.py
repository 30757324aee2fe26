"""Our own pair of tables, `nodes.csv` and `links.csv`, and pairs like it with other headings.

    nodes.csv    node_id, x, y
    links.csv    link_id, from_node, to_node, length_m, free_speed_mps, lanes, capacity_vps, jam_density_vpm

Capacity and jam density are totals over the lanes of the link. Further columns of links:
`road_class`, `name`, `modes` (`car;bus;walk`), `bridge`, `bridge_offset_m`, `footway_width_m`,
`travel_time_s`, `geometry` (WKT); of nodes: `height_m`. Without x and y the network is abstract. A
folder that evacsim wrote has a third file, `network.yaml`, with the coordinate reference system;
nothing in it is repaired again.
"""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import yaml

from evacsim.errors import EvacsimError, Issue
from evacsim.formats.roads.csv_pair import find_pair, read_pair, read_text_table
from evacsim.formats.roads.findings import Findings
from evacsim.formats.roads.link_tables import Conventions
from evacsim.formats.roads.raw import MODES, NetworkFile, RawLink, RawNetwork
from evacsim.formats.roads.wkt import write_line
from evacsim.formats.rows import Table
from evacsim.language import Text

STATEMENT = "network.yaml"
"""Beside the tables: what they cannot say themselves."""
_WRITER = "evacsim"
NODE_COLUMNS = ("node_id", "x", "y")
LINK_COLUMNS = (
    "link_id", "from_node", "to_node", "length_m", "free_speed_mps", "lanes", "capacity_vps", "jam_density_vpm",
    "road_class", "name", "modes", "bridge", "bridge_offset_m", "geometry",
)  # fmt: skip


def read_node_link_csv(source: NetworkFile) -> RawNetwork:
    """Return the network of a pair of tables, or of a folder that holds one.

    Raises
    ------
    FormatError
        With everything that is wrong with the files.
    """
    pair = find_pair(source.path)
    table = read_text_table(pair.links, source)
    nodes, links, remarks = read_pair(source, pair, table, _conventions(table, source))
    statement = _read_statement(pair.links.parent / STATEMENT)
    return RawNetwork(
        file=source.name,
        form="csv",
        nodes=nodes,
        links=links,
        crs=statement.get("crs"),
        remarks=tuple(remarks),
        is_final=bool(statement),
    )


def write_node_link_csv(network: RawNetwork, folder: Path) -> None:
    """Write a complete network as `nodes.csv`, `links.csv` and `network.yaml`; reading gives the same again.

    Raises
    ------
    EvacsimError
        If the folder already holds one of the three files.
    """
    folder.mkdir(parents=True, exist_ok=True)
    present = [name for name in ("nodes.csv", "links.csv", STATEMENT) if (folder / name).exists()]
    if present:
        rule = Text("is already there and is not overwritten", "已存在，不予覆盖")
        remedy = Text("name another folder, or remove it first", "换一个文件夹，或先将其删除")
        raise EvacsimError(str(folder), [Issue(str(folder / name), rule, remedy) for name in present])
    nodes = [(node.id, _number(node.x), _number(node.y)) for node in network.nodes]
    heights = [_number(node.height) for node in network.nodes]
    _write(folder / "nodes.csv", *_with_column(NODE_COLUMNS, nodes, "height_m", heights))
    widths = [_number(link.footway_width) for link in network.links]
    links = [_row(link) for link in network.links]
    _write(folder / "links.csv", *_with_column(LINK_COLUMNS, links, "footway_width_m", widths))
    statement = {"written_by": _WRITER, "crs": network.crs}
    text = yaml.safe_dump(statement, allow_unicode=True, sort_keys=False)
    (folder / STATEMENT).write_text(text, encoding="utf-8")


def _conventions(table: Table, source: NetworkFile) -> Conventions:
    """Return what a pair means: our own headings say one way; other headings must be explained."""
    is_ours = {"from_node", "to_node"} <= {column.strip() for column in table.columns}
    rows = source.rows or ("one-way" if is_ours else None)
    return Conventions(source.length_unit, source.speed_unit, rows=rows)


def _read_statement(path: Path) -> dict[str, Any]:
    """Return what `network.yaml` says; nothing where there is none."""
    if not path.is_file():
        return {}
    findings = Findings(str(path))
    try:
        statement = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError, OSError):
        statement = None
    is_ours = isinstance(statement, dict) and statement.get("written_by") == _WRITER
    if is_ours and isinstance(statement.get("crs", 0), str | None):
        return dict(statement)
    rule = Text("is not as evacsim wrote it", "已不是 evacsim 写出的内容")
    remedy = Text("import the network again, or remove this file", "重新导入路网，或删去此文件")
    findings.add(rule, remedy)
    findings.settle()
    return {}


def _row(link: RawLink) -> Sequence[str]:
    numbers = (link.length, link.free_speed, link.lanes, link.capacity, link.jam_density)
    return (
        link.id,
        link.from_node or "",
        link.to_node or "",
        *map(_number, numbers),
        link.road_class or "",
        link.name,
        ";".join(mode for mode in MODES if mode in (link.modes or ())),
        "yes" if link.bridge else "no",
        _number(link.bridge_offset),
        "" if link.geometry is None else write_line(link.geometry),
    )


def _with_column(
    columns: Sequence[str], rows: Sequence[Sequence[str]], name: str, cells: Sequence[str]
) -> tuple[Sequence[str], Sequence[Sequence[str]]]:
    """Return a table with one column more, where any cell of it says something."""
    if not any(cells):
        return columns, rows
    return (*columns, name), [(*row, cell) for row, cell in zip(rows, cells, strict=True)]


def _number(value: float | None) -> str:
    return "" if value is None else repr(float(value))


def _write(path: Path, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
