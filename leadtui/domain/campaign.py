"""The campaign file: TOML in, TOML out, every error naming the key."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import fields
from difflib import get_close_matches
from typing import Any

from leadtui.config import toml_string
from leadtui.domain.edit import author_name
from leadtui.domain.models import Campaign
from leadtui.errors import ConfigError
from leadtui.text import clean_line

_LISTS = (
    "keywords", "negative_keywords", "competitors", "subreddits", "excluded_subreddits", "excluded_authors",
)  # fmt: skip
_TEXTS = ("name", "website", "description", "audience", "voice", "disclosure")
_KEYS = tuple(field.name for field in fields(Campaign))
_MAX_ITEMS = 5_000
_MAX_NAME = 80
_SUBREDDIT = re.compile(r"[A-Za-z0-9_]{2,32}")


def parse(text: str, where: str) -> Campaign:
    """Read a campaign file; `where` names it in errors (`ConfigError`)."""
    try:
        values = tomllib.loads(text.removeprefix("\ufeff").replace("\r\n", "\n"))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigError(
            f"not valid TOML: {clean_line(str(error))}",
            where=where,
            fix="see the campaign file in the README",
        ) from None
    return from_values(values, where)


def from_values(values: Mapping[str, Any], where: str) -> Campaign:
    """Make a campaign of keys and values as a file or a form gives them."""
    for key in values:
        if key not in _KEYS:
            close = get_close_matches(key, _KEYS, n=1, cutoff=0.5)
            fix = f'did you mean "{close[0]}"?' if close else f"known: {', '.join(_KEYS)}"
            raise ConfigError(f'unknown key "{clean_line(key, 60)}"', where=where, fix=fix)
    texts = {key: _text(values, key, where) for key in _TEXTS if key in values}
    lists = {key: _list(values, key, where) for key in _LISTS if key in values}
    name = texts.get("name", "")
    if not name or len(name) > _MAX_NAME:
        raise ConfigError(
            f'"name" is required, 1 to {_MAX_NAME} characters', where=where, fix='add name = "…"'
        )
    min_score = values.get("min_score", 50)
    if isinstance(min_score, bool) or not isinstance(min_score, int) or not 0 <= min_score <= 100:
        raise ConfigError(
            '"min_score" must be a whole number from 0 to 100', where=where, fix="min_score = 50"
        )
    for key in ("subreddits", "excluded_subreddits"):
        if key in lists:
            lists[key] = tuple(dict.fromkeys(_subreddit(item, key, where) for item in lists[key]))
    if "excluded_authors" in lists:
        names = map(author_name, lists["excluded_authors"])
        lists["excluded_authors"] = tuple(dict.fromkeys(name for name in names if name))
    return Campaign(**texts, **lists, min_score=min_score)  # type: ignore[arg-type]


def to_toml(campaign: Campaign) -> str:
    """Return the file that `parse` reads back as the same campaign."""
    lines = []
    for key in _KEYS:
        value = getattr(campaign, key)
        if isinstance(value, tuple):
            lines.append(f"{key} = [{', '.join(map(toml_string, value))}]")
        else:
            lines.append(f"{key} = {value if isinstance(value, int) else toml_string(value)}")
    return "\n".join(lines) + "\n"


def _text(values: Mapping[str, Any], key: str, where: str) -> str:
    value = values[key]
    if not isinstance(value, str):
        raise ConfigError(f'"{key}" must be a text', where=where, fix=f'write {key} = "…"')
    return clean_line(value, 4_000).strip()


def _list(values: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
    value = values[key]
    if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
        raise ConfigError(f'"{key}" must be a list of texts', where=where, fix=f'write {key} = ["…", "…"]')
    if len(value) > _MAX_ITEMS:
        raise ConfigError(
            f'"{key}" has {len(value):,} entries', where=where, fix=f"{_MAX_ITEMS:,} are the most"
        )
    cleaned = (clean_line(item, 200).strip() for item in value)
    return tuple(dict.fromkeys(item for item in cleaned if item))


def _subreddit(name: str, key: str, where: str) -> str:
    short = re.sub(r"^/?r/", "", name, flags=re.IGNORECASE).strip("/")
    if not _SUBREDDIT.fullmatch(short):
        raise ConfigError(
            f'"{key}" has "{clean_line(name, 60)}", which is no subreddit name',
            where=where,
            fix="letters, digits and _ only",
        )
    return short
