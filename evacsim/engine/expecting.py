"""How many people a shelter is told to expect: those on the lists of the zones ordered to go there (预计安置人数)."""

import numpy as np

from evacsim.engine.messages import Order
from evacsim.engine.parts import Mode, Parts


class Expecting:
    """What the keeper of each shelter knows of who is to come.

    The keeper (where there is none, whoever has the order first) learns of a zone with its order, and
    reckons with everybody whom the plan moves from there and for whom the shelter is the first choice, as
    the lists have them: whoever is not listed is not reckoned with, and ghosts are.
    Where shelters are computed for each household, ghosts have none and are not reckoned with.
    """

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self._told = np.zeros((parts.world.shelters.n, parts.world.zones.n), dtype=bool)
        """Of which zones the keeper of each shelter knows that they are ordered to go."""
        is_meant = (parts.mode != Mode.NONE) & parts.register.is_listed
        self._meant = np.flatnonzero(is_meant)
        """Households (rows) that are on a list and to be moved."""
        moved = [one is not None and one.moved == "everyone" for one in parts.world.transfers]
        self._moves_everyone = np.array(moved, dtype=bool)
        parts.at_order_received.append(self._take_order)

    def _take_order(self, office: int, order: Order) -> None:
        rows = self.parts.world.offices.row
        for zone in order.message.zones:
            for shelter in self.parts.destinations.of_zone(zone):
                keeper = self.parts.world.shelters.models[shelter].keeper
                if keeper is None or rows.get(keeper) in (None, office):
                    self._told[shelter, zone] = True

    def people(self, shelter: int) -> int:
        """Return how many people a shelter (row) is to expect, as it is known there now."""
        register, destinations = self.parts.register, self.parts.destinations
        zones = self._told[shelter]
        if not zones.any():
            return 0
        rows = self._meant[zones[register.listed_zone[self._meant]]]
        comes = destinations.first_choice(rows, register.listed_zone[rows]) == shelter
        ghosts = zones & (destinations.first_choice_of_ghosts() == shelter) & self._moves_everyone
        return int(register.listed_people[rows[comes]].sum() + register.ghost_people[ghosts].sum())
