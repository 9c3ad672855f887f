"""Logs as they stand on disk and on stderr, whatever is put into them."""

from __future__ import annotations

import json
import logging
import os
import pty
import subprocess
import sys
import threading
import warnings
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadtui.errors import ConfigError, Exit
from leadtui.telemetry import logs
from tests.telemetry.reading import ROOT, python, records


def test_an_event_becomes_one_line_with_its_circumstances(tmp_path: Path) -> None:
    logs.setup(tmp_path, "info", face="cli")
    logs.get("discovery").info("feed polled", feed="r/freelance", posts=12, took=0.5, first=None, ok=True)
    (record,) = records(tmp_path)
    timestamp = record.pop("timestamp")
    assert timestamp.endswith("Z")
    assert timestamp[10] == "T"
    assert record == {
        "level": "info",
        "logger": "discovery",
        "event": "feed polled",
        "pid": os.getpid(),
        "face": "cli",
        "feed": "r/freelance",
        "posts": 12,
        "took": 0.5,
        "first": None,
        "ok": True,
    }


def test_values_cannot_pose_as_circumstances(tmp_path: Path) -> None:
    logs.setup(tmp_path, "info", face="cli")
    logs.get("x").info("renamed", level="critical", pid=1, face="mask", timestamp="yesterday")
    (record,) = records(tmp_path)
    assert (record["level"], record["pid"], record["face"]) == ("info", os.getpid(), "cli")
    assert (record["level_"], record["pid_"], record["face_"]) == ("critical", 1, "mask")


def test_errors_have_a_file_of_their_own(tmp_path: Path) -> None:
    logs.setup(tmp_path, "info", face="cli")
    log = logs.get("x")
    log.debug("too quiet")
    log.warning("odd")
    log.error("broken")
    log.critical("worse")
    assert [record["event"] for record in records(tmp_path)] == ["odd", "broken", "worse"]
    assert [record["event"] for record in records(tmp_path, "error.log")] == ["broken", "worse"]


def test_an_unknown_level_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="loud") as caught:
        logs.setup(tmp_path, "loud", face="cli")
    assert caught.value.code is Exit.USAGE


def test_events_before_setup_and_after_close_go_nowhere(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    log = logs.get("early")
    log.error("lost")
    logs.setup(tmp_path, "info", face="cli")
    log.error("kept")
    logs.close()
    log.error("lost again")
    assert [record["event"] for record in records(tmp_path)] == ["kept"]
    assert capfd.readouterr() == ("", "")


HOSTILE = [
    "line\nfeed",
    "carriage\rreturn\r\n",
    "\x1b[2J\x1b]0;title\x07",
    "\x9b31m c1",
    "\u202etxt.exe\u2066",
    "\u2028\u2029\x85 separators",
    "\x00nul",
    "lone \udc80 surrogate",
    '"}\n{"level":"critical","event":"forged"',
    "[/] [@click=app.quit]x[/]",
    "&#10;&#x1b;[2J",
    "%s %d {0} {x}",
    "\\n\\u000a\\",
    "e" + "\u0301" * 500,
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_inside_its_line(tmp_path: Path, text: str) -> None:
    logs.setup(tmp_path, "info", face="cli")
    log = logs.get("x")
    log.info(
        "as value", text=text, nested={text: [text, {"deep": text}]}, data=text.encode("utf-8", "replace")
    )
    log.info(text)
    log.info("as key", **{text: 1})
    log.error("as exception", exc_info=ValueError(text))
    logging.getLogger(text).error(text)
    logging.getLogger("lib").error("%s", text)
    found = records(tmp_path)
    assert len(found) == 6
    assert [record["level"] for record in found] == ["info", "info", "info", "error", "error", "error"]
    told = json.dumps(found, ensure_ascii=False)
    assert told.isprintable()


class Rude:
    """An object that fails when it is asked what it is."""

    def __str__(self) -> str:
        raise RuntimeError("no")


def test_values_that_json_does_not_know_are_told_in_words(tmp_path: Path) -> None:
    logs.setup(tmp_path, "info", face="cli")
    loop: list[object] = []
    loop.append(loop)
    logs.get("x").info(
        "odd values",
        nan=float("nan"),
        huge=10**5000,
        path=Path("/a/b"),
        rude=Rude(),
        loop=loop,
        many=list(range(1000)),
        long="x" * 10_000,
        error=KeyError("k"),
    )
    logs.get("x").info(Rude())  # type: ignore[arg-type]
    first, second = records(tmp_path)
    assert first["nan"] == "nan"
    assert first["huge"] == f"int of {(10**5000).bit_length()} bits"
    assert first["path"] == "/a/b"
    assert first["rude"] == "<Rude>"
    assert first["many"] == list(range(50))
    assert len(first["long"]) == 1000
    assert first["error"] == {"class": "KeyError", "message": "'k'", "frames": []}
    assert second["event"] == "<Rude>"


def test_a_library_that_logs_badly_is_still_heard(tmp_path: Path) -> None:
    code = """
import logging, sys
from pathlib import Path
from leadtui.telemetry import logs
class Rude:
    def __str__(self):
        raise OSError("no")
logs.setup(Path(sys.argv[1]), "info", face="run")
logging.getLogger("lib").warning("%d", "not a number")
logging.getLogger("lib").warning("%s", Rude())
logging.getLogger("lib").warning(Rude())
"""
    done = python(code, str(tmp_path))
    assert done.returncode == 0
    assert [record["message"] for record in records(tmp_path)] == ["%d", "%s", "<Rude>"]
    assert len(done.stderr.splitlines()) == 3


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner, inner),
)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(), st.dictionaries(st.text().filter(lambda key: key not in ("event", "self")), values))
def test_any_event_is_one_line_of_json(tmp_path: Path, event: str, given_values: dict[str, Any]) -> None:
    (tmp_path / "logs" / "combined.log").unlink(missing_ok=True)
    logs.setup(tmp_path, "info", face="cli")
    logs.get("x").info(event, **given_values)
    (record,) = records(tmp_path)
    assert record["pid"] == os.getpid()


def leak(text: str) -> None:
    secret_local = text
    raise RuntimeError(f"server said {secret_local} to us")


def test_an_exception_tells_class_message_and_frames_but_no_source_and_no_locals(tmp_path: Path) -> None:
    logs.setup(tmp_path, "info", face="cli")
    try:
        try:
            leak("value-of-a-local")
        except RuntimeError as error:
            raise KeyError("outer") from error
    except KeyError:
        logs.get("x").exception("failed")
    (record,) = records(tmp_path, "error.log")
    told = record["exception"]
    assert told["class"] == "KeyError"
    assert told["cause"]["class"] == "RuntimeError"
    assert told["cause"]["message"] == "server said value-of-a-local to us"
    assert [frame.rpartition(":")[2] for frame in told["cause"]["frames"]] == [
        "test_an_exception_tells_class_message_and_frames_but_no_source_and_no_locals",
        "leak",
    ]
    assert all(frame.startswith("tests/telemetry/test_logs.py:") for frame in told["cause"]["frames"])
    assert "secret_local" not in json.dumps(record)
    assert str(ROOT) not in json.dumps(record)


def test_a_bottomless_recursion_keeps_its_innermost_frames(tmp_path: Path) -> None:
    def down(depth: int) -> None:
        down(depth + 1)

    logs.setup(tmp_path, "info", face="cli")
    try:
        down(0)
    except RecursionError:
        logs.get("x").exception("failed")
    frames = records(tmp_path)[0]["exception"]["frames"]
    assert len(frames) == 20
    assert all(frame.endswith("down") for frame in frames)


def test_other_libraries_come_through_the_same_door_and_are_kept_down(tmp_path: Path) -> None:
    logs.setup(tmp_path, "debug", face="cli")
    library = logging.getLogger("some.library")
    library.setLevel(logging.DEBUG)
    library.debug("a comment's body")
    library.info("started")
    library.log(35, "between levels")
    logs.get("own").debug("own detail")
    first, second, third = records(tmp_path)
    assert (first["logger"], first["event"], first["message"]) == (
        "some.library",
        "library message",
        "started",
    )
    assert second["level"] == "warning"
    assert third["event"] == "own detail"
    logs.setup(tmp_path, "info", face="cli")
    library.info("chatter")
    assert len(records(tmp_path)) == 3


def test_warnings_and_dying_threads_are_logged_instead_of_printed(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    logs.setup(tmp_path, "info", face="dashboard")
    warnings.warn("old interface", FutureWarning, stacklevel=1)
    thread = threading.Thread(target=leak, args=("x",))
    thread.start()
    thread.join()
    warning, death = records(tmp_path)
    assert (warning["category"], warning["message"]) == ("FutureWarning", "old interface")
    assert warning["where"].startswith("tests/telemetry/test_logs.py:")
    assert (death["event"], death["exception"]["class"]) == ("thread died", "RuntimeError")
    assert capfd.readouterr() == ("", "")


def test_close_gives_everything_back(tmp_path: Path) -> None:
    def state() -> tuple[object, ...]:
        root = logging.getLogger()
        return (
            root.level,
            tuple(root.handlers),
            warnings.showwarning,
            threading.excepthook,
            sys.unraisablehook,
        )

    before = state()
    logs.setup(tmp_path, "info", face="cli")
    logs.setup(tmp_path, "info", face="cli")
    logs.close()
    assert state() == before


@pytest.mark.parametrize("face", ["dashboard", "cli"])
def test_only_the_service_writes_to_the_screen(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], face: str
) -> None:
    logs.setup(tmp_path, "info", face=face)
    logs.get("x").error("event")
    logging.getLogger("lib").error("event")
    assert len(records(tmp_path)) == 2
    assert capfd.readouterr() == ("", "")


def test_the_service_writes_json_on_a_stderr_that_is_no_terminal(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    logs.setup(tmp_path, "info", face="run")
    logs.get("x").info("event", posts=3)
    out, err = capfd.readouterr()
    assert out == ""
    assert json.loads(err) == records(tmp_path)[0]


def test_the_service_writes_short_lines_on_a_terminal(tmp_path: Path) -> None:
    code = """
import sys
from pathlib import Path
from leadtui.telemetry import logs
logs.register_secret("canary-canary")
logs.setup(Path(sys.argv[1]), "info", face="run")
logs.get("discovery").info("feed polled", feed="r/x\\x1b[2J\\n", posts=3, said="canary-canary is two words")
try:
    1 / 0
except ZeroDivisionError:
    logs.get("discovery").exception("failed")
"""
    ours, theirs = pty.openpty()
    try:
        done = subprocess.run(
            [sys.executable, "-c", code, str(tmp_path)],
            cwd=ROOT,
            stderr=theirs,
            stdout=subprocess.PIPE,
            timeout=60,
        )
        os.close(theirs)
        shown = os.read(ours, 65_536).decode()
    finally:
        os.close(ours)
    assert (done.returncode, done.stdout) == (0, b"")
    first, second, _ = shown.split("\r\n")
    assert first[8:] == 'Z INFO     discovery feed polled feed="r/x␛[2J " posts=3 said="*** is two words"'
    assert second[8:] == "Z ERROR    discovery failed ZeroDivisionError: division by zero"


def test_a_closed_stderr_does_not_disturb(tmp_path: Path) -> None:
    code = """
import os, sys
from pathlib import Path
from leadtui.telemetry import logs
logs.setup(Path(sys.argv[1]), "info", face="run")
reader, writer = os.pipe()
os.dup2(writer, 2)
os.close(reader)
logs.get("x").info("one")
sys.stderr = None
logs.get("x").info("two")
print("alive")
"""
    assert python(code, str(tmp_path)).stdout == "alive\n"
    assert [record["event"] for record in records(tmp_path)] == ["one", "two"]


def test_setup_alone_is_light() -> None:
    code = """
import sys
from leadtui.telemetry import logs
heavy = {"structlog", "rich", "prometheus_client", "http.server", "asyncio"} & set(sys.modules)
print(sorted(heavy))
"""
    assert python(code).stdout == "[]\n"
