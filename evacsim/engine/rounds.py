"""Rounds of a fleet planned beforehand, from the register and the roads as they are at the order."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evacsim.engine.dispatching import plan_rounds
from evacsim.engine.parts import Parts
from evacsim.engine.round_plans import RoundProblem
from evacsim.engine.routing import MoverClass
from evacsim.scenario.transport import Fleet

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class PlannedRound(NamedTuple):
    """One round that a vehicle is to drive."""

    pickup: int
    """Row of the pick-up point."""
    shelter: int | None
    """Row of the shelter; None where it is chosen when the vehicle leaves."""
    people: int
    """People to take, at most."""


def plan_fleet(
    parts: Parts,
    *,
    policy: str,
    fleet: Fleet,
    depot: int,
    ready: Floats,
    pickups: Ints,
    people: Ints,
    room: Floats,
) -> list[list[PlannedRound]]:
    """Return the rounds of each vehicle of a fleet, in the order in which it drives them.

    Parameters
    ----------
    parts : Parts
        The run; travel times are those of its roads now.
    policy : str
        Name of a dispatcher of `engine.dispatching`.
    fleet : Fleet
        Its seats and its boarding and alighting times of able people hold for all rounds.
    depot : int
        Node where the vehicles stand.
    ready : ndarray of float64, shape (n_vehicles,)
        When each vehicle can leave, from now [s].
    pickups, people : ndarray of int64, shape (n_pickups,)
        Pick-up points that the fleet serves, and the people to be fetched there.
    room : ndarray of float64, shape (n_shelters,)
        People each shelter can still take.

    Raises
    ------
    DispatchError
        Where no plan can fetch everybody, with every reason.
    """
    world, routing = parts.world, parts.routing
    pickups, people = pickups[people > 0], people[people > 0]
    if not pickups.size or not ready.size:
        return [[] for _ in ready]
    pickup_nodes = world.pickup_points.drive_node[pickups]
    to_pickup = np.array([routing.times_to_pickups(pickups, int(node), MoverClass.BUS) for node in [depot]])
    carry = np.array([routing.times_to_shelters(int(node), MoverClass.BUS) for node in pickup_nodes])
    back = np.array(
        [routing.times_to_pickups(pickups, int(node), MoverClass.BUS) for node in world.shelters.drive_node]
    )
    ids = world.pickup_points.ids
    problem = RoundProblem(
        vehicles=tuple(f"{fleet.id}-{k + 1:05d}" for k in range(len(ready))),
        pickups=tuple(ids[row] for row in pickups),
        shelters=tuple(world.shelters.ids),
        depots=(fleet.id,),
        people=people,
        room=np.minimum(room, people.sum()).astype(np.int64),
        seats=np.full(len(ready), fleet.seats),
        ready=ready,
        depot=np.zeros(len(ready), dtype=np.int64),
        approach=to_pickup,
        carry=np.where(_allowed(parts, pickups), carry, np.inf),
        back=back,
        boarding_each=fleet.boarding_time,
        alighting_each=fleet.alighting_time,
        source=fleet.id,
    )
    plan = plan_rounds(problem, policy=policy, stream=parts.streams.get("rounds", fleet.id))
    rounds: list[list[PlannedRound]] = [[] for _ in ready]
    order = np.argsort(plan.departure, kind="stable")
    for trip in order:
        rounds[plan.trips.vehicle[trip]].append(
            PlannedRound(
                int(pickups[plan.trips.pickup[trip]]),
                int(plan.trips.shelter[trip]),
                int(plan.trips.people[trip]),
            )
        )
    return rounds


def _allowed(parts: Parts, pickups: Ints) -> NDArray[np.bool_]:
    """Return to which shelters the plan sends people from each pick-up point; all where it leaves that open."""
    world = parts.world
    shelter_row = {shelter: row for row, shelter in enumerate(world.shelters.ids)}
    allowed = np.zeros((len(pickups), world.shelters.n), dtype=bool)
    row_of = {world.pickup_points.ids[pickup]: row for row, pickup in enumerate(pickups)}
    for transfer in world.transfers:
        if transfer is not None and transfer.pickup_point in row_of:
            chosen = [shelter_row[shelter] for shelter in transfer.shelter]
            allowed[row_of[transfer.pickup_point], chosen or slice(None)] = True
    return allowed
