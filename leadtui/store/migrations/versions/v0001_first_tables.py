"""The first tables, and the full-text index of posts in each dialect's own way."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create every table."""
    op.create_table(
        "accounts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("scopes", sa.Text(), server_default="", nullable=False),
        sa.Column("added_at", sa.Double(), nullable=False),
        sa.Column("checked_at", sa.Double(), nullable=True),
        sa.Column("problem", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("name", name=op.f("uq_accounts_name")),
    )
    op.create_table(
        "campaigns",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column("min_score", sa.SmallInteger(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("backfill_from", sa.Integer(), nullable=True),
        sa.Column("backfill_to", sa.Integer(), nullable=True),
        sa.CheckConstraint("min_score BETWEEN 0 AND 100", name=op.f("ck_campaigns_min_score")),
        sa.CheckConstraint(
            "(backfill_from IS NULL) = (backfill_to IS NULL)", name=op.f("ck_campaigns_backfill")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaigns")),
        sa.UniqueConstraint("name_key", name=op.f("uq_campaigns_name_key")),
    )
    op.create_table(
        "feeds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("cursor", sa.Text(), nullable=True),
        sa.Column("interval_s", sa.Double(), nullable=False),
        sa.Column("last_poll", sa.Double(), nullable=True),
        sa.Column("next_poll", sa.Double(), nullable=True),
        sa.Column("newest_post", sa.Double(), nullable=True),
        sa.Column("posts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("errors", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_error", sa.Text(), server_default="", nullable=False),
        sa.Column("requests_left", sa.Integer(), nullable=True),
        sa.Column("gap", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("interval_s > 0", name=op.f("ck_feeds_interval")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feeds")),
        sa.UniqueConstraint("name", name=op.f("uq_feeds_name")),
    )
    op.create_index("ix_feeds_due", "feeds", ["next_poll"], unique=False)
    op.create_table(
        "jobs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("due_at", sa.Double(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_error", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
        sa.UniqueConstraint("kind", "key", name=op.f("uq_jobs_kind_key")),
    )
    op.create_table(
        "leases",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("beat", sa.Integer(), nullable=False),
        sa.Column("taken_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
    )
    op.create_table(
        "posts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ext_id", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subreddit", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=True),
        sa.Column("created_at", sa.Double(), nullable=True),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("num_comments", sa.Integer(), nullable=True),
        sa.Column("upvote_ratio", sa.Double(), nullable=True),
        sa.Column("permalink", sa.Text(), nullable=True),
        sa.Column("found_at", sa.Double(), nullable=False),
        sa.CheckConstraint("kind IN ('post', 'comment')", name=op.f("ck_posts_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posts")),
        sa.UniqueConstraint("ext_id", name=op.f("uq_posts_ext_id")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_posts_author", "posts", ["author"], unique=False)
    op.create_table(
        "campaign_feeds",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("feed_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name=op.f("fk_campaign_feeds_campaign_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["feed_id"], ["feeds.id"], name=op.f("fk_campaign_feeds_feed_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("campaign_id", "feed_id", name=op.f("pk_campaign_feeds")),
    )
    op.create_index("ix_campaign_feeds_feed", "campaign_feeds", ["feed_id"], unique=False)
    op.create_table(
        "lead_counts",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("leads", sa.Integer(), nullable=False),
        sa.CheckConstraint("leads >= 0", name=op.f("ck_lead_counts_leads")),
        sa.CheckConstraint(
            "status IN ('new', 'saved', 'drafted', 'replied', 'conversation', 'won', 'lost', 'ignored', 'snoozed')",
            name=op.f("ck_lead_counts_status"),
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name=op.f("fk_lead_counts_campaign_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("campaign_id", "status", name=op.f("pk_lead_counts")),
    )
    op.create_table(
        "leads",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("score", sa.SmallInteger(), nullable=False),
        sa.Column("intent", sa.Text(), nullable=False),
        sa.Column("stance", sa.Text(), nullable=False),
        sa.Column("sentiment", sa.Text(), nullable=False),
        sa.Column("scored_by", sa.Text(), nullable=False),
        sa.Column("explanation", sa.Text(), nullable=False),
        sa.Column("subreddit", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("found_at", sa.Double(), nullable=False),
        sa.Column("seen_at", sa.Double(), nullable=True),
        sa.Column("snoozed_until", sa.Double(), nullable=True),
        sa.Column("notes", sa.Text(), server_default="", nullable=False),
        sa.Column("tags", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(
            "(status = 'snoozed') = (snoozed_until IS NOT NULL)", name=op.f("ck_leads_snoozed")
        ),
        sa.CheckConstraint(
            "status IN ('new', 'saved', 'drafted', 'replied', 'conversation', 'won', 'lost', 'ignored', 'snoozed')",
            name=op.f("ck_leads_status"),
        ),
        sa.CheckConstraint("score BETWEEN 0 AND 100", name=op.f("ck_leads_score")),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name=op.f("fk_leads_campaign_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_leads_post_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leads")),
        sa.UniqueConstraint("campaign_id", "post_id", name=op.f("uq_leads_campaign_id_post_id")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_leads_campaign_score", "leads", ["campaign_id", "score", "id"], unique=False)
    op.create_index(
        "ix_leads_campaign_status_score", "leads", ["campaign_id", "status", "score", "id"], unique=False
    )
    op.create_index("ix_leads_created", "leads", ["created_at", "id"], unique=False)
    op.create_index("ix_leads_post", "leads", ["post_id", "score", "id"], unique=False)
    op.create_index("ix_leads_score", "leads", ["score", "id"], unique=False)
    snoozed = sa.text("snoozed_until IS NOT NULL")
    op.create_index(
        "ix_leads_snoozed",
        "leads",
        ["snoozed_until"],
        unique=False,
        sqlite_where=snoozed,
        postgresql_where=snoozed,
    )
    op.create_index("ix_leads_status_created", "leads", ["status", "created_at", "id"], unique=False)
    op.create_index("ix_leads_status_score", "leads", ["status", "score", "id"], unique=False)
    op.create_index("ix_leads_subreddit_score", "leads", ["subreddit", "score", "id"], unique=False)
    op.create_table(
        "drafts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["lead_id"], ["leads.id"], name=op.f("fk_drafts_lead_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drafts")),
        sa.UniqueConstraint("lead_id", "open", name=op.f("uq_drafts_lead_id_open")),
        sa.CheckConstraint("open", name=op.f("ck_drafts_open")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_drafts_open_updated", "drafts", ["open", "updated_at"], unique=False)
    op.create_table(
        "verdicts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch", sa.Integer(), nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("before_until", sa.Double(), nullable=True),
        sa.Column("after_until", sa.Double(), nullable=True),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("undone_at", sa.Double(), nullable=True),
        sa.CheckConstraint(
            "after IN ('new', 'saved', 'drafted', 'replied', 'conversation', 'won', 'lost', 'ignored', 'snoozed')",
            name=op.f("ck_verdicts_after"),
        ),
        sa.CheckConstraint(
            "before IN ('new', 'saved', 'drafted', 'replied', 'conversation', 'won', 'lost', 'ignored', 'snoozed')",
            name=op.f("ck_verdicts_before"),
        ),
        sa.ForeignKeyConstraint(
            ["lead_id"], ["leads.id"], name=op.f("fk_verdicts_lead_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verdicts")),
    )
    op.create_index("ix_verdicts_batch", "verdicts", ["batch"], unique=False)
    op.create_index("ix_verdicts_lead", "verdicts", ["lead_id", "id"], unique=False)
    op.create_index("ix_verdicts_undo", "verdicts", ["origin", "batch", "undone_at"], unique=False)
    op.create_table(
        "replies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("parent", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("body_sha256", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="0", nullable=False),
        sa.Column("unclear", sa.Boolean(), nullable=False),
        sa.Column("approved_at", sa.Double(), nullable=False),
        sa.Column("not_before", sa.Double(), nullable=True),
        sa.Column("thing_id", sa.Text(), nullable=True),
        sa.Column("permalink", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(
            "state IN ('draft', 'approved', 'sending', 'sent', 'failed', 'unknown', 'not_found', 'discarded')",
            name=op.f("ck_replies_state"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_replies_account_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["drafts.id"], name=op.f("fk_replies_draft_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replies")),
        sa.UniqueConstraint("draft_id", name=op.f("uq_replies_draft_id")),
        sa.UniqueConstraint("thing_id", name=op.f("uq_replies_thing_id")),
    )
    op.create_index("ix_replies_due", "replies", ["state", "not_before"], unique=False)
    op.create_table(
        "attempts",
        sa.Column("reply_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("started_at", sa.Double(), nullable=False),
        sa.Column("remote_at", sa.Double(), nullable=True),
        sa.Column("deadline_at", sa.Double(), nullable=False),
        sa.Column("ended_at", sa.Double(), nullable=True),
        sa.Column("outcome", sa.Text(), server_default="", nullable=False),
        sa.Column("http_status", sa.Integer(), nullable=True),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["reply_id"], ["replies.id"], name=op.f("fk_attempts_reply_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("reply_id", "number", name=op.f("pk_attempts")),
    )
    if op.get_bind().dialect.name == "sqlite":
        # External content: the text is stored once. Rows are added in batches by `posts.insert`, never by triggers,
        # which make each row a savepoint and cost three quarters of the speed.
        op.execute(
            "CREATE VIRTUAL TABLE posts_fts USING fts5(title, body, content='posts', content_rowid='id', tokenize=\"unicode61 remove_diacritics 2\")"
        )
    else:
        # Punctuation divides words, as it does in SQLite; left to itself PostgreSQL takes `and/or` or `a.b` for one.
        separators = "!\"#$%&''()*+,-./:;<=>?@[\\]^_`{|}~‘’“”–—…«»"
        title, body = (
            f"to_tsvector('simple', translate({column}, '{separators}', repeat(' ', {len(separators) - 1})))"
            for column in ("title", "body")
        )
        words = f"setweight({title}, 'A') || setweight({body}, 'B')"
        op.execute(f"ALTER TABLE posts ADD COLUMN words tsvector GENERATED ALWAYS AS ({words}) STORED")
        op.execute("CREATE INDEX ix_posts_words ON posts USING gin (words)")
