"""Who (转移谁): the people, and what they do with the order."""

from evacsim.analysis.entry import Entry, at_the_end, mean_time
from evacsim.language import Text

ENTRIES: tuple[Entry, ...] = (
    mean_time("prepare"),
    at_the_end("refused", Text("people who refused to go", "拒不转移人数")),
)  # fmt: skip
"""In the order of the report."""
