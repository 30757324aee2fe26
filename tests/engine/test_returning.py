"""Going home: when it is allowed, before it is, past the posts, and into the water."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import evacsim as ev
from evacsim.analysis.indicators import indicators
from evacsim.analysis.lateness import late_households
from evacsim.errors import EvacsimError
from tests.engine.test_chains import broken_chains
from tests.reference.record import engine_record
from tests.reference.small_district import link, node, small_district, small_flood, write_depths

HOUR = 3600.0
SPEED = 1.25
WAY = 2000.0
"""From the school to the west village along the middle street [m]."""
ALLOWED = 15 * 60 + 4 * HOUR + 2 * HOUR
"""Ordered at 15 min, dry for 4 h, inspected for 2 h [s]."""
BACK_HOME = {"dry_for": "4 h", "inspection": {"type": "fixed", "value": "2 h"}}
POST = {"id": "bridge", "links": [link((3, 1), (2, 1))], "setup": {"type": "fixed", "value": "30 min"}}
INTO_WEST = [(one, (0, 1)) for one in ((0, 0), (0, 2), (1, 1))]


def run(
    folder,
    *,
    places=(),
    links=(),
    to=None,
    duration="24 h",
    seed=1,
    population=None,
    when=None,
    organize=None,
    beds=None,
    **care,
):
    folder.mkdir(exist_ok=True)
    water = {
        "type": "table",
        "places": write_depths(folder / "p.csv", "place", list(places)),
        "links": write_depths(folder / "l.csv", "link", list(links)),
    }
    described = small_district(
        folder,
        duration=duration,
        zones=[{"id": "west", "node": node(0, 1), "population": 200}],
        transfers=[
            {"zone": "west", "trigger_at": "T+10 min", "organizer": "grid officer", "shelter": ["school"]}
        ],
        shelters=[{"id": "school", "node": node(4, 1), "capacity": 400, "sleeping_places": beds}],
        water=water,
        population={
            "walking_speed": f"{SPEED} m/s",
            "walking_speed_sd": "0 m/s",
            "elderly_share": 0,
            "child_share": 0,
            "assisted_share": 0,
            **(population or {}),
        },
        to={"bus_share": 0, "car_share": 0, **(to or {})},
        who={"compliance": 1},
        organize=organize or {},
        care=care,
    )
    described["plan"]["when"] |= when or {}
    return engine_record(ev.from_mapping(described), seed=seed)


def five_minutes():
    return {"type": "fixed", "value": "5 min"}


def of(record, kind):
    return record.events[record.events["kind"] == kind]


def people_are_conserved(record):
    assert record.ledger["people"].sum() == 200
    steps = record.tables["states"].pivot_table(
        index="time_s", columns="state", values="people", aggfunc="last"
    )
    assert (steps.ffill().fillna(0).sum(axis=1) == 200).all()


def home_after(ledger, begin):
    """Return when each household is home that sets out with all others: 1.33 people a second go on each of 2 m."""
    people = ledger["people"].to_numpy()
    return begin + (np.cumsum(people) - people) / (1.33 * 2.0) + WAY / SPEED


def everybody_is_home_at(record, allowed):
    (event,) = of(record, "return_authorized").to_dict("records")
    assert (event["time_s"], event["subject"], event["value"]) == (allowed, "zone/west", 200)
    ledger, returns = record.ledger, record.tables["returns"]
    assert set(ledger["final_state"]) == {"returned"}
    assert set(ledger["final_place"]) == {"zone/west"}
    assert ledger["returned_s"].to_numpy() == pytest.approx(home_after(ledger, allowed))
    assert sorted(returns["household"]) == sorted(ledger["household"])
    assert set(returns["kind"]) == {"authorized"}
    assert (returns["authorized_s"] == allowed).all()
    assert (returns["left_s"] == allowed).all()
    assert returns["home_s"].to_numpy() == pytest.approx(home_after(ledger, allowed))
    people_are_conserved(record)


# -- when it is allowed ---------------------------------------------------------------------


def test_without_a_word_of_it_nobody_goes_home(tmp_path):
    record = run(tmp_path)
    assert set(record.ledger["final_state"]) == {"sheltered"}
    assert record.ledger["returned_s"].isna().all()
    assert record.tables["returns"].empty
    found = indicators(record)
    assert np.isnan(found["returned_share"].value)
    assert found["went_back"].value == found["stopped_at_posts"].value == 0


def test_where_no_water_comes_all_are_home_after_the_time_from_the_order(tmp_path):
    record = run(tmp_path, back_home=BACK_HOME)
    everybody_is_home_at(record, ALLOWED)
    assert indicators(record)["returned_share"].value == 1.0
    # A shelter that all have left is empty.
    assert record.tables["shelter_load"]["people"].iloc[-1] == 0
    chain = record.events.set_index("seq")
    left = of(record, "set_out_home").iloc[0]
    assert chain.loc[int(left["cause"]), "kind"] == "return_authorized"
    assert chain.loc[int(chain.loc[int(left["cause"]), "cause"]), "kind"] == "decided"


def test_the_time_begins_when_the_last_home_is_dry_however_low_the_water(tmp_path):
    water = [("west", "T+2 h", 1.0), ("west", "T+5 h", 0.01), ("west", "T+7 h", 0.0)]
    record = run(tmp_path, places=water, back_home=BACK_HOME)
    everybody_is_home_at(record, 7 * HOUR + 6 * HOUR)
    (event,) = of(record, "return_authorized").to_dict("records")
    chain = record.events.set_index("seq")
    assert chain.loc[int(event["cause"]), ["kind", "time_s"]].tolist() == ["water_changed", 7 * HOUR]


def test_water_that_comes_back_during_the_inspection_lets_all_begin_again(tmp_path):
    water = [("west", "T+5 h", 0.3), ("west", "T+8 h", 0.0)]
    record = run(tmp_path, places=water, back_home=BACK_HOME)
    everybody_is_home_at(record, 8 * HOUR + 6 * HOUR)


@pytest.mark.parametrize(("road_open", "allowed"), [(True, 9 * HOUR + 2 * HOUR), (False, ALLOWED)])
def test_without_a_road_for_cars_nobody_is_allowed_home(tmp_path, road_open, allowed):
    roads = [
        (link(a, b), time, depth) for a, b in INTO_WEST for time, depth in (("T+3 h", 0.4), ("T+9 h", 0.0))
    ]
    record = run(tmp_path, links=roads, back_home={**BACK_HOME, "road_open": road_open})
    assert of(record, "return_authorized")["time_s"].tolist() == [allowed]
    assert set(record.ledger["final_state"]) == {"returned"}


def test_whoever_finds_no_way_waits_for_one(tmp_path):
    roads = [
        (link(a, b), time, depth) for a, b in INTO_WEST for time, depth in (("T+3 h", 2.0), ("T+9 h", 0.0))
    ]
    record = run(tmp_path, links=roads, back_home={**BACK_HOME, "road_open": False})
    assert of(record, "return_authorized")["time_s"].tolist() == [ALLOWED]
    assert (record.tables["returns"]["left_s"] == 9 * HOUR).all()
    assert record.ledger["returned_s"].to_numpy() == pytest.approx(home_after(record.ledger, 9 * HOUR))


def test_who_came_by_car_drives_home(tmp_path):
    record = run(tmp_path, back_home=BACK_HOME, to={"car_share": 1}, population={"car_share": 1})
    took = np.sort(record.ledger["returned_s"].to_numpy() - ALLOWED)
    # 2000 m at 10 m/s, and each two seconds after the one before.
    assert took == pytest.approx(200.0 + 2.0 * np.arange(len(took)), abs=2.0)
    people_are_conserved(record)


def test_whoever_is_settled_after_it_is_allowed_sets_out_at_once(tmp_path):
    soon = {"dry_for": "10 min", "inspection": {"type": "fixed", "value": "0 s"}}
    record = run(tmp_path, back_home=soon)
    ledger, returns = record.ledger, record.tables["returns"].set_index("household")
    assert of(record, "return_authorized")["value"].tolist() == [0]
    assert (returns["left_s"] == ledger.set_index("household")["settled_s"][returns.index]).all()
    assert set(ledger["final_state"]) == {"returned"}


def test_whoever_goes_home_draws_no_rations_any_more(tmp_path):
    rations = [{"item": "water", "per_person_day": 3, "unit": "L", "gives": "water"}]
    water = {"type": "table", "places": write_depths(tmp_path / "p.csv", "place", [])}
    described = small_district(
        tmp_path,
        duration="24 h",
        water=water,
        who={"compliance": 1},
        care={"rations": rations, "back_home": BACK_HOME},
    )
    described["district"]["stores"] = [{"id": "depot", "node": node(2, 0)}]
    described["district"]["stock"] = [{"store": "depot", "item": "water", "amount": 100_000}]
    described["plan"]["care"]["supply"] = {"trucks": "trucks"}
    described["district"]["fleets"].append(
        {"id": "trucks", "node": node(2, 0), "vehicles": 9, "seats": 2, "kind": "truck", "availability": 1}
    )
    record = engine_record(ev.from_mapping(described), seed=1)
    stock = record.tables["stocks"]
    at_shelters = stock[stock["place"].str.startswith("shelter/")]
    last_home = record.ledger["returned_s"].max()
    assert set(record.ledger["final_state"]) == {"returned"}
    assert at_shelters["time_s"].max() < last_home
    assert of(record, "delivery_asked")["time_s"].max() < last_home


# -- before it is allowed -------------------------------------------------------------------


def test_a_share_of_the_settled_goes_back_each_day(tmp_path):
    record = run(tmp_path, duration="60 h", going_back={"share_per_day": 0.5})
    ledger, returns = record.ledger, record.tables["returns"].set_index("household")
    settled = ledger.set_index("household")["settled_s"]
    after = (returns["left_s"] - settled).dropna()
    n = len(ledger)
    # 70 households or so: two days leave a quarter, give or take three standard deviations.
    for days, left in ((1, 0.5), (2, 0.25)):
        assert (after > days * 24 * HOUR).sum() + n - len(after) == pytest.approx(
            left * n, abs=3 * np.sqrt(n * left * (1 - left))
        )
    assert set(returns["kind"]) == {"on_its_own"}
    assert returns["authorized_s"].isna().all()
    assert returns["home_s"].dropna().to_numpy() == pytest.approx(
        (returns["left_s"] + WAY / SPEED)[returns["home_s"].notna()].to_numpy()
    )
    found = indicators(record)
    assert found["went_back"].value == of(record, "went_back")["value"].sum() > 0
    people_are_conserved(record)


def test_the_same_households_go_back_under_a_higher_share_and_sooner(tmp_path):
    some, more = (
        run(tmp_path / name, going_back={"share_per_day": share})
        .tables["returns"]
        .set_index("household")["left_s"]
        for name, share in (("a", 0.2), ("b", 0.6))
    )
    assert set(some.index) < set(more.index)
    assert (more[some.index] < some).all()


def test_who_goes_back_before_the_water_meets_it_at_home(tmp_path):
    record = run(tmp_path, going_back={"share_per_day": 1}, places=[("west", "T+8 h", 0.8)])
    assert (record.ledger["returned_s"] < 8 * HOUR).all()
    assert set(record.ledger["final_state"]) == {"stranded"}
    assert set(record.ledger["final_place"]) == {"zone/west"}
    found = indicators(record)
    assert found["returned_into_water"].value == 200
    assert found["returned_share"].value == 0
    assert set(late_households(record)["cause"]) == {"cut_off_going_home"}
    people_are_conserved(record)


@pytest.mark.parametrize(
    ("depth", "state", "place"), [(1.5, "sheltered", "shelter/school"), (0.7, "stranded", "zone/west")]
)
def test_at_a_flooded_door_they_turn_back_where_nobody_wades_and_else_are_held(tmp_path, depth, state, place):
    record = run(
        tmp_path,
        going_back={"share_per_day": 1},
        places=[("west", "T+75 min", depth)],
        organize={"relay_time": five_minutes(), "preparation": five_minutes()},
    )
    # By then all have left home, and the first that goes back is not home yet.
    assert (record.ledger["departed_s"] == 25 * 60.0).all()
    assert record.tables["returns"]["left_s"].min() + WAY / SPEED > 75 * 60.0
    assert len(of(record, "went_back")) == len(record.ledger)
    assert set(record.ledger["final_state"]) == {state}
    assert set(record.ledger["final_place"]) == {place}
    assert of(record, "cut_off")["value"].sum() == (200 if depth > 0.9 else 0)
    assert indicators(record)["returned_into_water"].value == (0 if depth > 0.9 else 200)
    people_are_conserved(record)


def test_the_road_home_that_floods_holds_whoever_is_on_it(tmp_path):
    # After 1000 s the first has come 1250 m and the last 1156 m: all are on the third street.
    flood = [(link((2, 1), (1, 1)), f"T+{int(ALLOWED + 1000)} s", 1.2)]
    record = run(tmp_path, back_home=BACK_HOME, links=flood)
    assert of(record, "stopped")["value"].sum() == 200
    assert set(record.ledger["final_state"]) <= {"stranded", "trapped", "dead"}
    assert indicators(record)["returned_into_water"].value == 200
    people_are_conserved(record)


def test_a_street_that_floods_ahead_of_them_is_gone_round(tmp_path):
    flood = [(link((2, 1), (1, 1)), f"T+{int(ALLOWED + 200)} s", 1.2)]
    record = run(tmp_path, back_home=BACK_HOME, links=flood)
    # Round the block: two streets more.
    took = home_after(record.ledger, ALLOWED) + 2 * 500 / SPEED
    assert record.ledger["returned_s"].to_numpy() == pytest.approx(took, abs=1.0)


# -- posts ----------------------------------------------------------------------------------


def test_a_post_that_stops_all_lets_nobody_by_and_they_stay_in_the_shelter(tmp_path):
    record = run(tmp_path, going_back={"share_per_day": 1}, posts=[POST | {"stop_share": 1}])
    stopped = of(record, "stopped_at_post")
    assert set(stopped["place"]) == {"post/bridge"}
    assert stopped["value"].sum() == 200
    left = record.tables["returns"].set_index("household")["left_s"]
    # 500 m from the school to where the road of the post begins.
    at_post = stopped.assign(household=stopped["subject"].str.removeprefix("household/")).set_index(
        "household"
    )
    assert at_post["time_s"].to_numpy() == pytest.approx(
        (left[at_post.index] + 500 / SPEED).to_numpy(), abs=5.0
    )
    assert set(record.ledger["final_state"]) == {"sheltered"}
    assert set(record.ledger["final_place"]) == {"shelter/school"}
    assert record.tables["returns"]["home_s"].isna().all()
    posts = record.tables["posts"]
    # Ordered with the first order at 15 min, set up in half an hour.
    assert posts.iloc[0].tolist() == ["bridge", 45 * 60.0, 2, 0, 0]
    assert posts.iloc[-1][["stopped", "passed"]].tolist() == [200, 0]
    assert indicators(record)["stopped_at_posts"].value == 200
    people_are_conserved(record)


def test_a_post_stops_its_share_and_the_others_pass_and_lose_no_time(tmp_path):
    record = run(tmp_path, going_back={"share_per_day": 1}, posts=[POST | {"stop_share": 0.5}])
    stopped, passed = of(record, "stopped_at_post"), of(record, "passed_post")
    n = len(record.ledger)
    assert len(stopped) + len(passed) == n
    assert len(stopped) == pytest.approx(0.5 * n, abs=3 * np.sqrt(n / 4))
    home = record.tables["returns"].dropna(subset="home_s")
    assert len(home) == len(passed)
    assert (home["home_s"] - home["left_s"]).to_numpy() == pytest.approx(WAY / SPEED)
    states = record.ledger.groupby("final_state")["people"].sum()
    assert states["sheltered"] == stopped["value"].sum()
    assert states["returned"] == passed["value"].sum()
    people_are_conserved(record)


def test_a_post_at_the_gate_of_the_shelter_stops_them_there(tmp_path):
    gate = POST | {"stop_share": 1, "links": [link((4, 1), (3, 1))]}
    record = run(tmp_path, going_back={"share_per_day": 1}, posts=[gate])
    left = record.tables["returns"].set_index("household")["left_s"]
    stopped = of(record, "stopped_at_post")
    assert sorted(stopped["time_s"]) == sorted(left)
    assert set(record.ledger["final_state"]) == {"sheltered"}


def test_beds_of_those_who_leave_are_free_and_the_first_bed_counts(tmp_path):
    # Whoever is stopped is settled twice: two beds each would leave half of them without any.
    gate = POST | {"stop_share": 1, "links": [link((4, 1), (3, 1))]}
    record = run(tmp_path, beds=200, going_back={"share_per_day": 1}, posts=[gate])
    settled = of(record, "settled").groupby("subject").size()
    assert (settled == 2).any()
    ledger = record.ledger
    assert (ledger["bed_s"] == ledger["settled_s"]).all()
    assert (ledger["relieved_s"] == ledger["settled_s"]).all()


def test_nobody_is_stopped_once_return_is_allowed_nor_where_nobody_stands(tmp_path):
    allowed = run(
        tmp_path / "a",
        back_home=BACK_HOME,
        going_back={"share_per_day": 0.01},
        posts=[POST | {"stop_share": 1}],
    )
    late = POST | {"stop_share": 1, "setup": {"type": "fixed", "value": "23 h"}}
    unmanned = run(tmp_path / "b", going_back={"share_per_day": 1}, posts=[late])
    assert set(allowed.ledger["final_state"]) == set(unmanned.ledger["final_state"]) == {"returned"}
    for record in (unmanned, allowed):
        assert of(record, "stopped_at_post")["time_s"].max() < ALLOWED or of(record, "stopped_at_post").empty
    assert of(unmanned, "passed_post").empty
    assert (
        unmanned.tables["returns"]["home_s"] - unmanned.tables["returns"]["left_s"]
    ).to_numpy() == pytest.approx(WAY / SPEED)


def test_a_post_that_a_measure_names_stands_with_the_measure_only(tmp_path):
    when = {
        "rules": [{"id": "ten", "at": "T+10 h"}],
        "measures": [{"id": "bar", "action": "ban", "posts": ["bridge"]}],
        "breakers": [{"id": "stop", "rules": ["ten"], "measures": ["bar"]}],
    }
    record = run(
        tmp_path,
        duration="60 h",
        going_back={"share_per_day": 0.9},
        posts=[POST | {"stop_share": 1}],
        when=when,
    )
    done = of(record, "measure_done")["time_s"].iloc[0]
    assert record.tables["posts"].iloc[0].tolist() == ["bridge", done + 1800, 2, 0, 0]
    stopped = of(record, "stopped_at_post")
    assert not stopped.empty
    assert stopped["time_s"].min() > done + 1800
    before = record.tables["returns"]["left_s"] + 500 / SPEED < done + 1800
    assert before.any()
    assert record.tables["returns"][before]["home_s"].notna().all()
    assert record.tables["returns"][~before]["home_s"].isna().all()
    chain = record.events.set_index("seq")
    first = stopped.iloc[0]
    assert chain.loc[int(first["cause"]), "kind"] in ("went_back", "measure_done")


# -- whatever happens -----------------------------------------------------------------------


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    eyes=st.sampled_from([0.0, 0.5, 1.0]),
    share=st.sampled_from([0.3, 0.9, 1.0]),
    stop_share=st.sampled_from([0.0, 0.6]),
    dry_for=st.sampled_from(["1 h", "3 h"]),
    waves=st.lists(
        st.tuples(st.integers(1, 20), st.integers(1, 6), st.sampled_from([0.3, 0.7, 1.4])), max_size=3
    ),
    has_boats=st.booleans(),
    seed=st.integers(0, 5),
)
def test_people_are_conserved_and_stories_are_whole_whatever_the_water_does(
    tmp_path_factory, eyes, share, stop_share, dry_for, waves, has_boats, seed
):
    folder = tmp_path_factory.mktemp("district")
    scenario = small_flood(folder)
    roads, places = {}, {("hall", 3): 0.4, ("hall", 6): 0.0}
    for begin, lasts, depth in waves:
        for hour, height in ((begin, depth), (begin + lasts, 0.0)):
            places["west", hour] = places["school", hour] = height
            for a, b in INTO_WEST[:2]:
                roads[link(a, b), hour] = roads[link(b, a), hour] = height
    scenario["hazard"]["water"] = {
        "type": "table",
        "links": write_depths(
            folder / "waves.csv",
            "link",
            sorted((id_, f"T+{hour} h", height) for (id_, hour), height in roads.items()),
        ),
        "places": write_depths(
            folder / "wet.csv",
            "place",
            sorted((id_, f"T+{hour} h", height) for (id_, hour), height in places.items()),
        ),
    }
    scenario["duration"] = "30 h"
    scenario["district"]["population"]["knowledge"] = {"informed": 1 - eyes, "eyes": eyes, "nothing": 0}
    if has_boats:
        scenario["district"]["fleets"].append(
            {
                "id": "boats",
                "node": node(2, 1),
                "vehicles": 2,
                "seats": 8,
                "kind": "boat",
                "availability": 1,
                "speed": "2.5 m/s",
            }
        )
    scenario["plan"]["care"] = {
        "back_home": {"dry_for": dry_for, "inspection": five_minutes()},
        "going_back": {"share_per_day": share},
        "posts": [POST | {"stop_share": stop_share}],
        "second_transfer": True,
    }
    record = engine_record(ev.from_mapping(scenario), seed=seed)
    steps = record.tables["states"].pivot_table(
        index="time_s", columns="state", values="people", aggfunc="last"
    )
    assert (steps.ffill().fillna(0).sum(axis=1) == 300).all()
    assert broken_chains(record) == []
    returns = record.tables["returns"]
    assert (returns["home_s"].dropna() >= returns["left_s"][returns["home_s"].notna()]).all()
    in_shelter = record.ledger[record.ledger["final_state"].isin(["sheltered", "registering"])]
    in_shelter = in_shelter.groupby("final_place")["people"].sum()
    load = record.tables["shelters"].set_index("shelter")["people"]
    for shelter, people in load.items():
        assert people >= in_shelter.get(f"shelter/{shelter}", 0)
    assert (record.tables["shelter_load"]["people"] >= 0).all()
    home = record.ledger[record.ledger["final_state"] == "returned"]
    assert set(home["household"]) <= set(returns["household"])
    assert (home["final_place"] == "zone/" + home["zone"]).all()


# -- what is checked ------------------------------------------------------------------------


def test_a_post_on_no_road_and_two_on_one_are_refused(tmp_path):
    with pytest.raises(EvacsimError) as told:
        run(tmp_path / "a", going_back={"share_per_day": 1}, posts=[POST | {"links": ["nowhere"]}])
    assert [issue.value for issue in told.value.issues] == ["nowhere"]
    with pytest.raises(EvacsimError) as told:
        run(tmp_path / "b", going_back={"share_per_day": 1}, posts=[POST, POST | {"id": "second"}])
    assert [issue.place for issue in told.value.issues] == ["plan.care.posts[1].links[0]"]
