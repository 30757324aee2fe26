"""Which zones of the plan can be reached, over which network, and from when on (可联通)."""

from collections.abc import Mapping
from itertools import pairwise

import pandas as pd

from evacsim.engine.carrying import Carrying
from evacsim.engine.log import ROOT, Kind, Where
from evacsim.engine.parts import Parts
from evacsim.engine.recorded import Recorded
from evacsim.scenario.communication import NETWORK_OF, NETWORKS

ANY = ""
"""Stands for all networks together among their names."""


class Contactable(Recorded):
    """Looks again whenever a site, a terminal or a repeater has changed; nothing where the district has no sites.

    Where the plan describes its networks, a zone is reached over those that carry a call from the top to the office
    that leads it, from hop to hop; else if any means of calling of that office but a messenger works there.
    """

    def __init__(self, parts: Parts, carrying: Carrying) -> None:
        self.parts = parts
        self.carrying = carrying
        world = parts.world
        self._models = {office.id: office for office in world.scenario.plan.organize.offices}
        leaders = [int(office) for office in world.offices.leader_of]
        self._leaders = {
            zone: leaders[zone]
            for zone, transfer in enumerate(world.transfers)
            if transfer is not None
            and leaders[zone] >= 0
            and world.offices.ids[leaders[zone]] in self._models
        }
        """The office (row) that leads each zone (row) of the plan, where the plan describes it."""
        self._networks = (ANY,) if carrying.rules is None else (*NETWORKS, ANY)
        self._changes: list[tuple[int, str, float, bool]] = []
        self._is_reached: dict[tuple[int, str], bool] = {}
        carrying.at_changed.append(self._note)

    def schedule(self) -> None:
        """Write down who can be reached from the start."""
        if self.carrying.rules is not None or self.parts.world.sites.models:
            self._note(ROOT)

    def _note(self, _: int) -> None:
        """Write down which zones each network reaches from now on, and any of them."""
        for zone, leader in self._leaders.items():
            for network in self._networks:
                is_reached = self._reaches(network, leader)
                if self._is_reached.get((zone, network)) != is_reached:
                    self._is_reached[zone, network] = is_reached
                    self._changes.append((zone, network, self.parts.now, is_reached))

    def reaches(self, zone: int) -> bool:
        """Return whether any network reaches a zone (row) now; where no office leads it, whether the phone works."""
        if zone not in self._leaders:
            return self.parts.networks.works("phone", Where(Kind.ZONE, zone))
        return self._reaches(ANY, self._leaders[zone])

    def _reaches(self, network: str, leader: int) -> bool:
        offices = self.parts.world.offices
        if self.carrying.rules is None:
            means = [kind for kind in self._models[offices.ids[leader]].means if kind in NETWORK_OF]
            return any(self.parts.networks.works(kind, Where(Kind.OFFICE, leader)) for kind in means)
        line = offices.upwards(leader)
        is_flat = self.parts.world.scenario.plan.organize.mode == "flat"
        hops = [(line[0], line[-1])] if is_flat else pairwise(line)
        return all(self._connects(network, one, other) for one, other in hops)

    def _connects(self, network: str, one: int, other: int) -> bool:
        """Return whether a network reaches from one office (row) to another."""
        mine, theirs = (self._models[self.parts.world.offices.ids[row]].means for row in (one, other))
        ends = Where(Kind.OFFICE, one), Where(Kind.OFFICE, other)
        return one == other or any(
            self.carrying.reaches(kind, *ends)
            for kind in mine
            if kind in theirs and kind in NETWORK_OF and network in (ANY, NETWORK_OF[kind])
        )

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Return which zones could be reached when, and over which network where the plan describes them."""
        if not self._changes:
            return {}
        zones = self.parts.world.zones.ids
        changes = pd.DataFrame(
            [(zones[zone], *change) for zone, *change in self._changes],
            columns=["zone", "network", "time_s", "contactable"],
        )
        is_any = changes["network"] == ANY
        return {
            "contact": changes[is_any].drop(columns="network").reset_index(drop=True),
            "network_contact": changes[~is_any].reset_index(drop=True),
        }
