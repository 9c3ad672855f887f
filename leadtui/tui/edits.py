"""Changing a campaign from the dashboard: which one, what, and taking it back."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from leadtui.errors import LeadTuiError
from leadtui.text import clean_line
from leadtui.tui.cells import cut

if TYPE_CHECKING:
    from leadtui.domain.edit import Edit
    from leadtui.tui.main import Main


class Edits:
    """Opens the screens in which campaigns are changed, stores what was decided there, and undoes it."""

    def __init__(self, main: Main) -> None:
        self.main = main
        self._stored: list[tuple[str, str, int]] = []
        """Campaign, change and how many verdicts stood then: undo goes by the order in which things were done."""

    def handlers(self) -> dict[str, Callable[[], None]]:
        """What each command does."""
        view = self.main.post.view
        return {
            "post.word_right": lambda: view.select(1),
            "post.word_left": lambda: view.select(-1),
            "post.extend_right": lambda: view.select(1, extend=True),
            "post.extend_left": lambda: view.select(-1, extend=True),
            "campaign.keyword": lambda: self._open("keyword", self._selected()),
            "campaign.negative": lambda: self._open("negative", self._selected()),
            "campaign.author": lambda: self._open("author", self._author()),
            "campaign.min_score": lambda: self._open("min_score", ""),
            "keywords": self._open_keywords,
        }

    def _selected(self) -> str:
        return clean_line(self.main.post.view.selection.text, 200)

    def _author(self) -> str:
        row = self.main.leads.list.current
        author = clean_line(row.author, 60) if row is not None and row.author else ""
        return "" if author == "[deleted]" else author

    def campaign(self) -> str | None:
        """The campaign that is meant: of the lead under the cursor, else the one whose leads are shown."""
        row = self.main.leads.list.current
        if row is not None:
            return row.campaign
        if self.main.leads.campaign:
            return self.main.leads.campaign
        return self.main.campaigns[0].name if len(self.main.campaigns) == 1 else None

    def _named(self) -> str | None:
        name = self.campaign()
        if name is None or self.main.desk is None:
            key = self.main.key("campaign")
            self.main.say(
                f"which campaign? {key} chooses one" if self.main.desk is not None else "starting", "muted"
            )
            return None
        return name

    def _open(self, kind: str, text: str) -> None:
        from leadtui.domain.edit import Edit

        name = self._named()
        if name is not None:
            self.open_change(name, Edit(kind, text))

    def open_change(self, name: str, edit: Edit, after: Callable[[], None] | None = None) -> None:
        """Let a change be typed and show what it would do; `after` is called once one was stored."""
        from leadtui.tui.screens.change import Change

        def decided(chosen: Edit | None) -> None:
            if chosen is not None:
                self.main.post.view.unselect()
                self.main.start("campaign")(partial(self._store, name, chosen, after))

        self.main.app.push_screen(Change(self.main, name, edit), decided)

    async def _store(self, name: str, edit: Edit, after: Callable[[], None] | None) -> None:
        desk = self.main.desk
        if desk is None:
            return
        step = (name, str(edit), self.main.triage.steps)
        self._stored.append(step)
        shown = f"{cut(clean_line(name), 24)}: {cut(str(edit), 60)}"
        self.main.say(f"{shown} · saving")
        try:
            await desk.edit_campaign(name, edit)
        except LeadTuiError:
            self._stored.remove(step)
            raise
        self.main.say(f"{shown} · saved · {self.main.key('undo')} undoes")
        if after is not None:
            after()

    def undo(self) -> bool:
        """Take the last change back if it came after the last verdict; returns whether it did."""
        if not self._stored or self._stored[-1][2] < self.main.triage.steps:
            return False
        name, _, _ = self._stored.pop()
        self.main.start("campaign")(partial(self.take_back, name))
        return True

    async def take_back(self, name: str, after: Callable[[], None] | None = None) -> None:
        """Take a campaign's last change back, of whichever session it was."""
        desk = self.main.desk
        if desk is None:
            return
        shown = cut(clean_line(name), 24)
        self.main.say(f"{shown}: taking the last change back")
        restored = await desk.undo_edit(name)
        if restored is None:
            self.main.say(f"{shown}: no change to take back", "muted")
        else:
            self.main.say(f"undone: {shown} is what it was")
        if after is not None:
            after()

    def _open_keywords(self) -> None:
        from leadtui.tui.screens.keywords import Keywords

        name = self._named()
        if name is not None:
            self.main.app.push_screen(Keywords(self.main, name))
