"""Heads counted at shelters: when, how wrong, who counts as counted, what headquarters is told."""

import numpy as np
import pytest

import evacsim as ev
from tests.reference.record import engine_record
from tests.reference.small_district import node, small_district

HOUR = 3600.0
OFFICES = [
    {"id": "county", "level": "county", "node": node(2, 1), "zones": ["*"]},
    {"id": "keeper", "level": "village", "parent": "county", "node": node(4, 2)},
]
REPORTS = {"every": "30 min", "loss": 0, "double": 0, "error": 0, "over_report": 0}


def run(folder, *, counts=None, organize=None):
    given = small_district(
        folder,
        shelters=[
            {"id": "hall", "node": node(2, 1), "capacity": 400, "keeper": "keeper" if organize else None}
        ],
        who={"compliance": 1},
        to={"bus_share": 0},
        organize=organize or {},
        care={"registration_time": "1 min"} | ({} if counts is None else {"head_counts": counts}),
    )
    return engine_record(ev.from_mapping(given), seed=4)


def there_at(record, time):
    return int(record.ledger["people"][record.ledger["arrived_s"] <= time].sum())


def test_every_hour_in_which_somebody_has_come_they_are_counted(tmp_path):
    record = run(tmp_path, counts={"every": "30 min", "error": 0})
    counts = record.tables["head_counts"]
    assert set(counts["place"]) == {"shelter/hall"}
    assert (counts["time_s"] % 1800 == 0).all()
    assert counts["counted"].tolist() == [there_at(record, time) for time in counts["time_s"]]
    assert counts["counted"].iloc[-1] == 300
    assert counts["counted"].is_monotonic_increasing
    assert counts["counted"].is_unique
    first = record.ledger["arrived_s"].min()
    assert counts["time_s"].iloc[0] == (first // 1800 + 1) * 1800


def test_a_household_is_counted_with_the_first_count_after_it_is_settled(tmp_path):
    ledger = run(tmp_path, counts={"every": "30 min", "error": 0}).ledger
    assert ledger["counted_s"].tolist() == ((ledger["settled_s"] // 1800 + 1) * 1800).tolist()


def test_a_count_is_wrong_by_its_error_and_the_truth_is_kept(tmp_path):
    counts = run(tmp_path, counts={"every": "10 min", "error": 0.2}).tables["head_counts"]
    right = run(tmp_path / "right", counts={"every": "10 min", "error": 0}).tables["head_counts"]
    assert counts["truth"].tolist() == right["counted"].tolist()
    assert (counts["counted"] != counts["truth"]).sum() > len(counts) / 2


def test_the_keeper_reports_each_count_up(tmp_path):
    record = run(
        tmp_path,
        counts={"every": "1 h", "error": 0.2},
        organize={"offices": OFFICES, "reports": REPORTS},
    )
    counts, reports = record.tables["head_counts"], record.tables["reports"]
    inside = reports[reports["item"] == "inside"]
    assert len(counts) > 1
    assert set(inside["place"]) == {"shelter/hall"}
    assert inside["value"].tolist() == counts["counted"].tolist()
    assert inside["truth"].tolist() == counts["truth"].tolist()
    assert (inside["received_s"] > inside["sent_s"]).all()
    # The picture of headquarters is of zones: no shelter has got into it.
    assert set(record.tables["picture"]["zone"]) <= {"west", "north"}


def test_nobody_counts_unless_the_plan_says_so(tmp_path):
    record = run(tmp_path)
    assert record.tables["head_counts"].empty
    assert np.isnan(record.ledger["counted_s"]).all()


@pytest.mark.parametrize("every", ["0 s"])
def test_a_count_without_an_interval_is_refused(tmp_path, every):
    with pytest.raises(ev.EvacsimError, match="every"):
        run(tmp_path, counts={"every": every})
