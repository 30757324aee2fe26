"""What is given: a scenario, what is wrong with it, its world."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from evacsim.errors import Issue, ScenarioError
from evacsim.scenario import reading
from evacsim.scenario.model import Scenario
from evacsim.world.building import build_world
from evacsim.world.columns import World


def load(path: str | Path) -> Scenario:
    """Return the scenario in a folder or file.

    Raises
    ------
    ScenarioError
        With everything that is wrong with any of its files.
    """
    return reading.load(path)


def from_mapping(mapping: Mapping[str, Any], *, base: str | Path = ".") -> Scenario:
    """Return the scenario written as a mapping, with file names relative to `base`."""
    return reading.from_mapping(mapping, base=Path(base))


def check(path: str | Path) -> list[Issue]:
    """Return everything that is wrong, or worth a look, in all files of a scenario."""
    read = reading.read(path)
    issues = list(read.issues)
    if read.scenario is not None and not any(issue.severity == "error" for issue in issues):
        try:
            issues += [issue for issue in build_world(read.scenario).warnings if issue not in issues]
        except ScenarioError as error:
            issues += [issue for issue in error.issues if issue not in issues]
    return issues


def build(scenario: Scenario) -> World:
    """Return the world of a scenario: networks, places and water read once, to be run with many seeds.

    Raises
    ------
    ScenarioError
        With everything that is wrong with the network, the places and the water.
    """
    return build_world(scenario)
