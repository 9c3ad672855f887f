"""`leadtui config`: the settings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import click

from leadtui import config as configuration
from leadtui.cli.common import emit, global_options, json_option, note, say, with_config
from leadtui.config import Config
from leadtui.errors import ConfigError, StorageError


@click.group()
def config() -> None:
    """Make, check and show the configuration."""


@config.command()
@json_option
@global_options
@click.pass_context
def init(
    context: click.Context, home: str | None, config_file: str | None, log_level: str | None, as_json: bool
) -> None:
    """Write a configuration file with every setting at its default; an existing file is not touched."""
    from leadtui.runtime.home import prepare

    outer = context.find_root().params
    folder, path, _ = configuration.places(home or outer.get("home"), config_file or outer.get("config_file"))
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
    if as_json:
        emit(path=str(path))
    else:
        say(f"written: {path}")


@config.command()
@json_option
@with_config
def check(config: Config, as_json: bool) -> None:
    """Read the configuration as every command does, and say whether anything is wrong with it."""
    from leadtui.tui import themes
    from leadtui.tui.commands import validate_keys

    try:
        validate_keys(config.ui.keys)
        themes.load(config.ui.theme, config.home)
    except ConfigError as error:
        raise configuration.placed(error, config) from None
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
        emit(home=str(config.home), path=str(config.path), config=_document(config))
    else:
        click.echo(_toml(config), nl=False)


def example() -> str:
    """Return config.example.toml, from the package or from the source tree."""
    packaged = files("leadtui") / "config.example.toml"
    if packaged.is_file():
        return packaged.read_text("utf-8")
    return (Path(__file__).parents[2] / "config.example.toml").read_text("utf-8")


def _toml(config: Config) -> str:
    """Return the effective values as a configuration file, secrets masked."""
    out: list[str] = []
    for section, key, value in configuration.items(config):
        if key is None:
            out.append(f"\n[{section}]")
            continue
        if f"{section}.{key}" in configuration.SECRETS:
            value = _mask(str(value))
        out.append(f"{key} = {_toml_value(value)}")
    return "\n".join(out).strip() + "\n"


def _mask(value: str) -> str:
    """Return a secret setting as it may be shown: references and emptiness are no secret, values are."""
    if not value or value.startswith(("env:", "file:", "keyring:")):
        return value
    found = re.fullmatch(r"((?:postgresql\+\w+|rediss?)://)(?:.*@)?([^/?#@]*)(/[^?#]*)?.*", value, re.DOTALL)
    if found:
        return f"{found[1]}{'***@' if '@' in value else ''}{found[2]}{found[3] or ''}"
    return "********"


def _document(config: Config) -> dict[str, dict[str, Any]]:
    """Return the effective values by section and key, secrets masked, ready for JSON."""
    document: dict[str, dict[str, Any]] = {}
    for section, key, value in configuration.items(config):
        if key is None:
            document[section] = {}
        else:
            document[section][key] = (
                _mask(str(value)) if f"{section}.{key}" in configuration.SECRETS else value
            )
    return document


def _toml_value(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, str):
        return configuration.toml_string(value)
    if isinstance(value, Mapping):
        inner = ", ".join(f"{configuration.toml_string(str(k))} = {_toml_value(v)}" for k, v in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_toml_value(item) for item in value) + "]"
    return str(value)
