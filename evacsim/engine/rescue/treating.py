"""Treatment places: injured people who have been rescued are brought there, wait, and are treated (伤员救治).

ashore - (loading, by road, handover) - waits - (a bed is free) - in bed - leaves, or dies

An ambulance is wherever one is needed (assumed). It goes to the nearest place with a bed that nobody lies in or is
brought to, where there is none to the nearest; where no road leads to any, one waits until a road does. The ward
knows everybody's score and takes in by it. The injured have a book of their own beside that of households: who dies
here is told beside the deaths, for Sacco's score is made for trauma. Water does not enter the places (assumed).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from evacsim.engine.log import ROOT, Kind, Where
from evacsim.engine.parts import Parts
from evacsim.engine.rescue.ward import ORDERS, Patient, Ward
from evacsim.engine.routing import MoverClass
from evacsim.scenario.rescue import Treatment
from evacsim.terms import HouseholdState
from evacsim.world.laws import quantiles
from evacsim.world.triage import CARE, chance


@dataclass(slots=True)
class Course:
    """What becomes of one injured person."""

    household: int
    injured: float
    first_score: int
    ashore: float
    """When he was on dry ground [s]."""
    node: int
    event: int
    place: int = -1
    came: float = np.nan
    admitted: float = np.nan
    score: int = -1
    left: float = np.nan
    """When he left his bed, alive or dead [s]."""
    state: str = "ashore"


class Treating:
    """All treatment places."""

    def __init__(self, parts: Parts, rules: Treatment) -> None:
        self.parts = parts
        self.rules = rules
        nodes = parts.world.roads.node_row
        self._nodes = [nodes[place.node] for place in rules.places]
        self._wards = [Ward(place.beds, ORDERS[rules.order]) for place in rules.places]
        self._on_the_way = [0] * len(rules.places)
        """Patients who are brought to each place."""
        self._courses: dict[int, Course] = {}
        self._beds: list[tuple[float, int, int, int]] = []
        self.at_admitted: list[Callable[[int], None]] = []
        """Somebody injured of a household (row) is put to bed."""
        parts.after_reopening.append(self._try_again)

    @property
    def nodes(self) -> list[int]:
        """Return the road nodes of all places."""
        return self._nodes

    def knows(self, household: int) -> bool:
        """Return whether the injured person of a household has been taken charge of."""
        return household in self._courses

    def has_fetched(self, household: int) -> bool:
        """Return whether an ambulance has taken the injured person of a household."""
        return self.knows(household) and self._courses[household].state != "ashore"

    def take(self, household: int, node: int, *, injured: float, first_score: int, cause: int) -> None:
        """Take charge of an injured person at a node on dry ground, by an event."""
        course = Course(household, injured, first_score, self.parts.now, node, cause)
        self._courses[household] = course
        self._set_out(course)

    def give_back(self, household: int) -> None:
        """Leave an injured person whom no ambulance has fetched yet to his household: it is in need again."""
        if self.knows(household) and not self.has_fetched(household):
            del self._courses[household]

    # -- by road ----------------------------------------------------------------------------

    def _try_again(self) -> None:
        for household in [h for h, course in self._courses.items() if course.state == "ashore"]:
            if self.parts.book.state[household] == HouseholdState.DEAD:
                del self._courses[household]
            else:
                self._set_out(self._courses[household])

    def _set_out(self, course: Course) -> None:
        routing, parts = self.parts.routing, self.parts
        times = np.array(
            [routing.time(routing.tree_to_node(node, MoverClass.BUS), course.node) for node in self._nodes]
        )
        if not np.isfinite(times).any():
            return
        left = [ward.free - coming for ward, coming in zip(self._wards, self._on_the_way, strict=True)]
        has_bed = np.isfinite(times) & (np.array(left) > 0)
        place = int(np.argmin(np.where(has_bed, times, np.inf) if has_bed.any() else times))
        luck = self._luck("ambulance", course)
        loading, handover = (
            float(quantiles(law, luck[k : k + 1])[0])
            for k, law in enumerate((self.rules.loading, self.rules.handover))
        )
        course.place, course.state = place, "on_the_way"
        self._on_the_way[place] += 1
        self._record(course, "injured_taken")
        arrives = parts.now + loading + float(times[place]) + handover
        parts.clock.call_at(arrives, partial(self._come, course))

    # -- at the place -----------------------------------------------------------------------

    def _come(self, course: Course) -> None:
        now, ward = self.parts.now, self._wards[course.place]
        course.came, course.state = now, "waits"
        self._on_the_way[course.place] -= 1
        self._record(course, "patient_came")
        patient = Patient(course.household, course.injured, course.first_score, now)
        self._admit(ward.come(patient, now))
        self._note(course.place)

    def _admit(self, patient: Patient | None) -> None:
        if patient is None:
            return
        course, now = self._courses[patient.household], self.parts.now
        course.admitted, course.state, course.score = now, "in_bed", patient.score(now)
        self._record(course, "patient_admitted")
        luck = self._luck("treatment", course)
        care = CARE[course.score] if self.rules.care is None else quantiles(self.rules.care, luck[:1])[0]
        lives = luck[1] < chance(course.score)
        # Who dies does so at any moment of his treatment (assumed).
        due = now + float(care) * (1.0 if lives else float(luck[2]))
        self.parts.clock.call_at(due, partial(self._leave, patient, "treated" if lives else "died"))
        for hook in self.at_admitted:
            hook(patient.household)

    def _leave(self, patient: Patient, state: str) -> None:
        course, now = self._courses[patient.household], self.parts.now
        course.left, course.state = now, state
        self._record(course, "patient_left" if state == "treated" else "patient_died")
        self._admit(self._wards[course.place].leave(patient, now))
        self._note(course.place)

    def _note(self, place: int) -> None:
        ward = self._wards[place]
        self._beds.append((self.parts.now, place, len(ward.in_bed), len(ward.waiting)))

    def _record(self, course: Course, kind: str) -> None:
        course.event = self.parts.log.record(
            self.parts.now,
            kind,
            Where(Kind.HOUSEHOLD, course.household),
            place=Where(Kind.NODE, self._nodes[course.place]),
            value=1.0,
            cause=max(course.event, ROOT),
        )

    def _luck(self, purpose: str, course: Course) -> np.ndarray:
        return self.parts.streams.get(purpose, *self.parts.name_of(course.household)).random(3)

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return every injured person who came to dry ground, and the beds of each place over time."""
        ids = [place.id for place in self.rules.places]
        patients = [
            {
                "household": "/".join(self.parts.name_of(course.household)),
                "place": "" if course.place < 0 else ids[course.place],
                "injured_s": course.injured,
                "ashore_s": course.ashore,
                "came_s": course.came,
                "admitted_s": course.admitted,
                "left_s": course.left,
                "state": course.state,
            }
            for _, course in sorted(self._courses.items())
        ]
        last = {(time, place): rest for time, place, *rest in self._beds}
        beds = [(time, ids[place], self._wards[place].beds, *rest) for (time, place), rest in last.items()]
        return {
            "patients": pd.DataFrame(patients),
            "treatment_beds": pd.DataFrame(beds, columns=["time_s", "place", "beds", "taken", "waiting"]),
        }
