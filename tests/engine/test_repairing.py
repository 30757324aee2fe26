"""Sites that are repaired, bridges over roads that are cut, generators that are carried: times by hand.

The street of `test_works`: corners 500 m apart, 50 s each by road; the team stands at corner 0.
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
from tests.engine.test_works import BOTH, MINUTE, TEAM, run, street, times
from tests.reference.record import engine_record
from tests.reference.small_district import node, write_depths
from tests.reference.storm_checks import broken_rules

ELECTRICIANS = {**TEAM, "id": "electricians", "kind": "power"}
RADIO = {**TEAM, "id": "radio", "kind": "comms"}
POWER = {"id": "sub", "kind": "power", "node": node(3, 0), "serves": ["*"]}
MAST = {"id": "mast", "kind": "cell", "node": node(4, 0), "serves": ["*"], "power_site": "sub"}
OFFICE = {"id": "village", "level": "village", "node": node(5, 0), "zones": ["*"], "means": ["phone"]}


def district(folder, *, sites=(POWER, MAST), outages=(), **changes):
    """Return the street with sites and without cuts."""
    given = street(folder, cuts=changes.pop("cuts", []), **changes)
    given["district"]["sites"] = list(sites)
    given["hazard"]["outages"] = list(outages)
    return given


def states(record, site):
    table = record.tables["sites"]
    mine = table[table["site"] == site]
    return list(zip(mine["time_s"].tolist(), mine["state"], strict=True))


READY = HOUR + 40 * MINUTE
"""Broken at 1 h, heard 10 min later, ready after 30 min."""


def test_a_substation_is_repaired_before_its_outage_ends_by_itself(tmp_path):
    out = {"site": "sub", "begins": "T+1 h", "ends": "T+9 h", "repair": 20}
    record = run(district(tmp_path, outages=[out], forces=[RADIO, ELECTRICIANS], works={}))
    back = READY + 150 + 2 * HOUR
    assert states(record, "sub") == [(0, "up"), (HOUR, "down"), (back, "up")]
    assert states(record, "mast") == [(0, "up"), (HOUR, "on_battery"), (back, "up")]
    work = record.tables["works"].iloc[0]
    assert (work["what"], work["place"], work["teams"]) == ("repair", "sub", "electricians")
    up = record.events.query("kind == 'site_up' and subject == 'site/sub'")
    causes = record.events.set_index("seq")["kind"]
    assert causes[int(up["cause"].iloc[0])] == "work_done"


def test_without_works_an_outage_lasts_as_stated(tmp_path):
    out = {"site": "sub", "begins": "T+1 h", "ends": "T+9 h", "repair": 20}
    record = run(district(tmp_path, outages=[out], forces=[ELECTRICIANS]))
    assert states(record, "sub") == [(0, "up"), (HOUR, "down"), (9 * HOUR, "up")]


def test_an_outage_that_ends_by_itself_needs_no_repair(tmp_path):
    out = {"site": "sub", "begins": "T+1 h", "ends": "T+2 h", "repair": 200}
    record = run(district(tmp_path, outages=[out], forces=[ELECTRICIANS], works={}))
    assert states(record, "sub") == [(0, "up"), (HOUR, "down"), (2 * HOUR, "up")]
    assert record.tables["works"]["why_not"].tolist() == ["not_needed"]


def test_two_outages_of_one_site_are_both_repaired(tmp_path):
    outages = [{"site": "sub", "begins": "T+1 h", "repair": work} for work in (10, 20)]
    record = run(district(tmp_path, outages=outages, forces=[ELECTRICIANS], works={}))
    assert states(record, "sub") == [(0, "up"), (HOUR, "down"), (READY + 150 + 3 * HOUR, "up")]


def test_what_water_has_spoilt_is_repaired_once_it_is_gone(tmp_path):
    depths = [("mast", "T+1 h", 0.6), ("mast", "T+2 h", 0.0)]
    water = {"type": "table", "places": write_depths(tmp_path / "places.csv", "place", depths)}
    sites = [{**MAST, "power_site": None, "repair": 10}]
    record = run(district(tmp_path / "a", sites=sites, forces=[RADIO], works={}, water=water))
    back = 2 * HOUR + 40 * MINUTE + 200 + HOUR
    assert states(record, "mast") == [(0, "up"), (HOUR, "down"), (back, "up")]
    alone = run(district(tmp_path / "b", sites=sites, forces=[RADIO], water=water))
    assert states(alone, "mast") == [(0, "up"), (HOUR, "down"), (2 * HOUR, "up")]


def test_a_generator_keeps_a_base_station_alive(tmp_path):
    out = {"site": "sub", "begins": "T+1 h", "ends": "T+9 h"}
    works = {"generators": {"to": ["mast"], "work": 5}, "stock": {"generators": 1}}
    record = run(district(tmp_path, outages=[out], forces=[ELECTRICIANS], works=works))
    brought = READY + 200 + HOUR / 2
    assert states(record, "mast") == [(0, "up"), (HOUR, "on_battery"), (brought, "up")]
    assert record.tables["works"]["what"].tolist() == ["generator"]


def test_a_generator_goes_to_one_place_and_then_to_the_next(tmp_path):
    # Two masts at two substations; one generator, which comes free when the first has its mains back at 4 h.
    sites = [
        {**POWER, "id": f"sub{n}"} for n in range(2)
    ] + [{**MAST, "id": f"mast{n}", "power_site": f"sub{n}", "battery": "30 min"} for n in range(2)]  # fmt: skip
    outages = [
        {"site": "sub0", "begins": "T+1 h", "ends": "T+4 h"},
        {"site": "sub1", "begins": "T+61 min"},
    ]
    works = {"generators": {"to": ["mast*"], "work": 5}, "stock": {"generators": 1}}
    record = run(district(tmp_path, sites=sites, outages=outages, forces=[ELECTRICIANS], works=works))
    table = record.tables["works"].set_index("place")
    assert table.loc["mast0", "done_s"] == READY + 200 + HOUR / 2
    assert table.loc["mast1", "sent_s"] == 4 * HOUR
    assert table.loc["mast1", "done_s"] == 4 * HOUR + 200 + HOUR / 2


def test_generators_come_from_the_stores(tmp_path):
    out = {"site": "sub", "begins": "T+1 h", "ends": "T+9 h"}
    masts = [{**MAST, "id": f"mast{n}"} for n in range(3)]
    given = district(
        tmp_path,
        sites=[POWER, *masts],
        outages=[out],
        forces=[ELECTRICIANS],
        works={"generators": {"to": ["mast*"]}},
    )
    given["district"]["stores"] = [{"id": "town", "node": node(0, 0), "generators": 2}]
    table = run(given).tables["works"]
    assert table["done_s"].notna().sum() == 2
    assert table["why_not"].tolist().count("not_needed") == 1


def test_a_shelter_has_power_when_its_generator_comes(tmp_path):
    out = {"site": "sub", "begins": "T+1 h", "ends": "T+9 h"}
    works = {"generators": {"to": ["school"], "work": 5}}
    given = district(
        tmp_path, sites=[POWER], outages=[out], forces=[ELECTRICIANS], works=works, care={"needs": {}}
    )
    given["district"]["zones"][0]["township"] = given["district"]["shelters"][0]["township"] = "J01"
    record = run(given)
    assert times(record, "power_lost") == [HOUR]
    assert times(record, "power_back") == [READY + 300 + HOUR / 2]


def test_a_bridge_lets_buses_pass_or_only_cars(tmp_path):
    cut = {"links": BOTH, "begins": "T+1 h", "bridge": 20}
    engineers = {**TEAM, "kind": "engineers"}
    common = {"trigger": "T+2 h", "forces": [engineers], "works": {"stock": {"bridges": 1}}}
    strong = run(street(tmp_path / "a", cuts=[cut], **common))
    assert strong.tables["works"]["done_s"].tolist() == [READY + 150 + 2 * HOUR]
    assert times(strong, "road_mended") == [READY + 150 + 2 * HOUR] * 2
    by_bus = strong.ledger[strong.ledger["mode"] == "bus"]
    assert by_bus["arrived_s"].min() >= READY + 150 + 2 * HOUR + 100
    assert strong.tables["vehicles"]["people"].sum() > 0
    light = run(street(tmp_path / "b", cuts=[{**cut, "bridge_bears": "car"}], **common))
    assert light.tables["vehicles"]["people"].sum() == 0
    # Whoever is ready while no way is open walks: the cars go later.
    later = {**common, "trigger": "T+4 h"}
    cars = street(tmp_path / "c", cuts=[{**cut, "bridge_bears": "car"}], **later)
    cars["plan"]["to"], cars["district"]["population"] = {"bus_share": 0, "car_share": 1}, {"car_share": 1}
    assert passed(run(cars)) > 0
    assert passed(strong) > 0
    assert passed(light) == 0


def passed(record):
    """Return the vehicles that passed the road that was cut, eastward."""
    return record.tables["links"].set_index("link").loc[BOTH[0], "vehicles"]


def test_a_light_bridge_and_then_the_road(tmp_path):
    """The bridge is laid first; the road is cleared afterwards, and then buses pass."""
    cut = {"links": BOTH, "begins": "T+1 h", "bridge": 5, "work": 30, "bridge_bears": "car"}
    forces = [{**TEAM, "kind": "engineers", "skills": ["bridge", "clear"]}]
    record = run(street(tmp_path, cuts=[cut], forces=forces, works={"party": 5}, trigger="T+2 h"))
    done = record.tables["works"].set_index("what")["done_s"]
    assert done["bridge"] < done["clear"]
    assert times(record, "road_mended") == [done["bridge"]] * 2 + [done["clear"]] * 2
    first = record.ledger[record.ledger["mode"] == "bus"]["arrived_s"].min()
    assert first >= done["clear"]


def test_no_bridge_in_stock_and_nobody_who_can_are_told(tmp_path):
    cut = {"links": BOTH, "begins": "T+1 h", "bridge": 5}
    forces = [{**TEAM, "kind": "engineers"}]
    record = run(street(tmp_path / "a", cuts=[cut], forces=forces, works={"stock": {"bridges": 0}}))
    assert record.tables["works"]["why_not"].tolist() == ["no_stock"]
    nobody = street(tmp_path / "b", cuts=[cut], works={"generators": {"to": ["nowhere"]}})
    with pytest.raises(ScenarioError) as error:
        ev.from_mapping(nobody)
    for said in ("lay bridges", "restore power", "nowhere: is no shelter"):
        assert said in str(error.value)


@settings(max_examples=8, deadline=None, derandomize=True)
@given(luck=st.randoms(use_true_random=False))
def test_repairs_never_keep_a_site_out_longer(luck: Random):
    with TemporaryDirectory() as folder:
        outages = []
        for _ in range(luck.randint(1, 4)):
            begins = luck.randint(0, 400)
            outages.append(
                {
                    "site": luck.choice(["sub", "mast"]),
                    "begins": f"T+{begins} min",
                    "repair": luck.randint(1, 60),
                }
                | luck.choice([{}, {"ends": f"T+{begins + luck.randint(1, 300)} min"}])
            )
        works = {"generators": {"work": luck.randint(1, 9)}, "stock": {"generators": luck.randint(0, 1)}}
        common = {"outages": outages, "forces": [ELECTRICIANS, RADIO]}
        scenario = ev.from_mapping(district(Path(folder) / "a", works=works, **common))
        with_them = engine_record(scenario, seed=1)
        assert broken_rules(scenario, with_them) == []
        without = run(district(Path(folder) / "b", **common))
    for site in ("sub", "mast"):
        assert out_for(with_them, site) <= out_for(without, site) + 1e-6


def out_for(record, site):
    """Return for how long a site was out within twelve hours [s]."""
    table = record.tables["sites"].query(f"site == '{site}'")
    spans = pd.Series([*table["time_s"].tolist()[1:], 12 * HOUR], index=table.index) - table["time_s"]
    return float(spans[table["state"] == "down"].sum())
