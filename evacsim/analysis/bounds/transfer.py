"""The bounds of the clearance times of a run: with its orders as they were given, and with all given at once."""

from typing import Literal

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


def clearing(record: RunRecord, world: World, orders: Orders) -> Clearing:
    """Return what limits how fast those of a run could get out who had to go."""
    start = first_order(record)
    homes = leaving(record, world, released_times(record, orders))
    walking, driving = roads_of(world, "walk"), roads_of(world, "car")
    room, spare = room_of(record)
    flows = [
        _flow(homes, WALK, walking, world.shelters.walk_node, homes.people, homes.speed, room, spare),
        _flow(
            homes, CAR, driving, world.shelters.drive_node,
            np.full(len(homes.people), world.scenario.district.population.car_size),
            np.ones(len(homes.people)), room, spare,
        ),
    ]  # fmt: skip
    alone = homes.how == ALONE
    soonest = np.where(homes.in_need, np.fmin(homes.released, first_trouble(record, world)), homes.released)
    return Clearing(
        alone=soonest[alone],
        alone_people=homes.people[alone].astype(np.float64),
        flows=[flow for flow in flows if flow is not None],
        buses=_bus_flow(record, world, homes, orders, start, walking, room, spare),
        end=record.end,
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


def _flow(
    homes: Leaving,
    how: int,
    net: Net,
    shelter_nodes: NDArray[np.int32],
    size: NDArray[np.float64] | NDArray[np.int64],
    speed: Floats,
    room: Floats,
    spare: float,
) -> RoadFlow | None:
    """Return those who go by themselves in one way; None where nobody does.

    All walk by the clock of the fastest, and none is out sooner than his own legs carry him.
    """
    own = np.flatnonzero(homes.how == how)
    if not own.size:
        return None
    fastest = float(speed[own].max())
    to_shelter = net.times_to(shelter_nodes.astype(np.int64))
    quick = Net(net.n_nodes, net.from_node, net.to_node, net.time / fastest, net.capacity)
    return RoadFlow(
        net=quick,
        origin=homes.origin[own],
        soonest=homes.released[own] + to_shelter[homes.origin[own]] / speed[own],
        size=size[own].astype(np.float64),
        people=homes.people[own].astype(np.float64),
        to_shelter=to_shelter / fastest,
        shelter_nodes=shelter_nodes.astype(np.int64),
        room=room,
        spare=spare,
    )


def _bus_flow(
    record: RunRecord,
    world: World,
    homes: Leaving,
    orders: Orders,
    start: float,
    walking: Net,
    room: Floats,
    spare: float,
) -> BusFlow | None:
    rides = np.flatnonzero(homes.how == BUS)
    vehicles = record.tables["vehicles"]
    buses = vehicles[(vehicles["kind"] == "bus") & vehicles["came"]]
    if not rides.size or buses.empty:
        return None
    depots = {fleet: row for row, fleet in enumerate(world.fleets.ids)}
    depot = buses["fleet"].map(depots).to_numpy().astype(np.int64)
    used = np.unique(homes.pickup[rides])
    points, roads = world.pickup_points, RoadTimes.of(world)
    stops = points.drive_node[used].astype(np.int64)
    shelters = world.shelters.drive_node.astype(np.int64)
    fleets = [world.fleets.models[row] for row in np.unique(depot)]
    on, off = min(f.boarding_time for f in fleets), min(f.alighting_time for f in fleets)
    seats = buses["seats"].to_numpy(np.float64)
    carry = roads.between(stops, shelters)
    approach = roads.between(world.fleets.drive_node.astype(np.int64), stops)
    if orders == "at_once":
        ready, approach = np.full(len(buses), start), np.zeros_like(approach)
    else:
        ready = buses["departed_s"].fillna(record.end).to_numpy(np.float64)
    there = (ready[:, None] + approach[depot]).min(axis=0)
    pickup = np.searchsorted(used, homes.pickup[rides])
    people = homes.people[rides].astype(np.float64)
    at_stop = homes.at_pickup(walking, points.walk_node.astype(np.int64))[rides]
    handling = people * (on + off)
    soonest = np.maximum(at_stop, there[pickup]) + handling + carry.min(axis=1)[pickup]
    return BusFlow(
        rides=Rides(
            carry=carry + seats.min() * (on + off),
            back=roads.between(shelters, stops),
            approach=approach,
            room=room,
            spare=spare,
            seats=seats,
            ready=ready,
            depot=depot,
        ),
        pickup=pickup.astype(np.int64),
        soonest=soonest,
        people=people,
    )
