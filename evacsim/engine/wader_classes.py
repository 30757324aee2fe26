"""Trucks of rescue by how deep they wade: fleets of equal wading depth go over the same roads, as one class."""

from collections.abc import Mapping

from evacsim.engine.routing import WADERS, MoverClass
from evacsim.hazard.effects import wading_depth_of
from evacsim.scenario.transport import Fleet
from evacsim.world.columns import World


class WaderClasses:
    """The classes of trucks that wade; none where no fleet of them is in a world."""

    def __init__(self, world: World) -> None:
        self._effects = world.scenario.hazard.effects
        # In the order of the figures: the order of the fleets in a file changes nothing.
        in_order = sorted(
            {wading_depth_of(self._effects, f) for f in world.fleets.models if f.kind == "high_clearance"}
        )
        assert len(in_order) <= len(WADERS), "more sorts of trucks than the check lets through"
        self.limits: Mapping[MoverClass, float] = dict(zip(WADERS, in_order, strict=False))
        """Depth at which the trucks of each class stop [m]."""
        self._class_of = {limit: mover_class for mover_class, limit in self.limits.items()}

    def of(self, fleet: Fleet) -> MoverClass:
        """Return the class of the trucks of a fleet."""
        return self._class_of[wading_depth_of(self._effects, fleet)]
