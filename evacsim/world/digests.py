"""SHA-256 of everything that a world was made from, so that a result tells which inputs it belongs to."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from evacsim.formats.frames import files_of
from evacsim.scenario.hazard import WaterGrids, WaterTables
from evacsim.scenario.model import Scenario


def input_digests(scenario: Scenario) -> dict[str, str]:
    """Return the digest of the scenario's own words, and of each file of roads, water and stages, by name.

    Words are digested with file names in place of paths: the same scenario in another folder has
    the same digest.
    """
    files = sorted(set(_files(scenario)))
    text = json.dumps(scenario.model_dump(mode="json"), ensure_ascii=False, sort_keys=True)
    for path in sorted({path for file in files for path in (file, file.parent)}, key=lambda p: -len(str(p))):
        text = text.replace(str(path), path.name)
    digests = {"scenario": hashlib.sha256(text.encode()).hexdigest()}
    return digests | {f"{file.parent.name}/{file.name}": _digest(file) for file in files}


def _files(scenario: Scenario) -> Iterator[Path]:
    roads, water = Path(scenario.district.roads.file), scenario.hazard.water
    yield from (file for file in roads.iterdir() if file.is_file()) if roads.is_dir() else [roads]
    if isinstance(water, WaterGrids):
        yield from files_of(water.files)
    elif isinstance(water, WaterTables):
        yield from (Path(name) for name in (water.links, water.places) if name is not None)
    yield from (Path(gauge.series) for gauge in scenario.hazard.gauges)
    yield from (Path(forecast.file) for forecast in scenario.hazard.forecasts)


def _digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
