"""One thing found by a check, before it is known in which file it stands."""

from typing import Literal, NamedTuple

from evacsim.language import Text
from evacsim.scenario.given import Loc


class Finding(NamedTuple):
    """What is wrong at one place of a scenario, or worth a look."""

    loc: Loc
    rule: Text
    remedy: Text
    value: str | None = None
    severity: Literal["error", "warning"] = "error"
