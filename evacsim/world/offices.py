"""The tree of offices (县乡村组指挥体系) as columns: who stands above whom, leads which zone, calls whom next."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from evacsim.scenario.matching import matching
from evacsim.scenario.plan import Plan, ZoneTransfer
from evacsim.scenario.tree_of_offices import OfficeGiven
from evacsim.terms import COMMAND_LEVELS

Ints = NDArray[np.int32]

TOP = -1
"""Parent of an office that nobody stands above, and office of a zone that nobody leads."""
Share = tuple[int, tuple[int, ...]]
"""An office and those of the zones in question that lie with it or below it."""


@dataclass(frozen=True)
class Offices:
    """One row for each office: parents before children, those equally far from the top by id."""

    ids: tuple[str, ...]
    level: NDArray[np.int8]
    """Level in the tree, 0 at the top of the names of levels."""
    parent: Ints
    """Row of the office above; -1 at the top."""
    staff: Ints
    """Posts."""
    lines: Ints
    """Calls it can make at once."""
    leader_of: Ints
    """Row of the office that leads each zone, shape (n_zones,); -1 for none."""

    @property
    def n(self) -> int:
        """Return the number of offices."""
        return len(self.ids)

    @cached_property
    def row(self) -> dict[str, int]:
        """Return the row of each id."""
        return {id_: row for row, id_ in enumerate(self.ids)}

    @cached_property
    def children(self) -> tuple[tuple[int, ...], ...]:
        """Return the offices right below each, in order of rows."""
        below: list[list[int]] = [[] for _ in self.ids]
        for row, parent in enumerate(self.parent.tolist()):
            if parent != TOP:
                below[parent].append(row)
        return tuple(map(tuple, below))

    def upwards(self, office: int) -> tuple[int, ...]:
        """Return an office and all above it, to the top."""
        line = [office]
        while (above := int(self.parent[line[-1]])) != TOP:
            line.append(above)
        return tuple(line)

    def own(self, office: int, zones: Iterable[int]) -> tuple[int, ...]:
        """Return those of `zones` that the office leads itself."""
        return tuple(zone for zone in zones if self.leader_of[zone] == office)

    def next_below(self, office: int, zones: Iterable[int]) -> list[Share]:
        """Return whom an office has to call so that word reaches `zones`: offices right below it, in order of rows.

        Zones that it leads itself, or that do not lie below it, are nobody's here.
        """
        shares: dict[int, list[int]] = {}
        for zone in zones:
            leader = int(self.leader_of[zone])
            line = self.upwards(leader) if leader != TOP else ()
            if office in line[1:]:
                shares.setdefault(line[line.index(office) - 1], []).append(zone)
        return [(child, tuple(shares[child])) for child in sorted(shares)]

    def leaders(self, zones: Iterable[int]) -> list[Share]:
        """Return the offices that lead `zones`, in order of rows: all whom a flat command (扁平指挥) calls itself."""
        shares: dict[int, list[int]] = {}
        for zone in zones:
            if self.leader_of[zone] != TOP:
                shares.setdefault(int(self.leader_of[zone]), []).append(zone)
        return [(office, tuple(shares[office])) for office in sorted(shares)]


def build_offices(given: Sequence[OfficeGiven], *, zones: Sequence[str], levels: Sequence[str]) -> Offices:
    """Return the offices of a scenario in which `scenario.tree_of_offices` finds nothing wrong.

    Parameters
    ----------
    given : sequence of OfficeGiven
        Offices in any order.
    zones : sequence of str
        Ids of the zones, by row.
    levels : sequence of str
        Names of the levels from the top.
    """
    by_id = {office.id: office for office in given}
    steps = {office.id: _steps_from_the_top(office, by_id) for office in given}
    ordered = sorted(given, key=lambda office: (steps[office.id], office.id))
    row = {office.id: number for number, office in enumerate(ordered)}
    ids, zone_row = dict.fromkeys(zones), {id_: number for number, id_ in enumerate(zones)}
    leader_of = np.full(len(zones), TOP, dtype=np.int32)
    # Parents come first, so the lowest of those that name a zone has the last word.
    for office in ordered:
        for pattern in office.zones:
            leader_of[[zone_row[id_] for id_ in matching(pattern, ids)]] = row[office.id]
    return Offices(
        tuple(row),
        np.array([levels.index(office.level) for office in ordered], dtype=np.int8),
        np.array([TOP if o.parent is None else row[o.parent] for o in ordered], dtype=np.int32),
        np.array([office.staff for office in ordered], dtype=np.int32),
        np.array([office.lines for office in ordered], dtype=np.int32),
        leader_of,
    )


def offices_of(plan: Plan, transfers: Sequence[ZoneTransfer | None], zones: Sequence[str]) -> Offices:
    """Return the offices of a plan; where it describes no tree, each that decides on transfers is one of its own.

    Parameters
    ----------
    plan : Plan
        The plan.
    transfers : sequence of ZoneTransfer or None
        Its row for each zone.
    zones : sequence of str
        Ids of the zones, by row.
    """
    if plan.organize.offices:
        return build_offices(plan.organize.offices, zones=zones, levels=list(COMMAND_LEVELS))
    levels = (level.office or plan.when.decided_by for level in plan.when.levels)
    moved = (decided_by(plan, transfer) for transfer in transfers if transfer is not None)
    names = sorted({plan.when.decided_by, *levels, *moved})
    row = {name: number for number, name in enumerate(names)}
    leader_of = [TOP if transfer is None else row[decided_by(plan, transfer)] for transfer in transfers]
    one = np.ones(len(names), dtype=np.int32)
    return Offices(
        tuple(names),
        np.zeros(len(names), dtype=np.int8),
        np.full(len(names), TOP, dtype=np.int32),
        one,
        one,
        np.array(leader_of, dtype=np.int32),
    )


def decided_by(plan: Plan, transfer: ZoneTransfer) -> str:
    """Return who decides on the transfer of a zone, as the plan calls it."""
    return transfer.decided_by or plan.when.decided_by


def named(offices: Offices, plan: Plan, name: str) -> int:
    """Return the row of an office by its id or its name; -1 where it is neither."""
    ids = {office.name: office.id for office in plan.organize.offices if office.name}
    return offices.row.get(name, offices.row.get(ids.get(name, ""), TOP))


def deciders(offices: Offices, plan: Plan, transfers: Sequence[ZoneTransfer | None]) -> Ints:
    """Return the office that decides on each zone, shape (n_zones,); -1 for zones that the plan leaves in peace.

    An office is meant by its id or its name. Where `decided_by` is neither, it is the office at the
    top above the one that leads the zone.
    """
    found = np.full(len(transfers), TOP, dtype=np.int32)
    for zone, transfer in enumerate(transfers):
        if transfer is None:
            continue
        row = named(offices, plan, decided_by(plan, transfer))
        found[zone] = offices.upwards(int(offices.leader_of[zone]))[-1] if row == TOP else row
    return found


def satellite_phones(offices: Offices, plan: Plan) -> tuple[list[int], list[int]]:
    """Return the offices (rows) that get a satellite phone, and those for which none is left; from the top down.

    Those are offices that have `satellite` among their means; nobody where the plan does not describe its satellite
    network.
    """
    networks = plan.organize.networks
    if networks is None or networks.satellite is None:
        return [], []
    wanting = sorted(offices.row[one.id] for one in plan.organize.offices if "satellite" in one.means)
    phones = networks.satellite.phones
    return (wanting, []) if phones is None else (wanting[:phones], wanting[phones:])


def _steps_from_the_top(office: OfficeGiven, by_id: dict[str, OfficeGiven]) -> int:
    steps = 0
    while office.parent is not None:
        office = by_id[office.parent]
        steps += 1
        assert steps < len(by_id), f"office {office.id} stands below itself"
    return steps
