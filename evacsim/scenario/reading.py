"""Reading a scenario: all files, all mistakes in them, at once."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from evacsim.errors import Issue, ScenarioError
from evacsim.language import Text
from evacsim.scenario.checking import found, gauge_issues
from evacsim.scenario.expanding import Expanding, kind_of, listing
from evacsim.scenario.finding import Finding
from evacsim.scenario.given import Given, Source, given_from
from evacsim.scenario.model import Scenario
from evacsim.scenario.nearest import suggestion
from evacsim.scenario.parts import parts_given, parts_of
from evacsim.scenario.wording import locate, validated

FILE = "scenario.yaml"
"""The file of a scenario folder that names all others."""
ALIKE = 100
"""Issues of one kind in one file that are told one by one."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of reading a scenario."""

    scenario: Scenario | None
    """The scenario; None where an issue is an error."""
    issues: tuple[Issue, ...]
    """Everything wrong or doubtful, errors first, in the order of files and lines."""
    files: tuple[Path, ...]
    """Files that were read for it, without the road network, the water and the gauges."""
    root: Given | None = None
    """What stands in the files, as a tree; None where there is no file."""

    def issue_at(self, finding: Finding) -> Issue | None:
        """Return a finding with its file and line; None where something else is wrong at its place already."""
        return None if self.root is None else _issue(finding, self.root)


def load(path: str | Path) -> Scenario:
    """Return the scenario in a folder that holds `scenario.yaml`, or in a .yaml file.

    Raises
    ------
    ScenarioError
        With everything that is wrong with all files of the scenario.
    """
    return _scenario(read(path), str(path))


def from_mapping(mapping: Mapping[str, object], *, base: str | Path = ".") -> Scenario:
    """Return the scenario that a mapping describes; relative paths in it begin in the folder `base`.

    Raises
    ------
    ScenarioError
        With everything that is wrong with it.
    """
    return _scenario(read_mapping(mapping, base=base), "mapping")


def read(path: str | Path) -> Reading:
    """Return the scenario at `path` together with everything that is wrong or doubtful.

    Nothing that stands in the files makes this function raise.
    """
    path = Path(path).absolute()
    root = path / FILE if kind_of(path) == "folder" else path
    expanding = Expanding(root.parent)
    if kind_of(root) != "file":
        others = listing(root.parent, "*.y*ml")
        rule = Text("no such file", "文件不存在")
        remedy = suggestion(root.name, others) if others else Text("check the path", "检查路径")
        return Reading(None, (Issue(root.name, rule, remedy),), ())
    return _read(expanding.open(root), expanding)


def read_mapping(mapping: Mapping[str, object], *, base: str | Path = ".", name: str = "mapping") -> Reading:
    """Return the scenario that a mapping describes together with everything that is wrong or doubtful.

    Messages call the mapping `name`.
    """
    folder = Path(base).absolute()
    return _read(given_from(mapping, Source(name, folder)), Expanding(folder))


def _read(given: Given, expanding: Expanding) -> Reading:
    root = expanding.section(given, Scenario)
    scenario, wrong = validated(Scenario, root)
    parts = parts_given(root) if scenario is None else parts_of(scenario)
    found_issues = [issue for finding in found(parts) if (issue := _issue(finding, root)) is not None]
    series = [_named(issue, expanding) for issue in gauge_issues(parts)]
    issues = [*expanding.issues, *wrong, *found_issues, *series]
    order = {expanding.name(file): number for number, file in enumerate(expanding.files)}
    issues.sort(
        key=lambda issue: (issue.severity == "warning", order.get(issue.file, len(order)), issue.line or 0)
    )
    issues = _condensed(issues)
    has_errors = any(issue.severity == "error" for issue in issues)
    if scenario is not None:
        scenario._folder = expanding.folder
    return Reading(None if has_errors else scenario, tuple(issues), tuple(expanding.files), root)


def _condensed(issues: list[Issue]) -> list[Issue]:
    """Return the issues with all but the first hundred of a kind in one file told as a number."""
    kept: list[Issue] = []
    seen: Counter[tuple[str, Text]] = Counter()
    for issue in issues:
        kind = (issue.file, issue.rule)
        seen[kind] += 1
        if seen[kind] <= ALIKE:
            kept.append(issue)
    for (file, rule), number in seen.items():
        if number > ALIKE:
            more = number - ALIKE
            told = Text(f"{rule.en}: so it is at {more} more places", f"{rule.zh}：另有 {more} 处相同")
            first = next(issue for issue in kept if (issue.file, issue.rule) == (file, rule))
            kept.append(replace(first, rule=told, place="", line=None, value=None))
    return kept


def _issue(finding: Finding, root: Given) -> Issue | None:
    """Return a finding with its file and line; None where something else is wrong at its place already."""
    spot, place = locate(root, finding.loc)
    if spot.is_spoiled:
        return None
    issue = spot.given.issue(finding.rule, finding.remedy)
    value = finding.value or (issue.value if spot.is_there else None)
    return replace(issue, place=place, value=value, severity=finding.severity)


def _named(issue: Issue, expanding: Expanding) -> Issue:
    """Return an issue of a file whose name is absolute with the name that messages use."""
    return replace(issue, file=expanding.name(Path(issue.file)))


def _scenario(reading: Reading, source: str) -> Scenario:
    if reading.scenario is None:
        raise ScenarioError(source, reading.issues)
    return reading.scenario
