"""Small districts with random plans, failures and water: anything the transfer chain can be asked to do at once.

`storm` draws one from any source of luck, so hypothesis can look for the smallest that breaks a rule.
"""

import csv
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Any

from evacsim.terms import CALL_MEANS
from tests.reference.small_district import link, node, small_district, write_depths

COLUMNS, ROWS = 5, 3
CORNERS = [(c, r) for c in range(COLUMNS) for r in range(ROWS)]
STREETS = [
    link(a, b)
    for a in CORNERS
    for b in ((a[0] + 1, a[1]), (a[0], a[1] + 1), (a[0] - 1, a[1]), (a[0], a[1] - 1))
    if b in CORNERS
]
ZONES = {"west": node(0, 1), "north": node(1, 2), "south": node(1, 0)}
SHELTERS = {"school": node(4, 1), "hall": node(4, 2), "gym": node(3, 0)}
DEPTHS = (0.0, 0.1, 0.25, 0.45, 0.8, 1.5)
LAST_MINUTE = 600


def storm(luck: Random, folder: Path) -> dict[str, Any]:
    """Return a scenario as a mapping; its tables are written to `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    zones = [
        {
            "id": name,
            "node": at,
            "population": luck.choice([1, 12, 40, 60]),
            "township": luck.choice(["A", "B"]),
            "kind": luck.choice(["residential", "residential", "school", "scenic_area"]),
        }
        for name, at in ZONES.items()
    ]
    shelters = _shelters(luck)
    scenario = small_district(
        folder,
        duration=luck.choice(["4 h", "12 h", "40 h"]),
        zones=zones,
        transfers=_transfers(luck),
        shelters=shelters,
        fleets=_fleets(luck),
        population=_population(luck),
        water=_water(luck, folder, [shelter["id"] for shelter in shelters]),
        effects=_maybe(luck, {"critical_depth": "0.5 m", "leave_limit": "0.3 m"}, 0.2) or {},
        who=_who(luck),
        to=_to(luck),
    )
    _agree(scenario)
    scenario["start"] = luck.choice(["2026-07-18 20:00", "2026-07-18 07:00", "2026-07-18 19:30"])
    district, plan = scenario["district"], scenario["plan"]
    district["pickup_points"].append({"id": "corner", "node": node(0, 2)})
    district["refuges"] = [{"id": "hill", "node": node(2, 2), "capacity": luck.choice([0, 15, None])}]
    district["stores"] = [{"id": "depot", "node": node(2, 1), "level": "town"}]
    _command(luck, scenario)
    if luck.random() < 0.4:
        _watch(luck, folder, scenario)
    if luck.random() < 0.3:
        plan["controls"] = [_control(luck) for _ in range(luck.randint(1, 3))]
    plan["care"] = _care(luck, scenario)
    if luck.random() < 0.4:
        _rescue(luck, scenario)
    if luck.random() < 0.2:
        district["background"] = [
            {
                "from_node": node(0, 0),
                "to_node": node(4, 2),
                "begins": "T+0 min",
                "ends": "T+2 h",
                "vehicles": luck.choice([1, 40]),
            }
        ]
    if luck.random() < 0.2:
        district["roads"]["gridlock"] = luck.choice(["squeeze", "turn_back"])
        district["roads"]["crowding"] = luck.choice(["none", "weidmann"])
    scenario["recording"] = {"passages": luck.choice([True, False])}
    if any(fleet.get("external") for fleet in district["fleets"]):
        plan["organize"]["assistance"] = {
            "granted": luck.choice([0, 0.5, 1]),
            "rounds": luck.choice([0.2, 3]),
        }
    return scenario


def _command(luck: Random, scenario: dict[str, Any]) -> None:
    """Add channels, offices and networks."""
    district, hazard, plan = scenario["district"], scenario["hazard"], scenario["plan"]
    if luck.random() < 0.4:
        district["channels"] = _channels(luck)
        district["word_of_mouth"] = luck.choice([0, 0.05])
    if luck.random() < 0.7:
        plan["organize"] = _organize(luck, "channels" in district)
        for fleet in district["fleets"]:
            if luck.random() < 0.5:
                fleet["office"] = luck.choice([office["id"] for office in plan["organize"]["offices"]])
        for shelter in district["shelters"]:
            if "opening" in shelter and luck.random() < 0.5:
                shelter["keeper"] = luck.choice([office["id"] for office in plan["organize"]["offices"]])
        if luck.random() < 0.5:
            district["sites"] = _sites()
            hazard["outages"] = _outages(luck)
    else:
        for fleet in district["fleets"]:
            fleet.pop("external", None)


def _agree(scenario: dict[str, Any]) -> None:
    """Take out of the rows of the plan what the other sections do not allow."""
    to = scenario["plan"]["to"]
    computed = to["assignment"] == "computed"
    if computed and to["dispatch"] not in ("nearest", "longest_queue"):
        to["dispatch"] = "nearest"
    there = {shelter["id"] for shelter in scenario["district"]["shelters"]}
    for row in scenario["plan"]["zones"]:
        named = [shelter for shelter in row.pop("shelter", []) if shelter in there]
        if named and not computed:
            row["shelter"] = named
        if scenario["district"]["population"].get("storeys") == 1 and row.get("moved_to") == "vertical":
            del row["moved_to"]


def _maybe(luck: Random, thing: Any, chance: float = 0.5) -> Any:
    return thing if luck.random() < chance else None


def _some(luck: Random, chance: float = 0.5, **parts: Callable[[], Any]) -> dict[str, Any]:
    """Return some of the fields, each made only if it is chosen."""
    return {name: make() for name, make in parts.items() if luck.random() < chance}


def _minute(luck: Random) -> str:
    return f"T+{luck.randint(0, LAST_MINUTE)} min"


def _law(luck: Random, *medians: int) -> Any:
    median = luck.choice(medians)
    if luck.random() < 0.3:
        return {"type": "fixed", "value": f"{median} min"}
    return {"type": "lognormal", "median": f"{max(median, 1)} min", "sigma": 0.7}


def _transfers(luck: Random) -> list[dict[str, Any]]:
    rows = []
    for zone in ZONES:
        if rows and luck.random() < 0.15:
            continue
        row = {
            "zone": zone,
            "trigger_at": f"T+{luck.choice([0, 10, 10, 60, 200])} min",
            "organizer": luck.choice(["", "grid officer"]),
            "pickup_point": luck.choice(["stop", "corner"]),
            "fleet": "buses",
            **_some(
                luck,
                0.3,
                deadline=lambda: f"T+{luck.choice([201, 230])} min",
                shelter=lambda: luck.sample(list(SHELTERS), luck.randint(1, 2)),
                compliance=lambda: luck.choice([0.5, 1]),
                moved=lambda: "special_groups",
            ),
        }
        if luck.random() < 0.2:
            row["release_parts"], row["release_every"] = luck.choice([2, 5]), "15 min"
        if luck.random() < 0.3:
            row["via"] = luck.sample(STREETS, luck.randint(1, 3))
        if luck.random() < 0.2:
            row.pop("via", None)
            row["moved_to"] = luck.choice(["vertical", "nearby"])
            if row["moved_to"] == "nearby":
                row["refuge"] = "hill"
        rows.append(row)
    return rows


def _shelters(luck: Random) -> list[dict[str, Any]]:
    return [
        {
            "id": name,
            "node": at,
            "capacity": luck.choice([0, 3, 20, 60, 150, None]),
            "desks": luck.choice([1, 2]),
            **_some(
                luck,
                0.3,
                opening=lambda: _law(luck, 5, 60, 400),
                floor_height=lambda: "0.3 m",
                sleeping_places=lambda: luck.choice([0, 5, 40]),
                area=lambda: luck.choice(["10 m2", "60 m2"]),
                toilets=lambda: luck.choice([0, 2]),
                water_tank=lambda: luck.choice([0, 100]),
                generators=lambda: 1,
                fuel=lambda: "2 h",
                meals_per_hour=lambda: luck.choice([1, 60]),
                medical_beds=lambda: 1,
                staff=lambda: luck.choice([1, 3]),
            ),
        }
        for name, at in SHELTERS.items()
        if name == "school" or luck.random() < 0.7
    ]


def _fleets(luck: Random) -> list[dict[str, Any]]:
    def worn() -> dict[str, Any]:
        return {
            "availability": luck.choice([0, 0.5, 1, 1, 1]),
            **(_maybe(luck, {"breakdowns": 1, "repair": "40 min"}, 0.2) or {}),
            **(_maybe(luck, {"range": "2 km", "refuelling": "5 min"}, 0.2) or {}),
            **(
                _maybe(
                    luck,
                    {"driver_comes": luck.choice([0, 0.5]), "backup_drivers": luck.choice([True, False])},
                    0.3,
                )
                or {}
            ),
            **_some(luck, 0.3, call_up=lambda: _law(luck, 1, 20, 90)),
        }

    fleets = [
        {
            "id": "buses",
            "node": node(2, 0),
            "vehicles": luck.randint(1, 3),
            "seats": luck.choice([3, 12, 40]),
            **worn(),
        }
    ]
    if luck.random() < 0.6:
        boat = {"id": "boats", "kind": "boat", "node": node(luck.randint(0, 4), 1), "speed": "2.5 m/s"}
        fleets.append(boat | {"vehicles": luck.randint(1, 2), "seats": luck.choice([2, 6])} | worn())
    if luck.random() < 0.6:
        truck = {"id": "trucks", "kind": "truck", "node": node(2, 2), "seats": 1}
        fleets.append(truck | {"vehicles": luck.randint(1, 2)} | worn())
    if luck.random() < 0.3:
        barge = {"id": "barges", "kind": "boat", "node": node(luck.randint(0, 4), 2), "speed": "2.5 m/s"}
        fleets.append(barge | {"vehicles": 1, "seats": 1, "trailer": luck.choice([True, False])} | worn())
    if luck.random() < 0.3:
        fleets.append(
            {"id": "help", "node": node(4, 0), "vehicles": 2, "seats": 20, "external": True, **worn()}
        )
    return fleets


def _population(luck: Random) -> dict[str, Any]:
    def knowledge() -> dict[str, float]:
        informed = luck.choice([0.0, 0.5])
        return {"informed": informed, "eyes": 0.5, "nothing": 0.5 - informed}

    return _some(
        luck,
        0.5,
        car_share=lambda: luck.choice([0, 0.5, 1]),
        household_size=lambda: luck.choice([1, 4]),
        storeys=lambda: 1,
        groups=lambda: {"disabled": 0.3, "left_behind": 0.3},
        knowledge=knowledge,
        patience_at_closure=lambda: _law(luck, 5),
    )


def _water(luck: Random, folder: Path, shelters: Sequence[str]) -> dict[str, Any]:
    def flood(things: Sequence[str], most: int) -> list[tuple[str, str, float]]:
        last = luck.choice([90, 240, LAST_MINUTE])
        rows = {
            (luck.choice(things), luck.randint(0, last)): luck.choice(DEPTHS)
            for _ in range(luck.randint(0, most))
        }
        return [(thing, f"T+{minute} min", depth) for (thing, minute), depth in sorted(rows.items())]

    places = [*ZONES, *shelters, *shelters, "stop", "corner", "buses"]
    return {
        "type": "table",
        "links": write_depths(folder / "links.csv", "link", flood(STREETS, luck.choice([10, 60]))),
        "places": write_depths(folder / "places.csv", "place", flood(places, luck.choice([2, 12]))),
        **(_maybe(luck, {"interpolate": "10 min"}, 0.2) or {}),
    }


def _who(luck: Random) -> dict[str, Any]:
    behavior = {
        "belief": lambda: {"threshold": luck.choice([0.3, 0.9])},
        "family": lambda: {"away_share": 0.5},
        "livestock": lambda: {"share": 0.5},
        "fatigue": lambda: {"false_alarms": 5},
        "shadow": lambda: {"share": luck.choice([0.3, 1]), "within": "800 m", "car_share": 0.5},
    }
    return _some(
        luck,
        0.5,
        compliance=lambda: luck.choice([0.7, 1]),
        lists=lambda: {
            "completeness": luck.choice([0, 0.7, 0.9]),
            "ghosts": luck.choice([0, 0.5]),
            "wrong_zone": luck.choice([0, 0.3]),
            "wrong_size": luck.choice([0, 0.3]),
        },
        resettled=lambda: [{"zones": ["west"], "share": luck.choice([0.2, 0.2, 1])}],
        behavior=lambda: _some(luck, 0.5, **behavior),
    )


def _to(luck: Random) -> dict[str, Any]:
    bus_share = luck.choice([0, 0.5, 1])
    return {
        "bus_share": bus_share,
        "car_share": luck.choice([0, 0.3, 1]) * (1 - bus_share),
        "dispatch": luck.choice(
            ["nearest", "longest_queue", "longest_queue", "greedy", "balanced", "in_order"]
        ),
        "overflow": luck.choice(["next_nearest", "none"]),
        "assignment": luck.choice(["plan", "plan", "computed"]),
        "bus_wait_limit": luck.choice(["1 min", "30 min"]),
    }


def _organize(luck: Random, by_channels: bool) -> dict[str, Any]:
    offices = [{"id": "county", "level": "county", "node": node(2, 1)}]
    if luck.random() < 0.5:
        offices.append({"id": "town", "level": "town", "node": node(2, 0), "parent": "county"})
    above = offices[-1]["id"]
    offices += [
        {
            "id": f"village-{name}",
            "level": luck.choice(["village", "grid"]),
            "node": at,
            "parent": above,
            "zones": [name],
        }
        for name, at in ZONES.items()
    ]
    for office in offices:
        office |= {
            "staff": luck.choice([0, 1, 2, 3, 3]),
            "lines": luck.randint(1, 2),
            "means": ["phone", *luck.sample([*CALL_MEANS][1:], luck.randint(0, 2))][
                luck.choice([0, 0, 0, 1]) :
            ]
            or ["radio"],
        }
    parts: dict[str, Any] = {
        "offices": offices,
        "mode": luck.choice(["layered", "flat"]),
        **_some(
            luck,
            0.4,
            calling=lambda: {
                "tries": luck.randint(1, 3),
                "escalate": luck.sample(["backup", "parent", "messenger"], luck.randint(0, 3)),
                "answer_day": luck.choice([0, 0.6, 1, 1]),
                "answer_night": luck.choice([0, 0.6, 1, 1]),
            },
            roster=lambda: {
                "absence": luck.choice([0, 0.3, 0.3, 1]),
                "night_absence": luck.choice([0, 0.3, 0.3, 1]),
                "backup": luck.choice([True, False]),
            },
            reports=lambda: {"every": "30 min", "loss": 0.3, "double": 0.3, "error": 0.2, "over_report": 0.2},
            preparation=lambda: _law(luck, 1, 30, 120),
        ),
    }
    if not by_channels and luck.random() < 0.4:
        parts["relay_time"] = _law(luck, 1, 20)
    elif luck.random() < 0.6:
        parts["officers"] = [
            {"id": f"team-{office['id']}", "office": office["id"]}
            for office in offices
            if "zones" in office and luck.random() < 0.7
        ]
        parts["door_to_door"] = {
            "rate": luck.choice([2, 12, 60]),
            "sweeps": luck.choice([1, 2]),
            "count_error": luck.choice([0, 0.3]),
            "find_unlisted": luck.choice([0, 0.5, 1]),
            "one_to_one": luck.choice([True, False]),
        }
    return parts


def _sites() -> list[dict[str, Any]]:
    here = {"node": node(0, 0)}
    return [
        {"id": "power", "kind": "power", "serves": ["*"], **here},
        {"id": "mast", "kind": "cell", "serves": ["*"], "power_site": "power", "battery": "1 h", **here},
    ]


def _outages(luck: Random) -> list[dict[str, Any]]:
    found = []
    for site in ("power", "mast"):
        for _ in range(luck.randint(0, 2)):
            begins = luck.randint(0, LAST_MINUTE)
            ends = {"ends": f"T+{begins + luck.randint(1, 300)} min"} if luck.random() < 0.7 else {}
            found.append({"site": site, "begins": f"T+{begins} min", **ends})
    return found


def _channels(luck: Random) -> list[dict[str, Any]]:
    kinds = luck.sample(["sms", "loudspeaker", "siren"], luck.randint(1, 2))
    return [
        {
            "id": kind,
            "kind": kind,
            "reach_day": luck.choice([0, 0.6, 1, 1]),
            "reach_night": luck.choice([0, 0.6, 1, 1]),
            "needs": luck.choice([[], ["power"], ["cell"]]),
            "impact": luck.choice([0.1, 1]),
            **_some(luck, 0.3, repeat=lambda: "20 min", rate=lambda: 0.01, delay=lambda: _law(luck, 1, 10)),
        }
        for kind in kinds
    ]


def _watch(luck: Random, folder: Path, scenario: dict[str, Any]) -> None:
    """Let rules, levels, measures and automatic stops act beside the rows of the plan."""
    with (folder / "bridge.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["time(h)", "stage(m)"])
        writer.writerows([(hour, luck.choice([0.0, 0.5, 1.5, 3.0])) for hour in range(0, 12, 2)])
    report = {
        "every": luck.choice(["5 min", "1 h"]),
        "delay": _law(luck, 0, 20),
        "noise": luck.choice(["0 m", "0.4 m"]),
        "missing": luck.choice([0, 0.5]),
    }
    scenario["hazard"]["gauges"] = [
        {
            "id": "bridge",
            "datum": "warning stage = 0",
            "series": str(folder / "bridge.csv"),
            **(_maybe(luck, {"report": report}) or {}),
        }
    ]
    when, care = scenario["plan"]["when"], scenario["plan"]
    when["rules"] = [
        {"id": "high", "gauge": "bridge", "stage": "1 m"},
        {"id": "clock", "at": f"T+{luck.choice([0, 30, 100])} min"},
        {"id": "wet", "place": "west", "depth": "0.2 m"},
        {"id": "seeps", "danger": "levee", "judged": luck.choice(["found", "not_judged"])},
        {"id": "soon", "gauge": "bridge", "stage": "1 m", "lead": "3 h"},
        {"id": "rises", "gauge": "bridge", "rise": "0.5 m", "over": "2 h", "confirm": luck.choice([1, 2])},
    ]
    scenario["hazard"]["dangers"] = [
        {
            "id": "levee",
            "node": node(0, 0),
            "kind": "piping",
            "visible_from": f"T+{luck.choice([0, 60])} min",
            "zones": ["west"],
            "found": _law(luck, 5, 60),
            "can_be_judged": luck.choice([True, False]),
        }
    ]
    with (folder / "forecast.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["issued(h)", "valid(h)", "stage(m)"])
        writer.writerows(
            [(hour, hour + lead, luck.choice([0.0, 2.0])) for hour in range(0, 12, 3) for lead in (1, 2)]
        )
    scenario["hazard"]["forecasts"] = [{"gauge": "bridge", "file": str(folder / "forecast.csv")}]
    measures = [
        {"id": "shut", "action": "close", "links": luck.sample(STREETS, 2), "setup": "5 min"},
        {"id": "gate", "action": "gate", "links": [luck.choice(STREETS)], "flow": "120 veh/h"},
        {"id": "open", "action": "open_shelters", "shelters": ["*"]},
        {"id": "fetch", "action": "call_up", "fleets": ["buses"]},
    ]
    moved = [row["zone"] for row in care["zones"]]
    if any(zone["kind"] != "residential" for zone in scenario["district"]["zones"]):
        measures.append({"id": "idle", "action": "stop", "zones": ["*"], "setup": "5 min"})
    measures.append({"id": "go", "action": "evacuate", "zones": [luck.choice(moved)]})
    when["measures"] = measures
    ids = [measure["id"] for measure in measures]
    when["levels"] = [
        {"level": "Ⅳ", "rules": ["clock"], "measures": luck.sample(ids, luck.randint(1, 3))},
        {
            "level": "Ⅱ",
            "rules": ["high", "wet", "seeps", "soon"],
            "measures": luck.sample(ids, luck.randint(1, 3)),
            "dwell": "30 min",
        },
    ]
    if luck.random() < 0.5:
        when["breakers"] = [{"id": "stop", "rules": ["wet"], "measures": luck.sample(ids, 1)}]
    if luck.random() < 0.4:
        when["consultation"] = {
            "convene": "10 min",
            "decide": "10 min",
            "night_factor": 2,
            **({"quorum": luck.randint(0, 2)} if "offices" in care["organize"] else {}),
        }
    if luck.random() < 0.4:
        when["staging"] = {"order": luck.choice(["by_priority", "by_row"]), "every": "20 min"}
    for row in scenario["plan"]["zones"]:
        if luck.random() < 0.5:
            row["rules"] = [luck.choice(["high", "clock", "wet", "seeps", "soon", "rises"])]
            if luck.random() < 0.5:
                del row["trigger_at"]


def _control(luck: Random) -> dict[str, Any]:
    order = luck.choice(["close", "open", "capacity", "reverse"])
    extra = {"capacity_factor": luck.choice([0.05, 2])} if order == "capacity" else {}
    at = f"T+{luck.randint(0, 230)} min"
    links = luck.sample(STREETS, luck.randint(1, 3))
    if order == "reverse":
        del links[1:]  # both directions of a road are not reversed at once
    return {"links": links, "order": order, "at": at, **extra}


def _rescue(luck: Random, scenario: dict[str, Any]) -> None:
    """Let people call for help, and teams with craft look for them."""
    district = scenario["district"]
    district["forces"] = [
        {"id": "brigade", "node": node(4, 0), "kind": "fire", "members": luck.choice([4, 12])},
    ]
    for fleet in district["fleets"]:
        if fleet["id"] == "boats":
            fleet.update(_some(luck, 0.5, force=lambda: "brigade", trailer=lambda: True))
    if luck.random() < 0.3:
        copter = {"id": "copter", "kind": "helicopter", "node": node(4, 0), "vehicles": 1, "seats": 4}
        district["fleets"].append(copter | {"speed": "50 m/s"})
    rescue = {
        "calls": lambda: _some(
            luck,
            0.5,
            without_phone=lambda: luck.choice([0.3, 1]),
            lost=lambda: 0.5,
            lines=lambda: 1,
            place_error=lambda: 0.5,
            double=lambda: 0.5,
            false_per_hour=lambda: 2,
        ),
        "seeking": lambda: _some(
            luck, 0.5, passers_by=lambda: _law(luck, 10, 60), patrol_every=lambda: "1 h", around=lambda: "0 m"
        ),
        "self_help": lambda: {"share": 0.5, "takes": _law(luck, 10, 60)},
        "survival": lambda: {"trapped": _law(luck, 20, 200), "injured": 0.3},
        "treatment": lambda: {"places": [{"id": "clinic", "node": node(2, 1), "beds": 1}]},
        "fatigue": lambda: {"full": "1 h", "tired": "2 h", "stop": "3 h", "rest": "1 h"},
        "dispatch": lambda: luck.choice(
            ["nearest", "zone", "priority", "triage", "assignment", "look_ahead", "rounds"]
        ),
        "preempt": lambda: True,
        "stand_by": lambda: [{"force": "brigade", "node": node(2, 1)}],
    }
    said = _some(luck, 0.5, **rescue)
    if "survival" not in said:
        said.pop("treatment", None)
    scenario["plan"]["rescue"] = said


def _care(luck: Random, scenario: dict[str, Any]) -> dict[str, Any]:
    district = scenario["district"]
    found: dict[str, Any] = {"registration_time": luck.choice(["0 s", "40 s", "20 min"])}
    if luck.random() < 0.5:
        found |= {
            "second_transfer": True,
            "second_transfer_before": (before := luck.choice(["0 m", "0.1 m", "0.3 m"])),
            "second_transfer_walk": luck.choice(["0 min", "10 min", "2 h"]),
            "second_transfer_by_bus": luck.random() < 0.7 and before != "0 m",
        }
    if luck.random() < 0.3:
        found["space"] = {"emergency": "1 m2", "short": "2 m2"}
        found["second_transfer_crowded"] = luck.choice([True, False])
    if luck.random() < 0.3:
        found["needs"] = {}
    if luck.random() < 0.3:
        found["reunion"] = {}
    if luck.random() < 0.5:
        found["back_home"] = {
            "dry_for": luck.choice(["0 h", "1 h", "3 h"]),
            "inspection": luck.choice(["0 h", "30 min"]),
            "road_open": luck.choice([True, False]),
        }
    if luck.random() < 0.4:
        found["going_back"] = {"share_per_day": luck.choice([0.5, 0.99])}
        if luck.random() < 0.5:
            found["posts"] = [
                {"id": "bridge", "links": [luck.choice(STREETS)], "stop_share": luck.choice([0, 0.5, 1])}
            ]
    if luck.random() < 0.5:
        gives = {"rice": "food", "water": "water"}
        found["rations"] = [
            {"item": item, "per_person_day": luck.choice([0.5, 3]), "unit": "kg", "gives": what}
            for item, what in gives.items()
        ]
        district["stock"] = [
            {"store": "depot", "item": item, "amount": luck.choice([0, 5, 500])} for item in gives
        ]
        there = {fleet["id"] for fleet in district["fleets"]}
        carriers = {name: id_ for name, id_ in (("trucks", "trucks"), ("boats", "barges")) if id_ in there}
        found["supply"] = {
            "ask_every": luck.choice(["20 min", "3 h"]),
            "loading": _law(luck, 5, 30),
            **carriers,
            "purchases": [
                {"item": "rice", "amount": 20, "lead": _law(luck, 30, 300)} for _ in range(luck.randint(0, 1))
            ],
        }
    else:
        district["fleets"] = [fleet for fleet in district["fleets"] if fleet["id"] != "barges"]
    return found
