"""What the fields of a section hold, read off the models: for whoever walks a scenario."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from evacsim.scenario.section import Names, Section
from evacsim.units import Kind


@dataclass(frozen=True, slots=True)
class Shape:
    """What one field holds."""

    sections: Mapping[str, type[Section]]
    """Sections it may hold by their `type`, or one under ""; empty for plain values."""
    is_list: bool
    """Whether it holds a list."""
    names: Names | None
    """What it names on disk."""
    kind: Kind | None
    """The kind of quantity it holds."""
    choices: tuple[str, ...]
    """The words it may hold, where they are fixed."""

    def section(self, tag: object = None) -> type[Section] | None:
        """Return the section that `tag` chooses, or the only one; None where there is none."""
        return self.sections.get("") or self.sections.get(str(tag))


@cache
def shapes(model: type[Section]) -> Mapping[str, Shape]:
    """Return the shape of every field of `model`, by name."""
    return MappingProxyType({name: _shape(field) for name, field in model.model_fields.items()})


def _shape(field: FieldInfo) -> Shape:
    parts = [*field.metadata, *_parts(field.annotation)]
    found = [part for part in parts if isinstance(part, type) and issubclass(part, Section)]
    sections = (
        {"": found[0]} if len(found) == 1 else {tag: section for section in found for tag in _tags(section)}
    )
    return Shape(
        MappingProxyType(sections),
        list in parts,
        next((part for part in parts if isinstance(part, Names)), None),
        next((part for part in parts if isinstance(part, Kind)), None),
        tuple(part for part in parts if isinstance(part, str)),
    )


def _parts(annotation: Any) -> Iterator[Any]:
    """Yield all types, literals and marks that an annotation is made of."""
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _parts(annotation.__origin__)
        yield from annotation.__metadata__
    elif origin in (Union, UnionType, Literal, list, tuple):
        yield origin
        for part in get_args(annotation):
            yield from _parts(part)
    else:
        yield annotation


def _tags(section: type[Section]) -> tuple[str, ...]:
    return get_args(section.model_fields["type"].annotation)
