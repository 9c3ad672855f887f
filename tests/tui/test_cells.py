"""Cutting and wrapping by cells."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from leadtui.tui.cells import clusters, cut, fit, steady, width_of, wrap

TEXTS = st.text(
    st.one_of(
        st.characters(exclude_categories=("Cc", "Cs")),
        st.sampled_from("ab  漢字👩👧🇩🇪é\u0301\u200d\u200c\ufe0f🏽नमस्तेمرحبا\u1100\u1161"),
    ),
    max_size=80,
)


@given(TEXTS, st.integers(0, 40))
def test_cut_never_exceeds_and_keeps_a_beginning(text: str, width: int) -> None:
    shown = cut(text, width)
    assert cell_len(shown) <= width
    if cell_len(steady(text)) <= width:
        assert shown == steady(text)
    elif width:
        assert shown.endswith("…")
        assert steady(text).startswith(shown[:-1])


@given(TEXTS, st.integers(1, 40))
def test_fit_is_exact(text: str, width: int) -> None:
    assert cell_len(fit(text, width)) == width


@given(TEXTS)
def test_clusters_cover_and_measure(text: str) -> None:
    pieces = list(clusters(text))
    assert "".join(text[start:end] for start, end, _ in pieces) == text
    assert sum(cells for _, _, cells in pieces) == width_of(text)
    for start, _, _ in pieces[1:]:
        assert unicodedata.category(text[start]) not in ("Mn", "Me", "Mc")


@given(st.text(st.sampled_from("ab \n漢👩\u0301é🇩"), max_size=200), st.integers(2, 30))
def test_wrap_fits_and_loses_nothing_but_spaces(text: str, width: int) -> None:
    lines = [text[start:end] for start, end in wrap(text, width)]
    assert all(width_of(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "").replace("\n", "")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("👩‍👩‍👧‍👦 family", "👩 family"),
        ("🇩🇪 Berlin", "DE Berlin"),
        ("1️⃣ first", "1 first"),
        ("👍🏽 ok", "👍 ok"),
        ("می‌خواهم", "می‌خواهم"),
        ("plain", "plain"),
    ],
)
def test_steady(text: str, shown: str) -> None:
    assert steady(text) == shown


def test_cut_keeps_marks_with_their_letter() -> None:
    assert cut("e\u0301e\u0301e\u0301e\u0301", 3) == "e\u0301e\u0301…"
    assert cut("नमस्ते दुनिया", 4)[-1] == "…"
    assert cut("漢字漢字", 4) == "漢…"


def test_wrap_prefers_spaces_and_keeps_paragraphs() -> None:
    text = "one two three\n\nfour"
    assert [text[start:end] for start, end in wrap(text, 8)] == ["one two", "three", "", "four"]
    assert [end - start for start, end in wrap("a" * 25, 10)] == [10, 10, 5]
