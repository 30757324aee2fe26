"""What a process of the engine leaves in the record of a run."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
from numpy.typing import NDArray

from evacsim.engine.log import Kind
from evacsim.engine.use import Use


class Recorded:
    """A process that leaves ids, tables and columns of the ledger; each is nothing unless it says otherwise."""

    def names(self) -> Mapping[Kind, NDArray[Any]]:
        """Return the text ids, by row, of the kinds of things that this process alone knows."""
        return {}

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Return tables by their names in `results.record.TABLES`; one process writes a table, or none."""
        return {}

    def use(self) -> list[Use]:
        """Return how long things that people queue for were busy."""
        return []

    def ledger(self) -> Mapping[str, NDArray[Any]]:
        """Return columns of `results.record.LEDGER` by name; each has a value for every household, in their order."""
        return {}
