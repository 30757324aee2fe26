"""Programs that a planner could take in our place, on the very same cases: `PROGRAMS` has them by name."""

from collections.abc import Callable
from functools import partial

from benchmarks.measuring import Result
from benchmarks.rivals import simpy_queues, sumo_meso, uxsim_cpp

PROGRAMS: dict[str, Callable[..., Result]] = {
    "uxsim": partial(uxsim_cpp.measure, platoon=5),
    "uxsim-each": partial(uxsim_cpp.measure, platoon=1),
    "sumo": sumo_meso.measure,
    "simpy": simpy_queues.measure,
}
"""uxsim moves platoons of five, uxsim-each every vehicle; both in C++."""
