"""Which households keep animals, and what each does about them (牲畜)."""

from dataclasses import dataclass

import numpy as np

from evacsim.scenario.behavior import Livestock
from evacsim.streams import Streams
from evacsim.world.columns import Bools, Floats, World
from evacsim.world.laws import quantiles
from evacsim.world.people import Households


@dataclass(frozen=True, slots=True)
class Animals:
    """Households with animals, one row for each household of the district."""

    takes: Floats
    """How long it takes to see to them before leaving [s]; 0 where there are none."""
    goes_back: Bools
    """Whether somebody goes back to feed them before it is allowed."""
    back_after: Floats
    """How long after being settled [s]."""


def draw_animals(world: World, households: Households, streams: Streams, livestock: Livestock) -> Animals:
    """Return who keeps animals in the zones of the plan; visitors keep none."""
    n = households.n
    animals = Animals(np.zeros(n), np.zeros(n, dtype=bool), np.zeros(n))
    first = np.searchsorted(households.zone, np.arange(world.zones.n + 1))
    for zone in (row for row, transfer in enumerate(world.transfers) if transfer is not None):
        mine, model = slice(int(first[zone]), int(first[zone + 1])), world.zones.models[zone]
        lucks = {
            purpose: streams.get(purpose, model.id).random(mine.stop - mine.start)
            for purpose in ("livestock", "livestock_time", "livestock_back", "livestock_back_time")
        }
        share = livestock.share if model.livestock_share is None else model.livestock_share
        keeps = (lucks["livestock"] < share) & ~households.is_visitor[mine]
        animals.takes[mine] = np.where(keeps, quantiles(livestock.takes, lucks["livestock_time"]), 0.0)
        animals.goes_back[mine] = keeps & (lucks["livestock_back"] < livestock.goes_back)
        animals.back_after[mine] = quantiles(livestock.back_after, lucks["livestock_back_time"])
    return animals
