"""Where a household went (转移路线示意): its stops on the roads around, in the order of time, as one small drawing."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from evacsim.language import Text
from evacsim.report.cases_drawn import node_places
from evacsim.report.markup import Html, Words, table, tag
from evacsim.report.roads_drawn import RANKS, Point, parse_line
from evacsim.results.record import RunRecord
from evacsim.results.wording import Names, moment
from evacsim.terms import EVENT_KINDS

WIDTH, MARGIN = 720.0, 0.12
LEAST = 1500.0
"""Width of the part of the map that is shown at least [m]."""
WET = 0.15
"""Depth from which a road is drawn as under water [m], the first step of the report's map."""

NO_STOPS = frozenset({"departed", "never_reached"})
"""Events of a household that name the corner next to its home, or a place where it is not."""


class Stop(NamedTuple):
    """A place at which something happened to a household."""

    time_s: float
    text: Text
    thing: str
    at: Point


class Frame(NamedTuple):
    """The part of the map that is drawn."""

    x0: float
    y1: float
    scale: float
    height: float

    def xy(self, point: Point) -> str:
        """Return a point on the drawing as `x,y`."""
        return f"{(point[0] - self.x0) * self.scale:.1f},{(self.y1 - point[1]) * self.scale:.1f}"


def household_map(record: RunRecord, household: str, zone: str, words: Words) -> Html:
    """Return the stops of a household as a drawing and a list; nothing in a network without coordinates."""
    stops = list(_stops(record, household, zone))
    if len(stops) < 2:
        return Html("")
    frame, until = _frame([stop.at for stop in stops]), stops[-1].time_s
    course = " ".join(frame.xy(stop.at) for stop in stops)
    marks = "".join(_mark(frame, number, stop) for number, stop in enumerate(stops, 1))
    drawing = Html(
        f'<svg viewBox="0 0 {WIDTH:.0f} {frame.height:.0f}" role="img" class="course-map">'
        f'{_roads(record, frame, until)}<polyline points="{course}" class="course"/>{marks}</svg>'
    )
    names = Names(record)
    rows = [
        [
            str(number),
            moment(record.start, stop.time_s, words.lang),
            names.told(stop.thing, words.lang),
            words(stop.text),
        ]
        for number, stop in enumerate(stops, 1)
    ]
    listed = table(words, ["stop", "time", "place", "happened"], rows, kinds="nttt")
    return tag("h3", words("household_map")) + drawing + tag("p", words("household_map_note")) + listed


def _stops(record: RunRecord, household: str, zone: str) -> Iterator[Stop]:
    """Yield the home and each place that an event of the household names and that has a position, once in a row."""
    position = _positions(record)
    home = f"zone/{zone}"
    if home in position:
        yield Stop(0.0, Text("home", "住处"), home, position[home])
    before = home
    own = record.events[record.events["subject"] == f"household/{household}"]
    for event in own.to_dict("records"):
        thing = str(event["place"])
        if thing in position and thing != before and event["kind"] not in NO_STOPS:
            yield Stop(float(event["time_s"]), EVENT_KINDS[event["kind"]], thing, position[thing])
            before = thing


def _positions(record: RunRecord) -> dict[str, Point]:
    """Return where zones, pick-up points, shelters, junctions and roads (their middle) lie, by `kind/id`."""
    found: dict[str, Point] = {}
    for kind, name in (("zone", "zones"), ("pickup_point", "pickup_points"), ("shelter", "shelters")):
        places = record.tables[name]
        for id_, x, y in zip(places[kind], places["x"], places["y"], strict=True):
            if np.isfinite(x) and np.isfinite(y):
                found[f"{kind}/{id_}"] = (float(x), float(y))
    links = record.tables["links"]
    found |= {f"node/{node}": place for node, place in node_places(links).items()}
    for link, text in zip(links["link"], links["line"], strict=True):
        line = parse_line(text)
        if line:
            found[f"link/{link}"] = tuple(np.mean([line[0], line[-1]], axis=0).tolist())
    return found


def _frame(points: list[Point]) -> Frame:
    low, high = np.min(points, axis=0), np.max(points, axis=0)
    middle, size = (low + high) / 2, np.maximum((high - low) * (1 + 2 * MARGIN), LEAST)
    size[1] = np.clip(size[1], 0.4 * size[0], None)
    size[0] = max(size[0], 0.9 * size[1])
    scale = WIDTH / size[0]
    return Frame(
        float(middle[0] - size[0] / 2), float(middle[1] + size[1] / 2), float(scale), float(size[1] * scale)
    )


def _roads(record: RunRecord, frame: Frame, until: float) -> str:
    """Return the roads in the frame, those under water at a moment [s] marked; both directions are one."""
    water = record.tables["water_links"]
    now = water[water["time_s"] <= until].drop_duplicates("link", keep="last")
    wet = set(now.loc[now["depth_m"] > WET, "link"])
    drawn: dict[frozenset[str], tuple[str, bool, int]] = {}
    for row in record.tables["links"].to_dict("records"):
        line = parse_line(row["line"])
        if not any(_is_inside(frame, point) for point in line):
            continue
        ends = frozenset((str(row["from_node"]), str(row["to_node"])))
        rank = RANKS.get(str(row["road_class"]).partition("_")[0], 0)
        is_wet = row["link"] in wet or (ends in drawn and drawn[ends][1])
        drawn[ends] = (" ".join(frame.xy(point) for point in line), is_wet, rank)
    return "".join(
        f'<polyline points="{line}" class="{"road wet" if is_wet else "road"}" stroke-width="{1 + 0.6 * rank:.1f}"/>'
        for line, is_wet, rank in drawn.values()
    )


def _is_inside(frame: Frame, point: Point) -> bool:
    x, y = (point[0] - frame.x0) * frame.scale, (frame.y1 - point[1]) * frame.scale
    return 0 <= x <= WIDTH and 0 <= y <= frame.height


def _mark(frame: Frame, number: int, stop: Stop) -> str:
    x, y = frame.xy(stop.at).split(",")
    return f'<circle cx="{x}" cy="{y}" r="10" class="stop"/><text x="{x}" y="{y}" dy="4" class="stop">{number}</text>'
