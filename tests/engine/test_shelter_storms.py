"""Storms in which shelters offer something, people stay for long, and families look for each other."""

from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import evacsim as ev
from evacsim.engine import stages
from evacsim.engine.running import Run
from evacsim.streams import Streams
from evacsim.world.people import draw_households
from tests.reference.storm_checks import broken_rules
from tests.reference.storms import storm

HOURS = 3600.0
PAIRS = {
    "power_lost": "power_back",
    "water_short": "water_restored",
    "taps_short": "taps_restored",
    "toilets_short": "toilets_restored",
    "medical_short": "medical_restored",
}


def cared_for(luck: Random, scenario):
    """Let a storm say what its shelters offer, and what people need and do there."""
    offers = {
        "area": ["20 m2", "80 m2", "300 m2"],
        "staff": [1, 2],
        "toilets": [0, 1, 3],
        "taps": [0, 1],
        "water_tank": [0, 10, 100],
        "generators": [0, 1],
        "fuel": ["0 h", "1 h"],
        "meals_per_hour": [5, 60],
        "medical_beds": [0, 2],
    }
    for shelter in scenario["district"]["shelters"]:
        shelter |= {name: luck.choice(values) for name, values in offers.items() if luck.random() < 0.6}
        shelter |= {"township": "J01"}
    for zone in scenario["district"]["zones"]:
        zone["township"] = "J01"
    care = scenario["plan"]["care"]
    care |= {
        "registration_time": luck.choice(["40 s", {"type": "lognormal", "median": "2 min", "sigma": 1}]),
        "needs": {},
        "space": {},
        "second_transfer_crowded": luck.choice([True, False]),
        "reunion": {"related_share": 0.8, "report_after": luck.choice(["0 h", "1 h"]), "exchange": "1 h"},
    }
    return scenario


def nothing_is_broken(luck: Random, seed: int) -> None:
    with TemporaryDirectory() as folder:
        scenario = ev.from_mapping(cared_for(luck, storm(luck, Path(folder))))
        record = ev.simulate(scenario, seed=seed).record
        assert broken_rules(scenario, record) == []
        services_take_turns(record)
        families_end_one_way(record)


def services_take_turns(record) -> None:
    events = record.events
    assert (events["cause"] < events["seq"]).all()
    for first, second in PAIRS.items():
        mine = events[events["kind"].isin([first, second])]
        for kinds in mine.groupby("subject")["kind"].agg(list):
            assert kinds == [(first, second)[k % 2] for k in range(len(kinds))]
    services = record.tables["services"]
    assert (services["short_person_h"] >= -1e-9).all()


def families_end_one_way(record) -> None:
    missing = record.tables["missing"]
    assert missing["household"].is_unique
    assert not (missing["reunited_s"] < missing["reported_s"]).any()
    assert (missing["place"] == "").tolist() == missing["reunited_s"].isna().tolist()


@pytest.fixture(autouse=True, scope="module")
def _stays_are_short():
    """Let the second stage of care begin after an hour and the third after three: storms last no days."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stages, "BEGINS", (1 * HOURS, 3 * HOURS))
        yield


@settings(max_examples=5)
@given(luck=st.randoms(use_true_random=False), seed=st.integers(0, 9))
def test_no_storm_breaks_a_rule_of_shelters(luck, seed):
    nothing_is_broken(luck, seed)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@settings(max_examples=25)
@given(luck=st.randoms(use_true_random=False), seed=st.integers(0, 9))
def test_no_storm_of_many_breaks_a_rule_of_shelters(luck, seed):
    nothing_is_broken(luck, seed)


@settings(max_examples=8)
@given(luck=st.randoms(use_true_random=False), seed=st.integers(0, 9))
def test_who_is_there_is_counted(luck, seed):
    """Who has places in a shelter needs what it offers, and nobody else."""
    with TemporaryDirectory() as folder:
        scenario = ev.from_mapping(cared_for(luck, storm(luck, Path(folder))))
        streams, world = Streams(seed), ev.build(scenario)
        run = Run(world, draw_households(world, streams), streams)
        run.parts.clock.run_to(scenario.duration)
    for services, there in zip(run.services._at, run.sheltering.people, strict=True):
        assert all(services[item].people == there for item in ("water", "power", "taps", "toilets"))
        assert 0 <= services["medical"].people <= there
