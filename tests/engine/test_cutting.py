"""Roads that are cut: nobody enters them, whatever orders say, until they are passable again."""

import pytest

import evacsim as ev
from tests.reference.small_district import link, small_district

EASTWARD = [link((2, row), (3, row)) for row in range(3)]
"""The three streets from west to east."""
ALL_DAY = {"begins": "T+0 s"}


def run(folder, cuts, *, orders=()):
    given = small_district(folder)
    given["hazard"]["road_cuts"] = cuts
    given["plan"]["controls"] = list(orders)
    return ev.simulate(ev.from_mapping(given), seed=1)


def seen(record, kind):
    events = record.events[record.events["kind"] == kind]
    return list(zip(events["subject"].str.removeprefix("link/"), events["time_s"], strict=True))


def vehicles(record, links):
    return record.tables["links"].set_index("link").loc[links, "vehicles"].sum()


def test_no_bus_comes_through_where_every_street_is_cut(tmp_path):
    whole, cut = run(tmp_path, []), run(tmp_path, [{"links": EASTWARD, **ALL_DAY}])
    assert vehicles(whole.record, EASTWARD) > 0
    assert vehicles(cut.record, EASTWARD) == 0
    assert cut.indicators["out_share"].value < whole.indicators["out_share"].value
    assert seen(cut.record, "road_cut") == [(name, 0.0) for name in EASTWARD]


def test_no_order_opens_a_road_that_is_cut(tmp_path):
    orders = [
        {"links": EASTWARD, "order": "close", "at": "T+5 min"},
        {"links": EASTWARD, "order": "open", "at": "T+20 min"},
    ]
    both = run(tmp_path, [{"links": EASTWARD, **ALL_DAY}], orders=orders)
    assert vehicles(both.record, EASTWARD) == 0
    assert vehicles(run(tmp_path, [], orders=orders).record, EASTWARD) > 0


def test_a_road_is_passable_when_the_last_of_its_cuts_ends(tmp_path):
    cuts = [
        {"links": EASTWARD, "begins": "T+0 s", "ends": "T+1 h"},
        {"links": EASTWARD[:2], "begins": "T+30 min", "ends": "T+2 h"},
    ]
    done = run(tmp_path, cuts)
    assert seen(done.record, "road_mended") == [
        (EASTWARD[2], 3600.0), (EASTWARD[0], 7200.0), (EASTWARD[1], 7200.0)
    ]  # fmt: skip
    assert seen(done.record, "road_cut") == [(name, 0.0) for name in EASTWARD]
    assert vehicles(done.record, EASTWARD) > 0


def test_a_road_that_is_mended_stays_closed_where_an_order_holds(tmp_path):
    cuts = [{"links": EASTWARD, "begins": "T+0 s", "ends": "T+15 min"}]
    done = run(tmp_path, cuts, orders=[{"links": EASTWARD, "order": "close", "at": "T+5 min"}])
    assert vehicles(done.record, EASTWARD) == 0


def test_what_is_wrong_with_a_cut_is_told(tmp_path):
    with pytest.raises(ev.EvacsimError) as told:
        run(tmp_path, [{"links": ["no-road"], "begins": "T+2 h", "ends": "T+1 h"}])
    assert "ends must be later than begins" in told.value.told("en")
    with pytest.raises(ev.EvacsimError) as told:
        run(tmp_path, [{"links": ["no-road"], **ALL_DAY}])
    assert "no-road" in told.value.told("en")
