"""Names of columns: each means one field, whichever way it is spelled."""

import pytest
from pydantic import ValidationError

from evacsim.scenario.columns import CHOICES, COLUMNS, UNITS, field_and_unit, spellings
from evacsim.scenario.district import Shelter, Zone
from evacsim.scenario.hazard import StageReading
from evacsim.scenario.nearest import nearest, plainly, suggestion
from evacsim.scenario.plan import ZoneTransfer
from evacsim.scenario.shapes import shapes

MODELS = pytest.mark.parametrize("model", COLUMNS, ids=lambda model: model.__name__)


@MODELS
def test_every_named_field_exists(model):
    assert set(COLUMNS[model]) <= set(model.model_fields)


@MODELS
def test_no_name_means_two_fields(model):
    claims = {}
    for field, names in COLUMNS[model].items():
        for name in names:
            claims.setdefault(plainly(name), set()).add(field)
    assert {name: fields for name, fields in claims.items() if len(fields) > 1} == {}
    plain = {plainly(name) for name in model.model_fields}
    assert {
        name for name in claims if name in plain and name not in {plainly(f) for f in claims[name]}
    } == set()


@MODELS
def test_every_name_leads_to_its_field(model):
    for field, names in {
        field: (field, *COLUMNS[model].get(field, ())) for field in model.model_fields
    }.items():
        for name in names:
            assert field_and_unit(name, model) == (field, ""), name


@MODELS
def test_every_field_that_a_table_can_hold_has_a_chinese_name(model):
    named = {field for field, names in COLUMNS[model].items() if any(not name.isascii() for name in names)}
    assert set(model.model_fields) - named <= {"outline"}


@pytest.mark.parametrize(("model", "field"), CHOICES)
def test_chinese_choices_lead_to_words_of_the_field(model, field):
    allowed = set(shapes(model)[field].choices)
    assert set(CHOICES[model, field].values()) <= allowed


@pytest.mark.parametrize(
    ("header", "model", "found"),
    [
        ("容量(人)", Shelter, ("capacity", "人")), ("容量（人）", Shelter, ("capacity", "人")),
        ("Floor Height [cm]", Shelter, ("floor_height", "cm")),
        ("floor_height_m", Shelter, ("floor_height", "m")), ("floor-height", Shelter, ("floor_height", "")),
        ("老人比例(%)", Zone, ("elderly_share", "%")), ("經度", Zone, ("x", "")),
        ("预计收容人数", Shelter, ("capacity", "")),
        ("預計收容人數", Shelter, ("capacity", "")), ("触发水位【m】", ZoneTransfer, ("trigger_stage", "m")),
        ("t_h", StageReading, ("time", "h")),
        ("pickup point", ZoneTransfer, ("pickup_point", "")), ("ＰＯＰＵＬＡＴＩＯＮ", Zone, ("population", "")),
        ("容量(吨)", Shelter, None), ("电话", Shelter, None), ("", Shelter, None),
        ("(m)", Shelter, None), ("_m", Shelter, None),
    ],
)  # fmt: skip
def test_headers_lose_case_width_and_blanks_and_give_their_unit(header, model, found):
    assert field_and_unit(header, model) == found


def test_no_field_name_ends_like_a_unit():
    """Otherwise `field_m` could mean the field `field_m` or metres of `field`."""
    for model in COLUMNS:
        for name in spellings(model):
            head, _, tail = name.rpartition("_")
            if head and plainly(tail) in UNITS:
                assert field_and_unit(name, model) is not None
                assert field_and_unit(head, model) in (None, field_and_unit(name, model)), name


@pytest.mark.parametrize(
    ("word", "known", "close"),
    [("shcool-6", ["school-6", "hall"], "school-6"), ("Durration", ["duration", "name"], "duration"),
     ("經度", ["经度", "纬度"], "经度"),
     ("x", ["school"], None), ("", ["school"], None), ("a", [], None)],
)  # fmt: skip
def test_the_nearest_name_is_the_one_meant(word, known, close):
    assert nearest(word, known) == close


def test_a_suggestion_does_not_depend_on_the_order_of_the_known_names():
    assert suggestion("school-0", ["school-1", "school-2"]) == suggestion(
        "school-0", ["school-2", "school-1"]
    )
    assert suggestion("q", {"b", "a"}).en == "there are: a, b"


def test_choices_are_words_that_the_model_refuses_otherwise():
    with pytest.raises(ValidationError):
        Zone(id="a", population=1, kind="养老院")
