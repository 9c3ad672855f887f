"""`leadtui run`: everything but the screen."""

from __future__ import annotations

import signal

import click

from leadtui.cli.common import with_config
from leadtui.config import Config


@click.command()
@with_config
def run(config: Config) -> int:
    """Poll feeds, keep leads complete and serve metrics, without a screen, until SIGTERM or SIGINT."""
    import asyncio

    return asyncio.run(_run(config))


async def _run(config: Config) -> int:
    import asyncio

    from leadtui.runtime import home
    from leadtui.telemetry import logs

    home.prepare(config.home)
    logs.setup(config.home, config.log.level, face="run")
    log = logs.get("run")

    from leadtui.services.engine import Engine

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:  # nohup means it
            loop.add_signal_handler(number, stop.set)
    engine = await Engine.open(config, metrics=True)
    try:
        engine.start()
        log.info("started", home=str(config.home), database=engine.database.where)
        await stop.wait()
        log.info("draining")
    finally:
        await engine.stop()
        await engine.close()
    log.info("stopped")
    return 0
