"""V73, and sensitivity of a scenario over the runs of a study."""

import numpy as np
import pytest

import evacsim as ev
from evacsim.ensemble.sensitivity import effects, points
from evacsim.errors import ScenarioError
from tests.ensemble.small_study import DESIGN, files, small_scenario

pytest.importorskip("SALib")


def ishigami(at: np.ndarray) -> np.ndarray:
    x1, x2, x3 = (np.pi * (2 * at - 1)).T
    return np.sin(x1) + 7 * np.sin(x2) ** 2 + 0.1 * x3**4 * np.sin(x1)


def test_v73_sobol_of_ishigami():
    at = points("sobol", 3, size=2**12, seed=7)
    values = ishigami(at)
    found = effects("sobol", at, values, seed=7)
    assert found["S1"].to_numpy() == pytest.approx([0.313905, 0.442411, 0.0], abs=0.03)
    assert found["ST"].to_numpy() == pytest.approx([0.557589, 0.442411, 0.243684], abs=0.03)
    assert values.var() == pytest.approx(13.8446, abs=0.3)


def test_morris_of_a_plane_by_hand():
    at = points("morris", 3, size=8, seed=7)
    assert at.shape == (8 * 4, 3)
    found = effects("morris", at, at @ np.array([3.0, -1.0, 0.0]), seed=7)
    assert found["mu"].to_numpy() == pytest.approx([3.0, -1.0, 0.0])
    assert found["mu_star"].to_numpy() == pytest.approx([3.0, 1.0, 0.0])
    assert found["sigma"].to_numpy() == pytest.approx([0.0, 0.0, 0.0], abs=1e-9)


def test_morris_sees_what_hangs_on_something_else():
    at = points("morris", 2, size=20, seed=7)
    found = effects("morris", at, at[:, 0] * at[:, 1], seed=7)
    assert (found["sigma"] > 0.2).all()


@pytest.mark.parametrize("method", ["morris", "sobol"])
def test_where_nothing_moves_nothing_is_to_blame(method):
    at = points(method, 2, size=4, seed=7)
    assert not effects(method, at, np.ones(len(at))).to_numpy().any()


def test_sobol_wants_a_power_of_two():
    with pytest.raises(ValueError, match="power of two"):
        points("sobol", 2, size=12, seed=7)


def test_the_delay_of_the_order_delays_and_goes_on_where_it_was(tmp_path):
    scenario = small_scenario(tmp_path)
    design = {
        "uncertain": [
            DESIGN["uncertain"][0],
            # Nothing in this district is done at a desk of this name: no effect at all.
            {**DESIGN["uncertain"][1], "id": "idle", "paths": "plan.care.relief_limit",
             "law": {"type": "uniform", "low": 6, "high": 10}, "unit": "h"},
        ],
        "runs_per_draw": 2,
    }  # fmt: skip
    wanted = {"design": design, "size": 3, "seed": 7, "indicators": ["last_out", "dead"]}
    found = ev.sensitivity(scenario, **wanted, out=tmp_path / "one")
    rows = found.table.set_index(["indicator", "unknown"])
    assert found.n_runs == 3 * 3 * 2
    assert rows.loc[("last_out", "idle"), "mu_star"] == 0.0  # the same luck at all points
    assert rows.loc[("last_out", "decision"), "mu_star"] > 0.0
    again = ev.sensitivity(scenario, **wanted, out=tmp_path / "one")
    assert again.told("en") == found.told("en")
    assert "会商决策用时" in found.told("zh")
    assert "sensitivity.csv" in files(tmp_path / "one")


def test_what_cannot_be_asked_is_told(tmp_path):
    scenario = small_scenario(tmp_path)
    with pytest.raises(ScenarioError, match="nothing is unknown"):
        ev.sensitivity(scenario, design={}, indicators=["dead"])
    with pytest.raises(ScenarioError, match="is no indicator"):
        ev.sensitivity(scenario, design=DESIGN, indicators=["ded"])
