"""What headquarters believes: reports as they are due, late, lost, doubled, wrong."""

import numpy as np
import pytest

from evacsim.analysis.indicators import indicators
from tests.engine.test_command import MINUTE, SURE, run, when

HOUR = 3600.0
TRUE = {"every": "30 min", "loss": 0, "double": 0, "error": 0, "over_report": 0}


def left_by(record, zone, time):
    ledger = record.ledger[record.ledger["zone"] == zone]
    return int(ledger["people"][ledger["departed_s"] <= time].sum())


def test_the_picture_is_the_truth_of_two_minutes_ago_where_nothing_goes_wrong(tmp_path):
    record = run(tmp_path, reports=TRUE)
    picture = record.tables["picture"]
    assert len(picture) > 4
    for row in picture.itertuples():
        # Village to town to county: two calls of a minute.
        assert row.believed == left_by(record, row.zone, row.time_s - 2 * MINUTE)
        assert row.truth == left_by(record, row.zone, row.time_s)
    reports = record.tables["reports"]
    assert (reports["received_s"] - reports["sent_s"] == 2 * MINUTE).all()
    assert set((reports["sent_s"] - 37 * MINUTE) % (30 * MINUTE)) == {0.0}
    last = picture.groupby("zone")["believed"].last()
    assert last.sum() == record.ledger["people"][record.ledger["departed_s"].notna()].sum()


def test_a_lost_report_leaves_the_old_picture(tmp_path):
    record = run(tmp_path, reports={**TRUE, "loss": 1})
    assert record.tables["picture"].empty
    assert set(record.tables["reports"]["result"]) == {"lost"}
    assert len(when(record, "report_lost")) == len(when(record, "report_sent")) > 0


def test_doubled_and_over_reported_numbers_are_in_the_picture(tmp_path):
    doubled = run(tmp_path / "a", reports={**TRUE, "double": 1}).tables["reports"]
    assert (doubled["value"] == 2 * doubled["truth"]).all()
    assert set(doubled["result"]) == {"doubled"}
    over = run(tmp_path / "b", reports={**TRUE, "over_report": 1}).tables["reports"]
    people = over["zone"].map({"west": 200, "north": 100})
    assert (over["value"] == people).all()


def test_a_report_waits_until_somebody_can_be_reached(tmp_path):
    record = run(
        tmp_path,
        reports=TRUE,
        district={
            "sites": [
                {"id": "mast", "kind": "cell", "node": "n0-1", "serves": ["*"]},
                {"id": "power", "kind": "power", "node": "n0-1", "serves": ["*"]},
            ]
        },
        hazard={
            "outages": [{"site": site, "begins": "T+1 h", "ends": "T+3 h"} for site in ("mast", "power")]
        },
    )
    reports = record.tables["reports"]
    cut = reports[(reports["sent_s"] > HOUR) & (reports["sent_s"] < 3 * HOUR)]
    assert len(cut) > 0
    assert (cut["received_s"] >= 3 * HOUR).all()


def cut_off_for_good(**reports):
    """Return what a run needs in which no office can call another from two hours on."""
    sites = [
        {"id": id_, "kind": kind, "node": "n0-1", "serves": ["*"]}
        for id_, kind in (("mast", "cell"), ("power", "power"))
    ]
    outages = [{"site": site, "begins": "T+2 h"} for site in ("mast", "power")]
    return {
        "reports": {**TRUE, **reports},
        "district": {"sites": sites},
        "hazard": {"outages": outages},
    }


def test_reports_that_never_get_up_are_told_as_under_way_and_are_not_in_time(tmp_path):
    record = run(tmp_path, **cut_off_for_good())
    reports = record.tables["reports"]
    left = reports[reports["result"] == "under_way"]
    assert len(left) > 0
    assert left["received_s"].isna().all()
    assert (left["sent_s"] >= 2 * HOUR).all()
    assert len(reports) == len(when(record, "report_sent"))
    assert indicators(record)["reports_1h_share"].value == pytest.approx(1 - len(left) / len(reports))


def test_the_plan_says_how_soon_reports_are_to_be_there(tmp_path):
    record = run(tmp_path, reports={**TRUE, "within": "119 s"})
    assert indicators(record)["reports_1h_share"].value == 0
    again = run(tmp_path / "b", reports={**TRUE, "within": "120 s"})
    assert indicators(again)["reports_1h_share"].value == 1


def test_a_report_overtaken_by_a_later_one_does_not_take_the_picture_back(tmp_path):
    """Reports wait out an outage, each trying again at its own pace: the later may come first."""
    outage = {"begins": "T+1 h", "ends": "T+150 min"}
    record = run(
        tmp_path,
        reports={**TRUE, "every": "16 min"},
        calling={**SURE, "again_after": "47 min"},
        district={"sites": [
            {"id": id_, "kind": kind, "node": "n0-1", "serves": ["*"]}
            for id_, kind in (("mast", "cell"), ("power", "power"))
        ]},
        hazard={"outages": [{"site": site, **outage} for site in ("mast", "power")]},
    )  # fmt: skip
    reports = record.tables["reports"]
    north = reports[reports["zone"] == "north"].sort_values("received_s", kind="stable")
    west = reports[reports["zone"] == "west"].sort_values("received_s", kind="stable")
    assert not (north["due_s"].is_monotonic_increasing and west["due_s"].is_monotonic_increasing)
    for _, picture in record.tables["picture"].groupby("zone"):
        assert picture["believed"].is_monotonic_increasing


@pytest.mark.parametrize("offices", [[]])
def test_without_a_tree_nothing_is_written(tmp_path, offices):
    record = run(tmp_path, offices=offices)
    assert record.tables["reports"].empty
    assert record.tables["picture"].empty
    assert np.isfinite(record.ledger["departed_s"]).any()
