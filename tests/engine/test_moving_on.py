"""Second transfer: H4, before the water or with it, and what becomes of those without a way."""

import evacsim as ev
from tests.reference.record import engine_record
from tests.reference.small_district import link, node, small_district, write_depths

HOUR = 3600.0
SHELTERS = [
    {"id": "hall", "node": node(4, 2), "capacity": 400, "floor_height": "0.2 m"},
    {"id": "school", "node": node(4, 1), "capacity": 400},
]


RISES = (("hall", "T+5 h", 0.3), ("hall", "T+6 h", 0.8))


def run(folder, *, links=(), places=RISES, shelters=SHELTERS, **care):
    water = {
        "type": "table",
        "places": write_depths(folder / "p.csv", "place", list(places)),
        "links": write_depths(folder / "l.csv", "link", list(links)),
    }
    transfers = [
        {
            "zone": "west",
            "trigger_at": "T+10 min",
            "organizer": "x",
            "pickup_point": "stop",
            "fleet": "buses",
            "shelter": ["hall"],
        },
    ]
    given = small_district(
        folder, water=water, transfers=transfers, shelters=shelters, who={"compliance": 1}, care=care
    )
    given["district"]["zones"][0]["population"] = 100
    return engine_record(ev.from_mapping(given), seed=1)


def test_h4_at_six_hours_a_hundred_people_leave_the_flooded_shelter(tmp_path):
    record = run(tmp_path, second_transfer=True)
    event = record.events[record.events["kind"] == "second_transfer"].iloc[0]
    assert (event["time_s"], event["subject"], event["value"]) == (6 * HOUR, "shelter/hall", 100)
    causes = record.events.set_index("seq")
    flooded = causes.loc[int(event["cause"])]
    assert flooded["kind"] == "shelter_flooded"
    assert causes.loc[int(flooded["cause"]), "kind"] == "water_changed"
    moved = record.ledger[record.ledger["zone"] == "west"]
    assert set(moved["final_place"]) == {"shelter/school"}
    assert set(moved["final_state"]) == {"sheltered"}
    # The first arrival counts for how long the transfer took.
    assert moved["arrived_s"].max() < 6 * HOUR
    assert record.tables["shelter_load"].groupby("shelter")["people"].last().to_dict() == {
        "hall": 0,
        "school": 100,
    }


def test_without_it_they_are_stranded_there(tmp_path):
    record = run(tmp_path)
    moved = record.ledger[record.ledger["zone"] == "west"]
    assert set(moved["final_place"]) == {"shelter/hall"}
    assert set(moved["final_state"]) == {"stranded"}


def test_it_may_begin_before_the_water_is_in(tmp_path):
    record = run(tmp_path, second_transfer=True, second_transfer_before="0.25 m")
    event = record.events[record.events["kind"] == "second_transfer"].iloc[0]
    # 0.1 m over the floor at five hours, against a limit of 0.3 m less 0.25 m.
    assert event["time_s"] == 5 * HOUR
    assert set(record.ledger[record.ledger["zone"] == "west"]["final_place"]) == {"shelter/school"}


def test_whoever_has_no_way_stays_and_is_counted(tmp_path):
    roads = [
        (link(a, b), "T+4 h", 2.0)
        for one, other in (((4, 1), (4, 2)), ((3, 2), (4, 2)))
        for a, b in ((one, other), (other, one))
    ]
    record = run(tmp_path, links=roads, second_transfer=True)
    moved = record.ledger[record.ledger["zone"] == "west"]
    assert set(moved["final_place"]) == {"shelter/hall"}
    assert set(moved["final_state"]) == {"stranded"}
    assert len(record.events[record.events["kind"] == "second_transfer"]) == 1


def test_whoever_left_the_queue_at_one_desk_is_registered_at_the_other(tmp_path):
    """With 10 min a household most still queue at two hours; their turns in the hall are nobody's any more."""
    record = run(tmp_path, places=[("hall", "T+2 h", 0.8)], second_transfer=True, registration_time="10 min")
    settled = record.events[record.events["kind"] == "settled"]
    late = settled[settled["time_s"] > 2 * HOUR]
    assert len(late) > 10
    assert set(late["place"]) == {"shelter/school"}
    # Two desks: of any three in turn, the last is done ten minutes after the first or later.
    assert late["time_s"].diff(2).min() >= 600 - 1e-6
    moved = record.ledger[record.ledger["zone"] == "west"]
    assert set(moved["final_place"]) == {"shelter/school"}


def test_nobody_goes_on_to_a_shelter_that_the_same_water_enters(tmp_path):
    far = {**SHELTERS[1], "node": node(4, 0)}
    shelters = [SHELTERS[0], far, {"id": "temple", "node": node(3, 2), "capacity": 400}]
    places = [("hall", "T+6 h", 0.8), ("temple", "T+6 h", 0.8)]
    record = run(tmp_path, places=places, shelters=shelters, second_transfer=True)
    assert set(record.ledger[record.ledger["zone"] == "west"]["final_place"]) == {"shelter/school"}
    assert record.tables["shelters"].set_index("shelter")["turned_away"].to_dict()["temple"] == 0


def test_food_water_and_bed_count_where_they_were_first_had(tmp_path):
    beds = [shelter | {"sleeping_places": 400} for shelter in SHELTERS]
    moved = run(tmp_path, shelters=beds, second_transfer=True).ledger
    moved = moved[moved["zone"] == "west"]
    assert set(moved["final_place"]) == {"shelter/school"}
    for stage in ("food_s", "drinking_s", "bed_s", "relieved_s"):
        assert moved[stage].equals(moved["settled_s"])


def test_whom_the_water_lets_go_after_his_turn_at_the_desk_is_cared_for(tmp_path):
    """Held while queueing and freed once registered: settled then, and given a bed then."""
    beds = [shelter | {"sleeping_places": 400} for shelter in SHELTERS]
    places = [("hall", "T+2 h", 0.8), ("hall", "T+10 h", 0.0)]
    held = run(tmp_path, places=places, shelters=beds, registration_time="10 min").ledger
    held = held[(held["zone"] == "west") & (held["final_state"] == "sheltered")]
    assert (held["settled_s"] == 10 * HOUR).any()
    assert held["relieved_s"].equals(held["settled_s"])
