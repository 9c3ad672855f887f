"""`leadtui demo`: the dashboard to look around in."""

from __future__ import annotations

import click

from leadtui.cli.common import with_config
from leadtui.config import Config


@click.command()
@with_config
def demo(config: Config) -> int:
    """The dashboard on invented posts that keep arriving: no key, no network, nothing kept."""
    from leadtui.cli.dashboard import open_demo

    return open_demo(config)
