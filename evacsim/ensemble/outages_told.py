"""The grid of the three outages in words, as JSON and as tables."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from evacsim.ensemble.outages import CUTS, Cell, Outages
from evacsim.language import Language, Text
from evacsim.results.plain import plain
from evacsim.results.wording import count, percent, quantity
from evacsim.results.writing import refuse_folder, write_csv, write_json

SUMMARY = "outages.json"
TOLD = (
    "out_share",
    "out_before_water_share",
    "clearance_time_90",
    "order_latency_90",
    "contactable_hours_min",
    "peak_cut_off",
)
"""Indicators of the text; all of them stand in the table."""
FIRST_LINKS = 6
"""So many ids of what is cut are named in the text; all of them stand in the JSON."""


def told(found: Outages, lang: Language) -> str:
    """Return the grid as plain text: what is cut, then a line for each cell with a few indicators."""
    at, runs = f"T+{found.asked.at / 3600:g} h", len(found.cells)
    head = Text(
        f"Outages of {found.scenario}, seed {found.seed}: {runs} runs, out from {at} to the end",
        f"{found.scenario} 断网、断电、断路组合推演（种子 {found.seed}）：共 {runs} 次，{at} 起中断至结束",
    )
    usual = _rows(found, found.cells[0])
    columns = [str(usual[id_]["name_zh" if lang == "zh" else "name_en"]) for id_ in TOLD]
    columns.append(Text("indicators that are worse", "变差指标数").said(lang))
    lines = [head.said(lang), *_what_is_cut(found, lang), "", " | ".join(columns)]
    colon = "：" if lang == "zh" else ": "
    lines += [f"{_name(cell, lang)}{colon}{_cell(_rows(found, cell), cell, lang)}" for cell in found.cells]
    caveat = Text(
        "In brackets: value / whole. One seed, one luck: the differences come from the outages alone; how often they "
        "come about takes more seeds.",
        "括号内为与完好情形之比。随机种子相同，差异均来自中断；出现的可能性须换用更多种子推演。",
    )
    return "\n".join([*lines, "", caveat.said(lang)])


def write_outages(
    found: Outages, folder: str | Path, *, if_exists: Literal["error", "replace"] = "error"
) -> Path:
    """Write `outages.json`, `outages.csv` and `contact.csv` to a folder and return it.

    Raises
    ------
    ResultsError
        If the folder is in the way or cannot be written.
    """
    out = Path(folder)
    refuse_folder(out, mark=SUMMARY, if_exists=if_exists)
    for name, table in (("outages.csv", found.table), ("contact.csv", found.contact)):
        write_csv(out / name, table)
    write_json(out / SUMMARY, summary(found))
    return out


def summary(found: Outages) -> dict[str, Any]:
    """Return what was asked, what is cut, and every indicator of every cell, ready for JSON.

    Null stands for what is not known, "inf" for never.
    """
    asked = found.asked
    return {
        "scenario": found.scenario,
        "of": dict(found.belongs_to),
        "start": found.start,
        "seed": found.seed,
        "at_s": asked.at,
        "severities": sorted(set(asked.severities)),
        "roads": asked.roads,
        "road_share": asked.road_share,
        "cut": [
            {
                "what": name,
                "severity": severity,
                "of": found.there[name],
                "ids": list(ids),
                **(
                    {
                        "parted": found.parted[severity],
                        "names": list(
                            dict.fromkeys(found.road_names[id_] for id_ in ids if id_ in found.road_names)
                        ),
                    }
                    if name == "roads"
                    else {}
                ),
            }
            for (name, severity), ids in found.chosen.items()
        ],
        "cells": [_plain_cell(found, cell) for cell in found.cells],
    }


def _plain_cell(found: Outages, cell: Cell) -> dict[str, Any]:
    rows = found.of(cell)
    return {
        "severity": cell.severity,
        **{name: name in cell.cut for name in found.asked.columns},
        "events": found.digests[cell],
        "indicators": {
            id_: {
                **{name: plain(float(row[name])) for name in ("value", "difference", "ratio")},
                "unit": row["unit"],
                "change": row["change"],
            }
            for id_, row in zip(rows.index, rows.to_dict("records"), strict=True)
        },
    }


def _what_is_cut(found: Outages, lang: Language) -> list[str]:
    lines = []
    for (name, severity), ids in found.chosen.items():
        things = _roads_said(found, severity, len(ids)) if name == "roads" else _lost(found, name, len(ids))
        # A road is named once, by what people call it where it is called anything.
        things_cut = list(dict.fromkeys(found.road_names.get(id_, id_) for id_ in ids))
        named = ", ".join(things_cut[:FIRST_LINKS]) + (" ..." if len(things_cut) > FIRST_LINKS else "")
        lines.append(f"  {CUTS[name].said(lang)} {percent(severity)}: {things.said(lang)} ({named})")
    return lines


def _lost(found: Outages, name: str, number: int) -> Text:
    """Return how many of how many things that are no roads are cut."""
    there = found.there[name]
    return {
        "network": Text(f"{number} of {there} base stations", f"基站 {number}/{there} 处"),
        "power": Text(f"{number} of {there} sites of power", f"供电站点 {number}/{there} 处"),
        "private": Text(
            f"{number} of {there} base stations of the private network", f"专网基站 {number}/{there} 处"
        ),
        "satellite": Text(
            f"{number} of {there} offices without their satellite phones, from the start",
            f"自始没有卫星电话的机构 {number}/{there} 个",
        ),
    }[name]


def _roads_said(found: Outages, severity: float, links: int) -> Text:
    which = {
        "busiest": Text("the busiest", "车流最大的"),
        "worst": Text("those that part most people,", "隔断人数最多的"),
        "random": Text("drawn by chance", "随机抽取的"),
    }[found.asked.roads]
    share = percent(severity * found.asked.road_share)
    lost = count(found.parted[severity])
    return Text(
        f"{links} links, {which.en} {share} of {found.there['roads']} roads that vehicles enter; {lost} people have no"
        " way by road to their shelters",
        f"{which.zh} {share} 道路，共 {links} 条路段（有车行驶的道路 {found.there['roads']} 条），"
        f"{lost} 人无车行道路可达安置点",
    )


def _name(cell: Cell, lang: Language) -> str:
    if not cell.cut:
        return Text("everything whole", "完好").said(lang)
    return f"{' + '.join(CUTS[name].said(lang) for name in cell.cut)} {percent(cell.severity)}"


def _rows(found: Outages, cell: Cell) -> dict[Any, Mapping[Any, Any]]:
    rows = found.of(cell)
    return dict(zip(rows.index, rows.to_dict("records"), strict=True))


def _cell(rows: Mapping[Any, Mapping[Any, Any]], cell: Cell, lang: Language) -> str:
    said = []
    for id_ in TOLD:
        row, ratio = rows[id_], float(rows[id_]["ratio"])
        value = quantity(float(row["value"]), str(row["unit"]), lang)
        said.append(f"{value} ({ratio:.2f})" if cell.cut and not math.isnan(ratio) else value)
    said.append(str(sum(row["change"] == "worse" for row in rows.values())))
    return " | ".join(said)
