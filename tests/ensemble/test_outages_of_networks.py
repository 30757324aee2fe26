"""The grid of outages with and without the private network and satellite phones."""

import pytest

import evacsim as ev
from evacsim.ensemble.outages import Cell
from tests.engine.test_carrying import CELL, NORTH_MAST, SOUTH_MAST, described

HOUR = 3600.0


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """Three networks, each of which can carry every order."""
    given = described(
        tmp_path_factory.mktemp("networks"),
        networks={"private": {"direct_range": "0 m"}, "satellite": {}},
        means=["phone", "radio", "satellite"],
        sites=[CELL, NORTH_MAST, SOUTH_MAST],
        calling={"tries": 2},
    )
    cuts = ("network", "private", "satellite")
    return ev.outages(ev.from_mapping(given), severities=[1], cuts=cuts, seed=3)


def value(found, id_, *cut):
    return found.found.of(Cell(1.0 if cut else 0.0, cut)).loc[id_, "value"]


def test_orders_go_as_long_as_one_network_is_left(found):
    for cut in [(), ("network",), ("network", "private"), ("network", "satellite"), ("private", "satellite")]:
        assert value(found, "acknowledgment_rate", *cut) == 1
        assert value(found, "out", *cut) == value(found, "out") > 0
    assert value(found, "acknowledgment_rate", "network", "private", "satellite") == 0
    assert value(found, "out", "network", "private", "satellite") == 0
    assert value(found, "contactable_hours_min", "network", "private", "satellite") == 0
    assert (
        value(found, "contactable_hours_min", "network", "private")
        == value(found, "contactable_hours_min")
        > HOUR
    )


def test_the_share_of_messages_by_network_says_who_stands_in_for_whom(found):
    shares = {
        (): "public", ("network",): "private", ("network", "private"): "satellite",
        ("network", "satellite"): "private",
    }  # fmt: skip
    for cut, network in shares.items():
        assert value(found, f"messages_{network}_share", *cut) == 1


def test_what_is_cut_is_said(found):
    assert list(found.table.columns[:6]) == ["severity", "network", "power", "roads", "private", "satellite"]
    assert len(found.found.cells) == 8
    assert found.found.chosen["satellite", 1.0] == ("office-west", "office-north", "county")
    assert "专网基站 2/2 处" in found.told("zh")
    assert "3 of 3 offices without their satellite phones" in found.told("en")


def test_what_is_not_there_cannot_be_cut(tmp_path):
    scenario = ev.from_mapping(described(tmp_path, networks={}, means=["phone"], sites=[CELL]))
    with pytest.raises(ev.EvacsimError) as told:
        ev.outages(scenario, severities=[1], cuts=("private", "satellite"), seed=1)
    assert [issue.place for issue in told.value.issues] == ["cuts: private", "cuts: satellite"]
