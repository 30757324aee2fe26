"""One run of a study, in whatever process: the same draw and number give the same line, to the byte."""

import gc
import hashlib
import json
import pickle
import platform
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache, lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from evacsim.analysis.facts import gather
from evacsim.analysis.indicators import indicators_of
from evacsim.analysis.late_stages import late_stage_times
from evacsim.analysis.people import had_to_go, out_times, people_of
from evacsim.analysis.zone_outcomes import zone_outcomes
from evacsim.engine.running import simulate
from evacsim.ensemble.keeping import keep, name_of
from evacsim.errors import Issue, ResultsError
from evacsim.language import Text
from evacsim.results.digest import events_digest
from evacsim.results.plain import plain
from evacsim.results.record import RunRecord
from evacsim.scenario.model import Scenario
from evacsim.world.building import build_world
from evacsim.world.columns import World

N_TIMES = 97
"""Moments at which the people who are out are counted: the begin, the end and 95 between, equally far apart."""


class Task(NamedTuple):
    """Some runs under one draw; all that a process needs to make them."""

    scenario: bytes
    """The scenario, pickled."""
    changes: str
    """What the draw changes in it, as JSON."""
    draw: int
    values: str
    """Value of each unknown, as JSON."""
    seeds: tuple[tuple[int, int], ...]
    """Number under the draw, and seed, of each run."""
    folder: str
    """Where finished runs are kept, if this process can write there."""
    program: str
    """What the runs are to be made by (see `program`)."""


def replicate(task: Task) -> list[tuple[str, str]]:
    """Make the runs of a task, keep each as soon as it is done, and return their names and texts.

    Raises
    ------
    ResultsError
        If this process is of another program than the study: on a cluster, or because a module was changed.
    """
    if program() != task.program:
        where = platform.node()
        rule = Text(f"{where} has another evacsim or libraries", f"{where} 上的程序或依赖库版本不同")
        remedy = Text(
            "install the same everywhere, start all workers again", "各处安装同一版本，并重启全部进程"
        )
        raise ResultsError(task.folder, [Issue(task.folder, rule, remedy)])
    done = []
    for name, text in _runs(task):
        keep(task.folder, name, text)
        done.append((name, text))
    return done


@cache
def program() -> str:
    """Return what makes the runs, as JSON: the SHA-256 over all modules, Python, libraries.

    Whatever their version says: runs of two programs must not be mixed.
    """
    digest, package = hashlib.sha256(), Path(__file__).parents[1]
    for path in sorted(package.rglob("*.py")):
        digest.update(path.relative_to(package).as_posix().encode())
        digest.update(path.read_bytes())
    libraries = {name: version(name) for name in ("numpy", "numba", "scipy", "simpy", "pandas")}
    python = ".".join(platform.python_version_tuple()[:2])
    return written({"evacsim": digest.hexdigest(), "python": python, **libraries})


def packed(scenario: Scenario) -> bytes:
    """Return a scenario as `Task` holds it."""
    return pickle.dumps(scenario)


def written(values: Any) -> str:
    """Return plain values as JSON, the same text for the same values."""
    return json.dumps(values, ensure_ascii=False, sort_keys=True, allow_nan=False, separators=(",", ":"))


def _runs(task: Task) -> Iterator[tuple[str, str]]:
    for inner, seed in task.seeds:
        world = world_of(task.scenario, task.changes)
        with _collected_afterwards():
            record = simulate(world, seed=seed)
            line = {
                "draw": task.draw,
                "run": inner,
                "seed": seed,
                "values": json.loads(task.values),
                "events": events_digest(record),
                **outcome(record),
            }
            del record
        yield name_of(task.draw, inner), written(line) + "\n"


@contextmanager
def _collected_afterwards() -> Iterator[None]:
    """Look for garbage after a run only: it keeps nearly all that it makes until its end, and looking takes time.

    Only what the run has made is looked through, not the libraries: nothing of it has grown old meanwhile.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.collect(0)
        if was_on:
            gc.enable()


# The runs of one draw share their world, and so do all runs where nothing is unknown; each draw shares with all others
# the roads and the water that it leaves as they are.
@lru_cache(maxsize=1)
def world_of(scenario: bytes, changes: str) -> World:
    """Return the world of a pickled scenario with changes written as JSON; the last one is kept."""
    usual, values = _usual_world(scenario), json.loads(changes)
    return build_world(usual.scenario.change(values), like=usual) if values else usual


@lru_cache(maxsize=1)
def _usual_world(scenario: bytes) -> World:
    given: Scenario = pickle.loads(scenario)  # made by `packed`
    return build_world(given)


def outcome(record: RunRecord) -> dict[str, Any]:
    """Return what a study keeps of a run: indicators, late people and outcome by zone, stages, people out over time."""
    # Of which kind events are is asked some fifty times: by codes, not by as many texts as there are events.
    record = replace(record, events=record.events.astype({"kind": "category"}))
    facts = gather(record)
    late = facts.late.groupby("zone")["people"].sum()
    zones = record.tables["zones"]["zone"]
    return {
        "indicators": {name: plain(found.value) for name, found in indicators_of(facts).items()},
        "late": {zone: int(late.get(zone, 0)) for zone in zones},
        "zones": {
            zone: [people, refused, in_time, plain(ordered)]
            for zone, people, refused, in_time, ordered in zone_outcomes(record).itertuples(index=False)
        },
        "late_stages": late_stage_times(record, facts.late),
        "out": _out(record),
    }


def _out(record: RunRecord) -> Sequence[int]:
    went = had_to_go(record.ledger)
    since, people = out_times(record.ledger)[went], people_of(record.ledger)[went]
    known = ~np.isnan(since)
    order = np.argsort(since[known], kind="stable")
    reached = np.concatenate([[0], np.cumsum(people[known][order])])
    at = np.linspace(0.0, record.duration, N_TIMES)
    return [int(count) for count in reached[np.searchsorted(since[known][order], at, side="right")]]
