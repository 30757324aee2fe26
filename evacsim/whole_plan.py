"""All that can be asked of a plan, one after the other, in one folder (预案全面检验).

What is missing and what cannot work, the study, the outages, the fixes, the latest orders, what is beyond design, and
the pages for leaders. Whoever is killed starts again with the same folder: runs and parts that are there are kept.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from evacsim import api
from evacsim.ensemble.keeping import at_work
from evacsim.ensemble.outages import SITE_KINDS, THREE
from evacsim.ensemble.studying import Plan, check, identity
from evacsim.errors import ScenarioError
from evacsim.language import Language, Text
from evacsim.scenario.model import Scenario
from evacsim.scenario.study import StudyDesign, design_from, read_design

SHIFTS = tuple(hours * 3600.0 for hours in (-4, -2, -1, 0, 1, 2))
"""Shifts of all orders for the latest safe ones [s]: fewer than `latest` tries alone."""
DAMAGES = 20
"""Sets of damages that are tried beyond design, at most."""
WORST_ROADS = 0.05
"""Share of the roads that vehicles enter which the worst cut of 断路 may take at severity 1 (assumed)."""
FORMATS = ("html", "docx", "pdf")
PARTS: Mapping[str, Text] = {
    "plan": Text("what is missing, what cannot work", "完整性与可执行性"),
    "run": Text("one run", "单次推演"),
    "study": Text("many runs", "多次推演"),
    "outages": Text("without network, power, roads", "断网、断电、断路"),
    "fixes": Text("what would help", "改进措施"),
    "latest": Text("latest safe orders", "最晚安全下令时间"),
    "beyond": Text("beyond design", "超设计检验"),
    "leaders": Text("pages for leaders", "领导版报告"),
}
"""What is done, in this order; all but the last write a folder of this name."""

Tell = Callable[[str, int, int], None]
"""Told the part that is at work, how much of it is done, and of how much."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is run."""

    runs: int = 200
    """Runs of the study, at most."""
    each: int = 20
    """Runs of each variant: of each measure, shift of the orders, case beyond design."""
    workers: int | str = 1
    seed: int = 0
    design: str | Path | Mapping[str, Any] | None = None
    """What is not known and what is judged, as for `study`."""


def whole_plan(
    path: str | Path,
    out: str | Path,
    effort: Effort,
    *,
    masked: bool = False,
    lang: Language = "zh",
    command: str = "",
    tell: Tell | None = None,
) -> list[Path]:
    """Do everything that is not in the folder yet; return the pages for leaders in all formats.

    Parameters
    ----------
    path : path
        The scenario.
    out : path
        Where all parts stand, each in a folder of its own.
    effort : Effort
    masked : bool
        Whether the pages cover names and phone numbers.
    lang : str
        Language of the pages.
    command : str
        How to do it again, for the pages.
    tell : callable, optional
        See `Tell`.

    Raises
    ------
    EvacsimError
        If the scenario or the design is wrong, or the folder holds something else.
    """
    scenario, out = api.load(path), Path(out).absolute()
    design = _design(effort.design)
    study = Plan(scenario, design, effort.seed, effort.runs, "decided")
    check(study)  # before hours are spent on what comes first
    belongs_to = identity(study)
    belongs_to["design"] |= {"runs": effort.runs, "each": effort.each}
    with at_work(out, belongs_to):
        return _Whole(scenario, out, effort, tell).done(path, masked=masked, lang=lang, command=command)


def _design(given: str | Path | Mapping[str, Any] | None) -> StudyDesign:
    return design_from(given or {}) if given is None or isinstance(given, Mapping) else read_design(given)


@dataclass(frozen=True, slots=True)
class _Whole:
    """One folder with everything, and how it is filled."""

    scenario: Scenario
    out: Path
    effort: Effort
    tell: Tell | None

    def done(self, path: str | Path, *, masked: bool, lang: Language, command: str) -> list[Path]:
        """Fill the folder and write the pages."""
        found = api.validate(path)
        found.save(self.out / "plan", if_exists="replace")
        self._run()
        self._many_runs()
        names = ("study", "outages", "fixes", "latest", "beyond")
        folders = {name: self.out / name for name in names if (self.out / name / f"{name}.json").is_file()}
        parts = found.leaders(self.scenario, api.open_run(self.out / "run"), **folders)
        parts = replace(parts, masked=masked, command=command)
        written = [api.report(parts, self.out / f"leaders.{one}", lang=lang) for one in FORMATS]
        self._told("leaders")(1, 1)
        return written

    def _run(self) -> None:
        """Make the run that map and timeline show, and the grid of the outages, unless they are there."""
        seed = self.effort.seed
        if not (self.out / "run" / "summary.json").is_file():
            api.simulate(self.scenario, seed=seed).save(self.out / "run", if_exists="replace")
        self._told("run")(1, 1)
        # Its summary is written last: where it stands, the grid is whole.
        if not (self.out / "outages" / "outages.json").is_file():
            told = self._told("outages")
            kinds = {site.kind for site in self.scenario.district.sites}
            cuts = [name for name in THREE if name not in SITE_KINDS or SITE_KINDS[name] in kinds]
            try:
                grid = api.outages(
                    self.scenario,
                    seed=seed,
                    cuts=cuts,
                    roads="worst",
                    road_share=WORST_ROADS,
                    progress=lambda now, end: told(int(now), int(end)),
                )
            except ScenarioError:
                return  # no vehicle enters any road: nothing can be cut, and the pages say it is untested
            grid.save(self.out / "outages", if_exists="replace")

    def _many_runs(self) -> None:
        """Make what is missing of all that takes many runs; each of them keeps its own runs."""
        effort = self.effort
        alike: dict[str, Any] = {"design": effort.design, "seed": effort.seed, "workers": effort.workers}
        api.study(
            self.scenario, runs=effort.runs, out=self.out / "study", progress=self._told("study"), **alike
        )
        alike |= {"runs": effort.each}
        api.fixes(self.scenario, out=self.out / "fixes", progress=self._told("fixes"), **alike)
        api.latest_orders(
            self.scenario, out=self.out / "latest", progress=self._told("latest"), shifts=SHIFTS, **alike
        )
        api.beyond(
            self.scenario, out=self.out / "beyond", progress=self._told("beyond"), budget=DAMAGES, **alike
        )

    def _told(self, part: str) -> Callable[[int, int], None]:
        tell = self.tell
        return (lambda _, __: None) if tell is None else lambda done, of: tell(part, done, of)
