"""Typed settings: defaults, then the TOML file, then `LEADTUI_SECTION__KEY`; every error says file, line and key."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import msgspec

from leadtui import references
from leadtui.errors import ConfigError
from leadtui.text import clean_line


class _Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class Database(_Section, frozen=True):
    """Where leads are kept; empty means SQLite in home."""

    url: str = ""


class Redis(_Section, frozen=True):
    """Shared cache, queue and limits; empty means in-process ones."""

    url: str = ""


class Reddit(_Section, frozen=True):
    """The user's own access to Reddit."""

    mode: Literal["auto", "api", "rss", "off"] = "auto"
    client_id: str = ""
    client_secret: str = ""
    user_agent: str = ""
    api_url: str = "https://oauth.reddit.com"
    www_url: str = "https://www.reddit.com"
    redirect_port: int = 8912
    requests_per_minute: int = 90
    rss_seconds: float = 60


class AI(_Section, frozen=True):
    """The model that refines what local scoring found; without a key there is none."""

    provider: Literal["gemini", "none"] = "gemini"
    model: str = "gemini-2.5-flash"
    api_key: str = "env:GEMINI_API_KEY"
    base_url: str = ""
    timeout_s: float = 30
    daily_calls: int = 500
    top_per_pass: int = 20


class Website(_Section, frozen=True):
    """Bounds of reading a product's website."""

    timeout_s: float = 15
    max_bytes: int = 2_097_152
    allow_hosts: tuple[str, ...] = ()


class Schedule(_Section, frozen=True):
    """How often feeds are polled."""

    discovery_minutes: float = 15


class Metrics(_Section, frozen=True):
    """The HTTP endpoint."""

    enabled: bool = True
    host: str = "127.0.0.1"
    port: int = 9464
    token: str = ""


class Limits(_Section, frozen=True):
    """Self-imposed rates, as count/window."""

    general: str = "100/15m"
    ai: str = "20/15m"


class Outbox(_Section, frozen=True):
    """How replies go out."""

    mode: Literal["browser", "api"] = "browser"
    undo_seconds: float = 10
    quiet_seconds: float = 600


class Policy(_Section, frozen=True):
    """What keeps the user a welcome guest."""

    replies_per_day: int = 5
    minutes_between: float = 10
    subreddit_hours: float = 24
    author_days: float = 30


class Privacy(_Section, frozen=True):
    """How long what was deleted upstream may remain here."""

    purge_hours: float = 48


class UI(_Section, frozen=True):
    """The dashboard."""

    theme: str = "leadtui-dark"
    keys: dict[str, str] = {}


class Log(_Section, frozen=True):
    """What the log files hold."""

    level: Literal["debug", "info", "warning", "error"] = "info"


class Settings(_Section, frozen=True):
    """The whole configuration file, section by section."""

    database: Database = Database()
    redis: Redis = Redis()
    reddit: Reddit = Reddit()
    ai: AI = AI()
    website: Website = Website()
    schedule: Schedule = Schedule()
    metrics: Metrics = Metrics()
    limits: Limits = Limits()
    outbox: Outbox = Outbox()
    policy: Policy = Policy()
    privacy: Privacy = Privacy()
    ui: UI = UI()
    log: Log = Log()


class Config(Settings, frozen=True):
    """The settings together with the places they apply to."""

    home: Path = Path()
    path: Path = Path()
    """The configuration file, whether or not it exists."""
    demo: bool = False
    """A throw-away home on invented posts."""

    def secret(self, key: str) -> str:
        """Return the value behind a secret setting such as `ai.api_key`; "" when it is not set anywhere.

        A missing environment variable means "not set"; a file or keyring entry that cannot be read is an error.
        """
        section, name = key.split(".")
        return references.resolve(key, str(getattr(getattr(self, section), name)))


SECRETS = ("database.url", "redis.url", "reddit.client_secret", "ai.api_key", "metrics.token")
"""Settings that are never shown and may be references."""
SECTIONS = Settings.__struct_fields__
DATABASES = ("postgresql+asyncpg://", "postgresql+psycopg://")


def default_home() -> Path:
    """Return the platform's user data folder for leadtui."""
    from platformdirs import user_data_path

    return user_data_path("leadtui", appauthor=False)


def load(home: str | Path | None = None, path: str | Path | None = None, level: str | None = None) -> Config:
    """Read the effective configuration; raises `ConfigError` naming file, line and key."""
    folder, file, is_chosen = places(home, path)
    text = _read(file, required=is_chosen)
    values = _parse(text, file)
    lines = _Lines(text, file)
    _check_names(values, lines)
    origins = _overlay_environment(values)
    if level is not None:
        values.setdefault("log", {})["level"] = level
        origins["log.level"] = "--log-level"
    settings = _convert(values, lines, origins)
    config = Config(**{name: getattr(settings, name) for name in SECTIONS}, home=folder, path=file)
    for key, problem, fix in _problems(config):
        raise ConfigError(f"{key}: {problem}", where=origins.get(key) or lines.where(key), fix=fix)
    return config


def places(home: str | Path | None = None, path: str | Path | None = None) -> tuple[Path, Path, bool]:
    """Return home, the configuration file, and whether somebody named that file, so that it must exist."""
    folder = _absolute(home or os.environ.get("LEADTUI_HOME") or default_home(), "home")
    chosen = path or os.environ.get("LEADTUI_CONFIG")
    return folder, _absolute(chosen, "configuration file") if chosen else folder / "config.toml", bool(chosen)


def _absolute(path: str | Path, what: str) -> Path:
    try:
        return Path(path).expanduser().absolute()
    except (RuntimeError, OSError) as error:
        raise ConfigError(
            f"{what}: {str(error).rstrip('.')}", where=str(path), fix="write the path out"
        ) from None


def placed(error: ConfigError, config: Config) -> ConfigError:
    """Give an error about `[section] key` the place where that key was set."""
    section, _, key = error.where.removeprefix("[").partition("] ")
    variable = f"LEADTUI_{section}__{key}".upper()
    lines = _Lines(_read(config.path, required=False), config.path)
    place = f"environment {variable}" if variable in os.environ else lines.where(f"{section}.{key}")
    return ConfigError(f"{section}.{key}: {error.what}", where=place, fix=error.fix)


def careless(config: Config) -> list[str]:
    """Return the settings that are less polite or less careful than Reddit's rules ask."""
    checks = (
        ("reddit.requests_per_minute", config.reddit.requests_per_minute > 100),
        ("reddit.rss_seconds", config.reddit.rss_seconds < 60),
        ("outbox.quiet_seconds", config.outbox.quiet_seconds < 600),
        ("outbox.undo_seconds", config.outbox.undo_seconds <= 0),
        ("policy.replies_per_day", config.policy.replies_per_day > 20),
        ("policy.minutes_between", config.policy.minutes_between <= 0),
        ("policy.subreddit_hours", config.policy.subreddit_hours <= 0),
        ("policy.author_days", config.policy.author_days <= 0),
    )
    return [key for key, is_careless in checks if is_careless]


def is_loopback(url_or_host: str) -> bool:
    """Whether an address or the host of a URL is this machine, judged without asking a name server."""
    try:
        host = urlsplit(url_or_host).hostname if "://" in url_or_host else url_or_host.strip("[]")
        return host == "localhost" or ip_address(host or "").is_loopback
    except ValueError:
        return False


def _scheme(url: str) -> str:
    """Return the scheme of a web address that can be used, else ""."""
    try:
        parts = urlsplit(url)
        return parts.scheme if parts.hostname and parts.port != 0 else ""
    except ValueError:
        return ""


def rate(text: str) -> tuple[int, int]:
    """Return (count, seconds) of a limit such as `100/15m`; raises `ValueError`."""
    found = re.fullmatch(r"([1-9][0-9]{0,6})/([1-9][0-9]{0,4})?(s|m|h|d)", text.strip())
    if not found:
        raise ValueError(text)
    seconds = {"s": 1, "m": 60, "h": 3600, "d": 86400}[found[3]]
    return int(found[1]), int(found[2] or 1) * seconds


def items(config: Settings) -> Iterator[tuple[str, str | None, Any]]:
    """Yield (section, key, value) in the order of the file; a section's own line has no key."""
    for section in SECTIONS:
        yield section, None, None
        struct = getattr(config, section)
        for key in struct.__struct_fields__:
            yield section, key, getattr(struct, key)


def toml_string(text: str) -> str:
    """Return `text` as a TOML basic string on one line."""
    encoded = msgspec.json.encode(text).decode()
    return encoded.replace("\x7f", "\\u007f")


def _read(file: Path, *, required: bool) -> str:
    try:
        return file.read_bytes().decode("utf-8-sig")
    except (FileNotFoundError, NotADirectoryError):
        if required:
            raise ConfigError(
                "configuration file not found", where=str(file), fix="create it with 'leadtui config init'"
            ) from None
        return ""
    except UnicodeDecodeError as error:
        raise ConfigError(
            f"not UTF-8 at byte {error.start}", where=str(file), fix="save it as UTF-8"
        ) from None
    except OSError as error:
        raise ConfigError(
            f"cannot be read ({error.strerror})", where=str(file), fix="mend its permissions"
        ) from None


def _parse(text: str, file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(text.replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
        place = f":{found[1]}:{found[2]}" if found else f":{text.count(chr(10)) + 1}"
        what = re.sub(r"\s*\(at .*\)$", "", str(error))
        raise ConfigError(
            f"not valid TOML: {clean_line(what)}",
            where=f"{file}{place}",
            fix="compare with config.example.toml",
        ) from None
    except RecursionError:
        raise ConfigError(
            "nested too deeply", where=str(file), fix="compare with config.example.toml"
        ) from None


class _Lines:
    """Finds the line on which a key is set, for error messages only."""

    def __init__(self, text: str, file: Path) -> None:
        self.file = file
        self.places: dict[str, int] = {}
        section = ""
        for number, line in enumerate(text.split("\n"), 1):
            header = re.match(r"\s*\[\[?([^\[\]]+)\]", line)
            if header:
                section = header[1].strip().strip("\"'")
                self.places.setdefault(section, number)
                continue
            key = re.match(r"\s*(\"[^\"]+\"|'[^']+'|[\w.\-]+)\s*=", line)
            if key:
                name = key[1].strip("\"'")
                self.places.setdefault(f"{section}.{name}" if section else name, number)

    def where(self, key: str) -> str:
        line = self.places.get(key) or self.places.get(key.partition(".")[0])
        return f"{self.file}:{line}" if line else str(self.file)


def _check_names(values: Mapping[str, Any], lines: _Lines) -> None:
    for section, content in values.items():
        if section not in SECTIONS:
            raise ConfigError(
                f'unknown {"section" if isinstance(content, dict) else "key"} "{clean_line(section, 60)}"',
                where=lines.where(section),
                fix=_nearest(section, SECTIONS),
            )
        if not isinstance(content, dict):
            raise ConfigError(
                f'"{section}" is a section', where=lines.where(section), fix=f"write it as [{section}]"
            )
        known = getattr(Settings(), section).__struct_fields__
        for key in content:
            if key not in known:
                raise ConfigError(
                    f'unknown key "{clean_line(key, 60)}" in [{section}]',
                    where=lines.where(f"{section}.{key}"),
                    fix=_nearest(key, known),
                )


def _nearest(name: str, known: tuple[str, ...]) -> str:
    close = get_close_matches(name, known, n=1, cutoff=0.5)
    return f'did you mean "{close[0]}"?' if close else f"known: {', '.join(known)}"


def _overlay_environment(values: dict[str, Any]) -> dict[str, str]:
    """Apply `LEADTUI_SECTION__KEY` and return where each overridden key came from."""
    origins: dict[str, str] = {}
    for variable, text in os.environ.items():
        found = re.fullmatch(r"LEADTUI_(\w+?)__(\w+)", variable)
        if not found:
            continue
        section, key = found[1].lower(), found[2].lower()
        known = getattr(Settings(), section).__struct_fields__ if section in SECTIONS else ()
        if key not in known:
            near = _nearest(f"{section}.{key}", tuple(f"{s}.{k}" for s, k, _ in items(Settings()) if k))
            raise ConfigError("no such setting", where=f"environment {variable}", fix=near)
        default = getattr(getattr(Settings(), section), key)
        values.setdefault(section, {})[key] = _from_text(text, default)
        origins[f"{section}.{key}"] = f"environment {variable}"
    return origins


def _from_text(text: str, default: object) -> object:
    """Give a value from the environment the type its setting has; a wrong one is refused by the check after."""
    if isinstance(default, str):
        return text
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except (tomllib.TOMLDecodeError, RecursionError):
        return text


_TYPES = {
    "int": "a whole number",
    "float": "a number",
    "str": "a text in quotes",
    "bool": "true or false",
    "array": "a list",
    "object": "a table",
}


def _convert(values: dict[str, Any], lines: _Lines, origins: Mapping[str, str]) -> Settings:
    try:
        return msgspec.convert(values, Settings)
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at `$.")
        key = ".".join(re.sub(r"\[.*", "", path.rstrip("`")).split(".")[:2])
        expected = re.match(r"Expected `([^`]+)`, got `([^`]+)`", message)
        if expected:
            wanted = _TYPES.get(expected[1].split(" |")[0], expected[1])
            message = f"expected {wanted}, got {_TYPES.get(expected[2], expected[2])}"
        fix = _allowed(key)
        raise ConfigError(
            f"{key}: {'no such choice' if fix else clean_line(message)}",
            where=origins.get(key) or lines.where(key),
            fix=fix or "compare with config.example.toml",
        ) from None


def _allowed(key: str) -> str:
    section, _, name = key.partition(".")
    choices = {
        "reddit.mode": ("auto", "api", "rss", "off"),
        "ai.provider": ("gemini", "none"),
        "outbox.mode": ("browser", "api"),
        "log.level": ("debug", "info", "warning", "error"),
    }.get(f"{section}.{name}")
    return f"one of: {', '.join(choices)}" if choices else ""


def _problems(config: Config) -> Iterator[tuple[str, str, str]]:
    """Yield (key, what is wrong, what to do) for values of the right type that cannot be used."""
    bounds: tuple[tuple[str, float, float, float], ...] = (
        ("reddit.redirect_port", config.reddit.redirect_port, 1, 65535),
        ("reddit.requests_per_minute", config.reddit.requests_per_minute, 1, 1_000_000),
        ("reddit.rss_seconds", config.reddit.rss_seconds, 0, 86_400),
        ("ai.timeout_s", config.ai.timeout_s, 0.1, 600),
        ("ai.daily_calls", config.ai.daily_calls, 0, 1_000_000),
        ("ai.top_per_pass", config.ai.top_per_pass, 0, 10_000),
        ("website.timeout_s", config.website.timeout_s, 0.1, 600),
        ("website.max_bytes", config.website.max_bytes, 1_024, 104_857_600),
        ("schedule.discovery_minutes", config.schedule.discovery_minutes, 0.01, 10_080),
        ("metrics.port", config.metrics.port, 0, 65535),
        ("outbox.undo_seconds", config.outbox.undo_seconds, 0, 3_600),
        ("outbox.quiet_seconds", config.outbox.quiet_seconds, 0, 604_800),
        ("policy.replies_per_day", config.policy.replies_per_day, 0, 1_000),
        ("policy.minutes_between", config.policy.minutes_between, 0, 10_080),
        ("policy.subreddit_hours", config.policy.subreddit_hours, 0, 8_760),
        ("policy.author_days", config.policy.author_days, 0, 3_650),
        ("privacy.purge_hours", config.privacy.purge_hours, 0, 48),
    )
    for key, value, low, high in bounds:
        if not low <= value <= high:  # also refuses nan
            yield key, f"{value} is out of range", f"give {low:g} to {high:g}"
    for key in ("reddit.api_url", "reddit.www_url", "ai.base_url"):
        url = getattr(getattr(config, key.split(".")[0]), key.split(".")[1])
        if not url and key == "ai.base_url":
            continue
        scheme = _scheme(url)
        if scheme not in ("http", "https"):
            yield key, "not a web address", "give https://HOST"
        if scheme == "http" and not is_loopback(url):
            yield key, "http:// is allowed for this machine only", "use https://"
    if not (is_loopback(config.reddit.api_url) and is_loopback(config.reddit.www_url)):
        for key in careless(config):
            yield (
                key,
                "less careful than Reddit's rules ask",
                "allowed only while api_url and www_url are loopback addresses",
            )
    for key in ("limits.general", "limits.ai"):
        try:
            rate(getattr(config.limits, key.split(".")[1]))
        except ValueError:
            yield key, "not a rate", 'write count/window, as in "100/15m"'
    if config.metrics.enabled and not is_loopback(config.metrics.host) and not config.secret("metrics.token"):
        yield (
            "metrics.host",
            f"{clean_line(config.metrics.host, 60)} is not this machine alone: metrics.token is required",
            'set a token or host = "127.0.0.1"',
        )
    for key in ("database.url", "metrics.token"):
        value = getattr(getattr(config, key.split(".")[0]), key.split(".")[1])
        if value.startswith("env:") and value.removeprefix("env:") not in os.environ:
            # Read as "not set" it would send leads to another database, or open the endpoint to everybody here.
            yield key, f"{clean_line(value, 60)} is not in the environment", 'set it, or write ""'
    url = config.database.url
    if url and not url.startswith((*DATABASES, "env:", "file:", "keyring:")):
        yield (
            "database.url",
            "not a database that leadtui knows",
            f'use "", {" or ".join(f"{d}…" for d in DATABASES)}',
        )
