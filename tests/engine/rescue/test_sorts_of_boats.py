"""Fleets of boats of unlike draught and current limit: each goes over the roads that it can (I9)."""

import csv

import pytest

import evacsim as ev
from evacsim.errors import EvacsimError
from tests.engine.rescue.test_boats_at_work import LEG, MINUTE, cases, run, safe
from tests.reference.flooded_street import FLOODED_AT, street
from tests.reference.small_district import link, node

RUBBER = {"id": "rubber", "draught": "0.25 m", "current_limit": "1 m/s"}
ASSAULT = {"id": "assault", "draught": "0.6 m", "current_limit": "3 m/s"}


def waters(folder, streets, name="links.csv"):
    """Write the water of streets (column where each begins: depth, velocity) from T+30 min on; return its file."""
    path = folder / name
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["link", "time", "depth_m", "velocity_m_s"])
        for column, (depth, velocity) in streets.items():
            for pair in (((column, 0), (column + 1, 0)), ((column + 1, 0), (column, 0))):
                writer.writerow([link(*pair), "T+30 min", depth, velocity])
    return str(path)


def fetched(folder, streets, *, boats, villages=None, **changes):
    """Return a run in which fleets of boats at corner 4 fetch people over streets of some water."""
    given = street(folder, villages=villages or {0: 1}, boats=boats, **changes)
    given["hazard"]["water"]["links"] = waters(folder, streets)
    given["recording"] = {"passages": True}
    return run(ev.from_mapping(given)).record


def went(record):
    """Return the fleets of the boats that entered any road."""
    entered = record.events.query("kind == 'entered'")["subject"].str.removeprefix("vehicle/")
    return {one.rsplit("-", 1)[0] for one in entered if "household" not in one}


@pytest.mark.parametrize(
    ("water", "fleet"),
    [((0.3, 0.5), "rubber"), ((0.8, 2.0), "assault"), ((0.3, 2.0), None)],
    ids=["too shallow for the one", "too fast for the other", "for neither"],
)
def test_only_a_boat_that_floats_there_and_holds_against_the_current_is_sent(tmp_path, water, fleet):
    streets = {0: water, 1: (0.8, 0.5), 2: (0.8, 0.5), 3: (0.8, 0.5)}
    record = fetched(tmp_path, streets, boats=[RUBBER, ASSAULT])
    assert went(record) == ({fleet} if fleet else set())
    assert cases(record)["craft"].str.removesuffix("-1").tolist() == [fleet or ""]
    assert safe(record).tolist() == ([FLOODED_AT + 2 * 4 * LEG] if fleet else [])


def test_a_boat_goes_at_its_draught_and_at_its_limit_and_not_below_or_above(tmp_path):
    just = dict.fromkeys(range(4), (0.25, 1.0))
    assert went(fetched(tmp_path / "at", just, boats=[RUBBER])) == {"rubber"}
    for name, water in (("shallow", (0.249, 1.0)), ("fast", (0.25, 1.001))):
        streets = just | {0: water}
        assert went(fetched(tmp_path / name, streets, boats=[RUBBER])) == set()


def test_fleets_that_say_what_holds_for_all_boats_change_nothing(tmp_path):
    streets = dict.fromkeys(range(4), (0.5, 2.0))
    say = {"draught": "0.4 m", "current_limit": "2.5 m/s"}
    plain = fetched(tmp_path / "plain", streets, boats=[{}], villages={0: 9, 2: 5})
    said = fetched(tmp_path / "said", streets, boats=[say], villages={0: 9, 2: 5})
    assert plain.events.equals(said.events)
    assert len(safe(plain)) == 14


def test_water_without_a_velocity_is_taken_to_stand(tmp_path):
    given = street(tmp_path, villages={0: 1}, boats={"current_limit": "0.1 m/s"})
    assert len(safe(run(ev.from_mapping(given)).record)) == 1


@pytest.mark.parametrize(
    ("swift", "done"),
    [(2, 95 * MINUTE + 100.0 + 2 * LEG + 4 * LEG), (1, 95 * MINUTE + 8 * LEG)],
    ids=["on the road", "before it"],
)
def test_a_boat_under_way_stops_where_the_water_becomes_too_fast_for_it(tmp_path, swift, done):
    # At T+35 min it has been under way for 300 s, between corners 3 and 2. It waits there until T+95 min, or finds no
    # way on at corner 2 and goes back to be sent again.
    given = street(tmp_path, villages={0: 1}, boats=RUBBER)
    path = tmp_path / "links.csv"
    lines = ["link,time,depth_m,velocity_m_s"]
    for column in range(4):
        for a, b in (((column, 0), (column + 1, 0)), ((column + 1, 0), (column, 0))):
            lines.append(f"{link(a, b)},T+30 min,0.8,0.5")
            if column == swift:
                lines += [f"{link(a, b)},T+35 min,0.8,1.5", f"{link(a, b)},T+95 min,0.8,0.9"]
    path.write_text("\n".join(lines) + "\n")
    record = run(ev.from_mapping(given)).record
    assert safe(record).tolist() == [done]


def test_a_boat_of_little_draught_lands_where_it_floats(tmp_path):
    # The landing at corner 4 is too shallow for the assault boat, which lies at corner 3 and lands there.
    streets = {0: (0.8, 0), 1: (0.8, 0), 2: (0.8, 0), 3: (0.3, 0)}
    deep = ASSAULT | {"node": node(3, 0)}
    record = fetched(tmp_path, streets, boats=[deep], villages={0: 1}, shelter=3)
    assert safe(record).tolist() == [FLOODED_AT + 2 * 3 * LEG]


def test_velocities_are_read_strictly(tmp_path):
    given = street(tmp_path, villages={0: 1})
    bad = waters(tmp_path, {0: (0.8, -1), 1: (0.8, 30), 2: (0.8, "fast")}, "bad.csv")
    given["hazard"]["water"]["links"] = bad
    with pytest.raises(EvacsimError) as told:
        run(ev.from_mapping(given))
    assert str(told.value).count("velocity_m_s") == 6
