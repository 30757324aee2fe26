"""The cases that wait for a craft, by what a dispatcher tells apart: place, town, how grave, how many people, whose.

All cases of such a *sort* are as good for any craft but for who was heard first. So a decision looks at sorts,
of which a city has a few thousand, and not at cases, of which it may have a hundred thousand.
"""

from bisect import bisect_left, insort
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
NOBODY = np.iinfo(np.int64).max
"""First case of a sort of which none waits."""


class Reported(Protocol):
    """What headquarters knows of a case (`cases.Case`)."""

    row: int
    node: int
    grade: int
    people: int
    tier: int


class Sorts(NamedTuple):
    """The sorts of which any case waits, one row each."""

    row: Ints
    """Which sort each is, see `Waiting.cases`."""
    node: Ints
    town: Ints
    grade: Ints
    people: Ints
    tier: Ints
    """Whose they are (`cases.Case.tier`)."""
    first: Ints
    """The case of each that was heard first."""


class Waiting:
    """Waiting cases by their sort, in the order in which they were heard."""

    def __init__(self) -> None:
        self.n = 0
        """Cases that wait."""
        self.news: list[int] = []
        """Nodes of the cases that have begun to wait; whoever has looked at them clears it."""
        self._row: dict[tuple[int, int, int, int, int], int] = {}
        self._cases: list[list[int]] = []
        self._said = np.zeros((64, 5), dtype=np.int64)
        self._first = np.full(64, NOBODY, dtype=np.int64)

    def add(self, case: Reported, town: int) -> None:
        """Let a case of a town (code) wait."""
        row = self._sort(case, town)
        insort(self._cases[row], case.row)
        self._first[row] = self._cases[row][0]
        self.n += 1
        self.news.append(case.node)

    def discard(self, case: Reported, town: int) -> bool:
        """Let a case wait no longer; return whether it did."""
        row = self._sort(case, town)
        cases = self._cases[row]
        place = bisect_left(cases, case.row)
        if place == len(cases) or cases[place] != case.row:
            return False
        del cases[place]
        self._first[row] = cases[0] if cases else NOBODY
        self.n -= 1
        return True

    def cases(self, sort: int) -> list[int]:
        """Return the cases of a sort, the one heard first before the others; not to be changed."""
        return self._cases[sort]

    def sorts(self) -> Sorts:
        """Return the sorts of which any case waits."""
        row = np.flatnonzero(self._first < NOBODY)
        node, town, grade, people, tier = self._said[row].T
        return Sorts(row, node, town, grade, people, tier, self._first[row])

    def _sort(self, case: Reported, town: int) -> int:
        said = (case.node, town, case.grade, case.people, case.tier)
        row = self._row.setdefault(said, len(self._cases))
        if row == len(self._cases):
            self._cases.append([])
            if row == len(self._first):
                self._said = np.concatenate([self._said, np.zeros_like(self._said)])
                self._first = np.concatenate([self._first, np.full_like(self._first, NOBODY)])
            self._said[row] = said
        return row
