"""What a person does with leads: verdicts, undo, drafts, notes, tags, browser and clipboard."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from leadtui.text import clean_line, plural
from leadtui.tui.cells import cut
from leadtui.tui.looks import STATUSES, until

if TYPE_CHECKING:
    from leadtui.domain.models import Change, Draft, LeadRow
    from leadtui.services.desk import Desk
    from leadtui.tui.main import Main

_DONE = {
    "saved": "saved",
    "ignored": "ignored",
    "snoozed": "snoozed",
    "replied": "replied",
    "conversation": "talking",
    "won": "won",
    "lost": "lost",
    "new": "back to new",
    "drafted": "draft begun",
}


class Triage:
    """The verdicts and the other things that are done with the chosen lead."""

    def __init__(self, main: Main) -> None:
        self.main = main
        self._done: list[tuple[LeadRow, ...]] = []
        """The leads of this session's verdicts, so that undo can put the cursor back on them."""
        self._undone: list[tuple[LeadRow, ...]] = []

    def handlers(self) -> dict[str, Callable[[], None]]:
        """What each command does."""
        return {
            "lead.save": lambda: self.verdict("saved"),
            "lead.ignore": lambda: self.verdict("ignored"),
            "lead.snooze": self._ask_snooze,
            "lead.replied": lambda: self.verdict("replied"),
            "lead.conversation": lambda: self.verdict("conversation"),
            "lead.won": lambda: self.verdict("won"),
            "lead.lost": lambda: self.verdict("lost"),
            "lead.new": lambda: self.verdict("new"),
            "lead.later": self._reply_later,
            "lead.draft": self._draft,
            "lead.open": self._open_in_browser,
            "lead.copy_link": self._copy_link,
            "lead.copy_text": self._copy_text,
            "lead.note": self._note,
            "lead.tags": self._tags,
            "draft.edit": self.edit_draft,
            "draft.discard": self._ask_discard,
            "draft.copy": self._copy_draft,
            "campaign.forget": self._ask_forget,
            "undo": lambda: self.main.jobs.ask(self._undo),
            "redo": lambda: self.main.jobs.ask(self._redo),
            "poll": self._poll,
        }

    @property
    def steps(self) -> int:
        """How many steps of this session stand and could be undone."""
        return len(self._done)

    @property
    def desk(self) -> Desk:
        """The desk; only called by what runs after it is there."""
        desk = self.main.desk
        if desk is None:
            raise AssertionError("work that needs the desk was begun before it was there")
        return desk

    def verdict(self, status: str, until_time: float | None = None) -> None:
        """Show the verdict at once and have it stored in its turn."""
        leads = self.main.leads
        rows, ids = leads.targets(), leads.target_ids()
        if len(ids) == 1 and rows and rows[0].status == status and until_time is None:
            self.main.say(f"already {_DONE[status]}", "muted")
            leads.list.go(leads.list.cursor + 1)
            return
        leads.settle(ids, status, until_time)
        self.main.say(f"{self._named(rows, len(ids))} {_DONE[status]}")
        self.main.jobs.ask(partial(self._store_verdict, rows, ids, status, until_time))

    async def _store_verdict(
        self, rows: Sequence[LeadRow], ids: Sequence[int], status: str, until_time: float | None
    ) -> None:
        try:
            change = await self.desk.set_status(ids, status, until=until_time)
        except BaseException:
            self.main.leads.reload()
            raise
        if change.leads:
            self._done.append(tuple(rows))
            self._undone.clear()
        when = f" for {until(time.time(), until_time)}" if until_time is not None else ""
        skipped = f", {change.skipped} changed elsewhere" if change.skipped else ""
        self.main.say(
            f"{self._named(rows, change.leads)} {_DONE[status]}{when}{skipped} · {self.main.key('undo')} undoes"
        )

    def _named(self, rows: Sequence[LeadRow], count: int) -> str:
        if count == 1 and len(rows) == 1:
            return f"“{cut(clean_line(rows[0].title), 32)}”"
        return plural(count, "lead")

    async def _undo(self) -> None:
        if self.main.edits.undo():
            return
        change = await self.desk.undo()
        self._after_undo(change, "undo", self._done, self._undone)

    async def _redo(self) -> None:
        change = await self.desk.redo()
        self._after_undo(change, "redo", self._undone, self._done)

    def _after_undo(
        self,
        change: Change | None,
        what: str,
        source: list[tuple[LeadRow, ...]],
        target: list[tuple[LeadRow, ...]],
    ) -> None:
        if change is None:
            self.main.say(f"nothing to {what}", "muted")
            return
        step = source.pop() if source else None
        if step is not None:
            target.append(step)
        self.main.leads.reload(focus=step[0] if step else None)
        title = (
            f"“{cut(clean_line(change.title), 32)}”"
            if change.leads == 1 and change.title
            else plural(change.leads, "lead")
        )
        word = STATUSES.get(change.after, ("", change.after, ""))[1]
        skipped = f", {change.skipped} changed elsewhere" if change.skipped else ""
        other = "redo" if what == "undo" else "undo"
        self.main.say(f"{what}ne: {title} {word}{skipped} · {self.main.key(other)} {other}es")

    def _ask_snooze(self) -> None:
        def snooze(seconds: float) -> Callable[[], None]:
            return lambda: self.verdict("snoozed", time.time() + seconds)

        self.main.ask(
            "snooze for",
            {
                "2": ("2 hours", snooze(2 * 3_600)),
                "t": ("until tomorrow 9:00", lambda: self.verdict("snoozed", tomorrow(datetime.now()))),
                "3": ("3 days", snooze(3 * 86_400)),
                "w": ("a week", snooze(7 * 86_400)),
            },
        )

    def mark_seen(self, row: LeadRow) -> None:
        """The post was looked at."""
        if row.seen or self.main.desk is None:
            return
        self.main.leads.list.replace(replace(row, seen=True))
        self.main.start("seen")(partial(self.desk.mark_seen, [row.id]))

    def _reply_later(self) -> None:
        leads = self.main.leads
        rows = leads.targets()
        ids = [row.id for row in rows]
        leads.settle(ids, "drafted")
        self.main.say(f"{self._named(rows, len(ids))} · writing the template")
        self.main.jobs.ask(partial(self._start_drafts, rows))

    async def _start_drafts(self, rows: Sequence[LeadRow]) -> None:
        try:
            for row in rows:
                await self.desk.start_draft(row.id, template=True)
                self._done.append((row,))
        finally:
            self.main.leads.reload()
        self._undone.clear()
        key = self.main.key("pane.drafts")
        self.main.say(
            f"{self._named(rows, len(rows))} {_DONE['drafted']} from the template · {key} shows it · {self.main.key('undo')} undoes"
        )

    def _draft(self) -> None:
        row = self.main.leads.list.current
        if row is not None:
            self.main.jobs.ask(partial(self._open_draft, row))

    async def _open_draft(self, row: LeadRow) -> None:
        draft = await self.desk.start_draft(row.id, template=False)
        if row.status != "drafted":
            self._done.append((row,))
            self._undone.clear()
            self.main.leads.settle([row.id], "drafted")
        self.main.desk_app.open_editor(draft)

    def edit_draft(self) -> None:
        """Open the chosen draft in the editor."""
        draft = self.main.drafts.list.current
        if draft is not None:
            self.main.jobs.ask(partial(self._open_existing, draft))

    async def _open_existing(self, draft: Draft) -> None:
        self.main.desk_app.open_editor(await self.desk.draft(draft.id))

    def _ask_discard(self) -> None:
        draft = self.main.drafts.list.current
        if draft is None:
            return
        key = self.main.key("draft.discard")
        self.main.ask("discard the draft?", {key: ("discard", partial(self._discard, draft))})

    def _discard(self, draft: Draft) -> None:
        async def discard() -> None:
            await self.desk.discard_draft(draft.id)
            self.main.say("draft discarded")
            self.main.drafts.reload()

        self.main.jobs.ask(discard)

    def _ask_forget(self) -> None:
        campaign = self.main.leads.whose()
        if not campaign:
            self.main.say("forget lessons: choose a campaign first", "muted")
            return
        key = self.main.key("campaign.forget")
        question = f"forget what verdicts taught {clean_line(campaign, 40)}?"
        self.main.ask(question, {key: ("forget", partial(self._forget, campaign))})

    def _forget(self, campaign: str) -> None:
        async def forget() -> None:
            changed = await self.desk.forget_lessons(campaign)
            self.main.say(f"forgotten: {plural(changed, 'score')} changed back; the next verdicts teach anew")
            self.main.leads.reload()
            self.main.post.reload()

        self.main.start("forget")(forget)

    def _poll(self) -> None:
        feed = self.main.feeds.list.current if self.main.pane == "feeds" else None

        async def poll() -> None:
            self.main.say(clean_line(await self.desk.poll_now(feed.id if feed is not None else None)))

        self.main.jobs.ask(poll)

    def _note(self) -> None:
        row = self.main.leads.list.current
        if row is None:
            return

        async def note() -> None:
            lead = await self.desk.lead(row.id)
            self.main.desk_app.ask_text(
                "Note", clean_line(row.title), lead.notes, partial(self._store_note, row.id), lines=8
            )

        self.main.jobs.ask(note)

    def _store_note(self, lead_id: int, text: str) -> None:
        async def store() -> None:
            await self.desk.set_note(lead_id, text)
            self.main.say("note kept" if text else "note removed")
            self.main.post.reload()
            self.main.leads.reload()

        self.main.jobs.ask(store)

    def _tags(self) -> None:
        row = self.main.leads.list.current
        if row is None:
            return

        async def tags() -> None:
            lead = await self.desk.lead(row.id)
            self.main.desk_app.ask_text(
                "Tags, separated by commas",
                clean_line(row.title),
                ", ".join(lead.tags),
                partial(self._store_tags, row.id),
            )

        self.main.jobs.ask(tags)

    def _store_tags(self, lead_id: int, text: str) -> None:
        tags = list(dict.fromkeys(tag for part in text.split(",") if (tag := clean_line(part, 60).strip())))

        async def store() -> None:
            await self.desk.set_tags(lead_id, tags)
            self.main.say(f"tags: {', '.join(tags)}" if tags else "tags removed")
            self.main.post.reload()

        self.main.jobs.ask(store)

    def _with_link(self, use: Callable[[str], None]) -> None:
        row = self.main.leads.list.current
        if row is None:
            return

        async def find() -> None:
            lead = await self.desk.lead(row.id)
            link = self.desk.link(lead.post)
            if link is None or not link.startswith(("https://", "http://")):
                self.main.say("this post has no address", "muted")
            else:
                use(link)

        self.main.jobs.ask(find)

    def _open_in_browser(self) -> None:
        def browse(link: str) -> None:
            self.main.start("browser")(partial(self._browse, link))

        self._with_link(browse)

    async def _browse(self, link: str) -> None:
        import asyncio

        from leadtui.tui.outside import can_browse, host_of, open_link

        if not can_browse():
            said = await self.main.desk_app.copy(link)
            self.main.say(f"no browser here; address {said}")
            return
        self.main.say(f"opening {host_of(link)} …")
        opened = await asyncio.to_thread(open_link, link)
        self.main.say(
            f"opened {host_of(link)}" if opened else f"no browser would open {host_of(link)}",
            "text" if opened else "warning",
        )

    def _copy_link(self) -> None:
        self._with_link(lambda link: self._copy(link, "address"))

    def _copy_text(self) -> None:
        row = self.main.leads.list.current
        if row is None:
            return

        async def find() -> None:
            lead = await self.desk.lead(row.id)
            self._copy(f"{lead.post.title}\n\n{lead.post.body}".strip(), "title and text")

        self.main.jobs.ask(find)

    def _copy_draft(self) -> None:
        draft = self.main.drafts.list.current
        if draft is not None:
            self._copy(draft.body, "draft")

    def _copy(self, text: str, what: str) -> None:
        async def copy() -> None:
            self.main.say(f"{what} {await self.main.desk_app.copy(text)}")

        self.main.start("clipboard")(copy)


def tomorrow(now: datetime) -> float:
    """Nine in the morning of the next day, local time, in Unix seconds."""
    return (now + timedelta(days=1)).replace(hour=9, minute=0, second=0, microsecond=0).timestamp()
