"""Structured logs: one JSON line per event in home, secrets masked by value, never an error for the disk's sake.

Events are constants; outside text is only ever a value. Loading this module and `setup` is cheap; `get` loads structlog
(which in turn loads rich), so modules on the start-up path call it inside functions.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import threading
import warnings
from collections.abc import Callable, MutableMapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TextIO, cast

from leadtui.errors import ConfigError
from leadtui.telemetry.masking import mask, mask_json, register_secret
from leadtui.telemetry.records import (
    Plain,
    current_exception,
    plain,
    plain_exception,
    plain_item,
    plain_text,
    short_path,
    spoken,
)
from leadtui.telemetry.rotating import RotatingFile

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger

__all__ = ["close", "get", "mask", "register_secret", "setup"]

LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40, "critical": 50}
MAX_BYTES = 5 * 1024 * 1024
"""Size at which a log file is put aside."""
BACKUPS = 3
"""Files kept beside the present one."""

_RESERVED = ("timestamp", "level", "logger", "event", "pid", "face", "exception")
_VALUES = 50
"""Values kept of one event."""


class _Door:
    """Where every record of this process leaves it: two files and, headless, stderr."""

    def __init__(self, home: Path, level: int, face: str, max_bytes: int, backups: int) -> None:
        self.level = level
        self._face = face
        self._lock = threading.RLock()
        self._combined = RotatingFile(home / "logs" / "combined.log", max_bytes, backups)
        self._errors = RotatingFile(home / "logs" / "error.log", max_bytes, backups)

    def write(self, level: str, logger: str, event: str, values: MutableMapping[str, object]) -> None:
        number = LEVELS[level]
        if number < self.level:
            return
        record = self._record(level, logger, event, values)
        line = mask_json(json.dumps(record))
        data = f"{line}\n".encode()
        with self._lock:
            self._combined.write(data)
            if number >= LEVELS["error"]:
                self._errors.write(data)
            if self._face == "run":
                _write_stderr(line, record)

    def _record(
        self, level: str, logger: str, event: str, values: MutableMapping[str, object]
    ) -> dict[str, Plain]:
        error = current_exception(values.pop("exc_info", None))
        record: dict[str, Plain] = {
            "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": level,
            "logger": plain_text(logger),
            "event": plain_text(event),
            "pid": plain(os.getpid()),
            "face": self._face,
        }
        for _, (key, value) in zip(range(_VALUES), values.items(), strict=False):
            name = plain_text(key)
            record[f"{name}_" if name in _RESERVED else name] = plain_item(name, value)
        if error is not None:
            record["exception"] = plain_exception(error)
        return record

    def close(self) -> None:
        with self._lock:
            self._combined.close()
            self._errors.close()


_door: _Door | None = None
_restore: list[Callable[[], None]] = []


def setup(home: Path, level: str, *, face: str, max_bytes: int = MAX_BYTES, backups: int = BACKUPS) -> None:
    """Send this process's events to `home/logs`; `face` is `dashboard`, `run` or `cli`.

    Only `run` also writes to stderr: short lines on a terminal, JSON otherwise. Called again, it starts afresh.
    """
    global _door
    number = LEVELS.get(level)
    if number is None:
        raise ConfigError(
            f'unknown level "{level}"', where="[log] level", fix=f"use one of {', '.join(LEVELS)}"
        )
    close()
    with suppress(OSError):
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        (home / "logs").mkdir(mode=0o700, exist_ok=True)
    _door = _Door(home, number, face, max_bytes, backups)
    _take_over_logging(logging.INFO if number < LEVELS["info"] else max(number, logging.WARNING))
    _take_over_warnings()
    _take_over_stray_exceptions()


def close() -> None:
    """Close the files and give stdlib logging, warnings and hooks back; later events go nowhere."""
    global _door
    door, _door = _door, None
    while _restore:
        _restore.pop()()
    if door is not None:
        door.close()


def get(name: str) -> FilteringBoundLogger:
    """Return a structlog logger whose events carry `name`; before `setup` they go nowhere."""
    import structlog

    if not structlog.is_configured():
        structlog.configure(
            processors=[_deliver],
            wrapper_class=structlog.make_filtering_bound_logger(logging.NOTSET),
            logger_factory=_Named,
            cache_logger_on_first_use=False,
        )
    return cast("FilteringBoundLogger", structlog.get_logger(name))


class _Named:
    """What structlog wraps: it only has to know its name, because `_deliver` is where events end."""

    def __init__(self, name: str = "") -> None:
        self.name = name


def _deliver(logger: _Named, method: str, values: MutableMapping[str, Any]) -> NoReturn:
    import structlog

    door = _door
    if door is not None:
        level = {"exception": "error", "warn": "warning", "fatal": "critical"}.get(method, method)
        event = spoken(values.pop("event", ""))
        door.write(level if level in LEVELS else "info", logger.name, event, values)
    raise structlog.DropEvent


def _emit(level: str, logger: str, event: str, values: MutableMapping[str, object]) -> None:
    door = _door
    if door is not None:
        door.write(level, logger, event, values)


class _StdlibHandler(logging.Handler):
    """Other libraries' records, through the same door."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            message = record.getMessage()
        except Exception:  # whatever a foreign format string or __str__ raises
            message = spoken(record.msg)
        level = next((name for name, number in reversed(LEVELS.items()) if record.levelno >= number), "debug")
        values: dict[str, object] = {"message": message}
        if record.exc_info:
            values["exc_info"] = record.exc_info
        _emit(level, record.name, "library message", values)


def _take_over_logging(level: int) -> None:
    root = logging.getLogger()
    handler = _StdlibHandler(level)
    before = root.level
    root.addHandler(handler)
    root.setLevel(level)

    def restore() -> None:
        root.removeHandler(handler)
        root.setLevel(before)

    _restore.append(restore)


def _take_over_warnings() -> None:
    before = warnings.showwarning

    def show(
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        _emit(
            "warning",
            "warnings",
            "library warning",
            {
                "category": category.__name__,
                "message": spoken(message),
                "where": f"{short_path(filename)}:{lineno}",
            },
        )

    warnings.showwarning = show

    def restore() -> None:
        warnings.showwarning = before

    _restore.append(restore)


def _take_over_stray_exceptions() -> None:
    """A thread that dies, or a finaliser that fails, would print its traceback across the dashboard."""
    thread_hook, finaliser_hook = threading.excepthook, sys.unraisablehook

    def in_thread(args: threading.ExceptHookArgs) -> None:
        if not isinstance(args.exc_value, SystemExit):
            _emit("error", "threads", "thread died", {"exc_info": args.exc_value})

    def in_finaliser(args: sys.UnraisableHookArgs) -> None:
        _emit("error", "python", "finaliser failed", {"exc_info": args.exc_value})

    threading.excepthook, sys.unraisablehook = in_thread, in_finaliser

    def restore() -> None:
        threading.excepthook, sys.unraisablehook = thread_hook, finaliser_hook

    _restore.append(restore)


def _write_stderr(line: str, record: dict[str, Plain]) -> None:
    with suppress(OSError, ValueError, AttributeError):
        text = _readable(record) if sys.stderr.isatty() else line
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()


def _readable(record: dict[str, Plain]) -> str:
    """`12:03:11Z INFO    discovery polled feed=r/freelance posts=12`"""
    parts = [f"{str(record['timestamp'])[11:19]}Z", f"{record['level']!s:<8}".upper(), str(record["logger"])]
    parts.append(str(record["event"]))
    for key, value in record.items():
        if key == "exception" and isinstance(value, dict):
            parts.append(f"{value['class']}: {value['message']}")
        elif key not in _RESERVED:
            shown = value if isinstance(value, str) else json.dumps(value)
            parts.append(f"{key}={json.dumps(shown, ensure_ascii=False) if ' ' in shown else shown}")
    return mask(" ".join(part for part in parts if part))
