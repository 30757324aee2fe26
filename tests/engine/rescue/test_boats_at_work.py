"""Boats sent to cases, against times worked out by hand: 500 m of street at 2.5 m/s are 200 s."""

import numpy as np
import pytest

import evacsim as ev
from evacsim.results.causes import chain
from tests.reference.flooded_street import FLOODED_AT, LEG, NOW, flooded_street, street
from tests.reference.small_district import link, node, write_depths

MINUTE, HOUR = 60.0, 3600.0
FIVE_MINUTES = {"type": "fixed", "value": "5 min"}


def run(scenario, seed=1):
    return ev.simulate(scenario, seed=seed)


def cases(record):
    return record.tables["cases"]


def safe(record):
    return record.ledger["arrived_s"].dropna().sort_values().to_numpy()


@pytest.mark.parametrize(
    ("policy", "reached", "done"),
    [("nearest", [10, 45], [25, 70]), ("priority", [20, 55], [45, 70])],
)
def test_one_boat_and_two_calls_near_first_and_far_first(tmp_path, policy, reached, done):
    # I1: 10 and 20 min away on opposite sides, 5 min at the place, one at a time; the far one is graver.
    scenario = flooded_street(
        tmp_path,
        columns=10,
        wet=(0, 9),
        villages={0: 1, 9: 1},
        landing=6,
        boats={"seats": 1},
        rescue={"dispatch": policy, "seeking": {"at_the_place": FIVE_MINUTES}},
        shelter=6,
    )
    far = scenario.district.zones[0].model_copy(update={"elderly_share": 1.0})
    zones = [far, scenario.district.zones[1]]
    scenario = scenario.model_copy(update={"district": scenario.district.model_copy(update={"zones": zones})})
    found = cases(run(scenario).record).sort_values("reached_s")
    assert ((found["reached_s"] - FLOODED_AT) / MINUTE).tolist() == pytest.approx(reached)
    assert ((found["safe_s"] - FLOODED_AT) / MINUTE).tolist() == pytest.approx(done)
    assert found["grade"].tolist() == ([3, 2] if policy == "nearest" else [2, 3])


def test_thirteen_people_on_a_roof_and_a_boat_of_six_take_three_trips(tmp_path):
    # I4
    record = run(flooded_street(tmp_path, villages={0: 13}, boats={"seats": 6})).record
    assert record.tables["vehicles"]["rounds"].tolist() == [3]
    assert len(safe(record)) == 13
    trips = FLOODED_AT + 2 * 4 * LEG * np.array([1, 2, 3])
    assert np.unique(safe(record)).tolist() == trips.tolist()


def test_a_family_larger_than_the_boat_is_fetched_in_as_many_trips(tmp_path):
    record = run(flooded_street(tmp_path, villages={0: 13}, household_size=13, boats={"seats": 6})).record
    people = record.ledger["people"]
    alone = people[people > 6]
    assert len(alone), "no family of this draw is larger than the boat"
    trips = np.ceil(people / 6).sum()
    assert safe(record)[-1] <= FLOODED_AT + trips * 2 * 4 * LEG
    assert (record.ledger["final_state"] == "sheltered").all()


def test_eight_people_two_kilometres_away_take_2560_s_a_cycle(tmp_path):
    # V51: 2 km each way at 2.5 m/s, 8 x 90 s to load, 8 x 30 s to unload: 11.25 people an hour.
    record = run(
        flooded_street(
            tmp_path,
            villages={0: 40},
            boats={"seats": 8, "boarding_time": "90 s", "alighting_time": "30 s"},
        )
    ).record
    assert safe(record)[7::8].tolist() == (FLOODED_AT + 2560.0 * np.arange(1, 6)).tolist()
    time = record.tables["craft_time"]
    spent = (time["until_s"] - time["from_s"]).groupby(time["what"]).sum()
    assert spent["takes_in"] == 5 * 720.0
    assert spent["lets_ashore"] == 5 * 240.0
    assert spent["to_case"] == spent["comes_back"] == 5 * 800.0
    assert 40 / (5 * 2560 / HOUR) == 11.25


def test_two_boats_and_one_family_of_two_cases_count_it_once(tmp_path):
    # I5: somebody else calls too and headquarters takes it for another case.
    record = run(
        flooded_street(
            tmp_path,
            villages={0: 4},
            household_size=4,
            boats={"vehicles": 2},
            rescue={"calls": {"double": 1, "merged": 0}},
        )
    ).record
    table = cases(record)
    n = len(record.ledger)
    assert len(table) == 2 * n
    assert sorted(table["result"]) == ["fetched"] * n + ["nobody"] * n
    assert table["fetched"].sum() == record.ledger["people"].sum()
    assert record.tables["vehicles"]["people"].sum() == record.ledger["people"].sum()
    # Nobody waits for ever: both boats are back at the landing.
    last = record.tables["craft_time"].groupby("vehicle")["what"].last()
    assert last.tolist() == ["waits", "waits"]


def test_a_boat_goes_by_road_to_where_road_meets_water(tmp_path):
    # The depot is three dry corners behind the water; 500 m at 10 m/s are 50 s, at most 40 km/h on the trailer.
    record = run(
        flooded_street(
            tmp_path,
            villages={0: 1},
            shelter=4,
            boats={"node": node(7, 0), "trailer": True, "launch_time": "10 min"},
        )
    ).record
    by_road = 3 * 50.0
    launched = record.events.query("kind == 'launched'")
    assert launched["time_s"].tolist() == [FLOODED_AT + by_road + 600.0]
    assert launched["place"].tolist() == [f"node/{node(4, 0)}"]
    assert safe(record).tolist() == [FLOODED_AT + by_road + 600.0 + 2 * 4 * LEG]


def test_a_boat_on_a_one_way_street_is_not_sent_where_no_way_leads(tmp_path):
    # Trucks come to the depot from the water, and cannot go back: the way back is not the way out.
    given = street(tmp_path, villages={0: 1}, shelter=4, boats={"node": node(7, 0), "trailer": True})
    network = tmp_path / "network/links.csv"
    lines = network.read_text().splitlines()
    network.write_text("\n".join(line for line in lines if not line.startswith(link((7, 0), (6, 0)))))
    record = run(ev.from_mapping(given)).record
    assert cases(record)["result"].tolist() == ["open"]
    assert not record.events["kind"].isin(["craft_assigned", "vehicle_cut_off"]).any()


def test_a_trailer_comes_to_where_its_boat_has_landed(tmp_path):
    # Nobody walks on the trunk road past the water, so people are let ashore at corner 2 and the trailer stands at 4:
    # it needs 600 s to the boat, and both of them 600 s to the second water.
    given = street(
        tmp_path,
        wet=(2, 4),
        villages={3: 1, 7: 1},
        shelter=0,
        boats={"node": node(5, 0), "trailer": True, "launch_time": "10 min"},
    )
    network = tmp_path / "network/links.csv"
    links = [f"{line},residential" for line in network.read_text().splitlines()]
    links[0] = links[0].replace("residential", "road_class")
    ends = [(node(5, 0), node(1, 0)), (node(1, 0), node(5, 0))]
    links += [f"trunk-{a},{a},{b},5000,10,1,0.5,0.15,trunk" for a, b in ends]
    network.write_text("\n".join(links) + "\n")
    wet = [(node(2, 0), node(3, 0)), (node(3, 0), node(4, 0))]
    again = [(node(6, 0), node(7, 0))]
    rows = [
        (f"{one}_{other}", time, 0.8)
        for pairs, time in ((wet, "T+30 min"), (again, "T+3 h"))
        for a, b in pairs
        for one, other in ((a, b), (b, a))
    ]
    write_depths(tmp_path / "links.csv", "link", rows)
    write_depths(tmp_path / "places.csv", "place", [("v3", "T+30 min", 0.8), ("v7", "T+3 h", 0.8)])
    record = run(ev.from_mapping(given)).record
    assert cases(record)["fetched"].tolist()[0] == 1
    reached = cases(record)["reached_s"].iloc[1]
    assert reached == 3 * HOUR + 600.0 + 600.0 + 600.0 + 600.0 + LEG
    assert record.events.query("kind == 'launched'")["place"].tolist() == [
        f"node/{node(4, 0)}",
        f"node/{node(6, 0)}",
    ]


@pytest.mark.parametrize("onward", [None, {}, {"longest_walk": "2 h"}])
def test_a_bus_takes_on_whoever_has_far_to_go_from_the_landing(tmp_path, onward):
    # Ashore at corner 4 after 1600 s; the shelter is five corners on: half an hour on foot, 250 s by bus, which comes.
    given = street(
        tmp_path,
        columns=10,
        villages={0: 1},
        shelter=9,
        boats={"node": node(4, 0)},
        rescue={"onward": onward},
    )
    bus = {
        "kind": "bus",
        "vehicles": 1,
        "seats": 40,
        "call_up": "0 s",
        "boarding_time": "0 s",
        "alighting_time": "0 s",
    }
    given["district"]["fleets"].append({"id": "coach", "node": node(9, 0), **bus})
    given["district"]["pickup_points"] = [{"id": "stop", "node": node(4, 0)}]
    given["plan"]["zones"][0] |= {"trigger_at": "T+40 min", "pickup_point": "stop", "fleet": "coach"}
    record = run(ev.from_mapping(given)).record
    ashore = FLOODED_AT + 2 * 4 * LEG
    household = record.ledger.iloc[0]
    assert household["final_state"] == "sheltered"
    if onward == {}:
        assert safe(record).tolist() == [ashore + 2 * 5 * 50.0]
        assert household["vehicle"] == "coach-1"
    else:
        assert safe(record)[0] > ashore + 1800.0
        assert household["vehicle"] == "boats-1"


def test_without_a_trailer_a_boat_on_dry_ground_fetches_nobody(tmp_path):
    record = run(flooded_street(tmp_path, villages={0: 1}, shelter=4, boats={"node": node(7, 0)})).record
    assert cases(record)["result"].tolist() == ["open"]
    assert (record.ledger["final_state"] == "stranded").all()


def test_nobody_is_taken_in_without_a_life_jacket(tmp_path):
    # Five jackets: two for the crew, three for others; five people take two trips.
    team = {"id": "fire", "kind": "fire", "node": node(4, 0), "members": 4, "jackets": 5, "readiness": "0 s"}
    record = run(
        flooded_street(tmp_path, villages={0: 5}, forces=[team], boats={"force": "fire", "crew": 2})
    ).record
    assert np.unique(safe(record)).tolist() == [FLOODED_AT + 1600.0, FLOODED_AT + 3200.0]
    assert record.tables["forces"]["short_of_jackets"].sum() >= 2


def test_boats_without_life_jackets_for_anybody_wait(tmp_path):
    # Two jackets for two boats with a crew of two: none goes out, and neither wakes the other for ever.
    team = {"id": "fire", "kind": "fire", "node": node(4, 0), "members": 4, "jackets": 2, "readiness": "0 s"}
    record = run(
        flooded_street(
            tmp_path, villages={0: 5}, forces=[team], boats={"force": "fire", "crew": 2, "vehicles": 2}
        )
    ).record
    assert not len(safe(record))
    assert set(record.tables["craft_time"]["what"]) == {"no_jackets"}


def test_a_team_has_as_many_boats_out_as_crews(tmp_path):
    team = {"id": "fire", "kind": "fire", "node": node(4, 0), "members": 5, "readiness": "0 s"}
    record = run(
        flooded_street(
            tmp_path, villages={0: 15}, forces=[team], boats={"force": "fire", "crew": 2, "vehicles": 4}
        )
    ).record
    out = record.tables["craft_time"].query("what == 'to_case'")
    assert out.groupby("from_s").size().tolist() == [2, 1]


def test_a_team_comes_when_it_is_ready(tmp_path):
    team = {"id": "fire", "kind": "fire", "node": node(4, 0), "members": 4, "readiness": "45 min"}
    record = run(flooded_street(tmp_path, villages={0: 1}, forces=[team], boats={"force": "fire"})).record
    assert record.tables["forces"]["ready_s"].tolist() == [FLOODED_AT + 2700.0]
    assert safe(record).tolist() == [FLOODED_AT + 2700.0 + 1600.0]


def test_a_crew_tires_and_stops(tmp_path):
    # 8 h at full strength, to 12 h at .85, to 16 h at .6, then it rests for 8 h; one crew alone.
    team = {"id": "fire", "kind": "fire", "node": node(4, 0), "members": 2, "readiness": "0 s"}
    record = run(
        flooded_street(
            tmp_path,
            villages={0: 400},
            forces=[team],
            boats={"force": "fire", "boarding_time": "10 min"},
            rescue={"fatigue": {}},
            duration="48 h",
        )
    ).record
    time = record.tables["craft_time"]
    takes = time[time["what"] == "takes_in"]
    length = (takes["until_s"] - takes["from_s"]).round(6)
    began = takes["from_s"] - FLOODED_AT
    assert set(length[began < 8 * HOUR]) == {3000.0}
    assert set(length[(began >= 8 * HOUR) & (began < 12 * HOUR)]) == {round(3000 / 0.85, 6)}
    assert set(length[(began >= 12 * HOUR) & (began < 16 * HOUR)]) == {5000.0}
    rest = time[time["what"] == "no_crew"]
    assert (rest["until_s"] - rest["from_s"]).iloc[0] == 8 * HOUR
    assert record.tables["forces"]["crews_stopped"].iloc[0] >= 1


def test_boats_are_slower_by_night(tmp_path):
    # The run starts at 20:00, by night.
    record = run(flooded_street(tmp_path, villages={0: 1}, rescue={"night_speed": 0.5})).record
    assert safe(record).tolist() == [FLOODED_AT + 2 * 2 * 4 * LEG]


def test_a_graver_case_turns_a_boat_round(tmp_path):
    # The boat is on its way to corner 0 when the water traps those at corner 3, whom it had not heard of.
    scenario = flooded_street(
        tmp_path,
        wet=(0, 6),
        villages={0: 1, 3: 1},
        shelter=6,
        rescue={"preempt": True},
        later=[("v3", "T+32 min", 4.5)],
        effects={"critical_time": "10 h"},
    )
    record = run(scenario).record
    order = cases(record).sort_values("reached_s")["node"].tolist()
    assert order[0] == node(3, 0)
    assert record.ledger["final_state"].tolist() == ["sheltered", "sheltered"]


@pytest.mark.parametrize(("sooner", "first"), [("5 min", 3), ("15 min", 0)])
def test_a_boat_is_sent_to_a_new_case_on_its_way(tmp_path, sooner, first):
    # At T+32 min it is three corners, 600 s, nearer to corner 3, whose people have just called, than to corner 0.
    scenario = flooded_street(
        tmp_path,
        wet=(0, 6),
        villages={0: 1, 3: 1},
        shelter=6,
        home_depth=0.0,
        rescue={"redispatch": sooner},
        later=[("v0", "T+31 min", 0.8), ("v3", "T+32 min", 0.8)],
    )
    record = run(scenario).record
    assert cases(record).sort_values("reached_s")["node"].tolist()[0] == node(first, 0)
    assert (record.events["kind"] == "craft_redirected").sum() == (first == 3)


def test_a_call_that_names_the_next_corner_is_searched_in_vain_and_made_again(tmp_path):
    record = run(
        flooded_street(
            tmp_path,
            villages={0: 1},
            rescue={"calls": {"place_error": 1, "place_radius": "500 m"}},
        )
    ).record
    table = cases(record)
    assert table["result"].tolist()[0] == "nobody"
    assert table["node"].tolist()[0] == node(1, 0)
    # Found on the second call, which knows the place: reported after half an hour.
    assert table["result"].tolist()[1] == "fetched"
    assert table["heard_s"].tolist()[1] == pytest.approx(FLOODED_AT + 3 * LEG + 1800.0)


def test_the_story_of_a_family_that_was_fetched_goes_back_to_the_water(tmp_path):
    record = run(flooded_street(tmp_path, villages={0: 1})).record
    kinds = [step.kind for step in chain(record, "v0/1")]
    assert kinds[0] == "water_changed"
    for kind in ("stranded", "help_heard", "case_opened", "craft_assigned", "craft_at_case", "boarded"):
        assert kind in kinds


def test_a_family_on_foot_that_the_water_stops_is_fetched_from_the_road(tmp_path):
    # 500 m at 1 m/s: on the street between corners 4 and 5 when the water comes, too deep to walk on.
    given = street(
        tmp_path, wet=(3, 6), villages={4: 3}, household_size=3, landing=6, shelter=7, home_depth=0, depth=1.4
    )
    given["district"]["population"] |= {"walking_speed": "1 m/s", "walking_speed_sd": "0 m/s"}
    given["plan"]["zones"][0]["trigger_at"] = "T+25 min"
    given["plan"]["when"]["decision_time"] = "0 s"
    given["plan"]["organize"] = {"relay_time": NOW, "preparation": NOW}
    given["plan"]["who"] = {"compliance": 1}
    given["hazard"]["effects"] = {"critical_depth": "3 m"}
    given["district"]["fleets"][0] |= {"seats": 8}
    record = run(ev.from_mapping(given)).record
    assert (record.events["kind"] == "stopped").sum() == len(record.ledger) > 0
    assert cases(record)["node"].tolist() == [node(5, 0)] * len(record.ledger)
    assert set(record.ledger["final_state"]) == {"sheltered"}
    # Fetched one street away, ashore at corner 6, the last street on foot: 500 s.
    assert safe(record).min() == pytest.approx(FLOODED_AT + 2 * LEG + 500.0)


def test_a_family_on_foot_goes_back_where_the_district_says_so(tmp_path):
    # The same, with water that does not reach critical depth: 300 s into a street of 500 s they turn, and are back
    # at 2100 s, where another street leads the other way to a second shelter.
    given = street(
        tmp_path, wet=(4, 6), villages={4: 3}, household_size=3, landing=6, shelter=7, home_depth=0, depth=1.4
    )
    given["district"]["population"] |= {
        "walking_speed": "1 m/s",
        "walking_speed_sd": "0 m/s",
        "stopped_walkers": "turn_back",
    }
    given["district"]["shelters"].append({"id": "hall", "node": node(0, 0), "desks": 1000})
    given["plan"]["zones"][0] |= {"trigger_at": "T+25 min", "shelter": ["school"]}
    given["plan"]["when"]["decision_time"] = "0 s"
    given["plan"]["organize"] = {"relay_time": NOW, "preparation": NOW}
    given["plan"]["who"] = {"compliance": 1}
    given["hazard"]["effects"] = {"critical_depth": "3 m"}
    record = run(ev.from_mapping(given)).record
    turned = record.events.query("kind == 'turned_round'")
    assert turned["time_s"].tolist() == [FLOODED_AT] * len(record.ledger)
    assert not (record.events["kind"] == "stranded").any()
    assert set(record.ledger["final_place"]) == {"shelter/hall"}
    assert safe(record).min() == pytest.approx(FLOODED_AT + 300.0 + 4 * 500.0)


def test_a_team_that_stands_by_at_the_water_sets_out_at_once(tmp_path):
    team = {"id": "fire", "kind": "fire", "node": node(7, 0), "members": 4, "readiness": "45 min"}
    boats = {"node": node(7, 0), "trailer": True, "force": "fire", "launch_time": "10 min"}
    home = run(
        flooded_street(tmp_path / "home", villages={0: 1}, shelter=4, forces=[team], boats=boats)
    ).record
    by_road = 3 * 50.0
    assert safe(home).tolist() == [FLOODED_AT + 2700.0 + by_road + 600.0 + 2 * 4 * LEG]
    near = run(
        flooded_street(
            tmp_path / "near",
            villages={0: 1},
            shelter=4,
            forces=[team],
            boats=boats,
            rescue={"stand_by": [{"force": "fire", "node": node(4, 0)}]},
        )
    ).record
    assert safe(near).tolist() == [FLOODED_AT + 600.0 + 2 * 4 * LEG]
