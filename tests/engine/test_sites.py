"""Power and communication fail and come back: batteries, water, what depends on what."""

import numpy as np
import pytest

import evacsim as ev
from tests.reference.record import engine_record
from tests.reference.small_district import node, small_district, write_depths

HOUR = 3600.0
FIXED_0 = {"type": "fixed", "value": "0 min"}


def run(folder, sites, outages, *, water=None):
    given = small_district(folder, **({"water": water} if water else {}))
    given["district"]["sites"] = [{"node": node(1, 1), "serves": ["*"], **site} for site in sites]
    given["hazard"]["outages"] = outages
    return engine_record(ev.from_mapping(given), seed=1)


def states(record, site):
    table = record.tables["sites"]
    mine = table[table["site"] == site]
    return list(zip((mine["time_s"] / HOUR).tolist(), mine["state"], strict=True))


def test_a_base_station_without_power_works_as_long_as_its_battery(tmp_path):
    sites = [
        {"id": "power", "kind": "power"},
        {"id": "mast", "kind": "cell", "power_site": "power", "battery": "4 h"},
    ]
    record = run(tmp_path, sites, [{"site": "power", "begins": "T+1 h", "ends": "T+8 h"}])
    assert states(record, "power") == [(0.0, "up"), (1.0, "down"), (8.0, "up")]
    assert states(record, "mast") == [(0.0, "up"), (1.0, "on_battery"), (5.0, "down"), (8.0, "up")]
    events = record.events.set_index("seq")
    down = events[(events["kind"] == "site_down") & (events["subject"] == "site/mast")].iloc[0]
    battery = events.loc[int(down["cause"])]
    assert battery["kind"] == "site_on_battery"
    assert events.loc[int(battery["cause"]), "subject"] == "site/power"


@pytest.mark.parametrize(("at", "reached"), [("T+4 h 59 min", True), ("T+5 h 1 min", False)])
def test_calls_by_phone_work_as_long_as_the_battery(tmp_path, at, reached):
    """A county that orders its village by mobile phone only, four hours after its power failed, and then."""
    given = small_district(
        tmp_path,
        organize={
            "offices": [
                {
                    "id": "county",
                    "level": "county",
                    "node": node(2, 1),
                    "handling": FIXED_0,
                    "means": ["phone"],
                },
                {
                    "id": "village",
                    "level": "village",
                    "parent": "county",
                    "node": node(2, 1),
                    "zones": ["*"],
                    "handling": FIXED_0,
                    "means": ["phone"],
                    "cell_site": "mast",
                },
            ],
            "calling": {"tries": 1, "answer_day": 1, "answer_night": 1, "escalate": []},
        },
    )
    given["district"]["sites"] = [
        {"id": "power", "kind": "power", "node": node(1, 1), "serves": ["*"]},
        {
            "id": "mast",
            "kind": "cell",
            "power_site": "power",
            "battery": "4 h",
            "node": node(1, 1),
            "serves": ["*"],
        },
    ]
    given["hazard"]["outages"] = [{"site": "power", "begins": "T+1 h"}]
    given["plan"]["when"] |= {"decision_time": FIXED_0}
    for zone in given["plan"]["zones"]:
        zone["trigger_at"] = at
    record = engine_record(ev.from_mapping(given), seed=1)
    assert bool((record.events["kind"] == "order_received").any()) == reached
    contact = record.tables["contact"]
    assert set(contact.loc[~contact["contactable"], "time_s"]) == {5 * HOUR}


def test_power_that_comes_back_in_time_charges_the_battery_again(tmp_path):
    sites = [
        {"id": "power", "kind": "power"},
        {"id": "mast", "kind": "cell", "power_site": "power", "battery": "4 h"},
    ]
    outages = [{"site": "power", "begins": f"T+{b} h", "ends": f"T+{e} h"} for b, e in ((1, 3), (4, 7))]
    record = run(tmp_path, sites, outages)
    assert "down" not in [state for _, state in states(record, "mast")]


def test_water_at_its_box_puts_a_site_out_and_what_it_feeds(tmp_path):
    water = {
        "type": "table",
        "places": write_depths(
            tmp_path / "p.csv", "place", [("power", "T+2 h", 0.6), ("power", "T+5 h", 0.2)]
        ),
    }
    sites = [
        {"id": "power", "kind": "power", "floods_at": "0.5 m"},
        {"id": "feeder", "kind": "power", "power_site": "power"},
    ]
    record = run(tmp_path, sites, [], water=water)
    for site in ("power", "feeder"):
        assert states(record, site) == [(0.0, "up"), (2.0, "down"), (5.0, "up")]
    events = record.events.set_index("seq")
    down = events[(events["kind"] == "site_down") & (events["subject"] == "site/power")].iloc[0]
    assert events.loc[int(down["cause"]), "kind"] == "water_changed"


def test_a_place_has_power_while_one_of_its_sites_has(tmp_path):
    given = small_district(tmp_path)
    given["district"]["sites"] = [
        {"id": id_, "kind": "power", "node": node(1, 1), "serves": ["west"]} for id_ in ("a", "b")
    ]
    given["hazard"]["outages"] = [
        {"site": "a", "begins": "T+1 h", "ends": "T+9 h"},
        {"site": "b", "begins": "T+2 h", "ends": "T+3 h"},
    ]
    from evacsim.engine.log import Kind, Where
    from evacsim.engine.running import Run
    from evacsim.streams import Streams
    from evacsim.world.building import build_world
    from evacsim.world.people import draw_households

    streams = Streams(1)
    world = build_world(ev.from_mapping(given))
    run = Run(world, draw_households(world, streams), streams)
    heard = []
    run.parts.at_power.append(lambda place, works, _: heard.append((run.parts.now / HOUR, place, works)))
    run.parts.clock.run_to(12 * HOUR)
    west = Where(Kind.ZONE, world.zones.ids.index("west"))
    assert heard == [(2.0, west, False), (3.0, west, True)]


@pytest.mark.parametrize("begins", ["T+1 h", "T+0 h"])
def test_an_outage_without_an_end_lasts(tmp_path, begins):
    record = run(tmp_path, [{"id": "power", "kind": "power"}], [{"site": "power", "begins": begins}])
    assert states(record, "power")[-1][1] == "down"
    assert np.isfinite(states(record, "power")[-1][0])


def test_a_site_comes_back_when_the_last_of_its_outages_ends(tmp_path):
    outages = [{"site": "power", "begins": f"T+{b} h", "ends": f"T+{e} h"} for b, e in ((1, 5), (2, 3))]
    record = run(tmp_path, [{"id": "power", "kind": "power"}], outages)
    assert states(record, "power") == [(0.0, "up"), (1.0, "down"), (5.0, "up")]
