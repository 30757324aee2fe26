"""Commands that run variants of a plan: what would fix it, when an order is too late, what breaks it."""

from pathlib import Path
from typing import Any

import click

from evacsim.cli.options import amount_of, numbers, of_many_runs
from evacsim.cli.telling import progress_bar, told_in_full
from evacsim.cli.variants import many_runs
from evacsim.language import Language


@click.command()
@click.argument("scenario", type=click.Path(path_type=Path))
@of_many_runs
@click.option(
    "--lever", "levers", multiple=True, help="Lever to try; may be given again; the whole menu if absent."
)
@click.option("--by", default="late", show_default=True, help="Indicator by which levers are ranked.")
@click.option(
    "--most", type=click.IntRange(min=1), default=4, show_default=True, help="Levers in a set, at most."
)
@click.option(
    "--units",
    type=click.Choice(["none", "vehicles", "desks", "roads", "all"]),
    default="none",
    show_default=True,
    help="Try one more and one less, too: of each fleet, desks of shelters, lanes of roads.",
)
@click.option(
    "--cost",
    "costs",
    multiple=True,
    metavar="NAME=AMOUNT",
    help="What a unit costs, in 10 000 yuan a year: bus=8.",
)
@told_in_full
def fixes(scenario: Path, out: Path, lang: Language, costs: tuple[str, ...], **wanted: Any) -> None:
    """Tell what would fix the plan of SCENARIO, by effect per cost, and which few measures are enough (改进措施)."""
    from evacsim import api

    amounts = dict(amount_of(cost) for cost in costs)
    asked = {name: wanted.pop(name) for name in ("by", "most", "units")}
    levers = wanted.pop("levers") or None
    given, settings = many_runs(scenario, wanted, lang)
    with progress_bar(lang) as progress:
        found = api.fixes(
            given, out=out, progress=progress, levers=levers, costs=amounts, **asked, **settings
        )
    click.echo(found.told(lang))


@click.command()
@click.argument("scenario", type=click.Path(path_type=Path))
@of_many_runs
@click.option(
    "--shifts",
    default="-6,-4,-3,-2,-1,0,1,2,3,4,6",
    show_default=True,
    metavar="HOURS",
    help="How much sooner or later all orders are tried.",
)
@click.option(
    "--people",
    type=click.FloatRange(0, 1, min_open=True),
    default=0.95,
    show_default=True,
    help="Share of a zone's people that must be out before the water.",
)
@click.option(
    "--probability",
    type=click.FloatRange(0, 1, min_open=True),
    default=0.9,
    show_default=True,
    help="Probability with which it must be.",
)
@click.option(
    "--lever", "levers", multiple=True, help="Lever with which it is told again; may be given again."
)
@told_in_full
def latest(scenario: Path, out: Path, lang: Language, shifts: str, **wanted: Any) -> None:
    """Tell for each zone of SCENARIO until when its order may go out (最晚安全下令时间)."""
    from evacsim import api

    hours = numbers(shifts, "--shifts", "-2,-1,0,1")
    asked = {name: wanted.pop(name) for name in ("people", "probability", "levers")}
    given, settings = many_runs(scenario, wanted, lang)
    with progress_bar(lang) as progress:
        found = api.latest_orders(
            given, out=out, progress=progress, shifts=[3600 * one for one in hours], **asked, **settings
        )
    click.echo(found.told(lang))


@click.command()
@click.argument("scenario", type=click.Path(path_type=Path))
@of_many_runs
@click.option(
    "--budget",
    type=click.IntRange(min=0),
    default=60,
    show_default=True,
    help="Sets of damages that are tried, at most; 0 for none.",
)
@click.option(
    "--each",
    type=click.IntRange(min=1),
    default=5,
    show_default=True,
    help="Damages of each kind to look at.",
)
@click.option(
    "--by",
    default="out_before_water_share",
    show_default=True,
    help="Indicator by which the plan counts as broken.",
)
@click.option(
    "--worse",
    type=click.FloatRange(min=0),
    default=0.1,
    show_default=True,
    help="How much worse, in its unit.",
)
@told_in_full
def beyond(scenario: Path, out: Path, lang: Language, **wanted: Any) -> None:
    """Tell what the plan of SCENARIO is worth beyond its design, and what breaks it (超设计检验)."""
    from evacsim import api

    asked = {name: wanted.pop(name) for name in ("budget", "each", "by", "worse")}
    given, settings = many_runs(scenario, wanted, lang)
    with progress_bar(lang) as progress:
        found = api.beyond(given, out=out, progress=progress, **asked, **settings)
    click.echo(found.told(lang))
