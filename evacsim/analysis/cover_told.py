"""Response rings in words and numbers."""

from typing import Any, NamedTuple

from evacsim.analysis.covering import CLOCKS, POSITIONS, Cover
from evacsim.analysis.standing_by import MODELS
from evacsim.clock import write_moment
from evacsim.language import Language, Text
from evacsim.scenario.model import Scenario


class Number(NamedTuple):
    """A number like the indicators of a run."""

    id: str
    value: float
    unit: str
    name: Text


def numbers(cover: Cover) -> list[Number]:
    """Return the shares of people within each ring, before the flood and at its worst hour, by position."""
    found = []
    for position in cover.units:
        for limit in cover.asked.limits:
            minutes, where = f"{limit / 60:g}", POSITIONS[position]
            for clock, since in CLOCKS.items():
                said = Text(
                    f"people reached within {minutes} min {since.en}, {where.en}",
                    f"{where.zh}{since.zh} {minutes} 分钟反应圈覆盖人口",
                )
                value = cover.share(position, limit, clock=clock)
                name = Text(f"{said.en}, before the flood", f"{said.zh}（洪水前）")
                found.append(Number(f"ring_{minutes}_{clock}_{position}_dry", value, "share", name))
                if cover.has_flood:
                    value, _ = cover.lowest(position, limit, clock=clock)
                    name = Text(f"{said.en}, in the worst hour", f"{said.zh}（最差时刻）")
                    found.append(Number(f"ring_{minutes}_{clock}_{position}_worst", value, "share", name))
    return found


def summary(cover: Cover, scenario: Scenario) -> dict[str, Any]:
    """Return everything that was asked and found, but for the tables, ready for JSON."""
    asked, choice = cover.asked, cover.choice
    said: dict[str, Any] = {
        "scenario": scenario.id,
        "kinds": list(asked.kinds),
        "points": asked.points,
        "risk_points": len(cover.points.node),
        "people": float(cover.points.people.sum()),
        "units": cover.units["home"].n,
        "people_in_a_unit": asked.unit,
        "at_s": cover.at,
        "limits_s": list(asked.limits),
        "unreached_people": {position: cover.unreached(position) for position in cover.units},
        "numbers": [
            {"id": one.id, "value": one.value, "unit": one.unit, "en": one.name.en, "zh": one.name.zh}
            for one in numbers(cover)
        ],
    }
    if choice is not None:
        placement = choice.placement
        said["stand_by"] = {
            "asked": asked.stand_by,
            "moved": len(cover.moved),
            "places": list(asked.places),
            "model": asked.model,
            "limit_s": asked.limit,
            "busy": asked.busy if asked.model == "mexclp" else None,
            "value": placement.value,
            "bound": placement.bound,
            "gap": placement.gap,
        }
        said["plan_rescue_stand_by"] = _for_the_plan(cover)
    return said


def told(cover: Cover, scenario: Scenario, lang: Language) -> str:
    """Return the rings as plain text: a line for each position and moment."""
    points, people = len(cover.points.node), round(cover.points.people.sum())
    kinds = ", ".join(cover.asked.kinds)
    n = cover.units["home"].n
    lines = [
        Text(
            f"Response rings: {points} risk points, {people:,} people; {n} units of {kinds}",
            f"反应圈：风险点 {points} 处、{people:,} 人；队伍 {kinds}，共 {n} 个编组",
        ).said(lang)
    ]
    limits = " / ".join(f"{limit / 60:g}" for limit in cover.asked.limits)
    lines.append(
        Text(
            f"People reached by road within {limits} min from setting out (from the call):",
            f"自出动起 {limits} 分钟内道路可达人口比例（括号内自接警起）：",
        ).said(lang)
    )
    for position in cover.units:
        where = POSITIONS[position].said(lang)
        before = Text("before the flood", "洪水前").said(lang)
        lines.append(f"  {where}{_colon(lang)}{before} {_row(cover, position, None)}")
        if cover.at is not None:
            then = write_moment(scenario.start, cover.at)
            lines.append(f"  {where}{_colon(lang)}{then} {_row(cover, position, cover.at)}")
            never = round(cover.unreached(position))
            lines.append(
                Text(
                    f"    no way by road then to {never:,} people; they need boats or helicopters",
                    f"    此时道路不可达 {never:,} 人，须用舟艇或直升机",
                ).said(lang)
            )
    if cover.choice is not None:
        lines += _moves(cover, lang)
    return "\n".join(lines)


def _row(cover: Cover, position: str, time: float | None) -> str:
    def shares(clock: str) -> str:
        found = [cover.share(position, limit, time=time, clock=clock) for limit in cover.asked.limits]
        return " / ".join(f"{100 * share:.1f}" for share in found)

    return f"{shares('set_out')} % ({shares('call')} %)"


def _moves(cover: Cover, lang: Language) -> list[str]:
    assert cover.choice is not None
    placement, asked = cover.choice.placement, cover.asked
    model, minutes = MODELS[asked.model], f"{asked.limit / 60:g}"
    within = Text("", "") if asked.model == "p-median" else Text(f" within {minutes} min", f"{minutes} 分钟")
    quality = (
        Text("proved the best", "已证明最优")
        if placement.gap == 0
        else Text(
            f"at most {100 * placement.gap:.2g} % from the best", f"距最优至多 {100 * placement.gap:.2g} %"
        )
    )
    lines = [
        Text(
            f"{len(cover.moved)} of at most {asked.stand_by} units stand by, by {model.en}{within.en}; {quality.en}:",
            f"前置 {len(cover.moved)} 个编组（至多 {asked.stand_by} 个），{within.zh}{model.zh}，{quality.zh}：",
        ).said(lang)
    ]
    for row in cover.moved.to_dict("records"):
        name, place = str(row["place_name"]), str(row["place"])
        place = name if name.startswith(place) else f"{place} {name}".strip()
        drive = f"{row['drive_s'] / 60:.0f} min" if lang == "en" else f"行车 {row['drive_s'] / 60:.0f} 分钟"
        lines.append(f"  {row['force']} {row['unit']} ({row['people']}) -> {place} ({drive})")
    return lines


def _for_the_plan(cover: Cover) -> list[dict[str, str]]:
    """Return the teams that go as a whole as `plan.rescue.stand_by` takes them; teams in parts it cannot say."""
    home, moved = cover.units["home"], cover.moved
    alone = {int(force) for force in set(home.force.tolist()) if (home.force == force).sum() == 1}
    assert cover.choice is not None
    whole = [int(home.force[unit]) in alone for unit in cover.choice.units.tolist()]
    return [
        {"force": str(row["force"]), "node": str(row["node"])}
        for row, is_whole in zip(moved.to_dict("records"), whole, strict=True)
        if is_whole
    ]


def _colon(lang: Language) -> str:
    return "：" if lang == "zh" else ": "
