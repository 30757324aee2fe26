"""The coverage page is complete, and claims nothing that is not there."""

import re

from evacsim.analysis.registry import REGISTRY
from tests.docs.pages import REPOSITORY, text_of

ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in text_of("docs/coverage.md").splitlines()
    if re.match(r"\| \d+ \|", line)
]
STATES = ("works", "partly: ", "not yet")


def test_all_forty_mechanisms_are_there_in_order_with_their_chinese_terms():
    assert [int(number) for number, *_ in ROWS] == list(range(1, 41))
    assert all(re.search("[\u4e00-\u9fff]", mechanism) for _, mechanism, *_ in ROWS)


def test_each_has_a_state_and_what_is_not_nothing_can_be_seen():
    for number, _, _, see_it, state in ROWS:
        assert state.startswith(STATES), number
        assert bool(see_it) != state.startswith("not yet"), number


def test_what_is_partly_there_says_what_is_missing():
    for number, *_, state in ROWS:
        assert not state.startswith("partly") or re.search(r"\b(no|not|nobody|nothing)\b", state), number


def test_rooms_exist_or_stand_in_brackets():
    for number, _, rooms, *_ in ROWS:
        for room in re.sub(r"\([^)]*\)", "", rooms).replace(",", " ").split():
            exists = (REPOSITORY / "evacsim" / room).is_dir() or (REPOSITORY / room).is_dir()
            assert exists, f"row {number}: {room}"


def test_indicators_that_show_a_row_exist():
    named = re.findall(r'run\.indicators\["(\w+)"\]', text_of("docs/coverage.md"))
    assert named
    assert set(named) <= {entry.id for entry in REGISTRY}
