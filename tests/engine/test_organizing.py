"""Teams from door to door: rounds, whom they find, what they count, when zero is declared."""

import numpy as np
import pytest

from tests.reference.small_district import node, write_depths
from tests.reference.word import ORDERED, channel, of_kind, office, run, word

HOUR, MINUTE = 3600.0, 60.0


def village(dwellings, people=None):
    size = 1 if people is None else people / dwellings
    return [
        {
            "id": "village",
            "node": node(0, 1),
            "population": people or dwellings,
            "household_size": size,
        }
    ]


def teams(number, **more):
    return [{"id": f"team-{row:03}", "office": "county", **more} for row in range(number)]


def doors(folder, zones, number, *, rules=None, organize=None, **changes):
    """Return a run in which teams go from door to door by day and by night alike."""
    organize = {
        "officers": teams(number),
        "door_to_door": {"rate": 12, "night_factor": 1, **(rules or {})},
        **(organize or {}),
    }
    return run(word(folder, zones=zones, organize=organize, **changes))


def lists(**wrong):
    """Return who goes, and what is wrong with the list of the village."""
    return {"compliance": 1, "lists": {"zones": [{"zones": ["village"], **wrong}]}}


def hidden(record):
    """Return the households on no list."""
    return ("household/" + record.ledger["household"][~record.ledger["listed"]]).tolist()


def test_v58(tmp_path):
    """600 dwellings, ten teams, twelve an hour."""
    record = doors(tmp_path, village(600), 10)
    visits = of_kind(record, "visited")
    assert len(visits) == 600
    assert visits["time_s"].max() - ORDERED == 5 * HOUR
    assert record.tables["officers"]["households"].tolist() == [60] * 10
    assert record.tables["officers"]["done_s"].tolist() == [ORDERED + 5 * HOUR] * 10
    assert record.ledger["told_s"].notna().all()
    assert (record.ledger["channel"] == "officer/" + record.ledger["officer"]).all()


@pytest.mark.parametrize(("number", "minutes"), [(44, 45), (22, 90)])
def test_v91(tmp_path, number, minutes):
    """Confluence 2012: 986 people in 394 dwellings, knocked out of bed at 04:30."""
    record = doors(tmp_path, village(394, 986), number, start="2026-07-18 04:15")
    n = len(record.ledger)
    visits = of_kind(record, "visited")
    assert len(visits) == n
    rounds = int(np.ceil(n / number))
    assert visits["time_s"].max() - ORDERED == rounds * 5 * MINUTE
    # As many dwellings as drawn, 394 on average: nine rounds, or one more or less.
    assert visits["time_s"].max() - ORDERED == pytest.approx(minutes * MINUTE, abs=5 * MINUTE)
    assert number < 44 or 986 / ((visits["time_s"].max() - ORDERED) / MINUTE) >= 19.7


def test_v91_exactly(tmp_path):
    """394 dwellings of one: nine rounds of five minutes, or eighteen."""
    for number, minutes in ((44, 45), (22, 90)):
        record = doors(tmp_path / str(number), village(394), number, start="2026-07-18 04:15")
        assert of_kind(record, "visited")["time_s"].max() - ORDERED == minutes * MINUTE
    assert 986 / 45 > 21.9  # people a minute


def test_by_night_a_team_is_slower(tmp_path):
    """It is 20:15; the night lasts until 6:00."""
    record = doors(tmp_path, village(12), 1, rules={"night_factor": 0.5})
    assert of_kind(record, "visited")["time_s"].max() - ORDERED == 2 * HOUR


def test_j4(tmp_path):
    """One of forty households is on no list: the first round counts zero, and the second finds it."""
    offices = [office("town", "county"), office("county", "village", "town", zones=["*"])]
    record = doors(
        tmp_path,
        village(40),
        2,
        rules={"sweeps": 2},
        who=lists(unlisted=1),
        organize={
            "offices": offices,
            "calling": {"ring": "10 min", "answer_day": 1, "answer_night": 1},
            "reports": {"loss": 0, "double": 0, "error": 0, "over_report": 0},
        },
    )
    sweeps = record.tables["sweeps"]
    assert sweeps["counted_left"].tolist() == [0, 0]
    assert sweeps["true_left"].tolist() == [1, 0]
    done = of_kind(record, "sweep_done")
    assert done["value"].tolist() == [0, 0]
    found = of_kind(record, "found_unlisted")
    assert len(found) == 1
    assert found["subject"].tolist() == hidden(record)
    assert sweeps["begun_s"][1] < found["time_s"].iloc[0] <= sweeps["done_s"][1]
    zero = of_kind(record, "zero_declared")
    assert zero["time_s"].tolist() == [sweeps["done_s"][1] + 10 * MINUTE]
    assert zero["value"].tolist() == [0]
    assert record.tables["officers"]["found"].sum() == 1


def test_zero_is_declared_although_somebody_is_left(tmp_path):
    record = doors(tmp_path, village(40), 2, who=lists(unlisted=1))
    assert of_kind(record, "zero_declared")["value"].tolist() == [1]
    assert record.tables["sweeps"]["true_left"].tolist() == [1]
    assert of_kind(record, "never_reached")["subject"].tolist() == hidden(record)


def test_nobody_declares_zero_where_the_report_is_lost_or_somebody_refuses(tmp_path):
    offices = [office("town", "county"), office("county", "village", "town", zones=["*"])]
    lost = doors(tmp_path / "a", village(40), 2, organize={"offices": offices, "reports": {"loss": 1}})
    assert of_kind(lost, "sweep_done")["value"].tolist() == [0]
    assert of_kind(lost, "zero_declared").empty
    some = doors(tmp_path / "b", village(40), 2, who={"compliance": 0.8})
    refused = of_kind(some, "refused")["value"].sum()
    assert refused > 0
    assert of_kind(some, "sweep_done")["value"].tolist() == [refused]
    assert of_kind(some, "zero_declared").empty


def test_zero_is_declared_when_the_last_has_left(tmp_path):
    """Packing takes an hour: after the round all are still there or on their way out."""
    organize = {"preparation": {"type": "fixed", "value": "60 min"}}
    record = doors(tmp_path, village(24), 2, organize=organize)
    done, zero = of_kind(record, "sweep_done"), of_kind(record, "zero_declared")
    assert done["time_s"].tolist() == [ORDERED + HOUR]
    # Those visited in the first round leave at this very moment, after the count.
    assert 0 < done["value"].iloc[0] <= 24
    assert zero["time_s"].tolist() == [record.ledger["departed_s"].max()]
    assert zero["value"].tolist() == [0]
    assert record.tables["head_counts"]["counted"].iloc[-1] == 0


def test_entries_behind_which_nobody_lives_cost_time(tmp_path):
    record = doors(tmp_path, village(24), 2, who=lists(ghosts=6))
    assert len(of_kind(record, "nobody_home")) == 6
    assert of_kind(record, "visited")["time_s"].max() <= ORDERED + 15 * 5 * MINUTE
    assert record.tables["officers"]["done_s"].tolist() == [ORDERED + 15 * 5 * MINUTE] * 2


def test_who_stands_on_another_village_s_list_is_found_in_the_second_round_only(tmp_path):
    """All of west stand on the list of north, and the other way round."""
    who = {"compliance": 1, "lists": {"wrong_zone": 1}}
    organize = {
        "officers": [
            {"id": "a", "office": "county", "zones": ["west"]},
            {"id": "b", "office": "county", "zones": ["north"]},
        ],
        "door_to_door": {"rate": 120, "night_factor": 1, "sweeps": 2},
    }
    record = run(word(tmp_path, organize=organize, who=who))
    n = len(record.ledger)
    assert len(of_kind(record, "nobody_home")) == n
    assert sorted(of_kind(record, "found_unlisted")["subject"]) == sorted(
        "household/" + record.ledger["household"]
    )
    sweeps = record.tables["sweeps"].set_index(["zone", "sweep"])
    assert sweeps["counted_left"].tolist() == [0, 0, 0, 0]
    assert sweeps["true_left"].to_dict() == {
        ("north", 1): 100, ("north", 2): 0, ("west", 1): 200, ("west", 2): 0,
    }  # fmt: skip


def test_whoever_has_left_is_not_at_home(tmp_path):
    """Everybody hears the loudspeaker and leaves before a team comes."""
    record = doors(tmp_path, village(24), 2, channels=[channel("speaker")])
    assert of_kind(record, "visited").empty
    assert len(of_kind(record, "nobody_home")) == 24
    causes = record.events.set_index("seq").loc[of_kind(record, "nobody_home")["cause"]]
    assert {"departed", "arrived", "settled"} & set(causes["kind"])
    assert set(record.ledger["channel"]) == {"channel/speaker"}


def test_heads_are_counted_with_the_error_that_is_given(tmp_path):
    """200 zones of forty who all refuse: the mean error is 0, its deviation what the plan says."""
    zones = [
        {"id": f"z{row:03}", "node": node(row % 5, row % 3), "population": 40, "household_size": 1}
        for row in range(200)
    ]
    record = doors(
        tmp_path, zones, 200, rules={"rate": 200, "count_error": 0.25}, who={"compliance": 0}, duration="3 h",
        organize={"officers": [{"id": z["id"], "office": "county", "zones": [z["id"]]} for z in zones]},
    )  # fmt: skip
    counts = record.tables["head_counts"]
    assert (counts["truth"] == 40).all()
    off = counts["counted"] / counts["truth"] - 1
    assert len(off) == 200
    assert off.mean() == pytest.approx(0, abs=3 * 0.25 / np.sqrt(200))
    assert off.std() == pytest.approx(0.25, rel=0.2)


def test_a_village_without_a_team_is_named_and_never_reached(tmp_path):
    organize = {"officers": teams(1, zones=["west"]), "door_to_door": {"rate": 200}}
    record = run(word(tmp_path, organize=organize))
    overloaded = of_kind(record, "officer_overloaded")
    north = record.ledger[record.ledger["zone"] == "north"]
    assert overloaded["subject"].tolist() == ["zone/north"]
    assert overloaded["value"].tolist() == [len(north)]
    assert north["told_s"].isna().all()
    never = of_kind(record, "never_reached")
    assert len(never) == len(north)
    assert set(never["cause"]) == set(overloaded["seq"])


def test_what_is_not_visited_by_the_end_is_told(tmp_path):
    record = doors(tmp_path, village(600), 1, duration="2 h 15 min")
    visited = len(of_kind(record, "visited"))
    assert visited == 24
    assert of_kind(record, "officer_overloaded")["value"].tolist() == [600 - visited]
    assert record.tables["sweeps"]["unvisited"].tolist() == [600 - visited]
    assert record.tables["sweeps"]["done_s"].isna().all()


def test_another_team_changes_nobody_elses_luck(tmp_path):
    """The same door gets the same answer in the second round, whoever knocks."""
    organize = {"preparation": {"type": "lognormal", "median": "30 min", "sigma": 0.5}}
    one = doors(tmp_path / "a", village(40), 1, organize=organize).ledger
    two = doors(tmp_path / "b", village(40), 2, organize=organize).ledger
    took = [ledger["ready_s"] - ledger["told_s"] for ledger in (one, two)]
    assert np.allclose(took[0], took[1], atol=1e-6)
    assert not one["told_s"].equals(two["told_s"])


def test_special_groups_are_visited_first_where_each_has_a_person_responsible(tmp_path):
    population = {"groups": {"elderly_alone": 0.2, "disabled": 0, "pregnant": 0, "left_behind": 0}}
    record = doors(tmp_path, village(60), 1, rules={"one_to_one": True}, population=population)
    special = record.ledger["special_group"] != ""
    assert 3 < special.sum() < 30
    assert record.ledger["told_s"][special].max() < record.ledger["told_s"][~special].min()
    assert record.tables["officers"]["one_to_one"].tolist() == [special.sum()]
    plain = doors(tmp_path / "plain", village(60), 1, population=population)
    in_turn = plain.ledger["told_s"].diff().dropna()
    assert (in_turn > 0).all()
    assert plain.tables["officers"]["one_to_one"].tolist() == [0]


def test_a_visit_persuades_those_whom_a_loudspeaker_did_not(tmp_path):
    """Impact 0.1 against a threshold of 0.3 convinces nobody; a visit adds 0.4."""
    belief = {"threshold": 0.3, "threshold_sd": 0, "visit": 0.4, "confirmation": 0}
    record = doors(
        tmp_path,
        village(24),
        2,
        who={"compliance": 1, "behavior": {"belief": belief}},
        channels=[channel("speaker", impact=0.1)],
    )
    assert len(of_kind(record, "disbelieved")) == 24
    persuaded = of_kind(record, "persuaded")
    assert len(persuaded) == 24
    causes = record.events.set_index("seq").loc[persuaded["cause"]]
    assert set(causes["kind"]) <= {"visited", "told", "disbelieved"}
    assert (record.ledger["told_s"] == ORDERED).all()
    assert sorted(persuaded["time_s"]) == sorted(of_kind(record, "visited")["time_s"])
    assert record.ledger["departed_s"].notna().all()


def test_a_knock_follows_from_the_round_and_not_from_the_door_before(tmp_path):
    record = doors(tmp_path, village(20), 1)
    kind_of = record.events.set_index("seq")["kind"]
    assert len(of_kind(record, "visited")) == 20
    assert set(kind_of[of_kind(record, "visited")["cause"]]) == {"sweep_begun"}
    assert kind_of[of_kind(record, "head_counted")["cause"].iloc[0]] in {"visited", "told"}


def test_nobody_is_said_to_be_away_who_is_cut_off_at_home(tmp_path):
    flood = [("village", "T+20 min", 0.8)]
    water = {"type": "table", "places": write_depths(tmp_path / "places.csv", "place", flood)}
    record = doors(tmp_path, village(60), 1, water=water)
    ledger = record.ledger
    assert (ledger["final_state"] == "stranded").sum() > 30
    cut_off = "household/" + ledger["household"][ledger["final_state"] == "stranded"]
    assert not of_kind(record, "nobody_home")["subject"].isin(cut_off).any()
