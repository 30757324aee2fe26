"""Teams that come unasked: when they are there, how long they wait at the desk, what becomes of them."""

import numpy as np
import pytest

import evacsim as ev
from evacsim.errors import EvacsimError
from evacsim.scenario.checking import check
from tests.reference.flooded_street import FLOODED_AT, LEG, flooded_street, street

HOUR = 3600.0
HALF = {"type": "fixed", "value": "30 min"}
ONE = {"type": "fixed", "value": "1 h"}
SURE = {"comes": 1, "arrival": ONE, "opens_after": "2 h", "desks": 1, "check_in": HALF, "unfit": 0}


def blue(name, **changes):
    return {
        "id": name,
        "kind": "volunteer",
        "members": 6,
        "node": "n4-0",
        "unasked": True,
        "readiness": "0 s",
    } | changes


def scenario(folder, *, teams=("blue", "sky"), volunteers=SURE, **changes):
    boats = [{"id": f"boats-{team}", "force": team, "crew": 2, "seats": 3} for team in teams]
    rescue = {} if volunteers is None else {"volunteers": volunteers}
    return flooded_street(
        folder, forces=[blue(team) for team in teams], boats=boats, rescue=rescue, **changes
    )


def forces(record):
    return record.tables["forces"].set_index("force")


def test_two_teams_wait_for_the_desk_to_open_and_for_each_other(tmp_path):
    run = ev.simulate(scenario(tmp_path), seed=1)
    table = forces(run.record)
    assert (table["arrived_s"] == FLOODED_AT + HOUR).all()
    # The desk opens two hours after the first case; half an hour for each.
    assert sorted(table["ready_s"] - FLOODED_AT) == [2.5 * HOUR, 3 * HOUR]
    assert table["called_s"].isna().all()
    assert run.indicators["check_in_wait_mean"].value == 1.75 * HOUR
    sent = run.record.events[run.record.events["kind"] == "craft_assigned"]
    assert sent["time_s"].min() == FLOODED_AT + 2.5 * HOUR
    assert run.record.tables["vehicles"]["people"].sum() == 20
    assert run.indicators["volunteers_used_share"].value == 1.0


def test_whoever_does_not_come_or_is_not_fit_fetches_nobody(tmp_path):
    nobody = ev.simulate(scenario(tmp_path / "a", volunteers=SURE | {"comes": 0}), seed=1)
    assert nobody.record.tables["forces"].empty
    assert np.isnan(nobody.indicators["check_in_wait_mean"].value)
    away = ev.simulate(scenario(tmp_path / "b", volunteers=SURE | {"unfit": 1}), seed=1)
    assert (away.record.events["kind"] == "volunteers_sent_away").sum() == 2
    assert forces(away.record)["ready_s"].isna().all()
    assert away.indicators["volunteers_used_share"].value == 0.0
    for run in (nobody, away):
        assert run.record.tables["vehicles"]["people"].sum() == 0
        assert (run.record.tables["cases"]["result"] == "open").all()


def test_as_many_come_as_the_share_says_and_the_same_ones_with_the_same_seed(tmp_path):
    teams = [f"team{number}" for number in range(200)]
    said = scenario(tmp_path, teams=teams, volunteers=SURE | {"comes": 0.7, "desks": 300, "unfit": 0.1})
    first, again = (ev.simulate(said, seed=3) for _ in range(2))
    came = len(first.record.tables["forces"])
    assert abs(came - 140) < 3 * np.sqrt(200 * 0.7 * 0.3)
    away = (first.record.events["kind"] == "volunteers_sent_away").sum()
    assert abs(away - 0.1 * came) < 3 * np.sqrt(came * 0.1 * 0.9)
    assert first.digest() == again.digest()


def test_without_a_desk_they_are_sent_nowhere_and_the_check_says_so(tmp_path):
    given = street(tmp_path, forces=[blue("blue")], boats={"force": "blue", "crew": 2})
    run = ev.simulate(ev.from_mapping(given), seed=1)
    assert run.record.tables["forces"].empty
    assert run.record.tables["vehicles"]["people"].sum() == 0
    said = [(issue.severity, issue.rule.en) for issue in check(ev.from_mapping(given))]
    assert ("warning", "comes unasked, and nobody checks it in: it is sent nowhere") in said


def test_unasked_and_asked_for_at_once_is_refused(tmp_path):
    given = street(tmp_path, forces=[blue("blue", external=True)], rescue={"volunteers": {}})
    with pytest.raises(EvacsimError, match="comes unasked, and is asked for"):
        ev.from_mapping(given)


def test_who_does_not_report_fetches_people_of_whom_headquarters_still_thinks_they_wait(tmp_path):
    led = {"id": "fire", "kind": "fire", "members": 2, "node": "n4-0", "readiness": "3 h"}
    said = flooded_street(
        tmp_path,
        villages={0: 1},
        forces=[blue("blue", members=2), led],
        boats=[{"id": f"boats-{team}", "force": team, "crew": 2} for team in ("blue", "fire")],
        rescue={"volunteers": SURE | {"unled": 1}},
    )
    run = ev.simulate(said, seed=1)
    events = run.record.events.set_index("kind")
    there = FLOODED_AT + HOUR
    assert events.loc["volunteers_unled", "time_s"] == there  # and so before any desk is open
    assert events.loc["craft_went_alone", ["time_s", "subject", "place"]].tolist() == [
        there,
        "vehicle/boats-blue-1",
        "case/1",
    ]
    # Four legs there: nobody is told that the household is gone, and the fire brigade finds nobody three hours later.
    assert events.loc["boarded", "time_s"] == there + 4 * LEG
    case = run.record.tables["cases"].iloc[0]
    assert (case["craft"], case["fetched"], case["result"]) == ("boats-fire-1", 0, "nobody")
    assert case["closed_s"] == FLOODED_AT + 3 * HOUR + 4 * LEG
    assert run.indicators["fetched_unled"].value == run.indicators["fetched_people"].value == 1
    assert run.indicators["in_vain_share"].value == 1.0
    assert np.isnan(run.indicators["check_in_wait_mean"].value)


def test_crews_that_nobody_leads_all_go_to_the_nearest_and_one_of_them_in_vain(tmp_path):
    teams = [blue(name, members=2) for name in ("blue", "sky")]
    boats = [{"id": f"boats-{team['id']}", "force": team["id"], "crew": 2} for team in teams]
    said = flooded_street(
        tmp_path, villages={0: 1, 2: 1}, forces=teams, boats=boats, rescue={"volunteers": SURE | {"unled": 1}}
    )
    run = ev.simulate(said, seed=1)
    events = run.record.events
    went = events[events["kind"] == "craft_went_alone"].groupby("place")["subject"].nunique()
    assert went.to_dict() == {"case/1": 2, "case/2": 2}  # each crew goes to each case
    assert run.indicators["fetched_unled"].value == 2
    assert run.record.tables["need"]["people"].iloc[-1] == 0
    assert run.indicators["open_case_people"].value == 2  # and headquarters does not know
    assert run.digest() == ev.simulate(said, seed=1).digest()
