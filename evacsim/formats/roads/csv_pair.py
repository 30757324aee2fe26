"""A network as two tables of text: one of nodes, one of links."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from evacsim.errors import FormatError, Issue
from evacsim.formats.delimited import read_delimited
from evacsim.formats.roads.findings import Findings, settle_all
from evacsim.formats.roads.headings import read_node_headings
from evacsim.formats.roads.link_tables import Conventions, LinkTable, cell_id, open_to_us
from evacsim.formats.roads.raw import NetworkFile, RawLink, RawNode, Remark
from evacsim.formats.rows import Table
from evacsim.formats.text import decode_text
from evacsim.language import Text

_LINKS = ("links", "link", "edges", "edge", "路段")
_NODES = ("nodes", "node", "节点")


@dataclass(frozen=True, slots=True)
class CsvPair:
    """The two files; `nodes` is None where only a table of links is there."""

    nodes: Path | None
    links: Path


def find_pair(path: Path) -> CsvPair:
    """Return the two tables in a folder, or the table of links at `path` and that of nodes beside it.

    Beside `town_edges.csv` stands `town_nodes.csv`, or else `nodes.csv`.

    Raises
    ------
    FormatError
        If there is no table of links.
    """
    if not path.is_dir():
        names = [re.sub(rf"{word}(?=\.[^.]+$)", other, path.name) for word in _LINKS for other in _NODES]
        names += [f"{word}.csv" for word in _NODES]
        return CsvPair(_first(path.parent, [name for name in names if name != path.name]), path)
    links = _first(path, [f"{word}.csv" for word in _LINKS])
    if links is None:
        rule = Text("holds no table of links", "缺少路段表")
        remedy = Text(
            "add links.csv and nodes.csv, or name another file", "补上 links.csv 和 nodes.csv, 或指定其他文件"
        )
        raise FormatError(str(path), [Issue(str(path), rule, remedy, "links.csv")])
    return CsvPair(_first(path, [f"{word}.csv" for word in _NODES]), links)


def read_pair(
    source: NetworkFile, pair: CsvPair, links_table: Table, conventions: Conventions
) -> tuple[tuple[RawNode, ...], tuple[RawLink, ...], list[Remark]]:
    """Return nodes, links and remarks; without a table of nodes the ends of the links are the nodes.

    Raises
    ------
    FormatError
        With everything that is wrong with both files.
    """
    findings = Findings(str(pair.links))
    table = LinkTable(links_table, conventions, findings)
    for end, end_zh in (("from_node", "起点"), ("to_node", "终点")):
        if end not in table.headings.texts:
            findings.missing_column(end, end_zh, links_table.columns)
    findings.settle()
    links, others = open_to_us(table.links(table.courses()))
    if pair.nodes is None:
        findings.settle()
        return _ends(links), links, [*table.remarks(), *others]
    node_findings = Findings(str(pair.nodes))
    nodes, remarks = read_nodes(read_text_table(pair.nodes, source), node_findings)
    settle_all(source.name, [node_findings, findings])
    return nodes, links, [*remarks, *table.remarks(), *others]


def read_text_table(path: Path, source: NetworkFile) -> Table:
    """Return the table in a text file.

    Raises
    ------
    FormatError
        If it cannot be opened, or is no table.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        rule = Text(f"cannot be opened ({error.strerror})", f"无法打开 ({error.strerror})")
        remedy = Text("check the name and the rights of the file", "检查文件名和读取权限")
        raise FormatError(str(path), [Issue(str(path), rule, remedy)]) from None
    return read_delimited(decode_text(data, file=str(path), encoding=source.encoding), file=str(path))


def read_nodes(table: Table, findings: Findings) -> tuple[tuple[RawNode, ...], list[Remark]]:
    """Return the nodes of a table; without columns of coordinates they have none."""
    headings = read_node_headings(table.columns, findings)
    columns = headings.texts
    if ("x" in columns) != ("y" in columns):
        rule = Text("one coordinate is there and the other is not", "只有一个坐标列")
        remedy = Text(
            "give both x and y, or neither (an abstract network)", "同时给出 x 和 y, 或都不给 (抽象网络)"
        )
        findings.add(rule, remedy, "columns", line=1)
    if "node_id" not in columns:
        findings.missing_column("node_id", "节点编号", table.columns)
    if findings.issues:
        return (), []
    unused = Text("columns of the nodes not used", "节点表中未使用的列")
    remarks = [Remark("node_columns_unused", unused, headings.unused)] if headings.unused else []
    return tuple(_node(table, row, columns, findings) for row in range(len(table.rows))), remarks


def _node(table: Table, row: int, columns: Mapping[str, str], findings: Findings) -> RawNode:
    cells, line = table.rows[row], table.lines[row]
    node_id = findings.text(cell_id(cells[columns["node_id"]]), columns["node_id"], line=line)
    height = None
    if "height" in columns:
        height = findings.number(cells[columns["height"]], f"node {node_id} {columns['height']}", line=line)
    if "x" not in columns or (cells[columns["x"]] is None and cells[columns["y"]] is None):
        return RawNode(node_id, line=line, height=height)
    x, y = (
        findings.coordinate(cells[columns[axis]], f"node {node_id} {columns[axis]}", line=line)
        for axis in "xy"
    )
    return RawNode(node_id, x, y, line, height)


def _ends(links: Iterable[RawLink]) -> tuple[RawNode, ...]:
    """Return nodes without coordinates, where there is no table of nodes."""
    ends = dict.fromkeys(end for link in links for end in (link.from_node, link.to_node) if end is not None)
    return tuple(RawNode(end) for end in ends)


def _first(folder: Path, names: list[str]) -> Path | None:
    return next((folder / name for name in names if (folder / name).is_file()), None)
