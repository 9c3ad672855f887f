"""Keyword health: what each keyword of a campaign brings, and the change that would mend one that brings too little."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from leadtui.domain.edit import Edit
from leadtui.scoring.vocabulary import content_words, root
from leadtui.scoring.words import FUNCTION_WORDS, GENERIC_WORDS
from leadtui.services.backtest import COMMON, COUNT_LIMIT, ENOUGH_POSTS
from leadtui.services.neighbours import Neighbours, is_ordinary, spellings_of
from leadtui.store import posts, words
from leadtui.store.campaigns import Stored
from leadtui.store.database import Database
from leadtui.store.standing import Standing, standing_of, total

State = Literal["healthy", "noisy", "quiet", "capped"]

LOOKED_AT = 1_000
"""Newest posts with a keyword from which its leads and verdicts are known."""
TEXTS = 400
"""Posts whose words are compared for a mend."""
QUIET_DAYS = 30
VERDICTS = 5
"""Verdicts from which on their share says more than the score."""
USEFUL = 0.3
"""Share of useful verdicts up to which a keyword is noisy."""
FEW_LEADS = 0.05
"""Share of a keyword's posts that are leads below which it is noisy, where nobody judged them."""
MANY_POSTS = 50
MANY_LEADS = 100
MOST_OF_THE_LIST = 0.6
"""Share of the campaign's leads from which on one keyword crowds out the others."""


@dataclass(frozen=True, slots=True)
class Mend:
    """A change that would help, and why."""

    edit: Edit
    why: str


@dataclass(frozen=True, slots=True)
class Health:
    """How one keyword is doing."""

    keyword: str
    state: State
    why: str
    posts: int
    """Stored posts that hold it, at most `COUNT_LIMIT`."""
    leads: int
    """Of the newest `LOOKED_AT` of them, how many are leads."""
    wanted: int
    """Leads that were saved or worked with."""
    ignored: int
    mends: tuple[Mend, ...] = ()
    """What would help, best first; empty for a healthy keyword."""


class Keywords:
    """Looks after the keywords of campaigns; reads only, by the full-text index."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def health(self, stored: Stored) -> AsyncIterator[Health]:
        """Yield the health of each keyword, in the campaign's order."""
        async with self._database.read() as connection:
            stored_posts = await posts.total(connection)
            lead_count = await total(connection, stored.id)
            newest = await posts.newest_found(connection)
        for keyword in stored.campaign.keywords:
            yield await self._look(stored, keyword, stored_posts, lead_count, newest)

    async def _look(
        self, stored: Stored, keyword: str, stored_posts: int, lead_count: int, newest: float
    ) -> Health:
        spellings = spellings_of(keyword)
        async with self._database.read() as connection:
            matched = await words.count(connection, spellings, COUNT_LIMIT)
            ids = await words.holding(connection, spellings, LOOKED_AT)
            standing = await standing_of(connection, stored.id, ids)
            last = await posts.several(connection, ids[:1])
        statuses = Counter(one.status for one in standing.values())
        ignored = statuses["ignored"]
        wanted = sum(statuses.values()) - ignored - statuses["new"] - statuses["snoozed"]
        tally = _Tally(
            matched, len(ids), len(standing), wanted, ignored, stored_posts, lead_count,
            last[0][2] if last else None, newest, len(stored.campaign.keywords),
        )  # fmt: skip
        state, why = tally.state()
        mends: tuple[Mend, ...] = ()
        if state != "healthy":
            mends = await self._mends(stored, keyword, state, ids, standing)
        return Health(keyword, state, why, matched, len(standing), wanted, ignored, mends)

    async def _mends(
        self,
        stored: Stored,
        keyword: str,
        state: State,
        ids: Sequence[int],
        standing: dict[int, Standing],
    ) -> tuple[Mend, ...]:
        drop = Mend(Edit("keyword", "", keyword), "remove it")
        known = {word.casefold() for word in stored.campaign.keywords}
        if state == "quiet":
            looser = [text for text in await self._looser(keyword) if text.casefold() not in known]
            return (*(Mend(Edit("keyword", text, keyword), "a wider phrase") for text in looser), drop)
        chosen = list(dict.fromkeys([*standing, *ids]))[:TEXTS]
        async with self._database.read() as connection:
            batch = await posts.several(connection, chosen)
        texts = [(post.text, standing.get(post_id)) for post_id, post, _ in batch]
        narrower, negatives = await asyncio.to_thread(_compare, texts, keyword)
        excluded = {word.casefold() for word in stored.campaign.negative_keywords} | known
        mends = [
            Mend(Edit("negative", word), "stands in what you ignored only")
            for word in negatives
            if state == "noisy" and word not in excluded
        ]
        mends += [
            Mend(Edit("keyword", text, keyword), "stands in the posts that fit")
            for text in narrower
            if text not in known
        ]
        return (*mends, drop)

    async def _looser(self, keyword: str) -> list[str]:
        """Return the keyword without its first or last word, as far as that is found and says something."""
        pieces = keyword.split()
        found = []
        for shorter in (pieces[:-1], pieces[1:]) if len(pieces) > 1 else ():
            text = " ".join(shorter)
            if is_ordinary(text):
                continue
            async with self._database.read() as connection:
                times = await words.count(connection, spellings_of(text), LOOKED_AT)
            if times:
                found.append((times, text))
        return [text for _, text in sorted(found)]


@dataclass(frozen=True, slots=True)
class _Tally:
    matched: int
    looked: int
    leads: int
    wanted: int
    ignored: int
    stored: int
    all_leads: int
    last: float | None
    newest: float
    keywords: int

    def state(self) -> tuple[State, str]:
        """Return how the keyword is doing, and the figures that say so."""
        if self.stored < ENOUGH_POSTS:
            return "healthy", f"only {self.stored:,} posts are stored: too early to say"
        if self.last is None:
            return "quiet", f"in none of the {self.stored:,} stored posts"
        days = int((min(self.newest, time.time()) - self.last) // 86_400)
        if days >= QUIET_DAYS:
            return "quiet", f"in no post found in the last {days} days"
        judged = self.wanted + self.ignored
        if judged >= VERDICTS and self.wanted <= USEFUL * judged:
            return "noisy", f"you ignored {self.ignored:,} of the {judged:,} that you judged"
        if (
            self.keywords > 1
            and self.all_leads >= MANY_LEADS
            and self._brings >= MOST_OF_THE_LIST * self.all_leads
        ):
            return "capped", f"alone it brings {self._brings:,} of the {self.all_leads:,} leads"
        if judged < VERDICTS and self.looked >= MANY_POSTS and self.leads < FEW_LEADS * self.looked:
            share = f"{self.matched / self.stored:.0%} of all posts" if self._common else "many posts"
            return "noisy", f"in {share}, {self.leads:,} of {self.looked:,} are leads"
        return "healthy", ""

    @property
    def _common(self) -> bool:
        return self.matched > COMMON * self.stored

    @property
    def _brings(self) -> int:
        # Beyond what was looked at, the rest is taken to be like it.
        whole = round(self.leads * self.matched / self.looked) if self.looked else 0
        return min(self.all_leads, whole)


def _compare(
    texts: Iterable[tuple[str, Standing | None]], keyword: str
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return (narrower phrases, words that stand in ignored posts and in no wanted one), best first."""
    neighbours = Neighbours(spellings_of(keyword))
    ignored: Counter[str] = Counter()
    wanted: set[str] = set()
    written: dict[str, str] = {}
    own = {root(word) for word in content_words(keyword)}
    count = 0
    for text, standing in texts:
        is_ignored = standing is not None and standing.status == "ignored"
        neighbours.add(text, fits=standing is not None and not is_ignored)
        if standing is None or standing.status in ("new", "snoozed"):
            continue
        found: dict[str, str] = {}
        for word in content_words(text):
            if len(word) > 3 and word.isalpha() and word not in GENERIC_WORDS | FUNCTION_WORDS:
                found.setdefault(root(word), word)
        if is_ignored:
            count += 1
            ignored.update(found.keys() - own)
            for key, word in found.items():
                written.setdefault(key, word)
        else:
            wanted.update(found)
    telling = [
        (-times, written[key])
        for key, times in ignored.items()
        if key not in wanted and times >= max(3, 0.4 * count)
    ]
    return neighbours.best(), tuple(word for _, word in sorted(telling))[:2]
