"""What the map of the page draws, packed: roads, and what changes on them from frame to frame.

Frame `f` shows the world at time `f · interval`: people counted by then, water standing then,
and flows of the interval that ends then. Long lists are packed by `packing.pack`; the page's
script unpacks them in the same order.
"""

from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from evacsim.analysis.clearance import people_in, reached
from evacsim.analysis.people import CUT_OFF, OUT, had_to_go, in_state, out_times, people_of
from evacsim.language import Language
from evacsim.report.cases_drawn import COLORS, node_places, open_people
from evacsim.report.packing import pack, zigzag
from evacsim.report.roads_drawn import DrawnRoads, drawn_roads
from evacsim.report.texts import DEPTH_CLASSES, TEXTS
from evacsim.results.record import RunRecord
from evacsim.terms import HouseholdState

ON_THE_WAY = tuple(
    state.id
    for state in (
        HouseholdState.WALKING_TO_PICKUP,
        HouseholdState.WAITING,
        HouseholdState.RIDING,
        HouseholdState.WALKING,
        HouseholdState.DRIVING,
    )
)
"""States of people who have left home and are not there yet."""
DEFAULT_INTERVAL = 600.0
MOST_FLOWS = 1_000_000
"""Flow counts that one page carries; beyond it intervals are joined."""


def map_data(record: RunRecord, lang: Language) -> dict[str, Any] | None:
    """Return all that the map needs, ready for JSON; None for a network without coordinates."""
    roads = drawn_roads(record.tables["links"])
    if roads is None:
        return None
    interval = flow_interval(record)
    frames = int(np.ceil(record.end / interval - 1e-9)) + 1
    clock = Frames(interval, frames)
    return {
        "lang": lang,
        "words": {key: text.said(lang) for key, text in TEXTS.items() if key.startswith("map_")},
        "start": record.start.isoformat(),
        "interval": interval,
        "frames": frames,
        "end": record.end,
        "depths": DEPTH_CLASSES,
        "grid": {"unit": roads.unit, "width": roads.width, "height": roads.height},
        "roads": _roads(roads),
        "flows": _flows(record, roads, clock),
        "water": _water(record, roads, clock),
        "closed": _closed(record, roads),
        "zones": _zones(record, roads, clock),
        "shelters": _shelters(record, roads, clock),
        "points": _points(record, roads),
        "cases": _cases(record, roads, clock),
        "case_colors": COLORS,
        "totals": _totals(record, clock),
    }


class Frames:
    """The frames of the slider."""

    def __init__(self, interval: float, number: int) -> None:
        self.interval = interval
        self.number = number

    def since(self, time: np.ndarray) -> np.ndarray:
        """Return the first frame at or after each time, clipped to the last."""
        return np.clip(np.ceil(time / self.interval - 1e-9), 0, self.number - 1).astype(np.int64)

    def steps(self, time: np.ndarray, values: np.ndarray) -> list[int]:
        """Return [frame, value, frame, value, …]: the last value of each frame, only where it changes."""
        last = dict(zip(self.since(time).tolist(), values.tolist(), strict=True))
        flat, shown = [], 0
        for frame, value in sorted(last.items()):
            if value != shown:
                flat += [frame, value]
                shown = value
        return flat


def flow_interval(record: RunRecord) -> float:
    """Return the length of the intervals on the page [s]: as recorded, or a multiple where that is too much."""
    starts = np.unique(record.tables["flows"]["time_s"].to_numpy(np.float64))
    recorded = float(np.diff(starts).min()) if len(starts) > 1 else DEFAULT_INTERVAL
    return recorded * int(np.ceil(max(len(record.tables["flows"]), 1) / MOST_FLOWS))


def depth_class(depth: np.ndarray) -> np.ndarray:
    """Return the class of each depth: 0 dry, 1 up to the second bound of `DEPTH_CLASSES`, and so on."""
    return np.where(depth > 0, np.searchsorted(DEPTH_CLASSES, depth, side="right"), 0)


def _roads(roads: DrawnRoads) -> dict[str, Any]:
    numbers = [np.array([0])]
    for line in roads.lines:
        numbers += [np.array([len(line)]), np.diff(line, axis=0, prepend=[[0, 0]]).ravel()]
    names = sorted(set(roads.names))
    row = {name: number for number, name in enumerate(names)}
    return {
        "number": len(roads.lines),
        "lines": pack(zigzag(np.concatenate(numbers[1:]))),
        "ranks": pack(roads.ranks),
        "names": names,
        "name": pack([row[name] for name in roads.names]),
    }


def _flows(record: RunRecord, roads: DrawnRoads, frames: Frames) -> str:
    """Return for each frame: how many roads have people, then road (as a difference) and people of each."""
    flows = record.tables["flows"]
    road = flows["link"].map(roads.road_of_link)
    # People who entered in [start, start + interval) belong to the frame at the end of it.
    frame = np.floor(flows["time_s"].to_numpy(np.float64) / frames.interval + 1e-9) + 1
    table = pd.DataFrame({"frame": frame, "road": road, "people": flows["people"]}).dropna()
    table["frame"] = table["frame"].clip(upper=frames.number - 1)
    summed = table.groupby(["frame", "road"])["people"].sum().round().reset_index()
    frame, where, people = summed[summed["people"] > 0].astype(np.int64).to_numpy().T
    bounds = np.searchsorted(frame, np.arange(frames.number + 1))
    numbers: list[np.ndarray] = []
    for first, last in pairwise(bounds):
        pairs = np.column_stack([np.diff(where[first:last], prepend=0), people[first:last]])
        numbers += [np.array([last - first]), pairs.ravel()]
    return pack(np.concatenate(numbers))


def _water(record: RunRecord, roads: DrawnRoads, frames: Frames) -> str:
    """Return for each wet road: its number (as a difference), how many steps, then frame and class of each."""
    water = record.tables["water_links"]
    table = water.assign(
        road=water["link"].map(roads.road_of_link), level=depth_class(water["depth_m"].to_numpy())
    )
    # Of two directions of one road the deeper one is drawn.
    deepest = table.dropna(subset="road").groupby(["road", "time_s"])["level"].max().reset_index()
    numbers: list[int] = []
    before = 0
    by_road: dict[Any, pd.DataFrame] = dict(list(deepest.astype({"road": np.int64}).groupby("road")))
    for road, rows in by_road.items():
        steps = frames.steps(rows["time_s"].to_numpy(np.float64), rows["level"].to_numpy())
        if steps:
            numbers += [road - before, len(steps) // 2, *steps]
            before = road
    return pack(numbers)


def _closed(record: RunRecord, roads: DrawnRoads) -> dict[int, float]:
    links = record.tables["links"]
    first = links.assign(road=links["link"].map(roads.road_of_link)).dropna(subset=["road", "closed_s"])
    earliest = first.astype({"road": np.int64}).groupby("road")["closed_s"].min()
    return dict(zip(earliest.index.tolist(), earliest.tolist(), strict=True))


def _zones(record: RunRecord, roads: DrawnRoads, frames: Frames) -> list[dict[str, Any]]:
    ledger = record.ledger
    go, people = had_to_go(ledger), people_of(ledger)
    homes = pd.DataFrame({"zone": ledger["zone"], "people": people})[go]
    must = homes.groupby("zone")["people"].sum()
    begin, end = safe_spans(record)
    changes = pd.concat(
        [homes.assign(time=begin[go]), homes.assign(time=end[go], people=-homes["people"])]
    ).dropna()
    by_zone = dict(list(changes.groupby("zone")))
    wet = _place_water(record, "zone", frames)
    zones = []
    for row in record.tables["zones"].to_dict("records"):
        place = roads.place(row["x"], row["y"])
        if place is None:
            continue
        rows = by_zone.get(row["zone"], changes.iloc[:0]).sort_values("time", kind="stable")
        zones.append(
            {
                "id": row["zone"],
                "name": row["name"] or row["zone"],
                "at": place,
                "people": int(row["population"]),
                "go": int(must.get(row["zone"], 0)),
                "safe": frames.steps(rows["time"].to_numpy(), rows["people"].cumsum().to_numpy()),
                "wet": wet.get(str(row["zone"]), []),
            }
        )
    return zones


def safe_spans(record: RunRecord) -> tuple[np.ndarray, np.ndarray]:
    """Return from when to when each household is in a shelter [s]; nan for never.

    The end is the first event that cuts off a household that had arrived; nan where none does.
    """
    ledger = record.ledger
    lost = in_state(ledger, *CUT_OFF, HouseholdState.DEAD.id) & ledger["arrived_s"].notna().to_numpy()
    begin = np.where(lost, ledger["arrived_s"], out_times(ledger))
    events = record.events[record.events["kind"].isin(["stranded", "trapped", "died"])]
    arrived = pd.Series(begin[lost], index="household/" + ledger["household"][lost])
    since = events["subject"].map(arrived)
    first = events[events["time_s"] >= since].groupby("subject")["time_s"].first()
    end = np.full(len(ledger), np.nan)
    end[lost] = first.reindex(arrived.index).to_numpy(np.float64)
    return begin, end


def _shelters(record: RunRecord, roads: DrawnRoads, frames: Frames) -> list[dict[str, Any]]:
    load = dict(list(record.tables["shelter_load"].groupby("shelter")))
    none = record.tables["shelter_load"].iloc[:0]
    shelters = []
    for row in record.tables["shelters"].to_dict("records"):
        place = roads.place(row["x"], row["y"])
        if place is None:
            continue
        steps = load.get(row["shelter"], none).sort_values("time_s", kind="stable")
        shelters.append(
            {
                "id": row["shelter"],
                "name": row["name"] or row["shelter"],
                "at": place,
                "capacity": row["capacity"] if np.isfinite(row["capacity"]) else None,
                "load": frames.steps(steps["time_s"].to_numpy(np.float64), steps["people"].to_numpy()),
                "flooded": row["flooded_s"] if np.isfinite(row["flooded_s"]) else None,
            }
        )
    return shelters


def _points(record: RunRecord, roads: DrawnRoads) -> list[dict[str, Any]]:
    return [
        {
            "id": row["pickup_point"],
            "name": row["name"] or row["pickup_point"],
            "at": place,
            "people": int(row["people"]),
        }
        for row in record.tables["pickup_points"].to_dict("records")
        if (place := roads.place(row["x"], row["y"])) is not None
    ]


def _cases(record: RunRecord, roads: DrawnRoads, frames: Frames) -> list[dict[str, Any]]:
    """Return where cases of rescue were open: people reported, and those of them to whom craft have been sent."""
    places = node_places(record.tables["links"])
    cases = []
    for node, rows in open_people(record).groupby("node"):
        place = roads.place(*places[str(node)]) if str(node) in places else None
        if place is None:
            continue
        time = rows["time_s"].to_numpy(np.float64)
        steps = {name: frames.steps(time, rows[name].to_numpy()) for name in ("people", "sent")}
        cases.append({"at": place, "most": int(rows["people"].max()), **steps})
    return cases


def _place_water(record: RunRecord, kind: str, frames: Frames) -> dict[str, list[int]]:
    water = record.tables["water_places"]
    rows = water[water["place"].str.startswith(f"{kind}/")].sort_values("time_s", kind="stable")
    return {
        str(place).partition("/")[2]: frames.steps(
            group["time_s"].to_numpy(np.float64), depth_class(group["depth_m"].to_numpy(np.float64))
        )
        for place, group in rows.groupby("place")
    }


def _totals(record: RunRecord, frames: Frames) -> dict[str, Any]:
    """Return people at each frame, for the line above the map."""
    at = np.minimum(np.arange(frames.number) * frames.interval, record.end)
    wet = reached(record.ledger["water_s"].to_numpy(np.float64), people_of(record.ledger), at)
    return {
        "go": int(people_of(record.ledger)[had_to_go(record.ledger)].sum()),
        "safe": people_in(record, OUT, at).tolist(),
        "moving": people_in(record, ON_THE_WAY, at).tolist(),
        "cut_off": people_in(record, CUT_OFF, at).tolist(),
        "wet": wet.tolist(),
    }
