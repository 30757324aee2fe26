"""Large tables of text, read a column at a time: a million rows take a fraction of a second.

The bytes of a file are searched for separators once; where each cell begins and ends is then
known, and the cells of a column are turned into numbers digit by digit, all rows at a time.
Whatever this cannot read at once (quotes, odd lines, exponents) goes the slow way through
`formats.delimited` or `float`, with the same outcome. Nothing is guessed: a cell that holds no
number stays without one, and the line is known.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evacsim.errors import FormatError
from evacsim.formats.delimited import DELIMITERS, read_delimited
from evacsim.formats.rows import unreadable
from evacsim.formats.text import decode_text
from evacsim.traffic.ids import Ids

Bounds = tuple[NDArray[np.int64], NDArray[np.int64]]
"""Where pieces of text begin and end in the buffer."""

UNIT_SEPARATOR = "\x1f"
"""Stands between the cells of a table that was read the slow way."""
EXACT_DIGITS = 15
"""Whole numbers of so many digits are exact in a float, and so is their quotient by a power of ten,
rounded once: the same float that Python makes of the text."""
_NUMBER = re.compile(rb"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


@dataclass(frozen=True, slots=True)
class Cells:
    """A table of text: its bytes, and where each cell begins and ends."""

    file: str
    columns: tuple[str, ...]
    buffer: NDArray[np.uint8]
    """UTF-8."""
    starts: NDArray[np.int64]
    """Where the cells begin, shape (n_rows, n_columns)."""
    ends: NDArray[np.int64]
    lines: NDArray[np.int64]
    """Line of each row, as an editor counts."""

    @property
    def n_rows(self) -> int:
        """Rows below the header."""
        return len(self.lines)

    def bounds(self, column: str) -> Bounds:
        """Return where the cells of a column begin and end, without the blanks around them."""
        place = self.columns.index(column)
        starts, ends = self.starts[:, place].copy(), self.ends[:, place].copy()
        while (blank := (starts < ends) & (self._byte(starts) <= 32)).any():
            starts += blank
        while (blank := (starts < ends) & (self._byte(ends - 1) <= 32)).any():
            ends -= blank
        return starts, ends

    def text(self, row: int, column: str) -> str:
        """Return one cell as it stands."""
        place = self.columns.index(column)
        return self.buffer[self.starts[row, place] : self.ends[row, place]].tobytes().decode().strip()

    def is_empty(self, column: str) -> NDArray[np.bool_]:
        """Tell where the cells of a column are empty."""
        starts, ends = self.bounds(column)
        return np.asarray(starts == ends)

    def with_control(self, column: str) -> NDArray[np.int64]:
        """Return the rows whose cell of a column holds a control character, such as a tab."""
        controls = np.flatnonzero((self.buffer < 32) & (self.buffer != ord("\n")))
        if not len(controls):
            return controls
        starts, ends = self.bounds(column)
        row = np.searchsorted(starts, controls, side="right") - 1
        return np.unique(row[(row >= 0) & (controls < ends[row])])

    def ids(self, column: str) -> Ids:
        """Return the cells of a column as ids."""
        return self.ids_between(self.bounds(column))

    def numbers(self, column: str) -> NDArray[np.float64]:
        """Return the cells of a column as numbers; nan where a cell holds none."""
        starts, ends = self.bounds(column)
        numbers, is_read = self._decimals(starts, ends)
        for row in np.flatnonzero(~is_read & (starts < ends)).tolist():
            piece = self.buffer[starts[row] : ends[row]].tobytes()
            numbers[row] = float(piece) if _NUMBER.fullmatch(piece) else np.nan
        return numbers

    def words(self, column: str) -> tuple[Bounds, NDArray[np.int64]]:
        """Return where the words of the cells of a column begin and end, and the row of each."""
        starts, ends = self.bounds(column)
        blanks = np.flatnonzero((self.buffer == 32) | (self.buffer == 9))
        cell = np.searchsorted(starts, blanks, side="right") - 1
        blanks = blanks[(cell >= 0) & (blanks < ends[cell])]
        begin = np.sort(np.concatenate([starts, blanks + 1]), kind="stable")
        end = np.sort(np.concatenate([ends, blanks]), kind="stable")
        begin, end = begin[end > begin], end[end > begin]
        return (begin, end), np.searchsorted(starts, begin, side="right") - 1

    def ids_between(self, bounds: Bounds) -> Ids:
        """Return pieces of the text as ids."""
        starts, ends = bounds
        numbers, is_plain = self._whole_numbers(starts, ends)
        if is_plain.all():
            return Ids(numbers)
        data = self.buffer.tobytes()
        pairs = zip(starts.tolist(), ends.tolist(), strict=True)
        return Ids(tuple(data[start:end].decode() for start, end in pairs))

    def _byte(self, places: NDArray[np.int64]) -> NDArray[np.uint8]:
        return self.buffer[np.minimum(places, len(self.buffer) - 1)]

    def _whole_numbers(
        self, starts: NDArray[np.int64], ends: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Return whole numbers of at most 18 digits, and which of them are spelled plainly."""
        width = ends - starts
        is_plain = (width > 0) & (width <= 18) & ((width == 1) | (self._byte(starts) != ord("0")))
        numbers = np.zeros(len(width), dtype=np.int64)
        for place in range(min(int(width.max(initial=0)), 18)):
            digit = self._byte(starts + place) - np.uint8(ord("0"))
            is_inside = width > place
            is_plain &= (digit <= 9) | ~is_inside
            numbers = np.where(is_inside, numbers * 10 + digit, numbers)
        return numbers, is_plain

    def _decimals(
        self, starts: NDArray[np.int64], ends: NDArray[np.int64]
    ) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Return the numbers without exponent of at most 15 digits, and which cells hold such."""
        sign = self._byte(starts)
        signed = ((sign == ord("-")) | (sign == ord("+"))) & (starts < ends)
        starts = starts + signed
        width = ends - starts
        mantissa = np.zeros(len(width), dtype=np.int64)
        n_digits, n_decimals = np.zeros(len(width), dtype=np.int8), np.zeros(len(width), dtype=np.int8)
        is_read, is_behind = width <= EXACT_DIGITS + 1, np.zeros(len(width), dtype=bool)
        for place in range(min(int(width.max(initial=0)), EXACT_DIGITS + 1)):
            byte = self._byte(starts + place)
            is_inside = width > place
            digit = byte - np.uint8(ord("0"))
            is_digit = (digit <= 9) & is_inside
            is_point = (byte == ord(".")) & is_inside & ~is_behind
            is_read &= is_digit | is_point | ~is_inside
            mantissa = np.where(is_digit, mantissa * 10 + digit, mantissa)
            n_digits += is_digit
            n_decimals += is_digit & is_behind
            is_behind |= is_point
        is_read &= (n_digits > 0) & (n_digits <= EXACT_DIGITS)
        numbers = mantissa / 10.0 ** np.arange(EXACT_DIGITS + 2)[n_decimals]
        numbers = np.where(signed & (sign == ord("-")), -numbers, numbers)
        return np.where(is_read, numbers, np.nan), is_read


def read_cells(path: Path, *, encoding: str | None = None) -> Cells:
    """Return the table in a file of text; comma, tab or semicolon stand between the cells.

    Raises
    ------
    FormatError
        With everything that is wrong with the file as a table.
    """
    file = str(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise FormatError(file, [unreadable(file, error)]) from None
    text = decode_text(data, file=file, encoding=encoding)
    return _regular(text, file) or _irregular(text, file)


def _regular(text: str, file: str) -> Cells | None:
    """Return a table without quotes whose lines all have the same cells; None for any other."""
    data = text.replace("\r\n", "\n").rstrip("\n") + "\n"
    header, _, _ = data.partition("\n")
    delimiter = next((letter for letter in DELIMITERS if letter in header), ",")
    columns = tuple(name.strip() for name in header.split(delimiter))
    is_plain = not any(sign in data for sign in ('"', "\r", "\n\n", UNIT_SEPARATOR))
    has_names = all(columns) and len(set(columns)) == len(columns) and "，" not in header
    if not (is_plain and has_names) or sum(map(_starts_like_a_number, columns)) * 2 >= len(columns):
        return None
    return _cells(file, columns, data, delimiter, None)


def _irregular(text: str, file: str) -> Cells:
    """Return any table, or refuse it with everything that is wrong with it."""
    table = read_delimited(text, file=file)
    rows = [
        UNIT_SEPARATOR.join(" ".join(str(cell or "").split("\n")) for cell in row.values())
        for row in table.rows
    ]
    data = "\n".join([UNIT_SEPARATOR.join(table.columns), *rows]) + "\n"
    cells = _cells(file, table.columns, data, UNIT_SEPARATOR, np.array(table.lines, dtype=np.int64))
    assert cells is not None, "a table that was read has rows of one width"
    return cells


def _cells(
    file: str, columns: tuple[str, ...], data: str, delimiter: str, lines: NDArray[np.int64] | None
) -> Cells | None:
    buffer = np.frombuffer(data.encode(), dtype=np.uint8)
    marks = np.flatnonzero((buffer == ord("\n")) | (buffer == ord(delimiter)))
    if len(marks) % len(columns):
        return None
    ends = marks.reshape(-1, len(columns))
    if (buffer[ends[:, -1]] != ord("\n")).any() or (buffer[ends[:, :-1]] != ord(delimiter)).any():
        return None
    starts = (np.concatenate([[0], marks[:-1] + 1])).reshape(ends.shape)
    if lines is None:
        lines = np.arange(2, len(ends) + 1)
    return Cells(file, columns, buffer, starts[1:], ends[1:], lines)


def _starts_like_a_number(name: str) -> bool:
    return _NUMBER.fullmatch(name.encode()) is not None
