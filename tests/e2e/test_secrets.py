"""Secrets stand nowhere but where the user wrote them, least of all after something failed."""

from __future__ import annotations

from pathlib import Path

from tests.cli.running import CAMPAIGN, jsonl, post, process
from tests.e2e.service import Service, secret_places, wait_for

CANARY = "canary9f27c1"


def configuration(tmp_path: Path, **sections: str) -> str:
    key = tmp_path / "key"
    key.write_text(f"{CANARY}-from-a-file\n", "utf-8")
    values = {
        "database": f'url = "postgresql+asyncpg://user:{CANARY}-database@127.0.0.1:1/leads"',
        "redis": f'url = "redis://:{CANARY}-redis@127.0.0.1:1/0"',
        "reddit": f'client_id = "known"\nclient_secret = "{CANARY}-reddit"',
        "ai": f'api_key = "file:{key}"',
        "metrics": f'token = "{CANARY}-metrics"',
        "log": 'level = "debug"',
        **sections,
    }
    return "".join(f"[{name}]\n{text}\n" for name, text in values.items() if text)


def test_failing_commands_tell_no_secret(home: Path, tmp_path: Path) -> None:
    home.mkdir(mode=0o700)
    file = home / "config.toml"
    wrong_databases = (
        f"postgresql+asyncpg://user:{CANARY}@127.0.0.1:1/leads",
        f"postgresql+asyncpg://user:{CANARY}@host:{CANARY}/leads",
        f"postgresql+asyncpg://user:pa/{CANARY}/ss@127.0.0.1:1/leads",
        f"postgresql+nothing://user:{CANARY}@127.0.0.1/leads",
        f"{CANARY}",
    )
    outputs = []
    for url in wrong_databases:
        file.write_text(configuration(tmp_path, database=f'url = "{url}"'), "utf-8")
        result = process("leads", "list", home=home)
        assert result.code in (2, 7), result
        result.told()
        outputs.append(result.out + result.err)
    file.write_text(configuration(tmp_path), "utf-8")
    for arguments in (
        ["doctor"],
        ["doctor", "--json"],
        ["config", "show"],
        ["config", "check", "--json"],
        ["run"],
    ):
        result = process(*arguments, home=home)
        outputs.append(result.out + result.err)
    file.write_text(configuration(tmp_path) + f'[ai]\napi_key = "{CANARY}"\n', "utf-8")
    outputs.append(process("leads", "list", home=home).err)
    assert [text for text in outputs if CANARY in text] == []
    assert [path for path, text in secret_places(home) if CANARY in text] == []


def test_a_running_service_tells_no_secret(home: Path, tmp_path: Path) -> None:
    home.mkdir(mode=0o700)
    (home / "config.toml").write_text(configuration(tmp_path, database="", metrics=""), "utf-8")
    assert process("campaigns", "add", "--file", "-", home=home, stdin=CAMPAIGN).code == 0
    missing = tmp_path / f"{CANARY}-reddit"  # what fails repeats its own name, which here is a secret's value
    assert process("feeds", "add", "jsonl", missing, home=home).code == 0
    with Service(home) as service:
        wait_for(
            lambda: "feed_failed" in service.stderr or "failed" in service.stderr, "for the failing feed"
        )
        command_line = Path(f"/proc/{service.process.pid}/cmdline").read_bytes().decode()
        answers = "".join(service.get(path)[1] for path in ("/metrics", "/health"))
        assert service.end() == 0
        assert CANARY not in command_line + answers
        assert CANARY not in service.stderr
    logged = [text for path, text in secret_places(home) if "/logs/" in path]
    assert any("failed" in text for text in logged)
    assert [text for text in logged if CANARY in text] == []


def test_a_token_guards_what_is_not_health(campaign_home: Path) -> None:
    with Service(campaign_home, LEADTUI_METRICS__TOKEN=CANARY) as service:
        wait_for(lambda: service.get("/health")[0] == 200, "for the endpoint")
        assert service.get("/metrics")[0] == service.get("/ready")[0] == 401
        assert service.end() == 0
    posts = jsonl([post(1)])
    assert process("import", home=campaign_home, stdin=posts).code == 0
