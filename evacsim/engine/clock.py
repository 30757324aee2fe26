"""The one clock: SimPy's, with all movement brought up to date before each of its events."""

from collections.abc import Callable
from heapq import heappop, heappush
from typing import Any

import simpy
from simpy.events import NORMAL

from evacsim.engine.movement import Movement, Notice


class Clock(simpy.Environment):
    """SimPy's clock with the movement kernel running between its events.

    At one instant things happen in this order: first travellers arrive or are stopped, in the
    order of the kernel; then SimPy's own events, in the order in which they were scheduled.
    """

    def __init__(self, movement: Movement, on_notice: Callable[[Notice], None]) -> None:
        super().__init__()
        self.movement = movement
        self.on_notice = on_notice
        self.after_moving: list[Callable[[], None]] = []
        """Called whenever movement has gone on, before anything else happens at the moment it has come to."""

    def call_at(self, time: float, action: Callable[[], None]) -> None:
        """Let `action` happen at `time` [s], exactly: no delay is added to the present."""
        assert time >= self.now, f"an action is called for {time}, before {self.now}"
        # It stands among SimPy's events in its turn, but nobody else waits for it: the action itself is enough.
        queue: list[Any] = self._queue
        heappush(queue, (time, NORMAL, next(self._eid), action))

    def happen(self, event: simpy.Event, value: object = None) -> None:
        """Let an event happen within the present one, before anything else, rather than in its turn."""
        assert not event.triggered, "an event happens once"
        callbacks, event.callbacks = event.callbacks, None  # type: ignore[assignment]  # as SimPy's own `step`
        event._ok, event._value = True, value
        for callback in callbacks:
            callback(event)

    def step(self) -> None:
        """Let the next event or action happen."""
        queue: list[Any] = self._queue
        if queue and not isinstance(queue[0][-1], simpy.Event):
            self._now, _, _, action = heappop(queue)
            action()
        else:
            super().step()

    def run_to(self, end: float, progress: Callable[[float], None] | None = None) -> None:
        """Run until `end` [s], or until nothing can happen any more.

        `progress` is told the time now and then.
        """
        steps = 0
        while True:
            upto = min(self.peek(), end)
            notice = self.movement.advance(upto)
            for action in self.after_moving:
                action()
            if notice is not None:
                self._now = notice.time
                self.on_notice(notice)
            elif self.peek() > end:
                if self.movement.is_under_way():
                    self._now = end  # who is on the road when time is up is so until then
                break
            else:
                self.step()
            steps += 1
            if progress is not None and steps % 2048 == 0:
                progress(self.now)
