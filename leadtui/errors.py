"""The one error type that reaches a person, and the exit codes that scripts may rely on."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """Exit codes of every command."""

    DONE = 0
    BUG = 1
    USAGE = 2
    PARTIAL = 3
    PERSON_NEEDED = 4
    SIGN_IN = 5
    LOCKED = 6
    STORAGE = 7
    POLICY = 8
    REMOTE = 9


class LeadTuiError(Exception):
    """Something a person can act on: what happened, where, and what to do about it.

    The three texts are shown on one line, so they hold no line breaks, and never a secret.
    """

    code = Exit.BUG

    def __init__(self, what: str, *, where: str = "", fix: str = "", code: Exit | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.fix = fix
        if code is not None:
            self.code = code

    def __str__(self) -> str:
        """One line: `where: what; fix`."""
        line = f"{self.where}: {self.what}" if self.where else self.what
        line = f"{line}; {self.fix}" if self.fix else line
        return " ".join(line.split())


class ConfigError(LeadTuiError):
    """Wrong usage, configuration, campaign file or query."""

    code = Exit.USAGE


class NotFoundError(LeadTuiError):
    """A name or id that a person typed does not exist."""

    code = Exit.USAGE


class LockedError(LeadTuiError):
    """Another process holds what this one needs."""

    code = Exit.LOCKED


class StorageError(LeadTuiError):
    """The database is full, damaged, read-only or unreachable."""

    code = Exit.STORAGE


class SourceError(LeadTuiError):
    """A source of posts could not be read; the feed is tried again later."""

    code = Exit.REMOTE
