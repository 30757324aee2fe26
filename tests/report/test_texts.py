"""Every word of the report exists in both languages, and every text is used."""

import re
from pathlib import Path

import pytest

from evacsim.analysis.clearance import CURVES
from evacsim.report import texts
from evacsim.report.texts import MARKS, TEXTS

FOLDER = Path(texts.__file__).parent
CODE = {
    path.name: path.read_text("utf-8") for path in FOLDER.iterdir() if path.suffix in {".py", ".js", ".html"}
}


@pytest.mark.parametrize("key", sorted(TEXTS))
def test_a_text_exists_in_both_languages(key):
    text = TEXTS[key]
    assert text.en
    assert not re.search("[\u4e00-\u9fff]", text.en)
    assert re.search("[\u4e00-\u9fff]", text.zh)


def test_marks_are_told_in_both_languages():
    assert all(text.en and text.zh for pair in MARKS.values() for text in pair)


@pytest.mark.parametrize("key", sorted(TEXTS))
def test_no_text_is_left_over(key):
    others = "".join(text for name, text in CODE.items() if name != "texts.py")
    drawn = key.removeprefix("curve_") in CURVES
    assert drawn or re.search(rf"""["'.$]{key}\b""", others)


def test_the_script_uses_texts_that_exist():
    used = set(re.findall(r"words\.(\w+)", CODE["page.js"])) | set(re.findall(r"\$(\w+)", CODE["map.html"]))
    assert used
    assert used <= set(TEXTS)
