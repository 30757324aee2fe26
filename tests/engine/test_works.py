"""Roads that are cut and cleared, against times worked out by hand.

A street of corners 500 m apart, driven at 10 m/s: 50 s each. The team stands at corner 0, the road from corner 3
to 4 is cut both ways.
"""

from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import evacsim as ev
from evacsim.engine.works.jobs import HOUR
from evacsim.errors import ScenarioError
from tests.reference.flooded_street import NOW
from tests.reference.flooded_street import street as flooded_street
from tests.reference.record import engine_record
from tests.reference.small_district import link, node, small_district, write_grid

MINUTE = 60.0
HEARD = {"type": "fixed", "value": "10 min"}
BOTH = [link((3, 0), (4, 0)), link((4, 0), (3, 0))]
TEAM = {"id": "diggers", "kind": "contractor", "node": node(0, 0), "members": 10, "readiness": "30 min"}


def street(folder, *, forces=(TEAM,), cuts=None, works=None, trigger="T+10 h", **changes):
    """Return a street of seven corners: a village at 0, the shelter at 6, people who go by bus from corner 1."""
    given = small_district(
        folder,
        zones=[{"id": "west", "node": node(0, 0), "population": 20}],
        shelters=[{"id": "school", "node": node(6, 0), "capacity": 100}],
        fleets=[
            {
                "id": "buses",
                "node": node(0, 0),
                "vehicles": 1,
                "seats": 40,
                "availability": 1,
                "call_up": "0 s",
            }
        ],
        transfers=[
            {
                "zone": "west",
                "trigger_at": trigger,
                "organizer": "x",
                "pickup_point": "stop",
                "fleet": "buses",
            }
        ],
        to={"bus_share": 1, "car_share": 0},
        **changes,
    )
    given["district"]["roads"]["file"] = str(write_grid(folder / "network", columns=7, rows=1))
    given["district"]["pickup_points"] = [{"id": "stop", "node": node(1, 0)}]
    given["district"]["forces"] = list(forces)
    one = {"links": BOTH, "begins": "T+1 h", "work": 20}
    given["hazard"]["road_cuts"] = [one] if cuts is None else cuts
    if works is not None:
        given["plan"]["works"] = {"heard_after": HEARD} | works
    return given


def run(given, seed=1):
    return engine_record(ev.from_mapping(given), seed=seed)


def times(record, kind):
    return record.events.query(f"kind == '{kind}'")["time_s"].tolist()


def test_a_road_is_cleared_by_a_team_that_is_called_gets_ready_drives_and_works(tmp_path):
    # Cut at 1 h, heard 10 min later, ready after 30 min, three streets of 50 s, ten people for 20 person-hours.
    record = run(street(tmp_path, works={}))
    work = record.tables["works"].iloc[0]
    asked = HOUR + 10 * MINUTE
    begun = asked + 30 * MINUTE + 150
    assert [work[name] for name in ("arisen_s", "asked_s", "sent_s", "begun_s", "done_s")] == [
        HOUR,
        asked,
        asked + 30 * MINUTE,
        begun,
        begun + 2 * HOUR,
    ]
    assert (work["teams"], work["people"], work["left_person_hours"], work["why_not"]) == (
        "diggers",
        10,
        0,
        "",
    )
    assert work["place"] == BOTH[0]
    assert times(record, "road_cut") == [HOUR] * 2
    assert times(record, "road_mended") == [begun + 2 * HOUR] * 2
    # Home again after as long as the way there.
    force = record.tables["forces"].iloc[0]
    assert force["crew_hours"] * HOUR == pytest.approx(2 * HOUR + 2 * 150)


def test_a_machine_that_a_party_takes_along_works_beside_its_people(tmp_path):
    # Ten people and a machine worth thirty: 20 person-hours take half an hour instead of two.
    record = run(street(tmp_path, works={"plant": {"machines": 3, "worth": 30}}))
    work = record.tables["works"].iloc[0]
    assert (work["people"], work["machines"]) == (10, 1)
    assert work["done_s"] - work["begun_s"] == HOUR / 2


def test_machines_are_as_many_as_there_are_and_go_on_with_their_party(tmp_path):
    # Two roads are cut at once, two parties of five: the one that sets out first has the only machine, and the other
    # none; the first one takes it to the third road.
    # Only the ways back are cut, so that every road is reached.
    cuts = [{"links": [link((c + 1, 0), (c, 0))], "begins": "T+1 h", "work": 35} for c in (1, 3, 5)]
    given = street(tmp_path, cuts=cuts, works={"party": 5, "plant": {"machines": 1, "worth": 30}})
    works = run(given).tables["works"].sort_values("sent_s", kind="stable")
    assert works["machines"].tolist() == [1, 0, 1]
    assert (works["done_s"] - works["begun_s"]).tolist() == [HOUR, 7 * HOUR, HOUR]
    assert works["sent_s"].iloc[2] == works["done_s"].iloc[0]


def test_every_event_of_a_cleared_road_goes_back_to_the_cut(tmp_path):
    events = run(street(tmp_path, works={})).events.set_index("seq")
    at = events.index[events["kind"] == "road_mended"][0]
    kinds = []
    while pd.notna(at):
        kinds.append(events.loc[int(at), "kind"])
        at = events.loc[int(at), "cause"]
    assert kinds == [
        "road_mended",
        "work_done",
        "work_begun",
        "work_assigned",
        "force_ready",
        "force_called",
        "work_asked",
        "road_cut",
    ]


def test_a_bus_waits_until_the_road_is_clear(tmp_path):
    dry = run(street(tmp_path / "a", trigger="T+2 h", cuts=[]))
    large = {"links": BOTH, "begins": "T+1 h", "work": 60}
    record = run(street(tmp_path / "b", trigger="T+2 h", cuts=[large], works={}))
    cleared = times(record, "road_mended")[0]
    # Without works the road stays cut, and nobody passes but on foot.
    never = run(street(tmp_path / "c", trigger="T+2 h"))
    assert dry.ledger["arrived_s"].max() < cleared
    late = record.ledger["arrived_s"]
    by_bus = record.ledger["mode"] == "bus"
    assert by_bus.any()
    assert late[by_bus].min() >= cleared + 100
    assert late[by_bus].max() < cleared + HOUR
    assert not len(never.tables["works"])
    assert never.tables["vehicles"]["people"].sum() == 0


@pytest.mark.parametrize(
    ("forces", "works", "why"),
    [
        ([{**TEAM, "kind": "medical"}], {}, "no_team"),
        ([{**TEAM, "readiness": "20 h"}], {}, "not_ready"),
        ([{**TEAM, "members": 1}], {}, "at_work"),
        (
            [TEAM, {**TEAM, "id": "other", "members": 30, "skills": ["door"]}],
            {"heard_after": "20 h"},
            "not_heard",
        ),
    ],
)
def test_what_is_not_done_says_why(tmp_path, forces, works, why):
    if "heard_after" in works:
        works = {"heard_after": {"type": "fixed", "value": "10 h"}}
    one = {"links": BOTH, "begins": "T+5 h", "work": 20}
    record = run(street(tmp_path, forces=forces, works=works, cuts=[one]))
    assert record.tables["works"]["why_not"].tolist() == [why]
    assert times(record, "road_mended") == []


def test_a_team_behind_another_cut_clears_it_on_its_way(tmp_path):
    # The far one is heard of first: no way leads there until the near one is clear; the party goes straight on.
    near = {
        "links": [link((1, 0), (2, 0)), link((2, 0), (1, 0))],
        "begins": "T+1 h",
        "work": 10,
    }
    far = {
        "links": [link((4, 0), (5, 0)), link((5, 0), (4, 0))],
        "begins": "T+30 min",
        "work": 10,
    }
    record = run(street(tmp_path, cuts=[near, far], works={}, forces=[{**TEAM, "readiness": "1 h"}]))
    table = record.tables["works"].set_index("work")
    ready = 40 * MINUTE + HOUR
    assert table.loc[near["links"][0], "done_s"] == ready + 50 + HOUR
    # From corner 1, where it worked, three streets to corner 4.
    assert table.loc[far["links"][0], "begun_s"] == ready + 50 + HOUR + 150
    assert table.loc[far["links"][0], "done_s"] == ready + 50 + HOUR + 150 + HOUR


def test_two_parties_of_one_team_work_side_by_side_and_no_third(tmp_path):
    # The ways back are cut, those out are not: two go out at once, and who is done first goes on: from corner 1
    # to corner 3.
    ways = [((2, 0), (1, 0)), ((3, 0), (2, 0)), ((4, 0), (3, 0))]
    cuts = [{"links": [link(*way)], "begins": "T+1 h", "work": 5} for way in ways]
    record = run(street(tmp_path, cuts=cuts, works={"party": 5}))
    table = record.tables["works"].set_index("work")
    assert table["people"].tolist() == [5, 5, 5]
    ready = HOUR + 40 * MINUTE
    assert table["sent_s"].tolist() == [ready, ready, ready + 50 + HOUR]
    assert table["done_s"].tolist() == [ready + 50 + HOUR, ready + 100 + HOUR, ready + 50 + HOUR + 100 + HOUR]


def test_a_road_that_is_opened_by_order_stays_cut(tmp_path):
    given = street(tmp_path, trigger="T+2 h")
    given["plan"]["controls"] = [
        {"links": BOTH, "order": "close", "at": "T+30 min"},
        {"links": BOTH, "order": "open", "at": "T+90 min"},
    ]
    assert run(given).tables["vehicles"]["people"].sum() == 0


def test_a_road_is_clear_when_the_last_thing_on_it_is_gone(tmp_path):
    twice = [{"links": BOTH, "begins": f"T+{row + 1} h", "work": 10 * (row + 1)} for row in range(2)]
    record = run(street(tmp_path, cuts=twice, works={}))
    done = record.tables["works"].set_index("work")["done_s"]
    assert times(record, "road_mended") == [done[f"{BOTH[0]}/2"]] * 2
    assert done[BOTH[0]] < done[f"{BOTH[0]}/2"]


def test_a_road_that_is_passable_by_itself_needs_nobody_any_more(tmp_path):
    # The party has worked from 6150 s on, ten people for 450 s: 1.25 of 20 person-hours.
    one = {"links": BOTH, "begins": "T+1 h", "ends": "T+6600 s", "work": 20}
    record = run(street(tmp_path, cuts=[one], works={}))
    work = record.tables["works"].iloc[0]
    assert (work["why_not"], work["begun_s"], work["left_person_hours"]) == ("not_needed", 6150, 18.75)
    assert times(record, "road_mended") == [6600.0] * 2
    assert record.tables["forces"]["crew_hours"].tolist() == [(450 + 2 * 150) / HOUR]


def test_mistakes_are_told(tmp_path):
    unknown = [{"links": ["nowhere"], "begins": "T+1 h", "work": 20}]
    with pytest.raises(ScenarioError, match="nowhere"):
        run(street(tmp_path / "b", cuts=unknown))
    with pytest.raises(ScenarioError, match="more people than any team"):
        ev.from_mapping(street(tmp_path / "c", works={"party": 11}))


@settings(max_examples=10, deadline=None)
@given(luck=st.randoms(use_true_random=False), seed=st.integers(0, 9))
def test_no_team_is_in_two_places_in_a_storm(luck: Random, seed):
    with TemporaryDirectory() as folder:
        n_teams = luck.randint(1, 3)
        forces = [
            {
                **TEAM,
                "id": f"t{row}",
                "node": node(luck.randint(0, 6), 0),
                "members": luck.randint(2, 12),
                "readiness": f"{luck.randint(0, 90)} min",
            }
            for row in range(n_teams)
        ]
        cuts = []
        for _ in range(luck.randint(1, 6)):
            column = luck.randint(0, 5)
            ways = [link((column, 0), (column + 1, 0)), link((column + 1, 0), (column, 0))]
            cuts.append(
                {
                    "links": luck.choice([ways, ways[:1]]),
                    "begins": f"T+{luck.randint(0, 300)} min",
                    "work": luck.randint(1, 30),
                }
            )
        party = luck.choice([{}, {"party": 2}])
        record = run(street(Path(folder), forces=forces, cuts=cuts, works=party), seed)
    table, events = record.tables["works"], record.events
    assert len(table) == len(cuts)
    assert ((table["why_not"] == "") == table["done_s"].notna()).all()
    for team in forces:
        sent = events[(events["kind"] == "work_assigned") & (events["subject"] == f"force/{team['id']}")]
        spans = [
            (time, people, table.set_index("work").loc[place.removeprefix("work/"), "done_s"])
            for time, people, place in zip(sent["time_s"], sent["value"], sent["place"], strict=True)
        ]
        for time, _, _ in spans:
            at_once = sum(p for start, p, end in spans if start <= time and not end <= time)
            assert at_once <= team["members"]
    # Whatever is done took its work, by those who were sent.
    done = table[table["done_s"].notna()]
    hours = (done["done_s"] - done["begun_s"]) / HOUR
    assert (hours * done["people"]).to_numpy() == pytest.approx(done["person_hours"].to_numpy())


def test_who_works_is_on_no_boat_and_rests_when_tired(tmp_path):
    """Four people, all at a road when the water comes; boats of two wait until they are home and have rested."""
    team = {
        "id": "fire",
        "kind": "fire",
        "node": node(4, 0),
        "members": 4,
        "readiness": "0 s",
        "skills": ["water", "clear"],
    }
    given = flooded_street(
        tmp_path,
        villages={0: 5},
        forces=[team],
        boats={"force": "fire", "crew": 2},
        rescue={"fatigue": {"full": "1 h", "tired": "2 h", "stop": "3 h", "rest": "4 h"}},
    )
    given["hazard"]["road_cuts"] = [{"links": [link((6, 0), (7, 0))], "begins": "T+0 s", "work": 6.8}]
    given["plan"]["works"] = {"heard_after": NOW}
    record = run(given)
    # 100 s by road; 3500 s at full strength and the rest at .85; home in 100 s, then four hours of rest.
    done = 100 + 3500 + (6.8 * HOUR - 4 * 3500) / (4 * 0.85)
    assert record.tables["works"]["done_s"].tolist() == pytest.approx([done])
    first = record.tables["craft_time"].query("what == 'to_case'")["from_s"].min()
    assert first == pytest.approx(done + 100 + 4 * HOUR)
    assert record.tables["forces"]["crews_stopped"].iloc[0] >= 1
