"""Calls for help: who gets through when, what headquarters believes, who is found without a call."""

import numpy as np
import pytest
from scipy import stats

import evacsim as ev
from tests.reference.flooded_street import FLOODED_AT, NOW, flooded_street, street
from tests.reference.record import engine_record
from tests.reference.small_district import link, node, write_depths

MINUTE, HOUR = 60.0, 3600.0
FAR_AWAY = {"node": node(7, 0)}
"""A boat on dry ground, which reaches nobody."""


def record_of(folder, *, seed=1, **said):
    return engine_record(flooded_street(folder, shelter=4, **({"boats": FAR_AWAY} | said)), seed=seed)


def test_attempts_that_get_lost_are_made_again(tmp_path):
    # I8: p = .3 lost, again after 5 min: p / (1 - p) = .4286 more attempts, geometric.
    record = record_of(tmp_path, villages={0: 1500}, rescue={"calls": {"lost": 0.3}})
    calls = record.tables["help_calls"]
    assert len(calls) == 1500
    more = calls["attempts"] - 1
    assert more.mean() == pytest.approx(0.3 / 0.7, abs=3 * np.sqrt(0.3 / 0.49 / 1500))
    counts = more.value_counts().sort_index()
    law = 1500 * 0.7 * 0.3 ** counts.index.to_numpy()
    assert np.abs(counts - law).max() < 4 * np.sqrt(law.max())
    delay = calls["heard_s"] - calls["need_s"]
    assert delay.to_numpy() == pytest.approx(300.0 * more.to_numpy())


def test_nobody_gets_through_without_the_network_and_all_do_once_it_works(tmp_path):
    given = street(tmp_path, shelter=4, boats=FAR_AWAY, villages={0: 10})
    given["district"]["sites"] = [{"id": "mast", "kind": "cell", "node": node(4, 0), "serves": ["v0"]}]
    given["hazard"]["outages"] = [{"site": "mast", "begins": "T+0 s", "ends": "T+2 h"}]
    record = engine_record(ev.from_mapping(given), seed=1)
    heard = record.tables["help_calls"]["heard_s"]
    assert len(heard) == 10
    assert heard.min() >= 2 * HOUR
    assert heard.max() < 2 * HOUR + 5 * MINUTE
    failed = record.events.query("kind == 'help_call_failed'")
    assert len(failed) == 10
    down = record.events.set_index("seq")["kind"].loc[failed["cause"].astype(int)]
    assert set(down) <= {"site_down", "stranded"}


@pytest.mark.parametrize(("channels", "per_round"), [(1, 1), (4, 4)])
def test_a_base_station_carries_so_many_calls_at_once(tmp_path, channels, per_round):
    """Ten call at one moment for two minutes each, and again every five minutes: so many get through each time."""
    given = street(
        tmp_path,
        shelter=4,
        boats=FAR_AWAY,
        villages={0: 10},
        rescue={"calls": {"lines": 100, "takes": {"type": "fixed", "value": "2 min"}}},
    )
    mast = {"id": "mast", "kind": "cell", "node": node(4, 0), "serves": ["v0"], "channels": channels}
    given["district"]["sites"] = [mast]
    given["plan"]["organize"]["offices"] = [
        {"id": "county", "level": "county", "node": node(4, 0), "zones": ["*"], "means": ["phone"]}
    ]
    given["plan"]["organize"]["networks"] = {}
    heard = ev.simulate(ev.from_mapping(given), seed=1).record.tables["help_calls"]["heard_s"]
    rounds = np.arange(10) // per_round
    assert sorted(heard) == (FLOODED_AT + 2 * MINUTE + 5 * MINUTE * rounds).tolist()


def test_calls_wait_for_a_line(tmp_path):
    # Ten calls of two minutes on one line.
    record = record_of(
        tmp_path,
        villages={0: 10},
        rescue={"calls": {"lines": 1, "takes": {"type": "fixed", "value": "2 min"}}},
    )
    heard = record.tables["help_calls"]["heard_s"].sort_values().to_numpy()
    assert heard.tolist() == (FLOODED_AT + 120.0 * np.arange(1, 11)).tolist()


def test_who_has_no_phone_is_found_by_passers_by_only(tmp_path):
    record = record_of(tmp_path / "alone", villages={0: 50}, rescue={"calls": {"without_phone": 1}})
    assert not len(record.tables["cases"])
    passing = {"without_phone": 1}
    seeking = {"passers_by": {"type": "fixed", "value": "1 h"}}
    record = record_of(tmp_path / "passing", villages={0: 50}, rescue={"calls": passing, "seeking": seeking})
    table = record.tables["cases"]
    assert set(table["source"]) == {"passer_by"}
    assert set(table["heard_s"]) == {FLOODED_AT + HOUR}


def test_a_patrol_sees_its_share_each_time(tmp_path):
    team = {"id": "drones", "kind": "forest", "node": node(7, 0), "members": 4, "readiness": "0 s"}
    record = record_of(
        tmp_path,
        villages={0: 1000, 1: 1},
        forces=[team],
        rescue={"calls": {"without_phone": 1}, "seeking": {"patrol_every": "1 h", "patrol_sees": 0.7}},
    )
    # Nobody calls: the team is not out. With one call it is.
    assert not len(record.tables["cases"])
    record = record_of(
        tmp_path / "called",
        villages={0: 1000},
        forces=[team],
        rescue={"calls": {"without_phone": 0.9}, "seeking": {"patrol_every": "1 h", "patrol_sees": 0.7}},
    )
    table = record.tables["cases"]
    seen = table[table["source"] == "patrol"]["heard_s"]
    left = 1000 - int((table["source"] == "call").sum())
    for number in range(1, 4):
        now = int((seen == FLOODED_AT + number * HOUR).sum())
        assert stats.binomtest(now, left, 0.7).pvalue > 1e-4
        left -= now


def test_headquarters_believes_what_it_is_told(tmp_path):
    record = record_of(
        tmp_path,
        villages={0: 1000},
        household_size=3,
        rescue={"calls": {"count_error": 0.2, "double": 0.5, "merged": 0.5}},
    )
    table = record.tables["cases"]
    by_call = table[table["source"] == "call"]
    share = (table["source"] == "double").sum() / len(by_call)
    assert share == pytest.approx(0.25, abs=0.04)
    error = by_call["said_people"] / by_call["true_people"] - 1
    large = by_call["true_people"] >= 3
    assert error[large].mean() == pytest.approx(0, abs=0.03)
    assert 0.12 < error[large].std() < 0.3
    picture = record.tables["need"].iloc[-1]
    assert picture["people"] == record.ledger["people"].sum()
    assert picture["believed_people"] == table["said_people"].sum() > picture["people"]


def test_a_call_may_make_it_graver_or_less_grave_than_it_is(tmp_path):
    # Nobody is old, ill, small or in danger: all are of grade 3, and no call can make it less grave than that.
    told = {"calls": {"state_error": 0.4}}
    table = record_of(tmp_path, villages={0: 1000}, rescue=told).tables["cases"]
    assert set(table["grade"]) == {2, 3}
    assert (table["grade"] == 2).mean() == pytest.approx(0.2, abs=0.04)


def test_false_calls_come_as_often_as_said_and_are_searched_in_vain(tmp_path):
    record = engine_record(
        flooded_street(
            tmp_path,
            villages={0: 1, 1: 1},
            boats={"seats": 1, "vehicles": 3},
            rescue={"calls": {"false_per_hour": 3}},
            home_depth=0.8,
            later=(),
            wet=(0, 4),
        ),
        seed=4,
    )
    # Everybody true is fetched within an hour; after that nobody calls for nothing.
    table = record.tables["cases"]
    false = table[table["source"] == "false"]
    assert set(false["result"]) <= {"nobody"}
    assert (false["fetched"] == 0).all()
    record = record_of(
        tmp_path / "all_night", villages={0: 20}, rescue={"calls": {"false_per_hour": 3}}, duration="48 h"
    )
    n = int((record.tables["cases"]["source"] == "false").sum())
    assert abs(n - 3 * 47.5) < 4 * np.sqrt(3 * 47.5)


def test_a_family_in_a_car_that_the_water_stops_makes_one_call_with_its_place(tmp_path):
    # I7
    given = street(
        tmp_path, wet=(0, 1), villages={3: 9}, household_size=3, landing=1, shelter=7, home_depth=0
    )
    deep = [(link(*way), "T+31 min", 1.2) for way in (((4, 0), (5, 0)), ((5, 0), (4, 0)))]
    given["hazard"]["water"]["links"] = write_depths(tmp_path / "deep.csv", "link", deep)
    given["district"]["population"]["car_share"] = 1
    given["plan"]["zones"][0]["trigger_at"] = "T+1780 s"
    given["plan"]["when"]["decision_time"] = "0 s"
    given["plan"]["organize"] = {"relay_time": NOW, "preparation": NOW}
    given["plan"]["to"] = {"car_share": 1, "bus_share": 0}
    given["plan"]["who"] = {"compliance": 1}
    record = engine_record(ev.from_mapping(given), seed=1)
    stopped = record.events.query("kind == 'stopped'")
    assert len(stopped) == len(record.ledger) > 0
    calls = record.tables["help_calls"]
    assert calls["household"].tolist() == record.ledger["household"].tolist()
    table = record.tables["cases"]
    assert set(table["node"]) == {node(5, 0)}
    assert table["heard_s"].tolist() == stopped["time_s"].tolist()


def test_neighbours_bring_their_share_to_dry_ground(tmp_path):
    record = record_of(
        tmp_path,
        villages={0: 1000},
        rescue={"self_help": {"share": 0.2, "takes": {"type": "fixed", "value": "1 h"}}},
    )
    helped = record.tables["neighbours"]
    assert stats.binomtest(len(helped), 1000, 0.2).pvalue > 1e-4
    assert set(helped["time_s"]) == {FLOODED_AT + HOUR}
    home = record.ledger.set_index("household")["final_state"]
    assert set(home.loc[helped["household"]]) == {"sheltered"}
    assert (record.tables["cases"]["result"] == "gone").sum() == len(helped)


def test_helicopters_fly_by_day_and_winch_one_person_in_five_minutes(tmp_path):
    # V53: four people in 20 min. The run starts at 20:00; day begins at 6:00.
    record = engine_record(
        flooded_street(
            tmp_path,
            villages={0: 4},
            boats={"kind": "helicopter", "seats": 4, "speed": "50 m/s", "node": node(4, 0), "crew": 1},
        ),
        seed=1,
    )
    time = record.tables["craft_time"]
    took = (time["until_s"] - time["from_s"]).groupby(time["what"]).sum()
    assert took["takes_in"] == 20 * MINUTE
    assert took["no_light"] + FLOODED_AT == 10 * HOUR
    assert took["to_case"] == took["comes_back"] == 2000 / 50
    night = flooded_street(
        tmp_path / "night",
        villages={0: 4},
        boats={
            "kind": "helicopter",
            "seats": 4,
            "speed": "50 m/s",
            "node": node(4, 0),
            "crew": 1,
            "flies_at_night": True,
        },
    )
    first = engine_record(night, seed=1).tables["cases"]["reached_s"].min()
    assert first == FLOODED_AT + 40.0


def test_rescue_reaches_what_boats_on_the_yellow_river_plain_did(tmp_path):
    # V52: 50 boats, 12 h, 8 000 to 12 000 people; 15 a trip, queues at the place, 2 km of water.
    record = engine_record(
        flooded_street(
            tmp_path,
            villages={0: 12_500},
            household_size=2.75,
            boats={"vehicles": 50, "seats": 15, "boarding_time": "60 s", "alighting_time": "30 s"},
            rescue={"seeking": {"at_the_place": {"type": "fixed", "value": "2 min"}}},
            duration="14 h",
        ),
        seed=1,
    )
    people = record.tables["vehicles"]["people"].sum()
    hours = 14 - FLOODED_AT / HOUR
    assert 8000 * 0.8 < people * 12 / hours < 12_000 * 1.2


HELICOPTER = {
    "kind": "helicopter",
    "seats": 4,
    "speed": "50 m/s",
    "node": node(4, 0),
    "crew": 1,
    "flies_at_night": True,
}
"""Two kilometres, 40 s, from the village; the water comes at T+30 min."""


def flown(folder, weather, *, people=4, duration="24 h", **fleet):
    given = street(folder, villages={0: people}, boats=HELICOPTER | fleet, duration=duration)
    given["hazard"]["flying_weather"] = weather
    return engine_record(ev.from_mapping(given), seed=1)


def hours_of(record):
    time = record.tables["craft_time"]
    return (time["until_s"] - time["from_s"]).groupby(time["what"]).sum()


@pytest.mark.parametrize(
    ("bad", "good"),
    [
        ({"wind": "17.1 m/s"}, {"wind": "17 m/s"}),
        ({"visibility": "1499 m"}, {"visibility": "1500 m"}),
        ({"rain": "16.5 mm/h"}, {"rain": "16 mm/h"}),
    ],
)
def test_a_helicopter_stays_on_the_ground_until_the_weather_is_within_its_limits(tmp_path, bad, good):
    weather = [{"begins": "T+3 h", **good}, {"begins": "T+0 s", **bad}]
    record = flown(tmp_path, weather)
    assert record.tables["cases"]["reached_s"].min() == 3 * HOUR + 40
    assert hours_of(record)["no_weather"] == 3 * HOUR - FLOODED_AT
    within = flown(tmp_path / "good", [{"begins": "T+0 s", **good}])
    assert within.tables["cases"]["reached_s"].min() == FLOODED_AT + 40
    assert "no_weather" not in hours_of(within)


def test_a_helicopter_that_meets_bad_weather_turns_back_and_goes_again(tmp_path):
    # 15 s out, 15 s back; good again at T+2 h, then 40 s.
    weather = [
        {"begins": f"T+{FLOODED_AT + 15:.0f} s", "wind": "20 m/s"},
        {"begins": "T+2 h", "wind": "5 m/s"},
    ]
    record = flown(tmp_path, weather)
    broken = record.events.query("kind == 'flight_broken_off'")
    assert broken["time_s"].tolist() == [FLOODED_AT + 15]
    took = hours_of(record)
    assert took["turns_back"] == 15
    assert took["no_weather"] == 2 * HOUR - FLOODED_AT - 30
    assert record.tables["cases"]["reached_s"].tolist() == [2 * HOUR + 40 + 300 * k for k in range(4)]
    assert set(record.ledger["final_state"]) == {"sheltered"}


def test_dusk_turns_a_helicopter_back_that_may_not_fly_by_night(tmp_path):
    # Night begins 15 s after it has set out for a village 40 s away; it goes again at dawn.
    given = street(tmp_path, villages={0: 1}, boats=HELICOPTER | {"flies_at_night": False}, duration="24 h")
    dusk = 20 + (FLOODED_AT + 15) / HOUR
    given["hazard"]["weather"] = {"night_begins": dusk, "night_ends": 6}
    record = engine_record(ev.from_mapping(given), seed=1)
    broken = record.events.query("kind == 'flight_broken_off'")
    assert broken["time_s"].tolist() == pytest.approx([FLOODED_AT + 15])
    took = hours_of(record)
    assert took["turns_back"] == pytest.approx(15)
    assert took["no_light"] == pytest.approx(10 * HOUR - FLOODED_AT - 30)
    assert record.tables["cases"]["reached_s"].tolist() == pytest.approx([10 * HOUR + 40])


def test_winching_that_has_begun_is_finished_and_whoever_is_aboard_brought_down(tmp_path):
    record = flown(tmp_path, [{"begins": f"T+{FLOODED_AT + 60:.0f} s", "rain": "40 mm/h"}], people=6)
    states = record.ledger["final_state"].value_counts()
    assert states["sheltered"] == 4
    assert states.drop("sheltered").sum() == 2
    last = record.tables["craft_time"].iloc[-1]
    assert (last["what"], last["until_s"]) == ("no_weather", record.end)  # it never gets better


def test_without_flying_weather_and_with_weather_that_forbids_nothing_all_goes_the_same(tmp_path):
    calm = [{"begins": "T+0 s"}, {"begins": "T+35 min", "wind": "10 m/s", "rain": "5 mm/h"}]
    assert flown(tmp_path / "calm", calm).events.equals(flown(tmp_path / "none", []).events)
