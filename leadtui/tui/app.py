"""The application: its life from the first frame to the last, its theme, and the screens over the main one.

Imports here stand before the first frame: nothing but Textual's core and the light half of the program.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import os
from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from rich.segment import Segment, Segments
from textual import events
from textual.app import App, SystemCommand
from textual.binding import BindingType
from textual.driver import Driver
from textual.screen import Screen
from textual.theme import Theme

from leadtui.config import Config
from leadtui.errors import Exit, LeadTuiError
from leadtui.text import clean_line
from leadtui.tui import themes
from leadtui.tui.commands import BY_ID, keys_of, validate_keys
from leadtui.tui.main import Main
from leadtui.tui.terminal import Lifeline, has_terminal

if TYPE_CHECKING:
    from leadtui.domain.models import Draft
    from leadtui.services.desk import Desk
    from leadtui.services.events import Event
    from leadtui.store.firstpage import FirstPage

LEAVE_WITHIN = 2.0
"""Seconds that verdicts which are not stored yet may hold up leaving."""
_log = logging.getLogger("leadtui.tui")


class LeadTuiApp(App[str], inherit_bindings=False):
    """The dashboard. `run()` returns "demo" when the user chose to look around with demo data.

    `return_code` is the process's exit code; `failure` is what made the dashboard leave by itself.
    Raises `ConfigError` when made with an unknown theme or impossible keys.
    """

    CSS_PATH = "app.tcss"
    TITLE = "leadtui"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = []

    def __init__(
        self, config: Config, first_page: FirstPage, open_desk: Callable[[], Awaitable[Desk]]
    ) -> None:
        validate_keys(config.ui.keys)
        self.config = config
        self.first_page = first_page
        self._open_desk = open_desk
        self.palette, self.problem = themes.load(config.ui.theme, config.home)
        self.badge = "demo" if config.demo else ""
        self.failure: LeadTuiError | None = None
        self._lifeline = Lifeline(self._leave)
        self._setup_offered = False
        self._textual_theme = self.palette.textual()
        super().__init__()
        self.animation_level = "none"

    def get_default_screen(self) -> Screen[Any]:
        """The four panes."""
        self.main = Main(self)
        return self.main

    def get_theme(self, theme_name: str) -> Theme | None:
        """The palette's colours, whatever name Textual asks for: so the style sheet is parsed once, not twice."""
        return self._textual_theme

    def get_driver_class(self) -> type[Driver]:
        """Textual's driver, but one that a dead terminal cannot block."""
        base = super().get_driver_class()

        class Patient(base):  # type: ignore[misc, valid-type]
            """Drops what would be written after the writing thread has died."""

            def write(self, data: str) -> None:
                """Write unless nobody takes it any more."""
                if self._alive():
                    super().write(data)

            def close(self) -> None:
                """Stop the writing thread unless it is dead already."""
                if self._alive():
                    super().close()

            def _alive(self) -> bool:
                thread = getattr(self, "_writer_thread", None)
                return thread is None or thread.is_alive()

        return Patient

    def on_load(self) -> None:
        """Listen to signals before the terminal is changed."""
        self._lifeline.hold()

    def on_mount(self) -> None:
        """Open the desk as soon as the first frame is out."""
        self.call_after_refresh(self._after_first_frame)

    def _after_first_frame(self) -> None:
        if not gc.isenabled():
            gc.freeze()
            gc.enable()
        if not self.is_headless:
            self.set_interval(1.0, self._lifeline.check)
        self.run_worker(self._connect(), group="desk", exclusive=False, exit_on_error=False)

    async def _connect(self) -> None:
        try:
            desk = await self._open_desk()
        except LeadTuiError as error:
            self.failure = error
            self.exit(return_code=int(error.code))
            return
        except Exception as error:
            self._handle_exception(error)
            return
        desk.events.subscribe(self._on_event)
        self.main.connect(desk)

    def _on_event(self, event: Event) -> None:
        main = self.main
        match type(event).__name__:
            case "LeadsChanged":
                main.leads.reload()
                main.post.reload()
            case "FeedsChanged":
                main.feeds.reload()
            case "DraftsChanged":
                main.drafts.reload()
            case "CampaignsChanged":
                main.reload()
        main.refresh_status()

    async def guarded(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do `work`; what goes wrong is told on the status line, and the app goes on."""
        try:
            await work()
        except LeadTuiError as error:
            self.main.say(str(error), "warning")
        except Exception as error:
            _log.exception("the dashboard could not do what was asked for")
            self.main.say(
                f"that went wrong inside leadtui ({type(error).__name__}); the log has details", "bad"
            )

    def on_key(self, event: events.Key) -> None:
        """The keys that leave work on every screen, where they are not letters."""
        if event.key in keys_of(BY_ID["quit"], self.config.ui.keys) and not event.is_printable:
            event.stop()
            self.quit()

    def on_unmount(self) -> None:
        """Give the signals back."""
        self._lifeline.release()

    def _leave(self, code: int) -> None:
        self.run_worker(self._quit(code), group="quit", exclusive=False, exit_on_error=False)

    def quit(self) -> None:
        """Leave, after open editors have saved and verdicts are stored."""
        self.run_worker(self._quit(None), group="quit", exclusive=False, exit_on_error=False)

    async def _quit(self, code: int | None) -> None:
        try:
            for screen in self.screen_stack:
                finish = getattr(screen, "finish", None)
                if finish is not None and not await finish() and code is None:
                    return
            self.main.say("leaving …", "muted")
            await asyncio.wait_for(self.main.jobs.idle(), LEAVE_WITHIN)
        except TimeoutError:
            _log.warning("the dashboard left before every verdict was stored")
        finally:
            if code is not None:
                self.exit(return_code=code)
        if code is None:
            self.exit()

    def next_theme(self) -> None:
        """Switch to the next theme by name."""
        names = sorted(themes.files(self.config.home))
        here = names.index(self.palette.name) if self.palette.name in names else -1
        self.use_theme(names[(here + 1) % len(names)])

    def use_theme(self, name: str) -> None:
        """Switch to a theme; a bad file is told on the status line."""
        palette, problem = themes.load(name, self.config.home)
        self.palette = palette
        self._textual_theme = palette.textual()
        self.register_theme(self._textual_theme)
        self.theme = palette.name
        self.main.redraw()
        self.main.say(problem or f"theme {palette.name}", "warning" if problem else "text")

    async def copy(self, text: str) -> str:
        """Copy by the terminal and by the desktop's own tool; returns how, for the status line."""
        from leadtui.tui.outside import copy_tool, osc52, run_copy_tool

        ways = []
        sequence = osc52(text, os.environ)
        if sequence is not None and self._driver is not None:
            self._driver.write(sequence)
            ways.append("the terminal (OSC 52)")
        command = copy_tool(os.environ)
        if command is not None and await asyncio.to_thread(run_copy_tool, command, text):
            ways.append(command[0])
        return f"copied by {' and '.join(ways)}" if ways else "too long to copy here"

    def open_help(self, main: Main) -> None:
        """Show the keys of the focused pane."""
        from leadtui.tui.screens.help import Help

        self.push_screen(Help(main.palette, main.pane, self.config.ui.keys))

    def open_palette(self, main: Main) -> None:
        """Find a command by name."""
        from leadtui.tui.screens.picker import command_picker

        self.push_screen(
            command_picker(main), lambda command: main.run(command) if command is not None else None
        )

    def open_campaigns(self, main: Main) -> None:
        """Choose whose leads are shown."""
        from leadtui.tui.screens.picker import campaign_picker

        def chosen(campaign: str | None) -> None:
            if campaign is not None:
                main.leads.choose(campaign=campaign or None)

        self.push_screen(campaign_picker(main), chosen)

    def open_editor(self, draft: Draft) -> None:
        """Write a draft."""
        from leadtui.tui.screens.editor import Editor

        self.push_screen(Editor(self.main, draft))

    def ask_text(
        self, title: str, about: str, text: str, keep: Callable[[str], None], *, lines: int = 1
    ) -> None:
        """Ask for a line or a few of text."""
        from leadtui.tui.screens.prompt import Prompt

        self.push_screen(
            Prompt(title, about, text, lines), lambda answer: keep(answer) if answer is not None else None
        )

    def offer_setup(self) -> None:
        """The first start: say what leadtui needs, or show it with demo data. Once."""
        if self._setup_offered:
            return
        self._setup_offered = True
        from leadtui.tui.screens.setup import Setup

        self.push_screen(Setup(self.main))

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """None: the registry has them all."""
        return ()

    def _fatal_error(self) -> None:
        """Leave after a bug with one line: Textual's own page would print local variables, and secrets with them."""
        error = self._exception
        name = type(error).__name__ if error is not None else "error"
        _log.error("the dashboard stopped", exc_info=error)
        self._tell_and_close(
            f"leadtui stopped because of a bug in it ({name}); the log in {self.config.home} has details"
        )

    def panic(self, *renderables: Any) -> None:
        """Leave with one line, whatever was to be printed."""
        if not self.is_headless and not has_terminal(self._lifeline.terminal):
            self._lifeline.check()
            return
        self._return_code = int(Exit.BUG)
        self._tell_and_close("leadtui stopped because of a bug in it; the log has details")

    def _tell_and_close(self, line: str) -> None:
        self._return_code = int(Exit.BUG)
        self._exit_renderables = [Segments([Segment(clean_line(line)), Segment.line()])]
        self._close_messages_no_wait()
