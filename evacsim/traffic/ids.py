"""Ids of a table: any text in the file, whole numbers inside where all of them are such.

Rows are put in the order of their ids, so that no result depends on the order of a file:
whole numbers by number (2 before 10) and before all other texts, these letter by letter.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

SPARSE = 8
"""A table of all numbers up to the greatest id is made where it has at most so many times the ids."""


@dataclass(frozen=True)
class Ids:
    """The ids of the rows of a table; `values` are int64 numbers, or texts where not all are numbers."""

    values: NDArray[np.int64] | tuple[str, ...]

    def __len__(self) -> int:
        return len(self.values)

    @property
    def numbers(self) -> NDArray[np.int64] | None:
        """The ids as numbers; None where not all are numbers."""
        return None if isinstance(self.values, tuple) else self.values

    @cached_property
    def texts(self) -> list[str]:
        """The ids as they stand in the file."""
        return list(self.values) if isinstance(self.values, tuple) else list(map(str, self.values.tolist()))

    @property
    def column(self) -> NDArray[Any]:
        """The ids as a column of a table: numbers, or texts as objects."""
        return np.array(self.values, dtype=object) if isinstance(self.values, tuple) else self.values

    def taken(self, rows: NDArray[np.int64]) -> "Ids":
        """Return the ids of some rows."""
        if isinstance(self.values, tuple):
            return Ids(tuple(self.values[row] for row in rows.tolist()))
        return Ids(self.values[rows])

    def order(self) -> NDArray[np.int64]:
        """Return the rows in the order of their ids.

        >>> Ids(("b", "10", "2", "a")).order()
        array([2, 1, 3, 0])
        """
        if not isinstance(self.values, tuple):
            return np.argsort(self.values, kind="stable")
        keys = [_key(text) for text in self.values]
        return np.array(sorted(range(len(keys)), key=keys.__getitem__), dtype=np.int64)

    def doubled(self) -> NDArray[np.int64]:
        """Return the rows whose id an earlier row has already."""
        if not isinstance(self.values, tuple):
            order = np.argsort(self.values, kind="stable")
            return np.sort(order[1:][self.values[order][1:] == self.values[order][:-1]])
        seen: set[str] = set()
        again = []
        for row, text in enumerate(self.values):
            if text in seen:
                again.append(row)
            seen.add(text)
        return np.array(again, dtype=np.int64)

    def rows_of(self, wanted: "Ids") -> NDArray[np.int64]:
        """Return the row of each of the `wanted` ids, -1 where there is none.

        >>> Ids(np.array([3, 7])).rows_of(Ids(("7", "x"))).tolist()
        [1, -1]
        """
        if not len(self) or not len(wanted):
            return np.full(len(wanted), -1)
        if isinstance(self.values, tuple) or isinstance(wanted.values, tuple):
            find = self._row_of_text
            return np.fromiter((find.get(text, -1) for text in wanted.texts), np.int64, len(wanted))
        greatest = int(self.values.max())
        if greatest < SPARSE * max(len(self), 1000):
            return self._row_of_number[np.minimum(wanted.values, greatest + 1)]
        order = self._sorted
        place = np.minimum(np.searchsorted(self.values, wanted.values, sorter=order), len(self) - 1)
        rows = order[place]
        return np.where(self.values[rows] == wanted.values, rows, -1)

    @cached_property
    def _sorted(self) -> NDArray[np.int64]:
        return np.argsort(self.values, kind="stable")

    @cached_property
    def _row_of_text(self) -> dict[str, int]:
        return {text: row for row, text in enumerate(self.texts)}

    @cached_property
    def _row_of_number(self) -> NDArray[np.int64]:
        numbers = np.asarray(self.values)
        rows = np.full(int(numbers.max()) + 2, -1)
        rows[numbers] = np.arange(len(numbers))
        return rows


def ids_of(texts: Sequence[str]) -> Ids:
    """Return ids that are given as texts."""
    if all(is_number(text) for text in texts):
        return Ids(np.array([int(text) for text in texts], dtype=np.int64))
    return Ids(tuple(texts))


def is_number(text: str) -> bool:
    """Tell whether an id is a whole number in its plain spelling, of at most 18 digits."""
    return text.isascii() and text.isdigit() and len(text) <= 18 and (text[0] != "0" or text == "0")


def _key(text: str) -> tuple[bool, int, str]:
    number = is_number(text)
    return (not number, int(text) if number else 0, text)
