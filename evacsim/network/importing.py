"""Any file of roads, read once, repaired in the open, and written as our own tables."""

from pathlib import Path
from typing import Unpack

from evacsim.formats.raw_network import Statements, read_network, write_node_link_csv
from evacsim.network.build import as_raw, build_network
from evacsim.network.repairs import RepairOptions, RepairReport

REPORT = "repairs.csv"
"""The list of every change, beside the tables."""


def import_network(
    path: str | Path,
    out_dir: str | Path,
    *,
    repairs: RepairOptions | None = None,
    **statements: Unpack[Statements],
) -> RepairReport:
    """Write the network in `path` as `nodes.csv`, `links.csv` and `network.yaml`, and the changes as `repairs.csv`.

    The keyword arguments are those of `read_network` (form, crs, encoding ...). Reading the
    folder again gives the same network, to the last bit.

    Raises
    ------
    FormatError
        With everything that is wrong with the file.
    EvacsimError
        If the folder already holds a network.
    """
    raw = read_network(path, **statements)
    network = build_network(raw, repairs=repairs)
    folder = Path(out_dir)
    write_node_link_csv(as_raw(network), folder)
    network.report.table().to_csv(folder / REPORT, index=False, encoding="utf-8-sig", lineterminator="\n")
    return network.report
