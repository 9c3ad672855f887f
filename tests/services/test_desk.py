"""The dashboard's door: hostile words stay words, links lead to the web only, everything asked for is answered."""

from __future__ import annotations

import io
import json
import time

import pytest

from leadtui.config import Config, Reddit
from leadtui.domain.models import Campaign, Post
from leadtui.errors import ConfigError, LeadTuiError, NotFoundError
from leadtui.services.desk import link
from leadtui.services.engine import Engine
from leadtui.sources.jsonl import ParsedPost, read_posts

from .conftest import EVERYTHING, rows

HOSTILE = (
    "[/] [@click=app.bell]x[/] \x1b]0;title\x07 \x1b[2J \u202e \u200b \x00 \r\n $(reboot) {0} %s <b> &amp;lt;"
)


@pytest.fixture
async def filled(engine: Engine) -> Engine:
    """Three leads."""
    await engine.campaigns.add(EVERYTHING)
    await engine.discovery.ingest([Post(f"p{number}", "a", f"title {number}") for number in range(3)], "test")
    return engine


@pytest.mark.parametrize(
    ("permalink", "address"),
    [
        ("/r/saas/comments/1/x/", "https://www.reddit.com/r/saas/comments/1/x/"),
        ("https://example.com/x?y=1#z", "https://example.com/x?y=1#z"),
        ("http://example.com", "http://example.com"),
        ("HTTPS://EXAMPLE.COM/", "HTTPS://EXAMPLE.COM/"),
        ("//evil.example/x", "https://www.reddit.com//evil.example/x"),
        ("javascript:alert(1)", None),
        ("JavaScript://example.com/%0aalert(1)", None),
        ("file:///etc/passwd", None),
        ("data:text/html,x", None),
        ("vbscript:x", None),
        ("ftp://example.com/", None),
        ("https:", None),
        ("https://", None),
        ("http:///etc/passwd", None),
        ("http://[", None),
        ("https://[::1", None),
        ("example.com", None),
        ("-oProxyCommand=x", None),
        ("", None),
        (" ", None),
    ],
)
def test_a_link_leads_to_the_web_or_nowhere(permalink: str, address: str | None) -> None:
    assert link(Post("x", "saas", "t", permalink=permalink), Config()) == address


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("t3_1abc", "https://www.reddit.com/comments/1abc"),
        ("t1_1abc", None),
        ("t3_../x", None),
        ("t3_ABC", None),
        ("t3_1abc\n", None),
        ("whatever", None),
    ],
)
def test_without_a_link_a_reddit_post_is_found_by_its_name(name: str, address: str | None) -> None:
    assert link(Post(name, "saas", "t"), Config()) == address


def test_links_go_where_the_configuration_says() -> None:
    config = Config(reddit=Reddit(www_url="http://127.0.0.1:8080/"))
    assert link(Post("x", "s", "t", permalink="/r/x"), config) == "http://127.0.0.1:8080/r/x"


async def test_hostile_posts_come_out_as_harmless_words(engine: Engine) -> None:
    await engine.campaigns.add(EVERYTHING)
    record = dict.fromkeys(("title", "body", "author", "permalink"), HOSTILE) | {
        "id": "p1",
        "subreddit": "saas",
    }
    items = list(read_posts(io.BytesIO(json.dumps(record).encode())))
    posts = [item.post for item in items if isinstance(item, ParsedPost)]
    assert len(posts) == 1
    await engine.discovery.ingest(posts, "test")
    (row,) = await rows(engine)
    lead = await engine.desk.lead(row.id)
    for text in (row.title, row.author, lead.post.body.replace("\n", "")):
        assert text is not None
        assert text.isprintable()
    assert "[@click=app.bell]" in row.title  # shown, never obeyed
    assert engine.desk.link(lead.post) is None


async def test_hostile_notes_and_tags_are_cleaned(filled: Engine) -> None:
    (first, *_) = await rows(filled)
    await filled.desk.set_note(first.id, f"one\ntwo {HOSTILE}")
    await filled.desk.set_tags(first.id, ["#Warm", "a b,c", HOSTILE, "", "%", "_"])
    lead = await filled.desk.lead(first.id)
    assert lead.notes.startswith("one\ntwo [/]")
    assert lead.notes.replace("\n", "").isprintable()
    assert {"warm", "a", "b", "c", "%", "_"} <= set(lead.tags)
    assert all(tag.isprintable() and " " not in tag for tag in lead.tags)
    assert [row.id for row in await rows(filled, "tag:warm is:noted")] == [first.id]


async def test_a_hostile_campaign_is_found_by_its_name(engine: Engine) -> None:
    name = 'it\'s "x" % _ \\ ü'
    await engine.campaigns.add(Campaign(name, min_score=0))
    await engine.discovery.ingest([Post("p1", "a", "t")], "test")
    assert (await engine.desk.counts(name.upper()))["new"] == 1
    assert (await engine.desk.counts("it_s"))["new"] == 0


async def test_verdicts_with_words_that_are_none_are_refused(filled: Engine) -> None:
    (first, *_) = await rows(filled)
    with pytest.raises(ConfigError, match="one of new, saved"):
        await filled.desk.set_status([first.id], "liked\x1b")
    assert (await filled.desk.set_status([], "saved")).leads == 0
    assert (await filled.desk.set_status([999], "saved")).leads == 0


async def test_a_snooze_without_an_end_lasts_a_day_and_other_verdicts_have_none(filled: Engine) -> None:
    first, second, _ = [row.id for row in await rows(filled)]
    before = time.time()
    await filled.desk.set_status([first], "snoozed")
    await filled.desk.set_status([second], "saved", until=before + 60)
    until = (await filled.desk.lead(first)).row.snoozed_until
    assert until is not None
    assert before + 86_000 < until < time.time() + 86_500
    assert (await filled.desk.lead(second)).row.snoozed_until is None


async def test_one_after_the_other_is_taken_back_and_done_again(filled: Engine) -> None:
    ids = [row.id for row in await rows(filled)]
    await filled.desk.set_status(ids, "ignored")
    await filled.triage.set_status(ids[:1], "won", origin="cli")
    change = await filled.desk.undo()
    assert change is not None
    assert (change.leads, change.skipped) == (2, 1)
    assert (await filled.desk.counts(None))["won"] == 1
    assert await filled.desk.redo() is not None
    assert await filled.desk.redo() is None


async def test_what_is_not_there_is_told(filled: Engine) -> None:
    for attempt in (filled.desk.lead(999), filled.desk.set_note(999, "x"), filled.desk.set_tags(999, ["x"])):
        with pytest.raises(NotFoundError, match="no lead 999"):
            await attempt
    assert await filled.triage.missing([1, 999, 2]) == [999]


@pytest.mark.parametrize("number", [2**31 - 1, 0, -1])
async def test_ids_that_nobody_has_are_not_there(filled: Engine, number: int) -> None:
    with pytest.raises(NotFoundError):
        await filled.desk.lead(number)
    assert (await filled.desk.set_status([number], "saved")).leads == 0


async def test_seen_once_is_seen(filled: Engine) -> None:
    first, *rest = [row.id for row in await rows(filled)]
    await filled.desk.mark_seen([first, 999])
    await filled.desk.mark_seen([])
    assert [row.id for row in await rows(filled, "is:seen")] == [first]
    assert sorted(row.id for row in await rows(filled, "-is:seen")) == sorted(rest)


async def test_a_query_that_cannot_be_read_is_told_by_every_question(filled: Engine) -> None:
    (row, *_) = await rows(filled)
    for attempt in (filled.desk.page("nope:x"), filled.desk.count("nope:x"), filled.desk.rank("nope:x", row)):
        with pytest.raises(LeadTuiError, match="column 1"):
            await attempt


async def test_pages_counts_and_ranks_agree(filled: Engine) -> None:
    everything = await rows(filled)
    assert await filled.desk.count("") == (3, True)
    assert [await filled.desk.rank("", row) for row in everything] == [0, 1, 2]
    page = await filled.desk.page("", after=everything[0], limit=1)
    assert (page.rows, page.more_before, page.more_after) == ((everything[1],), True, True)
    assert [campaign.name for campaign in await filled.desk.campaigns()] == ["all"]
    assert await filled.desk.add_campaign(Campaign("two", min_score=0)) == 3
    assert filled.desk.activity().role == "starting"
