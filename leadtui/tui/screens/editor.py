"""The draft editor: the post at one side, the answer at the other, saved while it is written."""

from __future__ import annotations

import asyncio
import os
import time
from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult, SuspendNotSupported
from textual.containers import Container, Vertical
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import TextArea

from leadtui.errors import LeadTuiError, StorageError
from leadtui.text import clean, clean_line, plural
from leadtui.tui.bars import KeyBar, Line
from leadtui.tui.commands import Command, heard_in, keymap, keys_of, pretty
from leadtui.tui.panes.post import PostView
from leadtui.tui.screens import close

if TYPE_CHECKING:
    from leadtui.domain.models import Draft
    from leadtui.tui.main import Main

SAVE_AFTER = 0.4
"""Seconds from the first unsaved key to the save: what a killed process loses at most."""
RETRY_AFTER = 2.0
"""Seconds from a save that failed to the next try."""
STACKED_BELOW = 90
"""Width under which the post stands above the answer."""


class DraftText(TextArea):
    """The answer; the editor's own keys go before those of the text area."""

    def __init__(self, editor: Editor, text: str) -> None:
        super().__init__(text, soft_wrap=True, tab_behavior="focus", show_line_numbers=False)
        self._editor = editor

    async def _on_key(self, event: events.Key) -> None:
        if self._editor.hear(event):
            return
        await super()._on_key(event)


class Editor(Screen[None]):
    """Write one draft. Closing saves; nothing written is ever thrown away here."""

    DEFAULT_CSS = """
    Editor { layout: vertical; background: $lead-background; color: $lead-text; }
    Editor PostView { height: 1fr; background: $lead-background; }
    Editor #desk { layout: horizontal; height: 1fr; }
    Editor #post-side { width: 1fr; }
    Editor #text-side { width: 1fr; border-left: solid $lead-rule; }
    Editor DraftText, Editor DraftText:focus { border: none; padding: 0 1; background: $lead-background; color: $lead-text; height: 1fr; }
    Editor.-stacked #desk { layout: vertical; }
    Editor.-stacked #post-side { height: 35%; width: 100%; }
    Editor.-stacked #text-side { height: 1fr; width: 100%; border-left: none; }
    """

    def __init__(self, main: Main, draft: Draft) -> None:
        super().__init__()
        self.main = main
        self.draft = draft
        self.post = PostView(main.palette)
        self.post.scored = False
        self.text = DraftText(self, clean(draft.body))
        self.head = Line(main.palette, on="surface")
        self.post_title = Line(main.palette, on="surface")
        self.keys = KeyBar(main.palette)
        self._saved = clean(draft.body)
        self._timer: Timer | None = None
        self._saving = asyncio.Lock()
        self._failed = False
        self._said = ("", "muted")
        self._stored = ("", "muted")
        self._keymap = keymap("editor", main.desk_app.config.ui.keys)

    def compose(self) -> ComposeResult:
        """Post and answer, with what was saved when."""
        with Container(id="desk"):
            with Vertical(id="post-side"):
                yield self.post_title
                yield self.post
            with Vertical(id="text-side"):
                yield self.head
                yield self.text
        yield self.keys

    def on_mount(self) -> None:
        """Load the post and write."""
        self.post_title.say([("  Post", "muted")])
        self._tell("saved" if self.draft.body else "empty")
        self.text.move_cursor(self.text.document.end)
        self.text.focus()
        self.main.start("editor")(self._load_post)

    async def _load_post(self) -> None:
        if self.main.desk is not None:
            lead = await self.main.desk.lead(self.draft.lead)
            self.post.show(lead.row, lead)

    def on_resize(self, event: events.Resize) -> None:
        """Post above the answer when it is narrow."""
        self.set_class(event.size.width < STACKED_BELOW, "-stacked")
        overrides = self.main.desk_app.config.ui.keys
        shown = sorted(heard_in("editor"), key=lambda command: command.bar)
        self.call_after_refresh(
            self.keys.keys, [(pretty(keys_of(command, overrides)[0]), command.label) for command in shown]
        )

    def _say(self, text: str, color: str) -> None:
        """Say something of what was just asked for; it stays until something is written."""
        self._said = (text, color)
        self._show_head()

    def _tell(self, text: str, color: str = "muted") -> None:
        """Say how the text stands with the store."""
        self._stored = (text, color)
        self._show_head()

    def _show_head(self) -> None:
        words = plural(len(self.text.text.split()), "word")
        right = [self._stored, (" " if self._said[0] else f" · {words} ", "muted")]
        self.head.say([(" Draft  ", "*text"), self._said], right)

    def hear(self, event: events.Key) -> bool:
        """Do what a key of the editor means; returns whether it was one."""
        command = self._keymap.get(event.key)
        if command is None:
            return False
        event.stop()
        event.prevent_default()
        self._run(command)
        return True

    def on_key(self, event: events.Key) -> None:
        """Keys while the post has the focus."""
        if self.hear(event):
            return
        page = max(1, self.post.size.height - 2)
        steps = {"j": 1, "down": 1, "k": -1, "up": -1, "pagedown": page, "space": page, "pageup": -page}
        if self.focused is self.post and event.key in steps:
            event.stop()
            self.post.scroll_lines(steps[event.key])

    def _run(self, command: Command) -> None:
        work = {
            "editor.close": self._close,
            "editor.template": self._insert_template,
            "editor.external": self._edit_outside,
            "editor.copy": self._copy,
            "editor.focus": self._switch,
        }[command.id]
        self.main.start("editor")(work)

    async def _switch(self) -> None:
        (self.post if self.focused is self.text else self.text).focus()

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        """Save soon: counted from the first unsaved key, so that steady typing is saved too."""
        event.stop()
        if self._timer is None and self.text.text != self._saved:
            self._said = ("", "muted")
            self._tell("writing …")
            self._timer = self.set_timer(SAVE_AFTER, self._save_soon)

    def _save_soon(self) -> None:
        self._timer = None
        self.main.start("autosave")(self._autosave)

    async def _autosave(self) -> None:
        if not await self._save() and self._timer is None and self.is_mounted:
            self._timer = self.set_timer(RETRY_AFTER, self._save_soon)

    async def _save(self) -> bool:
        """Save what is written now; returns whether the store has it."""
        desk = self.main.desk
        async with self._saving:
            text = self.text.text
            if text == self._saved or desk is None:
                return text == self._saved
            try:
                await desk.save_draft(self.draft.id, text)
            except LeadTuiError as error:
                self._failed = True
                self._tell("not saved", "warning")
                self._say(str(error), "warning")
                return False
            self._saved = text
            self._failed = False
        if self.text.text == text:
            self._tell(f"saved {time.strftime('%H:%M:%S')}")
        elif self._timer is None and self.is_mounted:
            self._timer = self.set_timer(SAVE_AFTER, self._save_soon)
        return True

    async def finish(self) -> bool:
        """Save before the program ends."""
        return await self._save()

    async def _close(self) -> None:
        failed_before = self._failed
        if not await self._save():
            if not failed_before:
                self._say(f"not saved: {self._said[0]} · esc again leaves without it", "warning")
                return
            self.main.say("the draft was left without its last words", "warning")
        else:
            self.main.say("draft saved" if self._saved.strip() else "draft is empty")
        self.main.drafts.reload()
        close(self)

    async def _insert_template(self) -> None:
        if self.text.text.strip():
            self._say("the draft is not empty", "muted")
        elif self.main.desk is not None:
            self.text.text = clean(await self.main.desk.template(self.draft.lead))
            self.text.move_cursor(self.text.document.end)

    async def _copy(self) -> None:
        self._say(await self.main.desk_app.copy(self.text.text), "muted")

    async def _edit_outside(self) -> None:
        from leadtui.tui.outside import editor_command, write_private

        command = editor_command(os.environ)
        if command is None:
            self._say("no editor: set $EDITOR", "warning")
            return
        await self._save()
        try:
            path = write_private(self.main.desk_app.config.home, self.text.text)
        except OSError as error:
            raise StorageError(
                clean_line(error.strerror or "cannot be written"), where=str(self.main.desk_app.config.home)
            ) from None
        try:
            # The event loop goes on meanwhile, for feeds and leases; the batch keeps it from painting over the editor.
            with self.app.batch_update(), self.app.suspend():
                process = await asyncio.create_subprocess_exec(*command, str(path))
                code = await process.wait()
            if code == 0:
                self.text.text = clean(path.read_text("utf-8", "replace"))
                self.text.move_cursor(self.text.document.end)
                await self._save()
            else:
                self._say(
                    f"{clean_line(command[0], 40)} ended with {code}; the draft is as it was", "warning"
                )
        except SuspendNotSupported:
            self._say("$EDITOR cannot be opened in this terminal", "warning")
        except OSError as error:
            self._say(f"{clean_line(command[0], 40)}: {clean_line(error.strerror or '')}", "warning")
        finally:
            path.unlink(missing_ok=True)
