"""Where posts come from. A new source is one file with a class that has `fetch`, and one line here."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from leadtui.errors import ConfigError
from leadtui.text import clean_line

if TYPE_CHECKING:
    from leadtui.config import Config
    from leadtui.ports import PostSource

REGISTRY: dict[str, str] = {
    "jsonl": "leadtui.sources.jsonl:JsonlSource",
    "demo": "leadtui.sources.demo:DemoSource",
}
"""Name of a source to `module:class`; the module is imported when the source is first asked for."""


def load(name: str, config: Config) -> PostSource:
    """Make the source called `name`; `ConfigError` for a name that is not in the registry."""
    try:
        module, _, class_name = REGISTRY[name].partition(":")
    except KeyError:
        known = ", ".join(sorted(REGISTRY))
        raise ConfigError(
            f'no source of posts is called "{clean_line(name, 60)}"', fix=f"known: {known}"
        ) from None
    source: PostSource = getattr(import_module(module), class_name)(config)
    return source
