"""Traffic alone: a network, routes and trips in four tables; passing times, curves and fields.

The room can be called: `evacsim.traffic(folder)` is `load_traffic(folder)`, whatever was imported first.
"""

import sys
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from evacsim.traffic.case import TrafficCase


class _Room(ModuleType):
    """A module that can be called."""

    def __call__(self, folder: str | Path, *, encoding: str | None = None) -> "TrafficCase":
        """Return the case of traffic in a folder; see `load_traffic`."""
        from evacsim.traffic.loading import load_traffic

        return load_traffic(folder, encoding=encoding)


sys.modules[__name__].__class__ = _Room
