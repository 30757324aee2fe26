"""Power and communication: by what one can be reached at a place now (供电与通信)."""

from collections.abc import Mapping, Sequence

from evacsim.engine.log import ROOT, Where

NEEDS: Mapping[str, Sequence[str]] = {
    "power": ("power",),
    "cell": ("cell",),
    "phone": ("cell",),
    "landline": ("power",),
    "video": ("power",),
    "radio": (),
    "satellite": (),
    "messenger": (),
}
"""What each means of calling needs at both ends (assumed: telephone exchanges and video lines fail with the power of
the place; handsets and satellite phones run on batteries that last; base stations of 370 MHz are not modelled)."""


class Networks:
    """What works where: asked before every call, every broadcast, every lamp.

    Power and mobile communication work at a place until they are put out there (`engine.sites`); a
    place is an office, a zone, a shelter.
    """

    def __init__(self) -> None:
        self._out: dict[tuple[str, Where], int] = {}
        """What does not work, with the event that put it out."""

    def works(self, kind: str, where: Where) -> bool:
        """Return whether `kind` (power, cell, or one of `terms.CALL_MEANS`) works at a place now."""
        return all((need, where) not in self._out for need in NEEDS.get(kind, (kind,)))

    def cause(self, kind: str, where: Where) -> int:
        """Return the last event that put `kind` out at a place, the root where it works."""
        return max(self._out.get((need, where), ROOT) for need in (*NEEDS.get(kind, ()), kind))

    def put_out(self, kind: str, where: Where, cause: int) -> None:
        """Let power, cell or another kind fail at a place; where it has failed already, the first cause stays."""
        self._out.setdefault((kind, where), cause)

    def restore(self, kind: str, where: Where) -> None:
        """Let `kind` work again at a place."""
        self._out.pop((kind, where), None)
