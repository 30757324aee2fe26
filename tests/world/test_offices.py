"""The tree of offices: what is wrong with one as given, and whom to call in one that is right."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evacsim.scenario.tree_of_offices import Described, tree_findings, zone_findings
from evacsim.world.offices import TOP, build_offices
from tests.world.trees_of_offices import Office, forests

LEVELS = ("county", "town", "village", "grid")
ZONES = ["J1-1", "J1-2", "J2-1", "J2-2", "rest"]


def entries(offices):
    return [
        Described(("plan", "organize", "offices", number), office) for number, office in enumerate(offices)
    ]


def wrong(offices, known=None):
    known = {office.id for office in offices} if known is None else known
    return list(tree_findings(entries(offices), levels=LEVELS, known=known))


def wrong_zones(offices, planned=()):
    loc = {zone: ("plan", "zones", number) for number, zone in enumerate(planned)}
    return list(zone_findings(entries(offices), zones=ZONES, planned=loc))


COUNTY = Office("county", "county", lines=4)
TOWNS = [Office("J2", "town", "county", ["J2-*"]), Office("J1", "town", "county", ["J1-*"])]
VILLAGES = [Office("J1-v2", "village", "J1", ["J1-2"]), Office("J1-v1", "village", "J1", ["J1-1"])]
THREE_LEVELS = [*VILLAGES, *TOWNS, COUNTY]


def test_a_tree_of_three_levels_is_right():
    assert wrong(THREE_LEVELS) == []
    assert wrong_zones(THREE_LEVELS, ["J1-1", "J2-2"]) == []


def test_one_office_is_a_tree_and_so_are_towns_without_a_county():
    assert wrong([COUNTY]) == []
    assert wrong([Office("J1", "town"), Office("J2", "town")]) == []


def test_a_village_may_stand_right_below_the_county():
    assert wrong([COUNTY, Office("v", "village", "county")]) == []


def test_an_unknown_parent_is_told_with_the_name_that_was_meant():
    (finding,) = wrong([COUNTY, Office("J1", "town", "conty")])
    assert finding.loc == ("plan", "organize", "offices", 1, "parent")
    assert finding.value == "conty"
    assert "county" in finding.remedy.en
    assert "county" in finding.remedy.zh


def test_a_parent_that_is_itself_not_right_is_not_called_unknown():
    assert wrong([Office("J1", "town", "county")], known={"J1", "county"}) == []


def test_a_ring_is_told_once_with_all_who_are_in_it():
    ring = [Office("a", "county", "c"), Office("b", "town", "a"), Office("c", "village", "b")]
    (finding,) = wrong([*reversed(ring), Office("d", "grid", "c")])
    assert finding.loc == ("plan", "organize", "offices", 2, "parent")
    assert "a → c → b → a" in finding.rule.en
    assert "a → c → b → a" in finding.rule.zh


def test_an_office_that_is_its_own_parent_is_a_ring():
    (finding,) = wrong([Office("a", "town", "a")])
    assert "a → a" in finding.rule.en


@pytest.mark.parametrize("level", ["town", "village"])
def test_nobody_stands_below_an_office_of_its_own_level_or_a_lower_one(level):
    (finding,) = wrong([Office("a", level), Office("b", "town", "a")])
    assert f"cannot stand below one of level {level}" in finding.rule.en


def test_a_zone_has_one_office():
    (finding,) = wrong_zones([*THREE_LEVELS, Office("other", "village", "J2", ["J1-1"])])
    assert finding.loc == ("plan", "organize", "offices", 5, "zones", 0)
    assert "J1-1" in finding.rule.en
    assert "J1-v1" in finding.rule.en


def test_a_zone_of_the_plan_that_no_office_leads_is_told_where_the_plan_names_it():
    (finding,) = wrong_zones(THREE_LEVELS, ["J1-1", "rest"])
    assert finding.loc == ("plan", "zones", 1)
    assert finding.value == "rest"


def test_a_pattern_that_means_no_zone_is_told():
    (finding,) = wrong_zones([Office("J3", "town", zones=["J3-*"])])
    assert finding.value == "J3-*"


def built(offices=THREE_LEVELS):
    return build_offices(offices, zones=ZONES, levels=LEVELS)


def test_parents_come_before_children_and_equals_by_id():
    offices = built()
    assert offices.ids == ("county", "J1", "J2", "J1-v1", "J1-v2")
    assert offices.parent.tolist() == [TOP, 0, 0, 1, 1]
    assert offices.level.tolist() == [0, 1, 1, 2, 2]
    assert offices.lines.tolist() == [4, 2, 2, 2, 2]
    assert offices.children == ((1, 2), (3, 4), (), (), ())


def test_the_lowest_office_that_names_a_zone_leads_it():
    offices = built()
    assert [offices.ids[row] for row in offices.leader_of[:4]] == ["J1-v1", "J1-v2", "J2", "J2"]
    assert offices.leader_of[4] == TOP


def test_an_order_goes_down_level_by_level_or_to_all_leaders_at_once():
    offices = built()
    county, j1, j2, v1, v2 = range(5)
    zones = (0, 1, 2, 4)
    assert offices.next_below(county, zones) == [(j1, (0, 1)), (j2, (2,))]
    assert offices.next_below(j1, zones) == [(v1, (0,)), (v2, (1,))]
    assert offices.next_below(j2, zones) == []
    assert offices.own(j2, zones) == (2,)
    assert offices.leaders(zones) == [(j2, (2,)), (v1, (0,)), (v2, (1,))]
    assert offices.upwards(v2) == (v2, j1, county)


@given(offices=forests(), zones=st.sets(st.integers(0, 7)).map(sorted))
def test_word_from_the_tops_reaches_the_leader_of_every_zone_once(offices, zones):
    assert list(tree_findings(entries(offices), levels="abcde", known={o.id for o in offices})) == []
    tree = build_offices(offices, zones=[f"z{zone}" for zone in range(8)], levels="abcde")
    assert (tree.parent < range(tree.n)).all()
    reached = []
    waiting = [(office, tuple(zones)) for office in range(tree.n) if tree.parent[office] == TOP]
    while waiting:
        office, concerned = waiting.pop()
        reached += [(zone, office) for zone in tree.own(office, concerned)]
        waiting += tree.next_below(office, concerned)
    expected = [(zone, int(tree.leader_of[zone])) for zone in zones if tree.leader_of[zone] != TOP]
    assert sorted(reached) == expected


@given(parents=st.lists(st.one_of(st.none(), st.integers(0, 7)), min_size=1, max_size=8))
def test_every_ring_is_found_and_nothing_else_is_called_one(parents):
    """Against the plain twin: an office is in a ring if going up from it comes back to it."""
    offices = [
        Office(f"o{number}", "town", None if parent is None else f"o{parent % len(parents)}")
        for number, parent in enumerate(parents)
    ]
    above = {office.id: office.parent for office in offices}

    def comes_back(id_):
        seen, at = 0, above[id_]
        while at is not None and at != id_ and seen < len(parents):
            at, seen = above[at], seen + 1
        return at == id_

    told = [finding.rule.en for finding in wrong(offices) if "itself" in finding.rule.en]
    in_rings = {id_ for line in told for id_ in line.removeprefix("stands below itself: ").split(" → ")}
    assert in_rings == {id_ for id_ in above if comes_back(id_)}
