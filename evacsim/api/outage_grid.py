"""Every combination of the three outages (断网、断电、断路)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from evacsim.api.moments import seconds
from evacsim.ensemble.outages import Asked as AskedOutages
from evacsim.ensemble.outages import Outages
from evacsim.ensemble.outages import outages as cut_outages
from evacsim.ensemble.outages_told import told as outages_told
from evacsim.ensemble.outages_told import write_outages
from evacsim.language import Language
from evacsim.scenario.model import Scenario
from evacsim.world.building import build_world
from evacsim.world.columns import World


def outages(
    scenario: Scenario | World,
    *,
    seed: int = 0,
    progress: Callable[[float, float], None] | None = None,
    **asked: Any,
) -> "OutageGrid":
    """Run every combination of 断网, 断电, 断路 with one seed and tell what each does to every indicator.

    >>> ev.outages(scenario, severities=[0.5, 1], at="T+6 h", seed=7)  # doctest: +SKIP

    Parameters
    ----------
    scenario : Scenario or World
    seed : int
        Seed of all runs, and of what is chosen by chance.
    progress : callable, optional
        Told how many runs are done, of how many.
    **asked
        Fields of `evacsim.ensemble.outages.Asked`: `severities`, `cuts`, `at`, `roads`, `road_share`. `at` may also
        be a moment as people write it, "T+6 h".

    Raises
    ------
    ScenarioError
        With everything that cannot be cut, or not so.
    """
    world = scenario if isinstance(scenario, World) else build_world(scenario)
    if isinstance(asked.get("at"), str):
        asked["at"] = seconds(world.scenario, asked["at"], "outages")
    for name in ("severities", "cuts"):
        if name in asked:
            asked[name] = tuple(asked[name])
    return OutageGrid(cut_outages(world, AskedOutages(**asked), seed=seed, progress=progress))


@dataclass(frozen=True, slots=True)
class OutageGrid:
    """The 2^3 grid of the three outages (断网、断电、断路), at each severity."""

    found: Outages = field(repr=False)

    @property
    def table(self) -> pd.DataFrame:
        """Every indicator of every cell, and its ratio to the whole world."""
        return self.found.table

    @property
    def contact(self) -> pd.DataFrame:
        """How long each zone of the plan could be called in every cell, and until when."""
        return self.found.contact

    def told(self, lang: Language = "zh") -> str:
        """Return what is cut and what comes of it as plain text."""
        return outages_told(self.found, lang)

    def save(self, folder: str | Path, *, if_exists: Literal["error", "replace"] = "error") -> Path:
        """Write `outages.json`, `outages.csv` and `contact.csv` to a folder and return it."""
        return write_outages(self.found, folder, if_exists=if_exists)

    def __str__(self) -> str:
        return self.told("en")
