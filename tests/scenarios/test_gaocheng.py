"""The packaged district holds the figures it was made from, and its flood keeps to the timeline."""

import csv
import subprocess
import sys
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path

import networkx as nx
import numpy as np
import pytest

from evacsim.clock import parse_moment
from evacsim.scenario.reading import load, read

FOLDER = Path(__file__).parents[2] / "scenarios" / "gaocheng"

TOWNSHIPS = """
J01 57062 509 2 0 40 21
J02 90194 671 3 0 50 26
J03 83752 1869 5 1 69 25
J04 58902 351 2 0 40 21
J05 66265 1380 5 1 64 22
J06 80991 602 4 0 60 25
J07 35894 2003 6 2 74 16
J08 33133 2095 6 2 74 16
J09 28531 2335 6 2 79 15
J10 27611 1951 5 1 74 14
J11 36814 602 4 0 60 17
J12 18407 548 4 0 59 12
J13 30372 565 3 0 50 15
J14 24849 555 3 0 50 14
J15 26690 2383 6 2 79 14
J16 21168 394 3 0 45 12
J17 23009 1540 5 1 64 13
J18 19327 575 2 0 45 12
J19 20248 1506 4 1 64 12
J20 15646 349 2 0 40 11
J21 13805 462 2 0 40 10
J22 16566 555 2 0 42 11
"""
"""Township, population, people at risk, shelters, shelters in the flood's extent, team, officers."""
RIVER_BRIDGES = ("upper", "south", "south city", "central", "north city", "middle")
SHELTER_CLOSES = 0.45
"""Floor at 0.3 m, closed from 0.15 m of water above it."""


@cache
def table(name):
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def hours(moment):
    return parse_moment(moment) / 3600


def metres(level):
    return float(level.removesuffix(" m"))


@cache
def water(name):
    """Return the hours and depths of every link or place that is ever wet."""
    series = defaultdict(list)
    for row in table(f"water/{name}.csv"):
        series[row["link" if name == "links" else "place"]].append(
            (hours(row["time"]), float(row["depth_m"]))
        )
    return {what: np.array(rows) for what, rows in series.items()}


def first_above(name, what, depth):
    """Return the hour from which something is deeper than `depth`, inf where it never is."""
    rows = water(name).get(what, np.zeros((1, 2)))
    is_above = rows[:, 1] > depth
    return rows[np.argmax(is_above), 0] if is_above.any() else np.inf


def stage(gauge, hour):
    rows = table(f"water/{gauge}.csv")
    return np.interp(hour, [hours(row["time"]) for row in rows], [float(row["stage_m"]) for row in rows])


def triggered_at(row):
    """Return the hour at which a row of the plan is triggered."""
    moments = [hours(row["trigger_at"])] if row["trigger_at"] else []
    if row["trigger_gauge"]:
        series = table(
            f"water/{'reservoir_r3' if row['trigger_gauge'] == 'R3' else row['trigger_gauge']}.csv"
        )
        limit = metres(row["trigger_stage"])
        moments += [hours(reading["time"]) for reading in series if float(reading["stage_m"]) >= limit][:1]
    return min(moments)


def at_risk():
    return [zone for zone in table("zones.csv") if not zone["id"].endswith("-rest")]


@cache
def roads():
    graph = nx.DiGraph()
    for node in table("network/nodes.csv"):
        graph.add_node(node["node_id"], at=np.array([float(node["x"]), float(node["y"])]))
    for link in table("network/links.csv"):
        graph.add_edge(link["from_node"], link["to_node"], **link)
    return graph


def test_every_township_has_the_figures_of_its_row():
    zones, shelters, forces = (
        table("zones.csv"),
        table("shelters.csv"),
        {row["id"]: row for row in table("forces.csv")},
    )
    for line in TOWNSHIPS.split("\n")[1:-1]:
        code, *wanted = line.split()
        own = [zone for zone in zones if zone["township"] == code]
        beds = [shelter["id"] for shelter in shelters if shelter["township"] == code]
        found = [
            sum(int(zone["population"]) for zone in own),
            sum(int(zone["population"]) for zone in own if not zone["id"].endswith("-rest")),
            len(beds),
            sum(first_above("places", shelter, SHELTER_CLOSES) < np.inf for shelter in beds),
            int(forces[f"{code}-team"]["members"]),
            int(forces[f"{code}-info"]["members"]),
        ]
        assert (code, found) == (code, [int(figure) for figure in wanted])


def test_totals_are_those_of_the_source_documents():
    zones, forces, fleets, stores = (table(f"{name}.csv") for name in ("zones", "forces", "fleets", "stores"))
    members = Counter()
    for force in forces:
        members[force["kind"]] += int(force["members"])
    rows = Counter(force["kind"] for force in forces)
    vehicles = Counter()
    for fleet in fleets:
        vehicles[fleet["kind"], int(fleet["seats"])] += int(fleet["vehicles"])
    assert sum(int(zone["population"]) for zone in zones) == 829_236
    assert sum(int(zone["population"]) for zone in at_risk()) == 23_800
    assert len(table("shelters.csv")) == 84
    assert sum(int(shelter["capacity"]) for shelter in table("shelters.csv")) == 25_200
    assert (rows["town_team"], members["town_team"], members["information_officer"]) == (22, 1262, 354)
    assert (rows["contractor"], members["contractor"], members["city_works"]) == (8, 310, 18)
    assert sum(int(force["jackets"] or 0) for force in forces) == pytest.approx(2253, abs=5)
    assert vehicles == {
        ("bus", 45): 57, ("bus", 30): 83, ("boat", 5): 34, ("boat", 8): 10, ("truck", 3): 20,
    }  # fmt: skip
    buses = [fleet for fleet in fleets if fleet["kind"] == "bus"]
    assert all(60 <= int(fleet["availability"].removesuffix(" %")) <= 90 for fleet in buses)
    assert sum(int(store["kits"]) == 500 for store in stores) == 22
    assert sum(int(store["generators"]) for store in stores) == 11


def test_the_total_load_hides_seven_overloaded_towns_and_thirteen_wet_shelters():
    people, beds = Counter(), Counter()
    for zone in at_risk():
        people[zone["township"]] += int(zone["population"])
    for shelter in table("shelters.csv"):
        beds[shelter["township"]] += int(shelter["capacity"])
    dry = [shelter for shelter in table("shelters.csv") if shelter["id"] not in water("places")]
    overloaded = {code for code in people if people[code] > 1.05 * beds[code]}
    assert round(people.total() / beds.total(), 2) == 0.94
    assert overloaded == {"J03", "J07", "J08", "J09", "J10", "J15", "J19"}
    assert sum(int(shelter["capacity"]) for shelter in dry) == 21_300 < people.total()


def test_every_invented_row_says_so():
    assert {row["synthetic"] for row in [*table("zones.csv"), *table("shelters.csv")]} == {"true"}


def test_the_roads_hang_together_and_only_bridges_join_the_banks():
    graph = roads()
    assert 3000 <= graph.number_of_edges() <= 6000
    assert nx.is_strongly_connected(graph)
    crossings = {"X-county bridge"} | {f"{name} bridge" for name in RIVER_BRIDGES}
    over_river = [
        ends
        for *ends, link in graph.edges(data=True)
        if link["name"] in crossings and link["bridge"] == "true"
    ]
    assert len(over_river) == 2 * 7
    banks = nx.DiGraph(graph)
    banks.remove_edges_from(over_river)
    assert nx.number_weakly_connected_components(banks) == 2


def test_links_run_straight_and_carry_evacuation_capacities():
    at = nx.get_node_attributes(roads(), "at")
    for link in table("network/links.csv"):
        straight = np.linalg.norm(at[link["from_node"]] - at[link["to_node"]])
        assert float(link["length_m"]) == pytest.approx(straight, abs=0.11)
        assert float(link["capacity_vps"]) * 3600 <= 600.2 * int(link["lanes"])


@pytest.mark.parametrize("name", ["zones", "pickup_points", "shelters", "fleets", "forces", "stores"])
def test_every_place_lies_by_a_road(name):
    nodes = np.array(list(nx.get_node_attributes(roads(), "at").values()))
    for place in table(f"{name}.csv"):
        here = np.array([float(place["x"]), float(place["y"])])
        assert np.linalg.norm(nodes - here, axis=1).min() < 100, place["id"]


def test_ids_of_places_are_unique_across_kinds():
    ids = [
        row["id"] for name in ("zones", "pickup_points", "shelters", "fleets") for row in table(f"{name}.csv")
    ]
    assert len(ids) == len(set(ids))


def test_the_stage_keeps_to_the_timeline():
    readings = [float(row["stage_m"]) for row in table("water/main.csv")]
    assert stage("main", 6) == 0.0
    assert stage("main", 10) == 0.1
    assert stage("main", 22) - stage("main", 16) == pytest.approx(2.3)
    assert stage("main", 16) < 1.5 < stage("main", 22)
    assert stage("main", 26) == 2.6
    assert stage("main", 58) == 2.8 == max(readings)
    assert stage("main", 144) < -0.5
    assert stage("upper", 14) == pytest.approx(stage("main", 14 + 2.15), abs=0.03)


def test_reservoir_r3_stands_over_its_limit_and_never_reaches_its_trigger():
    rows = [row for row in table("plans/transfers_timely.csv") if row["trigger_gauge"] == "R3"]
    assert stage("reservoir_r3", 6) == 0.4
    assert {metres(row["trigger_stage"]) for row in rows} == {1.5}
    assert max(float(row["stage_m"]) for row in table("water/reservoir_r3.csv")) < 1.5


def test_water_comes_to_every_kind_of_zone_at_its_hour():
    """Zones that a table row triggers alike are exposed alike; see making/transfers.py."""
    people = {zone["id"]: int(zone["population"]) for zone in at_risk()}
    kind = {zone["id"]: zone["kind"] for zone in at_risk()}
    arrivals = defaultdict(list)
    for row in table("plans/transfers_timely.csv"):
        if kind[row["zone"]] == "residential":
            trigger = row["trigger_at"], row["trigger_gauge"], row["trigger_stage"]
            arrivals[trigger].append((first_above("places", row["zone"], 0), people[row["zone"]]))

    def span(*trigger):
        wet = [arrival for arrival, _ in arrivals[trigger] if np.isfinite(arrival)]
        return min(wet), max(wet)

    dry = sum(count for rows in arrivals.values() for arrival, count in rows if np.isinf(arrival))
    assert 13.5 <= span("T+10 h", "main", "0.5 m")[0] < 15 < span("T+10 h", "main", "0.5 m")[1] < 22
    assert 17 <= span("", "upper", "0.2 m")[0] < span("", "upper", "0.2 m")[1] < 24
    assert 19 <= span("", "upper", "0.5 m")[0] < span("", "upper", "0.5 m")[1] < 25
    assert span("", "main", "0.5 m")[0] > 26, "polders stay dry until the levee is overtopped"
    assert 27 < span("", "main", "1.0 m")[0] < span("", "main", "1.0 m")[1] < 58
    assert 22 <= span("", "upper", "1.5 m")[0] < span("", "upper", "1.5 m")[1] < 58
    assert 34 < span("T+30 h", "R3", "1.5 m")[0] < span("T+30 h", "R3", "1.5 m")[1] < 37
    assert sum(count for _, count in arrivals["T+30 h", "R3", "1.5 m"]) == 480
    assert dry == 1061, "houses under cut slopes, which no water reaches"


def test_the_polders_are_those_of_j09_and_j15():
    behind_levees = {
        row["zone"][:3]
        for row in table("plans/transfers_timely.csv")
        if row["trigger_gauge"] == "main"
        and row["trigger_stage"] in ("0.5 m", "1.0 m")
        and not row["trigger_at"]
    }
    assert behind_levees == {"J09", "J15"}


def test_thirteen_shelters_flood_and_j09_2_does_so_at_forty_hours():
    wet = {row["id"] for row in table("shelters.csv")} & set(water("places"))
    closing = {shelter: first_above("places", shelter, SHELTER_CLOSES) for shelter in wet}
    assert len(wet) == 13
    assert closing["J09-2"] == 40.0
    assert all(19 < hour < 45 for hour in closing.values())


def test_the_x_county_bridge_is_cut_off_in_the_rise_and_no_bridge_is_under_water():
    links = table("network/links.csv")
    approaches = [
        link["link_id"] for link in links if link["name"] == "X-county bridge" and link["bridge"] == "false"
    ]
    assert len(approaches) == 4
    assert all(16 < first_above("links", link, 0.5) <= 22 for link in approaches)
    assert not {link["link_id"] for link in links if link["bridge"] == "true"} & set(water("links"))


def test_low_streets_fill_in_the_night_before_the_river_comes():
    streets = {
        link["link_id"]
        for link in table("network/links.csv")
        if link["road_class"] in ("residential", "secondary")
    }
    assert any(first_above("links", link, 0.3) < 6 for link in streets & set(water("links")))


def test_all_water_is_gone_after_six_days():
    for name in ("links", "places"):
        assert {what for what, rows in water(name).items() if rows[-1, 1] > 0 or rows[-1, 0] > 144} == set()


def test_those_who_are_not_at_risk_stay_dry():
    wet = set(water("places"))
    assert not {zone["id"] for zone in table("zones.csv") if zone["id"].endswith("-rest")} & wet
    assert not {fleet["id"] for fleet in table("fleets.csv")} & wet


def test_the_plan_names_every_zone_at_risk_once_and_only_things_that_exist():
    rows = table("plans/transfers_timely.csv")
    points = {row["id"] for row in table("pickup_points.csv")}
    assert sorted(row["zone"] for row in rows) == sorted(zone["id"] for zone in at_risk())
    assert {row["pickup_point"] for row in rows} == points
    buses = {fleet["id"] for fleet in table("fleets.csv") if fleet["kind"] == "bus"}
    assert {row["fleet"] for row in rows} == buses
    assert all(row["organizer"] for row in rows)


def test_pickup_points_stay_dry_for_longer_than_their_zones():
    for row in table("plans/transfers_timely.csv"):
        assert first_above("places", row["pickup_point"], 0) >= first_above("places", row["zone"], 0)


def test_the_timely_plan_leaves_three_hours_to_everybody():
    for row in table("plans/transfers_timely.csv"):
        arrival = first_above("places", row["zone"], 0)
        assert arrival - triggered_at(row) >= 3.0, row["zone"]
        assert triggered_at(row) < hours(row["deadline"]) < arrival


def test_care_homes_go_before_their_neighbors():
    kind = {zone["id"]: zone["kind"] for zone in at_risk()}
    rows = table("plans/transfers_timely.csv")
    homes = [row for row in rows if kind[row["zone"]] == "care_home"]
    earliest = {row["zone"][:3]: 99.0 for row in homes}
    for row in rows:
        if kind[row["zone"]] == "residential" and row["zone"][:3] in earliest:
            wait = first_above("places", row["zone"], 0) - triggered_at(row)
            earliest[row["zone"][:3]] = min(earliest[row["zone"][:3]], wait)
    assert (
        sorted(int(zone["population"]) for zone in at_risk() if zone["kind"] == "care_home")
        == [25] * 6 + [60] * 3
    )
    for row in homes:
        assert first_above("places", row["zone"], 0) - triggered_at(row) > earliest[row["zone"][:3]]


def test_the_assignment_holds_on_paper_and_uses_the_wet_shelters():
    people = {zone["id"]: int(zone["population"]) for zone in at_risk()}
    home = {shelter["id"]: shelter["township"] for shelter in table("shelters.csv")}
    flow = nx.DiGraph()
    assigned = set()
    for row in table("plans/transfers_timely.csv"):
        *chosen, reserve = row["shelter"].split(";")
        assert chosen
        assert reserve not in chosen
        flow.add_edge("people", row["zone"], capacity=people[row["zone"]])
        for shelter in chosen:
            flow.add_edge(row["zone"], shelter)
            flow.add_edge(shelter, "settled", capacity=300)
            assigned.add(shelter)
        # Whoever leaves the township does so after its own shelters.
        is_away = [home[shelter] != row["zone"][:3] for shelter in chosen]
        assert is_away == sorted(is_away)
    assert nx.maximum_flow_value(flow, "people", "settled") == 23_800
    assert {shelter for shelter in home if shelter in water("places")} <= assigned


def test_only_overloaded_townships_send_people_away():
    home = {shelter["id"]: shelter["township"] for shelter in table("shelters.csv")}
    away = {
        row["zone"][:3]
        for row in table("plans/transfers_timely.csv")
        if any(home[shelter] != row["zone"][:3] for shelter in row["shelter"].split(";")[:-1])
    }
    assert away == {"J03", "J07", "J08", "J09", "J10", "J15", "J17", "J19"}


def test_the_folder_stays_small():
    assert sum(file.stat().st_size for file in FOLDER.rglob("*.csv")) < 8e6


@pytest.mark.slow
def test_make_writes_the_committed_files_again(tmp_path):
    subprocess.run([sys.executable, str(FOLDER / "make.py"), str(tmp_path)], check=True)
    made = {file.relative_to(tmp_path) for file in tmp_path.rglob("*.csv")}
    kept = {file.relative_to(FOLDER) for file in FOLDER.rglob("*.csv")}
    assert made == {file for file in kept if file.parts[0] != "inputs"}
    assert {file for file in made if (tmp_path / file).read_bytes() != (FOLDER / file).read_bytes()} == set()


@pytest.mark.parametrize(
    "file", ["scenario.yaml", "scenario_late.yaml", "scenario_night.yaml", "scenario_prepared.yaml"]
)
def test_the_scenarios_load_with_no_remark_but_the_one_they_want(file):
    found = read(FOLDER / file)
    assert found.scenario is not None
    assert [issue.severity for issue in found.issues] == ["warning", "warning"]
    assert all("reservoir_r3" in issue.file for issue in found.issues)


def test_the_late_plan_differs_by_four_hours_only():
    timely, late = load(FOLDER).plan, load(FOLDER / "scenario_late.yaml").plan
    assert late.zones == timely.zones
    convened, later = timely.when.consultation.convene, late.when.consultation.convene
    assert (later.low - convened.low, later.high - convened.high) == (4 * 3600, 4 * 3600)
    same = timely.when.consultation.model_copy(update={"convene": later})
    assert late.when == timely.when.model_copy(update={"consultation": same})
    assert (late.who, late.organize, late.to, late.care) == (
        timely.who,
        timely.organize,
        timely.to,
        timely.care,
    )


def test_every_zone_at_risk_has_its_village_office_under_its_town():
    offices = {row["id"]: row for row in table("offices.csv")}
    zones = at_risk()
    assert Counter(row["level"] for row in offices.values()) == {
        "county": 1,
        "town": 22,
        "village": len(zones),
    }
    for zone in zones:
        village = offices[f"{zone['id']}-office"]
        assert (village["zones"], village["parent"]) == (zone["id"], zone["township"])
        assert offices[village["parent"]]["parent"] == "district"
    assert {shelter["keeper"] for shelter in table("shelters.csv")} == {
        row["id"] for row in offices.values() if row["level"] == "town"
    }


def test_kits_are_fewer_than_the_people_who_are_moved_for_a_day():
    stock = {row["store"]: int(row["amount"]) for row in table("stock.csv")}
    towns = sum(amount for store, amount in stock.items() if store != "district-store")
    assert towns == 22 * 500 < sum(int(zone["population"]) for zone in at_risk())
    for store in table("stores.csv"):
        assert stock[store["id"]] == int(store["kits"])


def test_the_night_differs_from_plan_a_by_the_hour_and_the_outages_only():
    day, night = load(FOLDER), load(FOLDER / "scenario_night.yaml")
    for part in ("when", "who", "organize", "to", "care", "zones"):
        assert getattr(night.plan, part) == getattr(day.plan, part)
    assert night.hazard.gauges == day.hazard.gauges
    assert len(night.hazard.outages) == 22
    assert not day.hazard.outages


def test_the_prepared_night_has_the_same_boats_elsewhere_and_names_what_it_adds():
    night, prepared = load(FOLDER / "scenario_night.yaml"), load(FOLDER / "scenario_prepared.yaml")
    for part in ("when", "who", "to", "care", "zones"):
        assert getattr(prepared.plan, part) == getattr(night.plan, part)
    assert prepared.hazard == night.hazard
    assert prepared.district.zones == night.district.zones
    own = {force.id: force for force in prepared.district.forces if not force.unasked and not force.external}

    def boats(scenario):
        fleets = [fleet for fleet in scenario.district.fleets if fleet.kind == "boat"]
        return sum(fleet.vehicles for fleet in fleets if fleet.force in own or scenario is night)

    assert boats(prepared) == boats(night) == 44

    def all_of(scenario, what):
        # Teams of volunteers, of neighbors and of the trucks are new; nobody else is.
        forces = scenario.district.forces
        new = {"fire-waders", *(force.id for force in forces if force.unasked or force.external)}
        forces = [force for force in scenario.district.forces if force.id not in new]
        return sum(getattr(force, what) or 0 for force in forces)

    assert all_of(prepared, "members") == all_of(night, "members")
    assert all_of(prepared, "jackets") == all_of(night, "jackets")
    assert {force.township for force in own.values() if force.zones} == {"J09", "J15"}
    assert {site.kind for site in prepared.district.sites} == {"power", "cell", "trunked"}
    organize, rescue = prepared.plan.organize, prepared.plan.rescue
    assert organize.networks.order == ["public", "private", "satellite"]
    assert organize.model_copy(
        update={"networks": None, "assistance": None, "offices": night.plan.organize.offices}
    ) == night.plan.organize.model_copy(update={"networks": None})
    assert rescue.model_copy(update={"tiers": None, "volunteers": None}) == night.plan.rescue
