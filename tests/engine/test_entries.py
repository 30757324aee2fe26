"""`recording.passages`: who enters which road, as events."""

from itertools import pairwise

import evacsim as ev
from evacsim.results.causes import story
from tests.reference.small_district import small_district


def run(folder, *, passages):
    scenario = small_district(folder, to={"car_share": 0.3, "bus_share": 0.5})
    scenario["recording"] = {"passages": passages}
    return ev.simulate(ev.from_mapping(scenario), seed=3)


def test_every_entry_into_a_road_is_an_event_with_its_cause(tmp_path):
    record = run(tmp_path, passages=True).record
    entered = record.events[record.events["kind"] == "entered"]
    vehicles = entered["subject"].str.startswith("vehicle/")
    modes = record.ledger.set_index("household")["mode"]
    households = entered[~vehicles]["subject"].str.removeprefix("household/").map(modes)
    assert set(households) == {"walk", "bus", "car"}  # who goes by bus walks to the stop
    links = record.tables["links"].set_index("link")
    people = entered.groupby("place")["value"].sum()
    people.index = people.index.str.removeprefix("link/")
    assert people[people > 0].to_dict() == links["people"][links["people"] > 0].to_dict()
    by_road = entered[vehicles.to_numpy() | (households.reindex(entered.index) == "car").to_numpy()]
    n_vehicles = by_road.groupby("place").size()
    n_vehicles.index = n_vehicles.index.str.removeprefix("link/")
    assert n_vehicles.to_dict() == links["vehicles"][links["vehicles"] > 0].to_dict()
    causes = record.events.set_index("seq").loc[entered["cause"].astype(int), "kind"]
    assert set(causes[vehicles.to_numpy()]) <= {
        "vehicle_departed",
        "vehicle_left_pickup",
        "vehicle_at_shelter",
    }
    assert set(causes[~vehicles.to_numpy()]) == {"departed", "redirected"}


def test_entries_change_nothing_else(tmp_path):
    with_entries = run(tmp_path / "with", passages=True).record
    without = run(tmp_path / "without", passages=False).record
    others = with_entries.events[with_entries.events["kind"] != "entered"]
    columns = ["time_s", "kind", "subject", "place", "value"]
    assert others[columns].reset_index(drop=True).equals(without.events[columns])
    columns = [name for name in without.ledger.columns if name != "final_event"]
    assert with_entries.ledger[columns].equals(without.ledger[columns])


def test_the_story_of_a_household_tells_its_way(tmp_path):
    record = run(tmp_path, passages=True).record
    walkers = record.ledger["household"][record.ledger["mode"] == "walk"]
    told = [event.place for event in story(record, walkers.iloc[0]) if event.kind == "entered"]
    assert len(told) >= 3
    for one, other in pairwise(told):
        assert one.split("_")[1] == other.removeprefix("link/").split("_")[0]
