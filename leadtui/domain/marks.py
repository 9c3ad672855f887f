"""Phrases marked in a text, also where one stands within another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple


class Stretch(NamedTuple):
    """A piece of a text over which the same phrases lie."""

    start: int
    end: int
    innermost: int | None
    """Which of the phrases shows: the shortest of those that lie over it."""
    ending: tuple[int, ...]
    """The phrases that end with it, the inner ones first."""


def stretches(length: int, spans: Sequence[tuple[int, int]]) -> Iterator[Stretch]:
    """Cut a text of `length` characters wherever one of the `spans` (start, end) begins or ends."""
    edges = {0, length, *(min(edge, length) for span in spans for edge in span)}
    by_size = sorted(range(len(spans)), key=lambda index: (spans[index][1] - spans[index][0], index))
    for start, end in pairwise(sorted(edges)):
        over = [
            index for index in by_size if spans[index][0] <= start and end <= min(spans[index][1], length)
        ]
        ending = tuple(index for index in over if min(spans[index][1], length) == end)
        yield Stretch(start, end, over[0] if over else None, ending)
