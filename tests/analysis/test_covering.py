"""Response rings and standing by, by hand: streets of 500 m at 10 m/s, 50 s a block."""

import numpy as np
import pytest

import evacsim as ev
from evacsim.analysis.covering import Asked, cover, risk_points
from evacsim.analysis.standing_by import leaving, units_at_home
from evacsim.errors import ScenarioError
from tests.reference.small_district import link, node, small_district, write_depths

BLOCK = 50.0
RINGS = (2 * BLOCK, 4 * BLOCK, 6 * BLOCK)


def forces(**changes):
    """Return teams of the east: a fire brigade of 18 people, and 7 of the militia; others that rescue nobody."""
    fixed = {"type": "fixed", "value": "1 min"}
    return [
        {"id": "brigade", "kind": "fire", "members": 18, "node": node(4, 0), "readiness": fixed},
        {"id": "militia", "kind": "militia", "members": 7, "node": node(4, 2), **changes},
        {"id": "officers", "kind": "information_officer", "members": 9, "node": node(0, 1)},
        {"id": "far-away", "kind": "fire", "members": 90, "node": node(1, 1), "external": True},
    ]


def mapping(folder, *, water=None, rescue=None, **changes):
    given = small_district(folder, **({} if water is None else {"water": water}))
    given["district"]["forces"] = forces(**changes)
    if rescue is not None:
        given["plan"]["rescue"] = rescue
    return given


def flood(folder):
    """Return water that closes both streets to the west of column 2 at 01:00, and opens one at 03:00."""
    streets = [((1, row), (2, row)) for row in range(3)]
    streets += [(b, a) for a, b in streets]
    rows = [(link(*street), "T+1 h", 0.6) for street in streets]
    rows += [(link((2, 0), (1, 0)), "T+3 h", 0.0)]
    places = [("west", "T+2 h", 0.4)]
    return {
        "type": "table",
        "links": write_depths(folder / "closed.csv", "link", rows),
        "places": write_depths(folder / "places.csv", "place", places),
    }


@pytest.fixture
def dry(tmp_path):
    return ev.build(ev.from_mapping(mapping(tmp_path)))


@pytest.fixture
def wet(tmp_path):
    return ev.build(ev.from_mapping(mapping(tmp_path, water=flood(tmp_path))))


def test_who_is_reached_from_home_and_when(dry):
    """West (200) lies 5 blocks from both teams, north (100) 5 from the brigade and 3 from the militia."""
    found = cover(dry, Asked(limits=RINGS))
    assert found.asked.kinds == ("fire", "militia")
    assert [found.share("home", limit) for limit in RINGS] == pytest.approx([0, 1 / 3, 1])
    assert [found.share("home", limit, of="points") for limit in RINGS] == [0, 0.5, 1]
    assert [found.share("home", limit, kind="fire") for limit in RINGS] == [0, 0, 1]
    assert found.reached.set_index("zone")["home_dry_s"].to_dict() == {"west": 250.0, "north": 150.0}
    assert not found.has_flood


def test_from_the_call_the_team_has_to_get_ready(dry):
    """The brigade needs a minute: 310 s to both; the militia half an hour to an hour and a half, by its kind."""
    found = cover(dry, Asked(limits=(309.0, 311.0), points="all"))
    assert [found.share("home", limit, clock="call") for limit in (309.0, 311.0)] == [0, 1]
    assert units_at_home(dry, ["militia"]).delay.tolist() == [3600.0]


def test_teams_go_in_units_of_a_squad(dry):
    """18 people are two units of nine, seven are one; those from outside have no home here."""
    units = units_at_home(dry, ["fire", "militia"])
    assert units.kind == ("fire", "fire", "militia")
    assert units_at_home(dry, ["fire"], size=6).n == 3
    assert leaving(units, 1).tolist() == [1]
    assert leaving(units, 2).tolist() == [0, 1]
    assert leaving(units, 3).tolist() == [0, 1, 2]


def test_one_level_down_covers_more(dry):
    """One of two squads goes to the west: both zones lie within two blocks of it, at once when called."""
    asked = Asked(kinds=("fire",), stand_by=1, places=(node(0, 1), node(2, 0)), limit=RINGS[0], limits=RINGS)
    found = cover(dry, asked)
    assert found.choice.placement.value == 300
    assert found.choice.placement.gap == 0
    row = found.moved.iloc[0]
    assert (row["force"], row["unit"], row["people"], row["place"]) == ("brigade", 2, 9, node(0, 1))
    assert row["drive_s"] == 5 * BLOCK
    for clock in ("set_out", "call"):
        assert found.share("stand_by", RINGS[0], clock=clock) == 1
        assert found.share("home", RINGS[0], clock=clock) == 0
    assert found.units["stand_by"].n == found.units["home"].n == 2


def test_nobody_goes_where_nothing_is_gained(dry):
    found = cover(dry, Asked(stand_by=2, places=(node(2, 1),), limit=RINGS[2], limits=RINGS))
    assert found.moved.empty
    assert found.share("stand_by", RINGS[2]) == 1


@pytest.mark.parametrize("model", ["mclp", "mexclp", "p-median"])
def test_all_units_may_leave_and_some_may_stay(dry, model):
    """With the homes among the sites, a placement is never worse than staying."""
    asked = Asked(stand_by=3, places=(node(4, 1), node(2, 1)), limit=RINGS[1], limits=RINGS, model=model)
    found = cover(dry, asked)
    assert found.share("stand_by", RINGS[1]) == 1
    assert found.choice.placement.gap == 0


def test_the_flood_shuts_the_west_off_and_opens_one_way(wet):
    """North lies at column 1 like west: nobody comes there from 1 h on; from 3 h on round by n1-0."""
    found = cover(wet, Asked(limits=RINGS))
    hours = [0.0, 1.0, 2.0, 3.0]
    assert sorted(found.rings["time_s"].dropna().unique() / 3600) == hours
    shares = [found.share("home", RINGS[2], time=hour * 3600) for hour in hours]
    assert shares == [1, 0, 0, 1]
    assert found.share("home", RINGS[1], time=3 * 3600.0) == 0
    assert found.lowest("home", RINGS[2]) == (0, 3600.0)
    assert found.at == 3600.0
    assert found.unreached("home") == 300
    assert np.isinf(found.reached["home_flood_s"]).all()


def test_who_stands_by_on_the_far_side_is_there_when_the_roads_are_shut(wet):
    asked = Asked(kinds=("fire",), stand_by=1, places=(node(2, 1), node(1, 1)), limits=RINGS, limit=RINGS[0])
    found = cover(wet, asked)
    assert found.moved["place"].tolist() == [node(1, 1)]
    assert found.share("stand_by", RINGS[0], time=3600.0) == 1
    before = cover(wet, Asked(kinds=("fire",), limits=RINGS, at=600.0))
    assert before.at == 600.0
    assert before.share("home", RINGS[2], time=600.0) == 1


def test_where_the_plan_has_a_team_stand_by(tmp_path):
    rescue = {"stand_by": [{"force": "brigade", "node": node(1, 1)}]}
    world = ev.build(ev.from_mapping(mapping(tmp_path, rescue=rescue)))
    found = cover(world, Asked(kinds=("fire",), limits=RINGS))
    assert [found.share("home", limit) for limit in RINGS] == [0, 0, 1]
    assert [found.share("plan", limit) for limit in RINGS] == [1, 1, 1]
    assert found.share("plan", RINGS[0], clock="call") == 1


def test_the_people_of_risk_points_are_those_of_their_zones(wet):
    assert risk_points(wet, "all").people.sum() == 300
    assert risk_points(wet, "plan").zone == ("north", "west")
    assert risk_points(wet, "wet").zone == ("west",)


def test_everything_that_is_not_there_is_told_at_once(dry):
    with pytest.raises(ScenarioError) as refused:
        cover(dry, Asked(kinds=("fire", "milita"), points="wet", stand_by=9, places=("towns", "n9-9")))
    told = refused.value.told("en")
    assert len(refused.value.issues) == 4
    assert "did you mean 'militia'" in told
    for word in ("no risk points", "n9-9", "there are 2 units"):
        assert word in told
    with pytest.raises(ScenarioError, match="no such place"):
        cover(dry, Asked(stand_by=1))


def test_numbers_that_nothing_can_be_reckoned_with_are_told_at_once(dry):
    wrong = Asked(
        busy=1.0, unit=0, every=0.0, limit=-1.0, limits=(), stand_by=-1, model="mclb", points="some"
    )
    with pytest.raises(ScenarioError) as refused:
        cover(dry, wrong)
    places = [issue.place for issue in refused.value.issues]
    assert places == ["busy", "unit", "every", "limit", "limits", "stand_by", "model", "points"]


def test_in_words_and_files(tmp_path):
    given = mapping(tmp_path, water=flood(tmp_path))
    rings = ev.cover(
        ev.from_mapping(given),
        kinds=["militia"],
        stand_by=1,
        places=[node(0, 1)],
        at="T+2 h",
        limits=RINGS,
        limit=RINGS[0],
    )
    assert "militia 1 (7) -> n0-1" in rings.told("en")
    assert "前置 1 个编组" in rings.told("zh")
    assert rings.numbers["ring_5_set_out_stand_by_worst"].value == 1
    assert rings.cover.at == 7200.0
    with pytest.raises(ScenarioError, match="soon"):
        ev.cover(ev.from_mapping(given), at="soon")
