"""`leadtui doctor`: what works, what does not, and how to mend it."""

from __future__ import annotations

from dataclasses import asdict

import click

from leadtui.cli.common import emit, json_option, run, say, with_config
from leadtui.config import Config
from leadtui.errors import Exit

_MARKS = {"ok": "✓ ok  ", "warn": "! warn", "fail": "✗ fail"}


@click.command()
@json_option
@with_config
def doctor(config: Config, as_json: bool) -> int:
    """Check every dependency: name, state, detail, how to mend it."""
    from leadtui.services.health import examine

    checks = run(examine(config))
    if as_json:
        emit(
            checks=[{key: value for key, value in asdict(check).items() if key != "code"} for check in checks]
        )
    else:
        width = max(len(check.name) for check in checks)
        for check in checks:
            say(f"{_MARKS[check.state]}  {check.name:<{width}}  {check.detail}")
            if check.fix and check.state != "ok":
                say(f"{'':<{width + 10}}→ {check.fix}")
    return next((check.code for check in checks if check.state == "fail"), Exit.DONE)
