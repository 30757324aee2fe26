"""The latest safe orders in words."""

import math
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from evacsim.language import Language, Text
from evacsim.results.wording import day_and_time, duration, percent

if TYPE_CHECKING:
    from evacsim.plan.latest_order import LatestOrders


def told(found: "LatestOrders", lang: Language) -> str:
    """Return a line for each zone, the tightest first."""
    return "\n".join(text.said(lang) for text in _texts(found))


def _texts(found: "LatestOrders") -> list[Text]:
    asked, plan = found.asked, found.scenario.plan
    texts = [
        Text(
            f"Latest safe orders of {plan.name}: {percent(asked.people)} of a zone's people out before the water "
            f"with a probability of {percent(asked.probability)}; {found.n_runs} runs at each of {len(asked.shifts)} "
            f"moments, seed {found.seed}; people who refuse are counted apart",
            f"{plan.name} 最晚安全下令时间：以 {percent(asked.probability)} 的概率保证区域内 {percent(asked.people)} "
            f"的人在进水前转移；{len(asked.shifts)} 个下令时刻各推演 {found.n_runs} 次，随机种子 {found.seed}；"
            "拒不转移人员另计",
        )
    ]
    if found.table.empty:
        return [*texts, Text("No zone is ordered.", "没有下令转移的区域。")]
    ranked = found.table.sort_values(["lever", "margin_s", "zone"], kind="stable").to_dict("records")
    texts += [_told({str(name): value for name, value in row.items()}, found) for row in ranked]
    texts += [
        Text(f"{id_} does not apply: {why.en}", f"{id_} 不适用：{why.zh}") for id_, why in found.left_out
    ]
    return texts


def _told(row: Mapping[str, Any], found: "LatestOrders") -> Text:
    start, shifts = found.scenario.start, found.asked.shifts
    zone = f"{row['zone']} {row['name']}".strip()
    given = Text(f" with {row['lever']}", f"（采取 {row['lever']}）") if row["lever"] else Text("", "")
    latest = row["latest_s"]
    if latest == -math.inf:
        hours = f"{shifts[0] / 3600:+.3g} h"
        return Text(
            f"{zone}{given.en}: not safe at any moment tried, not even {hours} from the plan's own order",
            f"{zone}{given.zh}：所试时刻均不安全（最早比预案下令时间 {hours}）",
        )
    if latest == math.inf:
        hours = f"{shifts[-1] / 3600:+.3g} h"
        return Text(
            f"{zone}{given.en}: safe at every moment tried, up to {hours} from the plan's own order",
            f"{zone}{given.zh}：所试时刻均安全（最晚比预案下令时间 {hours}）",
        )
    at = Text(day_and_time(start, latest, "en"), day_and_time(start, latest, "zh"))
    ends = [_bound(row[name], start) for name in ("safe_s", "late_s")]
    stage = Text("", "")
    if not math.isnan(row["stage"]):
        stage = Text(
            f", {row['gauge']} at {row['stage']:.2f} m", f"，此时 {row['gauge']} 水位 {row['stage']:.2f} m"
        )
    margin = row["margin_s"]
    size = [duration(abs(margin), lang) for lang in ("en", "zh")] if margin else ["0 min", "0分钟"]
    said = (
        Text(f"the plan orders {size[0]} before that", f"预案下令比此早 {size[1]}")
        if margin >= 0
        else Text(f"the plan orders {size[0]} TOO LATE", f"预案下令晚了 {size[1]}")
    )
    return Text(
        f"{zone}{given.en}: latest {at.en} (between {ends[0].en} and {ends[1].en}){stage.en}; {said.en}",
        f"{zone}{given.zh}：最晚 {at.zh}（介于 {ends[0].zh} 与 {ends[1].zh} 之间）{stage.zh}；{said.zh}",
    )


def _bound(seconds: float, start: datetime) -> Text:
    if not math.isfinite(seconds):
        return Text("not decided", "不能判定")
    return Text(day_and_time(start, seconds, "en"), day_and_time(start, seconds, "zh"))
