"""A made-up record of a small flood, for tests of everything that reads records.

Six zones, four shelters, three hundred households, five buses, a river that rises from the
south. Nothing here simulates roads: times are drawn, buses go round by a simple rule. What
holds is what every record promises: events in order of time with earlier causes, a ledger
that agrees with the events, states that add up to the population.
"""

import heapq
from collections import Counter, defaultdict
from datetime import datetime

import numpy as np
import pandas as pd

from evacsim.results.columns import table
from evacsim.results.record import EVENTS, LEDGER, TABLES, RunRecord

HOUR, MINUTE = 3600.0, 60.0
START = datetime(2026, 7, 18, 20)
END = 12 * HOUR
NEVER = np.inf
SPACING = 500.0

# zone, name, township, column, row, households, trigger, water at homes, pick-up point, shelters, deadline
ZONES = [
    ("Z1", "河湾村", "临江镇", 0, 0, 60, 1.0 * HOUR, 5.0 * HOUR, "P1", "S1;S3", 5.0 * HOUR),
    ("Z2", "沙洲村", "临江镇", 1, 0, 55, 1.0 * HOUR, 5.5 * HOUR, "P1", "S1", 5.0 * HOUR),
    ("Z3", "柳林社区", "临江镇", 3, 0, 70, 2.5 * HOUR, 6.0 * HOUR, "P2", "S2", 7.0 * HOUR),
    ("Z4", "高坡村", "石桥乡", 3, 2, 40, 2.5 * HOUR, NEVER, "P2", "S4", 7.0 * HOUR),
    ("Z5", "渡口村", "石桥乡", 4, 0, 45, 2.5 * HOUR, 4.5 * HOUR, "P3", "", np.nan),
    ("Z6", "新圩村", "石桥乡", 0, 2, 30, np.nan, 8.0 * HOUR, "", "", np.nan),
]
# shelter, name, township, capacity, column, row, flooded
SHELTERS = [
    ("S1", "第一中学", "临江镇", 230, 1, 3, NEVER),
    ("S2", "镇体育馆", "临江镇", 120, 3, 3, NEVER),
    ("S3", "河湾小学", "临江镇", 60, 0, 1, 6.0 * HOUR),
    ("S4", "石桥敬老院", "石桥乡", np.inf, 4, 3, NEVER),
]
PICKUP_POINTS = [("P1", "村委会广场", 1, 1), ("P2", "柳林路口", 3, 1), ("P3", "渡口码头", 4, 1)]
# fleet, pick-up points it serves, seats of each bus that comes, and whether one stays away
FLEETS = [("F1", ("P1",), (45, 45), True), ("F2", ("P2", "P3"), (30, 30), False)]
FLEET_OF = {point: fleet for fleet, points, _, _ in FLEETS for point in points}


class Log:
    """Events in any order, numbered by time in the end; a cause is the key of an earlier entry."""

    def __init__(self):
        self.rows = []

    def add(self, time, kind, subject, place="", value=np.nan, cause=None):
        self.rows.append((float(time), kind, subject, place, float(value), cause))
        return len(self.rows) - 1

    def frame(self):
        """Return the events and the number that each key got."""
        order = sorted(range(len(self.rows)), key=lambda key: (self.rows[key][0], key))
        seq = {key: number for number, key in enumerate(order, 1)}
        columns = list(zip(*(self.rows[key] for key in order), strict=True))
        names = ("time_s", "kind", "subject", "place", "value", "cause")
        frame = pd.DataFrame(dict(zip(names, columns, strict=True)))
        frame["seq"] = np.arange(1, len(order) + 1)
        frame["cause"] = pd.array([pd.NA if key is None else seq[key] for key in columns[-1]], dtype="Int64")
        return table(frame, EVENTS), seq


def fake_record(*, seed=7, columns=5, rows=4, hurry=1.0):
    """Return the record; `hurry` below 1 shortens decision and preparation, the luck stays the same."""
    rng = np.random.default_rng(seed)
    log, households, states = Log(), [], []
    wet = {zone[0]: _water_cause(log, zone) for zone in ZONES}
    _draw_households(rng, log, households, states, hurry)
    rounds, vehicles = _run_buses(log, households, states, hurry)
    _shelter_people(log, households, states)
    _meet_the_water(rng, log, households, states, wet)
    log.add(END, "run_ended", "district/")
    events, seq = log.frame()
    ledger = _ledger(households, states, seq)
    tables = _tables(events, ledger, states, rounds, vehicles, columns, rows)
    return RunRecord(
        scenario_id="small-flood", name="临江小流域洪水", plan_name="临江镇转移预案(演示)", hazard_name="上游来水",
        district_name="临江演示区", seed=seed, start=START, end=END, duration=END,
        population=int(ledger["people"].sum()), events=events, ledger=ledger, tables=tables,
        provenance={"version": "0.1.0", "seed": seed, "inputs": {"district.yaml": "ab" * 32}, "wall_time_s": 1.5},
        limits={"relief_limit": 8 * HOUR, "leave_limit": 0.61},
    )  # fmt: skip


def _water_cause(log, zone):
    if not np.isfinite(zone[7]):
        return None
    changed = log.add(zone[7], "water_changed", "district/")
    return log.add(zone[7], "place_flooded", f"zone/{zone[0]}", f"zone/{zone[0]}", 0.7, changed)


def _draw_households(rng, log, households, states, hurry):
    for zone, _, _, _, _, number, trigger, _, pickup, shelter, _ in ZONES:
        ordered = trigger + 30 * MINUTE * hurry
        cause = None
        if trigger == 1.0 * HOUR:
            cause = log.add(trigger, "moment_reached", f"zone/{zone}")
        elif np.isfinite(trigger):
            cause = log.add(trigger, "stage_reached", f"zone/{zone}", "gauge/G1", 1.2)
        if cause is not None:
            cause = log.add(ordered, "decided", f"zone/{zone}", f"zone/{zone}", cause=cause)
        for index in range(number):
            size = int(rng.integers(1, 5))
            luck = rng.random(4)
            relay, preparation = 20 * MINUTE * rng.lognormal(0, 0.6), 30 * MINUTE * rng.lognormal(0, 0.7)
            home = {
                "household": f"{zone}-{index + 1:03d}", "zone": zone, "people": size, "id": len(households),
                "elderly": int(luck[2] < 0.2), "children": int(size > 2 and luck[2] > 0.5),
                "assisted": int(luck[3] < 0.05), "pickup": pickup, "shelters": shelter.split(";") if shelter else [],
                "triggered_s": trigger, "ordered_s": ordered if cause is not None else np.nan,
                "mode": "" if cause is None else "bus" if luck[0] < 0.7 else "car" if luck[0] < 0.85 else "walk",
            }  # fmt: skip
            households.append(home)
            states.append([(0.0, "at_home", None)])
            if cause is None:
                continue
            subject, place = f"household/{home['household']}", f"zone/{zone}"
            home["told_s"] = ordered + relay
            told = log.add(home["told_s"], "told", subject, place, size, cause)
            if luck[1] > 0.96:
                states[-1].append(
                    (
                        home["told_s"],
                        "refused",
                        log.add(home["told_s"], "refused", subject, place, size, told),
                    )
                )
                continue
            home["ready_s"] = home["departed_s"] = home["told_s"] + preparation * hurry
            states[-1].append((home["told_s"], "preparing", told))
            ready = log.add(home["ready_s"], "ready", subject, place, size, told)
            departed = log.add(home["departed_s"], "departed", subject, place, size, ready)
            travel = {"bus": 10, "walk": 55, "car": 15}[home["mode"]] * MINUTE * (0.7 + 0.6 * luck[2])
            state = {"bus": "walking_to_pickup", "walk": "walking", "car": "driving"}[home["mode"]]
            states[-1].append((home["departed_s"], state, departed))
            home["next_s"], home["cause"] = home["departed_s"] + travel, departed


def _run_buses(log, households, states, hurry):
    rounds, vehicles = [], []
    waiting = defaultdict(list)
    for home in households:
        if home["mode"] == "bus" and "next_s" in home:
            home["at_pickup_s"] = home["next_s"]
            home["cause"] = log.add(
                home["next_s"], "reached_pickup", f"household/{home['household']}",
                f"pickup_point/{home['pickup']}", home["people"], home["cause"],
            )  # fmt: skip
            states[home["id"]].append((home["next_s"], "waiting", home["cause"]))
            waiting[home["pickup"]].append(home)
    for fleet, points, seats, one_stays_away in FLEETS:
        called = log.add(
            min(z[6] for z in ZONES if z[8] in points) + 30 * MINUTE * hurry,
            "called_up",
            f"vehicle/{fleet}-1",
        )
        first = log.rows[called][0] + 60 * MINUTE
        queue = [(first + 10 * MINUTE * number, number) for number in range(len(seats))]
        done = {number: [0, 0, np.nan] for number in range(len(seats))}
        while queue:
            now, number = heapq.heappop(queue)
            if now > 5.5 * HOUR:
                continue  # the road to the pick-up points is cut
            name = f"{fleet}-{number + 1}"
            point = max(
                points, key=lambda p: (sum(h["people"] for h in waiting[p] if h["at_pickup_s"] <= now), p)
            )
            there = sorted(
                (h for h in waiting[point] if h["at_pickup_s"] <= now), key=lambda h: h["at_pickup_s"]
            )
            if not there:
                later = [h["at_pickup_s"] for p in points for h in waiting[p] if h["at_pickup_s"] > now]
                if later:
                    heapq.heappush(queue, (min(later) + 5 * MINUTE, number))
                continue
            at_pickup = log.add(
                now, "vehicle_at_pickup", f"vehicle/{name}", f"pickup_point/{point}", cause=called
            )
            aboard, left = 0, now + 4 * MINUTE
            shelter = there[0]["shelters"][0] if there[0]["shelters"] else "S4"
            for home in there:
                if aboard + home["people"] > seats[number]:
                    break
                aboard += home["people"]
                waiting[point].remove(home)
                home["boarded_s"], home["vehicle"] = now + aboard * 2.5, name
                subject = f"household/{home['household']}"
                home["cause"] = log.add(
                    home["boarded_s"], "boarded", subject, f"pickup_point/{point}", home["people"], at_pickup
                )
                states[home["id"]].append((home["boarded_s"], "riding", home["cause"]))
                home["next_s"] = left + 18 * MINUTE
            log.add(
                left, "vehicle_left_pickup", f"vehicle/{name}", f"pickup_point/{point}", aboard, at_pickup
            )
            log.add(
                left + 18 * MINUTE,
                "vehicle_at_shelter",
                f"vehicle/{name}",
                f"shelter/{shelter}",
                aboard,
                at_pickup,
            )
            done[number] = [done[number][0] + 1, done[number][1] + aboard, left + 18 * MINUTE]
            rounds.append((name, done[number][0], point, shelter, aboard, now, left, left + 18 * MINUTE))
            heapq.heappush(queue, (left + 40 * MINUTE, number))
        for number, size in enumerate(seats):
            vehicles.append(
                (
                    f"{fleet}-{number + 1}",
                    fleet,
                    "bus",
                    size,
                    True,
                    *done[number][:2],
                    first - 20 * MINUTE,
                    done[number][2],
                )
            )
        if one_stays_away:
            name = f"{fleet}-{len(seats) + 1}"
            log.add(first, "vehicle_absent", f"vehicle/{name}", cause=called)
            vehicles.append((name, fleet, "bus", seats[0], False, 0, 0, np.nan, np.nan))
    return rounds, vehicles


def _shelter_people(log, households, states):
    taken, desk = Counter(), defaultdict(float)
    for home in sorted((h for h in households if "next_s" in h), key=lambda h: (h["next_s"], h["id"])):
        if home["mode"] == "bus" and "boarded_s" not in home:
            continue
        now, subject = home["next_s"], f"household/{home['household']}"
        if home["mode"] != "bus" and home["departed_s"] > _water(home["zone"]):
            continue
        for shelter in dict.fromkeys([*home["shelters"], "S2", "S1"] if home["zone"] != "Z5" else ["S4"]):
            room = {s[0]: s[3] for s in SHELTERS}[shelter] - taken[shelter]
            if home["people"] > room or now > {s[0]: s[6] for s in SHELTERS}[shelter]:
                home["cause"] = log.add(
                    now, "turned_away", subject, f"shelter/{shelter}", home["people"], home["cause"]
                )
                home["turned_away"] = [*home.get("turned_away", []), shelter]
                now += 10 * MINUTE
                continue
            taken[shelter] += home["people"]
            home["arrived_s"] = now
            arrived = log.add(now, "arrived", subject, f"shelter/{shelter}", home["people"], home["cause"])
            states[home["id"]].append((now, "registering", arrived))
            home["settled_s"] = desk[shelter] = max(now, desk[shelter]) + 40
            settled = log.add(
                home["settled_s"], "settled", subject, f"shelter/{shelter}", home["people"], arrived
            )
            states[home["id"]].append((home["settled_s"], "sheltered", settled))
            home["final_place"] = f"shelter/{shelter}"
            break
        else:
            states[home["id"]].append((now, "unsheltered", home["cause"]))
            home["final_place"] = f"shelter/{shelter}"


def _meet_the_water(rng, log, households, states, wet):
    for home in households:
        luck, water = rng.random(), _water(home["zone"])
        home["water_s"] = water if np.isfinite(water) else np.nan
        if not np.isfinite(water) or home.get("departed_s", NEVER) <= water:
            continue
        _undo_after(log, home, states[home["id"]], water)
        subject, place = f"household/{home['household']}", f"zone/{home['zone']}"
        kind = "stranded" if luck < 0.6 else "trapped" if luck < 0.93 else "died"
        key = log.add(water, kind, subject, place, home["people"], wet[home["zone"]])
        states[home["id"]].append((water, "dead" if kind == "died" else kind, key))


def _undo_after(log, home, timeline, time):
    """Take back what the drawn times promised after `time`."""
    subject = f"household/{home['household']}"
    log.rows = [
        row if row[2] != subject or row[0] <= time else (row[0], "entered", *row[2:]) for row in log.rows
    ]
    timeline[:] = [entry for entry in timeline if entry[0] <= time]
    for column in [
        name for name in home if name.endswith("_s") and name not in {"water_s", "triggered_s", "ordered_s"}
    ]:
        if home[column] > time:
            home[column] = np.nan


def _water(zone):
    return next(z[7] for z in ZONES if z[0] == zone)


def _ledger(households, states, seq):
    township = {zone[0]: zone[2] for zone in ZONES}
    rows = []
    for home, timeline in zip(households, states, strict=True):
        at, state, key = timeline[-1]
        place = home.get("final_place") if state in {"registering", "sheltered", "unsheltered"} else None
        if state == "waiting":
            place = f"pickup_point/{home['pickup']}"
        rows.append(
            {column.name: home.get(column.name, "" if column.dtype == "str" else np.nan) for column in LEDGER}
            | {"listed": True, "present": True}
            | {"township": township[home["zone"]], "final_state": state, "final_s": at}
            | {
                "final_place": place or f"zone/{home['zone']}",
                "final_event": pd.NA if key is None else seq[key],
            }
        )
    return table(pd.DataFrame(rows), LEDGER)


def made(name, rows):
    return table(pd.DataFrame(rows, columns=[column.name for column in TABLES[name]]), TABLES[name])


def _tables(events, ledger, states, rounds, vehicles, columns, rows):
    deltas = [
        (state, at, sign * people)
        for timeline, people in zip(states, ledger["people"], strict=True)
        for index, (at, _, _) in enumerate(timeline)
        for sign, state in ((1, timeline[index][1]), (-1, timeline[index - 1][1] if index else None))
        if state is not None
    ]
    by_time = sorted((at, state, people) for state, at, people in _steps(deltas))
    in_shelter = ledger[ledger["arrived_s"].notna()]
    load = _steps(zip(in_shelter["final_place"], in_shelter["arrived_s"], in_shelter["people"], strict=True))
    flooding = [(f"zone/{zone[0]}", zone[7]) for zone in ZONES if np.isfinite(zone[7])]
    stage = [(float(t), 0.2 + 2.6 * np.sin(np.pi * t / (2 * END)) ** 2) for t in np.arange(0, END + 1, 600)]
    assumptions = [
        ("plan.care.relief_limit", "8 h", "seen", "district 14th five-year plan"),
        (
            "plan.organize.relay_time",
            "lognormal, median 20 min",
            "assumed",
            "calls and door knocks by grid staff",
        ),
        ("district.population.walking_speed", "1.219 m/s", "recalled", "Seaside model"),
        ("district.zones", "6", "synthetic", "made up for tests"),
        ("plan.who.compliance", "96 %", "given", "scenario.yaml"),
    ]
    told = ("2 nodes closer than 1 m were merged", "合并了 2 个相距不足 1 米的节点")
    return {
        **{name: made(name, []) for name in TABLES},
        **_place_tables(events, ledger),
        **_road_tables(columns, rows),
        "vehicles": made("vehicles", vehicles),
        "rounds": made("rounds", rounds),
        "water_places": made(
            "water_places",
            [(zone, at + step * HOUR, 0.7 + 0.3 * step) for zone, at in flooding for step in range(3)],
        ),
        "gauges": made("gauges", [("G1", at, height, "警戒水位") for at, height in stage]),
        "states": made("states", by_time),
        "shelter_load": made(
            "shelter_load", [(place.split("/")[1], at, people) for place, at, people in load]
        ),
        "assumptions": made("assumptions", assumptions),
        "repairs": made("repairs", [("node_merged", 2, *told)]),
    }


def _place_tables(events, ledger):
    def total(rows, column):
        return rows.groupby(column)["people"].sum().to_dict()

    population, boarded = total(ledger, "zone"), ledger[ledger["boarded_s"].notna()]
    boarded = total(boarded.assign(point=boarded["zone"].map({zone[0]: zone[8] for zone in ZONES})), "point")
    housed = total(ledger[ledger["final_state"].isin(["registering", "sheltered"])], "final_place")
    refusals = events[events["kind"] == "turned_away"].groupby("place")["value"].sum().to_dict()
    ordered = ledger.groupby("zone")["ordered_s"].first().to_dict()
    zones = [
        (
            *(zone, name, town, "residential", population[zone], x * SPACING, y * SPACING),
            *(
                np.isfinite(trigger),
                "" if zone == "Z5" else "张三",
                "镇防汛指挥部",
                point,
                FLEET_OF.get(point, ""),
            ),
            *(shelter, deadline, trigger, ordered[zone], water if np.isfinite(water) else np.nan, True),
        )
        for zone, name, town, x, y, _, trigger, water, point, shelter, deadline in ZONES
    ]
    shelters = [
        (
            *(shelter, name, town, capacity, x * SPACING, y * SPACING, housed.get(f"shelter/{shelter}", 0)),
            *(int(refusals.get(f"shelter/{shelter}", 0)), flooded if np.isfinite(flooded) else np.nan, True),
        )
        for shelter, name, town, capacity, x, y, flooded in SHELTERS
    ]
    points = [(p, name, x * SPACING, y * SPACING, boarded.get(p, 0), 60) for p, name, x, y in PICKUP_POINTS]
    return {
        "zones": made("zones", zones),
        "pickup_points": made("pickup_points", points),
        "shelters": made("shelters", shelters),
    }


def _road_tables(columns, rows):
    rng = np.random.default_rng(1)
    links, flows, water = [], [], []
    for x in range(columns):
        for y in range(rows):
            for dx, dy in ((1, 0), (0, 1)):
                if x + dx >= columns or y + dy >= rows:
                    continue
                for here, there in (((x, y), (x + dx, y + dy)), ((x + dx, y + dy), (x, y))):
                    link = f"{here[0]}.{here[1]}-{there[0]}.{there[1]}"
                    busy = int(rng.integers(0, 12)) if dy and here[1] < there[1] else 0
                    times = (1.5 + 0.5 * np.arange(busy)) * HOUR
                    people = rng.integers(5, 90, busy).astype(float)
                    closed = (4.0 + 0.4 * here[0]) * HOUR if here[1] == there[1] == 0 else np.nan
                    bend = (here[0] + there[0]) / 2 + 0.05 * dy, (here[1] + there[1]) / 2 + 0.05 * dx
                    line = ", ".join(
                        f"{px * SPACING:.1f} {py * SPACING:.1f}" for px, py in (here, bend, there)
                    )
                    links.append((
                        link, f"{here[0]}.{here[1]}", f"{there[0]}.{there[1]}", "滨江路" if y == 0 and dx else "",
                        "primary" if y == 0 and dx else "residential", SPACING, line, people.sum() / 3, people.sum(),
                        closed, 1.1 if np.isfinite(closed) else 0.0,
                    ))  # fmt: skip
                    flows += [(link, t, p) for t, p in zip(times, people, strict=True)]
                    if np.isfinite(closed):
                        water += [(link, closed + step * HOUR, 0.2 + 0.3 * step) for step in range(4)]
    return {
        "links": made("links", links),
        "flows": made("flows", flows),
        "water_links": made("water_links", water),
    }


def _steps(deltas):
    """Return (who, time, total from then on) for changes (who, time, by how much)."""
    total, steps = Counter(), {}
    for who, at, change in sorted(deltas, key=lambda delta: (delta[1], delta[0])):
        total[who] += change
        steps[who, at] = total[who]
    return [(who, at, people) for (who, at), people in steps.items()]
