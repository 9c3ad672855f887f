"""JSON Lines: one line in, one cleaned post or one clear complaint out; and files of them that grow."""

from __future__ import annotations

import asyncio
import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from io import SEEK_END
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO, NoReturn, TypeGuard

import msgspec

from leadtui.domain.models import BadLine, Batch, Feed, Post, PostKind
from leadtui.errors import SourceError
from leadtui.text import MAX_LINE, Cleaned, clean_line, clean_with_offsets

if TYPE_CHECKING:
    from leadtui.config import Config

MAX_LINE_BYTES = 4 * 1024 * 1024
"""Longest line that is read; Reddit's longest post is 40,000 characters."""

MAX_RECORDS = 2_000
"""Lines that one reading of a feed brings at most."""
_MAX_READ = 32 * 1024 * 1024
"""Bytes after which one reading ends, however few lines they were."""

_BOM = b"\xef\xbb\xbf"
_SKIP_BYTES = 64 * 1024
_MAX_NAME = 200
_MAX_URL = 2_000
_YEAR_2200 = 7_258_118_400
_MAX_COUNT = 2**53
"""Every JSON reader and every database holds whole numbers up to here exactly."""
_DIGEST_BYTES = 256
_NUMBER = re.compile(r"[-+]?[0-9]{1,20}(?:\.[0-9]{0,20})?")
_PLACE = re.compile(r"/?(?:r|u|user)/", re.IGNORECASE)
_LINK = re.compile(r"(?:https?://[^\s/]|/(?![/\\]))\S*", re.IGNORECASE)
_GONE = {"", "[deleted]", "[removed]"}


@dataclass(frozen=True, slots=True)
class ParsedPost:
    """A post, and the way back from its cleaned text to the text as it came in."""

    post: Post
    title: Cleaned
    body: Cleaned
    raw_title_length: int

    @property
    def is_as_it_came(self) -> bool:
        """Whether cleaning moved nothing, so that spans are the same in both texts."""
        title, body = self.title, self.body
        return (
            title.raw_length == self.raw_title_length
            and isinstance(title.offsets, range)
            and isinstance(body.offsets, range)
        )

    def raw_span(self, start: int, end: int) -> tuple[int, int]:
        """Turn a span of `Post.text` into one of the incoming `title + "\\n" + body`, in code points."""
        return self._raw_index(start), self._raw_index(end)

    def _raw_index(self, index: int) -> int:
        title_length = len(self.title.text)
        if index <= title_length:
            return self.title.raw_index(index)
        return self.raw_title_length + 1 + self.body.raw_index(index - title_length - 1)


class _Record(msgspec.Struct, gc=False):
    """The fields with the types that need no second look."""

    id: str | int
    subreddit: str
    title: str
    body: str | None = None
    author: str | None = None
    created_utc: str | int | float | None = None
    score: int | None = None
    num_comments: int | None = None
    upvote_ratio: float | None = None
    permalink: str | None = None
    kind: Any = None


class _BadFieldError(ValueError):
    """Names the field and what is wrong with it."""


_decode = msgspec.json.Decoder(_Record).decode


def parse_line(line: bytes, number: int) -> Post | BadLine:
    """Read one line (`number` counts from 1) as contract section 5 says; never raises."""
    parsed = parse_record(line, number)
    return parsed if isinstance(parsed, BadLine) else parsed.post


def parse_record(line: bytes, number: int) -> ParsedPost | BadLine:
    """Read one line as `parse_line` does, and keep the way back to the text as it came in."""
    line = line.removeprefix(_BOM)
    try:
        return _parsed(_record(line))
    except UnicodeDecodeError as error:
        return BadLine(number, f"line is not UTF-8 text (byte {error.start + 1})")
    except json.JSONDecodeError as error:
        return BadLine(number, f"line is not JSON: {clean_line(error.msg)} (column {error.colno})")
    except RecursionError:
        return BadLine(number, "line is not JSON: nested too deep")
    except ValueError as error:
        return BadLine(number, str(error))


def read_posts(stream: BinaryIO, first: int = 1) -> Iterator[ParsedPost | BadLine]:
    """Read JSON Lines from a binary stream, one record per line that is not blank, in constant memory.

    `first` is the number of the first line.
    """
    for number, line in enumerate(_lines(stream), first):
        record = _read(line, number)
        if record is not None:
            yield record


@dataclass(frozen=True, slots=True)
class _Line:
    content: bytes | None
    """None if there was more than may be held in memory."""
    size: int
    ended: bool
    """Whether the line feed was there; only the last line of a file can lack it."""


def _lines(stream: BinaryIO) -> Iterator[_Line]:
    while content := stream.readline(MAX_LINE_BYTES + 1):
        size = len(content)
        ended = content.endswith(b"\n")
        if ended or size <= MAX_LINE_BYTES:
            yield _Line(content, size, ended)
            continue
        while not ended and (skipped := stream.readline(_SKIP_BYTES)):
            size += len(skipped)
            ended = skipped.endswith(b"\n")
        yield _Line(None, size, ended)


def _read(line: _Line, number: int) -> ParsedPost | BadLine | None:
    """None for a blank line."""
    if line.content is None:
        return BadLine(number, f"line is longer than {MAX_LINE_BYTES // 1024 // 1024} MiB")
    if not line.content.removeprefix(_BOM).strip():
        return None
    return parse_record(line.content, number)


def _record(line: bytes) -> _Record:
    if not line.isascii():
        # The decoder looks at the encoding of the fields it knows only.
        line.decode()
    try:
        return _decode(line)
    except (msgspec.MsgspecError, RecursionError):
        # Rare, and mostly bad; but half a surrogate pair is text that Python reads and `clean` mends.
        return _checked(line.decode())


def _checked(line: str) -> _Record:
    """Read what the fast decoder refused, or say in the user's words what is wrong with it."""
    try:
        fields = json.loads(line)
    except json.JSONDecodeError:
        raise
    except ValueError:
        raise _BadFieldError("line is not JSON: a number has too many digits") from None
    if not isinstance(fields, dict):
        raise _BadFieldError("line is not a JSON object")
    for name in ("id", "subreddit", "title"):
        if name not in fields:
            raise _BadFieldError(f"{name}: missing")
    given = {name: value for name, value in fields.items() if value is not None}
    record = _Record(
        id=fields["id"] if _is_whole(fields["id"]) else _text("id", fields["id"]),
        subreddit=_text("subreddit", fields["subreddit"]),
        title=_text("title", fields["title"]),
        kind=fields.get("kind"),
    )
    for name in ("body", "author", "permalink"):
        if name in given:
            setattr(record, name, _text(name, given[name]))
    for name in ("score", "num_comments"):
        if name in given:
            setattr(record, name, _count(name, given[name]))
    if "upvote_ratio" in given:
        record.upvote_ratio = _ratio(given["upvote_ratio"])
    if "created_utc" in given:
        record.created_utc = _time(given["created_utc"])
    return record


def _parsed(record: _Record) -> ParsedPost:
    """Clean a record of the right types, and refuse values that cannot be meant."""
    title = clean_with_offsets(record.title, MAX_LINE, line=True)
    body = clean_with_offsets(record.body or "")
    post = Post(
        id=_id(record.id),
        subreddit=_subreddit(record.subreddit),
        title=title.text,
        body=body.text,
        author=_author(record.author),
        created_at=None if record.created_utc is None else _time(record.created_utc),
        score=None if record.score is None else _count("score", record.score),
        num_comments=None if record.num_comments is None else _count("num_comments", record.num_comments),
        upvote_ratio=record.upvote_ratio,
        permalink=_link(record.permalink),
        kind=PostKind.COMMENT if record.kind == "comment" else PostKind.POST,
    )
    return ParsedPost(post, title, body, len(record.title))


def _id(value: str | int) -> str:
    if isinstance(value, int):
        if abs(value) > _MAX_COUNT:
            _refuse("id", "expected at most 16 digits, or text")
        return str(value)
    if len(value) > _MAX_NAME:
        # Cut short, two posts could become one.
        _refuse("id", f"longer than {_MAX_NAME} characters")
    return clean_line(value).strip() or _refuse("id", "empty")


def _subreddit(value: str) -> str:
    return _bare_name(value) or _refuse("subreddit", "empty")


def _author(value: str | None) -> str | None:
    name = "" if value is None else _bare_name(value)
    return None if name in _GONE else name


def _bare_name(value: str) -> str:
    """`r/x`, `/r/x/` and `u/x` as people write them, without what is not part of the name."""
    name = clean_line(value, _MAX_NAME).strip()
    return _PLACE.sub("", name, count=1).strip("/ ") if "/" in name else name


def _link(value: str | None) -> str | None:
    """A path on the site or a web address; anything else (`javascript:`, a bare word) must not be opened."""
    if value is None or len(value) > _MAX_URL:
        return None
    link = clean_line(value, _MAX_URL).strip()
    return link if _LINK.fullmatch(link) else None


def _time(value: object) -> float:
    """Seconds since 1970 from a number, a numeric string or an ISO 8601 date or date-time (UTC if it says nothing)."""
    seconds = math.nan
    if _is_number(value):
        seconds = value
    elif isinstance(value, str):
        seconds = _seconds(value.strip())
    # Also false for what is not a number.
    if not 0 <= seconds < _YEAR_2200:
        _refuse("created_utc", f"expected seconds since 1970, got {_quoted(value)}")
    return float(seconds)


def _seconds(value: str) -> float:
    if _NUMBER.fullmatch(value):
        return float(value)
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return math.nan
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _text(field: str, value: object) -> str:
    return value if isinstance(value, str) else _refuse(field, f"expected text, got {_quoted(value)}")


def _count(field: str, value: object) -> int:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not _is_whole(value) or abs(value) > _MAX_COUNT or (field == "num_comments" and value < 0):
        _refuse(field, f"expected a whole number, got {_quoted(value)}")
    return value


def _ratio(value: object) -> float:
    if not _is_number(value) or not abs(value) <= _MAX_COUNT:
        _refuse("upvote_ratio", f"expected a number, got {_quoted(value)}")
    return float(value)


def _is_whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _quoted(value: object) -> str:
    """The value as it stood in the line, short enough for an error."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    return clean_line(json.dumps(value, ensure_ascii=False), 60)


def _refuse(field: str, complaint: str) -> NoReturn:
    raise _BadFieldError(f"{field}: {complaint}")


class JsonlSource:
    """A file of JSON Lines that others append to; `Feed.target` is its path."""

    def __init__(self, config: Config) -> None:
        """Every source is made with the configuration; this one has nothing to be configured."""

    async def fetch(self, feed: Feed, cursor: str | None) -> Batch:
        """Read up to `MAX_RECORDS` lines that were appended since `cursor`.

        A file that was replaced or truncated since is read from its start again. `SourceError` if it cannot be read.
        """
        return await asyncio.to_thread(_read_file, feed.target, cursor)


class _Position(msgspec.Struct):
    """How far a file was read, and how to notice that it is another file now."""

    offset: Annotated[int, msgspec.Meta(ge=0)] = 0
    line: Annotated[int, msgspec.Meta(ge=0)] = 0
    """Line feeds before the offset."""
    head: str = ""
    tail: str = ""
    """Digests of the first bytes, and of those just before the offset."""


def _read_file(target: str, cursor: str | None) -> Batch:
    where = clean_line(target) or "jsonl"
    if not target:
        raise SourceError("no file is named", where=where, fix="give the feed a path")
    try:
        path = Path(target).expanduser()
        # A pipe would keep its reader waiting for ever.
        if path.exists() and not path.is_file():
            raise SourceError("not a file", where=where, fix="name a file of JSON Lines")
        with path.open("rb") as stream:
            return _read_on(stream, cursor)
    except FileNotFoundError:
        raise SourceError("no such file", where=where, fix="check the path") from None
    except PermissionError:
        raise SourceError("may not be read", where=where, fix="check its permissions") from None
    except (OSError, ValueError, RuntimeError) as error:
        raise SourceError(clean_line(str(error)), where=where) from error


def _read_on(stream: BinaryIO, cursor: str | None) -> Batch:
    position = _resume(stream, cursor)
    stream.seek(position.offset)
    limit = position.offset + _MAX_READ
    posts: list[Post] = []
    bad: list[BadLine] = []
    more = False
    for line in _lines(stream):
        record = _read(line, position.line + 1)
        if not line.ended and not isinstance(record, ParsedPost):
            # Still being written: what is there of it cannot be a whole JSON object.
            break
        if len(posts) + len(bad) >= MAX_RECORDS or position.offset >= limit:
            more = True
            break
        position.offset += line.size
        position.line += line.ended
        if isinstance(record, BadLine):
            bad.append(record)
        elif record is not None:
            posts.append(record.post)
    position.head = _digest(stream, 0, min(_DIGEST_BYTES, position.offset))
    position.tail = _digest(stream, max(0, position.offset - _DIGEST_BYTES), position.offset)
    return Batch(tuple(posts), msgspec.json.encode(position).decode(), tuple(bad), more)


def _resume(stream: BinaryIO, cursor: str | None) -> _Position:
    """Where to read on; the start if the cursor is not ours or the file is not the one that was read."""
    try:
        position = msgspec.json.decode(cursor or "{}", type=_Position)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return _Position()
    if position.offset > stream.seek(0, SEEK_END):
        return _Position()
    head = _digest(stream, 0, min(_DIGEST_BYTES, position.offset))
    tail = _digest(stream, max(0, position.offset - _DIGEST_BYTES), position.offset)
    return position if (head, tail) == (position.head, position.tail) else _Position()


def _digest(stream: BinaryIO, start: int, end: int) -> str:
    stream.seek(start)
    return blake2b(stream.read(end - start), digest_size=8).hexdigest()
