"""The event log: what happened, when, to whom, where, and because of which earlier event.

Appending is the only way in. The log is the result of a run; tables, curves and stories are
questions put to it afterwards.
"""

from array import array
from collections.abc import Collection, Mapping
from enum import IntEnum
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evacsim.terms import EVENT_KINDS


class Kind(IntEnum):
    """What an event's subject or place is."""

    NOTHING = 0
    DISTRICT = 1
    ZONE = 2
    HOUSEHOLD = 3
    VEHICLE = 4
    PICKUP_POINT = 5
    SHELTER = 6
    DEPOT = 7
    LINK = 8
    NODE = 9
    GAUGE = 10
    OFFICE = 11
    OFFICER = 12
    CHANNEL = 13
    RULE = 14
    SITE = 15
    STORE = 16
    POST = 17
    DANGER = 18
    FORCE = 19
    MEASURE = 20
    CASE = 21
    WORK = 22
    DYKE = 23
    NETWORK = 24

    @property
    def id(self) -> str:
        """Return the identifier used in files."""
        return self.name.lower()


class Where(NamedTuple):
    """A thing of the world: its kind and its row among things of that kind."""

    kind: Kind
    row: int


NOWHERE = Where(Kind.NOTHING, 0)
ROOT = 0
"""Cause of an event that nothing in the model brought about."""

EVENT_CODES = {kind: code for code, kind in enumerate(EVENT_KINDS)}


class Events(NamedTuple):
    """Some events of a log in the order of time, one row each."""

    number: NDArray[np.int64]
    kind: NDArray[np.int64]
    """Row of the kind in `terms.EVENT_KINDS`."""
    time: NDArray[np.float64]
    """When it happened [s]."""
    subject_kind: NDArray[np.int64]
    """`Kind` of the subject."""
    subject: NDArray[np.int64]
    """Row of the subject among things of its kind."""
    place_kind: NDArray[np.int64]
    place: NDArray[np.int64]


class EventLog:
    """Events in the order in which they happened, numbered from 1."""

    def __init__(self) -> None:
        self._time = array("d")
        self._kind = array("h")
        self._subject_kind = array("b")
        self._subject = array("i")
        self._place_kind = array("b")
        self._place = array("i")
        self._value = array("d")
        self._cause = array("q")

    def __len__(self) -> int:
        return len(self._time)

    def record(
        self,
        time: float,
        kind: str,
        subject: Where,
        *,
        place: Where = NOWHERE,
        value: float = np.nan,
        cause: int = ROOT,
    ) -> int:
        """Append an event and return its number.

        `time` may not lie before the event appended last, and `cause` is the number of an
        earlier event; a breach of either is a mistake of ours, not of the user.
        """
        number = len(self._time) + 1
        assert cause < number, f"event {number} ({kind}) names a later cause {cause}"
        assert number == 1 or time >= self._time[-1], f"{kind} at {time} after an event at {self._time[-1]}"
        self._time.append(time)
        self._kind.append(EVENT_CODES[kind])
        self._subject_kind.append(subject[0])
        self._subject.append(subject[1])
        self._place_kind.append(place[0])
        self._place.append(place[1])
        self._value.append(value)
        self._cause.append(cause)
        return number

    def time_of(self, number: int) -> float:
        """Return when event `number` happened [s]; minus infinity for the root."""
        return self._time[number - 1] if number else -np.inf

    def cause_of(self, number: int) -> int:
        """Return the event that brought event `number` about, the root where nothing did."""
        return self._cause[number - 1]

    def about(self, number: int) -> tuple[Where, Where]:
        """Return subject and place of event `number`."""
        row = number - 1
        subject = Where(Kind(self._subject_kind[row]), self._subject[row])
        return subject, Where(Kind(self._place_kind[row]), self._place[row])

    def events(self, kinds: Collection[str]) -> Events:
        """Return all events of some kinds."""
        codes = np.array([EVENT_CODES[kind] for kind in kinds], dtype=np.int64)
        kind = np.array(self._kind, dtype=np.int64)
        rows = np.flatnonzero(np.isin(kind, codes))
        return Events(
            number=rows + 1,
            kind=kind[rows],
            time=np.array(self._time, dtype=np.float64)[rows],
            subject_kind=np.array(self._subject_kind, dtype=np.int64)[rows],
            subject=np.array(self._subject, dtype=np.int64)[rows],
            place_kind=np.array(self._place_kind, dtype=np.int64)[rows],
            place=np.array(self._place, dtype=np.int64)[rows],
        )

    def last_about(self, thing: Kind, kinds: Collection[str]) -> dict[int, int]:
        """Return for each thing of a kind, by its row, the last event of some kinds whose subject or place it is."""
        found = self.events(kinds)
        last: dict[int, int] = {}
        for about, rows in ((found.subject_kind, found.subject), (found.place_kind, found.place)):
            named = about == thing
            for row, number in zip(rows[named].tolist(), found.number[named].tolist(), strict=True):
                last[row] = max(last.get(row, 0), number)
        return last

    def frame(self, names: Mapping[Kind, np.ndarray]) -> pd.DataFrame:
        """Return all events as a table with the columns of `results.record.EVENTS`.

        Parameters
        ----------
        names : mapping of Kind to ndarray of object
            Text ids by row for every kind of thing that any event names.
        """
        named = {*self._subject_kind, *self._place_kind} - {Kind.NOTHING}
        assert named <= set(names), f"events name things without ids: {sorted(named - set(names))}"
        n = len(self)
        kinds = np.array(list(EVENT_CODES), dtype=object)
        cause = pd.array(np.array(self._cause, dtype=np.int64), dtype="Int64")
        cause[np.array(self._cause) == ROOT] = pd.NA
        return pd.DataFrame(
            {
                "seq": np.arange(1, n + 1, dtype=np.int64),
                "time_s": np.array(self._time, dtype=np.float64),
                "kind": kinds[np.array(self._kind, dtype=np.int64)].astype(str)
                if n
                else np.array([], dtype=str),
                "subject": written(np.array(self._subject_kind), np.array(self._subject), names),
                "place": written(np.array(self._place_kind), np.array(self._place), names),
                "value": np.array(self._value, dtype=np.float64),
                "cause": cause,
            }
        )


def written(kinds: np.ndarray, rows: np.ndarray, names: Mapping[Kind, np.ndarray]) -> np.ndarray:
    """Return `kind/id` for each pair of kind code and row; empty for nothing."""
    written = np.full(len(kinds), "", dtype=object)
    for kind, ids in names.items():
        at = np.flatnonzero(kinds == kind)
        if at.size:
            named, place = np.unique(rows[at], return_inverse=True)
            written[at] = np.array([f"{kind.id}/{name}" for name in ids[named]], dtype=object)[place]
    return written
