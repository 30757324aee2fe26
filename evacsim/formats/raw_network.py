"""Road networks from any file: what it says, in SI units, nothing repaired and nothing filled in."""

from collections.abc import Callable
from pathlib import Path

from evacsim.errors import FormatError, Issue
from evacsim.formats.roads.csv_pair import find_pair
from evacsim.formats.roads.gmns import is_gmns, read_gmns
from evacsim.formats.roads.graphml import read_graphml
from evacsim.formats.roads.lines import read_lines
from evacsim.formats.roads.markup import root_name
from evacsim.formats.roads.matsim import read_matsim
from evacsim.formats.roads.node_link_csv import read_node_link_csv, write_node_link_csv
from evacsim.formats.roads.osm import read_osm
from evacsim.formats.roads.positions import located
from evacsim.formats.roads.raw import (
    LOCAL,
    MODES,
    Form,
    NetworkFile,
    RawLink,
    RawNetwork,
    RawNode,
    Remark,
    Rows,
    Statements,
)
from evacsim.formats.roads.sumo import read_sumo
from evacsim.language import Text

__all__ = [
    "LOCAL",
    "MODES",
    "Form",
    "RawLink",
    "RawNetwork",
    "RawNode",
    "Remark",
    "Rows",
    "Statements",
    "read_network",
    "write_node_link_csv",
]

READERS: dict[Form, Callable[[NetworkFile], RawNetwork]] = {
    "matsim": read_matsim,
    "osm": read_osm,
    "graphml": read_graphml,
    "gmns": read_gmns,
    "sumo": read_sumo,
    "lines": read_lines,
    "csv": read_node_link_csv,
}
_BY_ENDING: dict[str, Form] = {
    ".graphml": "graphml", ".shp": "lines", ".gpkg": "lines", ".geojson": "lines", ".json": "lines",
    ".pbf": "osm", ".osm": "osm", ".o5m": "osm", ".opl": "osm",
}  # fmt: skip
_BY_ROOT: dict[str, Form] = {"network": "matsim", "osm": "osm", "net": "sumo", "graphml": "graphml"}


def read_network(
    path: str | Path,
    *,
    form: Form | None = None,
    crs: str | None = None,
    encoding: str | None = None,
    length_unit: str | None = None,
    speed_unit: str | None = None,
    rows: Rows | None = None,
) -> RawNetwork:
    """Return what a file of roads says.

    Parameters
    ----------
    path : str or Path
        The file; for pairs of tables (CSV, GMNS) their folder, or the table of links.
    form : str, optional
        Format, where name and content of the file do not tell it: matsim, osm, graphml, gmns,
        sumo, lines (shapefile, GeoPackage, GeoJSON) or csv.
    crs : str, optional
        Coordinate reference system, where the file does not say it: `EPSG:32650`, or `local` for
        a plan in metres that has no place on Earth.
    encoding : str, optional
        Encoding of the text, where it is not UTF-8.
    length_unit, speed_unit : str, optional
        Unit of lengths and speeds (`m`, `mi`; `km/h`, `mph`), where the file does not say it.
    rows : str, optional
        What a row of a table of links stands for, where the table does not say: `one-way` or `two-way`.

    Raises
    ------
    FormatError
        With everything that is wrong with the file.
    """
    source = NetworkFile(Path(path), crs, encoding, length_unit, speed_unit, rows)
    if form is not None and form not in READERS:
        known = ", ".join(READERS)
        rule, remedy = (
            Text("is no known format", "不是已知格式"),
            Text(f"write one of {known}", f"写下列之一: {known}"),
        )
        raise FormatError(source.name, [Issue(source.name, rule, remedy, "format", value=form)])
    network = READERS[form or form_of(source)](source)
    if not network.links:
        rule = Text("holds no road", "不含任何道路")
        raise FormatError(source.name, [Issue(source.name, rule, Text("name another file", "指定其他文件"))])
    return located(network, crs)


def form_of(source: NetworkFile) -> Form:
    """Return the format of a file by its name, or by its content where the name leaves it open.

    Raises
    ------
    FormatError
        If there is no such file, or neither name nor content tells.
    """
    path = source.path
    if not path.exists():
        rule, remedy = Text("no such file", "文件不存在"), Text("check the path", "检查路径")
        raise FormatError(source.name, [Issue(source.name, rule, remedy)])
    endings = [ending.lower() for ending in path.suffixes if ending.lower() not in {".gz", ".bz2"}]
    if path.is_dir() or endings[-1:] == [".csv"]:
        return "gmns" if is_gmns(find_pair(path).links) else "csv"
    named = next((_BY_ENDING[ending] for ending in reversed(endings) if ending in _BY_ENDING), None)
    form = named or (_BY_ROOT.get(root_name(source)) if endings[-1:] == [".xml"] else None)
    if form is None:
        known = ", ".join(READERS)
        rule = Text("neither name nor content tells the format", "由文件名和内容都无法判断格式")
        remedy = Text(f"write the format: one of {known}", f"写明格式: {known} 之一")
        raise FormatError(source.name, [Issue(source.name, rule, remedy, "format")])
    return form
