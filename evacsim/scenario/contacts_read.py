"""The table of who is reached where, beside a scenario."""

from dataclasses import replace
from pathlib import Path

from evacsim.errors import FormatError
from evacsim.scenario.contacts import Contact
from evacsim.scenario.folder_written import CONTACTS
from evacsim.scenario.given import Source
from evacsim.scenario.listing import TableFile, entries, table_at
from evacsim.scenario.wording import validated


def read_contacts(folder: str | Path) -> list[Contact]:
    """Return the contacts in `contacts.csv` of a folder; none where there is no such file.

    Raises
    ------
    FormatError
        With everything that is wrong with the table.
    """
    path = Path(folder) / CONTACTS
    if not path.is_file():
        return []
    source = Source(CONTACTS, path.parent, path)
    table = table_at(path, encoding=None)
    rows, issues = entries(table, Contact, TableFile(file=CONTACTS), source=source, crs=None)
    issues = [replace(issue, file=CONTACTS) for issue in issues]
    found = []
    for row in rows:
        contact, wrong = validated(Contact, row)
        issues += wrong
        if contact is not None:
            found.append(contact)
    if issues:
        raise FormatError(CONTACTS, issues)
    return found
