"""Gaocheng: teams of the county stand by in the towns (下沉一级驻防), and reach more people in time."""

from pathlib import Path

import pytest

import evacsim as ev

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

GAOCHENG = Path(__file__).parents[2] / "scenarios/gaocheng"
QUARTER, HALF = 900.0, 1800.0


@pytest.fixture(scope="module")
def world():
    return ev.build(ev.load(GAOCHENG))


@pytest.mark.parametrize("model", ["mclp", "mexclp", "p-median"])
def test_one_level_down_more_people_are_reached_in_time(world, model):
    cover = ev.cover(world, kinds=["fire", "militia"], stand_by=12, model=model).cover
    assert cover.choice.placement.gap < 1e-6
    assert 0 < len(cover.moved) <= 12
    assert set(cover.moved["place"]) <= {
        office.id for office in world.office_places.models if office.level == "town"
    }
    for limit in (QUARTER, HALF):
        assert cover.share("stand_by", limit) > cover.share("home", limit) + 0.15
        assert cover.lowest("stand_by", limit)[0] > cover.lowest("home", limit)[0] + 0.1
    rings = cover.rings[(cover.rings["kind"] == "all") & (cover.rings["limit_s"] == HALF)]
    shares = rings.pivot_table("people_share", ["time_s", "clock"], "position")
    assert len(shares) > 200
    assert (shares["stand_by"] >= shares["home"]).all()


def test_the_figures_of_the_page(world):
    """As docs/covering.md prints them."""
    page = (GAOCHENG.parents[1] / "docs/covering.md").read_text(encoding="utf-8")
    for model, name in (("mclp", "three units, `mclp`"), ("p-median", "twelve units, `p-median`")):
        cover = ev.cover(world, kinds=["fire", "militia"], stand_by=12, model=model).cover
        for position, row in (("home", "from home"), ("stand_by", name)):
            shares = [
                f"{100 * cover.share(position, limit):.3g} → {100 * cover.share(position, limit, time=cover.at):.1f} %"
                for limit in (QUARTER, HALF, 3600.0)
            ]
            assert f"| {row} | {' | '.join(shares)} |" in page
