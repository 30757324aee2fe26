"""GMNS networks: `node.csv` and `link.csv`, perhaps `config.csv` (General Modeling Network Specification).

Column names may be cut to ten characters, as a shapefile cuts them. Lengths and speeds are in
the units that config.csv states (`long_length`, `speed`); without it nobody can know them, and
`length_unit` and `speed_unit` must be given. Capacity is per lane and hour, lanes are those of
the direction of travel (GMNS specification, recalled). Bicycle links are left out.
"""

from dataclasses import replace
from pathlib import Path

from evacsim.formats.roads.csv_pair import find_pair, read_pair, read_text_table
from evacsim.formats.roads.link_tables import Conventions
from evacsim.formats.roads.raw import NetworkFile, RawNetwork
from evacsim.formats.rows import Table

CUT = 10
"""Characters that a shapefile leaves of a column's name."""
_LONG_NAMES = ("from_node_id", "to_node_id", "facility_type", "allowed_uses")
_PER_HOUR = 1 / 3600


def read_gmns(source: NetworkFile) -> RawNetwork:
    """Return the network of a GMNS folder, or of a link.csv with its node.csv beside it.

    Raises
    ------
    FormatError
        With everything that is wrong with the files.
    """
    pair = find_pair(source.path)
    config = _config(pair.links.parent / "config.csv", source)
    conventions = Conventions(
        length_unit=source.length_unit or config.get("long_length"),
        speed_unit=source.speed_unit or config.get("speed"),
        capacity_per_lane=_PER_HOUR,
        rows=source.rows or "one-way",
    )
    table = _whole_names(read_text_table(pair.links, source))
    nodes, links, remarks = read_pair(source, pair, table, conventions)
    return RawNetwork(
        file=source.name, form="gmns", nodes=nodes, links=links, crs=config.get("crs"), remarks=tuple(remarks)
    )


def is_gmns(links: Path) -> bool:
    """Return whether a table of links has the headings of GMNS; False where it cannot be opened."""
    try:
        with links.open("rb") as stream:
            return b"from_node_" in stream.readline()
    except OSError:
        return False


def _whole_names(table: Table) -> Table:
    """Return the table with the names of its columns as GMNS spells them."""
    whole = {name[:CUT]: name for name in _LONG_NAMES}
    names = {column: whole.get(column, column) for column in table.columns}
    rows = tuple({names[column]: cell for column, cell in row.items()} for row in table.rows)
    return replace(table, columns=tuple(names.values()), rows=rows)


def _config(path: Path, source: NetworkFile) -> dict[str, str]:
    """Return what config.csv says; nothing where there is none."""
    if not path.is_file():
        return {}
    rows = read_text_table(path, source).rows
    return {name: str(cell).strip() for name, cell in rows[0].items() if cell is not None} if rows else {}
