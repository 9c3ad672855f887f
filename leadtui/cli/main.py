"""The command `leadtui` and its nouns."""

from __future__ import annotations

import click

from leadtui import __version__
from leadtui.cli import campaigns, config, db, demo, doctor, evaluation, feeds, leads, posts, run
from leadtui.cli.common import global_options


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@global_options
@click.version_option(__version__, "-V", "--version", message="leadtui %(version)s")
@click.pass_context
def leadtui(
    context: click.Context, home: str | None, config_file: str | None, log_level: str | None
) -> int | None:
    """Find people who ask for what you sell, triage them in a terminal, and answer honestly.

    Without a command it opens the dashboard.
    """
    if context.invoked_subcommand is None:
        from leadtui.cli.dashboard import open_dashboard

        return open_dashboard(home, config_file, log_level)
    return None


for command in (
    demo.demo,
    run.run,
    posts.discover,
    posts.score,
    posts.import_,
    leads.leads,
    campaigns.campaigns,
    evaluation.eval_,
    feeds.feeds,
    doctor.doctor,
    config.config,
    db.db,
):
    leadtui.add_command(command)
