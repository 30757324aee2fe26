"""Everybody is counted once, and the states add up."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evacsim.analysis.people import final_states, had_to_go, out_times, stuck_places, weighted_quantile
from evacsim.errors import ResultsError
from evacsim.terms import HouseholdState
from tests.reference.fake_record import fake_record
from tests.reference.small_record import FEW, ledgers, settled, small_record


@FEW
@given(ledgers())
def test_final_states_add_up_to_the_population(homes):
    record = small_record(homes)
    states = final_states(record)
    assert states["people"].sum() == record.population
    assert states["households"].sum() == len(homes)
    assert states["state"].to_list() == [state.id for state in HouseholdState]


@pytest.mark.parametrize("population", [0, 4, 6])
def test_a_population_that_does_not_match_is_an_error(population):
    with pytest.raises(ResultsError, match=f"add up to the population of {population}"):
        final_states(small_record([{"people": 2}, {"people": 3}], population=population))


def test_an_unknown_state_is_an_error():
    with pytest.raises(ResultsError):
        final_states(small_record([{"final_state": "on the moon"}, {"people": 3}]))


def test_the_states_table_of_the_reference_record_agrees_with_its_ledger():
    record = fake_record()
    last = record.tables["states"].groupby("state")["people"].last()
    final = final_states(record).set_index("state")["people"]
    assert (final == last.reindex(final.index, fill_value=0)).all()


def test_had_to_go_is_who_is_in_the_plan_and_was_triggered_or_wet():
    record = small_record(
        [
            {"mode": ""},
            {"mode": "", "water_s": 5.0},
            {"mode": "bus"},
            {"mode": "bus", "triggered_s": 5.0},
            {"mode": "walk", "water_s": 5.0},
            {"mode": "walk", "water_s": 5.0, "present": False},
        ]
    )
    assert had_to_go(record.ledger).tolist() == [False, False, False, True, True, False]


def test_out_is_who_ended_in_safety():
    record = small_record(
        [
            settled(at=2),
            {"final_state": "unsheltered", "final_s": 7.0},
            settled(at=2) | {"final_state": "trapped", "final_s": 9.0},
            {"final_state": "waiting", "final_s": 9.0},
            {"final_state": "at_refuge", "final_s": 8.0},
            settled(at=2) | {"final_state": "returned", "final_s": 9e4},
            {"final_state": "away", "final_s": 0.0},
        ]
    )
    expected = [7200.0, 7.0, np.nan, np.nan, 8.0, 7200.0, np.nan]
    np.testing.assert_array_equal(out_times(record.ledger), expected)


def test_missing_texts_count_as_empty_ones():
    record = small_record([{"mode": "bus", "triggered_s": 0.0}, {"mode": ""}])
    ledger = record.ledger.assign(
        mode=record.ledger["mode"].astype(object).where(record.ledger["mode"] != "", None)
    )
    assert had_to_go(replace(record, ledger=ledger).ledger).tolist() == [True, False]


def test_stuck_people_are_listed_by_place_most_first():
    record = small_record(
        [
            {"people": 2, "final_state": "trapped", "final_place": "zone/A"},
            {"people": 3, "final_state": "trapped", "final_place": "zone/A"},
            {"people": 6, "final_state": "stranded", "final_place": "link/7"},
            {"people": 1, "final_state": "dead", "final_place": "zone/A"},
            {"people": 9, "final_state": "refused", "final_place": "zone/A"},
        ]
    )
    assert stuck_places(record).to_numpy().tolist() == [
        ["link/7", "stranded", 6, 1],
        ["zone/A", "trapped", 5, 2],
        ["zone/A", "dead", 1, 1],
    ]


@given(
    pairs=st.lists(
        st.tuples(st.floats(-1e6, 1e6) | st.just(np.inf), st.integers(1, 9)), min_size=1, max_size=20
    ),
    percent=st.sampled_from([1, 5, 50, 90, 95, 100]),
)
def test_a_weighted_quantile_is_that_of_the_people_one_by_one(pairs, percent):
    values, weights = (np.array(column) for column in zip(*pairs, strict=True))
    one_by_one = sorted(value for value, weight in pairs for _ in range(weight))
    needed = -(-Fraction(percent, 100) * len(one_by_one) // 1)
    assert weighted_quantile(values, weights, percent / 100) == one_by_one[int(needed) - 1]


def test_the_quantile_of_nobody_is_unknown():
    assert np.isnan(weighted_quantile(np.array([]), np.array([], dtype=np.int64), 0.5))
