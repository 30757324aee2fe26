"""Who had to go, by how they got out, and how soon each could have been out by himself.

Households are of two sorts. Those who went by themselves on foot or by car, or rode a bus from a
pick-up point to a shelter, share roads and seats with others of their sort. All others - taken in
nearby, fetched by rescue, those who never got out - share nothing: each is out as soon as it could
have been alone in the world.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evacsim.analysis.bounds.least_times import Net
from evacsim.analysis.people import Bools, Floats, had_to_go, out_times, people_of, times
from evacsim.results.record import RunRecord
from evacsim.terms import HouseholdState
from evacsim.world.columns import World

Rows = NDArray[np.int64]

ALONE, WALK, CAR, BUS = 0, 1, 2, 3
"""How a household got out."""

IN_NEED = (
    "stranded", "trapped", "stopped", "freed", "left_vehicle", "fetched_by_neighbours", "found", "help_heard",
)  # fmt: skip
"""Events of those whom rescue may have brought out, by ways that no road shows."""
NOWHERE = -1


@dataclass(frozen=True, slots=True)
class Leaving:
    """The households that had to go; n rows."""

    people: Rows
    how: NDArray[np.int8]
    """`ALONE`, `WALK`, `CAR` or `BUS`."""
    origin: Rows
    """Node from which it left; `NOWHERE` for those alone."""
    pickup: Rows
    """Row of the pick-up point at which it boarded; `NOWHERE` where it rode no bus."""
    speed: Floats
    """Its walking speed [m/s]."""
    in_need: Bools
    """Whether it was ever in need: it may be fetched from the first trouble on."""

    def to_pickup(self, walking: Net, nodes: Rows) -> Floats:
        """Return how long each rider walks to his pick-up point (`nodes` by row), inf for those who do not ride [s]."""
        rides = np.flatnonzero(self.how == BUS)
        found = np.full(len(self.people), np.inf)
        for pickup in np.unique(self.pickup[rides]):
            own = rides[self.pickup[rides] == pickup]
            way = walking.times_to(nodes[[pickup]])
            found[own] = way[self.origin[own]] / self.speed[own]
        return found


def leaving(record: RunRecord, world: World) -> Leaving:
    """Return the households that had to go."""
    ledger, events = record.ledger, record.events
    go = had_to_go(ledger)
    in_need = _subjects(ledger, events[events["kind"].isin(IN_NEED)])
    left = _places(ledger, events[events["kind"] == "departed"], "node/", world.roads.node_ids)
    pickup = _places(
        ledger, events[events["kind"] == "reached_pickup"], "pickup_point/", world.pickup_points.ids
    )
    arrived = events[events["kind"] == "arrived"]
    moved_on = _subjects(ledger, arrived[arrived["subject"].duplicated()])
    by_itself = (ledger["vehicle"] == "").to_numpy() & (left != NOWHERE)
    kinds = record.tables["vehicles"].set_index("vehicle")["kind"]
    rode = (ledger["vehicle"].map(kinds) == "bus").to_numpy() & (pickup != NOWHERE) & (left != NOWHERE)
    in_shelter = ledger["final_state"].isin(
        [HouseholdState.SHELTERED.id, HouseholdState.UNSHELTERED.id, HouseholdState.REGISTERING.id]
    )
    shares = in_shelter.to_numpy() & ~in_need & ~moved_on & ~np.isnan(out_times(ledger))
    mode = ledger["mode"].to_numpy()
    how = np.select(
        [shares & rode, shares & by_itself & (mode == "car"), shares & by_itself & (mode == "walk")],
        [BUS, CAR, WALK],
        ALONE,
    )
    return Leaving(
        people=people_of(ledger)[go],
        how=how[go].astype(np.int8),
        origin=left[go],
        pickup=pickup[go],
        speed=times(ledger, "walking_speed")[go],
        in_need=in_need[go],
    )


def _subjects(ledger: pd.DataFrame, events: pd.DataFrame) -> Bools:
    named = events["subject"].str.removeprefix("household/")
    return np.asarray(ledger["household"].isin(named))


def _places(ledger: pd.DataFrame, events: pd.DataFrame, prefix: str, ids: Sequence[str]) -> Rows:
    """Return the row of the place of each household's first such event; `NOWHERE` where it had none."""
    first = events.drop_duplicates("subject")
    row = pd.Series(np.arange(len(ids)), index=[prefix + name for name in ids])
    found = pd.Series(
        row.reindex(first["place"]).to_numpy(), index=first["subject"].str.removeprefix("household/")
    )
    return found.reindex(ledger["household"]).fillna(NOWHERE).to_numpy().astype(np.int64)
