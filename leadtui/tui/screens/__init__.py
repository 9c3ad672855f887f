"""Screens over the main one; each is imported when it is opened, never before the first frame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from textual.screen import Screen


def close(screen: Screen[Any], result: Any = None) -> None:
    """Close a screen, once: keys typed ahead still reach it after the one that closed it."""
    if screen.is_current:
        screen.dismiss(result)
