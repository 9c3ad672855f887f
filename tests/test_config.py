"""Configuration: every error says file, line, key and what to do, and never a secret."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from leadtui.config import SECRETS, SECTIONS, Settings, careless, load
from tests.cli.running import Cli

CANARY = "canary-7f3a91"
"""Stands wherever a secret could; no message may repeat it."""

BROKEN = [
    # text of the file, line, what the message names
    ("[reddit]\nmod = 'rss'", 2, ['unknown key "mod" in [reddit]', 'did you mean "mode"?']),
    ("[redit]\nmode = 'rss'", 1, ['unknown section "redit"', 'did you mean "reddit"?']),
    ("[metrics]\n\nprot = 1", 3, ['"prot"', 'did you mean "port"?']),
    ("[schedule]\ndiscovery_minute = 5", 2, ['"discovery_minute"', '"discovery_minutes"']),
    ("[ai]\napikey = '{canary}'", 2, ['"apikey"', 'did you mean "api_key"?']),
    ("[ai]\nAPI_KEY = '{canary}'", 2, ['"API_KEY"', "api_key"]),
    ("[database]\npassword = '{canary}'", 2, ['"password"', "known: url"]),
    ("[reddit]\nsecret = '{canary}'", 2, ['"secret"', '"client_secret"']),
    ("[zzz]\na = 1", 1, ['"zzz"', "known: database"]),
    ("colour = 'red'", 1, ['unknown key "colour"']),
    ("database = '{canary}'", 1, ['"database" is a section', "[database]"]),
    ("metrics = 9464", 1, ['"metrics" is a section', "[metrics]"]),
    ("[[reddit]]\nmode = 'rss'", 1, ['"reddit" is a section', "[reddit]"]),
    ("reddit.mod = 'rss'", 1, ['"mod"', '"mode"']),
    ("[metrics]\nport = '9464'", 2, ["metrics.port", "expected a whole number, got a text"]),
    ("[metrics]\nport = 94.5", 2, ["metrics.port", "expected a whole number, got a number"]),
    ("[metrics]\nport = true", 2, ["metrics.port", "expected a whole number, got true or false"]),
    ("[metrics]\nport = [9464]", 2, ["metrics.port", "expected a whole number, got a list"]),
    ("[metrics]\nport = {{ a = 1 }}", 2, ["metrics.port", "expected a whole number, got a table"]),
    ("[metrics]\nport = 2024-01-01", 2, ["metrics.port", "expected a whole number, got date"]),
    ("[metrics]\nport = 65536", 2, ["metrics.port", "out of range", "0 to 65535"]),
    ("[metrics]\nport = -1", 2, ["metrics.port", "out of range"]),
    ("[metrics]\nport = 123456789012345678901234567890", 2, ["metrics.port", "out of range"]),
    ("[metrics]\nenabled = 'yes'", 2, ["metrics.enabled", "expected true or false"]),
    ("[metrics]\nenabled = 1", 2, ["metrics.enabled", "expected true or false"]),
    ("[metrics]\nhost = '0.0.0.0'", 2, ["metrics.host", "metrics.token is required"]),
    ("[metrics]\nport = 1\nhost = '::'", 3, ["metrics.token", "required"]),
    ("[metrics]\nhost = 'example.org'\ntoken = ''", 2, ["metrics.token", "required", "example.org"]),
    ("[metrics]\nhost = '0.0.0.0'\ntoken = 'env:NOBODY_SETS_THIS'", 2, ["metrics.token", "required"]),
    ("[metrics]\ntoken = 'env:NOBODY_SETS_THIS'", 2, ["metrics.token", "env:NOBODY_SETS_THIS"]),
    ("[log]\nlevel = 'loud'", 2, ["log.level", "debug, info, warning, error"]),
    ("[log]\nlevel = 10", 2, ["log.level", "debug, info, warning, error"]),
    ("[reddit]\nmode = 'scrape'", 2, ["reddit.mode", "auto, api, rss, off"]),
    ("[ai]\nprovider = '{canary}'", 2, ["ai.provider", "gemini, none"]),
    ("[outbox]\nmode = 'auto'", 2, ["outbox.mode", "browser, api"]),
    ("[ai]\ntimeout_s = nan", 2, ["ai.timeout_s", "out of range"]),
    ("[ai]\ntimeout_s = inf", 2, ["ai.timeout_s", "out of range"]),
    ("[ai]\ntimeout_s = 'soon'", 2, ["ai.timeout_s", "expected a number"]),
    ("[ai]\ndaily_calls = -5", 2, ["ai.daily_calls", "out of range"]),
    ("[ai]\napi_key = 12345", 2, ["ai.api_key", "expected a text in quotes, got a whole number"]),
    ("[ai]\nbase_url = 'http://models.example'", 2, ["ai.base_url", "https://"]),
    ("[reddit]\napi_url = 'http://reddit.example'", 2, ["reddit.api_url", "https://"]),
    ("[reddit]\nwww_url = 'reddit.example'", 2, ["reddit.www_url", "not a web address"]),
    ("[reddit]\nwww_url = 'https://'", 2, ["reddit.www_url", "not a web address"]),
    ("[reddit]\nwww_url = 'https://[broken'", 2, ["reddit.www_url", "not a web address"]),
    ("[reddit]\nwww_url = 'https://host:99999'", 2, ["reddit.www_url", "not a web address"]),
    ("[reddit]\nwww_url = 'file:///etc/passwd'", 2, ["reddit.www_url", "not a web address"]),
    ("[reddit]\nclient_secret = ['{canary}']", 2, ["reddit.client_secret", "expected a text"]),
    ("[website]\nallow_hosts = 'localhost:80'", 2, ["website.allow_hosts", "expected a list"]),
    ("[website]\nallow_hosts = [80]", 2, ["website.allow_hosts", "expected a text"]),
    ("[website]\nmax_bytes = 10", 2, ["website.max_bytes", "out of range"]),
    ("[schedule]\ndiscovery_minutes = 0", 2, ["schedule.discovery_minutes", "out of range"]),
    ("[limits]\ngeneral = '100'", 2, ["limits.general", "100/15m"]),
    ("[limits]\nai = '0/15m'", 2, ["limits.ai", "not a rate"]),
    ("[privacy]\npurge_hours = 49", 2, ["privacy.purge_hours", "0 to 48"]),
    ("[ui]\nkeys = 'q'", 2, ["ui.keys", "expected a table"]),
    ("[ui.keys]\n'lead.save' = 1", 1, ["ui.keys", "expected a text"]),
    ("[database]\nurl = 'mysql://u:{canary}@h/d'", 2, ["database.url", "postgresql+asyncpg://"]),
    ("[database]\nurl = 'sqlite:///{canary}.db'", 2, ["database.url", "not a database that leadtui knows"]),
    ("[database]\nurl = 'env:NOBODY_SETS_THIS'", 2, ["database.url", "env:NOBODY_SETS_THIS"]),
    ("[reddit]\nmode = ", 2, ["TOML"]),
    ("[reddit\nmode = 'rss'", 1, ["TOML"]),
    ("[reddit]\nclient_secret = '{canary}", 2, ["TOML"]),
    ("[reddit]\nclient_secret = \"{canary}\\q\"", 2, ["TOML"]),
    ("[reddit]\nclient_secret = '{canary}'\nclient_secret = '{canary}'", 3, ["TOML"]),
    ("[reddit]\n[reddit]", 2, ["TOML", "twice"]),
    ("[reddit]\nclient_secret = \"\"\"\n{canary}", 3, ["TOML"]),
    ("{canary}", 1, ["TOML"]),
    ("[reddit]\nclient_id = 'a\x0cb'\nmode = 'x'", 2, ["TOML"]),
    ("# \u2028 \x85 one line\n[reddit]\nmod = 'rss'", 3, ['"mode"']),
]  # fmt: skip


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    return Cli(tmp_path / "home", monkeypatch)


def write(cli: Cli, text: str | bytes) -> Path:
    cli.home.mkdir(mode=0o700, exist_ok=True)
    file = cli.home / "config.toml"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return file


@pytest.mark.parametrize(("text", "line", "parts"), BROKEN, ids=[text[:40] for text, _, _ in BROKEN])
def test_a_broken_file_is_told_by_file_line_and_key(cli: Cli, text: str, line: int, parts: list[str]) -> None:
    file = write(cli, text.format(canary=CANARY))
    result = cli("config", "show")
    result.failed(2, f"leadtui: {file}:{line}:", *parts)
    assert CANARY not in result.err


def test_every_command_refuses_a_broken_file_before_it_does_anything(cli: Cli) -> None:
    write(cli, "[reddit]\nmod = 'rss'")
    for arguments in (
        ["leads", "list"],
        ["run"],
        ["import"],
        ["doctor"],
        ["db", "upgrade"],
        ["config", "check"],
    ):
        cli(*arguments).failed(2, "config.toml:2:")
    assert [path.name for path in cli.home.iterdir()] == ["config.toml"]


def test_what_is_no_text_at_all(cli: Cli) -> None:
    write(cli, b"[reddit]\nmode = '\xff'")
    cli("config", "show").failed(2, "config.toml", "not UTF-8")
    write(cli, "[reddit]\nclient_id = " + "[" * 20_000)
    cli("config", "show").failed(2, "config.toml", "nested too deeply")


def test_a_file_that_was_named_must_be_there(cli: Cli, tmp_path: Path) -> None:
    cli("--config", tmp_path / "missing.toml", "config", "show").failed(2, "missing.toml", "not found")
    cli("--config", tmp_path, "config", "show").failed(2, str(tmp_path), "cannot be read")
    assert cli("config", "show").code == 0


def test_windows_line_ends_and_a_byte_order_mark_are_read(cli: Cli) -> None:
    write(cli, b"\xef\xbb\xbf[metrics]\r\nport = 4711\r\n")
    assert cli("config", "show", "--json").json["config"]["metrics"]["port"] == 4711


def test_the_environment_overrides_the_file(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    write(cli, "[metrics]\nport = 1\nhost = '127.0.0.2'\n[website]\nmax_bytes = 5000\n")
    for name, text in {
        "METRICS__PORT": "2",
        "METRICS__ENABLED": "false",
        "AI__MODEL": "other-model",
        "AI__TIMEOUT_S": "1.5",
        "WEBSITE__ALLOW_HOSTS": '["localhost:80", "localhost:81"]',
        "UI__KEYS": '{ "lead.save" = "f5" }',
        "REDDIT__CLIENT_ID": "12345",
    }.items():
        monkeypatch.setenv(f"LEADTUI_{name}", text)
    shown = cli("config", "show", "--json").json["config"]
    assert shown["metrics"] | {"token": ""} == {"enabled": False, "host": "127.0.0.2", "port": 2, "token": ""}
    assert (shown["ai"]["model"], shown["ai"]["timeout_s"]) == ("other-model", 1.5)
    assert shown["website"]["allow_hosts"] == ["localhost:80", "localhost:81"]
    assert shown["website"]["max_bytes"] == 5000
    assert shown["ui"]["keys"] == {"lead.save": "f5"}
    assert shown["reddit"]["client_id"] == "12345"


@pytest.mark.parametrize(
    ("variable", "text", "parts"),
    [
        ("METRICS__PORT", "many", ["metrics.port", "expected a whole number"]),
        ("METRICS__PORT", "", ["metrics.port", "expected a whole number"]),
        ("METRICS__PORT", "70000", ["metrics.port", "out of range"]),
        ("METRICS__PROT", "1", ["no such setting", "metrics.port"]),
        ("METRICS__PORT2", "1", ["no such setting", "metrics.port"]),
        ("METRIC__PORT", "1", ["no such setting", "metrics.port"]),
        ("LOG__LEVEL", "loud", ["log.level", "debug, info"]),
        ("UI__KEYS", "[" * 20_000, ["ui.keys", "expected a table"]),
        ("AI__TIMEOUT_S", "x = 1\ny", ["ai.timeout_s", "expected a number"]),
        ("DATABASE__URL", f"mysql://u:{CANARY}@h/d", ["database.url"]),
    ],
)
def test_a_wrong_variable_is_told_by_its_name(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, variable: str, text: str, parts: list[str]
) -> None:
    write(cli, "[metrics]\nport = 1\n")
    monkeypatch.setenv(f"LEADTUI_{variable}", text)
    result = cli("config", "show")
    result.failed(2, f"environment LEADTUI_{variable}", *parts)
    assert CANARY not in result.err


def test_the_log_level_of_the_command_line_is_the_last_word(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(cli, "[log]\nlevel = 'error'\n")
    monkeypatch.setenv("LEADTUI_LOG__LEVEL", "warning")
    assert cli("config", "show", "--json").json["config"]["log"]["level"] == "warning"
    assert cli("config", "show", "--json", "--log-level", "debug").json["config"]["log"]["level"] == "debug"


def test_a_secret_is_taken_from_where_its_reference_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "key"
    kept.write_text(f"{CANARY}\n", "utf-8")
    monkeypatch.setenv("SOME_KEY", "from the environment")
    for text, expected in (
        ("env:SOME_KEY", "from the environment"),
        ("env:NOBODY_SETS_THIS", ""),
        (f"file:{kept}", CANARY),
        ("just a key", "just a key"),
        ("", ""),
    ):
        monkeypatch.setenv("LEADTUI_AI__API_KEY", text)
        assert load(tmp_path).secret("ai.api_key") == expected
    monkeypatch.delenv("LEADTUI_AI__API_KEY")
    monkeypatch.setenv("GEMINI_API_KEY", "by default")
    assert load(tmp_path).secret("ai.api_key") == "by default"


def test_a_reference_that_leads_nowhere_is_told_by_its_key(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    for place in (tmp_path / "missing", tmp_path, tmp_path / "binary"):
        monkeypatch.setenv("LEADTUI_REDDIT__CLIENT_SECRET", f"file:{place}")
        cli("config", "check").failed(2, "reddit.client_secret", str(place))
    write(cli, "[metrics]\nhost = '0.0.0.0'\ntoken = 'file:/nowhere/x'\n")
    cli("config", "show").failed(2, "metrics.token", "/nowhere/x")
    write(cli, "")
    monkeypatch.setenv("LEADTUI_REDDIT__CLIENT_SECRET", "keyring:nothing")
    cli("config", "check").failed(2, "reddit.client_secret", "keyring")


def test_show_masks_secrets_and_only_secrets(cli: Cli) -> None:
    write(
        cli,
        f"""
        [database]
        url = "postgresql+asyncpg://me:{CANARY}@db.example:5432/leads?password={CANARY}"
        [redis]
        url = "rediss://:{CANARY}/x@redis.example/0"
        [reddit]
        client_id = "shown"
        client_secret = "{CANARY}"
        [ai]
        api_key = "AIza{CANARY}"
        [metrics]
        token = "{CANARY}"
        """,
    )
    plain, document = cli("config", "show"), cli("config", "show", "--json")
    for result in (plain, document):
        assert result.code == 0
        assert CANARY not in result.out
        assert "shown" in result.out
    shown = tomllib.loads(plain.out)
    assert shown == {key: value for key, value in document.json["config"].items()}
    assert shown["database"]["url"] == "postgresql+asyncpg://***@db.example:5432/leads"
    assert shown["redis"]["url"] == "rediss://***@redis.example/0"
    assert {shown["ai"]["api_key"], shown["metrics"]["token"], shown["reddit"]["client_secret"]} == {
        "********"
    }


def test_show_leaves_references_readable(cli: Cli) -> None:
    write(cli, "[ai]\napi_key = 'file:/run/key'\n[reddit]\nclient_secret = 'env:SECRET'\n")
    shown = cli("config", "show", "--json").json["config"]
    assert (shown["ai"]["api_key"], shown["reddit"]["client_secret"]) == ("file:/run/key", "env:SECRET")


def test_what_show_prints_can_be_used_as_a_file(cli: Cli) -> None:
    write(
        cli,
        '[ui]\nkeys = { "lead.save" = "f5" }\n[ai]\nmodel = "a \\"b\\" \\u007f \\\\ ü"\n[schedule]\ndiscovery_minutes = 0.5\n',
    )
    first = cli("config", "show").out
    write(cli, first)
    assert cli("config", "show").out == first


CARELESS = {
    "reddit.requests_per_minute": "101", "reddit.rss_seconds": "59", "outbox.quiet_seconds": "599",
    "outbox.undo_seconds": "0", "policy.replies_per_day": "21", "policy.minutes_between": "0",
    "policy.subreddit_hours": "0", "policy.author_days": "0",
}  # fmt: skip


@pytest.mark.parametrize(("key", "value"), CARELESS.items())
def test_careless_values_are_for_loopback_only(cli: Cli, key: str, value: str) -> None:
    section, name = key.split(".")
    local = 'api_url = "http://127.0.0.1:1"\nwww_url = "http://localhost:2"\n'
    for urls, allowed in ((local, True), ("", False), (local.splitlines()[0] + "\n", False)):
        text = f"[reddit]\n{urls}" + ("" if section == "reddit" else f"[{section}]\n") + f"{name} = {value}\n"
        write(cli, text)
        result = cli("config", "check", "--json")
        if allowed:
            assert result.json["careless"] == [key]
            assert key in cli("config", "check").err
        else:
            result.failed(2, f"config.toml:{text.count(chr(10))}:", key, "loopback")


def test_the_defaults_are_careful() -> None:
    config = load("/nowhere")
    assert careless(config) == []
    assert set(SECRETS) <= {f"{section}.{key}" for section in SECTIONS for key in vars_of(section)}


def vars_of(section: str) -> tuple[str, ...]:
    names: tuple[str, ...] = getattr(Settings(), section).__struct_fields__
    return names


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "[::1]", "localhost"])
def test_loopback_needs_no_token(cli: Cli, host: str) -> None:
    write(cli, f"[metrics]\nhost = '{host}'\n")
    assert cli("config", "show").code == 0


def test_a_token_opens_other_addresses_and_a_disabled_endpoint_needs_none(cli: Cli) -> None:
    write(cli, "[metrics]\nhost = '0.0.0.0'\ntoken = 'something long'\n")
    assert cli("config", "check").code == 0
    write(cli, "[metrics]\nhost = '0.0.0.0'\nenabled = false\n")
    assert cli("config", "check").code == 0


def test_init_writes_the_example_and_never_over_a_file(cli: Cli, tmp_path: Path) -> None:
    assert cli("config", "init").out == f"written: {cli.home}/config.toml\n"
    file = cli.home / "config.toml"
    assert file.read_text("utf-8") == Path(__file__).parents[1].joinpath("config.example.toml").read_text(
        "utf-8"
    )
    assert file.stat().st_mode & 0o777 == 0o600
    assert cli("config", "check").code == 0
    file.write_text("# mine\n", "utf-8")
    cli("config", "init").failed(2, str(file), "exists already")
    assert file.read_text("utf-8") == "# mine\n"
    other = tmp_path / "other.toml"
    assert cli("config", "init", "--config", other, "--json").json["path"] == str(other)
    cli("config", "init", "--config", tmp_path / "no" / "such.toml").failed(7, "such.toml")


def test_check_says_what_is_wrong_with_keys_and_themes(cli: Cli) -> None:
    assert cli("config", "check").out == "configuration ok\n"
    write(cli, '[ui]\nkeys = { "lead.sav" = "f5" }\n')
    cli("config", "check").failed(2, "config.toml:2: ui.keys", '"lead.sav"', '"lead.save"')
    write(cli, '[ui]\ntheme = "leadtui-drak"\n')
    cli("config", "check").failed(2, "config.toml:2: ui.theme", "leadtui-drak", "leadtui-dark")


def test_the_example_lists_every_key_with_its_default() -> None:
    text = Path(__file__).parents[1].joinpath("config.example.toml").read_text("utf-8")
    values = tomllib.loads(text)
    defaults = Settings()
    assert tuple(values) == SECTIONS
    for section in SECTIONS:
        struct = getattr(defaults, section)
        assert tuple(values[section]) == struct.__struct_fields__
        for key, value in values[section].items():
            default = getattr(struct, key)
            assert value == (list(default) if isinstance(default, tuple) else default), f"{section}.{key}"
