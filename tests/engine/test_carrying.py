"""Messages travel over networks: coverage, channels, batteries, loss; what does not arrive did not happen."""

import numpy as np
import pytest
from hypothesis import Phase, settings
from hypothesis import given as drawn
from hypothesis import strategies as st

import evacsim as ev
from tests.reference.small_district import node, small_district

HOUR = 3600.0
FIXED_0 = {"type": "fixed", "value": "0 min"}
NORTH_MAST = {"id": "mast-north", "kind": "trunked", "node": node(1, 2), "range": "600 m"}
SOUTH_MAST = {"id": "mast-south", "kind": "trunked", "node": node(4, 0), "range": "600 m"}
CELL = {"id": "cell", "kind": "cell", "node": node(1, 1), "serves": ["*"]}


def described(folder, *, networks, means=("radio",), sites=(), outages=(), calling=None, **changes):
    """Return a county in the south-east that orders two villages in the north, 1.8 km away, two hours on."""
    given = small_district(
        folder,
        organize={
            "offices": [
                {
                    "id": "county", "level": "county", "node": node(4, 0), "handling": FIXED_0,
                    "means": list(means), "lines": 5,
                },
                *(
                    {
                        "id": f"office-{zone}", "level": "village", "parent": "county", "node": node(1, 2),
                        "zones": [zone], "handling": FIXED_0, "means": list(means),
                    }
                    for zone in ("north", "west")
                ),
            ],
            "calling": {
                "tries": 1, "answer_day": 1, "answer_night": 1, "escalate": [], "ring": "60 s", **(calling or {}),
            },
            **({} if networks is None else {"networks": networks}),
        },
        **changes,
    )  # fmt: skip
    given["district"]["sites"] = list(sites)
    given["hazard"]["outages"] = list(outages)
    given["plan"]["when"] |= {"decision_time": FIXED_0}
    for zone in given["plan"]["zones"]:
        zone["trigger_at"] = "T+2 h"
    return given


def run(given, seed=1):
    return ev.simulate(ev.from_mapping(given), seed=seed).record


def received(record):
    events = record.events[record.events["kind"] == "order_received"]
    return set(events["subject"])


BOTH = {"office/office-north", "office/office-west"}


def tries(record):
    """Return `(callee, means, result)` of each attempt."""
    calls = record.tables["calls"]
    return list(zip(calls["callee"], calls["means"], calls["result"], strict=True))


# -- the private network ------------------------------------------------------------------------------


def test_two_base_stations_connect_those_whom_they_cover(tmp_path):
    networks = {"private": {"direct_range": "0 m"}}
    assert received(run(described(tmp_path, networks=networks, sites=[NORTH_MAST, SOUTH_MAST]))) == BOTH


@pytest.mark.parametrize(("range_", "reached"), [("560 m", True), ("400 m", False)])
def test_a_base_station_covers_as_far_as_its_range(tmp_path, range_, reached):
    """It stands 500 m from the villages."""
    north = {**NORTH_MAST, "node": node(2, 2), "range": range_}
    record = run(
        described(tmp_path, networks={"private": {"direct_range": "0 m"}}, sites=[north, SOUTH_MAST])
    )
    assert received(record) == (BOTH if reached else set())


def test_without_its_connection_a_base_station_still_serves_those_whom_it_covers(tmp_path):
    """The switch is out: both masts cannot reach each other, but a mast in the middle reaches both ends."""
    switch = {**CELL, "id": "switch"}
    outages = [{"site": "switch", "begins": "T+1 h"}]
    networks = {"private": {"direct_range": "0 m"}}
    masts = [{**mast, "backhaul": "switch"} for mast in (NORTH_MAST, SOUTH_MAST)]
    assert not received(run(described(tmp_path, networks=networks, sites=[switch, *masts], outages=outages)))
    middle = {**NORTH_MAST, "node": node(3, 1), "range": "2 km", "backhaul": "switch"}
    assert (
        received(run(described(tmp_path, networks=networks, sites=[switch, middle], outages=outages))) == BOTH
    )


@pytest.mark.parametrize(("direct_range", "reached"), [("1.9 km", True), ("1.7 km", False)])
def test_handsets_hear_each_other_directly_within_range(tmp_path, direct_range, reached):
    networks = {"private": {"direct_range": direct_range}}
    assert received(run(described(tmp_path, networks=networks))) == (BOTH if reached else set())


@pytest.mark.parametrize(("battery", "reached"), [("1 h 2 min", True), ("59 min", False)])
def test_handsets_work_as_long_as_their_battery(tmp_path, battery, reached):
    power = {"id": "power", "kind": "power", "node": node(1, 1), "serves": ["*"]}
    outages = [{"site": "power", "begins": "T+1 h"}]
    networks = {"private": {"direct_range": "2 km", "battery": battery}}
    record = run(described(tmp_path, networks=networks, sites=[power], outages=outages))
    assert received(record) == (BOTH if reached else set())


def test_a_handset_that_has_power_again_is_charged(tmp_path):
    power = {"id": "power", "kind": "power", "node": node(1, 1), "serves": ["*"]}
    outages = [{"site": "power", "begins": "T+1 h", "ends": "T+1 h 50 min"}]
    networks = {"private": {"direct_range": "2 km", "battery": "30 min"}}
    record = run(described(tmp_path, networks=networks, sites=[power], outages=outages))
    assert received(record) == BOTH
    contact = record.tables["network_contact"].query("network == 'private' and zone == 'west'")
    assert list(zip(contact["time_s"] / HOUR, contact["contactable"], strict=True)) == [
        (0.0, True), (1.5, False), (pytest.approx(1 + 50 / 60), True),
    ]  # fmt: skip


# -- the satellite ------------------------------------------------------------------------------------


def test_satellite_phones_need_nothing_on_the_ground_and_go_from_the_top_down(tmp_path):
    """Three offices, two phones: the last has none."""
    outages = [{"site": "cell", "begins": "T+1 h"}]
    for phones, who in ((3, BOTH), (2, {"office/office-north"}), (1, set())):
        given = described(
            tmp_path,
            networks={"satellite": {"phones": phones}},
            means=["phone", "satellite"],
            sites=[CELL],
            outages=outages,
        )
        assert received(run(given)) == who


def test_heavy_rain_breaks_satellite_calls_off(tmp_path):
    networks = {"satellite": {"rain_limit": 20, "rain_loss": 0.999}}
    given = described(tmp_path, networks=networks, means=["satellite"])
    assert received(run(given)) == BOTH
    given["hazard"]["flying_weather"] = [{"begins": "T+0 h", "wind": "3 m/s", "rain": "50 mm/h"}]
    record = run(given)
    assert not received(record)
    assert record.tables["networks"].set_index("network").loc["satellite", "lost"] == 2


# -- channels -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("patience", "results"), [("61 s", ["acknowledged"] * 2), ("59 s", ["acknowledged", "busy"])]
)
def test_calls_wait_for_a_channel_as_long_as_the_caller_has_patience(tmp_path, patience, results):
    """A phone call takes two channels of the base station that both ends share, for the 60 s that it rings."""
    cell = {**CELL, "channels": 2}
    given = described(tmp_path, networks={"patience": patience}, means=["phone"], sites=[cell])
    given["plan"]["organize"]["offices"][0]["cell_site"] = "cell"
    record = run(given)
    assert sorted(r for _, _, r in tries(record) if r in ("acknowledged", "busy")) == results
    use = record.tables["networks"].set_index("network").loc["public"]
    assert (use["tried"], use["received"], use["busy"]) == (
        2,
        results.count("acknowledged"),
        results.count("busy"),
    )
    assert use["waited_max_s"] == (60 if len(set(results)) == 1 else 59)


def test_the_public_takes_its_share_of_the_channels(tmp_path):
    cell = {**CELL, "channels": 4}
    waited = []
    for taken in (0, 0.5):
        given = described(
            tmp_path,
            networks={"public": {"taken": taken}, "patience": "5 min"},
            means=["phone"],
            sites=[cell],
        )
        given["plan"]["organize"]["offices"][0]["cell_site"] = "cell"
        waited.append(run(given).tables["networks"].set_index("network").loc["public", "waited_max_s"])
    assert waited == [0, 60]


def test_with_the_public_network_full_the_next_one_is_tried(tmp_path):
    networks = {"private": {"direct_range": "2 km"}, "patience": "10 s"}
    cell = {**CELL, "channels": 2}
    given = described(tmp_path, networks=networks, means=["radio", "phone"], sites=[cell])
    given["plan"]["organize"]["offices"][0]["cell_site"] = "cell"
    record = run(given)
    assert received(record) == BOTH
    assert tries(record)[:3] == [
        ("office/office-west", "phone", "busy"),
        ("office/office-north", "phone", "acknowledged"),
        ("office/office-west", "radio", "acknowledged"),
    ]


def test_the_plan_says_which_network_is_tried_first(tmp_path):
    networks = {"private": {"direct_range": "2 km"}, "order": ["private", "public"]}
    record = run(described(tmp_path, networks=networks, means=["phone", "radio"], sites=[CELL]))
    assert {means for _, means, _ in tries(record)} == {"radio"}


# -- what is lost -------------------------------------------------------------------------------------


def test_the_story_of_a_lost_order_names_every_network_that_was_tried(tmp_path):
    outages = [{"site": "cell", "begins": "T+1 h"}, {"site": "mast-north", "begins": "T+1 h"}]
    networks = {"private": {"direct_range": "0 m"}, "satellite": {"phones": 0}}
    means = ["phone", "radio", "satellite"]
    sites = [CELL, NORTH_MAST, SOUTH_MAST]
    result = ev.simulate(
        ev.from_mapping(described(tmp_path, networks=networks, means=means, sites=sites, outages=outages)),
        seed=1,
    )
    assert not received(result.record)
    story = str(result.why(household="west/1"))
    events = result.record.events
    assert events.query("kind == 'no_network'")["place"].tolist() == [
        f"network/{n}" for n in ("public", "public", "private", "private", "satellite", "satellite")
    ] or set(events.query("kind == 'no_network'")["place"]) == {
        "network/public", "network/private", "network/satellite"
    }  # fmt: skip
    for network in ("public", "private", "satellite"):
        assert (
            network in story or {"public": "公网", "private": "专网", "satellite": "卫星"}[network] in story
        )
    # The story names what had put the networks out, long before the call.
    assert "cell" in story
    assert "mast-north" in story
    assert {(means, result) for _, means, result in tries(result.record)} == {
        ("phone", "no_network"), ("radio", "no_network"), ("satellite", "no_network"), ("", "failed"),
        ("", "given_up"),
    }  # fmt: skip


def test_a_message_that_is_lost_is_tried_again_by_the_rule_of_the_sender(tmp_path):
    networks = {"private": {"direct_range": "2 km", "loss": 0.5}}
    calling = {"tries": 30, "again_after": "5 min"}
    record = run(described(tmp_path, networks=networks, calling=calling))
    assert received(record) == BOTH
    use = record.tables["networks"].set_index("network").loc["private"]
    assert use["lost"] > 0
    assert use["received"] == 2
    calls = record.tables["calls"]
    for _, attempts in calls.groupby("call"):
        assert attempts["result"].tolist() == ["lost"] * (len(attempts) - 1) + ["acknowledged"]
        assert set(np.diff(attempts["placed_s"])) <= {300.0}


def test_a_station_that_fails_during_a_call_cuts_it_off(tmp_path):
    outages = [{"site": "mast-north", "begins": "T+2 h 30 s"}]
    networks = {"private": {"direct_range": "0 m"}}
    sites = [NORTH_MAST, SOUTH_MAST]
    record = run(described(tmp_path, networks=networks, sites=sites, outages=outages))
    assert not received(record)
    assert sorted(r for _, _, r in tries(record)) == ["given_up", "given_up", "lost", "lost"]


def test_reports_travel_over_the_same_networks(tmp_path):
    """The public network goes before the first report: it comes by radio."""
    outages = [{"site": "cell", "begins": "T+2 h 30 min"}]
    networks = {"private": {"direct_range": "2 km"}}
    given = described(tmp_path, networks=networks, means=["phone", "radio"], sites=[CELL], outages=outages)
    given["plan"]["organize"]["reports"] = {"every": "1 h"}
    record = run(given)
    assert (record.tables["reports"]["result"] == "received").any()
    use = record.tables["networks"].set_index("network")
    assert use.loc["public", "no_network"] == use.loc["private", "received"] == len(record.tables["reports"])


# -- mobile repeaters ---------------------------------------------------------------------------------


def with_repeaters(folder, *, stock=2, range_="2 km", **changes):
    given = described(
        folder,
        networks={"private": {"direct_range": "0 m"}},
        sites=[NORTH_MAST, SOUTH_MAST],
        calling={"tries": 100, "again_after": "5 min"},
        **{"outages": [{"site": "mast-north", "begins": "T+1 h 55 min", "ends": "T+8 h"}], **changes},
    )
    given["district"]["forces"] = [
        {
            "id": "comms", "kind": "communication", "node": node(2, 0), "members": 4, "skills": ["comms"],
            "readiness": {"type": "fixed", "value": "10 min"},
        }
    ]  # fmt: skip
    given["plan"]["works"] = {
        "heard_after": {"type": "fixed", "value": "5 min"},
        "stock": {"repeaters": stock},
        "repeaters": {"to": ["office-*"], "range": range_, "work": 1},
    }
    return given


def test_a_mobile_repeater_brings_the_private_network_back(tmp_path):
    record = run(with_repeaters(tmp_path))
    assert received(record) == BOTH
    set_up = record.events[record.events["kind"] == "repeater_set_up"]
    first = set_up["time_s"].min()
    # 5 min until it is known, 10 min until the team is ready, 2 km of road at 10 m/s, an hour's work by four.
    assert first == pytest.approx(1 * HOUR + 55 * 60 + 300 + 600 + 200 + 900, abs=100)
    got = record.events[record.events["kind"] == "order_received"]["time_s"].min()
    assert first < got < first + 600
    works = record.tables["works"]
    assert set(works["what"]) == {"repeater"}


def test_without_repeaters_in_stock_it_stays_gone(tmp_path):
    record = run(with_repeaters(tmp_path, stock=0))
    events = record.events
    got = events[events["kind"] == "order_received"]["time_s"]
    assert got.min() > 8 * HOUR
    assert set(record.tables["works"]["why_not"]) == {"not_needed"}


def test_a_repeater_is_taken_along_when_a_base_station_is_back(tmp_path):
    """It fails again, and is brought again: the same one."""
    outages = [
        {"site": "mast-north", "begins": "T+1 h 55 min", "ends": "T+5 h"},
        {"site": "mast-north", "begins": "T+6 h"},
    ]
    record = run(with_repeaters(tmp_path, stock=2, outages=outages))
    assert len(record.events[record.events["kind"] == "repeater_set_up"]) == 4


@pytest.mark.parametrize(("has_networks", "called"), [(True, 3.0), (False, None)])
def test_a_team_is_called_when_its_office_can_be_reached(tmp_path, has_networks, called):
    """Its office can be called by mobile phone, which works again at T+3 h."""
    outages = [
        {"site": "cell", "begins": "T+0 h", "ends": "T+3 h", "repair": 500},
        {"site": "mast-north", "begins": "T+1 h", "repair": 4},
    ]
    given = described(
        tmp_path,
        networks={} if has_networks else None,
        means=["phone"],
        sites=[CELL, NORTH_MAST],
        outages=outages,
        calling={"tries": 1, "again_after": "1 min"},
    )
    given["district"]["forces"] = [
        {
            "id": "comms", "kind": "communication", "node": node(2, 0), "members": 4, "skills": ["comms"],
            "office": "office-west", "readiness": {"type": "fixed", "value": "10 min"},
        }
    ]  # fmt: skip
    given["plan"]["works"] = {"heard_after": {"type": "fixed", "value": "5 min"}}
    record = run(given)
    first = record.events[record.events["kind"] == "force_called"]["time_s"].min()
    if called is None:
        assert first == 300
    else:
        assert called * HOUR < first <= called * HOUR + 180


# -- contact ------------------------------------------------------------------------------------------


def test_the_last_hour_of_contact_is_told_for_each_network_and_for_all(tmp_path):
    power = {"id": "power", "kind": "power", "node": node(1, 1), "serves": ["*"]}
    cell = {**CELL, "power_site": "power", "battery": "3 h"}
    given = described(
        tmp_path,
        networks={"private": {"direct_range": "2 km", "battery": "5 h"}, "satellite": {"battery": "7 h"}},
        means=["phone", "radio", "satellite"],
        sites=[power, cell],
        outages=[{"site": "power", "begins": "T+1 h"}],
    )
    result = ev.simulate(ev.from_mapping(given), seed=1)
    from evacsim.analysis.contacting import contact_by_network

    lasts = contact_by_network(result.record).set_index(["zone", "network"])["last_s"] / HOUR
    for zone in ("north", "west"):
        assert lasts[zone].to_dict() == {"public": 4.0, "private": 6.0, "satellite": 8.0, "all": 8.0}
    assert result.indicators["last_contact_min"].value == 8 * HOUR
    for network, hours in (("public", 4), ("private", 6), ("satellite", 8)):
        assert result.indicators[f"last_contact_{network}"].value == hours * HOUR
    assert result.indicators["messages_public_share"].value == 1.0


# -- invariants ---------------------------------------------------------------------------------------

SITES = ["power", "cell", "mast-north", "mast-south", "switch"]
OUTAGE = st.tuples(st.sampled_from(SITES), st.integers(0, 300), st.integers(1, 200))


# A failing storm is told as it was found: shrinking it would run for minutes.
@settings(deadline=None, max_examples=15, derandomize=True, phases=[Phase.explicit, Phase.generate])
@drawn(
    outages=st.lists(OUTAGE, max_size=5),
    channels=st.integers(1, 2),
    loss=st.sampled_from([0.0, 0.4]),
    patience=st.sampled_from(["0 s", "45 s", "10 min"]),
    phones=st.integers(0, 3),
)
def test_in_any_storm_of_outages(tmp_path_factory, outages, channels, loss, patience, phones):
    """No message is lost and received, none goes over a station that is out, and each is counted once."""
    power = {"id": "power", "kind": "power", "node": node(1, 1), "serves": ["*"]}
    given = described(
        tmp_path_factory.mktemp("storm"),
        networks={
            "public": {"loss": loss}, "private": {"direct_range": "0 m", "loss": loss, "battery": "1 h"},
            "satellite": {"phones": phones, "channels": 1, "loss": loss, "battery": "90 min"}, "patience": patience,
        },
        means=["phone", "radio", "satellite"],
        sites=[
            power, {"id": "switch", "kind": "trunked", "node": node(2, 1), "range": "1 m"},
            {**CELL, "channels": 2 * channels, "power_site": "power", "battery": "20 min"},
            {**NORTH_MAST, "channels": channels, "backhaul": "switch", "power_site": "power", "battery": "40 min"},
            {**SOUTH_MAST, "channels": channels, "backhaul": "switch"},
        ],
        outages=[
            {"site": site, "begins": f"T+{b} min", "ends": f"T+{b + for_} min"} for site, b, for_ in outages
        ],
        calling={"tries": 4, "again_after": "5 min"},
        duration="6 h",
    )  # fmt: skip
    given["plan"]["organize"]["reports"] = {"every": "30 min"}
    scenario = ev.from_mapping(given)
    result = ev.simulate(scenario, seed=5)
    record = result.record
    calls, events = record.tables["calls"], record.events
    # Each call ends once, and everything before its end is a try that came to nothing.
    for _, attempts in calls.groupby("call"):
        assert not attempts["result"].iloc[:-1].isin(["acknowledged", "given_up"]).any()
    heard = calls[calls["result"] == "acknowledged"]
    assert len(received(record)) == heard["callee"].nunique()
    # The books of a network agree with its results.
    use = record.tables["networks"]
    results = ["no_network", "busy", "lost", "unanswered", "received"]
    assert (use["tried"] == use[results].sum(axis=1)).all()
    assert len(events.query("kind == 'message_lost'")) == (calls["result"] == "lost").sum()
    # What was heard was heard while the stations worked.
    states = record.tables["sites"]
    needed = {"phone": ["cell"], "radio": ["mast-north", "mast-south", "switch"], "satellite": []}
    for call in heard.itertuples():
        for site in needed[call.means]:
            mine = states[(states["site"] == site) & (states["time_s"] < call.answered_s)]
            if site != "switch" or call.means == "radio":
                assert mine["state"].iloc[-1] != "down", (site, call)
    assert ev.simulate(scenario, seed=5).digest() == result.digest()
