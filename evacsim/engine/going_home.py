"""The way home from a shelter: by the posts on it, to the door.

settled - (sets out, or goes back before it is allowed) - on the way home - home again

Whoever a post stops, or the water keeps from going on, turns back to a shelter as anybody does who
finds no way (`engine.journeys`).
"""

from functools import partial

import numpy as np

from evacsim.engine.log import Kind, Where
from evacsim.engine.parts import Parts
from evacsim.engine.posts import Posts
from evacsim.engine.routing import MoverClass
from evacsim.engine.sheltering import Sheltering
from evacsim.engine.transfer import Transfer
from evacsim.engine.water import Water
from evacsim.hazard.effects import is_stopped
from evacsim.terms import HouseholdState


class GoingHome:
    """All households on their way home.

    A household drives if it came to its shelter in its own car, and walks where it did not or where it
    finds no way to drive; no bus takes anybody home (assumed). Which posts it comes by it knows when it sets out,
    and again at each of them: a post on a road to which it turns only under way does not see it.
    """

    def __init__(
        self, parts: Parts, posts: Posts, sheltering: Sheltering, transfer: Transfer, water: Water
    ) -> None:
        self.parts = parts
        self.posts = posts
        self.sheltering = sheltering
        self.transfer = transfer
        self.water = water
        self._behind: dict[int, set[int]] = {}
        """Posts that each household on its way has come by."""
        self._next: dict[int, int] = {}
        """Post to which each household is on its way; none for those that come by no further one."""
        transfer.homeward = self

    def go_home(self, household: int, cause: int, *, kind: str = "set_out_home") -> bool:
        """Let a household leave its shelter for home, by an event; return False, and do nothing, without a way."""
        parts, shelters = self.parts, self.parts.world.shelters
        shelter = int(parts.book.place[household])
        self._behind[household] = set()
        if parts.mover[household] == parts.car.get(household):
            node = int(shelters.drive_node[shelter])
            is_off = self._go_on(household, node, MoverClass.CAR, kind, cause)
        else:
            is_off = False
        if not is_off:
            node = int(shelters.walk_node[shelter])
            is_off = self._go_on(household, node, MoverClass.WALKER, kind, cause)
        if is_off:
            self.sheltering.release(household, shelter)
        return is_off

    def arrive(self, household: int, node: int, mover_class: MoverClass, cause: int) -> None:
        """Let a household that has come to a post, or to the road before its home, go on from there."""
        parts = self.parts
        post = self._next.pop(household, None)
        if post is None:
            homes, home = parts.world.homes, int(parts.households.home[household])
            due = parts.now + float(homes.access[home]) / parts.households.walking_speed[household]
            parts.clock.call_at(due, partial(self._come_in, household, node, mover_class, cause))
            return
        self._behind[household].add(post)
        met = self.posts.meet(household, post)
        if met is not None:
            is_turned_back, ordered = met
            kind = "stopped_at_post" if is_turned_back else "passed_post"
            place, because = Where(Kind.POST, post), max(cause, ordered)
            cause = parts.book.note(household, kind, parts.now, place=place, cause=because)
            if is_turned_back:
                self.transfer.journeys.turn_back(household, node, mover_class, cause)
                return
        if not self._go_on(household, node, mover_class, "went_on_home", cause):
            self.transfer.journeys.turn_back(household, node, mover_class, cause)

    def cut_off(self, household: int, node: int, mover_class: MoverClass, cause: int) -> None:
        """Let a household whose way home has closed take another one, or turn back."""
        self._next.pop(household, None)
        if not self._go_on(household, node, mover_class, "went_on_home", cause):
            self.transfer.journeys.turn_back(household, node, mover_class, cause)

    def _go_on(self, household: int, node: int, mover_class: MoverClass, kind: str, cause: int) -> bool:
        """Send a household on from a node, to the next post on its way or else home; return False without a way."""
        homes, home = self.parts.world.homes, int(self.parts.households.home[household])
        nodes = homes.walk_node if mover_class == MoverClass.WALKER else homes.drive_node
        goal = Where(Kind.NODE, int(nodes[home]))
        ways = self.parts.travelers.way_to(household, goal, mover_class, node)
        met = self.posts.ahead(household, ways, self._behind[household])
        to = goal if met is None else Where(Kind.NODE, met.node)
        if not self.transfer.send_home(household, node, to, mover_class, kind, cause):
            return False
        if met is not None:
            self._next[household] = met.post
        return True

    def _come_in(self, household: int, node: int, mover_class: MoverClass, arrived: int) -> None:
        """Let a household that has come from the road to its door be home, unless the water is too deep."""
        parts, book = self.parts, self.parts.book
        if book.state_of(household) != HouseholdState.RETURNING or book.event[household] != arrived:
            return
        effects, depth = parts.world.scenario.hazard.effects, self.water.depth_at_home(household)
        if is_stopped(np.array(depth), effects.walker_limit).item():
            because, place = max(arrived, self.water.changed_event), Where(Kind.NODE, node)
            cut_off = book.note(household, "cut_off", parts.now, place=place, cause=because)
            self.transfer.journeys.turn_back(household, node, mover_class, cut_off)
            return
        book.mark("returned", household, parts.now)
        home = Where(Kind.ZONE, int(parts.households.zone[household]))
        book.become(household, HouseholdState.RETURNED, "returned", parts.now, place=home, cause=arrived)
        if depth > effects.leave_limit:
            self.water.read_harm()
