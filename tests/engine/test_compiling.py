"""The kernels: which are readied, by whom, and what becomes of that when there is nothing to run."""

import os
import subprocess
import sys

import pytest

import evacsim as ev
from evacsim.cli.telling import kernels_compiled
from evacsim.engine import compiling
from evacsim.errors import EvacsimError
from tests.reference.small_district import small_district

FOR_TRAFFIC = ["advance", "send", "find_places"]
FOR_CHANGES = ["change_links", "take_off", "reconsider", "reconsider_for"]
FOR_WAYS = ["grow_tree"]

BEGIN = """
from evacsim.engine.compiling import begin_compiling, compile_others, is_compiled, ready_kernels
from evacsim.kernels import changes, movement, trees
used = (movement.advance, changes.send, changes.find_places,
        changes.change_links, changes.take_off, changes.reconsider, changes.reconsider_for, trees.grow_tree)
"""


def names_told(program: str, **environment: str) -> list[str]:
    told = subprocess.run(
        [sys.executable, "-c", BEGIN + program],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return told.stdout.split()


@pytest.mark.parametrize(
    ("readying", "ready"),
    [
        ("ready_kernels(changing=True)", FOR_TRAFFIC + FOR_CHANGES),
        ("ready_kernels(changing=False)", FOR_TRAFFIC),
        ("compile_others()", [*FOR_TRAFFIC[1:], *FOR_CHANGES, *FOR_WAYS]),
    ],
)
def test_readying_leaves_no_kernel_to_be_compiled_but_those_that_are_not_needed(readying, ready):
    """Else every run would announce that it compiles, once after installation; `advance` is compiled beside them."""
    program = f"{readying}\nprint(*[kernel.py_func.__name__ for kernel in used if kernel.signatures])"
    assert names_told(program) == ready


@pytest.mark.slow
@pytest.mark.skipif((os.cpu_count() or 1) == 1, reason="on one core nothing is compiled beside anything")
def test_what_is_compiled_beside_is_not_compiled_again(tmp_path):
    program = """
assert not is_compiled()
beside = begin_compiling()
ready_kernels(beside=beside)
assert beside.returncode == 0
assert is_compiled()
assert begin_compiling() is None
trees.next_link_tree(trees.incoming_links(3, [0, 1], [1, 2]), [2], [1.0, 2.0])
print(*[kernel.py_func.__name__ for kernel in used if kernel.stats.cache_hits])
"""
    told = names_told(program, NUMBA_CACHE_DIR=str(tmp_path))
    assert told == [*FOR_TRAFFIC[1:], *FOR_CHANGES, *FOR_WAYS]


def test_the_compiler_is_not_needed_twice():
    compiling.ready_kernels()
    assert compiling.is_compiled()
    assert compiling.begin_compiling() is None


@pytest.fixture
def begun(monkeypatch):
    """A second process that would compile for a minute, and all that is done with it."""
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    monkeypatch.setattr(compiling, "begin_compiling", lambda: process)
    yield process
    process.kill()
    process.wait()


def test_with_wrong_input_nobody_waits_for_the_compiler(begun, capsys):
    with pytest.raises(EvacsimError), kernels_compiled("en"):
        raise EvacsimError("what is wrong", [])
    assert begun.wait(10) not in (0, None)
    assert capsys.readouterr().err == ""


def test_what_was_begun_while_the_input_was_read_is_waited_for(begun, capsys, monkeypatch):
    monkeypatch.setattr(compiling, "is_compiled", lambda *, changing: False)
    with kernels_compiled("zh"):
        assert capsys.readouterr().err == ""
        begun.terminate()
    assert begun.returncode is not None
    assert "编译" in capsys.readouterr().err


def test_whoever_simulates_in_python_is_told_that_the_kernels_are_compiled(tmp_path, monkeypatch, caplog):
    scenario = ev.from_mapping(small_district(tmp_path))
    compiling.ready_kernels()
    caplog.clear()
    ev.simulate(scenario)
    assert not caplog.records
    monkeypatch.setattr(compiling, "is_compiled", lambda *, changing: False)
    ev.simulate(scenario)
    (record,) = caplog.records
    assert record.levelname == "WARNING"
    assert "Compiling" in record.message
    assert "编译" in record.message
