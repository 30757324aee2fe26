"""Channels and teams together, whatever fails: nobody is lost, nobody is told before the word is there (hypothesis)."""

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.reference.small_district import node, write_depths
from tests.reference.word import channel, of_kind, run, word

SITES = [
    {"id": "plant", "kind": "power", "node": node(0, 1), "serves": ["*"]},
    {"id": "mast", "kind": "cell", "node": node(0, 1), "serves": ["*"], "power_site": "plant", "battery": "1 h"},
]  # fmt: skip
BELIEF = {"belief": {}, "fatigue": {"false_alarms": 30}}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    reach=st.sampled_from([0.0, 0.4, 1.0]),
    repeat=st.sampled_from([None, "40 min"]),
    word_of_mouth=st.sampled_from([0.0, 0.02]),
    outage=st.sampled_from([None, ("T+0 h", None), ("T+30 min", "T+3 h")]),
    n_teams=st.integers(0, 3),
    sweeps=st.integers(1, 3),
    error=st.sampled_from([0.0, 0.5]),
    found=st.sampled_from([0.0, 0.5, 1.0]),
    lists=st.sampled_from([{}, {"completeness": 0.7, "ghosts": 0.2, "wrong_zone": 0.1}]),
    behavior=st.sampled_from([None, BELIEF]),
    compliance=st.sampled_from([0.5, 1.0]),
    depth=st.sampled_from([0.0, 0.8, 5.0]),
    seed=st.integers(0, 3),
)
def test_everybody_is_accounted_for(
    tmp_path_factory,
    reach,
    repeat,
    word_of_mouth,
    outage,
    n_teams,
    sweeps,
    error,
    found,
    lists,
    behavior,
    compliance,
    depth,
    seed,
):
    folder = tmp_path_factory.mktemp("word")
    sms = channel("sms", kind="sms", reach_night=reach, rate=1, needs=["cell"], impact=0.4)
    siren = channel("siren", kind="siren", reach_night=reach / 2, needs=["power"], zones=["west"], impact=0.2)
    teams = [{"id": f"team-{row}", "office": "county", "zones": ["west"]} for row in range(n_teams)]
    who = {"compliance": compliance, "lists": lists} | ({} if behavior is None else {"behavior": behavior})
    outages = (
        []
        if outage is None
        else [{"site": "plant", "begins": outage[0]} | ({"ends": outage[1]} if outage[1] else {})]
    )
    places = write_depths(folder / "places.csv", "place", [("west", "T+70 min", depth)])
    given = word(
        folder,
        organize={
            "officers": teams,
            "door_to_door": {"sweeps": sweeps, "count_error": error, "find_unlisted": found},
            "preparation": {"type": "fixed", "value": "20 min"},
        },
        channels=[one | ({} if repeat is None else {"repeat": repeat}) for one in (sms, siren)],
        word_of_mouth=word_of_mouth,
        sites=SITES,
        outages=outages,
        who=who,
        water={"type": "table", "places": places},
    )
    record = run(given, seed=seed)
    ledger, events = record.ledger, record.events
    assert ledger["people"].sum() == record.population == 300
    assert events["time_s"].is_monotonic_increasing
    assert (events["cause"].dropna() < events.loc[events["cause"].notna(), "seq"]).all()
    is_told, is_warned = ledger["told_s"].notna(), ledger["warned_s"].notna()
    assert (ledger["warned_s"][is_told] <= ledger["told_s"][is_told]).all()
    assert (is_warned | ~is_told).all()
    assert ((ledger["channel"] != "") == is_told).all()
    dead = ledger["final_state"] == "dead"
    never = set(of_kind(record, "never_reached")["subject"].str.removeprefix("household/"))
    assert never == set(ledger["household"][~is_told])
    assert (is_told | ~is_warned | dead).all()
    sent = record.tables["broadcasts"]
    assert (sent["reached"] <= sent["people"]).all()
    assert (sent["reached"][sent["failed"]] == 0).all()
    knocks = sum(len(of_kind(record, kind)) for kind in ("visited", "nobody_home"))
    if n_teams:
        assert knocks <= record.tables["officers"]["visited"].sum()
        swept = record.tables["sweeps"].set_index("sweep")
        assert (swept["counted_left"] >= 0).all()
        assert not (swept["unvisited"].gt(0) & swept["done_s"].notna()).any()
        assert np.isfinite(swept["done_s"].iloc[:-1]).all()
        zero = of_kind(record, "zero_declared")
        assert len(zero) <= 1
        assert not len(zero) or zero["time_s"].iloc[0] >= swept["done_s"].max()
    else:
        assert knocks == 0
