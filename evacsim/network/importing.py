"""Any file of roads, read once, repaired in the open, and written as our own tables."""

from pathlib import Path

from evacsim.formats.raw_network import Form, Rows, read_network, write_node_link_csv
from evacsim.network.build import as_raw, build_network
from evacsim.network.repairs import RepairOptions, RepairReport

REPORT = "repairs.csv"
"""The list of every change, beside the tables."""


def import_network(
    path: str | Path,
    out_dir: str | Path,
    *,
    form: Form | None = None,
    crs: str | None = None,
    encoding: str | None = None,
    length_unit: str | None = None,
    speed_unit: str | None = None,
    rows: Rows | None = None,
    repairs: RepairOptions | None = None,
) -> RepairReport:
    """Write the network in `path` as `nodes.csv`, `links.csv` and `network.yaml`, and the changes as `repairs.csv`.

    The arguments are those of `read_network` and `build_network`. Reading the folder again gives
    the same network, to the last bit.

    Raises
    ------
    FormatError
        With everything that is wrong with the file.
    EvacsimError
        If the folder already holds a network.
    """
    raw = read_network(
        path, form=form, crs=crs, encoding=encoding, length_unit=length_unit, speed_unit=speed_unit, rows=rows
    )
    network = build_network(raw, repairs=repairs)
    folder = Path(out_dir)
    write_node_link_csv(as_raw(network), folder)
    network.report.table().to_csv(folder / REPORT, index=False, encoding="utf-8-sig", lineterminator="\n")
    return network.report
