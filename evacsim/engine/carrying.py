"""What carries calls and reports where the plan describes its networks (三网): over which, and what is lost."""

from collections import Counter
from collections.abc import Callable, Generator, Mapping, Sequence
from functools import partial
from itertools import product
from math import ceil
from typing import Any

import numpy as np
import pandas as pd
import simpy
from numpy.typing import NDArray

from evacsim.engine.channels import Channels, Held, Result, Way
from evacsim.engine.handsets import Handsets
from evacsim.engine.log import ROOT, Kind, Where
from evacsim.engine.parts import Parts
from evacsim.engine.private_network import PrivateNetwork
from evacsim.engine.recorded import Recorded
from evacsim.engine.sites import Sites
from evacsim.scenario.communication import NETWORK_OF, NETWORKS, Communication

SKY = Where(Kind.NETWORK, NETWORKS.index("satellite"))
"""Whose channels calls by satellite take."""
BY_WIRE = ("landline", "video")
"""Means of the public network that take no channel of a base station and break off with the power only."""


class Carrying(Recorded):
    """The networks of one run; nothing where the plan does not describe them.

    A call goes over a means of calling that both ends have, whose network reaches from one to the other, and that has
    a channel free at each station on the way. It holds the channels until it ends. It breaks off where a station on
    the way fails meanwhile, or where luck has it (`loss`); what is lost is tried again by whoever sends it.
    """

    def __init__(self, parts: Parts, sites: Sites) -> None:
        self.parts = parts
        self.sites = sites
        self.rules: Communication | None = parts.world.scenario.plan.organize.networks
        self.private: PrivateNetwork | None = None
        self._uses: Counter[tuple[str, str]] = Counter()
        """How often each network was tried, with what result."""
        self._waited: dict[str, list[float]] = {network: [] for network in NETWORKS}
        self.at_changed: list[Callable[[int], None]] = []
        """Told that others may be reached now, or over other networks, by an event."""
        sites.at_changed.append(self.change)
        if self.rules is None:
            return
        self.channels = Channels(parts.clock, self._numbers(self.rules))
        if self.rules.private is not None:
            self.private = PrivateNetwork(parts, sites, self.rules.private)
        self.handsets = Handsets(parts, self.rules, self.change)
        parts.networks.carriers = self

    # -- who is reached -------------------------------------------------------------------------

    def ordered(self, means: Sequence[str]) -> list[str]:
        """Return means of calling in the order in which the plan tries their networks; messengers last."""
        if self.rules is None:
            return list(means)
        order = {network: number for number, network in enumerate(self.rules.order)}
        carried = [kind for kind in means if NETWORK_OF.get(kind) in order]
        return [
            *sorted(carried, key=lambda kind: order[NETWORK_OF[kind]]),
            *(kind for kind in means if kind not in NETWORK_OF),
        ]

    def reaches(self, means: str, one: Where, other: Where) -> bool:
        """Return whether a means of calling reaches from one place to another now, channels aside.

        A place is an office, a zone by phone, a road node by radio.
        """
        works = self.parts.networks.works
        return works(means, one) and works(means, other) and bool(self._ways(means, one, other))

    def cause(self, means: str, one: Where, other: Where) -> int:
        """Return the last event that keeps a means of calling from reaching, the root where nothing put it out."""
        causes = [self.parts.networks.cause(means, end) for end in (one, other)]
        if means == "radio" and self.private is not None:
            causes.append(self.private.cause(one, other))
        return max(causes)

    def _ways(self, means: str, one: Where, other: Where) -> list[Way]:
        """Return the ways of a means of calling from one office to another that are open now."""
        assert self.rules is not None, "only networks that are described are asked"
        network = NETWORK_OF[means]
        if network not in self.rules.order or getattr(self.rules, network) is None:
            return []
        if network == "satellite":
            return [(SKY,)]
        if network == "private":
            assert self.private is not None, "it is there where it is described"
            return self.private.ways(one, other)
        if means in BY_WIRE:
            return [()]
        return [here + there for here, there in product(self._cells(one), self._cells(other))]

    def _cells(self, place: Where) -> list[Way]:
        """Return the base stations of mobile phones at a place that work, each as a way; freest first."""
        serving = self.sites.serving("cell", place)
        up = [Where(Kind.SITE, row) for row in serving if self.sites.is_up(row)]
        ways: list[Way] = [(site,) for site in sorted(up, key=lambda site: -self.channels.free(site))]
        return ways if serving else [()]

    # -- a call ---------------------------------------------------------------------------------

    def say(
        self, one: Where, others: Sequence[tuple[str, Where]], time: float, *name: str | int
    ) -> Generator[simpy.Event, Any, tuple[str, bool]]:
        """Say something that takes so long [s], over the first means that has its channels free.

        Parameters
        ----------
        one : Where
            Who speaks.
        others : sequence of (str, Where)
            By which means, in this order, one calls where.
        time : float
            How long it takes [s].
        *name : str or int
            Of this word, for its luck.

        Returns
        -------
        tuple of str and bool
            By which means it was said, empty where none carried it, and whether it was heard.
        """
        for means, other in others:
            if not self.reaches(means, one, other):
                self.count(means, "no_network")
                continue
            held = yield from self.take(means, one, other)
            if held is None:
                self.count(means, "busy")
                continue
            yield self.parts.clock.timeout(time)
            is_heard = self.delivers(held, *name)
            self.give_back(held, "received" if is_heard else "lost")
            return means, is_heard
        return "", False

    def take(self, means: str, one: Where, other: Where) -> Generator[simpy.Event, Any, Held | None]:
        """Wait for the channels of a call, as long as the plan has patience; return None where there are none."""
        assert self.rules is not None, "only networks that are described are asked"
        asked = self.parts.now
        way = yield from self.channels.take(
            partial(self._ways, means, one, other), patience=self.rules.patience
        )
        waited = self.parts.now - asked
        self._waited[NETWORK_OF[means]].append(waited)
        return None if way is None else Held(means, way, one, other, waited)

    def delivers(self, held: Held, *name: str | int) -> bool:
        """Return whether what is said on a call that ends now is heard; luck goes by its name at each end."""
        works = self.parts.networks.works
        stands = works(held.means, held.one) and works(held.means, held.other)
        stands &= all(self._is_up(station) for station in held.way)
        loss = self._loss(held.means)
        world, other = self.parts.world, held.other
        ids = {Kind.OFFICE: world.offices.ids, Kind.ZONE: world.zones.ids, Kind.NODE: world.roads.node_ids}
        luck = self.parts.streams.get(
            "message_lost", NETWORK_OF[held.means], ids[other.kind][other.row], *name
        )
        return bool(stands and (loss == 0 or luck.random() >= loss))

    def give_back(self, held: Held, result: Result) -> None:
        """Let a call end, and its channels be free."""
        self.count(held.means, result)
        self.channels.give_back(held.way)

    def count(self, means: str, result: Result) -> None:
        """Count what became of one try."""
        self._uses[NETWORK_OF[means], result] += 1

    def told_of(self, kind: str, means: str, callee: Where, cause: int, put_out: int = ROOT) -> int:
        """Write down what became of one try, at its network, and the event that put that out."""
        place = Where(Kind.NETWORK, NETWORKS.index(NETWORK_OF[means]))
        value = float(put_out) if put_out else np.nan
        return self.parts.log.record(self.parts.now, kind, callee, place=place, value=value, cause=cause)

    def hold_for(self, place: Where, time: float) -> bool:
        """Take a channel for a mobile phone at a place for so long [s], if one is free; return whether one is."""
        way = self.channels.take_now(partial(self._cells, place))
        if way is None:
            return False
        self.parts.clock.call_at(self.parts.now + time, partial(self.channels.give_back, way))
        return True

    def _is_up(self, station: Where) -> bool:
        if station == SKY:
            return True
        if self.private is not None and self.private.is_up(station):
            return True
        return station.kind == Kind.SITE and self.sites.is_up(station.row)

    def _loss(self, means: str) -> float:
        """Return the share of calls that break off now."""
        assert self.rules is not None, "only networks that are described are asked"
        if means in BY_WIRE:
            return 0.0
        network = NETWORK_OF[means]
        if network == "satellite" and self.rules.satellite is not None:
            sky, limit = self.rules.satellite, self.rules.satellite.rain_limit
            is_wet = limit is not None and self.parts.world.skies.rain(self.parts.now) > limit
            return sky.rain_loss if is_wet else sky.loss
        rules = self.rules.public if network == "public" else self.rules.private
        return 0.0 if rules is None else rules.loss

    def _numbers(self, rules: Communication) -> dict[Where, int]:
        """Return how many channels each station has for calls of offices and calls for help."""
        taken = 0.0 if rules.public is None else rules.public.taken
        numbers = {
            # The product may lie a rounding above a whole number.
            Where(Kind.SITE, row): ceil(round(site.channels * (1 - taken if site.kind == "cell" else 1.0), 9))
            for row, site in enumerate(self.parts.world.sites.models)
            if site.channels is not None
        }
        if rules.satellite is not None and rules.satellite.channels is not None:
            numbers[SKY] = rules.satellite.channels
        return numbers

    # -- changes --------------------------------------------------------------------------------

    def change(self, cause: int) -> None:
        """Look again at who waits and who is reached, after an event at a site, a terminal or a repeater."""
        if self.rules is not None:
            self.channels.renew()
        if self.private is not None:
            self.private.renew(cause)
        for tell in self.at_changed:
            tell(cause)

    # -- what stays -----------------------------------------------------------------------------

    def names(self) -> Mapping[Kind, NDArray[Any]]:
        """Return the networks."""
        return {} if self.rules is None else {Kind.NETWORK: np.array(NETWORKS, dtype=object)}

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Return what each network carried."""
        if self.rules is None:
            return {}
        return {"networks": pd.DataFrame([self._use(network) for network in NETWORKS])}

    def _use(self, network: str) -> dict[str, Any]:
        results: tuple[Result, ...] = ("no_network", "busy", "lost", "unanswered", "received")
        waited = self._waited[network]
        return {
            "network": network,
            "tried": sum(self._uses[network, result] for result in results),
            **{result: self._uses[network, result] for result in results},
            "waited_mean_s": float(np.mean(waited)) if waited else np.nan,
            "waited_max_s": max(waited, default=np.nan),
        }
