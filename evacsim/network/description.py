"""A road network in a few lines and one table: what there is, of which class, how much of it."""

from typing import TYPE_CHECKING

import numpy as np

from evacsim.language import Language, Text
from evacsim.network.attributes import MODE_BITS
from evacsim.network.columns import RoadColumns

if TYPE_CHECKING:
    import pandas as pd


def class_table(roads: RoadColumns) -> "pd.DataFrame":
    """Return one row per class of road, the longest first.

    Lengths are those of links: a two-way road counts once for each direction. Speeds are means
    over the length, capacities the smallest and largest of one lane.
    """
    import pandas as pd

    links = pd.DataFrame(
        {
            "road_class": roads.road_class,
            "length_km": roads.length / 1000,
            "lane_km": roads.length * roads.lanes / 1000,
            "speed_km": roads.length * roads.free_speed / 1000,
            "lane_capacity_vps": roads.capacity / roads.lanes,
            "bridges": roads.is_bridge,
        }
    )
    by_class = links.groupby("road_class")
    table = by_class[["length_km", "lane_km", "bridges"]].sum()
    table.insert(0, "links", by_class.size())
    table["free_speed_mps"] = by_class["speed_km"].sum() / table["length_km"]
    table["least_lane_capacity_vps"] = by_class["lane_capacity_vps"].min()
    table["greatest_lane_capacity_vps"] = by_class["lane_capacity_vps"].max()
    return table.sort_values(["length_km", "links"], ascending=False).reset_index()


def described(roads: RoadColumns, lang: Language) -> str:
    """Return what a network is, in three lines."""
    kilometres = {
        mode: roads.length[(roads.mode_mask & bit) != 0].sum() / 1000 for mode, bit in MODE_BITS.items()
    }
    lines = [
        Text(
            f"{len(roads.node_ids)} nodes, {len(roads.link_ids)} links, {roads.length.sum() / 1000:.1f} km",
            f"{len(roads.node_ids)} 个节点, {len(roads.link_ids)} 条路段, {roads.length.sum() / 1000:.1f} km",
        ),
        Text(
            "open to cars {car:.1f} km, buses {bus:.1f} km, walkers {walk:.1f} km".format(**kilometres),
            "汽车可行 {car:.1f} km, 公交可行 {bus:.1f} km, 行人可行 {walk:.1f} km".format(**kilometres),
        ),
        _extent(roads),
    ]
    return "\n".join(line.said(lang) for line in lines)


def _extent(roads: RoadColumns) -> Text:
    n_bridges = int(np.count_nonzero(roads.is_bridge))
    if roads.crs is None:
        return Text("abstract: no coordinates", "抽象网络: 无坐标")
    width, height = np.ptp(roads.x) / 1000, np.ptp(roads.y) / 1000
    return Text(
        f"{width:.1f} km x {height:.1f} km, {n_bridges} bridge links, {roads.crs}",
        f"{width:.1f} km × {height:.1f} km, 桥梁路段 {n_bridges} 条, {roads.crs}",
    )
