"""GMNS networks: `node.csv` and `link.csv`, perhaps `config.csv` (General Modeling Network Specification).

Column names may be cut to ten characters, as a shapefile cuts them. Lengths and speeds are in
the units that config.csv states (`long_length`, `speed`); without it nobody can know them, and
`length_unit` and `speed_unit` must be given. Capacity is per lane and hour, lanes are those of
the direction of travel (GMNS specification, recalled). Bicycle links are left out.
"""

from dataclasses import replace
from pathlib import Path

from evacsim.formats.roads.csv_pair import find_pair, read_nodes, read_text_table
from evacsim.formats.roads.findings import Findings, settle_all
from evacsim.formats.roads.link_tables import Conventions, LinkTable, open_to_us
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
    node_findings, link_findings = Findings(str(pair.nodes or source.path)), Findings(str(pair.links))
    conventions = Conventions(
        length_unit=source.length_unit or config.get("long_length"),
        speed_unit=source.speed_unit or config.get("speed"),
        capacity_per_lane=_PER_HOUR,
        rows=source.rows or "one-way",
    )
    table = LinkTable(_whole_names(read_text_table(pair.links, source)), conventions, link_findings)
    for end, end_zh in (("from_node", "起点"), ("to_node", "终点")):
        if end not in table.headings.texts:
            link_findings.missing_column(f"{end}_id", end_zh, table.table.columns)
    if pair.nodes is None:
        node_findings.no_nodes()
    settle_all(source.name, [node_findings, link_findings])
    links, others = open_to_us(table.links(table.courses()))
    assert pair.nodes is not None
    nodes, node_remarks = read_nodes(read_text_table(pair.nodes, source), node_findings)
    settle_all(source.name, [node_findings, link_findings])
    return RawNetwork(
        file=source.name,
        form="gmns",
        nodes=nodes,
        links=links,
        crs=config.get("crs"),
        remarks=(*node_remarks, *table.remarks(), *others),
    )
