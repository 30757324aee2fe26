"""The fingerprint of a run: equal runs have equal digests, however they are stored."""

import hashlib
from collections.abc import Sequence

import numpy as np
import pandas as pd

from evacsim.results.column import Column
from evacsim.results.columns import table
from evacsim.results.record import EVENTS, RunRecord


def events_digest(record: RunRecord) -> str:
    """Return the SHA-256 of the events, as 64 hexadecimal digits."""
    return table_digest(record.events, EVENTS)


def table_digest(frame: pd.DataFrame, columns: Sequence[Column]) -> str:
    """Return the SHA-256 of a table, as 64 hexadecimal digits.

    Taken over the bytes of each column in the order of `columns`: numbers as little-endian
    8-byte values (0 where a whole number is missing), texts as UTF-8 with a zero byte between.
    """
    frame = table(frame, columns)
    digest = hashlib.sha256()
    for column in columns:
        values = frame[column.name]
        digest.update(f"{column.name}:{len(values)}\n".encode())
        if column.dtype == "str":
            digest.update("\0".join(values.to_numpy(dtype=object)).encode())
        elif column.dtype == "float64":
            numbers = values.to_numpy(dtype="<f8", copy=True)
            numbers[np.isnan(numbers)] = np.nan  # one bit pattern for "unknown"
            digest.update(numbers.tobytes())
        else:
            digest.update(values.to_numpy(dtype="<i8", na_value=0).tobytes())
    return digest.hexdigest()
