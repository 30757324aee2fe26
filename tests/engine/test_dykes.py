"""Dykes that are patrolled, raised and drained: the water that everybody meets, against times worked out by hand.

The street of `test_works`: the team stands at corner 0, the dyke is held at corner 3; behind it lie the shelter at
corner 6 and the road to it. The gauge rises by 1 m an hour from 0; the dyke is overtopped at 4 m, so at 4 h.
"""

from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import evacsim as ev
from evacsim.engine.works.jobs import HOUR
from evacsim.errors import ScenarioError
from evacsim.scenario.checking import check
from evacsim.world.works import sandbags
from tests.engine.test_works import MINUTE, TEAM, run, street, times
from tests.reference.gauges import events_of, with_gauge
from tests.reference.record import engine_record
from tests.reference.small_district import link, node, write_depths
from tests.reference.storm_checks import broken_rules

LAST = link((5, 0), (6, 0))
DYKE = {
    "id": "east",
    "node": node(3, 0),
    "protects": ["school", "mast"],
    "links": ["n5-0_*"],
    "gauge": "bridge",
    "crest": "4 m",
    "length": "50 m",
}
MAST = {"id": "mast", "kind": "cell", "node": node(4, 0), "serves": ["*"]}
GUARDS = {**TEAM, "id": "guards", "kind": "drought_flood"}
RISING = [(0, 0), (4, 4), (4.5, 4.5), (12, 4.5)]
"""Overtops 4 m at 4 h, and never 4.6 m."""


def district(folder, *, dyke=(), stages=RISING, warning="1 m", **changes):
    """Return the street with a dyke; water behind it from 4 h on, at 5 h deeper, at 6 h as deep as at first."""
    folder.mkdir(exist_ok=True)
    rows = [("T+4 h", 0.4), ("T+5 h", 0.8), ("T+6 h", 0.4)]
    water = {
        "type": "table",
        "links": write_depths(folder / "links.csv", "link", [(LAST, *row) for row in rows]),
        "places": write_depths(
            folder / "places.csv", "place", [(place, *row) for place in ("school", "mast") for row in rows]
        ),
    }
    given = street(folder, cuts=[], water=water, **changes)
    given["district"]["sites"] = [MAST]
    given["hazard"]["dykes"] = [DYKE | dict(dyke)]
    return with_gauge(given, folder, stages, warning_stage=warning)


def depths(record, table, column, id_):
    rows = record.tables[table]
    mine = rows[rows[column] == id_]
    return list(zip(mine["time_s"].tolist(), mine["depth_m"].round(3).tolist(), strict=True))


def on_road(record):
    return depths(record, "water_links", "link", LAST)


AS_GIVEN = [(4 * HOUR, 0.4), (5 * HOUR, 0.8), (6 * HOUR, 0.4)]


def test_a_dyke_that_nobody_holds_fails_when_it_is_overtopped(tmp_path):
    record = run(district(tmp_path))
    assert times(record, "dyke_failed") == [4 * HOUR]
    assert on_road(record) == AS_GIVEN
    assert depths(record, "water_places", "place", "shelter/school") == AS_GIVEN


def test_a_dyke_changes_nothing_where_nothing_is_done(tmp_path):
    """But for its own failure the log is what it is without the dyke."""
    given = district(tmp_path, trigger="T+3 h 50 min")
    with_it = run(given).events
    kinds = with_it.set_index("seq")["kind"]
    wet = with_it[with_it["kind"] == "water_changed"]["cause"].tolist()
    assert [kinds.get(cause, "") for cause in wet] == ["dyke_failed", "dyke_failed", ""]
    given["hazard"]["dykes"] = []
    without = run(given).events
    first = with_it["kind"].tolist().index("dyke_failed")
    others = with_it.drop(index=[first - 1, first])
    for column in ("time_s", "kind", "subject", "place", "value"):
        assert others[column].astype(str).tolist() == without[column].astype(str).tolist()


WORKS = {"dykes": {"patrol": 0, "layer": "0.2 m", "raise_by": "0.6 m", "freeboard": "2 m"}}


def layer_hours(number, *, people=10, length=50.0):
    """Return how long so many layers take in all, by hand: 258 bags for each metre and square metre of height."""
    return 11_700 / (30.48 * 1.2192**2) * length * (0.2 * number) ** 2 / 12 / people


def test_sandbags_raise_the_crest_layer_by_layer(tmp_path):
    """At 2 m, at 2 h, the team is called; it is there at 2.5 h and 150 s, and has three layers to lay."""
    record = run(district(tmp_path, dyke={"length": "2 m"}, forces=[GUARDS], works=WORKS))
    table = record.tables["works"]
    begun = 2.5 * HOUR + 150
    assert table["what"].tolist() == ["sandbag"] * 3
    done = [begun + layer_hours(number, length=2.0) * HOUR for number in (1, 2, 3)]
    assert table["done_s"].tolist() == pytest.approx(done)
    assert done[2] < 4.4 * HOUR
    assert times(record, "dyke_failed") == []
    assert on_road(record) == []
    assert not len(depths(record, "water_places", "place", "shelter/school"))


def test_what_is_raised_a_little_fails_a_little_later(tmp_path):
    """One layer is ready before 4 h, the second not before 4.2 h: overtopped at 4.2 m, so twelve minutes later."""
    length = 10.0
    assert layer_hours(1, length=length) < 1.4 < 4.2 - 2.5 - 150 / HOUR < layer_hours(2, length=length)
    record = run(district(tmp_path, dyke={"length": f"{length} m"}, forces=[GUARDS], works=WORKS))
    assert times(record, "dyke_failed") == pytest.approx([4.2 * HOUR])
    late = 12 * MINUTE
    assert on_road(record) == [(pytest.approx(time + late), depth) for time, depth in AS_GIVEN]
    table = record.tables["works"]
    assert table["why_not"].tolist() == ["", "not_needed"]
    # Whatever asks for the water sees the same: the mast is out as long, twelve minutes later.
    sites = record.tables["sites"].query("state != 'up' or time_s > 0")
    assert sites["time_s"].tolist() == pytest.approx([5 * HOUR + late, 6 * HOUR + late])
    closed = record.tables["links"].set_index("link").loc[LAST, "closed_s"]
    assert closed == pytest.approx(4 * HOUR + late)
    assert times(record, "link_closed") == pytest.approx([4 * HOUR + late])


def test_what_became_of_a_dyke_is_told(tmp_path):
    small = {"dyke": {"length": "10 m"}, "forces": [GUARDS], "works": WORKS}
    results = ev.simulate(ev.from_mapping(district(tmp_path / "a", **small)), seed=1)
    row = results.record.tables["dykes"].iloc[0]
    assert row[["given_s", "failed_s", "raised_m"]].tolist() == pytest.approx([4 * HOUR, 4.2 * HOUR, 0.2])
    assert results.indicators["dykes_held_share"].value == 0
    assert results.indicators["dyke_time_gained_mean"].value == pytest.approx(0.2 * HOUR)
    small["dyke"] = {"length": "2 m"}
    held = ev.simulate(ev.from_mapping(district(tmp_path / "b", **small)), seed=1)
    assert held.indicators["dykes_held_share"].value == 1
    assert held.indicators["dyke_time_gained_mean"].value == 8 * HOUR


def test_no_bags_no_layer(tmp_path):
    works = {**WORKS, "stock": {"bags": int(np.ceil(sandbags(10, 0.2)))}}
    record = run(district(tmp_path, dyke={"length": "10 m"}, forces=[GUARDS], works=works))
    assert record.tables["works"]["why_not"].tolist() == ["", "not_needed"]
    assert times(record, "dyke_failed") == pytest.approx([4.2 * HOUR])


LEAK = {"begins": "T+2 h", "fails_after": "90 min", "work": 5}


def test_a_patrol_finds_a_leak_and_a_party_stops_it(tmp_path):
    dyke = {"piping": [LEAK], "crest": None, "gauge": None}
    works = {"dykes": {"patrol": 4, "round": "20 min"}}
    alone = run(district(tmp_path / "a", dyke=dyke))
    assert times(alone, "dyke_failed") == [3.5 * HOUR]
    assert on_road(alone) == AS_GIVEN
    held = run(district(tmp_path / "b", dyke=dyke, forces=[GUARDS], works=works))
    (found,) = times(held, "leak_found")
    assert 2 * HOUR <= found <= 2 * HOUR + 20 * MINUTE
    table = held.tables["works"].set_index("what")
    # Six others drive 150 s and work for 50 min.
    assert table.loc["leak", "done_s"] == pytest.approx(found + 150 + 5 / 6 * HOUR)
    assert np.isnan(table.loc["patrol", "person_hours"])
    assert times(held, "dyke_failed") == []
    assert on_road(held) == []
    assert events_of(held.events, "leak_found")[0][3] in ("dyke_leaks", "work_begun")
    # Without a patrol nobody knows.
    blind = run(
        district(
            tmp_path / "c", dyke=dyke, forces=[GUARDS], works={"dykes": {"patrol": 0, "raise_by": "0 m"}}
        )
    )
    assert times(blind, "dyke_failed") == [3.5 * HOUR]


def test_a_patrol_with_nobody_left_lets_the_leak_be(tmp_path):
    dyke = {"piping": [LEAK], "crest": None, "gauge": None}
    works = {"dykes": {"patrol": 4, "round": "20 min"}}
    record = run(district(tmp_path, dyke=dyke, forces=[{**GUARDS, "members": 4}], works=works))
    assert len(times(record, "leak_found")) == 1
    assert times(record, "dyke_failed") == [3.5 * HOUR]
    assert set(record.tables["works"]["why_not"]) == {"not_needed"}


PUMPERS = {**TEAM, "id": "pumpers", "kind": "drainage"}


def test_pumps_lower_the_water_that_everybody_meets(tmp_path):
    """2 pumps of 1000 m3/h on 2 ha: 0.1 m/h. Water from 4 h on, the team there at 4.5 h and 150 s."""
    works = {"pumping": {"pumps": 2, "rate": 1000, "step": "0.1 m"}, "stock": {"pumps": 2}}
    given = district(tmp_path, dyke={"area": "20000 m2"}, forces=[PUMPERS], works=works)
    record = run(given)
    begun = 4.5 * HOUR + 150
    work = record.tables["works"].iloc[0]
    assert (work["what"], work["begun_s"], work["why_not"]) == ("pump", begun, "not_needed")
    # 0.8 m at 5 h; 0.1 m less each hour, and 0.4 m less at 6 h.
    assert on_road(record) == [
        (4 * HOUR, 0.4),
        (5 * HOUR, 0.8),
        (begun + HOUR, 0.7),
        (6 * HOUR, 0.3),
        (begun + 2 * HOUR, 0.2),
        (begun + 3 * HOUR, 0.1),
        (begun + 4 * HOUR, 0.0),
    ]
    assert times(record, "link_opened") == [begun + 2 * HOUR]
    assert record.tables["forces"]["crew_hours"].iloc[0] == pytest.approx(4 + 300 / HOUR)


def test_mistakes_with_dykes_are_told(tmp_path):
    wrong = {"protects": ["nowhere"], "links": ["no*"], "gauge": "other"}
    given = district(tmp_path / "a", dyke=wrong)
    with pytest.raises(ScenarioError) as error:
        ev.simulate(ev.from_mapping(given), seed=1)
    assert "nowhere: is no place that water reaches" in str(error.value)
    assert "other" in str(error.value)
    twice = district(tmp_path / "b")
    twice["hazard"]["dykes"].append({**DYKE, "id": "second"})
    with pytest.raises(ScenarioError, match="school lies behind east too"):
        ev.from_mapping(twice)
    with pytest.raises(ScenarioError, match="is no link of the road network"):
        run(district(tmp_path / "c", dyke={"links": ["no*"]}))
    with pytest.raises(ScenarioError, match="crest without a gauge"):
        run(district(tmp_path / "d", dyke={"gauge": None}))


def whole_run(given):
    """Return the record of a run of which everything holds that must hold of any."""
    scenario = ev.from_mapping(given)
    record = engine_record(scenario, seed=1)
    assert broken_rules(scenario, record) == []
    assert engine_record(scenario, seed=1).events.equals(record.events)
    return record


def test_works_without_dykes_are_told(tmp_path):
    clearers = [{**GUARDS, "kind": "contractor"}]
    given = district(tmp_path, forces=clearers, works={"dykes": {}, "pumping": {"pumps": 1}})
    assert [str(issue.place) for issue in check(ev.from_mapping(given)) if "hazard.dykes" in str(issue)] == [
        "plan.works.pumping"
    ]
    given["hazard"]["dykes"] = []
    said = [str(issue) for issue in check(ev.from_mapping(given))]
    assert any("there is no dyke" in one for one in said)
    assert any("nobody can pump" in one for one in said)


@settings(max_examples=8, deadline=None, derandomize=True)
@given(luck=st.randoms(use_true_random=False))
def test_more_sandbags_never_bring_water_earlier_in_a_storm(luck: Random):
    dyke = {
        "length": f"{luck.randint(5, 60)} m",
        "area": "20000 m2",
        "piping": [
            {
                "begins": f"T+{luck.randint(0, 300)} min",
                "fails_after": f"{luck.randint(10, 300)} min",
                "work": luck.randint(1, 20),
                "bags": luck.randint(0, 300),
            }
            for _ in range(luck.randint(0, 2))
        ],
    }
    works = {
        "dykes": {"patrol": luck.randint(0, 4), "freeboard": f"{luck.randint(0, 4)} m"},
        "pumping": {"pumps": 2, "people": 2},
        "party": luck.choice([3, 5]),
    }
    forces = [{**GUARDS, "skills": ["dyke", "pump"], "members": luck.randint(4, 20)}]
    bags, trigger = luck.randint(0, 500), f"T+{luck.randint(0, 360)} min"
    with TemporaryDirectory() as folder:
        none = run(district(Path(folder) / "a", dyke=dyke, trigger=trigger))
        some, plenty = (
            whole_run(
                district(
                    Path(folder) / f"{number}",
                    dyke=dyke,
                    forces=forces,
                    works={**works, "stock": {"bags": number}},
                    trigger=trigger,
                )
            )
            for number in (bags, 100_000)
        )
    first = [min(times(record, "dyke_failed"), default=np.inf) for record in (none, some)]
    assert first == sorted(first)
    for record in (some, plenty):
        table = record.tables["water_links"]
        assert (table["depth_m"] >= 0).all()
        arrival = table["time_s"].min()
        assert not arrival < none.tables["water_links"]["time_s"].min()
        assert min(times(record, "dyke_failed"), default=np.inf) >= first[0]
        works_done = record.tables["works"].query("what == 'sandbag'")["done_s"].dropna()
        assert (works_done <= min(times(record, "dyke_failed"), default=np.inf)).all()
