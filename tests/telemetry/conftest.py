"""Logging is the whole process's: every test gives it back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from leadtui.telemetry import logs


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    logs.close()
