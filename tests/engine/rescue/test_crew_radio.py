"""Crews that wait hear of a task over the networks of the plan, where they stand, or do not."""

import pytest

import evacsim as ev
from evacsim.errors import ScenarioError
from evacsim.scenario.checking import check
from tests.reference.flooded_street import FLOODED_AT, LEG, NOW, street
from tests.reference.small_district import node

HOUR = 3600.0
MAST = {"id": "cell", "kind": "cell", "serves": ["*"], "node": node(7, 0)}
OUT = {"site": "cell", "begins": "T+0 min", "ends": "T+3 h"}
RADIO = {"id": "trunk", "kind": "trunked", "node": node(4, 0), "range": "400 m"}


def run(folder, *, networks, sites=(MAST,), outages=(OUT,), means=("phone", "radio"), headquarters=7):
    """Return a run in which passers-by tell of a household at once, and a boat waits at corner 4."""
    office = {
        "id": "county",
        "level": "county",
        "node": node(headquarters, 0),
        "zones": ["v0"],
        "means": list(means),
    }
    given = street(
        folder,
        villages={0: 1},
        rescue={"calls": {"without_phone": 1}, "seeking": {"passers_by": NOW}},
        organize={"offices": [office], **({} if networks is None else {"networks": networks})},
    )
    given["district"]["sites"], given["hazard"]["outages"] = list(sites), list(outages)
    return ev.simulate(ev.from_mapping(given), seed=1)


def sent_at(run):
    events = run.record.events
    return events[events["kind"] == "craft_assigned"]["time_s"].tolist()


def test_a_crew_that_no_word_reaches_is_sent_once_the_network_works_again(tmp_path):
    done = run(tmp_path, networks={"crews": True})
    assert sent_at(done) == [3 * HOUR]
    assert done.record.tables["cases"]["heard_s"].tolist() == [FLOODED_AT]
    assert done.record.tables["cases"]["reached_s"].tolist() == [3 * HOUR + 4 * LEG]
    time = done.record.tables["craft_time"]
    silent = time[time["what"] == "no_word"].iloc[0]
    assert silent[["from_s", "until_s"]].tolist() == [FLOODED_AT, 3 * HOUR]
    # Back ashore the crew waits where it hears.
    assert time["what"].iloc[-1] == "waits"


def test_the_base_station_that_is_mended_is_a_cause_of_the_task(tmp_path):
    done = run(tmp_path, networks={"crews": True})
    events = done.record.events.set_index("seq")
    at, kinds = events.index[events["kind"] == "craft_assigned"][0], []
    while at in events.index:
        kinds.append(events.loc[at, "kind"])
        at = events.loc[at, "cause"]
    assert any(kind.startswith("site_") for kind in kinds), kinds


@pytest.mark.parametrize("networks", [None, {}, {"crews": False}])
def test_without_the_rule_crews_always_hear(tmp_path, networks):
    assert sent_at(run(tmp_path, networks=networks)) == [FLOODED_AT]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        # A mast that covers the boat, and headquarters beside it.
        ({"sites": [MAST, RADIO], "headquarters": 4}, FLOODED_AT),
        # Headquarters is out of its range.
        ({"sites": [MAST, RADIO]}, 3 * HOUR),
        # A second mast there, and both connected.
        (
            {"sites": [MAST, RADIO, RADIO | {"id": "far", "node": node(7, 0), "backhaul": "trunk"}]},
            FLOODED_AT,
        ),
        # No mast at all, but near enough for handset to handset.
        ({"headquarters": 5, "networks": {"private": {"direct_range": "600 m"}}}, FLOODED_AT),
        ({"headquarters": 6, "networks": {"private": {"direct_range": "600 m"}}}, 3 * HOUR),
        # Headquarters has no handset.
        ({"sites": [MAST, RADIO], "headquarters": 4, "means": ["phone"]}, 3 * HOUR),
        # The plan does not try it.
        ({"sites": [MAST, RADIO], "headquarters": 4, "networks": {"order": ["public"]}}, 3 * HOUR),
    ],
)
def test_handsets_reach_a_crew_by_masts_or_directly(tmp_path, changes, expected):
    own = {"crews": True, "private": {"direct_range": "0 m"}} | changes.pop("networks", {})
    assert sent_at(run(tmp_path, networks=own, **changes)) == [expected]


def test_crews_that_can_never_hear_are_told_as_an_error_and_those_whom_nobody_sends_as_a_remark(tmp_path):
    with pytest.raises(ScenarioError, match="no crew ever hears of a task"):
        run(tmp_path / "a", networks={"crews": True, "order": ["satellite"], "satellite": {}})
    given = street(
        tmp_path / "b",
        organize={
            "offices": [
                {"id": "county", "level": "county", "node": node(7, 0), "zones": ["v0"], "means": ["phone"]}
            ],
            "networks": {"crews": True},
        },
    )
    given["plan"].pop("rescue")
    found = check(ev.from_mapping(given))
    assert any(
        "means nothing without plan.rescue" in one.rule.en for one in found if one.severity == "warning"
    )
