"""Quantities, moments and names as people write them, and as a scenario writes them back."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from evacsim.clock import parse_moment, parse_wall_time
from evacsim.errors import RefusedValueError
from evacsim.scenario.section import (
    Identifier,
    Identifiers,
    Moment,
    Number,
    Patterns,
    WallTime,
    Words,
    YesNo,
)
from evacsim.units import (
    AREA,
    DENSITY,
    DURATION,
    FLOW,
    LENGTH,
    LEVEL,
    SHARE,
    SPEED,
    Area,
    Count,
    Density,
    Duration,
    Flow,
    Length,
    Level,
    People,
    Seats,
    Share,
    Speed,
    Vehicles,
    parse_duration,
    quantity,
)


def read(kind, value):
    return TypeAdapter(kind).validate_python(value)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("45 min", 2700.0), ("1.5 h", 5400.0), ("1 h 30 min", 5400.0), ("1小时30分", 5400.0), ("2天", 172800.0),
        ("1e3 s", 1000.0), (" 90 min ", 5400.0), ("0 s", 0.0),
    ],
)  # fmt: skip
def test_durations_are_read_with_their_units(text, seconds):
    assert parse_duration(text) == seconds


@pytest.mark.parametrize(
    "text",
    [
        "90 min -30 min", "30 min 1 h", "30 min 30 min", "-5 min", "+5 min", "12:30", "30", 30, 0.5, True, None, "min",
        "1 fortnight", "1 h x", "1..5 h", "nan s", "inf s", "1e999 h", "1e300 h", ["45 min"], "1" * 5000, "1 h " * 40,
    ],
)  # fmt: skip
def test_whatever_is_no_duration_is_refused(text):
    with pytest.raises(RefusedValueError):
        parse_duration(text)


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("40 km/h", SPEED, 40 / 3.6), ("35 mph", SPEED, 15.6464), ("1800 veh/h", FLOW, 0.5), ("2 ft", LENGTH, 0.6096),
        ("140 veh/km", DENSITY, 0.14), ("2公顷", AREA, 20000.0), ("95 %", SHARE, 0.95), (0.95, SHARE, 0.95),
        ("-0.8 m", LEVEL, -0.8), ("30 cm", LENGTH, 0.3),
    ],
)  # fmt: skip
def test_quantities_become_si(text, kind, value):
    assert quantity(text, kind) == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize("kind", [DURATION, LENGTH, LEVEL, SPEED, FLOW, DENSITY, AREA])
def test_a_bare_number_is_no_quantity(kind):
    with pytest.raises(RefusedValueError, match="with its unit"):
        quantity("30", kind)


@pytest.mark.parametrize("kind", [DURATION, LENGTH, LEVEL, SPEED, FLOW, DENSITY, AREA, SHARE])
def test_every_kind_has_an_example_that_reads_and_units_that_are_named_in_its_refusal(kind):
    quantity(kind.example, kind)
    with pytest.raises(RefusedValueError) as refused:
        quantity("much", kind)
    for unit in filter(None, kind.factors):
        assert unit in refused.value.remedy.en
        assert unit in refused.value.remedy.zh


@given(st.floats(0, 1e8))
@pytest.mark.parametrize(
    ("kind", "annotated"),
    [(DURATION, Duration), (LENGTH, Length), (LEVEL, Level), (SPEED, Speed), (FLOW, Flow), (DENSITY, Density),
     (AREA, Area), (SHARE, Share)],
)  # fmt: skip
def test_a_written_quantity_reads_back_exactly(kind, annotated, value):
    value = min(value, kind.largest, 1.0 if kind is SHARE else value)
    adapter = TypeAdapter(annotated)
    assert adapter.validate_python(adapter.dump_python(value)) == value


@given(st.floats(-1e8, 1e8) | st.datetimes(datetime(1900, 1, 1), datetime(2200, 12, 31)))
def test_a_written_moment_reads_back_exactly(moment):
    adapter = TypeAdapter(Moment)
    assert adapter.validate_python(adapter.dump_python(moment)) == moment


@pytest.mark.parametrize(
    "text",
    [
        "2026-07-18 20:00",
        "2026/7/18 20:00",
        "2026-07-18T20:00:00",
        "2026年7月18日20时00分",
        "2026年7月18日 20:00",
    ],
)
def test_a_date_may_be_written_in_several_ways(text):
    assert parse_wall_time(text) == datetime(2026, 7, 18, 20)


@pytest.mark.parametrize(
    "text",
    ["2026-07-18", "20:00", "2026-02-30 20:00", "2026-07-18 25:00", "0001-01-01 00:00", "2026-07-18 20:00Z",
     datetime(2026, 7, 18, tzinfo=UTC), None, "", "T+6"],
)  # fmt: skip
def test_whatever_is_no_local_date_and_time_is_refused(text):
    with pytest.raises(RefusedValueError):
        parse_wall_time(text)
    with pytest.raises(RefusedValueError):
        parse_moment(text)


@pytest.mark.parametrize(
    ("text", "seconds"), [("T", 0.0), ("T+6 h", 21600.0), ("t - 30 min", -1800.0), ("T+0 s", 0.0)]
)
def test_moments_count_from_the_start(text, seconds):
    assert parse_moment(text) == seconds


@pytest.mark.parametrize("text", ["T--5 min", "T+-5 min", "T 5 min", "T+", "6 h", 21600.0, True])
def test_whatever_is_no_moment_is_refused(text):
    with pytest.raises(RefusedValueError):
        parse_moment(text)


@pytest.mark.parametrize(
    ("kind", "written", "count"),
    [(People, 120, 120), (People, "120人", 120), (People, 120.0, 120), (People, " 120 ", 120), (Seats, "45座", 45),
     (Vehicles, "4 辆", 4), (Count, "2层", 2)],
)  # fmt: skip
def test_counts_are_read_bare_or_with_what_they_count(kind, written, count):
    assert read(kind, written) == count


@pytest.mark.parametrize("written", ["120辆", "1,200", "1e3", "12.5", 12.5, True, None, [1], "", "9" * 400])
def test_whatever_is_no_count_of_people_is_refused(written):
    with pytest.raises(ValidationError):
        read(People, written)


@pytest.mark.parametrize("written", [True, "yes", "是", "TRUE", "1"])
def test_yes_is_yes(written):
    assert read(YesNo, written) is True


@pytest.mark.parametrize("written", [False, "no", "否", "NO", 0])
def test_no_is_no(written):
    assert read(YesNo, written) is False


@pytest.mark.parametrize("written", ["maybe", 2, None])
def test_anything_else_is_neither_yes_nor_no(written):
    with pytest.raises(ValidationError):
        read(YesNo, written)


def test_true_is_no_number_and_a_whole_number_is_a_name():
    with pytest.raises(ValidationError):
        read(Number, True)
    assert read(Words, 17) == read(Identifier, 17) == "17"
    for kind in (Words, Identifier):
        for written in (True, 1.5):
            with pytest.raises(ValidationError):
                read(kind, written)


@pytest.mark.parametrize("written", ["东岸村", "J15-2", "école", "a_b.c", "村(一)"])
def test_ids_are_of_any_script(written):
    assert read(Identifier, written) == written


@pytest.mark.parametrize(
    "written", ["a b", "a/b", "a;b", "a*", "[a]", "a\u200b", "", "a\ufeff", "a、b", "x" * 65]
)
def test_ids_hold_nothing_that_separates_or_hides(written):
    with pytest.raises(ValidationError):
        read(Identifier, written)


@pytest.mark.parametrize("written", ["a; b", "a；b", "a、b", "a | b", ["a", "b"]])
def test_a_list_of_ids_may_be_one_text(written):
    assert read(Identifiers, written) == ["a", "b"]


def test_a_start_is_written_back_to_the_second():
    adapter = TypeAdapter(WallTime)
    assert adapter.dump_python(datetime(2026, 7, 18, 20)) == "2026-07-18 20:00:00"


def test_patterns_stand_in_one_cell_of_a_table_as_well_as_in_a_list():
    assert read(Patterns, "J01-*; J02-Z01") == read(Patterns, ["J01-*", "J02-Z01"]) == ["J01-*", "J02-Z01"]
    assert read(Patterns, "J01-*") == ["J01-*"]
