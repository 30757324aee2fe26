"""Registration at a shelter: how long it takes each household, and how many desks have somebody to sit at them."""

import numpy as np
import pytest

import evacsim as ev
from evacsim.scenario.section import Lognormal
from evacsim.streams import Streams
from evacsim.world.laws import quantiles
from tests.reference.record import engine_record
from tests.reference.small_district import node, small_district

LAW = {"type": "lognormal", "median": "60 s", "sigma": 0.5}


def run(folder, registration_time, **hall):
    shelters = [{"id": "hall", "node": node(2, 1), "capacity": 400, **hall}]
    given = small_district(
        folder,
        shelters=shelters,
        who={"compliance": 1},
        to={"bus_share": 0},
        care={"registration_time": registration_time},
    )
    return engine_record(ev.from_mapping(given), seed=4).ledger


def settled_at(ledger, n, took):
    """Return when each household must be settled: the next one goes to the desk that is free first."""
    order = np.lexsort((ledger.index, ledger["arrived_s"]))
    free, settled = [0.0] * n, np.zeros(len(ledger))
    for row in order:
        free.sort()
        free[0] = settled[row] = max(free[0], ledger["arrived_s"].iloc[row]) + took[row]
    return settled


@pytest.mark.parametrize(
    ("hall", "n"), [({}, 2), ({"staff": 1}, 1), ({"staff": 3, "desks": 5}, 3), ({"staff": 9}, 2)]
)
def test_no_more_desks_open_than_have_somebody_to_sit_at_them(tmp_path, hall, n):
    ledger = run(tmp_path, "2 min", **hall)
    assert len(ledger) > 50
    expected = settled_at(ledger, n, np.full(len(ledger), 120.0))
    np.testing.assert_allclose(ledger["settled_s"], expected, atol=1e-6)
    waited = (ledger["settled_s"] - ledger["arrived_s"]).max()
    assert waited > 600, "nobody queued, so the test proves nothing"


def test_each_household_takes_its_own_time_by_the_law_from_the_stream_of_its_zone(tmp_path):
    ledger = run(tmp_path, LAW, staff=1)
    counts = ledger.groupby("zone", sort=False).size()
    lucks = [Streams(4).get("registration", zone).random(n) for zone, n in counts.items()]
    took = quantiles(Lognormal(**LAW), np.concatenate(lucks))
    assert took.min() < 45
    assert took.max() > 90
    np.testing.assert_allclose(ledger["settled_s"], settled_at(ledger, 1, took), atol=1e-6)


def test_a_shelter_without_staff_is_refused(tmp_path):
    with pytest.raises(ev.EvacsimError, match="staff"):
        run(tmp_path, "1 min", staff=0)
