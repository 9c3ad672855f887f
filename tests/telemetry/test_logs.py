"""Logs as they stand on disk and on stderr, whatever is put into them."""

from __future__ import annotations

import json
import logging
import os
import pty
import resource
import stat
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadtui.errors import ConfigError, Exit
from leadtui.telemetry import logs

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    logs.close()


def records(home: Path, name: str = "combined.log") -> list[dict[str, Any]]:
    """Every line of a log, each of which must be one JSON object of printable ASCII."""
    data = (home / "logs" / name).read_bytes()
    assert data.endswith(b"\n")
    lines = data.decode("ascii").split("\n")[:-1]
    assert all(line.isprintable() for line in lines)
    return [json.loads(line) for line in lines]


def python(code: str, *args: str, **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *args], cwd=ROOT, capture_output=True, text=True, timeout=60, **options
    )


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


def test_files_are_for_the_owner_only_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        home = tmp_path / "home"
        logs.setup(home, "info", face="cli", max_bytes=200)
        for number in range(5):
            logs.get("x").error("event", number=number)
    finally:
        os.umask(before)
    found = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (home / "logs").iterdir()}
    assert {"combined.log", "combined.log.1", "error.log", "error.log.3"} <= set(found)
    assert set(found.values()) == {0o600}
    assert stat.S_IMODE((home / "logs").stat().st_mode) == stat.S_IMODE(home.stat().st_mode) == 0o700


def test_a_file_that_was_open_to_others_is_closed_to_them(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "combined.log").touch(0o644)
    logs.setup(tmp_path, "info", face="cli")
    logs.get("x").info("event")
    assert stat.S_IMODE((tmp_path / "logs" / "combined.log").stat().st_mode) == 0o600


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


SECRETS = {
    "plain": "s3cr3t-Value-of-a-client",
    "quotes": 'pa"ss\\wo"rd',
    "url": "p@ss/w&rd+with spaces",
    "entity": "key&amp;with&lt;entities",
    "unicode": "geheim-ß-парол",
    "digits": "8675309867",
    "long": "jwt" + "0123456789" * 150,
    "newline": "from-a-file\n",
}


def leak(text: str) -> None:
    secret_local = text
    raise RuntimeError(f"server said {secret_local} to us")


def test_no_known_secret_reaches_any_file(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    from urllib.parse import quote, quote_plus

    for secret in SECRETS.values():
        logs.register_secret(secret)
    logs.setup(tmp_path, "info", face="run")
    log = logs.get("x")
    for secret in SECRETS.values():
        bare = secret.strip()
        log.info("plain", value=secret, glued=f"a{bare}b", late="x" * 990 + bare, data=bare.encode())
        log.info(
            "shaped", nested={"a": [bare, {bare: 1}]}, spoken=repr(bare), document=json.dumps({"a": bare})
        )
        log.info("in a url", url=f"https://h.example/?q={quote(bare, safe='')}", form=quote_plus(bare))
        log.info(f"event {bare}")
        log.info("as a name", **{bare: 1})
        if bare.isdigit():
            log.info("as a number", number=int(bare), share=float(bare))
        try:
            try:
                leak(bare)
            except RuntimeError as error:
                raise ExceptionGroup("several", [error, ValueError(bare)]) from KeyError(bare)
        except ExceptionGroup:
            log.exception("failed")
            logging.getLogger("lib").exception("failed with %s", bare)
        warnings.warn(bare, stacklevel=1)
        logging.getLogger(bare).warning({"header": bare})
    written = [path.read_text() for path in (tmp_path / "logs").iterdir()] + [capfd.readouterr().err]
    assert len(written) == 3
    for text in written:
        assert "***" in text
        for line in text.splitlines():
            json.loads(line)
        for secret in SECRETS.values():
            bare = secret.strip()
            pieces = {bare, json.dumps(bare)[1:-1], quote(bare), quote(bare, safe=""), quote_plus(bare)}
            pieces |= {
                repr(bare)[1:-1],
                json.dumps(json.dumps(bare))[3:-3],
                bare[:12] if len(bare) > 100 else bare,
            }
            assert [piece for piece in pieces if piece in text] == []


@pytest.mark.parametrize(
    ("said", "canary"),
    [
        ("key AIza&#83;yCanary_canary-canary0123456789abc decoded late", "Canary"),
        ("key AIzaSyCanary_canary-canary0123456789abc in use", "Canary"),
        ("Authorization: Bearer canary.canary-canary", "canary"),
        ("{'authorization': 'bearer canarycanary'}", "canary"),
        ("Basic Y2FuYXJ5OmNhbmFyeWNhbmFyeQ==", "Y2Fu"),
        ("POST /token?refresh_token=canary&x=1", "canary"),
        ('{"access_token": "canary", "x": 1}', "canary"),
        ("postgresql+asyncpg://user:canary@db.example/x", "canary"),
        ("redis://:canary@cache.example:6379/0", "canary"),
        ("GET /callback?state=canary&code=canary", "canary"),
        ("https://h.example/v1/models?key=canary", "canary"),
        ("eyJhbGciOiJSUzI1NiJ9.eyJjYW5hcnkiOiJjIn0.canary", "canary"),
    ],
)
def test_what_looks_like_a_credential_is_masked_unregistered(tmp_path: Path, said: str, canary: str) -> None:
    logs.setup(tmp_path, "info", face="cli")
    logs.get("x").info("said", said=said, near="kept")
    logging.getLogger("lib").error(said)
    for record in records(tmp_path):
        assert canary not in json.dumps(record)
        assert "***" in json.dumps(record)


def test_a_value_named_as_a_secret_is_masked_whatever_it_is(tmp_path: Path) -> None:
    logs.setup(tmp_path, "info", face="cli")
    logs.get("x").info(
        "named", refresh_token="canary", headers={"Cookie": "canary"}, password=1234, token=None
    )
    logs.get("x").info("not named", output_tokens=512, tokenizer="words")
    first, second = records(tmp_path)
    assert "canary" not in json.dumps(first)
    assert (first["password"], first["token"]) == ("***", None)
    assert (second["output_tokens"], second["tokenizer"]) == (512, "words")


def test_masking_has_the_last_word_over_the_whole_line(tmp_path: Path) -> None:
    logs.register_secret("canary-face")
    logs.setup(tmp_path, "info", face="canary-face")
    logs.get("x").info("event")
    assert records(tmp_path)[0]["face"] == "***"


def test_short_secrets_do_not_tear_holes_into_words(tmp_path: Path) -> None:
    logs.register_secret("lead")
    logs.register_secret("  a  ")
    logs.setup(tmp_path, "info", face="cli")
    logs.get("x").info("leads found")
    assert records(tmp_path)[0]["event"] == "leads found"


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


WRITER = """
import sys
from pathlib import Path
from leadtui.telemetry import logs
home, name, lines = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
logs.setup(home, "info", face="run", max_bytes=4096, backups=1000)
log = logs.get(name)
sys.stderr = None
sys.stdin.readline()
for number in range(lines):
    log.info("line", number=number)
"""


def test_processes_that_rotate_at_once_lose_no_line(tmp_path: Path) -> None:
    lines = 1500
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path), f"writer{n}", str(lines)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
        )
        for n in range(3)
    ]
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write(b"\n")
        writer.stdin.close()
    assert [writer.wait(120) for writer in writers] == [0, 0, 0]
    names = [path.name for path in (tmp_path / "logs").glob("combined.log*") if path.suffix != ".lock"]
    assert len(names) > 50
    seen = {(r["logger"], r["number"]) for name in names for r in records(tmp_path, name)}
    total = sum(len(records(tmp_path, name)) for name in names)
    assert seen == {(f"writer{n}", number) for n in range(3) for number in range(lines)}
    assert total == 3 * lines
    put_aside = [(tmp_path / "logs" / name).stat().st_size for name in names if name != "combined.log"]
    assert min(put_aside) > 4096 - 200


def test_after_another_process_rotated_lines_go_into_the_present_file(tmp_path: Path) -> None:
    logs.setup(tmp_path, "info", face="cli", max_bytes=4096)
    logs.get("x").info("before")
    assert python(WRITER, str(tmp_path), "other", "30", input="\n").returncode == 0
    logs.get("x").info("after")
    assert records(tmp_path, "combined.log.1")[0]["event"] == "before"
    assert records(tmp_path)[-1]["event"] == "after"


def test_old_files_are_let_go_and_none_grows_past_its_size(tmp_path: Path) -> None:
    logs.setup(tmp_path, "info", face="cli", max_bytes=2000, backups=2)
    for number in range(200):
        logs.get("x").info("event", number=number)
    sizes = {path.name: path.stat().st_size for path in (tmp_path / "logs").glob("combined.log*")}
    assert set(sizes) == {"combined.log", "combined.log.1", "combined.log.2", "combined.log.lock"}
    assert max(sizes.values()) <= 2000
    kept = [
        r["number"]
        for name in ("combined.log.2", "combined.log.1", "combined.log")
        for r in records(tmp_path, name)
    ]
    assert kept == list(range(kept[0], 200))


def test_a_process_stopped_while_it_rotates_stops_nobody_else(tmp_path: Path) -> None:
    import fcntl

    logs.setup(tmp_path, "info", face="cli", max_bytes=500)
    with (tmp_path / "logs" / "combined.log.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        for number in range(20):
            logs.get("x").info("event", number=number)
        assert [record["number"] for record in records(tmp_path)] == list(range(20))
    logs.get("x").info("event", number=20)
    assert [record["number"] for record in records(tmp_path)] == [20]


def test_a_file_moved_away_by_somebody_else_is_opened_anew(tmp_path: Path) -> None:
    logs.setup(tmp_path, "info", face="cli")
    logs.get("x").info("one")
    (tmp_path / "logs" / "combined.log").rename(tmp_path / "elsewhere")
    logs.get("x").info("two")
    assert [record["event"] for record in records(tmp_path)] == ["two"]


def test_a_vanished_directory_comes_back_but_a_vanished_home_does_not(tmp_path: Path) -> None:
    import shutil

    home = tmp_path / "home"
    logs.setup(home, "info", face="cli")
    logs.get("x").error("one")
    shutil.rmtree(home / "logs")
    logs.get("x").error("two")
    assert [record["event"] for record in records(home, "error.log")] == ["two"]
    shutil.rmtree(home)
    logs.get("x").error("three")
    assert not home.exists()


def test_a_home_that_cannot_be_written_is_borne(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    logs.setup(tmp_path / "file" / "home", "info", face="cli")
    logs.get("x").error("lost")
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "combined.log").mkdir()
    logs.setup(tmp_path, "info", face="cli")
    logs.get("x").error("half lost")
    assert [record["event"] for record in records(tmp_path, "error.log")] == ["half lost"]


def test_a_full_disk_is_borne_and_the_torn_line_spoils_no_other(tmp_path: Path) -> None:
    logs.setup(tmp_path, "info", face="cli")
    log = logs.get("x")
    path = tmp_path / "logs" / "combined.log"
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    log.info("before")
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 40, hard))
    try:
        for _ in range(5):
            log.info("meanwhile")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    log.info("after")
    first, torn, last = path.read_text().splitlines()
    assert json.loads(first)["event"] == "before"
    assert len(torn) == 40
    assert json.loads(last)["event"] == "after"
