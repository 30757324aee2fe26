"""Nobody is lost, whatever happens: random plans, floods and failures (hypothesis)."""

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import evacsim as ev
from evacsim.terms import HouseholdState
from tests.reference.record import engine_record
from tests.reference.small_district import link, small_district, write_depths

CORNERS = [(c, r) for c in range(5) for r in range(3)]
LINKS = [
    (a, b)
    for a in CORNERS
    for b in ((a[0] + 1, a[1]), (a[0], a[1] + 1), (a[0] - 1, a[1]), (a[0], a[1] - 1))
    if b in CORNERS
]
PLACES = ("west", "north", "stop", "school", "hall")

floods = st.lists(
    st.tuples(
        st.sampled_from([link(a, b) for a, b in LINKS]),
        st.integers(0, 300),
        st.sampled_from([0.0, 0.1, 0.25, 0.4, 0.8, 1.5]),
    ),
    max_size=25,
    unique_by=lambda row: row[:2],
)
place_floods = st.lists(
    st.tuples(st.sampled_from(PLACES), st.integers(0, 300), st.sampled_from([0.0, 0.3, 0.7, 1.2, 5.0])),
    max_size=8,
    unique_by=lambda row: row[:2],
)

BOATS = {"id": "boats", "kind": "boat", "vehicles": 2, "seats": 5, "speed": "2.5 m/s", "call_up": "20 min"}


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    links=floods,
    places=place_floods,
    shares=st.sampled_from([(0.0, 0.0), (1.0, 0.0), (0.5, 0.3), (0.0, 1.0)]),
    compliance=st.sampled_from([0.0, 0.7, 1.0]),
    seats=st.sampled_from([3, 40]),
    capacity=st.sampled_from([0, 10, 150, 400]),
    dispatch=st.sampled_from(["nearest", "longest_queue"]),
    worn=st.sampled_from(
        [{}, {"breakdowns": 1, "repair": "40 min"}, {"range": "2 km", "refuelling": "5 min"}]
    ),
    drivers=st.sampled_from([{}, {"driver_comes": 0.5}, {"driver_comes": 0.5, "backup_drivers": True}]),
    landing=st.sampled_from([None, "n0-0", "n1-1", "n3-1"]),
    seed=st.integers(0, 5),
)
def test_people_are_conserved_and_limits_hold(
    tmp_path_factory,
    links,
    places,
    shares,
    compliance,
    seats,
    capacity,
    dispatch,
    worn,
    drivers,
    landing,
    seed,
):
    folder = tmp_path_factory.mktemp("district")
    water = {
        "type": "table",
        "links": write_depths(
            folder / "links.csv", "link", [(name, f"T+{t} min", d) for name, t, d in links]
        ),
        "places": write_depths(
            folder / "places.csv", "place", [(name, f"T+{t} min", d) for name, t, d in places]
        ),
    }
    scenario = small_district(
        folder,
        water=water,
        to={"bus_share": shares[0], "car_share": shares[1], "dispatch": dispatch},
        who={"compliance": compliance},
        population={"car_share": 0.5, "storeys": 1},
        fleets=[
            {"id": "buses", "node": "n2-0", "vehicles": 2, "seats": seats, "availability": 0.8}
            | worn
            | drivers,
            *([] if landing is None else [BOATS | {"node": landing} | worn]),
        ],
        shelters=[
            {"id": "school", "node": "n4-1", "capacity": capacity},
            {"id": "hall", "node": "n4-2", "capacity": 100},
        ],
    )
    record = engine_record(ev.from_mapping(scenario), seed=seed)
    ledger, events = record.ledger, record.events
    assert ledger["people"].sum() == record.population == 300
    assert set(ledger["final_state"]) <= {state.id for state in HouseholdState}
    assert events["time_s"].is_monotonic_increasing
    assert (events["cause"].dropna() < events.loc[events["cause"].notna(), "seq"]).all()
    at_every_moment = (
        record.tables["states"].pivot_table(index="time_s", columns="state", values="people").ffill()
    )
    assert (at_every_moment.fillna(0).sum(axis=1) == 300).all()
    loads = record.tables["shelter_load"].merge(
        record.tables["shelters"][["shelter", "capacity"]], on="shelter"
    )
    assert (loads["people_x" if "people_x" in loads else "people"] <= loads["capacity"]).all()
    assert (record.tables["rounds"]["people"] <= seats).all()
    vehicles = record.tables["vehicles"].set_index("vehicle")
    carried = events[events["kind"] == "vehicle_left_pickup"]
    # A household that is larger than its boat is counted with the last of the boat's trips.
    largest = ledger["people"].max()
    most = vehicles.loc[carried["subject"].str.removeprefix("vehicle/"), "seats"].to_numpy()
    by_boat = carried["subject"].str.startswith("vehicle/boats").to_numpy()
    assert (carried["value"].to_numpy() <= np.where(by_boat, np.maximum(most, largest), most)).all()
    assert not (carried["value"] == 0).any()
    stages = ledger[["told_s", "ready_s", "departed_s", "arrived_s", "settled_s"]].to_numpy()
    for earlier, later in zip(stages.T[:-1], stages.T[1:], strict=True):
        both = np.isfinite(earlier) & np.isfinite(later)
        assert (earlier[both] <= later[both]).all()
