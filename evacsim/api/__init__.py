"""The public face, as typed in Jupyter: load, check, simulate, compare, report.

>>> import evacsim as ev                                          # doctest: +SKIP
>>> scenario = ev.load("scenarios/gaocheng")                      # doctest: +SKIP
>>> run = ev.simulate(scenario, seed=7)                           # doctest: +SKIP
>>> later = scenario.change({"plan.when.decision_time": "90 min"})  # doctest: +SKIP
>>> ev.compare(run, ev.simulate(later, seed=7))                   # doctest: +SKIP
"""

from evacsim import traffic
from evacsim.api.comparing import compare, thresholds
from evacsim.api.improving import beyond, fixes, latest_orders
from evacsim.api.lists import export_lists, import_lists
from evacsim.api.loading import build, check, from_mapping, load
from evacsim.api.outage_grid import OutageGrid, outages
from evacsim.api.reporting import household_page, report
from evacsim.api.rings import Rings, cover
from evacsim.api.running import Plots, Run, Tables, open_run, simulate
from evacsim.api.studying import sensitivity, study
from evacsim.api.validation import Validation, validate
from evacsim.errors import EvacsimError
from evacsim.network.importing import import_network
from evacsim.report import leaders
from evacsim.scenario.model import Scenario
from evacsim.traffic.case import TrafficCase
from evacsim.traffic.loading import load_traffic
from evacsim.world.columns import World

__all__ = [
    "EvacsimError",
    "OutageGrid",
    "Plots",
    "Rings",
    "Run",
    "Scenario",
    "Tables",
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
