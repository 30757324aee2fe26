"""Officers of the district who meet help from outside: how many, how long, who goes without."""

import numpy as np
import pytest

import evacsim as ev
from evacsim.errors import ScenarioError
from evacsim.scenario.checking import check
from tests.reference.flooded_street import FLOODED_AT, LEG, NOW, street
from tests.reference.record import engine_record
from tests.reference.small_district import node, small_district

MINUTE = 60.0
ASKED = 15.0
"""When help is asked for [min]: ten minutes until the trigger, five until the decision."""
LENT = ASKED + 20 + 40
"""When it would come without officers [min]."""


def fixed(minutes):
    return {"type": "fixed", "value": f"{minutes} min"}


def buses(folder, liaison, n=3):
    """Return the record of a run with `n` fleets from outside that come at one moment."""
    own = {"node": node(2, 0), "seats": 40, "availability": 1, "call_up": fixed(30)}
    given = small_district(
        folder,
        fleets=[
            own | {"id": "buses", "vehicles": 2},
            *(
                own | {"id": f"help{k}", "node": node(4, 0), "vehicles": 1, "external": True}
                for k in range(n)
            ),
        ],
        organize={
            "assistance": {"approval": fixed(20), "mobilization": fixed(40), "rounds": 1, "liaison": liaison}
        },
        who={"compliance": 1},
        to={"bus_share": 1, "car_share": 0},
    )
    return engine_record(ev.from_mapping(given), seed=1)


def minutes(record, kind):
    return (record.events.loc[record.events["kind"] == kind, "time_s"] / MINUTE).tolist()


@pytest.mark.parametrize(
    ("liaison", "met", "lent", "alone"),
    [
        # An officer each.
        ({"officers": 3}, [LENT] * 3, [LENT + 10] * 3, 0),
        # One who stays with the first; the others lose patience.
        ({"officers": 1, "patience": "25 min"}, [LENT], [LENT + 10, LENT + 25, LENT + 25], 2),
        # One who meets them one after the other; the third would be met at the end of its patience, and is.
        (
            {"officers": 1, "goes_along": False, "patience": "25 min"},
            [LENT, LENT + 10, LENT + 20],
            [LENT + 10, LENT + 20, LENT + 30],
            0,
        ),
        ({"officers": 1, "goes_along": False, "patience": "15 min"}, [LENT, LENT + 10], None, 1),
    ],
)
def test_fleets_are_met_briefed_or_go_without(tmp_path, liaison, met, lent, alone):
    record = buses(tmp_path, {"briefing": fixed(10), **liaison})
    table = record.tables["liaison"]
    assert minutes(record, "assistance_arrived") == [LENT] * 3
    assert minutes(record, "liaison_met") == met
    assert len(minutes(record, "liaison_missing")) == alone
    if lent is not None:
        assert minutes(record, "vehicle_lent") == lent
    assert table["party"].tolist() == [f"depot/help{k}" for k in range(3)]
    assert table["met_s"].isna().sum() == alone
    events = record.events.set_index("seq")
    for seq in events.index[events["kind"] == "vehicle_lent"]:
        before = events.loc[events.loc[seq, "cause"]]
        assert before["kind"] in ("liaison_briefed", "liaison_missing")
        assert before["time_s"] == events.loc[seq, "time_s"]


def test_without_officers_help_is_sent_as_soon_as_it_comes(tmp_path):
    record = buses(tmp_path, None)
    assert minutes(record, "vehicle_lent") == [LENT] * 3
    assert record.tables["liaison"].empty


NOBODY = {"officers": 1, "patience": "20 min", "briefing": fixed(5), "search_factor": 1.5}
"""One officer, who stays with whom he has met first."""
PHONES_OUT = {"site": "cell", "begins": "T+40 min", "ends": "T+3 h"}


def boats(folder, **changes):
    """Return a run of `with_boats`."""
    return ev.simulate(with_boats(folder, **changes), seed=1)


def with_boats(folder, *, n=1, liaison=NOBODY, networks=None):
    """Return a scenario with teams from outside, a boat each, that come at one moment once somebody is in need.

    The boat of the last is the nearest; with networks, phones are out before any of the teams may be sent.
    """
    crew = {"kind": "fire", "members": 2, "readiness": NOW, "external": True}
    places = [node(7 if k < n - 1 else 4, 0) for k in range(n)]
    office = {
        "id": "county",
        "level": "county",
        "node": node(7, 0),
        "zones": ["v0"],
        "means": ["phone", "radio"],
    }
    given = street(
        folder,
        villages={0: 1},
        forces=[crew | {"id": f"team{k}", "node": place} for k, place in enumerate(places)],
        boats=[
            {"id": f"boats{k}", "force": f"team{k}", "crew": 2, "node": place}
            for k, place in enumerate(places)
        ],
        rescue={"seeking": {"at_the_place": fixed(8)}},
        organize={
            "assistance": {"approval": NOW, "mobilization": NOW, "liaison": liaison},
            **({} if networks is None else {"offices": [office], "networks": networks}),
        },
    )
    if networks is not None:
        given["district"]["sites"] = [
            {"id": "cell", "kind": "cell", "serves": ["*"], "node": node(7, 0)},
            {"id": "trunk", "kind": "trunked", "node": node(5, 0), "range": "9 km"},
        ]
        given["hazard"]["outages"] = [PHONES_OUT]
    return ev.from_mapping(given)


def test_a_crew_that_is_met_comes_after_the_briefing_and_searches_like_any_other(tmp_path):
    run = boats(tmp_path)
    case = run.record.tables["cases"].iloc[0]
    assert case["assigned_s"] == FLOODED_AT + 5 * MINUTE
    assert case["closed_s"] - case["reached_s"] == 8 * MINUTE
    assert run.indicators["liaison_wait_mean"].value == 5 * MINUTE
    assert run.indicators["unguided_share"].value == 0.0


def test_a_crew_that_nobody_meets_comes_later_and_searches_longer(tmp_path):
    run = boats(tmp_path, n=2, liaison=NOBODY | {"briefing": fixed(600)})
    liaison = run.record.tables["liaison"].set_index("party")
    assert liaison.loc["force/team0", "met_s"] == FLOODED_AT
    assert np.isnan(liaison.loc["force/team1", "met_s"])
    case = run.record.tables["cases"].iloc[0]
    assert case["craft"].startswith("boats1")
    assert case["assigned_s"] == liaison.loc["force/team1", "ready_s"] == FLOODED_AT + 20 * MINUTE
    assert case["reached_s"] == FLOODED_AT + 20 * MINUTE + 4 * LEG
    assert case["closed_s"] - case["reached_s"] == 1.5 * 8 * MINUTE
    assert run.indicators["unguided_share"].value == 0.5


@pytest.mark.parametrize(("n", "sent"), [(1, FLOODED_AT + 15 * MINUTE), (2, 3 * 3600)])
def test_only_whom_an_officer_has_met_has_a_handset_of_the_district(tmp_path, n, sent):
    """Of two teams the nearer is met by nobody, and hears nothing until the phones work again."""
    briefing = fixed(15) if n == 1 else fixed(600)
    run = boats(tmp_path, n=n, liaison=NOBODY | {"briefing": briefing}, networks={"crews": {}, "private": {}})
    assert run.record.tables["cases"]["assigned_s"].iloc[0] == sent
    silent = run.record.tables["craft_time"].query("what == 'no_word'")["vehicle"].tolist()
    assert silent == ([] if n == 1 else ["boats1-1"])


def test_help_that_is_a_team_alone_is_help_and_a_plan_with_no_officer_is_told(tmp_path):
    found = check(with_boats(tmp_path / "a"))
    assert not [one for one in found if "asked for from nobody" in one.rule.en]
    with pytest.raises(ScenarioError, match="officers"):
        boats(tmp_path / "b", liaison=NOBODY | {"officers": 0})
