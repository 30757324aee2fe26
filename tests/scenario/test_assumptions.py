"""Every parameter with how sure it is."""

import pytest

from evacsim.scenario.assumptions import Assumption, assumptions
from evacsim.scenario.model import Scenario
from evacsim.scenario.reading import load
from evacsim.scenario.section import Section
from evacsim.scenario.shapes import shapes
from tests.broken.small import DISTRICT, PLAN, ZONES


def by_path(scenario):
    return {found.path: found for found in assumptions(scenario)}


def parameters(model=Scenario, path=""):
    """Yield the path of every field whose default had to be chosen."""
    for name, shape in shapes(model).items():
        extra = model.model_fields[name].json_schema_extra
        place = f"{path}.{name}".lstrip(".") + ("[*]" if shape.is_list and shape.sections else "")
        if isinstance(extra, dict) and "provenance" in extra:
            yield place
        elif shape.section() is not None and shape.section() is not model:
            yield from parameters(shape.section(), place)


@pytest.fixture
def small(folder_with):
    return load(folder_with())


def test_defaults_in_force_say_how_sure_they_are(small):
    found = by_path(small)
    assert found["hazard.effects.critical_depth"] == Assumption(
        "hazard.effects.critical_depth", "1 m", "seen", "Seaside model: Hc 1.0 m"
    )
    assert found["district.population.elderly_share"].value == "18 %"
    assert found["plan.organize.relay_time"].value == "lognormal: median 20 min, sigma 0.6, offset 0 s"


def test_what_the_scenario_sets_is_given(small):
    found = by_path(small)
    assert (found["plan.to.bus_share"].value, found["plan.to.bus_share"].mark) == ("60 %", "given")
    assert found["plan.when.decision_time"].value == "uniform: low 15 min, high 45 min"
    assert found["district.population.household_size"].mark == "given"


def stands_in(scenario, path):
    """Return whether every section and list on the way to a parameter is there."""
    places = [scenario]
    for name in path.split(".")[:-1]:
        inside = [getattr(place, name.removesuffix("[*]")) for place in places]
        places = [
            entry for one in inside for entry in (one if name.endswith("[*]") else [one]) if entry is not None
        ]
    return bool(places)


def test_no_parameter_of_what_is_there_is_left_out_and_no_other_is_told(small):
    present = set(by_path(small))
    assert [path for path in parameters() if (path in present) != stands_in(small, path)] == []
    assert (
        not {path for path in parameters() if path.startswith(("plan.care.posts", "plan.organize.calling"))}
        & present
    )


def test_entries_that_agree_are_one_line(small):
    assert by_path(small)["district.shelters[*].desks"].entries == 2


def test_a_statement_of_the_scenario_gives_the_source(folder_with):
    stated = "provenance:\n  - {item: to.bus_share, mark: seen, source: 预案第三章}\n"
    stated += "  - {item: when, mark: recalled, source: 会商}\n  - {item: zones, mark: seen, source: 名册}\n"
    found = by_path(load(folder_with(plan__yaml=PLAN + stated)))
    assert (found["plan.to.bus_share"].mark, found["plan.to.bus_share"].source) == ("seen", "预案第三章")
    assert (found["plan.when.decision_time"].mark, found["plan.when.decision_time"].source) == (
        "recalled",
        "会商",
    )
    assert found["plan.to.car_share"].mark == "given"
    assert found["plan.zones"] == Assumption("plan.zones", "", "seen", "名册")


def test_a_statement_does_not_cover_a_default_that_is_in_force(folder_with):
    stated = "provenance: [{item: population, mark: seen, source: 普查}]\n"
    found = by_path(load(folder_with(district__yaml=DISTRICT + stated)))
    assert found["district.population.household_size"].mark == "seen"
    assert found["district.population.car_share"].mark == "assumed"


def test_invented_figures_and_overrides_are_listed(folder_with):
    columns = [",虚构,老人比例", ",是,0.3", ",否,0.2"]
    zones = "\n".join(line + more for line, more in zip(ZONES.splitlines(), columns, strict=True))
    found = by_path(load(folder_with(zones__csv=zones)))
    assert found["district.zones[*]"] == Assumption("district.zones[*]", "", "synthetic", "")
    assert found["district.zones[*].elderly_share"] == Assumption(
        "district.zones[*].elderly_share", "", "given", "", 2
    )


def test_every_default_of_a_model_parameter_names_its_source():
    for model in {Scenario, *_sections(Scenario)}:
        for name, field in model.model_fields.items():
            extra = field.json_schema_extra
            if isinstance(extra, dict):
                assert extra["provenance"] in ("seen", "recalled", "assumed"), name
                assert len(str(extra["source"])) > 5, name


def _sections(model: type[Section]) -> set[type[Section]]:
    inner = {section for shape in shapes(model).values() for section in shape.sections.values()}
    return inner.union(*(_sections(section) for section in inner))
