"""One run and everything that can be asked of it."""

import os
import platform
import resource
import sys
import time
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from evacsim.analysis.bottlenecks import bottlenecks
from evacsim.analysis.bounds.bounding import bounds
from evacsim.analysis.indicators import Indicator, indicators, write_summary
from evacsim.engine.compiling import ready_kernels
from evacsim.engine.running import Progress
from evacsim.engine.running import simulate as simulate_world
from evacsim.language import Language
from evacsim.report import figures
from evacsim.report.table_view import headline_table, repr_html
from evacsim.results.causes import why
from evacsim.results.digest import events_digest
from evacsim.results.record import RunRecord
from evacsim.results.store import read_record, write_record
from evacsim.scenario.model import Scenario
from evacsim.world.building import build_world
from evacsim.world.columns import World

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def simulate(
    scenario: Scenario | World, *, seed: int = 0, progress: Progress | None = None, command: str | None = None
) -> "Run":
    """Run a scenario once; the first time after installation what moves people is compiled, and a warning is logged.

    The same scenario, seed and version give the same events, in any process and on any machine.

    Parameters
    ----------
    scenario : Scenario or World
        A world built once saves the building where many seeds are run.
    seed : int
        Seed of all random streams.
    progress : callable, optional
        Told the time now and the end of the scenario [s], now and then.
    command : str, optional
        How to do it again, for the report; the call itself if absent.
    """
    begin = time.perf_counter()
    world = scenario if isinstance(scenario, World) else build_world(scenario)
    built = time.perf_counter()
    ready_kernels()
    started = time.perf_counter()
    record = simulate_world(world, seed=seed, progress=progress)
    ended = time.perf_counter()
    record.tables["bounds"] = bounds(record, world)
    provenance = _provenance(world, record, build_s=built - begin, run_s=ended - started)
    provenance["command"] = (
        command or f"evacsim.simulate(evacsim.load(...), seed={seed})  # {record.scenario_id}"
    )
    return Run(replace(record, provenance=provenance))


def open_run(folder: str | Path) -> "Run":
    """Return the run that was saved in a folder; it is as good as a fresh one.

    Raises
    ------
    ResultsError
        With everything that is missing or broken in the folder.
    """
    return Run(read_record(folder))


class Tables:
    """The tables of a run as attributes: `run.tables.shelters`, `run.tables.rounds` ..."""

    def __init__(self, record: RunRecord) -> None:
        self._record = record

    @property
    def events(self) -> pd.DataFrame:
        """All events."""
        return self._record.events

    @property
    def ledger(self) -> pd.DataFrame:
        """One row for each household."""
        return self._record.ledger

    @property
    def arrivals(self) -> pd.DataFrame:
        """Everybody who reached a shelter: time, zone, shelter, people, mode; in the order of time."""
        ledger = self._record.ledger
        arrived = ledger[ledger["arrived_s"].notna()].sort_values("arrived_s", kind="stable")
        return pd.DataFrame(
            {
                "time_s": arrived["arrived_s"],
                "zone": arrived["zone"],
                "shelter": arrived["final_place"].str.removeprefix("shelter/"),
                "people": arrived["people"],
                "mode": arrived["mode"],
            }
        ).reset_index(drop=True)

    @property
    def bottlenecks(self) -> pd.DataFrame:
        """What people queued for, and how busy it was: desks, buses, boats, roads (`analysis.bottlenecks`)."""
        return bottlenecks(self._record)

    def __getattr__(self, name: str) -> pd.DataFrame:
        try:
            return self._record.tables[name]
        except KeyError:
            raise AttributeError(f"no table {name!r}; there are {', '.join(dir(self))}") from None

    def __dir__(self) -> list[str]:
        return sorted(["events", "ledger", "arrivals", "bottlenecks", *self._record.tables])


@dataclass(frozen=True, slots=True)
class Plots:
    """The figures of a run; they need matplotlib (`pip install 'evacsim[report]'`)."""

    record: RunRecord = field(repr=False)

    def curves(self, *, lang: Language = "zh") -> "Figure":
        """Return people by state over time, against the water."""
        return figures.curves(self.record, lang=lang)

    def clearance(self, *, by: str = "zone", lang: Language = "zh") -> "Figure":
        """Return when the people of each zone (or township, mode) were out."""
        return figures.clearance(self.record, by=by, lang=lang)

    def arrivals(self, *, lang: Language = "zh") -> "Figure":
        """Return arrivals at the shelters over time."""
        return figures.arrivals(self.record, lang=lang)


@dataclass(frozen=True)
class Run:
    """One run (一次推演) and everything that can be asked of it."""

    record: RunRecord = field(repr=False)

    @cached_property
    def tables(self) -> Tables:
        """The tables of the run."""
        return Tables(self.record)

    @cached_property
    def indicators(self) -> dict[str, Indicator]:
        """Every indicator by its id, with value, unit and names in both languages."""
        return indicators(self.record)

    @property
    def plot(self) -> "Plots":
        """Figures: `run.plot.clearance(by="zone")`, `run.plot.curves()`, `run.plot.arrivals()`."""
        return Plots(self.record)

    def map(self, at: str | float, *, lang: Language = "zh") -> "Figure":
        """Return a map at a moment: seconds, "T+6 h", "06:30" (its first time in the run) or a date with time."""
        return figures.map_at(self.record, at, lang=lang)

    def why(self, household: str | int, *, lang: Language = "zh") -> str:
        """Return the chain of causes that brought a household where it ended, from the root on."""
        return "\n".join(why(self.record, household, lang))

    def digest(self) -> str:
        """Return the SHA-256 of all events: equal for equal runs."""
        return events_digest(self.record)

    def save(self, folder: str | Path, *, if_exists: Literal["error", "replace"] = "error") -> Path:
        """Write the run to a folder and return it; `if_exists` is `error` or `replace`."""
        write_record(self.record, folder, if_exists=if_exists)
        write_summary(self.record, folder)
        return Path(folder)

    def __str__(self) -> str:
        return headline_table(self.record, lang="en")

    def _repr_html_(self) -> str:
        return repr_html(self.record)


def _provenance(world: World, record: RunRecord, *, build_s: float, run_s: float) -> dict[str, Any]:
    """Return what made this run: versions, seed, inputs, machine, time and memory."""
    return {
        "version": _version("evacsim"),
        "python": sys.version.split()[0],
        "libraries": {
            name: _version(name) for name in ("numpy", "numba", "simpy", "networkx", "pandas", "pydantic")
        },
        "seed": record.seed,
        "inputs": world.digests,
        "machine": {"system": platform.platform(), "processor": platform.machine(), "cores": os.cpu_count()},
        "build_s": round(build_s, 3),
        "run_s": round(run_s, 3),
        "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    }


@cache
def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown"
