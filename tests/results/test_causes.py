"""Why a household ended as it did: one unbroken chain back to a root."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from evacsim.errors import ResultsError
from evacsim.results.causes import Event, chain, event_told, why
from evacsim.results.wording import Names
from tests.reference.fake_record import fake_record
from tests.reference.small_record import small_record


@pytest.fixture(scope="module")
def record():
    return fake_record()


def test_every_household_has_a_chain_from_a_root_to_its_end(record):
    for row in record.ledger.itertuples():
        events = chain(record, row.household)
        assert events[0].cause is None
        assert [event.cause for event in events[1:]] == [event.seq for event in events[:-1]]
        assert events[-1].seq == row.final_event
        assert all(one.time_s <= other.time_s for one, other in pairwise(events))


def test_a_chain_tells_the_events_themselves(record):
    kinds = [event.kind for event in chain(record, "Z6-001")]
    assert kinds == ["water_changed", "place_flooded", "trapped"]


def test_a_household_to_which_nothing_happened_has_no_chain():
    record = small_record([{"household": "a"}])
    assert chain(record, "a") == []
    assert "nothing ever happened" in why(record, "a", "en")[-1]


def test_a_story_is_told_in_both_languages(record):
    assert why(record, "Z6-001", "en") == [
        "household Z6-001 of zone 新圩村 (Z6), 2 people, at the end: trapped (in danger) (zone 新圩村 (Z6))",
        "water at its home 19 Jul 04:00",
        "19 Jul 04:00 (T+8.0 h) 临江演示区: the water on roads and places changes",
        "19 Jul 04:00 (T+8.0 h) zone 新圩村 (Z6): water stands at homes (depth 0.70 m)",
        "19 Jul 04:00 (T+8.0 h) household Z6-001: is trapped (zone 新圩村 (Z6), 2 people)",
    ]
    assert (
        why(record, "Z6-001", "zh")[3]
        == "7月19日04:00（T+8.0小时） 区域 新圩村 (Z6)：住处进水（水深 0.70 m）"
    )


@pytest.mark.parametrize(
    ("kind", "value", "told"),
    [
        ("link_closed", 0.314, "(depth 0.31 m)"),
        ("stage_reached", 1.2, "(stage 1.20 m)"),
        ("water_changed", 4128.0, "(4,128 roads under water)"),
        ("died", 1.0, "(1 person)"),
        ("called_up", np.nan, "called up"),
    ],
)
def test_a_value_is_told_in_its_unit(record, kind, value, told):
    event = Event(1, 0.0, kind, "district/", "", value, None)
    assert event_told(event, record, Names(record), "en").endswith(told)


def test_a_household_may_be_named_as_events_name_it(record):
    assert why(record, "household/Z6-001") == why(record, "Z6-001")


def test_an_unknown_household_is_answered_with_the_nearest_ids(record):
    with pytest.raises(ResultsError) as caught:
        why(record, "Z3-71")
    assert "Z3-071" not in record.ledger["household"].to_list()
    assert "Z3-070" in caught.value.issues[0].remedy.en
    assert "相近的编号" in caught.value.told("zh")


def test_a_number_names_a_household_too():
    assert chain(small_record([{"household": "4821"}]), 4821) == []


@pytest.mark.parametrize("step", [1, 10**6])
def test_a_broken_chain_is_an_error(record, step):
    events = record.events.copy()
    last = int(record.ledger.loc[record.ledger["household"] == "Z1-001", "final_event"].iloc[0])
    events["cause"] = events["cause"].mask(events["seq"] == last, last + step)
    with pytest.raises(ResultsError, match="each cause must be an earlier event"):
        chain(replace(record, events=events), "Z1-001")


def test_events_of_the_reference_record_are_in_order_with_earlier_causes(record):
    events = record.events
    assert events["seq"].to_list() == list(range(1, len(events) + 1))
    assert events["time_s"].is_monotonic_increasing
    known = events["cause"].notna()
    assert (events.loc[known, "cause"] < events.loc[known, "seq"]).all()
