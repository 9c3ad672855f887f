"""How rule phrases are written down: short tables that unfold into the phrases of the automaton."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

_SLOT = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Rule:
    """What finding one phrase says of a post, and under which condition it says it."""

    kind: str
    """`seeking`, `sells`, `negative` …: the tally that the phrase counts in."""
    weight: float
    """How sure one finding makes: 1.0 decides alone, 0.3 needs company."""
    near: str = ""
    """`after` or `before`: counts only with a word of the campaign shortly after or before it."""
    place: str = ""
    """`title`, `tag` (a bracketed tag of the title) or `start` (the title's first words); empty is anywhere."""


@dataclass(frozen=True, slots=True)
class Phrases:
    """Phrases that share one rule, separated by commas; `{a|b}` unfolds, an empty choice leaves the slot out."""

    rule: Rule
    table: str

    def unfold(self) -> Iterator[str]:
        """Yield each phrase in lower case with single spaces."""
        for line in self.table.split(","):
            yield from expand(line)


def expand(pattern: str) -> Iterator[str]:
    """Yield the phrases that `pattern` stands for, e.g. `{can|could} you` both ways."""
    pieces = _SLOT.split(pattern)
    choices = [piece.split("|") if index % 2 else [piece] for index, piece in enumerate(pieces)]
    for chosen in itertools.product(*choices):
        phrase = " ".join("".join(chosen).split()).lower()
        if phrase:
            yield phrase
            if "'" in phrase:
                yield phrase.replace("'", "")
