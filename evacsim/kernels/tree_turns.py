"""Banned turns: nodes split into states, so that movement and trees need not know of turns.

A link that leads into a banned turn ends in a state of its own, from which only the links
that may be taken from it go on. All other links end in the state of their node, and whoever
starts at a node starts in it. The first states are the nodes themselves, in their order.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evacsim.kernels.trees import Incoming, incoming_arcs


class TurnStates(NamedTuple):
    """The states of a network with banned turns, and its arcs between them."""

    to_state: NDArray[np.int64]
    """State in which each link ends, shape (n_links,)."""
    node: NDArray[np.int64]
    """Node of each state, shape (n_states,)."""
    arc_link: NDArray[np.int64]
    """Link of each arc: a link has one for each state in which it may be taken, shape (n_arcs,)."""
    arc_from: NDArray[np.int64]
    """State from which each arc is taken."""

    @property
    def n_states(self) -> int:
        """Number of states."""
        return len(self.node)

    def incoming(self) -> Incoming:
        """Return the arcs by the state where they end, to search ways."""
        return incoming_arcs(self.n_states, self.arc_link, self.arc_from, self.to_state[self.arc_link])

    def states_at(self, nodes: ArrayLike) -> NDArray[np.int64]:
        """Return all states of some nodes, each once: the targets for whoever wants to get to the nodes."""
        states = np.flatnonzero(np.isin(self.node, np.asarray(nodes)))
        return states.astype(np.int64)


def turn_states(n_nodes: int, from_node: ArrayLike, to_node: ArrayLike, banned: ArrayLike) -> TurnStates:
    """Return the states of a network of links, from each of which only links that are allowed go on.

    Parameters
    ----------
    n_nodes : int
        Nodes are rows 0 to n_nodes - 1.
    from_node, to_node : array of int, shape (n_links,)
        Where each link begins and ends.
    banned : array of int, shape (n_bans, 2)
        Pairs of links of which the second must not follow the first; pairs that do not meet
        at a node ban nothing.
    """
    begins, ends = np.asarray(from_node, dtype=np.int64), np.asarray(to_node, dtype=np.int64)
    pairs = np.unique(np.asarray(banned, dtype=np.int64).reshape(-1, 2), axis=0)
    pairs = pairs[ends[pairs[:, 0]] == begins[pairs[:, 1]]]
    approaches = np.unique(pairs[:, 0])
    own_state = n_nodes + np.arange(len(approaches))
    to_state = ends.copy()
    to_state[approaches] = own_state
    # From the state of each such approach: every link that begins at its node, but for the banned ones.
    by_start = np.argsort(begins, kind="stable")
    first = np.concatenate([[0], np.cumsum(np.bincount(begins, minlength=n_nodes))])
    at = ends[approaches]
    n_onward = first[at + 1] - first[at]
    within = np.arange(n_onward.sum()) - np.repeat(np.cumsum(n_onward) - n_onward, n_onward)
    onward = by_start[np.repeat(first[at], n_onward) + within]
    approach = np.repeat(approaches, n_onward)
    n_links = max(len(begins), 1)
    is_allowed = ~np.isin(approach * n_links + onward, pairs[:, 0] * n_links + pairs[:, 1])
    return TurnStates(
        to_state=to_state,
        node=np.concatenate([np.arange(n_nodes), at]),
        arc_link=np.concatenate([np.arange(len(begins)), onward[is_allowed]]),
        arc_from=np.concatenate([begins, np.repeat(own_state, n_onward)[is_allowed]]),
    )


def u_turns(from_node: ArrayLike, to_node: ArrayLike) -> NDArray[np.int64]:
    """Return all pairs of links of which the second leads straight back over the first, shape (n, 2)."""
    begins, ends = np.asarray(from_node, dtype=np.int64), np.asarray(to_node, dtype=np.int64)
    if not begins.size:
        return np.zeros((0, 2), dtype=np.int64)
    n_nodes = max(int(begins.max()), int(ends.max())) + 1
    forth, back = begins * n_nodes + ends, ends * n_nodes + begins
    by_way = np.argsort(forth, kind="stable")
    low = np.searchsorted(forth[by_way], back, side="left")
    n_back = np.searchsorted(forth[by_way], back, side="right") - low
    within = np.arange(n_back.sum()) - np.repeat(np.cumsum(n_back) - n_back, n_back)
    return np.stack(
        [np.repeat(np.arange(len(begins)), n_back), by_way[np.repeat(low, n_back) + within]], axis=1
    )
