"""What all commands share: options, results as text or JSON, and one line for every error."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from functools import update_wrapper
from typing import TYPE_CHECKING, Any, TypeVar

import click

from leadtui import config as configuration
from leadtui.config import Config
from leadtui.domain.models import Feed, Lead, Score
from leadtui.errors import LeadTuiError, SourceError

if TYPE_CHECKING:
    from leadtui.services.engine import Engine

T = TypeVar("T")
Function = TypeVar("Function", bound=Callable[..., Any])

SCHEMA = 1
_GLOBAL = (
    click.option("--home", metavar="DIR", help="Where everything is kept."),
    click.option("--config", "config_file", metavar="FILE", help="The configuration file."),
    click.option(
        "--log-level",
        type=click.Choice(["debug", "info", "warning", "error"]),
        help="What the log files hold.",
    ),
)


def global_options(function: Function) -> Function:
    """Let a command take --home, --config and --log-level, before or after its name."""
    for option in reversed(_GLOBAL):
        function = option(function)
    return function


def with_config(function: Callable[..., T]) -> Callable[..., T]:
    """Give a command the global options and hand it the configuration as its first argument."""

    def command(home: str | None, config_file: str | None, log_level: str | None, **values: Any) -> T:
        outer = click.get_current_context().find_root().params
        config = configuration.load(
            home or outer.get("home"),
            config_file or outer.get("config_file"),
            log_level or outer.get("log_level"),
        )
        return function(config, **values)

    return global_options(update_wrapper(command, function))


json_option = click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")


@asynccontextmanager
async def engine(config: Config, face: str = "cli") -> AsyncIterator[Engine]:
    """An open engine for one command."""
    from leadtui.runtime import home
    from leadtui.telemetry import logs

    home.prepare(config.home)
    logs.setup(config.home, config.log.level, face=face)
    from leadtui.services.engine import Engine

    try:
        opened = await Engine.open(config)
        try:
            yield opened
        finally:
            await opened.close()
    except LeadTuiError as error:
        logs.get("cli").warning("command_failed", error=str(error), exc_info=error.__cause__)
        raise


def run(work: Awaitable[T]) -> T:
    """Run a command's coroutine."""
    import asyncio

    async def main() -> T:
        return await work

    return asyncio.run(main())


def emit(**document: Any) -> None:
    """Print one JSON document."""
    click.echo(json.dumps({"schema": SCHEMA, **document}, ensure_ascii=True, allow_nan=False))


def say(text: str = "") -> None:
    """Print a line of a result for people."""
    click.echo(text)


def note(text: str) -> None:
    """Print a line that is no result."""
    click.echo(text, err=True)


def unreadable(error: OSError, where: str) -> SourceError:
    """Return what is said when an input breaks off."""
    return SourceError(f"cannot be read on ({error.strerror})", where=where, fix="try again")


def when(seconds: float | None) -> str | None:
    """Return a time as ISO 8601 in UTC."""
    if seconds is None:
        return None
    moment = datetime.fromtimestamp(seconds, UTC)
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def score_document(score: Score, reasons: Sequence[Any]) -> dict[str, Any]:
    """Return a score as the contract words it, with reasons that the encoder knows how to write."""
    return {
        "score": score.value,
        "lead": score.lead,
        "intent": score.intent,
        "stance": score.stance,
        "sentiment": score.sentiment,
        "parts": score.parts,
        "reasons": reasons,
        "scored_by": score.scored_by,
    }


def lead_document(lead: Lead) -> dict[str, Any]:
    """Return a lead as the contract words it."""
    row, post = lead.row, lead.post
    return {
        "id": row.id,
        "campaign": row.campaign,
        "status": row.status,
        "found_at": when(row.found_at),
        "post": {
            "id": post.id,
            "kind": post.kind.value,
            "subreddit": post.subreddit,
            "title": post.title,
            "body": post.body,
            "author": post.author,
            "created_at": when(post.created_at),
            "score": post.score,
            "num_comments": post.num_comments,
            "permalink": post.permalink,
        },
        **score_document(lead.score, [asdict(reason) for reason in lead.score.reasons]),
        "copies": [
            {
                "id": copy.id,
                "subreddit": copy.subreddit,
                "created_at": when(copy.created_at),
                "permalink": copy.permalink,
            }
            for copy in lead.copies
        ],
        "notes": lead.notes,
        "tags": list(lead.tags),
        "seen": row.seen,
        "snoozed_until": when(row.snoozed_until),
    }


def feed_document(feed: Feed, mode: str | None) -> dict[str, Any]:
    """Return a feed as the contract words it."""
    return {
        "name": feed.name,
        "mode": mode or "off",
        "last_poll": when(feed.last_poll),
        "next_poll": when(feed.next_poll) if mode else None,
        "newest_post": when(feed.newest_post),
        "posts": feed.posts,
        "errors": feed.errors,
        "last_error": feed.last_error,
        "requests_left": feed.requests_left,
        "gap": feed.gap or None,
    }
