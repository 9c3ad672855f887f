"""Log files among several processes, other people's hands and full disks."""

from __future__ import annotations

import json
import os
import resource
import stat
import subprocess
import sys
from pathlib import Path

from leadtui.telemetry import logs
from tests.telemetry.reading import ROOT, python, records


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
