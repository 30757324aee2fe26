"""What is missing in a plan and what cannot work, without a run (预案检验)."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pandas as pd

from evacsim.api.running import Run
from evacsim.errors import Issue, ResultsError
from evacsim.language import Language, Text
from evacsim.plan.examined_told import table as examined_table
from evacsim.plan.examined_told import told as examined_told
from evacsim.plan.examined_told import write_examination
from evacsim.plan.examining import Examination, examine
from evacsim.plan.scoring import Score
from evacsim.plan.shortcoming import Link, Shortcoming
from evacsim.report import leaders
from evacsim.report.examined_view import examined_html
from evacsim.scenario.model import Scenario


def validate(given: str | Path | Scenario) -> "Validation":
    """Return what is missing in the plan of a scenario and what cannot work, link by link, without a run (预案检验).

    >>> ev.validate("scenarios/gaocheng")  # doctest: +SKIP

    Parameters
    ----------
    given : path or Scenario
        A folder or file, whose lines are then named; or a scenario of a notebook, which has none.

    Raises
    ------
    ScenarioError
        With everything that is wrong with the files: a plan that cannot be read cannot be judged.
    """
    return Validation(examine(given))


@dataclass(frozen=True, slots=True)
class Validation:
    """What is missing in a plan, and what cannot work (预案检验)."""

    found: Examination = field(repr=False)

    @property
    def shortcomings(self) -> tuple[Shortcoming, ...]:
        """Everything found, by link, blockers first."""
        return self.found.shortcomings

    @property
    def scores(self) -> dict[Link, Score]:
        """Score and light of each link: `scores["to"].points`."""
        return {score.link: score for score in self.found.scores}

    @property
    def table(self) -> pd.DataFrame:
        """One row for each shortcoming."""
        return pd.DataFrame(examined_table(self.found))

    def leaders(
        self, scenario: Scenario, run: Run | None = None, **folders: str | Path
    ) -> leaders.LeadersReport:
        """Return the pages for leaders of what was found, with a run and other results of the scenario beside it.

        Parameters
        ----------
        scenario : Scenario
        run : Run, optional
        **folders
            What `study`, `fixes`, `latest`, `outages`, `beyond` and `sensitivity` have written, by these names.

        Raises
        ------
        ResultsError
            If the run or a folder is one of another scenario, or a folder cannot be read.
        """
        if run is not None and run.record.scenario_id != scenario.id:
            rule = Text(f"is a run of another scenario than {scenario.id}", f"不是 {scenario.id} 的推演结果")
            remedy = Text("give a run of this scenario, or none", "请给出本情景的推演结果，或不给")
            raise ResultsError("run", [Issue("run", rule, remedy, value=run.record.scenario_id)])
        world = self.found.world if self.found.world.scenario == scenario else None
        return leaders.LeadersReport(
            scenario,
            record=None if run is None else run.record,
            narrow=self.found.narrow,
            shortcomings=self.shortcomings,
            scores={link: score.points for link, score in self.scores.items()},
            **leaders.from_folders(scenario, folders, world),  # type: ignore[arg-type]
        )

    def told(self, lang: Language = "zh") -> str:
        """Return what was found as plain text."""
        return examined_told(self.found, lang)

    def save(self, folder: str | Path, *, if_exists: Literal["error", "replace"] = "error") -> Path:
        """Write `findings.csv` and `plan.json` to a folder and return it."""
        return write_examination(self.found, folder, if_exists=if_exists)

    def __str__(self) -> str:
        return self.told("en")

    def _repr_html_(self) -> str:
        return examined_html(self.found)
