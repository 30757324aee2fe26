"""Moments as people write them, in what is asked of a scenario."""

from evacsim.clock import parse_moment, seconds_after
from evacsim.errors import Issue, RefusedValueError, ScenarioError
from evacsim.scenario.model import Scenario


def seconds(scenario: Scenario, at: str, asking: str) -> float:
    """Return a moment as people write it in seconds after the start of a scenario."""
    try:
        return seconds_after(scenario.start, parse_moment(at))
    except RefusedValueError as refused:
        issue = Issue(asking, refused.rule, refused.remedy, "at", value=at)
        raise ScenarioError(scenario.id, [issue]) from None
