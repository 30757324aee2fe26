"""Where a household went: the stops of a run whose places are known, and nothing where there are no coordinates."""

import re
from dataclasses import replace
from itertools import pairwise

import pytest

from evacsim.report.household_map import household_map
from evacsim.report.html import household_html
from evacsim.report.markup import Words
from evacsim.results.record import EVENTS
from tests.reference.flooded_street import flooded_street
from tests.reference.record import engine_record
from tests.reference.small_record import HOUR, frame, settled, small_record


@pytest.fixture(scope="module")
def record(tmp_path_factory):
    """Return a run in which one family is fetched by a boat from a flooded village, and walks from the landing."""
    return engine_record(
        flooded_street(tmp_path_factory.mktemp("street"), villages={0: 1}, shelter=6), seed=1
    )


def stops(page):
    """Return number, place and what happened of each stop."""
    rows = re.findall(r"<tr>(.*?)</tr>", page.split("<tbody>")[1].split("</tbody>")[0])
    cells = [[re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<td.*?</td>", row)] for row in rows]
    return [(number, place, happened) for number, _, place, happened in cells]


def test_its_stops_stand_in_the_order_of_time_once_in_a_row(record):
    page = household_map(record, "v0/1", "v0", Words("en"))
    numbers, places, happened = zip(*stops(page), strict=True)
    assert list(numbers) == [str(k) for k in range(1, len(numbers) + 1)]
    assert places[0] == "zone v0"
    assert places[-1] == "shelter school"
    assert happened[-1] == "arrives"
    assert all(one != other for one, other in pairwise(places))


def test_every_stop_has_its_mark_inside_the_drawing_and_flooded_roads_are_blue(record):
    page = household_map(record, "v0/1", "v0", Words("zh"))
    width, height = map(float, re.search(r'viewBox="0 0 (\S+) (\S+)"', page).groups())
    marks = [tuple(map(float, at)) for at in re.findall(r'<circle cx="(\S+)" cy="(\S+)"', page)]
    assert len(marks) == len(stops(page))
    assert all(0 < x < width and 0 < y < height for x, y in marks)
    # Four of the seven streets of the village are under water.
    assert len(re.findall(r'class="road wet"', page)) == 4


def test_the_page_says_that_it_was_cut_off_for_a_time():
    out = small_record([settled(at=1, water=4)])
    assert "Neither late nor cut off" in household_html(out, "h1", "en")
    held = {"seq": 1, "time_s": 2 * HOUR, "kind": "stranded", "subject": "household/h1", "cause": 0}
    page = household_html(replace(out, events=frame(EVENTS, [held])), "h1", "en")
    assert "cut off by water for a time" in page
    assert "Neither late nor cut off" not in page


def test_without_coordinates_there_is_no_map():
    assert household_map(small_record([settled(at=3)]), "h1", "A", Words("en")) == ""
