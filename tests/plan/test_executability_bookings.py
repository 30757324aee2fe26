"""E4: what is counted on twice, in one plan and between several."""

import evacsim as ev
from evacsim.plan.executability import double_booked
from evacsim.world.building import build_world
from tests.reference.plans import checked, the_one
from tests.reference.small_district import node, small_district


def two_towns(folder, **plan):
    """Return two villages of two towns, each with its own shelter."""
    given = small_district(
        folder,
        zones=[
            {"id": "west", "node": node(0, 1), "population": 200, "township": "A"},
            {"id": "north", "node": node(1, 2), "population": 100, "township": "B"},
        ],
        shelters=[
            {"id": "school", "node": node(4, 1), "capacity": 220, "township": "A"},
            {"id": "hall", "node": node(4, 2), "capacity": 100, "township": "B"},
        ],
    )
    for row, (shelter, name) in zip(
        given["plan"]["zones"], [("school", "Wang"), ("hall", "Li")], strict=True
    ):
        row |= {"shelter": [shelter], "organizer": name}
    given["plan"] |= plan
    return given


def pair(given):
    scenario = ev.from_mapping(given)
    return scenario, build_world(scenario)


def test_a_plan_that_shares_out_what_there_is_is_clean(tmp_path):
    promises = [
        {"fleet": "buses", "township": "A", "vehicles": 2},
        {"fleet": "buses", "township": "B", "vehicles": 1},
    ]
    assert not checked(two_towns(tmp_path, to={"promises": promises}), "E4")


def test_more_vehicles_promised_than_there_are(tmp_path):
    promises = [
        {"fleet": "buses", "township": "A", "vehicles": 2},
        {"fleet": "buses", "township": "B", "vehicles": 2},
    ]
    found = the_one(two_towns(tmp_path, to={"promises": promises}), "E4")
    assert found.severity == "blocker"
    assert found.subjects == ("buses", "A", "B")
    assert found.figures == {"vehicles": 3, "promised": 4}
    assert found.loc == ("plan", "to", "promises")


def test_a_shelter_two_towns_want_and_that_holds_one_of_them(tmp_path):
    given = two_towns(tmp_path)
    given["plan"]["zones"][1]["shelter"] = ["school", "hall"]
    found = the_one(given, "E4")
    assert found.subjects == ("school", "A", "B")
    assert found.figures["people"] == 300
    assert found.figures["capacity"] == 220
    given["district"]["shelters"][0]["capacity"] = 300
    assert not checked(given, "E4")


def test_one_person_for_two_towns(tmp_path):
    given = two_towns(tmp_path)
    given["plan"]["zones"][1]["organizer"] = "Wang"
    found = the_one(given, "E4")
    assert found.subjects == ("Wang", "north", "west")
    assert found.link == "organize"


def test_one_person_for_two_villages_of_one_town_is_usual(tmp_path):
    given = two_towns(tmp_path)
    given["plan"]["zones"][1]["organizer"] = "Wang"
    given["district"]["zones"][1]["township"] = "A"
    assert not checked(given, "E4")


def test_more_boats_than_their_team_can_crew(tmp_path):
    given = two_towns(tmp_path)
    given["plan"]["rescue"] = {}
    given["district"]["forces"] = [{"id": "water", "node": node(2, 0), "kind": "flood", "members": 5}]
    given["district"]["fleets"].append(
        {
            "id": "boats",
            "node": node(2, 0),
            "vehicles": 3,
            "seats": 5,
            "kind": "boat",
            "speed": "2.5 m/s",
            "force": "water",
            "crew": 2,
        }
    )
    found = the_one(given, "E4")
    assert found.subjects == ("water", "boats")
    assert found.figures == {"members": 5, "needed": 6}


def test_the_same_buses_in_the_plans_of_two_towns(tmp_path):
    one, other = two_towns(tmp_path / "a"), two_towns(tmp_path / "b")
    other["plan"]["id"] = "other"
    for given, town, keep in ((one, "A", 0), (other, "B", 1)):
        given["plan"]["zones"] = [given["plan"]["zones"][keep]]
        given["plan"]["to"] = {"promises": [{"fleet": "buses", "township": town, "vehicles": 2}]}
    (found,) = double_booked([pair(one), pair(other)])
    assert found.severity == "blocker"
    assert found.subjects == ("buses", "plan", "other")
    assert found.figures == {"vehicles": 3, "promised": 4, "plans": 2}
    other["plan"]["to"]["promises"][0]["vehicles"] = 1
    assert not double_booked([pair(one), pair(other)])


def test_shelters_and_people_of_two_plans(tmp_path):
    one, other = two_towns(tmp_path / "a"), two_towns(tmp_path / "b")
    other["plan"]["id"] = "other"
    for given, keep in ((one, 0), (other, 1)):
        given["plan"]["zones"] = [given["plan"]["zones"][keep] | {"shelter": ["school"], "organizer": "Wang"}]
        given["plan"]["to"] = {"bus_share": 0, "car_share": 0}
    found = double_booked([pair(one), pair(other)])
    assert [one.subjects[0] for one in found] == ["school", "Wang"]
    assert found[0].figures["people"] == 300
    assert not double_booked([pair(one)])
