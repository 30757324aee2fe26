"""What is written for people to read: reports and the stories of households."""

from pathlib import Path

from evacsim.api.running import Run
from evacsim.language import Language
from evacsim.report import leaders
from evacsim.report.html import write_household_page, write_report


def report(run: Run | leaders.LeadersReport, path: str | Path, *, lang: Language = "zh") -> Path:
    """Write the report of a run as one HTML file that needs no network; return where it is.

    A `LeadersReport` is written as .html, .docx or .pdf, as the name of the file ends.
    """
    if isinstance(run, leaders.LeadersReport):
        return leaders.write_leaders(run, path, lang)
    return write_report(run.record, path, lang=lang)


def household_page(run: Run, household: str | int, path: str | Path, *, lang: Language = "zh") -> Path:
    """Write why a household ended where it did as one HTML file; return where it is.

    Raises
    ------
    ResultsError
        If there is no such household, or the file cannot be written.
    """
    return write_household_page(run.record, household, path, lang=lang)
