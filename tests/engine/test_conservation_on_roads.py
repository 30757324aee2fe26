"""Nobody is lost, whatever is ordered, signaled and known (hypothesis); and boats go where the water carries them."""

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import evacsim as ev
from evacsim.engine.movement import MoverState, NoticeKind
from evacsim.hazard.effects import SpeedFactors
from evacsim.scenario.hazard import WaterEffects
from tests.engine.roads import cars, road
from tests.engine.test_conservation import LINKS
from tests.reference.record import engine_record
from tests.reference.small_district import link, small_district, write_depths

NAMES = [link(a, b) for a, b in LINKS]
EASTWARD = [link((c, r), (c + 1, r)) for c in range(4) for r in range(3)]
WESTWARD = [link((c + 1, r), (c, r)) for c in range(4) for r in range(3)]
BOAT = 3

orders = st.one_of(
    st.tuples(st.sampled_from(["close", "open"]), st.sampled_from(NAMES)),
    st.tuples(st.just("capacity"), st.sampled_from(NAMES)),
    st.tuples(st.just("reverse"), st.sampled_from([*EASTWARD, *WESTWARD])),
)


def written(kind, name, minute):
    more = {"capacity": {"capacity_factor": 0.3}, "reverse": {"clear_time": "3 min"}}.get(kind, {})
    return {"links": [name], "order": kind, "at": f"T+{minute} min", **more}


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    given_orders=st.lists(st.tuples(orders, st.integers(0, 240)), max_size=12),
    signals=st.lists(st.sampled_from(NAMES), max_size=4, unique=True),
    depths=st.lists(
        st.tuples(st.sampled_from(NAMES), st.integers(0, 300), st.sampled_from([0.0, 0.25, 0.8])),
        max_size=8,
        unique_by=lambda row: row[:2],
    ),
    knowledge=st.sampled_from([(1, 0, 0), (0, 1, 0), (0, 0, 1), (0.25, 0.5, 0.25)]),
    patience=st.sampled_from([None, "0 s", "10 min"]),
    gridlock=st.sampled_from(["wait", "squeeze", "turn_back"]),
    crowding=st.sampled_from(["none", "weidmann", "linear"]),
    junctions=st.sampled_from([{}, {"node_capacity": "300 veh/h"}]),
    bus_share=st.sampled_from([0.0, 0.5]),
    seed=st.integers(0, 3),
)
def test_people_are_conserved_whatever_is_ordered_and_known(
    tmp_path_factory, given_orders, signals, depths, knowledge, patience, gridlock, crowding, junctions,
    bus_share, seed,
):  # fmt: skip
    folder = tmp_path_factory.mktemp("district")
    rows = [(name, f"T+{minute} min", depth) for name, minute, depth in depths]
    informed, eyes, nothing = knowledge
    scenario = small_district(
        folder,
        water={"type": "table", "links": write_depths(folder / "links.csv", "link", rows)},
        to={"bus_share": bus_share, "car_share": 0.4},
        population={
            "car_share": 0.6,
            "knowledge": {"informed": informed, "eyes": eyes, "nothing": nothing},
            "patience_at_closure": patience,
        },
    )
    scenario["district"]["roads"] |= {
        "signals": [{"link": name, "cycle": "60 s", "green": "25 s"} for name in signals],
        "gridlock": gridlock,
        "crowding": crowding,
        "capacity_drop": 0.1,
        **junctions,
    }
    reversed_names = {name for (kind, name), _ in given_orders if kind == "reverse"}
    scenario["plan"]["controls"] = [
        written(kind, name, minute)
        for (kind, name), minute in given_orders
        if not (kind == "reverse" and "_".join(reversed(name.split("_"))) in reversed_names)
    ]
    record = engine_record(ev.from_mapping(scenario), seed=seed)
    events, ledger = record.events, record.ledger
    assert ledger["people"].sum() == record.population == 300
    by_state = record.tables["states"].pivot_table(index="time_s", columns="state", values="people").ffill()
    assert (by_state.fillna(0).sum(axis=1) == 300).all()
    assert events["time_s"].is_monotonic_increasing
    assert (events["cause"].dropna() < events.loc[events["cause"].notna(), "seq"]).all()
    if informed == 1:
        assert not events["kind"].isin(["held", "turned_round"]).any()


def test_a_boat_uses_exactly_the_links_that_are_deep_enough():
    """Links 0-1 and 1-2; a boat draws 0.4 m. The first is deep enough from 100 s to 300 s, the second from 200 s on."""
    effects = WaterEffects(boat_draught="0.4 m")
    law = SpeedFactors(effects)
    movement = road([(0, 1), (1, 2)])
    movement.change_links([0, 1], {BOAT: law.boat([0.0, 0.3])}, now=0.0)
    boats = cars(movement, np.array([50.0, 150.0, 290.0]), target=2, mode=BOAT, speed=10.0, asks=True)
    for time, depths in ((100.0, [0.4, 0.3]), (200.0, [0.5, 1.2]), (300.0, [0.39, 1.2])):
        movement.change_links([0, 1], {BOAT: law.boat(depths)}, now=time)
    while movement.advance(1000.0) is not None:
        pass
    drained = movement.drain_records()
    # 1 km at 10 m/s: the third boat runs aground on the way.
    is_entry = np.isin(drained["kind"], (NoticeKind.DEPARTED, NoticeKind.ENTERED))
    for row, times in enumerate(([100.0, 150.0, 290.0], [200.0, 250.0])):
        assert np.unique(drained["time"][is_entry & (drained["place"] == row)]).tolist() == times
    state = movement.where(boats).state.tolist()
    assert state == [MoverState.ARRIVED, MoverState.ARRIVED, MoverState.STOPPED]
    held = drained[drained["kind"] == NoticeKind.HELD]
    assert held["place"][0] == 0
