"""Fuzhou: 300,000 people on 34,056 links; the notebook itself asserts that everybody is accounted for."""

import pytest

from tests.cases.notebooks import run_notebook


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_notebook_runs(data_dir, tmp_path):
    run_notebook("fuzhou", tmp_path, then="(kept / 'digest').write_text(run.digest())")
    assert len((tmp_path / "digest").read_text(encoding="utf-8")) == 64
