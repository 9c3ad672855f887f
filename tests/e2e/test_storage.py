"""A home that cannot be used, a full disk, a locked and a damaged database: the documented line and exit code."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.running import CAMPAIGN, Result, command, environment, jsonl, post, process
from tests.e2e.service import check_whole, contents, rows

MOUNT = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"]


def can_mount() -> bool:
    """Whether this machine lets us have a small disk of our own to fill."""
    if not shutil.which("unshare"):
        return False
    done = subprocess.run([*MOUNT, "mount -t tmpfs none /mnt"], capture_output=True, check=False)
    return done.returncode == 0


FULL = ["limited files", *(["full disk"] if can_mount() else [])]


@pytest.mark.parametrize("place", ["file/home", "/proc/nobody-can-write-here", "/dev/null/home", "/sys/home"])
def test_a_home_that_cannot_be_written(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    home = tmp_path / place
    for arguments in (["leads", "list"], ["run"], ["config", "init"]):
        process(*arguments, home=home).failed(7, str(home), "home cannot be used", "--home")


def test_a_home_that_is_a_file(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("mine", "utf-8")
    process("leads", "list", home=file).failed(7, str(file))
    assert file.read_text("utf-8") == "mine"


def test_a_place_for_the_database_that_is_none(home: Path) -> None:
    (home / "leadtui.db").mkdir(parents=True)
    process("leads", "list", home=home).failed(7, "leadtui.db")


def import_until_full(home: Path, posts: Path, way: str, tmp_path: Path) -> Result:
    """Import with room for a part of the posts only."""
    room = 4_000_000
    if way == "limited files":

        def limit() -> None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

        return process("import", posts, home=home, preexec=limit)
    disk, kept = tmp_path / "disk", tmp_path / "kept"
    disk.mkdir()
    script = (
        f'mount -t tmpfs -o mode=700,size={room} none "$1" && cp -a "$2/." "$1" || exit 99; home="$1"; old="$2"; kept="$3"; shift 3;'
        ' "$@"; code=$?; cp -a "$home" "$kept"; exit $code'
    )
    done = subprocess.run(
        [*MOUNT, script, "sh", str(disk), str(home), str(kept), *command("import", posts)],
        env=environment(disk),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 99, done.stderr
    shutil.rmtree(home)
    shutil.copytree(kept, home)
    return Result(done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize("way", FULL)
def test_a_full_disk_keeps_everything_committed(
    stocked_home: Path, tmp_path: Path, many_posts: Path, way: str
) -> None:
    before = len(rows(stocked_home, "SELECT 1 FROM posts"))
    result = import_until_full(stocked_home, many_posts, way, tmp_path)
    result.failed(7, "leadtui.db", "full", "what was stored before is safe")
    check_whole(stocked_home)
    stored = len(rows(stocked_home, "SELECT 1 FROM posts"))
    assert before <= stored < 4_900
    assert len(process("leads", "list", "--json", home=stocked_home).json["leads"]) == len(
        rows(stocked_home, "SELECT 1 FROM leads")
    )
    # With room again it goes on as if nothing had happened.
    assert process("import", many_posts, home=stocked_home).code == 0
    check_whole(stocked_home)
    assert len(rows(stocked_home, "SELECT 1 FROM posts")) > 4_900


def test_a_locked_database_can_be_read_but_not_written(stocked_home: Path) -> None:
    before = contents(stocked_home)
    writers = [["leads", "set", "saved", "1"], ["import"], ["discover"]]
    with closing(sqlite3.connect(stocked_home / "leadtui.db")) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        running = [
            subprocess.Popen(
                command(*arguments), env=environment(stocked_home), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=subprocess.PIPE, text=True,
            )
            for arguments in writers
        ]  # fmt: skip
        assert len(process("leads", "list", "--json", home=stocked_home).json["leads"]) == 800
        for one in running:
            out, err = one.communicate(jsonl([post("new")]), timeout=60)
            Result(one.returncode, out, err).failed(
                6, "leadtui.db", "another process holds the database", "try again"
            )
        holder.rollback()
    assert contents(stocked_home) == before
    assert process("leads", "set", "saved", "1", home=stocked_home).code == 0


def test_a_database_that_is_locked_from_the_first_moment(home: Path) -> None:
    home.mkdir(mode=0o700)
    with closing(sqlite3.connect(home / "leadtui.db")) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        running = [
            subprocess.Popen(
                command(*arguments), env=environment(home), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.PIPE, text=True,
            )
            for arguments in (["leads", "list"], ["run"], ["doctor"])
        ]  # fmt: skip
        for one in running:
            out, err = one.communicate(timeout=60)
            assert one.returncode == 6, out + err
            assert "another process holds the database" in out + err
            assert "Traceback" not in err
    assert process("leads", "list", home=home).code == 0


def damage_header(data: bytearray) -> None:
    data[:16] = b"not SQLite at all"[:16]


def damage_middle(data: bytearray) -> None:
    for page in range(2, len(data) // 8192, 3):
        data[page * 8192 : page * 8192 + 4096] = os.urandom(4096)


def damage_end(data: bytearray) -> None:
    del data[len(data) // 2 :]


def damage_page_boundary(data: bytearray) -> None:
    del data[8192 * 3 :]


@pytest.mark.parametrize("damage", [damage_header, damage_middle, damage_end, damage_page_boundary])
def test_a_damaged_database_is_told_and_not_touched(stocked_home: Path, damage: object) -> None:
    file = stocked_home / "leadtui.db"
    data = bytearray(file.read_bytes())
    assert callable(damage)
    damage(data)
    file.write_bytes(data)
    for arguments in (["leads", "list", "--json"], ["run"] if damage is damage_middle else ["import"]):
        process(*arguments, home=stocked_home, stdin=jsonl([post("new")])).failed(
            7, str(file), "damaged", "backup"
        )
        assert file.read_bytes() == bytes(data)


def test_damage_that_the_file_does_not_show_is_told_when_it_is_met(stocked_home: Path) -> None:
    file = stocked_home / "leadtui.db"
    stat = file.stat()
    data = bytearray(file.read_bytes())
    damage_middle(data)
    file.write_bytes(data)
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    for arguments in (["leads", "list"], ["import"]):
        result = process(*arguments, home=stocked_home, stdin=jsonl([post("new")]))
        assert result.code == 7, result
        result.told(str(file), "damaged")


def test_an_empty_file_is_a_new_database(home: Path) -> None:
    home.mkdir(mode=0o700)
    (home / "leadtui.db").touch()
    assert process("campaigns", "add", "--file", "-", home=home, stdin=CAMPAIGN).code == 0
    check_whole(home)
