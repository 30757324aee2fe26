"""E7 and E9: room by place, dry and wet; what stands in the water in which it is needed."""

import numpy as np
import pytest

from evacsim.plan.executability.loads import assigned_loads, nearest_loads, town_loads
from tests.reference.plans import MINUTE, checked, the_one, worked
from tests.reference.small_district import node, small_district, write_depths


def towns(folder, *, wet=(), capacities=(220, 100)):
    """Return two towns with 200 and 100 people and a shelter each; `wet` are places and when they get a metre."""
    given = small_district(
        folder,
        zones=[
            {"id": "west", "node": node(0, 1), "population": 200, "township": "A"},
            {"id": "north", "node": node(1, 2), "population": 100, "township": "B"},
        ],
        shelters=[
            {"id": "school", "node": node(4, 1), "capacity": capacities[0], "township": "A"},
            {"id": "hall", "node": node(4, 2), "capacity": capacities[1], "township": "B"},
        ],
    )
    for row, shelter in zip(given["plan"]["zones"], ("school", "hall"), strict=True):
        row["shelter"] = [shelter]
    if wet:
        rows = [(place, f"T+{minute} min", 1.0) for place, minute in wet]
        depths = write_depths(folder / "places.csv", "place", rows)
        given["hazard"]["water"] = {"type": "table", "places": depths}
    return given


def test_room_for_all_in_each_town_is_clean(tmp_path):
    assert not checked(towns(tmp_path), "E7")


def test_enough_in_total_and_too_little_in_one_town(tmp_path):
    found = checked(towns(tmp_path, capacities=(300, 80)), "E7")
    by_town, by_plan = found
    assert by_town.subjects == ("B",)
    assert by_town.figures["total"] == pytest.approx(300 / 380)
    assert by_town.figures["worst"] == pytest.approx(100 / 80)
    assert by_town.figures["towns_over_1_05"] == 1
    assert by_plan.figures["left"] == pytest.approx(20)


def test_loads_by_hand(tmp_path):
    case = worked(towns(tmp_path)).case
    by_id = dict(zip(case.world.shelters.ids, (100.0, 220.0), strict=True))
    assert by_id == {"hall": 100.0, "school": 220.0}
    places = np.array(list(by_id.values()))
    assert [(load.town, load.load) for load in town_loads(case, places)] == [
        ("B", 1.0),
        ("A", pytest.approx(200 / 220)),
    ]
    # From the west the school is nearer, from the north the hall.
    assert nearest_loads(case, places).tolist() == [1.0, pytest.approx(200 / 220)]
    taken, left = assigned_loads(case, places - 50)
    assert taken.tolist() == [50.0, 170.0]
    assert left == 80.0


def test_shelters_that_get_water_are_taken_out(tmp_path):
    found = the_one(towns(tmp_path, wet=[("hall", 120)], capacities=(500, 100)), "E7")
    assert found.severity == "blocker"
    assert found.subjects == ("hall",)
    assert found.figures["places"] == 500
    assert found.figures["zones_first"] == 1
    assert found.figures["left"] == 100


def test_a_wet_shelter_that_nobody_counts_on_is_no_matter(tmp_path):
    given = towns(tmp_path, wet=[("spare", 120)])
    given["district"]["shelters"].append({"id": "spare", "node": node(3, 0), "capacity": 50})
    assert not checked(given, "E7")


# -- circles -----------------------------------------------------------------------------------------


def test_nothing_wet_depends_on_nothing(tmp_path):
    assert not checked(towns(tmp_path), "E9")


def test_a_shelter_that_is_the_base_of_the_team_and_the_store(tmp_path):
    given = towns(tmp_path, wet=[("hall", 120)])
    given["district"]["forces"] = [{"id": "team", "node": node(4, 2), "kind": "town_team", "members": 10}]
    given["district"]["stores"] = [{"id": "store", "node": node(4, 2), "kits": 100, "generators": 2}]
    circle, generators = checked(given, "E9")
    assert set(circle.subjects) == {"hall", "store", "team"}
    assert circle.severity == "blocker"
    assert circle.figures["first_s"] == 120 * MINUTE
    assert generators.subjects == ("store",)
    assert generators.figures["generators"] == 2


def test_apart_they_do_not_go_under_together(tmp_path):
    given = towns(tmp_path, wet=[("hall", 120)])
    given["district"]["forces"] = [{"id": "team", "node": node(2, 0), "kind": "town_team", "members": 10}]
    assert not checked(given, "E9")


def test_a_depot_in_water_before_its_buses_leave(tmp_path):
    # Ordered at 15 min, called up 30 to 90 min later.
    found = the_one(towns(tmp_path, wet=[("buses", 30)]), "E9")
    assert found.subjects == ("buses",)
    assert found.figures["wet_s"] == 30 * MINUTE
    assert found.figures["leaves_s"] > 45 * MINUTE
    assert not checked(towns(tmp_path / "later", wet=[("buses", 600)]), "E9")


def silent(folder, minute, means):
    given = towns(folder, wet=[("grid", minute), ("mast", minute)])
    given["district"]["sites"] = [
        {"id": "grid", "kind": "power", "node": node(1, 0), "serves": ["*"]},
        {"id": "mast", "kind": "cell", "node": node(1, 0), "serves": ["*"]},
    ]
    given["plan"]["when"]["decided_by"] = "county"
    given["plan"]["organize"] = {
        "offices": [
            {"id": "county", "level": "county", "node": node(2, 1), "handling": "10 min", "means": means},
            {
                "id": "town",
                "level": "town",
                "parent": "county",
                "node": node(0, 1),
                "zones": ["*"],
                "means": means,
            },
        ]
    }
    return given


def test_an_office_whose_power_and_mast_are_flooded_before_its_order(tmp_path):
    # Ordered at 15 min, handed down at 25.
    found = the_one(silent(tmp_path, 20, ["phone", "landline"]), "E9")
    assert found.subjects == ("town",)
    assert found.figures["margin_s"] == pytest.approx(-5 * MINUTE)


def test_it_is_in_time_or_has_other_means(tmp_path):
    assert not checked(silent(tmp_path / "a", 30, ["phone", "landline"]), "E9")
    assert not checked(silent(tmp_path / "b", 20, ["phone", "satellite"]), "E9")
