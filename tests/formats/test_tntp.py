"""Networks and trip tables in the TNTP format."""

import numpy as np
import pytest

from evacsim.errors import FormatError
from evacsim.formats.tntp import read_tntp_network, read_tntp_trips

NETWORK = """<NUMBER OF ZONES> 2
<NUMBER OF NODES> 3
<FIRST THRU NODE> 3
<NUMBER OF LINKS> 2
<END OF METADATA>

~\tinit_node\tterm_node\tcapacity\tlength\tfree_flow_time\tb\tpower\tspeed\ttoll\tlink_type\t;
\t1\t3\t25900.2\t6\t6.5\t0.15\t4\t0\t0\t1\t;
\t3\t2\t100\t1\t1\t0.15\t4\t60\t2\t3\t;
"""
TRIPS = """<NUMBER OF ZONES> 2
<TOTAL OD FLOW> 12.5
<END OF METADATA>

Origin \t1
    1 :      0.0;     2 :    10.0;
Origin 2
1 : 2.5;
"""


def written(folder, name, text):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_network_is_read_as_it_stands(tmp_path):
    network = read_tntp_network(written(tmp_path, "a_net.tntp", NETWORK))
    assert (network.n_zones, network.n_nodes, network.first_through_node) == (2, 3, 3)
    assert network.init_node.tolist() == [1, 3]
    assert network.term_node.tolist() == [3, 2]
    assert network.capacity.tolist() == [25900.2, 100.0]
    assert network.toll.tolist() == [0.0, 2.0]
    assert network.link_type.dtype == np.int64


def test_trips_are_read_without_the_empty_pairs(tmp_path):
    trips = read_tntp_trips(written(tmp_path, "a_trips.tntp", TRIPS))
    assert trips.origin.tolist() == [1, 2]
    assert trips.destination.tolist() == [2, 1]
    assert trips.trips.tolist() == [10.0, 2.5]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("<NUMBER OF LINKS> 2", "<NUMBER OF LINKS> 5", "NUMBER OF LINKS is 5"),
        ("<NUMBER OF NODES> 3\n", "", "<NUMBER OF NODES>: must be given"),
        ("25900.2", "many", "a_net.tntp:8: capacity is many"),
        ("\t3\t2\t100", "\t3\t7\t100", "a_net.tntp:9: term_node is 7"),
        ("\t60\t2\t3\t;", "\t;", "a_net.tntp:9"),
    ],
)
def test_what_is_wrong_with_a_network_is_told_with_its_line(tmp_path, old, new, said):
    with pytest.raises(FormatError) as caught:
        read_tntp_network(written(tmp_path, "a_net.tntp", NETWORK.replace(old, new)))
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("10.0;", "-1;", "a_trips.tntp:6: trips is -1"),
        ("10.0;", ";", "a_trips.tntp:6: trips"),
        ("Origin 2", "Origin 9", "a_trips.tntp:7: Origin is 9"),
        ("Origin \t1\n", "", "a_trips.tntp:5"),
    ],
)
def test_what_is_wrong_with_trips_is_told_with_its_line(tmp_path, old, new, said):
    with pytest.raises(FormatError) as caught:
        read_tntp_trips(written(tmp_path, "a_trips.tntp", TRIPS.replace(old, new)))
    assert said in str(caught.value)


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(FormatError, match="cannot be opened"):
        read_tntp_network(tmp_path / "none_net.tntp")
