"""The two villages of the tutorial are what it says: its files run, and its commands answer as printed."""

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from evacsim.cli import main
from tests.docs.pages import blocks, files_shown, text_of

MISTAKES = {
    "plan.yaml": ("decision_time: 30 min", "decision_time: 30"),
    "fleets.csv": ("镇客运站,3,", "镇客运站,三辆,"),
    "transfers.csv": ("中心小学,T+6 h", "中心小校,T+6 h"),
}
"""What the tutorial tells to write wrongly, by file."""


@pytest.mark.parametrize("page", ["docs/tutorial.md", "docs/tutorial.zh-CN.md"])
def test_the_commands_of_the_two_villages_answer_as_printed(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = text_of(page)
    _write(files_shown(text), Path("two-villages"))
    section = re.split(r"^## ", text, flags=re.MULTILINE)[5]
    said, told = "", []
    for block in blocks(section):
        if block.language == "" and len(told) == 2:
            _make_mistakes(Path("two-villages"))
        if block.language == "":
            for line in block.text.splitlines():
                said = CliRunner().invoke(main, shlex.split(line)[1:]).stdout
        elif block.language == "text":
            told.append(block.text)
            printed, dots, _ = block.text.rstrip().partition("\n...")
            assert (said[: len(printed)] if dots else said.rstrip()) == printed
    assert len(told) == 3


def test_the_answers_are_those_of_a_run_that_ended_in_order(tmp_path):
    _write(files_shown(text_of("docs/tutorial.md")), tmp_path)
    arguments = ["run", str(tmp_path), "--seed", "7", "--out", str(tmp_path / "out")]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    assert (tmp_path / "out" / "report.html").is_file()


@pytest.mark.filterwarnings("ignore:no font with Chinese characters")  # figures are still drawn
@pytest.mark.parametrize(
    "page", ["README.md", "README.zh-CN.md", "docs/tutorial.md", "docs/tutorial.zh-CN.md"]
)
def test_the_code_that_is_typed_in_jupyter_runs(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    _write(files_shown(text_of("docs/tutorial.md")), Path("two-villages"))
    typed = next(block.text for block in blocks(text_of(page)) if block.language == "python")
    typed = typed.replace("scenarios/gaocheng", "two-villages").replace("J15-Z01/1", "东湾村/1")
    exec(compile(typed.replace("range(20)", "range(2)"), page, "exec"), {})
    assert list(tmp_path.glob("*.html"))


def _write(files: dict[str, str], folder: Path) -> None:
    assert len(files) == 14
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def _make_mistakes(folder: Path) -> None:
    for name, (right, wrong) in MISTAKES.items():
        text = (folder / name).read_text(encoding="utf-8")
        assert text.count(right) == 1, name
        (folder / name).write_text(text.replace(right, wrong), encoding="utf-8")
