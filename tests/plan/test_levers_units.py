"""One desk, one lane more or less: which are tried, what changes, and what it is worth where one can reckon it."""

import pytest

import evacsim as ev
from evacsim.errors import ScenarioError
from evacsim.language import Text
from evacsim.plan.fixes import Asked
from evacsim.plan.fixing import fixes
from evacsim.plan.lever import Proposal, Situation
from evacsim.plan.levers import COSTS, units
from evacsim.plan.levers_units import busiest_desks, busiest_roads, lane
from tests.plan.test_fixes import trials
from tests.reference.small_district import link, node, small_district

WAY = [((column, 1), (column + 1, 1)) for column in range(1, 4)]
"""Streets from the village to the school in `one_street`."""


def one_street(folder, *, lanes=2, desks=2, share=1.0, people=400):
    """A village whose people all drive by a single street (no side streets) to one school."""
    given = small_district(
        folder,
        zones=[{"id": "west", "node": node(0, 1), "population": people}],
        shelters=[{"id": "school", "node": node(4, 1), "desks": desks}],
        population={"car_share": share},
        who={"compliance": 1},
        organize={"relay_time": "1 min", "preparation": "2 min"},
        to={"bus_share": 0, "car_share": share},
        duration="12 h",
    )
    given["plan"]["zones"][0]["trigger_at"] = "T+0 s"
    rows = []
    for column in range(4):
        for start, to in (((column, 1), (column + 1, 1)), ((column + 1, 1), (column, 1))):
            # The street from column 2 to 3 is the narrow place.
            narrow = column == 2
            width = lanes if narrow else 4
            rows.append(
                [link(start, to), node(*start), node(*to), 500, 10, width, 0.02 * width, 0.15 * width]
            )
    head = "link_id,from_node,to_node,length_m,free_speed_mps,lanes,capacity_vps,jam_density_vpm"
    text = "\n".join([head, *(",".join(map(str, row)) for row in rows)]) + "\n"
    (folder / "network" / "links.csv").write_text(text)
    given["district"]["pickup_points"], given["district"]["fleets"] = [], []
    given["plan"]["zones"] = [{"zone": "west", "trigger_at": "T+0 s", "organizer": "grid officer"}]
    nodes = (folder / "network" / "nodes.csv").read_text().splitlines()
    (folder / "network" / "nodes.csv").write_text(
        "\n".join([nodes[0], *(line for line in nodes if line.split(",")[0].endswith("-1"))]) + "\n"
    )
    return ev.from_mapping(given)


def by_id(scenario, of):
    return {lever.id: lever for lever in units(scenario, of)}


def test_desks_with_most_people_each_are_tried_and_a_clerk_comes_with_each(tmp_path):
    given = small_district(tmp_path)
    given["plan"]["zones"][0]["shelter"], given["plan"]["zones"][1]["shelter"] = ["hall"], ["school"]
    given["district"]["shelters"] = [
        {"id": "school", "node": node(4, 1), "desks": 1},
        {"id": "hall", "node": node(4, 2), "desks": 4, "staff": 3},
    ]
    scenario = ev.from_mapping(given)
    assert busiest_desks(scenario) == [
        "school",
        "hall",
    ]  # 100 people for one desk, 200 for three that are staffed
    levers = by_id(scenario, "desks")
    assert list(levers) == ["desk-school+1", "desk-school-1", "desk-hall+1", "desk-hall-1"]
    more, less = (levers[f"desk-hall{one}"].on(Situation(scenario)) for one in ("+1", "-1"))
    assert more.changes == {"district.shelters[hall].desks": 4, "district.shelters[hall].staff": 4}
    assert less.changes == {"district.shelters[hall].desks": 2}
    assert isinstance(levers["desk-school-1"].on(Situation(scenario)), Text)  # the last one stays


def test_a_road_goes_from_junction_to_junction_as_wide_as_it_is(tmp_path):
    scenario = one_street(tmp_path)
    narrow, *others = busiest_roads(scenario, 0)
    assert set(narrow.links) == {link((2, 1), (3, 1)), link((3, 1), (2, 1))}
    assert (narrow.lanes, narrow.length) == (2, 500)
    assert {len(one.links) for one in others} == {4, 2}  # two streets before it, one behind
    assert sorted(one.length for one in others) == [500, 1000]


def test_a_lane_is_given_by_an_order_from_the_start_and_only_where_one_is_left(tmp_path):
    scenario = one_street(tmp_path, lanes=1)
    narrow = busiest_roads(scenario, 0)[0]
    more, less = (lane(narrow, number, COSTS["lane"]).on(Situation(scenario)) for number in (1, -1))
    assert isinstance(more, Proposal)
    assert more.units == pytest.approx(1.0)  # half a kilometer, each way
    (order,) = scenario.change(more.changes).plan.controls
    assert (order.order, order.lanes, set(order.links)) == ("capacity", 2, set(narrow.links))
    assert isinstance(less, Text)
    assert isinstance(
        lane(narrow, 1, COSTS["lane"]).on(Situation(scenario.change(more.changes))), Text
    )  # two orders for one road


def test_a_lane_of_the_narrow_street_is_worth_what_it_lets_through(tmp_path):
    """Everybody leaves within minutes; the last is through after vehicles / (lanes x flow): 1/2, 1/3, 1/1 of it."""
    scenario = one_street(tmp_path, lanes=2)
    narrow = busiest_roads(scenario, 3)[0]
    levers = [lane(narrow, number, COSTS["lane"]) for number in (1, -1)]
    found = fixes(scenario, Asked(by="clearance_time_90"), trials(tmp_path / "out"), levers=levers)
    table = found.levers.set_index("lever")
    more, less = (table.loc[one.id] for one in levers)
    # With one lane the street takes twice as long as with two; with three a third less.
    assert less["effect"] < 0 < more["effect"]
    assert -less["effect"] == pytest.approx(3 * more["effect"], rel=0.15)
    assert more["low"] <= more["effect"] <= more["high"]


def test_a_desk_is_worth_the_queue_that_it_takes_away(tmp_path):
    scenario = one_street(tmp_path, lanes=4, desks=1, people=200)
    found = fixes(
        scenario,
        Asked(by="relief_time_90", units="desks", levers=["desk-school+1"]),
        trials(tmp_path / "out"),
    )
    (row,) = found.levers.to_dict("records")
    assert row["better"] == 3
    assert row["effect"] > 0


def test_what_is_no_kind_of_unit_is_refused(tmp_path):
    with pytest.raises(ScenarioError):
        units(one_street(tmp_path), "wheels")
