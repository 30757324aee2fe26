"""UXsim (Newell's car following, steps of fixed length) in its C++ mode.

Its platoons take trips of one route in the order of departure; a rest of more than half a platoon counts as one, a
smaller rest is dropped, so that it moves a few vehicles more or fewer than the others. One reaction time holds for
its whole world: exact where all links are alike, the median elsewhere, with the capacities imposed at the exits.
"""

from importlib.metadata import version

import numpy as np

from benchmarks.inputs import Case, Floats, Ints
from benchmarks.measuring import Result, Stopwatch, Trips, result

PIECES = 6
"""Of a run: after each, UXsim walks over all its vehicles in Python."""
MARGIN = 1.25
"""Longer than evacsim needed by so much, for its clearance may differ."""


def measure(case: Case, *, platoon: int, until: float, read_s: float) -> Result:
    """Run a case in platoons of so many vehicles."""
    from uxsim import World

    watch = Stopwatch()
    are_alike = len(np.unique(case.free_speed)) == len(np.unique((case.capacity / case.lanes).round(6))) == 1
    tau = _reaction_time(case, platoon)
    world = World(
        name=case.name, deltan=platoon, reaction_time=tau, tmax=until * MARGIN, print_mode=0, save_mode=0,
        show_mode=0, random_seed=0, duo_update_time=10 * until, vehicle_logging_timestep_interval=-1, cpp=True,
    )  # fmt: skip
    names = [f"n{node}" for node in range(len(case.x))]
    for name, x, y in zip(names, case.x, case.y, strict=True):
        world.addNode(name, float(x), float(y))
    links = [
        world.addLink(
            f"l{row}", names[case.from_node[row]], names[case.to_node[row]],
            length=float(case.length[row]), free_flow_speed=float(case.free_speed[row]),
            jam_density=float(case.jam_density[row]), number_of_lanes=int(case.lanes[row]),
            merge_priority=int(case.lanes[row]),
            **({} if are_alike else {"capacity_out": float(case.capacity[row])}),
        )
        for row in range(len(case.length))
    ]  # fmt: skip
    bounds = zip(case.first[:-1], case.first[1:], strict=True)
    ways = [[links[link] for link in case.route_links[a:b]] for a, b in bounds]
    depart, route = _platoons(case, platoon)
    vehicles = []
    for time, way in zip(depart.tolist(), route.tolist(), strict=True):
        # In the middle of a step, lest rounding moves it into the next.
        at = (int(time / world.DELTAT) + 0.5) * world.DELTAT
        vehicle = world.addVehicle(names[case.origin[way]], names[case.destination[way]], at)
        vehicle.enforce_route(ways[way])
        vehicles.append(vehicle)
    world.finalize_scenario()
    build_s = watch.lap()
    while world.check_simulation_ongoing() and world.T < world.TSIZE:
        world.exec_simulation(duration_t2=until * MARGIN / PIECES)
        if not len(world.VEHICLES_LIVING):
            break
    run_s = watch.lap()
    arrived = np.array([float(vehicle.arrival_time) for vehicle in vehicles]) * world.DELTAT
    there = arrived > 0
    passages = np.diff(case.first)[route[there]].sum() * platoon
    trips = Trips(depart[there], arrived[there], passages, len(vehicles), each_stands_for=platoon)
    name = "uxsim" if platoon > 1 else "uxsim-each"
    return result(name, version("uxsim"), trips, read_s=read_s, build_s=build_s, run_s=[run_s])


def _reaction_time(case: Case, platoon: int) -> float:
    """Return the reaction time that makes the capacity of a lane: 1/q = tau + 1/(u k)."""
    each = case.lanes / case.capacity - case.lanes / (case.free_speed * case.jam_density)
    tau = max(0.5, round(float(np.median(each)), 2))
    while platoon / (platoon * tau) * (platoon * tau) < platoon:
        tau += 1e-9  # version 1.15.1 loses a vehicle to rounding at some reaction times
    return tau


def _platoons(case: Case, size: int) -> tuple[Floats, Ints]:
    """Return mean departure and route of each platoon, in the order of departure."""
    if size == 1:
        return case.depart, case.route
    order = np.lexsort((case.depart, case.route))
    route = case.route[order]
    place = np.arange(len(route)) - np.searchsorted(route, route)
    first = np.flatnonzero(place % size == 0)
    n = np.diff(first, append=len(route))
    mean = np.add.reduceat(case.depart[order], first) / n
    kept = n * 2 > size
    mean, route = mean[kept], route[first][kept]
    by_time = np.argsort(mean, kind="stable")
    return mean[by_time], route[by_time]
