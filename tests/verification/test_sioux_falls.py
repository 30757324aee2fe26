"""4F, Sioux Falls with 34,690 trips who follow the present times (F6), as in a test of UXsim.

Trips are those of the TNTP table, spread over 4800 s in platoons of five as UXsim makes them;
lengths are of the same data set, speeds those of UXsim's table (MIT; seen).
"""

import numpy as np
import pytest

from evacsim.engine.movement import LinkColumns
from evacsim.formats.tntp import read_tntp_network, read_tntp_trips
from evacsim.kernels.trees import incoming_links, next_link_tree
from evacsim.traffic.assignment_loading import RoadNetwork, Travelers
from evacsim.traffic.present_times import follow_present_times

SPEEDS = np.array([
    18, 15, 18, 3, 15, 12, 15, 12, 12, 3, 12, 3, 9, 3, 3, 3, 6, 15, 3, 6, 6, 6, 9, 6, 9, 9,
    9, 9, 3, 3, 3, 9, 3, 3, 15, 3, 18, 18, 6, 3, 6, 3, 9, 6, 9, 6, 6, 3, 6, 12, 3, 6,
    3, 15, 12, 15, 9, 3, 6, 15, 6, 6, 6, 6, 6, 3, 6, 6, 6, 6, 3, 6, 6, 6, 3, 6,
], dtype=float)  # fmt: skip
"""[m/s] in the order of the network file."""
WAVE, JAM, PLATOON, DURATION, END = 5.0, 0.2, 5, 4800.0, 7200.0


@pytest.fixture(scope="module")
def followed(data_dir):
    folder = data_dir / "tntp" / "SiouxFalls"
    net = read_tntp_network(folder / "SiouxFalls_net.tntp")
    length = 1000.0 * net.length
    links = LinkColumns(
        from_node=net.init_node - 1,
        to_node=net.term_node - 1,
        length=length,
        free_speed=SPEEDS,
        capacity=SPEEDS * WAVE * JAM / (SPEEDS + WAVE),
        storage=JAM * length,
        wave_speed=np.full(len(length), WAVE),
        overtaking=np.zeros(len(length), dtype=bool),
        priority=SPEEDS / 3.0,
    )
    travelers = platoons(read_tntp_trips(folder / "SiouxFalls_trips.tntp"))
    found = follow_present_times(RoadNetwork(net.n_nodes, links), travelers, interval=600.0)
    return links, travelers, found


def platoons(trips):
    """Two streams for each pair, rounded as in UXsim's table; five leave whenever five have gathered."""
    rate = np.concatenate([np.round(trips.trips / 30_000, 4), np.round(trips.trips / 100_000, 3)]) / 2
    n = np.floor(rate * DURATION / PLATOON + 1e-9).astype(np.int64)
    departure = np.concatenate([PLATOON * np.arange(1, k + 1) / q for k, q in zip(n, rate, strict=True)])
    origin, destination = (np.repeat(np.tile(node - 1, 2), n) for node in (trips.origin, trips.destination))
    return Travelers(*(np.repeat(column, PLATOON) for column in (origin, destination, departure)))


def test_f6_sioux_falls_is_as_in_uxsim(followed):
    links, travelers, found = followed
    is_done = travelers.departure + found.travel_time <= END
    taken = found.travel_time[is_done]
    incoming = incoming_links(24, links.from_node, links.to_node)
    free = np.stack(
        [next_link_tree(incoming, np.array([node]), links.length / SPEEDS)[1] for node in range(24)], axis=1
    )
    delay = taken - free[travelers.origin[is_done], travelers.destination[is_done]]
    assert len(travelers.origin) == 34_690
    assert is_done.sum() == pytest.approx(33_288, rel=0.02)
    assert taken.mean() == pytest.approx(1744.0, rel=0.03)
    assert taken.sum() == pytest.approx(58_050_854, rel=0.01)
    # A small difference of large numbers; what queues at merges do to each other moves it by some per cent.
    assert delay.mean() == pytest.approx(372.5, rel=0.15)
    assert delay.min() >= -1e-6
    volume = np.bincount(found.loading.link[found.loading.enter <= END], minlength=len(links.length))
    assert volume.mean() == pytest.approx(1182.07, rel=0.01)
    assert volume.std() == pytest.approx(748.85, rel=0.05)


def test_f6_everybody_arrives_in_the_end(followed):
    assert np.isfinite(followed[2].loading.arrival).all()
