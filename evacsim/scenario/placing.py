"""Where things stand: positions that cannot be right."""

from collections.abc import Iterator, Sequence

import numpy as np

from evacsim.errors import EvacsimError
from evacsim.formats.crs import canonical_crs
from evacsim.language import Text
from evacsim.scenario.areas import is_in_degrees, lies_inside
from evacsim.scenario.finding import Finding
from evacsim.scenario.parts import Entry, Parts
from evacsim.scenario.places import Place


def misplaced(parts: Parts) -> Iterator[Finding]:
    """Yield what is wrong with the positions of places."""
    placed: list[Entry[Place]] = []
    for entry in parts.places():
        place = entry.item
        has_x, has_y = place.x is not None, place.y is not None
        if has_x != has_y:
            missing = "y" if has_x else "x"
            rule = Text(f"has no {missing}", f"缺少 {missing}")
            yield Finding((*entry.loc, missing), rule, Text("write both x and y", "同时写 x 和 y"))
        elif has_x and place.node is not None:
            rule = Text("has both coordinates and a node", "同时有坐标和路网节点")
            yield Finding((*entry.loc, "node"), rule, Text("keep one of the two", "只保留一种"))
        elif not has_x and place.node is None:
            rule = Text("has no position", "没有位置")
            yield Finding((*entry.loc, "x"), rule, Text("write x and y, or node", "写 x 和 y，或写 node"))
        elif (place.x, place.y) == (0.0, 0.0):
            rule = Text("stands at 0, 0, which programs write for 'unknown'", "位于 (0, 0)，通常表示“未知”")
            yield Finding((*entry.loc, "x"), rule, Text("write the true position", "写真实坐标"))
        elif has_x:
            placed.append(entry)
    if parts.crs is not None:
        yield from _outside(placed, parts.crs)
    elif placed and parts.known["zones"] is not None:
        rule = Text("is needed: places have coordinates", "必须写明：地点使用了坐标")
        remedy = Text("add crs: EPSG:..., the system of x and y", "补上 crs: EPSG:...，即 x、y 的坐标系")
        yield Finding(("district", "crs"), rule, remedy)


def _outside(placed: Sequence[Entry[Place]], crs: str) -> Iterator[Finding]:
    """Yield the places that cannot lie where their coordinates say."""
    try:
        system = canonical_crs(crs, file="")
    except EvacsimError as error:
        for issue in error.issues:
            yield Finding(("district", "crs"), issue.rule, issue.remedy)
        return
    xy = np.array([(entry.item.x, entry.item.y) for entry in placed], dtype=np.float64).reshape(-1, 2)
    swapped = lies_inside(xy[:, ::-1], system)
    outside = np.flatnonzero(~lies_inside(xy, system)).tolist()
    if len(outside) == len(placed) > 1 and not swapped.any():
        x, y = xy[0].tolist()
        rule = Text(
            f"all places lie outside its area, such as {placed[0].item.id} at {x:.15g}, {y:.15g}",
            f"所有地点都超出其适用范围，如 {placed[0].item.id} 位于 {x:.15g}, {y:.15g}",
        )
        remedy = Text("write the system that the coordinates are in", "写坐标实际所用的坐标系")
        yield Finding(("district", "crs"), rule, remedy)
        return
    rule = Text(f"lies outside the area of {system[:40]}", f"超出坐标系 {system[:40]} 的适用范围")
    for row in outside:
        x, y = xy[row].tolist()
        remedy = Text("check the coordinates and district.crs", "检查坐标和 district.crs")
        if swapped[row]:
            remedy = Text(
                "swap x and y: x is east (longitude), y is north (latitude)",
                "对调 x 和 y：x 为东（经度），y 为北（纬度）",
            )
        elif abs(x) <= 180 and abs(y) <= 180 and not is_in_degrees(system):
            remedy = Text(
                "if these are degrees write crs: EPSG:4326 or EPSG:4490; x is the longitude",
                "若为经纬度，写 crs: EPSG:4326 或 EPSG:4490；x 为经度",
            )
        yield Finding((*placed[row].loc, "x"), rule, remedy, f"{x:.15g}, {y:.15g}")
