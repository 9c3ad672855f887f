"""JSON Lines: what is taken, what is refused and in which words, and files that grow or are replaced."""

from __future__ import annotations

import io
import json
import os
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from leadtui.config import Config
from leadtui.domain.models import BadLine, Post, PostKind
from leadtui.errors import SourceError
from leadtui.sources.jsonl import (
    MAX_LINE_BYTES,
    MAX_RECORDS,
    JsonlSource,
    ParsedPost,
    parse_line,
    parse_record,
    read_posts,
)
from leadtui.text import clean, clean_line
from tests.sources.worlds import feed_of, read_all

SMALLEST = {"id": "a1", "subreddit": "freelance", "title": "Need help"}


def line(**fields: object) -> bytes:
    return json.dumps({**SMALLEST, **fields}).encode()


def post(**fields: object) -> Post:
    parsed = parse_line(line(**fields), 1)
    assert isinstance(parsed, Post), parsed
    return parsed


def error(raw: bytes) -> str:
    parsed = parse_line(raw, 7)
    assert isinstance(parsed, BadLine), parsed
    assert parsed.line == 7
    return parsed.error


def test_the_smallest_post_and_a_full_one() -> None:
    assert post() == Post("a1", "freelance", "Need help")
    full = post(
        body="two\nlines", author="sam_writes", created_utc=1_700_000_000.5, score=-3, num_comments=4, upvote_ratio=0.5,
        permalink="/r/freelance/comments/a1/", kind="comment", flair="ignored", nested={"ignored": [1, None]},
    )  # fmt: skip
    assert full == Post(
        "a1", "freelance", "Need help", "two\nlines", "sam_writes", 1_700_000_000.5, -3, 4, 0.5, "/r/freelance/comments/a1/", PostKind.COMMENT
    )  # fmt: skip


def test_what_is_optional_may_be_null() -> None:
    optional = ("body", "author", "created_utc", "score", "num_comments", "upvote_ratio", "permalink", "kind")
    assert post(**dict.fromkeys(optional)) == Post("a1", "freelance", "Need help")


@pytest.mark.parametrize(
    ("fields", "attribute", "value"),
    [
        ({"id": 123}, "id", "123"),
        ({"id": " t3_x\n"}, "id", "t3_x"),
        ({"subreddit": "r/saas"}, "subreddit", "saas"),
        ({"subreddit": "/r/saas/"}, "subreddit", "saas"),
        ({"subreddit": "/R/SaaS"}, "subreddit", "SaaS"),
        ({"subreddit": "u/somebody"}, "subreddit", "somebody"),
        ({"author": "/u/somebody"}, "author", "somebody"),
        ({"author": "[deleted]"}, "author", None),
        ({"author": ""}, "author", None),
        ({"title": ""}, "title", ""),
        ({"title": "a\nb"}, "title", "a b"),
        ({"title": "\x1b[31mred"}, "title", "\u241b[31mred"),
        ({"body": "1 &lt; 2"}, "body", "1 < 2"),
        ({"body": "half \udc80 pair"}, "body", "half \ufffd pair"),
        ({"body": "x" * 50_000}, "body", "x" * 40_000),
        ({"created_utc": 1_700_000_000}, "created_at", 1_700_000_000.0),
        ({"created_utc": "1700000000"}, "created_at", 1_700_000_000.0),
        ({"created_utc": "1700000000.25"}, "created_at", 1_700_000_000.25),
        ({"created_utc": "2026-03-21"}, "created_at", 1_774_051_200.0),
        ({"created_utc": "2026-03-21T10:00:00Z"}, "created_at", 1_774_087_200.0),
        ({"created_utc": "2026-03-21 10:00:00"}, "created_at", 1_774_087_200.0),
        ({"created_utc": "2026-03-21T10:00:00+02:00"}, "created_at", 1_774_080_000.0),
        ({"score": 12.0}, "score", 12),
        ({"upvote_ratio": 1}, "upvote_ratio", 1.0),
        (
            {"permalink": "https://www.reddit.com/r/x/comments/1/"},
            "permalink",
            "https://www.reddit.com/r/x/comments/1/",
        ),
        ({"permalink": "javascript:alert(1)"}, "permalink", None),
        ({"permalink": "file:///etc/passwd"}, "permalink", None),
        ({"permalink": "//elsewhere.example/x"}, "permalink", None),
        ({"permalink": "/r/x y"}, "permalink", None),
        ({"permalink": "https://"}, "permalink", None),
        ({"permalink": "/" + "x" * 3_000}, "permalink", None),
        ({"kind": "comment"}, "kind", PostKind.COMMENT),
        ({"kind": "t3"}, "kind", PostKind.POST),
        ({"kind": ["comment"]}, "kind", PostKind.POST),
    ],
)
def test_values(fields: dict[str, object], attribute: str, value: object) -> None:
    assert getattr(post(**fields), attribute) == value


@pytest.mark.parametrize(
    ("raw", "complaint"),
    [
        (b'{"subreddit":"x","title":"t"}', "id: missing"),
        (b'{"id":"1","title":"t"}', "subreddit: missing"),
        (b'{"id":"1","subreddit":"x"}', "title: missing"),
        (line(title=None), "title: expected text, got null"),
        (line(title=5), "title: expected text, got 5"),
        (line(body=["a"]), "body: expected text, got a list"),
        (line(author={"name": "x"}), "author: expected text, got an object"),
        (line(id=True), "id: expected text, got true"),
        (line(id="  "), "id: empty"),
        (line(id="\u200b"), "id: empty"),
        (line(id="x" * 201), "id: longer than 200 characters"),
        (line(id=10**30), "id: expected at most 16 digits, or text"),
        (line(subreddit="r/"), "subreddit: empty"),
        (line(created_utc="yesterday"), 'created_utc: expected seconds since 1970, got "yesterday"'),
        (line(created_utc=-1), "created_utc: expected seconds since 1970, got -1"),
        (line(created_utc="-1"), 'created_utc: expected seconds since 1970, got "-1"'),
        (line(created_utc=1_700_000_000_000), "created_utc: expected seconds since 1970, got 1700000000000"),
        (line(created_utc=float("nan")), "created_utc: expected seconds since 1970, got NaN"),
        (line(created_utc=True), "created_utc: expected seconds since 1970, got true"),
        (line(created_utc="0001-01-01"), 'created_utc: expected seconds since 1970, got "0001-01-01"'),
        (line(created_utc=10**400), "created_utc: expected seconds since 1970, got 1" + "0" * 59),
        (line(score=float("inf")), "score: expected a whole number, got Infinity"),
        (line(score=1.5), "score: expected a whole number, got 1.5"),
        (line(score=False), "score: expected a whole number, got false"),
        (line(score=10**20), "score: expected a whole number, got 100000000000000000000"),
        (line(num_comments=-1), "num_comments: expected a whole number, got -1"),
        (line(upvote_ratio="high"), 'upvote_ratio: expected a number, got "high"'),
        (line(upvote_ratio=True), "upvote_ratio: expected a number, got true"),
        (line(permalink=3), "permalink: expected text, got 3"),
        (line(title="\x1b", score="\x1b[2J"), 'score: expected a whole number, got "\\u001b[2J"'),
        (b"", "line is not JSON: Expecting value (column 1)"),
        (b"id,title", "line is not JSON: Expecting value (column 1)"),
        (b'{"id":"1",}', "line is not JSON: "),
        (b'{"id":"1"} x', "line is not JSON: Extra data (column 12)"),
        (b'["id"]', "line is not a JSON object"),
        (b"null", "line is not a JSON object"),
        (b'{"id":"\xff"}', "line is not UTF-8 text (byte 8)"),
        (line()[:-1] + b',"x":"\xff"}', "line is not UTF-8 text (byte 66)"),
        (b"[" * 200_000, "line is not JSON: nested too deep"),
        (b'{"id":' + b"9" * 5_000 + b"}", "line is not JSON: a number has too many digits"),
    ],
)
def test_a_bad_line_is_told_in_one_clear_line(raw: bytes, complaint: str) -> None:
    assert error(raw).startswith(complaint)
    assert error(raw).isprintable()


JSON_VALUE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
FIELD = st.sampled_from(
    [
        "id",
        "subreddit",
        "title",
        "body",
        "author",
        "created_utc",
        "score",
        "num_comments",
        "upvote_ratio",
        "permalink",
        "kind",
    ]
)


@given(st.binary() | st.binary().map(lambda tail: line()[:-1] + tail))
@example(b"\xef\xbb\xbf" + line())
def test_no_bytes_make_it_raise(raw: bytes) -> None:
    parsed = parse_line(raw, 1)
    assert isinstance(parsed, Post) or parsed.error.isprintable()


@given(st.dictionaries(FIELD, JSON_VALUE))
def test_whatever_the_fields_hold_a_post_is_clean_and_in_range(fields: dict[str, Any]) -> None:
    parsed = parse_line(line(**fields), 1)
    if isinstance(parsed, BadLine):
        assert parsed.error == clean_line(parsed.error)
        assert parsed.error.partition(":")[0] in fields
        return
    assert clean(parsed.body) == parsed.body
    for text in (parsed.id, parsed.subreddit, parsed.title, parsed.author or "x", parsed.permalink or "x"):
        assert clean_line(text) == text
    assert parsed.id.strip()
    assert parsed.subreddit.strip()
    assert parsed.created_at is None or 0 <= parsed.created_at < 7_258_118_400
    assert parsed.num_comments is None or parsed.num_comments >= 0


@given(
    st.lists(st.sampled_from(["need a CRM", "&amp;lt;", "\u200b", "\r\n", "\n", "é", "\udc80", " "])).map(
        "".join
    ),
    st.lists(st.sampled_from(["late invoices", "&amp;", "\x1b", "\u00ad", "\r\n", "日本", " "])).map("".join),
)
def test_spans_are_given_in_the_text_as_it_came_in(title: str, body: str) -> None:
    parsed = parse_record(line(title=title, body=body), 1)
    assert isinstance(parsed, ParsedPost)
    raw = f"{title}\n{body}"
    for phrase in ("need a CRM", "late invoices", "日本"):
        start = parsed.post.text.find(phrase)
        if start >= 0:
            raw_start, raw_end = parsed.raw_span(start, start + len(phrase))
            assert raw[raw_start:raw_end].startswith(phrase)
            assert clean(raw[raw_start:raw_end]) == phrase
    assert parsed.raw_span(0, len(parsed.post.text))[1] == len(raw)


def test_a_span_in_the_body_counts_a_title_that_was_cut() -> None:
    title = "t" * 1_500
    parsed = parse_record(line(title=title, body="late invoices"), 1)
    assert isinstance(parsed, ParsedPost)
    start = parsed.post.text.index("late")
    assert parsed.raw_span(start, start + 4) == (1_501, 1_505)


def test_a_stream_may_have_a_mark_blank_lines_any_line_end_and_no_last_one() -> None:
    stream = io.BytesIO(
        b"\xef\xbb\xbf" + line(id="1") + b"\r\n\r\n  \n" + line(id="2") + b"\nbroken\n" + line(id="3")
    )
    records = [r.post.id if isinstance(r, ParsedPost) else (r.line, r.error) for r in read_posts(stream)]
    assert records == ["1", "2", (5, "line is not JSON: Expecting value (column 1)"), "3"]
    assert list(read_posts(io.BytesIO(b"\xef\xbb\xbf\n\n"))) == []


class _EndlessLine(io.RawIOBase):
    """A line of 64 MiB and then a good one, made as it is read."""

    def __init__(self) -> None:
        self._left = 64 * 1024 * 1024
        self._tail = b"\n" + line(id="after") + b"\n"

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        size = min(len(buffer), self._left)
        if size:
            buffer[:size] = b"x" * size
            self._left -= size
            return size
        size = min(len(buffer), len(self._tail))
        buffer[:size], self._tail = self._tail[:size], self._tail[size:]
        return size


def test_a_line_without_end_is_skipped_and_not_held_in_memory() -> None:
    tracemalloc.start()
    records = list(read_posts(io.BufferedReader(_EndlessLine())))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert records[0] == BadLine(1, "line is longer than 4 MiB")
    assert isinstance(records[1], ParsedPost)
    assert records[1].post.id == "after"
    assert peak < 4 * MAX_LINE_BYTES


def test_the_longest_line_is_still_read() -> None:
    padding = MAX_LINE_BYTES - len(line(flair=""))
    records = list(
        read_posts(io.BytesIO(line(flair="x" * padding) + b"\n" + line(flair="x" * (padding + 1)) + b"\n"))
    )
    assert isinstance(records[0], ParsedPost)
    assert records[1] == BadLine(2, "line is longer than 4 MiB")


def test_a_record_comes_out_of_a_pipe_before_the_next_one_is_written() -> None:
    reader, writer = os.pipe()
    with open(reader, "rb") as stream, open(writer, "wb", buffering=0) as sink:
        records = read_posts(stream)
        for post_id in ("1", "2"):
            sink.write(line(id=post_id) + b"\n")
            record = next(records)
            assert isinstance(record, ParsedPost)
            assert record.post.id == post_id


@pytest.fixture
def source() -> JsonlSource:
    return JsonlSource(Config())


def ids(posts: list[Post]) -> list[str]:
    return [one.id for one in posts]


async def test_a_line_that_is_still_being_written_waits(source: JsonlSource, tmp_path: Path) -> None:
    path = tmp_path / "posts.jsonl"
    feed = feed_of("jsonl", str(path))
    path.write_bytes(line(id="1") + b"\n" + line(id="2")[:20])
    posts, bad, cursor = await read_all(source, feed)
    assert (ids(posts), bad) == (["1"], [])
    with path.open("ab") as stream:
        stream.write(line(id="2")[20:] + b"\nbroken\n")
    posts, bad, cursor = await read_all(source, feed, cursor)
    assert (ids(posts), [one.line for one in bad]) == (["2"], [3])


async def test_a_last_line_that_is_whole_needs_no_line_feed(source: JsonlSource, tmp_path: Path) -> None:
    path = tmp_path / "posts.jsonl"
    feed = feed_of("jsonl", str(path))
    path.write_bytes(line(id="1"))
    posts, _, cursor = await read_all(source, feed)
    assert ids(posts) == ["1"]
    with path.open("ab") as stream:
        stream.write(b"\n" + line(id="2") + b"\nbroken\n")
    posts, bad, _ = await read_all(source, feed, cursor)
    assert (ids(posts), [one.line for one in bad]) == (["2"], [3])


async def test_a_file_that_was_replaced_or_cut_is_read_from_its_start(
    source: JsonlSource, tmp_path: Path
) -> None:
    path = tmp_path / "posts.jsonl"
    feed = feed_of("jsonl", str(path))
    path.write_bytes(b"".join(line(id=f"old{n}") + b"\n" for n in range(9)))
    _, _, cursor = await read_all(source, feed)

    path.write_bytes(b"".join(line(id=f"new{n}") + b"\n" for n in range(10)))
    posts, _, cursor = await read_all(source, feed, cursor)
    assert ids(posts) == [f"new{n}" for n in range(10)]

    path.write_bytes(line(id="new0") + b"\n")
    posts, _, cursor = await read_all(source, feed, cursor)
    assert ids(posts) == ["new0"]

    path.write_bytes(b"")
    posts, _, cursor = await read_all(source, feed, cursor)
    assert ids(posts) == []


async def test_an_overlong_line_is_passed_over_once(source: JsonlSource, tmp_path: Path) -> None:
    path = tmp_path / "posts.jsonl"
    feed = feed_of("jsonl", str(path))
    path.write_bytes(line(flair="x" * MAX_LINE_BYTES) + b"\n" + line(id="after") + b"\n")
    posts, bad, cursor = await read_all(source, feed)
    assert (ids(posts), bad) == (["after"], [BadLine(1, "line is longer than 4 MiB")])
    assert (await read_all(source, feed, cursor))[:2] == ([], [])


@pytest.mark.parametrize("offset", [5, 10**15, 10**30])
async def test_a_cursor_from_elsewhere_is_a_new_beginning(
    source: JsonlSource, tmp_path: Path, offset: int
) -> None:
    path = tmp_path / "posts.jsonl"
    path.write_bytes(line(id="1") + b"\n")
    posts, _, _ = await read_all(source, feed_of("jsonl", str(path)), json.dumps({"offset": offset}))
    assert ids(posts) == ["1"]


async def test_a_copy_with_more_lines_is_the_same_file(source: JsonlSource, tmp_path: Path) -> None:
    path, copy = tmp_path / "posts.jsonl", tmp_path / "copy.jsonl"
    path.write_bytes(line(id="1") + b"\n")
    _, _, cursor = await read_all(source, feed_of("jsonl", str(path)))
    copy.write_bytes(path.read_bytes() + line(id="2") + b"\n")
    copy.replace(path)
    posts, _, _ = await read_all(source, feed_of("jsonl", str(path)), cursor)
    assert ids(posts) == ["2"]


async def test_one_reading_brings_a_bounded_number(source: JsonlSource, tmp_path: Path) -> None:
    path = tmp_path / "posts.jsonl"
    feed = feed_of("jsonl", str(path))
    total = 2 * MAX_RECORDS + 5
    path.write_bytes(b"".join(line(id=n) + b"\n" if n % 10 else b"broken\n" for n in range(total)))
    first = await source.fetch(feed, None)
    assert (len(first.posts) + len(first.bad), first.more) == (MAX_RECORDS, True)
    posts, bad, cursor = await read_all(source, feed)
    assert ids(posts) == [str(n) for n in range(total) if n % 10]
    assert [one.line for one in bad] == [n + 1 for n in range(total) if n % 10 == 0]
    last = await source.fetch(feed, cursor)
    assert (last.posts, last.more) == ((), False)


async def test_exactly_one_full_reading_is_not_followed_by_an_empty_one(
    source: JsonlSource, tmp_path: Path
) -> None:
    path = tmp_path / "posts.jsonl"
    path.write_bytes(b"".join(line(id=n) + b"\n" for n in range(MAX_RECORDS)))
    batch = await source.fetch(feed_of("jsonl", str(path)), None)
    assert (len(batch.posts), batch.more) == (MAX_RECORDS, False)


async def test_what_is_no_readable_file_is_told(source: JsonlSource, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "file").touch()
    for target, complaint in (
        (tmp_path / "missing", "no such file"),
        (tmp_path, "not a file"),
        (tmp_path / "pipe", "not a file"),
        (tmp_path / "file" / "below", "Not a directory"),
        ("~nobody_of_that_name/posts", "home"),
        ("x" * 5_000, "too long"),
    ):
        with pytest.raises(SourceError, match=complaint):
            await source.fetch(feed_of("jsonl", str(target)), None)
