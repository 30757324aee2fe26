"""Time and memory of the four cases, each in a process of its own.

    python benchmarks/cases.py            all that the data allow
    python benchmarks/cases.py gaocheng   one of them

Prints a row of Markdown for each: people, households, links, events, seconds to build the world and to run it,
peak memory of the process.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
DATA = Path(os.environ.get("EVACSIM_DATA", ROOT.parent / "shared/data"))
HEAD = ("case", "people", "households", "road links", "events", "build [s]", "run [s]", "peak memory [MB]")


def main(names: list[str]) -> None:
    """Run the cases called `names` and print their rows."""
    print("| " + " | ".join(HEAD) + " |")
    print("|---|" + "---:|" * (len(HEAD) - 1))
    for name in names:
        told = subprocess.run(
            [sys.executable, __file__, "--one", name], capture_output=True, text=True, check=True, cwd=ROOT
        )
        row = json.loads(told.stdout.splitlines()[-1])
        print(
            f"| {name} | {row['people']:,} | {row['households']:,} | {row['links']:,} | {row['events']:,} "
            f"| {row['build_s']:.1f} | {row['run_s']:.1f} | {row['peak_memory_mb']:.0f} |",
            flush=True,
        )


def measure(name: str) -> dict[str, Any]:
    """Run one case in this process and return what it took."""
    import evacsim as ev

    with tempfile.TemporaryDirectory() as folder:
        if name == "gaocheng":
            scenario = ev.load(ROOT / "scenarios/gaocheng")
        else:
            scenario = ev.from_mapping(_mappings()[name](DATA, Path(folder)))
        ev.simulate(_tiny(ev, Path(folder)), seed=0)  # compiles, or loads what was compiled before
        run = ev.simulate(scenario, seed=7)
    took = run.record.provenance
    return {
        "people": run.record.population,
        "households": len(run.tables.ledger),
        "links": len(run.tables.links),
        "events": len(run.tables.events),
        **{key: took[key] for key in ("build_s", "run_s", "peak_memory_mb")},
    }


def _mappings() -> Mapping[str, Callable[[Path, Path], dict[str, Any]]]:
    sys.path.insert(0, str(ROOT / "notebooks"))
    from cases import fuzhou, seaside, xingguo

    return {
        "seaside": lambda data, _: seaside.scenario(data),
        "xingguo, 140 convoys": lambda data, folder: xingguo.scenario(
            data, xingguo.write_network(data, folder / "network"), convoys=140
        ),
        "fuzhou": lambda data, folder: fuzhou.scenario(data, folder / "water"),
    }


def _tiny(ev: Any, folder: Path) -> Any:
    sys.path.insert(0, str(ROOT))
    from tests.reference.small_district import small_district

    return ev.from_mapping(small_district(folder / "tiny"))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(measure(sys.argv[2])))
    else:
        real = ["seaside", "xingguo, 140 convoys", "fuzhou"] if DATA.is_dir() else []
        main(sys.argv[1:] or ["gaocheng", *real])
