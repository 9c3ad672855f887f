"""`leadtui feeds`: the places that are polled."""

from __future__ import annotations

import os
import time

import click

from leadtui.cli.common import emit, engine, feed_document, json_option, run, say, with_config
from leadtui.config import Config
from leadtui.domain.models import Feed
from leadtui.errors import ConfigError, NotFoundError
from leadtui.text import age, clean_line, plural


@click.group()
def feeds() -> None:
    """A campaign's subreddits are feeds; files and folders can be feeds as well."""


@feeds.command("list")
@json_option
@with_config
def list_(config: Config, as_json: bool) -> None:
    """Every feed with its mode, last and next poll, age, posts, errors, requests left."""

    async def work() -> list[tuple[Feed, str | None]]:
        async with engine(config) as opened:
            return [(feed, opened.discovery.mode(feed)) for feed in await opened.desk.feeds()]

    listed = run(work())
    if as_json:
        emit(feeds=[feed_document(feed, mode) for feed, mode in listed])
        return
    if not listed:
        say(
            "no feeds yet: a campaign's subreddits become feeds, or add a file with 'leadtui feeds add jsonl FILE'"
        )
    now = time.time()
    for feed, mode in listed:
        last = f"polled {age(now - feed.last_poll)} ago" if feed.last_poll else "never polled"
        if mode is None:
            coming = "off: nothing can read it yet"
        else:
            coming = (
                "due now"
                if feed.next_poll is None or feed.next_poll <= now
                else f"next in {age(feed.next_poll - now)}"
            )
        newest = f" · newest {age(now - feed.newest_post)}" if feed.newest_post else ""
        left = "" if feed.requests_left is None else f" · {feed.requests_left} requests left"
        say(f"{feed.name}  {mode or 'off'} · {last} · {coming} · {plural(feed.posts, 'post')}{newest}{left}")
        if feed.errors:
            say(f"    {plural(feed.errors, 'failure')} in a row: {feed.last_error}")
        if feed.gap:
            say(f"    possible gap {feed.gap}")


@feeds.command()
@click.argument("source")
@click.argument("target")
@click.option(
    "--every",
    type=click.FloatRange(min=0.01),
    metavar="MINUTES",
    help="[default: schedule.discovery_minutes]",
)
@json_option
@with_config
def add(config: Config, source: str, target: str, every: float | None, as_json: bool) -> None:
    """Poll a file or folder: SOURCE is one of the sources of posts, such as jsonl, and TARGET what it reads."""
    from leadtui.sources import REGISTRY

    if source not in REGISTRY:
        raise ConfigError(
            f'no source is called "{clean_line(source, 60)}"', fix=f"known: {', '.join(sorted(REGISTRY))}"
        )

    if not target or clean_line(target) != target:
        raise ConfigError(
            "the target is empty or has characters that cannot be shown", fix="give it a plain name"
        )
    path = os.path.expanduser(target)
    if os.path.exists(path):
        # Whoever polls it may be started in another folder.
        target = os.path.abspath(path)

    async def work() -> str:
        async with engine(config) as opened:
            return await opened.discovery.add_feed(
                source, target, (every or config.schedule.discovery_minutes) * 60
            )

    name = run(work())
    if as_json:
        emit(feed=name)
    else:
        say(f"feed {name} added")


@feeds.command()
@click.argument("name")
@json_option
@with_config
def remove(config: Config, name: str, as_json: bool) -> None:
    """Stop polling a feed that was added by hand; the posts it brought stay."""

    async def work() -> None:
        async with engine(config) as opened:
            if not await opened.discovery.remove_feed(name):
                raise NotFoundError(
                    f'no feed is called "{clean_line(name, 200)}"', fix="see 'leadtui feeds list'"
                )

    run(work())
    if as_json:
        emit(removed=name)
    else:
        say(f"feed {clean_line(name, 200)} removed")
