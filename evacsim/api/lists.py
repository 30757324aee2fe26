"""The lists of a plan as a workbook, in and out."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from evacsim.api.loading import load
from evacsim.language import Language
from evacsim.scenario.contacts_read import read_contacts
from evacsim.scenario.folder_written import write_folder
from evacsim.scenario.lists_read import Lists, read_lists
from evacsim.scenario.lists_written import Note, write_lists
from evacsim.scenario.model import Scenario


def import_lists(
    path: str | Path,
    out: str | Path,
    *,
    base: str | Path | Scenario | None = None,
    if_exists: Literal["error", "replace"] = "error",
) -> Lists:
    """Read the lists of a plan from a workbook, write them as files to the folder `out`, return what was read.

    Everything of which the workbook has no sheet is taken from the scenario `base`; then the folder can be run.

    Raises
    ------
    FormatError
        With everything that is wrong with any sheet, each with its cell.
    """
    lists = read_lists(path, base=base if base is None or isinstance(base, Scenario) else load(base))
    write_folder(lists, out, if_exists=if_exists)
    return lists


def export_lists(
    scenario: Scenario,
    path: str | Path,
    *,
    notes: Sequence[Note | tuple[Any, ...]] = (),
    masked: bool = False,
    lang: Language = "zh",
) -> Path:
    """Write the lists of a scenario to a workbook, with `notes` (loc, text, severity) as comments at their cells.

    Contacts are those of `contacts.csv` in the scenario's folder; `masked` covers names and phone numbers.
    """
    contacts = read_contacts(scenario.folder)
    return write_lists(
        scenario, path, notes=[Note(*note) for note in notes], contacts=contacts, masked=masked, lang=lang
    )
