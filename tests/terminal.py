"""A terminal to measure programs in: a pty that answers what programs ask, and a record of every byte with its time.

The screen is emulated only afterwards, from the record, so that emulation costs nothing in the times measured.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress

import pyte

ANSWERS = (
    (rb"\x1b\[6n", b"\x1b[1;1R"),
    (rb"\x1b\[c", b"\x1b[?62;22c"),
    (rb"\x1b\[>c", b"\x1b[>0;0;0c"),
    (rb"\x1b\[\?2026\$p", b"\x1b[?2026;2$y"),
    (rb"\x1b\[\?2048\$p", b"\x1b[?2048;0$y"),
    (rb"\x1b\[\?u", b"\x1b[?0u"),
)


class Terminal:
    """A program running in a pseudo-terminal of its own."""

    def __init__(
        self, argv: Sequence[str], *, env: Mapping[str, str] | None = None, columns: int = 120, rows: int = 40
    ) -> None:
        self.columns, self.rows = columns, rows
        self.record: list[tuple[float, bytes]] = []
        """(seconds since exec, bytes) of everything the program wrote."""
        environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", **(env or {})}
        for name in ("TMUX", "COLUMNS", "LINES", "NO_COLOR"):  # of whoever runs us, not of this terminal
            environment.pop(name, None)
        self.started = time.perf_counter()
        self.pid, self.descriptor = pty.fork()
        if self.pid == 0:
            os.chdir("/")
            os.execvpe(argv[0], list(argv), environment)
        self.resize(columns, rows)

    def resize(self, columns: int, rows: int) -> None:
        """Give the terminal another size."""
        self.columns, self.rows = columns, rows
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._emulated = len(self.record)
        fcntl.ioctl(self.descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read(self, seconds: float, *, quiet: float | None = None) -> bytes:
        """Take what the program writes for `seconds`, or until it has been silent for `quiet` seconds."""
        deadline = time.perf_counter() + seconds
        last = time.perf_counter()
        taken: list[bytes] = []
        while (now := time.perf_counter()) < deadline:
            if quiet is not None and taken and now - last > quiet:
                break
            ready, _, _ = select.select([self.descriptor], [], [], min(0.01, deadline - now))
            if not ready:
                continue
            try:
                data = os.read(self.descriptor, 65536)
            except OSError:
                break
            if not data:
                break
            last = time.perf_counter()
            self.record.append((last - self.started, data))
            taken.append(data)
            for question, answer in ANSWERS:
                for _ in re.finditer(question, data):
                    os.write(self.descriptor, answer)
        return b"".join(taken)

    def send(self, keys: bytes) -> float:
        """Type, and return when, in seconds since exec."""
        os.write(self.descriptor, keys)
        return time.perf_counter() - self.started

    def screen(self) -> list[str]:
        """Return the lines on the screen now."""
        for _, data in self.record[self._emulated :]:
            self._stream.feed(_plain(data))
        self._emulated = len(self.record)
        return [line.rstrip() for line in self._screen.display]

    def painted(self, text: str, since: float = 0.0) -> float | None:
        """Return when `text` first stood on the screen at or after `since`, in seconds since exec."""
        emulated = pyte.Screen(self.columns, self.rows)
        stream = pyte.ByteStream(emulated)
        for at, data in self.record:
            stream.feed(_plain(data))
            if at >= since and any(text in line for line in emulated.display):
                return at
        return None

    def memory_mib(self) -> float:
        """Return the memory that the program holds now."""
        with open(f"/proc/{self.pid}/status", encoding="ascii") as status:
            found = re.search(r"VmRSS:\s+(\d+) kB", status.read())
        return int(found[1]) / 1024 if found else 0.0

    def cpu_ms(self) -> float:
        """Return the processor time that the program's threads have used."""
        total = 0
        for task in os.listdir(f"/proc/{self.pid}/task"):
            try:
                with open(f"/proc/{self.pid}/task/{task}/schedstat", encoding="ascii") as schedule:
                    total += int(schedule.read().split()[0])
            except OSError:
                continue
        return total / 1e6

    def close(self) -> None:
        """End the program, whatever it does; quiet when it has ended already."""
        with suppress(OSError):
            for number in (signal.SIGTERM, signal.SIGKILL):
                os.kill(self.pid, number)
                deadline = time.monotonic() + 3
                while time.monotonic() < deadline and not os.waitpid(self.pid, os.WNOHANG)[0]:
                    self.read(0.02)
        with suppress(OSError):
            os.close(self.descriptor)


def _plain(data: bytes) -> bytes:
    """Leave out what the emulator would print as text: kitty's and xterm's private modes with `>` `=` `<` marks."""
    return re.sub(rb"\x1b\[[<=>][0-9;]*[a-zA-Z]|\x1b\[\?[0-9;]*\$p", b"", data)
