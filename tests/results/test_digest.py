"""Equal events, equal digest; anything else, another."""

import hashlib
import struct
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from evacsim.results.digest import events_digest
from tests.reference.fake_record import fake_record


@pytest.fixture(scope="module")
def record():
    return fake_record()


def test_the_digest_depends_on_events_alone(record):
    twin = replace(
        fake_record(), provenance={"machine": "another"}, name="another", ledger=record.ledger.iloc[:0]
    )
    assert events_digest(twin) == events_digest(record)


def test_the_digest_does_not_depend_on_how_a_table_is_held(record):
    shuffled = record.events[record.events.columns[::-1]].astype({"kind": object, "cause": "Float64"})
    shuffled.index = np.arange(len(shuffled)) + 7
    shuffled["place"] = shuffled["place"].astype(object).where(shuffled["place"] != "", None)
    assert events_digest(replace(record, events=shuffled)) == events_digest(record)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("time_s", 1e-9),
        ("kind", "tola"),
        ("subject", "x"),
        ("place", "x"),
        ("value", -1.0),
        ("cause", 1),
        ("seq", 9),
    ],
)
def test_the_digest_notices_a_change_of_one_cell(record, column, value):
    events = record.events.copy()
    events.loc[5, column] = value
    assert events_digest(replace(record, events=events)) != events_digest(record)


def test_the_digest_is_the_hash_of_the_columns_as_documented(record):
    events = record.events.head(3)
    written = b""
    for name in ("seq", "time_s", "kind", "subject", "place", "value", "cause"):
        values = [0 if value is pd.NA else value for value in events[name]]
        written += f"{name}:3\n".encode()
        if name in {"kind", "subject", "place"}:
            written += "\0".join(values).encode()
        else:
            written += struct.pack("<3q" if name in {"seq", "cause"} else "<3d", *values)
    assert events["cause"].isna().any()
    assert events_digest(replace(record, events=events)) == hashlib.sha256(written).hexdigest()


def test_minus_zero_and_any_nan_are_one_value(record):
    events = record.events.head(2).copy()
    other = events.copy()
    events["value"], other["value"] = [0.0, np.nan], [-0.0, -np.float64("nan")]
    assert events_digest(replace(record, events=events)) == events_digest(replace(record, events=other))
