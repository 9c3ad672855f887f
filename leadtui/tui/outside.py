"""Browser, clipboard and editor: the programs beside the terminal."""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

OSC_LIMIT = 74_994
"""Characters of base64 that the strictest common terminals take in one OSC 52."""
_TIMEOUT = 2.0


def host_of(link: str) -> str:
    """The host of an address as the network will see it: look-alike letters become visible."""
    host = urlsplit(link).hostname or "?"
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return ascii(host)


def can_browse(environment: Mapping[str, str] | None = None, platform: str = sys.platform) -> bool:
    """Whether a browser can open beside the terminal; a text browser would open on top of the dashboard."""
    environment = os.environ if environment is None else environment
    if platform in ("darwin", "win32") or environment.get("BROWSER"):
        return True
    return bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))


def open_link(link: str) -> bool:
    """Open an address in the browser; only http and https. Blocks: for a thread."""
    import webbrowser

    if urlsplit(link).scheme not in ("http", "https"):
        return False
    try:
        return webbrowser.open(link)
    except (webbrowser.Error, OSError):
        return False


def osc52(text: str, environment: Mapping[str, str]) -> str | None:
    """The sequence that asks the terminal to copy `text`, wrapped for tmux; None when it is too long."""
    encoded = base64.b64encode(text.encode("utf-8", "replace")).decode("ascii")
    if len(encoded) > OSC_LIMIT:
        return None
    sequence = f"\x1b]52;c;{encoded}\a"
    if environment.get("TMUX"):
        return "\x1bPtmux;" + sequence.replace("\x1b", "\x1b\x1b") + "\x1b\\"
    return sequence


def copy_tool(environment: Mapping[str, str]) -> list[str] | None:
    """The command of the desktop's own clipboard, when the desktop is this one and not one over ssh."""
    if environment.get("SSH_CONNECTION") or environment.get("SSH_TTY"):
        return None
    candidates: list[tuple[bool, list[str]]] = [
        (sys.platform == "darwin", ["pbcopy"]),
        (bool(environment.get("WAYLAND_DISPLAY")), ["wl-copy"]),
        (bool(environment.get("DISPLAY")), ["xclip", "-selection", "clipboard"]),
    ]
    return next((command for fits, command in candidates if fits and shutil.which(command[0])), None)


def run_copy_tool(command: list[str], text: str) -> bool:
    """Give `text` to the desktop's clipboard. Blocks: for a thread."""
    try:
        done = subprocess.run(  # noqa: S603
            command,
            input=text.encode("utf-8", "replace"),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_TIMEOUT,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def editor_command(environment: Mapping[str, str]) -> list[str] | None:
    """The user's editor as an argument list."""
    import shlex

    for name in ("VISUAL", "EDITOR"):
        if environment.get(name):
            try:
                command = shlex.split(environment[name])
            except ValueError:
                continue
            if command and shutil.which(command[0]):
                return command
    return next(([name] for name in ("nano", "vi") if shutil.which(name)), None)


def write_private(folder: Path, text: str) -> Path:
    """Write a file for the editor that nobody else can read."""
    import tempfile

    number, name = tempfile.mkstemp(prefix="draft-", suffix=".md", dir=folder)
    with os.fdopen(number, "w", encoding="utf-8") as file:
        file.write(text)
    return Path(name)
