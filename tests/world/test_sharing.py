"""A world that takes roads and water from another one is the world that is built from the files."""

from pathlib import Path

import numpy as np
import pytest

import evacsim as ev
from evacsim.engine.running import simulate
from evacsim.results.digest import events_digest
from evacsim.world.building import build_world
from tests.reference.small_district import link, node, small_flood, write_depths, write_grid


@pytest.fixture
def flood(tmp_path):
    return ev.from_mapping(small_flood(tmp_path))


@pytest.mark.parametrize(
    ("changes", "shares"),
    [
        ({"plan.who.compliance": 0.8}, (True, True)),
        ({"district.fleets[buses].availability": 0.5}, (True, True)),
        ({"hazard.water.raised": "0.3 m"}, (True, False)),
        ({"hazard.water.interpolate": "5 min"}, (True, False)),
        ({"start": "2026-07-18 21:00"}, (True, False)),
        ({"district.shelters[hall].node": node(3, 2)}, (True, False)),
        ({"district.roads.capacity_drop": 0.1}, (False, False)),
        ({"hazard.effects.bridge_offset": "1.7 m"}, (False, False)),
    ],
)
def test_roads_and_water_are_shared_where_they_are_the_same_and_only_there(flood, changes, shares):
    usual, changed = build_world(flood), flood.change(changes)
    world, anew = build_world(changed, like=usual), build_world(changed)
    assert (world.roads is usual.roads, world.water is usual.water) == shares
    np.testing.assert_array_equal(world.water.place_depth, anew.water.place_depth)
    np.testing.assert_array_equal(world.ways.capacity_drop, anew.ways.capacity_drop)
    assert world.repairs == anew.repairs
    assert world.digests == anew.digests
    assert events_digest(simulate(world, seed=3)) == events_digest(simulate(anew, seed=3))


def test_a_file_that_has_changed_is_read_again(flood):
    usual = build_world(flood)
    write_depths(Path(flood.hazard.water.links), "link", [(link((2, 1), (3, 1)), "T+10 min", 1.5)])
    wetter = build_world(flood, like=usual)
    assert wetter.water.link_depth.max() == pytest.approx(1.5)
    write_grid(Path(flood.district.roads.file), columns=6)
    assert len(build_world(flood, like=usual).roads.node_ids) == 18


def test_a_file_that_is_gone_is_told_as_without_another_world(flood):
    usual = build_world(flood)
    Path(flood.hazard.water.links).unlink()
    with pytest.raises(ev.EvacsimError) as told:
        build_world(flood, like=usual)
    with pytest.raises(ev.EvacsimError) as told_anew:
        build_world(flood)
    assert str(told.value) == str(told_anew.value)
