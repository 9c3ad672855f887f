"""`leadtui campaigns`: the products that are looked for."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path

import click

from leadtui.cli.common import emit, engine, json_option, run, say, with_config
from leadtui.cli.edits import health, try_, undo
from leadtui.config import Config
from leadtui.domain.campaign import parse, to_toml
from leadtui.domain.models import Campaign
from leadtui.errors import ConfigError
from leadtui.text import clean_line, plural

_MAX_BYTES = 1_048_576


@click.group()
def campaigns() -> None:
    """A campaign is one product looked for."""


@campaigns.command()
@click.option("--file", "file", required=True, metavar="FILE.toml", help="The campaign file; - for stdin.")
@json_option
@with_config
def add(config: Config, file: str, as_json: bool) -> None:
    """Add a campaign from its file, and find its leads in the posts already stored."""
    campaign = read_file(file)

    async def work() -> int:
        async with engine(config) as opened:
            return await opened.campaigns.add(campaign, _progress)

    found = run(work())
    if as_json:
        emit(campaign=campaign.name, new_leads=found)
    else:
        say(f"campaign {campaign.name} added · {plural(found, 'lead')} in the posts already stored")


@campaigns.command("list")
@json_option
@with_config
def list_(config: Config, as_json: bool) -> None:
    """All campaigns, with their leads."""

    async def work() -> list[tuple[Campaign, dict[str, int], str]]:
        async with engine(config) as opened:
            listed = await opened.campaigns.listed()
            lessons = {lesson.campaign: str(lesson) for lesson in await opened.desk.lessons()}
            return [
                (item.campaign, await opened.desk.counts(name), lessons.get(name, ""))
                for item in listed
                if (name := item.campaign.name)
            ]

    listed = run(work())
    if as_json:
        emit(campaigns=[{**asdict(campaign), "leads": counts} for campaign, counts, _ in listed])
        return
    if not listed:
        say("no campaigns yet: add one with 'leadtui campaigns add --file FILE.toml'")
    for campaign, counts, lesson in listed:
        new, total = counts["new"], sum(counts.values())
        say(
            f"{campaign.name}  {new:,} new of {plural(total, 'lead')} · {plural(len(campaign.subreddits), 'subreddit')} · {lesson}"
        )


@campaigns.command()
@click.argument("name")
@json_option
@with_config
def show(config: Config, name: str, as_json: bool) -> None:
    """The campaign file of a stored campaign."""
    campaign = _named(config, name)
    if as_json:
        emit(**asdict(campaign))
    else:
        click.echo(to_toml(campaign), nl=False)


@campaigns.command()
@click.argument("name")
@click.option(
    "--file",
    "file",
    metavar="FILE.toml",
    help="Replace it by this file; - for stdin. [default: open $EDITOR]",
)
@json_option
@with_config
def edit(config: Config, name: str, file: str | None, as_json: bool) -> None:
    """Change a campaign, and score the stored posts for it again."""
    old = _named(config, name)
    changed = read_file(file) if file else _edited(old)
    if changed == old and not as_json:
        say("nothing changed")
        return

    async def work() -> tuple[int, int]:
        async with engine(config) as opened:
            before = sum((await opened.desk.counts(old.name)).values())
            await opened.campaigns.edit(old.name, changed, _progress)
            return before, sum((await opened.desk.counts(changed.name)).values())

    before, after = run(work())
    if as_json:
        emit(campaign=changed.name, leads=after, new_leads=after - before)
        return
    say(f"campaign {changed.name} changed · {plural(after, 'lead')}, {after - before:+,} by this change")


@campaigns.command()
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
@with_config
def remove(config: Config, name: str, yes: bool, as_json: bool) -> None:
    """Delete a campaign with its leads, notes and drafts; stored posts stay."""

    async def work() -> tuple[str, int]:
        async with engine(config) as opened:
            stored = await opened.campaigns.named(name)
            total, touched, drafts = await opened.campaigns.worked_on(stored)
            if not yes and sys.stdin.isatty() and (touched or drafts):
                question = f"{plural(total, 'lead')}, {touched:,} of them judged, and {plural(drafts, 'draft')} go with it. Delete?"
                click.confirm(question, abort=True, err=True)
            await opened.campaigns.remove(stored.campaign.name)
            return stored.campaign.name, total

    removed, total = run(work())
    if as_json:
        emit(removed=removed, leads=total)
    else:
        say(f"campaign {removed} removed with {plural(total, 'lead')}")


@campaigns.command()
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
@with_config
def forget(config: Config, name: str, yes: bool, as_json: bool) -> None:
    """Forget what your verdicts taught about leads; the verdicts themselves stay."""

    async def work() -> tuple[str, int]:
        async with engine(config) as opened:
            stored = await opened.campaigns.named(name)
            if not yes and sys.stdin.isatty():
                question = f"What was learned for {stored.campaign.name} is lost. Begin again with the next verdicts?"
                click.confirm(question, abort=True, err=True)
            return stored.campaign.name, await opened.learning.forget(stored)

    forgotten, rescored = run(work())
    if as_json:
        emit(campaign=forgotten, rescored=rescored)
    else:
        say(
            f"campaign {forgotten} learns anew from the next verdicts · {plural(rescored, 'score')} changed back"
        )


for command in (try_, undo, health):
    campaigns.add_command(command)


def read_file(file: str) -> Campaign:
    """Read a campaign file, or stdin for `-`."""
    where = "stdin" if file == "-" else clean_line(file, 300)
    try:
        data = sys.stdin.buffer.read(_MAX_BYTES + 1) if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise ConfigError(
            f"cannot be read ({error.strerror})", where=where, fix="name a campaign file"
        ) from None
    if len(data) > _MAX_BYTES:
        raise ConfigError("larger than 1 MiB", where=where, fix="name a campaign file")
    try:
        return parse(data.decode("utf-8-sig"), where)
    except UnicodeDecodeError as error:
        raise ConfigError(f"not UTF-8 at byte {error.start}", where=where, fix="save it as UTF-8") from None


def _named(config: Config, name: str) -> Campaign:
    async def work() -> Campaign:
        async with engine(config) as opened:
            return (await opened.campaigns.named(name)).campaign

    return run(work())


def _edited(old: Campaign) -> Campaign:
    if not sys.stdin.isatty():
        raise ConfigError("no terminal to edit in", fix="give the changed campaign with --file")
    text = click.edit(to_toml(old), extension=".toml")
    return old if text is None else parse(text, "the edited campaign")


def _progress(name: str, done: int, last: int) -> None:
    if sys.stderr.isatty():
        end = "\r\x1b[K" if done >= last else f"\r\x1b[Kscoring stored posts for {name}: {done:,} of {last:,}"
        sys.stderr.write(end)
        sys.stderr.flush()
