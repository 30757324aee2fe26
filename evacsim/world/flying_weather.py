"""When the weather keeps helicopters on the ground (飞行气象)."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime

import numpy as np

from evacsim.clock import seconds_after
from evacsim.scenario.hazard import FlyingWeather
from evacsim.scenario.transport import Fleet


class Skies:
    """The weather of a run in the order of time; each entry holds until the next, nothing forbids before the first."""

    def __init__(self, given: Sequence[FlyingWeather], *, start: datetime) -> None:
        in_time = sorted((seconds_after(start, one.begins), row) for row, one in enumerate(given))
        self._times = [time for time, _ in in_time]
        self._weather = [given[row] for _, row in in_time]

    def allows(self, fleet: Fleet, time: float) -> bool:
        """Return whether the helicopters of a fleet may fly in the weather at `time` [s]; at a limit they may."""
        row = bisect_right(self._times, time) - 1
        return row < 0 or _is_within_limits(self._weather[row], fleet)

    def rain(self, time: float) -> float:
        """Return the rain at `time` [mm/h]; none where nothing says it."""
        row = bisect_right(self._times, time) - 1
        return 0.0 if row < 0 else self._weather[row].rain

    def next_change(self, time: float) -> float:
        """Return when the next entry after `time` begins [s]; infinite after the last."""
        row = bisect_right(self._times, time)
        return self._times[row] if row < len(self._times) else np.inf

    def opens(self, fleet: Fleet, time: float) -> float:
        """Return the first moment from `time` on at which a fleet may fly [s]; infinite where none comes."""
        while np.isfinite(time) and not self.allows(fleet, time):
            time = self.next_change(time)
        return time

    def closes(self, fleet: Fleet, time: float) -> float:
        """Return the first moment from `time` on at which a fleet may not fly [s]; infinite where none comes."""
        while np.isfinite(time) and self.allows(fleet, time):
            time = self.next_change(time)
        return time


def _is_within_limits(weather: FlyingWeather, fleet: Fleet) -> bool:
    sees = weather.visibility is None or weather.visibility >= fleet.visibility_limit
    return sees and weather.wind <= fleet.wind_limit and weather.rain <= fleet.rain_limit
