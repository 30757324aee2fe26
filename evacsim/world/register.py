"""The register (转移清单): who is on the list of those to be moved, which is not always who is there."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evacsim.world.people import Households

Ints = NDArray[np.int32]
Bools = NDArray[np.bool_]

NO_OFFICER = -1
"""Row of the team of a household for which nobody in particular is responsible."""


@dataclass(frozen=True, slots=True)
class Register:
    """What the lists say, one row for each household, and one for each zone."""

    listed: Bools
    """Whether the household is on a list."""
    listed_zone: Ints
    """Row of the zone on whose list it stands."""
    listed_people: Ints
    """People the list says it has [person]."""
    officer: Ints
    """Row of the team that is responsible for it; `NO_OFFICER` for none."""
    ghosts: Ints
    """For each zone, households on its list that are not there."""
    n_on_list: Ints
    """For each zone, households on its list, ghosts among them."""


def true_register(households: Households, n_zones: int) -> Register:
    """Return a register without mistakes: it says what is."""
    return Register(
        listed=np.ones(households.n, dtype=bool),
        listed_zone=households.zone,
        listed_people=households.people,
        officer=np.full(households.n, NO_OFFICER, dtype=np.int32),
        ghosts=np.zeros(n_zones, dtype=np.int32),
        n_on_list=np.bincount(households.zone, minlength=n_zones).astype(np.int32),
    )
