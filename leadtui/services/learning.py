"""What verdicts teach: kept up to date in the background, told, tested by cross-validation, and forgotten on request."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from dataclasses import dataclass

from leadtui.domain.models import Campaign, Post, Score
from leadtui.scoring import Scorer
from leadtui.scoring import learning as learner
from leadtui.scoring.learning import NEEDED, NEEDED_OF_EACH, Example, Lessons
from leadtui.scoring.measures import CUT, ndcg, rates
from leadtui.services.discovery import Discovery
from leadtui.services.events import CampaignsChanged, Events
from leadtui.store import campaigns, learning
from leadtui.store.campaigns import Stored
from leadtui.store.database import Database
from leadtui.store.learning import Unlearned
from leadtui.telemetry import logs
from leadtui.text import plural

MANY = 10
"""Fresh verdicts after which it is learned at once."""
PAUSE = 30.0
"""Seconds without a verdict after which it is learned from fewer."""
Labels = list[tuple[Post, bool]]


@dataclass(frozen=True, slots=True)
class Lesson:
    """How far a campaign has learned."""

    campaign: str
    wanted: int
    """Standing verdicts; counted up to what is needed while nothing was learned."""
    unwanted: int
    taught: bool
    helps: bool = False
    """Whether scores are adjusted; not so where cross-validation found no use in it."""

    @property
    def brief(self) -> str:
        """The same where there is little room."""
        verdicts = self.wanted + self.unwanted
        if self.taught:
            return f"learned {verdicts:,}" if self.helps else ""
        return f"learns {min(verdicts, NEEDED)}/{NEEDED}"

    def __str__(self) -> str:
        """As in `learns: 12 of 20 verdicts`, or what is missing besides."""
        verdicts = self.wanted + self.unwanted
        if self.taught:
            learned = f"learned from {plural(verdicts, 'verdict')}"
            return learned if self.helps else f"{learned}: no pattern yet"
        if verdicts < NEEDED:
            return f"learns: {verdicts} of {NEEDED} verdicts"
        if self.wanted < NEEDED_OF_EACH:
            return f"learns: {self.wanted} of {NEEDED_OF_EACH} leads saved"
        if self.unwanted < NEEDED_OF_EACH:
            return f"learns: {self.unwanted} of {NEEDED_OF_EACH} leads ignored"
        return "learning"


@dataclass(frozen=True, slots=True)
class Quality:
    """How well scores agree with verdicts; all from 0.0 to 1.0."""

    precision: float
    recall: float
    f1: float
    ndcg: float
    """Of the first ten places, a wanted lead counting one."""
    top: float
    """Share of wanted leads among the first ten places."""


@dataclass(frozen=True, slots=True)
class Leak:
    """Unwanted leads of one failure class, and the share of them that is called a lead nevertheless."""

    kind: str
    verdicts: int
    before: float
    after: float | None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What the user's own verdicts say of the scores, before and after learning; `after` is None with too few."""

    campaign: str
    wanted: int
    unwanted: int
    before: Quality | None
    after: Quality | None
    leaks: tuple[Leak, ...]

    @property
    def needed(self) -> str:
        """What is missing before anything is learned, in words; empty when nothing is."""
        lacking = [
            f"{NEEDED_OF_EACH - number} {word}"
            for number, word in ((self.wanted, "saved"), (self.unwanted, "ignored"))
            if number < NEEDED_OF_EACH
        ]
        kinds = " and ".join(lacking)
        missing = max(NEEDED - self.wanted - self.unwanted, 0)
        if not missing:
            return f"{kinds} more" if kinds else ""
        return f"{plural(missing, 'more verdict')}{', among them ' if kinds else ''}{kinds}"


class Learning:
    """Teaches the scores of each campaign by its user's verdicts."""

    def __init__(self, database: Database, events: Events, discovery: Discovery) -> None:
        self._database = database
        self._events = events
        self._discovery = discovery
        self._log = logs.get("learning")
        self._looked = False
        """Whether this process has looked for lessons that it cannot read."""

    async def learn_due(self, *, now: float | None = None, patient: bool = True) -> int:
        """Learn where enough new verdicts came in or the user pauses; returns how many campaigns learned.

        Run by the process that owns the schedule; without `patient`, whatever is new is learned at once.
        """
        now = time.time() if now is None else now
        async with self._database.read() as connection:
            fresh = await learning.unlearned(connection)
            if not fresh and self._looked:
                return 0
            stored = {each.id: each for each in await campaigns.everything(connection)}
        if not self._looked:
            fresh += _unreadable(stored.values())
            self._looked = True
        done = 0
        for each in fresh:
            paused = each.judged_at is None or abs(now - each.judged_at) >= PAUSE
            if self._discovery.stopping:
                break
            if not patient or paused or each.fresh >= MANY:
                done += await self._learn(stored[each.id], each.judged)
        return done

    async def lessons(self) -> list[Lesson]:
        """Return how far each campaign has learned."""
        async with self._database.read() as connection:
            found = []
            for stored in await campaigns.everything(connection):
                model = learner.unpack(stored.learned) if stored.learned else None
                if model is not None:
                    unwanted = model.verdicts - model.wanted
                    found.append(
                        Lesson(stored.campaign.name, model.wanted, unwanted, True, bool(model.weights))
                    )
                    continue
                wanted, unwanted = [
                    await learning.count(connection, stored.id, wanted=wanted, most=NEEDED)
                    for wanted in (True, False)
                ]
                found.append(Lesson(stored.campaign.name, wanted, unwanted, False))
            return found

    async def forget(self, stored: Stored) -> int:
        """Forget what was learned and every verdict's lesson up to now; returns how many leads' scores changed."""
        async with self._database.exclusive() as connection:
            await learning.forget(connection, stored.id)
        self._log.info("forgotten", campaign=stored.campaign.name)
        self._events.publish(CampaignsChanged())
        return await self._discovery.rescore(stored.id)

    async def evaluate(self, stored: Stored) -> Evaluation:
        """Compare scores with the user's verdicts, learned ones as taught by other verdicts than those they meet."""
        async with self._database.read() as connection:
            labels = await learning.labels(connection, stored.id, learner.NEWEST)
        return await asyncio.to_thread(evaluate, stored.campaign, labels)

    async def _learn(self, stored: Stored, judged: int | None) -> bool:
        async with self._database.read() as connection:
            labels = await learning.labels(connection, stored.id, learner.NEWEST)
        model = await asyncio.to_thread(_taught, stored.campaign, labels)
        packed = model.pack() if model is not None else ""
        async with self._database.exclusive() as connection:
            if stored not in await campaigns.everything(connection):
                return False  # changed, forgotten or removed meanwhile: looked at again next time
            await learning.keep(connection, stored.id, packed or None)
        # Also where nothing else was learned: whoever learned it may have been killed before the scores had it.
        rescored = await self._discovery.rescore(stored.id)
        if judged is not None and not self._discovery.stopping:
            async with self._database.exclusive() as connection:
                await learning.mark_taught(connection, stored.id, judged)
        if packed != stored.learned:
            self._events.publish(CampaignsChanged())
            self._log.info(
                "learned", campaign=stored.campaign.name, verdicts=len(labels), leads_rescored=rescored
            )
        return packed != stored.learned


def _unreadable(listed: Iterable[Stored]) -> list[Unlearned]:
    """Return the campaigns whose lessons are damaged or were written by another version."""
    return [
        Unlearned(stored.id, None, MANY, None)
        for stored in listed
        if stored.learned and learner.unpack(stored.learned) is None
    ]


def _taught(campaign: Campaign, labels: Labels) -> Lessons | None:
    return learner.learn(_examples(campaign, labels))


def _examples(campaign: Campaign, labels: Labels) -> list[Example]:
    """Score judged posts as they are before learning and without their age."""
    scorer = Scorer(campaign)
    return [Example(post, scorer.score(post), wanted) for post, wanted in labels]


def evaluate(campaign: Campaign, labels: Labels) -> Evaluation:
    """Measure a campaign's scores against judged posts; those after learning by cross-validation."""
    examples = _examples(campaign, labels)
    wanted = sum(each.wanted for each in examples)
    unwanted = len(examples) - wanted
    before = [each.score for each in examples]
    after = None
    if len(examples) >= NEEDED and min(wanted, unwanted) >= NEEDED_OF_EACH:
        after = _taught_by_others(campaign, examples)
    return Evaluation(
        campaign.name,
        wanted,
        unwanted,
        _quality(examples, before) if examples else None,
        _quality(examples, after) if after is not None else None,
        _leaks(examples, before, after),
    )


def _taught_by_others(campaign: Campaign, examples: list[Example]) -> list[Score]:
    dealt = learner.folds(examples)
    scores = [each.score for each in examples]
    for held in set(dealt):
        # A fold less than all is taught from here, so fewer must do.
        others = [each for each, fold in zip(examples, dealt, strict=True) if fold != held]
        model = learner.learn(others, needed=0, needed_of_each=1)
        for index, each in enumerate(examples):
            if dealt[index] == held and model is not None:
                scores[index] = model.adjust(each.score, each.post, campaign.min_score)
    return scores


def _quality(examples: list[Example], scores: list[Score]) -> Quality:
    ranked = sorted(
        zip(examples, scores, strict=True),
        key=lambda each: (-each[1].value, -each[0].score.value, each[0].post.id),
    )
    grades = [int(example.wanted) for example, _ in ranked]
    found = rates([score.lead for _, score in ranked], [example.wanted for example, _ in ranked])
    return Quality(*found, ndcg(grades), sum(grades[:CUT]) / min(CUT, len(grades)))


def _leaks(examples: list[Example], before: list[Score], after: list[Score] | None) -> tuple[Leak, ...]:
    leads: dict[str, list[tuple[bool, bool]]] = {}
    for index, each in enumerate(examples):
        if not each.wanted:
            later = (after or before)[index].lead
            leads.setdefault(failure(each.score), []).append((before[index].lead, later))
    leaks = [
        Leak(
            kind,
            len(pairs),
            sum(early for early, _ in pairs) / len(pairs),
            sum(late for _, late in pairs) / len(pairs) if after is not None else None,
        )
        for kind, pairs in leads.items()
    ]
    return tuple(sorted(leaks, key=lambda leak: (-leak.verdicts, leak.kind)))


def failure(score: Score) -> str:
    """Return what an unwanted post is by the score's own words; the user gives no classes."""
    for kind, stances in _STANCES.items():
        if score.stance in stances:
            return kind
    if score.parts["fit"] < _NO_FIT:
        return "no fit"
    return _INTENTS.get(score.intent, "other")


_NO_FIT = 10
"""Points of fit below which a post is about something else; half a hundred are the most there can be."""
_STANCES = {"seller": ("sells", "announces"), "job": ("hires_staff", "seeks_work"), "solved": ("solved",)}
_INTENTS = {
    "news": "news, discussion",
    "discussion": "news, discussion",
    "advice": "advice",
    "feedback": "feedback",
}
