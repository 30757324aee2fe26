"""The public face, as typed in Jupyter: load, check, simulate, compare, report.

>>> import evacsim as ev                                          # doctest: +SKIP
>>> scenario = ev.load("scenarios/gaocheng")                      # doctest: +SKIP
>>> run = ev.simulate(scenario, seed=7)                           # doctest: +SKIP
>>> later = scenario.change({"plan.when.decision_time": "90 min"})  # doctest: +SKIP
>>> ev.compare(run, ev.simulate(later, seed=7))                   # doctest: +SKIP

Which of these names are public as `evacsim.name` says `evacsim.__all__`; each stands here once more, with its module.
"""

from evacsim import traffic as traffic
from evacsim.api.comparing import compare as compare
from evacsim.api.comparing import thresholds as thresholds
from evacsim.api.improving import beyond as beyond
from evacsim.api.improving import fixes as fixes
from evacsim.api.improving import latest_orders as latest_orders
from evacsim.api.lists import export_lists as export_lists
from evacsim.api.lists import import_lists as import_lists
from evacsim.api.loading import build as build
from evacsim.api.loading import check as check
from evacsim.api.loading import from_mapping as from_mapping
from evacsim.api.loading import load as load
from evacsim.api.outage_grid import OutageGrid as OutageGrid
from evacsim.api.outage_grid import outages as outages
from evacsim.api.reporting import household_page as household_page
from evacsim.api.reporting import report as report
from evacsim.api.rings import Rings as Rings
from evacsim.api.rings import cover as cover
from evacsim.api.running import Plots as Plots
from evacsim.api.running import Run as Run
from evacsim.api.running import Tables as Tables
from evacsim.api.running import open_run as open_run
from evacsim.api.running import simulate as simulate
from evacsim.api.studying import sensitivity as sensitivity
from evacsim.api.studying import study as study
from evacsim.api.validation import Validation as Validation
from evacsim.api.validation import validate as validate
from evacsim.errors import EvacsimError as EvacsimError
from evacsim.network.importing import import_network as import_network
from evacsim.report import leaders as leaders
from evacsim.scenario.model import Scenario as Scenario
from evacsim.traffic.case import TrafficCase as TrafficCase
from evacsim.traffic.loading import load_traffic as load_traffic
from evacsim.world.columns import World as World
