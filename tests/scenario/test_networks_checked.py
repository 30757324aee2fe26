"""Networks of a plan: everything that is wrong or doubtful is told at once, with a remedy."""

import pytest

import evacsim as ev
from evacsim.scenario.checking import check
from tests.engine.test_carrying import CELL, NORTH_MAST, described


def issues(given):
    try:
        found = check(ev.from_mapping(given))
    except ev.EvacsimError as error:
        found = error.issues
    return {(issue.place, issue.severity): issue for issue in found}


def test_values_out_of_range_are_told_together(tmp_path):
    given = described(
        tmp_path,
        networks={
            "order": ["private", "smoke"],
            "patience": "-1 s",
            "public": {"loss": 1},
            "private": {"direct_range": "3", "battery": "0 h"},
            "satellite": {"phones": -1, "channels": 0, "rain_loss": 1.2},
            "pigeons": {},
        },
    )
    found = {place for place, severity in issues(given) if severity == "error"}
    at = "plan.organize.networks"
    assert found == {
        f"{at}.order[1]", f"{at}.patience", f"{at}.public.loss", f"{at}.private.direct_range",
        f"{at}.private.battery", f"{at}.satellite.phones", f"{at}.satellite.channels", f"{at}.satellite.rain_loss",
        f"{at}.pigeons",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("site", "place"),
    [
        ({**NORTH_MAST, "serves": ["*"]}, "district.sites[0]"),
        ({**CELL, "range": "3 km"}, "district.sites[0]"),
        ({**CELL, "serves": []}, "district.sites[0]"),
        ({**CELL, "kind": "power", "channels": 3}, "district.sites[0]"),
        ({**NORTH_MAST, "range": "0 m"}, "district.sites[0].range"),
        ({**NORTH_MAST, "channels": 0}, "district.sites[0].channels"),
        ({**NORTH_MAST, "backhaul": "nowhere"}, "district.sites[0].backhaul"),
    ],
)
def test_a_site_says_whom_it_reaches_in_one_way(tmp_path, site, place):
    given = described(tmp_path, networks={"private": {}}, sites=[site])
    issue = issues(given)[place, "error"]
    assert issue.rule.en
    assert issue.rule.zh
    assert issue.remedy.en


def test_what_does_nothing_is_warned_of(tmp_path):
    given = described(
        tmp_path,
        networks={"order": ["public", "public"], "private": {}, "satellite": {"rain_limit": 20}},
        means=["phone", "radio"],
        sites=[NORTH_MAST],
    )
    at = "plan.organize.networks"
    found = issues(given)
    assert (f"{at}.order[1]", "error") in found
    for place in (f"{at}.private", f"{at}.satellite", f"{at}.satellite.rain_limit"):
        assert (place, "warning") in found


def test_means_without_their_network_are_warned_of(tmp_path):
    found = issues(described(tmp_path, networks={}, means=["phone", "radio"], sites=[NORTH_MAST]))
    assert ("plan.organize.offices[0].means[1]", "warning") in found
    assert ("district.sites[0].kind", "warning") in found


def test_channels_count_with_networks_only(tmp_path):
    found = issues(described(tmp_path, networks=None, means=["phone"], sites=[{**CELL, "channels": 2}]))
    assert found["district.sites[0].channels", "warning"].value == "2"


def test_repeaters_need_a_private_network_offices_and_somebody_who_brings_them(tmp_path):
    given = described(tmp_path, networks={}, means=["phone"])
    given["plan"]["works"] = {"repeaters": {"to": ["nobody"]}}
    found = issues(given)
    assert ("plan.works.repeaters", "warning") in found
    assert ("plan.works.repeaters.to[0]", "error") in found
    assert "comms" in found["plan.works", "warning"].rule.en
