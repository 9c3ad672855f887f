"""`leadtui campaigns try`, `undo` and `health`: one change of a campaign, before and after it is saved."""

from __future__ import annotations

import sys
from dataclasses import asdict
from textwrap import shorten
from typing import TYPE_CHECKING, Any

import click

from leadtui.cli.common import emit, engine, json_option, note, run, say, with_config
from leadtui.config import Config
from leadtui.domain.edit import Edit
from leadtui.errors import ConfigError
from leadtui.text import plural

if TYPE_CHECKING:
    from leadtui.domain.models import Campaign
    from leadtui.services.backtest import Example, Outcome
    from leadtui.services.keywords import Health

_TITLE = 90
"""Characters of a title in a line."""


@click.command("try")
@click.argument("name")
@click.option("--keyword", metavar="TEXT", help="Add a keyword.")
@click.option("--negative", metavar="TEXT", help="Add a negative keyword.")
@click.option("--exclude-author", metavar="AUTHOR", help="Leave an author's posts out.")
@click.option("--min-score", metavar="N", help="Move the bound from which on a post is a lead.")
@click.option("--drop", metavar="KEYWORD", help="Remove a keyword, or replace it by --keyword.")
@click.option("--save", is_flag=True, help="Save the change after telling what it does.")
@json_option
@with_config
def try_(
    config: Config,
    name: str,
    keyword: str | None,
    negative: str | None,
    exclude_author: str | None,
    min_score: str | None,
    drop: str | None,
    save: bool,
    as_json: bool,
) -> None:
    """Tell what a change would do to the leads, over all stored posts; nothing changes without --save."""
    given = {"keyword": keyword, "negative": negative, "author": exclude_author, "min_score": min_score}
    chosen = [(kind, text) for kind, text in given.items() if text is not None]
    if drop is not None and not chosen:
        chosen = [("keyword", "")]
    if len(chosen) != 1 or (drop is not None and chosen[0][0] != "keyword"):
        raise ConfigError(
            "one change at a time",
            fix="give one of --keyword, --negative, --exclude-author, --min-score or --drop",
        )
    edit = Edit(*chosen[0], drop or "")

    async def work() -> tuple[str, Outcome]:
        async with engine(config) as opened:
            stored = await opened.campaigns.named(name)
            outcome = None
            async for outcome in opened.backtest.run(stored, edit):
                _progress(outcome)
            if outcome is None:
                raise AssertionError("a backtest ends with an answer")
            if save:
                await opened.desk.edit_campaign(stored.campaign.name, edit)
            return stored.campaign.name, outcome

    campaign, outcome = run(work())
    if as_json:
        emit(campaign=campaign, change=str(edit), saved=save, **asdict(outcome))
        return
    _tell(campaign, edit, outcome)
    if save:
        say(f"saved · 'leadtui campaigns undo {campaign}' takes it back")
    else:
        note("nothing was changed; --save does it")


@click.command()
@click.argument("name")
@json_option
@with_config
def undo(config: Config, name: str, as_json: bool) -> None:
    """Take a campaign's last change back, and score the stored posts again."""

    async def work() -> Campaign | None:
        async with engine(config) as opened:
            return await opened.campaigns.undo(name)

    campaign = run(work())
    if as_json:
        emit(campaign=campaign.name if campaign else name, undone=campaign is not None)
    else:
        say(f"campaign {campaign.name} is what it was" if campaign else "no change to take back")


@click.command()
@click.argument("name")
@json_option
@with_config
def health(config: Config, name: str, as_json: bool) -> None:
    """How each keyword is doing: healthy, noisy, quiet or capped, with what would mend it."""

    async def work() -> tuple[str, list[Health]]:
        async with engine(config) as opened:
            stored = await opened.campaigns.named(name)
            return stored.campaign.name, [one async for one in opened.keywords.health(stored)]

    campaign, found = run(work())
    if as_json:
        emit(campaign=campaign, keywords=[_health_document(one) for one in found])
        return
    if not found:
        say(f"{campaign} has no keywords: 'leadtui campaigns try {campaign} --keyword TEXT' tries one")
        return
    width = max(len(one.keyword) for one in found)
    say(f"{'keyword':<{width}}  {'state':<8} {'posts':>7} {'leads':>6} {'wanted':>7} {'ignored':>8}")
    for one in found:
        say(
            f"{one.keyword:<{width}}  {one.state:<8} {one.posts:>7,} {one.leads:>6,} {one.wanted:>7,} {one.ignored:>8,}"
        )
        if one.why:
            say(f"  {one.why}")
        for mend in one.mends:
            say(f"  mend: {mend.edit} ({mend.why})")


def _tell(campaign: str, edit: Edit, outcome: Outcome) -> None:
    aged = f" ({outcome.anyway:,} of these by age, at any change)" if outcome.anyway else ""
    say(
        f"{campaign} with {edit}: {plural(outcome.enter, 'lead')} in, {outcome.leave:,} out{aged}, {outcome.stay:,} stay"
    )
    if outcome.risen or outcome.fallen:
        say(f"of those that stay {outcome.risen:,} rise and {outcome.fallen:,} fall")
    for heading, examples in (("in", outcome.entering), ("out", outcome.leaving)):
        for one in examples:
            say(f"  {heading:<3} {_line(one)}")
    if outcome.generic is not None:
        say(outcome.warning)
        if outcome.generic.narrower:
            say(f"narrower: {', '.join(outcome.generic.narrower)}")


def _line(one: Example) -> str:
    cause = f" · {one.phrase}" if one.phrase else ""
    title = shorten(one.title, _TITLE, placeholder=" …") if len(one.title) > _TITLE else one.title
    return f"{one.before:>3} → {one.after:<3} r/{one.subreddit} · {title}{cause}"


def _health_document(one: Health) -> dict[str, Any]:
    mends = [{"change": str(mend.edit), **asdict(mend.edit), "why": mend.why} for mend in one.mends]
    return {**asdict(one), "mends": mends}


def _progress(outcome: Outcome) -> None:
    if sys.stderr.isatty():
        line = "" if outcome.done else f"looked at {outcome.looked:,} of {outcome.of:,} posts"
        sys.stderr.write(f"\r\x1b[K{line}")
        sys.stderr.flush()
