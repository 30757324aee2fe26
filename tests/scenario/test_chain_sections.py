"""Rules, levels, offices, channels, care: what a scenario may say of them, and what must hold between them."""

from copy import deepcopy

import pytest
import yaml

from evacsim.scenario.checking import check
from evacsim.scenario.columns import COLUMNS
from evacsim.scenario.parts import WHERE, WITHOUT_IDS, parts_of
from evacsim.scenario.reading import load, read_mapping
from evacsim.scenario.references import KINDS
from evacsim.scenario.rules import NEEDED, Measure, Rule
from evacsim.scenario.section import Section
from evacsim.scenario.shapes import shapes
from evacsim.terms import ACTIONS, CALL_MEANS, CHANNEL_KINDS, COMMAND_LEVELS, LEVELS
from tests.broken.small import small_files, write

CHAIN = {
    "district.sites": [
        {"id": "sub", "kind": "power", "node": "n0", "serves": ["*"]},
        {"id": "mast", "kind": "cell", "node": "n1", "serves": ["east"], "power_site": "sub"},
    ],
    "district.channels": [
        {"id": "horn", "kind": "loudspeaker", "operator": "town", "reach_day": "75 %", "reach_night": "70 %"}
    ],
    "district.coverage": [{"channel": "horn", "zones": ["west"], "reach_day": 0.5, "reach_night": 0.4}],
    "district.refuges": [{"id": "hill", "node": "n2"}],
    "district.background": [
        {"from_node": "n0", "to_node": "n3", "begins": "T+0 h", "ends": "T+2 h", "vehicles": 50}
    ],
    "district.stores": [{"id": "depot", "node": "n3", "level": "town"}],
    "district.stock": [{"store": "depot", "item": "water", "amount": 300}],
    "hazard.forecasts": [{"gauge": "bridge", "file": "bridge.csv"}],
    "hazard.dangers": [
        {
            "id": "seep",
            "kind": "piping",
            "node": "n1",
            "visible_from": "T+3 h",
            "zones": ["east"],
            "can_be_judged": False,
        }
    ],
    "hazard.outages": [{"site": "sub", "begins": "T+1 h", "ends": "T+3 h"}],
    "plan.when.rules": [
        {"id": "high", "gauge": "bridge", "stage": "1 m", "lasting": "1 h"},
        {"id": "soon", "gauge": "bridge", "stage": "1 m", "lead": "6 h"},
        {"id": "seen", "danger": "seep", "judged": "not_judged"},
        {"id": "late", "at": "T+10 h"},
        {"id": "wet", "place": "east", "depth": "0.2 m"},
    ],
    "plan.when.measures": [
        {"id": "shut", "action": "close", "links": ["c"], "office": "town", "within": "30 min"},
        {"id": "go", "action": "evacuate", "zones": ["east"]},
        {"id": "bar", "action": "ban", "posts": ["bend"]},
    ],
    "plan.when.levels": [
        {"level": "三级", "rules": ["high", "soon"], "measures": ["shut", "bar"], "office": "town"}
    ],
    "plan.when.breakers": [{"id": "stop", "rules": ["wet"], "measures": ["shut"]}],
    "plan.organize.offices": [
        {"id": "town", "level": "town", "node": "n2"},
        {
            "id": "east",
            "level": "village",
            "node": "n1",
            "parent": "town",
            "zones": ["east"],
            "cell_site": "mast",
        },
        {"id": "west", "level": "village", "node": "n0", "parent": "town", "zones": ["west"]},
    ],
    "plan.organize.officers": [{"id": "team-1", "office": "east"}, {"id": "team-2", "office": "west"}],
    "plan.organize.door_to_door": {"sweeps": 2},
    "plan.care.posts": [{"id": "bend", "links": ["b"]}],
    "plan.care.back_home": {"dry_for": "2 h"},
    "plan.care.going_back": {"share_per_day": "3 %"},
    "plan.care.rations": [{"item": "water", "per_person_day": 3, "unit": "L", "gives": "water"}],
    "plan.to.promises": [{"fleet": "buses", "township": "", "vehicles": 2}],
}
"""One right entry or more of everything that the chain knows."""


@pytest.fixture
def base(tmp_path):
    write(small_files(), tmp_path)
    return tmp_path


def told(base, changes=None):
    """Return what is said of the small scenario with the whole chain, some of it changed: place and rule of each."""
    tree = {}
    for name in ("scenario", "district", "hazard", "plan"):
        tree |= {name: yaml.safe_load((base / f"{name}.yaml").read_text(encoding="utf-8"))}
    whole = {**tree["scenario"], **{name: tree[name] for name in ("district", "hazard", "plan")}}
    for path, value in {**CHAIN, **(changes or {})}.items():
        *way, last = path.split(".")
        section = whole
        for step in way:
            section = section.setdefault(step, {})
        section[last] = deepcopy(value)
    reading = read_mapping(whole, base=base, name="test")
    return [(issue.place, issue.rule.en) for issue in reading.issues]


def with_entry(path, number=0, **values):
    """Return a change of one entry of the chain."""
    entries = deepcopy(CHAIN[path])
    entries[number] |= values
    return {path: entries}


def without_messengers(town, village):
    """Return a change of the means of calling of a town and a village that has nobody to send."""
    offices = deepcopy(CHAIN["plan.organize.offices"])
    offices[0]["means"], offices[2]["means"] = town, village
    return {"plan.organize.offices": offices, "plan.organize.calling": {"escalate": ["backup"]}}


def with_fleet(**values):
    """Return a change of the fleet of the small scenario."""
    return {"district.fleets": [{"id": "buses", "node": "n1", "vehicles": 4, "seats": 45} | values]}


BOUGHT = {"item": "water", "amount": 100, "lead": {"type": "fixed", "value": "5 h"}}
VEHICLES = [{"id": "buses", "node": "n1", "vehicles": 4, "seats": 45}]
HELICOPTERS = {"id": "air", "node": "n1", "vehicles": 1, "seats": 4, "kind": "helicopter", "speed": "50 m/s"}
AIRLIFT = {"plan.care.supply": {"helicopters": "air"}}
LOCKED = [
    {"id": id_, "node": "n2", "capacity": 150, "opening": {"type": "fixed", "value": "30 min"}}
    for id_ in ("school", "hall", "gym")
]
"""Of these, no row of the plan names the last."""


def test_helicopters_that_bring_supplies_need_no_rescue(base):
    assert told(base, {"district.fleets": [*VEHICLES, HELICOPTERS], **AIRLIFT}) == []


def test_a_measure_that_opens_a_shelter_calls_for_it(base):
    measures = [{"id": "open", "action": "open_shelters", "shelters": ["g*"]}]
    levels = [{"level": "三级", "rules": ["high"], "measures": ["open"]}]
    changes = {"plan.when.measures": measures, "plan.when.levels": levels, "plan.when.breakers": []}
    places = {place for place, _ in told(base, {"district.shelters": LOCKED, **changes})}
    assert not {place for place in places if place.endswith("opening")}


def test_the_whole_chain_may_be_described(base):
    assert told(base) == []


@pytest.mark.parametrize(
    ("change", "place", "rule"),
    [
        (with_entry("plan.when.rules", gauge="brigde"), "plan.when.rules[0].gauge", "no gauge has this id"),
        (
            with_entry("plan.when.rules", 2, danger="leak"),
            "plan.when.rules[2].danger",
            "no danger sign has this id",
        ),
        (with_entry("plan.when.rules", 3, at="T+99 h"), "plan.when.rules[3].at", "lies outside the scenario"),
        (
            with_entry("plan.when.rules", 1, id="high"),
            "plan.when.rules[1].id",
            "names a rule for the second time (first: rules[0])",
        ),
        (
            {"hazard.forecasts": []},
            "plan.when.rules[1].lead",
            "has lead, and there is no forecast of this gauge",
        ),
        (
            with_entry("plan.when.levels", rules=["hihg"]),
            "plan.when.levels[0].rules[0]",
            "no rule has this id",
        ),
        (
            with_entry("plan.when.levels", measures=["shut", "shut"]),
            "plan.when.levels[0].measures[1]",
            "stands twice in this list",
        ),
        (with_entry("plan.when.levels", measures=[]), "plan.when.levels[0]", "brings about nothing"),
        (
            {"plan.when.levels": CHAIN["plan.when.levels"] * 2},
            "plan.when.levels[1].level",
            "this office has this level already",
        ),
        (
            with_entry("plan.when.measures", office="twon"),
            "plan.when.measures[0].office",
            "no office has this id",
        ),
        (
            with_entry("plan.when.measures", 1, zones=["J*"]),
            "plan.when.measures[1].zones[0]",
            "matches no zone of the district",
        ),
        (
            with_entry("plan.when.measures", 2, posts=["corner"]),
            "plan.when.measures[2].posts[0]",
            "no post has this id",
        ),
        (
            with_entry("plan.when.breakers", measures=["open"]),
            "plan.when.breakers[0].measures[0]",
            "no measure has this id",
        ),
        (
            with_entry("plan.when.measures", 1, action="stop"),
            "plan.when.measures[1].zones[0]",
            "people live there: no work and no school to stop",
        ),
        (
            with_entry("hazard.dangers", can_be_judged=True),
            "plan.when.rules[2].judged",
            "waits for a danger that can be judged: it is never met",
        ),
        (
            {"hazard.forecasts": CHAIN["hazard.forecasts"] * 2},
            "hazard.forecasts[1].gauge",
            "this gauge has forecasts already",
        ),
        (with_entry("hazard.forecasts", gauge="weir"), "hazard.forecasts[0].gauge", "no gauge has this id"),
        (
            with_entry("hazard.dangers", zones=["south"]),
            "hazard.dangers[0].zones[0]",
            "the district has no such zone",
        ),
        (with_entry("hazard.outages", site="pylon"), "hazard.outages[0].site", "no site has this id"),
        (
            with_entry("hazard.outages", begins="2026-07-19 20:00", ends="T+2 h"),
            "hazard.outages[0].ends",
            "ends must be later than begins",
        ),
        (
            with_entry("plan.organize.offices", 1, parent="county"),
            "plan.organize.offices[1].parent",
            "no office has this id",
        ),
        (
            with_entry("plan.organize.offices", parent="east"),
            "plan.organize.offices[0].parent",
            "commands itself over its parents",
        ),
        (
            with_entry("plan.organize.offices", parent="west"),
            "plan.organize.offices[0].parent",
            "is at the level village, below its own town",
        ),
        (
            with_entry("plan.organize.offices", 2, zones=["*"]),
            "plan.organize.offices[2].zones",
            "zone east belongs to east already",
        ),
        (with_entry("plan.organize.offices", 2, zones=[]), "column 转移对象", "no office has zone west"),
        (
            with_entry("plan.organize.offices", 1, cell_site="pole"),
            "plan.organize.offices[1].cell_site",
            "no site has this id",
        ),
        (
            with_entry("plan.organize.offices", 1, cell_site="sub"),
            "plan.organize.offices[1].cell_site",
            "is a site of kind power",
        ),
        (
            with_entry("plan.organize.offices", 1, power_site="mast"),
            "plan.organize.offices[1].power_site",
            "is a site of kind cell",
        ),
        (
            without_messengers(["phone"], ["radio"]),
            "plan.organize.offices[2].means",
            "shares no means of calling with town, which calls it: it will never hear",
        ),
        (
            {"plan.organize.reports": {}, "plan.organize.offices": []},
            "plan.organize.reports",
            "go up a tree of offices, and there is none",
        ),
        (
            {"plan.organize.roster": {"shift_hours": []}},
            "plan.organize.roster.shift_hours",
            "must have 1 or more entries",
        ),
        (
            {"plan.organize.roster": {"shift_hours": [8, 24]}},
            "plan.organize.roster.shift_hours[1]",
            "must be below 24",
        ),
        (
            {**without_messengers(["phone"], ["radio"]), "plan.organize.mode": "flat"},
            "plan.organize.offices[2].means",
            "shares no means of calling with town, which calls it: it will never hear",
        ),
        (
            without_messengers(["phone", "radio"], ["phone"]),
            "plan.organize.offices[2].means",
            "can only be called by what fails with power or network",
        ),
        (
            {
                "district.sites": [
                    {"id": id_, "kind": "power", "node": "n0", "serves": ["*"], "power_site": other}
                    for id_, other in (("sub", "sub-2"), ("sub-2", "sub"))
                ]
            },
            "district.sites[0].power_site",
            "depends on itself through others",
        ),
        (with_fleet(office="twon"), "district.fleets[0].office", "no office has this id"),
        (
            with_fleet(kind="helicopter"),
            "district.fleets[0].kind",
            "has nothing to do without plan.rescue or plan.care.supply.helicopters",
        ),
        (with_fleet(kind="boat"), "district.fleets[0].speed", "is not said, and a boat is slower than a bus"),
        (
            with_fleet(kind="boat", speed="2 m/s", punctures=0.015),
            "district.fleets[0].punctures",
            "means nothing without plan.rescue",
        ),
        (
            {
                "district.fleets": [
                    *VEHICLES,
                    HELICOPTERS | {"id": "ark", "kind": "boat", "punctures": 0.015},
                ],
                "plan.care.supply": {"boats": "ark"},
                "plan.rescue": {},
            },
            "district.fleets[1].punctures",
            "means nothing for boats that bring goods",
        ),
        (
            with_fleet(kind="drone", seats=0, speed="9 m/s", wind_limit="9 m/s"),
            "district.fleets[0].kind",
            "has nothing to do without plan.rescue",
        ),
        (with_fleet(kind="truck"), "column 车队", "is a fleet of kind truck"),
        (
            {"plan.to.promises": [{"fleet": "buses", "township": "x", "vehicles": 4}]},
            "column 车队",
            "has all its vehicles promised to others than this town",
        ),
        (
            with_entry("plan.organize.officers", office="est"),
            "plan.organize.officers[0].office",
            "no office has this id",
        ),
        ({"plan.organize.door_to_door": None}, "plan.organize.door_to_door", "is needed: there are officers"),
        (
            with_entry("plan.organize.officers", 1, office="town"),
            "plan.organize.officers[1]",
            "goes to no zone",
        ),
        (
            with_entry("plan.organize.officers", zones=["west"]),
            "plan.organize.officers[0].zones",
            "east never has an order for zone west, which is not below it",
        ),
        (
            with_entry("district.channels", operator="east", zones=["west"]),
            "district.channels[0].operator",
            "east never has an order for zone west, which is not below it",
        ),
        (
            with_entry("district.channels", zones=["east"]),
            "district.coverage[0].zones",
            "the channel does not cover zone west",
        ),
        (
            with_entry("plan.organize.officers", 1, office="east"),
            "column 转移对象",
            "no team goes to zone west",
        ),
        (
            with_entry("plan.organize.officers", 1, office="east")
            | with_entry("district.channels", zones=["east"]),
            "column 转移对象",
            "neither a channel nor a team reaches zone west: nobody there hears of the order",
        ),
        (
            {"plan.organize.relay_time": "10 min"},
            "plan.organize.relay_time",
            "is not used: channels and teams take its place",
        ),
        (
            with_entry("district.sites", 1, power_site="mast"),
            "district.sites[1].power_site",
            "depends on itself",
        ),
        (
            with_entry("district.sites", serves=["north"]),
            "district.sites[0].serves[0]",
            "the district has no such zone",
        ),
        (
            with_entry("district.channels", operator="radio"),
            "district.channels[0].operator",
            "no office has this id",
        ),
        (
            with_entry("district.coverage", channel="siren"),
            "district.coverage[0].channel",
            "no channel has this id",
        ),
        (
            with_entry("district.background", ends="T+0 h"),
            "district.background[0].ends",
            "ends must be later than begins",
        ),
        (with_entry("district.stock", store="shop"), "district.stock[0].store", "no store has this id"),
        (
            {"plan.care.posts": [{"id": "bend", "links": ["b"]}, {"id": "ford", "links": ["c", "b"]}]},
            "plan.care.posts[1].links[1]",
            "has a post already: bend",
        ),
        (
            {"plan.care.going_back": None},
            "plan.care.posts",
            "stop nobody: nobody goes back before it is allowed",
        ),
        (
            {"plan.care.back_home": {"dry_for": "90 d"}},
            "plan.care.back_home.dry_for",
            "is no shorter than the run: nobody returns",
        ),
        (
            with_entry("plan.care.rations", item="rice"),
            "plan.care.rations[0].item",
            "no store holds it and no contract brings it",
        ),
        (
            with_entry("plan.to.promises", township="Hewan"),
            "plan.to.promises[0].township",
            "no zone belongs to this town",
        ),
        (
            with_entry("plan.to.promises", vehicles=9),
            "plan.to.promises[0].vehicles",
            "promises 5 vehicles more than there are left",
        ),
        ({"plan.care.supply": {"trucks": "buses"}}, "plan.care.supply.trucks", "is a fleet of kind bus"),
        (
            {"plan.care.supply": {"purchases": [BOUGHT | {"store": "shop"}]}},
            "plan.care.supply.purchases[0].store",
            "no store has this id",
        ),
        (
            {"plan.care.supply": {"purchases": [BOUGHT]}, "district.stores": [], "district.stock": []},
            "plan.care.supply.purchases[0]",
            "arrives at a store, and the district has none",
        ),
        (
            {"plan.care.supply": {"purchases": [BOUGHT]}},
            "plan.care.supply.purchases",
            "purchases arrive at a store, and nobody brings them on to the shelters",
        ),
        (
            {"district.fleets": [*VEHICLES, HELICOPTERS]},
            "district.fleets[1].kind",
            "has nothing to do without plan.rescue or plan.care.supply.helicopters",
        ),
        (
            {"district.fleets": [*VEHICLES, HELICOPTERS | {"payload": 300}], **AIRLIFT},
            "district.fleets[1].payload",
            "limits nothing: it brings no supplies of known weight",
        ),
        (
            {"district.fleets": [*VEHICLES, HELICOPTERS | {"payload": 300}], **AIRLIFT}
            | with_entry("plan.care.rations", weight=1, package=301),
            "plan.care.rations[0].package",
            "a package weighs more than air carries (300 kg)",
        ),
        (
            {
                "district.forces": [{"id": "crew", "node": "n1", "members": 9, "kind": "fire"}],
                "district.fleets": [*VEHICLES, HELICOPTERS | {"force": "crew"}],
                **AIRLIFT,
            },
            "district.fleets[1].force",
            "brings supplies, and teams crew craft that fetch people",
        ),
        (
            {"hazard.flying_weather": [{"begins": "T+1 h", "wind": "20 m/s"}]},
            "hazard.flying_weather[0]",
            "has nothing to do: the district has no helicopter and no drone",
        ),
        (
            {
                "district.fleets": [*VEHICLES, HELICOPTERS],
                **AIRLIFT,
                "hazard.flying_weather": [{"begins": "T+60 min"}, {"begins": "T+1 h", "wind": "20 m/s"}],
            },
            "hazard.flying_weather[1].begins",
            "begins when another entry does",
        ),
        (
            {"district.shelters": LOCKED},
            "district.shelters[2].opening",
            "stays locked: no row of the plan and no measure calls for it",
        ),
        (
            {"plan.who.lists": {"zones": [{"zones": ["x"]}]}},
            "plan.who.lists.zones[0].zones[0]",
            "the district has no such zone",
        ),
        (
            {"district.population.groups": {"disabled": 0.99}},
            "district.population.groups",
            "the shares add up to 1.044, more than 1",
        ),
    ],
)
def test_what_does_not_fit_together_is_told_where_it_stands(base, change, place, rule):
    assert (place, rule) in told(base, change)


@pytest.mark.parametrize(
    "rule",
    [
        {},
        {"gauge": "g"},
        {"gauge": "g", "stage": "1 m", "at": "T+1 h"},
        {"gauge": "g", "stage": "1 m", "rain": "50 mm"},
        {"gauge": "g", "rain": "50 mm"},
        {"gauge": "g", "rise": "0.5 m"},
        {"gauge": "g", "rise": "0.5 m", "over": "1 h", "lead": "6 h"},
        {"gauge": "g", "stage": "1 m", "over": "1 h"},
        {"gauge": "g", "stage": "1 m", "lead": "6 h", "lasting": "1 h"},
        {"danger": "d", "stage": "1 m"},
        {"place": "a"},
        {"at": "T+1 h", "depth": "1 m"},
    ],
)
def test_a_rule_watches_one_thing_and_says_all_of_it(rule):
    with pytest.raises(ValueError, match=r"must watch exactly one|needs"):
        Rule.model_validate({"id": "r", **rule})


@pytest.mark.parametrize(
    ("rule", "kind"),
    [
        ({"gauge": "g", "stage": "1 m"}, "stage"),
        ({"gauge": "g", "stage": "1 m", "lead": "6 h"}, "forecast"),
        ({"gauge": "g", "rise": "0.5 m", "over": "1 h"}, "rise"),
        ({"gauge": "g", "rain": "50 mm", "over": "3 h"}, "rain"),
        ({"danger": "d"}, "danger"),
        ({"at": "T+1 h"}, "moment"),
        ({"level": 2}, "level"),
        ({"place": "a", "depth": "0.3 m"}, "water"),
    ],
)
def test_a_rule_knows_what_it_watches(rule, kind):
    assert Rule.model_validate({"id": "r", **rule}).kind == kind


@pytest.mark.parametrize("action", [action for action, needed in NEEDED.items() if needed])
def test_a_measure_says_where_it_is_carried_out(action):
    with pytest.raises(ValueError, match=f"needs {NEEDED[action]}"):
        Measure.model_validate({"id": "m", "action": action})


def test_words_of_the_sections_are_those_of_the_terms():
    choices = {
        (model, field): set(shapes(model)[field].choices) for model in COLUMNS for field in model.model_fields
    }
    named = {(model.__name__, field): words for (model, field), words in choices.items()}
    assert named["Measure", "action"] == set(ACTIONS) == set(NEEDED)
    assert named["Office", "level"] == set(COMMAND_LEVELS)
    assert named["Office", "means"] == set(CALL_MEANS)
    assert named["Channel", "kind"] == set(CHANNEL_KINDS) - {"law"}
    assert named["Rule", "level"] == set(LEVELS)


def test_every_list_with_ids_has_a_name_for_its_entries():
    assert set(KINDS) == set(WHERE) - WITHOUT_IDS


def test_lists_are_reached_whether_the_scenario_is_whole_or_not(base):
    broken = told(base, {"start": "noon", **with_entry("plan.when.levels", rules=["hihg"])})
    assert ("plan.when.levels[0].rules[0]", "no rule has this id") in broken
    left_out = {"start": "noon", "plan.when.rules": [], "plan.when.levels": CHAIN["plan.when.levels"]}
    assert ("plan.when.levels[0].rules[0]", "no rule has this id") in told(base, left_out)


def test_a_list_below_a_section_that_is_left_out_is_known_to_be_empty(folder_with):
    small = load(folder_with())
    assert parts_of(small).known["offices"] == frozenset()
    assert check(small) == []
    assert all(issubclass(model, Section) for _, model in WHERE.values())
