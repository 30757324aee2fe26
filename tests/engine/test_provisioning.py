"""Supplies on their way: drawn, asked for, brought by truck, bought; relief when everything is there."""

import numpy as np
import pytest

import evacsim as ev
from tests.reference.record import engine_record
from tests.reference.small_district import link, node, small_district, write_depths

HOUR = 3600.0
TRUCKS = {
    "id": "trucks",
    "node": node(2, 0),
    "vehicles": 2,
    "seats": 1,
    "availability": 1,
    "kind": "truck",
    "call_up": {"type": "fixed", "value": "10 min"},
}
BUSES = {"id": "buses", "node": node(2, 0), "vehicles": 3, "seats": 40, "availability": 1}
SUPPLY = {"trucks": "trucks", "loading": {"type": "fixed", "value": "20 min"}, "ask_below": "12 h"}
TO_SCHOOL = [
    {"zone": zone, "trigger_at": "T+10 min", "pickup_point": "stop", "fleet": "buses", "shelter": "school"}
    for zone in ("west", "north")
]
HELICOPTERS = {
    "id": "helicopters",
    "node": node(2, 0),
    "vehicles": 1,
    "seats": 4,
    "kind": "helicopter",
    "speed": "50 m/s",
    "call_up": {"type": "fixed", "value": "10 min"},
    "flies_at_night": True,
}
AIRLIFT = {**SUPPLY, "helicopters": "helicopters"}
CONTRACT = {"item": "rice", "amount": 10000, "lead": {"type": "fixed", "value": "5 h"}}
RICE = {"item": "rice", "per_person_day": 1, "unit": "kg", "gives": "food"}


def run(
    folder,
    *,
    amount=5000,
    supply=SUPPLY,
    rations=(RICE,),
    water=None,
    duration="12 h",
    beds=None,
    availability=1,
    shelters=None,
    transfers=TO_SCHOOL,
    stores=None,
    trucks=None,
    fleets=(),
    flying_weather=(),
):
    school = {"id": "school", "node": node(4, 1), "capacity": 400, "sleeping_places": beds}
    shelters = [school] if shelters is None else shelters
    given = small_district(
        folder,
        shelters=shelters,
        transfers=transfers,
        fleets=[BUSES, {**TRUCKS, "availability": availability, **(trucks or {})}, *fleets],
        who={"compliance": 1},
        care={"rations": list(rations), "supply": supply} if supply else {"rations": list(rations)},
        duration=duration,
        **({"water": water} if water else {}),
    )
    depot = [{"id": "depot", "node": node(2, 2), "level": "town"}]
    given["district"]["stores"] = depot if stores is None else stores
    first = given["district"]["stores"][0]["id"]
    given["district"]["stock"] = [{"store": first, "item": "rice", "amount": amount}]
    given["hazard"]["flying_weather"] = list(flying_weather)
    return engine_record(ev.from_mapping(given), seed=4)


def cut_off_school(folder, *, since="T+60 min", until="T+15 h"):
    """Return the water over all roads to the school."""
    around = [((4, 1), (3, 1)), ((4, 1), (4, 0)), ((4, 1), (4, 2))]
    roads = [link(a, b) for one, other in around for a, b in ((one, other), (other, one))]
    rows = [(road, time, depth) for road in roads for time, depth in ((since, 1.0), (until, 0.0))]
    return {"type": "table", "links": write_depths(folder / "l.csv", "link", rows)}


def when(record, kind):
    return record.events[record.events["kind"] == kind]["time_s"].tolist()


def test_a_truck_brings_what_lasts_a_day_and_a_half_and_then_people_are_relieved(tmp_path):
    record = run(tmp_path)
    settled = record.ledger["settled_s"]
    asked, came = when(record, "delivery_asked"), when(record, "delivery_came")
    assert asked[0] == settled.min()
    # Called up in 10 min, from its yard to the depot and loaded for 20 min, then 1500 m at 10 m/s.
    left = when(record, "delivery_left")
    assert left[0] >= asked[0] + 30 * 60
    assert came[0] == pytest.approx(left[0] + 150, abs=5)
    first = record.ledger[settled <= came[0]]
    assert (first["food_s"] >= came[0]).any()
    assert (record.ledger["relieved_s"] >= record.ledger["food_s"]).all()
    assert record.ledger["relieved_s"].notna().all()
    deliveries = record.tables["deliveries"]
    assert set(deliveries["carrier"]) == {"truck"}
    stocks = record.tables["stocks"]
    depot = stocks[stocks["place"] == "store/depot"]["amount"]
    assert depot.iloc[0] == 5000
    assert depot.iloc[-1] == 5000 - deliveries["amount"].sum()
    assert (stocks["amount"] >= 0).all()


def test_a_purchase_arrives_at_the_store_and_goes_on_from_there_by_truck(tmp_path):
    """300 people: 450 kg, five hours to the store, 20 min of loading, 1500 m at 10 m/s."""
    record = run(tmp_path, amount=0, supply={**SUPPLY, "purchases": [CONTRACT]}, duration="24 h")
    ordered, in_store = when(record, "purchase_ordered"), when(record, "purchase_came")
    assert in_store[0] == ordered[0] + 5 * HOUR
    left, came = when(record, "delivery_left"), when(record, "delivery_came")
    # The truck is called up with the purchase: ten minutes to leave its yard, and on to the depot.
    assert left[0] >= in_store[0] + 30 * 60
    assert came[0] == pytest.approx(left[0] + 150, abs=5)
    assert record.ledger["food_s"].min() == came[0]
    bought, brought = record.tables["deliveries"].iloc[0], record.tables["deliveries"].iloc[1]
    assert (bought["store"], bought["place"], bought["carrier"]) == ("", "store/depot", "")
    assert (brought["store"], brought["place"], brought["carrier"]) == ("depot", "shelter/school", "truck")
    assert bought["amount"] == brought["amount"] == 450
    assert bought["asked_s"] == ordered[0]


def test_a_purchase_reaches_no_shelter_that_is_cut_off(tmp_path):
    water = cut_off_school(tmp_path, until="T+12 h", since="T+200 min")
    supply = {**SUPPLY, "purchases": [CONTRACT], "ask_every": "1 h"}
    record = run(tmp_path, amount=0, supply=supply, water=water, duration="24 h")
    assert when(record, "purchase_came")[0] < 12 * HOUR
    # Once the road is open, the next request of the hour brings it; nothing is bought a second time.
    assert 12 * HOUR < min(when(record, "delivery_came")) < 14 * HOUR
    assert len(when(record, "purchase_ordered")) == 1
    assert record.ledger["food_s"].min() > 12 * HOUR


def test_a_purchase_goes_to_the_first_store_of_the_county_or_to_the_one_it_names(tmp_path):
    stores = [
        {"id": "a", "node": node(2, 2), "level": "town"},
        {"id": "b", "node": node(2, 2), "level": "county"},
        {"id": "c", "node": node(2, 2)},
    ]
    for contract, store in ((CONTRACT, "b"), ({**CONTRACT, "store": "c"}, "c")):
        record = run(
            tmp_path, supply={**SUPPLY, "purchases": [contract]}, stores=stores, amount=0, duration="24 h"
        )
        places = record.events.loc[record.events["kind"] == "purchase_came", "place"]
        assert set(places) == {f"store/{store}"}


def test_without_supply_nobody_is_fed_and_nobody_is_relieved(tmp_path):
    record = run(tmp_path, supply=None)
    assert record.ledger["food_s"].isna().all()
    assert record.ledger["relieved_s"].isna().all()
    assert record.ledger["drinking_s"].equals(record.ledger["settled_s"])


def test_it_runs_out_at_the_very_moment_that_the_numbers_say(tmp_path):
    """100 kg at 1 kg a day are a day's food for a hundred people and nobody else; nothing more is in the depot."""
    record = run(tmp_path, amount=100, duration="72 h")
    out = when(record, "item_out")
    stock = record.tables["stocks"]
    mine = stock[stock["place"] == "shelter/school"]
    last = mine.iloc[-1]
    fed = record.ledger.loc[record.ledger["food_s"].notna(), "people"].sum()
    assert 90 <= fed <= 100
    assert out == [pytest.approx(last["time_s"] + last["amount"] / (fed / 86400), abs=1e-6)]
    assert len(when(record, "delivery_asked")) > 1


def test_no_way_for_a_truck_means_no_food_until_the_road_is_open(tmp_path):
    around = [((4, 1), (3, 1)), ((4, 1), (4, 0)), ((4, 1), (4, 2))]
    roads = [link(a, b) for one, other in around for a, b in ((one, other), (other, one))]
    rows = [(road, time, depth) for road in roads for time, depth in (("T+100 min", 1.0), ("T+8 h", 0.0))]
    water = {"type": "table", "links": write_depths(tmp_path / "l.csv", "link", rows)}
    supply = {**SUPPLY, "loading": {"type": "fixed", "value": "2 h"}}
    record = run(tmp_path, water=water, supply=supply)
    assert when(record, "delivery_failed")
    assert min(when(record, "delivery_came")) > 8 * HOUR
    fed = record.ledger["food_s"]
    assert np.nanmin(fed) > 8 * HOUR


def test_beds_go_to_whoever_comes_first(tmp_path):
    record = run(tmp_path, rations=(), supply=None, beds=120)
    with_bed = record.ledger[record.ledger["bed_s"].notna()]
    assert 110 < with_bed["people"].sum() <= 120
    assert record.ledger["relieved_s"].notna().equals(record.ledger["bed_s"].notna())


def test_nothing_is_bought_for_a_store_that_has_it_and_no_truck_to_bring_it(tmp_path):
    """The depot is full, and no driver of the trucks ever comes: goods are not what is lacking."""
    record = run(tmp_path, supply={**SUPPLY, "purchases": [CONTRACT]}, availability=0)
    assert not when(record, "purchase_ordered")
    assert when(record, "delivery_failed")
    assert record.ledger["food_s"].isna().all()


def test_what_was_never_loaded_stays_in_the_store(tmp_path):
    """The yard of the trucks is cut off before they are called; the depot keeps all it had."""
    around = [((2, 0), (1, 0)), ((2, 0), (3, 0)), ((2, 0), (2, 1))]
    rows = [(road, "T+55 min", 1.0) for one, other in around for road in (link(one, other), link(other, one))]
    water = {"type": "table", "links": write_depths(tmp_path / "l.csv", "link", rows)}
    supply = {**SUPPLY, "trucks": "trucks"}
    record = run(tmp_path, supply=supply, water=water)
    assert when(record, "delivery_failed")
    assert not when(record, "delivery_left")
    stocks = record.tables["stocks"]
    assert stocks[stocks["place"] == "store/depot"]["amount"].iloc[-1] == 5000


def test_a_supply_that_never_comes_is_missing_from_when_it_is_first_wanted(tmp_path):
    record = run(tmp_path, supply=None)
    assert when(record, "item_missing") == [record.ledger["settled_s"].min()]
    indicators = ev.Run(record).indicators
    assert indicators["item_out_first"].value == record.ledger["settled_s"].min()
    assert indicators["item_ran_out_first"].value == np.inf


def test_the_first_request_is_for_those_on_the_lists_who_are_to_come_and_so_the_only_one(tmp_path):
    """300 people are sent to the school; what lasts them a day and a half is 450 kg."""
    record = run(tmp_path)
    assert record.tables["deliveries"]["amount"].tolist() == [450.0]
    assert len(when(record, "delivery_asked")) == 1
    assert record.ledger["relieved_s"].notna().all()


def test_whom_the_plan_sends_to_no_shelter_none_expects_and_more_is_asked_for_once_they_are_in(tmp_path):
    nearest = [{key: value for key, value in one.items() if key != "shelter"} for one in TO_SCHOOL]
    record = run(tmp_path, transfers=nearest)
    amounts = record.tables["deliveries"]["amount"]
    assert amounts.iloc[0] < 100
    assert amounts.sum() >= 300


def test_a_shelter_asks_for_no_more_people_than_it_holds(tmp_path):
    shelters = [{"id": "school", "node": node(4, 1), "capacity": 120}]
    record = run(tmp_path, shelters=shelters)
    assert record.tables["deliveries"]["amount"].tolist() == [180.0]


def test_what_is_asked_for_is_sent_in_whole_packages(tmp_path):
    record = run(tmp_path, rations=[{**RICE, "package": 40}])
    assert record.tables["deliveries"]["amount"].tolist() == [480.0]
    few = run(tmp_path, amount=100, rations=[{**RICE, "package": 40}])
    assert few.tables["deliveries"]["amount"].tolist() == [80.0]


def test_a_ration_is_for_as_many_people_as_it_is_made_for(tmp_path):
    """60 rations come to 300 people who wait or come: sixty at most are fed, and only in the order of coming."""
    record = run(tmp_path, amount=60, duration="12 h")
    fed = record.ledger["food_s"].notna()
    assert 50 <= record.ledger.loc[fed, "people"].sum() <= 60
    came = when(record, "delivery_came")
    assert (record.ledger.loc[fed, "food_s"] >= came[0]).all()


def test_what_is_more_than_a_truck_carries_goes_in_several_trips(tmp_path):
    """450 kg in trucks of 200 kg; there are two trucks, so the third trip waits for one to come back."""
    record = run(tmp_path, rations=[{**RICE, "weight": 1}], trucks={"payload": 200})
    deliveries = record.tables["deliveries"]
    assert deliveries["amount"].tolist() == [200, 200, 50]
    assert deliveries["asked_s"].nunique() == 1
    assert len(when(record, "delivery_left")) == len(when(record, "delivery_came")) == 3
    came = deliveries["came_s"].tolist()
    # Back to the depot in 150 s, loaded for 20 min, and 150 s to the school.
    assert came[2] == pytest.approx(min(came[:2]) + 150 + 1200 + 150, abs=5)


def test_a_helicopter_brings_what_no_truck_can_in_a_straight_line(tmp_path):
    """1118 m at 50 m/s from the depot to the school, 1000 m from its yard; ten minutes to land.

    The truck that was sent first meets the water; an hour later no road leads to the school any more.
    """
    record = run(tmp_path, water=cut_off_school(tmp_path), supply=AIRLIFT, fleets=[HELICOPTERS])
    truck, air = record.tables["deliveries"].iloc[0], record.tables["deliveries"].iloc[1]
    assert (truck["carrier"], truck["result"]) == ("truck", "failed")
    assert (air["carrier"], air["result"]) == ("helicopter", "came")
    assert air["asked_s"] == truck["asked_s"] + HOUR
    assert air["left_s"] == pytest.approx(air["asked_s"] + 600 + 1000 / 50 + 1200)
    assert air["came_s"] == pytest.approx(air["left_s"] + np.hypot(1000, 500) / 50 + 600)
    assert record.ledger["food_s"].min() == air["came_s"]


def test_a_helicopter_waits_for_the_day_and_carries_no_more_than_it_can(tmp_path):
    """The run begins at 20:00; it is day ten hours later."""
    record = run(
        tmp_path,
        supply={**AIRLIFT, "trucks": None},
        fleets=[{**HELICOPTERS, "flies_at_night": False, "payload": 300}],
        rations=[{**RICE, "weight": 1}],
        duration="16 h",
    )
    deliveries = record.tables["deliveries"]
    first, second = deliveries.iloc[0], deliveries.iloc[1]
    assert (first["amount"], second["amount"]) == (300, 150)
    assert first["left_s"] == pytest.approx(10 * HOUR + 1000 / 50 + 1200)
    way = np.hypot(1000, 500) / 50
    assert second["came_s"] == pytest.approx(first["came_s"] + way + 1200 + way + 600)
    departed = record.events[record.events["kind"] == "vehicle_departed"]
    flown = departed[departed["subject"].str.startswith("vehicle/helicopters")]
    assert flown["time_s"].min() == pytest.approx(10 * HOUR)


def test_a_helicopter_with_goods_waits_for_the_weather(tmp_path):
    """A gale until T+5 h: it leaves its depot then, flies 1000 m to the yard and is loaded for 20 min."""
    gale = [{"begins": "T+0 s", "wind": "25 m/s"}, {"begins": "T+5 h", "wind": "5 m/s"}]
    record = run(
        tmp_path,
        supply={**AIRLIFT, "trucks": None},
        fleets=[HELICOPTERS],
        flying_weather=gale,
        duration="16 h",
    )
    assert record.tables["deliveries"]["left_s"].min() == pytest.approx(5 * HOUR + 1000 / 50 + 1200)


def test_a_helicopter_is_not_asked_where_a_road_leads(tmp_path):
    record = run(tmp_path, supply=AIRLIFT, fleets=[HELICOPTERS])
    assert set(record.tables["deliveries"]["carrier"]) == {"truck"}
