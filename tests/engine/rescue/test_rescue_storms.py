"""Random floods, teams, craft, calls and policies: nobody is lost, nobody and nothing is in two places."""

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import evacsim as ev
from evacsim.engine.rescue.policies import POLICIES
from tests.reference.flooded_street import street
from tests.reference.small_district import link, node, write_depths

COLUMNS, HOUR = 8, 3600.0
LAWS = st.one_of(
    st.integers(0, 40).map(lambda minutes: {"type": "fixed", "value": f"{minutes} min"}),
    st.integers(1, 60).map(lambda minutes: {"type": "uniform", "low": "0 min", "high": f"{minutes} min"}),
)
HURT = {"injured": 0.7}
TREATED = {"places": [{"id": f"clinic-{c}", "node": node(c, 0), "beds": 1} for c in (2, 7)]}
SHARES = st.sampled_from([0, 0.2, 0.5, 0.9])


def moves_up():
    """Return rules for boats that move up."""
    return st.fixed_dictionaries(
        {
            "places": st.lists(st.integers(0, 7).map(lambda c: node(c, 0)), min_size=1, max_size=3),
            "policy": st.sampled_from(["cover", "expected_cover"]),
            "limit": st.sampled_from(["2 min", "20 min"]),
            "every": st.sampled_from([None, "5 min", "1 h"]),
            "people_per_hour": st.sampled_from([0, 5]),
        }
    )


def levels():
    """Return rules for who acts first."""
    return st.fixed_dictionaries(
        {
            "holds": st.sampled_from(["0 min", "10 min", "2 h"]),
            "handover": LAWS,
            "at_once": st.sampled_from([None, 1, 2]),
            "hears": st.one_of(st.none(), LAWS),
        }
    )


@st.composite
def organizing(draw, has_help):
    """Return rules for words to crews and for help from outside."""
    organize = {}
    if draw(st.booleans()):
        organize["networks"] = {
            "patience": draw(st.sampled_from(["0 s", "30 s"])),
            "crews": {"takes": draw(st.sampled_from(["1 s", "2 min"])), "again_after": "1 min"},
            "public": {"loss": draw(SHARES)},
            "private": {"loss": draw(SHARES), "direct_range": draw(st.sampled_from(["0 m", "1200 m"]))},
        }
        organize["offices"] = [
            {
                "id": "county",
                "level": "county",
                "node": node(draw(st.integers(0, 7)), 0),
                "zones": ["v*"],
                "means": ["phone", "radio"],
            }
        ]
    if has_help:
        organize["assistance"] = {"granted": 0.8, "approval": draw(LAWS), "mobilization": draw(LAWS)}
        if draw(st.booleans()):
            organize["assistance"]["liaison"] = {
                "officers": 1,
                "briefing": draw(LAWS),
                "goes_along": draw(st.booleans()),
                "patience": draw(st.sampled_from(["0 min", "20 min"])),
            }
    return organize


@st.composite
def storms(draw):
    """Return what a storm says: streets whose depth changes at random, villages, teams, craft, rules."""
    moments = sorted(draw(st.sets(st.integers(20, 600), min_size=1, max_size=5)))
    depths = st.sampled_from([0.0, 0.2, 0.45, 0.8, 1.5])
    streets = [(c, c + 1) for c in range(COLUMNS - 1)]
    velocities = st.sampled_from([0.0, 0.8, 2.0])
    water = [
        (pair, minute, draw(depths), draw(velocities))
        for minute in moments
        for pair in streets
        if draw(st.integers(0, 2)) < 2
    ]
    villages = draw(st.dictionaries(st.integers(0, 6), st.integers(1, 12), min_size=1, max_size=3))
    homes = [(v, minute, draw(st.sampled_from([0.0, 0.8, 2.5, 5.0]))) for minute in moments for v in villages]
    teams = draw(st.integers(0, 2))
    forces = [
        {
            "id": f"team{k}",
            "kind": draw(st.sampled_from(["fire", "flood", "volunteer"])),
            "node": node(draw(st.integers(0, 7)), 0),
            "members": draw(st.integers(2, 7)),
            "readiness": draw(LAWS),
            **({"jackets": draw(st.integers(0, 15))} if draw(st.booleans()) else {}),
            **draw(st.sampled_from([{}, {"unasked": True}, {"external": True}])),
            **draw(st.sampled_from([{}, {"zones": ["v*"]}, {"township": f"town{min(villages)}"}])),
        }
        for k in range(teams)
    ]
    boats = [
        {
            "id": f"craft{k}",
            "node": node(draw(st.integers(0, 7)), 0),
            "vehicles": draw(st.integers(1, 3)),
            "seats": draw(st.integers(1, 8)),
            "kind": draw(st.sampled_from(["boat", "boat", "boat", "helicopter", "high_clearance"])),
            "boarding_time": "20 s",
            "alighting_time": "10 s",
            **({"force": f"team{k}"} if k < teams else {}),
            **({"breakdowns": 0.5, "repair": draw(LAWS)} if draw(st.integers(0, 3)) == 0 else {}),
        }
        for k in range(draw(st.integers(1, 3)))
    ]
    for boat in boats:
        boat["trailer"] = boat["kind"] == "boat" and draw(st.booleans())
        if boat["kind"] == "boat":
            boat["draught"] = draw(st.sampled_from([None, "0.2 m", "0.8 m"]))
            boat["current_limit"] = draw(st.sampled_from([None, "0.8 m/s"]))
            if draw(st.integers(0, 2)) == 0:
                boat["punctures"] = 2.0
                boat["patch"] = draw(st.one_of(st.none(), LAWS))
        boat["flies_at_night"] = True
        if boat["kind"] == "high_clearance":
            boat["wading_depth"] = draw(st.sampled_from([None, "0.4 m", "1.0 m"]))
            boat["fetch_distance"] = draw(st.sampled_from(["0 m", "600 m"]))
        boat["speed"] = "2.5 m/s" if boat["kind"] == "boat" else "50 m/s"
    eyes = {
        "id": "eyes",
        "kind": "drone",
        "node": node(draw(st.integers(0, 7)), 0),
        "vehicles": draw(st.integers(1, 3)),
        "seats": 0,
        "speed": "10 m/s",
        "wind_limit": "12 m/s",
        "endurance": draw(st.sampled_from(["1 min", "10 min", "1 h"])),
        "flies_at_night": draw(st.booleans()),
    }
    rescue = {
        "dispatch": draw(st.sampled_from(sorted(POLICIES))),
        "preempt": draw(st.booleans()),
        "redispatch": draw(st.sampled_from([None, "1 min"])),
        "night_speed": draw(st.sampled_from([0.5, 1])),
        "calls": {
            "delay": draw(LAWS),
            "without_phone": draw(SHARES),
            "lost": draw(SHARES),
            "place_error": draw(SHARES),
            "count_error": draw(SHARES),
            "double": draw(SHARES),
            "merged": draw(SHARES),
            "lines": draw(st.integers(1, 3)),
            "takes": draw(LAWS),
            "false_per_hour": draw(st.sampled_from([0, 2])),
            "place_radius": "600 m",
        },
        "seeking": {
            "at_the_place": draw(LAWS),
            "around": draw(st.sampled_from(["0 m", "600 m"])),
            **({"passers_by": draw(LAWS)} if draw(st.booleans()) else {}),
        },
        **({"self_help": {"share": 0.5, "takes": draw(LAWS)}} if draw(st.booleans()) else {}),
        **(
            {"volunteers": {"arrival": draw(LAWS), "unled": draw(st.sampled_from([0, 0.5, 1]))}}
            if draw(st.booleans())
            else {}
        ),
        **({"tiers": draw(levels())} if draw(st.booleans()) else {}),
        **(draw(st.sampled_from([{}, {"survival": {}}, {"survival": HURT, "treatment": TREATED}]))),
        **({"move_up": draw(moves_up())} if any(boat["trailer"] for boat in boats) else {}),
        **({"fatigue": {"full": "1 h", "tired": "2 h", "stop": "3 h"}} if draw(st.booleans()) else {}),
    }
    return {
        "water": water,
        "homes": homes,
        "villages": villages,
        "forces": forces,
        "boats": boats,
        "drones": [eyes] if draw(st.booleans()) else [],
        "rescue": rescue,
        "organize": draw(organizing(any("external" in force for force in forces))),
        "masts": draw(st.sampled_from([None, 1, 2])),
        "outages": sorted(draw(st.sets(st.integers(20, 600), max_size=3))),
        "order_at": draw(st.integers(0, 600)),
        "shelter": draw(st.integers(0, 7)),
        "seed": draw(st.integers(0, 5)),
    }


def run(folder, storm):
    """Return the record of a storm, with every road that anybody enters."""
    given_ = street(
        folder,
        columns=COLUMNS,
        villages=storm["villages"],
        household_size=3,
        landing=7,
        shelter=storm["shelter"],
        boats=[*storm["boats"], *storm["drones"]],
        forces=storm["forces"],
        rescue=storm["rescue"],
        organize=storm["organize"],
        duration="16 h",
    )
    if "networks" in storm["organize"]:
        given_["district"]["sites"] = [
            {"id": "cell", "kind": "cell", "serves": ["*"], "node": node(7, 0), "channels": storm["masts"]},
            {"id": "trunk", "kind": "trunked", "node": node(3, 0), "range": "900 m"},
        ]
        given_["hazard"]["outages"] = [
            {"site": "cell", "begins": f"T+{minute} min", "ends": f"T+{minute + 30} min"}
            for minute in storm["outages"]
        ]
    rows = sorted(
        (link((a, 0), (b, 0)), f"T+{minute} min", depth, velocity)
        for (one, other), minute, depth, velocity in storm["water"]
        for a, b in ((one, other), (other, one))
    )
    table = folder / "links.csv"
    lines = ["link,time,depth_m,velocity_m_s", *(",".join(map(str, row)) for row in rows)]
    table.write_text("\n".join(lines) + "\n")
    given_["hazard"]["water"] = {
        "type": "table",
        "links": str(table),
        "places": write_depths(
            folder / "places.csv",
            "place",
            sorted((f"v{village}", f"T+{minute} min", depth) for village, minute, depth in storm["homes"]),
        ),
    }
    for zone in given_["plan"]["zones"]:
        zone["trigger_at"] = f"T+{storm['order_at']} min"
    given_["recording"] = {"passages": True}
    return ev.simulate(ev.from_mapping(given_), seed=storm["seed"]).record


def check(record, storm):
    """Check what must hold after any storm."""
    _people_are_conserved(record)
    _cases_hang_together(record)
    _craft_are_in_one_place(record, storm)
    _levels_follow_each_other(record, storm)
    _who_goes_has_been_told(record, storm)
    _officers_are_with_one_party_at_a_time(record, storm)
    _boats_go_over_their_water_only(record, storm)
    _trucks_wade_no_deeper_than_they_can(record, storm)
    _no_bed_leaks(record)
    causes, seqs = (
        record.events["cause"].to_numpy(dtype=np.int64, na_value=0),
        record.events["seq"].to_numpy(),
    )
    assert (causes < seqs).all()
    assert (np.diff(record.events["time_s"]) >= 0).all()


def _people_are_conserved(record):
    people = record.ledger["people"].sum()
    states = record.tables["states"]
    over_time = states.pivot_table(index="time_s", columns="state", values="people", aggfunc="last").ffill()
    assert (over_time.fillna(0).sum(axis=1) == people).all()
    boarded = record.events[record.events["kind"] == "boarded"]
    assert record.tables["vehicles"]["people"].sum() <= boarded["value"].sum()
    assert record.ledger["household"].is_unique


def _cases_hang_together(record):
    table = record.tables["cases"]
    if not len(table):
        return
    assert (table["closed_s"].isna() == (table["result"] == "open")).all()
    assert set(table["result"]) <= {"fetched", "gone", "nobody", "open"}
    for before, after in (
        ("need_s", "heard_s"),
        ("heard_s", "assigned_s"),
        ("heard_s", "closed_s"),
        ("reached_s", "closed_s"),
    ):
        both = table[[before, after]].dropna()
        assert (both[before] <= both[after]).all(), (before, after)
    heard = record.tables["help_calls"]
    if len(heard):
        assert set(heard["case"].dropna()) - {""} <= set(table["case"])
    # Nobody is counted as fetched more often than he was taken in.
    taken = record.events[record.events["kind"] == "boarded"]["value"].sum()
    assert table["fetched"].sum() <= 2 * taken


def _craft_are_in_one_place(record, storm):
    time = record.tables["craft_time"]
    for _, own in time.groupby("vehicle"):
        assert (own["from_s"].to_numpy()[1:] >= own["until_s"].to_numpy()[:-1]).all()
    out = time[~time["what"].isin(["waits", "is_told", "no_word", "no_crew", "no_jackets", "no_light"])]
    ready = record.tables["forces"].set_index("force")["ready_s"]
    for k, force in enumerate(storm["forces"]):
        own = out[out["vehicle"].str.startswith(f"craft{k}-")]
        # Whoever was not checked in, or not ready, went nowhere.
        assert own.empty or own["from_s"].min() >= ready[force["id"]]
        for moment in own["from_s"]:
            now = own[(own["from_s"] <= moment) & (moment < own["until_s"])]["vehicle"].nunique()
            assert now * 2 <= force["members"]
            if "jackets" in force and storm["boats"][k]["kind"] == "boat":
                assert now * 2 <= force["jackets"]


def _levels_follow_each_other(record, storm):
    """Check that every case is some level's at any moment, and that each craft was sent to what is its level's."""
    stays, cases = record.tables["case_levels"], record.tables["cases"].set_index("case")
    if "tiers" not in storm["rescue"]:
        assert stays.empty
        return
    assert set(stays["case"]) == set(cases.index)
    for case, own in stays.groupby("case"):
        assert own["from_s"].iloc[0] == cases["heard_s"][case]
        assert (own["until_s"].to_numpy()[:-1] == own["from_s"].to_numpy()[1:]).all()
        assert own["level"].tolist() == sorted(own["level"], key=["village", "town", "district"].index)
        assert (own["end"].iloc[-1] == "closed") == (cases["result"][case] != "open")
    events = record.events
    sent = events[events["kind"].isin(["craft_assigned", "craft_turned", "craft_redirected"])]
    for row in sent.drop_duplicates(["time_s", "subject"]).itertuples():
        own = stays[(stays["case"] == row.place.removeprefix("case/")) & (stays["from_s"] <= row.time_s)]
        # A case that changes hands in the same instant may be either's.
        now = set(own["level"][own["until_s"].isna() | (own["until_s"] >= row.time_s)])
        force = (
            storm["forces"][k]
            if (k := int(row.subject.removeprefix("vehicle/craft").split("-")[0])) < len(storm["forces"])
            else {}
        )
        assert now & {
            "district",
            *(["village", "town"] if "zones" in force else ["town"] if "township" in force else []),
        }


def _who_goes_has_been_told(record, storm):
    """Check that a craft that is being told goes when it has understood, or waits on."""
    told = record.tables["craft_time"].sort_values(["vehicle", "from_s"])
    after = told.groupby("vehicle")["what"].shift(-1)[told["what"] == "is_told"]
    events = record.events
    understood = events[events["kind"] == "task_understood"]
    if "networks" not in storm["organize"]:
        assert understood.empty
        assert after.empty
        return
    heard = set(zip(understood["subject"], understood["time_s"], strict=True))
    for row, then in after.dropna().items():
        went = (f"vehicle/{told['vehicle'][row]}", told["until_s"][row]) in heard
        assert went or then in ("waits", "no_word", "is_told", "no_crew", "no_jackets"), then


def _officers_are_with_one_party_at_a_time(record, storm):
    """Check that nobody is met while the one officer is with others, and that all who came may be sent some day."""
    parties = record.tables["liaison"].sort_values("met_s")
    rules = storm["organize"].get("assistance", {}).get("liaison")
    if rules is None:
        assert parties.empty
        return
    met = parties.dropna(subset="met_s")
    free_again = met["ready_s"].to_numpy() if not rules["goes_along"] else np.full(len(met), np.inf)
    assert (met["met_s"].to_numpy()[1:] >= free_again[:-1]).all()
    assert (parties["ready_s"] >= parties["came_s"])[parties["ready_s"].notna()].all()


def _no_bed_leaks(record):
    """Check that nobody waits while a bed is free, and that nobody is treated twice (I6)."""
    beds, patients = record.tables["treatment_beds"], record.tables["patients"]
    assert (beds["taken"] <= beds["beds"]).all()
    assert (beds["taken"][beds["waiting"] > 0] == beds["beds"][beds["waiting"] > 0]).all()
    assert patients.empty or patients["household"].is_unique
    assert set(patients["household"]) <= set(record.tables["injured"]["household"])


def _water_at(storm):
    """Return what water each link has, and from when on."""
    water_at = {}
    for (one, other), minute, *water in sorted(storm["water"], key=lambda row: row[1]):
        for pair in ((one, other), (other, one)):
            water_at.setdefault(link((pair[0], 0), (pair[1], 0)), []).append((60.0 * minute, *water))
    return water_at


def _trucks_wade_no_deeper_than_they_can(record, storm):
    """Check the depth on every road that a truck entered, at that moment and for as long as it was on it."""
    water_at = _water_at(storm)
    passed = record.events[record.events["kind"].isin(["entered", "left", "truck_turned_back"])]
    for k, truck in enumerate(storm["boats"]):
        if truck["kind"] != "high_clearance":
            continue
        limit = float((truck["wading_depth"] or "0.7 m").removesuffix(" m"))
        for n in range(1, 4):
            own = passed[passed["subject"] == f"vehicle/craft{k}-{n}"]
            for row in own[own["kind"] == "entered"].itertuples():
                steps = water_at.get(row.place.removeprefix("link/"), [])
                depths = [0.0, *(depth for t, depth, _ in steps if t < row.time_s)][-1:]
                depths += [depth for t, depth, _ in steps if t == row.time_s]
                assert any(depth < limit for depth in depths), row
                # It is on no road that has become too deep: the next thing that it does is no later than that.
                deep = [t for t, depth, _ in steps if t > row.time_s and depth >= limit]
                after = own[(own["seq"] > row.seq) & (own["kind"] != "left")]
                if deep and len(after) and after["kind"].iloc[0] == "truck_turned_back":
                    assert after["time_s"].iloc[0] <= max(deep) + 1e-6


def _boats_go_over_their_water_only(record, storm):
    """Check depth and velocity on every road that a boat, or a truck with a boat, entered at that moment (I9)."""
    water_at = _water_at(storm)
    entered = record.events[record.events["kind"] == "entered"]
    boats = {
        f"vehicle/craft{k}-{n}": boat
        for k, boat in enumerate(storm["boats"])
        for n in range(1, 4)
        if boat["kind"] == "boat"
    }
    for row in entered[entered["subject"].isin(boats)].itertuples():
        boat = boats[row.subject]
        draught = float((boat["draught"] or "0.4 m").removesuffix(" m"))
        limit = float((boat["current_limit"] or "2.5 m/s").removesuffix(" m/s"))
        steps = water_at.get(row.place.removeprefix("link/"), [])
        before = [(depth, velocity) for t, depth, velocity in steps if t < row.time_s]
        now = {(0.0, 0.0) if not before else before[-1]}
        now |= {(depth, velocity) for t, depth, velocity in steps if t == row.time_s}
        afloat = any(depth >= draught and velocity <= limit for depth, velocity in now)
        by_road = boat["trailer"] and any(depth < 0.5 for depth, _ in now)  # the limit of trucks
        assert afloat or by_road, row


QUICK = settings(
    max_examples=4,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@QUICK
@given(storm=storms())
def test_a_storm_loses_nobody(tmp_path_factory, storm):
    check(run(tmp_path_factory.mktemp("storm"), storm), storm)


@pytest.mark.slow
@settings(QUICK, max_examples=25)
@given(storm=storms())
def test_many_storms_lose_nobody(tmp_path_factory, storm):
    check(run(tmp_path_factory.mktemp("storm"), storm), storm)


@settings(QUICK, max_examples=3)
@given(storm=storms())
def test_a_storm_comes_out_the_same_again(tmp_path_factory, storm):
    one, other = (run(tmp_path_factory.mktemp("again"), storm).events for _ in range(2))
    assert one.equals(other)
