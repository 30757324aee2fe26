"""Plans of any kind can be judged: whatever a storm describes, nothing breaks, and order does not matter."""

from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

import evacsim as ev
from evacsim.plan.examined_told import summary, told
from evacsim.plan.examining import examine
from tests.plan.alone import completeness_alone
from tests.reference.storms import storm


def _facts(found):
    return sorted(
        (one.check, sorted(one.subjects), sorted(one.figures.items())) for one in found.shortcomings
    )


@settings(deadline=None, derandomize=True, max_examples=40)
@given(seed=st.integers(0, 10_000))
def test_any_plan_can_be_judged_and_the_order_of_its_rows_does_not_matter(seed):
    with TemporaryDirectory() as folder, completeness_alone():
        scenario = storm(Random(seed), Path(folder))
        found = examine(ev.from_mapping(scenario))
        for score in found.scores:
            own = [one.severity for one in found.shortcomings if one.link == score.link]
            assert 0 <= score.points <= 100
            assert (score.light == "red") == ("blocker" in own)
            assert (score.points == 100) == (not own)
            assert score.kept == score.clauses - len(
                {one.check for one in found.shortcomings if one.link == score.link}
            )
        for lang in ("en", "zh"):
            narrow = 2 * (found.narrow is not None)
            assert len(told(found, lang).splitlines()) == 3 * len(found.shortcomings) + 14 + narrow
        assert len(summary(found)["shortcomings"]) == len(found.shortcomings)
        scenario["plan"]["zones"].reverse()
        scenario["district"]["shelters"].reverse()
        assert _facts(examine(ev.from_mapping(scenario))) == _facts(found)
