"""The tables, and beside each index the query that it serves.

Times are seconds since 1970 in UTC. Ids of leads and posts grow with the time at which they were found.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from leadtui.domain.models import DraftState, LeadStatus, PostKind

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _one_of(column: str, values: type[LeadStatus] | type[PostKind] | type[DraftState]) -> str:
    listed = ", ".join(f"'{value}'" for value in values)
    return f"{column} IN ({listed})"


_SNOOZED = text("snoozed_until IS NOT NULL")
_TOLD_AGAIN = text("story IS NOT NULL")

campaigns = Table(
    "campaigns",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("name_key", Text, nullable=False, unique=True),  # by name, whatever its case
    Column("definition", Text, nullable=False),  # the campaign file
    Column("min_score", SmallInteger, nullable=False),
    Column("created_at", Double, nullable=False),
    # Stored posts up to `backfill_to` are still to be scored from `backfill_from` on; NULL when none are.
    Column("backfill_from", Integer),
    Column("backfill_to", Integer),
    Column("learned", Text),  # what verdicts taught, JSON
    Column(
        "judged", Integer, nullable=False, server_default="0"
    ),  # grows with every verdict, given or undone
    Column("judged_at", Double),
    Column(
        "taught", Integer, nullable=False, server_default="0"
    ),  # `judged` as it was when last learned from
    Column(
        "forgotten_to", Integer, nullable=False, server_default="0"
    ),  # verdicts up to this id no longer teach
    CheckConstraint("min_score BETWEEN 0 AND 100", name="min_score"),
    CheckConstraint("(backfill_from IS NULL) = (backfill_to IS NULL)", name="backfill"),
)

campaign_versions = Table(
    "campaign_versions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("campaign_id", Integer, ForeignKey("campaigns.id", ondelete="CASCADE"), nullable=False),
    Column("definition", Text, nullable=False),  # the campaign file as it was
    Column("replaced_at", Double, nullable=False),
    Index("ix_campaign_versions_campaign", "campaign_id", "id"),  # the last version, to take a change back
)

posts = Table(
    "posts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("ext_id", Text, nullable=False, unique=True),  # "have we seen this post?" at every ingest
    Column("source", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("subreddit", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("author", Text),
    Column("created_at", Double),
    Column("score", Integer),
    Column("num_comments", Integer),
    Column("upvote_ratio", Double),
    Column("permalink", Text),
    Column("found_at", Double, nullable=False),
    # Id of the first of several posts in which the author says the same, for that one too; NULL for a post that stands
    # alone. No foreign key: when the first is deleted the others are still one story.
    Column("story", Integer),
    CheckConstraint(_one_of("kind", PostKind), name="kind"),
    Index(
        "ix_posts_author_found_at", "author", "found_at"
    ),  # author:x in a query; what an author wrote lately
    Index(
        "ix_posts_story", "story", sqlite_where=_TOLD_AGAIN, postgresql_where=_TOLD_AGAIN
    ),  # the posts of a story; stories
    sqlite_autoincrement=True,  # an id is never given twice, so nothing kept about a deleted post meets a new one
)

leads = Table(
    "leads",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("campaign_id", Integer, ForeignKey("campaigns.id", ondelete="CASCADE"), nullable=False),
    Column("post_id", Integer, ForeignKey("posts.id", ondelete="CASCADE"), nullable=False),
    Column("status", Text, nullable=False),
    Column("score", SmallInteger, nullable=False),
    Column("intent", Text, nullable=False),
    Column("stance", Text, nullable=False),
    Column("sentiment", Text, nullable=False),
    Column("scored_by", Text, nullable=False),
    Column("explanation", Text, nullable=False),  # parts and reasons, JSON
    Column("subreddit", Text, nullable=False),  # of the post, lower case: sub:x without a join
    Column(
        "created_at", Double, nullable=False
    ),  # of the post, or found_at: age: and sort:newest without a join
    Column("found_at", Double, nullable=False),
    Column("seen_at", Double),
    Column("snoozed_until", Double),
    Column("notes", Text, nullable=False, server_default=""),
    Column("tags", Text, nullable=False, server_default=""),  # " a b " so that a tag is found between blanks
    UniqueConstraint("campaign_id", "post_id"),  # one lead per campaign and post; leads of a campaign
    CheckConstraint("score BETWEEN 0 AND 100", name="score"),
    CheckConstraint(_one_of("status", LeadStatus), name="status"),
    CheckConstraint("(status = 'snoozed') = (snoozed_until IS NOT NULL)", name="snoozed"),
    Index("ix_leads_score", "score", "id"),  # all leads, best first
    Index("ix_leads_status_score", "status", "score", "id"),  # a status view, best first
    Index("ix_leads_status_created", "status", "created_at", "id"),  # a status view, newest first
    Index(
        "ix_leads_campaign_status_score", "campaign_id", "status", "score", "id"
    ),  # the same within a campaign
    Index("ix_leads_campaign_score", "campaign_id", "score", "id"),  # a campaign's leads, best first
    Index("ix_leads_created", "created_at", "id"),  # all leads, newest first
    Index("ix_leads_subreddit_score", "subreddit", "score", "id"),  # leads of a subreddit, best first
    Index("ix_leads_post", "post_id", "score", "id"),  # leads of posts found by text, best first
    Index(
        "ix_leads_snoozed", "snoozed_until", sqlite_where=_SNOOZED, postgresql_where=_SNOOZED
    ),  # which snoozed leads are due
    sqlite_autoincrement=True,
)

lead_counts = Table(
    "lead_counts",
    metadata,
    Column("campaign_id", Integer, ForeignKey("campaigns.id", ondelete="CASCADE"), primary_key=True),
    Column("status", Text, primary_key=True),
    Column("leads", Integer, nullable=False),
    CheckConstraint("leads >= 0", name="leads"),
    CheckConstraint(_one_of("status", LeadStatus), name="status"),
)
"""How many leads have each status, kept with every change: counting a million of them takes 40 ms, reading this none."""

verdicts = Table(
    "verdicts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("batch", Integer, nullable=False),  # one key press, however many leads it marked
    Column("lead_id", Integer, ForeignKey("leads.id", ondelete="CASCADE"), nullable=False),
    Column("at", Double, nullable=False),
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
    Column("before_until", Double),  # snoozed_until on either side, so that undo restores it
    Column("after_until", Double),
    Column("origin", Text, nullable=False),
    Column("undone_at", Double),
    CheckConstraint(_one_of("before", LeadStatus), name="before"),
    CheckConstraint(_one_of("after", LeadStatus), name="after"),
    Index("ix_verdicts_lead", "lead_id", "id"),  # a lead's history
    Index("ix_verdicts_batch", "batch"),  # the rows of one step
    Index("ix_verdicts_undo", "origin", "batch", "undone_at"),  # the last step that can be undone or redone
)

feeds = Table(
    "feeds",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),  # a feed by its name
    Column("source", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("cursor", Text),
    Column("interval_s", Double, nullable=False),
    Column("last_poll", Double),
    Column("next_poll", Double),
    Column("newest_post", Double),
    Column("posts", Integer, nullable=False, server_default="0"),
    Column("errors", Integer, nullable=False, server_default="0"),
    Column("last_error", Text, nullable=False, server_default=""),
    Column("requests_left", Integer),
    Column("gap", Text, nullable=False, server_default=""),
    CheckConstraint("interval_s > 0", name="interval"),
    Index("ix_feeds_due", "next_poll"),  # which feeds are due
)

campaign_feeds = Table(
    "campaign_feeds",
    metadata,
    Column("campaign_id", Integer, ForeignKey("campaigns.id", ondelete="CASCADE"), primary_key=True),
    Column("feed_id", Integer, ForeignKey("feeds.id", ondelete="CASCADE"), primary_key=True),
    Index("ix_campaign_feeds_feed", "feed_id"),  # which campaigns want a feed; feeds that none wants
)

accounts = Table(
    "accounts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("scopes", Text, nullable=False, server_default=""),
    Column("added_at", Double, nullable=False),
    Column("checked_at", Double),
    Column("problem", Text, nullable=False, server_default=""),
)
"""The user's Reddit accounts; tokens are never kept here."""

drafts = Table(
    "drafts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("lead_id", Integer, ForeignKey("leads.id", ondelete="CASCADE"), nullable=False),
    Column(
        "open", Boolean
    ),  # true, or NULL once discarded or replied with, so that a lead has one open draft
    Column("body", Text, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("updated_at", Double, nullable=False),
    UniqueConstraint("lead_id", "open"),  # the open draft of a lead
    CheckConstraint("open", name="open"),
    Index(
        "ix_drafts_open_updated", "open", "updated_at"
    ),  # the drafts pane: open ones, closed ones, newest first
    sqlite_autoincrement=True,
)

replies = Table(
    "replies",
    metadata,
    Column("id", Integer, primary_key=True),
    Column(
        "draft_id", Integer, ForeignKey("drafts.id", ondelete="RESTRICT"), nullable=False, unique=True
    ),  # a draft's reply
    Column("account_id", Integer, ForeignKey("accounts.id", ondelete="RESTRICT"), nullable=False),
    Column("parent", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("body_sha256", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("version", Integer, nullable=False, server_default="0"),
    Column("unclear", Boolean, nullable=False),  # an attempt ended without a clear answer
    Column("approved_at", Double, nullable=False),
    Column("not_before", Double),
    Column("thing_id", Text, unique=True),  # a comment is the outcome of one reply only
    Column("permalink", Text),
    Column("reason", Text, nullable=False, server_default=""),
    CheckConstraint(_one_of("state", DraftState), name="state"),
    Index("ix_replies_due", "state", "not_before"),  # what the outbox has to do
)

attempts = Table(
    "attempts",
    metadata,
    Column("reply_id", Integer, ForeignKey("replies.id", ondelete="RESTRICT"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("sender", Text, nullable=False),  # host, boot, pid and the pid's start time
    Column("started_at", Double, nullable=False),
    Column("remote_at", Double),
    Column("deadline_at", Double, nullable=False),
    Column("ended_at", Double),
    Column("outcome", Text, nullable=False, server_default=""),
    Column("http_status", Integer),
    Column("error", Text, nullable=False, server_default=""),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("key", Text, nullable=False),  # what it is about: an id, never a row
    Column("due_at", Double, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("last_error", Text, nullable=False, server_default=""),
    UniqueConstraint("kind", "key"),  # a job wanted twice is wanted once
)

leases = Table(
    "leases",
    metadata,
    Column("name", Text, primary_key=True),
    Column("owner", Text, nullable=False),  # host, boot, pid and the pid's start time
    Column(
        "beat", Integer, nullable=False
    ),  # grows while the owner lives; its standing still is what ends a lease
    Column("taken_at", Double, nullable=False),
)
