"""Response rings (反应圈): whom teams reach in time, from home and standing by."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from evacsim.analysis.cover_told import Number, numbers, told
from evacsim.analysis.covering import Asked, Cover
from evacsim.analysis.covering import cover as cover_world
from evacsim.api.moments import seconds
from evacsim.language import Language
from evacsim.report.cover_drawn import draw_map, draw_rings, write_cover
from evacsim.scenario.model import Scenario
from evacsim.world.building import build_world
from evacsim.world.columns import World

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def cover(scenario: Scenario | World, **asked: Any) -> "Rings":
    """Return which share of the risk points teams reach within 15, 30 and 60 min, from home and standing by.

    >>> ev.cover(scenario, kinds=["fire"], stand_by=6, at="T+20 h")  # doctest: +SKIP

    Parameters
    ----------
    scenario : Scenario or World
    **asked
        Fields of `evacsim.analysis.covering.Asked`: `kinds`, `points`, `stand_by`, `places`, `at`, `unit`, `every`,
        `limits`, `model`, `limit`, `busy`, `time_limit`. `at` may also be a moment as people write it, "T+20 h".

    Raises
    ------
    ScenarioError
        With everything that is not there: teams, risk points, places, more units than there are.
    """
    world = scenario if isinstance(scenario, World) else build_world(scenario)
    at = asked.get("at", "worst")
    if isinstance(at, str) and at not in ("dry", "worst"):
        asked["at"] = seconds(world.scenario, at, "cover")
    for name in ("kinds", "places", "limits"):
        if name in asked:
            asked[name] = tuple(asked[name])
    return Rings(cover_world(world, Asked(**asked)), world)


@dataclass(frozen=True, slots=True)
class Rings:
    """Response rings (反应圈) of a scenario, from home and standing by."""

    cover: Cover = field(repr=False)
    world: World = field(repr=False)

    @property
    def numbers(self) -> dict[str, Number]:
        """Every share of people by its id: `numbers["ring_30_set_out_home_dry"]`."""
        return {one.id: one for one in numbers(self.cover)}

    @property
    def rings(self) -> pd.DataFrame:
        """Points and people within each ring, by position, kind of team, moment and clock."""
        return self.cover.rings

    @property
    def moved(self) -> pd.DataFrame:
        """Units that were sent to stand by, and where."""
        return self.cover.moved

    def told(self, lang: Language = "zh") -> str:
        """Return the rings as plain text."""
        return told(self.cover, self.world.scenario, lang)

    def map(self, *, lang: Language = "zh") -> "Figure":
        """Return maps of the risk points by ring, one for each position."""
        return draw_map(self.cover, self.world, lang=lang)

    def plot(self, *, lang: Language = "zh") -> "Figure":
        """Return the share of people within each ring over the flood."""
        return draw_rings(self.cover, lang=lang)

    def save(
        self, folder: str | Path, *, lang: Language = "zh", if_exists: Literal["error", "replace"] = "error"
    ) -> Path:
        """Write numbers, tables and pictures to a folder and return it."""
        return write_cover(self.cover, self.world, folder, lang=lang, if_exists=if_exists)

    def __str__(self) -> str:
        return self.told("en")
