"""One thing that is missing in a plan, or that cannot work: found without running anything."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from evacsim.errors import Issue
from evacsim.language import Text
from evacsim.scenario.given import Loc

Link = Literal["when", "who", "organize", "to", "care"]
"""One of the five links of a transfer (五个关键环节)."""
Severity = Literal["blocker", "major", "minor"]

LINKS: Mapping[Link, Text] = {
    "when": Text("when to go", "何时转"),
    "who": Text("who must go", "转移谁"),
    "organize": Text("who organizes", "谁组织"),
    "to": Text("where to go", "转到哪"),
    "care": Text("how cared for", "如何管"),
}
SEVERITIES: Mapping[Severity, Text] = {
    "blocker": Text("blocks the plan", "否决项"),
    "major": Text("major", "重要"),
    "minor": Text("minor", "一般"),
}


@dataclass(frozen=True, slots=True)
class Shortcoming:
    """What one check found at one place of a plan."""

    check: str
    """Id of the check, such as `to.capacity` or `E7`."""
    link: Link
    severity: Severity
    clause: Text
    """The rule it breaks, with the document it comes from."""
    found: Text
    """What is there, in numbers."""
    remedy: Text
    loc: Loc = ()
    """Steps from the root of the scenario; `Reading.issue_at` names file and line."""
    subjects: tuple[str, ...] = ()
    """Ids of the zones, shelters, offices, fleets that it is about."""
    figures: Mapping[str, float] = field(default_factory=dict)
    """The numbers behind `found`, in SI units, for tables and tests."""
    place: Issue | None = None
    """File, line and place in the file's own words, once it has been located."""
