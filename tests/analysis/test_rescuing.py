"""Indicators of rescue, on a run worked out by hand."""

import numpy as np
import pytest

from evacsim.analysis.indicators import indicators
from evacsim.analysis.rescuing import craft_hours, idle_while_needed
from evacsim.report.markup import Words
from evacsim.report.rescue_told import rescue_section
from tests.reference.flooded_street import FLOODED_AT, flooded_street
from tests.reference.record import engine_record
from tests.reference.small_district import node


def test_twenty_people_in_four_trips(tmp_path):
    record = engine_record(flooded_street(tmp_path), seed=1)
    found = {name: one.value for name, one in indicators(record).items()}
    assert found["fetched_people"] == 20
    assert found["hear_time_90"] == 0
    # Trips of five are ashore 1600, 3200, 4800, 6400 s after the water.
    assert found["safe_time_50"] == 3200
    assert found["safe_time_90"] == 6400
    assert found["open_case_people"] == found["unheard_people"] == found["died_in_need"] == 0
    assert found["in_vain_share"] == 0
    assert found["people_per_craft_hour"] == pytest.approx(20 / (6400 / 3600))
    assert craft_hours(record)["to_case"] == pytest.approx(4 * 800 / 3600)


def test_who_is_not_reached_is_told(tmp_path):
    far = {"node": node(7, 0)}
    record = engine_record(
        flooded_street(tmp_path, shelter=4, boats=far, rescue={"calls": {"without_phone": 0.5}}), seed=1
    )
    found = {name: one.value for name, one in indicators(record).items()}
    heard = len(record.tables["cases"])
    assert 0 < heard < 20
    assert found["open_case_people"] == heard
    assert found["unheard_people"] == 20 - heard
    assert found["safe_time_50"] == np.inf
    assert np.isnan(found["people_per_craft_hour"])


def test_craft_that_wait_while_nobody_can_be_reached_are_told(tmp_path):
    # The boat is far from the water and has no trailer: it is ready from the first call to the end, in vain.
    far = {"node": node(7, 0)}
    record = engine_record(flooded_street(tmp_path, shelter=4, boats=far), seed=1)
    idle = (record.end - FLOODED_AT) / 3600
    assert idle_while_needed(record) == pytest.approx(idle)
    assert f"For {idle:.1f} of the hours in which craft were ready" in rescue_section(record, Words("en"))


def test_a_boat_that_is_at_work_is_not_idle(tmp_path):
    record = engine_record(flooded_street(tmp_path), seed=1)
    assert idle_while_needed(record) == 0
    assert "in which craft were ready" not in rescue_section(record, Words("zh"))


def test_nothing_is_said_without_rescue(tmp_path):
    given = flooded_street(tmp_path)
    plan = given.plan.model_copy(update={"rescue": None})
    record = engine_record(given.model_copy(update={"plan": plan}), seed=1)
    found = {name: one.value for name, one in indicators(record).items()}
    assert found["fetched_people"] == 20
    assert np.isnan(found["safe_time_90"])
    assert np.isnan(found["in_vain_share"])
