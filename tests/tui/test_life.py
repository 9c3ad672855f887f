"""From the first frame to the last: what is imported, what a bug shows, and how the terminal is left."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from leadtui.errors import LockedError
from leadtui.tui.outside import OSC_LIMIT, can_browse, copy_tool, editor_command, host_of, open_link, osc52
from tests.tui.fake_desk import FakeDesk, make_app, make_lead, sample, screen_text
from tests.tui.test_leads import settled

HEAVY = (
    "textual.widgets._footer", "textual.widgets._header", "textual.widgets._data_table", "textual.widgets._list_view",
    "textual.widgets._markdown", "textual.widgets._text_area", "sqlalchemy", "httpx", "praw", "apscheduler", "structlog",
    "prometheus_client", "leadtui.services", "leadtui.tui.filterbar", "leadtui.tui.screens.editor", "leadtui.domain.query",
)  # fmt: skip


def test_the_first_frame_imports_only_the_light_half() -> None:
    code = f"import sys, leadtui.tui.app; print([name for name in {HEAVY!r} if name in sys.modules])"
    assert (
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout.strip()
        == "[]"
    )


async def test_a_desk_that_cannot_be_opened_ends_with_its_code() -> None:
    app = make_app(sample(3))

    async def refuse() -> object:
        raise LockedError("another process upgrades the database", fix="try again in a minute")

    app._open_desk = refuse  # type: ignore[assignment]
    async with app.run_test() as pilot:
        await settled(pilot)
    assert app.return_code == 6
    assert isinstance(app.failure, LockedError)


async def test_a_crash_shows_one_line_and_no_locals(capsys: pytest.CaptureFixture[str]) -> None:
    app = make_app(sample(3))
    secret = "token-1234"

    def broken() -> None:
        hidden = secret
        raise ZeroDivisionError(hidden[:0])

    async def crash() -> None:
        async with app.run_test() as pilot:
            await settled(pilot)
            app.call_later(broken)
            await pilot.pause(0.2)

    with pytest.raises(ZeroDivisionError):
        await crash()
    assert app.return_code == 1
    printed = capsys.readouterr()
    assert "token-1234" not in printed.out + printed.err
    assert "leadtui stopped because of a bug in it (ZeroDivisionError)" in printed.err


async def test_idle_writes_nothing() -> None:
    app = make_app(sample(30))
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.pause(0.2)
        refreshed: list[object] = []
        for widget in app.screen.walk_children():
            original = widget.refresh

            def count(*regions: object, _original: object = original, **options: object) -> object:
                refreshed.append(_original)
                return _original(*regions, **options)  # type: ignore[operator]

            widget.refresh = count  # type: ignore[method-assign, assignment]
        for _ in range(5):
            app.main._tick()
        assert not refreshed


def test_links_name_the_host_that_the_network_sees() -> None:
    assert host_of("https://www.reddit.com/r/x") == "www.reddit.com"
    assert host_of("https://redd\u0456t.com/") == "xn--reddt-q2e.com"
    assert not open_link("javascript:alert(1)")
    assert not open_link("file:///etc/passwd")
    assert can_browse({"BROWSER": "x"}, "linux")
    assert can_browse({}, "darwin")
    assert not can_browse({}, "linux")


def test_the_clipboard_by_the_terminal() -> None:
    assert osc52("hi", {}) == "\x1b]52;c;aGk=\a"
    assert osc52("hi", {"TMUX": "1"}) == "\x1bPtmux;\x1b\x1b]52;c;aGk=\a\x1b\\"
    assert osc52("x" * OSC_LIMIT, {}) is None


def test_the_clipboard_of_the_desktop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tool = tmp_path / "wl-copy"
    tool.write_text("#!/bin/sh\n", "utf-8")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "platform", "linux")
    assert copy_tool({"WAYLAND_DISPLAY": "w"}) == ["wl-copy"]
    assert copy_tool({"WAYLAND_DISPLAY": "w", "SSH_CONNECTION": "x"}) is None
    assert copy_tool({"DISPLAY": ":0"}) is None
    assert editor_command({"EDITOR": "missing-editor"}) is None
    assert editor_command({"EDITOR": "wl-copy --wait"}) == ["wl-copy", "--wait"]


async def test_copying_says_how(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = FakeDesk([make_lead(1)])
    app = make_app(desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        written: list[str] = []
        assert app._driver is not None
        monkeypatch.setattr(app._driver, "write", written.append)
        await pilot.press("y")
        await settled(pilot)
        assert "address copied by the terminal (OSC 52)" in screen_text(app)
        await pilot.press("Y")
        await settled(pilot)
        assert "title and text copied" in screen_text(app)
        assert sum(text.startswith("\x1b]52;c;") for text in written) == 2
        await pilot.press("o")
        await settled(pilot)
        assert "no browser here; address copied" in screen_text(app)
        desk.leads[1] = make_lead(1, permalink=None)
        await pilot.press("o")
        await settled(pilot)
        assert "this post has no address" in screen_text(app)


PROGRAM = """
import sys
from tests.tui.fake_desk import make_app, sample
app = make_app(sample(30))
app.run()
sys.exit(app.return_code)
"""
LEFT = (b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?1003l", b"\x1b[?2004l")


class Terminal:
    """The dashboard under a pty of its own."""

    def __init__(self, prelude: str = "") -> None:
        self.process, self.master = pty.fork()
        if self.process == 0:
            os.environ.update(TERM="xterm-256color", COLUMNS="100", LINES="30")
            # Whoever runs the tests in the background has these ignored.
            signal.signal(signal.SIGHUP, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            os.execv(sys.executable, [sys.executable, "-c", prelude + PROGRAM])
        self.output = b""

    def read_until(self, needle: bytes) -> None:
        """Read until `needle` was written, or half a minute has passed."""
        for _ in range(300):
            if needle in self.output:
                return
            self.read()
        raise AssertionError(f"{needle!r} never came")

    def read(self) -> None:
        """Read what is there within a tenth of a second."""
        if select.select([self.master], [], [], 0.1)[0]:
            try:
                self.output += os.read(self.master, 65_536)
            except OSError:
                time.sleep(0.1)

    def wait(self) -> int:
        """The exit code; -9 when it would not end."""
        for _ in range(60):
            ended, status = os.waitpid(self.process, os.WNOHANG)
            if ended:
                return os.waitstatus_to_exitcode(status)
            if self.master >= 0:
                self.read()
            else:
                time.sleep(0.1)
        os.kill(self.process, signal.SIGKILL)
        os.waitpid(self.process, 0)
        return -9


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_leaves_the_terminal_as_it_was(number: int) -> None:
    terminal = Terminal()
    terminal.read_until(b"Third month")
    before = len(terminal.output)
    os.kill(terminal.process, number)
    assert terminal.wait() == 128 + number
    for sequence in LEFT:
        assert sequence in terminal.output[before:]
    os.close(terminal.master)


@pytest.mark.parametrize("prelude", ["", "import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN)\n"])
def test_a_vanished_terminal_ends_the_process(prelude: str) -> None:
    terminal = Terminal(prelude)
    terminal.read_until(b"Third month")
    os.close(terminal.master)
    terminal.master = -1
    assert terminal.wait() == 128 + signal.SIGHUP


def test_a_terminal_that_takes_nothing_does_not_hold_the_process() -> None:
    terminal = Terminal()
    terminal.read_until(b"Third month")
    os.set_blocking(terminal.master, False)
    for _ in range(400):
        try:
            os.write(terminal.master, b"jk" * 20)
        except BlockingIOError:
            break
    os.kill(terminal.process, signal.SIGTERM)
    master, terminal.master = terminal.master, -1
    assert terminal.wait() == 128 + signal.SIGTERM
    os.close(master)


async def test_the_status_line_forgets_what_was_said(monkeypatch: pytest.MonkeyPatch) -> None:
    app = make_app(sample(20))
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press("S")
        assert "sorted " in screen_text(app)
        monkeypatch.setattr("leadtui.tui.main.SAID_FOR", 0.0)
        for _ in range(600):
            await pilot.pause(0.05)
            if "sorted " not in screen_text(app):
                break
        assert "sorted " not in screen_text(app)
