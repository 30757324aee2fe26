"""Levers: each says what it changes, or why it does not apply; what it changes holds."""

import math

import pytest

import evacsim as ev
from evacsim.errors import ScenarioError
from evacsim.language import Text
from evacsim.plan.lever import Situation, more_alarms
from evacsim.plan.levers import COSTS, chosen, menu, units
from tests.reference.gauges import with_gauge
from tests.reference.small_district import link, node, small_district, small_flood

BY_ID = {lever.id: lever for lever in menu()}


def proposal(id_, scenario, **known):
    return BY_ID[id_].on(Situation(scenario, **known))


@pytest.fixture(scope="module")
def flood(tmp_path_factory):
    return ev.from_mapping(small_flood(tmp_path_factory.mktemp("flood")))


@pytest.fixture(scope="module")
def rising(tmp_path_factory):
    """A stage that rises by 1 m in an hour from T+0, and a plan that goes by it, by a rule and by a moment."""
    folder = tmp_path_factory.mktemp("rising")
    given = with_gauge(small_district(folder), folder, [(0, 0.0), (6, 6.0)])
    rows = given["plan"]["zones"]
    rows[0] = {**rows[0], "trigger_gauge": "bridge", "trigger_stage": "3 m", "trigger_at": "T+30 min"}
    given["plan"]["when"]["rules"] = [{"id": "high", "gauge": "bridge", "stage": "2.5 m"}]
    rows[1] = {**rows[1], "trigger_at": "T+2 h", "rules": ["high"]}
    return ev.from_mapping(given)


def test_an_hour_earlier_is_the_stage_that_the_gauge_shows_an_hour_before(rising):
    found = proposal("earlier-1h", rising)
    assert found.changes == {
        "plan.zones[west].trigger_stage": "2 m",
        "plan.zones[west].trigger_at": "T+0 s",
        "plan.zones[north].trigger_at": "T+3600 s",
        "plan.when.rules[high].stage": "1.5 m",
    }
    assert "bridge 3 -> 2 m" in found.detail.zh


def test_lower_stages_leave_moments_alone(rising):
    found = proposal("lower-0.3m", rising)
    assert found.changes == {
        "plan.zones[west].trigger_stage": "2.7 m",
        "plan.when.rules[high].stage": "2.2 m",
    }


def test_false_alarms_are_told_from_the_record_of_the_gauge_and_not_known_without_it(rising):
    assert "not known" in proposal("lower-0.3m", rising).side.en
    assert "未知" in proposal("lower-0.3m", rising).side.zh
    record = {"bridge": {2.0: 4.0, 3.0: 1.0}}
    told = proposal("lower-0.3m", rising, frequencies=record).side.en
    # The widest of 3 -> 2.7 m and 2.5 -> 2.2 m, on the logarithm: 4 ** (1 - x).
    assert f"{4**0.8 - 4**0.5:.1f} more alarms a year" in told
    assert "not known" in more_alarms([("bridge", 3.0, 1.9)], record).en  # below the record nothing is said


def test_every_lever_of_the_menu_says_what_it_changes_or_why_not(flood):
    for lever in menu():
        found = lever.on(Situation(flood))
        assert lever.name.en
        assert lever.name.zh
        assert lever.cost.amount > 0
        if isinstance(found, Text):
            assert found.en
            assert found.zh
        else:
            assert found.units != 0
            assert flood.change(found.changes) != flood


def test_which_levers_a_small_flood_has(flood):
    applying = {id_ for id_, lever in BY_ID.items() if not isinstance(lever.on(Situation(flood)), Text)}
    assert applying == {
        "earlier-1h", "earlier-2h", "parts", "buses+1", "buses+3", "drivers", "shelters", "close-roads", "upstairs"
    }  # fmt: skip


def test_roads_are_closed_an_hour_before_they_are_too_deep(flood):
    found = proposal("close-roads", flood)
    (order,) = found.changes["plan.controls"]
    assert sorted(order["links"]) == sorted([link((2, 1), (3, 1)), link((3, 1), (2, 1))])
    assert order["at"] == "T+600 s"  # 0.6 m at T+75 min, seen from T+70 min


def test_upstairs_only_where_the_top_floor_stays_above_the_water(tmp_path):
    given = small_flood(tmp_path)
    assert list(proposal("upstairs", ev.from_mapping(given)).changes) == ["plan.zones[west].moved_to"]
    given["district"]["zones"][0]["storeys"] = 1
    assert isinstance(proposal("upstairs", ev.from_mapping(given)), Text)


def test_room_is_what_the_plan_sends_there_beyond_the_places(tmp_path):
    given = small_district(tmp_path)
    given["plan"]["zones"][0]["shelter"] = ["hall"]
    found = proposal("room", ev.from_mapping(given))
    assert found.changes == {"district.shelters[hall].capacity": 200}
    assert found.units == 1.0


def test_offices_get_satellite_phones_and_are_called_at_once(tmp_path):
    offices = [
        {"id": "county", "level": "county", "node": node(2, 1), "means": ["phone", "satellite"]},
        {"id": "village", "level": "village", "parent": "county", "node": node(2, 1), "zones": ["*"]},
    ]
    given = small_district(tmp_path, organize={"offices": offices, "roster": {"backup": False}})
    scenario = ev.from_mapping(given)
    found = proposal("satellite", scenario)
    assert found.changes == {
        "plan.organize.offices[village].means": ["phone", "landline", "messenger", "satellite"]
    }
    assert proposal("flat", scenario).changes == {"plan.organize.mode": "flat"}
    assert proposal("backup", scenario).changes == {"plan.organize.roster.backup": True}
    assert isinstance(proposal("satellite", scenario.change(found.changes)), Text)


def test_one_vehicle_more_and_one_less_of_each_fleet(flood):
    more, less = units(flood, "vehicles")
    assert more.on(Situation(flood)).changes == {"district.fleets[buses].vehicles": 4}
    assert less.on(Situation(flood)).units == -1
    last = flood.change({"district.fleets[buses].vehicles": 1})
    assert isinstance(less.on(Situation(last)), Text)


def test_costs_may_be_given_and_are_then_no_longer_assumed():
    bus = next(lever for lever in menu({"bus": 8.0}) if lever.id == "buses+1")
    assert (bus.cost.amount, bus.cost.mark) == (8.0, None)
    assert all(cost.mark == "assumed" for cost in COSTS.values())
    with pytest.raises(ScenarioError) as told:
        menu({"bsu": 1.0, "boat": math.nan})
    assert len(told.value.issues) == 2


def test_an_unknown_lever_is_refused():
    with pytest.raises(ScenarioError):
        chosen(menu(), ["busses+1"])
    assert [lever.id for lever in chosen(menu(), ["drivers"])] == ["drivers"]
