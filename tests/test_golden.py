"""The whole event log of a small flood, event by event: a change of the engine shows itself here first.

Refresh it with `python -m tests.test_golden` in the commit that means to change it, and say in CHANGELOG.md which
numbers moved and why.
"""

import tempfile
from itertools import zip_longest
from pathlib import Path

import evacsim as ev
from tests.reference.small_district import small_flood

GOLDEN = Path(__file__).parent / "golden/small_flood_events.csv"


def event_lines(folder: Path) -> list[str]:
    """Run the small flood and return its events, a line each."""
    events = ev.simulate(ev.from_mapping(small_flood(folder)), seed=7).tables.events
    return events.round({"time_s": 6, "value": 6}).to_csv(index=False, lineterminator="\n").splitlines()


def test_the_events_of_the_small_flood_are_the_recorded_ones(tmp_path):
    recorded = GOLDEN.read_text(encoding="utf-8").splitlines()
    for number, (found, expected) in enumerate(zip_longest(event_lines(tmp_path), recorded)):
        assert found == expected, f"event {number} is the first that differs"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        GOLDEN.write_text("\n".join(event_lines(Path(temporary))) + "\n", encoding="utf-8")
