"""How much sooner a study of many runs is done by several workers than by one.

    python -m benchmarks.studies --runs 8                    the demonstration district, one worker and two
    python -m benchmarks.studies SCENARIO --workers 1 2 4
    python -m benchmarks.studies --set 'district.zones[*].population=30'     fewer people

Each study is a process of its own, into an empty folder, of a fixed number of runs; time is from its begin to its end:
reading, building, compiled kernels loaded, workers begun, tables written. Their results are compared, to the byte.
"""

import argparse
import hashlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.measuring import ROOT, markdown, number

SCENARIO = ROOT / "scenarios" / "gaocheng"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("scenario", type=Path, nargs="?", default=SCENARIO)
    parser.add_argument("--runs", type=int, default=8)
    parser.add_argument("--workers", type=int, nargs="*", default=[1, 2])
    parser.add_argument("--set", dest="changes", action="append", default=[], metavar="PATH=VALUE")
    wanted = parser.parse_args()
    found = [measure(wanted.scenario, wanted.runs, workers, wanted.changes) for workers in wanted.workers]
    rows = [
        [
            f"{workers}",
            f"{wanted.runs}",
            number(wall, 1),
            number(cpu, 1),
            number(found[0][0] / wall, 2),
            number(load, 1),
            "yes" if digest == found[0][2] else "NO",
        ]
        for workers, (wall, cpu, digest, load) in zip(wanted.workers, found, strict=True)
    ]
    heads = ["workers", "runs", "wall [s]", "processor [s]", "times faster", "load before", "same files"]
    print(markdown(heads, rows))


def measure(
    scenario: Path, runs: int, workers: int, changes: Sequence[str] = ()
) -> tuple[float, float, str, float]:
    """Return wall time, processor time of all processes, digest of all files and the load of the machine before."""
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "evacsim.cli", "study", str(scenario), "--stop", "budget"]
        command += ["--runs", str(runs), "--workers", str(workers), "--out", folder, "--seed", "7"]
        command += [word for change in changes for word in ("--set", change)]
        begun, before = time.perf_counter(), os.times()
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
        after = os.times()
        wall = time.perf_counter() - begun
        used = after.children_user + after.children_system - before.children_user - before.children_system
        return wall, used, digest_of(Path(folder)), load


def digest_of(folder: Path) -> str:
    """Return the SHA-256 over all files of a folder, by name."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


if __name__ == "__main__":
    main()
