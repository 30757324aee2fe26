"""Reach of the public, households without a visit, zeros that were none: counted by hand on small runs."""

import math

import pytest

from evacsim.analysis.reaching import reach_by_channel, reaching
from tests.reference.small_district import node, write_depths
from tests.reference.word import channel, county, of_kind, run, word

TEAMS = [{"id": "team-1", "office": "county", "zones": ["west"]}]


def test_without_channels_and_teams_nothing_can_be_said(tmp_path):
    found = reaching(run(word(tmp_path)))
    assert all(math.isnan(getattr(found, name)) for name in type(found).__slots__)


def test_reach_is_that_of_the_zones_that_were_warned(tmp_path):
    """West has 200 people, north 100; the siren is heard by all of north, the messages by none."""
    channels = [
        channel("siren", kind="siren", zones=["north"]),
        channel("sms", kind="sms", reach_night=0),
    ]
    record = run(word(tmp_path, channels=channels))
    assert reaching(record).public_reach == pytest.approx(1 / 3)
    by_channel = reach_by_channel(record).set_index("channel")
    assert by_channel["people"].to_dict() == {"": 300, "siren": 100, "sms": 300}
    assert by_channel["reached"].to_dict() == {"": 100, "siren": 100, "sms": 0}
    assert by_channel["share"].tolist() == pytest.approx([1 / 3, 1, 0])


def test_word_that_comes_after_the_water_does_not_count(tmp_path):
    """Water is in west at T+20 min, the siren goes at T+15 min and is heard there ten minutes later."""
    slow = channel("siren", kind="siren", delay={"type": "fixed", "value": "10 min"})
    places = write_depths(tmp_path / "places.csv", "place", [("west", "T+20 min", 1.0)])
    record = run(word(tmp_path, channels=[slow], water={"type": "table", "places": places}))
    assert record.ledger["warned_s"].notna().all()
    assert reaching(record).public_reach == pytest.approx(1 / 3)


def test_a_zone_without_a_team_is_a_gap(tmp_path):
    record = run(word(tmp_path, organize={"officers": TEAMS, "door_to_door": {"rate": 200}}))
    found = reaching(record)
    in_west = record.ledger["zone"] == "west"
    assert found.households_per_team == in_west.sum()
    assert found.unvisited == (~in_west).sum()
    assert found.public_reach == 1.0  # north was never warned over a channel, nor gone through
    assert (found.false_zeros, found.false_zero_people) == (0, 0)


def test_a_zero_that_is_none_counts_those_who_are_left(tmp_path):
    lists = {"compliance": 1, "lists": {"zones": [{"zones": ["village"], "unlisted": 3}]}}
    zones = [{"id": "village", "node": node(0, 1), "population": 100}]
    given = word(
        tmp_path,
        zones=zones,
        who=lists,
        organize={
            "offices": county(),
            "officers": [TEAMS[0] | {"zones": []}],
            "door_to_door": {"rate": 100},
        },
    )
    record = run(given)
    hidden = record.ledger[~record.ledger["listed"]]
    assert len(hidden) == 3
    found = reaching(record)
    assert (found.false_zeros, found.false_zero_people) == (1, hidden["people"].sum())
    assert of_kind(record, "zero_declared")["subject"].tolist() == ["zone/village"]
