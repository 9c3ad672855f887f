"""Everything a key can do, said once: bindings, key bar, palette, help and `[ui] keys` all read this list.

Pure and quick to import: `config check` validates key overrides without loading Textual.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from leadtui.errors import ConfigError


class Command(NamedTuple):
    """One thing a person can ask the dashboard to do."""

    id: str
    """What `[ui] keys` calls it."""
    keys: str
    """Default keys, separated by commas."""
    label: str
    """One or two words for the key bar."""
    help: str
    """One sentence for help and palette."""
    scope: str
    """Where its keys are heard: see `PANES`."""
    bar: int = 0
    """Rank in the key bar, 1 first; 0 stays out of it."""
    needs: str = ""
    """What must be there for it to be possible, a key of `REASONS`."""
    hidden: bool = False
    """Left out of the palette: moving about makes no sense there."""


PANES: Mapping[str, tuple[str, ...]] = {
    "leads": ("leads", "lead", "list", "app"),
    "post": ("post", "lead", "app"),
    "feeds": ("feeds", "list", "app"),
    "drafts": ("drafts", "list", "app"),
    "editor": ("editor",),
}
"""The scopes that a focused pane hears, nearest first. No key may mean two things within one pane."""

REASONS: Mapping[str, str] = {
    "lead": "there is no lead under the cursor",
    "feed": "there is no feed under the cursor",
    "draft": "there is no draft under the cursor",
    "row": "the list is empty",
}

COMMANDS: tuple[Command, ...] = (
    Command("lead.save", "s", "save", "Save the lead for later and go to the next one.", "lead", 1, "lead"),
    Command("lead.ignore", "x", "ignore", "Ignore the lead and go to the next one.", "lead", 2, "lead"),
    Command("lead.snooze", "z", "snooze", "Hide the lead until the next key says.", "lead", 3, "lead"),
    Command("lead.draft", "d", "draft", "Write an answer in the draft editor.", "lead", 4, "lead"),
    Command(
        "lead.later", "r", "reply later", "Begin a draft from the template, unopened.", "lead", 13, "lead"
    ),
    Command("lead.replied", "p", "replied", "You have answered the post.", "lead", 0, "lead"),
    Command("lead.conversation", "v", "talking", "The author has answered you.", "lead", 0, "lead"),
    Command("lead.won", "w", "won", "The lead became a customer.", "lead", 0, "lead"),
    Command("lead.lost", "l", "lost", "The lead came to nothing.", "lead", 0, "lead"),
    Command("lead.new", "n", "back to new", "Put the lead back among the new ones.", "lead", 0, "lead"),
    Command("lead.open", "o", "browser", "Open the post in the browser.", "lead", 6, "lead"),
    Command("lead.copy_link", "y", "copy link", "Copy the address of the post.", "lead", 0, "lead"),
    Command("lead.copy_text", "Y", "copy text", "Copy title and text of the post.", "lead", 0, "lead"),
    Command("lead.note", "N", "note", "Write a note about the lead.", "lead", 0, "lead"),
    Command("lead.tags", "t", "tags", "Give the lead tags, separated by commas.", "lead", 0, "lead"),
    Command("post.why", "e", "why", "Show every reason of the score, or only its parts.", "lead", 10, "lead"),
    Command(
        "post.copies",
        "m",
        "copies",
        "Name every other post in which the author says the same, or fold them again.",
        "lead",
        0,
        "lead",
    ),
    Command("post.scroll_down", "J", "post down", "Scroll the post down from any pane.", "lead", hidden=True),
    Command("post.scroll_up", "K", "post up", "Scroll the post up from any pane.", "lead", hidden=True),
    Command(
        "mark.toggle",
        "space",
        "mark",
        "Mark the lead; verdicts are then for all marked.",
        "leads",
        11,
        "lead",
    ),
    Command("mark.all", "*", "mark all", "Mark every lead that is loaded, or unmark all.", "leads", 0, "row"),
    Command("list.newest", ".", "to the top", "Jump to the top, where leads arrive.", "leads", 0, "row"),
    Command("view.sort", "S", "sort", "Sort by score, by age, or by when the lead was found.", "leads"),
    Command("list.open", "enter", "open", "Open what is under the cursor.", "list", 12, "row"),
    Command("list.down", "j,down", "down", "One line down.", "list", hidden=True),
    Command("list.up", "k,up", "up", "One line up.", "list", hidden=True),
    Command("list.half_down", "ctrl+d", "half page down", "Half a page down.", "list", hidden=True),
    Command("list.half_up", "ctrl+u", "half page up", "Half a page up.", "list", hidden=True),
    Command("list.page_down", "pagedown,ctrl+f", "page down", "One page down.", "list", hidden=True),
    Command("list.page_up", "pageup,ctrl+b", "page up", "One page up.", "list", hidden=True),
    Command("list.first", "g,home", "first", "To the first line.", "list", hidden=True),
    Command("list.last", "G,end", "last", "To the last line.", "list", hidden=True),
    Command("post.down", "j,down", "down", "Scroll one line down.", "post", hidden=True),
    Command("post.up", "k,up", "up", "Scroll one line up.", "post", hidden=True),
    Command(
        "post.page_down", "pagedown,space,ctrl+d,ctrl+f", "page down", "One page down.", "post", hidden=True
    ),
    Command("post.page_up", "pageup,ctrl+u,ctrl+b", "page up", "One page up.", "post", hidden=True),
    Command("post.first", "g,home", "top", "To the beginning of the post.", "post", hidden=True),
    Command("post.last", "G,end", "bottom", "To the end of the post.", "post", hidden=True),
    Command("post.next", ">", "next lead", "Go to the next lead while reading.", "post", 4),
    Command("post.previous", "<", "previous lead", "Go to the previous lead while reading.", "post"),
    Command("post.word_right", "right", "next word", "Select the next word.", "post", hidden=True),
    Command("post.word_left", "left", "word before", "Select the word before.", "post", hidden=True),
    Command("post.extend_right", "shift+right", "more words", "Select one word more.", "post", hidden=True),
    Command("post.extend_left", "shift+left", "fewer words", "Select one word less.", "post", hidden=True),
    Command("draft.edit", "d", "edit", "Open the draft in the editor.", "drafts", 1, "draft"),
    Command("draft.discard", "x", "discard", "Discard the draft; asks once.", "drafts", 2, "draft"),
    Command("draft.copy", "y", "copy", "Copy the text of the draft.", "drafts", 3, "draft"),
    Command("filter", "/", "filter", "Filter the leads with the query language.", "app", 7),
    Command("view.next", "]", "next view", "Go to the next view, as in new, saved, drafted.", "app", 12),
    Command("view.previous", "[", "previous view", "Go to the previous view.", "app"),
    Command("campaign", "c", "campaign", "Choose whose leads are shown.", "app"),
    Command(
        "campaign.forget",
        "F",
        "forget lessons",
        "Forget what your verdicts taught about leads of this campaign; asks once.",
        "app",
    ),
    Command("campaign.keyword", "+", "add keyword", "Try a keyword, or the selected words as one.", "app"),
    Command("campaign.negative", "-", "add negative", "Try a word that rules posts out.", "app"),
    Command(
        "campaign.author", "A", "exclude author", "Try leaving the author's posts out.", "lead", 0, "lead"
    ),
    Command("campaign.min_score", "M", "minimum score", "Try another bound for leads.", "app"),
    Command("keywords", "H", "keyword health", "Show how each keyword does, and mend it.", "app"),
    Command("undo", "u", "undo", "Undo the last verdict or change of a campaign.", "app", 5),
    Command("redo", "ctrl+r", "redo", "Redo what was undone.", "app"),
    Command("poll", "R", "poll now", "Read the feeds now; in the feeds pane only the chosen one.", "app", 9),
    Command("pane.next", "tab", "next pane", "Go to the next pane.", "app", hidden=True),
    Command("pane.previous", "shift+tab", "previous pane", "Go to the previous pane.", "app", hidden=True),
    Command("pane.leads", "1", "leads", "Go to the leads.", "app"),
    Command("pane.feeds", "2", "feeds", "Go to the feeds.", "app"),
    Command("pane.drafts", "3", "drafts", "Go to the drafts.", "app"),
    Command("pane.post", "4", "post", "Go to the post.", "app"),
    Command(
        "back",
        "escape",
        "back",
        "Back: clear marks, then the filter, then return to the leads.",
        "app",
        hidden=True,
    ),
    Command("theme", "T", "theme", "Switch to the next theme.", "app"),
    Command("palette", "ctrl+p", "commands", "Find a command by its name.", "app", hidden=True),
    Command("help", "?", "help", "Show the keys of this pane.", "app", 8),
    Command("quit", "q,ctrl+q", "quit", "Leave the dashboard.", "app"),
    Command("editor.close", "escape,ctrl+s", "save & close", "Save the draft and go back.", "editor", 1),
    Command("editor.template", "ctrl+t", "template", "Insert the template into an empty draft.", "editor", 2),
    Command("editor.external", "ctrl+e", "$EDITOR", "Edit the draft in $EDITOR.", "editor", 3),
    Command("editor.copy", "ctrl+y", "copy", "Copy the text of the draft.", "editor", 4),
    Command("editor.focus", "tab", "post", "Go between the post and the text.", "editor", 5),
)

BY_ID: Mapping[str, Command] = {command.id: command for command in COMMANDS}

_NAMED = frozenset(
    {"enter", "escape", "tab", "space", "up", "down", "left", "right", "home", "end", "pageup", "pagedown"}
    | {"insert", "delete", "backspace", "comma"}
    | {f"f{number}" for number in range(1, 25)}
)
_MODIFIED = re.compile(r"(?:(?:ctrl|alt|shift|super)\+)+(.+)")
_SAME_AS = {"ctrl+i": "tab", "ctrl+m": "enter", "ctrl+j": "enter", "ctrl+h": "backspace", "ctrl+[": "escape"}
"""Control characters that a terminal cannot tell from a named key."""
_RESERVED = {"ctrl+c": "explains how to leave", "ctrl+z": "suspends the program"}
_PRETTY = {
    "escape": "esc", "pageup": "pgup", "pagedown": "pgdn", "up": "↑", "down": "↓", "left": "←", "right": "→",
    "comma": ",",
}  # fmt: skip


def pretty(key: str) -> str:
    """The way a key is written on screen: `ctrl+p` as `^p`, `escape` as `esc`."""
    if key.startswith("ctrl+"):
        return "^" + pretty(key[5:])
    return _PRETTY.get(key, key)


def split_keys(keys: str) -> tuple[str, ...]:
    """Return the key names of `"a,ctrl+b"`."""
    return tuple(part.strip() for part in keys.split(",") if part.strip())


def keys_of(command: Command, overrides: Mapping[str, str]) -> tuple[str, ...]:
    """The keys of a command, the user's own ones first in rank."""
    return split_keys(overrides.get(command.id, command.keys))


def keymap(pane: str, overrides: Mapping[str, str]) -> dict[str, Command]:
    """What each key does while `pane` has the focus."""
    scopes = PANES[pane]
    return {
        key: command for command in COMMANDS if command.scope in scopes for key in keys_of(command, overrides)
    }


def heard_in(pane: str) -> Iterable[Command]:
    """The commands of a pane, nearest scope first."""
    for scope in PANES[pane]:
        yield from (command for command in COMMANDS if command.scope == scope)


def validate_keys(overrides: Mapping[str, str]) -> None:
    """Raise `ConfigError` for an unknown command, a key that no terminal sends, or a key with two meanings."""
    for identity, keys in overrides.items():
        if identity not in BY_ID:
            close = _nearest(identity, BY_ID)
            fix = f'did you mean "{close[0]}"?' if close else "`?` in the dashboard shows the commands"
            raise ConfigError(f'unknown command "{_short(identity)}"', where="[ui] keys", fix=fix)
        names = split_keys(keys)
        if not names:
            raise ConfigError(f'"{identity}" has no key', where="[ui] keys", fix=f'as in {identity} = "f5"')
        for name in names:
            _check_key(identity, name)
    for pane in PANES:
        seen: dict[str, Command] = {}
        for command in heard_in(pane):
            for key in keys_of(command, overrides):
                other = seen.setdefault(key, command)
                if other is not command:
                    raise ConfigError(
                        f'key "{key}" means both "{other.id}" and "{command.id}" in the {pane} pane',
                        where="[ui] keys",
                        fix="give one of them another key",
                    )


def _check_key(identity: str, name: str) -> None:
    if name in _SAME_AS:
        raise ConfigError(
            f'"{name}" of "{identity}" reaches a program as {_SAME_AS[name]}',
            where="[ui] keys",
            fix="take another key",
        )
    if name in _RESERVED:
        raise ConfigError(
            f'"{name}" of "{identity}" {_RESERVED[name]}', where="[ui] keys", fix="take another key"
        )
    if len(name) == 1 and name.isprintable() and name != " ":
        return
    if name in _NAMED:
        return
    modified = _MODIFIED.fullmatch(name)
    if modified and (modified[1] in _NAMED or re.fullmatch(r"[a-z0-9]", modified[1])):
        return
    close = _nearest(name.lower(), _NAMED)
    hint = f'did you mean "{close[0]}"?' if close else 'as in "x", "X", "f5", "ctrl+x", "shift+tab"'
    raise ConfigError(f'no key is called "{_short(name)}" (of "{identity}")', where="[ui] keys", fix=hint)


def _short(text: str) -> str:
    return "".join(character if character.isprintable() else "?" for character in text[:40])


def _nearest(name: str, known: Iterable[str]) -> list[str]:
    from difflib import get_close_matches

    return get_close_matches(name, list(known), n=1, cutoff=0.5)
