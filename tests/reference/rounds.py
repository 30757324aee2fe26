"""Rounds of vehicles in plain Python: what trips take, who can be seated, and the best plan by trying all."""

from collections import Counter
from functools import cache
from itertools import combinations_with_replacement, permutations, product

import numpy as np

from evacsim.engine.round_plans import RoundProblem


def drive(problem: RoundProblem, vehicle: int, trips: list[tuple[int, int, int]]) -> list[float]:
    """Return when each trip (pick-up point, shelter, people) of a vehicle ends."""
    now, stand, ends = float(problem.ready[vehicle]), None, []
    for pickup, shelter, people in trips:
        now += (
            problem.approach[problem.depot[vehicle], pickup] if stand is None else problem.back[stand, pickup]
        )
        now += problem.boarding + problem.boarding_each * people
        now += problem.carry[pickup, shelter]
        now += problem.alighting + problem.alighting_each * people
        ends.append(float(now))
        stand = shelter
    return ends


def can_be_seated(problem: RoundProblem, seats: dict[tuple[int, int], int]) -> bool:
    """Tell whether everybody fits into so many seats on each way and into the shelters."""
    waiting, room = problem.people.tolist(), problem.room.tolist()
    seats, seated = dict(seats), Counter()

    def seat(pickup: int, tried: set[int]) -> bool:
        for (start, shelter), number in seats.items():
            if start == pickup and number > seated[start, shelter] and shelter not in tried:
                tried.add(shelter)
                if room[shelter] > 0:
                    room[shelter] -= 1
                    seated[start, shelter] += 1
                    return True
                for other in range(len(waiting)):
                    if seated[other, shelter] > 0 and seat(other, tried):
                        seated[other, shelter] -= 1
                        seated[start, shelter] += 1
                        return True
        return False

    return all(seat(pickup, set()) for pickup, number in enumerate(waiting) for _ in range(number))


def best_completion(problem: RoundProblem, *, spare: int) -> float:
    """Return the earliest completion of all plans without handling times and with few trips to spare.

    How many people ride on a trip is left open, within seats and room.
    """
    assert sum((problem.boarding, problem.boarding_each, problem.alighting, problem.alighting_each)) == 0
    n_vehicles = len(problem.vehicles)
    ways = [
        way
        for way in np.ndindex(*problem.carry.shape)
        if problem.people[way[0]] and np.isfinite(problem.carry[way])
    ]
    fewest = -(-problem.people // problem.seats.max())

    @cache
    def quickest(vehicle: int, made: tuple[tuple[int, int], ...]) -> float:
        orders = permutations([(*way, 0) for way in made])
        return min(drive(problem, vehicle, list(order))[-1] for order in set(orders))

    @cache
    def seated(seats: frozenset[tuple[tuple[int, int], int]]) -> bool:
        return can_be_seated(problem, dict(seats))

    best = np.inf
    for n_trips in range(int(fewest.sum()), int(fewest.sum()) + spare + 1):
        for trips in combinations_with_replacement(ways, n_trips):
            visits = Counter(pickup for pickup, _ in trips)
            if any(visits[pickup] < number for pickup, number in enumerate(fewest)):
                continue
            for vehicles in product(range(n_vehicles), repeat=n_trips):
                lines = [
                    tuple(way for way, who in zip(trips, vehicles, strict=True) if who == v)
                    for v in range(n_vehicles)
                ]
                completion = max(quickest(v, line) for v, line in enumerate(lines) if line)
                if completion < best:
                    seats: Counter[tuple[int, int]] = Counter()
                    for way, who in zip(trips, vehicles, strict=True):
                        seats[way] += int(problem.seats[who])
                    if seated(frozenset(seats.items())):
                        best = completion
    return best
