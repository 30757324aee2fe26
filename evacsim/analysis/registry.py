"""The list of all indicators: the outcome, then the five links of the plan, then lives.

Names and units of the outcome goals follow the planning documents (rows 1, 8, 18, 20 and 22 of
docs/coverage.md).
"""

from evacsim.analysis import (
    registry_care,
    registry_lives,
    registry_organize,
    registry_outcome,
    registry_rescue,
    registry_when,
    registry_where,
    registry_who,
)
from evacsim.analysis.entry import Entry

REGISTRY: tuple[Entry, ...] = (
    *registry_outcome.ENTRIES,
    *registry_when.ENTRIES,
    *registry_who.ENTRIES,
    *registry_organize.ENTRIES,
    *registry_where.ENTRIES,
    *registry_care.ENTRIES,
    *registry_lives.ENTRIES,
    *registry_rescue.ENTRIES,
)
"""Every indicator, in the order of the report."""
