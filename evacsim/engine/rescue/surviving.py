"""How long people live who wait for help, and whom treatment comes too late for (生存时间).

The water itself kills by `engine.water`. Here are two more laws, each off unless the plan has them: a
household that is trapped lives for a time (cold, rain, exhaustion); somebody injured has Sacco's score, which
falls until he is treated, and a chance by the score at that moment. That is in the craft or ashore, or where the
plan has treatment places in one of their beds (`treating`).
"""

from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from evacsim.engine.parts import Parts
from evacsim.engine.rescue.need import Need
from evacsim.engine.rescue.treating import Treating
from evacsim.engine.water import Water
from evacsim.scenario.rescue import Survival
from evacsim.terms import HouseholdState
from evacsim.world.laws import quantiles
from evacsim.world.triage import chance, score_after


class Surviving:
    """All households that wait."""

    def __init__(
        self, parts: Parts, need: Need, water: Water, rules: Survival, treating: Treating | None
    ) -> None:
        self.parts = parts
        self.need = need
        self.water = water
        self.rules = rules
        self.treating = treating
        self._since: dict[int, float] = {}
        """Trapped households, and since when [s]."""
        self._injured: dict[int, dict[str, Any]] = {}
        for state in HouseholdState:
            parts.book.at_state.setdefault(state, []).append(self._look)
        need.at_begun.append(self._hurt)
        need.at_over.append(self._treat)
        if treating is not None:
            treating.at_admitted.append(self._treat_now)
            parts.at_ashore.append(self._hand_over)

    def _look(self, household: int) -> None:
        parts, book = self.parts, self.parts.book
        if book.state_of(household) != HouseholdState.TRAPPED:
            self._since.pop(household, None)
            return
        self._since[household] = parts.now
        luck = self._luck("survival", household)
        due = parts.now + float(quantiles(self.rules.trapped, luck[:1])[0])
        if due <= parts.world.scenario.duration:
            parts.clock.call_at(due, partial(self._die, household, parts.now))

    def _die(self, household: int, since: float) -> None:
        if self._since.get(household) == since:
            self.water.let_die(household, "died_waiting")

    def _hurt(self, household: int) -> None:
        """Let one person of some households in need be injured, once in the run."""
        if household in self._injured:
            if self.treating is not None:
                self.treating.give_back(household)
            return
        if self._luck("injured", household)[0] >= self.rules.injured:
            return
        self._injured[household] = {
            "household": household,
            "injured_s": self.parts.now,
            "treated_s": np.nan,
            "first_score": self.rules.first_score,
            "score": np.nan,
            "chance": np.nan,
        }

    def is_hurt(self, household: int) -> bool:
        """Return whether somebody of a household is injured whom nobody treats yet."""
        line = self._injured.get(household)
        return line is not None and bool(np.isnan(line["treated_s"])) and not self._is_fetched(household)

    def _treat(self, household: int) -> None:
        """Let somebody injured be treated when the need of the household is over: in the craft, or ashore.

        Where there are treatment places one that a craft has aboard is handed over at its landing.
        """
        line = self._injured.get(household)
        if line is None or np.isfinite(line["treated_s"]) or self._is_fetched(household):
            return
        if self.parts.book.state_of(household) == HouseholdState.DEAD:
            line["chance"] = 0.0
            return
        if self.treating is None:
            self._treat_now(household)
        elif not self.need.is_carried(household):
            self._hand_over(household, self.need.node(household), int(self.parts.book.event[household]))

    def _treat_now(self, household: int) -> None:
        line = self._injured[household]
        line["treated_s"] = self.parts.now
        self._judge(line, self.parts.now)

    def _hand_over(self, household: int, node: int, cause: int) -> None:
        """Hand somebody injured over to the ambulances at a node, once."""
        line = self._injured.get(household)
        if self.treating is None or line is None or self.treating.knows(household):
            return
        self.treating.take(
            household, node, injured=line["injured_s"], first_score=line["first_score"], cause=cause
        )

    def _is_fetched(self, household: int) -> bool:
        """Return whether an ambulance has taken the injured person: what becomes of the others is not his lot."""
        return self.treating is not None and self.treating.has_fetched(household)

    def _judge(self, line: dict[str, Any], time: float) -> None:
        score = score_after(line["first_score"], time - line["injured_s"])
        line["score"], line["chance"] = score, chance(score)

    def _luck(self, purpose: str, household: int) -> np.ndarray:
        return self.parts.streams.get(purpose, *self.parts.name_of(household)).random(1)

    def table(self) -> pd.DataFrame:
        """Return everybody injured; who has not been treated has the chance of being treated at the end.

        Who is dead by then with his household has none.
        """
        rows = []
        for household, line in sorted(self._injured.items()):
            is_dead = self.parts.book.state[household] == HouseholdState.DEAD
            if np.isnan(line["chance"]) and is_dead and not self._is_fetched(household):
                line["chance"] = 0.0
            elif np.isnan(line["chance"]):
                self._judge(line, self.parts.now)
            rows.append({**line, "household": "/".join(self.parts.name_of(household))})
        return pd.DataFrame(rows)
