"""A clock that stands still, and goldens of whole screens as plain text."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.tui.fake_desk import NOW

GOLDENS = Path(__file__).parent / "goldens"


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: NOW)
    for name in ("TMUX", "DISPLAY", "WAYLAND_DISPLAY", "BROWSER", "NO_COLOR", "SSH_CONNECTION", "SSH_TTY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def golden() -> Callable[[str, str], None]:
    """Compare a screen with the one kept; `WRITE_GOLDENS=yes` keeps new ones."""

    def check(name: str, text: str) -> None:
        path = GOLDENS / f"{name}.txt"
        if os.environ.get("WRITE_GOLDENS") == "yes":
            path.write_text(text + "\n", "utf-8")
        assert text + "\n" == path.read_text("utf-8")

    return check
