"""Whether a crew hears what it is told: by phone or radio, where it stands (任务通联).

A word to a crew is short: it takes no channel and is said again until it is understood (assumed). Crews have mobile
phones and handsets that are charged aboard, and no satellite phones (assumed).
"""

import numpy as np

from evacsim.engine.carrying import Carrying
from evacsim.engine.log import Kind, Where
from evacsim.engine.parts import Parts

HEADQUARTERS = Where(Kind.OFFICE, 0)
"""Offices stand parents before children: the first one sends the craft (assumed)."""


class CrewRadio:
    """Who hears headquarters at which node, over the networks of the plan."""

    def __init__(self, parts: Parts, carrying: Carrying) -> None:
        self.parts = parts
        self.carrying = carrying
        self._zone: dict[int, int] = {}
        """The zone whose homes are nearest to each node, as far as anybody has asked."""

    def reaches(self, node: int) -> bool:
        """Return whether a crew at a node hears headquarters now, over any network that the plan tries."""
        rules, private = self.carrying.rules, self.carrying.private
        assert rules is not None, "only crews of a plan with networks are asked"
        works = self.parts.networks.works
        has_phones = "public" in rules.order and rules.public is not None and works("phone", HEADQUARTERS)
        if has_phones and works("phone", Where(Kind.ZONE, self._nearest_zone(node))):
            return True
        has_radio = (
            private is not None and HEADQUARTERS in private.with_radio and works("radio", HEADQUARTERS)
        )
        if "private" not in rules.order or private is None or not has_radio:
            return False
        roads = self.parts.world.roads
        return private.hears(HEADQUARTERS, float(roads.x[node]), float(roads.y[node]))

    def _nearest_zone(self, node: int) -> int:
        if node not in self._zone:
            homes, roads = self.parts.world.homes, self.parts.world.roads
            x, y = roads.x[homes.walk_node] - roads.x[node], roads.y[homes.walk_node] - roads.y[node]
            self._zone[node] = int(homes.zone[np.argmin(np.hypot(x, y))])
        return self._zone[node]
