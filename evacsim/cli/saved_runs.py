"""Commands on saved runs: their report, their stories, what they say together."""

from pathlib import Path

import click

from evacsim.cli.options import language
from evacsim.cli.telling import PAGE, REPORT, told_in_full
from evacsim.language import Language


@click.command()
@click.argument("results", type=click.Path(path_type=Path))
@click.option(
    "--out", type=click.Path(path_type=Path), help="File to write; report.html in RESULTS by default."
)
@language
@told_in_full
def report(results: Path, out: Path | None, lang: Language) -> None:
    """Write the report of a saved run again (生成报告)."""
    from evacsim import api

    page = api.report(api.open_run(results), out or results / "report.html", lang=lang)
    click.echo(f"{REPORT.said(lang)}: {page}")


@click.command()
@click.argument("results", type=click.Path(path_type=Path))
@click.argument("household")
@click.option("--out", type=click.Path(path_type=Path), help="HTML page to write with its story, too.")
@language
@told_in_full
def why(results: Path, household: str, out: Path | None, lang: Language) -> None:
    """Tell why a HOUSEHOLD of a saved run ended where it did (为什么)."""
    from evacsim import api

    run = api.open_run(results)
    click.echo(run.why(household, lang=lang))
    if out is not None:
        click.echo(f"\n{PAGE.said(lang)}: {api.household_page(run, household, out, lang=lang)}")


@click.command()
@click.argument("results", type=click.Path(path_type=Path))
@click.argument("other", type=click.Path(path_type=Path))
@language
@told_in_full
def compare(results: Path, other: Path, lang: Language) -> None:
    """Compare two saved runs, indicator by indicator (对比)."""
    from evacsim import api

    click.echo(api.compare(api.open_run(results), api.open_run(other)).told(lang))


@click.command()
@click.argument("results", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--gauge", required=True, help="Id of the gauge.")
@click.option("--out", type=click.Path(path_type=Path), help="CSV file for the outcome of every threshold.")
@language
@told_in_full
def thresholds(results: tuple[Path, ...], gauge: str, out: Path | None, lang: Language) -> None:
    """Recommend the stage that should move each zone, from saved runs of several floods (阈值合理性)."""
    from evacsim import api
    from evacsim.results.writing import write_csv

    sweep = api.thresholds(*(api.open_run(one) for one in results), gauge=gauge)
    if out is not None:
        write_csv(out, sweep.outcomes)
    click.echo(sweep.told(lang))
