"""`leadtui db`: the database."""

from __future__ import annotations

import click

from leadtui.cli.common import engine, run, say, with_config
from leadtui.config import Config


@click.group()
def db() -> None:
    """Care for the database."""


@db.command()
@with_config
def upgrade(config: Config) -> None:
    """Bring the schema up to date; every command does so by itself."""

    async def work() -> str:
        async with engine(config) as opened:
            return f"{opened.database.where}: schema {await opened.database.revision()}, up to date"

    say(run(work()))
