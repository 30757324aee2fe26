"""Officers of the district who meet help from outside, brief it and go with it (联络对接、随队向导).

come - (until an officer is free) - met - (briefing) - may be sent, guided
     - (nobody for as long as it has patience) - may be sent, by itself
"""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from evacsim.engine.log import Kind, Where
from evacsim.engine.parts import Parts
from evacsim.engine.recorded import Recorded
from evacsim.scenario.command import Liaison
from evacsim.world.laws import quantiles

Then = Callable[[int, bool], None]
"""Told the last event of a party that may be sent now, and whether an officer has met it."""


@dataclass(slots=True)
class Party:
    """A team or fleet that has come from outside."""

    where: Where
    then: Then
    came: float
    event: int
    met: float = np.nan
    ready: float = np.nan


class Liaising(Recorded):
    """The officers, and who waits for them, first come first met.

    They stand where help comes in, and walk nowhere (assumed).
    """

    def __init__(self, parts: Parts, rules: Liaison | None) -> None:
        self.parts = parts
        self.rules = rules
        self._parties: list[Party] = []
        self._waiting: deque[Party] = deque()
        self._free = 0 if rules is None else rules.officers

    def meet(self, where: Where, cause: int, then: Then) -> None:
        """Let a team or fleet that has come be met, or go without when it has waited too long."""
        if self.rules is None:
            then(cause, True)
            return
        party = Party(where, then, self.parts.now, cause)
        self._parties.append(party)
        self._waiting.append(party)
        self._serve()
        if np.isnan(party.met):
            self.parts.clock.call_at(party.came + self.rules.patience, partial(self._leave, party))

    def _serve(self) -> None:
        assert self.rules is not None, "nobody waits for officers that are not there"
        while self._free and self._waiting:
            self._free -= 1
            party = self._waiting.popleft()
            party.met = self.parts.now
            party.event = self._record("liaison_met", party)
            luck = self.parts.streams.get("liaison", *self._name(party)).random(1)
            due = self.parts.now + float(quantiles(self.rules.briefing, luck)[0])
            self.parts.clock.call_at(due, partial(self._begin, party))

    def _begin(self, party: Party) -> None:
        """Let a party that has been briefed be sent, and its officer meet others unless he stays."""
        assert self.rules is not None
        party.ready, party.event = self.parts.now, self._record("liaison_briefed", party)
        party.then(party.event, True)
        if not self.rules.goes_along:
            self._free += 1
            self._serve()

    def _leave(self, party: Party) -> None:
        if np.isnan(party.met):
            self._waiting.remove(party)
            party.ready, party.event = self.parts.now, self._record("liaison_missing", party)
            party.then(party.event, False)

    def _record(self, kind: str, party: Party) -> int:
        waited = self.parts.now - party.came
        return self.parts.log.record(self.parts.now, kind, party.where, value=waited, cause=party.event)

    def _name(self, party: Party) -> tuple[str, str]:
        is_force = party.where.kind == Kind.FORCE
        ids = self.parts.world.forces.ids if is_force else self.parts.world.fleets.ids
        return ("force" if is_force else "depot"), ids[party.where.row]

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Return everybody who came, and by whom nobody was met."""
        rows = [
            {
                "party": "/".join(self._name(party)),
                "came_s": party.came,
                "met_s": party.met,
                "ready_s": party.ready,
            }
            for party in self._parties
        ]
        return {"liaison": pd.DataFrame(rows)} if rows else {}
