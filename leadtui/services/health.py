"""Every dependency checked: name, state, detail, and how to mend it."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from leadtui import __version__
from leadtui.config import SECRETS, Config, careless
from leadtui.errors import Exit, LeadTuiError
from leadtui.runtime import home
from leadtui.runtime.process import is_known_dead, pid_of
from leadtui.scoring import model
from leadtui.services.discovery import resolve
from leadtui.services.schedule import LEASE
from leadtui.store import feeds, leases
from leadtui.store.database import HEAD, Database
from leadtui.telemetry import masking
from leadtui.text import age, clean_line, plural

_MIN_FREE_BYTES = 100 * 2**20
_SAFE_SQLITE = (3, 51, 3)
"""From here on two processes that checkpoint at once cannot damage a file (a rare fault of 3.7.0 to 3.51.2)."""
_REDIS_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Check:
    """What was found out about one dependency."""

    name: str
    state: Literal["ok", "warn", "fail"]
    detail: str
    fix: str = ""
    code: Exit = Exit.DONE
    """What the command exits with when this failed."""


async def examine(config: Config) -> list[Check]:
    """Look at everything leadtui depends on; a missing home and a missing database are made, nothing else is changed."""
    checks = [Check("leadtui", "ok", f"{__version__} on Python {sys.version.split()[0]}")]
    checks += await _guarded("home", _home, config)
    checks += await _guarded("configuration", _configuration, config)
    checks += await _guarded("scoring", _scoring, config)
    checks += await _guarded("database", _database, config)
    checks += await _guarded("redis", _redis, config)
    checks += await _guarded("reddit", _reddit, config)
    checks += await _guarded("ai", _ai, config)
    checks += await _guarded("metrics", _metrics, config)
    return checks


async def _guarded(
    name: str, look: Callable[[Config], Awaitable[list[Check]]], config: Config
) -> list[Check]:
    try:
        return await look(config)
    except LeadTuiError as error:
        where = f" ({error.where})" if error.where else ""
        return [Check(name, "fail", masking.mask_known(error.what + where), error.fix, error.code)]


async def _home(config: Config) -> list[Check]:
    await asyncio.to_thread(home.prepare, config.home)
    free = shutil.disk_usage(config.home).free
    if free < _MIN_FREE_BYTES:
        return [
            Check("home", "warn", f"{config.home}, only {free // 2**20} MiB free", "make room on the disk")
        ]
    return [Check("home", "ok", f"{config.home}, {free // 2**30:,} GiB free")]


async def _configuration(config: Config) -> list[Check]:
    for key in SECRETS:
        masking.register_secret(config.secret(key))
    found = str(config.path) if config.path.exists() else f"defaults (no file at {config.path})"
    loose = careless(config)
    if loose:
        detail = f"{found}; less careful than Reddit's rules ask: {', '.join(loose)}"
        return [
            Check(
                "configuration",
                "warn",
                detail,
                "allowed while api_url and www_url are this machine's; never on Reddit",
            )
        ]
    return [Check("configuration", "ok", found)]


async def _scoring(config: Config) -> list[Check]:
    found, why = await asyncio.to_thread(model.read, model.FOLDER)
    if found is None:
        fix = "install leadtui again; until then scores go by rules alone"
        return [Check("scoring", "warn", clean_line(why, 300), fix)]
    return [Check("scoring", "ok", "rules, words and meaning")]


async def _database(config: Config) -> list[Check]:
    database = await Database.open(config)
    try:
        revision = await database.revision()
        state: list[Check] = []
        if database.is_sqlite:
            problem = await asyncio.to_thread(database.integrity)
            if problem:
                return [
                    Check(
                        "database", "fail", problem, "move the file aside and restore a backup", Exit.STORAGE
                    )
                ]
            version = sqlite3.sqlite_version
            detail = f"{database.where}, SQLite {version}, schema {revision}, intact"
            if tuple(map(int, version.split("."))) < _SAFE_SQLITE:
                fix = "run one process on this home at a time, or use a Python with SQLite 3.51.3 or newer"
                state.append(
                    Check(
                        "sqlite", "warn", f"{version} has a rare fault when two processes write at once", fix
                    )
                )
        else:
            detail = f"{database.where}, schema {revision}"
        checks = [Check("database", "ok" if revision == HEAD else "fail", detail, "", Exit.STORAGE), *state]
        return checks + await _background(config, database)
    finally:
        await database.close()


async def _background(config: Config, database: Database) -> list[Check]:
    async with database.read() as connection:
        lease = await leases.look(connection, LEASE)
        listed = await feeds.everything(connection)
    if lease is None or is_known_dead(lease.owner):
        schedule = Check("schedule", "ok", "nobody polls right now", "'leadtui run' or the dashboard does")
    else:
        schedule = Check("schedule", "ok", f"owned by pid {pid_of(lease.owner)}")
    off = [feed for feed in listed if resolve(feed.source, config) is None]
    failing = [feed for feed in listed if feed.errors]
    now = time.time()
    if failing:
        worst = max(failing, key=lambda feed: feed.errors)
        detail = f"{len(failing)} of {len(listed)} fail; {worst.name}: {worst.last_error}"
        return [schedule, Check("feeds", "warn", clean_line(detail, 400), "see 'leadtui feeds list'")]
    if off:
        detail = f"{len(off)} of {len(listed)} cannot be read yet: Reddit is not connected"
        return [
            schedule,
            Check(
                "feeds",
                "warn",
                detail,
                "take posts in with 'leadtui import' or 'leadtui feeds add jsonl FILE'",
            ),
        ]
    oldest = max((now - feed.last_poll for feed in listed if feed.last_poll), default=None)
    polled = f", longest ago {age(oldest)}" if oldest is not None else ""
    return [schedule, Check("feeds", "ok", f"{plural(len(listed), 'feed')}{polled}")]


async def _redis(config: Config) -> list[Check]:
    url = config.secret("redis.url")
    if not url:
        return [Check("redis", "ok", "not set: cache, queue and limits are in process")]
    from redis.asyncio import Redis
    from redis.asyncio.retry import Retry
    from redis.backoff import NoBackoff
    from redis.exceptions import RedisError

    fix = "start it or mend redis.url; until then work goes on in process"
    try:
        client = Redis.from_url(
            url,
            socket_timeout=_REDIS_SECONDS,
            socket_connect_timeout=_REDIS_SECONDS,
            retry=Retry(NoBackoff(), 0),
        )
    except ValueError as error:
        return [
            Check(
                "redis",
                "fail",
                f"redis.url: {clean_line(str(error), 200)}",
                "write redis://HOST:PORT",
                Exit.USAGE,
            )
        ]
    try:
        await client.ping()
    except (RedisError, OSError) as error:
        return [Check("redis", "warn", f"does not answer ({clean_line(str(error), 200)})", fix)]
    finally:
        await client.aclose()
    return [Check("redis", "ok", "answers")]


async def _reddit(config: Config) -> list[Check]:
    if config.reddit.mode == "off":
        return [Check("reddit", "ok", "off by configuration")]
    if resolve(feeds.SUBREDDITS, config) is None:
        detail = "not connected: this version reads posts from files and feeds of files"
        return [Check("reddit", "warn", detail, "take posts in with 'leadtui import FILE'")]
    return [Check("reddit", "ok", f"read by {resolve(feeds.SUBREDDITS, config)}")]


async def _ai(config: Config) -> list[Check]:
    has_key = bool(config.secret("ai.api_key"))
    if config.ai.provider == "none" or not has_key:
        return [Check("ai", "ok", "none: scores are local, drafts come from templates")]
    return [
        Check("ai", "ok", f"{config.ai.provider} has a key; this version scores locally and does not use it")
    ]


async def _metrics(config: Config) -> list[Check]:
    if not config.metrics.enabled:
        return [Check("metrics", "ok", "off by configuration")]
    where = f"http://{config.metrics.host}:{config.metrics.port}"
    return [Check("metrics", "ok", f"{where}/metrics while 'leadtui run' or the dashboard runs")]
