"""The report tells of gridlocks where there are any."""

from evacsim.analysis.indicators import indicators
from evacsim.report.markup import Words
from evacsim.report.means_told import transport_section
from tests.reference.small_record import small_record

RING = {"time_s": 60.0, "links": "a;b;c", "roads": 3, "resolved_by": "nothing"}


def test_a_gridlock_is_told_with_its_roads_and_counted():
    record = small_record([{}], gridlocks=[RING, RING | {"resolved_by": "squeeze"}])
    assert "road a, road b, road c" in transport_section(record, Words("en"))
    assert "2 次，结束时仍有 1 处" in transport_section(record, Words("zh"))
    assert indicators(record)["gridlocks"].value == 2


def test_nothing_is_said_where_there_was_none():
    record = small_record([{}])
    assert "ring" not in transport_section(record, Words("en"))
    assert indicators(record)["gridlocks"].value == 0
