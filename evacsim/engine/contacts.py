"""How offices are reached: what the call procedure asks of them (`engine.calling`)."""

from collections.abc import Sequence

from evacsim.engine.calling import Role
from evacsim.engine.carrying import Carrying
from evacsim.engine.duty import Duty
from evacsim.engine.log import Where
from evacsim.engine.parts import Parts
from evacsim.engine.routing import MoverClass
from evacsim.scenario.command import Calling as Rules
from evacsim.world.offices import TOP


class Contacts:
    """The offices of the tree as callers and callees.

    Without `plan.organize.calling` a call that goes through is answered after no time.
    """

    def __init__(self, parts: Parts, duty: Duty, carrying: Carrying) -> None:
        self.parts = parts
        self.duty = duty
        self._rules: Rules | None = parts.world.scenario.plan.organize.calling
        self._offices = parts.world.offices
        models = {office.id: office for office in parts.world.scenario.plan.organize.offices}
        self._means = [
            carrying.ordered(models[id_].means if id_ in models else ["phone"]) for id_ in self._offices.ids
        ]
        places = parts.world.office_places
        self._node = dict(zip(places.ids, places.drive_node.tolist(), strict=True))

    def works(self, kind: str, where: Where, _time: float) -> bool:
        """Return whether a means works at an office now."""
        return self.parts.networks.works(kind, where)

    def cause(self, kind: str, where: Where) -> int:
        """Return the event that put a means out at an office."""
        return self.parts.networks.cause(kind, where)

    def means(self, who: Where) -> Sequence[str]:
        """Return by what an office calls and is called, in the order in which it is tried."""
        return self._means[who.row]

    def lines(self, caller: Where) -> int:
        """Return how many calls an office can make at once."""
        return int(self._offices.lines[caller.row])

    def parent(self, callee: Where) -> Where | None:
        """Return the office above another."""
        above = int(self._offices.parent[callee.row])
        return None if above == TOP else Where(callee.kind, above)

    def answers(self, callee: Where, role: Role, attempt: int, time: float) -> bool:
        """Return whether whoever is called is there and answers."""
        if not self.duty.is_there(callee.row, role, time):
            return False
        if self._rules is None:
            return True
        is_night = self.parts.calendar.is_night(time)
        limit = self._rules.answer_night if is_night else self._rules.answer_day
        luck = self.parts.streams.get("answer", self._offices.ids[callee.row], role, attempt).random()
        return bool(luck < limit)

    def ring(self, _callee: Where, _attempt: int) -> float:
        """Return how long it rings [s]."""
        return 0.0 if self._rules is None else self._rules.ring

    def talk(self, _callee: Where, _attempt: int) -> float:
        """Return how long the word takes to tell [s]: `Office.handling` holds it."""
        return 0.0

    def messenger(self, caller: Where, callee: Where, _time: float) -> float:
        """Return how long a messenger takes over the roads as they are now [s]; infinite where no way is left."""
        speed = (self._rules or Rules()).messenger_speed
        routing = self.parts.routing
        begins, ends = (self._node[self._offices.ids[office.row]] for office in (caller, callee))
        return routing.length(routing.tree_to_node(ends, MoverClass.CAR), begins) / speed

    def record(self, kind: str, callee: Where, caller: Where, value: float, cause: int) -> int:
        """Write an event of a call down."""
        return self.parts.log.record(self.parts.now, kind, callee, place=caller, value=value, cause=cause)
