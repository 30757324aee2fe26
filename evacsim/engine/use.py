"""How long things that people queue for were busy, of how long they were there to be used: desks and roads.

What fetches people - buses, boats - is told from its own tables (`analysis.bottlenecks`).
"""

from typing import NamedTuple

import numpy as np
import pandas as pd

from evacsim.engine.parts import Parts


class Use(NamedTuple):
    """What one thing was asked for."""

    kind: str
    """`desks` or `road`."""
    thing: str
    """Which: shelter/…, link/…."""
    queue_person_s: float
    """Time that people stood in its queue [person s]; nan where nobody counts it."""
    busy_s: float
    """Time it was busy, all its parts together [s]; nan where it cannot be said."""
    available_s: float
    """Time it was there to be used, all its parts together [s]."""


def road_use(parts: Parts) -> list[Use]:
    """Return the use of every road link that a vehicle has entered.

    A vehicle keeps the entrance of a link for its road space over the link's flow. As vehicles are counted without
    their space, each counts for the smallest there is: the busy time is a lower bound. It is not known where an order
    gave the link more than its own flow. A link was there from the first interval of the record in which a vehicle
    entered it to the last.
    """
    world, scenario = parts.world, parts.world.scenario
    ways, interval = world.ways, scenario.recording.flow_interval
    sizes = [scenario.district.population.car_size, *(fleet.size for fleet in world.fleets.models)]
    entries = parts.movement.entries()
    rows = np.flatnonzero(~ways.is_footway & entries.any(axis=1))
    has_more = np.zeros(ways.n, dtype=bool)
    for change in world.orders:
        has_more[change.ways[change.capacity > ways.capacity[change.ways]]] = True
        has_more[change.opposite[change.opposite >= 0]] = True
    used = entries[rows] > 0
    n_bins = used.shape[1]
    last = n_bins - used[:, ::-1].argmax(axis=1)
    there = interval * (last - used.argmax(axis=1))
    busy = np.where(has_more[rows], np.nan, entries[rows].sum(axis=1) * min(sizes) / ways.capacity[rows])
    ids = world.roads.link_ids
    return [
        Use("road", f"link/{ids[ways.link[row]]}", np.nan, float(seconds), float(of))
        for row, seconds, of in zip(rows.tolist(), busy, there, strict=True)
    ]


def use_table(rows: list[Use]) -> pd.DataFrame:
    """Return the table `use` of the record."""
    return pd.DataFrame(rows, columns=list(Use._fields))
