"""The beds of one treatment place, and the queue before them (床位、候诊).

waits - (a bed is free, and it is his turn) - in bed - leaves, or dies; either frees the bed at once
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from evacsim.world.triage import PERIOD, chance, score_after


@dataclass(slots=True)
class Patient:
    """Somebody injured who is brought to a treatment place."""

    household: int
    """His household (row); of each household one is injured at most."""
    injured: float
    """When he was injured [s]."""
    first_score: int
    """His RPM score then."""
    came: float
    """When he came to the treatment place [s]."""

    def score(self, now: float) -> int:
        """Return his score, untreated until now [s]."""
        return score_after(self.first_score, now - self.injured)


Order = Callable[[Patient, float], tuple[float, ...]]


def _gravest(patient: Patient, now: float) -> tuple[float, ...]:
    return (patient.score(now), patient.came, patient.household)


def _most_to_lose(patient: Patient, now: float) -> tuple[float, ...]:
    lost = chance(patient.score(now)) - chance(patient.score(now + PERIOD))
    return (-lost, patient.score(now), patient.came, patient.household)


def _first_come(patient: Patient, _: float) -> tuple[float, ...]:
    return (patient.came, patient.household)


ORDERS: dict[str, Order] = {"gravest": _gravest, "most_to_lose": _most_to_lose, "first_come": _first_come}
"""Whose turn it is, by the name in the plan (`Treatment.order`): the least of these."""


@dataclass(slots=True)
class Ward:
    """One treatment place; never does anybody wait while a bed is free."""

    beds: int
    order: Order
    waiting: list[Patient] = field(default_factory=list)
    in_bed: list[Patient] = field(default_factory=list)

    @property
    def free(self) -> int:
        """Return how many beds are free."""
        return self.beds - len(self.in_bed)

    def come(self, patient: Patient, now: float) -> Patient | None:
        """Let a patient come; return who is put to bed by it: he, or nobody."""
        self.waiting.append(patient)
        return self._admit(now)

    def leave(self, patient: Patient, now: float) -> Patient | None:
        """Let a patient go, alive or dead, from his bed or from the queue; return who is put to bed by it, if any."""
        (self.in_bed if patient in self.in_bed else self.waiting).remove(patient)
        return self._admit(now)

    def _admit(self, now: float) -> Patient | None:
        if not self.waiting or self.free <= 0:
            return None
        patient = min(self.waiting, key=lambda one: self.order(one, now))
        self.waiting.remove(patient)
        self.in_bed.append(patient)
        return patient
