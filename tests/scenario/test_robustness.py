"""Whatever stands in the files, reading them ends in a scenario or in issues, never in an exception."""

import shutil
from contextlib import suppress
from copy import deepcopy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evacsim.errors import ScenarioError
from evacsim.language import LANGUAGES
from evacsim.scenario.reading import Reading, load, read, read_mapping
from tests.broken.small import small_files, write

WORDS = [
    "", "T+6 h", "45 min", "0.3 m", "95 %", "*", "zones.csv", "scenario.yaml", ".", "..", "east", "school", "NaN",
    "inf",     "EPSG:4326", "2026-07-18 20:00", "9" * 400, "\u200b", "\0", "type", "T-1e308 h", "-1e308 m", "a" * 300,
]  # fmt: skip
SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(WORDS) | st.text(max_size=8)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*WORDS, "id", "file", "low", "value"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write(small_files(), tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="module")
def tree(folder):
    return load(folder).model_dump(exclude_unset=True)


def places(value, path=()):
    """Return the path of every value below `value`."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(deeper for step, child in inside for deeper in places(child, (*path, step)))]


def at(tree, path):
    for step in path:
        tree = tree[step]
    return tree


def assert_sound(reading: Reading) -> None:
    assert (reading.scenario is None) == any(issue.severity == "error" for issue in reading.issues)
    for issue in reading.issues:
        assert issue.file
        for lang in LANGUAGES:
            assert issue.rule.said(lang).strip()
            assert issue.remedy.said(lang).strip()
            assert "\n" not in issue.told(lang)


@settings(max_examples=150)
@given(data=st.data())
def test_a_mutated_tree_gives_a_scenario_or_issues(tree, folder, data):
    mutant = deepcopy(tree)
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(places(mutant)[1:]))
        above, step = at(mutant, path[:-1]), path[-1]
        match data.draw(st.sampled_from(["delete", "replace", "duplicate", "swap"])):
            case "delete":
                del above[step]
            case "replace":
                above[step] = data.draw(VALUES)
            case "duplicate" if isinstance(above, list):
                above.append(deepcopy(above[step]))
            case "duplicate":
                above[data.draw(st.sampled_from(WORDS))] = deepcopy(above[step])
            case "swap":
                other = data.draw(st.sampled_from(places(mutant)[1:]))
                if other[: len(path)] != path and path[: len(other)] != other:
                    here, there = at(mutant, other[:-1]), above[step]
                    above[step], here[other[-1]] = here[other[-1]], there
        if len(places(mutant)) == 1:
            break
    assert_sound(read_mapping(mutant, base=folder))


@settings(max_examples=150)
@given(data=st.data())
def test_files_with_flipped_lost_or_doubled_bytes_give_a_scenario_or_issues(tmp_path_factory, data):
    files = small_files()
    for _ in range(data.draw(st.integers(1, 3))):
        name = data.draw(st.sampled_from(sorted(name for name in files if "/" not in name)))
        content = bytearray(files[name])
        start = data.draw(st.integers(0, len(content)))
        length = data.draw(st.integers(0, 12))
        match data.draw(st.sampled_from(["flip", "lose", "double", "cut off", "insert"])):
            case "flip" if start < len(content):
                content[start] ^= 1 << data.draw(st.integers(0, 7))
            case "lose":
                del content[start : start + length]
            case "double":
                content[start:start] = content[start : start + length]
            case "cut off":
                del content[start:]
            case "insert":
                content[start:start] = data.draw(st.binary(max_size=6))
        files[name] = bytes(content)
    folder = write(files, tmp_path_factory.mktemp("broken"))
    try:
        assert_sound(read(folder))
    finally:
        shutil.rmtree(folder)


@settings(max_examples=100)
@given(
    text=st.binary(max_size=200)
    | st.text(alphabet="ab:-[]{}&*!|>'\"#%@`,?\n\t 0123.", max_size=80).map(str.encode)
)
def test_any_bytes_as_scenario_give_issues(tmp_path_factory, text):
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_bytes(text)
    reading = read(path)
    assert reading.scenario is None
    assert_sound(reading)


@settings(max_examples=100)
@given(
    path=st.text(max_size=30)
    | st.sampled_from(["plan.zones[*].deadline", "district.shelters[school].capacity"]),
    value=VALUES,
)
def test_any_change_gives_a_scenario_or_a_scenario_error(folder, path, value):
    with suppress(ScenarioError):
        assert load(folder).change({path: value}).id


def test_a_mapping_that_holds_itself_is_refused(tree, folder):
    endless = deepcopy(tree)
    endless["plan"]["when"] = endless
    assert_sound(read_mapping(endless, base=folder))


def test_a_law_that_holds_itself_is_refused(tree, folder):
    law = {"type": "lognormal", "sigma": 0.5}
    law["median"] = law["offset"] = [law]
    endless = deepcopy(tree) | {"duration": law}
    endless["plan"]["when"]["decision_time"] = law
    endless["plan"]["organize"] = {"relay_time": [law], "preparation": {"type": law}}
    reading = read_mapping(endless, base=folder)
    assert_sound(reading)
    assert len(reading.issues) >= 4
