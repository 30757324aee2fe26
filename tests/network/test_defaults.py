"""Every class of road has its defaults, every default its source, and all of them can be driven."""

import pytest

from evacsim.formats.roads.classes import ROAD_CLASSES, UNKNOWN, road_class
from evacsim.network.defaults import BY_CLASS, SUSTAINED_EVACUATION, is_for_walkers


@pytest.mark.parametrize("defaults", [BY_CLASS, SUSTAINED_EVACUATION])
def test_every_class_has_possible_defaults(defaults):
    assert list(defaults.classes) == list(ROAD_CLASSES)
    assert UNKNOWN in ROAD_CLASSES
    for values in defaults.classes.values():
        assert values.free_speed > 0
        assert values.lanes >= 1
        # the backward wave of the triangular diagram is no faster than the traffic
        assert values.lane_capacity <= values.free_speed * values.lane_jam_density / 2


def test_a_lasting_evacuation_carries_no_more_than_six_hundred_vehicles_an_hour():
    for name, values in SUSTAINED_EVACUATION.classes.items():
        if not is_for_walkers(name):
            assert values.lane_capacity == pytest.approx(min(BY_CLASS.of(name).lane_capacity, 600 / 3600))


def test_every_default_says_how_sure_it_is():
    table = BY_CLASS.table()
    assert len(table) == 4 * len(ROAD_CLASSES)
    assert set(table["mark"]) == {"seen", "recalled", "assumed"}
    assert table["source"].str.len().min() > 0


@pytest.mark.parametrize(
    ("text", "known"),
    [("primary", "primary"), (" Primary ", "primary"), ("highway.steps", "steps"), ("高速公路", "motorway"),
     ("村道", "unclassified"), ("road", "unclassified"), ("bus_stop", None), ("", None)],
)  # fmt: skip
def test_names_of_classes(text, known):
    assert road_class(text) == known
