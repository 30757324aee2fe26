"""Open cases of rescue where they are said to be, as headquarters knows them (警情分布)."""

import numpy as np
import pandas as pd

from evacsim.report.roads_drawn import Point, parse_line
from evacsim.results.record import RunRecord

COLORS = {"waiting": "#c2185b", "sent": "#e08a00"}
"""People reported to whom no craft has been sent, and those to whom one has."""


def node_places(links: pd.DataFrame) -> dict[str, Point]:
    """Return where the junctions of the table `links` lie, by id; none without coordinates."""
    places: dict[str, Point] = {}
    for start, end, text in zip(links["from_node"], links["to_node"], links["line"], strict=True):
        line = parse_line(text)
        if line:
            places[str(start)], places[str(end)] = line[0], line[-1]
    return places


def open_people(record: RunRecord) -> pd.DataFrame:
    """Return how the people of open cases change, at each junction.

    Returns
    -------
    DataFrame
        Columns `node`, `time_s`, `people` and `sent`: people reported in open cases, and those of them to
        whom a craft has been sent, from that time on. A case is open from being heard of until its people are
        taken in, or it is closed otherwise. Of a case to which craft were sent more than once the last counts.
    """
    cases = record.tables["cases"]
    cases = cases[cases["heard_s"].notna()]
    said = cases["said_people"].to_numpy(np.int64)
    opened = cases["heard_s"].to_numpy(np.float64)
    closed = cases["closed_s"].fillna(np.inf).to_numpy(np.float64)
    sent = np.where(cases["assigned_s"] < closed, cases["assigned_s"], np.nan)
    nothing = np.zeros_like(said)
    changes = pd.concat(
        [
            pd.DataFrame({"node": cases["node"], "time_s": time, "people": people, "sent": craft})
            for time, people, craft in (
                (opened, said, nothing),
                (sent, nothing, said),
                (closed, -said, np.where(np.isnan(sent), 0, -said)),
            )
        ]
    )
    changes = changes[np.isfinite(changes["time_s"])]
    totals: pd.DataFrame = changes.groupby(["node", "time_s"])[["people", "sent"]].sum()
    return totals.groupby(level="node").cumsum().reset_index()
