"""What a change of a campaign would do to its leads, found out over the stored posts before it is saved."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from leadtui.domain.edit import Edit
from leadtui.domain.models import Campaign, Post, Score
from leadtui.scoring import Scorer, learning
from leadtui.scoring.folding import fold
from leadtui.services.neighbours import Neighbours, is_ordinary, spellings_of
from leadtui.store import posts, words
from leadtui.store.campaigns import Stored
from leadtui.store.database import Connection, Database
from leadtui.store.standing import Standing, ranked, standing_of, total
from leadtui.text import clean_line

SLICE = 25
"""Posts scored in one go of the thread; after each, the event loop has its turn."""
BATCH = 250
"""Posts read and judged between two answers; the first one is a tenth of that, so that it comes at once."""
MATCHING_FIRST = 2_000
"""Newest posts with the words that are looked at before anything else."""
MEMBERS = 40
"""Newest posts of a story that are looked at, as when leads are stored."""
SAMPLE = 5
COUNT_LIMIT = 50_000
SPELLINGS = 200
ENOUGH_POSTS = 200
"""Stored posts from which on shares of them mean something."""
COMMON = 0.02
"""Share of the stored posts from which on a keyword is common."""
FEW_FIT = 0.25
"""Share of the posts with a common keyword that must be leads for it not to be called generic."""


@dataclass(frozen=True, slots=True)
class Example:
    """A post that enters or leaves."""

    title: str
    subreddit: str
    before: int
    after: int
    phrase: str
    """What of the post moved its score most; "" where nothing but the bound moved."""


@dataclass(frozen=True, slots=True)
class Generic:
    """Why a keyword says too little, and what would narrow it."""

    text: str
    narrower: tuple[str, ...]
    """Phrases that stand in the posts that fit, best first."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is known so far; exact once `done`."""

    enter: int = 0
    leave: int = 0
    stay: int = 0
    anyway: int = 0
    """Of those that enter or leave, how many would do so at any saving: they have aged since they were scored."""
    risen: int = 0
    fallen: int = 0
    moved: int = 0
    """Points by which the scores of the leads that stay move, added up."""
    matched: int = 0
    """Stored posts that hold the words, at most `COUNT_LIMIT`."""
    matched_looked: int = 0
    matched_leads: int = 0
    """Of the posts with the words that were looked at, how many would be leads."""
    stored: int = 0
    looked: int = 0
    of: int = 0
    """Posts that must be looked at for an exact answer."""
    done: bool = False
    entering: tuple[Example, ...] = ()
    leaving: tuple[Example, ...] = ()
    generic: Generic | None = None

    @property
    def warning(self) -> str:
        """Say in a sentence why the keyword is generic; "" when it is not."""
        if self.generic is None:
            return ""
        if not self.matched or not self.stored:
            return f"“{self.generic.text}” is an ordinary word: by itself it says little"
        share = 100 * self.matched / self.stored
        percent = f"{share:.0f} %" if share >= 1 else "under 1 %"
        said = f"“{self.generic.text}” stands in {percent} of the {self.stored:,} stored posts"
        if not self.matched_leads:
            return f"{said}, and none of the {self.matched_looked:,} looked at would be a lead"
        return f"{said}, 1 in {round(self.matched_looked / self.matched_leads)} of them would be a lead"


class Backtest:
    """Judges stored posts by a proposed campaign; reads only."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def run(
        self, stored: Stored, edit: Edit, wanted: Callable[[], bool] = lambda: True
    ) -> AsyncGenerator[Outcome, None]:
        """Yield answers that sharpen until one is `done`; raises `ConfigError` for a change that is none.

        Posts with the words come first, then the campaign's leads, then all the rest as far as the change may reach
        them. Once `wanted` says no, asked every few milliseconds, the work ends without a further answer: cancelling a
        task in the middle of a query would cost a connection.
        """
        proposed = edit.apply(stored.campaign)
        everything = _reaches_everything(stored.campaign, proposed, edit)
        run = await asyncio.to_thread(_Run, stored, proposed, edit, everything)
        async with self._database.read() as connection:
            run.stored = await posts.total(connection)
            run.of = run.stored if everything else await total(connection, stored.id)
            newest = await posts.newest_id(connection)
        size = BATCH // 10
        async for ids in self._candidates(run, newest, everything):
            for start in range(0, len(ids), size):
                piece = ids[start : start + size]
                if not await self._look(run, piece, not everything, wanted):
                    return
                yield run.outcome()
            size = BATCH
        yield run.outcome(done=True)

    async def _candidates(self, run: _Run, newest: int, everything: bool) -> AsyncIterator[list[int]]:
        """Yield the ids of posts not looked at yet, most telling first."""
        first = await self._matching(run)
        run.first.update(first)
        for start in range(0, len(first), BATCH):
            yield run.unseen(first[start : start + BATCH])
        run.matching_done = True
        edge: tuple[int, int] | None = None
        worst = run.proposed.min_score > run.campaign.min_score
        while True:
            async with self._database.read() as connection:
                page = await ranked(connection, run.campaign_id, edge, BATCH, worst=worst)
            if not page:
                break
            edge = page[-1][:2]
            yield run.unseen([post_id for _, _, post_id in page])
        below = newest + 1
        while everything:
            async with self._database.read() as connection:
                older = await posts.older(connection, below, BATCH)
            if not older:
                break
            below = older[-1]
            yield run.unseen(older)

    async def _matching(self, run: _Run) -> list[int]:
        async with self._database.read() as connection:
            if run.edit.kind == "author":
                (name,) = run.proposed.excluded_authors[-1:]
                found = await posts.by_author(connection, name, MATCHING_FIRST)
                run.matched = len(found)
                return found
            if not run.spellings:
                return []
            run.matched = await words.count(connection, run.spellings, COUNT_LIMIT)
            return await words.holding(connection, run.spellings, MATCHING_FIRST)

    async def _look(
        self, run: _Run, ids: Sequence[int], leads_only: bool, wanted: Callable[[], bool]
    ) -> bool:
        """Judge posts; returns whether more is wanted."""
        async with self._database.read() as connection:
            units = await self._units(connection, run, ids, leads_only)
        start = 0
        while start < len(units):
            if not wanted():
                return False
            end, count = start, 0
            while end < len(units) and count < SLICE:
                count += len(units[end])
                end += 1
            await asyncio.to_thread(run.judge, units[start:end])
            start = end
        return wanted()

    async def _units(
        self, connection: Connection, run: _Run, ids: Sequence[int], leads_only: bool
    ) -> list[list[_Told]]:
        """Return the posts, those that tell one story together: a campaign has one lead for all of them."""
        stories = await posts.stories_of(connection, ids)
        members = await posts.members(connection, set(stories.values()) - run.stories)
        run.stories.update(members)
        everyone = list(dict.fromkeys([*ids, *(each for told in members.values() for each in told)]))
        standing = await standing_of(connection, run.campaign_id, everyone)
        groups = [[post_id] for post_id in ids if post_id not in stories]
        for told in members.values():
            groups.append([each for each in told if each in standing or each in told[:MEMBERS]])
        if leads_only:
            groups = [group for group in groups if any(each in standing for each in group)]
        found = {}
        chosen = [post_id for group in groups for post_id in group]
        for start in range(0, len(chosen), BATCH):
            for post_id, post, _ in await posts.several(connection, chosen[start : start + BATCH]):
                found[post_id] = _Told(post_id, post, standing.get(post_id))
        return [[found[each] for each in group if each in found] for group in groups]


class _Told(NamedTuple):
    """A post, and what the campaign has of it."""

    id: int
    post: Post
    standing: Standing | None


class _Run:
    """The tally of one backtest."""

    def __init__(self, stored: Stored, proposed: Campaign, edit: Edit, everything: bool) -> None:
        self._everything = everything
        self.campaign_id = stored.id
        self.campaign = stored.campaign
        self.proposed = proposed
        self.edit = edit
        self.spellings = _words_of(self.campaign, edit)
        self._named = frozenset(self.spellings) if edit.kind in ("keyword", "negative") else frozenset()
        self.matched = self.stored = self.of = 0
        self.matching_done = False
        self._old, self._new = _scorer(stored, stored.campaign), _scorer(stored, proposed)
        self._now = time.time()
        self._tally = Outcome()
        self._entering: list[Example] = []
        self._leaving: list[Example] = []
        self._seen: set[int] = set()
        self.first: set[int] = set()
        """Those with the words."""
        self.stories: set[int] = set()
        """Those that were judged, as a whole."""
        is_keyword = edit.kind == "keyword" and edit.text.strip()
        self._beside: tuple[Neighbours, Neighbours] | None = None
        """Beside the keyword: in the present leads, and in what would be leads, for as long as there are none."""
        if is_keyword and self.spellings:
            self._beside = (Neighbours(self.spellings), Neighbours(self.spellings))

    def unseen(self, ids: Sequence[int]) -> list[int]:
        """Return those of `ids` that were not looked at, and count them as such."""
        fresh = [post_id for post_id in ids if post_id not in self._seen]
        self._seen.update(fresh)
        return fresh

    def judge(self, units: Sequence[Sequence[_Told]]) -> None:
        """Score posts and add what becomes of their leads; pure computation, run in a thread.

        Follows `judging.settle`: of each story the best post that qualifies is the lead, until somebody has worked with
        the one that is shown.
        """
        for unit in units:
            scored = [(told, self._new.score(told.post, self._now)) for told in unit]
            there = sorted(
                (each for each in scored if each[0].standing), key=lambda each: _is_movable(each[0])
            )
            best = max(
                (each for each in scored if each[1].lead),
                key=lambda each: (each[1].value, -each[0].id),
                default=None,
            )
            if not there and best is not None:
                self._count(best[0].post, None, best[1])
            elif there and best is not None and _is_movable(there[0][0]):
                shown, score = there.pop(0)
                better = not score.lead or best[1].value > score.value
                self._count(shown.post, shown.standing, best[1] if better else score)
            for told, score in there:
                self._count(told.post, told.standing, score)
            looked = sum(self._everything or told.standing is not None for told in unit)
            self._tally = replace(self._tally, looked=self._tally.looked + looked)
            for told, score in scored:
                if told.id in self.first:
                    self._match(told, score)

    def _match(self, told: _Told, score: Score) -> None:
        tally = self._tally
        self._tally = replace(
            tally,
            matched_looked=tally.matched_looked + 1,
            matched_leads=tally.matched_leads + score.lead,
        )
        if self._beside is not None:
            ignored = told.standing is not None and told.standing.status == "ignored"
            self._beside[0].add(told.post.text, fits=told.standing is not None and not ignored)
            self._beside[1].add(told.post.text, fits=score.lead and not ignored)

    def _count(self, post: Post, standing: Standing | None, after: Score) -> None:
        tally = self._tally
        changes: dict[str, int] = {}
        if standing is None and after.lead:
            before = self._old.score(post, self._now)
            changes["enter"] = tally.enter + 1
            changes["anyway"] = tally.anyway + before.lead
            _keep(self._entering, self._example(post, before, after, before.value), lambda one: one.after)
        elif standing is not None and not after.lead and standing.untouched:
            before = self._old.score(post, self._now)
            changes["leave"] = tally.leave + 1
            changes["anyway"] = tally.anyway + (not before.lead)
            _keep(self._leaving, self._example(post, before, after, standing.score), lambda one: one.before)
        elif standing is not None:
            moved = after.value - standing.score
            changes["stay"] = tally.stay + 1
            changes["moved"] = tally.moved + moved
            changes["risen"] = tally.risen + (moved > 0)
            changes["fallen"] = tally.fallen + (moved < 0)
        self._tally = replace(tally, **changes)  # type: ignore[arg-type]

    def _example(self, post: Post, before: Score, after: Score, was: int) -> Example:
        named = (reason.text for reason in after.reasons if fold(reason.text) in self._named)
        cause = next(named, None) or _cause(before, after)
        title, subreddit = clean_line(post.title, 300), clean_line(post.subreddit, 60)
        return Example(title, subreddit, was, after.value, clean_line(cause, 80))

    def outcome(self, *, done: bool = False) -> Outcome:
        """Return what is known now."""
        return replace(
            self._tally,
            matched=self.matched,
            stored=self.stored,
            of=max(self.of, self._tally.looked),
            looked=max(self.of, self._tally.looked) if done else self._tally.looked,
            done=done,
            entering=tuple(self._entering),
            leaving=tuple(self._leaving),
            generic=self._generic(),
        )

    def _generic(self) -> Generic | None:
        if self._beside is None or not (self.matching_done or self._tally.matched_looked >= BATCH):
            return None
        tally = self._tally
        common = (
            self.stored >= ENOUGH_POSTS
            and self.matched > COMMON * self.stored
            and tally.matched_leads < FEW_FIT * tally.matched_looked
        )
        if not common and not is_ordinary(self.edit.text):
            return None
        narrower = self._beside[0].best() or self._beside[1].best()
        return Generic(clean_line(self.edit.text, 60).strip(), narrower)


def _scorer(stored: Stored, campaign: Campaign) -> learning.Scores:
    """Return what scores posts for a campaign, with what the user's verdicts taught, as when leads are stored."""
    model = learning.unpack(stored.learned) if stored.learned else None
    scorer = Scorer(campaign)
    return scorer if model is None else learning.Taught(scorer, model, campaign.min_score)


def _is_movable(told: _Told) -> bool:
    return told.standing is not None and told.standing.movable


def _reaches_everything(old: Campaign, new: Campaign, edit: Edit) -> bool:
    """Whether a change may make a lead of any post, not only unmake those that are."""
    if edit.kind == "min_score":
        return new.min_score < old.min_score
    return edit.kind == "keyword"


def _words_of(campaign: Campaign, edit: Edit) -> tuple[str, ...]:
    """Return the spellings by which to find the posts that a change concerns first."""
    if edit.kind in ("keyword", "negative"):
        phrases = [text for text in (clean_line(edit.text, 200).strip(), edit.drops) if text]
        found = [spelling for phrase in phrases for spelling in spellings_of(phrase, edit.kind)]
    elif edit.kind == "min_score":
        named = [(phrase, "keyword") for phrase in campaign.keywords]
        named += [(phrase, "competitor") for phrase in campaign.competitors]
        found = [spelling for phrase, kind in named[:50] for spelling in spellings_of(phrase, kind)[:4]]
    else:
        found = []
    return tuple(dict.fromkeys(found))[:SPELLINGS]


def _cause(before: Score, after: Score) -> str:
    """Return the reason whose points changed most in the way in which the score moved; a phrase, where it rose."""
    points: dict[tuple[bool, str], int] = {}
    way = 1 if after.value > before.value else -1
    for score, sign in ((after, 1), (before, -1)):
        for reason in score.reasons:
            key = (way > 0 and reason.start is not None, reason.text)
            points[key] = points.get(key, 0) + sign * reason.points
    moving = [(is_phrase, way * change, text) for (is_phrase, text), change in points.items()]
    moving = [each for each in moving if each[1] > 0]
    return max(moving)[2] if moving and after.value != before.value else ""


def _keep(kept: list[Example], one: Example, rank: Callable[[Example], int]) -> None:
    """Keep the few examples of highest rank, those found first among equals."""
    kept.append(one)
    kept.sort(key=lambda each: -rank(each))
    del kept[SAMPLE:]
