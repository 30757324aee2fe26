"""Response rings as pictures, files and a command."""

import json

import pandas as pd
import pytest
import yaml
from click.testing import CliRunner

import evacsim as ev
from evacsim.cli import main
from tests.analysis.test_covering import flood, mapping
from tests.reference.small_district import node

pytestmark = pytest.mark.filterwarnings("ignore:no font with Chinese", "ignore:Glyph")


@pytest.fixture
def scenario(tmp_path):
    folder = tmp_path / "small"
    folder.mkdir()
    path = folder / "scenario.yaml"
    path.write_text(
        yaml.safe_dump(mapping(folder, water=flood(folder)), allow_unicode=True), encoding="utf-8"
    )
    return path


def test_a_map_for_each_position_counts_everybody(scenario):
    rings = ev.cover(ev.load(scenario), kinds=["fire"], stand_by=1, places=[node(1, 1)])
    figure = rings.map(lang="en")
    assert [axes.get_title(loc="left")[:9] for axes in figure.axes] == ["from home", "standing "]
    labels = [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    assert "no way by road (300)" in labels
    assert "≤ 15 min (300)" in [text.get_text() for text in figure.axes[1].get_legend().get_texts()]
    lines = rings.plot(lang="en").axes[0].get_lines()
    assert len(lines) == 6
    assert min(lines[0].get_ydata()) == 0
    assert min(lines[3].get_ydata()) == 100


def test_the_command_writes_all_and_replaces_only_its_own(scenario, tmp_path):
    def invoke(*more):
        command = ["cover", str(scenario), "--kind", "fire", "--stand-by", "1", "--place", node(1, 1)]
        return CliRunner().invoke(main, [*command, "--out", str(out), *more])

    out = tmp_path / "rings"
    done = invoke("--at", "T+1h", "--lang", "zh")
    assert done.exit_code == 0, done.output
    assert "反应圈" in done.output
    assert {path.name for path in out.iterdir()} == {
        "cover.json", "rings.csv", "reached.csv", "moved.csv", "map.png", "rings.png",
    }  # fmt: skip
    said = json.loads((out / "cover.json").read_text(encoding="utf-8"))
    assert said["stand_by"]["gap"] == 0
    assert said["unreached_people"] == {"home": 300.0, "stand_by": 0.0}
    assert pd.read_csv(out / "rings.csv")["time_s"].nunique() == 4
    assert invoke().exit_code == 2
    assert invoke("--if-exists", "replace").exit_code == 0
    (out / "cover.json").unlink()
    assert invoke("--if-exists", "replace").exit_code == 2


def test_a_team_that_goes_as_a_whole_is_what_the_plan_can_say(scenario):
    from evacsim.analysis.cover_told import summary

    given = ev.load(scenario)
    rings = ev.cover(given, kinds=["militia"], stand_by=1, places=[node(1, 1)])
    stand_by = summary(rings.cover, given)["plan_rescue_stand_by"]
    assert stand_by == [{"force": "militia", "node": node(1, 1)}]
    planned = ev.cover(given.change({"plan.rescue": {"stand_by": stand_by}}), kinds=["militia"])
    for limit in (900.0, 1800.0):
        assert planned.cover.share("plan", limit, time=3600.0) == rings.cover.share(
            "stand_by", limit, time=3600.0
        )
