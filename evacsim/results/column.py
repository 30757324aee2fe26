"""One column of a result table: its name, its type, what it means."""

from typing import NamedTuple

from evacsim.language import Text


class Column(NamedTuple):
    """One column of a result table."""

    name: str
    dtype: str
    meaning: Text
