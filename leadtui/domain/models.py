"""Campaign, post, lead, draft and feed, as everything above the store sees them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class LeadStatus(StrEnum):
    """Where a lead stands in the user's own work."""

    NEW = "new"
    SAVED = "saved"
    DRAFTED = "drafted"
    REPLIED = "replied"
    CONVERSATION = "conversation"
    WON = "won"
    LOST = "lost"
    IGNORED = "ignored"
    SNOOZED = "snoozed"


WANTED = (
    LeadStatus.SAVED,
    LeadStatus.DRAFTED,
    LeadStatus.REPLIED,
    LeadStatus.CONVERSATION,
    LeadStatus.WON,
    LeadStatus.LOST,
)
"""What a user does with leads that were worth finding: a lost one was a lead too."""
UNWANTED = (LeadStatus.IGNORED,)


class PostKind(StrEnum):
    """What a person wrote: a post of their own, or a comment under one."""

    POST = "post"
    COMMENT = "comment"


class DraftState(StrEnum):
    """The life of a reply, from first words to its outcome."""

    DRAFT = "draft"
    APPROVED = "approved"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"
    NOT_FOUND = "not_found"
    DISCARDED = "discarded"


PARTS = ("fit", "intent", "stance", "freshness", "reach")
"""The parts of every score, in the order in which they are told."""
LEARNED = "learned"
"""The part that a score has beside them where verdicts taught something about the post."""


@dataclass(frozen=True, slots=True)
class Campaign:
    """One product that is looked for, and the words to look with."""

    name: str
    website: str = ""
    description: str = ""
    audience: str = ""
    keywords: tuple[str, ...] = ()
    negative_keywords: tuple[str, ...] = ()
    competitors: tuple[str, ...] = ()
    subreddits: tuple[str, ...] = ()
    excluded_subreddits: tuple[str, ...] = ()
    excluded_authors: tuple[str, ...] = ()
    min_score: int = 50
    voice: str = "plain, helpful, first person"
    disclosure: str = ""


@dataclass(frozen=True, slots=True)
class Post:
    """A post or comment, already passed through `text.clean`."""

    id: str
    """Its name where it was written: Reddit's fullname, or whatever the file calls it.

    It must be unique among all posts from everywhere: a source whose names are unique in one place only puts that
    place in front (`inbox/001`). The same id again is the same post, written anew.
    """
    subreddit: str
    title: str
    body: str = ""
    author: str | None = None
    created_at: float | None = None
    """Seconds since 1970, UTC."""
    score: int | None = None
    num_comments: int | None = None
    upvote_ratio: float | None = None
    permalink: str | None = None
    kind: PostKind = PostKind.POST

    @property
    def text(self) -> str:
        """What spans of reasons index: title, line feed, body."""
        return f"{self.title}\n{self.body}"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a part of the score is what it is; its points are part of the score."""

    part: str
    points: int
    text: str
    """The phrase that earned the points, or the circumstance in words when there is no span."""
    start: int | None = None
    end: int | None = None
    """Where the phrase stands in `Post.text`; None for a circumstance such as the age."""


@dataclass(frozen=True, slots=True)
class Score:
    """What scoring says of one post for one campaign. The points of the parts add up to `value`."""

    value: int
    """0 to 100."""
    lead: bool
    intent: str
    stance: str
    sentiment: str
    parts: Mapping[str, int]
    reasons: tuple[Reason, ...]
    scored_by: str = "local"


@dataclass(frozen=True, slots=True)
class LeadRow:
    """What a line of the leads list shows."""

    id: int
    campaign: str
    status: str
    score: int
    intent: str
    stance: str
    title: str
    subreddit: str
    author: str | None
    created_at: float | None
    found_at: float
    num_comments: int | None = None
    kind: str = PostKind.POST
    seen: bool = False
    noted: bool = False
    drafted: bool = False
    snoozed_until: float | None = None
    copies: int = 0
    """Other posts in which the author says the same; the row and its verdicts stand for them too."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One change of a lead's status, kept for ever."""

    at: float
    before: str
    after: str
    origin: str
    """`tui`, `cli`, `snooze` (came back by itself) …"""
    undone: bool = False


@dataclass(frozen=True, slots=True)
class Copy:
    """Another post in which a lead's author says the same."""

    id: str
    """As in `Post.id`."""
    subreddit: str
    created_at: float | None
    permalink: str | None


@dataclass(frozen=True, slots=True)
class Lead:
    """A post that one campaign should look at, with everything known of it."""

    row: LeadRow
    post: Post
    score: Score
    notes: str = ""
    tags: tuple[str, ...] = ()
    history: tuple[Verdict, ...] = ()
    copies: tuple[Copy, ...] = ()
    """The newest of them, the newest first."""


@dataclass(frozen=True, slots=True)
class Feed:
    """A place that is polled for posts."""

    id: int
    name: str
    """Unique, for people: `r/freelance`, `jsonl:/data/posts.jsonl`."""
    source: str
    """A key of the registry of sources, or `reddit`, which the configuration resolves to one."""
    target: str
    """What the source is to read: a subreddit's name, a path."""
    cursor: str | None = None
    """What the source returned last time; only the source understands it."""
    interval: float = 900.0
    """Seconds between two polls."""
    last_poll: float | None = None
    next_poll: float | None = None
    newest_post: float | None = None
    posts: int = 0
    """Posts taken from it so far."""
    errors: int = 0
    """Failures in a row; 0 after a success."""
    last_error: str = ""
    requests_left: int | None = None
    gap: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """A reply in the making or on its way."""

    id: int
    lead: int
    state: str
    body: str
    parent: str
    """The post or comment that it answers."""
    title: str = ""
    """Of the post, for lists."""
    subreddit: str = ""
    account: str | None = None
    attempts: int = 0
    thing_id: str | None = None
    permalink: str | None = None
    reason: str = ""
    not_before: float | None = None
    updated_at: float = 0.0


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of the leads list."""

    rows: tuple[LeadRow, ...]
    more_before: bool = False
    more_after: bool = False


@dataclass(frozen=True, slots=True)
class Batch:
    """What one reading of a source brought."""

    posts: tuple[Post, ...] = ()
    cursor: str | None = None
    """Handed back to the source at the next reading, after `posts` were stored."""
    bad: tuple[BadLine, ...] = ()
    more: bool = False
    """Whether reading on at once would bring more."""


@dataclass(frozen=True, slots=True)
class BadLine:
    """A record of a source that could not be used; it does not stop the rest."""

    line: int
    """Where it stands, counted from 1; 0 when that says nothing."""
    error: str


@dataclass(frozen=True, slots=True)
class Change:
    """What a verdict, an undo or a redo did."""

    leads: int
    """How many leads were changed."""
    before: str = ""
    after: str = ""
    title: str = ""
    """Of the lead, where it was just one."""
    skipped: int = 0
    """Leads left alone because somebody changed them since."""


@dataclass(frozen=True, slots=True)
class Ingested:
    """What became of a batch of posts."""

    read: int = 0
    new_posts: int = 0
    new_leads: int = 0
    bad: tuple[BadLine, ...] = field(default=())
