"""Themes from TOML files: the colours that Textual styles with and the ones that panes draw with."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from rich.style import Style
from textual.theme import Theme

from leadtui.errors import ConfigError
from leadtui.text import clean_line

DEFAULT = "leadtui-dark"
PARTS = ("fit", "intent", "stance", "freshness", "reach", "learned")
BACKGROUNDS = ("background", "surface", "cursor", "resting")
"""What text stands on: the screen, bars, the row under the cursor, and that row while another pane has the focus."""
TEXTS = ("text", "muted", "accent", "good", "warning", "bad", *PARTS)
NAMES = (*BACKGROUNDS, *TEXTS, "rule")
_HEX = re.compile(r"#[0-9a-fA-F]{6}")
_PACKAGE = Path(__file__).resolve().parent.parent
_SHIPPED = (_PACKAGE / "themes", _PACKAGE.parent / "themes")
"""Where the wheel puts them, and where the source tree has them."""


class Palette:
    """The colours of one theme, by the names of `NAMES`."""

    def __init__(self, name: str, dark: bool, colors: Mapping[str, str]) -> None:
        self.name = name
        self.dark = dark
        self.colors = colors
        self._styles: dict[tuple[str, str, bool, bool], Style] = {}

    def style(
        self, text: str, on: str = "background", *, bold: bool = False, underline: bool = False
    ) -> Style:
        """The style of text in the colour `text` on the background `on`."""
        key = (text, on, bold, underline)
        style = self._styles.get(key)
        if style is None:
            style = Style(color=self.colors[text], bgcolor=self.colors[on], bold=bold, underline=underline)
            self._styles[key] = style
        return style

    def textual(self) -> Theme:
        """The same colours as Textual wants them, for scroll bars, inputs and borders."""
        colors = self.colors
        return Theme(
            name=self.name,
            dark=self.dark,
            primary=colors["accent"],
            secondary=colors["stance"],
            accent=colors["accent"],
            foreground=colors["text"],
            background=colors["background"],
            surface=colors["surface"],
            panel=colors["surface"],
            success=colors["good"],
            warning=colors["warning"],
            error=colors["bad"],
            variables={
                **{f"lead-{name}": color for name, color in colors.items()},
                "scrollbar": colors["rule"],
                "scrollbar-hover": colors["muted"],
                "scrollbar-active": colors["accent"],
                "scrollbar-background": colors["background"],
                "scrollbar-background-hover": colors["background"],
                "scrollbar-background-active": colors["background"],
                "scrollbar-corner-color": colors["background"],
                "input-cursor-background": colors["text"],
                "input-cursor-foreground": colors["background"],
                "input-selection-background": colors["cursor"],
            },
        )


def files(home: Path | None) -> dict[str, Path]:
    """Every theme file by the name of the theme, which is the name of the file; the user's own ones win."""
    folders = [*_SHIPPED, *([home / "themes"] if home is not None else [])]
    return {path.stem: path for folder in folders for path in _listed(folder)}


def _listed(folder: Path) -> Iterator[Path]:
    try:
        yield from sorted(folder.glob("*.toml"))
    except OSError:
        return


def load(name: str, home: Path | None) -> tuple[Palette, str]:
    """Return the palette called `name` and "", or the default one and the line that says what is wrong with the file.

    Raises `ConfigError` when no theme has that name.
    """
    path = _quickly(name, home)
    if path is None:
        known = files(home)
        if name not in known:
            close = _nearest(name, known)
            hint = f'did you mean "{close[0]}"? ' if close else ""
            raise ConfigError(
                f'no theme is called "{clean_line(name, 60)}"',
                where="[ui] theme",
                fix=f"{hint}known: {', '.join(sorted(known))}",
            )
        path = known[name]
    try:
        return read(path), ""
    except ConfigError as error:
        if path in (folder / f"{DEFAULT}.toml" for folder in _SHIPPED):
            raise
        return read(_shipped_default()), f"{error}; {DEFAULT} is used"


def _quickly(name: str, home: Path | None) -> Path | None:
    """Find a theme without listing folders: this stands before the first frame."""
    if not re.fullmatch(r"[\w-]+", name):
        return None
    folders = [*([home / "themes"] if home is not None else []), *_SHIPPED]
    return next((path for folder in folders if (path := folder / f"{name}.toml").is_file()), None)


def _shipped_default() -> Path:
    path = _quickly(DEFAULT, None)
    if path is None:
        raise ConfigError(
            "the themes of the program are missing", where=str(_SHIPPED[0]), fix="install it again"
        )
    return path


def read(path: Path) -> Palette:
    """Read one theme file; raises `ConfigError` naming the file and what is wrong."""
    where = clean_line(str(path), 200)
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"theme cannot be read: {clean_line(str(error), 200)}", where=where) from None
    colors = document.get("colors")
    if not isinstance(colors, dict):
        raise ConfigError("theme has no [colors]", where=where, fix=f"it needs {', '.join(NAMES)}")
    colors.setdefault("learned", colors.get("accent", ""))  # themes from before there was learning lack it
    missing = [name for name in NAMES if name not in colors]
    if missing:
        raise ConfigError(f"theme lacks {', '.join(missing)}", where=where, fix='as in text = "#dde3ea"')
    for name in NAMES:
        if not isinstance(colors[name], str) or not _HEX.fullmatch(colors[name]):
            raise ConfigError(f'colour "{name}" is not of the form "#rrggbb"', where=where)
    return Palette(path.stem, bool(document.get("dark", True)), {name: colors[name] for name in NAMES})


def contrast(first: str, second: str) -> float:
    """Contrast ratio of two `#rrggbb` colours, 1 to 21 (WCAG 2.2, relative luminance)."""
    brighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def _luminance(color: str) -> float:
    channels = [int(color[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _nearest(name: str, known: Iterable[str]) -> list[str]:
    from difflib import get_close_matches

    return get_close_matches(name, list(known), n=1, cutoff=0.5)
