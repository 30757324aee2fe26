"""Power and communication: by what one can be reached at a place now (供电与通信)."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from evacsim.engine.log import ROOT, Where

NEEDS: Mapping[str, Sequence[str]] = {
    "power": ("power",),
    "cell": ("cell",),
    "phone": ("cell",),
    "landline": ("power",),
    "video": ("power",),
    "radio": ("handset",),
    "satellite": ("satellite_phone",),
    "messenger": (),
}
"""What each means of calling needs at both ends (assumed: telephone exchanges and video lines fail with the power of
the place). Handsets and satellite phones run on batteries that last, and reach everywhere, unless the plan describes
its networks (`engine.handsets`, `engine.carrying`)."""


class Carriers(Protocol):
    """What lies between two ends, where the plan describes its networks."""

    def reaches(self, means: str, one: Where, other: Where) -> bool:
        """Return whether a means of calling works at both ends and its network reaches from one to the other."""

    def hold_for(self, place: Where, time: float) -> bool:
        """Take a channel for a mobile phone at a place for so long [s], if one is free; return whether one is."""


class Networks:
    """What works where: asked before every call, every broadcast, every lamp.

    Power and mobile communication work at a place until they are put out there (`engine.sites`); a
    place is an office, a zone, a shelter.
    """

    def __init__(self) -> None:
        self._out: dict[tuple[str, Where], int] = {}
        """What does not work, with the event that put it out."""
        self.carriers: Carriers | None = None
        """What carries calls; whatever works at both ends does where it is None."""

    def works(self, kind: str, where: Where) -> bool:
        """Return whether `kind` (power, cell, or one of `terms.CALL_MEANS`) works at a place now."""
        return all((need, where) not in self._out for need in NEEDS.get(kind, (kind,)))

    def reaches(self, kind: str, one: Where, other: Where) -> bool:
        """Return whether one can be called from one place at another by a means of calling now."""
        if self.carriers is not None:
            return self.carriers.reaches(kind, one, other)
        return self.works(kind, one) and self.works(kind, other)

    def has_channel(self, place: Where, time: float) -> bool:
        """Return whether a mobile phone at a place gets a channel now, which it then holds for so long [s]."""
        return self.carriers is None or self.carriers.hold_for(place, time)

    def cause(self, kind: str, where: Where) -> int:
        """Return the last event that put `kind` out at a place, the root where it works."""
        return max(self._out.get((need, where), ROOT) for need in (*NEEDS.get(kind, ()), kind))

    def put_out(self, kind: str, where: Where, cause: int) -> None:
        """Let power, cell or another kind fail at a place; where it has failed already, the first cause stays."""
        self._out.setdefault((kind, where), cause)

    def restore(self, kind: str, where: Where) -> None:
        """Let `kind` work again at a place."""
        self._out.pop((kind, where), None)
