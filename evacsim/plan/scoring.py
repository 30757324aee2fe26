"""How complete each of the five links is: a score of 0 to 100, and a light that no score can hide.

score = 100 (1 - lost / possible)

`possible` is the sum of the weights of all clauses of the link that apply to the plan, `lost` that of
those it does not keep, however often. A clause whose absence blocks the plan weighs 5, a major one 2, a minor one
1 (assumed). The light is red wherever a blocker stands, whatever the score; amber where a major one
does; else green.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from evacsim.language import Text
from evacsim.plan.shortcoming import LINKS, Link, Severity, Shortcoming

WEIGHTS: Mapping[Severity, float] = {"blocker": 5.0, "major": 2.0, "minor": 1.0}
"""What a clause weighs (assumed)."""

Light = Literal["red", "amber", "green"]
LIGHTS: Mapping[Light, Text] = {
    "red": Text("red", "红"),
    "amber": Text("amber", "黄"),
    "green": Text("green", "绿"),
}


class Clause(NamedTuple):
    """What scoring needs of a check."""

    id: str
    link: Link
    severity: Severity


@dataclass(frozen=True, slots=True)
class Score:
    """How complete one link of a plan is."""

    link: Link
    points: float
    """0 to 100; 100 where no clause applies."""
    light: Light
    clauses: int
    """Clauses of completeness that were looked at."""
    kept: int
    """Those that the plan keeps."""


def scores(clauses: Sequence[Clause], found: Iterable[Shortcoming]) -> tuple[Score, ...]:
    """Return the score of each link.

    Parameters
    ----------
    clauses : sequence of Clause
        Clauses that apply to the plan.
    found : iterable of Shortcoming
        What was found of them, and by other layers: that has a part in the light alone.
    """
    worst: dict[Link, set[Severity]] = {link: set() for link in LINKS}
    broken = set[str]()
    for one in found:
        worst[one.link].add(one.severity)
        broken.add(one.check)
    return tuple(
        _score(link, [clause for clause in clauses if clause.link == link], broken, worst[link])
        for link in LINKS
    )


def _score(link: Link, clauses: Sequence[Clause], broken: set[str], worst: set[Severity]) -> Score:
    possible = sum(WEIGHTS[clause.severity] for clause in clauses)
    lost = sum(WEIGHTS[clause.severity] for clause in clauses if clause.id in broken)
    light: Light = "red" if "blocker" in worst else "amber" if "major" in worst else "green"
    kept = sum(clause.id not in broken for clause in clauses)
    points = 100.0 * (1 - lost / possible) if possible else 100.0
    return Score(link, points, light, len(clauses), kept)
