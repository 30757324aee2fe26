"""How the injured were treated who had been rescued: each place with its beds, and who waited."""

import numpy as np

from evacsim.report.markup import Html, Words, table, tag
from evacsim.results.record import RunRecord
from evacsim.results.wording import count, duration


def treatment(record: RunRecord, words: Words) -> Html:
    """Return a row for each treatment place to which anybody came, and how many came to none."""
    patients, beds = record.tables["patients"], record.tables["treatment_beds"]
    rows = []
    for place, own in beds.groupby("place", sort=False):
        came = patients[(patients["place"] == place) & patients["came_s"].notna()]
        states = came["state"].value_counts()
        wait = float((came["admitted_s"] - came["came_s"]).fillna(np.inf).mean())
        rows.append(
            [
                str(place),
                count(own["beds"].iloc[0]),
                count(len(came)),
                *(count(states.get(state, 0)) for state in ("treated", "died", "in_bed", "waits")),
                count(own["waiting"].max()),
                duration(wait, words.lang),
            ]
        )
    heads = [
        "treatment_place",
        "beds",
        "patients_came",
        "patients_treated",
        "patients_died",
        "patients_in_bed",
        "patients_waiting",
        "longest_queue",
        "mean_wait",
    ]
    note = tag("p", words("treatment_note"), class_="note")
    never = int(patients["came_s"].isna().sum())
    if not never:
        return note + table(words, heads, rows, kinds="tnnnnnnnn")
    told = tag("p", words("patients_never_came"), f": {count(never)}", class_="over")
    return note + table(words, heads, rows, kinds="tnnnnnnnn") + told
