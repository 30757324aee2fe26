"""The benchmark of more people scales whom it says, and counts what each 100,000 more took."""

import evacsim as ev
from benchmarks.people import SCENARIO, scaled, table


def people(scenario, *, rest):
    zones = scenario.district.zones
    return sum(zone.population for zone in zones if zone.id.endswith("-rest") == rest)


def test_only_whom_it_says_is_scaled():
    given = ev.load(SCENARIO)
    outside, inside = scaled(given, outside=0.5, inside=1), scaled(given, outside=1, inside=2)
    assert abs(people(outside, rest=True) - people(given, rest=True) / 2) <= 11
    assert people(outside, rest=False) == people(given, rest=False) == 23_800
    assert people(inside, rest=False) == 47_600
    assert people(inside, rest=True) == people(given, rest=True)
    assert inside.plan == given.plan


def test_the_table_tells_what_each_100000_more_took():
    first = {"people": 100_000, "inside": 10, "events": 5, "build_s": 1.0, "run_s": 2.0, "peak_mb": 300.0}
    second = first | {"people": 300_000, "run_s": 3.0, "peak_mb": 500.0}
    last = table([first, second]).splitlines()[-1]
    assert [cell.strip() for cell in last.strip("|").split("|")][-2:] == ["0.50", "100"]
