"""People outside the plan who leave all the same, by what they hear of a transfer near them (自发转移)."""

from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from evacsim.engine.messages import Order
from evacsim.engine.parts import Mode, Parts
from evacsim.engine.transfer import Transfer
from evacsim.scenario.behavior import Shadow
from evacsim.streams import Streams
from evacsim.terms import HouseholdState
from evacsim.world.columns import Bools, World
from evacsim.world.laws import quantiles
from evacsim.world.people import Households


class LeavingUnasked:
    """All households outside the plan that leave by themselves (shadow evacuation).

    Word of a transfer comes to them after the plan's `relay_time`, counted from when the first office
    has the order for a zone near them, and they leave after the plan's `preparation` (both assumed: they hear of
    it and pack as their neighbors do). They drive or walk to the nearest shelter, fill the roads and take the
    places there as anybody else; no bus is sent for them. Of several zones near them the first one ordered counts.
    """

    def __init__(self, parts: Parts, transfer: Transfer, would_leave: Bools) -> None:
        self.parts = parts
        self.transfer = transfer
        self._would_leave: Final = would_leave.copy()
        """Households that have not heard yet, and leave when they do."""
        behavior = parts.world.scenario.plan.who.behavior
        self._shadow: Final = None if behavior is None else behavior.shadow

    def take_order(self, _office: int, order: Order) -> None:
        """Let those near the zones of an order hear of it, when it first comes."""
        if self._shadow is None:
            return
        parts, households = self.parts, self.parts.households
        organize = parts.world.scenario.plan.organize
        for zone, cause in zip(order.message.zones, order.causes, strict=True):
            near = _near(parts.world, zone, self._shadow)
            rows = np.flatnonzero(self._would_leave & near[households.zone])
            self._would_leave[rows] = False
            heard = parts.now + quantiles(organize.relay_time, households.relay_luck[rows])
            takes = quantiles(organize.preparation, households.preparation_luck[rows])
            for household, at, packs in zip(rows.tolist(), heard.tolist(), takes.tolist(), strict=True):
                parts.clock.call_at(at, partial(self._hear, household, packs, cause))

    def _hear(self, household: int, packs: float, cause: int) -> None:
        """Let a household make up its mind to leave, if it is there."""
        if self.parts.book.state_of(household) == HouseholdState.AWAY:
            return
        if self.transfer.take_up(household, cause, "left_on_own"):
            self.transfer.prepare(household, self.parts.now + packs)


def draw_shadow(
    world: World, households: Households, streams: Streams, mode: NDArray[np.int8]
) -> tuple[Bools, Bools]:
    """Return which households leave unasked once a transfer near them is ordered, and which of them drive.

    Each has a luck of its own, so that a larger share adds to those who leave and changes nothing
    for the others. In an abstract network only the zones of the plan are near themselves.
    """
    goes, drives = np.zeros(households.n, dtype=bool), np.zeros(households.n, dtype=bool)
    behavior = world.scenario.plan.who.behavior
    shadow = None if behavior is None else behavior.shadow
    if shadow is None:
        return goes, drives
    near = np.zeros(world.zones.n, dtype=bool)
    for zone in (row for row, transfer in enumerate(world.transfers) if transfer is not None):
        near |= _near(world, zone, shadow)
    for zone in np.flatnonzero(near).tolist():
        mine, id_ = households.of_zone(zone), world.zones.ids[zone]
        n = mine.stop - mine.start
        goes[mine] = (streams.get("shadow", id_).random(n) < shadow.share) & (mode[mine] == Mode.NONE)
        drives[mine] = goes[mine] & (streams.get("shadow_car", id_).random(n) < shadow.car_share)
    return goes, drives


def _near(world: World, zone: int, shadow: Shadow) -> Bools:
    """Return which zones lie near one, itself among them; shape (n_zones,)."""
    zones = world.zones
    near = np.hypot(zones.x - zones.x[zone], zones.y - zones.y[zone]) <= shadow.within
    near[zone] = True
    return np.asarray(near)
