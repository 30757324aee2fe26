"""Bounds on rounds: no plan beats them, and on small problems they are close to the best plan."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from evacsim.analysis.drive_prices import Market
from evacsim.analysis.transfer_bounds import completion_bound, completion_bounds, most_trips
from evacsim.engine.dispatching import DISPATCHERS, plan_rounds
from evacsim.engine.round_plans import RoundPlan, RoundProblem
from evacsim.streams import Streams
from tests.reference.round_problems import round_problems
from tests.reference.rounds import best_completion

FEW = min(25, settings.default.max_examples)
EFFORT = 20_000


def planned(problem: RoundProblem, policy: str = "balanced") -> RoundPlan:
    return plan_rounds(problem, policy=policy, stream=Streams(1).get("rounds"), effort=EFFORT)


@settings(max_examples=FEW)
@given(problem=round_problems())
def test_no_plan_beats_a_bound(problem):
    times = [planned(problem, policy).completion_time for policy in DISPATCHERS]
    bounds = completion_bounds(problem.numbers)
    # Searched below the slowest plan: the bound must find its way down to what others reach.
    strongest = completion_bound(problem.numbers, known=max(times))
    assert strongest.time >= bounds[0].time
    assert strongest.time <= min(times) + 1e-6


@settings(max_examples=FEW)
@given(problem=round_problems(n_pickups=3, n_shelters=2, n_vehicles=3, people=12, seats=(6, 10), handling=False))
def test_the_best_plan_lies_between_the_bound_and_the_balanced_one(problem):
    balanced = planned(problem).completion_time
    best = best_completion(problem, spare=1) if problem.people.any() else 0.0
    assert completion_bound(problem.numbers, known=balanced).time <= best + 1e-6
    assert best <= balanced + 1e-6
