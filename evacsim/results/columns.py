"""Tables in the one form that the record promises: these columns, in this order, of these types."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from evacsim.errors import Issue
from evacsim.language import Text
from evacsim.results.column import Column


def table(frame: pd.DataFrame, columns: Sequence[Column]) -> pd.DataFrame:
    """Return `frame` with exactly `columns`: in their order, of their types, rows counted from 0.

    A missing text becomes the empty text and minus zero becomes zero, so that equal tables are
    equal byte for byte. Call `column_issues` first where the frame comes from outside.
    """
    # Arrays and no series: those would be aligned by their index once more, half the time of a small table.
    cast = {column.name: _cast(frame[column.name], column.dtype) for column in columns}
    return pd.DataFrame(cast, index=pd.RangeIndex(len(frame)), copy=False)


def empty(columns: Sequence[Column]) -> pd.DataFrame:
    """Return a table of `columns` without rows."""
    return _without_rows(tuple(columns)).copy()


@cache
def _without_rows(columns: tuple[Column, ...]) -> pd.DataFrame:
    return table(pd.DataFrame({column.name: [] for column in columns}), columns)


def column_issues(file: str, frame: pd.DataFrame, columns: Sequence[Column]) -> list[Issue]:
    """Return one issue for every column of `columns` that `frame` lacks or holds in another type."""
    issues = []
    for column in columns:
        if column.name not in frame.columns:
            rule = Text("the column is missing", "缺少该列")
        elif not _fits(frame[column.name], column.dtype):
            rule = Text(f"must be of type {column.dtype}", f"类型应为 {column.dtype}")
        else:
            continue
        found = str(frame[column.name].dtype) if column.name in frame.columns else None
        issues.append(Issue(file, rule, RUN_AGAIN, place=f"column {column.name}", value=found))
    known = {column.name for column in columns}
    issues += [
        Issue(file, Text("is no column of this table", "不是该表的列"), RUN_AGAIN, place=f"column {name}")
        for name in frame.columns
        if name not in known
    ]
    return issues


RUN_AGAIN = Text(
    "run the scenario again with this version, or use the version that wrote the results",
    "用当前版本重新推演，或改用生成该结果的版本",
)
"""What to do about results that cannot be read."""


def _cast(values: "pd.Series[Any]", dtype: str) -> Any:
    """Return the values of a column as an array of a type, shape (n_rows,)."""
    if dtype == "str":
        return pd.array(values.to_numpy(dtype=object, na_value=""), dtype="str")
    if dtype == "float64":
        return values.to_numpy(dtype=np.float64, na_value=np.nan) + 0.0
    # A series refuses what an array would cut off: 1.5 as a whole number.
    return pd.Series(values.array, dtype=dtype).array


def _fits(values: "pd.Series[Any]", dtype: str) -> bool:
    if len(values) == 0 or values.isna().all():
        return dtype not in {"int64", "bool"} or len(values) == 0
    if dtype == "str":
        return pd.api.types.infer_dtype(values, skipna=True) in {"string", "empty"}
    if dtype in {"int64", "Int64"}:
        return pd.api.types.is_integer_dtype(values) and (dtype == "Int64" or not values.isna().any())
    if dtype == "bool":
        return pd.api.types.is_bool_dtype(values)
    return pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)
