"""The bounds of the clearance times of a run: with its orders as they were given, and with all given at once."""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evacsim.analysis.bounds.bus_seats import Rides
from evacsim.analysis.bounds.clearing import BusFlow, Clearing
from evacsim.analysis.bounds.households_out import ALONE, BUS, CAR, WALK, Leaving, leaving
from evacsim.analysis.bounds.least_times import Net, roads_of
from evacsim.analysis.bounds.road_flow import RoadFlow
from evacsim.analysis.clearance import first_order
from evacsim.analysis.people import Floats, had_to_go, in_state, people_of, times
from evacsim.analysis.road_times import RoadTimes
from evacsim.results.record import RunRecord
from evacsim.terms import HouseholdState
from evacsim.world.columns import World

Orders = Literal["at_once", "as_given"]
"""Whether every zone could be ordered to go with the first, with all buses waiting; or orders, word of them and buses
come as they came in the run."""

Rows = NDArray[np.int64]

ROUNDING = 1e-3
"""Time given away to rounding [s]."""


class Ways(NamedTuple):
    """The ways on foot, or by car, and how far they are from a shelter."""

    net: Net
    shelter_nodes: Rows
    """Node of each shelter, shape (n_shelters,)."""
    to_shelter: Floats
    """Least time from every node to the nearest shelter, shape (n_nodes,) [s]; for walkers at 1 m/s."""


class Riding(NamedTuple):
    """Those who rode buses, whenever the orders are given; n of them."""

    rides: Rides
    """What buses could do with the orders as they were given."""
    pickup: Rows
    """Row of each one's pick-up point among those of `rides`, shape (n,)."""
    people: Floats
    """People that go together, shape (n,) [person]."""
    walk: Floats
    """How long each walks there, shape (n,) [s]."""
    handling: Floats
    """How long each takes to get on and off, shape (n,) [s]."""
    onward: Floats
    """Least time from each pick-up point to a shelter [s]."""


@dataclass(frozen=True)
class Transfer:
    """A run as its bounds see it: what they need of it whenever the orders are given is looked up once."""

    record: RunRecord
    world: World

    def clearing(self, orders: Orders) -> Clearing:
        """Return what limits how fast those could get out who had to go."""
        homes = self.homes
        released = released_times(self.record, orders)[had_to_go(self.record.ledger)]
        alone = homes.how == ALONE
        soonest = np.where(homes.in_need, np.fmin(released, first_trouble(self.record, self.world)), released)
        flows = [self._flow(how, released) for how in (WALK, CAR)]
        return Clearing(
            alone=soonest[alone],
            alone_people=homes.people[alone].astype(np.float64),
            flows=[flow for flow in flows if flow is not None],
            buses=self._bus_flow(released, orders),
            end=self.record.end,
        )

    def _flow(self, how: int, released: Floats) -> RoadFlow | None:
        """Return those who go by themselves in one way; None where nobody does.

        All walk by the clock of the fastest, and none is out sooner than his own legs carry him.
        """
        homes = self.homes
        own = np.flatnonzero(homes.how == how)
        if not own.size:
            return None
        net, shelter_nodes, to_shelter = self._walking if how == WALK else self._driving
        people, speed = homes.people[own].astype(np.float64), np.ones(len(own))
        size = np.full(len(own), float(self.world.scenario.district.population.car_size))
        if how == WALK:
            size, speed = people, homes.speed[own]
        fastest = float(speed.max())
        room, spare = self._room
        return RoadFlow(
            net=Net(net.n_nodes, net.from_node, net.to_node, net.time / fastest, net.capacity),
            origin=homes.origin[own],
            soonest=released[own] + to_shelter[homes.origin[own]] / speed,
            size=size,
            people=people,
            to_shelter=to_shelter / fastest,
            shelter_nodes=shelter_nodes,
            room=room,
            spare=spare,
        )

    def _bus_flow(self, released: Floats, orders: Orders) -> BusFlow | None:
        if self._riding is None:
            return None
        rides, pickup, people, walk, handling, onward = self._riding
        if orders == "at_once":
            ready = np.full(len(rides.ready), first_order(self.record))
            rides = rides._replace(ready=ready, approach=np.zeros_like(rides.approach))
        there = (rides.ready[:, None] + rides.approach[rides.depot]).min(axis=0)
        at_stop = released[self.homes.how == BUS] + walk
        soonest = np.maximum(at_stop, there[pickup]) + handling + onward[pickup]
        return BusFlow(rides=rides, pickup=pickup, soonest=soonest, people=people)

    @cached_property
    def homes(self) -> Leaving:
        """The households that had to go."""
        return leaving(self.record, self.world)

    @cached_property
    def _room(self) -> tuple[Floats, float]:
        return room_of(self.record)

    @cached_property
    def _walking(self) -> Ways:
        net, nodes = roads_of(self.world, "walk"), self.world.shelters.walk_node.astype(np.int64)
        return Ways(net, nodes, net.times_to(nodes))

    @cached_property
    def _driving(self) -> Ways:
        net, nodes = roads_of(self.world, "car"), self.world.shelters.drive_node.astype(np.int64)
        return Ways(net, nodes, net.times_to(nodes))

    @cached_property
    def _riding(self) -> Riding | None:
        """Those who rode buses; None where nobody did."""
        world, homes, vehicles = self.world, self.homes, self.record.tables["vehicles"]
        riders = np.flatnonzero(homes.how == BUS)
        buses = vehicles[(vehicles["kind"] == "bus") & vehicles["came"]]
        if not riders.size or buses.empty:
            return None
        depots = {fleet: row for row, fleet in enumerate(world.fleets.ids)}
        depot = buses["fleet"].map(depots).to_numpy().astype(np.int64)
        used = np.unique(homes.pickup[riders])
        points, roads = world.pickup_points, RoadTimes.of(world)
        stops = points.drive_node[used].astype(np.int64)
        shelters = world.shelters.drive_node.astype(np.int64)
        fleets = [world.fleets.models[row] for row in np.unique(depot)]
        on, off = min(f.boarding_time for f in fleets), min(f.alighting_time for f in fleets)
        seats = buses["seats"].to_numpy(np.float64)
        carry = roads.between(stops, shelters)
        room, spare = self._room
        people = homes.people[riders].astype(np.float64)
        return Riding(
            rides=Rides(
                carry=carry + seats.min() * (on + off),
                back=roads.between(shelters, stops),
                approach=roads.between(world.fleets.drive_node.astype(np.int64), stops),
                room=room,
                spare=spare,
                seats=seats,
                ready=buses["departed_s"].fillna(self.record.end).to_numpy(np.float64),
                depot=depot,
            ),
            pickup=np.searchsorted(used, homes.pickup[riders]).astype(np.int64),
            people=people,
            walk=homes.to_pickup(self._walking.net, points.walk_node.astype(np.int64))[riders],
            handling=people * (on + off),
            onward=carry.min(axis=1),
        )


def released_times(record: RunRecord, orders: Orders) -> Floats:
    """Return when each household could leave at the earliest, shape (n_households,) [s].

    As it was ready or left in the run; with all orders given at once, no later than its preparation after the
    first. A moment is given away, for times are summed up here in another order than in the run.
    """
    ledger = record.ledger
    was = np.fmin(times(ledger, "ready_s"), times(ledger, "departed_s"))
    if orders == "as_given":
        return np.asarray(np.where(np.isnan(was), _known_from(record), was)) - ROUNDING
    stages = ("told_s", "believed_s", "family_s")
    begun = np.fmax.reduce([times(ledger, stage) for stage in stages])
    preparation = np.maximum(np.nan_to_num(times(ledger, "ready_s") - begun), 0.0)
    return np.asarray(np.fmin(was, first_order(record) + preparation)) - ROUNDING


def _known_from(record: RunRecord) -> Floats:
    """Return when households that never left were ordered to go or their trigger fired, the first of both [s]."""
    ledger = record.ledger
    known = np.fmin(times(ledger, "ordered_s"), times(ledger, "triggered_s"))
    return np.asarray(np.where(np.isnan(known), first_order(record), known))


def first_trouble(record: RunRecord, world: World) -> float:
    """Return the first moment at which anybody could be in need: water, a road cut, or somebody stranded [s]."""
    water = [record.tables[name] for name in ("water_links", "water_places")]
    wet = [table.loc[table["depth_m"] > 0, "time_s"] for table in water]
    events = record.events
    stuck = events.loc[events["kind"].isin(["stranded", "trapped"]), "time_s"]
    cuts = [cut.begins for cut in world.road_cuts]
    return min([*(float(part.min()) for part in [*wet, stuck] if len(part)), *cuts], default=np.inf)


def room_of(record: RunRecord) -> tuple[Floats, float]:
    """Return the people each shelter takes in, shape (n_shelters,), and those who are out and in none [person].

    A shelter that took in more than it may has room for as many. Plans that leave more people
    without a place than the run did are not beaten by the bound.
    """
    ledger, shelters = record.ledger, record.tables["shelters"]
    gone = ledger[had_to_go(ledger)]
    outside = in_state(
        gone, HouseholdState.UNSHELTERED.id, HouseholdState.RETURNING.id, HouseholdState.RETURNED.id
    )
    inside = ledger[in_state(ledger, HouseholdState.SHELTERED.id, HouseholdState.REGISTERING.id)]
    there = inside.groupby("final_place")["people"].sum()
    took = ("shelter/" + shelters["shelter"]).map(there).fillna(0.0).to_numpy(np.float64)
    room = np.maximum(shelters["capacity"].to_numpy(np.float64), took)
    return room, float(people_of(gone)[outside].sum())
