"""Another scenario with some values replaced: `plan.when.decision_time` becomes "90 min".

A path is the names of the sections with dots between them. An entry of a list is chosen by its
id - `plan.zones[J15-1].deadline`, `district.shelters[school-6].capacity` -, several by a pattern
- `plan.zones[*].compliance` -, or, where no id fits, by its number counted from 0.
"""

import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from evacsim.errors import Issue, RefusedValueError, ScenarioError
from evacsim.language import Text
from evacsim.scenario.matching import matching
from evacsim.scenario.model import Scenario
from evacsim.scenario.nearest import suggestion
from evacsim.scenario.reading import read_mapping
from evacsim.scenario.section import Section
from evacsim.scenario.shapes import shapes

STEP = re.compile(r"([^.\[\]]+)(?:\[([^\[\]]+)\])?")
Step = tuple[str, str]
"""Name of a field, and the entries of its list that are meant; "" for the field itself."""


def change(scenario: Scenario, changes: Mapping[str, object]) -> Scenario:
    """Return `scenario` with new values at some paths, checked like one that is read from files.

    Parameters
    ----------
    scenario : Scenario
        The scenario to start from; it stays as it is.
    changes : mapping
        New values by path, written as a file would hold them. The name of a file in a new value
        begins in the folder of the scenario.

    Raises
    ------
    ScenarioError
        If a path leads nowhere, or if the scenario would not hold with the new values.
    """
    tree = scenario.model_dump(exclude_unset=True)
    issues = []
    for path, value in changes.items():
        try:
            _put(tree, Scenario, _steps(path), deepcopy(value))
        except RefusedValueError as error:
            issues.append(Issue("change", error.rule, error.remedy, path))
    if issues:
        raise ScenarioError(scenario.id, issues)
    reading = read_mapping(tree, base=scenario.folder, name="change")
    if reading.scenario is None:
        raise ScenarioError(scenario.id, reading.issues)
    return reading.scenario


def _steps(path: str) -> list[Step]:
    steps = [STEP.fullmatch(part) for part in re.split(r"\.(?![^\[]*\])", path)]
    if not all(steps):
        remedy = Text("write it like plan.zones[J15-*].deadline", "写成 plan.zones[J15-*].deadline 的形式")
        raise RefusedValueError(Text("is no path", "不是有效的路径"), remedy)
    return [(step.group(1), step.group(2) or "") for step in steps if step is not None]


def _put(tree: dict[str, Any], model: type[Section], steps: Sequence[Step], value: object) -> None:
    """Put `value` where `steps` lead from `tree`, a section of `model`."""
    (name, chosen), *rest = steps
    shape = shapes(model).get(name)
    if shape is None:
        rule = Text(f"{name} is not known in {model.__name__}", f"{model.__name__} 中没有 {name}")
        raise RefusedValueError(rule, suggestion(name, model.model_fields))
    if not chosen and not rest:
        tree[name] = value
        return
    if not shape.sections or bool(chosen) != shape.is_list:
        rule = Text(f"{name} does not open like this", f"{name} 不能这样展开")
        remedy = Text(
            "write [*] or an id after a list, and only there", "列表之后（也只在列表之后）写 [*] 或 id"
        )
        raise RefusedValueError(rule, remedy)
    inside: Any = tree.setdefault(name, _unset(model.model_fields[name]))
    section = shape.section(inside.get("type") if isinstance(inside, dict) else None)
    if not chosen and section is not None and isinstance(inside, dict):
        _put(inside, section, rest, value)
        return
    if not chosen or section is None or not isinstance(inside, list):
        rule = Text(f"{name} is not set entry by entry", f"{name} 没有逐项设置")
        raise RefusedValueError(rule, Text("set it as a whole", "请整体设置"))
    for number in _numbers(inside, chosen, name):
        if rest:
            _put(inside[number], section, rest, value)
        else:
            inside[number] = value


def _unset(field: FieldInfo) -> Any:
    """Return what stands where nothing is set: nothing of a section, all of a law of duration."""
    default = field.get_default(call_default_factory=True, validated_data={})
    if isinstance(default, BaseModel):
        return default.model_dump(exclude_unset=True)
    return default


def _numbers(entries: Sequence[object], chosen: str, name: str) -> list[int]:
    """Return the numbers of the entries of a list that are meant: by id, by pattern, or by number."""
    sections = {number: entry for number, entry in enumerate(entries) if isinstance(entry, dict)}
    ids = {number: str(entry.get("id", entry.get("zone"))) for number, entry in sections.items()}
    named = {chosen} if chosen in ids.values() else set(matching(chosen, dict.fromkeys(ids.values())))
    if named:
        return [number for number, id_ in ids.items() if id_ in named]
    if chosen.isascii() and chosen.isdigit() and int(chosen) in sections:
        return [int(chosen)]
    rule = Text(f"{name} has no entry {chosen}", f"{name} 中没有 {chosen}")
    raise RefusedValueError(rule, suggestion(chosen, ids.values()))
