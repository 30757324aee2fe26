"""What did not work, in the report: each kind of failure with how often, since when, where, and whom it concerned."""

import numpy as np
import pandas as pd

from evacsim.report.markup import Html, Words, shortened, tag
from evacsim.results.record import RunRecord
from evacsim.results.wording import Names, count, day_and_time
from evacsim.terms import EVENT_KINDS

PLACES = 3
"""How many places a line names."""


def failed_section(record: RunRecord, words: Words) -> Html:
    """Return one line for each kind of failure in the order of the chain; what came of it is told by other sections."""
    failures = record.tables["failures"]
    if failures.empty:
        return tag("p", words("nothing_failed"))
    names = Names(record)
    rows = []
    for kind, places in failures.groupby("kind", sort=False):
        people = float(places["people"].sum(min_count=1))
        rows.append(
            [
                words(EVENT_KINDS[str(kind)]),
                count(int(places["times"].sum())),
                "" if np.isnan(people) else count(int(people)),
                day_and_time(record.start, float(places["time_s"].min()), words.lang),
                _places(places, names, words),
            ]
        )
    heads = ["failed_what", "failed_times", "people", "failed_first", "place"]
    return tag("p", words("failed_note"), class_="note") + shortened(words, heads, rows, kinds="tnnmt")


def _places(places: pd.DataFrame, names: Names, words: Words) -> str:
    """Return where a kind of failure befell most, the worst first."""
    worst = places.sort_values(["people", "times"], ascending=False, kind="stable")["place"]
    named = [told for place in worst.head(PLACES) if (told := names.told(place, words.lang))]
    more = len(worst) - PLACES
    return ("、" if words.lang == "zh" else ", ").join(named) + (
        words("failed_more").format(count(more)) if more > 0 else ""
    )
