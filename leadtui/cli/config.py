"""`leadtui config`: the settings."""

from __future__ import annotations

import os
from importlib.resources import files
from pathlib import Path

import click

from leadtui import config as configuration
from leadtui.cli.common import emit, json_option, note, say, with_config
from leadtui.config import Config
from leadtui.errors import ConfigError, StorageError


@click.group()
def config() -> None:
    """Make, check and show the configuration."""


@config.command()
@click.option("--home", metavar="DIR")
@click.option("--config", "config_file", metavar="FILE")
@click.option("--log-level", hidden=True)
@click.pass_context
def init(context: click.Context, home: str | None, config_file: str | None, log_level: str | None) -> None:
    """Write a configuration file with every setting at its default; an existing file is not touched."""
    from leadtui.runtime.home import prepare

    outer = context.find_root().params
    folder = Path(home or outer.get("home") or os.environ.get("LEADTUI_HOME") or configuration.default_home())
    chosen = config_file or outer.get("config_file") or os.environ.get("LEADTUI_CONFIG")
    folder = folder.expanduser().absolute()
    path = Path(chosen).expanduser().absolute() if chosen else folder / "config.toml"
    prepare(folder)
    try:
        with path.open("x", encoding="utf-8") as stream:
            stream.write(example())
    except FileExistsError:
        raise ConfigError(
            "the configuration file exists already", where=str(path), fix="edit it, or move it aside"
        ) from None
    except OSError as error:
        raise StorageError(
            f"cannot be written ({error.strerror})", where=str(path), fix="choose another with --config"
        ) from None
    say(f"written: {path}")


@config.command()
@json_option
@with_config
def check(config: Config, as_json: bool) -> None:
    """Read the configuration as every command does, and say whether anything is wrong with it."""
    from leadtui.tui.commands import validate_keys
    from leadtui.tui import themes

    validate_keys(config.ui.keys)
    themes.load(config.ui.theme, config.home)
    for key in configuration.SECRETS:
        config.secret(key)
    careless = configuration.careless(config)
    if as_json:
        emit(path=str(config.path), exists=config.path.exists(), careless=careless)
        return
    if not config.path.exists():
        note(f"no file at {config.path}: defaults apply")
    for key in careless:
        note(
            f"{key} is less careful than Reddit's rules ask; it works while api_url and www_url are this machine's"
        )
    say("configuration ok")


@config.command()
@json_option
@with_config
def show(config: Config, as_json: bool) -> None:
    """The effective values, secrets masked."""
    if as_json:
        emit(home=str(config.home), path=str(config.path), config=configuration.as_document(config))
    else:
        click.echo(configuration.as_toml(config), nl=False)


def example() -> str:
    """Return config.example.toml, from the package or from the source tree."""
    packaged = files("leadtui") / "config.example.toml"
    if packaged.is_file():
        return packaged.read_text("utf-8")
    return (Path(__file__).parents[2] / "config.example.toml").read_text("utf-8")
