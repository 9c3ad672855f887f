"""`doctor` and `db upgrade`: what works, and how to mend what does not."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.cli.running import Cli, Result, jsonl, post


def states(result: Result) -> dict[str, str]:
    import json

    document = json.loads(result.out)
    assert document["schema"] == 1
    for check in document["checks"]:
        assert check.keys() == {"name", "state", "detail", "fix"}
        assert check["state"] in ("ok", "warn", "fail")
        assert check["state"] == "ok" or check["fix"], check
    return {check["name"]: check["state"] for check in document["checks"]}


def test_a_fresh_home_is_well(cli: Cli) -> None:
    result = cli("doctor", "--json")
    assert result.code == 0
    found = states(result)
    assert found.keys() >= {
        "leadtui",
        "home",
        "configuration",
        "database",
        "redis",
        "reddit",
        "ai",
        "metrics",
    }
    assert "fail" not in found.values()
    assert found["database"] == "ok"


def test_people_see_a_mark_a_word_and_the_fix(cli: Cli, tmp_path: Path) -> None:
    cli("feeds", "add", "jsonl", tmp_path / "missing.jsonl")
    cli("discover")
    lines = cli("doctor").out.splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("! warn  feeds"))
    assert "missing.jsonl" in lines[at]
    assert lines[at + 1].strip() == "→ see 'leadtui feeds list'"
    assert any(line.startswith("✓ ok    database") for line in lines)


def test_careless_values_are_listed(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEADTUI_REDDIT__API_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("LEADTUI_REDDIT__WWW_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("LEADTUI_REDDIT__RSS_SECONDS", "1")
    monkeypatch.setenv("LEADTUI_OUTBOX__UNDO_SECONDS", "0")
    result = cli("doctor", "--json")
    assert (result.code, states(result)["configuration"]) == (0, "warn")
    assert "reddit.rss_seconds, outbox.undo_seconds" in result.out


def test_a_secret_file_that_is_missing_fails_with_the_key(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEADTUI_AI__API_KEY", "file:/nowhere/key")
    result = cli("doctor", "--json")
    assert result.code == 2
    assert states(result)["ai"] == "fail"
    assert "ai.api_key" in result.out


def test_a_redis_that_does_not_answer_is_a_warning(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEADTUI_REDIS__URL", "redis://:canary-password@127.0.0.1:1")
    result = cli("doctor", "--json")
    assert (result.code, states(result)["redis"]) == (0, "warn")
    assert "canary" not in result.out + result.err
    for url in ("http://127.0.0.1", "redis://:canary-password@127.0.0.1:port"):
        monkeypatch.setenv("LEADTUI_REDIS__URL", url)
        result = cli("doctor", "--json")
        assert (result.code, states(result)["redis"]) == (2, "fail")
        assert "canary" not in result.out + result.err


def test_a_damaged_database_fails_with_the_code_of_storage(stocked: Cli) -> None:
    file = stocked.home / "leadtui.db"
    data = bytearray(file.read_bytes())
    data[:100] = b"\xff" * 100
    file.write_bytes(data)
    result = stocked("doctor", "--json")
    assert (result.code, states(result)["database"]) == (7, "fail")
    assert file.read_bytes() == bytes(data)


def test_a_home_that_cannot_be_used_fails_but_everything_is_looked_at(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    result = cli("doctor", "--home", tmp_path / "file" / "home", "--json")
    assert result.code == 7
    found = states(result)
    assert (found["home"], found["database"], found["metrics"]) == ("fail", "fail", "ok")


def test_who_owns_the_schedule_is_told(stocked: Cli) -> None:
    assert "nobody polls right now" in stocked("doctor").out


def test_upgrade_says_where_and_what(cli: Cli) -> None:
    document = cli("db", "upgrade", "--json").json
    assert document == {
        "schema": 1,
        "database": str(cli.home / "leadtui.db"),
        "revision": document["revision"],
    }
    assert cli("db", "upgrade").out == f"{cli.home}/leadtui.db: schema {document['revision']}, up to date\n"


def test_a_database_of_a_newer_leadtui_is_left_alone(stocked: Cli) -> None:
    with sqlite3.connect(stocked.home / "leadtui.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    for arguments in (["leads", "list"], ["leads", "list", "--json"], ["db", "upgrade"], ["run"]):
        stocked(*arguments).failed(7, "newer leadtui")
    stocked("import", stdin=jsonl([post(1)])).failed(7, "newer leadtui")
