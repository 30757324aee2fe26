"""What a scenario may describe and no process acts on yet: refused, for an answer without it would be wrong.

Whoever writes the process that acts on a field strikes the field out here.
"""

from collections.abc import Collection, Iterator, Mapping

from evacsim.language import Text
from evacsim.scenario.finding import Finding
from evacsim.scenario.given import Loc
from evacsim.scenario.parts import Parts
from evacsim.scenario.section import Section

UNSIMULATED: Mapping[type[Section], Collection[str]] = {}
"""Fields that only their default may be given to, by section."""

ACTIONS_UNSIMULATED = frozenset({"stop"})
"""Actions of measures that nothing carries out."""


def unsimulated(parts: Parts) -> Iterator[Finding]:
    """Yield what is described and not simulated."""
    if parts.whole is not None:
        for name in ("district", "hazard", "plan"):
            yield from _in(getattr(parts.whole, name), (name,))
    for entry in parts.measures:
        if entry.item.action in ACTIONS_UNSIMULATED:
            rule = Text("is an action that nothing simulates yet", "该措施尚未参与推演")
            remedy = Text("leave the measure out", "请去掉这项措施")
            yield Finding((*entry.loc, "action"), rule, remedy, entry.item.action)


def _in(section: Section, loc: Loc) -> Iterator[Finding]:
    left = UNSIMULATED.get(type(section), ())
    for name in sorted(section.model_fields_set):
        value, field = getattr(section, name), type(section).model_fields[name]
        if name in left:
            if value != field.get_default(call_default_factory=True, validated_data={}):
                rule = Text("is described here, and nothing simulates it yet", "可以描述，但尚未参与推演")
                yield Finding((*loc, name), rule, Text("leave it out", "请去掉"))
        elif isinstance(value, Section):
            yield from _in(value, (*loc, name))
        elif isinstance(value, list):
            for number, entry in enumerate(value):
                if isinstance(entry, Section):
                    yield from _in(entry, (*loc, name, number))
