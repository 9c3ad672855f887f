"""`score`, `import` and `discover`: posts in."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from leadtui.cli.common import emit, engine, json_option, note, run, say, score_document, with_config
from leadtui.config import Config
from leadtui.domain.models import BadLine, Campaign, Ingested, Post, Reason, Score
from leadtui.errors import ConfigError, Exit, SourceError
from leadtui.text import clean_line, plural

if TYPE_CHECKING:
    from leadtui.services.engine import Engine
    from leadtui.sources.jsonl import ParsedPost

IMPORT_CHUNK = 1_000
_SHOWN_BAD_LINES = 20
_KEPT_BAD_LINES = 1_000


@click.command()
@click.option(
    "--campaign", required=True, metavar="NAME_OR_FILE", help="A stored campaign, or a campaign file."
)
@click.argument("posts", default="-", metavar="[POSTS]")
@with_config
def score(config: Config, campaign: str, posts: str) -> int:
    """Score posts from a JSON Lines file or stdin: one line out per line in, in the same order."""
    import msgspec

    from leadtui.scoring import Scorer

    scorer = Scorer(_campaign(config, campaign))
    encode = msgspec.json.Encoder().encode
    out = sys.stdout.buffer
    now = time.time()
    failed = False
    with _open(posts) as stream:
        for item in _records(stream, posts):
            if isinstance(item, BadLine):
                failed = True
                document: dict[str, object] = {"line": item.line, "error": item.error}
            else:
                result = scorer.score(item.post, now)
                document = {"id": item.post.id, **score_document(result, _in_raw_text(item, result))}
            out.write(encode(document) + b"\n")
            out.flush()  # whoever feeds us line by line waits for the answer to the last one
    return Exit.PARTIAL if failed else Exit.DONE


@click.command("import")
@click.option("--campaign", metavar="NAME", help="Score for this campaign only.")
@click.argument("posts", default="-", metavar="[POSTS]")
@json_option
@with_config
def import_(config: Config, campaign: str | None, posts: str, as_json: bool) -> int:
    """Take posts in from a JSON Lines file or stdin: stored once, scored, shown as leads."""
    with _open(posts) as stream:
        done, bad_lines = run(_import(config, campaign, _records(stream, posts)))
    if as_json:
        errors = [{"line": bad.line or None, "error": bad.error} for bad in done.bad]
        emit(
            read=done.read,
            new_posts=done.new_posts,
            new_leads=done.new_leads,
            bad_lines=bad_lines,
            errors=errors,
        )
    else:
        for bad in done.bad[:_SHOWN_BAD_LINES]:
            note(f"line {bad.line}: {bad.error}" if bad.line else bad.error)
        if bad_lines > _SHOWN_BAD_LINES:
            note(f"and {plural(bad_lines - _SHOWN_BAD_LINES, 'more bad line')}")
        say(
            f"{done.read:,} read · {plural(done.new_posts, 'new post')} · {plural(done.new_leads, 'new lead')}"
            f" · {plural(bad_lines, 'bad line')}"
        )
    return Exit.PARTIAL if bad_lines else Exit.DONE


@click.command()
@click.option("--campaign", metavar="NAME", help="Only the feeds of this campaign.")
@json_option
@with_config
def discover(config: Config, campaign: str | None, as_json: bool) -> int:
    """One discovery pass over the feeds, then exit."""

    async def work() -> int:
        async with engine(config) as opened:
            if campaign is not None:
                await opened.campaigns.named(campaign)
            give_back = await opened.schedule.take_once()
            try:
                await opened.discovery.backfill()
                done = await opened.discovery.run_pass(campaign)
            finally:
                await give_back()
        if as_json:
            errors = [{"feed": feed, "error": error} for feed, error in done.errors]
            emit(
                feeds=done.feeds,
                fetched=done.fetched,
                new_posts=done.new_posts,
                new_leads=done.new_leads,
                errors=errors,
            )
        else:
            for feed, error in done.errors:
                note(f"{feed}: {error}")
            say(
                f"{plural(done.feeds, 'feed')} · {done.fetched:,} fetched · {plural(done.new_posts, 'new post')}"
                f" · {plural(done.new_leads, 'new lead')} · {plural(len(done.errors), 'error')}"
            )
            if not done.feeds:
                note(
                    "no feed can be read yet: see 'leadtui feeds list', or take posts in with 'leadtui import FILE'"
                )
        return Exit.PARTIAL if done.errors else Exit.DONE

    return run(work())


async def _import(
    config: Config, campaign: str | None, records: Iterator[ParsedPost | BadLine]
) -> tuple[Ingested, int]:
    """Return what was taken in, with the first bad lines, and how many bad lines there were."""
    async with engine(config) as opened:
        wanted = None if campaign is None else {(await opened.campaigns.named(campaign)).id}
        await opened.discovery.backfill()
        read, new_posts, new_leads, bad_lines = 0, 0, 0, 0
        bad: list[BadLine] = []
        chunk: list[Post] = []
        with _Progress() as progress:
            while True:
                chunk.clear()
                for item in records:
                    read += 1
                    if isinstance(item, BadLine):
                        bad_lines += 1
                        if len(bad) < _KEPT_BAD_LINES:
                            bad.append(item)
                        continue
                    chunk.append(item.post)
                    if len(chunk) >= IMPORT_CHUNK:
                        break
                if not chunk:
                    break
                done = await opened.discovery.ingest(chunk, "jsonl", wanted=wanted)
                new_posts += done.new_posts
                new_leads += done.new_leads
                bad_lines += len(done.bad)
                bad.extend(done.bad[: _KEPT_BAD_LINES - len(bad)])
                progress.show(read, new_leads)
        if not await _has_campaigns(opened):
            note("no campaign yet: the posts are stored, and are scored as soon as there is one")
        return Ingested(read, new_posts, new_leads, tuple(bad)), bad_lines


async def _has_campaigns(opened: Engine) -> bool:
    return bool(await opened.campaigns.listed())


class _Progress:
    """A line on stderr, on a terminal only, that says how far a long import is."""

    def __init__(self) -> None:
        self._shown = sys.stderr.isatty()
        self._last = 0.0

    def __enter__(self) -> _Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self._shown and self._last:
            sys.stderr.write("\r\x1b[K")

    def show(self, read: int, leads: int) -> None:
        now = time.monotonic()
        if self._shown and now - self._last > 0.2:
            self._last = now
            sys.stderr.write(f"\r\x1b[K{read:,} read · {leads:,} leads")
            sys.stderr.flush()


@contextmanager
def _open(posts: str) -> Iterator[BinaryIO]:
    if posts == "-":
        if sys.stdin.isatty():
            raise ConfigError("no posts given", fix="name a JSON Lines file, or pipe one in")
        yield sys.stdin.buffer
        return
    try:
        stream = Path(posts).open("rb")  # noqa: SIM115 - closed below
    except OSError as error:
        raise ConfigError(
            f"cannot be read ({error.strerror})", where=clean_line(posts, 300), fix="name a JSON Lines file"
        ) from None
    with stream:
        yield stream


def _records(stream: BinaryIO, posts: str) -> Iterator[ParsedPost | BadLine]:
    from leadtui.sources.jsonl import read_posts

    try:
        yield from read_posts(stream)
    except OSError as error:
        where = "stdin" if posts == "-" else clean_line(posts, 300)
        raise SourceError(f"cannot be read on ({error.strerror})", where=where, fix="try again") from None


def _campaign(config: Config, name_or_file: str) -> Campaign:
    """Read a campaign file without touching any database, or look a stored campaign up by name."""
    if name_or_file.endswith(".toml") or os.path.isfile(name_or_file):
        from leadtui.cli.campaigns import read_file

        return read_file(name_or_file)

    async def work() -> Campaign:
        async with engine(config) as opened:
            return (await opened.campaigns.named(name_or_file)).campaign

    return run(work())


def _in_raw_text(item: ParsedPost, result: Score) -> list[Reason]:
    """Give spans in terms of the text as it came in, as the contract words them."""
    reasons = []
    for reason in result.reasons:
        if reason.start is None or reason.end is None:
            reasons.append(reason)
            continue
        start, end = item.raw_span(reason.start, reason.end)
        reasons.append(Reason(reason.part, reason.points, reason.text, start, end))
    return reasons
