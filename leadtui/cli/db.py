"""`leadtui db`: the database."""

from __future__ import annotations

import click

from leadtui.cli.common import emit, engine, json_option, run, say, with_config
from leadtui.config import Config


@click.group()
def db() -> None:
    """Care for the database."""


@db.command()
@json_option
@with_config
def upgrade(config: Config, as_json: bool) -> None:
    """Bring the schema up to date; every command does so by itself."""

    async def work() -> tuple[str, str | None]:
        async with engine(config) as opened:
            return opened.database.where, await opened.database.revision()

    where, revision = run(work())
    if as_json:
        emit(database=where, revision=revision)
    else:
        say(f"{where}: schema {revision}, up to date")
