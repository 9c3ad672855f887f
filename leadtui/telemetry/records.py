"""What a log record may hold: plain values of bounded size, cleaned and masked; exceptions without locals or source."""

from __future__ import annotations

import math
import sys
from collections import deque
from types import TracebackType

from leadtui.telemetry.masking import MASK, mask, names_a_secret
from leadtui.text import clean_line

_READ = 65_536
"""Characters of a value that are looked at; far more than are kept, so that a secret is masked before it is cut."""
_ITEMS = 50
"""Entries kept of a list or mapping."""
_DEPTH = 4
_FRAMES = 20
"""Frames kept of a traceback, the innermost."""
_CAUSES = 3
"""Exceptions told behind an exception, and of a group at each level."""
_LARGEST_INT = 2**63

Plain = str | int | float | bool | None | list["Plain"] | dict[str, "Plain"]


def plain_text(text: str) -> str:
    """Return outside text on one line, cleaned, masked both before it can be cut and after it was decoded."""
    masked = mask(text[:_READ])
    cleaned = clean_line(masked)
    return cleaned if cleaned == masked else mask(cleaned)


def plain(value: object, depth: int = _DEPTH) -> Plain:
    """Return `value` as JSON can hold it."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        text = str(int(value)) if abs(value) < _LARGEST_INT else f"int of {value.bit_length()} bits"
        return int(value) if mask(text) == text and abs(value) < _LARGEST_INT else mask(text)
    if isinstance(value, float):
        text = str(float(value))
        return float(value) if math.isfinite(value) and mask(text) == text else mask(text)
    if isinstance(value, str):
        return plain_text(value)
    if isinstance(value, (bytes, bytearray)):
        return plain_text(bytes(value[:_READ]).decode("utf-8", "replace"))
    if isinstance(value, BaseException):
        return plain_exception(value)
    if depth and isinstance(value, dict):
        return _plain_dict(value, depth - 1)
    if depth and isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item, depth - 1) for item in tuple(value)[:_ITEMS]]
    return plain_text(spoken(value))


def plain_item(key: str, value: object, depth: int = _DEPTH) -> Plain:
    """Return `value` as `plain` does, or the mask when its name alone says that it is a secret."""
    if value and not isinstance(value, bool) and names_a_secret(key):
        return MASK
    return plain(value, depth)


def _plain_dict(values: dict[object, object], depth: int) -> dict[str, Plain]:
    shown: dict[str, Plain] = {}
    for key, value in tuple(values.items())[:_ITEMS]:
        name = plain_text(spoken(key))
        shown[name] = plain_item(name, value, depth)
    return shown


def spoken(value: object) -> str:
    """Return `str(value)`, or the name of its class when its own method fails: a log line must not."""
    try:
        return str(value)
    except Exception:  # whatever a foreign __str__ raises
        return f"<{type(value).__name__}>"


def plain_exception(error: BaseException, depth: int = _CAUSES) -> dict[str, Plain]:
    """Return class, message and frames (`file:line:function`) of `error`, and of what caused it."""
    kind = type(error)
    shown: dict[str, Plain] = {
        "class": plain_text(f"{kind.__module__}.{kind.__qualname__}".removeprefix("builtins.")),
        "message": plain_text(spoken(error)),
        "frames": list(_frames(error.__traceback__)),
    }
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None and depth:
        shown["cause"] = plain_exception(cause, depth - 1)
    if isinstance(error, BaseExceptionGroup) and depth:
        shown["group"] = [plain_exception(inner, depth - 1) for inner in error.exceptions[:_CAUSES]]
    return shown


def current_exception(exc_info: object) -> BaseException | None:
    """Return the exception that `exc_info` means in a log call: one, a triple of `sys.exc_info()`, or True."""
    if isinstance(exc_info, BaseException):
        return exc_info
    if isinstance(exc_info, tuple) and len(exc_info) == 3 and isinstance(exc_info[1], BaseException):
        return exc_info[1]
    return sys.exc_info()[1] if exc_info else None


def _frames(traceback: TracebackType | None) -> deque[Plain]:
    frames: deque[Plain] = deque(maxlen=_FRAMES)
    while traceback is not None:
        code = traceback.tb_frame.f_code
        frames.append(plain_text(f"{short_path(code.co_filename)}:{traceback.tb_lineno}:{code.co_qualname}"))
        traceback = traceback.tb_next
    return frames


def short_path(path: str) -> str:
    """Return the end of a source path: enough to find the file, without the machine's user and folders."""
    parts = path.replace("\\", "/").split("/")
    return "/".join(parts[-3:])
