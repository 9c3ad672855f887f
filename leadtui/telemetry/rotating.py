"""An append-only log file that several processes may write and rotate at once."""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from pathlib import Path


class RotatingFile:
    """Whole lines into `path`, renamed to `path.1` … `path.N` when it would pass `max_bytes`.

    Nothing here raises for the disk's sake or waits for another process: a line that cannot be written is dropped,
    and while another process rotates (or was stopped in doing so) lines go on into the present file.
    """

    def __init__(self, path: Path, max_bytes: int, backups: int) -> None:
        self._path = str(path)
        self._max_bytes = max_bytes
        self._backups = backups
        self._fd = -1
        self._identity = (0, 0)
        self._mend = True

    def write(self, line: bytes) -> None:
        """Append one line, its line feed included, in one system call."""
        try:
            size = self._open_current()
            if size and size + len(line) > self._max_bytes:
                with suppress(OSError):
                    self._rotate()
                self._open_current()
            if os.write(self._fd, line) < len(line):
                self._mend = True
                self.close()
        except OSError:
            self.close()

    def close(self) -> None:
        if self._fd >= 0:
            with suppress(OSError):
                os.close(self._fd)
            self._fd = -1

    def _open_current(self) -> int:
        """Make sure that the descriptor is the file now called `path`; return its size in bytes."""
        if self._fd >= 0:
            with suppress(FileNotFoundError):
                status = os.stat(self._path)
                if (status.st_dev, status.st_ino) == self._identity:
                    return status.st_size
            self.close()
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        try:
            self._fd = os.open(self._path, flags, 0o600)
        except FileNotFoundError:
            # Only the last directory: a home that was thrown away must not come back for the sake of its log.
            os.mkdir(os.path.dirname(self._path), 0o700)
            self._fd = os.open(self._path, flags, 0o600)
        os.fchmod(self._fd, 0o600)
        status = os.fstat(self._fd)
        self._identity = (status.st_dev, status.st_ino)
        size = status.st_size
        if self._mend and size and os.pread(self._fd, 1, size - 1) != b"\n":
            # A full disk or a kill tore the last line; the next one must not be glued to it.
            size += os.write(self._fd, b"\n")
        self._mend = False
        return size

    def _rotate(self) -> None:
        lock = os.open(f"{self._path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            status = os.stat(self._path)
            if (status.st_dev, status.st_ino) != self._identity:
                return
            free = 1
            while free < self._backups and os.path.exists(f"{self._path}.{free}"):
                free += 1
            for number in range(free, 1, -1):
                os.replace(f"{self._path}.{number - 1}", f"{self._path}.{number}")
            os.replace(self._path, f"{self._path}.1")
        finally:
            os.close(lock)
