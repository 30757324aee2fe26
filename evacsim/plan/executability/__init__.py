"""Can the plan be carried out (可执行性检验)? What can be worked out without running anything, in seconds.

Eleven checks, one module each: seats (E1), the chain (E2), ways out (E3), double booking (E4), teams (E5),
outages (E6), room (E7), flow of the roads (E8), circles (E9), authority (E10), the latest trigger (E11).
All times are those of empty roads and full buses, so what is found here does not work in a run either;
what is not found may still fail in one.
"""

from collections.abc import Callable, Iterable

import pandas as pd

from evacsim.plan.executability import (
    authority,
    cut_off,
    cut_roads,
    dependence,
    double_booking,
    last_exit,
    latest_trigger,
    lead_time,
    loads,
    seats,
    staffing,
)
from evacsim.plan.executability.double_booking import double_booked
from evacsim.plan.executability.workings import Workings
from evacsim.plan.shortcoming import Shortcoming
from evacsim.scenario.model import Scenario
from evacsim.world.columns import World

__all__ = ["CHECKS", "checked", "double_booked", "executability", "latest_triggers"]

CHECKS: dict[str, Callable[[Workings], Iterable[Shortcoming]]] = {
    "E1": seats.found,
    "E2": lead_time.found,
    "E3": last_exit.found,
    "E4": double_booking.found,
    "E5": staffing.found,
    "E6": cut_off.found,
    "E7": loads.found,
    "E8": cut_roads.found,
    "E9": dependence.found,
    "E10": authority.found,
    "E11": latest_trigger.found,
}
"""The checks by their ids."""


def executability(scenario: Scenario, world: World) -> list[Shortcoming]:
    """Return what in a plan cannot work, check by check.

    Parameters
    ----------
    scenario : Scenario
    world : World
        Of this scenario (`world.building.build_world`).
    """
    return checked(Workings.of(scenario, world))


def checked(workings: Workings) -> list[Shortcoming]:
    """Return what in a plan cannot work, by workings that others use, too."""
    return [shortcoming for check in CHECKS.values() for shortcoming in check(workings)]


def latest_triggers(scenario: Scenario, world: World) -> pd.DataFrame:
    """Return the latest safe trigger of every zone of a plan.

    Returns
    -------
    DataFrame
        `zone`; `latest_s`, by when its trigger must come true so that nine chains in ten end in time (inf where
        nothing presses, -inf where no trigger is early enough); `stage_m`, the stage of its gauge then; `plan_s`,
        when the plan's own trigger comes true (inf for never); `margin_s`, the difference; `binding`, what presses:
        `deadline`, `water`, `exit` or `none`.
    """
    return latest_trigger.table(Workings.of(scenario, world))
