"""Secrets taken out of text, by their value first and by their usual shapes second."""

from __future__ import annotations

import json
import re
import threading

from leadtui.text import clean_line

MASK = "***"
SHORTEST_SECRET = 6
"""Characters; masking anything shorter would tear holes into ordinary words."""

_SHAPES = (
    (re.compile(r"AIza[0-9A-Za-z_\-]{8,}"), MASK),
    (re.compile(r"\beyJ[0-9A-Za-z_\-]{10,}\.[0-9A-Za-z_\-]+(?:\.[0-9A-Za-z_\-]*)?"), MASK),
    (re.compile(r"\b(bearer)\s+[0-9A-Za-z._~+/=\-]{3,}", re.IGNORECASE), rf"\1 {MASK}"),
    (re.compile(r"\b(basic)\s+[0-9A-Za-z+/]{16,}={0,2}", re.IGNORECASE), rf"\1 {MASK}"),
    (re.compile(r"(://[^/\s:@]*:)[^/\s]+@"), rf"\1{MASK}@"),
    (re.compile(r"([?&](?:code|state|key|token)=)[^\s&#\"']+", re.IGNORECASE), rf"\1{MASK}"),
    (
        re.compile(
            r"((?:access_token|refresh_token|id_token|client_secret|api_?key|password)[\"']?\s{0,3}[=:]\s{0,3}[\"']?)"
            r"[^\s&#\"',;}]+",
            re.IGNORECASE,
        ),
        rf"\1{MASK}",
    ),
)
_SUSPECT = re.compile(r"AIza|eyJ|://|[?&]|bearer|basic|_token|secret|api_?key|password", re.IGNORECASE)
"""What every shape above begins with: one search instead of seven for the text of every day."""
_SECRET_NAME = re.compile(
    r"(?:.*[_\-])?(?:token|secret|password|passwd|api_?key|authorization|cookie)", re.IGNORECASE
)

_PASSWORD = re.compile(r"://[^/?#:@]*:(.+)@", re.DOTALL)
"""What errors quote of a URL that is a secret as a whole."""

_lock = threading.Lock()
_known: set[str] = set()
_in_text: tuple[str, ...] = ()
"""Every spelling of every known secret, the longest first, so that none is cut short by a part of itself."""
_in_json: tuple[str, ...] = ()


def register_secret(value: str) -> None:
    """Keep `value` out of everything this process logs from now on; shorter than 6 characters it is ignored."""
    global _in_text, _in_json
    password = _PASSWORD.search(value)
    if password:
        register_secret(password[1])
    if len(value.strip()) < SHORTEST_SECRET:
        return
    with _lock:
        if value in _known:
            return
        _known.add(value)
        in_text = {spelling for secret in _known for spelling in _spellings(secret)}
        _in_text = tuple(sorted(in_text, key=len, reverse=True))
        _in_json = tuple(sorted({json.dumps(s)[1:-1] for s in in_text}, key=len, reverse=True))


def _spellings(secret: str) -> set[str]:
    """The ways a secret comes out of other libraries: in a URL, as a repr, in a JSON body, with its edges stripped."""
    from urllib.parse import quote, quote_plus

    bare = secret.strip()
    ways = {secret, bare, clean_line(bare, len(bare)), repr(bare)[1:-1]}
    ways |= {quote(bare), quote(bare, safe=""), quote_plus(bare)}
    ways |= {json.dumps(bare)[1:-1], json.dumps(bare, ensure_ascii=False)[1:-1]}
    return {way for way in ways if len(way) >= SHORTEST_SECRET}


def mask_known(text: str) -> str:
    """Return `text` without known secrets."""
    for secret in _in_text:
        if secret in text:
            text = text.replace(secret, MASK)
    return text


def mask(text: str) -> str:
    """Return `text` without known secrets and without anything that looks like a credential."""
    text = mask_known(text)
    if _SUSPECT.search(text):
        for shape, shown in _SHAPES:
            text = shape.sub(shown, text)
    return text


def mask_json(line: str) -> str:
    """Return a rendered JSON line without known secrets, as JSON spells them."""
    for secret in _in_json:
        if secret in line:
            line = line.replace(secret, MASK)
    return line


def names_a_secret(key: str) -> bool:
    """Whether a value under this name is a secret whatever it holds (`refresh_token`, `Authorization`)."""
    return _SECRET_NAME.fullmatch(key) is not None
