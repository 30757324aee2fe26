"""Village, town, district: who acts first, when a case goes on to the next, what is everybody's at once."""

import numpy as np
import pytest

import evacsim as ev
from evacsim.errors import ScenarioError
from evacsim.scenario.checking import check
from tests.reference.flooded_street import FLOODED_AT, LEG, flooded_street, street

MINUTE, HOUR = 60.0, 3600.0
TIERS = {"holds": "30 min", "handover": {"type": "fixed", "value": "6 min"}, "at_once": None, "hears": None}
READY = {"readiness": "0 s", "members": 4, "kind": "flood"}


def team(name, column, **changes):
    return {"id": name, "node": f"n{column}-0"} | READY | changes


def boats(*forces, **changes):
    """Return one boat for each team, where it stands."""
    return [
        {"id": f"boats-{one['id']}", "force": one["id"], "node": one["node"], "crew": 2} | changes
        for one in forces
    ]


def scenario(folder, forces, *, tiers=TIERS, fleets=None, rescue=None, **changes):
    rescue = ({} if rescue is None else rescue) | ({} if tiers is None else {"tiers": tiers})
    return flooded_street(
        folder, forces=forces, boats=boats(*forces) if fleets is None else fleets, rescue=rescue, **changes
    )


def levels(run):
    return [tuple(row) for row in run.record.tables["case_levels"].itertuples(index=False)]


def sent(run):
    """Return whom each craft was sent to, and when."""
    events = run.record.events
    chosen = events[events["kind"] == "craft_assigned"]
    return list(zip(chosen["subject"], chosen["place"], chosen["time_s"], strict=True))


def test_what_the_village_can_do_itself_never_reaches_the_district(tmp_path):
    own, all_ = team("own", 0, zones="v0"), team("all", 4)
    run = ev.simulate(scenario(tmp_path, [own, all_], villages={0: 1}), seed=1)
    ((case, level, since, until, end),) = levels(run)
    assert (case, level, since, end) == ("1", "village", FLOODED_AT, "closed")
    assert until == run.record.tables["cases"]["closed_s"][0]
    assert sent(run) == [("vehicle/boats-own-1", "case/1", FLOODED_AT)]
    # Nobody of the district has heard of it.
    assert run.record.tables["forces"]["force"].tolist() == ["own"]
    assert run.indicators["first_action_share"].value == 1.0
    assert run.indicators["handed_over_share"].value == 0.0
    assert np.isnan(run.indicators["handover_time_mean"].value)


def test_a_case_goes_from_village_to_town_to_district_as_each_has_nobody_to_send(tmp_path):
    # The boats of village and town stand on dry ground without a trailer: they reach nobody.
    own, town, all_ = team("own", 6, zones="v0"), team("town", 7, township="town0"), team("all", 4)
    run = ev.simulate(scenario(tmp_path, [own, town, all_], villages={0: 1}), seed=1)
    handed = [FLOODED_AT + step * 36 * MINUTE for step in range(3)]
    assert levels(run)[:2] == [
        ("1", "village", handed[0], handed[1], "handed_over"),
        ("1", "town", handed[1], handed[2], "handed_over"),
    ]
    assert levels(run)[2][:3] == ("1", "district", handed[2])
    assert sent(run) == [("vehicle/boats-all-1", "case/1", handed[2])]
    assert run.record.tables["cases"]["reached_s"][0] == handed[2] + 4 * LEG
    assert run.indicators["first_action_share"].value == 0.0
    assert run.indicators["handed_over_share"].value == 1.0
    assert run.indicators["handover_time_mean"].value == 72 * MINUTE
    kinds = run.record.events["kind"].tolist()
    assert kinds.count("case_handed_over") == kinds.count("case_taken_over") == 2


def test_a_level_where_nobody_answers_is_left_out(tmp_path):
    own, all_ = team("own", 6, zones="v0"), team("all", 4)
    run = ev.simulate(scenario(tmp_path, [own, all_], villages={0: 1, 2: 1}), seed=1)
    first = FLOODED_AT + 36 * MINUTE
    at = {(case, level): since for case, level, since, *_ in levels(run)}
    cases = run.record.tables["cases"].set_index("node")["case"]
    # The village's own goes on at once to the district for its town has nobody; the other one is the district's.
    assert at == {
        (cases["n0-0"], "village"): FLOODED_AT,
        (cases["n0-0"], "district"): first,
        (cases["n2-0"], "district"): FLOODED_AT,
    }


def test_a_town_sends_its_boat_to_its_own_villages_alone_until_the_district_orders_it(tmp_path):
    town = team("town", 4, township="town0")
    said = scenario(tmp_path, [town], villages={0: 1, 2: 1})
    run = ev.simulate(said, seed=1)
    # Nearer, and heard at the same moment, but the district's: any free craft may be sent there, also the town's.
    assert [place for _, place, _ in sent(run)] == ["case/2", "case/1"]
    assert {level for _, level, *_ in levels(run)} == {"town", "district"}
    other = team("town", 4, township="town9")
    far = ev.simulate(scenario(tmp_path / "far", [other, town | {"id": "home"}], villages={0: 1}), seed=1)
    first = sent(far)[0]
    assert first[0] == "vehicle/boats-home-1"


def test_whoever_is_in_danger_is_everybodys_at_once_also_later(tmp_path):
    own, all_ = team("own", 6, zones="v0"), team("all", 4)
    grave = {"home_depth": 9.0, "villages": {0: 1}}
    at_once = ev.simulate(
        scenario(tmp_path / "a", [own, all_], tiers=TIERS | {"at_once": 1}, **grave), seed=1
    )
    assert [row[1] for row in levels(at_once)] == ["district"]
    assert sent(at_once)[0][2] == FLOODED_AT
    # Heard at 2256 s; the water comes up to them at 2700 s, and relatives tell of it at 2712 s.
    later = {"villages": {0: 1}, "later": [("v0", "T+45 min", 4.5)]}
    again = {
        "calls": {
            "again_after": "1 min",
            "double": 1,
            "merged": 1,
            "delay": {"type": "fixed", "value": "456 s"},
        }
    }
    risen = ev.simulate(
        scenario(tmp_path / "b", [own, all_], tiers=TIERS | {"at_once": 1}, rescue=again, **later), seed=1
    )
    assert (levels(risen)[0][1], levels(risen)[0][4]) == ("village", "grave")
    assert levels(risen)[1][1] == "district"


def test_the_village_knows_without_a_phone_and_tells_nobody_while_there_is_none(tmp_path):
    own, all_ = team("own", 6, zones="v0"), team("all", 4)
    hears = TIERS | {"hears": {"type": "fixed", "value": "20 min"}}
    rescue = {"calls": {"without_phone": 1}}
    said = {"villages": {0: 1}, "tiers": hears, "rescue": rescue}
    heard = ev.simulate(scenario(tmp_path / "a", [own, all_], **said), seed=1)
    case = heard.record.tables["cases"].iloc[0]
    assert (case["source"], case["heard_s"]) == ("village", FLOODED_AT + 20 * MINUTE)
    assert sent(heard)[0][2] == FLOODED_AT + 56 * MINUTE
    # A base station that is out from the beginning until T+5 h.
    sites = [{"id": "mast", "kind": "cell", "serves": ["*"], "node": "n7-0"}]
    outages = [{"site": "mast", "begins": "T+0 min", "ends": "T+5 h"}]
    given = street(
        tmp_path / "b",
        forces=[own, all_],
        boats=boats(own, all_),
        villages={0: 1},
        rescue=rescue | {"tiers": hears},
    )
    given["district"]["sites"], given["hazard"]["outages"] = sites, outages
    silent = ev.from_mapping(given)
    first = sent(ev.simulate(silent, seed=1))[0][2]
    assert 5 * HOUR + 6 * MINUTE <= first <= 5 * HOUR + 11 * MINUTE


def test_without_levels_nothing_is_written_and_zones_of_a_team_are_said_to_mean_nothing(tmp_path):
    own, all_ = team("own", 4, zones="v0"), team("all", 4)
    plain = ev.simulate(scenario(tmp_path / "a", [all_, own | {"zones": []}], tiers=None), seed=1)
    said = scenario(tmp_path / "b", [all_, own], tiers=None)
    assert ev.simulate(said, seed=1).digest() == plain.digest()
    assert plain.record.tables["case_levels"].empty
    assert np.isnan(plain.indicators["first_action_share"].value)
    assert any("rescue.tiers" in one.rule.en for one in check(said))


@pytest.mark.parametrize(
    ("forces", "told"),
    [
        ([team("all", 4)], "no village and no town has a team"),
        ([team("own", 4, zones="v7")], "the district has no such zone"),
    ],
)
def test_levels_that_nobody_fills_and_villages_that_are_not_there_are_told(tmp_path, forces, told):
    given = street(tmp_path, forces=forces, boats=boats(*forces), rescue={"tiers": {}})
    if forces[0]["id"] == "own":
        with pytest.raises(ScenarioError, match=told):
            ev.from_mapping(given)
    else:
        assert any(told in one.rule.en for one in check(ev.from_mapping(given)))


@pytest.mark.parametrize(
    "dispatch", ["nearest", "zone", "priority", "triage", "assignment", "look_ahead", "rounds"]
)
def test_no_policy_sends_a_craft_to_a_case_that_is_not_its_levels(tmp_path, dispatch):
    forces = [team(f"own{c}", c, zones=f"v{c}") for c in (0, 2)] + [
        team("town", 4, township="town1"),
        team("all", 4),
    ]
    said = scenario(
        tmp_path,
        forces,
        villages={0: 12, 1: 12, 2: 12, 3: 12},
        household_size=2,
        rescue={"dispatch": dispatch, "preempt": True, "redispatch": "1 min"},
        tiers=TIERS | {"holds": "10 min", "at_once": 1},
    )
    run = ev.simulate(said, seed=2)
    stays = run.record.tables["case_levels"]
    cases = run.record.tables["cases"].set_index("case")
    answers = {"own0": {"n0-0"}, "own2": {"n2-0"}, "town": {"n1-0"}, "all": set()}
    events = run.record.events
    chosen = events[events["kind"].isin(["craft_assigned", "craft_turned", "craft_redirected"])]
    # Whoever goes to a place anyway takes others there, too: where it is sent first is what counts.
    chosen = chosen.drop_duplicates(["time_s", "subject"])
    assert len(chosen) >= 12
    for _, event in chosen.iterrows():
        case = event["place"].removeprefix("case/")
        of = stays[(stays["case"] == case) & (stays["from_s"] <= event["time_s"])].iloc[-1]
        own = event["subject"].removeprefix("vehicle/boats-").rsplit("-", 1)[0]
        assert of["level"] == "district" or cases["node"][case] in answers[own]
    # Every case has one stay after the other, without a gap but for the time of handing over.
    for _, own in stays.groupby("case"):
        assert (own["until_s"].to_numpy()[:-1] == own["from_s"].to_numpy()[1:]).all()
        assert own["end"].iloc[:-1].isin(["handed_over", "grave"]).all()
    assert run.digest() == ev.simulate(said, seed=2).digest()


def silent(folder, *, patrol=None, at_once=None):
    """Return a village with no phone that works until T+5 h, and a boat of its own that reaches nobody."""
    own, all_ = team("own", 6, zones="v0"), team("all", 4, kind="fire")
    hears = TIERS | {"hears": {"type": "fixed", "value": "20 min"}, "at_once": at_once}
    seeking = {} if patrol is None else {"seeking": {"patrol_every": patrol, "patrol_sees": 1}}
    given = street(
        folder,
        forces=[own, all_],
        boats=boats(own, all_),
        villages={0: 1},
        rescue={"calls": {"without_phone": 1}, "tiers": hears} | seeking,
    )
    given["district"]["sites"] = [{"id": "mast", "kind": "cell", "serves": ["*"], "node": "n7-0"}]
    given["hazard"]["outages"] = [{"site": "mast", "begins": "T+0 min", "ends": "T+5 h"}]
    return ev.simulate(ev.from_mapping(given), seed=1)


def test_what_only_a_village_knows_is_known_once_a_patrol_has_seen_it(tmp_path):
    # Nobody patrols before the district has heard of any case.
    alone = silent(tmp_path / "a", patrol="1 h")
    assert sent(alone)[0][2] >= 5 * HOUR
    run = ev.simulate(_with_a_second_village(tmp_path / "b"), seed=1)
    cases = run.record.tables["cases"].set_index("node")
    stays = run.record.tables["case_levels"].set_index(["case", "level"])
    own = stays.loc[(cases["case"]["n0-0"], "village")]
    assert own["end"] == "handed_over"
    # Found at T+90 min, an hour after the water came, and handed over at once: it has been kept long enough.
    assert own["until_s"] == FLOODED_AT + HOUR + 6 * MINUTE


def _with_a_second_village(folder):
    own, all_ = team("own", 6, zones="v0"), team("all", 4, kind="fire")
    tiers = TIERS | {"hears": {"type": "fixed", "value": "20 min"}}
    seeking = {"patrol_every": "1 h", "patrol_sees": 1}
    given = street(
        folder,
        forces=[own, all_],
        boats=boats(own, all_),
        villages={0: 1, 2: 1},
        rescue={"calls": {"without_phone": 0}, "tiers": tiers, "seeking": seeking},
    )
    # The other village has a phone.
    given["district"]["sites"] = [{"id": "mast", "kind": "cell", "serves": ["v0"], "node": "n7-0"}]
    given["hazard"]["outages"] = [{"site": "mast", "begins": "T+0 min", "ends": "T+5 h"}]
    return ev.from_mapping(given)


def test_what_is_grave_in_a_village_that_is_cut_off_stays_its_own_until_word_gets_through(tmp_path):
    # With grades up to 3 at once every case is grave.
    run = silent(tmp_path, at_once=3)
    (_, level, since, until, end), (_, then, taken, *_) = levels(run)
    assert (level, since, end, then) == ("village", FLOODED_AT + 20 * MINUTE, "grave", "district")
    assert until == taken
    assert 5 * HOUR <= taken <= 5 * HOUR + 5 * MINUTE
