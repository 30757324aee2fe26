"""Rows and numbers as JSON can hold them: null for what is not known, "inf" for never."""

import math
from typing import Any

import pandas as pd


def plain(value: float) -> float | str | None:
    """Return a number as JSON can hold it.

    >>> plain(float("nan")), plain(float("-inf")), plain(2.0)
    (None, '-inf', 2.0)
    """
    if math.isnan(value):
        return None
    return value if math.isfinite(value) else repr(value)


def number(value: float | str | None) -> float:
    """Return what `plain` has written."""
    return math.nan if value is None else float(value)


def rows_of(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table by the names of its columns."""
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]


def plain_rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table as JSON can hold them.

    >>> plain_rows(pd.DataFrame({"zone": ["a"], "margin_s": [float("inf")]}))
    [{'zone': 'a', 'margin_s': 'inf'}]
    """
    return [
        {name: plain(value) if isinstance(value, float) else value for name, value in row.items()}
        for row in rows_of(table)
    ]
