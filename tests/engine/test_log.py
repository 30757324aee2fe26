"""The event log: ordered, numbered, every cause before its effect."""

import numpy as np
import pytest

from evacsim.engine.log import EventLog, Kind, Where

NAMES = {Kind.ZONE: np.array(["a", "b"], dtype=object), Kind.HOUSEHOLD: np.array(["a/1"], dtype=object)}


def test_events_are_numbered_from_one_and_written_with_their_ids():
    log = EventLog()
    first = log.record(10.0, "decided", Where(Kind.ZONE, 1), place=Where(Kind.ZONE, 1), value=4)
    second = log.record(12.5, "told", Where(Kind.HOUSEHOLD, 0), cause=first)
    frame = log.frame(NAMES)
    assert (first, second) == (1, 2)
    assert frame["subject"].tolist() == ["zone/b", "household/a/1"]
    assert frame["kind"].tolist() == ["decided", "told"]
    assert frame["cause"].isna().tolist() == [True, False]
    assert frame["place"].tolist() == ["zone/b", ""]


def test_time_never_runs_backwards():
    log = EventLog()
    log.record(10.0, "decided", Where(Kind.ZONE, 0))
    with pytest.raises(AssertionError, match=r"at 9\.0 after"):
        log.record(9.0, "decided", Where(Kind.ZONE, 0))


def test_no_event_is_caused_by_a_later_one():
    with pytest.raises(AssertionError, match="later cause"):
        EventLog().record(0.0, "decided", Where(Kind.ZONE, 0), cause=1)


def test_an_empty_log_is_an_empty_table():
    assert EventLog().frame(NAMES).empty
