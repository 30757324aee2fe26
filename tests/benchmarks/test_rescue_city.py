"""The benchmark of rescue in a city: as many teams and people as it says, and its growth by hand."""

import pytest

from benchmarks.rescue_city import NETWORK, scenario_of, table


def test_growth_is_the_exponent_of_the_time_by_the_calls():
    usual = {
        "teams": 1,
        "fetched": 1,
        "events": 1,
        "decisions": 40,
        "sent": 20,
        "build_s": 1.0,
        "peak_mb": 1.0,
    }
    rows = table([usual | {"calls": 100, "run_s": 2.0}, usual | {"calls": 1000, "run_s": 200.0}]).splitlines()
    assert rows[2].split(" | ")[6:11] == ["50", "20", "10", "20.00", "-"]
    assert rows[3].split(" | ")[10] == "2.00"


@pytest.mark.skipif(not NETWORK.is_file(), reason="the data folder has no network of Fuzhou")
def test_a_city_has_a_team_for_each_twenty_calls(tmp_path):
    scenario = scenario_of(tmp_path, 100, "nearest")
    assert len(scenario.district.forces) == 5
    assert sum(zone.population for zone in scenario.district.zones) == 100
