"""What is wrong with the tables, gathered row by row and told all at once."""

import numpy as np
from numpy.typing import ArrayLike

from evacsim.errors import Issue
from evacsim.language import Text
from evacsim.traffic.cells import Cells

SHOWN = 20
"""Rows that are told one by one where one rule is broken in many; the rest is counted."""


class Findings:
    """Everything that is wrong so far."""

    def __init__(self) -> None:
        self.issues: list[Issue] = []

    def rows(self, cells: Cells, column: str, rows: ArrayLike, rule: Text, remedy: Text) -> None:
        """Add that some rows break a rule in a column."""
        found = np.asarray(rows, dtype=np.int64)
        for row in found[:SHOWN].tolist():
            value = cells.text(row, column) or None
            shown = value if value is None or len(value) <= 80 else f"{value[:77]}..."
            self.issues.append(Issue(cells.file, rule, remedy, column, int(cells.lines[row]), shown))
        self.rest(cells, column, found, rule, remedy)

    def rest(self, cells: Cells, column: str, rows: ArrayLike, rule: Text, remedy: Text) -> None:
        """Add how many rows break a rule beyond those that were told one by one."""
        found = np.asarray(rows, dtype=np.int64)
        more = len(found) - SHOWN
        if more > 0:
            counted = Text(
                f"{rule.en} (the same {more} more times from here on)",
                f"{rule.zh}（从此处起还有 {more} 处相同问题）",
            )
            self.issues.append(Issue(cells.file, counted, remedy, column, int(cells.lines[found[SHOWN]])))
