"""The whole event log of a small flood, event by event: a change of the engine shows itself here first.

Refresh it with `python -m tests.test_golden` in the commit that means to change it, and say in CHANGELOG.md which
numbers moved and why.
"""

import tempfile
from itertools import zip_longest
from pathlib import Path

import evacsim as ev
from tests.reference.small_district import link, small_district, write_depths

GOLDEN = Path(__file__).parent / "golden/small_flood_events.csv"
STREETS = [((2, 1), (3, 1)), ((3, 1), (2, 1)), ((2, 2), (3, 2)), ((3, 2), (2, 2))]


def event_lines(folder: Path) -> list[str]:
    """Run the small flood and return its events, a line each."""
    rising = [(link(*street), "T+50 min", 0.2) for street in STREETS]
    high = [(link(*street), "T+75 min", 0.6) for street in STREETS[:2]]
    places = [("west", "T+80 min", 0.8), ("hall", "T+3 h", 0.4), ("hall", "T+6 h", 0.0)]
    water = {
        "type": "table",
        "links": write_depths(folder / "links.csv", "link", rising + high),
        "places": write_depths(folder / "places.csv", "place", places),
    }
    scenario = small_district(
        folder, water=water, population={"car_share": 0.4}, to={"bus_share": 0.6, "car_share": 0.2}
    )
    events = ev.simulate(ev.from_mapping(scenario), seed=7).tables.events
    return events.round({"time_s": 6, "value": 6}).to_csv(index=False, lineterminator="\n").splitlines()


def test_the_events_of_the_small_flood_are_the_recorded_ones(tmp_path):
    recorded = GOLDEN.read_text(encoding="utf-8").splitlines()
    for number, (found, expected) in enumerate(zip_longest(event_lines(tmp_path), recorded)):
        assert found == expected, f"event {number} is the first that differs"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        GOLDEN.write_text("\n".join(event_lines(Path(temporary))) + "\n", encoding="utf-8")
