"""Whether named shelters hold their people, against the condition of Hall."""

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from evacsim.plan.completeness.room import left_over


def least_left_over(people, named, places):
    """Return the greatest number by which any group of zones exceeds the shelters named for it (Ore 1955, recalled)."""
    zones = list(people)
    groups = [group for size in range(len(zones) + 1) for group in combinations(zones, size)]
    return max(
        sum(people[zone] for zone in group)
        - sum(places[id_] for id_ in {i for zone in group for i in named[zone]})
        for group in groups
    )


@settings(deadline=None, derandomize=True, max_examples=150)
@given(
    people=st.lists(st.integers(1, 60), min_size=1, max_size=5),
    places=st.lists(st.integers(0, 80), min_size=3, max_size=3),
    data=st.data(),
)
def test_as_few_as_possible_are_left_over(people, places, data):
    zones = {f"z{k}": n for k, n in enumerate(people)}
    rooms = {f"s{k}": n for k, n in enumerate(places)}
    choice = st.lists(st.sampled_from(sorted(rooms)), min_size=1, max_size=3)
    named = {zone: data.draw(choice) for zone in zones}
    over = left_over(zones, named, rooms)
    assert sum(over.values()) == max(0, least_left_over(zones, named, rooms))
    assert all(0 < n <= zones[zone] for zone, n in over.items())


def test_nobody_is_left_over_where_a_shelter_has_no_limit_or_nobody_goes():
    assert left_over({"a": 9.5}, {"a": ["s"]}, {"s": float("inf")}) == {}
    assert left_over({}, {}, {"s": 3}) == {}
    assert left_over({"a": 9.5}, {"a": ["s"]}, {"s": 9.0}) == {"a": 1.0}
