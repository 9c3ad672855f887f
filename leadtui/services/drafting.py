"""Drafts of replies, by hand or from a template that needs no AI."""

from __future__ import annotations

import time

from leadtui.domain.models import Campaign, Draft, Lead, LeadStatus, PostKind
from leadtui.errors import NotFoundError
from leadtui.services.events import DraftsChanged, Events, LeadsChanged
from leadtui.store import campaigns, drafts, leads, triage
from leadtui.store.database import Connection, Database

_OPENINGS = {
    "seeking": "From what you describe, I would start from {topic} and check each option against just that.",
    "comparing": "When people weigh these up, the difference that matters later is usually {topic}.",
    "pain": "That sounds tiring. What usually helps first is to find out where {topic} goes wrong.",
    "hiring_provider": "Before you take anybody on, ask each of them how they would handle {topic} for somebody your size.",
    "advice": "One thing that is easy to get right early is {topic}.",
    "feedback": "Looking at what you wrote about {topic}, one thing stands out.",
}
_OPENING = "About {topic}: here is what I have seen work."


class Drafting:
    """What a user can do with drafts."""

    def __init__(self, database: Database, events: Events) -> None:
        self._database = database
        self._events = events

    async def listed(self) -> list[Draft]:
        """Return drafts, open ones first, the last changed first."""
        async with self._database.read() as connection:
            return await drafts.listed(connection)

    async def one(self, draft_id: int) -> Draft:
        """Return a draft; raises `NotFoundError`."""
        async with self._database.read() as connection:
            draft = await drafts.one(connection, draft_id)
        if draft is None:
            raise _missing(draft_id)
        return draft

    async def start(self, lead_id: int, *, template: bool, origin: str) -> Draft:
        """Return the lead's open draft, begun now if it has none; the lead becomes `drafted`, which can be undone."""
        now = time.time()
        async with self._database.exclusive() as connection:
            found = await drafts.open_of(connection, lead_id)
            if found is None:
                lead = await leads.one(connection, lead_id)
                if lead is None:
                    raise NotFoundError(f"there is no lead {lead_id}", fix="see 'leadtui leads list'")
                body = _template(lead, await _campaign(connection, lead)) if template else ""
                await drafts.add(connection, lead_id, body, now)
                found = await drafts.open_of(connection, lead_id)
            if found is None:
                raise _missing(0)
            await triage.set_status(connection, [lead_id], LeadStatus.DRAFTED.value, None, origin, now)
        self._events.publish(DraftsChanged(), LeadsChanged())
        return found

    async def template(self, lead_id: int) -> str:
        """Return what the template says to a lead."""
        async with self._database.read() as connection:
            lead = await leads.one(connection, lead_id)
            if lead is None:
                raise NotFoundError(f"there is no lead {lead_id}", fix="see 'leadtui leads list'")
            return _template(lead, await _campaign(connection, lead))

    async def save(self, draft_id: int, body: str) -> None:
        """Replace the text of an open draft; it is durable when this returns.

        The words are the user's own and stay as they are, but for what no database stores.
        """
        storable = body.replace("\0", "\u2400").encode("utf-8", "replace").decode("utf-8")
        async with self._database.write() as connection:
            if not await drafts.save(connection, draft_id, storable, time.time()):
                raise _missing(draft_id)
        self._events.publish(DraftsChanged())

    async def discard(self, draft_id: int) -> None:
        """Close a draft without sending it."""
        async with self._database.write() as connection:
            if not await drafts.discard(connection, draft_id, time.time()):
                raise _missing(draft_id)
        self._events.publish(DraftsChanged(), LeadsChanged())


def _missing(draft_id: int) -> NotFoundError:
    return NotFoundError(
        f"there is no open draft {draft_id}", fix="it was discarded or replied with meanwhile"
    )


async def _campaign(connection: Connection, lead: Lead) -> Campaign:
    for stored in await campaigns.everything(connection):
        if stored.campaign.name == lead.row.campaign:
            return stored.campaign
    return Campaign(lead.row.campaign)


def _template(lead: Lead, campaign: Campaign) -> str:
    """Say what every honest answer says: something useful first, then who is speaking, then an open end.

    The line in square brackets is for the person: no template knows their trade.
    """
    opening = _OPENINGS.get(lead.score.intent, _OPENING).format(topic=_topic(lead))
    advice = "[What you would tell a friend in this situation, in two or three sentences.]"
    product = (
        f"{campaign.disclosure} "
        if campaign.disclosure
        else f"For honesty's sake: I am behind {campaign.name}. "
    )
    what = campaign.description.partition(". ")[0].rstrip(".")
    if not what[1:2].isupper():  # an abbreviation stays as it is
        what = what[:1].lower() + what[1:]
    does = f"It is {what}, so it may or may not fit." if what else "It may or may not fit."
    ask = "Happy to answer questions here either way."
    if lead.post.kind is PostKind.COMMENT:
        return f"{opening}\n\n{advice}\n\n{product}{does}"
    return f"{opening}\n\n{advice}\n\n{product}{does} {ask}"


def _topic(lead: Lead) -> str:
    """Return the phrase of the post that earned most for its fit."""
    earned = [
        reason
        for reason in lead.score.reasons
        if reason.part == "fit" and reason.start is not None and reason.points > 0
    ]
    if not earned:
        return "the part that costs you most time"
    best = max(earned, key=lambda reason: reason.points).text
    return best if best.isupper() else best.lower()
