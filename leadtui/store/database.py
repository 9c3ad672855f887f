"""One database, SQLite or PostgreSQL: connections, transactions, migrations, and what its errors mean to a person."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from leadtui.config import DATABASES, Config
from leadtui.errors import ConfigError, Exit, LeadTuiError, LockedError, StorageError
from leadtui.runtime.home import Presence
from leadtui.text import clean_line

Connection = AsyncConnection
"""What a transaction is done on; passed on by services, used by the store only."""

FILE = "leadtui.db"
HEAD = "0004"
"""The newest migration; a database that says so is not looked at any further."""
BUSY_SECONDS = 5.0
PATIENCE_SECONDS = 30
"""How long a PostgreSQL transaction waits for a lock; twice as long, and one that stands still is ended."""
_FULL_CHECK_BYTES = 256 * 2**20
_EXCLUSIVE_LOCK = 0x1EAD7001
_MIGRATION_LOCK = 0x1EAD7002


class Database:
    """Transactions on one database. `read` and `write` translate every failure into a `LeadTuiError`."""

    def __init__(
        self,
        reader: AsyncEngine,
        writer: AsyncEngine,
        where: str,
        path: Path | None,
        presence: Presence | None,
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._presence = presence
        self._is_sound = False
        """Whether it was opened, and no damage was met since: only such a file may be marked as clean."""
        self.where = where
        """For messages: a path, or a URL without its password."""
        self.path = path
        self.is_sqlite = path is not None

    @classmethod
    async def open(cls, config: Config, *, migrate: bool = True) -> Database:
        """Connect, check the file after an unclean stop, and bring the schema up to date."""
        url = config.secret("database.url")
        if not url:
            presence = Presence(config.home)
            path = config.home / FILE
            database = cls(_sqlite(path, write=False), _sqlite(path, write=True), str(path), path, presence)
        else:
            database = _remote(cls, url)
        try:
            if database.path is not None:
                await asyncio.to_thread(database._check_file)
            if migrate:
                await database.migrate()
        except BaseException:
            await database.close()
            raise
        database._is_sound = True
        return database

    async def close(self) -> None:
        """End every connection; the last process of a home leaves a mark that it ended cleanly."""
        await self._reader.dispose()
        await self._writer.dispose()
        if self._presence is not None and self.path is not None:
            if self._presence.is_last():
                await asyncio.to_thread(_mark_clean if self._is_sound else _mark_suspect, self.path)
            self._presence.leave()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that sees one state of the database."""
        with self._translated():
            async with self._reader.connect() as connection:
                yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that has the right to write from its first statement on; it commits or leaves nothing."""
        with self._translated():
            async with self._writer.begin() as connection:
                yield connection

    @asynccontextmanager
    async def exclusive(self) -> AsyncIterator[AsyncConnection]:
        """A writing transaction that overlaps no other process's, so that looking first is enough."""
        async with self.write() as connection:
            if not self.is_sqlite:
                await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _EXCLUSIVE_LOCK})
            yield connection

    async def revision(self) -> str | None:
        """Return the schema's revision, or None for an empty database."""
        async with self.read() as connection:
            return await connection.run_sync(_revision)

    async def migrate(self) -> bool:
        """Bring the schema to `HEAD`; safe when several processes start at once. Returns whether anything was done."""
        if await self.revision() == HEAD:
            return False
        async with self.write() as connection:
            if not self.is_sqlite:
                await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
            return await connection.run_sync(_migrate, self.where)

    @asynccontextmanager
    async def watch(self) -> AsyncIterator[Callable[[], Awaitable[object]]]:
        """Give a function whose answer differs whenever another connection has committed something since.

        It may also differ when nothing did; who is told looks again and finds nothing.
        """
        question = "PRAGMA data_version" if self.is_sqlite else "SELECT pg_current_wal_lsn()::text"
        with self._translated():
            async with self._reader.connect() as connection:  # SQLite counts for each connection by itself

                async def look() -> object:
                    with self._translated():
                        answer = (await connection.execute(text(question))).scalar()
                        await connection.rollback()
                        return answer

                yield look

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except LeadTuiError:
            raise
        except (DBAPIError, PoolTimeoutError, OSError) as error:
            told = meaning(error, self.where)
            self._is_sound = self._is_sound and told.code != Exit.STORAGE
            raise told from error

    def _check_file(self) -> None:
        """Look for damage when the last process did not end cleanly and nobody else is using the file."""
        assert self.path is not None  # noqa: S101 - for the type checker
        if (
            self._presence is None
            or not self._presence.alone
            or not self.path.exists()
            or _is_clean(self.path)
        ):
            return
        problem = self.integrity()
        if problem:
            raise _damaged(self.where)

    def integrity(self) -> str:
        """Return "" when the file is whole, else what is wrong; reads the whole file, blocking."""
        assert self.path is not None  # noqa: S101 - for the type checker
        size = self.path.stat().st_size if self.path.exists() else 0
        if size == 0:
            return ""
        pragma = "integrity_check(1)" if size <= _FULL_CHECK_BYTES else "quick_check(1)"
        try:
            connection = sqlite3.connect(self.path, timeout=BUSY_SECONDS)
            try:
                found = connection.execute(f"PRAGMA {pragma}").fetchone()[0]
            finally:
                connection.close()
        except sqlite3.Error as error:
            raise meaning(error, self.where) from error
        return "" if found == "ok" else f"the database is damaged: {clean_line(str(found), 200)}"


def meaning(error: BaseException, where: str) -> LeadTuiError:
    """Say what a database's error means to the person who sees it."""
    original = getattr(error, "orig", None) or error
    message = str(original).lower()
    if isinstance(error, PoolTimeoutError) or "database is locked" in message or "lock timeout" in message:
        return LockedError("another process holds the database", where=where, fix="end it or try again")
    if (
        "disk is full" in message
        or getattr(original, "sqlstate", "") == "53100"
        or getattr(original, "errno", None) == 28
    ):
        return StorageError(
            "the disk is full; what was stored before is safe", where=where, fix="make room and try again"
        )
    if "malformed" in message or "not a database" in message or "corrupt" in message:
        return _damaged(where)
    if "readonly" in message or "unable to open" in message or isinstance(original, PermissionError):
        return StorageError(
            "the database cannot be written",
            where=where,
            fix="mend the permissions of the file and its folder",
        )
    if "disk i/o error" in message:
        return StorageError(
            "the disk failed or is full; what was stored before is safe",
            where=where,
            fix="mend it or make room, and try again",
        )
    if isinstance(error, DBAPIError) and not error.connection_invalidated and _is_mistake(error):
        return LeadTuiError(
            f"unexpected database error: {clean_line(str(original), 300)}",
            where=where,
            fix="please report it",
        )
    return StorageError(
        f"the database does not answer ({clean_line(str(original), 200)})",
        where=where,
        fix="start it, or mend database.url",
    )


def _is_mistake(error: DBAPIError) -> bool:
    """Whether the statement was wrong, not the database: always a bug of ours."""
    from sqlalchemy.exc import DataError, IntegrityError, ProgrammingError

    # Classes 22, 23, 42 and 54 of PostgreSQL: wrong values, broken constraints, wrong SQL, too much of something.
    if isinstance(error, IntegrityError | ProgrammingError | DataError) or (
        str(getattr(error.orig, "sqlstate", None))[:2] in ("22", "23", "42", "54")
    ):
        return True
    return isinstance(error.orig, sqlite3.Error)


def _damaged(where: str) -> StorageError:
    return StorageError(
        "the database is damaged",
        where=where,
        fix="move the file aside and restore a backup; nothing was changed",
    )


def _sqlite(path: Path, *, write: bool) -> AsyncEngine:
    engine = create_async_engine(
        URL.create("sqlite+aiosqlite", database=str(path)),  # a path may hold what means something in a URL
        pool_size=1 if write else 4,
        max_overflow=0,
        pool_timeout=60,
        connect_args={"timeout": BUSY_SECONDS},
        hide_parameters=True,  # error messages must not quote notes, drafts and posts
    )

    @event.listens_for(engine.sync_engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        # The driver's own transactions lose updates silently; ours begin explicitly, see below.
        connection.isolation_level = None
        cursor = connection.cursor()
        try:
            if write:
                _use_wal(cursor)
            # FULL: a verdict that was shown as done survives a power cut, and in bulk it costs nothing.
            for pragma in (
                "synchronous=FULL",
                "foreign_keys=ON",
                "temp_store=MEMORY",
                "cache_size=-32768",
                "trusted_schema=OFF",
            ):
                cursor.execute(f"PRAGMA {pragma}")
        finally:
            cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine


def _use_wal(cursor: Any) -> None:
    """Let readers and the writer work side by side; SQLite does not wait by itself for this one lock."""
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            cursor.execute("PRAGMA journal_mode")
            if cursor.fetchone()[0] == "wal":
                break
            cursor.execute("PRAGMA page_size=8192")
            cursor.execute("PRAGMA journal_mode=WAL")
            break
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.05)
    cursor.execute("PRAGMA wal_autocheckpoint=4000")


def _remote(cls: Callable[..., Database], url: str) -> Database:
    if not url.startswith(DATABASES):
        raise ConfigError(
            "database.url: not a database that leadtui knows", fix=f'use "", or {DATABASES[0]}…'
        )
    try:
        parsed = make_url(url)
        options = {"pool_pre_ping": True, "pool_timeout": 30, "hide_parameters": True}
        reader = create_async_engine(parsed, pool_size=4, isolation_level="REPEATABLE READ", **options)
        writer = create_async_engine(parsed, pool_size=2, **options)
        event.listen(writer.sync_engine, "connect", _bound_waiting)
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        raise ConfigError(
            f"database.url: {clean_line(str(error), 200)}", fix=f"use {DATABASES[0]}…"
        ) from None
    except ValueError:  # its text would quote a part of the address
        raise ConfigError("database.url: not an address", fix=f"use {DATABASES[0]}…") from None
    return cls(reader, writer, parsed.render_as_string(hide_password=True), None, None)


def _bound_waiting(connection: Any, _record: Any) -> None:
    """A process that stands still in mid-transaction must not hold up all the others for ever."""
    cursor = connection.cursor()
    cursor.execute(f"SET lock_timeout = '{PATIENCE_SECONDS}s'")
    cursor.execute(f"SET idle_in_transaction_session_timeout = '{2 * PATIENCE_SECONDS}s'")
    cursor.close()
    connection.commit()


def _revision(connection: Any) -> str | None:
    from sqlalchemy import inspect

    if not inspect(connection).has_table("alembic_version"):
        return None
    row = connection.execute(text("SELECT version_num FROM alembic_version")).first()
    return row[0] if row else None


def _migrate(connection: Any, where: str) -> bool:
    """Run the missing migrations in the transaction that `connection` has open."""
    found = _revision(connection)
    if found == HEAD:
        return False
    from alembic import command
    from alembic.config import Config as AlembicConfig
    from alembic.script import ScriptDirectory

    settings = AlembicConfig()
    settings.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    known = {script.revision for script in ScriptDirectory.from_config(settings).walk_revisions()}
    if found is not None and found not in known:
        raise StorageError(
            "the database was made by a newer leadtui", where=where, fix="install that version or a newer one"
        )
    settings.attributes["connection"] = connection
    command.upgrade(settings, "head")
    return True


def _clean_mark(path: Path) -> Path:
    return path.with_name(".clean")


def _state(path: Path) -> str:
    stat = path.stat()
    return f"{stat.st_size} {stat.st_mtime_ns}"


def _is_clean(path: Path) -> bool:
    with suppress(OSError):
        return _clean_mark(path).read_text("ascii") == _state(path) and not _wal(path)
    return False


def _wal(path: Path) -> bool:
    log = path.with_name(path.name + "-wal")
    return log.exists() and log.stat().st_size > 0


def _mark_clean(path: Path) -> None:
    # Only a hint that saves a check: a full disk or a lost folder must not turn a clean end into a failure.
    with suppress(OSError):
        if path.exists() and not _wal(path):
            _clean_mark(path).write_text(_state(path), "ascii")


def _mark_suspect(path: Path) -> None:
    with suppress(OSError):
        _clean_mark(path).unlink(missing_ok=True)
