"""The parts of the report for leaders, read back from the folders that the commands write.

Each folder says what it belongs to (`ensemble.belonging`); one of another scenario, or of other files, is refused.
"""

import json
import math
from collections.abc import Callable, Mapping
from io import StringIO
from pathlib import Path
from typing import Any

import pandas as pd

from evacsim.ensemble.belonging import belonging
from evacsim.ensemble.limits import ENTRIES
from evacsim.ensemble.outages import cuts_of
from evacsim.errors import Issue, ResultsError
from evacsim.language import Text
from evacsim.plan.fixes_told import SHOWN
from evacsim.report.leaders.parts import (
    EffectRow,
    FixRow,
    HardshipRow,
    LatestOrder,
    Sensitive,
    study_fields,
)
from evacsim.results.plain import number
from evacsim.scenario.model import Scenario
from evacsim.world.building import build_world
from evacsim.world.columns import World

TABLE = "outages.csv"
"""The grid of the outages, beside its summary."""
ASSUMED = Text(" (assumed)", "（假定）")


def from_folders(
    scenario: Scenario, folders: Mapping[str, str | Path], world: World | None = None
) -> dict[str, object]:
    """Return the fields of a `LeadersReport` that some folders fill.

    Parameters
    ----------
    scenario : Scenario
        What the report is about.
    folders : mapping of str to path
        Folders by what wrote them: `study`, `fixes`, `latest`, `outages`, `beyond`, `sensitivity`.
    world : World, optional
        That of the scenario, where it has been built already.

    Raises
    ------
    ResultsError
        With every folder that is not there, cannot be read, or belongs to something else.
    """
    wanted = belonging(world or build_world(scenario)) if folders else {}
    fields: dict[str, object] = {}
    issues: list[Issue] = []
    for name, folder in folders.items():
        path = Path(folder) / f"{name}.json"
        try:
            summary = json.loads(path.read_text(encoding="utf-8"))
            strangers = _strangers(path, summary, wanted, scenario.id)
            issues += strangers
            if not strangers:
                fields |= READERS[name](summary, Path(folder))
        except FileNotFoundError as error:
            rule = Text("is not there", "不存在")
            remedy = Text(
                f"name the folder that `evacsim {name} --out` has written, or leave --{name} out",
                f"请给出 evacsim {name} --out 写出的文件夹，或不给 --{name}",
            )
            issues.append(Issue(str(error.filename or path), rule, remedy))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            rule = Text(f"cannot be read: {error!r}", f"无法读取：{error!r}")
            issues.append(Issue(str(path), rule, _again(name)))
    if issues:
        raise ResultsError("leaders", issues)
    return fields


def _again(name: str) -> Text:
    return Text(f"run `evacsim {name}` again for this scenario", f"请用本情景重新运行 evacsim {name}")


def _strangers(path: Path, summary: Any, wanted: Mapping[str, Any], id_: str) -> list[Issue]:
    """Return why a folder is of another scenario, or of other files of it."""
    remedy = _again(path.stem)
    if summary["scenario"] != id_:
        rule = Text(f"is the result of another scenario than {id_}", f"不是 {id_} 的结果")
        return [Issue(str(path), rule, remedy, "scenario", value=summary["scenario"])]
    there = summary.get("of")
    if there is None:
        rule = Text("does not say which version of the scenario it is of", "没有注明所用情景的版本")
        return [Issue(str(path), rule, remedy, "of")]
    inputs, now = there["inputs"], wanted["inputs"]
    changed = sorted(name for name in {*inputs, *now} if inputs.get(name) != now.get(name))
    issues = [
        Issue(
            str(path), Text("was made with another version of a file", "所用文件的版本与现在不同"), remedy,
            f"of.inputs.{name}", value=str(inputs.get(name)),
        )
        for name in changed
    ]  # fmt: skip
    if not issues and there["scenario"] != wanted["scenario"]:
        rule = Text(
            f"was made with another version of {id_}, or with --set", f"所用的 {id_} 与现在不同，或带有 --set"
        )
        issues = [Issue(str(path), rule, remedy, "of.scenario", value=there["scenario"])]
    return issues


def _study(summary: Mapping[str, Any], _: Path) -> dict[str, object]:
    return study_fields(summary)


def _fixes(summary: Mapping[str, Any], _: Path) -> dict[str, object]:
    """Return what helps, what is surely more than luck first; with the fresh effect of what was run again."""
    fresh = {row["lever"]: row for row in summary["fresh"]}
    by = ENTRIES[summary["by"]]
    unit = Text(f"{by.name.en}, better by", f"{by.name.zh}改善")
    if by.id == "late":
        unit = Text("fewer people late", "逾期减少（人）")
    rows = []
    for row in summary["levers"]:
        again = fresh.get(row["lever"])
        names = ("fresh", "fresh_low", "fresh_high") if again else ("effect", "low", "high")
        values = [number((again or row)[name]) for name in names]
        is_shown = number(row["p_holm"]) <= SHOWN
        if not values[0] > 0:
            continue
        doubt = Text("", "") if is_shown else Text(" [not shown]", "【尚不能确认】")
        mark = ASSUMED if row["mark"] == "assumed" else Text("", "")
        cost = f"{number(row['cost']):.3g}"
        rows.append(
            (
                not is_shown,
                FixRow(
                    Text(row["name_en"] + doubt.en, row["name_zh"] + doubt.zh),
                    values[0],
                    values[1],
                    values[2],
                    unit,
                    Text(f"{cost} ×10,000 yuan/year{mark.en}", f"{cost} 万元/年{mark.zh}"),
                    Text(row["detail_en"], row["detail_zh"]),
                    Text(row["side_en"], row["side_zh"]),
                ),
            )
        )
    return {"fixes": [row for _, row in sorted(rows, key=lambda one: one[0])]}


def _latest(summary: Mapping[str, Any], _: Path) -> dict[str, object]:
    last = max(map(float, summary["shifts_s"]))
    rows = []
    for row in summary["zones"]:
        if row["lever"]:
            continue
        latest, ordered = number(row["latest_s"]), number(row["order_s"])
        is_at_least = latest == math.inf
        if is_at_least:
            latest = ordered + last
        rows.append(LatestOrder(row["zone"], _finite(latest), _finite(ordered), is_at_least))
    return {"latest_orders": rows}


def _outages(_: Mapping[str, Any], folder: Path) -> dict[str, object]:
    text = (folder / TABLE).read_text(encoding="utf-8")
    table = pd.read_csv(StringIO(text), dtype=str, keep_default_na=False)
    for name in ("severity", "whole", "value", "difference", "ratio"):
        table[name] = [float(one or "nan") for one in table[name]]
    for name in cuts_of(table):
        table[name] = table[name] == "True"
    return {"outages": table}


def _beyond(summary: Mapping[str, Any], _: Path) -> dict[str, object]:
    rows = [
        HardshipRow(
            Text(row["name_en"], row["name_zh"]),
            row["indicator"],
            number(row["base"]),
            number(row["value"]),
            row["n_worse"] > row["n_better"],
        )
        for row in summary["cases"]
    ]
    broken = summary.get("breaking")
    return {
        "hardships": rows,
        "breaking": None if broken is None else Text(broken["told"]["en"], broken["told"]["zh"]),
    }


def _sensitivity(summary: Mapping[str, Any], _: Path) -> dict[str, object]:
    column = "mu_star" if summary["method"] == "morris" else "ST"
    rows = [
        EffectRow(row["indicator"], row["unknown"], number(row[column]), number(row[f"{column}_conf"]))
        for row in summary["effects"]
    ]
    return {"sensitive": Sensitive(summary["method"], int(summary["runs"]), rows)}


def _finite(value: float) -> float:
    return value if math.isfinite(value) else math.nan


READERS: Mapping[str, Callable[[Mapping[str, Any], Path], dict[str, object]]] = {
    "study": _study,
    "fixes": _fixes,
    "latest": _latest,
    "outages": _outages,
    "beyond": _beyond,
    "sensitivity": _sensitivity,
}
"""What reads a folder, by the command that wrote it."""
