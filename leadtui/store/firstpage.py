"""The first leads of the first frame, read with the standard library in a few milliseconds.

The same rows as `leads.page` for "status:new sort:score", without loading the heavy half of the program.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from leadtui.domain.models import LeadRow

_ROWS = """
SELECT l.id, c.name AS campaign, l.status, l.score, l.intent, l.stance, p.title, p.subreddit, p.author, l.created_at,
       l.found_at, p.num_comments, p.kind, l.seen_at IS NOT NULL AS seen, l.notes <> '' AS noted,
       EXISTS (SELECT 1 FROM drafts d WHERE d.lead_id = l.id AND d.open = 1) AS drafted, l.snoozed_until,
       max(0, (SELECT count(*) FROM posts t WHERE t.story = p.story) - 1) AS copies
FROM (SELECT id FROM leads WHERE status = 'new' ORDER BY score DESC, id DESC LIMIT ?) chosen
JOIN leads l ON l.id = chosen.id JOIN posts p ON p.id = l.post_id JOIN campaigns c ON c.id = l.campaign_id
ORDER BY l.score DESC, l.id DESC
"""


@dataclass(frozen=True, slots=True)
class FirstPage:
    """What the dashboard can show before its engine runs."""

    rows: tuple[LeadRow, ...] = ()
    counts: dict[str, int] = field(default_factory=dict)
    """Leads per status."""
    campaigns: tuple[str, ...] = ()


def read_first_page(path: Path, limit: int) -> FirstPage:
    """Read the best new leads; empty when there is no database yet or it cannot be read that simply.

    A damaged or locked file is not reported here: the engine, which starts right after, does that properly.
    """
    if not path.exists():
        return FirstPage()
    try:
        with closing(sqlite3.connect(f"file:{_quoted(path)}?mode=ro", uri=True, timeout=0.2)) as connection:
            connection.row_factory = sqlite3.Row
            rows = tuple(_row(row) for row in connection.execute(_ROWS, (limit,)))
            counts = dict(
                connection.execute("SELECT status, sum(leads) FROM lead_counts GROUP BY status").fetchall()
            )
            campaigns = tuple(
                name for (name,) in connection.execute("SELECT name FROM campaigns ORDER BY name_key")
            )
    except sqlite3.Error:
        return FirstPage()
    return FirstPage(rows, counts, campaigns)


def _quoted(path: Path) -> str:
    return str(path).replace("%", "%25").replace("?", "%3f").replace("#", "%23")


def _row(row: Any) -> LeadRow:
    values = dict(row)
    for name in ("seen", "noted", "drafted"):
        values[name] = bool(values[name])
    return LeadRow(**values)
