"""Collective transfer (集中转移): a completion time that no plan of rounds can beat.

Every bound holds for all plans of the same problem: trips of one pick-up point and one
shelter each, loads of any size up to the seats, vehicles that stay where their last trip
ends. What is known of the problem is the same as what a planner is given.
"""

from dataclasses import dataclass

import numpy as np

from evacsim.analysis.drive_prices import Market
from evacsim.kernels.rounds import (
    Rounds,
    earliest_arrival,
    fewest_trips,
    handling_time,
    shared_work,
    slowest_first_trip,
)
from evacsim.language import Text


@dataclass(frozen=True, slots=True)
class Bound:
    """A completion time that no plan can beat, and why."""

    time: float
    """No plan is complete before [s]."""
    reason: Text


def completion_bounds(rounds: Rounds) -> list[Bound]:
    """Return the bounds that need no search, the strongest first.

    Parameters
    ----------
    rounds : Rounds
        A problem that some plan solves.
    """
    if not rounds.people.any():
        return [Bound(0.0, Text("nobody waits", "无人等候转移"))]
    bounds = [
        Bound(
            slowest_first_trip(rounds),
            Text("the worst placed pick-up point must be reached once", "最远的上车点至少要有一车人送到"),
        ),
        Bound(
            most_trips(rounds),
            Text("one vehicle must make as many trips as the average", "至少有一辆车要跑满平均趟数"),
        ),
        Bound(
            shared_work(rounds),
            Text(
                "the vehicles cannot do less work than the shortest rounds", "全部车辆的总行车时间不可能更少"
            ),
        ),
    ]
    return sorted(bounds, key=lambda bound: -bound.time)


def completion_bound(rounds: Rounds, *, known: float) -> Bound:
    """Return the strongest bound that can be proved.

    Parameters
    ----------
    rounds : Rounds
    known : float
        Completion time of some plan [s]; the bound is searched below it.
    """
    simple = completion_bounds(rounds)[0]
    priced = priced_bound(rounds, known=known, proved=simple.time) if simple.time < known else known
    if priced <= simple.time:
        return simple
    return Bound(
        priced,
        Text(
            "all drives together cannot carry everybody sooner, even if drives could be shared out in parts",
            "即使允许按比例拆分车次, 全部车辆也无法更早运完所有人",
        ),
    )


def most_trips(rounds: Rounds) -> float:
    """Return when a vehicle with its fair number of trips can be done at the earliest [s].

    All vehicles together make at least `fewest_trips`, so one of them makes at least the
    average, rounded up; it chooses the quickest way to make as many.
    """
    n_trips = int(fewest_trips(rounds).sum())
    if n_trips == 0:
        return 0.0
    trip = np.where(rounds.people[:, None] > 0, rounds.carry, np.inf) + handling_time(rounds, 1)
    at_shelter = (earliest_arrival(rounds)[:, None] + trip).min(axis=0)
    for _ in range(-(-n_trips // len(rounds.seats)) - 1):
        at_pickup = (at_shelter[:, None] + rounds.back).min(axis=0)
        at_shelter = (at_pickup[:, None] + trip).min(axis=0)
    return float(at_shelter.min())


def priced_bound(rounds: Rounds, *, known: float, proved: float) -> float:
    """Return a completion time that prices prove to be out of reach of any sooner plan [s].

    See `drive_prices`: the time is halved in until no prices are found for a tick less.

    Parameters
    ----------
    rounds : Rounds
    known : float
        Completion time of some plan [s].
    proved : float
        A bound already proved [s].
    """
    market = Market.of(rounds, until=known)
    if market is None:
        return proved
    excluded, reached = int(proved // market.tick) - 1, int(known // market.tick)
    number = reached - 1
    while excluded < number < reached:
        if market.excludes(number):
            excluded = number
        else:
            reached = number
        number = (excluded + reached) // 2
    return max(proved, (excluded + 1) * market.tick)
