"""The whole transfer chain in storms: random plans, failures, water; what the record then must and must not say."""

from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import evacsim as ev
from tests.reference.storm_checks import broken_rules
from tests.reference.storms import storm

QUICK, LARGE = 5, 40
AS_THEY_COME = (Phase.explicit, Phase.generate)
"""A storm is not made smaller: that takes many minutes, and what breaks is named."""


def run(scenario, seed):
    return ev.simulate(scenario, seed=seed).record


def nothing_is_broken(luck: Random, seed: int) -> None:
    with TemporaryDirectory() as folder:
        scenario = ev.from_mapping(storm(luck, Path(folder)))
        assert broken_rules(scenario, run(scenario, seed)) == []


@settings(max_examples=QUICK, phases=AS_THEY_COME)
@given(luck=st.randoms(use_true_random=False), seed=st.integers(0, 9))
def test_no_storm_breaks_a_rule(luck, seed):
    nothing_is_broken(luck, seed)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@settings(max_examples=LARGE, phases=AS_THEY_COME)
@given(luck=st.randoms(use_true_random=False), seed=st.integers(0, 9))
def test_no_storm_of_many_breaks_a_rule(luck, seed):
    nothing_is_broken(luck, seed)


@pytest.mark.parametrize("number", range(8))
def test_a_storm_that_comes_again_does_the_same(tmp_path, number):
    scenario = ev.from_mapping(storm(Random(number), tmp_path))
    assert ev.simulate(scenario, seed=number).digest() == ev.simulate(scenario, seed=number).digest()


@pytest.mark.parametrize("number", range(8))
def test_the_order_of_rows_in_a_file_changes_nothing(tmp_path, number):
    """Zones, shelters, fleets, pick-up points, offices and the rows of the plan may stand in any order."""
    described = storm(Random(number), tmp_path)
    described["plan"]["when"].pop("staging", None)  # of which the order of the plan's rows is a part
    digest = ev.simulate(ev.from_mapping(described), seed=number).digest()
    district, plan = described["district"], described["plan"]
    for rows in (
        *(
            district.get(name, [])
            for name in ("zones", "shelters", "fleets", "pickup_points", "sites", "channels")
        ),
        plan["zones"],
        plan["organize"].get("offices", []),
        plan["organize"].get("officers", []),
        described["hazard"].get("outages", []),
    ):
        rows.reverse()
    assert ev.simulate(ev.from_mapping(described), seed=number).digest() == digest
