"""From the office to the public: over which channels a message reaches which household, and when (预警发布).

One emission of one channel in one zone is one event and one draw for all households of the zone.
Those whom the plan moves hear it, each at its moment; of the others only the moment is kept.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evacsim.engine.command import Command
from evacsim.engine.log import ROOT, Kind, Where
from evacsim.engine.messages import Message, Order
from evacsim.engine.parts import Mode, Parts
from evacsim.engine.reacting import Reacting
from evacsim.engine.recorded import Recorded
from evacsim.scenario.matching import matching
from evacsim.terms import HouseholdState
from evacsim.world.alerting import MINUTE, Emission, heard, word_of_mouth
from evacsim.world.columns import Floats
from evacsim.world.laws import quantiles


class Reach(NamedTuple):
    """Share of the households of a zone that hear a channel."""

    day: float
    night: float


class Cause(NamedTuple):
    """A zone (row), and the event by which it is to be warned."""

    zone: int
    event: int


class Warnings(Recorded):
    """All messages to the public.

    Where the plan describes neither channels nor teams, word reaches every household of the plan
    that is there and on a list after the plan's `relay_time`.
    """

    def __init__(self, parts: Parts, command: Command, reacting: Reacting) -> None:
        self.parts = parts
        self.command = command
        self.reacting = reacting
        district, organize = parts.world.scenario.district, parts.world.scenario.plan.organize
        self.channels: Final = sorted(district.channels, key=lambda channel: channel.id)
        """One row each."""
        self._goes_by_law = not district.channels and not organize.officers
        self._reach = self._reaches()
        visitors = district.population.visitors
        self._share = np.where(parts.households.is_visitor, visitors.reach if visitors else 1.0, 1.0)
        """What part of the reach of a channel holds for each household."""
        self.heard = np.full(parts.households.n, np.inf)
        """When each household hears its first word [s], perhaps still to come; infinite for never."""
        self._over: dict[tuple[int, int], Floats] = {}
        """When the households of a zone hear a channel first, by channel and zone (rows)."""
        self._by_neighbors: dict[int, Floats] = {}
        self._was_told_by_neighbors = np.zeros(parts.households.n, dtype=bool)
        self._times: dict[tuple[int, int], int] = defaultdict(int)
        """Emissions of each channel in each zone so far."""
        self._sent: set[tuple[int, int, int]] = set()
        """Channels, zones and numbers of the messages that have gone out."""
        self._emissions: list[tuple[str, str, float, bool, int, int, bool]] = []

    def send(self, office: int, order: Order) -> None:
        """Tell the people of the zones of an order that has reached an office (row)."""
        causes = [Cause(zone, event) for zone, event in zip(order.message.zones, order.causes, strict=True)]
        for cause in causes:
            if self.command.leads(office, cause.zone):
                rows = self._moved(cause.zone)
                known = rows[self.parts.register.is_listed[rows]]
                self.reacting.expect(known)
                if self._goes_by_law:
                    self._by_law(known, cause, order)
        for row in range(len(self.channels)):
            due = [cause for cause in causes if self._is_due(row, office, cause.zone, order.message.number)]
            self._sent |= {(row, cause.zone, order.message.number) for cause in due}
            if due:
                self._emit(row, due, order.message)

    def note(self, household: int) -> None:
        """Keep that a household has word now, by whatever way."""
        self.heard[household] = min(self.heard[household], self.parts.now)

    # -- one law for everything -------------------------------------------------------------------

    def _by_law(self, rows: NDArray[np.int64], cause: Cause, order: Order) -> None:
        parts = self.parts
        transfer, organize = parts.world.transfer(cause.zone), parts.world.scenario.plan.organize
        law = transfer.relay_time or organize.relay_time
        told = parts.now + quantiles(law, parts.households.relay_luck[rows])
        for household, time in zip(rows.tolist(), told.tolist(), strict=True):
            parts.clock.call_at(time, partial(self.reacting.hear, household, order.message, cause.event))

    def _moved(self, zone: int) -> NDArray[np.int64]:
        """Return the households (rows) of a zone that the plan moves and that are there."""
        mine = self._mine(zone)
        is_there = self.parts.book.state[mine] != HouseholdState.AWAY
        return np.asarray(mine.start + np.flatnonzero((self.parts.mode[mine] != Mode.NONE) & is_there))

    # -- over channels ------------------------------------------------------------------------------

    def _reaches(self) -> list[dict[int, Reach]]:
        """Return the reach of each channel in each zone (row) that it covers."""
        ids = self.parts.world.zones.ids
        row = {id_: number for number, id_ in enumerate(ids)}
        found = []
        for channel in self.channels:
            reach = {
                row[id_]: Reach(channel.reach_day, channel.reach_night)
                for pattern in channel.zones
                for id_ in matching(pattern, row)
            }
            for coverage in self.parts.world.scenario.district.coverage:
                if coverage.channel == channel.id:
                    named = {row[id_] for pattern in coverage.zones for id_ in matching(pattern, row)}
                    reach |= dict.fromkeys(
                        named & set(reach), Reach(coverage.reach_day, coverage.reach_night)
                    )
            found.append(reach)
        return found

    def _is_due(self, row: int, office: int, zone: int, number: int) -> bool:
        """Return whether an office that has a message now is to send it over a channel in a zone."""
        operator = self.channels[row].operator
        sends = self.command.leads(office, zone) if operator is None else self.command.row(operator) == office
        return sends and zone in self._reach[row] and (row, zone, number) not in self._sent

    def _emit(self, row: int, causes: Sequence[Cause], message: Message) -> None:
        """Let a channel go out in zones now, those where it works."""
        parts, channel = self.parts, self.channels[row]
        is_night = parts.calendar.is_night(parts.now)
        is_served = []
        for cause in causes:
            place = Where(Kind.ZONE, cause.zone)
            out = [need for need in (*channel.needs, channel.kind) if not parts.networks.works(need, place)]
            if not out:
                is_served.append(cause)
                continue
            why = max(cause.event, *(parts.networks.cause(need, place) for need in out))
            parts.log.record(parts.now, "broadcast_failed", Where(Kind.CHANNEL, row), place=place, cause=why)
            self._keep(row, cause.zone, is_night=is_night, reached=0, failed=True)
        n_served = sum(mine.stop - mine.start for mine in (self._mine(zone) for zone, _ in is_served))
        for cause in is_served:
            reach = self._reach[row][cause.zone]
            self._times[row, cause.zone] += 1
            emission = Emission(
                channel.id,
                parts.now,
                (reach.night if is_night else reach.day) * self._share[self._mine(cause.zone)],
                channel.delay,
                self._times[row, cause.zone],
                np.inf if channel.rate is None else channel.rate,
                n_served,
            )
            self._reach_zone(row, cause, emission, message, is_night=is_night)
        if channel.repeat is not None:
            again = partial(self._emit_again, row, causes, message)
            parts.clock.call_at(parts.now + channel.repeat, again)

    def _emit_again(self, row: int, causes: Sequence[Cause], message: Message) -> None:
        """Let a channel go out again where somebody who is to go has not made up his mind."""
        left = [cause for cause in causes if not self.reacting.has_decided(self._moved(cause.zone)).all()]
        if left:
            self._emit(row, left, message)

    def _reach_zone(
        self, row: int, cause: Cause, emission: Emission, message: Message, *, is_night: bool
    ) -> None:
        parts, zone = self.parts, cause.zone
        mine = self._mine(zone)
        times = heard(emission, parts.world.zones.ids[zone], mine.stop - mine.start, parts.streams)
        times[self._cannot_hear(mine)] = np.inf
        reached = int(parts.households.people[mine][np.isfinite(times)].sum())
        event = parts.log.record(
            parts.now,
            "broadcast",
            Where(Kind.CHANNEL, row),
            place=Where(Kind.ZONE, zone),
            value=float(reached),
            cause=cause.event,
        )
        self._keep(row, zone, is_night=is_night, reached=reached, failed=False)
        self._over[row, zone] = np.minimum(self._over.get((row, zone), np.inf), times)
        self.heard[mine] = np.minimum(self.heard[mine], times)
        said = message._replace(impact=message.impact * self.channels[row].impact)
        for offset in np.flatnonzero(np.isfinite(times) & (parts.mode[mine] != Mode.NONE)).tolist():
            hear = partial(self.reacting.hear, mine.start + offset, said, event)
            parts.clock.call_at(float(times[offset]), hear)
        self._spread(zone, said, event)

    def _spread(self, zone: int, message: Message, cause: int) -> None:
        """Let those who hear tell their neighbors, from what is known now of who will hear."""
        parts, mine = self.parts, self._mine(zone)
        per_minute = parts.world.scenario.district.word_of_mouth
        if per_minute == 0:
            return
        over = np.min([times for (_, where), times in self._over.items() if where == zone], axis=0)
        luck = parts.streams.get("word_of_mouth", parts.world.zones.ids[zone]).random(len(over))
        times = word_of_mouth(over, luck, contagion=per_minute / MINUTE, until=parts.world.scenario.duration)
        times[self._cannot_hear(mine) | (times >= over)] = np.inf
        self._by_neighbors[zone] = np.minimum(self._by_neighbors.get(zone, np.inf), times)
        self.heard[mine] = np.minimum(self.heard[mine], times)
        pending = np.isfinite(times) & (parts.mode[mine] != Mode.NONE) & (times >= parts.now)
        for offset in np.flatnonzero(pending).tolist():
            hear = partial(self._hear_from_neighbors, mine.start + offset, message, cause)
            parts.clock.call_at(float(times[offset]), hear)

    def _hear_from_neighbors(self, household: int, message: Message, cause: int) -> None:
        # A later emission may have brought the moment forward; the word comes once.
        if not self._was_told_by_neighbors[household]:
            self._was_told_by_neighbors[household] = True
            self.reacting.hear(household, message, cause)

    def _mine(self, zone: int) -> "slice[int, int]":
        """Return the households of a zone."""
        return self.parts.households.of_zone(zone)

    def _cannot_hear(self, mine: slice) -> NDArray[np.bool_]:
        return np.asarray(IS_UNREACHABLE[self.parts.book.state[mine]])

    def _keep(self, row: int, zone: int, *, is_night: bool, reached: int, failed: bool) -> None:
        mine = self._mine(zone)
        people = int(self.parts.households.people[mine][~self._cannot_hear(mine)].sum())
        ids = self.channels[row].id, self.parts.world.zones.ids[zone]
        self._emissions.append((*ids, self.parts.now, is_night, people, reached, failed))

    # -- what stays -----------------------------------------------------------------------------------

    def names(self) -> Mapping[Kind, NDArray[Any]]:
        """Return the ids of the channels."""
        return {Kind.CHANNEL: np.array([channel.id for channel in self.channels], dtype=object)}

    def ledger(self) -> Mapping[str, NDArray[Any]]:
        """Return when each household heard its first word, and by what the order came."""
        warned = np.where(self.heard <= self.parts.now, self.heard, np.nan)
        return {"warned_s": warned, "channel": self._came_by()}

    def _came_by(self) -> NDArray[Any]:
        """Return by what the order came to each household: the channel, team or office behind its `told`."""
        log, column = self.parts.log, np.full(self.parts.households.n, "", dtype=object)
        if self._goes_by_law:
            return column
        told = log.events(("told",))
        officers = sorted(officer.id for officer in self.parts.world.scenario.plan.organize.officers)
        for number, household in zip(told.number.tolist(), told.subject.tolist(), strict=True):
            cause = log.cause_of(number)
            while cause != ROOT and column[household] == "":
                for where in log.about(cause):
                    if where.kind == Kind.CHANNEL:
                        column[household] = f"channel/{self.channels[where.row].id}"
                    elif where.kind == Kind.OFFICER:
                        column[household] = f"officer/{officers[where.row]}"
                cause = log.cause_of(cause) if log.about(cause)[0].kind == Kind.HOUSEHOLD else ROOT
        return column

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Return every emission, and whom each channel reached; none without channels."""
        if not self._emissions:
            return {}
        columns = ["channel", "zone", "time_s", "night", "people", "reached", "failed"]
        zones = sorted({zone for _, zone, _ in self._sent})
        rows = []
        for zone in zones:
            mine = self._mine(zone)
            for row, channel in enumerate(self.channels):
                if (row, zone) in self._over:
                    rows.append(self._reached(zone, channel.id, self._over[row, zone]))
            rows.append(self._reached(zone, "", self.heard[mine]))
        return {
            "broadcasts": pd.DataFrame(self._emissions, columns=columns),
            "reach": pd.DataFrame(rows),
        }

    def _reached(self, zone: int, channel: str, times: Floats) -> dict[str, Any]:
        """Return one row of the table of reach."""
        people = self.parts.households.people[self._mine(zone)]
        is_reached = times <= self.parts.now
        at, weight = times[is_reached], people[is_reached]
        order = np.argsort(at, kind="stable")
        half = np.searchsorted(np.cumsum(weight[order]), weight.sum() / 2) if at.size else 0
        return {
            "zone": self.parts.world.zones.ids[zone],
            "channel": channel,
            "people": int(people[~self._cannot_hear(self._mine(zone)) | is_reached].sum()),
            "reached": int(weight.sum()),
            "first_s": float(at.min()) if at.size else np.nan,
            "median_s": float(at[order][half]) if at.size else np.nan,
        }


IS_UNREACHABLE = np.isin(list(HouseholdState), (HouseholdState.AWAY, HouseholdState.DEAD))
"""Whether nobody hears a warning, by the state."""
