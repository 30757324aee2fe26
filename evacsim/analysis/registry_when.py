"""When (何时转): from the trigger to the order."""

from evacsim.analysis.entry import Entry, mean_time

ENTRIES: tuple[Entry, ...] = (
    mean_time("decide"),
)  # fmt: skip
"""In the order of the report."""
