"""The grid of the three outages: one seed, one luck, everything cut that is said to be cut."""

import json

import pytest
import yaml
from click.testing import CliRunner

import evacsim as ev
from evacsim.cli import main
from evacsim.ensemble.outages import Cell
from evacsim.world.building import build_world
from tests.reference.small_district import node, small_district

HOUR = 3600.0


def described(folder):
    """Return two villages led by an office each, called by phone, with a base station and a substation of their own."""
    offices = [{"id": "county", "level": "county", "node": node(2, 1), "means": ["phone"]}]
    sites = []
    for zone in ("west", "north"):
        offices.append(
            {
                "id": f"office-{zone}", "level": "village", "parent": "county", "node": node(2, 1),
                "zones": [zone], "means": ["phone"],
            }
        )  # fmt: skip
        sites += [
            {"id": f"power-{zone}", "kind": "power", "node": node(1, 1), "serves": [zone]},
            {
                "id": f"mast-{zone}", "kind": "cell", "power_site": f"power-{zone}", "battery": "4 h",
                "node": node(1, 1), "serves": [zone],
            },
        ]  # fmt: skip
    calling = {"tries": 1, "answer_day": 1, "answer_night": 1, "escalate": []}
    given = small_district(folder, organize={"offices": offices, "calling": calling})
    given["district"]["sites"] = sites
    return given


@pytest.fixture(scope="module")
def scenario(tmp_path_factory):
    return ev.from_mapping(described(tmp_path_factory.mktemp("outages")))


@pytest.fixture(scope="module")
def found(scenario):
    return ev.outages(scenario, severities=[0.5, 1], road_share=1, seed=3)


def value(found, id_, *cut, severity=1.0):
    return found.found.of(Cell(severity if cut else 0.0, cut)).loc[id_, "value"]


def test_the_cell_with_nothing_cut_is_the_plain_run(scenario, found):
    plain = ev.simulate(scenario, seed=3)
    assert found.found.digests[Cell(0.0, ())] == plain.digest()
    assert value(found, "out_share") == plain.indicators["out_share"].value > 0


def test_the_grid_has_every_combination_at_every_severity(found):
    cells = found.found.cells
    assert len(cells) == len(set(cells)) == 1 + 2 * 7
    assert Cell(0.5, ("network", "power", "roads")) in cells
    assert len(found.table) == len(cells) * len(found.found.of(cells[0]))


def test_what_is_cut_is_said_and_grows_with_the_severity(found):
    chosen = found.found.chosen
    assert set(chosen["network", 1.0]) == {"mast-west", "mast-north"}
    for what in ("network", "power", "roads"):
        less, more = chosen[what, 0.5], chosen[what, 1.0]
        assert 0 < len(less) < len(more)
        assert more[: len(less)] == less


def test_with_every_used_road_cut_fewer_get_out(found):
    """Half of the roads leave a longer way; without any the buses come to nobody."""
    assert value(found, "clearance_time_90", "roads", severity=0.5) > value(found, "clearance_time_90")
    assert value(found, "out", "roads", severity=0.5) == value(found, "out")
    row = found.found.of(Cell(1.0, ("roads",))).loc["out"]
    assert row["change"] == "worse"
    assert row["ratio"] == row["value"] / row["whole"] < 0.5


def test_without_network_no_village_hears_by_phone(found):
    """Without power alone the batteries of the base stations carry the order; they are empty after four hours."""
    assert value(found, "out", "network") == 0
    assert value(found, "out", "power") == value(found, "out")
    assert value(found, "contactable_hours_min", "network") == 0
    assert value(found, "contactable_hours_min", "power") == 4 * HOUR
    alone = found.contact[
        (found.contact["severity"] == 1) & ~found.contact["network"] & ~found.contact["roads"]
    ]
    assert dict(zip(alone["zone"], alone["last_s"], strict=True)) == {"west": 4 * HOUR, "north": 4 * HOUR}


def test_a_cell_is_the_run_of_the_scenario_that_says_so(scenario, found):
    """The world of a cell is not built again; it is as if it were."""
    cut = found.found.chosen
    changes = {
        "hazard.outages": [
            {"site": id_, "begins": "T+0 s"} for id_ in (*cut["network", 0.5], *cut["power", 0.5])
        ],
        "hazard.road_cuts": [{"links": list(cut["roads", 0.5]), "begins": "T+0 s"}],
    }
    said = ev.simulate(build_world(scenario.change(changes)), seed=3)
    assert said.digest() == found.found.digests[Cell(0.5, ("network", "power", "roads"))]


def test_everything_that_cannot_be_cut_is_told_at_once(tmp_path):
    without_sites = ev.from_mapping(small_district(tmp_path))
    with pytest.raises(ev.EvacsimError) as told:
        ev.outages(without_sites, severities=[0, 1], at="T+12 h")
    assert [issue.place for issue in told.value.issues] == [
        "severities", "at", "cuts: network", "cuts: power"
    ]  # fmt: skip


def test_the_command_writes_tables_and_says_what_is_cut(tmp_path):
    folder = tmp_path / "small"
    folder.mkdir()
    path = folder / "scenario.yaml"
    path.write_text(yaml.safe_dump(small_district(folder), allow_unicode=True), encoding="utf-8")
    arguments = ["outages", str(path), "--cut", "roads", "--severity", "1", "--roads", "random"]
    arguments += ["--seed", "2", "--lang", "zh", "--out", str(tmp_path / "out")]
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 0, done.output
    assert "断路 100.0%" in done.output
    summary = json.loads((tmp_path / "out" / "outages.json").read_text(encoding="utf-8"))
    assert [cell["roads"] for cell in summary["cells"]] == [False, True]
    assert summary["cut"][0]["ids"]
    assert (
        (tmp_path / "out" / "outages.csv")
        .read_text(encoding="utf-8")
        .startswith("severity,network,power,roads,id")
    )
    again = CliRunner().invoke(main, arguments)
    assert again.exit_code == 2
