"""What a shelter offers: who goes without water, power, taps, toilets, a medical corner, a first meal; how long."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import evacsim as ev
from evacsim.analysis.indicators import indicators
from tests.reference.record import engine_record
from tests.reference.small_district import node, small_district

HOUR = 3600.0
END = 12 * HOUR
SITES = [{"id": "sub", "kind": "power", "node": node(2, 1), "serves": ["*"]}]


def run(folder, *, needs=(), out=(), zones=None, **hall):
    shelters = [{"id": "hall", "node": node(2, 1), "capacity": 400, "township": "J01", **hall}]
    mapping = small_district(
        folder,
        zones=zones or [{"id": "west", "node": node(0, 1), "population": 300, "township": "J01"}],
        shelters=shelters,
        who={"compliance": 1},
        to={"bus_share": 0},
        care={"registration_time": "0 s"} | ({} if needs is None else {"needs": dict(needs)}),
    )
    mapping["district"]["sites"] = SITES
    mapping["hazard"]["outages"] = [
        {"site": "sub", "begins": f"T+{begins} h"} | ({} if ends is None else {"ends": f"T+{ends} h"})
        for begins, ends in out
    ]
    return engine_record(ev.from_mapping(mapping), seed=4)


def when(record, *kinds):
    events = record.events[record.events["kind"].isin(kinds)]
    return list(zip(events["kind"], events["time_s"] / HOUR, strict=True))


def service(record, item):
    return record.tables["services"].set_index(["shelter", "item"]).loc[("hall", item)]


def short_hours(record, serves, *, since=0.0, until=END, column="people"):
    """Return the person-hours above `serves`, counted on the ledger second by second of change."""
    ledger = record.ledger.sort_values("arrived_s")
    times = np.concatenate([[since], ledger["arrived_s"].clip(lower=since), [until]])
    there = np.concatenate([[0], ledger[column].cumsum()])
    return (np.maximum(there - serves, 0) * np.diff(times)).sum() / HOUR


def cause_of(record, kind):
    events = record.events.set_index("seq")
    event = events[events["kind"] == kind].iloc[0]
    return events.loc[int(event["cause"])]


def test_toilets_and_taps_are_short_from_the_first_above_what_they_serve(tmp_path):
    record = run(tmp_path, toilets=10, taps=1)
    ledger = record.ledger.sort_values("arrived_s")
    there = ledger["people"].cumsum()
    for item, serves in (("toilets", 200), ("taps", 250)):
        first = ledger[there > serves].iloc[0]
        event = record.events[record.events["kind"] == f"{item}_short"]
        assert event["time_s"].tolist() == [first["arrived_s"]]
        assert event["value"].tolist() == [there[there > serves].iloc[0] - serves]
        cause = cause_of(record, f"{item}_short")
        assert (cause["kind"], cause["subject"]) == ("arrived", f"household/{first['household']}")
        assert service(record, item)["short_person_h"] == pytest.approx(short_hours(record, serves))
    assert (service(record, "toilets")["need"], service(record, "toilets")["provided"]) == (15, 10)
    found = indicators(record)
    assert found["toilets_short_person_hours"].value == pytest.approx(short_hours(record, 200))
    assert np.isnan(found["meals_short_person_hours"].value)


def test_people_who_need_help_need_the_medical_corner(tmp_path):
    record = run(tmp_path, medical_beds=2)
    assert record.ledger["assisted"].sum() > 5
    assert service(record, "medical")["need"] == record.ledger["assisted"].sum()
    expected = short_hours(record, 2, column="assisted")
    assert service(record, "medical")["short_person_h"] == pytest.approx(expected)


def test_a_tank_lasts_as_long_as_people_drink_from_it_and_is_filled_when_the_mains_are_back(tmp_path):
    """300 people, 15 L a day each, are 187.5 L an hour: 375 L last two hours."""
    record = run(tmp_path, water_tank=375, out=[(4, 8), (9, 10)])
    assert record.ledger["arrived_s"].max() < 4 * HOUR
    assert when(record, "water_short", "water_restored") == [("water_short", 6.0), ("water_restored", 8.0)]
    assert cause_of(record, "water_short")["kind"] == "site_down"
    assert cause_of(record, "water_restored")["kind"] == "site_up"
    water = service(record, "water")
    assert (water["need"], water["provided"], water["short_person_h"]) == (4500, 375, 300 * 2)


def test_without_a_tank_tap_water_never_fails_and_an_empty_one_fails_at_once(tmp_path):
    assert not when(run(tmp_path / "a", out=[(4, 8)]), "water_short")
    assert when(run(tmp_path / "b", water_tank=0, out=[(4, 8)]), "water_short") == [("water_short", 4.0)]


def test_who_comes_while_the_tank_is_empty_is_the_first_to_go_without(tmp_path):
    record = run(tmp_path, water_tank=0, out=[(0.1, None)])
    first = record.ledger["arrived_s"].min()
    assert when(record, "water_short") == [("water_short", first / HOUR)]
    assert service(record, "water")["short_person_h"] == pytest.approx(short_hours(record, 0))


@pytest.mark.parametrize(
    ("hall", "lost", "hours"),
    [
        ({}, [("power_lost", 4.0), ("power_back", 8.0), ("power_lost", 9.0), ("power_back", 12.0)], 7),
        ({"generators": 1}, [], 0),
        ({"generators": 2, "fuel": "5 h"}, [("power_lost", 10.0), ("power_back", 12.0)], 2),
        (
            {"generators": 1, "fuel": "3 h"},
            [("power_lost", 7.0), ("power_back", 8.0), ("power_lost", 9.0), ("power_back", 12.0)],
            4,
        ),
    ],
)
def test_the_generator_runs_until_its_fuel_is_used_up(tmp_path, hall, lost, hours):
    record = run(tmp_path, out=[(4, 8), (9, 12)], **hall)
    assert when(record, "power_lost", "power_back") == lost
    assert service(record, "power")["short_person_h"] == pytest.approx(300 * hours)
    if hall.get("fuel"):
        assert cause_of(record, "power_lost")["kind"] == "generator_started"
        assert cause_of(record, "generator_started")["kind"] == "site_down"


def test_the_kitchen_serves_so_many_an_hour_first_come_first_served(tmp_path):
    record = run(tmp_path, needs=None, meals_per_hour=60)
    ledger = record.ledger.sort_values("settled_s", kind="stable")
    free, waited = 0.0, 0.0
    for household in ledger.itertuples():
        free = max(free, household.settled_s) + household.people * 60
        assert household.food_s == pytest.approx(free, abs=1e-6)
        assert household.relieved_s == household.food_s
        waited += household.people * (free - household.settled_s) / HOUR
    assert free > 5 * HOUR
    meals = service(record, "meals")
    assert (meals["provided"], meals["short_person_h"]) == (60, pytest.approx(waited))
    # Without needs nobody asks for anything else.
    assert set(record.tables["services"]["item"]) == {"meals"}


def test_without_needs_nothing_happens_when_the_power_fails(tmp_path):
    record = run(tmp_path, needs=None, out=[(4, 8)])
    assert not when(record, "power_lost", "generator_started")
    assert record.tables["services"].empty


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    begins=st.floats(0.5, 5).map(lambda h: round(h, 2)),
    lasts=st.floats(0.1, 5).map(lambda h: round(h, 2)),
    tank=st.integers(0, 600),
    fuel=st.floats(0, 4).map(lambda h: round(h, 2)),
)
def test_short_and_restored_take_turns_and_every_cause_is_earlier(
    tmp_path_factory, begins, lasts, tank, fuel
):
    folder = tmp_path_factory.mktemp("run")
    out = [(begins, round(begins + lasts, 2))]
    record = run(folder, out=out, water_tank=tank, toilets=8, generators=1, fuel=f"{fuel} h")
    for short, restored in (("water_short", "water_restored"), ("power_lost", "power_back")):
        kinds = [kind for kind, _ in when(record, short, restored)]
        assert kinds == [short, restored][: len(kinds)]
    assert (record.events["cause"] < record.events["seq"]).all()
    # The tank gives what it holds and no more: what was short is what was needed less what it held.
    drawn = short_hours(record, 0, since=begins * HOUR, until=(begins + lasts) * HOUR) * 15 / 24
    short = service(record, "water")["short_person_h"] * 15 / 24
    assert short == pytest.approx(max(0.0, drawn - tank), abs=0.05 * 15)
