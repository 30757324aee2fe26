"""Dispatch that looks ahead: a case may wait for a craft that will soon be free and is nearer."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import evacsim as ev
from evacsim.engine.rescue.policies import URGENCY, assignment, look_ahead
from tests.engine.rescue.test_boats_at_work import HOUR, LEG, cases, run
from tests.engine.rescue.test_dispatch import situation, situations
from tests.reference.flooded_street import flooded_street, street
from tests.reference.small_district import link, node

CALLED_AT = 31 * 60.0


def ahead(now, soon):
    return look_ahead(now._replace(soon=lambda: np.array(soon, dtype=np.float64)))


def test_a_case_waits_for_a_craft_that_is_sooner_there_though_it_is_busy():
    now = situation([[2000.0]])
    assert ahead(now, [[620.0]]) == []
    assert ahead(now, [[2001.0]]) == [(0, [0])]
    assert ahead(now, [[np.inf]]) == [(0, [0])]
    assert look_ahead(now) == assignment(now) == [(0, [0])]


def test_two_cases_are_shared_between_who_is_free_and_who_will_be():
    # Worked by hand: nearest sends the free one to the case at 300 s, and the other waits for 1000; 600 + 400 is less.
    now = situation([[300.0, 600.0]])
    assert ahead(now, [[400.0, 1000.0]]) == [(0, [1])]


def test_who_is_in_danger_does_not_wait_long_for_the_sake_of_others():
    now = situation([[600.0, 300.0]], grade=[1, 3])
    # 16 * 700 + 300 is more than 16 * 600 + 1800, though 700 + 300 is less than 600 + 1800.
    assert ahead(now, [[700.0, 1800.0]]) == [(0, [0])]
    assert ahead(now, [[605.0, 1800.0]]) == [(0, [1])]


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=200)
@given(situations(), st.lists(st.lists(st.integers(1, 1000), min_size=5, max_size=5), max_size=3))
def test_no_other_choice_serves_more_or_in_less_weighted_time(now, later):
    n_free, n = now.time.shape
    alone = now._replace(seats=np.ones_like(now.seats), node=np.arange(n), grade=np.full(n, 3))
    soon = np.array(later, dtype=np.float64).reshape(-1, 5)[:, :n]
    time = np.vstack([now.time, soon])
    small, large = min(time.shape), max(time.shape)
    best, n_best = np.inf, 0
    for order in permutations(range(large), small):
        pairs = [(k, order[k]) if len(time) <= n else (order[k], k) for k in range(small)]
        times = [time[r, c] for r, c in pairs if np.isfinite(time[r, c])]
        if len(times) > n_best or (len(times) == n_best and sum(times) < best):
            n_best, best = len(times), sum(times)
    sent = ahead(alone, soon)
    assert len({case for _, of_one in sent for case in of_one}) == len(sent) <= n_free
    # What is left to those who will be free is the best that they can do, and the whole is the best of all.
    left = [case for case in range(n) if case not in {c[0] for _, c in sent}]
    total, served = sum(now.time[r, c[0]] for r, c in sent), len(sent)
    rest, n_rest = (0.0, 0) if not left or not len(soon) else _least(soon[:, left])
    if np.isfinite(now.time).any():
        assert served + n_rest == n_best
        assert total + rest == pytest.approx(best)


def _least(time):
    small, large = min(time.shape), max(time.shape)
    totals = []
    for order in permutations(range(large), small):
        pairs = [(k, order[k]) if time.shape[0] <= time.shape[1] else (order[k], k) for k in range(small)]
        totals.append(sum(time[r, c] for r, c in pairs))
    return min(totals), small


def two_landings(folder, policy, *, first, then, rescue=None, **changes):
    """Return a street with a boat at corner 2 and one at 10; a village calls at T+31 min, another at T+36 min."""
    return street(
        folder,
        columns=12,
        wet=(0, 11),
        villages={first: 1, then: 1},
        home_depth=0.0,
        later=[(f"v{first}", "T+31 min", 0.8), (f"v{then}", "T+36 min", 0.8)],
        boats=[{"id": "a-near", "node": node(2, 0)}, {"id": "b-far", "node": node(10, 0)}],
        shelter=2,
        rescue={"dispatch": policy, **(rescue or {})},
        **changes,
    )


@pytest.mark.parametrize(
    ("policy", "craft", "reached"),
    [("nearest", "b-far-1", 300.0 + 10 * LEG), ("look_ahead", "a-near-1", 2 * LEG + 2 * LEG)],
)
def test_looking_ahead_beats_the_nearest_free_one(tmp_path, policy, craft, reached):
    # The near boat is back 400 s after it set out and at corner 0 after 800; the far one is sent after 300 s and needs
    # 2000. Headquarters reckons with 120 s a person, so that the near one would be there after 920 s.
    scenario = ev.from_mapping(two_landings(tmp_path, policy, first=1, then=0))
    table = cases(run(scenario).record).set_index("node")
    assert table["craft"][node(0, 0)] == craft
    assert table["reached_s"][node(0, 0)] == CALLED_AT + reached
    assert table["reached_s"][node(1, 0)] == CALLED_AT + LEG


def test_nobody_waits_longer_for_a_boat_that_is_late(tmp_path):
    # The near boat is aground from T+34 min on; it was reckoned back 520 s after it set out: then the far one goes.
    given = two_landings(tmp_path, "look_ahead", first=1, then=4)
    table = tmp_path / "links.csv"
    dry = [f"{link(*way)},T+34 min,0.1" for way in (((1, 0), (2, 0)), ((2, 0), (1, 0)))]
    table.write_text(table.read_text() + "\n".join(dry) + "\n")
    found = cases(run(ev.from_mapping(given)).record).set_index("node")
    assert found["craft"][node(4, 0)] == "b-far-1"
    assert found["assigned_s"][node(4, 0)] == pytest.approx(CALLED_AT + 2 * LEG + 120.0)
    assert found["reached_s"][node(4, 0)] == pytest.approx(CALLED_AT + 2 * LEG + 120.0 + 6 * LEG)


def test_a_helicopter_is_reckoned_with_too(tmp_path):
    # It brings four people from corner 0 to the shelter at 4; the next call at corner 1 waits for it, not for the boat.
    air = {
        "id": "air", "kind": "helicopter", "seats": 4, "speed": "50 m/s", "node": node(4, 0), "crew": 1,
        "flies_at_night": True, "hoist_time": "60 s",
    }  # fmt: skip
    boat = {"id": "boat", "node": node(11, 0), "speed": "1 m/s"}
    scenario = flooded_street(
        tmp_path,
        columns=12,
        wet=(0, 11),
        villages={0: 1, 1: 1},
        home_depth=0.0,
        later=[("v0", "T+31 min", 0.8), ("v1", "T+32 min", 0.8)],
        boats=[air, boat],
        shelter=4,
        rescue={"dispatch": "look_ahead"},
    )
    found = cases(run(scenario).record).set_index("node")
    # 40 s out, 60 s winch, 40 s to the shelter, 600 s there; 30 s to corner 1.
    assert found["craft"].tolist() == ["air-1", "air-1"]
    assert found["reached_s"][node(1, 0)] == CALLED_AT + 40 + 60 + 40 + 600 + 30


def test_everybody_is_fetched_by_looking_ahead_as_by_any_policy(tmp_path):
    scenario = flooded_street(
        tmp_path,
        villages={0: 12, 2: 7},
        boats={"vehicles": 3, "trailer": True, "launch_time": "5 min"},
        rescue={"dispatch": "look_ahead", "seeking": {"at_the_place": {"type": "fixed", "value": "4 min"}}},
    )
    record = run(scenario).record
    assert set(record.ledger["final_state"]) == {"sheltered"}
    assert record.ledger["arrived_s"].max() < 12 * HOUR
    assert URGENCY[1] > URGENCY[2] > URGENCY[3]
