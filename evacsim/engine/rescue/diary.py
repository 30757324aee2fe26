"""Where the hours of every craft go (时间去向)."""

import pandas as pd

from evacsim.engine.parts import Parts


class Diary:
    """What each craft (vehicle row) does, one thing after the other."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self._lines: list[tuple[int, str, float, float]] = []
        self._now: dict[int, tuple[str, float]] = {}

    def begin(self, vehicle: int, what: str) -> None:
        """Let a craft do something from now on, until it does something else."""
        self._end(vehicle)
        self._now[vehicle] = (what, self.parts.now)

    def _end(self, vehicle: int) -> None:
        if vehicle in self._now:
            what, since = self._now.pop(vehicle)
            if self.parts.now > since:
                self._lines.append((vehicle, what, since, self.parts.now))

    def table(self, ids: list[str]) -> pd.DataFrame:
        """Return everything that craft have done; what they do at the end ends with the run."""
        for vehicle in list(self._now):
            self._end(vehicle)
        lines = sorted(self._lines, key=lambda line: (line[0], line[2]))
        return pd.DataFrame(
            [(ids[vehicle], what, since, until) for vehicle, what, since, until in lines],
            columns=["vehicle", "what", "from_s", "until_s"],
        )
