"""What a program took for a case and what it found, in the same words for every program."""

import json
import os
import resource
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks.inputs import Case, Floats

ROOT = Path(__file__).parents[1]
KEPT_OUT = 5.0
"""[s] Whoever departs later than planned by more than this stands in a queue at the origin."""


@dataclass(frozen=True, slots=True)
class Result:
    """One program on one case; times are processor times, of all threads and children."""

    program: str
    version: str
    status: str
    arrived: int
    passages: int
    """Links passed by those who arrived."""
    run_s: float
    """Simulation alone, the best of all runs [s]."""
    run_median_s: float
    build_s: float
    """From arrays of the case to a program that is ready to run [s]."""
    read_s: float
    """Reading the case [s]."""
    clearance_s: float
    """Last arrival [s]."""
    mean_travel_time_s: float
    """From the planned departure [s]."""
    origin_queue_s: float | None
    """Planned departure of the first one kept out at its origin [s]; None: nobody, or not known."""
    peak_memory_mb: float
    """Of the process and its largest child; all its runs together."""

    @property
    def passages_per_second(self) -> float:
        """Return the links passed in a second of processor time."""
        return self.passages / self.run_s if self.run_s > 0 else np.nan


@dataclass(frozen=True, slots=True)
class Trips:
    """What became of the trips: one row for each that arrived."""

    planned: Floats
    """Planned departure [s]."""
    arrived: Floats
    """[s]"""
    passages: int
    """Links they passed, all together."""
    sent: int
    """Rows there would be, had all arrived."""
    entered: Floats | None = None
    """Entry to the first link [s]."""
    each_stands_for: int = 1
    """Vehicles."""


class Stopwatch:
    """Processor seconds since the last look."""

    def __init__(self) -> None:
        self._last = processor_time()

    def lap(self) -> float:
        """Return the processor seconds since the last lap."""
        before, self._last = self._last, processor_time()
        return self._last - before


def processor_time() -> float:
    """Return the processor seconds of this process, with its threads and the children that have ended."""
    of_children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + of_children.ru_utime + of_children.ru_stime


def peak_memory_mb() -> float:
    """Return the largest resident memory so far of this process and its largest child [MB]."""
    kilobytes = sum(
        resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return kilobytes * 1024 / 1e6


def result(
    program: str, version: str, trips: Trips, *, read_s: float, build_s: float, run_s: list[float],
) -> Result:  # fmt: skip
    """Return what is told about a program on a case."""
    queue = None
    if trips.entered is not None:
        kept_out = trips.planned[trips.entered - trips.planned > KEPT_OUT]
        queue = float(kept_out.min()) if kept_out.size else None
    n = len(trips.arrived)
    return Result(
        program,
        version,
        "ok" if n == trips.sent else f"{n:,} of {trips.sent:,} arrived by its end",
        arrived=n * trips.each_stands_for,
        passages=int(trips.passages),
        run_s=min(run_s),
        run_median_s=median(run_s),
        build_s=build_s,
        read_s=read_s,
        clearance_s=float(trips.arrived.max()) if n else np.nan,
        mean_travel_time_s=float((trips.arrived - trips.planned).mean()) if n else np.nan,
        origin_queue_s=queue,
        peak_memory_mb=peak_memory_mb(),
    )


def tell(told: Result) -> None:
    """Print a result for the process that asked for it."""
    print("RESULT " + json.dumps(asdict(told)), flush=True)


def listen(output: str) -> dict[str, Any] | None:
    """Return what a process told, or None."""
    lines = [line for line in output.splitlines() if line.startswith("RESULT ")]
    return json.loads(lines[-1].removeprefix("RESULT ")) if lines else None


def machine() -> dict[str, str]:
    """Return what the figures were measured on."""
    import platform
    from importlib.metadata import version

    cpu = platform.processor()
    about = Path("/proc/cpuinfo")
    if about.is_file():
        names = [line for line in about.read_text().splitlines() if line.startswith("model name")]
        cpu = names[0].partition(":")[2].strip() if names else cpu
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    return {
        "machine": f"{os.cpu_count()} cores of {cpu}, {memory:.0f} GiB",
        "python": sys.version.split()[0],
        **{name: version(name) for name in ("evacsim", "numpy", "numba")},
        "date": time.strftime("%Y-%m-%d"),
        "load": f"{os.getloadavg()[0]:.1f}",
    }


def markdown(head: list[str], rows: list[list[str]]) -> str:
    """Return a table; the first column is text, the others are numbers."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def number(value: float | None, digits: int = 0) -> str:
    """Return a number as the tables show it; a dash for none."""
    return "-" if value is None or not np.isfinite(value) else f"{value:,.{digits}f}"


def passages_of(case: Case, arrived: np.ndarray) -> int:
    """Return the links that some trips of a case passed, all together."""
    return int(case.passages[arrived].sum())
