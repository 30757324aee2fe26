"""Most vehicles, or people on foot, that the roads let out by a moment: a flow over the network expanded in time.

The clock at each node is ahead by the least time from there to a shelter (`Net.times_to`): it shows
when whoever is there now could be out at the earliest. By this clock nobody loses time on a shortest
way, and a detour costs what it is longer. Time goes in steps; who passes the end of a road does so in
the same step or a later one. Detours are cut down to whole steps, and a road lets through in each step
what it could in all of it, and one vehicle more, because the first passes at once. Each of that lets
more people out, never fewer: every course of events is a flow of this network, and its greatest flow
cannot be beaten. Many steps mind who comes when, few give away fewer vehicles: several numbers are
tried, and the least flow counts. With one step a road alone is exact: least time + (N - 1) / capacity.

Flows over time: Ford and Fulkerson 1958; quickest transshipment: Hoppe and Tardos 2000 (both recalled).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evacsim.analysis.bounds.least_times import Net
from evacsim.kernels.tree_loads import gather
from evacsim.world.greatest_flow import PLENTY, greatest_flow

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]

MOST_ARCS = 60_000
"""Ways times steps of the expanded network: more steps prove more, and take longer."""
MOST_STEPS = 32
UNITS = 100
"""Parts of a vehicle, or of a person, that flow alone."""


@dataclass(frozen=True, slots=True)
class RoadFlow:
    """Those who go by themselves over one net to shelters; n of them."""

    net: Net
    origin: Rows
    """Node from which each leaves, shape (n,)."""
    soonest: Floats
    """When each could be out at the earliest if nobody else were there, shape (n,) [s]."""
    size: Floats
    """What each takes of the capacity, shape (n,) [pcu], or [person] on foot."""
    people: Floats
    """People that go together, shape (n,) [person]."""
    to_shelter: Floats
    """Least time from every node to the nearest shelter, shape (n_nodes,) [s]."""
    shelter_nodes: Rows
    """Node of each shelter, shape (S,)."""
    room: Floats
    """People it takes in, shape (S,) [person]."""
    spare: float
    """People who may be left without a place [person]."""

    def most(self, until: float) -> float:
        """Return the most people who are out by a moment [person]."""
        return min(self.limits(until))

    def limits(self, until: float) -> Iterator[float]:
        """Give limits of how many people are out by a moment, each no more than the one before; the last is `most`.

        Whoever asks whether they are so many need not wait for the last: each takes longer to find.
        """
        could = np.flatnonzero(self.soonest <= until)
        yield float(self.people[could].sum())
        if not could.size:
            return
        begin = float(self.soonest[could].min())
        late = self._detours()
        usable = np.flatnonzero(late <= until - begin)
        n_steps = int(np.clip(MOST_ARCS // max(len(usable), 1), 1, MOST_STEPS))
        tried = {1, n_steps, *(2**k for k in range(int(np.log2(n_steps))))}
        through = np.inf
        for n in sorted(tried):
            through = min(through, self._flow(could, begin, until, late, n))
            yield self._people_in(could, through)

    def _detours(self) -> Floats:
        """Return by how much each way is longer than the shortest way out from its beginning [s]; inf for no way."""
        net, ahead = self.net, self.to_shelter
        known = np.isfinite(ahead[net.from_node]) & np.isfinite(ahead[net.to_node])
        late = np.full(len(net.time), np.inf)
        own = np.flatnonzero(known)
        late[own] = net.time[own] + ahead[net.to_node[own]] - ahead[net.from_node[own]]
        detours: Floats = np.maximum(late, 0.0)
        return detours

    def _flow(self, could: Rows, begin: float, until: float, late: Floats, n_steps: int) -> float:
        """Return the greatest flow to the shelters by a moment in so many steps [pcu], or [person]."""
        net, n_nodes = self.net, self.net.n_nodes
        step = max((until - begin) / n_steps, 1e-6)
        # Rounding must not let anybody out later than he comes.
        delay = np.floor(late / step * (1 - 1e-9))
        first = np.minimum(((self.soonest[could] - begin) / step).astype(np.int64), n_steps - 1)
        largest = float(self.size[could].max())
        own, through = _in_parts(self.size[could]), _in_parts(net.capacity * step + largest)
        in_each = float((self.people[could] / self.size[could]).min())
        if self._all_pass(self.origin[could], first, own, np.where(delay == 0, through, 0.0), in_each):
            return float(own.sum()) / UNITS
        begins, ends, flows = [], [], []

        def add(begin_at: Rows, end_at: Rows, flow: Floats) -> None:
            begins.append(begin_at)
            ends.append(end_at)
            flows.append(flow)

        for k in range(n_steps):
            row = np.flatnonzero(k - delay >= 0)
            before = (k - delay[row]).astype(np.int64)
            add(
                before * n_nodes + net.from_node[row],
                k * n_nodes + net.to_node[row],
                through[row],
            )
        nodes = np.flatnonzero(np.isfinite(self.to_shelter))
        for k in range(1, n_steps):
            add((k - 1) * n_nodes + nodes, k * n_nodes + nodes, np.full(len(nodes), PLENTY))
        # A shelter takes in people: of vehicles no more than if the fewest came in each.
        goals, outside = (n_steps - 1) * n_nodes + self.shelter_nodes, n_nodes * n_steps
        add(goals, np.full(len(goals), outside), np.full(len(goals), PLENTY))
        room, spare = _in_parts(self.room / in_each), _in_parts(np.array([self.spare / in_each]))
        return (
            greatest_flow(
                np.concatenate(begins),
                np.concatenate(ends),
                np.concatenate(flows),
                sources=_at_nodes(first * n_nodes + self.origin[could], own),
                ends={**_at_nodes(goals, room), outside: float(spare[0])},
                n_nodes=outside + 1,
            ).value
            / UNITS
        )

    def _all_pass(self, origin: Rows, first: Rows, own: Floats, through: Floats, in_each: float) -> bool:
        """Return whether all get out though each goes a shortest way at once: then the greatest flow is all of them.

        Parameters
        ----------
        origin, first, own
            Node and step in which each begins, and his parts, shape (n,).
        through
            Parts that each way lets through in each step without a step of delay, shape (n_ways,).
        in_each
            Fewest people in a vehicle.
        """
        ahead, begins, ends = self.to_shelter, self.net.from_node, self.net.to_node
        nearer = np.flatnonzero((through > 0) & (ahead[ends] < ahead[begins]))
        # The widest of those ways that lead from a node without delay.
        nearer = nearer[np.argsort(through[nearer], kind="stable")]
        next_way = np.full(self.net.n_nodes, -1)
        next_way[begins[nearer]] = nearer
        load = np.zeros((self.net.n_nodes, int(first.max()) + 1))
        np.add.at(load, (origin, first), own)
        if not gather(load, np.argsort(-ahead, kind="stable"), next_way, ends, through):
            return False
        arrived, room = load.sum(axis=1), np.zeros(self.net.n_nodes)
        np.add.at(room, self.shelter_nodes, _in_parts(self.room / in_each))
        goals = np.unique(self.shelter_nodes)
        total = float(own.sum())
        return bool(arrived[goals].sum() == total <= PLENTY and (arrived[goals] <= room[goals]).all())

    def _people_in(self, could: Rows, through: float) -> float:
        """Return the most people in a flow: those first who take least of it for each of them."""
        share = self.people[could] / self.size[could]
        order = np.argsort(-share, kind="stable")
        size, people = self.size[could][order], self.people[could][order]
        filled = np.clip(through - (np.cumsum(size) - size), 0.0, size) / size
        out = float(people @ filled)
        room = float(self.room.sum()) + self.spare
        return min(out, room)


def _in_parts(flow: Floats) -> Floats:
    """Return a flow in whole parts of a vehicle, never less than it is."""
    return np.minimum(np.ceil(flow * UNITS - 1e-6), PLENTY)


def _at_nodes(nodes: Rows, flow: Floats) -> dict[int, float]:
    """Return the flow at each node, where several are at one."""
    found, row = np.unique(nodes, return_inverse=True)
    return dict(zip(found.tolist(), np.bincount(row, weights=flow).tolist(), strict=True))
