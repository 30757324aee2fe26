"""Bounds in words, as they stand beside the indicators of a run."""

from typing import NamedTuple

from evacsim.language import LANGUAGES, Language, Text
from evacsim.results.record import RunRecord
from evacsim.results.wording import duration

CONDITIONS: dict[str, Text] = {
    "": Text("whoever is sent to whom", "无论如何派遣"),
    "at_once": Text("all ordered with the first, buses waiting", "全部与首批同时下令、车辆已就位"),
    "as_given": Text("orders and call-ups as in this run", "下令和车辆调集与本次推演相同"),
}
"""What may differ from the run and what may not, by the column `orders`."""

REASONS: dict[str, Text] = {
    "ready": Text("nobody is ready or there sooner", "受准备和路程所限"),
    "seats": Text("seats of the buses", "受车辆座位所限"),
    "roads": Text("roads, or places in shelters", "受道路通行或安置容量所限"),
    "craft": Text("craft and their seats", "受舟艇、直升机运力所限"),
}
"""What a bound comes from, by the column `reason`."""


class Bound(NamedTuple):
    """A time that no plan can beat, under a condition."""

    orders: str
    """`at_once`, `as_given`, or nothing where no order matters."""
    time: float
    """The time [s], counted as the indicator is; inf where no plan ever gets there."""
    reason: str
    """`ready`, `seats`, `roads` or `craft`."""

    def said(self, lang: Language, *, why: bool) -> str:
        """Return the bound as half a sentence, with what it comes from if that is wanted."""
        condition, reason = CONDITIONS[self.orders].said(lang), REASONS[self.reason].said(lang)
        told = Text(f"{condition}; {reason}", f"{condition}；{reason}").said(lang) if why else condition
        time = duration(self.time, lang)
        return Text(f"{time} ({told})", f"{time}（{told}）").said(lang)


def bounds_of(record: RunRecord) -> dict[str, tuple[Bound, ...]]:
    """Return the bounds of each indicator that has some, the lowest first."""
    found: dict[str, list[Bound]] = {}
    for row in record.tables["bounds"].sort_values("bound_s", kind="stable").to_dict("records"):
        bound = Bound(str(row["orders"]), float(row["bound_s"]), str(row["reason"]))
        found.setdefault(str(row["indicator"]), []).append(bound)
    return {indicator: tuple(bounds) for indicator, bounds in found.items()}


def no_plan_beats(found: tuple[Bound, ...], *, why: bool = True) -> Text:
    """Return the bounds of an indicator as a sentence; nothing where there are none."""
    if not found:
        return Text("", "")
    said = {lang: [bound.said(lang, why=why) for bound in found] for lang in LANGUAGES}
    return Text(
        "no plan can beat " + "; ".join(said["en"]),
        "任何方案都不可能快于 " + "；".join(said["zh"]),
    )
