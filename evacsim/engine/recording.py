"""From the parts of a finished run to its record: events, ledger, tables."""

from collections import ChainMap
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evacsim.clock import seconds_after
from evacsim.engine.failing import failures
from evacsim.engine.households import NO_VEHICLE
from evacsim.engine.log import Kind, Where, written
from evacsim.engine.movement import Gridlock
from evacsim.engine.parts import Mode, Parts
from evacsim.engine.recorded import Recorded
from evacsim.engine.use import road_use, use_table
from evacsim.hazard.effects import is_stopped
from evacsim.hazard.water import Water
from evacsim.results.columns import empty, table
from evacsim.results.record import LEDGER, TABLES, RunRecord
from evacsim.scenario.assumptions import assumptions
from evacsim.scenario.model import Scenario
from evacsim.terms import Group, HouseholdState
from evacsim.world.columns import Floats, World


def write_down(
    parts: Parts, processes: Sequence[Recorded], *, triggered: Floats, ordered: Floats, seed: int
) -> RunRecord:
    """Return the record of a run that has come to its end.

    Parameters
    ----------
    parts : Parts
        The run.
    processes : sequence of Recorded
        Whoever leaves something behind; no two the same table or column.
    triggered, ordered : array of float
        When each zone's trigger fired, and when it was ordered to go [s], shape (n_zones,); nan for never.
    """
    world, scenario = parts.world, parts.world.scenario
    end = parts.now
    standing = [tuple(ring) for ring in parts.movement.find_gridlock()]
    for ring in standing:
        road = int(min(parts.world.ways.link[way] for way in ring))
        parts.log.record(end, "gridlock", Where(Kind.LINK, road), value=float(len(ring)))
    parts.log.record(end, "run_ended", Where(Kind.DISTRICT, 0), value=float(parts.book.count()))
    names = _names(parts, processes)
    tables = _merged(
        {
            "zones": _zones(parts, triggered, ordered),
            "names": _things(parts),
            "links": _links(parts),
            "flows": _flows(parts),
            "states": _states(parts),
            "failures": failures(parts.log, parts.households, names),
            "gridlocks": gridlock_table(world, parts.movement.gridlocks, standing),
            **_water(world, parts.water),
            "assumptions": _assumptions(scenario),
            "repairs": _repairs(world),
            "use": use_table([*(one for process in processes for one in process.use()), *road_use(parts)]),
        },
        *(process.tables() for process in processes),
    )
    assert set(tables) <= set(TABLES), f"no tables of the record: {sorted(set(tables) - set(TABLES))}"
    reports = scenario.plan.organize.reports
    return RunRecord(
        scenario_id=scenario.id,
        name=scenario.name,
        plan_name=scenario.plan.name,
        hazard_name=scenario.hazard.name,
        district_name=scenario.district.name,
        seed=seed,
        start=scenario.start,
        end=end,
        duration=scenario.duration,
        population=int(parts.households.people.sum()),
        events=parts.log.frame(names),
        ledger=_ledger(parts, names, _merged(*(process.ledger() for process in processes))),
        tables={name: _shaped(tables.get(name, pd.DataFrame()), name) for name in TABLES},
        limits={
            "relief_limit": scenario.plan.care.relief_limit,
            "leave_limit": scenario.hazard.effects.leave_limit,
            "car_limit": scenario.hazard.effects.car_limit,
            "critical_depth": scenario.hazard.effects.critical_depth,
            **({} if reports is None else {"report_limit": reports.within}),
        },
    )


def _merged(*parts: Mapping[Any, Any]) -> dict[Any, Any]:
    """Return all entries of `parts`, no two of which may have a key in common."""
    merged = dict(ChainMap(*map(dict, reversed(parts))))
    assert len(merged) == sum(map(len, parts)), "two processes leave the same table, column or ids"
    return merged


def _names(parts: Parts, processes: Sequence[Recorded]) -> dict[Kind, NDArray[Any]]:
    world, households = parts.world, parts.households
    zone_ids = np.array(world.zones.ids, dtype=object)
    numbers = np.array([str(number) for number in range(households.number.max(initial=0) + 1)], dtype=object)
    names = {
        Kind.DISTRICT: np.array([world.scenario.district.id], dtype=object),
        Kind.ZONE: zone_ids,
        Kind.HOUSEHOLD: zone_ids[households.zone] + "/" + numbers[households.number],
        Kind.PICKUP_POINT: np.array(world.pickup_points.ids, dtype=object),
        Kind.SHELTER: np.array(world.shelters.ids, dtype=object),
        Kind.DEPOT: np.array(world.fleets.ids, dtype=object),
        Kind.LINK: np.array(world.roads.link_ids, dtype=object),
        Kind.NODE: np.array(world.roads.node_ids, dtype=object),
        Kind.GAUGE: np.array(list(world.gauges), dtype=object),
    }
    return _merged(names, *(process.names() for process in processes))


def _ledger(
    parts: Parts, names: Mapping[Kind, NDArray[Any]], left: Mapping[str, NDArray[Any]]
) -> pd.DataFrame:
    """Return the ledger: what everybody shares, what the processes have `left`, blanks for the rest."""
    world, households, book = parts.world, parts.households, parts.book
    townships = np.array([zone.township for zone in world.zones.models], dtype=object)
    vehicles = np.append(names[Kind.VEHICLE], "")
    state_ids = np.array([state.id for state in HouseholdState], dtype=object)
    group_ids = np.array([group.id for group in Group], dtype=object)
    modes = np.array([mode.id for mode in Mode], dtype=object)
    final_event = pd.array(book.event, dtype="Int64")
    final_event[book.event == 0] = pd.NA
    columns = _merged(
        {
            "household": names[Kind.HOUSEHOLD],
            "zone": names[Kind.ZONE][households.zone],
            "township": townships[households.zone],
            "people": households.people,
            "elderly": households.elderly,
            "children": households.children,
            "assisted": households.assisted,
            "special_group": group_ids[households.group],
            "walking_speed": households.walking_speed,
            "listed": parts.register.is_listed,
            "mode": modes[parts.mode],
            **{f"{stage}_s": times for stage, times in book.times.items()},
            "vehicle": vehicles[np.where(book.vehicle == NO_VEHICLE, len(vehicles) - 1, book.vehicle)],
            "final_state": state_ids[book.state],
            "final_place": written(book.place_kind, book.place, names),
            "final_s": book.since,
            "final_event": final_event,
        },
        left,
    )
    known = {column.name: column.dtype for column in LEDGER}
    assert set(columns) <= set(known), f"no columns of the ledger: {sorted(set(columns) - set(known))}"
    blanks = {
        name: np.full(households.n, BLANK[dtype]) for name, dtype in known.items() if name not in columns
    }
    return table(pd.DataFrame({**columns, **blanks}, copy=False), LEDGER)


BLANK: Mapping[str, Any] = {"str": "", "float64": np.nan, "bool": True}
"""What stands in a column of the ledger that no process fills: no text, never, and yes to `listed` and `present`."""


def _zones(parts: Parts, triggered: Floats, ordered: Floats) -> pd.DataFrame:
    world, scenario = parts.world, parts.world.scenario
    water = parts.book.times["water"]
    first_water = np.full(world.zones.n, np.inf)
    np.fmin.at(first_water, parts.households.zone, water)
    rows = []
    for row, (zone, transfer) in enumerate(zip(world.zones.models, world.transfers, strict=True)):
        deadline = transfer.deadline if transfer else None
        rows.append(
            {
                "zone": zone.id,
                "name": zone.name or zone.id,
                "township": zone.township,
                "kind": zone.kind,
                "population": zone.population,
                "x": world.zones.x[row],
                "y": world.zones.y[row],
                "in_plan": transfer is not None,
                "organizer": transfer.organizer if transfer else "",
                "decided_by": (transfer.decided_by or scenario.plan.when.decided_by) if transfer else "",
                "pickup_point": (transfer.pickup_point or "") if transfer else "",
                "fleet": (transfer.fleet or "") if transfer else "",
                "shelter": ";".join(transfer.shelter) if transfer else "",
                "deadline_s": np.nan if deadline is None else seconds_after(scenario.start, deadline),
                "triggered_s": triggered[row],
                "ordered_s": ordered[row],
                "water_s": first_water[row] if np.isfinite(first_water[row]) else np.nan,
                "synthetic": zone.synthetic,
            }
        )
    return pd.DataFrame(rows)


def _things(parts: Parts) -> pd.DataFrame:
    """Return what things are called that no other table names."""
    district, hazard = parts.world.scenario.district, parts.world.scenario.hazard
    named = [
        *((Kind.DEPOT, fleet.id, fleet.name) for fleet in district.fleets),
        *((Kind.STORE, store.id, store.name) for store in district.stores),
        *((Kind.SITE, site.id, site.name) for site in district.sites),
        *((Kind.DANGER, danger.id, danger.name) for danger in hazard.dangers),
        *((Kind.CHANNEL, channel.id, channel.kind) for channel in district.channels),
    ]
    rows = [{"thing": f"{kind.id}/{id_}", "name": name} for kind, id_, name in named if name]
    return pd.DataFrame(rows, columns=["thing", "name"])


def _links(parts: Parts) -> pd.DataFrame:
    world, roads = parts.world, parts.world.roads
    n = len(roads.link_ids)
    people = _per_road(parts, parts.movement.people_entries().sum(axis=1))
    entries = parts.movement.entries().sum(axis=1) * ~world.ways.is_footway
    max_depth = np.zeros(n)
    closed = np.full(n, np.nan)
    water = parts.water
    if len(water.times):
        max_depth[water.link_rows] = water.link_depth.max(axis=0)
        shut = is_stopped(water.link_depth, world.scenario.hazard.effects.car_limit)
        ever = shut.any(axis=0)
        closed[water.link_rows[ever]] = np.maximum(water.times, 0.0)[shut.argmax(axis=0)[ever]]
    return pd.DataFrame(
        {
            "link": roads.link_ids,
            "from_node": np.array(roads.node_ids, dtype=object)[roads.from_node],
            "to_node": np.array(roads.node_ids, dtype=object)[roads.to_node],
            "name": roads.name,
            "road_class": roads.road_class,
            "length_m": roads.length,
            "line": [_line(world, row) for row in range(n)],
            "vehicles": _per_road(parts, entries),
            "people": people,
            "closed_s": closed,
            "max_depth_m": max_depth,
        }
    )


def _line(world: World, row: int) -> str:
    """Return the line of a road as `x y, x y`; empty in an abstract network."""
    roads = world.roads
    if roads.crs is None:
        return ""
    return ", ".join(f"{x:.1f} {y:.1f}" for x, y in roads.course(row))


def _per_road(parts: Parts, per_way: NDArray[Any]) -> NDArray[np.float64]:
    roads = np.zeros(len(parts.world.roads.link_ids))
    np.add.at(roads, parts.world.ways.link, per_way)
    return roads


def _flows(parts: Parts) -> pd.DataFrame:
    per_way = parts.movement.people_entries()
    way, interval = np.nonzero(per_way)
    flows = pd.DataFrame(
        {
            "road": parts.world.ways.link[way],
            "interval": interval,
            "people": per_way[way, interval].astype(np.float64),
        }
    )
    flows = flows.groupby(["road", "interval"], sort=True)["people"].sum().reset_index()
    return pd.DataFrame(
        {
            "link": np.array(parts.world.roads.link_ids, dtype=object)[
                flows["road"].to_numpy(dtype=np.int64)
            ],
            "time_s": flows["interval"].to_numpy() * parts.world.scenario.recording.flow_interval,
            "people": flows["people"],
        }
    )


def _states(parts: Parts) -> pd.DataFrame:
    """Return the people in every state after each moment at which any state changes."""
    n_states = len(HouseholdState)
    changes = np.array(parts.book.changes(), dtype=np.float64).reshape(-1, 4)
    time, old, new, people = (
        changes[:, 0],
        changes[:, 1].astype(int),
        changes[:, 2].astype(int),
        changes[:, 3],
    )
    moments, index = np.unique(np.append(0.0, time), return_inverse=True)
    counts = np.zeros((len(moments), n_states))
    counts[0, HouseholdState.AT_HOME] = parts.households.people.sum()
    np.add.at(counts, (index[1:], new), people)
    np.add.at(counts, (index[1:], old), -people)
    counts = counts.cumsum(axis=0)
    row, state = np.nonzero(np.vstack([counts[:1] != 0, np.diff(counts, axis=0) != 0]))
    ids = np.array([state.id for state in HouseholdState], dtype=object)
    return pd.DataFrame(
        {"time_s": moments[row], "state": ids[state], "people": counts[row, state].astype(np.int64)}
    )


def gridlock_table(
    world: World, noted: Sequence[Gridlock], standing: Collection[tuple[int, ...]]
) -> pd.DataFrame:
    """Return every gridlock in the order of time, and those that stand at the end."""
    unnoted = [Gridlock(np.nan, ring, np.nan, "nothing") for ring in standing]
    last = {found.ring: number for number, found in enumerate(noted) if found.resolved_by == "nothing"}
    rows = []
    for number, found in enumerate([*noted, *(found for found in unnoted if found.ring not in last)]):
        stands = found.ring in standing and last.get(found.ring, number) == number
        is_over = found.resolved_by == "nothing" and not stands
        rows.append(
            {
                "time_s": found.time,
                "links": ";".join(world.roads.link_ids[world.ways.link[way]] for way in found.ring),
                "roads": len(found.ring),
                "ended_s": found.ended,
                "resolved_by": "changes" if is_over else found.resolved_by,
            }
        )
    return pd.DataFrame(rows)


def _water(world: World, water: Water) -> dict[str, pd.DataFrame]:
    """Return the depths of roads and places and the stages of gauges, each row where the value changes."""
    links = np.array(world.roads.link_ids, dtype=object)[water.link_rows]
    places = [
        (f"{kind.id}/{place_id}", row)
        for kind, group in (
            (Kind.ZONE, world.zones),
            (Kind.PICKUP_POINT, world.pickup_points),
            (Kind.SHELTER, world.shelters),
        )
        for place_id, row in zip(group.ids, group.depth_row, strict=True)
    ]
    place_depth = water.place_depth[:, [row for _, row in places]]
    gauges = [
        pd.DataFrame(
            {"gauge": gauge.id, "time_s": gauge.times, "stage_m": gauge.stages, "datum": gauge.datum}
        )
        for gauge in world.gauges.values()
    ]
    return {
        "water_links": _changes_of_depth(water.times, water.link_depth, links, "link"),
        "water_places": _changes_of_depth(
            water.times, place_depth, np.array([name for name, _ in places], dtype=object), "place"
        ),
        "gauges": pd.concat(gauges, ignore_index=True) if gauges else pd.DataFrame(),
    }


def _changes_of_depth(
    times: NDArray[np.float64], depth: NDArray[np.float32], ids: NDArray[Any], column: str
) -> pd.DataFrame:
    before = np.vstack([np.zeros((1, depth.shape[1]), dtype=depth.dtype), depth])
    frame, row = np.nonzero(np.diff(before, axis=0))
    return pd.DataFrame(
        {column: ids[row], "time_s": times[frame], "depth_m": depth[frame, row].astype(np.float64)}
    )


def _assumptions(scenario: Scenario) -> pd.DataFrame:
    return pd.DataFrame(
        [(one.path, one.value, one.mark, one.source) for one in assumptions(scenario)],
        columns=["path", "value", "mark", "source"],
    )


def _repairs(world: World) -> pd.DataFrame:
    return pd.DataFrame(
        [(one.kind, one.count, one.text.en, one.text.zh) for one in world.repairs.repairs],
        columns=["kind", "count", "told_en", "told_zh"],
    )


def _shaped(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    columns = TABLES[name]
    return empty(columns) if frame.empty else table(frame, columns)
