"""Random problems of collective transfer for hypothesis."""

import numpy as np
from hypothesis import strategies as st

from evacsim.engine.round_plans import RoundProblem


@st.composite
def round_problems(
    draw, *, n_pickups=5, n_shelters=4, n_vehicles=6, people=90, seats=(10, 25), handling=True
):
    """Return a problem that has a solution: whole minutes, ways of any length, sometimes few places to go to."""
    n_pickups, n_shelters = draw(st.integers(1, n_pickups)), draw(st.integers(1, n_shelters))
    n_vehicles, n_depots = draw(st.integers(1, n_vehicles)), draw(st.integers(1, 2))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))

    def minutes(*shape):
        return random.integers(1, 60, shape) * 60.0

    waiting = random.integers(0, people + 1, n_pickups)
    carry = minutes(n_pickups, n_shelters)
    open_to_all = random.integers(n_shelters)
    closed = (random.random(carry.shape) < draw(st.sampled_from([0.0, 0.5]))) & (
        np.arange(n_shelters) != open_to_all
    )
    room = random.integers(0, waiting.sum() + 1, n_shelters)
    room[open_to_all] = max(
        0, int(waiting.sum() * draw(st.sampled_from([1.0, 1.5])) - np.delete(room, open_to_all).sum())
    )
    carry[closed] = np.inf
    if closed.any():
        room[open_to_all] = waiting.sum()
    ids = [f"{k:02d}" for k in random.permutation(60)]
    return RoundProblem(
        vehicles=tuple(f"v{one}" for one in ids[:n_vehicles]),
        pickups=tuple(f"p{one}" for one in ids[:n_pickups]),
        shelters=tuple(f"s{one}" for one in ids[:n_shelters]),
        depots=tuple(f"d{one}" for one in ids[:n_depots]),
        people=waiting,
        room=room,
        seats=random.choice(seats, n_vehicles),
        ready=random.choice([0.0, 0.0, 600.0, 1800.0], n_vehicles),
        depot=random.integers(0, n_depots, n_vehicles),
        approach=minutes(n_depots, n_pickups),
        carry=carry,
        back=minutes(n_shelters, n_pickups),
        **(
            draw(
                st.sampled_from(
                    [{}, {"boarding": 120.0, "boarding_each": 3.0, "alighting": 60.0, "alighting_each": 1.5}]
                )
            )
            if handling
            else {}
        ),
    )
