"""Completeness alone: tests of it do not change when other layers find more."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from evacsim.plan import examining


@contextmanager
def completeness_alone() -> Iterator[None]:
    """Let `examine` look at completeness only."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(examining, "checked", lambda workings: [])
        yield
