"""What the engine writes down of one run."""

import evacsim as ev
from evacsim.engine.running import simulate
from evacsim.results.record import RunRecord
from evacsim.scenario.model import Scenario
from evacsim.world.columns import World


def engine_record(scenario: Scenario | World, *, seed: int) -> RunRecord:
    """Return the record of a run without its bounds, which take as long as a small run itself.

    `ev.simulate` adds them; that they come for any scenario is tested in storms and in `tests/analysis/test_bounds.py`.
    """
    return simulate(scenario if isinstance(scenario, World) else ev.build(scenario), seed=seed)
