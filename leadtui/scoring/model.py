"""What was learned offline: vectors of word pieces, and how much single words and pairs of words say of their author.

Everything is loaded from files beside this module, nothing is downloaded. Without NumPy, or with a damaged file, there
is no model, and scoring goes by its rules alone. `model/NOTICE.md` tells sources, licences and how to make them again.
"""

from __future__ import annotations

import json
import re
import unicodedata
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FOLDER = Path(__file__).parent / "model"
SIGNS, FIT_SIGNS = 45, 12
"""What `hearing.signs` and `Meaning.features` give."""
HEADS = ("wants", "adverse")
"""What the words of a post are weighed for: does its author want something, are they on the other side of a sale?"""
GRAM_BITS = 17
ROWS = 1 << GRAM_BITS
"""Rows of the table of weights for titles, and again for bodies."""
_TOKEN = re.compile(r"[^\W_]+(?:'[^\W_]+)?|[$?!]")
_LONGEST_WORD = 40
_MOST_KNOWN = 100_000
"""Words whose pieces are kept; a hostile file may hold any number of them."""
_STEP = 0x9E3779B97F4A7C15
_MIX = 0xD6E8FEB86659FD93
_WHOLE = (1 << 64) - 1
_NUMBER = zlib.crc32(b"0")
_FIRST, _LAST = zlib.crc32(b"^"), zlib.crc32(b"$$")


class Word(NamedTuple):
    """A token as the model knows it."""

    gram: int
    pieces: tuple[int, ...]


class Model:
    """The learned arrays with the few operations that scoring needs of them."""

    def __init__(self, folder: Path) -> None:
        import numpy

        self._np = numpy
        self._pieces = {
            piece: number
            for number, piece in enumerate((folder / "vocabulary.txt").read_text("utf-8").split("\n"))
        }
        arrays = numpy.load(folder / "vectors.npz")
        self._vectors: NDArray[np.int8] = arrays["vectors"]
        self._scales: NDArray[np.float32] = arrays["scales"].astype(numpy.float32)
        self._mean: NDArray[np.float32] = arrays["mean"].astype(numpy.float32)
        self._covariance: NDArray[np.float32] = arrays["covariance"].astype(numpy.float32)
        weights = numpy.load(folder / "weights.npz")
        self._grams: NDArray[np.float32] = weights["grams"] * weights["scale"]
        self.constants: dict[str, Any] = json.loads((folder / "constants.json").read_text("utf-8"))
        self._known: dict[str, Word] = {}
        if len(self.constants["fit"]["signs"]) != FIT_SIGNS or any(
            len(self.constants[head]["signs"]) != SIGNS for head in HEADS
        ):
            raise ValueError("the constants of the model do not belong to this program")
        if len(self._pieces) != len(self._vectors) or self._grams.shape != (2 * ROWS, len(HEADS)):
            raise ValueError("the files of the model do not belong together")

    def words(self, folded: str) -> list[Word]:
        """Return the tokens of a folded text: words, numbers, and the marks that say something."""
        known = self._known
        return [known.get(token) or self._learn(token) for token in _TOKEN.findall(folded)]

    def _learn(self, token: str) -> Word:
        if len(self._known) > _MOST_KNOWN:
            self._known.clear()
        word = self._known[token] = self._word(token)
        return word

    def _word(self, token: str) -> Word:
        number = _NUMBER if token[0].isdigit() else zlib.crc32(token.encode("utf-8", "replace"))
        pieces = [piece for part in token.split("'") for piece in self._cut(part[:_LONGEST_WORD])]
        return Word(number, tuple(pieces))

    def _cut(self, word: str) -> list[int]:
        """Cut a word into the longest pieces that have vectors (WordPiece, Schuster and Nakajima, 2012)."""
        if not word.isascii():
            decomposed = unicodedata.normalize("NFD", word)
            word = "".join(letter for letter in decomposed if unicodedata.category(letter) != "Mn")
        found: list[int] = []
        start = 0
        while start < len(word):
            for end in range(len(word), start, -1):
                number = self._pieces.get(("##" if start else "") + word[start:end])
                if number is not None:
                    found.append(number)
                    start = end
                    break
            else:
                return []
        return found

    def sum_of(self, words: Iterable[Word]) -> NDArray[np.float32]:
        """Return the sum of what words mean, float32 of 256, longer the more they say."""
        numbers = [piece for _, pieces in words for piece in pieces]
        if not numbers:
            return self._np.zeros(self._vectors.shape[1], self._np.float32)
        rows = self._np.array(numbers)
        summed: NDArray[np.float32] = self._scales[rows] @ self._vectors[rows].astype(self._np.float32)
        return summed

    def unit(self, summed: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the direction of a sum; zeros where nothing is known."""
        length = float(summed @ summed) ** 0.5
        return summed / length if length else summed

    def vector(self, words: Iterable[Word]) -> NDArray[np.float32]:
        """Return the unit vector of what words mean together, float32 of 256."""
        return self.unit(self.sum_of(words))

    def prototypes(self, vectors: list[NDArray[np.float32]]) -> Prototypes:
        """Return what texts are compared with, each with the likeness that any text has to it."""
        stacked = self._np.stack(vectors)
        usual = stacked @ self._mean
        spread = self._np.sqrt(self._np.einsum("ij,jk,ik->i", stacked, self._covariance, stacked) + 1e-6)
        return Prototypes(stacked.T / spread, usual / spread)

    def says(self, title: list[Word], body: list[Word]) -> tuple[float, float]:
        """Return what the words and the pairs of neighbours say, in logits, one number for each of `HEADS`."""
        wants, adverse = self._grams[self.places(title, body)].sum(0).tolist()
        return wants, adverse

    def places(self, title: list[Word], body: list[Word]) -> NDArray[np.int64]:
        """Return the rows of the table for the words and pairs of a post, each once: first titles', then bodies'."""
        border = len(title) + 2
        singles = [_FIRST, *[gram for gram, _ in title], _LAST, *[gram for gram, _ in body]]
        found, number = self._hashed(singles), len(singles)
        found[border:number] += ROWS
        found[number + border :] += ROWS
        return self._np.unique(found)

    def _hashed(self, grams: list[int]) -> NDArray[np.int64]:
        """Return a row for each word, and then for each pair of neighbours (feature hashing, Weinberger and others, 2009)."""
        np = self._np
        single = np.array(grams, np.uint64)
        both = np.concatenate((single, single[:-1] * np.uint64(_STEP) + single[1:]))
        both *= np.uint64(_MIX)
        both ^= both >> np.uint64(32)
        both *= np.uint64(_MIX)
        return (both >> np.uint64(64 - GRAM_BITS)).astype(np.int64)  # type: ignore[no-any-return, unused-ignore]

    def spans(self, folded: str) -> list[tuple[int, int]]:
        """Return where the tokens of `words` stand."""
        return [found.span() for found in _TOKEN.finditer(folded)]

    def weights(self, words: list[Word], *, in_title: bool) -> tuple[list[float], list[float]]:
        """Return what each word and each pair of neighbours says for `wants` less what it says for `adverse`."""
        rows = self._grams[self._hashed([gram for gram, _ in words]) + (0 if in_title else ROWS)]
        told = (rows[:, 0] - rows[:, 1]).tolist()
        return told[: len(words)], told[len(words) :]


@dataclass(frozen=True, slots=True)
class Prototypes:
    """What a campaign sells as directions, scaled so that likeness is in standard deviations above the usual."""

    directions: NDArray[np.float32]
    usual: NDArray[np.float32]

    def likeness(self, vector: NDArray[np.float32]) -> list[float]:
        """Return how many standard deviations `vector` is nearer to each prototype than any text is."""
        told: list[float] = (vector @ self.directions - self.usual).tolist()
        return told


@cache
def load() -> Model | None:
    """Return the model, or None where NumPy or a file is missing or broken."""
    return read(FOLDER)[0]


def read(folder: Path) -> tuple[Model | None, str]:
    """Return the model of a folder, or None and why there is none."""
    from zipfile import BadZipFile

    try:
        return Model(folder), ""
    except ImportError as error:
        return None, f"NumPy cannot be loaded ({error})"
    except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
        return None, f"{folder} is damaged ({type(error).__name__})"
