"""The same flood and seed with rescue and without: deaths fall, and nothing changes before the first craft acts."""

import numpy as np

import evacsim as ev
from tests.reference.flooded_street import FLOODED_AT, street
from tests.reference.record import engine_record
from tests.reference.small_district import node

HOUR = 3600.0


def flood(folder, *, boats, seed=2, **said):
    """Return the record of three villages told to go when the water is there; later it rises over the roofs."""
    given = street(
        folder,
        villages={0: 60, 1: 60, 2: 60},
        household_size=3,
        boats={"vehicles": boats, "boarding_time": "60 s", "alighting_time": "30 s"},
        later=[(f"v{k}", "T+6 h", 8.0) for k in range(3)],
        rescue={
            "calls": {
                "delay": {"type": "uniform", "low": "2 min", "high": "20 min"},
                "without_phone": 0.1,
                "lost": 0.05,
                "double": 0.15,
            },
            "seeking": {
                "at_the_place": {"type": "uniform", "low": "2 min", "high": "10 min"},
                "passers_by": {"type": "fixed", "value": "2 h"},
            },
            **said,
        },
    )
    given["plan"]["zones"] = [
        {"zone": f"v{k}", "trigger_at": "T+20 min", "organizer": "x", "compliance": 0.9} for k in range(3)
    ]
    if not boats:
        given["district"]["fleets"] = [given["district"]["fleets"][0] | {"vehicles": 1, "node": node(7, 0)}]
    return engine_record(ev.from_mapping(given), seed=seed)


def dead(record):
    return int(record.ledger["people"][record.ledger["final_state"] == "dead"].sum())


def test_deaths_fall_and_nothing_changes_before_the_first_rescue(tmp_path):
    without = flood(tmp_path / "off", boats=0)
    with_it = flood(tmp_path / "on", boats=4)
    assert dead(without) > 0
    assert dead(with_it) < dead(without) / 2
    first = with_it.events.query("kind == 'craft_assigned'")["time_s"].min()
    assert first > FLOODED_AT
    columns = ["time_s", "kind", "subject", "place", "value"]
    # The craft itself is called up in both; it has nowhere to go in one of them.
    before = [
        record.events[(record.events["time_s"] < first) & ~record.events["subject"].str.startswith("vehicle")]
        for record in (without, with_it)
    ]
    one, other = (events[columns].reset_index(drop=True) for events in before)
    assert len(one)
    assert one.equals(other)
    calls = [
        record.tables["help_calls"].set_index(["household", "source"])["need_s"]
        for record in (without, with_it)
    ]
    both = calls[0].index.intersection(calls[1].index)
    assert len(both)
    assert (calls[0][both] == calls[1][both]).all()


def test_more_boats_never_let_more_people_die(tmp_path):
    deaths = [dead(flood(tmp_path / str(n), boats=n)) for n in (0, 1, 2, 4, 8)]
    assert deaths == sorted(deaths, reverse=True)
    assert deaths[-1] < deaths[0]


def test_a_low_response_like_joso_with_rescue_over_the_day(tmp_path):
    # V84: M = .585 leave when told; the others are cut off upstairs, where the water does not kill; boats fetch
    # them, and of those whom it would, more live.
    given = {"calls": {}, "survival": {"trapped": {"type": "weibull", "scale": "3 h", "shape": 1}}}
    without = flood(tmp_path / "off", boats=0, **given)
    with_it = flood(tmp_path / "on", boats=8, **given)
    assert dead(with_it) < dead(without)
    fetched = with_it.tables["vehicles"]["people"].sum()
    assert fetched > 0
    assert np.isfinite(with_it.tables["cases"]["heard_s"]).all()
