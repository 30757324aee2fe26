"""What a run wrote is what is read again - or nothing is."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from evacsim.errors import ResultsError
from evacsim.results.columns import empty, table
from evacsim.results.record import EVENTS, LEDGER, TABLES
from evacsim.results.store import PLACES, RUN_FIELDS, read_record, write_record
from tests.reference.fake_record import fake_record


@pytest.fixture(scope="module")
def record():
    return fake_record()


@pytest.fixture
def folder(record, tmp_path):
    return write_record(record, tmp_path / "run")


def rules(caught):
    return {(issue.file, issue.rule.en.split(":")[0]) for issue in caught.value.issues}


def test_a_record_comes_back_exactly(record, folder):
    again = read_record(folder)
    for name in (*RUN_FIELDS, "start", "provenance"):
        assert getattr(again, name) == getattr(record, name)
    pd.testing.assert_frame_equal(again.events, record.events, check_exact=True)
    pd.testing.assert_frame_equal(again.ledger, record.ledger, check_exact=True)
    assert list(again.tables) == list(TABLES)
    for name, frame in again.tables.items():
        pd.testing.assert_frame_equal(frame, record.tables[name], check_exact=True)


def test_awkward_values_come_back_exactly(record, tmp_path):
    rows = {
        "seq": [1, 2], "time_s": [0.1 + 0.2, 5e-324], "kind": ["told", "told"], "value": [np.inf, np.nan],
        "subject": ["household/甲'\"乙,\t", ""], "place": ["zone/\u3000x", "zone/😀"],
        "cause": pd.array([pd.NA, 2**53 + 1], dtype="Int64"),
    }  # fmt: skip
    events = table(pd.DataFrame(rows), EVENTS)
    odd = replace(record, events=events, ledger=empty(LEDGER), limits={"relief_limit": np.inf}, seed=2**63)
    again = read_record(write_record(odd, tmp_path / "a [b] * it's"))
    pd.testing.assert_frame_equal(again.events, events, check_exact=True)
    assert len(again.ledger) == 0
    assert list(again.ledger.dtypes) == list(odd.ledger.dtypes)
    assert again.limits == {"relief_limit": np.inf}
    assert again.seed == 2**63


def test_the_same_record_makes_the_same_files(record, tmp_path):
    one, other = (write_record(record, tmp_path / name) for name in ("one", "other"))
    for place in [*PLACES, "provenance.json"]:
        assert (one / place).read_bytes() == (other / place).read_bytes()


def test_nothing_but_the_folder_is_left_behind(folder):
    assert [path.name for path in folder.parent.iterdir()] == ["run"]


def test_an_existing_folder_is_replaced_only_when_told_so(record, folder):
    with pytest.raises(ResultsError, match="exists already"):
        write_record(record, folder)
    write_record(replace(record, seed=99), folder, if_exists="replace")
    assert read_record(folder).seed == 99
    assert [path.name for path in folder.parent.iterdir()] == ["run"]


def test_a_folder_of_something_else_is_never_replaced(record, tmp_path):
    photos = tmp_path / "photos"
    photos.mkdir()
    (photos / "a.jpg").write_bytes(b"x")
    with pytest.raises(ResultsError, match="is no folder of results"):
        write_record(record, photos, if_exists="replace")
    assert (photos / "a.jpg").exists()


def test_a_stranger_beside_the_folder_is_not_removed(record, tmp_path):
    (tmp_path / "run.tmp").mkdir()
    (tmp_path / "run.tmp" / "thesis.docx").write_bytes(b"x")
    with pytest.raises(ResultsError, match="was not left by a run"):
        write_record(record, tmp_path / "run")
    assert (tmp_path / "run.tmp" / "thesis.docx").exists()


def test_the_leftover_of_a_crash_is_cleared_away(record, tmp_path):
    (tmp_path / "run.tmp" / "tables").mkdir(parents=True)
    (tmp_path / "run.tmp" / "events.parquet").write_bytes(b"half")
    assert read_record(write_record(record, tmp_path / "run")).seed == record.seed


def test_the_old_results_stay_until_the_new_ones_are_complete(record, folder, monkeypatch):
    def crash(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("evacsim.results.store._write_tables", crash)
    with pytest.raises(ResultsError, match="No space left on device"):
        write_record(replace(record, seed=99), folder, if_exists="replace")
    assert read_record(folder).seed == record.seed


def test_a_record_without_a_column_is_not_written(record, tmp_path):
    broken = replace(
        record, events=record.events.drop(columns="cause"), ledger=record.ledger.drop(columns="zone")
    )
    with pytest.raises(ResultsError) as caught:
        write_record(broken, tmp_path / "run")
    assert {(issue.file, issue.place) for issue in caught.value.issues} == {
        ("events.parquet", "column cause"),
        ("ledger.parquet", "column zone"),
    }
    assert list(tmp_path.iterdir()) == []


def test_every_damage_is_named_at_once(folder):
    (folder / "ledger.parquet").unlink()
    whole = (folder / "events.parquet").read_bytes()
    (folder / "events.parquet").write_bytes(whole[: len(whole) // 2])
    (folder / "tables" / "links.parquet").write_bytes(b"")
    with pytest.raises(ResultsError) as caught:
        read_record(folder)
    assert rules(caught) == {
        ("ledger.parquet", "is missing"),
        ("events.parquet", "is damaged or is no Parquet file"),
        ("tables/links.parquet", "is damaged or is no Parquet file"),
    }


def test_a_table_in_place_of_another_is_refused(folder):
    (folder / "tables" / "flows.parquet").write_bytes((folder / "tables" / "gauges.parquet").read_bytes())
    with pytest.raises(ResultsError) as caught:
        read_record(folder)
    places = {issue.place for issue in caught.value.issues}
    assert {"column link", "column people", "column gauge"} <= places


def test_results_changed_afterwards_are_refused(record, folder, tmp_path):
    other = write_record(replace(record, ledger=record.ledger.assign(people=1)), tmp_path / "other")
    (folder / "ledger.parquet").write_bytes((other / "ledger.parquet").read_bytes())
    with pytest.raises(ResultsError) as caught:
        read_record(folder)
    assert rules(caught) == {("ledger.parquet", "differs from the digest that was recorded")}


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"format": "evacsim results"}'])
def test_a_damaged_description_is_an_error_and_no_traceback(folder, text):
    (folder / "provenance.json").write_text(text)
    with pytest.raises(ResultsError, match=r"provenance\.json"):
        read_record(folder)


def test_a_later_format_is_refused(folder):
    described = json.loads((folder / "provenance.json").read_text("utf-8")) | {"format_version": 2}
    (folder / "provenance.json").write_text(json.dumps(described))
    with pytest.raises(ResultsError, match="not of version 1"):
        read_record(folder)


def test_a_folder_that_is_not_there_says_so(tmp_path):
    with pytest.raises(ResultsError) as caught:
        read_record(tmp_path / "nowhere")
    assert [issue.rule.en for issue in caught.value.issues] == ["is no folder"]
    assert "不是文件夹" in caught.value.told("zh")


def test_a_folder_that_no_run_wrote_is_named_in_one_line(tmp_path):
    (tmp_path / "notes.txt").write_text("nothing of ours")
    with pytest.raises(ResultsError) as caught:
        read_record(tmp_path)
    assert [issue.file for issue in caught.value.issues] == ["provenance.json"]


def test_many_events_are_written_and_read(record, tmp_path):
    number = 200_000
    events = table(
        pd.DataFrame(
            {
                "seq": np.arange(1, number + 1),
                "time_s": np.arange(number) * 0.1,
                "kind": "told",
                "subject": [f"household/{row}" for row in range(number)],
                "place": "zone/Z1",
                "value": 1.0,
                "cause": pd.array(np.arange(number), dtype="Int64"),
            }
        ),
        EVENTS,
    )
    write_record(replace(record, events=events), tmp_path / "run")
    assert len(read_record(tmp_path / "run").events) == number
