"""The same scenario and seed give the same events, in this process and in another; another seed does not."""

import subprocess
import sys
from pathlib import Path

import yaml

import evacsim as ev
from tests.reference.small_district import link, small_district, write_depths

ROOT = Path(__file__).parents[2]


def flooded(folder):
    """A small district whose middle street is flooded after 40 minutes."""
    water = {
        "type": "table",
        "links": write_depths(folder / "l.csv", "link", [(link((2, 1), (3, 1)), "T+40 min", 0.8)]),
    }
    return small_district(folder, water=water)


def test_the_same_seed_gives_the_same_events(tmp_path):
    scenario = ev.from_mapping(flooded(tmp_path))
    assert ev.simulate(scenario, seed=7).digest() == ev.simulate(scenario, seed=7).digest()


def test_another_seed_gives_other_events(tmp_path):
    scenario = ev.from_mapping(flooded(tmp_path))
    assert ev.simulate(scenario, seed=7).digest() != ev.simulate(scenario, seed=8).digest()


def test_another_process_gives_the_same_events(tmp_path):
    mapping = flooded(tmp_path)
    path = tmp_path / "scenario.yaml"
    path.write_text(yaml.safe_dump(mapping, allow_unicode=True), encoding="utf-8")
    code = f"import evacsim as ev; print(ev.simulate(ev.load({str(path)!r}), seed=7).digest())"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert told.stdout.strip() == ev.simulate(ev.from_mapping(mapping), seed=7).digest()


def test_the_order_of_zones_in_the_file_changes_nothing(tmp_path):
    mapping = flooded(tmp_path)
    digest = ev.simulate(ev.from_mapping(mapping), seed=7).digest()
    mapping["district"]["zones"].reverse()
    mapping["district"]["shelters"].reverse()
    mapping["plan"]["zones"].reverse()
    assert ev.simulate(ev.from_mapping(mapping), seed=7).digest() == digest


def test_a_world_built_once_serves_many_seeds(tmp_path):
    scenario = ev.from_mapping(flooded(tmp_path))
    world = ev.build(scenario)
    assert ev.simulate(world, seed=3).digest() == ev.simulate(scenario, seed=3).digest()
