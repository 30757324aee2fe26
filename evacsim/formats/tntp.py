"""Networks and trip tables of the Transportation Networks for Research (TNTP, `*_net.tntp`, `*_trips.tntp`).

Node and zone numbers are those of the file, from 1; so are the units, which differ from file to
file and stand in its README. Zones are the first nodes; nodes before the "first thru node" may
only begin and end trips.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evacsim.errors import FormatError
from evacsim.formats.roads.findings import Findings
from evacsim.formats.rows import unreadable
from evacsim.formats.text import decode_text
from evacsim.language import Text

COLUMNS = (
    "init_node", "term_node", "capacity", "length", "free_flow_time", "b", "power", "speed", "toll", "link_type",
)  # fmt: skip
"""Columns of a network file, in this order."""


@dataclass(frozen=True, slots=True)
class TntpNetwork:
    """A network with the link costs of the Bureau of Public Roads, in the units of its file."""

    n_zones: int
    n_nodes: int
    first_through_node: int
    """Nodes with a smaller number are no part of a way, only its ends."""
    init_node: NDArray[np.int64]
    """Node where each link begins, shape (n_links,)."""
    term_node: NDArray[np.int64]
    """Node where it ends."""
    capacity: NDArray[np.float64]
    """Flow at which `b` applies; not a limit."""
    length: NDArray[np.float64]
    free_flow_time: NDArray[np.float64]
    b: NDArray[np.float64]
    """Share by which the time grows at capacity."""
    power: NDArray[np.float64]
    speed: NDArray[np.float64]
    toll: NDArray[np.float64]
    link_type: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class TntpTrips:
    """A trip table; pairs without trips are left out."""

    n_zones: int
    origin: NDArray[np.int64]
    """Zone where the trips begin, shape (n_pairs,)."""
    destination: NDArray[np.int64]
    """Zone where they end."""
    trips: NDArray[np.float64]
    """How many."""


def read_tntp_network(path: str | Path) -> TntpNetwork:
    """Return the network of a `*_net.tntp` file.

    Raises
    ------
    FormatError
        With everything that is wrong with the file.
    """
    head, body, findings = _parts(Path(path))
    n_zones = _count(head, "NUMBER OF ZONES", findings)
    n_nodes = _count(head, "NUMBER OF NODES", findings)
    n_links = _count(head, "NUMBER OF LINKS", findings)
    first_through = _count(head, "FIRST THRU NODE", findings)
    rows: list[list[float]] = []
    for line, text in body:
        cells = text.replace(";", " ").split()
        if len(cells) < len(COLUMNS):
            rule = Text(f"a link has {len(COLUMNS)} cells", f"每条路段应有 {len(COLUMNS)} 格")
            remedy = Text(f"write {' '.join(COLUMNS)} ;", f"按 {' '.join(COLUMNS)} ; 填写")
            findings.add(rule, remedy, line=line, value=text)
            continue
        row = [_number(cell, name, line, findings) for cell, name in zip(cells, COLUMNS, strict=False)]
        for name, node in zip(COLUMNS[:2], row[:2], strict=True):
            _within(node, n_nodes, name, line, findings)
        rows.append(row)
    if len(rows) != n_links and not findings.issues:
        rule = Text(
            f"is not the number of links in the file, {len(rows)}", f"与文件中的路段数 {len(rows)} 不符"
        )
        remedy = Text("the file may be cut off; get it again", "文件可能不完整；请重新获取")
        findings.add(rule, remedy, "NUMBER OF LINKS", value=n_links)
    findings.settle()
    column = dict(zip(COLUMNS, np.array(rows).reshape(-1, len(COLUMNS)).T.copy(), strict=True))
    return TntpNetwork(
        n_zones,
        n_nodes,
        first_through,
        init_node=column["init_node"].astype(np.int64),
        term_node=column["term_node"].astype(np.int64),
        capacity=column["capacity"],
        length=column["length"],
        free_flow_time=column["free_flow_time"],
        b=column["b"],
        power=column["power"],
        speed=column["speed"],
        toll=column["toll"],
        link_type=column["link_type"].astype(np.int64),
    )


def read_tntp_trips(path: str | Path) -> TntpTrips:
    """Return the trips of a `*_trips.tntp` file.

    Raises
    ------
    FormatError
        With everything that is wrong with the file.
    """
    head, body, findings = _parts(Path(path))
    n_zones = _count(head, "NUMBER OF ZONES", findings)
    origin = 0.0
    rows: list[tuple[float, float, float]] = []
    for line, text in body:
        if text.lower().startswith("origin"):
            origin = _number(text.split()[-1], "Origin", line, findings)
            _within(origin, n_zones, "Origin", line, findings)
            continue
        for entry in filter(None, map(str.strip, text.split(";"))):
            zone, colon, count = entry.partition(":")
            if not colon or origin == 0:
                rule = Text(
                    "is no entry 'destination : trips ;' of an origin", "不是某起点的“终点 : 出行量 ;”条目"
                )
                remedy = Text("write 'Origin 1' above '2 : 100.0;'", "在 '2 : 100.0;' 之上写 'Origin 1'")
                findings.add(rule, remedy, line=line, value=entry)
                continue
            destination = _number(zone, "destination", line, findings)
            trips = _number(count, "trips", line, findings)
            _within(destination, n_zones, "destination", line, findings)
            if not 0 <= trips < np.inf:
                rule = Text("must be 0 or more", "不能小于 0")
                findings.add(
                    rule, Text("correct the number", "请改正数值"), "trips", line=line, value=count.strip()
                )
            if trips > 0:
                rows.append((origin, destination, trips))
    findings.settle()
    table = np.array(rows, dtype=np.float64).reshape(-1, 3)
    return TntpTrips(n_zones, table[:, 0].astype(np.int64), table[:, 1].astype(np.int64), table[:, 2].copy())


def _parts(path: Path) -> tuple[dict[str, str], list[tuple[int, str]], Findings]:
    """Return the metadata, and the lines of the body that hold anything, each with its number."""
    findings = Findings(path.name)
    try:
        text = decode_text(path.read_bytes(), file=path.name)
    except OSError as error:
        raise FormatError(path.name, [unreadable(path.name, error)]) from None
    head: dict[str, str] = {}
    body: list[tuple[int, str]] = []
    for line, written in enumerate(text.splitlines(), start=1):
        stripped = written.strip()
        tag = re.match(r"<([^>]+)>(.*)", stripped)
        if tag:
            head[tag[1].strip().upper()] = tag[2].strip()
        elif stripped and not stripped.startswith("~"):
            body.append((line, stripped))
    return head, body, findings


def _count(head: dict[str, str], tag: str, findings: Findings) -> int:
    written = head.get(tag, "")
    if written.isdecimal():
        return int(written)
    rule = Text("must be given as a whole number", "必须给出整数")
    findings.add(rule, Text(f"write <{tag}> 24", f"写 <{tag}> 24"), f"<{tag}>", value=written or None)
    return 0


def _number(cell: str, place: str, line: int, findings: Findings) -> float:
    value = findings.number(cell, place, line=line)
    return float("nan") if value is None else value


def _within(number: float, most: int, place: str, line: int, findings: Findings) -> None:
    if most and not (1 <= number <= most and number == int(number)):
        rule = Text(f"must be a whole number from 1 to {most}", f"必须是 1 到 {most} 的整数")
        remedy = Text("correct the number", "请改正编号")
        findings.add(rule, remedy, place, line=line, value=f"{number:g}")
