"""Drawings for notebooks."""

import sys
import warnings

import numpy as np
import pytest

from evacsim.errors import MissingExtraError
from evacsim.report import figures, fonts
from evacsim.report.charts import value_ticks
from tests.reference.fake_record import fake_record

pytestmark = pytest.mark.filterwarnings("ignore:no font with Chinese", "ignore:Glyph")


@pytest.fixture(scope="module")
def record():
    return fake_record()


def test_curves_end_at_the_totals(record):
    axes = figures.curves(record, lang="en").axes[0]
    ends = {line.get_label(): line.get_ydata()[-1] for line in axes.get_lines()}
    assert ends["in a shelter"] == 529
    assert ends["homes with water (all people)"] == 660


@pytest.mark.parametrize(("by", "groups"), [("zone", 5), ("township", 2), ("mode", 3)])
def test_clearance_is_drawn_for_each_group(record, by, groups):
    lines = figures.clearance(record, by=by).axes[0].get_lines()
    assert len(lines) == groups
    assert all(np.all(np.diff(line.get_ydata()) >= 0) for line in lines)


def test_arrivals_count_everybody_who_is_out(record):
    bars = figures.arrivals(record).axes[0].patches
    assert sum(bar.get_height() for bar in bars) == 529


@pytest.mark.parametrize("time", [6 * 3600.0, "T+6 h", "2026-07-19 02:00", "02:00", "2:00"])
def test_a_map_is_drawn_for_a_moment(record, time):
    figure = figures.map_at(record, time, lang="en")
    assert figure.get_suptitle() == "临江小流域洪水 · 19 Jul 02:00 (T+6.0 h)"


def test_without_matplotlib_the_extra_is_named(record, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingExtraError, match=r"evacsim\[report\]"):
        figures.curves(record)


def test_a_missing_chinese_font_is_said(monkeypatch):
    monkeypatch.setattr(fonts, "CJK_FONTS", ("No Such Font",))
    with pytest.warns(UserWarning, match="未找到中文字体"):
        assert fonts.font_families() == ["DejaVu Sans"]


def test_the_first_installed_font_of_the_list_is_taken(monkeypatch):
    monkeypatch.setattr(fonts, "CJK_FONTS", ("No Such Font", "DejaVu Serif", "DejaVu Sans Mono"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert fonts.font_families() == ["DejaVu Serif", "DejaVu Sans"]


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0, 743, [0, 200, 400, 600, 800]),
        (81.2, 86.3, [80, 82, 84, 86, 88]),
        (0, 0.9, [0, 0.5, 1]),
        (3, 3, None),
    ],
)
def test_ticks_are_round_and_cover_the_range(low, high, ticks):
    found = value_ticks(low, high, 5 if high == 743 else 3)
    assert found[0] <= low
    assert found[-1] >= high
    assert len(found) >= 2
    assert ticks is None or found == ticks
