"""4H, intake of a shelter: queues and stock where theory or arithmetic gives the number."""

import numpy as np
import pytest

from evacsim.engine.desks import Desks
from evacsim.engine.supplying import Stock, ration_rate
from evacsim.streams import Streams

MINUTE, DAY = 60.0, 86400.0
SETTLED = 9.5 * 3600


def test_h1_ten_a_minute_at_desks_that_serve_eight():
    """One household every 6 s for 60 min, 7.5 s each: the k-th waits 1.5 k s."""
    desks = Desks(1)
    turns = [desks.begin(6.0 * k, 7.5) for k in range(600)]
    lengths = desks.lengths()
    assert lengths.longest == pytest.approx(120, abs=1)
    assert lengths.time[lengths.waiting == lengths.longest][-1] == pytest.approx(60 * MINUTE, abs=7.5)
    assert lengths.time[-1] == turns[-1].end == 75 * MINUTE
    waits = [turn.start - 6.0 * k for k, turn in enumerate(turns)]
    assert np.mean(waits) == 7.4875 * MINUTE


def waits_in_the_long_run(n, rate, durations):
    """Return the waits of those who come at random to `n` desks, without the first tenth."""
    gaps = Streams(2).get("h2", n).exponential(1 / rate, durations.size)
    arrivals = np.cumsum(gaps)
    desks = Desks(n)
    starts = np.array(
        [
            desks.begin(now, took).start
            for now, took in zip(arrivals.tolist(), durations.tolist(), strict=True)
        ]
    )
    return (starts - arrivals)[durations.size // 10 :]


@pytest.mark.parametrize(
    ("n", "rate", "mean", "share"),
    [(1, 0.8, 4.0, 0.8), (3, 2.0, 0.44444, 0.44444), (5, 4.0, 0.55411, 0.55411), (10, 8.0, 0.20459, 0.40918)],
)
def test_h2_random_arrivals_wait_as_erlang_says(n, rate, mean, share):
    """M/M/c, one a unit of time per desk. The mean of 1e6 waits has a standard error of about 1 % (M/M/1 at 0.8)."""
    waits = waits_in_the_long_run(n, rate, Streams(2).get("service", n).exponential(1.0, 1_100_000))
    assert waits.mean() == pytest.approx(mean, rel=0.05)
    assert (waits > 0).mean() == pytest.approx(share, rel=0.02)


def test_a_law_without_spread_halves_the_wait():
    """M/D/1 at 0.8 waits half of M/M/1 (Pollaczek and Khinchine): 2.0."""
    assert waits_in_the_long_run(1, 0.8, np.ones(400_000)).mean() == pytest.approx(2.0, rel=0.05)


def test_h5_eight_hundred_people_eat_320_kg_a_day_and_the_rice_lasts_five_days():
    rice = Stock("rice", 1600.0)
    rice.draw(ration_rate(800, 2.8, 7 * DAY), SETTLED)
    assert 1600.0 - rice.left(SETTLED + DAY) == 320.0
    assert rice.empties_at(SETTLED) == SETTLED + 5 * DAY


def test_h5_with_400_more_after_two_days_it_lasts_four():
    """Two days at 320 kg leave 960 kg, and these two days at 480 kg."""
    rice = Stock("rice", 1600.0)
    rice.draw(ration_rate(800, 2.8, 7 * DAY), SETTLED)
    rice.draw(ration_rate(1200, 2.8, 7 * DAY), SETTLED + 2 * DAY)
    assert rice.left(SETTLED + 2 * DAY) == 960.0
    assert rice.empties_at(SETTLED + 2 * DAY) == SETTLED + 4 * DAY
