"""Orders to the roads (交通管制): closed, opened, given another flow, their lanes reversed or kept for rescue.

reversed: order - (nobody enters, those on the road drive on; police drive through) - the lanes are
open to the opposite direction, after the clear time and not before the last one has left.
"""

from functools import partial

import numpy as np

from evacsim.clock import seconds_after
from evacsim.engine.log import Kind, Where
from evacsim.engine.parts import Parts
from evacsim.engine.roads import LOOK_AGAIN, Roads, Rows
from evacsim.world.columns import RoadChange

PER_HOUR = 3600.0


class Orders:
    """The orders of the plan, carried out when they are given."""

    def __init__(self, parts: Parts, roads: Roads) -> None:
        self.parts = parts
        self.roads = roads
        self._reversed: dict[int, int] = {}
        """Ways whose lanes are given to the other direction, with the event of the order."""
        self._gauge_row = {gauge: row for row, gauge in enumerate(parts.world.gauges)}

    def schedule(self) -> None:
        """Call for every order; what lies before the start holds from the start."""
        for change in self.parts.world.orders:
            self.parts.clock.call_at(max(0.0, change.time), partial(self._carry_out, change))

    def close_roads(self, ways: Rows, cause: int) -> None:
        """Close ways to vehicles now, by an event."""
        self._tell("closed_by_order", self.roads.shut(ways), cause)
        self._try_again()

    def open_roads(self, ways: Rows, cause: int) -> None:
        """Open ways to vehicles now, by an event."""
        self._tell("opened_by_order", self.roads.open(ways), cause)
        self._try_again()

    def set_gate(self, ways: Rows, flow: float, cause: int) -> None:
        """Let ways carry no more than a flow [pcu/s] from now on, by an event."""
        self._tell("gate_set", ways, cause, self.roads.meter(ways, flow))

    def lift_gate(self, ways: Rows, cause: int) -> None:
        """Let ways carry again what they do without a gate, by an event."""
        self._tell("capacity_by_order", ways, cause, self.roads.meter(ways, np.inf))

    def reserve_lane(self, ways: Rows, cause: int) -> None:
        """Take one lane of ways from everybody, for rescue, by an event."""
        self._tell("lane_reserved", ways, cause, self.roads.keep_lane(ways, is_kept=True))

    def give_lane_back(self, ways: Rows, cause: int) -> None:
        """Let everybody use again the lane that was kept for rescue, by an event."""
        self._tell("capacity_by_order", ways, cause, self.roads.keep_lane(ways, is_kept=False))

    def _carry_out(self, change: RoadChange) -> None:
        cause = self._trigger(change)
        if change.order.order == "close":
            self.close_roads(change.ways, cause)
            return
        if change.order.order == "open":
            self._open(change, cause)
        elif change.order.order == "capacity":
            carried = self.roads.carry(change.ways, change.capacity)
            self._tell("capacity_by_order", change.ways, cause, carried)
        else:
            self.roads.shut(change.ways)
            self._tell("lanes_reversed", change.ways, cause)
            self._reversed.update(dict.fromkeys(change.ways.tolist(), cause))
            due = self.parts.now + change.order.clear_time
            self.parts.clock.call_at(due, partial(self._open_lanes, change, change.ways, cause))
        self._try_again()

    def _open(self, change: RoadChange, cause: int) -> None:
        back = change.opposite >= 0
        self.roads.carry(change.opposite[back], change.opposite_capacity[back], change.opposite_storage[back])
        for way in change.ways.tolist():
            self._reversed.pop(way, None)
        self.roads.carry(change.ways, change.capacity)
        self._tell("opened_by_order", self.roads.open(change.ways), cause)

    def _open_lanes(self, change: RoadChange, ways: Rows, cause: int) -> None:
        """Open reversed lanes that are clear to the other direction; look again later at the others."""
        waiting = ways[[self._reversed.get(way) == cause for way in ways.tolist()]]
        busy = self.roads.busy(waiting)
        clear, left = waiting[~busy], waiting[busy]
        if left.size:
            later = partial(self._open_lanes, change, left, cause)
            self.parts.clock.call_at(self.parts.now + LOOK_AGAIN, later)
        if not clear.size:
            return
        row = np.flatnonzero(np.isin(change.ways, clear) & (change.opposite >= 0))
        gaining, capacity = change.opposite[row], change.opposite_capacity[row]
        carried = self.roads.carry(gaining, capacity, change.opposite_storage[row])
        self._tell("lanes_opened", gaining, cause, carried)
        self._try_again()

    def _trigger(self, change: RoadChange) -> int:
        """Record what set the order off and return the event: the planned moment, or a stage of a gauge."""
        parts, order = self.parts, change.order
        start = parts.world.scenario.start
        if order.at is not None and seconds_after(start, order.at) <= change.time:
            return parts.log.record(parts.now, "moment_reached", Where(Kind.DISTRICT, 0))
        assert order.trigger_gauge is not None
        assert order.trigger_stage is not None
        gauge = Where(Kind.GAUGE, self._gauge_row[order.trigger_gauge])
        return parts.log.record(parts.now, "stage_reached", gauge, value=order.trigger_stage)

    def _tell(self, kind: str, ways: Rows, cause: int, capacity: np.ndarray | None = None) -> None:
        """Record an event for each way; its value is the flow it carries from then on [pcu/h]."""
        for row, way in enumerate(ways.tolist()):
            road = Where(Kind.LINK, int(self.parts.world.ways.link[way]))
            value = np.nan if capacity is None else float(capacity[row]) * PER_HOUR
            self.parts.log.record(self.parts.now, kind, road, value=value, cause=cause)

    def _try_again(self) -> None:
        for try_again in self.parts.after_reopening:
            try_again()
