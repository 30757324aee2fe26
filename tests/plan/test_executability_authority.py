"""E10: who may order, whether the order comes down, and whether levels stand in order."""

from tests.reference.gauges import with_gauge
from tests.reference.plans import MINUTE, checked, fixed, the_one, worked
from tests.reference.small_district import node


def tree(folder, *, decided_by="county", **transfer):
    given = fixed(folder, people=20, decided_by=decided_by, **transfer)
    given["plan"]["when"]["decided_by"] = "county"
    given["plan"]["organize"] |= {
        "offices": [
            {"id": "county", "level": "county", "node": node(2, 1)},
            {"id": "town", "level": "town", "parent": "county", "node": node(1, 1)},
            {
                "id": "committee",
                "level": "village",
                "parent": "town",
                "node": node(0, 1),
                "zones": ["village"],
            },
        ]
    }
    return given


def test_county_and_town_may_order(tmp_path):
    assert not checked(tree(tmp_path / "a"), "E10")
    assert not checked(tree(tmp_path / "b", decided_by="town"), "E10")


def test_a_village_may_not(tmp_path):
    found = the_one(tree(tmp_path, decided_by="committee"), "E10")
    assert found.subjects == ("committee", "village")
    assert found.severity == "major"
    assert found.loc == ("plan", "zones", 0, "decided_by")


def test_a_village_may_where_a_danger_cannot_be_judged(tmp_path):
    given = tree(tmp_path, decided_by="committee", rules=["seep"])
    del given["plan"]["zones"][0]["trigger_at"]
    given["plan"]["when"]["rules"] = [{"id": "seep", "danger": "levee", "judged": "not_judged"}]
    given["hazard"]["dangers"] = [
        {
            "id": "levee",
            "node": node(0, 0),
            "kind": "piping",
            "visible_from": "T+1 h",
            "zones": ["village"],
            "can_be_judged": False,
        }
    ]
    assert not checked(given, "E10")


def test_nobody_decides(tmp_path):
    given = fixed(tmp_path, people=20)
    given["plan"]["when"]["decided_by"] = " "
    found = the_one(given, "E10")
    assert found.severity == "blocker"
    assert found.loc == ("plan", "when", "decided_by")


def test_somebody_decides_who_is_nowhere_in_the_tree(tmp_path):
    found = the_one(tree(tmp_path, decided_by="somebody"), "E10")
    assert found.subjects == ("somebody", "village")


def with_levels(folder, low, high):
    given = with_gauge(fixed(folder, people=20), folder, [(0, 0.0), (5, 3.0)])
    given["plan"]["when"] |= {
        "rules": [
            {"id": "low", "gauge": "bridge", "stage": f"{low} m"},
            {"id": "high", "gauge": "bridge", "stage": f"{high} m"},
        ],
        "measures": [{"id": "call", "action": "call_up", "fleets": ["buses"]}],
        "levels": [
            {"level": "Ⅲ", "rules": ["low"], "measures": ["call"]},
            {"level": "Ⅱ", "rules": ["high"]},
        ],
    }
    return given


def test_levels_that_rise_with_the_stage_are_clean(tmp_path):
    assert not checked(with_levels(tmp_path, 1, 2), "E10")


def test_a_higher_level_at_a_lower_stage(tmp_path):
    found = the_one(with_levels(tmp_path, 2, 1), "E10")
    assert found.subjects == ("Ⅱ", "Ⅲ", "bridge")
    assert found.figures == {"above_m": 1, "below_m": 2}
    assert found.loc == ("plan", "when", "levels", 1)


def test_a_measure_that_nothing_brings_about(tmp_path):
    given = with_levels(tmp_path, 1, 2)
    given["plan"]["when"]["levels"][0]["measures"] = []
    found = the_one(given, "E10")
    assert found.subjects == ("call",)


def test_a_measure_that_moves_whom_the_plan_does_not_know(tmp_path):
    given = with_levels(tmp_path, 1, 2)
    given["district"]["zones"].append({"id": "other", "node": node(1, 1), "population": 10})
    given["plan"]["when"]["measures"].append({"id": "out", "action": "evacuate", "zones": ["*"]})
    given["plan"]["when"]["levels"][1]["measures"] = ["out"]
    found = the_one(given, "E10")
    assert found.subjects == ("out", "other")


def test_a_level_that_moves_people_sets_them_off(tmp_path):
    given = with_levels(tmp_path, 1, 2)
    given["plan"]["when"]["measures"].append(
        {"id": "out", "action": "evacuate", "zones": ["village"], "setup": "4 min"}
    )
    given["plan"]["when"]["levels"][1]["measures"] = ["out"]
    given["plan"]["zones"][0]["trigger_at"] = "T+10 h"
    chain = worked(given).chains.all[0]
    # Two metres after 200 min, decided in 7, set up in 4.
    assert chain.start.true == 200 * MINUTE
    assert chain.mean("relay") == (200 + 7 + 4) * MINUTE
