"""Teams that come unasked: when they are there, how long they wait at the desk, what becomes of them."""

import numpy as np
import pytest

import evacsim as ev
from evacsim.errors import EvacsimError
from evacsim.scenario.checking import check
from tests.reference.flooded_street import FLOODED_AT, flooded_street, street

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
