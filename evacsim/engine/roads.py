"""The roads as they are now: what water, slopes and orders together leave of each way.

Water and orders each change a part; what travelers meet, and what those who are informed know, is
made of both here. So a road that is closed by order stays closed when the water falls, and one
that is opened by order stays closed where it is too deep, or where it is cut.

A road that is closed by order or cut is entered by nobody from that moment on; those on it drive on to its end.
"""

import numpy as np
from numpy.typing import NDArray

from evacsim.engine.parts import Parts
from evacsim.engine.routing import MoverClass
from evacsim.world.columns import Crowding, Ways

Rows = NDArray[np.int32]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

NO_ROOM, NO_WAVE = 1.0, 1e-9
"""Storage [pcu] and wave speed [m/s] of a road that nobody enters while those on it drive on."""
LOOK_AGAIN = 60.0
"""How often somebody looks whether a road that is closed by order is clear [s] (assumed)."""


class Roads:
    """What each way lets through now."""

    def __init__(self, parts: Parts) -> None:
        ways = parts.world.ways
        self.parts = parts
        self.capacity = ways.capacity.copy()
        """Flow capacity while open [pcu/s]."""
        self.storage = ways.storage.copy()
        """What it holds when jammed, while open [pcu]."""
        self._gate = np.full(ways.n, np.inf)
        """Flow that gates let through [pcu/s]."""
        self._lane_kept = np.zeros(ways.n)
        """Share of one lane of those of the way, where it is kept for rescue; 0 elsewhere."""
        self._is_shut = np.zeros(ways.n, dtype=bool)
        self._is_barred = np.zeros(ways.n, dtype=bool)
        """Shut, and no vehicle is left on it."""
        self._is_ordered_shut = np.zeros(ways.n, dtype=bool)
        self._cuts = np.zeros(ways.n, dtype=np.int64)
        """How many cuts hold now; a way is shut while an order or a cut holds."""
        self._light = np.zeros(ways.n, dtype=np.int64)
        """How many bridges lead over it that bear no buses."""
        self._slope = slope_factors(ways)

    def begin(self) -> None:
        """Put what holds from the start on the roads: slopes, and signals."""
        signals = self.parts.world.signals
        sloping = np.flatnonzero(self._slope != 1.0).astype(np.int32)
        if self.parts.boats.limits:
            every = np.arange(self.parts.world.ways.n, dtype=np.int32)
            aground = {int(boat): np.zeros(len(every)) for boat in self.parts.boats.limits}
            self.parts.movement.change_links(every, aground, now=self.parts.now)
        if sloping.size:
            self.renew(sloping)
        if signals.way.size:
            self.parts.movement.set_signals(
                signals.way, cycle=signals.cycle, start=signals.start, green=signals.green
            )

    def renew(self, ways: Rows) -> None:
        """Give ways the speeds that depth, slope and orders leave them; ways to everywhere are found again."""
        parts, world = self.parts, self.parts.world
        depth, free_speed = parts.road_depth[world.ways.link[ways]], world.ways.free_speed[ways]
        water = {
            MoverClass.WALKER: parts.speed_factors.walker(depth),
            MoverClass.CAR: parts.speed_factors.car(depth, free_speed),
            MoverClass.BUS: np.where(self._light[ways] > 0, 0.0, parts.speed_factors.bus(depth, free_speed)),
        }
        met = {c: np.where(self._is_barred[ways], 0.0, factor) for c, factor in water.items()}
        met[MoverClass.WALKER] = water[MoverClass.WALKER] * self._slope[ways]
        velocity = parts.road_velocity[world.ways.link[ways]]
        for boat, limits in parts.boats.limits.items():
            floats = parts.speed_factors.boat(depth, velocity, limits)
            water[boat] = met[boat] = np.where(world.ways.is_footway[ways], floats, 0.0)
        graded: dict[MoverClass, Floats] = {}
        for wader, limit in parts.waders.limits.items():
            # To trucks that wade a road is open or closed; how fast they wade they know when they set out.
            wades = parts.speed_factors.truck(depth, free_speed, limit)
            graded[wader] = np.where(self._light[ways] > 0, 0.0, wades)
            met[wader] = np.where(self._is_barred[ways] | (graded[wader] == 0.0), 0.0, 1.0)
        water |= graded
        parts.movement.change_links(ways, {int(c): factor for c, factor in met.items()}, now=parts.now)
        # Ways on foot are never shut, and slopes are in the times of the dry network.
        known = {c: np.where(self._is_shut[ways], 0.0, factor) for c, factor in water.items()}
        parts.routing.update(ways, known)
        parts.travelers.roads_changed(ways, met)

    def shut(self, ways: Rows) -> Rows:
        """Let nobody enter ways from now on, by order; return those that no order had shut."""
        new = ways[~self._is_ordered_shut[ways]]
        self._is_ordered_shut[new] = True
        self._shut(new)
        return new

    def open(self, ways: Rows) -> Rows:
        """Take back that ways are shut by order; return those that were."""
        new = ways[self._is_ordered_shut[ways]]
        self._is_ordered_shut[new] = False
        self._open(new)
        return new

    def cut(self, ways: Rows) -> Rows:
        """Let nobody enter ways that something lies on or that fell, whatever orders say; return those not yet cut."""
        self._cuts[ways] += 1
        new: Rows = ways[self._cuts[ways] == 1]
        self._shut(new)
        return new

    def mend(self, ways: Rows) -> Rows:
        """Take one cut of ways back; return those on which no other holds."""
        self._cuts[ways] -= 1
        whole: Rows = ways[self._cuts[ways] == 0]
        self._open(whole)
        return whole

    def bear(self, ways: Rows, *, buses: bool) -> None:
        """Let no bus or truck pass ways, or take one bridge back that did not bear them."""
        self._light[ways] += -1 if buses else 1
        self.renew(ways)

    def _shut(self, ways: Rows) -> None:
        new = ways[~self._is_shut[ways]]
        self._is_shut[new] = True
        busy = self.busy(new)
        self._is_barred[new[~busy]] = True
        left = new[busy]
        if left.size:
            self.parts.movement.change_links(left, storage=NO_ROOM, wave_speed=NO_WAVE, now=self.parts.now)
            self.parts.clock.call_at(self.parts.now + LOOK_AGAIN, lambda: self._bar(left))
        self.renew(new)

    def _open(self, ways: Rows) -> None:
        new = ways[~self._is_ordered_shut[ways] & (self._cuts[ways] == 0)]
        self._is_shut[new] = self._is_barred[new] = False
        self._let_carry(new)
        self.renew(new)

    def carry(self, ways: Rows, capacity: Floats, storage: Floats | None = None) -> Floats:
        """Let ways have another flow [pcu/s] and room [pcu] once they are open; return what they carry then."""
        self.capacity[ways] = capacity
        if storage is not None:
            self.storage[ways] = storage
        self._let_carry(ways[~self._is_shut[ways]])
        return self._carried(ways)

    def meter(self, ways: Rows, flow: float) -> Floats:
        """Let ways carry no more than a flow [pcu/s], inf for no limit; return what each of them carries then."""
        self._gate[ways] = flow
        self._let_carry(ways[~self._is_shut[ways]])
        return self._carried(ways)

    def keep_lane(self, ways: Rows, *, is_kept: bool) -> Floats:
        """Take one lane of ways from everybody, for rescue, or give it back; return what each of them carries then."""
        roads, links = self.parts.world.roads, self.parts.world.ways.link[ways]
        self._lane_kept[ways] = 1.0 / roads.lanes[links] if is_kept else 0.0
        self._let_carry(ways[~self._is_shut[ways]])
        return self._carried(ways)

    def busy(self, ways: Rows) -> Bools:
        """Return on which ways anybody is now."""
        return self.parts.movement.on_links()[ways] > 0

    def _bar(self, ways: Rows) -> None:
        """Bar ways that have become clear; look again later at the others."""
        waiting = ways[self._is_shut[ways] & ~self._is_barred[ways]]
        busy = self.busy(waiting)
        clear, left = waiting[~busy], waiting[busy]
        if clear.size:
            self._is_barred[clear] = True
            self.renew(clear)
        if left.size:
            self.parts.clock.call_at(self.parts.now + LOOK_AGAIN, lambda: self._bar(left))

    def _carried(self, ways: Rows) -> Floats:
        """Return the flow that ways let through while open [pcu/s]."""
        left = self._without_lane(self.capacity, self.parts.world.ways.capacity, ways)
        carried: Floats = np.minimum(left, self._gate[ways])
        return carried

    def _without_lane(self, now: Floats, usual: Floats, ways: Rows) -> Floats:
        """Return what is left of the flow or the room of ways without the lane that is kept for rescue.

        It takes its share of what the road has by itself, not of lanes that the other direction has lent it.
        """
        left = now[ways]
        kept = np.flatnonzero((self._lane_kept[ways] > 0) & np.isfinite(left))
        own = np.minimum(left[kept], usual[ways[kept]])
        left[kept] -= self._lane_kept[ways[kept]] * own
        return left

    def _let_carry(self, ways: Rows) -> None:
        if not ways.size:
            return
        usual = self.parts.world.ways
        capacity = self._carried(ways)
        storage = self._without_lane(self.storage, usual.storage, ways)
        jam_density = usual.jam_density[ways] * (storage / usual.storage[ways])
        self.parts.movement.change_links(
            ways,
            capacity=capacity,
            storage=np.maximum(storage, 1.0),
            wave_speed=wave_speeds(usual.free_speed[ways], capacity, jam_density),
            now=self.parts.now,
        )


def wave_speeds(free_speed: Floats, capacity: Floats, jam_density: Floats) -> Floats:
    """Return how fast gaps travel upstream in a triangular fundamental diagram [m/s].

    w = q / (k - q / u) with free speed u, capacity q and jam density k (Newell 1993, recalled);
    inf where flow or density are unlimited.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        free = np.where(np.isfinite(free_speed), free_speed, np.inf)
        spacing = jam_density - capacity / free
        return np.where(np.isfinite(capacity) & (spacing > 0), capacity / spacing, np.inf)


def downhill_gain(ways: Ways) -> float:
    """Return by how much walkers are faster than on the level on the best slope of all, at least 1.

    Factors of speed reach up to 1 only: all walkers are taken to be faster by this gain, and all
    slopes to slow them down. The linear law of crowds sets speeds of its own, and leaves no gain.
    """
    if np.any(ways.crowd == Crowding.LINEAR):
        return 1.0
    return max(1.0, float(ways.walk_factor.max(initial=1.0)))


def slope_factors(ways: Ways) -> Floats:
    """Return what slopes leave of the speed of walkers who are faster by `downhill_gain`; 1 on roads."""
    slowed = np.minimum(ways.walk_factor / downhill_gain(ways), 1.0)
    return np.where(ways.is_footway, slowed, 1.0)
