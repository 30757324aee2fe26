"""Injured people from the landing to a bed, against times worked out by hand: 500 m of road are 50 s."""

import numpy as np
import pytest

import evacsim as ev
from evacsim.report.markup import Words
from evacsim.report.rescue_told import rescue_section
from evacsim.world.triage import CARE, chance, score_after
from tests.engine.rescue.test_boats_at_work import HOUR, LEG, run
from tests.reference.flooded_street import FLOODED_AT, flooded_street, street
from tests.reference.small_district import link, node

NEVER = {"type": "fixed", "value": "10000 h"}
ALL_HURT = {"trapped": NEVER, "injured": 1, "first_score": 12}


def at_once(*places, **rules):
    """Return treatment places (node column, beds), ambulances that load in 10 min and hand over in 5."""
    return {
        "places": [
            {"id": f"clinic-{k}", "node": node(c, 0), "beds": beds} for k, (c, beds) in enumerate(places)
        ],
        "loading": {"type": "fixed", "value": "10 min"},
        "handover": {"type": "fixed", "value": "5 min"},
        **rules,
    }


def treated(folder, *places, people=1, survival=ALL_HURT, seed=1, **changes):
    """Return a run in which a boat of one seat brings injured people to corner 4, and the road leads on to clinics."""
    rules = at_once(*places, **changes.pop("rules", {}))
    scenario = flooded_street(
        folder,
        villages={0: people},
        boats={"seats": 1, **changes.pop("boats", {})},
        rescue={"survival": survival, "treatment": rules},
        **changes,
    )
    return run(scenario, seed)


def patients(run_):
    return run_.record.tables["patients"].sort_values("came_s", ignore_index=True)


def test_an_injured_person_is_brought_to_a_bed_and_leaves_it(tmp_path):
    got = treated(tmp_path, (6, 1), seed=2)
    one = patients(got).iloc[0]
    ashore = FLOODED_AT + 8 * LEG
    assert one["ashore_s"] == ashore
    assert one["came_s"] == one["admitted_s"] == ashore + 600 + 2 * 50 + 300
    score = score_after(12, one["admitted_s"] - FLOODED_AT)
    hurt = got.record.tables["injured"].iloc[0]
    assert (hurt["treated_s"], hurt["score"], hurt["chance"]) == (one["admitted_s"], score, chance(score))
    assert one["state"] == "treated"
    assert one["left_s"] == one["admitted_s"] + CARE[score]
    assert got.record.ledger["final_state"].tolist() == [
        "sheltered"
    ]  # his household is in the book of its own


def test_a_bed_that_comes_free_goes_to_the_next_at_that_moment(tmp_path):
    # I6: one bed, four patients, each 1600 s after the one before; each takes the bed for two hours, or dies in it.
    care = {"type": "fixed", "value": "2 h"}
    got = treated(tmp_path, (5, 1), people=4, rules={"care": care, "order": "first_come"})
    table = patients(got)
    assert table["admitted_s"].iloc[0] == table["came_s"].iloc[0]
    assert table["admitted_s"].to_numpy()[1:].tolist() == table["left_s"].to_numpy()[:-1].tolist()
    assert (table["left_s"] - table["admitted_s"]).max() == 2 * HOUR


@pytest.mark.parametrize("order", ["gravest", "most_to_lose", "first_come"])
def test_nobody_waits_while_a_bed_is_free_and_the_dead_free_theirs(tmp_path, order):
    dying = ALL_HURT | {"first_score": 6}
    got = treated(
        tmp_path, (5, 2), (7, 1), people=40, survival=dying, boats={"vehicles": 8}, rules={"order": order}
    )
    table = patients(got)
    died = table[table["state"] == "died"]
    assert len(died) > 5
    assert died["left_s"].notna().all()
    beds = got.record.tables["treatment_beds"]
    assert (beds["taken"] <= beds["beds"]).all()
    assert (beds["taken"][beds["waiting"] > 0] == beds["beds"][beds["waiting"] > 0]).all()
    # Counted again from the patients alone: as many in bed as the table says.
    for row in beds.itertuples():
        own = table[table["place"] == row.place]
        in_bed = (own["admitted_s"] <= row.time_s) & ~(own["left_s"] <= row.time_s)
        waits = (own["came_s"] <= row.time_s) & ~(own["admitted_s"] <= row.time_s)
        assert (in_bed.sum(), waits.sum()) == (row.taken, row.waiting)
    assert set(table["household"]) == set(got.record.tables["injured"]["household"])


def test_as_many_die_as_the_score_says(tmp_path):
    hurt = ALL_HURT | {"first_score": 7}
    got = treated(
        tmp_path, (5, 400), people=400, survival=hurt, boats={"vehicles": 40, "seats": 10, "speed": "25 m/s"}
    )
    table, injured = patients(got), got.record.tables["injured"]
    n_died, expected = (table["state"] == "died").sum(), (1 - injured["chance"]).sum()
    spread = np.sqrt((injured["chance"] * (1 - injured["chance"])).sum())
    assert len(table) == 400
    assert 0.1 < expected / 400 < 0.9
    assert abs(n_died - expected) < 3.5 * spread
    assert got.indicators["injured_lost"].value == pytest.approx(expected)
    assert got.indicators["treatment_wait_mean"].value == 0
    assert got.indicators["untreated_people"].value == 0


def test_the_nearest_place_with_a_free_bed_is_chosen_then_the_nearest(tmp_path):
    got = treated(tmp_path, (5, 1), (7, 1), people=3, rules={"care": {"type": "fixed", "value": "9 h"}})
    assert patients(got)["place"].tolist() == ["clinic-0", "clinic-1", "clinic-0"]


def test_an_ambulance_waits_until_a_road_leads_to_a_place(tmp_path):
    given = street(
        tmp_path,
        villages={0: 1},
        boats={"seats": 1},
        rescue={"survival": ALL_HURT, "treatment": at_once((6, 1))},
    )
    table = tmp_path / "links.csv"
    cut = [f"{link(*way)},T+30 min,0.7" for way in (((5, 0), (6, 0)), ((6, 0), (5, 0)))]
    free = [line.replace("T+30 min,0.7", "T+5 h,0") for line in cut]
    table.write_text(table.read_text() + "\n".join([*cut, *free]) + "\n")
    got = run(ev.from_mapping(given))
    assert patients(got)["came_s"].tolist() == [5 * HOUR + 600 + 100 + 300]
    assert patients(got)["ashore_s"].tolist() == [FLOODED_AT + 8 * LEG]


def test_who_waits_at_the_end_is_told_and_has_the_chance_of_that_moment(tmp_path):
    got = treated(tmp_path, (5, 1), people=3, rules={"care": NEVER, "order": "first_come"}, duration="14 h")
    states = patients(got)["state"].tolist()
    assert sorted(states) == ["in_bed", "waits", "waits"] or "died" in states
    waits = got.record.tables["injured"]
    late = waits[waits["treated_s"].isna()]
    assert (late["chance"] == chance(score_after(12, 14 * HOUR - FLOODED_AT))).all()
    assert got.indicators["treatment_wait_mean"].value == np.inf
    assert got.indicators["untreated_people"].value == len(late) > 0


def test_without_places_the_injured_are_treated_in_the_craft_as_before(tmp_path):
    got = run(flooded_street(tmp_path, villages={0: 1}, rescue={"survival": ALL_HURT}))
    assert got.record.tables["injured"]["treated_s"].tolist() == [FLOODED_AT + 4 * LEG]
    assert got.record.tables["patients"].empty
    assert np.isnan(got.indicators["treatment_wait_mean"].value)


def test_places_change_nothing_for_anybody_who_is_not_injured(tmp_path):
    plain = run(flooded_street(tmp_path / "plain", villages={0: 9}, rescue={"survival": ALL_HURT}))
    placed = treated(tmp_path / "placed", (5, 1), people=9, boats={"seats": 5})
    columns = ["household", "arrived_s", "final_state"]
    assert plain.record.ledger[columns].equals(placed.record.ledger[columns])


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_report_tells_of_beds_and_of_who_waited(tmp_path, lang):
    got = treated(tmp_path, (5, 1), people=4)
    text = str(rescue_section(got.record, Words(lang)))
    assert "clinic-0" in text
    assert {"en": "longest queue", "zh": "最多候床人数"}[lang] in text


def test_what_is_wrong_with_places_is_told_at_once(tmp_path):
    places = [{"id": "a", "node": node(5, 0), "beds": 1}, {"id": "a", "node": node(6, 0), "beds": 2}]
    given = street(tmp_path, rescue={"treatment": {"places": places}})
    with pytest.raises(ev.EvacsimError) as told:
        run(ev.from_mapping(given))
    assert "plan.rescue.treatment.places[1].id" in str(told.value)
    assert "nobody is injured" in str(told.value)
    lost = [{"id": "a", "node": "nowhere", "beds": 1}]
    given = street(tmp_path / "lost", rescue={"treatment": {"places": lost}, "survival": {}})
    with pytest.raises(ev.EvacsimError, match=r"treatment\.places\[0\]\.node"):
        run(ev.from_mapping(given))
