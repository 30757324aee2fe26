"""Families that are taken to different shelters: who is reported missing, when they are together again."""

import math

import numpy as np
import pytest

import evacsim as ev
from evacsim.analysis.indicators import indicators
from evacsim.streams import Streams
from tests.reference.record import engine_record
from tests.reference.small_district import node, small_district

HOUR = 3600.0
RULES = {"related_share": 1, "report_after": "30 min", "exchange": "2 h", "bring": "40 min"}
SITES = [{"id": "mast", "kind": "cell", "node": node(2, 1), "serves": ["*"]}]


def run(folder, *, seed=4, compliance=1.0, hall=120, out=(), **rules):
    shelters = [
        {"id": "hall", "node": node(2, 1), "capacity": hall, "desks": 1, "township": "J01"},
        {"id": "school", "node": node(4, 1), "capacity": 400, "desks": 1, "township": "J01"},
    ]
    given = small_district(
        folder,
        zones=[{"id": "west", "node": node(0, 1), "population": 300, "township": "J01"}],
        shelters=shelters,
        who={"compliance": compliance},
        to={"bus_share": 0},
        care={"registration_time": "3 min", "reunion": RULES | rules},
    )
    given["district"]["sites"] = SITES
    given["hazard"]["outages"] = [{"site": "mast", "begins": begins, "ends": ends} for begins, ends in out]
    return engine_record(ev.from_mapping(given), seed=seed)


def pairs(record, seed, share=1.0):
    """Return the families, as rows of the ledger: neighbors in the order of their luck."""
    luck = Streams(seed).get("kin", "west").random(len(record.ledger))
    order = np.argsort(luck, kind="stable")
    n = np.count_nonzero(luck < share) // 2
    return order[: 2 * n].reshape(-1, 2).tolist()


def expected(record, seed, **given):
    """Return who must be reported when, and found when, by hand: household, reported, reunited."""
    ledger, lists, wait, brings = record.ledger, 2 * HOUR, 0.5 * HOUR, 2 / 3 * HOUR
    found = {}
    for pair in pairs(record, seed, **given):
        there = sorted(
            (row for row in pair if not np.isnan(ledger["settled_s"][row])), key=ledger["settled_s"].get
        )
        if not there:
            continue
        (missed,) = set(pair) - {there[0]}
        reported = ledger["settled_s"][there[0]] + wait
        comes = ledger["settled_s"][missed] if len(there) == 2 else math.inf
        is_same = ledger["final_place"][there[0]] == ledger["final_place"][missed]
        if is_same and comes <= reported:
            continue
        together = (
            comes
            if is_same
            else (max(comes, reported) // lists + 1) * lists + brings
            if comes < math.inf
            else math.inf
        )
        found[ledger["household"][missed]] = (reported, together)
    return found


def told(record):
    missing = record.tables["missing"]
    times = missing[["reported_s", "reunited_s"]].fillna(math.inf).to_numpy().tolist()
    return dict(zip(missing["household"], map(tuple, times), strict=True))


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_whom_the_other_half_misses_is_found_on_the_next_list(tmp_path, seed):
    record = run(tmp_path, seed=seed)
    assert set(record.ledger["final_place"]) == {"shelter/hall", "shelter/school"}
    by_hand = expected(record, seed)
    assert len(by_hand) > 10
    found = told(record)
    assert found.keys() == by_hand.keys()
    np.testing.assert_allclose(list(found.values()), [by_hand[household] for household in found])
    # Some came to the same shelter later than anybody waited for them, some to the other one.
    away_from_lists = [together % HOUR for _, together in by_hand.values() if together % HOUR != 2 / 3 * HOUR]
    assert len(away_from_lists) > 0
    assert len(away_from_lists) < len(by_hand)


def test_who_never_comes_is_missing_at_the_end(tmp_path):
    record = run(tmp_path, compliance=0.6, hall=400)
    by_hand = expected(record, 4)
    lost = {household for household, (_, together) in by_hand.items() if together == math.inf}
    missing = record.tables["missing"]
    assert set(missing.loc[missing["reunited_s"].isna(), "household"]) == lost
    people = record.ledger.set_index("household")["people"]
    assert (missing.set_index("household")["people"] == people[missing["household"]]).all()
    values = {name: indicator.value for name, indicator in indicators(record).items()}
    assert values["missing_at_end"] == people[list(lost)].sum() > 0
    assert values["reunited_share"] == pytest.approx(1 - values["missing_at_end"] / missing["people"].sum())
    assert values["reunion_time_90"] == math.inf
    failures = record.tables["failures"]
    assert failures.loc[failures["kind"] == "missing_reported", "times"].sum() == len(missing)


def test_lists_are_compared_only_where_a_phone_works(tmp_path):
    lists = run(tmp_path / "a"), run(tmp_path / "b", out=[("T+1 h", "T+7 h")])
    first, later = (told(record) for record in lists)
    assert first.keys() == later.keys()
    on_lists = [household for household, (_, together) in first.items() if together % HOUR == 2 / 3 * HOUR]
    assert min(first[household][1] for household in on_lists) < 7 * HOUR
    for household in on_lists:
        assert later[household][1] == max(first[household][1], 31_200.0)


def test_every_report_and_every_end_of_it_has_its_cause(tmp_path):
    events = run(tmp_path).events.set_index("seq")
    reports, ends = (events[events["kind"] == kind] for kind in ("missing_reported", "reunited"))
    assert set(events.loc[reports["cause"], "kind"]) == {"settled"}
    assert (events.loc[reports["cause"], "subject"].to_numpy() != reports["subject"].to_numpy()).all()
    assert set(events.loc[ends["cause"], "kind"]) == {"missing_reported", "settled"}
    assert set(ends["subject"]) == set(reports["subject"])


def test_only_the_share_that_is_related_looks_for_anybody(tmp_path):
    record = run(tmp_path, related_share=0.3)
    assert told(record).keys() == expected(record, 4, share=0.3).keys()
    assert 0 < len(told(record)) < 0.2 * len(record.ledger)


def test_without_it_nobody_is_reported(tmp_path):
    record = run(tmp_path, related_share=0)
    assert record.tables["missing"].empty
    assert np.isnan(indicators(record)["reunited_share"].value)
