"""The database itself refuses what must never be, whoever writes."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from leadtui.errors import LeadTuiError
from leadtui.store.database import Database
from leadtui.store.tables import metadata

_T = 1_800_000_000.0

GOOD: dict[str, dict[str, Any]] = {
    "campaigns": {"id": 1, "name": "A", "name_key": "a", "definition": "", "min_score": 50, "created_at": _T},
    "posts": {
        "id": 1, "ext_id": "t3_1", "source": "x", "kind": "post", "subreddit": "s", "title": "t", "body": "b",
        "found_at": _T,
    },
    "leads": {
        "id": 1, "campaign_id": 1, "post_id": 1, "status": "new", "score": 1, "intent": "none", "stance": "none",
        "sentiment": "neutral", "scored_by": "local", "explanation": "{}", "subreddit": "s", "created_at": _T,
        "found_at": _T,
    },
    "lead_counts": {"campaign_id": 1, "status": "new", "leads": 1},
    "campaign_versions": {"id": 1, "campaign_id": 1, "definition": "", "replaced_at": _T},
    "verdicts": {
        "id": 1, "batch": 1, "lead_id": 1, "at": _T, "before": "new", "after": "saved", "origin": "tui",
    },
    "feeds": {"id": 1, "name": "r/a", "source": "reddit", "target": "a", "interval_s": 900.0},
    "campaign_feeds": {"campaign_id": 1, "feed_id": 1},
    "accounts": {"id": 1, "name": "me", "added_at": _T},
    "drafts": {"id": 1, "lead_id": 1, "open": True, "body": "b", "created_at": _T, "updated_at": _T},
    "replies": {
        "id": 1, "draft_id": 1, "account_id": 1, "parent": "t3_1", "body": "b", "body_sha256": "x",
        "state": "approved", "unclear": False, "approved_at": _T, "thing_id": "t1_1",
    },
    "attempts": {"reply_id": 1, "number": 1, "sender": "x", "started_at": _T, "deadline_at": _T},
    "jobs": {"id": 1, "kind": "poll", "key": "1", "due_at": _T},
    "leases": {"name": "schedule", "owner": "x", "beat": 1, "taken_at": _T},
}  # fmt: skip
"""One row for each table; the first rows stand, in this order."""

BAD: list[tuple[str, str, dict[str, Any]]] = [
    ("ck_campaigns_min_score", "campaigns", {"id": 2, "name_key": "b", "min_score": 101}),
    ("ck_campaigns_min_score", "campaigns", {"id": 2, "name_key": "b", "min_score": -1}),
    ("ck_campaigns_backfill", "campaigns", {"id": 2, "name_key": "b", "backfill_from": 1}),
    ("uq_campaigns_name_key", "campaigns", {"id": 2}),
    ("ck_posts_kind", "posts", {"id": 2, "ext_id": "t3_2", "kind": "poem"}),
    ("uq_posts_ext_id", "posts", {"id": 3}),
    ("fk_leads_campaign_id", "leads", {"id": 2, "campaign_id": 9}),
    ("fk_leads_post_id", "leads", {"id": 2, "post_id": 9}),
    ("uq_leads_campaign_id_post_id", "leads", {"id": 2}),
    ("ck_leads_score", "leads", {"id": 2, "post_id": 2, "score": 101}),
    ("ck_leads_score", "leads", {"id": 2, "post_id": 2, "score": -1}),
    ("ck_leads_status", "leads", {"id": 2, "post_id": 2, "status": "liked"}),
    ("ck_leads_snoozed", "leads", {"id": 2, "post_id": 2, "status": "snoozed"}),
    ("ck_leads_snoozed", "leads", {"id": 2, "post_id": 2, "snoozed_until": _T}),
    ("fk_campaign_versions_campaign_id", "campaign_versions", {"id": 2, "campaign_id": 9}),
    ("fk_lead_counts_campaign_id", "lead_counts", {"campaign_id": 9}),
    ("ck_lead_counts_leads", "lead_counts", {"status": "saved", "leads": -1}),
    ("ck_lead_counts_status", "lead_counts", {"status": "liked"}),
    ("pk_lead_counts", "lead_counts", {}),
    ("fk_verdicts_lead_id", "verdicts", {"id": 2, "lead_id": 9}),
    ("ck_verdicts_before", "verdicts", {"id": 2, "before": "liked"}),
    ("ck_verdicts_after", "verdicts", {"id": 2, "after": "liked"}),
    ("uq_feeds_name", "feeds", {"id": 2}),
    ("ck_feeds_interval", "feeds", {"id": 2, "name": "r/b", "interval_s": 0.0}),
    ("fk_campaign_feeds_campaign_id", "campaign_feeds", {"campaign_id": 9}),
    ("fk_campaign_feeds_feed_id", "campaign_feeds", {"feed_id": 9}),
    ("pk_campaign_feeds", "campaign_feeds", {}),
    ("uq_accounts_name", "accounts", {"id": 2}),
    ("fk_drafts_lead_id", "drafts", {"id": 3, "lead_id": 9}),
    ("uq_drafts_lead_id_open", "drafts", {"id": 3}),
    ("ck_drafts_open", "drafts", {"id": 3, "open": False}),
    ("fk_replies_draft_id", "replies", {"id": 2, "draft_id": 9, "thing_id": None}),
    ("fk_replies_account_id", "replies", {"id": 2, "account_id": 9, "thing_id": None, "draft_id": 2}),
    ("uq_replies_draft_id", "replies", {"id": 2, "thing_id": None}),
    ("uq_replies_thing_id", "replies", {"id": 2, "draft_id": 2}),
    ("ck_replies_state", "replies", {"id": 2, "draft_id": 2, "thing_id": None, "state": "lost"}),
    ("fk_attempts_reply_id", "attempts", {"reply_id": 9}),
    ("pk_attempts", "attempts", {}),
    ("uq_jobs_kind_key", "jobs", {"id": 2}),
    ("pk_leases", "leases", {}),
]


async def _fill(connection: Any) -> None:
    for name, row in GOOD.items():
        await connection.execute(metadata.tables[name].insert().values(**row))
    second: dict[str, dict[str, Any]] = {
        "posts": {"id": 2, "ext_id": "t3_2b"},
        "drafts": {"id": 2, "open": None},
    }
    for name, changes in second.items():
        await connection.execute(metadata.tables[name].insert().values(**{**GOOD[name], **changes}))


async def test_what_must_not_be_is_refused(database: Database) -> None:
    let_through = []
    async with database.write() as connection:
        await _fill(connection)
        for constraint, table, changes in BAD:
            wrong = metadata.tables[table].insert().values(**{**GOOD[table], **changes})
            try:
                async with connection.begin_nested():
                    await connection.execute(wrong)
            except IntegrityError as error:
                # SQLite names checks only, and says for the others what they are.
                kind = {"ck": constraint, "fk": "FOREIGN KEY", "uq": "UNIQUE", "pk": "UNIQUE"}[constraint[:2]]
                if (kind if database.is_sqlite else constraint) in str(error.orig):
                    continue
            let_through.append((constraint, changes))
        await connection.rollback()
    assert let_through == []


def test_every_constraint_is_tried() -> None:
    tried = {constraint for constraint, _, _ in BAD}
    known: set[str] = set()
    for table in metadata.tables.values():
        known |= {str(constraint.name) for constraint in table.constraints if _is_more_than_an_id(constraint)}
    assert known == tried


def _is_more_than_an_id(constraint: Any) -> bool:
    return type(constraint).__name__ != "PrimaryKeyConstraint" or [c.name for c in constraint.columns] != [
        "id"
    ]


async def test_what_is_taken_away_takes_its_own_along(database: Database) -> None:
    async with database.write() as connection:
        await _fill(connection)
        for name in ("attempts", "replies"):
            await connection.execute(metadata.tables[name].delete())
        await connection.execute(text("DELETE FROM campaigns"))
        left = {name: len((await connection.execute(select(metadata.tables[name]))).all()) for name in GOOD}
    gone = (
        "campaigns",
        "leads",
        "lead_counts",
        "campaign_versions",
        "verdicts",
        "campaign_feeds",
        "drafts",
        "replies",
        "attempts",
    )
    assert {name for name, number in left.items() if not number} == set(gone)


async def test_a_refusal_that_nobody_expected_is_told_as_a_bug(database: Database) -> None:
    with pytest.raises(LeadTuiError, match="please report it") as caught:
        async with database.write() as connection:
            await connection.execute(text("INSERT INTO leases (name) VALUES ('x')"))
    assert "\n" not in str(caught.value)
