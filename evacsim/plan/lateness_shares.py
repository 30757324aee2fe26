"""Which stage of the time chain keeps people who are late, over many runs (时间链分解)."""

import numpy as np
import pandas as pd

from evacsim.analysis.late_stages import LATE_STAGES
from evacsim.ensemble.finding import Runs
from evacsim.language import Text
from evacsim.plan.trials import by_draw, share_of_totals
from evacsim.results.wording import percent


def lateness_shares(runs: Runs) -> pd.DataFrame:
    """Return the share of each stage in all the time that people who are late spend, the greatest first.

    Returns
    -------
    DataFrame
        `stage, name_en, name_zh, hours, share, low, high`: `hours` are person-hours a run. Shares are those of all runs
        together, so that runs in which many are late count for more; nan where nobody is. Whoever refused or was never
        ordered is left out: no stage kept them.
    """
    spent = {
        name: by_draw(runs, np.array([line["late_stages"][name] for line in runs.lines], dtype=np.float64))
        for name in LATE_STAGES
    }
    whole = np.sum(list(spent.values()), axis=0)
    rows = []
    for name, text in LATE_STAGES.items():
        share, interval = share_of_totals(spent[name], whole, runs.level)
        rows.append(
            (name, text.en, text.zh, float(spent[name].mean()) / 3600, share, interval.low, interval.high)
        )
    found = pd.DataFrame(rows, columns=["stage", "name_en", "name_zh", "hours", "share", "low", "high"])
    return found.sort_values("share", ascending=False, kind="stable", ignore_index=True)


def told(shares: pd.DataFrame, most: int = 3) -> Text:
    """Return the greatest stages in one sentence."""
    if shares["share"].isna().any():
        return Text("Nobody is late.", "无人逾期。")
    said = [
        (
            str(row["name_en"]),
            str(row["name_zh"]),
            " ".join(
                (
                    percent(float(row["share"])),
                    f"({percent(float(row['low']))}–{percent(float(row['high']))})",
                )
            ),
        )
        for row in shares.head(most).to_dict("records")
    ]
    return Text(
        "Where the time of late people goes: " + "; ".join(f"{en} {shown}" for en, _, shown in said),
        "逾期人员时间主要耗在：" + "；".join(f"{zh} {shown}" for _, zh, shown in said),
    )
