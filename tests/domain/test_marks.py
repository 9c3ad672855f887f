"""Phrases in a text, beside, within and across one another."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from leadtui.domain.marks import stretches

SPANS = st.lists(
    st.tuples(st.integers(0, 30), st.integers(1, 12)).map(lambda pair: (pair[0], pair[0] + pair[1])),
    max_size=8,
)


@given(st.integers(0, 40), SPANS)
def test_nothing_is_lost_and_every_phrase_ends_once(length: int, spans: list[tuple[int, int]]) -> None:
    found = list(stretches(length, spans))
    assert [place for each in found for place in range(each.start, each.end)] == list(range(length))
    ended = [index for each in found for index in each.ending]
    assert sorted(ended) == [index for index, (start, _) in enumerate(spans) if start < length]
    for each in found:
        over = [end - start for start, end in spans if start <= each.start and each.end <= end]
        if each.innermost is None:
            assert over == []
        else:
            start, end = spans[each.innermost]
            assert end - start == min(over, default=end - start)


def test_a_phrase_within_another_shows_and_ends_first() -> None:
    assert list(stretches(10, [(0, 8), (2, 5), (2, 8)])) == [
        (0, 2, 0, ()),
        (2, 5, 1, (1,)),
        (5, 8, 2, (2, 0)),
        (8, 10, None, ()),
    ]
