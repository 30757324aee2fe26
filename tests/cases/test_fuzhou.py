"""Fuzhou: 34,056 links; the notebook itself asserts that everybody is accounted for.

It is run with 40 of its 300 zones, that is 40,000 people: all its steps, and a sixth of the time. All 300,000 are in
`benchmarks/cases.py`, and whoever opens the notebook has them.
"""

import pytest

from tests.cases.notebooks import run_notebook

ZONES = 40


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_notebook_runs(data_dir, tmp_path, monkeypatch):
    monkeypatch.setenv("EVACSIM_FUZHOU_ZONES", str(ZONES))
    found = "f'{run.digest()} {run.record.population} {len(run.record.tables[\"zones\"])}'"
    run_notebook("fuzhou", tmp_path, then=f"(kept / 'found').write_text({found})")
    digest, people, zones = (tmp_path / "found").read_text(encoding="utf-8").split()
    assert len(digest) == 64
    assert (int(people), int(zones)) == (1000 * ZONES, ZONES)
