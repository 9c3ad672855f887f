"""The first start: look around with demo data, or say what is to be found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.screen import Screen
from textual.widgets import Input

from leadtui.errors import LeadTuiError
from leadtui.text import clean_line, plural
from leadtui.tui.bars import Line
from leadtui.tui.screens import close
from leadtui.tui.screens.picker import Choice, ChoiceList

if TYPE_CHECKING:
    from leadtui.tui.main import Main

CHOICES = (
    Choice("demo", "Look around", "on invented leads; nothing is kept"),
    Choice("describe", "Describe your product", "and leads for it are looked for"),
    Choice("quit", "Quit", ""),
)
FIELDS = (
    ("name", "Name", "ledgerly"),
    ("website", "Website", "https://…"),
    ("description", "What it does", "Invoicing and time tracking for freelancers."),
    ("keywords", "Words people use", "invoicing software, late payment reminders"),
    ("competitors", "Competitors", "comma between names"),
    ("negative_keywords", "Words that rule out", "hiring, internship"),
    ("subreddits", "Subreddits", "freelance, smallbusiness"),
)
LISTS = ("keywords", "competitors", "negative_keywords", "subreddits")


class Setup(Screen[None]):
    """Three choices."""

    DEFAULT_CSS = """
    Setup { align: center middle; background: $lead-background; }
    Setup > Vertical { width: 90%; max-width: 78; height: auto; }
    Setup Line { margin-bottom: 1; }
    Setup ChoiceList { height: 3; margin-bottom: 1; }
    """

    def __init__(self, main: Main) -> None:
        super().__init__()
        self.main = main
        self._head = Line(main.palette)
        self._head.say(
            [("  leadtui", "*accent"), ("  finds people on Reddit who ask for what you sell", "text")]
        )
        self._list = ChoiceList(main.palette)

    def compose(self) -> ComposeResult:
        """A sentence and the choices."""
        foot = Line(self.main.palette)
        foot.say([("  ↑ ↓ enter", "muted")])
        with Vertical():
            yield self._head
            yield self._list
            yield foot

    def on_mount(self) -> None:
        """The demo comes first."""
        self._list.show(CHOICES, top=True)
        self._list.focus()

    def on_row_list_moved(self, message: ChoiceList.Moved) -> None:
        """Nothing of the main screen's business."""
        message.stop()

    def on_row_list_opened(self, message: ChoiceList.Opened) -> None:
        """A second click chooses."""
        message.stop()
        self._choose()

    def on_key(self, event: events.Key) -> None:
        """Move and choose."""
        event.stop()
        event.prevent_default()
        match event.key:
            case "down" | "j" | "tab":
                self._list.go(self._list.cursor + 1)
            case "up" | "k" | "shift+tab":
                self._list.go(self._list.cursor - 1)
            case "enter":
                self._choose()
            case "escape":
                close(self)
            case "q" | "ctrl+q" | "ctrl+c":
                self.main.desk_app.quit()

    def _choose(self) -> None:
        choice = self._list.current
        match choice.value if choice is not None else "":
            case "demo":
                self.app.exit("demo")
            case "describe" if self.is_current:
                self.app.switch_screen(CampaignForm(self.main))
            case "quit":
                self.main.desk_app.quit()


class CampaignForm(Screen[None]):
    """What is sold, and the words to look with."""

    DEFAULT_CSS = """
    CampaignForm { align: center top; background: $lead-background; }
    CampaignForm > VerticalScroll { width: 92%; max-width: 84; height: 1fr; margin-top: 1; scrollbar-size-vertical: 1; }
    CampaignForm Input, CampaignForm Input:focus { height: 1; border: none; padding: 0 1; background: $lead-surface; color: $lead-text; margin: 0 0 1 0; }
    CampaignForm Input > .input--placeholder { color: $lead-muted; }
    CampaignForm Input:focus { background: $lead-cursor; }
    """

    def __init__(self, main: Main) -> None:
        super().__init__()
        self.main = main
        self.inputs = {name: Input(placeholder=example, id=f"field-{name}") for name, _, example in FIELDS}
        self._note = Line(main.palette)

    def compose(self) -> ComposeResult:
        """One field under the other."""
        head = Line(self.main.palette)
        head.say([("Describe your product", "*accent")], [("ctrl+s stores · esc leaves", "muted")])
        with VerticalScroll(can_focus=False):
            yield head
            yield self._note
            for name, label, _ in FIELDS:
                title = Line(self.main.palette)
                title.say([(label, "text"), ("   commas between them" if name in LISTS else "", "muted")])
                yield title
                yield self.inputs[name]

    def on_mount(self) -> None:
        """Begin with the name."""
        self.inputs["name"].focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter goes to the next field, and stores from the last one."""
        event.stop()
        if event.input is self.inputs[FIELDS[-1][0]]:
            self._store()
        else:
            self.focus_next()

    def on_key(self, event: events.Key) -> None:
        """Store or leave."""
        match event.key:
            case "ctrl+s":
                self._store()
            case "escape":
                close(self)
            case "ctrl+q":
                self.main.desk_app.quit()
            case "down":
                self.focus_next()
            case "up":
                self.focus_previous()
            case _:
                return
        event.stop()
        event.prevent_default()

    def _store(self) -> None:
        self.main.start("setup")(self._add)

    async def _add(self) -> None:
        from leadtui.domain.campaign import from_values

        values: dict[str, object] = {}
        for name, field in self.inputs.items():
            text = clean_line(field.value).strip()
            if text:
                values[name] = (
                    [item.strip() for item in text.split(",") if item.strip()] if name in LISTS else text
                )
        desk = self.main.desk
        if desk is None:
            return
        try:
            campaign = from_values(values, "this form")
            found = await desk.add_campaign(campaign)
        except LeadTuiError as error:
            self._note.say([(str(error), "warning")])
            return
        self.main.say(f"{campaign.name} added · {plural(found, 'lead')} in the posts already stored")
        close(self)
        self.main.reload()
