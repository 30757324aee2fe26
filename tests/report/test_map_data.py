"""What the map shows is what the record says, frame by frame."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from evacsim.analysis.people import out_times
from evacsim.report.cases_drawn import node_places, open_people
from evacsim.report.map_data import Frames, depth_class, map_data, safe_spans
from evacsim.results.record import EVENTS
from tests.reference.fake_record import fake_record
from tests.reference.small_record import HOUR, frame, settled, small_record
from tests.report.test_packing import unpack, unzigzag


@pytest.fixture(scope="module")
def record():
    return fake_record()


@pytest.fixture(scope="module")
def world(record):
    return map_data(record, "en")


def value_at(steps, frame):
    return next(
        (value for at, value in reversed(list(zip(steps[::2], steps[1::2], strict=True))) if at <= frame), 0
    )


def test_frames_cover_the_run(record, world):
    assert world["interval"] == 1800
    assert (world["frames"] - 1) * world["interval"] == record.end


def test_every_person_on_a_road_is_in_one_frame(record, world):
    numbers = iter(unpack(world["flows"]))
    frames = [[(next(numbers), next(numbers)) for _ in range(next(numbers))] for _ in range(world["frames"])]
    assert next(numbers, None) is None
    flows = record.tables["flows"]
    assert sum(people for rows in frames for _, people in rows) == flows["people"].sum()
    # An interval is shown when it is over.
    for number, rows in enumerate(frames):
        began = (number - 1) * world["interval"]
        assert sum(people for _, people in rows) == flows.loc[flows["time_s"] == began, "people"].sum()


def test_roads_come_back_as_they_lie(record, world):
    numbers = unzigzag(unpack(world["roads"]["lines"]))
    points = numbers[0]
    shape = np.cumsum(np.array(numbers[1 : 1 + 2 * points]).reshape(points, 2), axis=0)
    assert record.tables["links"]["line"].iloc[0] == "0.0 0.0, 250.0 25.0, 500.0 0.0"
    assert shape.tolist() == [[0, 1525], [250, 1500], [500, 1525]]  # rows count southwards from 1525
    assert world["roads"]["number"] == len(record.tables["links"]) / 2


def test_water_on_a_road_follows_the_record(world):
    numbers = iter(unpack(world["water"]))
    roads, road = {}, 0
    for step in numbers:
        road += step
        roads[road] = [next(numbers) for _ in range(2 * next(numbers))]
    # The river road: 0.2 m from T+4 h, 0.5 m an hour later, then up to 1.1 m, which is the same class.
    assert roads[0] == [8, 2, 10, 4]
    assert len(roads) == 4


def test_zones_and_shelters_fill_as_in_the_ledger(record, world):
    out = out_times(record.ledger)  # nobody is cut off in a shelter
    for zone in world["zones"]:
        mine = (record.ledger["zone"] == zone["id"]).to_numpy()
        for number in range(world["frames"]):
            by_then = record.ledger["people"][mine & (out <= number * world["interval"])].sum()
            assert value_at(zone["safe"], number) == by_then
    for shelter in world["shelters"]:
        final = record.tables["shelters"].set_index("shelter").loc[shelter["id"], "people"]
        assert value_at(shelter["load"], world["frames"]) == final


def test_who_is_cut_off_in_a_shelter_was_safe_until_then():
    homes = [
        settled(at=1, people=5) | {"household": "a"},
        settled(at=1, people=3) | {"household": "b", "final_state": "trapped", "final_s": 9 * HOUR},
        {"people": 2, "triggered_s": 0.0, "final_state": "trapped", "final_s": HOUR},
    ]
    zones = [{"zone": "A", "x": 0.0, "y": 0.0}]
    links = [{"link": "l", "line": "0 0, 900 0"}]
    record = small_record(homes, zones=zones, links=links)
    events = [
        (1, 0.5, "stranded", "b"),
        (2, 7.0, "stranded", "b"),
        (3, 9.0, "trapped", "b"),
        (4, 9.0, "trapped", "c"),
    ]
    names = ["seq", "time_s", "kind", "subject"]
    rows = [
        dict(zip(names, (seq, at * HOUR, kind, f"household/{who}"), strict=True))
        for seq, at, kind, who in events
    ]
    record = replace(record, events=frame(EVENTS, rows))
    begin, end = safe_spans(record)
    np.testing.assert_array_equal(begin, [HOUR, HOUR, np.nan])
    np.testing.assert_array_equal(end, [np.nan, 7 * HOUR, np.nan])
    assert map_data(record, "en")["zones"][0]["safe"] == [6, 8, 42, 5]


def test_depth_classes_change_at_their_bounds():
    depths = np.array([0.0, 0.01, 0.149, 0.15, 0.3, 0.5, 1.19, 1.2, 9.0])
    assert depth_class(depths).tolist() == [0, 1, 1, 2, 3, 4, 4, 5, 5]


def test_steps_tell_changes_only():
    frames = Frames(10.0, 5)
    steps = frames.steps(np.array([0.0, 1.0, 10.0, 11.0, 19.0, 99.0]), np.array([0, 3, 4, 4, 5, 5]))
    assert steps == [1, 4, 2, 5]


def test_an_abstract_network_has_no_map():
    assert map_data(small_record([settled(at=1)]), "en") is None


def test_open_cases_are_shown_while_they_are_open_and_to_whom_craft_are_sent():
    cases = pd.DataFrame(
        [  # said, heard, sent, closed: fetched; nobody ever went there; gone before a craft was sent
            ("n0", 4, 1000.0, 4000.0, 9000.0),
            ("n0", 3, 2000.0, np.nan, np.nan),
            ("n1", 5, 2000.0, 8000.0, 6000.0),
        ],
        columns=["node", "said_people", "heard_s", "assigned_s", "closed_s"],
    )
    record = fake_record()
    columns = record.tables["cases"].reindex(range(len(cases))).drop(columns=list(cases.columns))
    record = replace(record, tables={**record.tables, "cases": pd.concat([columns, cases], axis=1)})
    changes = open_people(record)
    at = {
        (node, time): (people, sent)
        for node, time, people, sent in changes[["node", "time_s", "people", "sent"]].itertuples(index=False)
    }
    assert at == {
        ("n0", 1000.0): (4, 0),
        ("n0", 2000.0): (7, 0),
        ("n0", 4000.0): (7, 4),
        ("n0", 9000.0): (3, 0),
        ("n1", 2000.0): (5, 0),
        ("n1", 6000.0): (0, 0),
    }
    nodes = sorted(node_places(record.tables["links"]))[:2]
    record.tables["cases"]["node"] = record.tables["cases"]["node"].map(
        dict(zip(["n0", "n1"], nodes, strict=True))
    )
    shown = map_data(record, "zh")["cases"]
    assert [place["most"] for place in shown] == [7, 5]
    assert [value_at(shown[0]["people"], frame) for frame in (0, 1, 2, 3, 5)] == [0, 4, 7, 7, 3]
    assert [value_at(shown[0]["sent"], frame) for frame in (0, 1, 2, 3, 5)] == [0, 0, 0, 4, 0]
