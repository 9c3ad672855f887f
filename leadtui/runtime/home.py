"""The folder everything lives in, and who else is using it."""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path

from leadtui.errors import StorageError

try:
    import fcntl
except ImportError:  # Windows has no flock: every process then believes that it is not alone
    fcntl = None  # type: ignore[assignment]


def prepare(home: Path) -> None:
    """Create home for its owner alone and make every file of this process private to them."""
    os.umask(0o077)
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        mode = home.stat().st_mode
        if mode & stat.S_ISVTX and _belongs_to_others(home):
            raise StorageError("home is a shared folder", where=str(home), fix="give --home a folder in it")
        if mode & 0o077:
            home.chmod(0o700)
    except OSError as error:
        raise StorageError(
            f"home cannot be used ({error.strerror})",
            where=str(home),
            fix="mend it or choose another with --home",
        ) from None
    if not os.access(home, os.W_OK | os.X_OK):
        raise StorageError(
            "home is not writable", where=str(home), fix="mend its permissions or choose another with --home"
        )


def _belongs_to_others(home: Path) -> bool:
    """Whether things are in it already, and none of them is ours: /tmp, say, which must stay open to all."""
    names = set(os.listdir(home))
    return bool(names) and not names & {"config.toml", "leadtui.db", "logs"}


class Presence:
    """A mark that this process uses a home; the system removes it however the process ends."""

    def __init__(self, home: Path) -> None:
        self._descriptor: int | None = None
        self.alone = False
        """Whether nobody else used the home when this process came."""
        if fcntl is None:
            return
        with contextlib.suppress(OSError):
            self._descriptor = os.open(home / ".in-use", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            self.alone = self._lock(fcntl.LOCK_EX)
            self._lock(fcntl.LOCK_SH)

    def is_last(self) -> bool:
        """Whether nobody else uses the home now."""
        if self._descriptor is None or fcntl is None:
            return False
        last = self._lock(fcntl.LOCK_EX)
        self._lock(fcntl.LOCK_SH)
        return last

    def leave(self) -> None:
        """Take the mark away."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _lock(self, kind: int) -> bool:
        """Take a lock; the shared one waits, because whoever has the other one has it for an instant only."""
        assert self._descriptor is not None  # noqa: S101 - for the type checker
        try:
            fcntl.flock(self._descriptor, kind | (fcntl.LOCK_NB if kind == fcntl.LOCK_EX else 0))
        except OSError:
            return False
        return True
