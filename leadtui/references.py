"""What `env:`, `file:` and `keyring:` in the configuration refer to."""

from __future__ import annotations

import os
from pathlib import Path

from leadtui.errors import ConfigError


def resolve(key: str, value: str) -> str:
    """Return the secret that the setting `key` refers to, or the value itself when it is no reference.

    An environment variable that is missing gives ""; a file or keyring that cannot be read is a `ConfigError`.
    """
    kind, _, name = value.partition(":")
    if kind == "env":
        return os.environ.get(name, "")
    if kind == "file":
        try:
            return Path(name).expanduser().read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "not UTF-8"
            raise ConfigError(
                f"{key}: secret file cannot be read ({reason})",
                where=name,
                fix="mend the path or its permissions",
            ) from None
    if kind == "keyring":
        return _from_keyring(key, name)
    return value


def _from_keyring(key: str, name: str) -> str:
    try:
        import keyring
    except ImportError:
        raise ConfigError(
            f"{key}: the keyring package is not installed", fix="pip install keyring, or use env: or file:"
        ) from None
    try:
        return keyring.get_password("leadtui", name) or ""
    except keyring.errors.KeyringError as error:
        raise ConfigError(
            f"{key}: no usable keyring ({type(error).__name__})", fix="use env: or file:"
        ) from None
