"""Trees of offices, outages, absences, losses drawn at random: what always holds."""

import random

import pytest

import evacsim as ev
from evacsim.analysis.indicators import indicators
from evacsim.terms import CALL_MEANS, ROOT_KINDS
from tests.reference.record import engine_record
from tests.reference.small_district import node, small_district

ROOTS = ROOT_KINDS | {"run_ended"}


def trees(luck, zones):
    """Return a tree of two to three levels above the zones."""
    offices = [{"id": "top", "level": "county", "node": node(2, 1)}]
    offices += [
        {"id": f"town-{k}", "level": "town", "node": node(luck.randrange(5), 1), "parent": "top"}
        for k in range(luck.randrange(3))
    ]
    above = [office["id"] for office in offices]
    offices += [
        {
            "id": f"village-{zone['id']}",
            "level": luck.choice(["village", "grid"]),
            "node": zone["node"],
            "parent": luck.choice(above),
            "zones": [zone["id"]],
        }
        for zone in zones
    ]
    for office in offices:
        office |= {
            "staff": luck.randrange(4),
            "lines": luck.randrange(1, 3),
            "means": luck.sample(list(CALL_MEANS), luck.randrange(1, 4)),
        }
    return offices


def outages(luck, sites):
    """Return up to two outages of each site, some without an end."""
    found = []
    for site in sites:
        for _ in range(luck.randrange(3)):
            begins, lasts = luck.randrange(300), luck.randrange(1, 200)
            ends = {"ends": f"T+{begins + lasts} min"} if luck.random() < 0.7 else {}
            found.append({"site": site["id"], "begins": f"T+{begins} min", **ends})
    return found


def case(folder, seed):
    luck = random.Random(seed)
    zones = [
        {
            "id": f"z{k}",
            "node": node(luck.randrange(2), luck.randrange(3)),
            "population": luck.choice([20, 60]),
        }
        for k in range(4)
    ]
    absent = {"absence": luck.choice([0, 0.5, 1]), "night_absence": luck.choice([0, 0.5, 1])}
    given = small_district(
        folder,
        zones=zones,
        fleets=[
            {
                "id": "buses",
                "node": node(2, 0),
                "vehicles": 2,
                "seats": 40,
                "office": luck.choice([None, "top"]),
            },
            {"id": "help", "node": node(4, 0), "vehicles": 2, "seats": 45, "external": True},
        ],
        organize={
            "offices": trees(luck, zones),
            "mode": luck.choice(["layered", "flat"]),
            "calling": {
                "tries": luck.randrange(1, 4),
                "escalate": luck.sample(["backup", "parent", "messenger"], luck.randrange(4)),
                "answer_day": luck.random(),
                "answer_night": luck.random(),
            },
            "roster": {
                **absent,
                "backup": luck.random() < 0.5,
                "shift_hours": luck.choice([[8, 20], [0], [21, 22]]),
            },
            "reports": {
                "every": "20 min",
                "loss": luck.random(),
                "double": luck.random(),
                "error": luck.random() / 3,
            },
            "assistance": {"granted": luck.random(), "rounds": 0.5},
        },
    )
    here = {"node": node(0, 0)}
    sites = [
        {"id": "power", "kind": "power", "serves": ["*"], **here},
        {"id": "power-2", "kind": "power", "serves": ["z1", "z2"], "power_site": "power", **here},
        {
            "id": "mast",
            "kind": "cell",
            "serves": ["z0", "z1"],
            "power_site": "power",
            "battery": "1 h",
            **here,
        },
        {
            "id": "mast-2",
            "kind": "cell",
            "serves": ["*"],
            "backhaul": "mast",
            "power_site": "power-2",
            **here,
        },
    ]
    given["district"]["sites"], given["hazard"]["outages"] = sites, outages(luck, sites)
    return given


def networked(given, seed):
    """Return such a scenario with networks and base stations of a private one; its other luck stays the same."""
    luck = random.Random(1000 + seed)
    sites = given["district"]["sites"]
    for site in sites:
        if site["kind"] == "cell":
            site["channels"] = luck.randrange(1, 3)
    masts = [
        {
            "id": f"radio-{k}", "kind": "trunked", "node": node(luck.randrange(5), luck.randrange(3)),
            "range": f"{luck.randrange(100, 1500)} m", "battery": "30 min",
            **({"power_site": "power"} if luck.random() < 0.5 else {}),
            **({"backhaul": luck.choice(["mast", "mast-2"])} if luck.random() < 0.5 else {}),
            **({"channels": 1} if luck.random() < 0.8 else {}),
        }
        for k in range(luck.randrange(4))
    ]  # fmt: skip
    sites += masts
    given["hazard"]["outages"] += outages(luck, masts)
    organize = given["plan"]["organize"]
    organize["networks"] = {
        "order": luck.sample(["public", "private", "satellite"], luck.randrange(1, 4)),
        "patience": f"{luck.choice([0, 0, 20, 600])} s",
        "public": {"loss": luck.random() / 2, "taken": luck.random() / 2},
        "private": {
            "direct_range": f"{luck.randrange(1500)} m",
            "battery": "20 min",
            "loss": luck.random() / 2,
        },
        **(
            {
                "satellite": {
                    "phones": luck.randrange(2, 8),
                    "channels": 1,
                    "battery": "40 min",
                    "loss": luck.random() / 2,
                }
            }
            if luck.random() < 0.7
            else {}
        ),
    }
    # More offices that can call by radio and satellite than chance alone would give.
    for office in organize["offices"]:
        office["lines"] = 4
        office["handling"] = "5 min"
        more = {"phone", "radio", "satellite"} - set(office["means"])
        office["means"] += luck.sample(sorted(more), luck.randrange(len(more) + 1))
    return given


@pytest.mark.parametrize("seed", range(12))
def test_everybody_is_told_or_the_run_says_why_not(tmp_path, seed):
    check(engine_record(ev.from_mapping(case(tmp_path, seed)), seed=seed))


@pytest.mark.parametrize("seed", range(12))
def test_so_it_is_over_networks(tmp_path, seed):
    """What each network carried and lost adds up besides, and twice the same run is the same."""
    scenario = ev.from_mapping(networked(case(tmp_path, seed), seed))
    result = ev.simulate(scenario, seed=seed)
    check(result.record)
    calls, use = result.record.tables["calls"], result.record.tables["networks"].set_index("network")
    for means, network in (("radio", "private"), ("satellite", "satellite")):
        mine = calls.loc[calls["means"] == means, "result"].value_counts()
        for ended in ("lost", "unanswered", "acknowledged"):
            assert mine.get(ended, 0) <= use.loc[network, "received" if ended == "acknowledged" else ended]
    results = ["no_network", "busy", "lost", "unanswered", "received"]
    assert (use["tried"] == use[results].sum(axis=1)).all()
    assert ev.simulate(scenario, seed=seed).digest() == result.digest()


def check(record):
    events, ledger, tables = record.events.set_index("seq"), record.ledger, record.tables
    causes = events["cause"].dropna().astype("int64")
    assert (causes < causes.index).all()
    assert set(events.loc[events["cause"].isna(), "kind"]) <= ROOTS

    told = ledger["told_s"].notna()
    never = events[events["kind"] == "never_reached"]
    assert never["value"].sum() == ledger.loc[~told & (ledger["mode"] != ""), "people"].sum()
    acknowledged = ledger["acknowledged_s"].notna()
    assert acknowledged[told].all()
    assert (ledger["ordered_s"] <= ledger["acknowledged_s"])[acknowledged].all()
    assert (ledger["acknowledged_s"] <= ledger["told_s"])[told].all()

    for _, states in tables["sites"].groupby("site"):
        assert states["time_s"].is_monotonic_increasing
        assert (states["state"] != states["state"].shift()).all()
    assert len(tables["reports"]) == (events["kind"] == "report_sent").sum()
    received = tables["reports"].dropna(subset="received_s")
    assert (received["received_s"] >= received["sent_s"]).all()
    ended = tables["calls"].groupby("call")["result"].agg(["last", "size"])
    assert set(ended["last"]) <= {
        "acknowledged",
        "given_up",
        "unanswered",
        "failed",
        "no_network",
        "busy",
        "lost",
    }
    shares = {name: found.value for name, found in indicators(record).items() if found.unit == "share"}
    assert all(not value < 0 and not value > 1 for value in shares.values()), shares


def test_random_networks_carry_fill_and_lose(tmp_path):
    kinds, seen, busy = set(), set(), 0
    for seed in range(12):
        folder = tmp_path / str(seed)
        folder.mkdir()
        record = ev.simulate(ev.from_mapping(networked(case(folder, seed), seed)), seed=seed).record
        kinds |= set(record.events["kind"])
        seen |= set(zip(record.tables["calls"]["means"], record.tables["calls"]["result"], strict=True))
        busy += record.tables["networks"]["busy"].sum()
    assert {"no_network", "message_lost", "handset_empty"} <= kinds
    assert busy
    assert {(means, "acknowledged") for means in ("phone", "radio", "satellite")} <= seen


def test_random_trees_reach_some_and_miss_some(tmp_path):
    """What holds above holds of runs that differ: some calls succeed, some fail, some reports are lost."""
    kinds = set()
    for seed in range(12):
        folder = tmp_path / str(seed)
        folder.mkdir()
        kinds |= set(engine_record(ev.from_mapping(case(folder, seed)), seed=seed).events["kind"])
    assert {
        "acknowledged", "call_failed", "call_unanswered", "call_given_up", "messenger_sent", "backup_called",
        "escalated", "site_on_battery", "report_lost", "report_received", "assistance_granted", "never_reached",
        "absent", "staffed",
    } <= kinds  # fmt: skip
