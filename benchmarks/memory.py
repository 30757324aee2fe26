"""Bytes of the movement state a traveler, a link and a place on a link, and the peak memory of whole runs.

    python -m benchmarks.memory             the state, and the peaks of a million and of ten million vehicles
    python -m benchmarks.memory --state     only the state

The state is all arrays of the kernels. A traveler and a link are worth what one more of them adds; a place (room for
one vehicle on a link) is worth the share of the pool of slots, which grows with the queues that there really are.
"""

import argparse
import json
import math
import subprocess
import sys
from collections.abc import Mapping

import numpy as np

from benchmarks.grids import corridor, grid
from benchmarks.inputs import Case, case_folder
from benchmarks.measuring import ROOT, listen, markdown, number
from benchmarks.ours import build, link_columns
from benchmarks.peers import INPUTS
from evacsim.engine.movement import Movement

ALLOWED = {"traveler": 64, "place": 24, "link": 160}
"""[byte]"""
POOLS = ("slots", "runs")
"""Arrays that hold who is on a link, and the gaps behind those who left it."""
MANY = 100_000
TEN_MILLION = ("--grid", "50", "10000000")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--state", action="store_true", help="only the state, no whole runs")
    wanted = parser.parse_args()
    print(state_table())
    if not wanted.state:
        print(f"\n{peaks_table()}")


def state_table(trips: int = MANY) -> str:
    """Return the bytes of the state a traveler, a link and a place, beside what is allowed."""
    traveler, link = of_a_traveler(), of_a_link()
    case = grid("grid", trips)
    slot, place = of_a_slot_and_a_place(case)
    rows = [
        ("traveler, not departed yet", sum(traveler.values()), ALLOWED["traveler"], traveler),
        ("link, with its node", sum(link.values()), ALLOWED["link"], link),
        ("slot of the pool", sum(slot.values()), ALLOWED["place"], slot),
        (f"place in the network, after {trips:,} vehicles on the grid", place, ALLOWED["place"], {}),
    ]
    return markdown(
        ["what", "bytes", "allowed", "in which arrays"],
        [
            [
                what,
                number(n, 1),
                number(allowed),
                ", ".join(f"{name} {n:.1f}" for name, n in parts.items()) or "-",
            ]
            for what, n, allowed, parts in rows
        ],
    )


def of_a_traveler() -> dict[str, float]:
    """Return the bytes of one more traveler who waits to depart, by array."""
    one, two = (build(corridor(n)) for n in (MANY, 2 * MANY))
    return _difference(two, one, MANY)


def of_a_link() -> dict[str, float]:
    """Return the bytes of one more link and its node, by array."""
    one, two = (_empty(corridor(1, before=n)) for n in (1000, 2000))
    return _difference(two, one, 1000)


def of_a_slot_and_a_place(case: Case) -> tuple[dict[str, float], float]:
    """Return the bytes of a slot by array, and those of the pool a place, when all have traveled."""
    movement = build(case)
    movement.advance(math.inf)
    held = _arrays(movement)
    n_slots, n_places = len(held[POOLS[0]]), float(np.sum(movement.links.storage))
    slot = {name: held[name].nbytes / n_slots for name in POOLS}
    return slot, sum(slot.values()) * n_slots / n_places


def peaks_table() -> str:
    """Return the peak memory of the processes that run a million and ten million vehicles."""
    rows = []
    for what, command in (
        ("w1_1m", [str(case_folder("w1_1m", INPUTS))]),
        ("10 million on the same grid", list(TEN_MILLION)),
    ):
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.ours", *command, "--repeats", "1"],
            cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True,
        )  # fmt: skip
        told = listen(done.stdout)
        assert told is not None, json.dumps(command)
        rows.append([what, number(told["arrived"]), number(told["run_s"], 2), number(told["peak_memory_mb"])])
    return markdown(["case", "arrived", "run [s]", "peak memory of the process [MB]"], rows)


def _empty(case: Case) -> Movement:
    return Movement(n_nodes=len(case.x), links=link_columns(case), bin_length=3600.0)


def _arrays(movement: Movement) -> Mapping[str, np.ndarray]:
    return movement._store.traffic._asdict()


def _difference(large: Movement, small: Movement, n: int) -> dict[str, float]:
    """Return the bytes by which each array is larger, for each of n; those that are not are left out."""
    before = _arrays(small)
    more = {name: (array.nbytes - before[name].nbytes) / n for name, array in _arrays(large).items()}
    return {name: bytes_each for name, bytes_each in more.items() if bytes_each}


if __name__ == "__main__":
    main()
