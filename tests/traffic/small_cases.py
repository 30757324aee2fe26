"""Small cases of traffic, written as the files that a user would write."""

from pathlib import Path

LENGTH, SPEED, CAPACITY, JAM_DENSITY = 500.0, 12.5, 0.5, 0.2
"""One lane: 40 s free, headway 2 s, room for 100, backward wave 3.125 m/s (160 s a link)."""
HEADERS = {
    "nodes.csv": "node_id,x,y",
    "links.csv": "link_id,from_node,to_node,length_m,free_speed_mps,lanes,capacity_vps,jam_density_vpm",
    "routes.csv": "route_id,origin,destination,link_ids",
    "trips.csv": "trip_id,depart_s,route_id",
    "events.csv": "time_s,link_id,capacity_vps,speed_factor,jam_density_vpm",
    "signals.csv": "link_id,cycle_s,green_start_s,green_s",
    "turn_bans.csv": "from_link,to_link",
}


def write_case(folder: Path, headers: dict[str, str] | None = None, **tables: list[str]) -> Path:
    """Write tables (`trips=["0,0.0,0"]`) into a folder and return it; `headers` replaces some headers."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        header = (headers or {}).get(f"{name}.csv", HEADERS[f"{name}.csv"])
        text = "\n".join([header, *rows]) + "\n"
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def line_tables(lanes: list[int], n_trips: int, gap: float) -> dict[str, list[str]]:
    """Return a line of links with these lanes, and trips over all of it with a gap between departures [s]."""
    links = range(len(lanes))
    return {
        "nodes": [f"{i},{LENGTH * i:.2f},0.00" for i in range(len(lanes) + 1)],
        "links": [
            f"{i},{i},{i + 1},{LENGTH},{SPEED},{lanes[i]},{CAPACITY * lanes[i]},{JAM_DENSITY * lanes[i]}"
            for i in links
        ],
        "routes": [f"0,0,{len(lanes)},{' '.join(map(str, links))}"],
        "trips": [f"{i},{gap * i:.2f},0" for i in range(n_trips)],
    }


def bottleneck(folder: Path, n_trips: int = 900, gap: float = 1.25, n_before: int = 4) -> Path:
    """Write a corridor of two lanes with one link of one lane in it."""
    return write_case(folder, **line_tables([2] * n_before + [1, 2], n_trips, gap))
