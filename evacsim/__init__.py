"""Simulate evacuation and rescue, and see whether the plan holds when the water comes.

Discrete-event simulation of evacuation (转移避险) and rescue: districts, hazards and plans as data,
one clock, an event log, and answers that a planner can read.

>>> import evacsim as ev                                  # doctest: +SKIP
>>> run = ev.simulate(ev.load("scenarios/gaocheng"), seed=7)  # doctest: +SKIP
"""

from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import Any

__all__ = [
    "EvacsimError",
    "Run",
    "Scenario",
    "TrafficCase",
    "Validation",
    "World",
    "beyond",
    "build",
    "check",
    "compare",
    "cover",
    "export_lists",
    "fixes",
    "from_mapping",
    "household_page",
    "import_lists",
    "import_network",
    "latest_orders",
    "leaders",
    "load",
    "load_traffic",
    "open_run",
    "outages",
    "report",
    "sensitivity",
    "simulate",
    "study",
    "thresholds",
    "traffic",
    "validate",
]

try:
    __version__ = version("evacsim")
except PackageNotFoundError:  # a source tree that was never installed
    __version__ = "0+unknown"


def __getattr__(name: str) -> Any:
    """Load the public names when first asked for, so that `import evacsim` is quick (PEP 562)."""
    if name in __all__:
        api = import_module("evacsim.api")
        # All at once: importing the room `report` has put it where the function `report` is to be found.
        globals().update({public: getattr(api, public) for public in __all__})
        return getattr(api, name)
    raise AttributeError(f"module 'evacsim' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
