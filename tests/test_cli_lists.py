"""Lists of a plan on the command line."""

import pytest
from click.testing import CliRunner

from evacsim.cli import main
from evacsim.scenario.reading import load
from tests.broken.small import small_files, write

openpyxl = pytest.importorskip("openpyxl")
pytest.importorskip("xlsxwriter")


@pytest.fixture
def small(tmp_path):
    files = small_files() | {"contacts.csv": "单位,A角,电话\neast,张三,13812345678\n".encode()}
    return write(files, tmp_path / "small")


def run(*words):
    return CliRunner().invoke(main, [str(word) for word in words])


def test_lists_go_out_and_come_back(small, tmp_path):
    lists, again = tmp_path / "lists.xlsx", tmp_path / "again"
    assert run("export", "lists", small, "--out", lists, "--lang", "zh").exit_code == 0
    done = run("import", "plan", lists, "--out", again, "--base", small, "--lang", "zh")
    assert done.exit_code == 0, done.output
    assert "安置点: 2" in done.output
    assert load(again).model_dump()["plan"] == load(small).model_dump()["plan"]
    assert (again / "contacts.csv").read_text() == "id,name,phone\neast,张三,13812345678\n"
    twice = run("import", "plan", lists, "--out", again, "--base", small, "--lang", "zh")
    assert twice.exit_code == 2
    assert "已存在" in twice.output


def test_masked_lists_are_masked(small, tmp_path):
    run("export", "lists", small, "--out", tmp_path / "lists.xlsx", "--mask", "--lang", "zh")
    book = openpyxl.load_workbook(tmp_path / "lists.xlsx")
    assert [cell.value for cell in book["通讯录"][2]] == ["east", "张*", "138****78"]
    assert not any("张三" in str(cell.value) for page in book for row in page.iter_rows() for cell in row)


def test_mistakes_are_told_with_their_cells_and_nothing_is_written(small, tmp_path):
    lists = tmp_path / "lists.xlsx"
    run("export", "lists", small, "--out", lists, "--lang", "zh")
    book = openpyxl.load_workbook(lists)
    book["安置点"]["B2"].value = "many"
    book["转移安排"]["A2"].value = "nowhere"
    book.save(lists)
    done = run("import", "plan", lists, "--out", tmp_path / "out", "--base", small)
    assert done.exit_code == 2
    assert "安置点!B2 is many" in done.output
    assert "转移安排!A2 is nowhere" in done.output
    assert not (tmp_path / "out").exists()
