"""Posts (卡点): who stands on which road, and whom they turn back."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evacsim.engine.log import ROOT, Kind
from evacsim.engine.messages import Order
from evacsim.engine.parts import Parts
from evacsim.engine.recorded import Recorded
from evacsim.world.laws import quantiles


class Met(NamedTuple):
    """A post on somebody's way."""

    post: int
    """Row of the post."""
    node: int
    """Where one stands before it: the beginning of its road."""


class Posts(Recorded):
    """All posts of the plan.

    ordered - (its people come and set it up) - manned; no longer manned as soon as its measure is lifted.

    A measure that forbids to enter (`ban`) orders the posts that it names, the first order to any zone the
    others. Of those who are not allowed to go home a manned post turns `Post.stop_share` back; each
    household has one luck at each post, so whoever is turned back by it is so under every plan.
    """

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        plan, world = parts.world.scenario.plan, parts.world
        self.models = plan.care.posts
        n = len(self.models)
        self.is_manned = np.zeros(n, dtype=bool)
        self.is_allowed = np.zeros(world.zones.n, dtype=bool)
        """Zones whose people may go home: no post stops them."""
        self._row = {post.id: row for row, post in enumerate(self.models)}
        self._events = np.zeros(n, dtype=np.int64)
        """Event by which each post was ordered last."""
        self._orders = np.zeros(n, dtype=np.int64)
        """How often each post was ordered or sent home, so that what was ordered before does not happen."""
        self._stopped = np.zeros(n, dtype=np.int64)
        self._passed = np.zeros(n, dtype=np.int64)
        self._lines: list[tuple[int, float, int, int, int]] = []
        self._luck: dict[int, NDArray[np.float64]] = {}
        self._on_link: dict[int, int] = {}
        links = {id_: row for row, id_ in enumerate(world.roads.link_ids)} if n else {}
        for row, post in enumerate(self.models):
            for link in post.links:
                self._on_link.setdefault(links[link], row)
        by_measure = {id_ for one in plan.when.measures if one.action == "ban" for id_ in one.posts}
        self._from_first_order = [row for row, post in enumerate(self.models) if post.id not in by_measure]
        if n:
            parts.at_post.append(self.order)
        if self._from_first_order:
            parts.at_order_received.append(self._take_order)

    def order(self, post: str, is_manned: bool, cause: int) -> None:  # noqa: FBT001 - a hook of `Parts`
        """Let a post (id) be manned once it is set up, or its people go home at once, by an event."""
        row = self._row[post]
        self._orders[row] += 1
        if not is_manned:
            self._set(row, is_manned=False)
            return
        self._events[row] = cause
        luck = self.parts.streams.get("post_setup", post).random(1)
        due = self.parts.now + float(quantiles(self.models[row].setup, luck)[0])
        self.parts.clock.call_at(due, partial(self._stand, row, int(self._orders[row])))

    def ahead(self, household: int, ways: Sequence[int], behind: set[int]) -> Met | None:
        """Return the first post on some ways, in their order, that has a say over a household; None without any.

        Posts `behind` it (rows) are left out, and all of them where its people may go home.
        """
        if self.is_allowed[self.parts.households.zone[household]]:
            return None
        columns = self.parts.world.ways
        for way in ways:
            post = self._on_link.get(int(columns.link[way]))
            if post is not None and post not in behind:
                return Met(post, int(columns.from_node[way]))
        return None

    def meet(self, household: int, post: int) -> tuple[bool, int] | None:
        """Let a household come by a post (row): return whether that turns it back, and the event that put it there.

        None where nobody stands there, or where its people may go home.
        """
        households = self.parts.households
        if not self.is_manned[post] or self.is_allowed[households.zone[household]]:
            return None
        if post not in self._luck:
            self._luck[post] = self.parts.streams.get("post", self.models[post].id).random(households.n)
        is_stopped = bool(self._luck[post][household] < self.models[post].stop_share)
        (self._stopped if is_stopped else self._passed)[post] += households.people[household]
        self._note(post)
        return is_stopped, int(self._events[post])

    def _take_order(self, _office: int, order: Order) -> None:
        """Man the posts that no measure names, at the first order."""
        first, self._from_first_order = self._from_first_order, []
        for row in first:
            self.order(self.models[row].id, True, max(order.causes, default=ROOT))

    def _stand(self, post: int, number: int) -> None:
        if self._orders[post] == number:
            self._set(post, is_manned=True)

    def _set(self, post: int, *, is_manned: bool) -> None:
        if self.is_manned[post] != is_manned:
            self.is_manned[post] = is_manned
            self._note(post)

    def _note(self, post: int) -> None:
        staff = self.models[post].staff if self.is_manned[post] else 0
        self._lines.append((post, self.parts.now, staff, int(self._stopped[post]), int(self._passed[post])))

    def names(self) -> Mapping[Kind, NDArray[Any]]:
        """Return the ids of the posts."""
        return {Kind.POST: np.array([post.id for post in self.models], dtype=object)}

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Return who stood where, and whom they met; none without posts."""
        rows = [(self.models[post].id, *line) for post, *line in self._lines]
        columns = ["post", "time_s", "staff", "stopped", "passed"]
        return {"posts": pd.DataFrame(rows, columns=columns)} if rows else {}
