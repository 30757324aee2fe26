"""Stages of care: the longer people stay, the fewer a shelter holds."""

import numpy as np
import pytest

import evacsim as ev
from evacsim.scenario.reading import read_mapping
from tests.reference.record import engine_record
from tests.reference.small_district import node, small_district

DAY, HOUR = 86400.0, 3600.0
SPACE = {"emergency": "1 m2", "short": "2 m2", "long": "4 m2"}


def run(folder, *, school=400, area="100 m2", duration="48 h", **care):
    shelters = [
        {"id": "hall", "node": node(2, 1), "capacity": 300, "area": area},
        {"id": "school", "node": node(4, 1), "capacity": school},
    ]
    given = small_district(
        folder,
        duration=duration,
        shelters=shelters,
        who={"compliance": 1},
        to={"bus_share": 0},
        care={"space": SPACE, "registration_time": "0 s", **care},
    )
    return engine_record(ev.from_mapping(given), seed=4)


def events(record, kind):
    return record.events[record.events["kind"] == kind]


def people_in(record, shelter):
    return record.tables["shelters"].set_index("shelter").loc[shelter, "people"]


def test_on_the_first_day_a_shelter_holds_what_its_area_has_room_for(tmp_path):
    record = run(tmp_path, duration="12 h")
    assert 95 <= people_in(record, "hall") <= 100
    assert people_in(record, "hall") + people_in(record, "school") == 300
    hall = record.tables["facilities"].set_index("shelter").loc["hall"]
    assert (hall["stage"], hall["capacity"], hall["area_m2"]) == ("emergency", 100, 100)
    # Of whom only the area of the hall is known, the school is not asked for.
    assert record.tables["services"]["shelter"].tolist() == ["hall"]


def test_a_day_after_the_first_came_those_above_the_next_stage_are_crowded(tmp_path):
    record = run(tmp_path)
    first = record.ledger.loc[record.ledger["final_place"] == "shelter/hall", "arrived_s"].min()
    began, crowded = events(record, "stage_begun").iloc[0], events(record, "crowded")
    assert began["time_s"] == first + DAY
    assert events(record, "stage_begun")["value"].tolist() == [2]
    above = people_in(record, "hall") - 50
    assert crowded[["time_s", "subject", "value"]].to_numpy().tolist() == [
        [first + DAY, "shelter/hall", above]
    ]
    assert crowded["cause"].tolist() == [began["seq"]]
    arrived = record.events.set_index("seq").loc[int(began["cause"])]
    assert (arrived["kind"], arrived["time_s"]) == ("arrived", first)
    service = record.tables["services"].iloc[0]
    assert service["short_person_h"] == pytest.approx(above * (48 * HOUR - first - DAY) / HOUR)
    assert service["need"] == people_in(record, "hall") * 2
    hall = record.tables["facilities"].set_index("shelter").loc["hall"]
    assert (hall["stage"], hall["capacity"]) == ("short", 50)
    # What it turned away and how full it was are held against what it held when they came.
    assert record.tables["shelters"].set_index("shelter").loc["hall", "capacity"] == 100


def test_where_the_plan_wants_it_those_who_came_last_go_on_until_the_others_have_room(tmp_path):
    record = run(tmp_path, second_transfer_crowded=True)
    stay = record.ledger[record.ledger["final_place"] == "shelter/hall"]
    moved = events(record, "redirected")
    moved = moved[moved["time_s"] > DAY]
    gone = record.ledger.set_index("household").loc[moved["subject"].str.removeprefix("household/")]
    assert len(gone) > 0
    assert stay["people"].sum() <= 50 < stay["people"].sum() + gone["people"].iloc[-1]
    assert stay["arrived_s"].max() <= gone["arrived_s"].min()
    assert set(gone["final_place"]) == {"shelter/school"}
    assert set(moved["cause"]) == set(events(record, "crowded")["seq"])
    assert record.tables["services"]["short_person_h"].tolist() == [0.0]


def test_who_finds_no_other_place_stays_and_is_counted(tmp_path):
    record = run(tmp_path, school=205, second_transfer_crowded=True)
    assert people_in(record, "school") <= 205
    assert people_in(record, "hall") > 90
    assert record.tables["services"]["short_person_h"].iloc[0] > 40 * 20


def test_a_shelter_that_is_crowded_lets_nobody_else_in(tmp_path):
    given_loads = run(tmp_path).tables["shelter_load"]
    hall = given_loads[given_loads["shelter"] == "hall"]
    assert not (np.diff(hall.loc[hall["time_s"] > DAY + HOUR, "people"]) > 0).any()


@pytest.mark.parametrize(
    ("care", "place"),
    [
        ({"space": {"emergency": "3 m2", "short": "2 m2"}}, "plan.care.space"),
        ({"space": None}, "plan.care.space"),
        ({"space": None, "second_transfer_crowded": True}, "plan.care.second_transfer_crowded"),
    ],
)
def test_areas_that_shrink_or_that_nobody_needs_are_told(tmp_path, care, place):
    given = small_district(
        tmp_path, shelters=[{"id": "hall", "node": node(2, 1), "area": "100 m2"}], care=care
    )
    assert place in {issue.place for issue in read_mapping(given, base=tmp_path, name="test").issues}
