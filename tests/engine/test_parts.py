"""What the processes of a run share: hooks, messages, networks, what each leaves behind."""

import numpy as np
import pytest

import evacsim as ev
from evacsim.engine.log import ROOT, EventLog, Kind, Where
from evacsim.engine.messages import Messages, Order
from evacsim.engine.networks import Networks
from evacsim.engine.recorded import Recorded
from evacsim.engine.running import Run
from evacsim.results.record import LEDGER, TABLES
from evacsim.streams import Streams
from evacsim.terms import HouseholdState
from evacsim.world.building import build_world
from evacsim.world.people import draw_households
from tests.reference.small_district import small_district, small_flood, write_depths


@pytest.fixture
def run(tmp_path):
    """Return the run of the small flood, not yet begun."""
    world, streams = build_world(ev.from_mapping(small_flood(tmp_path))), Streams(7)
    return Run(world, draw_households(world, streams), streams)


def to_the_end(run):
    run.parts.clock.run_to(run.parts.world.scenario.duration)
    return run


def test_hooks_are_called_when_what_they_wait_for_happens(run):
    departed, settled, flooded = [], [], []
    run.parts.at_departed.append(lambda household, now: departed.append((household, now)))
    run.parts.at_settled.append(lambda household, shelter, now: settled.append((household, shelter, now)))
    run.parts.at_shelter_flooded.append(lambda shelter, cause: flooded.append((shelter, cause)))
    to_the_end(run)
    record = run.write_down(seed=7)
    names = record.ledger["household"].to_numpy()
    told = record.events[record.events["kind"] == "departed"]
    assert [(f"household/{names[row]}", now) for row, now in departed] == list(
        zip(told["subject"], told["time_s"], strict=True)
    )
    assert len(departed) > 10
    told = record.events[record.events["kind"] == "settled"]
    assert [now for _, _, now in settled] == told["time_s"].tolist()
    ids = run.parts.world.shelters.ids
    assert [f"shelter/{ids[shelter]}" for _, shelter, _ in settled] == told["place"].tolist()
    told = record.events[record.events["kind"] == "shelter_flooded"]
    assert [cause for _, cause in flooded] == told["seq"].tolist()


def test_what_is_issued_to_an_office_is_received_at_once_while_there_is_no_tree(run):
    received = []
    run.parts.at_order_received.append(lambda *what: received.append(what))
    zone = next(row for row, transfer in enumerate(run.parts.world.transfers) if transfer is not None)
    order = Order(run.parts.messages.write("order", [zone]), (ROOT,), run.command.office_of(zone))
    run.command.issue(run.command.office_of(zone), order)
    assert received == [(run.command.office_of(zone), order)]


def test_messages_are_numbered_from_1_and_name_each_zone_once():
    messages = Messages()
    first, second = messages.write("order", [3, 1, 3], level=2), messages.write("warning", [])
    assert (first.number, first.zones, first.level) == (1, (1, 3), 2)
    assert (second.number, second.zones, second.level, second.impact) == (2, (), 0, 1.0)


def test_what_is_put_out_does_not_work_until_it_is_restored():
    networks, here, there = Networks(), Where(Kind.ZONE, 1), Where(Kind.ZONE, 2)
    networks.put_out("cell", here, 17)
    networks.put_out("cell", here, 18)
    assert not networks.works("cell", here)
    assert networks.cause("cell", here) == 17
    assert networks.works("cell", there)
    assert networks.works("power", here)
    networks.restore("cell", here)
    assert networks.works("cell", here)
    assert networks.cause("cell", here) == ROOT


@pytest.mark.parametrize(
    ("state", "depth", "ends_in"),
    [
        (HouseholdState.AT_HOME, 0.8, HouseholdState.STRANDED),
        (HouseholdState.AT_REFUGE, 0.8, HouseholdState.AT_REFUGE),
        (HouseholdState.AT_REFUGE, 3.9, HouseholdState.DEAD),
        (HouseholdState.AWAY, 3.9, HouseholdState.AWAY),
    ],
)
def test_water_strands_nobody_who_has_gone_upstairs_or_away(tmp_path, state, depth, ends_in):
    places = write_depths(tmp_path / "places.csv", "place", [("west", "T+5 min", depth)])
    scenario = ev.from_mapping(small_district(tmp_path, water={"type": "table", "places": places}))
    world, streams = build_world(scenario), Streams(7)
    run = Run(world, draw_households(world, streams), streams)
    rows = np.flatnonzero(run.parts.households.zone == world.zones.ids.index("west"))
    run.parts.book.state[rows] = state
    run.parts.clock.run_to(9 * 60.0)
    assert set(run.parts.book.state[rows].tolist()) == {ends_in}


class Leaving(Recorded):
    """A process that leaves what it is told to."""

    def __init__(self, *, names=None, tables=None, ledger=None):
        self._left = names or {}, tables or {}, ledger or {}

    def names(self):
        return self._left[0]

    def tables(self):
        return self._left[1]

    def ledger(self):
        return self._left[2]


def test_what_a_process_leaves_stands_in_the_record(run):
    to_the_end(run)
    forces = Leaving(names={Kind.FORCE: np.array(["gate"], dtype=object)})
    counted = Leaving(ledger={"officer": np.full(run.parts.households.n, "team-1")})
    run.parts.log.record(
        run.parts.now, "stopped_at_post", Where(Kind.HOUSEHOLD, 0), place=Where(Kind.FORCE, 0)
    )
    run.recorded += (forces, counted)
    record = run.write_down(seed=7)
    assert record.events["place"].iloc[-2] == "force/gate"
    assert set(record.ledger["officer"]) == {"team-1"}
    assert list(record.ledger) == [column.name for column in LEDGER]
    assert list(record.tables) == list(TABLES)


def test_nothing_is_switched_on_so_everybody_is_listed_and_present_and_nobody_relieved(run):
    ledger = to_the_end(run).write_down(seed=7).ledger
    assert ledger[["listed", "present"]].to_numpy().all()
    assert (ledger[["special_group", "officer", "channel"]] == "").to_numpy().all()
    assert (
        ledger[["warned_s", "acknowledged_s", "counted_s", "relieved_s", "returned_s"]]
        .isna()
        .to_numpy()
        .all()
    )


@pytest.mark.parametrize(
    "left",
    [
        {"tables": {"pickup_points": None}},
        {"tables": {"no_such_table": None}},
        {"ledger": {"ordered_s": np.zeros(1)}},
        {"ledger": {"no_such_column": np.zeros(1)}},
        {"names": {Kind.ZONE: np.zeros(1)}},
    ],
)
def test_a_process_leaves_nothing_twice_and_nothing_unknown(run, left):
    run.recorded += (Leaving(**left),)
    with pytest.raises(AssertionError):
        run.write_down(seed=7)


def test_an_event_about_things_without_ids_is_refused():
    log = EventLog()
    log.record(0.0, "site_down", Where(Kind.SITE, 0))
    with pytest.raises(AssertionError, match="without ids"):
        log.frame({Kind.ZONE: np.array(["a"], dtype=object)})
