"""Two runs of the same people."""

import numpy as np
import pytest

from evacsim.analysis.comparison import compare
from evacsim.errors import ResultsError
from tests.reference.fake_record import fake_record
from tests.reference.small_record import settled, small_record

TRAPPED = {"triggered_s": 0.0, "final_state": "trapped"}


def test_a_run_compared_with_itself_shows_no_difference():
    record = fake_record()
    same = compare(record, record)
    assert not same.indicators["differs"].any()
    assert (same.indicators["difference"] == 0).all()
    assert (same.became_safe, same.became_unsafe) == (0, 0)
    assert len(same.told("en").splitlines()) == 1


def test_who_became_safe_and_who_unsafe_is_counted_household_by_household():
    a = small_record([TRAPPED | {"people": 5}, settled(at=2, people=3), settled(at=2, people=7)])
    b = small_record([settled(at=4, people=5), TRAPPED | {"people": 3}, settled(at=3, people=7)])
    found = compare(a, b)
    assert (found.became_safe, found.became_unsafe) == (5, 3)
    assert found.households["change"].to_list() == ["became_safe", "became_unsafe", ""]
    np.testing.assert_array_equal(found.households["later_s"], [np.nan, np.nan, 3600.0])


def test_the_order_of_the_ledgers_does_not_matter():
    homes = [settled(at=2, people=5) | {"household": "x"}, TRAPPED | {"household": "y", "people": 2}]
    found = compare(small_record(homes), small_record(homes[::-1]))
    assert (found.became_safe, found.became_unsafe) == (0, 0)


def test_better_says_for_which_run_an_indicator_speaks():
    table = compare(fake_record(), fake_record(hurry=0.4)).indicators.set_index("id")
    assert table.loc["out", ["a", "b", "difference", "better"]].to_list() == [529, 573, 44, "b"]
    assert table.loc["unsheltered", ["a", "b", "difference", "better"]].to_list() == [51, 72, 21, "a"]
    assert table.loc["population", "better"] == ""


def test_different_people_cannot_be_compared():
    with pytest.raises(ResultsError, match="must have the same households"):
        compare(small_record([{"people": 1}]), small_record([{"people": 2}]))


def test_different_luck_is_said():
    a, b = small_record([settled(at=2)]), small_record([settled(at=3)])
    assert "seeds differ" not in compare(a, b).told("en")
    object.__setattr__(b, "seed", 2)
    assert "seeds differ" in compare(a, b).told("en")
    assert "随机种子不同" in compare(a, b).told("zh")


def test_the_text_names_every_change():
    found = compare(fake_record(), fake_record(hurry=0.4))
    assert "47 people became safe, 3 people became unsafe" in found.told("en").splitlines()[0]
    assert "people who are out: 529 → 573" in found.told("en").splitlines()
    assert len(found.told("zh").splitlines()) == 1 + found.indicators["differs"].sum()
