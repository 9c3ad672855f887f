"""The terminal's end: signals, a terminal that is gone, and a process that must not outlive either."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import IO, Any

DEADLINE = 2.5
"""Seconds that the dashboard has for leaving in good order after a signal; then it leaves anyway."""
_RESTORE = (
    b"\x1b[?2004l\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?1004l\x1b[<u\x1b[?1049l\x1b[?25h\x1b[?7h"
)


class Lifeline:
    """Ends the dashboard on SIGTERM, SIGHUP, SIGINT or when its terminal is gone, with the terminal restored."""

    def __init__(self, leave: Callable[[int], None]) -> None:
        self._leave = leave
        self._before: dict[int, Any] = {}
        self._modes: list[Any] | None = None
        self._ending = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self.terminal: IO[str] | None = sys.__stdin__

    def hold(self) -> None:
        """Begin to listen; called before the terminal is changed, on the main thread."""
        if threading.current_thread() is not threading.main_thread():
            return
        self._loop = asyncio.get_running_loop()
        self._modes = _modes(self.terminal)
        for name in ("SIGTERM", "SIGHUP", "SIGINT"):
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
                self._before[number] = signal.signal(number, self._on_signal)

    def release(self) -> None:
        """Stop listening."""
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._before.clear()

    def check(self) -> None:
        """Leave when the terminal is gone: asked once a second, because SIGHUP may be ignored."""
        if self._modes is not None and not has_terminal(self.terminal):
            self.end(128 + int(getattr(signal, "SIGHUP", 1)))

    def end(self, code: int) -> None:
        """Leave in good order, and by force when that takes too long."""
        if self._ending:
            return
        self._ending = True
        deadline = threading.Timer(DEADLINE, self._force, (code,))
        deadline.daemon = True
        deadline.start()
        if self._loop is not None:
            # A signal interrupts the loop's wait without ending it; this wakes it.
            self._loop.call_soon_threadsafe(self._leave, code)

    def _on_signal(self, number: int, frame: object) -> None:
        self.end(128 + number)

    def _force(self, code: int) -> None:
        """Restore the terminal without the event loop, which may be stuck writing to it, and end the process."""
        if has_terminal(self.terminal) and self.terminal is not None:
            import termios

            number = self.terminal.fileno()
            os.set_blocking(number, False)
            try:
                os.write(number, _RESTORE)
                if self._modes is not None:
                    termios.tcsetattr(number, termios.TCSANOW, self._modes)
            except (OSError, termios.error):
                os._exit(code)
        os._exit(code)


def has_terminal(file: IO[str] | None) -> bool:
    """Whether `file` is a terminal that is still there."""
    try:
        return file is not None and os.isatty(file.fileno())
    except (OSError, ValueError):
        return False


def _modes(file: IO[str] | None) -> list[Any] | None:
    if sys.platform == "win32" or not has_terminal(file) or file is None:
        return None
    import termios

    try:
        return termios.tcgetattr(file.fileno())
    except termios.error:
        return None
