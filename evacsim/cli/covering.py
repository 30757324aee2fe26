"""The command on response rings (反应圈)."""

from pathlib import Path
from typing import Any

import click

from evacsim.cli.options import IfExists, language, overwriting
from evacsim.cli.telling import told_in_full
from evacsim.language import Language


@click.command()
@click.argument("scenario", type=click.Path(path_type=Path))
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder for the results."
)
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    help="Kind of team, e.g. fire; may be given again; all that rescue if absent.",
)
@click.option(
    "--stand-by", type=click.IntRange(min=0), default=0, show_default=True, help="Units that may stand by."
)
@click.option(
    "--place",
    "places",
    multiple=True,
    default=("towns",),
    show_default=True,
    help="Where they may: towns, shelters, refuges, or a road node; may be given again.",
)
@click.option(
    "--at",
    default="worst",
    show_default=True,
    help="Moment for which places are chosen: T+20h, dry, or worst.",
)
@click.option("--model", type=click.Choice(["mclp", "mexclp", "p-median"]), default="mclp", show_default=True)
@click.option(
    "--limit",
    type=click.FloatRange(min=0),
    default=30.0,
    show_default=True,
    help="Time to be covered in [min].",
)
@click.option("--unit", type=click.IntRange(min=1), default=8, show_default=True, help="People in a unit.")
@click.option("--points", type=click.Choice(["plan", "wet", "all"]), default="plan", show_default=True)
@overwriting
@language
@told_in_full
def cover(scenario: Path, out: Path, lang: Language, if_exists: IfExists, limit: float, **asked: Any) -> None:
    """Tell which share of SCENARIO's risk points teams reach in 15, 30 and 60 min, and where to stand by (反应圈)."""
    from evacsim import api
    from evacsim.report.cover_drawn import refuse_other

    refuse_other(out, if_exists=if_exists)
    rings = api.cover(api.load(scenario), limit=60 * limit, **asked)
    click.echo(rings.told(lang))
    rings.save(out, lang=lang, if_exists=if_exists)
