"""Who was reached, and how soon everybody was."""

import math

import pandas as pd
import pytest

from evacsim.analysis.acknowledging import acknowledged_share, call_outcomes, time_to_share

NAN = math.nan
ATTEMPTS = [
    (2, "county", "J2", 1, "phone", 0.0, 60.0, "acknowledged"),
    (1, "county", "J1", 1, "phone", 0.0, NAN, "unanswered"),
    (3, "county", "J3-v1", 1, "phone", 60.0, NAN, "unanswered"),
    (3, "county", "J3", 2, "phone", 120.0, 180.0, "acknowledged"),
    (1, "county", "J1", 2, "radio", 300.0, 360.0, "acknowledged"),
    (3, "J3", "J3-v1", 3, "radio", 180.0, NAN, "unanswered"),
    (3, "J3", "J3-v1", 4, "messenger", 240.0, 900.0, "acknowledged"),
    (4, "county", "J4", 1, "", 60.0, NAN, "failed"),
    (4, "county", "J4", 1, "", 400.0, NAN, "given_up"),
    (5, "county", "J5", 1, "phone", 500.0, NAN, "unanswered"),
    (6, "county", "J6-v1", 1, "phone", 500.0, NAN, "unanswered"),
    (6, "county", "J6", 2, "phone", 560.0, 620.0, "acknowledged"),
]
COLUMNS = ["call", "caller", "callee", "attempt", "means", "placed_s", "answered_s", "result"]


def outcomes(*calls):
    rows = [row for row in ATTEMPTS if row[0] in (calls or range(1, 6))]
    return call_outcomes(pd.DataFrame(rows, columns=COLUMNS))


def test_each_call_ends_as_its_last_attempt_says():
    told = outcomes()
    assert told["callee"].tolist() == ["J1", "J2", "J3-v1", "J4", "J5"]
    assert told["attempts"].tolist() == [2, 1, 4, 1, 1]
    assert told["placed_s"].tolist() == [0.0, 0.0, 60.0, 60.0, 500.0]
    assert told["acknowledged_s"].fillna(-1).tolist() == [360.0, 60.0, 900.0, -1, -1]
    assert told["means"].tolist() == ["radio", "phone", "messenger", "", ""]
    assert told["result"].tolist() == ["acknowledged"] * 3 + ["given_up", "under_way"]


def test_an_office_above_that_has_the_word_is_not_the_one_it_is_for():
    """The run ends while J6 calls its village."""
    [told] = outcomes(6).to_dict("records")
    assert (told["callee"], told["result"], told["means"]) == ("J6-v1", "under_way", "")
    assert math.isnan(told["acknowledged_s"])


def test_the_share_counts_who_was_not_reached():
    assert acknowledged_share(outcomes()) == pytest.approx(3 / 5)
    assert acknowledged_share(outcomes(), since=0.0, within=300.0) == pytest.approx(1 / 5)
    assert acknowledged_share(outcomes(), since=60.0, within=300.0) == pytest.approx(2 / 5)


def test_the_time_to_all_is_infinite_while_one_is_missing():
    assert time_to_share(outcomes(1, 2, 3), 1.0, since=0.0) == 900.0
    assert time_to_share(outcomes(1, 2, 3), 2 / 3, since=60.0) == 300.0
    assert time_to_share(outcomes(), 1.0, since=0.0) == math.inf
    assert time_to_share(outcomes(), 0.6, since=0.0) == 900.0
    assert time_to_share(outcomes(), 0.0, since=0.0) == 0.0


def test_nothing_is_known_where_nobody_was_called():
    nobody = call_outcomes(pd.DataFrame([], columns=COLUMNS))
    assert math.isnan(acknowledged_share(nobody))
    assert math.isnan(time_to_share(nobody, 1.0, since=0.0))
