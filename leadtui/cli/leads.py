"""`leadtui leads`: the queue on the command line."""

from __future__ import annotations

import csv
import json
import os
import re
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from leadtui.cli.common import SCHEMA, emit, engine, json_option, lead_document, note, run, say, with_config
from leadtui.config import Config
from leadtui.domain.models import Lead, LeadStatus
from leadtui.errors import ConfigError, NotFoundError, StorageError
from leadtui.text import age, clean_line, plural, shorten

if TYPE_CHECKING:
    from leadtui.services.engine import Engine

_PAGE = 200
_REASONS_WIDE = 200
"""Characters of reasons told with each row of a list."""
_LARGEST_ID = 2**31 - 1
# `-hiring` is a word of the query, not an option; and `-h` would be found in it.
_QUERY_SETTINGS = {"ignore_unknown_options": True, "help_option_names": ["--help"]}
_SPAN = re.compile(r"(\d{1,4})(m|h|d|w)")
_UNITS = {"m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_COLUMNS = (
    "id", "campaign", "status", "score", "intent", "stance", "found_at", "subreddit", "author", "created_at",
    "title", "body", "permalink", "reasons", "notes", "tags", "copies",
)  # fmt: skip


class _LeadId(click.ParamType[int]):
    """The number of a lead, with or without the # that lists put in front of it."""

    name = "id"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the number; raises `NotFoundError` for one that no lead can have."""
        digits = str(value).strip().removeprefix("#")
        if not re.fullmatch(r"[0-9]+", digits):
            self.fail(f'"{shorten(clean_line(str(value)), 40)}" is no lead; as in 12 or #12', param, ctx)
        if len(digits) > 10 or not 0 < int(digits) <= _LARGEST_ID:
            raise _no_lead(shorten(digits, 20), "see 'leadtui leads list'")
        return int(digits)


_LEAD_ID = _LeadId()


@click.group()
def leads() -> None:
    """List, show, judge, annotate and export leads."""


@leads.command("list", context_settings=_QUERY_SETTINGS)
@click.argument("query", nargs=-1)
@click.option(
    "--limit",
    type=click.IntRange(min=0),
    default=None,
    help="How many; 0 for all. [default: 50 as text, all as JSON]",
)
@json_option
@with_config
def list_(config: Config, query: tuple[str, ...], limit: int | None, as_json: bool) -> None:
    """Leads by the query language, best first: score:>70 sub:saas age:<2d status:new "late invoices" -hiring"""
    most = limit if limit is not None else (0 if as_json else 50)
    text = _query(query)

    async def work() -> None:
        async with engine(config) as opened:
            await _check_campaigns(opened, text)
            if as_json:
                with _json_list(sys.stdout, "leads") as add:
                    async for lead in _stream(opened, text, most):
                        add(lead_document(lead))
                return
            shown = 0
            async for lead in _stream(opened, text, most):
                shown += 1
                _print_row(lead)
            total, is_exact = await opened.desk.count(text)
            if not shown:
                say("no leads" + (f" match {text}" if text else " yet"))
            elif total > shown:
                note(f"{shown} of {total:,}{'' if is_exact else '+'}; --limit 0 for all")

    run(work())


@leads.command()
@click.argument("lead_id", type=_LEAD_ID, metavar="ID")
@json_option
@with_config
def show(config: Config, lead_id: int, as_json: bool) -> None:
    """Everything about one lead, its score taken apart."""

    async def work() -> None:
        async with engine(config) as opened:
            lead = await opened.triage.lead(lead_id)
        if as_json:
            emit(**lead_document(lead))
        else:
            from leadtui.cli.explain import print_lead

            print_lead(lead)

    run(work())


@leads.command("set")
@click.argument("status", metavar="STATUS")
@click.argument("lead_ids", type=_LEAD_ID, nargs=-1, required=True, metavar="ID…")
@click.option("--for", "span", metavar="2h|3d|1w", help="How long a snoozed lead rests. [default: 1d]")
@json_option
@with_config
def set_(config: Config, status: str, lead_ids: tuple[int, ...], span: str | None, as_json: bool) -> None:
    """Give leads a status: new, saved, drafted, replied, conversation, won, lost, ignored, snoozed."""
    found = _SPAN.fullmatch(span) if span else None
    if span and not (found and int(found[1])):
        raise ConfigError(f'--for "{clean_line(span, 40)}" is no span of time', fix="as in 2h, 3d or 1w")
    if span and status != LeadStatus.SNOOZED:
        raise ConfigError("--for is how long a snoozed lead rests", fix="set snoozed, or leave it out")
    until = time.time() + int(found[1]) * _UNITS[found[2]] if found else None

    wanted = tuple(dict.fromkeys(lead_ids))

    async def work() -> None:
        async with engine(config) as opened:
            missing = await opened.triage.missing(wanted)
            if missing:
                raise _no_lead(", ".join(map(str, missing[:10])), "nothing was changed")
            change = await opened.triage.set_status(wanted, status, until=until, origin="cli")
        if as_json:
            emit(status=change.after, changed=change.leads)
        else:
            say(f"{plural(change.leads, 'lead')} {change.after}")

    run(work())


@leads.command("note")
@click.argument("lead_id", type=_LEAD_ID, metavar="ID")
@click.argument("text")
@json_option
@with_config
def note_(config: Config, lead_id: int, text: str, as_json: bool) -> None:
    """Write a note on a lead; an empty text removes it."""

    async def work() -> Lead:
        async with engine(config) as opened:
            await opened.triage.set_note(lead_id, text)
            return await opened.triage.lead(lead_id)

    lead = run(work())
    if as_json:
        emit(**lead_document(lead))
    else:
        say(f"lead {lead_id} noted" if lead.notes else f"lead {lead_id} has no note")


@leads.command(context_settings=_QUERY_SETTINGS)
@click.argument("query", nargs=-1)
@click.option(
    "--format", "kind", type=click.Choice(["csv", "json", "jsonl", "md"]), default="csv", show_default=True
)
@click.option("--out", default="-", metavar="FILE", help="Where to; - for stdout.")
@click.option(
    "--raw", is_flag=True, help="CSV without the ' that keeps spreadsheets from running a cell as a formula."
)
@with_config
def export(config: Config, query: tuple[str, ...], kind: str, out: str, raw: bool) -> None:
    """Write leads to a file, which appears whole or not at all."""
    write = {"csv": _csv if not raw else _raw_csv, "json": _json, "jsonl": _jsonl, "md": _markdown}[kind]
    text = _query(query)

    async def work() -> int:
        async with engine(config) as opened:
            await _check_campaigns(opened, text)
            if out == "-":
                return await write(opened, text, sys.stdout)
            return await _to_file(Path(out), lambda stream: write(opened, text, stream))

    written = run(work())
    if out != "-":
        say(f"{plural(written, 'lead')} written to {clean_line(out, 300)}")


def _no_lead(named: str, fix: str) -> NotFoundError:
    return NotFoundError(f"there is no lead {named}", fix=fix)


def _query(words: tuple[str, ...]) -> str:
    """Join arguments to a query, and refuse a wrong one before anything is opened or printed."""
    from leadtui.domain.query import parse

    context = click.get_current_context()
    for word in words:
        if word == "-h":
            click.echo(context.get_help())
            context.exit()
        if word.startswith("--"):
            raise click.NoSuchOption(word, ctx=context)
    text = " ".join(words)
    parse(text)
    return text


async def _check_campaigns(opened: Engine, query: str) -> None:
    """Raise `NotFoundError` for a campaign that there is not, which would silently find nothing."""
    from leadtui.domain.query import campaigns_in, parse

    for name in campaigns_in(parse(query)):
        await opened.campaigns.named(name)


async def _stream(opened: Engine, query: str, most: int) -> AsyncIterator[Lead]:
    """Yield leads of a query in its order, a page at a time."""
    from leadtui.domain.query import parse
    from leadtui.store import leads as stored

    parsed = parse(query)
    last = None
    given = 0
    while not most or given < most:
        async with opened.database.read() as connection:
            page = await stored.page(
                connection, parsed, after=last, limit=min(_PAGE, most - given) if most else _PAGE
            )
            found = await stored.several(connection, [row.id for row in page.rows])
        for lead in found:
            yield lead
        given += len(page.rows)
        if not page.more_after or not page.rows:
            return
        last = page.rows[-1]


class _json_list:
    """A document with a long list, written item by item so that memory does not grow with it."""

    def __init__(self, stream: TextIO, name: str) -> None:
        self._stream = stream
        self._name = name
        self._first = True

    def __enter__(self) -> Callable[[dict[str, object]], None]:
        self._stream.write(f'{{"schema": {SCHEMA}, "{self._name}": [')
        return self._add

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            self._stream.write("]}\n")

    def _add(self, document: dict[str, object]) -> None:
        self._stream.write(("" if self._first else ",") + "\n" + json.dumps(document))
        self._first = False


async def _json(opened: Engine, query: str, stream: TextIO) -> int:
    written = 0
    with _json_list(stream, "leads") as add:
        async for lead in _stream(opened, query, 0):
            add(lead_document(lead))
            written += 1
    return written


async def _jsonl(opened: Engine, query: str, stream: TextIO) -> int:
    written = 0
    async for lead in _stream(opened, query, 0):
        stream.write(json.dumps(lead_document(lead)) + "\n")
        written += 1
    return written


async def _csv(opened: Engine, query: str, stream: TextIO) -> int:
    return await _table(opened, query, stream, _guarded)


async def _raw_csv(opened: Engine, query: str, stream: TextIO) -> int:
    return await _table(opened, query, stream, str)


async def _table(opened: Engine, query: str, stream: TextIO, cell: Callable[[str], str]) -> int:
    rows = csv.writer(stream, lineterminator="\r\n")
    rows.writerow(_COLUMNS)
    written = 0
    async for lead in _stream(opened, query, 0):
        document = lead_document(lead)
        values = {**document, **document["post"], "id": lead.row.id, "score": lead.score.value}
        values["reasons"] = _reasons(lead)
        values["tags"] = " ".join(lead.tags)
        values["copies"] = " ".join(copy.id for copy in lead.copies)
        rows.writerow([cell("" if values[name] is None else str(values[name])) for name in _COLUMNS])
        written += 1
    return written


def _guarded(value: str) -> str:
    """Keep a spreadsheet from running outside text as a formula."""
    return f"'{value}" if value.lstrip(" ").startswith(_FORMULA) and not _is_number(value) else value


def _is_number(value: str) -> bool:
    return re.fullmatch(r"[+-]?\d+(\.\d+)?", value) is not None


async def _markdown(opened: Engine, query: str, stream: TextIO) -> int:
    written = 0
    async for lead in _stream(opened, query, 0):
        address = opened.desk.link(lead.post)
        stream.write(f"## {lead.score.value} · {_escaped(lead.post.title) or '(no title)'}\n\n")
        stream.write(
            f"r/{_escaped(lead.post.subreddit)} · {lead.row.status} · {lead.score.intent} · {lead.score.stance}"
        )
        stream.write(f" · <{address}>\n\n" if address and not re.search(r"[\s<>]", address) else "\n\n")
        stream.write(f"{_escaped(_reasons(lead))}\n\n")
        if lead.copies:
            places = ", ".join(dict.fromkeys(f"r/{copy.subreddit}" for copy in lead.copies))
            stream.write(f"Posted {lead.row.copies + 1} times, also in {_escaped(places)}\n\n")
        if lead.notes:
            stream.write(f"Note: {_escaped(lead.notes)}\n\n")
        if lead.tags:
            stream.write(f"Tags: {_escaped(' '.join(lead.tags))}\n\n")
        written += 1
    return written


def _escaped(text: str) -> str:
    return re.sub(r"([\\`*_{}\[\]()#+\-.!|<>~&])", r"\\\1", " ".join(text.split()))


async def _to_file(path: Path, write: Callable[[TextIO], Awaitable[int]]) -> int:
    """Write beside the file and put it in place when it is whole; a pipe or device is written to as it is."""
    try:
        if path.exists() and not path.is_file():
            with path.open("w", encoding="utf-8", newline="") as stream:
                return await write(stream)
        path = path.resolve()
        descriptor, name = tempfile.mkstemp(prefix=".leadtui-", dir=path.parent)
        try:
            with open(descriptor, "w", encoding="utf-8", newline="") as stream:
                written = await write(stream)
                stream.flush()
                os.fsync(descriptor)
            os.replace(name, path)
        finally:
            Path(name).unlink(missing_ok=True)
        return written
    except BrokenPipeError:
        raise
    except (OSError, RuntimeError) as error:
        raise StorageError(
            f"cannot be written ({getattr(error, 'strerror', None) or error})",
            where=clean_line(str(path), 300),
            fix="choose another file",
        ) from None


def _reasons(lead: Lead) -> str:
    return " · ".join(_each_reason(lead))


def _each_reason(lead: Lead) -> list[str]:
    earned = sorted((r for r in lead.score.reasons if r.points), key=lambda r: -abs(r.points))
    return [f"{r.part} {r.points:+d} {shorten(clean_line(r.text), 60)}" for r in earned]


def _print_row(lead: Lead) -> None:
    row = lead.row
    posted = age(time.time() - (row.created_at or row.found_at))
    head = f"#{row.id}  {row.score:>3}  {row.status:<12} r/{row.subreddit} · {posted} · {row.intent} · {row.stance} · {row.campaign}"
    say(head)
    times = f" ×{row.copies + 1}" if row.copies else ""
    say(f"      {row.title or '(no title)'}{times}")
    said = _each_reason(lead)
    fitting = max(
        1, sum(1 for length in accumulate(len(each) + 3 for each in said) if length <= _REASONS_WIDE)
    )
    more = len(said) - fitting
    say(f"      {' · '.join(said[:fitting])}{f' · and {more} more' if more else ''}")
