"""What a household makes of a message: whether it believes it and goes, and when it is ready (群众响应)."""

from collections.abc import Sequence
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from evacsim.engine.gathering import Gathering
from evacsim.engine.messages import Message
from evacsim.engine.parts import Mode, Parts
from evacsim.engine.recorded import Recorded
from evacsim.engine.transfer import Transfer
from evacsim.scenario.behavior import Behavior, Belief
from evacsim.scenario.plan import ZoneTransfer
from evacsim.terms import HouseholdState
from evacsim.world.animals import draw_animals
from evacsim.world.columns import Bools, Floats
from evacsim.world.laws import quantiles
from evacsim.world.response import MAXIMA, impact_of, thresholds

PRESETS: Final = {"joso": "joso", "oroville": "oroville", "new_orleans": "nola", "teton": "teton"}
"""Events of `world.response.MAXIMA` by their names in a plan."""


class Reacting(Recorded):
    """All households that hear something.

    told - (disbelieves - is persuaded by a further message or a visit) - refuses
                                          - waits for the family - sees to the animals - ready

    Whoever has made up his mind is not moved by further messages. Visitors have no home to stay in: they
    do not refuse, wait for nobody and have no animals (assumed).
    """

    def __init__(self, parts: Parts, gathering: Gathering, transfer: Transfer) -> None:
        self.parts = parts
        self.gathering = gathering
        self.transfer = transfer
        plan, n = parts.world.scenario.plan, parts.households.n
        self._behavior: Final = plan.who.behavior or Behavior()
        self._belief: Final = self._behavior.belief or (Belief() if self._behavior.fatigue else None)
        self._preparation: Final[Floats] = np.full(n, np.nan)
        """How long each household of the plan takes to get ready [s]."""
        self._threshold: Final[Floats] = np.full(n, -np.inf)
        """Impact from which each household acts."""
        self._family: Final[Floats] = np.zeros(n)
        """How long each household would wait for its family by day [s]."""
        livestock = self._behavior.livestock
        self._animals: Final[Floats] = (
            np.zeros(n)
            if livestock is None
            else draw_animals(parts.world, parts.households, parts.streams, livestock).takes
        )
        """How long each household needs for its animals [s]."""
        preset = self._behavior.preset
        self._compliance: Final[Floats] = np.full(
            n, plan.who.compliance if preset is None else MAXIMA[PRESETS[preset]].usual
        )
        for zone, moved in enumerate(parts.world.transfers):
            if moved is not None:
                mine = parts.households.of_zone(zone)
                self._draw(zone, moved, mine.start + np.flatnonzero(parts.mode[mine] != Mode.NONE))
        complies = parts.households.compliance_luck < self._compliance
        self._complies: Final[Bools] = complies | parts.households.is_visitor
        self._strongest: Final[Floats] = np.full(n, -np.inf)
        self._heard: Final = np.zeros(n, dtype=np.int32)
        self._visits: Final = np.zeros(n, dtype=np.int32)
        self._is_decided: Final[Bools] = np.zeros(n, dtype=bool)
        self._pickup_row = {pickup: row for row, pickup in enumerate(parts.world.pickup_points.ids)}

    def _draw(self, zone: int, moved: ZoneTransfer, rows: NDArray[np.int64]) -> None:
        """Draw what the households of a zone of the plan are like."""
        parts, behavior = self.parts, self._behavior
        model = parts.world.zones.models[zone]
        mine = parts.households.of_zone(zone)
        # One luck for every household of the zone, whether the plan moves it or not.
        n, own = mine.stop - mine.start, rows - mine.start
        law = moved.preparation or parts.world.scenario.plan.organize.preparation
        preparation_luck, is_visitor = (
            parts.households.preparation_luck[rows],
            parts.households.is_visitor[rows],
        )
        self._preparation[rows] = quantiles(law, preparation_luck)
        visitors = parts.world.scenario.district.population.visitors
        if visitors is not None:
            takes = quantiles(visitors.preparation, preparation_luck)
            self._preparation[rows] = np.where(is_visitor, takes, self._preparation[rows])
        if moved.compliance is not None:
            self._compliance[rows] = moved.compliance

        def luck(purpose: str) -> Floats:
            return parts.streams.get(purpose, model.id).random(n)[own]

        if self._belief is not None:
            belief = self._belief
            self._threshold[rows] = thresholds(
                luck("belief"), mean=belief.threshold, deviation=belief.threshold_sd
            )
        if behavior.family is not None:
            waits = (luck("family") < behavior.family.away_share) & ~is_visitor
            self._family[rows] = np.where(waits, quantiles(behavior.family.wait, luck("family_wait")), 0.0)

    def expect(self, rows: NDArray[np.integer]) -> None:
        """Let those who are to go by bus be reckoned with where the plan has them wait.

        Parameters
        ----------
        rows : array of int
            Households of one zone of the plan.
        """
        by_bus = rows[self.parts.mode[rows] == Mode.BUS]
        if by_bus.size:
            pickup = self.parts.world.transfer(int(self.parts.households.zone[by_bus[0]])).pickup_point
            if pickup is not None:
                self.gathering.expect(by_bus.tolist(), self._pickup_row[pickup])

    def hear(self, household: int, message: Message, cause: int, *, personal: bool = False) -> None:
        """Let a household of the plan hear a message now, by an event; `personal` at its door."""
        book = self.parts.book
        if self._is_decided[household] or book.state_of(household) in GONE:
            return
        is_first = not self._heard[household]
        self._heard[household] += 1
        self._visits[household] += personal
        self._strongest[household] = max(self._strongest[household], message.impact)
        if self._believes(household):
            self._decide(household, cause, "told" if is_first else "persuaded")
        elif is_first:
            told = self.transfer.hear(household, cause)
            if told:
                book.note(household, "disbelieved", self.parts.now, cause=told)

    def has_decided(self, rows: NDArray[np.integer]) -> Bools:
        """Return which of some households (rows) have made up their minds, to go or to stay."""
        return np.asarray(self._is_decided[rows])

    def _believes(self, household: int) -> bool:
        belief = self._belief
        if belief is None:
            return True
        fatigue = self._behavior.fatigue
        impact = impact_of(
            self._strongest[household],
            confirmations=max(0, int(self._heard[household]) - 1),
            visits=int(self._visits[household]),
            false_alarms=0 if fatigue is None else fatigue.false_alarms,
            per_confirmation=belief.confirmation,
            per_visit=belief.visit,
            per_false_alarm=0.0 if fatigue is None else fatigue.each,
        )
        return bool(impact >= self._threshold[household])

    def _decide(self, household: int, cause: int, kind: str) -> None:
        """Let a household that believes make up its mind."""
        told = self.transfer.take_up(household, cause, kind)
        if not told:
            return
        self._is_decided[household] = True
        if self._belief is not None:
            self.parts.book.mark("believed", household, self.parts.now)
        if not self._complies[household]:
            self.transfer.refuse(household, told)
            return
        steps = []
        if self._family[household] and not self.parts.calendar.is_night(self.parts.now):
            self.parts.book.note(household, "waits_for_family", self.parts.now, cause=told)
            steps.append(("family_together", float(self._family[household])))
        if self._animals[household]:
            steps.append(("livestock_seen_to", float(self._animals[household])))
        self._go_on(household, steps)

    def _go_on(self, household: int, steps: Sequence[tuple[str, float]]) -> None:
        """Let a household do what comes before it gets ready, one after the other."""
        if not steps:
            self.transfer.prepare(household, self.parts.now + float(self._preparation[household]))
            return
        (kind, takes), *rest = steps
        due = self.parts.now + takes
        self.parts.clock.call_at(due, partial(self._finish, household, kind, rest))

    def _finish(self, household: int, kind: str, rest: Sequence[tuple[str, float]]) -> None:
        book = self.parts.book
        # Whom the water holds at home goes on with what has to be done there.
        now = (
            int(book.resting_state[household]) if book.held_by_water[household] else book.state_of(household)
        )
        if now != HouseholdState.PREPARING or book.state_of(household) == HouseholdState.DEAD:
            return
        if kind == "family_together":
            book.mark("family", household, self.parts.now)
        book.note(household, kind, self.parts.now, cause=int(book.event[household]))
        self._go_on(household, rest)


GONE: Final = (HouseholdState.DEAD, HouseholdState.AWAY)
"""Whom no message reaches."""
