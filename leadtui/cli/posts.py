"""`score`, `import` and `discover`: posts in."""

from __future__ import annotations

import os
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from leadtui.cli.common import emit, engine, json_option, note, run, say, unreadable, with_config
from leadtui.config import Config
from leadtui.domain.models import BadLine, Campaign, Ingested, Post
from leadtui.errors import ConfigError, Exit
from leadtui.text import age, clean_line, plural

if TYPE_CHECKING:
    from leadtui.services.engine import Engine
    from leadtui.sources.jsonl import ParsedPost

IMPORT_CHUNK = 1_000
_SHOWN_BAD_LINES = 20
_KEPT_BAD_LINES = 1_000
_EVERY = 0.2
"""Seconds between two looks of the progress line."""
_BAR = 20


@click.command()
@click.option(
    "--campaign", required=True, metavar="NAME_OR_FILE", help="A stored campaign, or a campaign file."
)
@click.argument("posts", default="-", metavar="[POSTS]")
@click.option(
    "--jobs",
    type=click.IntRange(1, 256),
    metavar="N",
    help="Processes that score. [default: one per processor for long inputs]",
)
@with_config
def score(config: Config, campaign: str, posts: str, jobs: int | None) -> int:
    """Score posts from a JSON Lines file or stdin: one line out per line in, in the same order."""
    from leadtui.cli.stream import Answer, Block, score_stream

    looked_for = _campaign(config, campaign)
    out = sys.stdout.buffer
    # Answers on the same terminal say by themselves how far it is.
    shown = sys.stderr.isatty() and not sys.stdout.isatty()
    with _open(posts) as stream, _Progress(shown, _file_size(stream)) as progress:

        def write(block: Block, answer: Answer) -> None:
            out.write(answer.lines)
            out.flush()  # whoever feeds us line by line waits for the answer to the last one
            progress.scored(block.size, answer.lines.count(b"\n"))

        bad = score_stream(looked_for, stream, time.time(), write, helpers=jobs, where=_place(posts))
    return Exit.PARTIAL if bad else Exit.DONE


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
                await opened.learning.learn_due(patient=False)
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
        await opened.learning.learn_due(patient=False)
        read, new_posts, new_leads, bad_lines = 0, 0, 0, 0
        bad: list[BadLine] = []
        chunk: list[Post] = []
        with _Progress(sys.stderr.isatty()) as progress:
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
    """A line on stderr, on a terminal only, that says how far a long import or scoring is."""

    def __init__(self, shown: bool, total: int = 0) -> None:
        self._shown = shown
        self._total = total
        self._begun = time.monotonic()
        self._last = 0.0
        self._bytes = self._posts = 0

    def __enter__(self) -> _Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self._shown and self._last:
            with suppress(OSError):
                sys.stderr.write("\r\x1b[K")
                sys.stderr.flush()

    def show(self, read: int, leads: int) -> None:
        """Tell of an import."""
        if self._is_time():
            self._say(f"{read:,} read · {leads:,} leads")

    def scored(self, size: int, posts: int) -> None:
        """Tell that so many bytes more of the input, and lines, are done."""
        self._bytes += size
        self._posts += posts
        if not self._is_time():
            return
        spent = time.monotonic() - self._begun
        said = f"{self._posts:,} posts · {self._posts / spent:,.0f} a second"
        if self._total:
            share = min(1.0, self._bytes / self._total)
            left = age(spent / share * (1 - share)) if share else "?"
            done = round(share * _BAR)
            said = f"{'━' * done}{'─' * (_BAR - done)} {share:>4.0%} · {said} · {left} left"
        self._say(said)

    def _is_time(self) -> bool:
        now = time.monotonic()
        if not self._shown or now - max(self._last, self._begun) < _EVERY:
            return False
        self._last = now
        return True

    def _say(self, text: str) -> None:
        try:
            columns = os.get_terminal_size(sys.stderr.fileno()).columns or 80
        except OSError:
            columns = 80
        with suppress(OSError):  # a terminal that has gone does not stop the work
            sys.stderr.write(f"\r\x1b[K{text[: max(1, columns - 1)]}")
            sys.stderr.flush()


def _file_size(stream: BinaryIO) -> int:
    """Return the bytes that a file still holds; 0 where that is not known."""
    try:
        status = os.fstat(stream.fileno())
        return status.st_size - stream.tell() if stat.S_ISREG(status.st_mode) else 0
    except (OSError, ValueError):
        return 0


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
        raise unreadable(error, _place(posts)) from None


def _place(posts: str) -> str:
    return "stdin" if posts == "-" else clean_line(posts, 300)


def _campaign(config: Config, name_or_file: str) -> Campaign:
    """Read a campaign file without touching any database, or look a stored campaign up by name."""
    if name_or_file.endswith(".toml") or os.path.isfile(name_or_file):
        from leadtui.cli.campaigns import read_file

        return read_file(name_or_file)

    async def work() -> Campaign:
        async with engine(config) as opened:
            return (await opened.campaigns.named(name_or_file)).campaign

    return run(work())
