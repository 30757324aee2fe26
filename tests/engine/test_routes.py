"""Routes of the plan: buses, cars and walkers take the roads that it names, in order, as long as they are open."""

import numpy as np
import pytest

import evacsim as ev
from evacsim.errors import ScenarioError
from tests.reference.record import engine_record
from tests.reference.small_district import link, node, small_district, write_depths

NORTH = link((2, 2), (3, 2))
SOUTH = link((2, 0), (3, 0))
DIRECT = [link((1, 1), (2, 1)), link((2, 1), (3, 1)), link((3, 1), (4, 1))]


def scenario(folder, *, via=(NORTH,), to=None, water=None, population=None, controls=(), **row):
    given = small_district(
        folder,
        zones=[{"id": "west", "node": node(0, 1), "population": 60}],
        transfers=[
            {
                "zone": "west",
                "trigger_at": "T+10 min",
                "pickup_point": "stop",
                "fleet": "buses",
                "shelter": "school",
                **({"via": list(via)} if via else {}),
                **row,
            }
        ],
        who={"compliance": 1},
        to={"bus_share": 1, "car_share": 0} | (to or {}),
        population=population or {},
        **({"water": water} if water else {}),
    )
    given["recording"] = {"passages": True}
    if controls:
        given["plan"]["controls"] = list(controls)
    return given


def run(folder, **changes):
    return engine_record(ev.from_mapping(scenario(folder, **changes)), seed=3)


def entered(record, prefix):
    """Return the roads that each vehicle or household enters, in order."""
    events = record.events[record.events["kind"] == "entered"]
    events = events[events["subject"].str.startswith(prefix)]
    return {
        subject: rows["place"].str.removeprefix("link/").tolist()
        for subject, rows in events.groupby("subject")
    }


def test_a_bus_takes_the_road_that_the_plan_names(tmp_path):
    """1000 m to the named road, 500 m along it, 1000 m on to the school at 10 m/s; 1500 m without it."""
    by_route, direct = run(tmp_path / "a"), run(tmp_path / "b", via=())
    for record, way in ((by_route, 2500), (direct, 1500)):
        rounds = record.tables["rounds"]
        assert len(rounds) > 0
        assert (rounds["at_shelter_s"] - rounds["left_pickup_s"]).to_numpy() == pytest.approx(way / 10, abs=2)
    assert by_route.ledger["final_state"].eq("sheltered").all()
    assert by_route.events["kind"].ne("left_route").all()


@pytest.mark.parametrize(("to", "population"), [({"bus_share": 0}, {}), ({"car_share": 1}, {"car_share": 1})])
def test_walkers_and_cars_take_the_roads_in_order(tmp_path, to, population):
    population = {**population, "knowledge": {"informed": 0.5, "eyes": 0.25, "nothing": 0.25}}
    record = run(tmp_path, via=(SOUTH, NORTH), to={"bus_share": 0, **to}, population=population)
    ways = entered(record, "household/")
    assert len(ways) == len(record.ledger)
    for way in ways.values():
        assert way.index(SOUTH) < way.index(NORTH)
    ledger = record.ledger
    assert ledger["final_state"].eq("sheltered").all()
    # Nobody counts as arrived at the roads between.
    assert ledger["final_place"].eq("shelter/school").all()
    assert (record.events["kind"] == "reached_refuge").sum() == 0
    arrivals = record.events[record.events["kind"] == "arrived"]
    assert len(arrivals) == len(ledger)


@pytest.mark.parametrize(
    ("to", "subject"),
    [({}, "vehicle/"), ({"bus_share": 0}, "household/"), ({"bus_share": 0, "car_share": 1}, "")],
)
def test_a_closed_road_is_left_out_and_told(tmp_path, to, subject):
    closed = {"links": [NORTH], "order": "close", "at": "T+1 min"}
    population = {"car_share": 1, "knowledge": {"informed": 1, "eyes": 0, "nothing": 0}}
    record = run(tmp_path, via=(NORTH, SOUTH), to=to, controls=[closed], population=population)
    told = record.events[record.events["kind"] == "left_route"]
    walks = to.get("bus_share") == 0 and "car_share" not in to
    if walks:
        assert told.empty  # an order to the roads closes them to vehicles alone
    else:
        assert (told["place"] == f"link/{NORTH}").all()
        assert len(told) > 0
        assert told["subject"].str.startswith(subject or "household/").all()
        assert told["cause"].notna().all()
    assert record.ledger["final_state"].eq("sheltered").all()
    roads = [way for ways in entered(record, "").values() for way in ways]
    assert SOUTH in roads
    assert (NORTH in roads) == walks


def test_water_over_the_route_leaves_nobody_behind(tmp_path):
    """The named road is flooded before anybody comes there; the direct way stays dry."""
    both = [(way, "T+15 min", 1.0) for way in (NORTH, link((3, 2), (2, 2)))]
    water = {"type": "table", "links": write_depths(tmp_path / "links.csv", "link", both)}
    record = run(tmp_path, water=water, to={"bus_share": 0.5})
    assert record.ledger["final_state"].eq("sheltered").all()
    told = record.events[record.events["kind"] == "left_route"]
    assert {subject.split("/")[0] for subject in told["subject"]} == {"vehicle", "household"}
    assert np.isin(told["cause"], record.events["seq"]).all()


def test_only_some_of_a_route_that_people_do_not_know_of_is_left_out_where_they_stand(tmp_path):
    """Whoever knows nothing of the closure walks to the road, sees it and goes on to the next."""
    water = {
        "type": "table",
        "links": write_depths(
            tmp_path / "links.csv",
            "link",
            [(way, "T+1 min", 1.0) for way in (NORTH, link((3, 2), (2, 2)))],
        ),
    }
    population = {"knowledge": {"informed": 0, "eyes": 1, "nothing": 0}}
    record = run(tmp_path, water=water, to={"bus_share": 0}, population=population, via=(NORTH, SOUTH))
    told = record.events[record.events["kind"] == "left_route"]
    assert set(told["subject"]) == {f"household/{name}" for name in record.ledger["household"]}
    for way in entered(record, "household/").values():
        assert any(road.endswith("_" + node(2, 2)) for road in way)
        assert SOUTH in way


def test_a_route_that_changes_nothing_changes_nothing(tmp_path):
    """A route along the way that they take anyway: everybody is there at the same moment."""
    along = run(tmp_path / "a", via=DIRECT, to={"bus_share": 0})
    free = run(tmp_path / "b", via=(), to={"bus_share": 0})
    assert along.ledger["arrived_s"].to_numpy() == pytest.approx(
        free.ledger["arrived_s"].to_numpy(), abs=0.01
    )


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"via": ["bridge"]}, "is no link of the road network"),
        ({"via": [NORTH, NORTH]}, "stands in the route already"),
        ({"moved_to": "vertical"}, "is the way to a shelter, and nobody of this row goes to one"),
    ],
)
def test_routes_that_cannot_be_taken(tmp_path, change, rule):
    given = scenario(tmp_path, **change)
    with pytest.raises(ScenarioError) as told:
        ev.simulate(ev.from_mapping(given), seed=1)
    assert rule in str(told.value)
