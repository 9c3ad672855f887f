"""A desk in memory: the same doors as the real one, over invented leads."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from dataclasses import replace
from typing import cast

from leadtui.config import UI, Config
from leadtui.domain import query as queries
from leadtui.domain.models import (
    Campaign,
    Change,
    Draft,
    Feed,
    Lead,
    LeadRow,
    Page,
    Post,
    Reason,
    Score,
    Verdict,
)
from leadtui.errors import NotFoundError
from leadtui.services.desk import Activity, Desk
from leadtui.services.events import (
    CampaignsChanged,
    DraftsChanged,
    FeedsChanged,
    LeadsChanged,
)
from leadtui.services.learning import Lesson
from leadtui.store.firstpage import FirstPage
from leadtui.tui.app import LeadTuiApp
from tests.tui.fake_edits import NOTHING, FakeEdits, FakeEvents

NOW = 1_790_000_000.0
"""The clock of the invented posts, Unix seconds."""
_TITLES = (
    ("How do you chase late invoices without losing the client?", "seeking", "asks"),
    ("Looking for invoicing software that handles deposits", "seeking", "asks"),
    ("FreshBooks or Wave for a two-person studio?", "comparing", "asks"),
    ("Third month in a row that a client pays six weeks late", "pain", "vents"),
    ("What do you use for time tracking per project?", "advice", "asks"),
    ("I built a small invoice tool, feedback welcome", "feedback", "announces"),
    ("Who can set up bookkeeping for a bakery?", "hiring_provider", "asks"),
    ("Rant: my accountant wants PDFs by fax", "pain", "vents"),
    ("Is anybody happy with their billing tool?", "discussion", "asks"),
    ("Solved: reminders now go out by themselves", "discussion", "solved"),
)
_SUBS = ("freelance", "smallbusiness", "Entrepreneur", "consulting", "webdev")
_BODY = (
    "I run a small design studio with one employee. We send about twenty invoices a month, and a third of them are"
    " paid late.\n\nRight now I keep a spreadsheet and write reminders by hand, which takes a whole morning each week."
    " I would love late payment reminders that sound like me, and a way to see at a glance who owes what.\n\nBudget is"
    " around 30 a month. What are you using, and what do you wish you had known before you switched?"
)


def post_text(index: int) -> tuple[str, str, str, str]:
    """Title, body, intent and stance of the invented post with that number."""
    title, intent, stance = _TITLES[index % len(_TITLES)]
    return title, _BODY, intent, stance


def make_lead(index: int, *, campaign: str = "ledgerly", status: str = "new", **changes: object) -> Lead:
    """The invented lead with that number; `changes` are fields of its post."""
    dice = random.Random(index)
    title, body, intent, stance = post_text(index)
    post = Post(
        id=f"t3_{index:06x}",
        subreddit=_SUBS[index % len(_SUBS)],
        title=title,
        body=body,
        author=f"person_{index % 97}",
        created_at=NOW - dice.randrange(300, 400_000),
        score=dice.randrange(0, 60),
        num_comments=dice.randrange(0, 40),
        permalink=f"/r/{_SUBS[index % len(_SUBS)]}/comments/{index:06x}/x/",
    )
    post = replace(post, **changes)  # type: ignore[arg-type]
    score = score_of(post, dice.randrange(31, 94), intent, stance)
    row = LeadRow(
        id=index,
        campaign=campaign,
        status=status,
        score=score.value,
        intent=intent,
        stance=stance,
        title=post.title,
        subreddit=post.subreddit,
        author=post.author,
        created_at=post.created_at,
        found_at=NOW,
        num_comments=post.num_comments,
    )
    return Lead(row, post, score)


def score_of(post: Post, value: int, intent: str, stance: str) -> Score:
    """A score whose parts add up, with the phrases that earned its points."""
    parts = {
        "fit": value * 40 // 100,
        "intent": value * 25 // 100,
        "stance": value * 15 // 100,
        "freshness": value // 10,
    }
    parts["reach"] = value - sum(parts.values())
    reasons = []
    for phrase, part, points in (
        ("late payment reminders", "fit", parts["fit"] - 6),
        ("invoices", "fit", 6),
        ("I would love", "intent", parts["intent"]),
        ("What are you using", "stance", parts["stance"]),
    ):
        start = post.text.find(phrase)
        if start >= 0:
            reasons.append(Reason(part, points, phrase, start, start + len(phrase)))
    reasons.append(Reason("freshness", parts["freshness"], "written today"))
    reasons.append(Reason("reach", parts["reach"], "few comments so far"))
    return Score(value, True, intent, stance, "neutral", parts, tuple(reasons))


class FakeDesk(FakeEdits):
    """Leads in a dictionary; every change is noted in `calls`."""

    def __init__(
        self, leads: Sequence[Lead] = (), campaigns: Sequence[Campaign] = (Campaign("ledgerly"),)
    ) -> None:
        self.leads = {lead.row.id: lead for lead in leads}
        self.stored_campaigns = list(campaigns)
        self.stored_feeds: list[Feed] = []
        self.stored_drafts: dict[int, Draft] = {}
        self.events = FakeEvents()
        self.calls: list[tuple[object, ...]] = []
        self.now_doing = Activity("schedules", next_poll=None)
        self.learned: list[Lesson] = []
        self.fail: Exception | None = None
        self.outcome = NOTHING
        self.healths = []
        self.versions = []
        self._undo: list[dict[int, LeadRow]] = []
        self._redo: list[dict[int, LeadRow]] = []

    def _note(self, *call: object) -> None:
        self.calls.append(call)
        if self.fail is not None:
            raise self.fail

    def ranked(self, query: str) -> list[LeadRow]:
        """All rows of a query, in its order."""
        parsed = queries.parse(query)
        rows = [lead.row for lead in self.leads.values() if self._matches(parsed.root, lead)]
        return sorted(rows, key=lambda row: _place(parsed.sort, row))

    def _matches(self, node: queries.Node, lead: Lead) -> bool:
        match node:
            case queries.All(nodes):
                return all(self._matches(child, lead) for child in nodes)
            case queries.Either(nodes):
                return any(self._matches(child, lead) for child in nodes)
            case queries.Not(child):
                return not self._matches(child, lead)
            case queries.Text(words):
                return words.casefold() in lead.post.text.casefold()
            case queries.Flag(name):
                return bool(getattr(lead.row, name, False))
            case queries.Choice("sub", values):
                return lead.row.subreddit.casefold() in values
            case queries.Choice(field, values):
                return str(getattr(lead.row, field)) in values
            case queries.Compare("score", operator, value):
                score = lead.row.score
                return {
                    "<": score < value,
                    "<=": score <= value,
                    ">": score > value,
                    ">=": score >= value,
                    "=": score == value,
                }[operator]
        return True

    async def page(
        self,
        query: str,
        *,
        after: LeadRow | None = None,
        before: LeadRow | None = None,
        offset: int | None = None,
        limit: int = 64,
    ) -> Page:
        """A stretch of the ranked rows."""
        rows = self.ranked(query)
        sort = queries.parse(query).sort
        start, end = 0, limit
        if after is not None:
            start = sum(1 for row in rows if _place(sort, row) <= _place(sort, after))
            end = start + limit
        elif before is not None:
            end = sum(1 for row in rows if _place(sort, row) < _place(sort, before))
            start = max(0, end - limit)
        elif offset is not None:
            start = max(0, len(rows) + offset) if offset < 0 else offset
            end = start + limit
        await asyncio.sleep(0)
        return Page(tuple(rows[start:end]), start > 0, end < len(rows))

    async def rank(self, query: str, row: LeadRow) -> int:
        """How many rows stand before `row`."""
        sort = queries.parse(query).sort
        await asyncio.sleep(0)
        return sum(1 for other in self.ranked(query) if _place(sort, other) < _place(sort, row))

    async def count(self, query: str) -> tuple[int, bool]:
        """Exact always."""
        return len(self.ranked(query)), True

    async def counts(self, campaign: str | None) -> dict[str, int]:
        """Leads per status."""
        counts: dict[str, int] = {}
        for lead in self.leads.values():
            if campaign in (None, lead.row.campaign):
                counts[lead.row.status] = counts.get(lead.row.status, 0) + 1
        return counts

    async def lead(self, lead_id: int) -> Lead:
        """Everything of one lead."""
        if lead_id not in self.leads:
            raise NotFoundError(f"lead {lead_id} is gone")
        return self.leads[lead_id]

    def _put(self, row: LeadRow) -> None:
        self.leads[row.id] = replace(self.leads[row.id], row=row)

    async def set_status(self, lead_ids: Sequence[int], status: str, *, until: float | None = None) -> Change:
        """One undoable step."""
        self._note("set_status", tuple(lead_ids), status)
        before = {lead_id: self.leads[lead_id].row for lead_id in lead_ids if lead_id in self.leads}
        for row in before.values():
            self._put(replace(row, status=status, snoozed_until=until))
            verdict = Verdict(NOW, row.status, status, "tui")
            self.leads[row.id] = replace(self.leads[row.id], history=(*self.leads[row.id].history, verdict))
        self._undo.append(before)
        self._redo.clear()
        self.events.publish(LeadsChanged())
        return self._change(before, status)

    def _change(self, rows: dict[int, LeadRow], after: str) -> Change:
        first = next(iter(rows.values()), None)
        return Change(
            len(rows), first.status if first else "", after, first.title if first and len(rows) == 1 else ""
        )

    async def undo(self) -> Change | None:
        """Put back what the last step changed."""
        self._note("undo")
        return self._swap(self._undo, self._redo)

    async def redo(self) -> Change | None:
        """Do again what was put back."""
        self._note("redo")
        return self._swap(self._redo, self._undo)

    def _swap(self, source: list[dict[int, LeadRow]], target: list[dict[int, LeadRow]]) -> Change | None:
        if not source:
            return None
        rows = source.pop()
        target.append({lead_id: self.leads[lead_id].row for lead_id in rows})
        for row in rows.values():
            self._put(row)
        self.events.publish(LeadsChanged())
        return self._change(target[-1], next(iter(rows.values())).status)

    async def mark_seen(self, lead_ids: Sequence[int]) -> None:
        """Remember what was looked at."""
        self._note("mark_seen", tuple(lead_ids))
        for lead_id in lead_ids:
            self._put(replace(self.leads[lead_id].row, seen=True))
        self.events.publish(LeadsChanged())

    async def set_note(self, lead_id: int, text: str) -> None:
        """Replace the note."""
        self._note("set_note", lead_id, text)
        self.leads[lead_id] = replace(self.leads[lead_id], notes=text)
        self.events.publish(LeadsChanged())

    async def set_tags(self, lead_id: int, tags: Sequence[str]) -> None:
        """Replace the tags."""
        self._note("set_tags", lead_id, tuple(tags))
        self.leads[lead_id] = replace(self.leads[lead_id], tags=tuple(tags))
        self.events.publish(LeadsChanged())

    async def campaigns(self) -> list[Campaign]:
        """All campaigns."""
        return list(self.stored_campaigns)

    async def add_campaign(self, campaign: Campaign) -> int:
        """Store one more."""
        self._note("add_campaign", campaign.name)
        self.stored_campaigns.append(campaign)
        self.events.publish(CampaignsChanged())
        return 0

    async def lessons(self) -> list[Lesson]:
        """What the test says."""
        return self.learned

    async def forget_lessons(self, campaign: str) -> int:
        """Only say so."""
        self._note("forget_lessons", campaign)
        self.learned = [Lesson(campaign, 0, 0, taught=False)]
        return 2

    async def feeds(self) -> list[Feed]:
        """All feeds."""
        return list(self.stored_feeds)

    def feed_mode(self, feed: Feed) -> str:
        """Everything by the same way, but for one that nothing can read."""
        return "off" if feed.name == "r/webdev" else "rss"

    async def poll_now(self, feed_id: int | None = None) -> str:
        """Only say so."""
        self._note("poll_now", feed_id)
        self.events.publish(FeedsChanged())
        return "polling 1 feed" if feed_id else f"polling {len(self.stored_feeds)} feeds"

    async def drafts(self) -> list[Draft]:
        """Newest first."""
        return sorted(self.stored_drafts.values(), key=lambda draft: -draft.id)

    async def draft(self, draft_id: int) -> Draft:
        """One draft."""
        return self.stored_drafts[draft_id]

    async def start_draft(self, lead_id: int, *, template: bool) -> Draft:
        """The lead's draft, begun if there is none."""
        self._note("start_draft", lead_id, template)
        for draft in self.stored_drafts.values():
            if draft.lead == lead_id:
                return draft
        lead = self.leads[lead_id]
        draft = Draft(
            id=len(self.stored_drafts) + 1,
            lead=lead_id,
            state="draft",
            body=await self.template(lead_id) if template else "",
            parent=lead.post.id,
            title=lead.post.title,
            subreddit=lead.post.subreddit,
            updated_at=NOW,
        )
        self.stored_drafts[draft.id] = draft
        self._undo.append({lead_id: lead.row})
        self._put(replace(lead.row, status="drafted", drafted=True))
        self.events.publish(DraftsChanged(), LeadsChanged())
        return draft

    async def template(self, lead_id: int) -> str:
        """A few honest words."""
        return f"About lead {lead_id}: what has helped me is to ask early."

    async def save_draft(self, draft_id: int, body: str) -> None:
        """Keep the text."""
        self._note("save_draft", draft_id, body)
        self.stored_drafts[draft_id] = replace(self.stored_drafts[draft_id], body=body)
        self.events.publish(DraftsChanged())

    async def discard_draft(self, draft_id: int) -> None:
        """Drop it."""
        self._note("discard_draft", draft_id)
        del self.stored_drafts[draft_id]
        self.events.publish(DraftsChanged())

    def activity(self) -> Activity:
        """What the test says."""
        return self.now_doing

    def link(self, post: Post) -> str | None:
        """Where the post stands."""
        return f"https://www.reddit.com{post.permalink}" if post.permalink else None

    def arrive(self, *leads: Lead) -> None:
        """New leads come in."""
        self.leads.update({lead.row.id: lead for lead in leads})
        self.events.publish(LeadsChanged())


def _place(sort: str, row: LeadRow) -> tuple[float, int]:
    value = {
        "score": -float(row.score),
        "newest": -(row.created_at or 0.0),
        "oldest": row.created_at or 0.0,
        "found": -row.found_at,
    }[sort]
    return value, -row.id


def sample(count: int = 60) -> FakeDesk:
    """A desk with leads, feeds and drafts as after a morning's work."""
    leads = [make_lead(index) for index in range(1, count + 1)]
    for place, status in zip(
        range(0, min(count, 9)),
        ("saved", "ignored", "replied", "conversation", "won", "snoozed", "lost", "saved", "ignored"),
        strict=False,
    ):
        leads[place] = replace(leads[place], row=replace(leads[place].row, status=status))
    desk = FakeDesk(leads)
    desk.stored_feeds = [
        Feed(1, "r/freelance", "reddit", "freelance", last_poll=NOW - 180, next_poll=NOW + 720, posts=1_204),
        Feed(
            2,
            "r/smallbusiness",
            "reddit",
            "smallbusiness",
            last_poll=NOW - 240,
            next_poll=NOW + 660,
            posts=873,
        ),
        Feed(
            3,
            "r/consulting",
            "reddit",
            "consulting",
            last_poll=NOW - 4_000,
            next_poll=NOW + 300,
            posts=41,
            errors=3,
            last_error="429 too many requests",
        ),
        Feed(4, "r/webdev", "reddit", "webdev", next_poll=NOW + 60),
    ]
    desk.now_doing = Activity("schedules", next_poll=NOW + 60)
    return desk


def make_app(
    desk: FakeDesk,
    *,
    first: Sequence[LeadRow] | None = None,
    opened: asyncio.Event | None = None,
    **ui: object,
) -> LeadTuiApp:
    """The dashboard over a fake desk; with `opened`, the desk comes when that event is set."""
    rows = desk.ranked("status:new sort:score")[:64] if first is None else list(first)
    counts: dict[str, int] = {}
    for lead in desk.leads.values():
        counts[lead.row.status] = counts.get(lead.row.status, 0) + 1

    async def open_desk() -> Desk:
        if opened is not None:
            await opened.wait()
        return cast("Desk", desk)

    page = FirstPage(tuple(rows), counts, tuple(campaign.name for campaign in desk.stored_campaigns))
    return LeadTuiApp(Config(ui=UI(**ui)), page, open_desk)  # type: ignore[arg-type]


def screen_text(app: LeadTuiApp) -> str:
    """The screen as plain text, without spaces at the ends of lines."""
    height = app.size.height
    lines = app.screen._compositor.render_strips(app.size)
    return "\n".join("".join(segment.text for segment in line).rstrip() for line in lines[:height])
