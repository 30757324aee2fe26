"""A queue model as one writes it with SimPy: a process for each vehicle, two doors and a store of room for each link.

A gap is free at the entrance as soon as a vehicle leaves (no backward wave).
"""

from collections.abc import Generator
from importlib.metadata import version
from typing import Any

import numpy as np

from benchmarks.inputs import Case
from benchmarks.measuring import Result, Stopwatch, Trips, passages_of, result


class Door:
    """An end of a link: one vehicle a headway."""

    def __init__(self, resource: Any, headway: float) -> None:
        self.resource, self.headway, self.free = resource, headway, 0.0


def measure(case: Case, *, until: float, read_s: float) -> Result:
    """Run a case."""
    import simpy

    watch = Stopwatch()
    env = simpy.Environment()
    entrances, exits = (
        [Door(simpy.Resource(env), headway) for headway in (1 / case.capacity).tolist()] for _ in range(2)
    )
    holds = np.maximum(case.length * case.jam_density + 1e-6, 1).astype(int).tolist()
    room = [simpy.Container(env, capacity=n, init=n) for n in holds]
    takes = (case.length / case.free_speed).tolist()
    bounds = zip(case.first[:-1], case.first[1:], strict=True)
    ways = [case.route_links[a:b].tolist() for a, b in bounds]
    entered, arrived = (np.full(len(case.depart), np.nan) for _ in range(2))

    def vehicle(trip: int, way: list[int]) -> Generator[Any, Any, None]:
        """Drive: through an entrance, along the link, to its exit, which stays ours until the next is entered."""
        behind, held = -1, None
        for link in way:
            entrance = entrances[link]
            asked = entrance.resource.request()
            yield asked
            if entrance.free > env.now:
                yield env.timeout(entrance.free - env.now)
            yield room[link].get(1)
            entrance.free = env.now + entrance.headway
            entrance.resource.release(asked)
            if behind < 0:
                entered[trip] = env.now
            else:
                leave(behind, held)
            yield env.timeout(takes[link])
            behind, held = link, exits[link].resource.request()
            yield held
            if exits[link].free > env.now:
                yield env.timeout(exits[link].free - env.now)
        leave(behind, held)
        arrived[trip] = env.now

    def leave(link: int, held: Any) -> None:
        exits[link].free = env.now + exits[link].headway
        exits[link].resource.release(held)
        room[link].put(1)

    def departures() -> Generator[Any, Any, None]:
        for trip, (time, way) in enumerate(zip(case.depart.tolist(), case.route.tolist(), strict=True)):
            if time > env.now:
                yield env.timeout(time - env.now)
            env.process(vehicle(trip, ways[way]))

    env.process(departures())
    build_s = watch.lap()
    env.run(until=2 * until)
    run_s = watch.lap()
    there = np.flatnonzero(np.isfinite(arrived))
    trips = Trips(
        case.depart[there], arrived[there], passages_of(case, there), len(case.depart), entered[there]
    )
    return result("simpy", version("simpy"), trips, read_s=read_s, build_s=build_s, run_s=[run_s])
