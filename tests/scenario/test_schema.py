"""The JSON Schema of scenario files, as editors use it."""

from pathlib import Path

import pytest

from evacsim.scenario.district import District
from evacsim.scenario.given import Source
from evacsim.scenario.hazard import Hazard
from evacsim.scenario.model import Scenario
from evacsim.scenario.plan import Plan
from evacsim.scenario.schema import schema
from evacsim.scenario.yaml import read_yaml
from tests.broken.small import DISTRICT, HAZARD, PLAN, SCENARIO

DOCUMENTS = [(Scenario, SCENARIO), (District, DISTRICT), (Hazard, HAZARD), (Plan, PLAN)]
PACKAGED = sorted((Path(__file__).parents[2] / "scenarios").rglob("scenario.yaml"))


def tree_of(text):
    given, issues = read_yaml(text, Source("", Path()))
    assert issues == []
    return given.plain()


def section(name):
    return schema()["$defs"][name]["properties"]


def problems(model, tree):
    jsonschema = pytest.importorskip("jsonschema")
    made = schema(model)
    jsonschema.Draft202012Validator.check_schema(made)
    return [error.json_path for error in jsonschema.Draft202012Validator(made).iter_errors(tree)]


@pytest.mark.parametrize(("model", "text"), DOCUMENTS, ids=lambda value: getattr(value, "__name__", ""))
def test_the_small_scenario_fits(model, text):
    assert problems(model, tree_of(text)) == []


@pytest.mark.parametrize("path", PACKAGED, ids=lambda path: path.parent.name)
def test_packaged_scenarios_fit(path):
    assert problems(Scenario, tree_of(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("duration: 24 h", "duration: 24", "$.duration"), ("duration", "durration", "$"),
        ("id: small", "id: a b", "$.id"), ("plan: plan.yaml", "plan: 4", "$.plan"),
    ],
)  # fmt: skip
def test_mistakes_do_not_fit(old, new, place):
    assert place in problems(Scenario, tree_of(SCENARIO.replace(old, new, 1)))


def test_whole_sections_and_lists_may_be_names_of_files():
    made = schema()["properties"]
    for name in ("district", "hazard", "plan"):
        assert [choice.get("type", choice.get("$ref")) for choice in made[name]["anyOf"]] == [
            "string", f"#/$defs/{name.capitalize()}",
        ]  # fmt: skip
    choices = section("District")["zones"]["anyOf"]
    assert [choice.get("type", choice.get("$ref")) for choice in choices] == [
        "array",
        "string",
        "#/$defs/TableFile",
    ]


def test_a_law_may_be_a_plain_time():
    plain, law = section("When")["decision_time"]["anyOf"]
    assert plain["type"] == "string"
    assert {choice["$ref"] for choice in law["oneOf"]} >= {"#/$defs/Fixed", "#/$defs/Lognormal"}


def test_every_default_that_had_to_be_chosen_says_how_sure_it_is_and_can_be_written_as_it_stands():
    found = section("Whereto")["bus_wait_limit"]
    assert found["provenance"] == "assumed"
    assert found["default"] == "1800 s"
    assert "Default assumed: a driver does not wait longer for a full bus." in found["description"]
    assert section("When")["decision_time"]["default"] == {
        "type": "uniform",
        "low": "900 s",
        "high": "2700 s",
    }


def test_every_field_is_described():
    for name, made in [("Scenario", schema()), *schema()["$defs"].items()]:
        for field, described in made.get("properties", {}).items():
            if field not in ("id", "type") and "$ref" not in described:
                assert described.get("description") or "anyOf" in described, f"{name}.{field}"


def test_quantities_show_an_example():
    assert section("Roads")["footway_width"]["examples"] == ["0.3 m"]
