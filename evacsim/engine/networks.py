"""Power and communication: by what one can be reached at a place now (供电与通信)."""

from evacsim.engine.log import ROOT, Where
from evacsim.engine.recorded import Recorded


class Networks(Recorded):
    """What works where: asked before every call, every broadcast, every lamp.

    Everything works until it is put out. A `kind` is one of `terms.CALL_MEANS` or
    `terms.CHANNEL_KINDS`, or `power` or `cell`; a place is an office, a zone, a shelter.
    """

    def __init__(self) -> None:
        self._out: dict[tuple[str, Where], int] = {}
        """What does not work, with the event that put it out."""

    def works(self, kind: str, where: Where) -> bool:
        """Return whether `kind` works at a place now."""
        return (kind, where) not in self._out

    def cause(self, kind: str, where: Where) -> int:
        """Return the event that put `kind` out at a place, the root where it works."""
        return self._out.get((kind, where), ROOT)

    def put_out(self, kind: str, where: Where, cause: int) -> None:
        """Let `kind` fail at a place; where it has failed already, the first cause stays."""
        self._out.setdefault((kind, where), cause)

    def restore(self, kind: str, where: Where) -> None:
        """Let `kind` work again at a place."""
        self._out.pop((kind, where), None)
