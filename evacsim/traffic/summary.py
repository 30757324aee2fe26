"""A run of traffic in figures."""

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

from evacsim.language import Text
from evacsim.traffic.case import Floats

if TYPE_CHECKING:
    from evacsim.traffic.run import TrafficRun

FORMAT = "evacsim traffic"
FORMAT_VERSION = 1


def summary(run: "TrafficRun") -> dict[str, Any]:
    """Return the figures of a run, ready for JSON.

    Travel times count from the planned departure, so they include the wait to get onto the
    network; times and delays are those of the trips that arrived.
    """
    from evacsim import __version__

    trips = run.case.trips
    has_arrived = ~np.isnan(run.arrive)
    travel = (run.arrive - trips.depart)[has_arrived]
    free = run.case.free_flow_times()[has_arrived]
    counted = Counter(run.status.tolist())
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "version": __version__,
        "trips": len(trips.ids),
        "arrived": int(has_arrived.sum()),
        "by_status": dict(sorted(counted.items())),
        "people": int(trips.people.sum()),
        "people_arrived": int(trips.people[has_arrived].sum()),
        "clearance_s": _number(run.arrive[has_arrived].max()) if has_arrived.any() else None,
        "mean_travel_time_s": _mean(travel),
        "mean_free_flow_time_s": _mean(free),
        "total_travel_time_s": _number(travel.sum()),
        "total_delay_s": _number(travel.sum() - free.sum()),
        "first_kept_out_depart_s": _first_kept_out(run),
        "link_passages": run.link_passages,
        "end_s": _number(run.end),
        "until_s": _number(run.until),
        "gridlock": {
            "policy": run.gridlock,
            "patience_s": run.patience,
            "rings": [
                {
                    "time_s": _number(ring.time),
                    "links": run.case.links.ids.taken(np.array(ring.links, dtype=np.int64)).texts,
                    "ended_s": _number(ring.ended),
                    "resolved_by": ring.resolved_by,
                }
                for ring in run.rings
            ],
        },
        "read_s": round(run.case.read_s, 4),
        "compile_s": round(run.compile_s, 4),
        "run_s": round(run.run_s, 4),
        "inputs": dict(run.case.digests),
    }


def told(run: "TrafficRun") -> Text:
    """Return a run in a few lines."""
    facts = run.summary
    others = {word: n for word, n in facts["by_status"].items() if word != "arrived"}
    en = [f"{facts['arrived']:,} of {facts['trips']:,} trips arrived"]
    zh = [f"{facts['trips']:,} 次出行中 {facts['arrived']:,} 次到达"]
    en += [f"{n:,} {word.replace('_', ' ')}" for word, n in others.items()]
    zh += [f"{n:,} 次{STATUS_ZH[word]}" for word, n in others.items()]
    en_lines, zh_lines = [", ".join(en)], ["，".join(zh)]
    if facts["clearance_s"] is not None:
        clear, mean = facts["clearance_s"], facts["mean_travel_time_s"]
        en_lines.append(f"clearance {clear:,.1f} s, mean travel time {mean:,.1f} s")
        zh_lines.append(f"清空时间 {clear:,.1f} 秒，平均行程时间 {mean:,.1f} 秒")
    rings = facts["gridlock"]["rings"]
    if rings:
        en_lines.append(f"{len(rings)} gridlocks, see summary.json")
        zh_lines.append(f"{len(rings)} 处死锁，见 summary.json")
    en_lines.append(f"read in {facts['read_s']:.2f} s, run in {facts['run_s']:.2f} s")
    zh_lines.append(f"读取 {facts['read_s']:.2f} 秒，推演 {facts['run_s']:.2f} 秒")
    return Text("\n".join(en_lines), "\n".join(zh_lines))


STATUS_ZH = {
    "scheduled": "尚未出发",
    "waiting": "在起点等待",
    "under_way": "在途",
    "stopped": "受阻停驶",
    "arrived": "到达",
    "cut_off": "被阻断",
    "removed": "被移除",
}
"""How a trip ended, in Chinese."""


def _first_kept_out(run: "TrafficRun") -> float | None:
    """Return the planned departure of the first trip that a queue kept off the network [s].

    It waited for its first link longer than the headway of the one before can hold it up.
    """
    trips, routes = run.case.trips, run.case.routes
    first_link = routes.links[routes.first[trips.route]]
    waited = np.where(np.isnan(run.enter), run.end, run.enter) - trips.depart
    is_kept = waited > 1.0 / run.case.links.capacity[first_link]
    return _number(trips.depart[is_kept].min()) if is_kept.any() else None


def _mean(values: Floats) -> float | None:
    return _number(values.mean()) if len(values) else None


def _number(value: float) -> float | None:
    """Return a number to the microsecond; None where it is no finite one."""
    return round(float(value), 6) if np.isfinite(value) else None
