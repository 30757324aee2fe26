"""By whom (谁组织): how the order reaches the people."""

from evacsim.analysis.entry import Entry, mean_time

ENTRIES: tuple[Entry, ...] = (
    mean_time("relay"),
)  # fmt: skip
"""In the order of the report."""
