"""Draw the picture of every theme again: `python -m tests.tui.preview`."""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import replace

from leadtui.domain.models import Draft
from leadtui.tui import themes
from tests.tui.fake_desk import NOW, make_app, sample


async def draw(theme: str) -> str:
    """The dashboard as after a morning's work, as SVG."""
    desk = sample(60)
    for lead_id, body in ((12, "What helped us was to send the reminder before the due date"), (17, "")):
        lead = desk.leads[lead_id]
        desk.leads[lead_id] = replace(lead, row=replace(lead.row, status="drafted", drafted=True))
        desk.stored_drafts[lead_id] = Draft(
            lead_id,
            lead_id,
            "draft",
            body,
            lead.post.id,
            lead.post.title,
            lead.post.subreddit,
            updated_at=NOW - 500,
        )
    app = make_app(desk, theme=theme)
    async with app.run_test(size=(140, 42)) as pilot:
        await app.workers.wait_for_complete()
        await pilot.press("j", "j", "space", "j", "space", "j", "e")
        await app.workers.wait_for_complete()
        await pilot.pause()
        picture = app.export_screenshot(title="leadtui")
    # Some viewers drop spaces at the ends of a text element unless told to keep them.
    return re.sub(r"<text ", '<text xml:space="preserve" ', picture)


def main() -> None:
    """Write one picture beside each shipped theme."""
    time.time = lambda: NOW
    for name, path in themes.files(None).items():
        path.with_suffix(".svg").write_text(asyncio.run(draw(name)), "utf-8")


if __name__ == "__main__":
    main()
