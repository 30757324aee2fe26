"""Boats that bring goods: by road on the trailer, over deep roads, the rest by hand; never people, never dry roads."""

import pytest

import evacsim as ev
from evacsim.errors import ScenarioError
from tests.engine.test_provisioning import HOUR, RICE, SUPPLY, cut_off_school, run
from tests.reference.record import engine_record
from tests.reference.small_district import STREETS, link, node, small_district, write_depths

BOATS = {
    "id": "barges",
    "node": node(2, 0),
    "vehicles": 1,
    "seats": 4,
    "kind": "boat",
    "speed": "2.5 m/s",
    "trailer": True,
    "availability": 1,
    "call_up": {"type": "fixed", "value": "10 min"},
}
BY_WATER = {**SUPPLY, "boats": "barges"}
STORE = {
    "stores": [{"id": "depot", "node": node(2, 2), "level": "town"}],
    "stock": [{"store": "depot", "item": "rice", "amount": 5000}],
}
MOORED = {**BOATS, "trailer": False, "node": node(4, 2)}


def of(record, carrier):
    deliveries = record.tables["deliveries"]
    return deliveries[deliveries["carrier"] == carrier]


def test_a_boat_brings_what_no_truck_can_by_road_and_over_the_water(tmp_path):
    """By road 1000 m at 10 m/s to the store and 1000 m on to the water, ten minutes to launch, 500 m at 2.5 m/s."""
    record = run(tmp_path, water=cut_off_school(tmp_path), supply=BY_WATER, fleets=[BOATS])
    truck, boat = record.tables["deliveries"].iloc[0], record.tables["deliveries"].iloc[1]
    assert (truck["carrier"], truck["result"]) == ("truck", "failed")
    assert (boat["carrier"], boat["result"]) == ("boat", "came")
    assert boat["asked_s"] == truck["asked_s"] + HOUR
    assert boat["left_s"] == pytest.approx(boat["asked_s"] + 600 + 100 + 1200, abs=1)
    assert boat["came_s"] == pytest.approx(boat["left_s"] + 100 + 600 + 500 / 2.5, abs=1)
    assert record.ledger["food_s"].min() == boat["came_s"]
    assert list(record.events[record.events["kind"] == "launched"]["subject"]) == ["vehicle/barges-1"]


def test_a_boat_comes_back_to_its_trailer_for_the_next_load(tmp_path):
    """Its second load leaves after 500 m afloat, ten minutes to take it out, 1000 m by road and 20 min of loading."""
    record = run(
        tmp_path,
        water=cut_off_school(tmp_path),
        supply={**BY_WATER, "trucks": None},
        fleets=[{**BOATS, "payload": 100}],
        rations=[{**RICE, "weight": 1}],
        duration="14 h",
    )
    came = of(record, "boat")
    came = came[came["result"] == "came"].reset_index(drop=True)
    assert len(came) >= 3
    between = came["left_s"][2] - came["came_s"][1]
    assert between == pytest.approx(200 + 600 + 100 + 1200, abs=1)
    assert (came["amount"] <= 100).all()


def test_a_boat_without_a_trailer_loads_and_unloads_where_hands_reach(tmp_path):
    """From its mooring beside the hall it reaches nothing of a store 1000 m away, and what lies 500 m away by hand."""
    water = cut_off_school(tmp_path)
    supply = {**BY_WATER, "trucks": None}
    far = run(tmp_path / "far", water=water, supply=supply, fleets=[MOORED])
    assert of(far, "boat").empty
    near = [{"id": "near", "node": node(3, 2), "level": "town"}]
    record = run(tmp_path / "near", water=water, supply=supply, fleets=[MOORED], stores=near)
    boat = of(record, "boat").iloc[0]
    assert boat["left_s"] == pytest.approx(boat["asked_s"] + 600 + 500 / 0.8 + 1200, abs=1)
    assert boat["came_s"] == pytest.approx(boat["left_s"] + 500 / 2.5, abs=1)


def test_a_boat_is_not_asked_where_a_road_leads(tmp_path):
    record = run(tmp_path, supply=BY_WATER, fleets=[BOATS])
    assert set(record.tables["deliveries"]["carrier"]) == {"truck"}


def test_no_boat_goes_over_a_road_that_is_not_deep(tmp_path):
    shallow = cut_off_school(tmp_path, until="T+2 h 40 min")
    record = run(tmp_path, water=shallow, supply={**BY_WATER, "trucks": None}, fleets=[BOATS])
    depths = record.tables["water_links"]
    deep = set(depths.loc[depths["depth_m"] >= 0.4, "link"])
    entered = record.events[record.events["kind"] == "entered"]
    afloat = entered[entered["subject"].str.startswith("vehicle/barges")]
    launched = record.events.loc[record.events["kind"] == "launched", "time_s"]
    for at in launched:
        first = afloat[afloat["time_s"] >= at].head(1)
        assert set(first["place"].str.removeprefix("link/")) <= deep


@pytest.mark.parametrize("rescue", [None, {}])
def test_a_boat_that_brings_goods_fetches_nobody(tmp_path, rescue):
    """The west is cut off while people wait; the only boat is for goods."""
    high = [(link(*street), "T+5 min", 1.0) for street in STREETS]
    home = [((0, 1), (1, 1)), ((0, 1), (0, 0)), ((0, 1), (0, 2))]
    wet = [(link(*way), "T+5 min", 1.0) for a, b in home for way in ((a, b), (b, a))]
    water = {"type": "table", "links": write_depths(tmp_path / "links.csv", "link", high + wet)}
    given = small_district(
        tmp_path,
        water=water,
        fleets=[
            {"id": "buses", "node": node(2, 0), "vehicles": 3, "seats": 40},
            {**BOATS, "node": node(0, 1)},
        ],
        care={"rations": [RICE], "supply": {"boats": "barges"}},
    )
    given["district"] |= STORE
    if rescue is not None:
        given["plan"]["rescue"] = rescue
    record = engine_record(ev.from_mapping(given), seed=2)
    boarded = record.events[record.events["kind"] == "boarded"]
    assert not boarded["place"].str.startswith("vehicle/barges").any()
    assert (record.ledger.loc[record.ledger["final_state"] == "stranded", "people"]).sum() > 0


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"force": "brigade"}, "brings supplies, and teams crew craft that fetch people"),
        ({"kind": "truck"}, "is a fleet of kind truck"),
    ],
)
def test_what_a_fleet_of_boats_for_goods_cannot_be(tmp_path, change, rule):
    given = small_district(
        tmp_path,
        fleets=[{"id": "buses", "node": node(2, 0), "vehicles": 3, "seats": 40}, {**BOATS, **change}],
        care={"rations": [RICE], "supply": {"boats": "barges"}},
    )
    given["district"] |= STORE
    given["district"]["forces"] = [{"id": "brigade", "node": node(4, 0), "kind": "fire", "members": 4}]
    with pytest.raises(ScenarioError) as told:
        ev.from_mapping(given)
    assert rule in str(told.value)
