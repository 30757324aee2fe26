"""A small district with a plan that lacks nothing, for tests that take one thing away at a time."""

from pathlib import Path
from typing import Any

import yaml

from tests.reference.gauges import with_gauge
from tests.reference.small_district import STREETS, link, node, small_district, write_depths

STAGES = [(0.0, -1.0), (4.0, 1.0), (12.0, 3.0)]
"""The stage at the bridge: -0.5 m after one hour, 0.5 m after three, 1 m after four; the one above is sooner."""
TEN_THINGS = (
    "organization", "loudspeaker", "siren", "shelter", "risk_map",
    "cards", "communication", "lighting", "booklet", "board",
)  # fmt: skip
IN_PLACE = (
    "responsibility", "plans", "survey", "monitoring", "calling",
    "transfer", "teams", "supplies", "duty", "drills",
)  # fmt: skip


def clean_plan(folder: Path) -> dict[str, Any]:
    """Return a scenario as a mapping in whose plan no check finds anything."""
    given = small_district(folder, water=_water(folder))
    with_gauge(given, folder, STAGES)
    upper = folder / "upper.csv"
    upper.write_text("time(h),stage(m)\n0,0\n5,2\n", encoding="utf-8")
    gauge = {"id": "upper", "datum": "warning stage = 0", "series": str(upper), "downstream": "bridge"}
    given["hazard"]["gauges"].append(gauge)
    district, plan = given["district"], given["plan"]
    for place in district["zones"] + district["shelters"]:
        place["township"] = "east-town"
    for shelter in district["shelters"]:
        shelter |= {"keeper": "village", "toilets": 11, "taps": 1, "generators": 1}
    district["fleets"].append(
        {"id": "trucks", "node": node(2, 0), "vehicles": 2, "seats": 2, "kind": "truck"}
    )
    district["stores"] = [{"id": "town-store", "node": node(4, 1), "kits": 1000, "level": "town"}]
    district["stock"] = [{"store": "town-store", "item": "kit", "amount": 1000}]
    reach = {"reach_day": 0.9, "reach_night": 0.8}
    district["channels"] = [
        {"id": "speakers", "kind": "loudspeaker", "repeat": "30 min", **reach},
        {"id": "sirens", "kind": "siren", **reach},
    ]
    plan["when"] = _when()
    plan["who"] = {
        "text": {
            "list_date": "2026-05-20 08:00",
            "people": 300,
            "helpers": "附表 2",
            "surveyed": [
                "care_home",
                "school",
                "hospital",
                "construction_site",
                "scenic_area",
                "boats",
                "visitors",
            ],
            "animals": "圈舍高处集中",
        }
    }
    plan["organize"] = _organize()
    plan["to"] = {"text": {"signs": True, "cards": True}}
    plan["care"] = _care()
    plan["readiness"] = {
        "villages": [{"zones": ["*"], **dict.fromkeys(TEN_THINGS, True)}],
        "ten_in_place": dict.fromkeys(IN_PLACE, True),
    }
    plan["zones"] = [_row("west", "张三", 200), _row("north", "李四", 100)]
    return given


def _water(folder: Path) -> dict[str, Any]:
    """Return water that closes two streets after six hours, and comes to the homes in the west after eight."""
    wet = [(link(*street), "T+6 h", 0.6) for street in STREETS[:2]]
    return {
        "type": "table",
        "links": write_depths(folder / "wet_links.csv", "link", wet),
        "places": write_depths(
            folder / "wet_places.csv", "place", [("west", "T+8 h", 0.8), ("hall", "T+8 h", 0.0)]
        ),
    }


def _when() -> dict[str, Any]:
    return {
        "decided_by": "county",
        "decision_time": "15 min",
        "rules": [
            {"id": "watch", "gauge": "bridge", "stage": "-0.5 m"},
            {"id": "go", "gauge": "bridge", "stage": "0.5 m"},
            {"id": "watch-above", "gauge": "upper", "stage": "0.2 m"},
        ],
        "measures": [
            {"id": "buses-ready", "action": "call_up", "fleets": ["buses"]},
            {"id": "doors-open", "action": "open_shelters", "shelters": ["*"]},
        ],
        "levels": [
            {"level": "Ⅳ", "rules": ["watch", "watch-above"], "measures": ["buses-ready"]},
            {"level": "Ⅲ", "rules": ["go"], "measures": ["doors-open"]},
        ],
        "text": {
            "night": "天黑前先转特殊群体",
            "danger_signs": True,
            "not_judged": True,
            "warning": "请于 {deadline} 前转移到集合点",
            "cancel": "县防指",
        },
    }


def _organize() -> dict[str, Any]:
    return {
        "offices": [
            {
                "id": "county", "level": "county", "node": node(4, 1),
                "contact": "王五 0564-5550101", "backup": "赵六 0564-5550102", "means": ["landline", "satellite"],
            },
            {
                "id": "village", "level": "village", "parent": "county", "node": node(1, 1), "zones": ["*"],
                "contact": "孙七 0564-5550103", "backup": "周八 0564-5550104", "means": ["phone", "landline"],
            },
        ],
        "officers": [
            {"id": "team-west", "office": "village", "zones": ["west"], "members": 3},
            {"id": "team-north", "office": "village", "zones": ["north"], "members": 2},
        ],
        "door_to_door": {"one_to_one": True},
        "reports": {"within": "1 h"},
        "text": {"handover": "20 时、8 时当面交接"},
    }  # fmt: skip


def _care() -> dict[str, Any]:
    words = ("registration", "missing_persons", "medical", "elderly", "infants", "women", "diet")
    return {
        "needs": {},
        "rations": [{"item": "kit", "per_person_day": 1, "gives": "food"}],
        "supply": {"trucks": "trucks"},
        "second_transfer": True,
        "text": {**dict.fromkeys((*words, "posts", "return_rule", "volunteers"), True), "days": 3},
    }


def _row(zone: str, person: str, people: int) -> dict[str, Any]:
    return {
        "zone": zone,
        "trigger_gauge": "bridge",
        "trigger_stage": "0.5 m",
        "organizer": person,
        "backup": f"{person} B",
        "listed": people,
        "pickup_point": "stop",
        "fleet": "buses",
        "shelter": ["school", "hall"],
        "deadline": "T+7 h",
    }


def write_scenario(given: dict[str, Any], folder: Path) -> Path:
    """Write a scenario as one YAML file and return its path."""
    path = folder / "scenario.yaml"
    path.write_text(yaml.safe_dump(given, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path
