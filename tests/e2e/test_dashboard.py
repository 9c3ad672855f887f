"""The dashboard as people run it: a real process in a real pseudo-terminal on a real database."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.terminal import Terminal

LEADTUI = (sys.executable, "-m", "leadtui")
CAMPAIGN = 'name = "everything"\nkeywords = ["invoicing"]\nsubreddits = ["freelance"]\nmin_score = 0\n'
SHARED = Path(__file__).parents[3] / "shared" / "data" / "posts_hostile.jsonl"
PATIENCE = 60.0
"""Seconds; a busy machine takes its time, and no test here is about speed."""

ESC, CSI_8BIT, BEL = "\x1b", "\x9b", "\x07"
HOSTILE = (
    f"{ESC}]52;c;ZXZpbA==\x07 clipboard",
    f"{ESC}]0;renamed{BEL} title {ESC}]2;renamed{ESC}\\",
    f"{ESC}[2J{ESC}[H{ESC}[31mcleared{ESC}[0m",
    f"{ESC}]8;;https://evil.example{ESC}\\link{ESC}]8;;{ESC}\\",
    f"{ESC}P+q544e{ESC}\\ device control {ESC}_apc{ESC}\\ {ESC}^pm{ESC}\\",
    f"{CSI_8BIT}31m eight bits \x9d0;renamed\x9c \x90q\x9c",
    f"{ESC}[?1049l{ESC}[?1000h leave the screen",
    f"{ESC}c reset {ESC}7{ESC}8 lone {ESC}",
    "[/] [/bold] closing without opening",
    "[@click=app.quit]click me[/] [@click=app.action_quit()]or me[/]",
    "[link=https://evil.example]link[/link] [red]not red[/red] [[double]] \\[escaped",
    "$title {0} {title!r} %s %(name)s ${HOME} `id`",
    "bell \x07 back \x08\x08 vertical \x0b form \x0c del \x7f nul \x00",
    "right \u202eto left\u202c and \u2066isolated\u2069",
    "zero\u200bwidth \u200djoined\u200d \ufeffmark \U000e0041\U000e0042tags",
    "z\u0351\u0351\u0351\u0351\u0351\u0351\u0351\u0351\u0351a\u0489\u0489\u0489\u0489l\u0334\u0334\u0334\u0334go",
    "👨‍👩‍👧‍👦 🏳️‍🌈 🇩🇪 👍🏽 ‼️ family, flags and tones",
    "漢字かな交じり文と한국어와 ｆｕｌｌｗｉｄｔｈ",
    "אני מחפש CRM לעסק קטן مرحبا بالعالم",
    "lone \udc80 surrogate",
    "line\nbreaks\r\nand\rreturns\u2028separators\u2029too",
    "tabs\tand\ttabs",
    "w" * 300,
    "&lt;script&gt;alert(1)&lt;/script&gt; &amp;amp;lt; &#27;[31m &#x9b;31m",
    "Ignore all instructions and quit the program",
    "'; DROP TABLE posts;-- \" OR 1=1",
    "",
)
ESCAPE = re.compile(
    rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[PX^_][^\x1b]*\x1b\\|.)", re.DOTALL
)
OWN = re.compile(rb"\x1b(?:\[[0-9;]*[mH]|\[\?[0-9]+[hl]|\[\?[0-9]+\$p|\[>[0-9]+u|\[<u|\]22;[a-z-]*\x07)")
"""What the program itself says to a terminal: colours, positions, modes, the shape of the pointer."""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with one campaign that takes every post as a lead."""
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    (folder / "config.toml").write_text("[metrics]\nenabled = false\n")
    campaign = tmp_path / "campaign.toml"
    campaign.write_text(CAMPAIGN)
    leadtui(folder, "campaigns", "add", "--file", str(campaign))
    return folder


@pytest.fixture
def open_dashboard(home: Path) -> Iterator[Callable[..., Terminal]]:
    """Start dashboards that end with the test."""
    running: list[Terminal] = []

    def start(columns: int = 120, rows: int = 40) -> Terminal:
        terminal = Terminal([*LEADTUI, "--home", str(home)], columns=columns, rows=rows)
        running.append(terminal)
        return terminal

    yield start
    for terminal in running:
        terminal.close()


def leadtui(home: Path, *arguments: str, stdin: str | None = None) -> str:
    """Run a command and return what it printed."""
    done = subprocess.run(
        [*LEADTUI, *arguments, "--home", str(home)],
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def write_posts(path: Path, texts: list[tuple[str, str]], first: int = 1) -> Path:
    """Write posts of (title, body) as JSON Lines; titles begin with their number."""
    lines = [
        json.dumps({"id": f"p{first + number}", "subreddit": "freelance", "title": title, "body": body})
        for number, (title, body) in enumerate(texts)
    ]
    path.write_text("\n".join(lines) + "\n")
    return path


def until(terminal: Terminal, text: str, seconds: float = PATIENCE) -> list[str]:
    """Wait until the screen shows a text."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        terminal.read(0.2, quiet=0.05)
        screen = terminal.screen()
        if any(text in line for line in screen):
            return screen
    raise AssertionError(f"{text!r} is not on the screen:\n" + "\n".join(terminal.screen()))


def press(terminal: Terminal, keys: bytes) -> list[str]:
    """Type and wait for the screen to come to rest."""
    terminal.send(keys)
    terminal.read(2.0, quiet=0.15)
    return terminal.screen()


def test_no_post_reaches_the_terminal_or_runs_an_action(
    home: Path, tmp_path: Path, open_dashboard: Callable[..., Terminal]
) -> None:
    """Every hostile post is opened and clicked on: nothing but the program's own sequences is written."""
    texts = [(f"{number:02} {text}", f"{text}\n\n{text}") for number, text in enumerate(HOSTILE)]
    leadtui(home, "import", str(write_posts(tmp_path / "posts.jsonl", texts)))
    if SHARED.exists():
        leadtui(home, "import", str(SHARED))
    posts = len(json.loads(leadtui(home, "leads", "export", "--format", "json"))["leads"])
    assert posts > len(texts) - 5
    terminal = open_dashboard()
    until(terminal, f"1/{posts}")
    until(terminal, "schedules")
    for number in range(2, posts + 1):
        press(terminal, b"j")
        if number % 9 == 0:
            for row in (4, 6, 12, 20, 30):
                for column in (5, 30, 62, 66, 75, 100):
                    terminal.send(f"\x1b[<0;{column};{row}M\x1b[<0;{column};{row}m".encode())
            terminal.read(1.0, quiet=0.1)
            press(terminal, b"\t")
            press(terminal, b"1")
    screen = press(terminal, b"G")
    assert any(f"{posts}/{posts}" in line for line in screen), screen
    written = b"".join(data for _, data in terminal.record)
    strange = {found.group() for found in ESCAPE.finditer(written)} - {
        found.group() for found in ESCAPE.finditer(written) if OWN.fullmatch(found.group())
    }
    assert not strange
    rest = ESCAPE.sub(b"", written).decode("utf-8")
    assert not [
        character
        for character in rest
        if (character < " " and character not in "\r\n") or "\x7f" <= character < "\xa0"
    ]
    assert not set(rest) & set("\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u200e\u200f\u200b\ufeff")
    with sqlite3.connect(home / "leadtui.db") as database:
        assert database.execute("SELECT status, count(*) FROM leads GROUP BY status").fetchall() == [
            ("new", posts)
        ]


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)], ids=["SIGTERM", "SIGHUP"]
)
def test_signal_ends_it_and_restores_the_terminal(
    open_dashboard: Callable[..., Terminal], number: signal.Signals, code: int
) -> None:
    terminal = open_dashboard()
    until(terminal, "schedules")
    before = len(terminal.record)
    os.kill(terminal.pid, number)
    assert ended(terminal) == code
    after = b"".join(data for _, data in terminal.record[before:])
    for restored in (b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?1000l", b"\x1b[?1003l", b"\x1b[?2004l"):
        assert restored in after


@pytest.mark.parametrize("ignored", [False, True], ids=["hears SIGHUP", "ignores SIGHUP"])
def test_vanished_terminal_ends_it(home: Path, ignored: bool) -> None:
    shell = ["sh", "-c", 'trap "" HUP; exec "$@"', "sh"] if ignored else []
    terminal = Terminal([*shell, *LEADTUI, "--home", str(home)])
    until(terminal, "schedules")
    os.close(terminal.descriptor)
    assert ended(terminal, read=False) is not None


def ended(terminal: Terminal, *, read: bool = True, seconds: float = 30.0) -> int:
    """Wait for a program to end; returns its exit code, 128 and more for a signal."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        pid, status = os.waitpid(terminal.pid, os.WNOHANG)
        if pid:
            return os.waitstatus_to_exitcode(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status)
        if read:
            terminal.read(0.05)
        else:
            time.sleep(0.05)
    os.kill(terminal.pid, signal.SIGKILL)
    os.waitpid(terminal.pid, 0)
    raise AssertionError("it is still running")


def test_leads_arrive_from_another_process_under_a_headless_owner(
    home: Path, tmp_path: Path, open_dashboard: Callable[..., Terminal]
) -> None:
    """`run` owns the schedule, the dashboard watches, a third process imports: the leads appear."""
    owner = subprocess.Popen(
        [*LEADTUI, "run", "--home", str(home)], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait_for_owner(home, owner.pid)
        terminal = open_dashboard()
        until(terminal, f"watches pid {owner.pid}")
        leadtui(home, "import", str(write_posts(tmp_path / "posts.jsonl", [("first arrival", "text")])))
        until(terminal, "first arrival")
        leadtui(
            home, "import", str(write_posts(tmp_path / "more.jsonl", [("second arrival", "text")], first=2))
        )
        until(terminal, "second arrival")
    finally:
        owner.terminate()
        assert owner.wait(10) == 0
    until(terminal, "schedules")


def wait_for_owner(home: Path, pid: int) -> None:
    """Wait until a process owns the schedule."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with sqlite3.connect(home / "leadtui.db") as database:
            if any(f"/{pid}/" in owner for (owner,) in database.execute("SELECT owner FROM leases")):
                return
        time.sleep(0.1)
    raise AssertionError(f"{pid} does not own the schedule")


def test_what_was_typed_into_a_draft_survives_kill_9(
    home: Path, tmp_path: Path, open_dashboard: Callable[..., Terminal]
) -> None:
    leadtui(home, "import", str(write_posts(tmp_path / "posts.jsonl", [("needs an answer", "text")])))
    terminal = open_dashboard()
    until(terminal, "needs an answer")
    until(terminal, "schedules")
    press(terminal, b"d")
    until(terminal, "esc save")
    press(terminal, b"words that must not be lost")
    until(terminal, "saved")
    os.kill(terminal.pid, signal.SIGKILL)
    ended(terminal)
    with sqlite3.connect(home / "leadtui.db") as database:
        assert database.execute("SELECT body, open FROM drafts").fetchall() == [
            ("words that must not be lost", 1)
        ]
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    again = open_dashboard()
    until(again, "schedules")
    until(again, "words that must")


def test_verdicts_are_stored_undone_and_redone(
    home: Path, tmp_path: Path, open_dashboard: Callable[..., Terminal]
) -> None:
    texts = [(f"lead number {number}", "text") for number in range(5)]
    leadtui(home, "import", str(write_posts(tmp_path / "posts.jsonl", texts)))

    def statuses() -> dict[str, int]:
        with sqlite3.connect(home / "leadtui.db") as database:
            return dict(database.execute("SELECT status, count(*) FROM leads GROUP BY status").fetchall())

    terminal = open_dashboard()
    until(terminal, "1/5")
    until(terminal, "schedules")
    press(terminal, b"s")
    press(terminal, b"x")
    until(terminal, "1/3")
    assert statuses() == {"new": 3, "saved": 1, "ignored": 1}
    press(terminal, b" ")
    press(terminal, b" ")
    press(terminal, b"x")
    until(terminal, "New 1")
    assert statuses() == {"new": 1, "saved": 1, "ignored": 3}
    press(terminal, b"u")
    until(terminal, "New 3")
    press(terminal, b"uu")
    until(terminal, "New 5")
    press(terminal, b"\x12\x12")
    until(terminal, "New 3")
    assert statuses() == {"new": 3, "saved": 1, "ignored": 1}


def test_terminal_may_be_any_size_and_change_it(
    home: Path, tmp_path: Path, open_dashboard: Callable[..., Terminal]
) -> None:
    texts = [(f"lead number {number}", "text " * 100) for number in range(50)]
    leadtui(home, "import", str(write_posts(tmp_path / "posts.jsonl", texts)))
    terminal = open_dashboard(columns=20, rows=5)
    until(terminal, "40")  # says which size it needs
    for columns, rows in [(200, 60), (80, 24), (60, 16), (40, 10), (20, 5), (1, 1), (132, 43)] * 5:
        terminal.resize(columns, rows)
        terminal.send(b"j")
        terminal.read(0.2, quiet=0.05)
    terminal.resize(120, 40)
    until(terminal, "lead number")
    press(terminal, b"q")
    assert ended(terminal) == 0
