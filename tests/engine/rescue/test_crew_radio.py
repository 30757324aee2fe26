"""Crews that wait hear of a task over the networks of the plan, where they stand, or do not."""

import pytest

import evacsim as ev
from evacsim.errors import ScenarioError
from evacsim.scenario.checking import check
from tests.reference.flooded_street import FLOODED_AT, LEG, NOW, street
from tests.reference.small_district import node

HOUR, MINUTE = 3600.0, 60.0
SAYS = 30.0
"""How long a task takes to say."""
MAST = {"id": "cell", "kind": "cell", "serves": ["*"], "node": node(7, 0)}
OUT = {"site": "cell", "begins": "T+0 min", "ends": "T+3 h"}
RADIO = {"id": "trunk", "kind": "trunked", "node": node(4, 0), "range": "400 m"}


def run(
    folder,
    *,
    networks,
    sites=(MAST,),
    outages=(OUT,),
    means=("phone", "radio"),
    headquarters=7,
    rescue=None,
    seed=1,
    organize=None,
    **changes,
):
    """Return a run in which passers-by tell of a household at once, and a boat waits at corner 4."""
    office = {
        "id": "county",
        "level": "county",
        "node": node(headquarters, 0),
        "zones": ["v*"],
        "means": list(means),
    }
    given = street(
        folder,
        villages=changes.pop("villages", {0: 1}),
        rescue={"calls": {"without_phone": 1}, "seeking": {"passers_by": NOW}, **(rescue or {})},
        organize={
            "offices": [office],
            **({} if networks is None else {"networks": networks}),
            **(organize or {}),
        },
        **changes,
    )
    given["district"]["sites"], given["hazard"]["outages"] = list(sites), list(outages)
    return ev.simulate(ev.from_mapping(given), seed=seed)


def sent_at(run, kind="craft_assigned"):
    events = run.record.events
    return events[events["kind"] == kind]["time_s"].tolist()


def test_a_crew_that_no_word_reaches_is_sent_once_the_network_works_again(tmp_path):
    done = run(tmp_path, networks={"crews": True})
    assert sent_at(done) == [3 * HOUR]
    assert done.record.tables["cases"]["heard_s"].tolist() == [FLOODED_AT]
    assert sent_at(done, "task_understood") == [3 * HOUR + SAYS]
    assert done.record.tables["cases"]["reached_s"].tolist() == [3 * HOUR + SAYS + 4 * LEG]
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


def test_one_word_stands_for_the_usual_rule(tmp_path):
    # As after `--set plan.organize.networks.crews=yes`.
    assert sent_at(run(tmp_path, networks={"crews": "yes"})) == [3 * HOUR]


@pytest.mark.parametrize("networks", [None, {}, {"crews": False}, {"crews": "no"}])
def test_without_the_rule_crews_always_hear(tmp_path, networks):
    assert sent_at(run(tmp_path, networks=networks)) == [FLOODED_AT]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        # A mast that covers the boat and headquarters.
        ({"sites": [MAST, RADIO | {"range": "600 m"}], "headquarters": 5}, FLOODED_AT),
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
        # Headquarters has no handset, or stands beside the boat and needs none.
        ({"sites": [MAST, RADIO], "headquarters": 5, "means": ["phone"]}, 3 * HOUR),
        ({"sites": [MAST, RADIO], "headquarters": 4, "means": ["phone"]}, FLOODED_AT),
        # The plan does not try it.
        ({"sites": [MAST, RADIO], "headquarters": 5, "networks": {"order": ["public"]}}, 3 * HOUR),
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


def test_a_word_that_is_lost_is_said_again_until_it_is_understood(tmp_path):
    lost = 0
    for seed in range(1, 9):
        done = run(
            tmp_path / str(seed), networks={"crews": {}, "public": {"loss": 0.6}}, outages=(), seed=seed
        )
        n = len(sent_at(done, "message_lost"))
        assert sent_at(done, "task_understood") == [FLOODED_AT + SAYS + n * (SAYS + MINUTE)]
        carried = done.record.tables["networks"].set_index("network").loc["public"]
        assert carried[["tried", "lost", "received"]].tolist() == [n + 1, n, 1]
        lost += n
    # 0.6 / 0.4 = 1.5 lost words a task; 8 tasks give 12 with a standard deviation of 5.5.
    assert 3 <= lost <= 25


@pytest.mark.parametrize(
    ("patience", "expected"),
    [
        # A call takes two channels here, one for each end. The second waits for them until the first has been told.
        ("1 min", [20, 40]),
        # It has no patience: it is tried again after two minutes.
        ("5 s", [20, 5 + 120 + 20]),
    ],
)
def test_tasks_wait_for_the_channels_of_the_base_station(tmp_path, patience, expected):
    done = run(
        tmp_path,
        networks={"crews": {"takes": "20 s", "again_after": "2 min"}, "patience": patience},
        sites=[MAST | {"channels": 2}],
        outages=(),
        villages={0: 1, 2: 1},
        boats={"vehicles": 2, "node": node(6, 0), "trailer": False, "seats": 1},
        wet=(0, 6),
    )
    assert sent_at(done) == [FLOODED_AT] * 2
    assert sent_at(done, "task_understood") == [FLOODED_AT + time for time in expected]


def test_a_village_tells_its_own_crew_in_person(tmp_path):
    force = {
        "id": "own",
        "kind": "flood",
        "members": 2,
        "node": node(4, 0),
        "zones": ["v0"],
        "readiness": NOW,
    }
    told = run(
        tmp_path,
        networks={"crews": {}},
        outages=(OUT | {"ends": "T+20 h"},),
        forces=[force],
        boats={"force": "own", "crew": 2},
        rescue={"tiers": {"holds": "6 h", "hears": NOW, "at_once": None}},
    )
    assert sent_at(told) == [FLOODED_AT]
    assert told.record.tables["cases"]["result"].tolist() == ["fetched"]
    # Nobody had to be told over a network, and after it waits where its village still reaches it.
    assert not sent_at(told, "task_understood")
    assert "no_word" not in set(told.record.tables["craft_time"]["what"])


@pytest.mark.parametrize("office", [None, "town"])
def test_a_town_tells_its_own_crew_by_its_office(tmp_path, office):
    force = {
        "id": "own",
        "kind": "flood",
        "members": 2,
        "node": node(4, 0),
        "township": "town0",
        "readiness": NOW,
        **({} if office is None else {"office": office}),
    }
    town = {"id": "town", "level": "town", "parent": "county", "node": node(4, 0), "means": ["phone"]}
    county = {"id": "county", "level": "county", "node": node(7, 0), "zones": ["v0"], "means": ["phone"]}
    told = run(
        tmp_path,
        networks={"crews": {}},
        forces=[force],
        boats={"force": "own", "crew": 2},
        rescue={"tiers": {"holds": "6 h", "hears": None, "at_once": None}},
        organize={"offices": [county, town]},
    )
    # The town stands beside its boat; headquarters is three corners away, and its phones are out.
    # Calling the crew out takes its time; the task itself is said in no time.
    sent = sent_at(told)[0]
    assert sent == 3 * HOUR if office is None else FLOODED_AT < sent < HOUR
    assert sent_at(told, "task_understood") == [sent if office else sent + SAYS]


@pytest.mark.parametrize("reach", ["700 m", "9 km"])
def test_a_crew_under_way_is_called_back_only_where_word_reaches_it(tmp_path, reach):
    """Neighbours fetch a household while a boat is on its way to it: who hears of that turns round."""
    done = run(
        tmp_path,
        networks={"crews": {}, "order": ["private"], "private": {"direct_range": "0 m"}},
        sites=[RADIO | {"node": node(5, 0), "range": reach}],
        outages=(),
        headquarters=5,
        rescue={"self_help": {"share": 1, "takes": {"type": "fixed", "value": "8 min"}}},
    )
    assert sent_at(done, "task_understood") == [FLOODED_AT + SAYS]
    assert done.record.tables["cases"]["result"].tolist() == ["gone"]
    assert done.record.tables["cases"]["reached_s"].isna().all()
    # Two corners from the boat nobody hears the mast of 700 m any more.
    assert len(sent_at(done, "craft_at_case")) == (reach == "700 m")
