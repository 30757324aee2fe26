"""One rival on one case, in this process.

    python -m benchmarks.rivals PROGRAM FOLDER [--until SECONDS]

Prints one RESULT line; exits with 3 when the program is not installed.
"""

import argparse
import resource
from pathlib import Path

from benchmarks.inputs import read_case
from benchmarks.measuring import Stopwatch, tell
from benchmarks.rivals import PROGRAMS

NOT_INSTALLED = 3
MEMORY = 18 * 2**30
"""Most that a program may take [byte], lest it takes the machine down."""


def main() -> int:
    """Run the program that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program", choices=PROGRAMS)
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "--until", type=float, default=50_000.0, help="end of the simulation, where it needs one [s]"
    )
    wanted = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    watch = Stopwatch()
    case = read_case(wanted.folder)
    read_s = watch.lap()
    try:
        told = PROGRAMS[wanted.program](case, until=wanted.until, read_s=read_s)
    except ModuleNotFoundError:
        return NOT_INSTALLED
    tell(told)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
