"""The post beside the leads: earned phrases, the score taken apart, long and hostile bodies."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from textual.pilot import Pilot

from leadtui.domain.models import Lead, Reason
from leadtui.tui.app import LeadTuiApp
from leadtui.tui.panes.post import SLICE, Pieces
from tests.tui.fake_desk import NOW, FakeDesk, make_app, make_lead, score_of, screen_text
from tests.tui.test_leads import settled


def one(**changes: object) -> FakeDesk:
    """A desk with one lead."""
    return FakeDesk([make_lead(1, **changes)])  # type: ignore[arg-type]


def post_lines(app: LeadTuiApp) -> list[str]:
    """What stands in the post pane."""
    view = app.main.post.view
    return [view.render_line(y).text.rstrip() for y in range(view.size.height)]


async def test_phrases_carry_the_word_and_the_points_of_their_part() -> None:
    app = make_app(one())
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        text = " ".join(line.strip() for line in post_lines(app))
        assert "late payment reminders·fit+" in text
        assert "I would love·intent+" in text
        assert "What are you using·stance+" in text
        style = next(
            segment.style
            for y in range(40)
            for segment in app.main.post.view.render_line(y)
            if segment.text == "I would love"
        )
        assert style is not None
        assert style.underline
        assert style.color is not None
        assert style.color.name == app.palette.colors["intent"]


async def test_the_score_is_taken_apart_in_brief_and_in_full() -> None:
    desk = one()
    score = desk.leads[1].score
    app = make_app(desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        brief = "\n".join(post_lines(app))
        assert all(f"{part} {points}" in brief for part, points in score.parts.items())
        assert "written today" not in brief
        await pilot.press("e")
        full = "\n".join(post_lines(app))
        assert all(reason.text in full for reason in score.reasons)
        assert f"{score.reasons[0].points:+d}  late payment reminders" in full
        await pilot.press("e")
        assert "\n".join(post_lines(app)) == brief


async def test_what_is_known_is_told() -> None:
    lead = replace(make_lead(1), notes="asked twice", tags=("hot",))
    app = make_app(FakeDesk([lead]))
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press("[", "s", "n")
        await settled(pilot)
        text = "\n".join(post_lines(app))
        for word in (
            "r/smallbusiness",
            "u/person_1",
            "votes",
            "comments",
            "ledgerly",
            "asked twice",
            "hot",
            "new → saved",
        ):
            assert word in text


@pytest.mark.parametrize("author", [None, "[deleted]"])
async def test_a_deleted_author_and_body(author: str | None) -> None:
    app = make_app(one(author=author, body="[deleted]", num_comments=None, score=None, created_at=None))
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        text = "\n".join(post_lines(app))
        assert "author deleted" in text
        assert "age unknown" in text
        assert "[deleted]" in text


async def test_a_lead_that_was_purged_says_so() -> None:
    desk = FakeDesk([make_lead(1), make_lead(2)])
    app = make_app(desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        row = app.main.leads.list.rows[1]
        lead = desk.leads.pop(row.id)
        await pilot.press("j")
        await settled(pilot)
        assert f"lead {row.id} is gone" in "\n".join(post_lines(app))
        desk.leads[row.id] = lead


async def test_a_body_of_40_000_characters_is_wrapped_in_slices() -> None:
    body = "a word or two " * 2_850 + "the very end"
    app = make_app(one(body=body))
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        view = app.main.post.view
        await pilot.press("4")
        for _ in range(200):  # it is wrapped slice by slice, and G goes to the end of what is wrapped
            await pilot.press("G")
            await pilot.pause()
            if "the very end" in "\n".join(post_lines(app)):
                break
        assert view.virtual_size.height > 2 * SLICE
        assert "the very end" in "\n".join(post_lines(app))
        await pilot.press("g")
        assert view.scroll_offset.y == 0
        await pilot.press("space", "J", "K", "pageup")
        assert view.scroll_offset.y == 0


async def test_the_next_lead_is_shown_from_its_top() -> None:
    desk = FakeDesk([make_lead(index, body="line\n" * 200) for index in (1, 2, 3)])
    app = make_app(desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press("J", "J")
        assert app.main.post.view.scroll_offset.y > 0
        await pilot.press("j")
        await settled(pilot)
        assert app.main.post.view.scroll_offset.y == 0


def spans(text: str, *found: tuple[int, int, str, int]) -> str:
    """The text with its tags."""
    return Pieces(text, list(found), "text").text


def test_tags_stand_behind_their_phrases() -> None:
    assert spans("buy a crm now", (6, 9, "fit", 8)) == "buy a crm·fit+8 now"
    assert spans("buy", (0, 3, "fit", 8), (0, 3, "intent", -2)) == "buy·fit+8·intent-2"
    assert spans("abcdef", (0, 4, "fit", 1), (2, 6, "intent", 2)) == "abcd·fit+1ef·intent+2"
    assert spans("abc") == "abc"


async def test_spans_that_fit_nothing_are_left_out() -> None:
    lead = make_lead(1)
    reasons = (
        Reason("fit", 5, "beyond", 10_000, 10_010),
        Reason("fit", 5, "backwards", 9, 3),
        Reason("intent", 5, "over the border", len(lead.post.title) - 2, len(lead.post.title) + 4),
        Reason("unknown", 5, "part", 0, 3),
    )
    lead = replace(lead, score=replace(lead.score, reasons=reasons))
    app = make_app(FakeDesk([lead]))
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        assert "+5" not in "\n".join(post_lines(app))


HOSTILE = (
    "[@click=app.quit]press me[/] [/] [bold",
    "\x1b]52;c;aGFjaw==\x07\x1b[2J\x1b[31mred\x9b31m\x9d0;title\x07",
    "\u202egnp.exe \u2066bidi\u2069 \u200b\ufeffhidden",
    "👩‍👩‍👧‍👦🇩🇪🏳️‍🌈1️⃣👍🏽 漢字かな한국어 مرحبا नमस्ते e\u0301",
    "Z" + "\u0335" * 60 + "algo",
    "tabs\tand\x0bfeeds\x0c\r\nlines\u2028more\u2029",
    "&amp;amp;lt;b&amp;gt; &#x200B; &#27;[31m",
    "\ud800 lone \udc80",
    "x" * 4_000,
    "",
    " ",
)


def hostile(index: int, text: str) -> Lead:
    """A lead all of whose texts are hostile, as if the cleaning at the edge had been forgotten."""
    lead = make_lead(index)
    post = replace(
        lead.post, title=text, body=f"{text}\n{text}", author=text[:30] or None, subreddit=text[:20]
    )
    score = score_of(post, 50, "seeking", "asks")
    reason = Reason("fit", 3, text, 0, len(text) or None)
    row = replace(
        lead.row, title=text, subreddit=text[:20], author=text[:30], campaign=text[:20], intent=text[:9]
    )
    return replace(
        lead,
        row=row,
        post=post,
        score=replace(score, reasons=(*score.reasons, reason)),
        notes=text,
        tags=(text,),
    )


def assert_calm(pilot: Pilot[str]) -> None:
    """Nothing reaches the terminal that could drive it, and no line is longer than the screen."""
    app = pilot.app
    assert isinstance(app, LeadTuiApp)
    width = app.size.width
    for strip in app.screen._compositor.render_strips(app.size):
        assert strip.cell_length == width
        for character in strip.text:
            assert character.isprintable() or character in "\u200c\u200d", f"{character!r}"
            assert not "\u202a" <= character <= "\u202e"


@pytest.mark.parametrize("size", [(130, 40), (44, 14)])
async def test_hostile_text_is_harmless_in_every_pane_and_screen(size: tuple[int, int]) -> None:
    desk = FakeDesk([hostile(index, text) for index, text in enumerate(HOSTILE, 1)])
    app = make_app(desk)
    async with app.run_test(size=size, notifications=True, tooltips=True) as pilot:
        await settled(pilot)
        for _ in HOSTILE:
            assert_calm(pilot)
            await pilot.press("e", "j")
            await settled(pilot)
        app.main.say("disk [/] full \x1b[2J")
        for keys in (
            ("c",),
            ("escape", "N"),
            ("escape", "d"),
            ("escape", "3"),
            ("4",),
            ("1", "slash", *"[/]"),
        ):
            await pilot.press(*keys)
            await settled(pilot)
            assert_calm(pilot)


async def test_clicking_on_text_runs_no_action() -> None:
    desk = FakeDesk([hostile(1, HOSTILE[0])])
    app = make_app(desk)
    async with app.run_test(size=(100, 30)) as pilot:
        await settled(pilot)
        for y in range(2, 16, 3):
            for x in (12, 30, 60):
                await pilot.click(offset=(x, y))
        await settled(pilot)
        assert app.is_running
        assert app.return_code is None
        assert "press me" in screen_text(app)


def against(**changes: object) -> FakeDesk:
    """A desk with a lead of whose points more were taken away than left."""
    lead = make_lead(1, **changes)  # type: ignore[arg-type]
    body = lead.post.text.index("invoices")
    reasons = (
        Reason("fit", 50, "late payment reminders and whatever else is said in a phrase of many words " * 2),
        Reason("stance", -38, "invoices", body, body + 8),
    )
    parts = {"fit": 50, "intent": 0, "stance": -38, "freshness": 0, "reach": 0}
    score = replace(lead.score, value=12, parts=parts, reasons=reasons)
    return FakeDesk([replace(lead, score=score, row=replace(lead.row, score=12))])


async def test_what_takes_points_away_is_as_clear_as_what_gives_them() -> None:
    app = make_app(against())
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        lines = post_lines(app)
        bar = next(line for line in lines if "━" in line)
        room = len(bar.strip().removeprefix("12").strip())
        assert bar.count("━") == round(room * 0.12)
        assert bar.count("━") + bar.count("╌") == round(room * 0.5)
        assert "invoices·stance-38" in " ".join(lines)
        await pilot.press("e")
        assert any(line.endswith("-38  against: invoices") for line in post_lines(app))
        found = [
            segment
            for y in range(40)
            for segment in app.main.post.view.render_line(y)
            if segment.text.strip() in ("-38", "·stance-38")
        ]
        assert len(found) >= 3
        for segment in found:
            assert segment.style is not None
            assert segment.style.color is not None
            assert segment.style.color.name == app.palette.colors["bad"]


async def test_long_reasons_are_wrapped_and_not_cut() -> None:
    for size in ((80, 24), (120, 40)):
        app = make_app(against())
        async with app.run_test(size=size) as pilot:
            await settled(pilot)
            await pilot.press("e")
            text = " ".join(" ".join(post_lines(app)).split())
            assert text.count("in a phrase of many words") == 2
            assert "…" not in text


async def test_ages_go_on_while_a_post_stays_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    app = make_app(one(created_at=NOW - 3_600))
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        before = post_lines(app)
        assert "1h ago" in "\n".join(before)
        await pilot.press("4", "j", "j")
        monkeypatch.setattr(time, "time", lambda: NOW + 7_200)
        app.main.post.view.tell_time()
        await pilot.press("g")
        assert "\n".join(post_lines(app)) == "\n".join(before).replace("1h ago", "3h ago")
