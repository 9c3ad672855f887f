"""The door for outside text: what may come out of it, whatever went in."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from leadtui.text import MAX_BODY, age, clean, clean_line, clean_with_offsets, plural, shorten

BIDI = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
FRAGMENTS = (
    "&", "amp;", "&amp;", "&lt;b&gt;", "&#38;", "&#x26;lt;", "&am\u00adp;", "&l\u200bt;", "&#13;", "&#27;[31m", "&nosuch;", "&NotEqualTilde;",
    "\r\n", "\r", "\n", "\t", "\x1b]8;;x\x07", "\x85", "\u2028", "\u2029", "\ufeff", "\u200b", "\u00ad", "\u202e", "\u2066",
    "\u0301" * 7, "\u200d", "\ufe0f", "\U000e0101", "\U000e0041", "\ud83d", "\udc80", "\ue000", "\U0010ffff",
    "a", " ", "é", "日本", "👩\u200d👩\u200d👧", "❤\ufe0f", "[@click=app.quit]", "x" * 50,
)  # fmt: skip
ANY_CHARACTER = st.characters(exclude_categories=())
HOSTILE = st.lists(st.one_of(st.text(ANY_CHARACTER), st.sampled_from(FRAGMENTS))).map("".join)


def longest_run(text: str, categories: set[str]) -> int:
    longest = run = 0
    for character in text:
        run = run + 1 if unicodedata.category(character) in categories or character == "\u200d" else 0
        longest = max(longest, run)
    return longest


@given(HOSTILE)
@example("&am\u00adp;lt;")
@example("&" + "amp;" * 9 + "lt;")
@example("&a&#109;p;lt;")
@example("&#38;#38;#38;#38;#38;lt;")
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    assert clean_line(clean_line(text)) == clean_line(text)


@given(HOSTILE)
def test_nothing_that_drives_a_terminal_or_hides_its_neighbours_comes_out(text: str) -> None:
    for cleaned, feeds in ((clean(text), {"\n"}), (clean_line(text), set())):
        odd = {c for c in cleaned if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}}
        assert odd <= feeds | {"\u200c", "\u200d"}
        assert not set(cleaned) & BIDI
        assert longest_run(cleaned, {"Mn", "Me"}) <= 4
        cleaned.encode("utf-8")


@given(HOSTILE, st.booleans())
def test_every_character_knows_where_it_came_from(text: str, line: bool) -> None:
    cleaned = clean_with_offsets(text, line=line)
    offsets = [cleaned.raw_index(index) for index in range(len(cleaned.text))]
    assert offsets == sorted(offsets)
    for character, offset in zip(cleaned.text, offsets, strict=True):
        came_from = text[offset]
        assert (
            character == came_from
            or came_from == "&"
            or clean_with_offsets(came_from, line=line).text == character
        )
    assert cleaned.raw_index(len(cleaned.text)) == len(text)


@given(HOSTILE, st.integers(0, 60))
def test_the_limit_holds_and_spans_end_with_what_was_read(text: str, limit: int) -> None:
    cleaned = clean_with_offsets(text, limit)
    assert len(cleaned.text) <= limit
    assert cleaned.raw_index(len(cleaned.text)) == min(len(text), limit)


@given(st.text(st.sampled_from("abc é日\n.,!?—🎉🎉")))
def test_ordinary_text_is_left_alone(text: str) -> None:
    assert clean(text) == text


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("a &amp; b", "a & b"),
        ("&amp;amp;amp;lt;", "<"),
        ("&#38;lt;", "<"),
        ("&nbsp;x", " x"),
        ("AT&T; R&D", "AT&T; R&D"),
        ("?a=1&copy=2", "?a=1&copy=2"),
        ("&unheard_of; &unheard;", "&unheard_of; &unheard;"),
        ("&am\u00adp;", "\uff06amp;"),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("\r\r\n\n", "\n\n\n"),
        ("a\tb", "a b"),
        ("\x1b[2J", "\u241b[2J"),
        ("\x7f\x9b", "\u2421\ufffd"),
        ("abc\u202ecba", "abc\ufffdcba"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("half \udc80", "half \ufffd"),
        ("z" + "\u0301" * 30, "z" + "\u0301" * 4),
        ("z" + "\u0301\u200d" * 30, "z" + "\u0301\u200d" * 2),
        ("❤" + "\ufe0f" * 30, "❤" + "\ufe0f" * 4),
        ("👩\u200d👩\u200d👧", "👩\u200d👩\u200d👧"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("[bold]&lsqb;/]", "[bold][/]"),
    ],
)
def test_examples(raw: str, shown: str) -> None:
    assert clean(raw) == shown


def test_a_line_has_no_line_feed_and_a_body_has_an_end() -> None:
    assert clean_line("a\nb\r\nc&#10;d") == "a b c d"
    assert len(clean("\u200b" + "x" * 3 * MAX_BODY)) == MAX_BODY - 1


def test_a_span_survives_entities_and_vanished_characters() -> None:
    raw = "\u200bTom &amp;amp; Jerry\r\nneed a CRM"
    cleaned = clean_with_offsets(raw)
    start = cleaned.text.index("& Jerry")
    assert raw[cleaned.raw_index(start) : cleaned.raw_index(start + 7)] == "&amp;amp; Jerry"
    start = cleaned.text.index("CRM")
    assert raw[cleaned.raw_index(start) : cleaned.raw_index(start + 3)] == "CRM"


def test_counts_and_ages_for_people() -> None:
    assert [plural(n, "lead") for n in (0, 1, 1200)] == ["0 leads", "1 lead", "1,200 leads"]
    assert [age(s) for s in (-5, 59, 60, 7200, 9 * 86400, 800 * 86400)] == [
        "0s",
        "59s",
        "1m",
        "2h",
        "9d",
        "2y",
    ]


@given(st.text(max_size=80), st.integers(8, 60))
def test_shortened_lines_end_after_a_word(text: str, limit: int) -> None:
    line = " ".join(text.split())
    short = shorten(line, limit)
    assert len(short) <= limit
    if short != line:
        assert short.endswith(" …")
        assert line.startswith(short.removesuffix(" …"))


def test_a_line_is_cut_between_words() -> None:
    assert shorten("late payment reminders", 22) == "late payment reminders"
    assert shorten("late payment reminders", 16) == "late payment …"
    assert shorten("x" * 30, 10) == "x" * 8 + " …"
