"""One fault for each check of completeness: what is taken from the clean plan, and where it is found missing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.reference.clean_plan import IN_PLACE, TEN_THINGS
from tests.reference.small_district import STREETS, link, node, write_depths

Given = dict[str, Any]


@dataclass(frozen=True)
class Fault:
    """A change of the clean plan that one check must find."""

    change: Callable[[Given, Path], None]
    place: str
    """Where it is found, as the file calls it."""
    subjects: tuple[str, ...] = ()
    figures: Mapping[str, float] = field(default_factory=dict)
    with_it: tuple[str, ...] = ()
    """Other checks that find the same fault."""
    line_has: str = ""
    """What stands in the line that is named."""


def at(given: Given, *path: str | int) -> Any:
    here: Any = given
    for step in path:
        here = here[step]
    return here


def put(*path: str | int, value: Any) -> Callable[[Given, Path], None]:
    return lambda given, _: at(given, *path[:-1]).__setitem__(path[-1], value)


def drop(*path: str | int) -> Callable[[Given, Path], None]:
    return lambda given, _: at(given, *path[:-1]).pop(path[-1])


def said(link_: str, name: str, **more: Any) -> Fault:
    """Return the fault that a link says nothing of something."""
    return Fault(drop("plan", link_, "text", name), f"plan.{link_}.text.{name}", **more)


def without_shelters(name: str) -> Callable[[Given, Path], None]:
    def change(given: Given, _: Path) -> None:
        for shelter in given["district"]["shelters"]:
            shelter.pop(name)

    return change


def _only_a_moment(given: Given, _: Path) -> None:
    row = given["plan"]["zones"][0]
    row["trigger_at"] = "T+3 h"
    row.pop("trigger_gauge"), row.pop("trigger_stage")


def _only_forecasts(given: Given, folder: Path) -> None:
    table = folder / "forecasts.csv"
    table.write_text("issued,valid,stage_m\nT+1 h,T+3 h,0.6\n", encoding="utf-8")
    given["hazard"]["forecasts"] = [{"gauge": "bridge", "file": str(table)}]
    given["plan"]["when"]["rules"].append({"id": "soon", "gauge": "bridge", "stage": "0.5 m", "lead": "6 h"})
    row = given["plan"]["zones"][0]
    row["rules"] = ["soon"]
    row.pop("trigger_gauge"), row.pop("trigger_stage")


def _late_upstream(given: Given, _: Path) -> None:
    given["plan"]["when"]["rules"][2]["stage"] = "1.9 m"


def _nobody_decides(given: Given, _: Path) -> None:
    given["plan"]["when"]["decided_by"] = ""


def _flood(places: list[tuple[str, str, float]]) -> Callable[[Given, Path], None]:
    def change(given: Given, folder: Path) -> None:
        given["hazard"]["water"]["places"] = write_depths(folder / "other_places.csv", "place", places)

    return change


def _all_ways_cut(given: Given, folder: Path) -> None:
    wet = [(link(*street), "T+1 h", 2.0) for street in _between_west_and_east()]
    given["hazard"]["water"]["links"] = write_depths(folder / "other_links.csv", "link", wet)


def _between_west_and_east() -> list[tuple[tuple[int, int], tuple[int, int]]]:
    return [pair for row in range(3) for pair in (((2, row), (3, row)), ((3, row), (2, row)))]


def _one_bridge(given: Given, folder: Path) -> None:
    table = folder / "network" / "links.csv"
    gone = {link(*pair) for pair in _between_west_and_east() if pair not in STREETS[:2]}
    lines = [line for line in table.read_text().splitlines() if line.split(",")[0] not in gone]
    table.write_text("\n".join(lines) + "\n")
    del given["hazard"]["water"]["links"]


def _a_third_village(given: Given, folder: Path) -> None:
    given["district"]["zones"].append(
        {"id": "mill", "node": node(0, 0), "population": 40, "township": "east-town"}
    )
    _flood([("mill", "T+8 h", 0.5)])(given, folder)


def _crowded_hall(given: Given, _: Path) -> None:
    given["plan"]["zones"][0]["shelter"] = ["hall", "loft"]
    given["district"]["shelters"].append({**given["district"]["shelters"][1], "id": "loft", "capacity": 20})


def _two_towns(given: Given, _: Path) -> None:
    given["district"]["zones"][0]["township"] = "west-town"
    given["district"]["shelters"][1]["township"] = "west-town"


def _same_person(given: Given, _: Path) -> None:
    for row in given["plan"]["zones"]:
        row["organizer"] = "张三"
    given["district"]["zones"][1]["node"] = node(2, 2)


def _no_b(given: Given, _: Path) -> None:
    given["plan"]["organize"]["offices"][1].pop("backup")


def _no_tree(given: Given, _: Path) -> None:
    given["plan"]["organize"]["offices"].append(
        {"id": "other", "level": "county", "node": node(3, 1), "contact": "吴九 0564-5550105",
         "backup": "郑十 0564-5550106", "means": ["landline"]}
    )  # fmt: skip


def _wide_west(given: Given, _: Path) -> None:
    given["district"]["zones"][0] |= {"node": node(4, 0)}


def _little_in_town(given: Given, _: Path) -> None:
    district = given["district"]
    district["stores"][0]["kits"] = district["stock"][0]["amount"] = 250
    district["stores"].append({"id": "county-store", "node": node(2, 2), "kits": 2000, "level": "county"})


def _deny(name: str) -> Callable[[Given, Path], None]:
    return put("plan", "readiness", "villages", 0, name, value=False)


def _claim_sirens(given: Given, _: Path) -> None:
    given["district"]["channels"].pop()


def _villages(name: str) -> str:
    return f"plan.readiness.villages[0].{name}"


COUNTED_ON = ("organization", "loudspeaker", "siren", "shelter", "communication")
"""Items of the sheet that the model has something for, so that a no on the sheet contradicts it."""
WEST, BOTH = ("west",), ("west", "north")

FAULTS: dict[str, Fault] = {
    "when.trigger": Fault(
        _only_a_moment, "plan.zones[0]", WEST, {"zones": 1}, ("when.no_forecast",), line_has="west"
    ),
    "when.decider": Fault(_nobody_decides, "plan.when.decided_by", BOTH, line_has="decided_by"),
    "when.decision_time": Fault(drop("plan", "when", "decision_time"), "plan.when.decide_within"),
    "when.night": said("when", "night"),
    "when.no_forecast": Fault(_only_forecasts, "plan.zones[0]", WEST, {"zones": 1}, line_has="west"),
    "when.three_urgent": Fault(
        drop("plan", "when", "text", "not_judged"), "plan.when.text", figures={"missing": 1}
    ),
    "when.level_order": Fault(
        put("plan", "when", "rules", 1, "stage", value="-0.6 m"),
        "plan.when.levels[1]",
        ("Ⅳ", "Ⅲ"),
        {"below": -0.5, "value": -0.6},
        line_has="Ⅲ",
    ),
    # The bridge reaches -0.5 m after 1 h; the station above it 1.9 m after 4.75 h.
    "when.upstream": Fault(
        _late_upstream, "plan.when.levels[0]", ("upper", "bridge"), {"late": 3.75 * 3600}, line_has="Ⅳ"
    ),
    "when.warning_text": Fault(
        put("plan", "when", "text", "warning", value="请大家注意安全"),
        "plan.when.text.warning",
        line_has="请大家注意安全",
    ),
    "when.repeat": Fault(drop("district", "channels", 0, "repeat"), "plan.when.text.repeat"),
    "when.cancel": said("when", "cancel"),
    "when.datum": Fault(
        put("hazard", "gauges", 0, "datum", value="不详"),
        "hazard.gauges[0].datum",
        ("bridge",),
        line_has="不详",
    ),
    "who.sums": Fault(
        put("plan", "zones", 0, "listed", value=150),
        "plan.zones[0].listed",
        WEST,
        {"listed": 150, "people": 200},
        line_has="150",
    ),
    "who.special_groups": Fault(
        lambda given, _: (
            given["plan"]["who"]["text"].pop("helpers"),
            given["plan"]["organize"].update(door_to_door={}),
        ),
        "plan.who.text.helpers",
    ),
    "who.crowds": Fault(
        put("plan", "who", "text", "surveyed", value=["school", "boats", "visitors"]),
        "plan.who.text.surveyed",
        ("care_home", "hospital", "construction_site", "scenic_area"),
        line_has="surveyed",
    ),
    "who.list_date": Fault(
        put("plan", "who", "text", "list_date", value="2025-07-18 20:00"),
        "plan.who.text.list_date",
        figures={"age": 365 * 86400.0},
        line_has="2025-07-18",
    ),
    "who.unlisted": Fault(
        _a_third_village, "district.zones[2]", ("mill",), {"people": 40, "zones": 1}, line_has="mill"
    ),
    "who.animals": said("who", "animals"),
    "organize.tree": Fault(_no_tree, "plan.organize.offices", ("county", "other"), {"tops": 2}),
    "organize.person_a": Fault(
        put("plan", "organize", "offices", 1, "contact", value="孙七"),
        "plan.organize.offices[1].contact",
        ("village",),
        line_has="孙七",
    ),
    "organize.person_b": Fault(_no_b, "plan.organize.offices[1].backup", ("village",), {"offices": 1}),
    "organize.lines": Fault(
        put("plan", "organize", "offices", 1, "means", value=["phone"]),
        "plan.organize.offices[1].means",
        ("village",),
        with_it=("ready.contradiction",),
    ),
    "organize.keepers": Fault(
        drop("district", "shelters", 1, "keeper"), "district.shelters[1].keeper", ("hall",)
    ),
    # 200 / 2.75 households for two people instead of three.
    "organize.span": Fault(
        put("plan", "organize", "officers", 0, "members", value=2),
        "plan.zones[0]",
        WEST,
        {"worst": 200 / 2.75 / 2, "limit": 30},
    ),
    "organize.two_places": Fault(_same_person, "plan.zones[0].organizer", ("张三",), line_has="张三"),
    "organize.reports": Fault(
        put("plan", "organize", "reports", "within", value="2 h"),
        "plan.organize.reports.within",
        ("village",),
        {"within": 7200},
        line_has="2 h",
    ),
    "organize.handover": said("organize", "handover"),
    "to.flooded": Fault(
        _flood([("hall", "T+8 h", 0.4)]),
        "district.shelters[1]",
        ("hall",),
        {"shelters": 1, "depth": 0.4, "places": 100},
        ("to.capacity",),
        "hall",
    ),
    "to.landslide": Fault(
        put("district", "shelters", 0, "landslide", value=True),
        "district.shelters[0].landslide",
        ("school",),
        line_has="landslide",
    ),
    "to.reachable": Fault(_all_ways_cut, "plan.zones[0].shelter", BOTH, {"people": 300}),
    "to.capacity": Fault(
        put("district", "shelters", 0, "capacity", value=190),
        "district.shelters",
        figures={"people": 300, "places": 290, "load": 300 / 290},
        with_it=("to.assigned",),
    ),
    # 200 people for the 100 places of the hall; 300 for 320 over all.
    "to.capacity_by_township": Fault(
        _two_towns,
        "district.shelters[1]",
        ("west-town",),
        {"load": 300 / 320, "load_west-town": 2.0},
        line_has="hall",
    ),
    "to.assigned": Fault(_crowded_hall, "plan.zones[0].shelter", WEST, {"people": 80}),
    "to.backup": Fault(
        put("plan", "zones", 1, "shelter", value=["school"]), "plan.zones[1].shelter", ("north",)
    ),
    "to.routes": Fault(_one_bridge, "plan.zones[0].shelter", BOTH, {"people": 300, "roads": 1}),
    "to.pickup_safe": Fault(
        _flood([("stop", "T+5 h", 0.3)]), "plan.zones[0].pickup_point", ("stop",), line_has="stop"
    ),
    # Four streets of 500 m at half of 1.219 m/s.
    "to.pickup_walk": Fault(
        _wide_west, "plan.zones[0].pickup_point", WEST, {"worst": 2000 / 0.6095}, line_has="stop"
    ),
    "to.power": Fault(
        put("district", "shelters", 0, "generators", value=0),
        "district.shelters[0].generators",
        ("school",),
        figures={"generators": 1, "shelters": 2},
    ),
    "to.water": Fault(
        without_shelters("taps"), "district.shelters[0].taps", ("school", "hall"), {"unknown": 2}
    ),
    "to.toilets": Fault(
        put("district", "shelters", 0, "toilets", value=10),
        "district.shelters[0].toilets",
        ("school",),
        {"short": 1},
        line_has="10",
    ),
    "to.signs": said("to", "signs"),
    "to.cards": said("to", "cards"),
    "care.registration": said("care", "registration"),
    "care.missing_persons": said("care", "missing_persons"),
    "care.kits": Fault(
        put("plan", "care", "text", "days", value=4),
        "district.stores",
        figures={"kits": 1000, "people": 300, "needed": 1200},
    ),
    "care.town_kits": Fault(
        _little_in_town, "district.stores", ("town-store",), {"kits": 250, "missing": 50, "county_kits": 2000}
    ),
    "care.relief": Fault(
        put("plan", "care", "relief_limit", value="10 h"),
        "plan.care.relief_limit",
        figures={"relief_limit": 36000},
        line_has="10 h",
    ),
    "care.medical": said("care", "medical"),
    "care.groups": Fault(drop("plan", "care", "text", "diet"), "plan.care.text", ("diet",)),
    "care.posts": Fault(drop("plan", "care", "text", "posts"), "plan.care.posts"),
    "care.second_transfer": Fault(drop("plan", "care", "second_transfer"), "plan.care.second_transfer"),
    "care.return_rule": said("care", "return_rule"),
    "care.volunteers": said("care", "volunteers"),
    "ready.village_sheet": Fault(
        put("plan", "readiness", "villages", 0, "zones", value=["west"]),
        "plan.readiness.villages",
        ("north",),
    ),
    "ready.ten_sheet": Fault(drop("plan", "readiness", "ten_in_place"), "plan.readiness.ten_in_place"),
    "ready.contradiction": Fault(_claim_sirens, _villages("siren"), BOTH, {"zones": 2}, line_has="siren"),
    **{
        f"ready.{name}": Fault(
            _deny(name),
            _villages(name),
            BOTH,
            {"zones": 2},
            ("ready.contradiction",) if name in COUNTED_ON else (),
            name,
        )
        for name in TEN_THINGS
    },
    **{
        f"ready.in_place_{name}": Fault(
            put("plan", "readiness", "ten_in_place", name, value=False),
            f"plan.readiness.ten_in_place.{name}",
            line_has=name,
        )
        for name in IN_PLACE
    },
}
