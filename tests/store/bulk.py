"""A hundred thousand leads, loaded by SQL alone, so that plans are chosen for tables of the size that matters."""

from __future__ import annotations

from sqlalchemy import text

from leadtui.domain.models import Campaign
from leadtui.store import campaigns, feeds
from leadtui.store.database import Database

LEADS = 100_000
NOW = 1_800_000_000.0
CAMPAIGNS = tuple(f"campaign{number}" for number in range(4))

_NUMBERS = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :number)",
    "postgresql": "WITH n(i) AS (SELECT generate_series(1, :number))",
}
# Three quarters are new, as in a queue that somebody works through; the rest are spread over the other statuses.
_STATUS = """
CASE WHEN i % 4 <> 0 THEN 'new' ELSE CASE i % 32
    WHEN 0 THEN 'saved' WHEN 4 THEN 'drafted' WHEN 8 THEN 'replied' WHEN 12 THEN 'snoozed'
    WHEN 16 THEN 'won' WHEN 20 THEN 'lost' ELSE 'ignored' END END
"""
_LOAD = (
    # One word that every post has, one of a tenth of them, one of ten posts.
    """
    INSERT INTO posts (id, ext_id, source, kind, subreddit, title, body, author, created_at, num_comments, found_at)
    SELECT i, 't3_' || i, 'bulk', 'post', 'Sub' || (i % 200), 'post about number ' || i,
           CASE WHEN i % 10000 = 7 THEN 'zyxwv ' ELSE '' END || CASE WHEN i % 10 = 3 THEN 'invoice ' ELSE '' END
           || 'what do you use', 'person' || (i % 5000), :now - i * 60.0, i % 90, :now - i * 50.0
    FROM n
    """,
    f"""
    INSERT INTO leads (id, campaign_id, post_id, status, score, intent, stance, sentiment, scored_by, explanation,
                       subreddit, created_at, found_at, snoozed_until)
    SELECT i, 1 + i % 4, i, {_STATUS}, i * 7919 % 101, 'seeking', 'asks', 'neutral', 'local', '{{"parts":{{}},"reasons":[]}}',
           'sub' || (i % 200), :now - i * 60.0, :now - i * 50.0, CASE WHEN i % 32 = 12 THEN :now + i END
    FROM n
    """,
    """
    INSERT INTO verdicts (id, batch, lead_id, at, before, after, origin, undone_at)
    SELECT i, i / 3 + 1, i, :now, 'new', 'ignored', CASE WHEN i % 5 = 0 THEN 'cli' ELSE 'tui' END,
           CASE WHEN i % 11 = 0 THEN :now END
    FROM n
    """,
    """
    INSERT INTO drafts (id, lead_id, open, body, created_at, updated_at)
    SELECT i, i, CASE WHEN i % 300 = 0 THEN 1 = 1 END, 'words', :now, :now + i FROM n WHERE i <= 30000
    """,
)  # fmt: skip


async def load(database: Database) -> None:
    """Fill an empty database."""
    async with database.exclusive() as connection:
        for name in CAMPAIGNS:
            made = Campaign(name, subreddits=tuple(f"Sub{number}" for number in range(50)))
            campaign_id = await campaigns.save(connection, made, NOW)
            assert campaign_id is not None
            await feeds.link(connection, campaign_id, made.subreddits, 900.0)
        dialect = connection.dialect.name
        for statement in _LOAD:
            sql = statement.replace("SELECT", f"{_NUMBERS[dialect]} SELECT", 1)
            for name, value in {"now": NOW, "number": LEADS}.items():
                sql = sql.replace(f":{name}", str(value))
            await connection.execute(text(sql))
        await connection.execute(
            text(
                "INSERT INTO lead_counts (campaign_id, status, leads)"
                " SELECT campaign_id, status, count(*) FROM leads GROUP BY campaign_id, status"
            )
        )
        if database.is_sqlite:
            await connection.execute(text("INSERT INTO posts_fts(posts_fts) VALUES ('rebuild')"))
        else:
            for table in ("posts", "leads", "verdicts", "drafts"):
                await connection.execute(
                    text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {LEADS})")
                )
