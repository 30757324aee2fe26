"""Boats by what water they need: fleets of equal draught and current limit go over the same roads, as one class."""

from collections.abc import Mapping

from evacsim.engine.routing import BOATS, MoverClass
from evacsim.hazard.effects import BoatLimits, limits_of
from evacsim.scenario.transport import Fleet
from evacsim.world.columns import World


class BoatClasses:
    """The classes of boats of a world; none where neither a fleet of boats nor rescue is in it.

    Neighbours who help each other have boats of the usual limits (assumed).
    """

    def __init__(self, world: World) -> None:
        self._effects, rescue = world.scenario.hazard.effects, world.scenario.plan.rescue
        usual = limits_of(self._effects)
        limits = {limits_of(self._effects, f) for f in world.fleets.models if f.kind == "boat"}
        if rescue is not None and (rescue.self_help is not None or not limits):
            limits.add(usual)
        # In the order of the figures: the order of the fleets in a file changes nothing.
        in_order = sorted(limits)
        assert len(in_order) <= len(BOATS), "more sorts of boats than the check lets through"
        self.limits: Mapping[MoverClass, BoatLimits] = dict(zip(BOATS, in_order, strict=False))
        """What water the boats of each class need."""
        self._class_of = {one: mover_class for mover_class, one in self.limits.items()}
        self.usual = self._class_of.get(usual, MoverClass.BOAT)
        """The class of boats of which nothing else is said."""

    def of(self, fleet: Fleet) -> MoverClass:
        """Return the class of the boats of a fleet."""
        return self._class_of[limits_of(self._effects, fleet)]
