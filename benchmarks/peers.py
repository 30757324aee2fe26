"""evacsim beside a bare kernel and beside other programs, on the same files, in the same sitting.

    python -m benchmarks.peers                              every case, beside the yardstick
    python -m benchmarks.peers w3 w2_sioux --rivals uxsim,sumo
    python -m benchmarks.peers --recorded                   only the recorded figures of other programs

Each run has a process of its own; evacsim and the yardstick take turns. The yardstick is a bare link-queue kernel,
`limit_kernel.py`, in the folder that EVACSIM_PEERS names or in `../shared/peers`; without it there are no ratios.
Rivals come with `pip install .[bench]`. Prints Markdown; `--json` keeps the figures.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.cities import CITIES, has_city
from benchmarks.inputs import CASES, case_folder
from benchmarks.measuring import ROOT, listen, machine, markdown, number
from benchmarks.rivals import PROGRAMS
from benchmarks.rivals.__main__ import NOT_INSTALLED

YARDSTICK = Path(os.environ.get("EVACSIM_PEERS") or ROOT.parent / "shared" / "peers") / "limit_kernel.py"
RECORDED = Path(__file__).parent / "rivals" / "recorded.json"
INPUTS = ROOT / ".cache" / "benchmarks"

MUST_AGREE = ("w3", "w1_10k", "w1_100k", "w1_1m", "grid200k")
"""Cases on which every kinematic-wave model has the same answer: nothing merges unfairly, nothing blocks a ring."""
AGREEMENT = 1e-3
"""Allowed difference of clearance and mean travel time there, as a share."""
LIMIT = 300.0
"""Wall time for one run of a rival [s]."""


@dataclass(slots=True)
class Row:
    """One case: evacsim, the yardstick and the rivals, each with what it told."""

    case: str
    facts: dict[str, Any]
    evacsim: list[dict[str, Any]] = field(default_factory=list)
    """One for each round."""
    yardstick: list[dict[str, Any]] = field(default_factory=list)
    rivals: list[dict[str, Any]] = field(default_factory=list)

    @property
    def ours(self) -> dict[str, Any]:
        """Return the round of evacsim with the best run."""
        return min(self.evacsim, key=lambda told: told["run_s"])

    @property
    def limit(self) -> dict[str, Any] | None:
        """Return the round of the yardstick with the best run."""
        return min(self.yardstick, key=lambda told: told["run_s"], default=None)

    @property
    def ratios(self) -> list[float]:
        """Return evacsim's speed as a share of the yardstick's, round by round."""
        turns = zip(self.evacsim, self.yardstick, strict=False)
        return [_speed(ours) / _speed(limit) for ours, limit in turns]


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure what the command line asks for, and print the tables."""
    wanted = _asked(arguments)
    if wanted.recorded:
        print(recorded_table(json.loads(RECORDED.read_text(encoding="utf-8"))))
        return
    here, rows = machine(), []
    for case in wanted.cases:
        if case in CITIES and not has_city(case):
            _say(f"{case}: left out, its network is not in the data folder (EVACSIM_DATA)")
            continue
        rows.append(measure(case, wanted))
        if wanted.json:
            wanted.json.write_text(
                json.dumps({"machine": here, "cases": [_kept(row) for row in rows]}, indent=1),
                encoding="utf-8",
            )
    print(markdown(list(here), [list(here.values())]), "", sep="\n")
    print(speed_table(rows), "", agreement_table(rows), "", sep="\n")
    if wanted.rivals:
        print(rivals_table(rows))


def measure(case: str, wanted: argparse.Namespace) -> Row:
    """Run one case: evacsim and the yardstick in turns, then the rivals."""
    folder = case_folder(case, wanted.inputs)
    row = Row(case, json.loads((folder / "meta.json").read_text(encoding="ascii")))
    for turn in range(wanted.rounds):
        row.evacsim.append(_ask_us(folder, wanted.repeats))
        if YARDSTICK.is_file():
            row.yardstick.append(_ask_yardstick(folder))
        _say(f"{case}, round {turn + 1}: {_speed(row.evacsim[-1]) / 1e6:.2f} M passages/s"
             + (f", {row.ratios[-1]:.2f} of the yardstick" if row.yardstick else ""))  # fmt: skip
    for rival in wanted.rivals:
        until = row.ours["clearance_s"]
        told = _ask_rival(rival, folder, until=until, limit=wanted.limit, python=wanted.python)
        _say(f"{case}, {rival}: {told['status']}")
        row.rivals.append(told)
    return row


def speed_table(rows: Sequence[Row]) -> str:
    """Return how fast evacsim was, beside the yardstick."""
    head = [
        "case", "vehicles", "links", "passages", "run, best [s]", "median [s]", "passages/s", "yardstick's",
        "share of it", "round by round", "build [s]", "read [s]", "peak memory [MB]",
    ]  # fmt: skip
    body = []
    for row in rows:
        ours, limit = row.ours, row.limit
        body.append(
            [
                row.case, number(row.facts["trips"]), number(row.facts["links"]), number(ours["passages"]),
                number(ours["run_s"], 4), number(ours["run_median_s"], 4), number(_speed(ours)),
                number(_speed(limit) if limit else None),
                number(_speed(ours) / _speed(limit) if limit else None, 2),
                " ".join(number(ratio, 2) for ratio in row.ratios) or "-",
                number(ours["build_s"], 2), number(ours["read_s"], 2), number(ours["peak_memory_mb"]),
            ]
        )  # fmt: skip
    return markdown(head, body)


def agreement_table(rows: Sequence[Row]) -> str:
    """Return whether evacsim finds what is known exactly, or what the yardstick finds."""
    head = [
        "case", "arrived", "clearance [s]", "known", "off [%]", "mean travel time [s]", "known", "off [%]",
        "queue at the origin [s]", "known", "agrees",
    ]  # fmt: skip
    body = []
    for row in rows:
        ours, known = row.ours, known_answer(row)
        off = [
            abs(ours[key] / known[key] - 1) if known else None
            for key in ("clearance_s", "mean_travel_time_s")
        ]
        everybody = ours["arrived"] == row.facts["trips"]
        agrees = "-"
        if known and row.case in MUST_AGREE:
            agrees = "yes" if everybody and max(off) <= AGREEMENT else "**no**"
        elif known:
            agrees = "need not"
        body.append(
            [
                row.case, number(ours["arrived"]), number(ours["clearance_s"], 1),
                number(known and known["clearance_s"], 1), number(off[0] and 100 * off[0], 3),
                number(ours["mean_travel_time_s"], 2), number(known and known["mean_travel_time_s"], 2),
                number(off[1] and 100 * off[1], 3), number(ours["origin_queue_s"], 1),
                number(known and known.get("origin_queue_s"), 1), agrees,
            ]
        )  # fmt: skip
    return markdown(head, body)


def known_answer(row: Row) -> dict[str, float] | None:
    """Return the exact answer of a case, or the yardstick's."""
    if exact := row.facts.get("analytic"):
        return {
            "clearance_s": exact["clearance_s"],
            "mean_travel_time_s": exact["mean_travel_time_s"],
            "origin_queue_s": exact["spillback_at_origin_s"],
        }
    return row.limit


def rivals_table(rows: Sequence[Row]) -> str:
    """Return the rivals of the same sitting, and how many times faster evacsim was."""
    head = [
        "case", "program", "version", "status", "arrived", "run [s]", "evacsim is faster", "build [s]",
        "clearance [s]", "mean travel time [s]", "peak memory [MB]",
    ]  # fmt: skip
    body = []
    for row in rows:
        for told in [row.ours, *row.rivals]:
            if "run_s" not in told:
                body.append([row.case, told["program"], "-", told["status"], *["-"] * 7])
                continue
            faster = told["run_s"] / row.ours["run_s"]
            body.append(
                [
                    row.case, told["program"], told["version"], told["status"], number(told["arrived"]),
                    number(told["run_s"], 4), "-" if told is row.ours else f"{faster:,.1f} times",
                    number(told["build_s"], 2), number(told["clearance_s"], 1),
                    number(told["mean_travel_time_s"], 2), number(told["peak_memory_mb"]),
                ]
            )  # fmt: skip
    return markdown(head, body)


def recorded_table(recorded: dict[str, Any]) -> str:
    """Return the figures of other programs that were measured at another time."""
    head = [
        "case", "program", "status", "arrived", "run, processor [s]", "run, wall [s]", "build [s]", "clearance [s]",
        "mean travel time [s]", "peak memory [MB]",
    ]  # fmt: skip
    body = [
        [
            case, told["program"], told["status"], number(told["arrived"]), number(told["run_s"], 2),
            number(told["run_wall_s"], 2), number(told["build_s"], 1), number(told["clearance_s"]),
            number(told["mean_travel_time_s"], 1), number(told["peak_memory_mb"]),
        ]
        for case, all_told in recorded["cases"].items()
        for told in all_told
    ]  # fmt: skip
    programs = ", ".join(f"{name} {version}" for name, version in recorded["versions"].items())
    about = (
        f"Measured in {recorded['date']} on {recorded['machine']}; Python {recorded['python']}; {programs}."
    )
    return f"{about}\n\n{markdown(head, body)}"


def _ask_us(folder: Path, repeats: int) -> dict[str, Any]:
    told = _run([sys.executable, "-m", "benchmarks.ours", str(folder), "--repeats", str(repeats)])
    if told is None:
        raise SystemExit(f"evacsim told nothing about {folder.name}; run python -m benchmarks.ours {folder}")
    return told


def _ask_yardstick(folder: Path) -> dict[str, Any]:
    told = _run([sys.executable, str(YARDSTICK), str(folder)])
    if told is None:
        raise SystemExit(f"the yardstick told nothing about {folder.name}; run python {YARDSTICK} {folder}")
    return {
        "program": "yardstick",
        "run_s": told["run_cpu_s"],
        "passages": told["traversals"],
        "clearance_s": told["clearance_s"],
        "mean_travel_time_s": told["mean_tt_s"],
    }


def _ask_rival(rival: str, folder: Path, *, until: float, limit: float, python: str) -> dict[str, Any]:
    command = [python, "-m", "benchmarks.rivals", rival, str(folder), "--until", f"{until:.0f}"]
    code, output = _call(command, limit=limit)
    if told := listen(output):
        return told
    status = {NOT_INSTALLED: "not installed", None: f"over {limit:.0f} s"}.get(code, f"failed, exit {code}")
    return {"program": rival, "status": status}


def _run(command: list[str]) -> dict[str, Any] | None:
    _, output = _call(command)
    return listen(output)


def _call(command: list[str], *, limit: float | None = None) -> tuple[int | None, str]:
    """Run a command to its end or its limit; return its exit code, None at the limit, and what it printed."""
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        try:
            output, _ = process.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)  # its children too
            return None, process.communicate()[0]
    return process.returncode, output


def _speed(told: dict[str, Any]) -> float:
    return told["passages"] / told["run_s"]


def _kept(row: Row) -> dict[str, Any]:
    return {
        "case": row.case,
        "facts": row.facts,
        "evacsim": row.evacsim,
        "yardstick": row.yardstick,
        "ratios": row.ratios,
        "rivals": row.rivals,
    }


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _asked(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cases", nargs="*", default=list(CASES), help=", ".join(CASES))
    parser.add_argument("--rivals", type=lambda text: text.split(","), default=[], help=", ".join(PROGRAMS))
    parser.add_argument("--rounds", type=int, default=3, help="turns of evacsim and the yardstick")
    parser.add_argument("--repeats", type=int, default=4, help="runs of evacsim in a turn; the best counts")
    parser.add_argument("--limit", type=float, default=LIMIT, help="wall time for one run of a rival [s]")
    parser.add_argument("--python", default=sys.executable, help="interpreter that has the rivals")
    parser.add_argument("--inputs", type=Path, default=INPUTS, help="where the input files are kept")
    parser.add_argument("--json", type=Path, help="where to keep the figures")
    parser.add_argument(
        "--recorded", action="store_true", help="only show recorded figures of other programs"
    )
    wanted = parser.parse_args(arguments)
    for what, names, known in (("case", wanted.cases, CASES), ("rival", wanted.rivals, PROGRAMS)):
        for name in names:
            if name not in known:
                parser.error(f"there is no {what} {name}; choose from {', '.join(known)}")
    return wanted


if __name__ == "__main__":
    main()
