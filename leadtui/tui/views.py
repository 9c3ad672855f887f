"""The views of the leads, and how view, campaign and filter become one query."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from leadtui.domain.query import Node

VIEWS: tuple[tuple[str, str], ...] = (
    ("new", "New"),
    ("saved", "Saved"),
    ("drafted", "Drafted"),
    ("replied", "Replied"),
    ("conversation", "Talking"),
    ("won", "Won"),
    ("lost", "Lost"),
    ("snoozed", "Snoozed"),
    ("ignored", "Ignored"),
    ("all", "All"),
)
SORTS: tuple[tuple[str, str], ...] = (
    ("score", "by score"),
    ("newest", "newest first"),
    ("found", "last found first"),
    ("oldest", "oldest first"),
)
_SORT = re.compile(r'(?P<quoted>"[^"]*")|(?<!\S)sort:\S+')
"""A `sort:`, or a quoted phrase, within which `sort:` is just text."""


def compose(view: str, campaign: str | None, text: str, sort: str) -> str:
    """One query of what was chosen and what was typed; raises `ConfigError` naming the column in `text`.

    A `status:` or `sort:` that was typed takes the place of the view's.
    """
    pieces: list[str] = []
    status = "" if view == "all" else view
    if text.strip():
        from leadtui.domain.query import Either, parse

        query = parse(text)
        typed = _SORT.sub(lambda found: found["quoted"] or "", text).strip()
        if typed != text.strip():
            sort = query.sort
            text = typed
        nodes = query.root.nodes
        if any(_names_status(node) for node in nodes):
            status = ""
        if nodes:
            pieces.append(f"({text})" if len(nodes) == 1 and isinstance(nodes[0], Either) else text)
    if status:
        pieces.append(f"status:{status}")
    if campaign is not None:
        pieces.append('campaign:"' + campaign.replace('"', "") + '"')
    pieces.append(f"sort:{sort}")
    return " ".join(pieces)


def _names_status(node: Node) -> bool:
    from leadtui.domain.query import All, Choice, Either, Not

    if isinstance(node, Choice):
        return node.field == "status"
    if isinstance(node, Not):
        return _names_status(node.node)
    return isinstance(node, All | Either) and any(_names_status(child) for child in node.nodes)
