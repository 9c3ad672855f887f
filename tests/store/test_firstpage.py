"""The first frame's short way shows what the long way shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadtui.config import Config
from leadtui.domain.query import parse
from leadtui.store import drafts, leads, triage
from leadtui.store.database import FILE, Database
from leadtui.store.firstpage import FirstPage, read_first_page

from .records import NOW, add_leads


@pytest.fixture
def dialect() -> str:
    """Only a file has this short way."""
    return "sqlite"


async def test_is_the_first_page_field_by_field(database: Database) -> None:
    ids = await add_leads(database, [50, 50, 90, 10, 70], campaign="Zeta")
    ids += await add_leads(database, [60, 50], campaign="alpha", first=20, created_at=NOW - 9)
    async with database.write() as connection:
        await leads.mark_seen(connection, ids[:2], NOW)
        await leads.set_notes(connection, ids[2], "note")
        await drafts.add(connection, ids[4], "dear", NOW)
        closed = await drafts.add(connection, ids[5], "dear", NOW)
        await drafts.discard(connection, closed, NOW)
        await triage.set_status(connection, [ids[3]], "snoozed", NOW + 60, "tui", NOW)
        await triage.set_status(connection, [ids[0]], "saved", None, "tui", NOW)
    async with database.read() as connection:
        page = await leads.page(connection, parse("status:new sort:score"), limit=4)
        counts = await leads.counts(connection, None)
    assert database.path is not None
    quick = read_first_page(database.path, 4)
    assert quick.rows == page.rows
    assert len(quick.rows) == 4
    assert {status: number for status, number in quick.counts.items() if number} == {
        status: number for status, number in counts.items() if number
    }
    assert quick.campaigns == ("alpha", "Zeta")


@pytest.mark.parametrize("name", ["a b", "100%", "what?", "no#1", "ü"])
async def test_any_folder_name_will_do(tmp_path: Path, name: str) -> None:
    home = tmp_path / name
    home.mkdir()
    database = await Database.open(Config(home=home))
    await add_leads(database, [50])
    await database.close()
    assert len(read_first_page(home / FILE, 9).rows) == 1


@pytest.mark.parametrize("content", [None, b"", b"not a database" * 500])
def test_what_cannot_be_read_shows_nothing_and_is_left_alone(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / FILE
    if content is not None:
        path.write_bytes(content)
    assert read_first_page(path, 9) == FirstPage()
    assert path.exists() is (content is not None)
    if content is not None:
        assert path.read_bytes() == content


async def test_shows_what_is_committed_while_somebody_writes(database: Database) -> None:
    await add_leads(database, [50])
    assert database.path is not None
    async with database.write() as connection:
        await leads.set_notes(connection, 1, "not yet")
        rows = read_first_page(database.path, 9).rows
    assert [row.noted for row in rows] == [False]
