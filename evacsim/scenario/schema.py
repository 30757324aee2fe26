"""The form of a scenario file as JSON Schema, for editors that complete and check YAML while one types.

It says what pydantic knows of the models, and beside that what reading allows: a section or a
list may be the name of a file, a law of duration a plain time. Every default says how sure it is.
"""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from evacsim.scenario.district import District
from evacsim.scenario.expanding import DOCUMENTS
from evacsim.scenario.hazard import Hazard
from evacsim.scenario.listing import TableFile
from evacsim.scenario.model import Scenario
from evacsim.scenario.plan import Plan
from evacsim.scenario.section import Section
from evacsim.scenario.shapes import Shape, shapes
from evacsim.units import DURATION

DIALECT = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, Any]


def schema(model: type[Scenario] | type[District] | type[Hazard] | type[Plan] = Scenario) -> Schema:
    """Return the JSON Schema of a scenario file, or of a district, hazard or plan in a file of its own."""
    tables = TableFile.model_json_schema()
    made = model.model_json_schema(mode="validation")
    sections = made.setdefault("$defs", {}) | {model.__name__: made}
    for section in _sections(model):
        for name, shape in shapes(section).items():
            field = section.model_fields[name]
            properties = sections[section.__name__]["properties"]
            properties[name] = _told(_widened(properties[name], shape), field, shape)
    made["$defs"]["TableFile"] = tables
    return {"$schema": DIALECT, **made}


def _sections(model: type[Section]) -> Iterator[type[Section]]:
    """Yield `model` and every section below it, once."""
    seen: dict[type[Section], None] = {}
    waiting = [model]
    while waiting:
        section = waiting.pop()
        if section not in seen:
            seen[section] = None
            waiting += [inner for shape in shapes(section).values() for inner in shape.sections.values()]
    yield from seen


def _widened(made: Schema, shape: Shape) -> Schema:
    """Return the schema of a field with what reading allows beside the section or list itself."""
    spared = {key: made.pop(key) for key in ("title", "description", "default") if key in made}
    provenance = {key: made.pop(key) for key in ("provenance", "source") if key in made}
    if shape.is_list and shape.sections:
        made = {"anyOf": [made, _file_name("a table or a YAML list"), {"$ref": "#/$defs/TableFile"}]}
    elif shape.section() in DOCUMENTS:
        made = {"anyOf": [_file_name("a YAML file"), made]}
    elif "fixed" in shape.sections:
        time = {"type": "string", "description": "always the same time", "examples": [DURATION.example]}
        made = {"anyOf": [time, made]}
    return spared | provenance | made


def _file_name(what: str) -> Schema:
    return {"type": "string", "description": f"name of {what}, relative to this file"}


def _told(made: Schema, field: FieldInfo, shape: Shape) -> Schema:
    """Return the schema of a field with its default, and how sure that is, where an editor shows it."""
    default = field.get_default(call_default_factory=True, validated_data={})
    if isinstance(default, BaseModel) and len(shape.sections) > 1:
        made["default"] = default.model_dump()
    elif isinstance(default, float) and shape.kind is not None:
        made["default"] = shape.kind.written(default)
    section = shape.section()
    if "description" not in made and section is not None:
        made["description"] = (section.__doc__ or "").splitlines()[0]
    if "provenance" in made:
        made["description"] = f"{made.get('description', '')} Default {made['provenance']}: {made['source']}."
    return made
