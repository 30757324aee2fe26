"""Second transfer (二次转移): people leave a shelter that the water threatens, before or as it enters."""

from functools import partial

import numpy as np

from evacsim.engine.log import Kind, Where
from evacsim.engine.parts import Parts
from evacsim.engine.second_buses import THERE, SecondBuses
from evacsim.engine.sheltering import Sheltering
from evacsim.engine.transfer import Transfer


class MovingOn:
    """All second transfers of a run.

    Where the plan wants it, a shelter is closed as soon as water stands `second_transfer_before` below
    the depth that closes it, and everybody there goes on foot to the next shelter with room
    to which a way of at most `second_transfer_walk` leads (assumed: buses are not waited for while the
    water comes). With `second_transfer_by_bus` whoever has none, and households with somebody who needs
    help to walk, wait there for a bus. Whoever has not left is held when the water comes.
    """

    def __init__(self, parts: Parts, sheltering: Sheltering, transfer: Transfer, buses: SecondBuses) -> None:
        self.parts = parts
        self.sheltering = sheltering
        self.transfer = transfer
        self.buses = buses
        self._care = parts.world.scenario.plan.care
        self._version = 0
        """How often the water to come has been foreseen."""
        if self._care.second_transfer:
            parts.at_shelter_flooded.append(self.move_on)

    def schedule(self) -> None:
        """Call for the moment at which each shelter is to be left before the water is in it."""
        self._foresee()
        self.parts.at_water_foreseen.append(self._foresee)

    def _foresee(self) -> None:
        care, water, now = self._care, self.parts.water, self.parts.now
        self._version += 1
        if not care.second_transfer or care.second_transfer_before <= 0:
            return
        limit = self.parts.world.scenario.hazard.effects.shelter_limit - care.second_transfer_before
        depth = water.place_depth[:, self.parts.world.shelters.depth_row] - self.sheltering.floor_height
        # A dry shelter with a low floor is not threatened by the ground it stands on.
        threatened = (depth > limit) & (water.place_depth[:, self.parts.world.shelters.depth_row] > 0)
        for shelter in np.flatnonzero(threatened.any(axis=0)).tolist():
            time = max(0.0, float(water.times[threatened[:, shelter].argmax()]))
            if time >= now:
                self.parts.clock.call_at(time, partial(self._threaten, shelter, self._version))

    def _threaten(self, shelter: int, version: int) -> None:
        if version == self._version:
            self.move_on(shelter, self.parts.water_changed)

    def move_on(self, shelter: int, cause: int) -> None:
        """Close a shelter and let everybody in it go on, because of an event."""
        book = self.parts.book
        if self.sheltering.closed[shelter]:
            return
        self.sheltering.close(shelter, cause)
        is_there = (book.place_kind == Kind.SHELTER) & (book.place == shelter) & np.isin(book.state, THERE)
        households = np.flatnonzero(is_there)
        if not households.size:
            return
        people = float(self.parts.households.people[households].sum())
        moved = self.parts.log.record(
            self.parts.now, "second_transfer", Where(Kind.SHELTER, shelter), value=people, cause=cause
        )
        by_bus, needs_help = self._care.second_transfer_by_bus, self.parts.households.assisted > 0
        wait = []
        for household in households.tolist():
            rides = by_bus and bool(needs_help[household])
            longest = self._care.second_transfer_walk
            if rides or not self.transfer.journeys.move_on(household, shelter, moved, longest=longest):
                wait.append(household)
        if by_bus:
            self.buses.wait(wait, shelter, moved)
