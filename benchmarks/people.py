"""What more people cost: the demonstration district with other numbers of people, outside the plan and in it.

    python -m benchmarks.people                     three sizes of the population, three of the plan
    python -m benchmarks.people --outside 0.5 1     only these factors of the population outside the plan

The people of the zones named `*-rest` are nobody's to move; the others are all in the plan. Each run is a process
of its own; time is of building the world and running it, memory the peak of the process.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Sequence

from benchmarks.measuring import ROOT, markdown, number, peak_memory_mb
from evacsim import api
from evacsim.engine.running import simulate
from evacsim.scenario.model import Scenario
from evacsim.world.building import build_world

OUTSIDE = (0.47, 1.0, 1.46)
"""Factors of the people outside the plan: 400,000, 829,000 and 1.2 million in all."""
INSIDE = (1.0, 2.0, 4.0)
"""Factors of the people of the plan: 23,800, 47,600 and 95,200."""
SCENARIO = ROOT / "scenarios" / "gaocheng" / "scenario.yaml"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--outside", type=float, nargs="*", default=list(OUTSIDE))
    parser.add_argument("--inside", type=float, nargs="*", default=list(INSIDE))
    parser.add_argument("--one", type=float, nargs=2, help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.one:
        print(json.dumps(measure(*wanted.one)))
        return
    print(table([_apart(factor, 1.0) for factor in wanted.outside]))
    print()
    print(table([_apart(1.0, factor) for factor in wanted.inside]))


def scaled(scenario: Scenario, *, outside: float, inside: float) -> Scenario:
    """Return the scenario with so many times the people outside the plan and in it, place by place."""
    zones = [
        zone.model_copy(
            update={"population": round(zone.population * (outside if zone.id.endswith("-rest") else inside))}
        )
        for zone in scenario.district.zones
    ]
    district = scenario.district.model_copy(update={"zones": zones})
    return scenario.model_copy(update={"district": district})


def measure(outside: float, inside: float) -> dict[str, float]:
    """Return what one run takes, in this process."""
    scenario = scaled(api.load(SCENARIO), outside=outside, inside=inside)
    begun = time.perf_counter()
    world = build_world(scenario)
    built = time.perf_counter()
    record = simulate(world, seed=7)
    return {
        "people": record.population,
        "inside": int(record.ledger.loc[record.ledger["mode"] != "", "people"].sum()),
        "events": len(record.events),
        "build_s": built - begun,
        "run_s": time.perf_counter() - built,
        "peak_mb": peak_memory_mb(),
    }


def table(rows: Sequence[dict[str, float]]) -> str:
    """Return the runs, and what each 100,000 people more than in the run before took."""
    lines = []
    for number_of, row in enumerate(rows):
        before = rows[number_of - 1] if number_of else None
        more = 0.0 if before is None else (row["people"] - before["people"]) / 100_000
        lines.append(
            [
                f"{row['people']:,.0f}",
                f"{row['inside']:,.0f}",
                f"{row['events']:,.0f}",
                number(row["build_s"], 1),
                number(row["run_s"], 1),
                number(row["peak_mb"], 0),
                number((row["run_s"] - before["run_s"]) / more, 2) if before is not None and more else "",
                number((row["peak_mb"] - before["peak_mb"]) / more, 0) if before is not None and more else "",
            ]
        )
    heads = [
        "people",
        "in the plan",
        "events",
        "build [s]",
        "run [s]",
        "peak [MB]",
        "s / 100,000",
        "MB / 100,000",
    ]
    return markdown(heads, lines)


def _apart(outside: float, inside: float) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.people", "--one", str(outside), str(inside)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


if __name__ == "__main__":
    main()
