"""One change of a campaign, as a person proposes it before it is saved."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from leadtui.domain.models import Campaign
from leadtui.errors import ConfigError
from leadtui.text import clean_line

KINDS = ("keyword", "negative", "author", "min_score")
_LISTS = {"keyword": "keywords", "negative": "negative_keywords", "author": "excluded_authors"}
_NAMES = {"keyword": "keyword", "negative": "negative keyword", "author": "excluded author"}
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Edit:
    """A keyword, negative keyword, excluded author or `min_score` that a campaign is to get."""

    kind: str
    """One of `KINDS`."""
    text: str
    """What is added, or the number; may be empty when a keyword is only dropped."""
    drops: str = ""
    """A keyword that goes at the same time."""

    def apply(self, campaign: Campaign) -> Campaign:
        """Return `campaign` with the change; raises `ConfigError` when it would change nothing or cannot be."""
        text = clean_line(self.text, _LONGEST).strip()
        if self.kind == "min_score":
            return replace(campaign, min_score=_points(text, campaign.min_score))
        if self.kind == "author":
            text = author_name(text)
        field = _LISTS[self.kind]
        kept: tuple[str, ...] = getattr(campaign, field)
        if self.drops:
            if self.drops not in kept:
                raise ConfigError(f'"{clean_line(self.drops, 60)}" is no {_NAMES[self.kind]}')
            kept = tuple(item for item in kept if item != self.drops)
        elif not text:
            raise ConfigError(f"no {_NAMES[self.kind]} yet", fix="type one")
        if text and any(item.casefold() == text.casefold() for item in kept):
            raise ConfigError(f'"{clean_line(text, 60)}" is there already')
        changed: dict[str, Any] = {field: (*kept, text) if text else kept}
        return replace(campaign, **changed)

    def __str__(self) -> str:
        text = clean_line(self.text, 60).strip()
        if self.kind == "min_score":
            return f"min_score {text}"
        if self.kind == "author":
            return f"u/{author_name(text)} excluded"
        name = _NAMES[self.kind]
        if not self.drops:
            return f"{name} “{text}”"
        gone = clean_line(self.drops, 60)
        return f"{name} “{text}” instead of “{gone}”" if text else f"without the {name} “{gone}”"


def author_name(text: str) -> str:
    """Return an author's name without the `u/` that people put in front."""
    return re.sub(r"^(?:[/\s]|[uU]/)+", "", text).strip("/ ")


def _points(text: str, present: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 3 and int(text) <= 100):
        raise ConfigError("min_score is a whole number from 0 to 100")
    if int(text) == present:
        raise ConfigError(f"min_score is {present} already")
    return int(text)
