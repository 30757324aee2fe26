"""The command on traffic alone."""

from pathlib import Path
from typing import Any

import click

from evacsim.cli.options import IfExists, language, overwriting
from evacsim.cli.telling import compile_kernels, told_in_full
from evacsim.language import Language


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder for the results."
)
@click.option(
    "--until", type=click.FloatRange(min=0), help="Stop at this time [s]; when all is over if absent."
)
@click.option(
    "--gridlock",
    type=click.Choice(["wait", "squeeze", "turn_back"]),
    default="wait",
    show_default=True,
    help="What those do who wait for each other in a ring.",
)
@click.option(
    "--patience",
    type=click.FloatRange(min=0),
    default=600.0,
    show_default=True,
    help="How long a ring stands before that [s].",
)
@click.option("--passages", is_flag=True, help="Write when each trip was on each link, too.")
@click.option(
    "--export",
    "exports",
    type=click.Choice(["matsim", "sumo", "gmns"]),
    multiple=True,
    help="Write the run for another tool, too; may be given again.",
)
@click.option("--encoding", help="Text encoding of the tables, such as gb18030, where it is not UTF-8.")
@overwriting
@language
@told_in_full
def traffic(
    folder: Path, out: Path, lang: Language, if_exists: IfExists, encoding: str | None, **wanted: Any
) -> None:
    """Let the trips in FOLDER travel; write trips_out.csv and summary.json to the folder of --out (纯交通推演).

    FOLDER holds nodes.csv, links.csv, routes.csv and trips.csv, and perhaps events.csv, signals.csv
    and turn_bans.csv; docs/traffic.md tells their columns.
    """
    from evacsim.traffic.loading import load_traffic
    from evacsim.traffic.summary import told
    from evacsim.traffic.writing import refuse_existing, write_run

    case = load_traffic(folder, encoding=encoding)
    refuse_existing(out, if_exists=if_exists)
    compile_kernels(lang, changing=case.is_changing)
    done = case.run(
        until=float("inf") if wanted["until"] is None else wanted["until"],
        gridlock=wanted["gridlock"],
        patience=wanted["patience"],
        record_passages=bool(wanted["passages"] or wanted["exports"]),
    )
    write_run(done, out, if_exists=if_exists, passages=wanted["passages"], exports=wanted["exports"])
    click.echo(told(done).said(lang))
