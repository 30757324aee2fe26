"""Who keeps animals goes back to feed them before it is allowed: when, past whom, into what."""

import numpy as np
import pytest

import evacsim as ev
from evacsim.analysis.indicators import indicators
from tests.reference.record import engine_record
from tests.reference.small_district import link, node, small_district, write_depths

HOUR = 3600.0
INTO_WEST = [(one, (0, 1)) for one in ((0, 0), (0, 2), (1, 1))]


def run(folder, *, share=1.0, goes_back=1.0, places=(), **care):
    folder.mkdir(exist_ok=True)
    livestock = {
        "share": share,
        "takes": {"type": "fixed", "value": "20 min"},
        "goes_back": goes_back,
        "back_after": {"type": "fixed", "value": "3 h"},
    }
    given = small_district(
        folder,
        duration="24 h",
        zones=[{"id": "west", "node": node(0, 1), "population": 200}],
        transfers=[{"zone": "west", "trigger_at": "T+10 min", "organizer": "x", "shelter": ["school"]}],
        shelters=[{"id": "school", "node": node(4, 1), "capacity": 400}],
        water={"type": "table", "places": write_depths(folder / "p.csv", "place", list(places))},
        to={"bus_share": 0, "car_share": 0},
        who={"compliance": 1, "behavior": {"livestock": livestock}},
        care=care,
    )
    return engine_record(ev.from_mapping(given), seed=1)


def test_they_go_back_three_hours_after_they_were_settled_and_stay(tmp_path):
    record = run(tmp_path)
    settled = record.ledger.set_index("household")["settled_s"]
    returns = record.tables["returns"].set_index("household")
    assert set(returns.index) == set(settled.index)
    assert returns["left_s"].to_numpy() == pytest.approx((settled[returns.index] + 3 * HOUR).to_numpy())
    assert set(returns["kind"]) == {"to_animals"}
    assert set(record.ledger["final_state"]) == {"returned"}
    assert indicators(record)["went_back"].value == 200


def test_only_those_with_animals_go_and_of_them_a_share(tmp_path):
    record = run(tmp_path, share=0.6, goes_back=0.5)
    seen_to = record.events.loc[record.events["kind"] == "livestock_seen_to", "subject"]
    keepers = set(seen_to.str.removeprefix("household/"))
    gone = set(record.tables["returns"]["household"])
    assert gone < keepers
    assert 0.25 < len(gone) / len(keepers) < 0.75
    assert len(keepers) < len(record.ledger)


def test_the_water_meets_them_at_home(tmp_path):
    record = run(tmp_path, places=[("west", "T+16 h", 0.8)])
    assert (record.ledger["returned_s"] < 16 * HOUR).all()
    assert set(record.ledger["final_state"]) == {"stranded"}
    assert indicators(record)["returned_into_water"].value == 200


def test_a_post_stops_them(tmp_path):
    post = {
        "id": "village",
        "links": [link(*street) for street in INTO_WEST],
        "setup": {"type": "fixed", "value": "30 min"},
        "stop_share": 1,
    }
    record = run(tmp_path, posts=[post])
    assert record.ledger["returned_s"].isna().all()
    assert set(record.ledger["final_state"]) == {"sheltered"}
    assert indicators(record)["stopped_at_posts"].value == 200


def test_whoever_may_go_home_before_does_not_go_back(tmp_path):
    allowed = {"dry_for": "1 h", "inspection": {"type": "fixed", "value": "30 min"}}
    record = run(tmp_path, back_home=allowed)
    assert set(record.tables["returns"]["kind"]) == {"authorized"}


def test_nobody_goes_back_to_animals_unless_the_scenario_says_so(tmp_path):
    record = run(tmp_path, goes_back=0)
    assert record.tables["returns"].empty
    assert not np.isin(record.events["kind"], ["went_back"]).any()
