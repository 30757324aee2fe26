"""Write the tables of the documentation that the code knows better than any author.

    python docs/make_tables.py

A page holds a table between `<!-- table: NAME -->` and `<!-- end of table -->`; what stands there
is replaced. `tests/docs` fails where a page and the code disagree.
"""

import ast
import configparser
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo

from evacsim.analysis.registry import REGISTRY
from evacsim.formats.roads.headings import LINK_TEXTS, NODE_TEXTS
from evacsim.network.defaults import BY_CLASS, SUSTAINED_EVACUATION, RoadDefaults, is_for_walkers
from evacsim.network.presets import CAPACITY_PRESETS, CONTRAFLOW_PRESETS, NIGHT, RAIN_FACTORS, VEHICLE_SIZES
from evacsim.network.walking import IMO_AGES
from evacsim.plan.completeness.table import CHECKS
from evacsim.plan.shortcoming import LINKS, SEVERITIES
from evacsim.results.column import Column
from evacsim.results.record import EVENTS, LEDGER, TABLES
from evacsim.scenario.columns import COLUMNS
from evacsim.scenario.model import Scenario
from evacsim.scenario.section import Fixed, Lognormal, Section, Uniform
from evacsim.scenario.shapes import shapes
from evacsim.terms import EVENT_KINDS, HOUSEHOLD_STATES
from evacsim.units import AREA, DENSITY, DURATION, FLOW, LENGTH, LEVEL, SHARE, SPEED, Kind, write_duration

PAGES = Path(__file__).parent
REPOSITORY = PAGES.parent
BLOCK = re.compile(r"(<!-- table: ([\w .-]+) -->\n).*?(<!-- end of table -->)", re.DOTALL)
MARKS = ("seen", "recalled", "assumed", "synthetic")

CONSTANTS = (
    "evacsim.world.people.SLOWEST",
    "evacsim.world.ways.WALKER_FLOW",
    "evacsim.world.ways.WALKER_JAM",
    "evacsim.world.ways.SAME_WAY",
    "evacsim.network.walking.TOBLER_STEEPNESS",
    "evacsim.network.walking.WEIDMANN_FREE",
    "evacsim.network.walking.COUNTERFLOW_FREE",
    "evacsim.engine.routing.SPEED_CLASSES",
    "evacsim.hazard.effects.STANDSTILL",
    "evacsim.scenario.networks.TRUNKED_RANGE",
    "evacsim.hazard.effects.WADING_FACTORS",
    "evacsim.analysis.exposure.LEAD_WANTED",
    "evacsim.analysis.facts.RELIEF_LIMIT",
    "evacsim.analysis.registry_care.NATIONAL_RELIEF_LIMIT",
)
"""Figures that enter the results of a run and that no scenario changes."""

LAWS_NOT_USED = (
    "evacsim.hazard.effects.DARK_WATER_FACTOR",
    "evacsim.hazard.effects.WADING_LIMIT_OF_HEIGHT",
    "evacsim.hazard.effects.STOP_AND_GO",
    "evacsim.network.presets.CAPACITY_DROP",
    "evacsim.network.walking.SFPE_FREE",
    "evacsim.network.walking.FRUIN_LIMITS",
    "evacsim.hazard.fording.LOW_CLEARANCE",
    "evacsim.hazard.fording.HIGH_CLEARANCE",
    "evacsim.hazard.mortality.NEW_ORLEANS",
    "evacsim.hazard.mortality.HIGH_HAZARD",
    "evacsim.hazard.mortality.LOW_HAZARD",
)
"""Figures of laws that are written and tested, and that no run uses yet."""

PLAN_LIMITS = (
    "evacsim.plan.completeness.who.TOLERANCE",
    "evacsim.plan.completeness.who.FRESH",
    "evacsim.plan.completeness.organize.HOUSEHOLDS_EACH",
    "evacsim.plan.completeness.organize.APART",
    "evacsim.plan.completeness.to_places.TOO_FULL",
    "evacsim.plan.completeness.to_ways.DRY_FEET",
    "evacsim.plan.completeness.to_ways.WALK",
    "evacsim.plan.completeness.facts.DAYS",
    "evacsim.plan.completeness.care.RELIEF",
)
"""Figures of the checks of a plan."""


def main() -> None:
    """Write every table of every page anew."""
    for page in pages():
        page.write_text(filled(page.read_text(encoding="utf-8")), encoding="utf-8")


def pages() -> list[Path]:
    """Return all pages of the documentation."""
    return sorted(PAGES.rglob("*.md"))


def filled(text: str) -> str:
    """Return the text of a page with its tables as the code has them."""
    return BLOCK.sub(lambda block: f"{block[1]}\n{MAKERS[block[2]]()}\n{block[3]}", text)


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a table in Markdown."""
    head = list(head)
    cells = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(_cell(cell) for cell in row) + " |\n" for row in cells)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


# -- parameters ---------------------------------------------------------------------------------


def defaults_of(model: type[Section], path: str = "") -> Iterator[tuple[str, FieldInfo, Kind | None]]:
    """Yield the path, field and kind of quantity of every parameter below `model` that has a default with a mark."""
    for name, shape in shapes(model).items():
        field = model.model_fields[name]
        inner = f"{path}.{name}" if path else name
        if isinstance(field.json_schema_extra, Mapping) and "provenance" in field.json_schema_extra:
            yield inner, field, shape.kind
        elif shape.sections:
            for section in shape.sections.values():
                yield from defaults_of(section, inner + "[]" * shape.is_list)


def parameters(beginning: str) -> str:
    """Return the table of all defaults whose path begins so."""
    rows = []
    for path, field, kind in defaults_of(Scenario):
        if path.startswith(beginning):
            extra: Any = field.json_schema_extra
            value = shown(field.get_default(call_default_factory=True), kind)  # type: ignore[call-arg]
            rows.append((f"`{path}`", value, extra["provenance"], extra["source"], field.description or ""))
    return table(("parameter", "default", "mark", "source or reason", "meaning"), rows)


def shown(value: object, kind: Kind | None) -> str:
    """Return a value of a kind as people read it.

    >>> shown(5400.0, DURATION), shown(0.18, SHARE), shown(60 / 3.6, SPEED)
    ('1 h 30 min', '18 %', '16.67 m/s')
    """
    match value:
        case Fixed():
            return shown(value.value, DURATION)
        case Uniform():
            return f"uniform, {write_duration(value.low)} to {write_duration(value.high)}"
        case Lognormal():
            return f"lognormal, median {write_duration(value.median)}, sigma {value.sigma:g}"
        case float() if kind is DURATION:
            return write_duration(value) if value.is_integer() else f"{value:g} s"
        case float() if kind is SHARE:
            return f"{100 * value:g} %"
        case float():
            return f"{value:.4g} {kind.si if kind else ''}".strip()
    return str(value)


def road_classes(defaults: RoadDefaults) -> str:
    """Return the defaults of all classes of road."""
    rows = []
    for name, road in defaults.classes.items():
        unit = "person" if is_for_walkers(name) else "veh"
        rows.append((
            f"`{name}`",
            f"{road.free_speed * 3.6:.3g} km/h",
            f"{road.lanes:g}",
            f"{road.lane_capacity * 3600:.4g} {unit}/h",
            f"{road.lane_jam_density * 1000:.4g} {unit}/km",
        ))  # fmt: skip
    return table(("class", "free speed", "lanes", "capacity of a lane", "jam density of a lane"), rows)


def road_sources() -> str:
    """Return where the defaults of road classes come from."""
    rows = [(name, source.mark, source.text) for name, source in BY_CLASS.sources.items()]
    sustained = SUSTAINED_EVACUATION.sources["lane_capacity"]
    rows.append(("lane_capacity of `sustained_evacuation`", sustained.mark, sustained.text))
    return table(("quantity", "mark", "source or reason"), rows)


def capacity_presets() -> str:
    """Return the named flows of lanes, ordinary and reversed."""
    rows = []
    for setting, presets in (
        ("roads.capacity_preset", CAPACITY_PRESETS),
        ("controls[].contraflow", CONTRAFLOW_PRESETS),
    ):
        for preset in presets.values():
            limit = "" if preset.lane_limit == float("inf") else f"{preset.lane_limit * 3600:g} veh/h"
            share = "" if preset.factor == 1 else f"{100 * preset.factor:g} %"
            source = preset.source
            named = f"`{preset.name}`"
            rows.append(
                (
                    f"`{setting}`",
                    named,
                    preset.text.en,
                    preset.text.zh,
                    limit,
                    share,
                    source.mark,
                    source.text,
                )
            )
    head = (
        "set by",
        "name",
        "meaning",
        "含义",
        "at most, each lane",
        "of the ordinary",
        "mark",
        "source or reason",
    )
    return table(head, rows)


def weather_factors() -> str:
    """Return what rain and night leave of capacity and free speed."""
    rows = []
    for factors in (*RAIN_FACTORS.values(), NIGHT):
        for what, left, source in (
            ("capacity", factors.capacity, factors.capacity_source),
            ("free speed", factors.speed, factors.speed_source),
        ):
            if left != 1:
                rows.append((f"`{factors.name}`", what, f"{left:g}", source.mark, source.text))
    return table(("rain or light", "of", "factor", "mark", "source or reason"), rows)


def vehicle_sizes() -> str:
    """Return the road space of kinds of vehicles."""
    rows = [
        (
            size.text.en,
            size.text.zh,
            f"{size.size:g}",
            f"{size.low:g}-{size.high:g}",
            size.source.mark,
            size.source.text,
        )
        for size in VEHICLE_SIZES.values()
    ]
    return table(("vehicle", "车辆", "pcu", "range", "mark", "source or reason"), rows)


def walking_by_age() -> str:
    """Return the walking speeds of age groups."""
    rows = [
        (group.replace("_", " "), f"{known.low:g}-{known.high:g} m/s", known.source.mark, known.source.text)
        for group, known in IMO_AGES.items()
    ]
    return table(("group", "free speed", "mark", "source or reason"), rows)


def constants(names: Iterable[str]) -> str:
    """Return constants of the code with what stands below them."""
    rows = []
    for name in names:
        module, _, constant = name.rpartition(".")
        said = docstring_below(module, constant)
        marks = [mark for mark in MARKS if re.search(rf"\b{mark}\b", said)]
        value = getattr(import_module(module), constant)
        is_plain = isinstance(value, int | float | tuple)
        rows.append(
            (
                f"`{name.removeprefix('evacsim.')}`",
                f"{value}" if is_plain else "a law",
                ", ".join(marks),
                said,
            )
        )
    return table(("constant", "value (SI)", "mark", "what the code says of it"), rows)


def plan_checks() -> str:
    """Return every clause that a plan is held against."""
    rows = [
        (
            f"`{check.id}`",
            LINKS[check.link].zh,
            SEVERITIES[check.severity].en,
            check.clause.en,
            check.clause.zh,
        )
        for check in CHECKS
    ]
    return table(("check", "link", "weight", "clause", "条款"), rows)


def docstring_below(module: str, constant: str) -> str:
    """Return the text that stands below a constant, or below the constants it stands among."""
    source = Path(str(import_module(module).__file__)).read_text(encoding="utf-8")
    is_found = False
    for statement in ast.parse(source).body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name), *_] | [ast.Tuple(elts=[ast.Name(id=name), *_])]):
                is_found |= name == constant
            case ast.Expr(value=ast.Constant(value=str(text))) if is_found:
                return text
    raise LookupError(f"nothing stands below {constant} in {module}")


# -- formats ------------------------------------------------------------------------------------


def columns(model: type[Section]) -> str:
    """Return the columns that a table of `model` may have."""
    rows = []
    for name, field in model.model_fields.items():
        others = COLUMNS[model].get(name, ())
        rows.append(
            (f"`{name}`", _names(others), _needed(field, shapes(model)[name].kind), field.description or "")
        )
    return table(("column", "also called", "if absent", "meaning"), rows)


def _names(names: Iterable[str]) -> str:
    return "、".join(names)


def _needed(field: FieldInfo, kind: Kind | None) -> str:
    if field.is_required():
        return "**needed**"
    default = field.get_default(call_default_factory=True)  # type: ignore[call-arg]
    return "" if default in (None, "", [], {}) else shown(default, kind)


def road_columns(names: Mapping[str, tuple[str, ...]]) -> str:
    """Return the columns of a table of links or nodes."""
    return table(
        ("meaning", "names of the column"), [(f"`{what}`", _names(said)) for what, said in names.items()]
    )


def units() -> str:
    """Return the units of all kinds of quantity."""
    kinds = (DURATION, LENGTH, LEVEL, SPEED, FLOW, DENSITY, AREA, SHARE)
    rows = [
        (
            f"{kind.name.en} {kind.name.zh}",
            ", ".join(unit for unit in kind.factors if unit),
            f"`{kind.example}`",
        )
        for kind in kinds
    ]
    return table(("quantity", "units", "example"), rows)


# -- results and architecture -------------------------------------------------------------------


def results(described: Iterable[Column]) -> str:
    """Return the columns of a table of results."""
    rows = [(f"`{column.name}`", column.dtype, column.meaning.en, column.meaning.zh) for column in described]
    return table(("column", "type", "meaning", "含义"), rows)


def all_results() -> str:
    """Return the columns of every table of results, one heading each."""
    return "\n".join(
        f"#### `tables/{name}.parquet`\n\n{results(described)}" for name, described in TABLES.items()
    )


def indicators() -> str:
    """Return all indicators."""
    rows = [
        (f"`{entry.id}`", entry.unit, entry.name.en, entry.name.zh, entry.note.en, entry.better)
        for entry in REGISTRY
    ]
    return table(("indicator", "unit", "meaning", "含义", "how it is counted", "better"), rows)


def states() -> str:
    """Return the states of a household."""
    rows = [(f"`{state.id}`", text.en, text.zh) for state, text in HOUSEHOLD_STATES.items()]
    return table(("state", "meaning", "含义"), rows)


def event_kinds() -> str:
    """Return the kinds of events."""
    return table(
        ("kind", "meaning", "含义"), [(f"`{kind}`", text.en, text.zh) for kind, text in EVENT_KINDS.items()]
    )


def import_order() -> str:
    """Return the rooms from the top to the bottom, as the build checks them."""
    contracts = configparser.ConfigParser()
    contracts.read(REPOSITORY / "setup.cfg", encoding="utf-8")
    layers = contracts["importlinter:contract:rooms"]["layers"].strip()
    return f"```\n{layers}\n```\n"


def _columns_of(model: type[Section]) -> Callable[[], str]:
    return lambda: columns(model)


MAKERS: dict[str, Callable[[], str]] = {
    "parameters district": lambda: parameters("district."),
    "parameters hazard": lambda: parameters("hazard."),
    "parameters plan": lambda: parameters("plan."),
    "parameters recording": lambda: parameters("recording."),
    "road classes": lambda: road_classes(BY_CLASS),
    "road class sources": road_sources,
    "capacity presets": capacity_presets,
    "weather factors": weather_factors,
    "vehicle sizes": vehicle_sizes,
    "walking by age": walking_by_age,
    "constants": lambda: constants(CONSTANTS),
    "laws not used": lambda: constants(LAWS_NOT_USED),
    "plan checks": plan_checks,
    "plan limits": lambda: constants(PLAN_LIMITS),
    "units": units,
    "link columns": lambda: road_columns(LINK_TEXTS),
    "node columns": lambda: road_columns(NODE_TEXTS),
    "events": lambda: results(EVENTS),
    "ledger": lambda: results(LEDGER),
    "result tables": all_results,
    "states": states,
    "event kinds": event_kinds,
    "indicators": indicators,
    "import order": import_order,
    **{f"columns {model.__name__}": _columns_of(model) for model in COLUMNS},
}
"""What makes the table of each name."""

if __name__ == "__main__":
    main()
