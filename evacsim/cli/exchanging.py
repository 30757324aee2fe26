"""Commands that turn other people's files into evacsim's, and back."""

from pathlib import Path
from typing import Any

import click

from evacsim.cli.options import IfExists, language, overwriting
from evacsim.cli.telling import told_in_full
from evacsim.language import Language, Text


@click.group(name="import")
def import_() -> None:
    """Turn other people's files into evacsim's (导入)."""


@import_.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder for the network."
)
@click.option(
    "--format", "form", help="matsim, osm, graphml, gmns, sumo, lines or csv; by name and content if absent."
)
@click.option("--crs", help="Coordinate reference system of the file, such as EPSG:32650.")
@click.option("--encoding", help="Text encoding, such as gb18030, where it is not UTF-8.")
@click.option("--length-unit", help="Unit of lengths, such as m or mi, where the file does not say it.")
@click.option("--speed-unit", help="Unit of speeds, such as km/h or mph, where the file does not say it.")
@click.option(
    "--rows",
    type=click.Choice(["one-way", "two-way"]),
    help="What a row of a table of links stands for, where the table does not say it.",
)
@language
@told_in_full
def network(file: Path, out: Path, lang: Language, **statements: Any) -> None:
    """Read a road network FILE, repair it, say what was repaired, write nodes.csv and links.csv (导入路网)."""
    from evacsim import api

    click.echo(api.import_network(file, out, **statements).told(lang))


@import_.command(name="plan")
@click.argument("lists", type=click.Path(path_type=Path))
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder to write to."
)
@click.option(
    "--base",
    type=click.Path(path_type=Path),
    help="Scenario from which all comes that the workbook does not say.",
)
@overwriting
@language
@told_in_full
def import_plan(lists: Path, out: Path, base: Path | None, if_exists: IfExists, lang: Language) -> None:
    """Read the workbook LISTS of a plan, tell every mistake with its cell, write CSV and YAML (导入预案清单)."""
    from evacsim import api

    found = api.import_lists(lists, out, base=base, if_exists=if_exists)
    for issue in found.warnings:
        click.echo(issue.told(lang))
    for sheet, number in found.counts.items():
        click.echo(f"{sheet}: {number}")
    rest = Text(
        f"{out}: district.yaml and plan.yaml; write roads, hazard and start, or name a scenario with --base",
        f"{out}：已写出 district.yaml 和 plan.yaml；路网、灾害和起始时间须另行写明，或用 --base 指定情景",
    )
    whole = Text(f"{out}: can be checked with evacsim check {out}", f"{out}：可用 evacsim check {out} 检查")
    click.echo((whole if found.is_whole else rest).said(lang))


@click.group(name="export")
def export() -> None:
    """Turn evacsim's files into those of other people (导出)."""


@export.command(name="lists")
@click.argument("scenario", type=click.Path(path_type=Path))
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="Workbook to write."
)
@click.option("--mask", "masked", is_flag=True, help="Cover names and phone numbers.")
@language
@told_in_full
def export_lists(scenario: Path, out: Path, *, masked: bool, lang: Language) -> None:
    """Write the lists of SCENARIO to an Excel workbook that `import plan` reads (导出预案清单)."""
    from evacsim import api

    click.echo(api.export_lists(api.load(scenario), out, masked=masked, lang=lang))
